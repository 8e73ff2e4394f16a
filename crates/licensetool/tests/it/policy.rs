//! `licensetool policy`: what is set is what holds, and every layer is named.

use serde_json::Value;

use crate::alerts::judged;
use crate::fixture::{Office, alone};

const WORLD: &str = r#"
    [[tenant]]
    key = "a"
    name = "A"
    [[tenant.sku]]
    part_number = "STANDARDWOFFPACK_STUDENT"
    sku_id = "314c4481-f395-4525-be8b-2ec4bb1e9d91"
    enabled = 100
    consumed = 92
    subscription = [{ created_day = -100, ends_in_days = 200 }]
    [[tenant.sku]]
    part_number = "FLOW_FREE"
    sku_id = "f30db892-07e9-47e9-837c-80727f46fd3d"
    enabled = 10_000
    consumed = 9
"#;

/// Value and layer of a rule.
async fn rule(office: &Office, of: &[&str], rule: &str) -> (String, String) {
    let all = [&["policy", "show"], of, &["--format", "json"]].concat();
    let ended = office.licensetool(&all).await;
    let shown: Value = serde_json::from_str(&ended.out).unwrap_or_else(|_| panic!("{ended:?}"));
    let text = |member: &str| shown["policy"][rule][member].as_str().unwrap().to_owned();
    (text("value"), text("said_by"))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_set_for_the_particular_wins_and_can_be_taken_back() {
    let office = judged(WORLD).await;
    let check = async |of: &[&str], name: &str, value: &str, said_by: &str| {
        let expected = (value.to_owned(), said_by.to_owned());
        assert_eq!(rule(&office, of, name).await, expected, "{of:?}");
    };
    let sku = ["a", "STANDARDWOFFPACK_STUDENT"];
    check(&[], "low", "5%", "built-in").await;
    office.set("[policy]\nlow = \"6%\"\n");
    check(&sku, "low", "6%", "licensetool.toml or environment").await;
    let set = async |arguments: &[&str]| {
        let ended = office
            .licensetool(&[&["policy", "set"], arguments].concat())
            .await;
        assert_eq!(ended.code, Some(0), "{ended:?}");
        ended.out
    };
    set(&["low=7%", "renewal-lead=60"]).await;
    set(&["--tenant", "a", "low=3", "stale-after=2h"]).await;
    let shown = set(&[
        "--tenant",
        "a",
        "--sku",
        "standardwoffpack_student",
        "low=8",
    ])
    .await;
    assert!(
        shown.contains("for STANDARDWOFFPACK_STUDENT of a"),
        "{shown}"
    );
    check(&[], "low", "7%", "company").await;
    check(&["a"], "low", "3", "tenant").await;
    check(&["a"], "stale_after", "2h", "tenant").await;
    check(&sku, "low", "8", "product").await;
    check(&sku, "renewal_lead", "60", "company").await;
    let free = "built-in, as it is free of charge";
    check(&["a", "FLOW_FREE"], "exclude", "alerts-only", free).await;
    check(&["a", "FLOW_FREE"], "low", "3", "tenant").await;
    let company = office.licensetool(&["policy", "show"]).await;
    assert!(
        company.out.contains("low=3 stale-after=2h"),
        "{}",
        company.out
    );
    assert!(company.out.contains("tester"), "{}", company.out);

    // At 8 seats free, 8 is low and 3 is not.
    let alerts = async || office.licensetool(&["alerts", "list"]).await.out;
    office.licensetool(&["run", "--once"]).await;
    assert!(
        alerts().await.contains("low: 8 free of 100"),
        "{}",
        alerts().await
    );
    set(&[
        "--tenant",
        "a",
        "--sku",
        "STANDARDWOFFPACK_STUDENT",
        "low=inherit",
    ])
    .await;
    check(&sku, "low", "3", "tenant").await;
    let same = set(&["--tenant", "a", "low=3"]).await;
    assert!(same.contains("nothing was changed"), "{same}");
    office.licensetool(&["run", "--once"]).await;
    assert!(!alerts().await.contains("8 free"), "{}", alerts().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_is_pinned_and_released() {
    let office = judged(WORLD).await;
    let unknown = office
        .licensetool(&["policy", "pin", "a", "x", "renews"])
        .await;
    assert_eq!(unknown.code, Some(2), "{unknown:?}");
    let (_, known) = unknown.err.split_once("; it has ").unwrap();
    let subscription = known.trim().split(", ").next().unwrap().to_owned();
    let pin = async |word: &str| {
        let ended = office
            .licensetool(&["policy", "pin", "a", &subscription, word])
            .await;
        assert_eq!(ended.code, Some(0), "{ended:?}");
        ended.out
    };
    assert!(pin("ends").await.contains("ends, whatever is seen"));
    let store = office.store().await;
    let tenant = domain::TenantKey::parse("a").unwrap();
    let pins = store.pins(&tenant).await.unwrap();
    assert_eq!(pins[&subscription], domain::Pin::Ends);
    assert!(pin("clear").await.contains("counts again"));
    assert!(store.pins(&tenant).await.unwrap().is_empty());
}

#[test]
fn what_is_no_rule_or_place_is_said_at_once() {
    let home = tempfile::tempdir().unwrap();
    let check = |arguments: &[&str], words: &[&str]| {
        let ended = alone(home.path(), &[&["policy"], arguments].concat());
        assert_eq!(ended.code, Some(2), "{ended:?}");
        for words in words {
            assert!(ended.err.contains(words), "{words} in {}", ended.err);
        }
    };
    check(
        &["set", "lo=5", "exclude=all"],
        &["did you mean low?", "exclude=\"all\" must be"],
    );
    check(&["set", "--sku", "X", "low=5"], &["--tenant"]);
    check(&["set"], &["RULE=VALUE"]);
    check(
        &["show", "a"],
        &["there is no tenant a; none was collected yet"],
    );
}
