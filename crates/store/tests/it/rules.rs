//! Rules and pins, kept with who set them.

use domain::{Exclusion, Layer, Pin, Scope, SkuId, Threshold};
use jiff::SignedDuration;
use store::PolicySet;

use crate::fixture::{by, key, minute, sku, with};

#[tokio::test]
async fn layers_come_back_as_they_were_set() {
    let store = with(&["a"]).await;
    let full = Layer {
        low: Some(Threshold::Percent(7)),
        clear_margin: Some(3),
        stale_after: Some(SignedDuration::from_mins(90)),
        exclusion: Some(Exclusion::AlertsOnly),
        renewal_lead_days: Some(60),
    };
    let scopes = [
        (Scope::Company, Layer::default()),
        (Scope::Tenant(key("a")), full),
        (Scope::Sku(key("a"), SkuId::from_part_number("A3")), full),
    ];
    for (scope, layer) in &scopes {
        let set = store
            .set_policy(scope, *layer, Some(0), by("anna"), minute(1))
            .await
            .unwrap();
        assert!(matches!(set, PolicySet::Done(_)), "{set:?}");
    }
    let kept = store.policy_layers().await.unwrap();
    let found: Vec<_> = kept.iter().map(|it| (it.scope.clone(), it.layer)).collect();
    assert_eq!(found, scopes);
    assert!(kept.iter().all(|it| it.set_by == "anna" && it.version == 1));

    let configured = Layer {
        low: Some(Threshold::Seats(1)),
        ..Layer::default()
    };
    let policies = store.policies(configured).await.unwrap();
    let a3 = sku("A3", 1, 1);
    let low = |tenant: &str| policies.effective(&key(tenant), &a3).low;
    assert_eq!(
        (low("a"), low("b")),
        (Threshold::Percent(7), Threshold::Seats(1))
    );
}

#[tokio::test]
async fn a_rule_that_somebody_else_changed_is_not_overwritten() {
    let store = with(&["a"]).await;
    let layer = Layer::default();
    let set = async |expected, who: &str| {
        let set = store
            .set_policy(&Scope::Company, layer, expected, by(who), minute(1))
            .await;
        set.unwrap()
    };
    assert_eq!(set(Some(1), "anna").await, PolicySet::Overtaken(None));
    assert!(matches!(set(Some(0), "anna").await, PolicySet::Done(_)));
    let PolicySet::Overtaken(Some(kept)) = set(Some(0), "beat").await else {
        panic!("anna was there first")
    };
    assert_eq!((&*kept.set_by, kept.version), ("anna", 1));
    assert!(matches!(set(None, "beat").await, PolicySet::Done(_)));
}

#[tokio::test]
async fn a_word_on_a_purchase_can_be_taken_back() {
    let store = with(&["a"]).await;
    let a = key("a");
    for pin in [Pin::Renews, Pin::Ends] {
        store
            .set_pin(&a, "p", Some(pin), by("anna"), minute(1))
            .await
            .unwrap();
        assert_eq!(store.pins(&a).await.unwrap()["p"], pin);
    }
    store
        .set_pin(&a, "p", None, by("anna"), minute(2))
        .await
        .unwrap();
    assert!(store.pins(&a).await.unwrap().is_empty());
}
