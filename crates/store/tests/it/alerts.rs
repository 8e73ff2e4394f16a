//! Alerts: opened and ended by judgements, changed by people, never two of one concern.

use domain::{Action, Change, Facts, Reason, Refused, SkuId, Snooze, State, TenantKey, Why, stage};
use jiff::SignedDuration;
use store::{About, Acted, AlertFilter, Kept, KeptAlert, Urgency};

use crate::fixture::{
    by, claim_judging, entry, failed, judge, judgement, key, look, minute, routes, stock,
    the_alert, with,
};

const TOLD: Kept = Kept::Done { messages: 1 };
const QUIET: Kept = Kept::Done { messages: 0 };

#[tokio::test]
async fn a_shortage_opens_one_alert_that_ends_with_it() {
    let store = with(&["a"]).await;
    assert_eq!(judge(&store, None, &["m"], minute(0)).await, QUIET);
    assert_eq!(claim_judging(&store, "w", minute(59)).await, []);
    assert!(!store.is_judging_due(minute(59)).await.unwrap());
    assert_eq!(store.judgements_due(minute(59)).await.unwrap(), 0);

    look(&store, "a", 0, minute(1)).await;
    assert_eq!(judge(&store, Some(0), &["m"], minute(1)).await, TOLD);
    look(&store, "a", -1, minute(2)).await;
    assert_eq!(judge(&store, Some(-1), &["m"], minute(2)).await, QUIET);
    let alert = the_alert(&store, "a").await;
    assert_eq!((alert.alert.concern, alert.version), (stock(), 2));
    assert_eq!(
        (alert.alert.opened_at, alert.changed_at),
        (minute(1), minute(1))
    );
    assert_eq!(alert.tenant_name, "School a");

    look(&store, "a", 9, minute(3)).await;
    assert_eq!(judge(&store, None, &["m"], minute(3)).await, TOLD);
    let ended = store.alert(alert.id).await.unwrap().unwrap();
    assert_eq!(
        (ended.alert.state, ended.resolved_at),
        (State::Resolved, Some(minute(3)))
    );
    let past = store.alert_changes(alert.id).await.unwrap();
    let past: Vec<_> = past.iter().map(|it| (it.what, it.at, &*it.who)).collect();
    let expected = [
        (Change::Opened, minute(1), "licensetool"),
        (Change::Resolved, minute(3), "licensetool"),
    ];
    assert_eq!(past, expected);

    look(&store, "a", 0, minute(4)).await;
    assert_eq!(judge(&store, Some(0), &["m"], minute(4)).await, TOLD);
    assert!(the_alert(&store, "a").await.id > alert.id);
}

#[tokio::test]
async fn of_two_evaluators_one_is_heard() {
    let store = with(&["a"]).await;
    let slow = claim_judging(&store, "slow", minute(0)).await;
    assert_eq!(claim_judging(&store, "quick", minute(0)).await, []);
    let slow = judgement(&store, &slow[0], Some(0), minute(0)).await;

    // The slow one's claim has expired.
    let quick = claim_judging(&store, "quick", minute(2)).await;
    let quick = judgement(&store, &quick[0], Some(0), minute(2)).await;
    let routes = routes(&["m"]);
    let keep = |judgement| {
        let judgements = [judgement];
        let (store, routes) = (&store, &routes);
        async move {
            store
                .keep_judgements(&judgements, routes, minute(2))
                .await
                .unwrap()
        }
    };
    assert_eq!(keep(quick).await, [TOLD]);
    assert_eq!(keep(slow).await, [Kept::ClaimLost]);
    the_alert(&store, "a").await;
}

#[tokio::test]
async fn a_judgement_of_old_inputs_is_made_again() {
    let store = with(&["a"]).await;
    let claims = claim_judging(&store, "w", minute(0)).await;
    assert!(store.is_judging_due(minute(0)).await.unwrap());
    let judgement = judgement(&store, &claims[0], None, minute(0)).await;
    look(&store, "a", 0, minute(0)).await;
    let kept = store.keep_judgements(&[judgement], &[], minute(0)).await;
    assert_eq!(kept.unwrap(), [QUIET]);
    assert_eq!(claim_judging(&store, "w", minute(0)).await.len(), 1);
}

#[tokio::test]
async fn what_a_person_did_in_between_is_not_undone() {
    let store = with(&["a"]).await;
    look(&store, "a", 3, minute(1)).await;
    judge(&store, Some(3), &["m"], minute(1)).await;
    let alert = the_alert(&store, "a").await;

    look(&store, "a", 0, minute(2)).await;
    let claims = claim_judging(&store, "w", minute(2)).await;
    let judgement = judgement(&store, &claims[0], Some(0), minute(2)).await;
    let act = Action::Acknowledge;
    let acted = store
        .act(
            alert.id,
            Some(alert.version),
            act,
            by("anna"),
            &"ordered".into(),
            &[],
            minute(2),
        )
        .await;
    let Acted::Done(acted) = acted.unwrap() else {
        panic!("it was as she saw it")
    };
    assert_eq!(acted.alert.state, State::Acknowledged);
    let kept = store
        .keep_judgements(&[judgement], &routes(&["m"]), minute(2))
        .await;
    assert_eq!(kept.unwrap(), [Kept::Overtaken]);
    assert_eq!(the_alert(&store, "a").await, acted);

    // Judged again, it is worse than what she acknowledged.
    assert_eq!(judge(&store, Some(0), &["m"], minute(3)).await, TOLD);
    let alert = the_alert(&store, "a").await;
    assert_eq!(
        (alert.alert.state, alert.alert.stage),
        (State::Open, stage::EXHAUSTED)
    );
}

#[tokio::test]
async fn people_act_on_what_they_saw() {
    let store = with(&["a"]).await;
    look(&store, "a", 3, minute(1)).await;
    judge(&store, Some(3), &["m"], minute(1)).await;
    let seen = the_alert(&store, "a").await;
    let act = |expected, action| {
        let store = &store;
        let id = seen.id;
        async move {
            let acted = store
                .act(
                    id,
                    expected,
                    action,
                    by("anna"),
                    &"why".into(),
                    &[],
                    minute(5),
                )
                .await;
            acted.unwrap()
        }
    };
    let until = minute(5) + SignedDuration::from_hours(1);
    let snooze = Action::Snooze(Snooze::Until(until));
    let Acted::Done(snoozed) = act(Some(seen.version), snooze).await else {
        panic!("it was as she saw it")
    };
    assert_eq!(snoozed.alert.state, State::Snoozed(Snooze::Until(until)));
    let overtaken = act(Some(seen.version), Action::Acknowledge).await;
    assert_eq!(overtaken, Acted::Overtaken(snoozed.clone()));
    let again = act(Some(snoozed.version), snooze).await;
    assert_eq!(again, Acted::Unchanged(snoozed.clone()));
    let past = Action::Snooze(Snooze::Until(minute(4)));
    let refused = act(None, past).await;
    assert_eq!(refused, Acted::Refused(snoozed, Refused::SnoozeInThePast));
    let Acted::Done(asleep) = act(None, Action::Snooze(Snooze::Change)).await else {
        panic!("a snooze can be changed")
    };
    assert_eq!(asleep.alert.state, State::Snoozed(Snooze::Change));
    let nobody = store
        .act(
            4711,
            None,
            Action::Resolve,
            by("a"),
            &"".into(),
            &[],
            minute(5),
        )
        .await;
    assert_eq!(nobody.unwrap(), Acted::Unknown);
    // It is judged again, so that the end of its snooze is noticed.
    assert_eq!(claim_judging(&store, "w", minute(5)).await.len(), 1);
}

#[tokio::test]
async fn what_changes_a_judgement_makes_it_due() {
    let store = with(&["a"]).await;
    let settle = async || {
        judge(&store, None, &[], minute(9)).await;
        assert_eq!(claim_judging(&store, "w", minute(9)).await, []);
    };
    settle().await;
    let failure = failed(minute(10), domain::Cause::Denied);
    store.record_all(&key("a"), &[failure]).await.unwrap();
    settle().await;
    look(&store, "a", 5, minute(11)).await;
    settle().await;
    store
        .switch(&key("a"), None, Some(false), by("anna"), minute(9))
        .await
        .unwrap();
    settle().await;
    let pin = Some(domain::Pin::Renews);
    store
        .set_pin(&key("a"), "p", pin, by("anna"), minute(9))
        .await
        .unwrap();
    settle().await;
    let layer = domain::Layer::default();
    let scope = domain::Scope::Company;
    store
        .set_policy(&scope, layer, None, by("anna"), minute(9))
        .await
        .unwrap();
    settle().await;
}

#[tokio::test]
async fn a_tenant_that_is_switched_off_is_not_judged() {
    let store = with(&["a"]).await;
    let claims = claim_judging(&store, "w", minute(0)).await;
    let judgement = judgement(&store, &claims[0], Some(0), minute(0)).await;
    store
        .switch(&key("a"), Some(false), None, by("anna"), minute(0))
        .await
        .unwrap();
    let kept = store.keep_judgements(&[judgement], &[], minute(0)).await;
    assert_eq!(kept.unwrap(), [Kept::ClaimLost]);
    assert_eq!(claim_judging(&store, "w", minute(100)).await, []);
    assert_eq!(store.next_judging(minute(0)).await.unwrap(), None);
}

#[tokio::test]
async fn what_goes_on_of_a_tenant_that_is_gone_ends() {
    let store = with(&["a"]).await;
    look(&store, "a", 0, minute(1)).await;
    judge(&store, Some(0), &["m"], minute(1)).await;
    let id = the_alert(&store, "a").await.id;
    assert_eq!(store.end_alerts_of_removed(minute(2)).await.unwrap(), 0);
    store.sync_tenants(&[], minute(2)).await.unwrap();
    assert_eq!(store.end_alerts_of_removed(minute(3)).await.unwrap(), 1);
    let past = store.alert_changes(id).await.unwrap();
    assert_eq!(
        past.last().unwrap().why,
        Why::Reason(Reason::ProfileRemoved)
    );
    assert_eq!(store.active_alerts(&key("a")).await.unwrap(), []);
}

#[tokio::test]
async fn alerts_are_listed_the_newest_first() {
    let store = with(&["a"]).await;
    for round in 0..5 {
        look(&store, "a", 0, minute(3 * round)).await;
        judge(&store, Some(0), &[], minute(3 * round)).await;
        if round < 4 {
            look(&store, "a", 9, minute(3 * round + 1)).await;
            judge(&store, None, &[], minute(3 * round + 1)).await;
        }
    }
    let active = store
        .alerts(&AlertFilter::default(), None, 10)
        .await
        .unwrap();
    assert_eq!(active.len(), 1);
    let filter = AlertFilter {
        state: Some("resolved".to_owned()),
        ..AlertFilter::default()
    };
    let mut ids = Vec::new();
    let mut before = None;
    loop {
        let page = store.alerts(&filter, before, 3).await.unwrap();
        let Some(last) = page.last() else { break };
        before = Some(last.id);
        ids.extend(page.iter().map(|alert| alert.id));
    }
    assert_eq!(ids.len(), 4);
    assert!(ids.is_sorted_by(|one, next| one > next));
    let since = AlertFilter {
        since: Some(minute(6)),
        ..filter
    };
    assert_eq!(store.alerts(&since, None, 10).await.unwrap().len(), 2);
    let counts = store.alert_counts().await.unwrap();
    assert_eq!(counts.len(), 1);
    assert_eq!((counts[0].count, &*counts[0].state), (1, "open"));
}

#[tokio::test]
async fn what_goes_on_is_counted_over_all_tenants_that_are_there() {
    let tenants = ["a", "b", "c", "gone"];
    let store = with(&tenants).await;
    // b is over by then.
    for (at, free) in [(0, [0, 0, 3, 0]), (1, [0, 9, 3, 0])] {
        for (tenant, free) in tenants.into_iter().zip(free) {
            look(&store, tenant, free, minute(at)).await;
        }
        for claim in claim_judging(&store, "w", minute(at)).await {
            let free = free[tenants
                .iter()
                .position(|it| *it == claim.tenant.as_str())
                .unwrap()];
            let judged = judgement(&store, &claim, (free < 9).then_some(free), minute(at)).await;
            let kept = store.keep_judgements(&[judged], &[], minute(at)).await;
            kept.unwrap();
        }
    }
    let there = ["a", "b", "c"].map(entry);
    store.sync_tenants(&there, minute(2)).await.unwrap();
    let totals = store.alert_totals().await.unwrap();
    let said = totals
        .iter()
        .map(|it| (it.severity.as_str(), &*it.state, it.count));
    let expected = [("critical", "open", 1), ("warning", "open", 1)];
    assert_eq!(said.collect::<Vec<_>>(), expected);
    let names = store.tenant_names().await.unwrap();
    let names = names
        .iter()
        .map(|(key, name)| (key.as_str(), name.as_str()));
    let all = store.tenants().await.unwrap();
    let expected = all.iter().map(|it| (it.key.as_str(), it.name.as_str()));
    assert_eq!(names.collect::<Vec<_>>(), expected.collect::<Vec<_>>());
    assert_eq!(all.len(), 3);
}

#[tokio::test]
async fn what_nobody_takes_care_of_stands_first_and_pages_put_together_are_the_whole() {
    let tenants = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];
    let store = with(&tenants).await;
    // Low at first, exhausted from the second on; c is taken care of, and the last four are over.
    let free = [3, 0, 0, 0, 3, 0, 0, 0, 0];
    for (at, (tenant, free)) in (1..).zip(tenants.into_iter().zip(free)) {
        look(&store, tenant, free, minute(at)).await;
        let claims = claim_judging(&store, "w", minute(at)).await;
        for claim in claims {
            let free = (claim.tenant.as_str() == tenant).then_some(free);
            let judgement = judgement(&store, &claim, free, minute(at)).await;
            let kept = store.keep_judgements(&[judgement], &[], minute(at)).await;
            kept.unwrap();
        }
    }
    let act = async |tenant: &str, action, at| {
        let id = the_alert(&store, tenant).await.id;
        let why = "".into();
        let acted = store.act(id, None, action, by("anna"), &why, &[], minute(at));
        assert!(matches!(acted.await.unwrap(), Acted::Done(_)));
    };
    act("c", Action::Acknowledge, 20).await;
    for (tenant, at) in [("f", 22), ("h", 21), ("g", 22), ("i", 23)] {
        act(tenant, Action::Resolve, at).await;
    }
    let all = |state: Option<&str>, after, limit| {
        let filter = AlertFilter {
            state: state.map(str::to_owned),
            ..AlertFilter::default()
        };
        let store = &store;
        async move {
            let found = store.urgent_alerts(&filter, after, limit).await;
            found.unwrap()
        }
    };
    let keys = |found: &[KeptAlert]| {
        let keys = found.iter().map(|kept| kept.tenant.to_string());
        keys.collect::<String>()
    };
    for (state, expected) in [(None, "bdaec"), (Some("resolved"), "igfh")] {
        assert_eq!(keys(&all(state, None, 100).await), expected);
        for limit in 1..=6 {
            let (mut found, mut after) = (String::new(), None);
            loop {
                let page = all(state, after, limit).await;
                let Some(last) = page.last() else { break };
                after = Some(Urgency::of(last));
                found += &keys(&page);
            }
            assert_eq!(found, expected, "{limit}");
        }
    }
}

#[tokio::test]
async fn a_product_is_known_by_every_name_that_an_alert_about_it_has_shown() {
    let store = with(&["a"]).await;
    let id = SkuId::from_part_number("A3");
    let mut expected = Vec::new();
    for (at, name) in (1..).zip(["A3", "A3_AGAIN", "A3_RENAMED"]) {
        look(&store, "a", -at, minute(at)).await;
        let claim = &claim_judging(&store, "w", minute(at)).await[0];
        let mut judgement = judgement(&store, claim, Some(-at), minute(at)).await;
        let Facts::Seats(seats) = &mut judgement.steps[0].step.alert.facts else {
            panic!("it is about seats");
        };
        seats.part_number = name.to_owned();
        let kept = store.keep_judgements(&[judgement], &[], minute(at)).await;
        assert_eq!(kept.unwrap().len(), 1);
        expected.push((id, name.to_owned()));
        assert_eq!(store.products().await.unwrap(), expected);
    }
}

#[tokio::test]
async fn a_search_finds_alerts_by_tenants_and_products_however_many_it_names() {
    let store = with(&["a", "b", "c"]).await;
    for (at, tenant) in (1..).zip(["a", "b", "c"]) {
        look(&store, tenant, 0, minute(at)).await;
        for claim in claim_judging(&store, "w", minute(at)).await {
            let free = (claim.tenant.as_str() == tenant).then_some(0);
            let judgement = judgement(&store, &claim, free, minute(at)).await;
            let kept = store.keep_judgements(&[judgement], &[], minute(at)).await;
            kept.unwrap();
        }
    }
    let over = the_alert(&store, "c").await.id;
    let (action, why) = (Action::Resolve, "".into());
    let ended = store.act(over, None, action, by("anna"), &why, &[], minute(9));
    assert!(matches!(ended.await.unwrap(), Acted::Done(_)));
    let a3 = SkuId::from_part_number("A3");
    assert_eq!(
        store.products().await.unwrap(),
        [(a3, "A3".to_owned())],
        "what an alert is about is known"
    );
    let nobody: Vec<_> = (0..60).map(|at| key(&format!("nobody-{at}"))).collect();
    let about = |tenants: &[&str], products: &[SkuId], more: &[TenantKey]| About {
        tenants: tenants
            .iter()
            .map(|it| key(it))
            .chain(more.iter().cloned())
            .collect(),
        products: products.to_vec(),
    };
    let e3 = SkuId::from_part_number("E3");
    for more in [&[][..], &nobody] {
        for (about, going_on, resolved) in [
            (about(&["a", "c"], &[], more), "a", "c"),
            (about(&[], &[a3], more), "ab", "c"),
            (about(&["b"], &[e3], more), "b", ""),
            (about(&["b"], &[a3], more), "ab", "c"),
            (about(&[], &[e3], more), "", ""),
            (about(&[], &[], more), "", ""),
        ] {
            for (state, expected) in [(None, going_on), (Some("resolved"), resolved)] {
                let filter = AlertFilter {
                    state: state.map(str::to_owned),
                    about: vec![about.clone()],
                    ..AlertFilter::default()
                };
                let found = store.urgent_alerts(&filter, None, 9).await.unwrap();
                let keys = found.iter().map(|kept| kept.tenant.to_string());
                assert_eq!(keys.collect::<String>(), expected, "{filter:?}");
            }
        }
    }
}
