//! What becomes of Graph's values, odd ones above all.

use super::*;
use graph::{parse_subscribed_skus, parse_subscriptions};

const NOW: Timestamp = Timestamp::UNIX_EPOCH;
const STUDENT: &str = "314c4481-f395-4525-be8b-2ec4bb1e9d91";

fn skus(rows: &str) -> Listing<SubscribedSku> {
    let page = parse_subscribed_skus(format!("{{\"value\":[{rows}]}}").as_bytes()).unwrap();
    Listing {
        items: page.items,
        remarks: page.remarks,
    }
}

fn purchases(rows: &str) -> Listing<CompanySubscription> {
    let page = parse_subscriptions(format!("{{\"value\":[{rows}]}}").as_bytes()).unwrap();
    Listing {
        items: page.items,
        remarks: page.remarks,
    }
}

/// The remarks that the translation itself made; Graph's begin with the name of the call.
fn ours(seen: &Snapshot) -> Vec<&str> {
    let remarks = seen.remarks.iter().map(String::as_str);
    remarks
        .filter(|remark| remark.starts_with("Microsoft"))
        .collect()
}

#[test]
fn numbers_and_words_arrive_as_microsoft_wrote_them() {
    let row = format!(
        r#"{{"skuId":"{STUDENT}","skuPartNumber":"STUDENT","appliesTo":"User",
            "capabilityStatus":"Foo","consumedUnits":7,"subscriptionIds":["s1"],
            "prepaidUnits":{{"enabled":10,"warning":2,"suspended":3,"lockedOut":4}}}}"#
    );
    let seen = snapshot(NOW, skus(&row), None);
    let [sku] = &seen.skus[..] else {
        panic!("{seen:?}")
    };
    assert_eq!(sku.id.to_string(), STUDENT);
    assert_eq!(sku.status, Status::Other("Foo".to_owned()));
    assert_eq!(
        (sku.units.free(), sku.units.suspended, sku.units.locked_out),
        (Some(5), Some(3), Some(4))
    );
    assert_eq!(sku.subscription_ids, ["s1"]);
    assert_eq!((ours(&seen).len(), seen.subscriptions), (0, None));
}

#[test]
fn what_microsoft_left_out_stays_out_and_the_row_stays_in() {
    let seen = snapshot(
        NOW,
        skus(r#"{"skuPartNumber":"ODD","consumedUnits":null}"#),
        None,
    );
    let [sku] = &seen.skus[..] else {
        panic!("{seen:?}")
    };
    assert_eq!(sku.id, SkuId::from_part_number("ODD"));
    assert_eq!(sku.units, Units::default());
    assert_eq!(sku.status, Status::Missing);
    assert_eq!(
        ours(&seen),
        ["Microsoft gave no skuId for a SKU \"ODD\"; its part number stands in for it"]
    );
}

#[test]
fn rows_without_any_name_are_kept_apart() {
    let row = |used| format!(r#"{{"consumedUnits":{used}}}"#);
    let look = || snapshot(NOW, skus(&[row(1), row(2), row(2)].join(",")), None);
    let seen = look();
    let mut used: Vec<_> = seen.skus.iter().map(|sku| sku.units.consumed).collect();
    used.sort_unstable();
    assert_eq!(used, [Some(1), Some(2), Some(2)]);
    assert_eq!(ours(&seen).len(), 3);
    assert_eq!(
        look().skus,
        seen.skus,
        "the next look finds the same series"
    );
}

#[test]
fn an_id_that_is_missing_is_taken_from_the_rows_own_id() {
    let row = format!(r#"{{"id":"11111111-2222-3333-4444-555555555555_{STUDENT}"}}"#);
    let seen = snapshot(NOW, skus(&row), None);
    assert_eq!(seen.skus[0].id.to_string(), STUDENT);
    assert_eq!(ours(&seen).len(), 0);
}

#[test]
fn rows_are_sorted_and_a_double_is_told_only_if_it_differs() {
    let row = |id: &str, used| format!(r#"{{"skuId":"{id}","consumedUnits":{used}}}"#);
    let other = "00000000-0000-0000-0000-000000000001";
    let same = [row(STUDENT, 1), row(other, 2), row(STUDENT, 1)].join(",");
    let seen = snapshot(NOW, skus(&same), None);
    assert_eq!(
        seen.skus
            .iter()
            .map(|sku| sku.units.consumed)
            .collect::<Vec<_>>(),
        [Some(2), Some(1)]
    );
    assert_eq!(ours(&seen).len(), 0);

    let different = [row(STUDENT, 1), row(STUDENT, 9)].join(",");
    let seen = snapshot(NOW, skus(&different), None);
    assert_eq!(seen.skus[0].units.consumed, Some(1));
    let remarks = ours(&seen);
    assert!(
        remarks[0].contains("twice with different numbers"),
        "{remarks:?}"
    );
}

#[test]
fn a_subscription_is_followed_by_its_id_or_not_at_all() {
    let rows = format!(
        r#"{{"id":"a","skuId":"{STUDENT}","status":"Enabled","totalLicenses":5,"isTrial":true,
             "nextLifecycleDateTime":"2027-01-01T00:00:00Z"}},
           {{"commerceSubscriptionId":"b","skuPartNumber":"ODD"}},
           {{"skuPartNumber":"NAMELESS"}}"#
    );
    let seen = snapshot(NOW, skus(""), Some(Ok(purchases(&rows))));
    let subscriptions = seen.subscriptions.as_deref().unwrap();
    let ids: Vec<&str> = subscriptions
        .iter()
        .map(|purchase| purchase.id.as_str())
        .collect();
    assert_eq!(ids, ["a", "b"]);
    assert_eq!(
        (subscriptions[0].total, subscriptions[0].is_trial),
        (Some(5), Some(true))
    );
    assert_eq!(subscriptions[1].total, None);
    assert_eq!(
        ours(&seen),
        [
            "Microsoft gave no skuId for the subscription of \"ODD\"; \
             its part number stands in for it",
            "Microsoft gave no id for a subscription of \"NAMELESS\"; it cannot be followed"
        ]
    );
}

#[test]
fn remarks_say_which_call_they_are_about() {
    let seen = snapshot(
        NOW,
        skus(r#"{"skuPartNumber":"P","consumedUnits":"many"}"#),
        None,
    );
    assert_eq!(seen.skus[0].units.consumed, None);
    assert!(
        seen.remarks[0].starts_with("subscribedSkus: "),
        "{:?}",
        seen.remarks
    );
}
