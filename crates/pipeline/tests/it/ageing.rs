//! History that grows old becomes small beside the judging, a few tenants a turn.

use domain::{Gap, SkuId, Snapshot};
use jiff::{SignedDuration, Timestamp};
use pipeline::evaluate::{self, Evaluator, Retention};
use prometheus_client::encoding::text::encode;
use prometheus_client::registry::Registry;

use crate::fixture::key;
use crate::office::{Office, office, sku};

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Two hundred days in which a number changes every six hours.
async fn with_a_past(tenants: usize) -> Office {
    let office = office(tenants).await;
    // Never at a moment at which anybody reads it.
    let begun = office.now() - DAY * 200 - SignedDuration::from_mins(7);
    for tenant in 1..=tenants {
        let look = |look: i32| {
            Ok::<_, Gap>(Snapshot {
                taken_at: begun + SignedDuration::from_hours(6) * look,
                skus: vec![sku("A3", 1000, i64::from(look))],
                subscriptions: None,
                remarks: Vec::new(),
            })
        };
        let looks: Vec<_> = (1..800).map(look).collect();
        let of = key(&format!("school-{tenant:05}"));
        office.store.record_all(&of, &looks).await.unwrap();
    }
    office
}

fn evaluator(office: &Office, retention: Retention) -> Evaluator {
    let settings = evaluate::Settings {
        retention,
        ..evaluate::Settings::default()
    };
    Evaluator::new(office.store.clone(), settings, office.clock())
}

/// How many rows there are of a tenant's only product.
async fn rows(office: &Office, tenant: usize) -> usize {
    let of = key(&format!("school-{tenant:05}"));
    let id = SkuId::from_part_number("A3");
    let ever = (Timestamp::MIN, office.now());
    let points = office.store.points(&of, id, ever.0, ever.1);
    points.await.unwrap().len()
}

#[tokio::test]
async fn a_loop_makes_the_history_of_all_tenants_small_a_few_a_turn() {
    let office = with_a_past(30).await;
    let evaluator = evaluator(&office, Retention::default());
    let metrics = evaluator.metrics();
    evaluator.turn().await.unwrap();
    let mut begun = 0;
    for tenant in 1..=30 {
        begun += usize::from(rows(&office, tenant).await < 799);
    }
    assert_eq!(begun, 20, "the others wait for the next turn");
    // A month at a time for each, and once more to see that all is done.
    for _ in 0..8 {
        evaluator.turn().await.unwrap();
    }
    let expected = 799 - 110 * 2;
    let mut removed = 0;
    for tenant in 1..=30 {
        let rows = rows(&office, tenant).await;
        assert!(rows.abs_diff(expected) <= 2, "{rows} rows");
        removed += 799 - rows;
    }
    let mut registry = Registry::default();
    metrics.register(&mut registry);
    let mut text = String::new();
    encode(&mut text, &registry).unwrap();
    let line = format!("history_removed_rows_total{{reason=\"thinned\"}} {removed}");
    assert!(text.contains(&line), "{text}");
}

#[tokio::test]
async fn a_loop_looks_once_an_hour_and_keeps_what_a_tenant_wants_kept() {
    let office = with_a_past(2).await;
    let retention = Retention {
        compact_after: DAY * 365,
        keep: DAY * 100,
        keep_of: [(key("school-00002"), DAY * 150)].into(),
        ..Retention::default()
    };
    let evaluator = evaluator(&office, retention);
    let both = async || [rows(&office, 1).await, rows(&office, 2).await];
    for _ in 0..2 {
        evaluator.turn().await.unwrap();
    }
    assert_eq!(both().await, [400, 600]);
    for (hours, expected) in [(17, [400, 600]), (1, [397, 597])] {
        office.pass(SignedDuration::from_hours(hours));
        evaluator.turn().await.unwrap();
        assert_eq!(both().await, expected, "after {hours} more hours");
    }
}
