//! The audit: one row for each change that somebody made, none for one that was refused, and no way
//! to change it but to forget what is old.

use std::net::{IpAddr, Ipv4Addr};

use domain::{Action, Deed, Exclusion, Layer, Pin, Scope, Settings, SkuId, Snooze, Threshold};
use jiff::{SignedDuration, Timestamp};
use store::{Acted, Agreed, AuditEntry, AuditFilter, By, Origin, PolicySet, Retry, Settled, Store};

use crate::fixture::{Fresh, judge, key, look, minute, the_alert, with};

const ANNA: By<'static> = By {
    who: "anna",
    from: Some(Origin::Address(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7)))),
};

async fn all(store: &Store, filter: &AuditFilter) -> Vec<AuditEntry> {
    store.audit(filter, None, 1000).await.unwrap()
}

/// What was done since the last look has left this one row: what, subject, detail.
struct Reader {
    store: Fresh,
    seen: usize,
}

impl Reader {
    async fn new(tenants: &[&str]) -> Self {
        let store = with(tenants).await;
        Self { store, seen: 0 }
    }

    async fn one(&mut self, what: Deed, subject: &str, detail: &str) {
        let rows = all(&self.store, &AuditFilter::default()).await;
        self.seen += 1;
        assert_eq!(rows.len(), self.seen, "{rows:#?}");
        let row = &rows[0];
        let said = (row.what, &*row.subject, &*row.detail);
        assert_eq!(said, (what, subject, detail));
        let by = (&*row.who, row.from, row.at);
        assert_eq!(by, (ANNA.who, ANNA.from, minute(5)));
    }

    async fn none(&self) {
        let rows = all(&self.store, &AuditFilter::default()).await;
        assert_eq!(rows.len(), self.seen, "{rows:#?}");
    }
}

#[tokio::test]
async fn a_switch_says_what_was_and_what_is() {
    let mut audit = Reader::new(&["a"]).await;
    let (a, nobody) = (key("a"), key("nobody"));
    for (tenant, enabled, monitoring, said) in [
        (&a, None, Some(false), Some("monitoring: on → off")),
        (
            &a,
            Some(false),
            Some(true),
            Some("enabled: on → off, monitoring: off → on"),
        ),
        (&a, Some(false), None, Some("enabled stays off")),
        (&nobody, Some(false), None, None),
    ] {
        let switched = audit
            .store
            .switch(tenant, enabled, monitoring, ANNA, minute(5));
        assert_eq!(switched.await.unwrap(), said.is_some());
        match said {
            Some(said) => audit.one(Deed::TenantSwitched, "a", said).await,
            None => audit.none().await,
        }
    }
}

#[tokio::test]
async fn what_people_switch_in_a_list_is_theirs() {
    let store = with(&["a"]).await;
    let agreed = |enabled, monitoring| Agreed {
        item: "7".to_owned(),
        settings: Settings {
            enabled,
            monitoring,
        },
        writing: None,
    };
    let (a, ours) = (key("a"), Settings::default());
    for (theirs, ours, at) in [
        (agreed(true, true), ours, 1),
        (agreed(true, false), ours, 2),
        // Somebody has switched it here meanwhile.
        (agreed(false, true), ours, 3),
    ] {
        store
            .agree("list", &a, &theirs, ours, minute(at))
            .await
            .unwrap();
    }
    let rows = all(&store, &AuditFilter::default()).await;
    assert_eq!(rows.len(), 1, "{rows:?}");
    let row = &rows[0];
    let said = (row.what, &*row.who, &*row.subject, &*row.detail, row.at);
    let expected = (
        Deed::TenantSwitched,
        "list",
        "a",
        "monitoring: on → off",
        minute(2),
    );
    assert_eq!(said, expected);
}

type Said<'a> = (Deed, &'a str, &'a str);

impl Reader {
    /// Sets rules; `said` is what the audit says of it, `None`: nothing, for it is refused.
    async fn rule(&mut self, scope: &Scope, layer: Layer, expected: i64, said: Option<Said<'_>>) {
        let expected = Some(expected);
        let set = self
            .store
            .set_policy(scope, layer, expected, ANNA, minute(5));
        let done = matches!(set.await.unwrap(), PolicySet::Done(_));
        assert_eq!(done, said.is_some());
        match said {
            Some((what, subject, detail)) => self.one(what, subject, detail).await,
            None => self.none().await,
        }
    }
}

#[tokio::test]
async fn rules_are_told_by_what_is_different() {
    let mut audit = Reader::new(&["a"]).await;
    let full = Layer {
        low: Some(Threshold::Percent(7)),
        clear_margin: Some(3),
        stale_after: Some(SignedDuration::from_mins(90)),
        exclusion: Some(Exclusion::AlertsOnly),
        renewal_lead_days: Some(60),
    };
    let less = Layer {
        low: Some(Threshold::Seats(5)),
        clear_margin: None,
        ..full
    };
    let nothing = Layer::default();
    let all = "low: – → 7%, clear_margin: – → 3, stale_after: – → 1h 30m, \
               exclusion: – → alerts-only, renewal_lead_days: – → 60";
    let set = |subject, detail| Some((Deed::PolicySet, subject, detail));
    let company = Scope::Company;
    audit.rule(&company, full, 0, set("", all)).await;
    let said = "low: 7% → 5, clear_margin: 3 → –";
    audit.rule(&company, less, 1, set("", said)).await;
    let said = "nothing is different";
    audit.rule(&company, less, 2, set("", said)).await;
    audit.rule(&company, nothing, 1, None).await;

    let tenant = Scope::Tenant(key("a"));
    let low = Layer {
        low: less.low,
        ..nothing
    };
    audit.rule(&tenant, low, 0, set("a", "low: – → 5")).await;
    let dropped = Some((Deed::PolicyDropped, "a", "low: 5 → –"));
    audit.rule(&tenant, nothing, 1, dropped).await;

    let sku = SkuId::from_part_number("A3");
    let (product, subject) = (Scope::Sku(key("a"), sku), format!("a/{sku}"));
    audit
        .rule(&product, low, 0, set(&subject, "low: – → 5"))
        .await;
}

#[tokio::test]
async fn a_pin_that_was_never_there_cannot_be_dropped() {
    let mut audit = Reader::new(&["a"]).await;
    let (a, nobody) = (key("a"), key("nobody"));
    for (pin, said) in [
        (None, None),
        (Some(Pin::Renews), Some((Deed::PinSet, "pin: – → renews"))),
        (Some(Pin::Ends), Some((Deed::PinSet, "pin: renews → ends"))),
        (Some(Pin::Ends), Some((Deed::PinSet, "pin stays ends"))),
        (None, Some((Deed::PinDropped, "pin: ends → –"))),
        (None, None),
    ] {
        let set = audit.store.set_pin(&a, "p", pin, ANNA, minute(5));
        set.await.unwrap();
        match said {
            Some((what, detail)) => audit.one(what, "a/p", detail).await,
            None => audit.none().await,
        }
    }
    let nowhere = audit
        .store
        .set_pin(&nobody, "p", Some(Pin::Ends), ANNA, minute(5));
    assert!(nowhere.await.is_err());
    audit.none().await;
}

#[tokio::test]
async fn what_is_done_to_an_alert_stands_there_and_what_is_refused_does_not() {
    let mut audit = Reader::new(&["a"]).await;
    look(&audit.store, "a", 0, minute(1)).await;
    judge(&audit.store, Some(0), &["m"], minute(1)).await;
    // The evaluator is nobody.
    audit.none().await;
    let id = the_alert(&audit.store, "a").await.id;
    let snooze = Action::Snooze(Snooze::Until(minute(65)));
    let why = "why".into();
    let asleep = Action::Snooze(Snooze::Change);
    for (expected, action, said) in [
        (
            Some(1),
            Action::Acknowledge,
            Some((Deed::AlertAcknowledged, "stock of a: open → acknowledged")),
        ),
        (None, Action::Acknowledge, None),
        (Some(1), Action::Resolve, None),
        (None, Action::Snooze(Snooze::Until(minute(2))), None),
        (
            None,
            snooze,
            Some((
                Deed::AlertSnoozed,
                "stock of a: acknowledged → snoozed until 2026-08-17T07:05:00Z",
            )),
        ),
        (
            None,
            asleep,
            Some((
                Deed::AlertSnoozed,
                "stock of a stays snoozed until the numbers change",
            )),
        ),
        (
            None,
            Action::Reopen,
            Some((Deed::AlertReopened, "stock of a: snoozed → open")),
        ),
        (
            None,
            Action::Resolve,
            Some((Deed::AlertResolved, "stock of a: open → resolved")),
        ),
        (None, Action::Reopen, None),
    ] {
        let acted = audit
            .store
            .act(id, expected, action, ANNA, &why, &[], minute(5));
        let done = matches!(acted.await.unwrap(), Acted::Done(_));
        assert_eq!(done, said.is_some(), "{action:?}");
        match said {
            Some((what, detail)) => audit.one(what, &id.to_string(), detail).await,
            None => audit.none().await,
        }
    }
    let act = Action::Resolve;
    let unknown = audit.store.act(4711, None, act, ANNA, &why, &[], minute(5));
    assert_eq!(unknown.await.unwrap(), Acted::Unknown);
    audit.none().await;
}

#[tokio::test]
async fn a_delivery_that_is_tried_again_is_told_with_its_alert() {
    let mut audit = Reader::new(&["a"]).await;
    look(&audit.store, "a", 0, minute(1)).await;
    judge(&audit.store, Some(0), &["m"], minute(1)).await;
    let lease = SignedDuration::from_mins(1);
    let claimed = audit.store.claim_deliveries("m", "w", minute(2), 9, lease);
    let delivery = claimed.await.unwrap().remove(0);
    let message = delivery.id;
    let dead = Settled::Failed {
        error: "no".to_owned(),
        advice: "no".to_owned(),
        retry: Retry::Never,
    };
    let settled = audit.store.settle(&[(delivery, dead)], minute(3)).await;
    assert_eq!(settled.unwrap(), 1);
    for (channel, there) in [("other", false), ("m", true)] {
        let revived = audit.store.revive(message, channel, ANNA, minute(5)).await;
        assert_eq!(revived.unwrap(), there);
        match there {
            true => {
                let id = the_alert(&audit.store, "a").await.id;
                let (subject, detail) = (format!("{message}/m"), format!("alert {id} of a"));
                audit.one(Deed::DeliveryRetried, &subject, &detail).await;
            }
            false => audit.none().await,
        }
    }
}

#[tokio::test]
async fn orders_of_people_are_told_and_those_of_the_program_are_not() {
    let mut audit = Reader::new(&["a", "b"]).await;
    audit
        .store
        .request_refresh(&[key("a")], None, minute(5))
        .await
        .unwrap();
    audit.none().await;
    let many: Vec<_> = (0..11).map(|number| key(&format!("k{number}"))).collect();
    for (keys, subject, detail) in [
        (&[][..], "", "all tenants"),
        (&[key("a")], "a", ""),
        (&[key("a"), key("b")], "", "a and b"),
        (&many[..3], "", "k0, k1 and k2"),
        (&many, "", "11 tenants"),
    ] {
        let asked = audit.store.request_refresh(keys, Some(ANNA), minute(5));
        asked.await.unwrap();
        audit.one(Deed::RefreshOrdered, subject, detail).await;
    }
}

#[tokio::test]
async fn the_rest_is_told_too() {
    let mut audit = Reader::new(&["a"]).await;
    let added = audit.store.add_manual_license("Zoom", 3, ANNA, minute(5));
    let id = added.await.unwrap().id.to_string();
    audit.one(Deed::ManualLicenseAdded, &id, "Zoom: 3").await;

    let names = [(
        SkuId::from_part_number("A3"),
        "A3".to_owned(),
        "A3".to_owned(),
    )];
    let imported = audit.store.import_names(&names, ANNA, minute(5));
    assert_eq!(imported.await.unwrap(), 1);
    audit.one(Deed::NamesImported, "", "1 names").await;
    let again = audit.store.import_names(&names, ANNA, minute(5));
    assert_eq!(again.await.unwrap(), 0);
    audit.none().await;
}

/// One row for each deed there is, a minute each, by turns of two people.
async fn noted(store: &Store) {
    for (number, deed) in (0..).zip(Deed::ALL) {
        let by = By {
            who: ["anna", "beat"][usize::from(number % 2 == 1)],
            from: None,
        };
        let subject = ["a", "a/x", "ab", "a-b"][number % 4];
        let at = minute(i64::try_from(number).unwrap());
        store.note(by, deed, subject, "detail", at).await.unwrap();
    }
}

#[tokio::test]
async fn every_deed_goes_in_and_comes_out_and_is_found() {
    let store = with(&[]).await;
    noted(&store).await;
    let rows = all(&store, &AuditFilter::default()).await;
    let found: Vec<_> = rows.iter().rev().map(|row| row.what).collect();
    assert_eq!(found, Deed::ALL);
    assert_eq!((&*rows[0].detail, &rows[0].from), ("detail", &None));

    let check = async |filter: AuditFilter, count: usize| {
        let found = all(&store, &filter).await;
        assert_eq!(found.len(), count, "{filter:?}: {found:#?}");
    };
    let none = AuditFilter::default;
    let text = |text: &str| Some(text.to_owned());
    for what in Deed::ALL {
        let what = Some(what);
        check(AuditFilter { what, ..none() }, 1).await;
    }
    let of_four = |rests: &[usize]| {
        let numbers = 0..Deed::ALL.len();
        numbers
            .filter(|number| rests.contains(&(number % 4)))
            .count()
    };
    let (anna, beat) = (of_four(&[0, 2]), of_four(&[1, 3]));
    for (who, count) in [("anna", anna), ("beat", beat), ("eve", 0)] {
        let who = text(who);
        check(AuditFilter { who, ..none() }, count).await;
    }
    for (subject, count) in [
        ("a", of_four(&[0, 1])),
        ("a/x", of_four(&[1])),
        ("ab", of_four(&[2])),
        ("a-b", of_four(&[3])),
        ("", 0),
        ("%", 0),
    ] {
        let subject = text(subject);
        check(AuditFilter { subject, ..none() }, count).await;
    }
    let time = |since: Option<i64>, until: Option<i64>| AuditFilter {
        since: since.map(minute),
        until: until.map(minute),
        ..none()
    };
    let last = i64::try_from(Deed::ALL.len()).unwrap() - 1;
    check(time(Some(last - 1), None), 2).await;
    check(time(None, Some(3)), 3).await;
    check(time(Some(4), Some(6)), 2).await;
    let both = AuditFilter {
        who: text("anna"),
        ..time(Some(4), Some(6))
    };
    check(both, 1).await;
}

#[tokio::test]
async fn pages_hold_each_row_once_also_while_rows_are_added() {
    let store = with(&[]).await;
    noted(&store).await;
    let (mut ids, mut after) = (Vec::new(), None);
    loop {
        let page = store
            .audit(&AuditFilter::default(), after, 7)
            .await
            .unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        ids.extend(page.iter().map(|row| row.id));
        store
            .note(ANNA, Deed::SignedIn, "", "", minute(99))
            .await
            .unwrap();
    }
    assert_eq!(ids.len(), Deed::ALL.len());
    assert!(ids.is_sorted_by(|one, next| one > next));
}

#[tokio::test]
async fn what_is_old_is_forgotten_and_nothing_else() {
    let store = with(&[]).await;
    noted(&store).await;
    let forget = async |before: Timestamp| store.forget_audit(before).await.unwrap();
    assert_eq!(forget(minute(0)).await, 0);
    assert_eq!(forget(minute(5)).await, 5);
    assert_eq!(forget(minute(5)).await, 0);
    let rows = all(&store, &AuditFilter::default()).await;
    assert_eq!(rows.len(), Deed::ALL.len() - 5);
    assert_eq!(rows.last().unwrap().at, minute(5));
    let rest = u64::try_from(rows.len()).unwrap();
    assert_eq!(forget(Timestamp::MAX).await, rest);
    store
        .note(ANNA, Deed::SignedIn, "", "", minute(99))
        .await
        .unwrap();
    let newest = all(&store, &AuditFilter::default()).await.remove(0);
    assert!(newest.id > rows[0].id, "no id is used twice");
}
