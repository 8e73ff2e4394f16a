//! Judging: what is seen of tenants becomes alerts, and what is to be told stands in the outbox.

use domain::{Event, Facts, Kind, Layer, Scope, State, Status, Subscription, Threshold, stage};
use jiff::SignedDuration;
use store::{AuditFilter, DeliveryFilter, DeliveryState};
use tokio_util::sync::CancellationToken;

use crate::fixture::{key, until};
use crate::office::{ANNA, Office, office, sku};

const A: &str = "school-00001";

fn kinds(alerts: &[store::KeptAlert]) -> Vec<(Kind, domain::Stage)> {
    let kind = |kept: &store::KeptAlert| (kept.alert.concern.kind, kept.alert.stage);
    alerts.iter().map(kind).collect()
}

/// The events in the outbox for the SharePoint channel, oldest first.
async fn told(office: &Office) -> Vec<Event> {
    let all = DeliveryFilter::default();
    let mut deliveries = office.store.deliveries(&all, None, 1000).await.unwrap();
    deliveries.reverse();
    deliveries.iter().map(|delivery| delivery.event).collect()
}

#[tokio::test]
async fn a_shortage_is_told_once_whatever_is_seen_after_it() {
    let office = office(1).await;
    office.sees(A, &[("A3", 100, 50)]).await;
    assert_eq!(office.evaluate().await.changes, 0);

    office.pass(SignedDuration::from_mins(15));
    office.sees(A, &[("A3", 100, 100)]).await;
    let turn = office.evaluate().await;
    assert_eq!((turn.tenants, turn.changes, turn.messages), (1, 1, 1));
    for used in [101, 102, 100, 99] {
        office.pass(SignedDuration::from_mins(15));
        office.sees(A, &[("A3", 100, used)]).await;
        office.evaluate().await;
    }
    let expected = [(Kind::Stock, stage::EXHAUSTED)];
    assert_eq!(
        kinds(&office.alerts(A).await),
        expected,
        "one seat does not flap"
    );
    office.pass(SignedDuration::from_mins(15));
    office.sees(A, &[("A3", 100, 50)]).await;
    office.evaluate().await;
    assert_eq!(office.alerts(A).await, []);
    let told = told(&office).await;
    // The shortage, that more is assigned than bought, the end of either.
    let expected = [
        Event::Opened,
        Event::Opened,
        Event::Resolved,
        Event::Resolved,
    ];
    assert_eq!(told, expected);
}

#[tokio::test]
async fn an_exhausted_product_is_told_on_first_sight() {
    let office = office(1).await;
    office.sees(A, &[("A3", 100, 100)]).await;
    office.evaluate().await;
    assert_eq!(told(&office).await, [Event::Opened]);
}

#[tokio::test]
async fn over_assignment_out_of_the_blue_is_one_message() {
    let office = office(1).await;
    office.sees(A, &[("A3", 100, 150)]).await;
    office.evaluate().await;
    let expected = [
        (Kind::Stock, stage::EXHAUSTED),
        (Kind::OverAssignment, stage::ONLY),
    ];
    assert_eq!(kinds(&office.alerts(A).await), expected);
    assert_eq!(told(&office).await, [Event::Opened]);
}

#[tokio::test]
async fn of_a_tenant_that_is_not_monitored_nothing_is_told_until_it_is() {
    let office = office(1).await;
    office.switch(A, None, Some(false)).await;
    office.sees(A, &[("A3", 100, 100)]).await;
    office.evaluate().await;
    assert_eq!(office.alerts(A).await.len(), 1, "it is shown");
    assert_eq!(told(&office).await, []);
    office.switch(A, None, Some(true)).await;
    office.evaluate().await;
    assert_eq!(told(&office).await, [Event::Opened]);
}

#[tokio::test]
async fn of_a_tenant_that_is_switched_off_nothing_happens() {
    let office = office(1).await;
    office.sees(A, &[("A3", 100, 100)]).await;
    office.switch(A, Some(false), None).await;
    office.pass(SignedDuration::from_hours(24));
    assert_eq!(office.evaluate().await.tenants, 0);
    assert_eq!(office.alerts(A).await, []);
}

#[tokio::test]
async fn a_tenant_that_nobody_sees_is_told_and_its_other_alerts_stay() {
    let office = office(1).await;
    office.sees(A, &[("A3", 100, 100)]).await;
    office.evaluate().await;
    office.pass(SignedDuration::from_mins(30));
    office.cannot_see(A).await;
    office.evaluate().await;
    assert_eq!(office.alerts(A).await.len(), 1, "half an hour is not long");
    office.pass(SignedDuration::from_mins(31));
    office.evaluate().await;
    let alerts = office.alerts(A).await;
    assert_eq!(alerts.len(), 2);
    let Facts::Unseen { message, .. } = &alerts[1].alert.facts else {
        panic!("{alerts:?}")
    };
    assert_eq!(message, "Graph is out of order");

    office.sees(A, &[("A3", 100, 100)]).await;
    office.evaluate().await;
    assert_eq!(
        kinds(&office.alerts(A).await),
        [(Kind::Stock, stage::EXHAUSTED)]
    );
}

#[tokio::test]
async fn time_alone_makes_a_tenant_due() {
    let office = office(1).await;
    office.sees(A, &[("A3", 100, 100)]).await;
    office.evaluate().await;
    let alert = office.alerts(A).await.remove(0);
    let hour = SignedDuration::from_hours(1);
    let snooze = domain::Snooze::Until(office.now() + hour);
    office.act(&alert, domain::Action::Snooze(snooze)).await;
    office.evaluate().await;
    office.pass(SignedDuration::from_mins(50));
    office.sees(A, &[("A3", 100, 100)]).await;
    assert_eq!(office.evaluate().await.tenants, 0, "nothing has changed");
    office.pass(SignedDuration::from_mins(11));
    office.evaluate().await;
    assert_eq!(office.alerts(A).await[0].alert.state, State::Open);
    assert_eq!(told(&office).await, [Event::Opened, Event::Reminded]);
}

#[tokio::test]
async fn a_renewal_says_how_many_seats_nobody_used() {
    let office = office(1).await;
    let bought = Subscription {
        id: "p".to_owned(),
        sku_id: sku("A3", 1, 1).id,
        part_number: "A3".to_owned(),
        status: Status::Enabled,
        total: Some(100),
        is_trial: Some(false),
        created: Some(office.now()),
        next_lifecycle: Some(office.now() + SignedDuration::from_hours(24 * 100)),
    };
    for used in [30, 70, 40] {
        let skus = vec![sku("A3", 100, used)];
        office
            .sees_purchases(A, skus, std::slice::from_ref(&bought))
            .await;
        office.evaluate().await;
        office.pass(SignedDuration::from_hours(24 * 24));
    }
    assert_eq!(office.alerts(A).await, [], "its lead is 30 days");
    let skus = vec![sku("A3", 100, 50)];
    office
        .sees_purchases(A, skus, std::slice::from_ref(&bought))
        .await;
    office.evaluate().await;
    let alerts = office.alerts(A).await;
    let Facts::Purchase(purchase) = &alerts[0].alert.facts else {
        panic!("{alerts:?}")
    };
    assert_eq!(
        (purchase.unused, purchase.free_without),
        (Some(30), Some(-50))
    );

    // The date moves: it has renewed.
    let renewed = Subscription {
        next_lifecycle: Some(office.now() + SignedDuration::from_hours(24 * 400)),
        ..bought
    };
    office.pass(SignedDuration::from_mins(15));
    let skus = vec![sku("A3", 100, 50)];
    office.sees_purchases(A, skus, &[renewed]).await;
    office.evaluate().await;
    assert_eq!(office.alerts(A).await, []);
}

#[tokio::test]
async fn a_new_rule_is_followed_at_once() {
    let office = office(2).await;
    for tenant in [A, "school-00002"] {
        office.sees(tenant, &[("A3", 100, 80)]).await;
    }
    office.evaluate().await;
    let layer = Layer {
        low: Some(Threshold::Seats(25)),
        ..Layer::default()
    };
    let (scope, now) = (Scope::Tenant(key(A)), office.now());
    office
        .store
        .set_policy(&scope, layer, None, ANNA, now)
        .await
        .unwrap();
    assert_eq!(office.evaluate().await.tenants, 1);
    assert_eq!(kinds(&office.alerts(A).await), [(Kind::Stock, stage::LOW)]);
    assert_eq!(office.alerts("school-00002").await, []);
}

#[tokio::test]
async fn two_evaluators_at_once_open_one_alert() {
    let office = office(40).await;
    for number in 1..=40 {
        office
            .sees(&format!("school-{number:05}"), &[("A3", 10, 10)])
            .await;
    }
    let (one, two) = (office.evaluator(), office.evaluator());
    let (one, two) = tokio::join!(one.run_once(), two.run_once());
    assert_eq!(one.unwrap().messages + two.unwrap().messages, 40);
    assert_eq!(told(&office).await.len(), 40);
}

#[tokio::test]
async fn the_loop_judges_what_comes_and_ends_when_stopped() {
    let office = office(1).await;
    let stop = CancellationToken::new();
    let evaluator = office.evaluator();
    let pulse = evaluator.pulse();
    let running = tokio::spawn(evaluator.run(stop.clone()));
    office.sees(A, &[("A3", 10, 10)]).await;
    until("the alert is open", async || {
        !office.alerts(A).await.is_empty()
    })
    .await;
    assert!(pulse.load(std::sync::atomic::Ordering::Relaxed) > 0);
    stop.cancel();
    running.await.unwrap().unwrap();
}

#[tokio::test]
async fn what_is_over_for_long_is_forgotten_each_in_its_time() {
    let office = office(1).await;
    office.sees(A, &[("A3", 100, 100)]).await;
    office.evaluate().await;
    let id = office.alerts(A).await[0].id;
    office.pass(SignedDuration::from_mins(1));
    office.switch(A, None, Some(true)).await;
    office.sees(A, &[("A3", 100, 50)]).await;
    office.evaluate().await;
    assert_eq!(office.alerts(A).await, []);
    let kept = async || {
        let audit = office.store.audit(&AuditFilter::default(), None, 9).await;
        let alert = office.store.alert(id).await.unwrap();
        (audit.unwrap().len(), alert.is_some())
    };
    let day = SignedDuration::from_hours(24);
    for (days, expected) in [
        (365, (1, true)),
        (1, (0, true)),
        (364, (0, true)),
        (1, (0, false)),
    ] {
        office.pass(day * days);
        office.evaluate().await;
        assert_eq!(kept().await, expected, "after {days} more days");
    }
}

#[tokio::test]
async fn a_loop_forgets_once_an_hour() {
    let office = office(1).await;
    let evaluator = office.evaluator();
    evaluator.run_once().await.unwrap();
    let long_ago = office.now() - SignedDuration::from_hours(400 * 24);
    let deed = domain::Deed::SignedIn;
    let noted = office.store.note(ANNA, deed, "", "", long_ago);
    noted.await.unwrap();
    let left = async || {
        let audit = office.store.audit(&AuditFilter::default(), None, 9).await;
        audit.unwrap().len()
    };
    for (minutes, expected) in [(59, 1), (1, 0)] {
        office.pass(SignedDuration::from_mins(minutes));
        evaluator.run_once().await.unwrap();
        assert_eq!(left().await, expected);
    }
}

#[tokio::test]
async fn a_message_to_a_channel_that_was_taken_out_of_the_settings_dies_a_day_later() {
    let mut office = office(1).await;
    let list = office.routes[0].clone();
    let mut hook = list.clone();
    "hook".clone_into(&mut hook.channel);
    office.routes.push(hook);
    office.sees(A, &[("A3", 100, 100)]).await;
    office.evaluate().await;
    office.routes = vec![list];
    let dead = DeliveryFilter {
        state: Some(DeliveryState::Dead),
        ..DeliveryFilter::default()
    };
    for (hours, expected) in [(24, 0), (1, 1)] {
        office.pass(SignedDuration::from_hours(hours));
        office.evaluate().await;
        let dead = office.store.deliveries(&dead, None, 9).await.unwrap();
        assert_eq!(dead.len(), expected);
        assert!(dead.iter().all(|it| it.channel == "hook"));
    }
}
