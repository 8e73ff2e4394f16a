//! Random histories against a model that keeps every look whole: the store must answer the same.

use std::collections::BTreeMap;

use domain::{Cause, Look, Sku, SkuId, Status, Units};
use jiff::Timestamp;
use proptest::prelude::*;

use crate::fixture::{failed, key, minute, seen, sku, with};

const PARTS: [&str; 3] = ["A1", "A3", "E5"];

/// Seats of each product in one look; `None` for a product that is not there.
type Numbers = [Option<(i64, bool)>; 3];

#[derive(Clone, Debug)]
enum Event {
    Seen(Numbers),
    Failed(Cause),
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    // Few values, so that looks repeat themselves as real ones do.
    let numbers = || proptest::option::weighted(0.8, (0_i64..3, any::<bool>()));
    let seen = [numbers(), numbers(), numbers()].prop_map(Event::Seen);
    let failed = proptest::sample::select(&Cause::ALL[..3]).prop_map(Event::Failed);
    proptest::collection::vec(prop_oneof![3 => seen, 1 => failed], 1..25)
}

fn skus(numbers: &Numbers) -> Vec<Sku> {
    let present = numbers.iter().zip(PARTS);
    present
        .filter_map(|(numbers, part)| numbers.map(|numbers| (numbers, part)))
        .map(|((consumed, enabled), part)| {
            let status = if enabled {
                Status::Enabled
            } else {
                Status::Warning
            };
            Sku {
                status,
                ..sku(part, 10, consumed)
            }
        })
        .collect()
}

fn look(minutes: usize, event: &Event) -> Look {
    let at = minute(i64::try_from(minutes).unwrap());
    match event {
        Event::Seen(numbers) => seen(at, &skus(numbers)),
        Event::Failed(cause) => failed(at, *cause),
    }
}

/// The course of one SKU, from the looks themselves: a point wherever it is not as before.
fn course(events: &[Event], id: SkuId) -> Vec<(Timestamp, Option<(Units, Status)>)> {
    let mut course: Vec<(Timestamp, Option<(Units, Status)>)> = Vec::new();
    for (minutes, event) in events.iter().enumerate() {
        let Ok(snapshot) = look(minutes, event) else {
            continue;
        };
        let found = snapshot.skus.iter().find(|sku| sku.id == id);
        let now = found.map(|sku| (sku.units, sku.status.clone()));
        let before = course.last().and_then(|(_, value)| value.clone());
        if now != before {
            course.push((snapshot.taken_at, now));
        }
    }
    course
}

/// Unbroken runs of one cause.
fn gaps(events: &[Event]) -> Vec<(Cause, usize, Option<usize>)> {
    let mut gaps: Vec<(Cause, usize, Option<usize>)> = Vec::new();
    for (minutes, event) in events.iter().enumerate() {
        let open = gaps.last_mut().filter(|gap| gap.2.is_none());
        match (event, open) {
            (Event::Failed(cause), Some(open)) if open.0 == *cause => {}
            (event, open) => {
                if let Some(open) = open {
                    open.2 = Some(minutes);
                }
                if let Event::Failed(cause) = event {
                    gaps.push((*cause, minutes, None));
                }
            }
        }
    }
    gaps
}

async fn check(events: Vec<Event>, batch: usize) {
    let store = with(&["a", "b"]).await;
    let looks: Vec<_> = events
        .iter()
        .enumerate()
        .map(|(at, event)| look(at, event))
        .collect();
    for looks in looks.chunks(batch) {
        store.record_all(&key("a"), looks).await.unwrap();
    }

    let newest = looks.iter().rev().find_map(|look| look.as_ref().ok());
    let state = store.state(&key("a")).await.unwrap().unwrap();
    assert_eq!(state.snapshot.as_ref(), newest);
    let failures = looks.iter().rev().take_while(|look| look.is_err()).count();
    assert_eq!(state.tenant.failures as usize, failures);

    let until = minute(1_000);
    let mut found_gaps = BTreeMap::new();
    for part in PARTS {
        let id = SkuId::from_part_number(part);
        let past = store
            .history(&key("a"), id, minute(-1), until)
            .await
            .unwrap();
        let found: Vec<_> = past
            .points
            .into_iter()
            .map(|point| (point.from, point.units.map(|units| (units, point.status))))
            .collect();
        assert_eq!(found, course(&events, id), "{part}");
        found_gaps.insert(part, past.unseen);
    }
    let expected: Vec<_> = gaps(&events)
        .into_iter()
        .map(|(cause, _, until)| (cause, until.map(|at| minute(i64::try_from(at).unwrap()))))
        .collect();
    for unseen in found_gaps.values() {
        let found: Vec<_> = unseen.iter().map(|gap| (gap.cause, gap.until)).collect();
        assert_eq!(found, expected);
    }
    // The neighbour's books are its own.
    assert_eq!(
        store.state(&key("b")).await.unwrap().unwrap().snapshot,
        None
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_store_answers_as_a_model_that_keeps_every_look(
        events in events(),
        batch in 1_usize..8,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(check(events, batch));
    }
}
