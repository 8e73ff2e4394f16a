//! Tenants as they are seen, and the concerns that are found in them.

use super::*;
use crate::{
    AppliesTo, Cause, Evidence, Exclusion, Layer, Outlook, Purchase, Scope, SkuId, Stage, State,
    Status, Subscription, Threshold, Units,
};

fn now() -> Timestamp {
    "2026-08-17T06:00:00Z".parse().unwrap()
}

fn days(days: i64) -> Timestamp {
    now() + SignedDuration::from_hours(24 * days)
}

fn key() -> TenantKey {
    TenantKey::parse("iseschool").unwrap()
}

fn sku(part_number: &str, enabled: i64, consumed: i64) -> Sku {
    Sku {
        id: SkuId::from_part_number(part_number),
        part_number: part_number.to_owned(),
        applies_to: AppliesTo::User,
        status: Status::Enabled,
        units: Units {
            enabled: Some(enabled),
            warning: Some(0),
            consumed: Some(consumed),
            ..Units::default()
        },
        subscription_ids: Vec::new(),
    }
}

fn bought(id: &str, ends: i64) -> Subscription {
    Subscription {
        id: id.to_owned(),
        sku_id: SkuId::from_part_number("A3"),
        part_number: "A3".to_owned(),
        status: Status::Enabled,
        total: Some(100),
        is_trial: Some(false),
        created: Some(days(-300)),
        next_lifecycle: Some(days(ends)),
    }
}

/// A tenant that is judged: fields are changed, `found` is asked.
#[derive(Default)]
struct Tenant {
    skus: Vec<Sku>,
    purchases: Vec<Subscription>,
    /// Hours since the last look; `None`: there was none.
    age: Option<i64>,
    /// Minutes since somebody should look; as old as the world without it.
    expected: Option<i64>,
    gap: Option<Gap>,
    certificate: Option<Certificate>,
    renewals: BTreeMap<String, Renewal>,
    unused: BTreeMap<String, i64>,
    policies: Policies,
    alerts: Vec<Alert>,
}

impl Tenant {
    fn with(skus: Vec<Sku>, purchases: Vec<Subscription>) -> Self {
        Self {
            skus,
            purchases,
            age: Some(0),
            ..Self::default()
        }
    }

    fn assess(&self) -> Assessment {
        let snapshot = self.age.map(|age| Snapshot {
            taken_at: now() - SignedDuration::from_hours(age),
            skus: self.skus.clone(),
            subscriptions: Some(self.purchases.clone()),
            remarks: Vec::new(),
        });
        let view = View {
            tenant: &key(),
            snapshot: snapshot.as_ref(),
            gap: self.gap.as_ref(),
            expected_since: self.expected.map_or(Timestamp::UNIX_EPOCH, |minutes| {
                now() - SignedDuration::from_mins(minutes)
            }),
            certificate: self.certificate.as_ref(),
            renewals: &self.renewals,
            unused: &self.unused,
            policies: &self.policies,
            alerts: &self.alerts,
        };
        assess(&view, now())
    }

    /// Kind and stage of all that is found.
    fn found(&self) -> Vec<(Kind, Stage)> {
        let assessment = self.assess();
        let found = assessment.present.iter();
        found
            .map(|(concern, found)| (concern.kind, found.stage))
            .collect()
    }

    /// Lets alerts open for all that is found.
    fn opens(mut self) -> Self {
        let assessment = self.assess();
        let opened = assessment.present().filter_map(|concern| {
            let verdict = assessment.verdict(concern);
            crate::step(concern, None, &verdict, true, now()).map(|step| step.alert)
        });
        self.alerts = opened.collect();
        self
    }
}

#[test]
fn stock_is_judged_by_free_seats() {
    let check = |consumed, expected: &[(Kind, Stage)]| {
        let found = Tenant::with(vec![sku("A3", 100, consumed)], vec![]).found();
        assert_eq!(found, expected, "{consumed} of 100");
    };
    check(90, &[]);
    check(95, &[(Kind::Stock, stage::LOW)]);
    check(100, &[(Kind::Stock, stage::EXHAUSTED)]);
    let both = [
        (Kind::Stock, stage::EXHAUSTED),
        (Kind::OverAssignment, stage::ONLY),
    ];
    check(101, &both);
}

#[test]
fn over_assignment_says_that_no_seat_is_free_so_stock_need_not() {
    let assessment = Tenant::with(vec![sku("A3", 100, 103)], vec![]).assess();
    let covered: Vec<bool> = assessment.present.values().map(|it| it.covered).collect();
    assert_eq!(covered, [true, false]);
}

#[test]
fn an_alert_holds_on_until_its_margin_is_cleared() {
    let mut tenant = Tenant::with(vec![sku("A3", 100, 100)], vec![]).opens();
    tenant.skus = vec![sku("A3", 100, 99)];
    assert_eq!(tenant.found(), [(Kind::Stock, stage::EXHAUSTED)]);
    tenant.skus = vec![sku("A3", 100, 98)];
    assert_eq!(tenant.found(), [(Kind::Stock, stage::LOW)]);
    let before: Vec<Alert> = Vec::new();
    tenant.alerts = before;
    tenant.skus = vec![sku("A3", 100, 99)];
    assert_eq!(tenant.found(), [(Kind::Stock, stage::LOW)]);
}

#[test]
fn what_is_excluded_or_no_stock_is_no_concern() {
    let company = Sku {
        applies_to: AppliesTo::Company,
        ..sku("STORE", 1, 9)
    };
    let free = sku("FLOW_FREE", 10, 10);
    let mut tenant = Tenant::with(vec![company, free, sku("A3", 10, 10)], vec![bought("p", 3)]);
    let found = [
        (Kind::Stock, stage::EXHAUSTED),
        (Kind::Renewal, stage::COMING),
    ];
    assert_eq!(tenant.found(), found);
    let quiet = Layer {
        exclusion: Some(Exclusion::AlertsOnly),
        ..Layer::default()
    };
    let scope = Scope::Sku(key(), SkuId::from_part_number("A3"));
    tenant.policies.set(scope, quiet);
    assert_eq!(tenant.found(), []);
}

#[test]
fn a_purchase_is_a_concern_from_its_lead_until_its_date_has_moved() {
    let check = |ends, expected: &[(Kind, Stage)]| {
        let found = Tenant::with(vec![sku("A3", 100, 10)], vec![bought("p", ends)]).found();
        assert_eq!(found, expected, "in {ends} days");
    };
    check(31, &[]);
    check(30, &[(Kind::Renewal, stage::COMING)]);
    check(-3, &[(Kind::Renewal, stage::COMING)]);
    check(-4, &[]);

    let grace = Subscription {
        status: Status::Warning,
        ..bought("p", 60)
    };
    let tenant = Tenant::with(vec![sku("A3", 100, 10)], vec![grace]);
    assert_eq!(tenant.found(), [(Kind::Renewal, stage::IN_GRACE)]);
    let trial = Subscription {
        is_trial: Some(true),
        ..bought("p", 6)
    };
    let tenant = Tenant::with(vec![sku("A3", 100, 10)], vec![trial]);
    assert_eq!(tenant.found(), [(Kind::Trial, stage::COMING)]);
}

#[test]
fn a_renewal_says_what_is_known_of_it() {
    let mut tenant = Tenant::with(vec![sku("A3", 100, 30)], vec![bought("p", 20)]);
    let renewal = Renewal {
        outlook: Outlook::Renews,
        evidence: Evidence::Pinned,
    };
    tenant.renewals.insert("p".to_owned(), renewal);
    tenant.unused.insert("p".to_owned(), 60);
    let tenant = tenant.opens();
    let expected = Facts::Purchase(Purchase {
        sku_id: SkuId::from_part_number("A3"),
        part_number: "A3".to_owned(),
        status: Status::Enabled,
        total: Some(100),
        next: days(20),
        outlook: Outlook::Renews,
        unused: Some(60),
        free_without: Some(-30),
    });
    assert_eq!(tenant.alerts[0].facts, expected);
    assert_eq!(tenant.alerts[0].severity(), crate::Severity::Notice);
}

#[test]
fn a_shortage_says_what_comes_next() {
    let suspended = Subscription {
        status: Status::Suspended,
        ..bought("gone", 2)
    };
    let purchases = vec![bought("late", 90), bought("next", 40), suspended];
    let tenant = Tenant::with(vec![sku("A3", 100, 100)], purchases).opens();
    let Facts::Seats(seats) = &tenant.alerts[0].facts else {
        panic!("{:?}", tenant.alerts)
    };
    assert_eq!(seats.next.as_ref().map(|next| next.at), Some(days(40)));
}

#[test]
fn a_blind_tenant_keeps_its_alerts_and_gets_one_more() {
    let mut tenant = Tenant::with(vec![sku("A3", 100, 100)], vec![bought("p", 3)]).opens();
    tenant.age = Some(2);
    assert_eq!(tenant.found(), [(Kind::Staleness, stage::ONLY)]);
    let assessment = tenant.assess();
    for alert in &tenant.alerts {
        assert_eq!(assessment.verdict(&alert.concern), Verdict::Unknown);
    }
    let soon = SignedDuration::from_mins(2);
    assert!(assessment.next_turn < now() + soon, "{assessment:?}");
    let other = Concern::new(Kind::Certificate, "AB");
    assert_eq!(assessment.verdict(&other), Verdict::Absent);
}

#[test]
fn a_tenant_that_was_never_seen_is_given_an_hour() {
    let mut tenant = Tenant {
        expected: Some(59),
        gap: Some(Gap {
            at: now() - SignedDuration::from_mins(59),
            cause: Cause::Denied,
            message: "Graph denies".to_owned(),
            advice: "consent".to_owned(),
        }),
        ..Tenant::default()
    };
    assert_eq!(tenant.found(), []);
    let turn = tenant.assess().next_turn;
    assert!(turn <= now() + SignedDuration::from_mins(2), "{turn}");
    tenant.expected = Some(61);
    assert_eq!(tenant.found(), [(Kind::Staleness, stage::ONLY)]);
}

#[test]
fn what_was_not_seen_while_a_tenant_was_switched_off_is_not_missed() {
    let mut tenant = Tenant::with(vec![sku("A3", 100, 100)], vec![]);
    tenant.age = Some(24 * 30);
    tenant.expected = Some(5);
    assert_eq!(tenant.found(), []);
    let stock = Concern::new(Kind::Stock, SkuId::from_part_number("A3").to_string());
    let unseen = Concern::new(Kind::Staleness, WHOLE_TENANT);
    for concern in [stock, unseen] {
        assert_eq!(tenant.assess().verdict(&concern), Verdict::Unknown);
    }
}

#[test]
fn a_missing_number_is_a_concern_and_leaves_the_stock_unknown() {
    let mut tenant = Tenant::with(vec![sku("A3", 100, 100)], vec![]).opens();
    tenant.skus[0].units.consumed = None;
    assert_eq!(tenant.found(), [(Kind::Staleness, stage::ONLY)]);
    let stock = &tenant.alerts[0].concern;
    assert_eq!(tenant.assess().verdict(stock), Verdict::Unknown);

    // While the tenant cannot be seen, nobody knows whether the number is still missing.
    let mut tenant = tenant.opens();
    tenant.age = Some(2);
    let missing = &tenant.alerts[0].concern;
    assert_eq!(tenant.assess().verdict(missing), Verdict::Unknown);
}

#[test]
fn a_product_that_is_gone_is_no_concern_any_more() {
    let mut tenant = Tenant::with(vec![sku("A3", 100, 100)], vec![]).opens();
    tenant.skus.clear();
    let stock = &tenant.alerts[0].concern;
    assert_eq!(tenant.assess().verdict(stock), Verdict::Absent);
}

#[test]
fn a_certificate_is_judged_without_any_look() {
    let tenant = Tenant {
        expected: Some(1),
        certificate: Some(Certificate {
            thumbprint: "AB".to_owned(),
            ends: days(10),
        }),
        ..Tenant::default()
    };
    assert_eq!(tenant.found(), [(Kind::Certificate, Stage(2))]);
    assert!(tenant.assess().next_turn <= days(3) + SignedDuration::from_secs(1));
}

#[test]
fn time_alone_is_waited_for() {
    let check = |tenant: &Tenant, expected: Timestamp| {
        let turn = tenant.assess().next_turn;
        let after = expected + SignedDuration::from_millis(1);
        assert_eq!(turn, after);
    };
    let hour = now() + SignedDuration::from_hours(1);
    let mut tenant = Tenant::with(vec![sku("A3", 100, 100)], vec![bought("p", 90)]);
    check(&tenant, hour);
    tenant.policies = Policies::new(Layer {
        stale_after: Some(SignedDuration::from_hours(24 * 365)),
        ..Layer::default()
    });
    let at_least = now() + AT_LEAST;
    assert_eq!(tenant.assess().next_turn, at_least);
    let mut tenant = tenant.opens();
    let until = now() + SignedDuration::from_hours(2);
    tenant.alerts[0].state = State::Snoozed(crate::Snooze::Until(until));
    check(&tenant, until);
}

#[test]
fn a_threshold_of_the_tenant_is_followed() {
    let mut tenant = Tenant::with(vec![sku("A3", 100, 80)], vec![]);
    let layer = Layer {
        low: Some(Threshold::Seats(20)),
        ..Layer::default()
    };
    tenant.policies.set(Scope::Tenant(key()), layer);
    assert_eq!(tenant.found(), [(Kind::Stock, stage::LOW)]);
}
