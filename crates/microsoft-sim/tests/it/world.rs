//! World files: what the demo's one promises, and what a wrong one is told.

use jiff::{SignedDuration, Timestamp};
use microsoft_sim::World;
use proptest::prelude::*;
use serde_json::Value;

const DEMO: &str = include_str!("../../worlds/demo.toml");

fn day0() -> Timestamp {
    "2026-11-20T09:00:00Z".parse().unwrap()
}

fn skus(key: &str, days: i64) -> Vec<Value> {
    let at = day0() + SignedDuration::from_hours(24 * days);
    let body = World::demo()
        .starting(day0())
        .subscribed_skus_body(key, at)
        .unwrap();
    let body: Value = serde_json::from_slice(&body).unwrap();
    body["value"].as_array().unwrap().clone()
}

fn free(sku: &Value) -> i64 {
    let units = |name: &str| sku["prepaidUnits"][name].as_i64().unwrap();
    units("enabled") + units("warning") - sku["consumedUnits"].as_i64().unwrap()
}

fn the<'a>(skus: &'a [Value], part_number: &str) -> &'a Value {
    skus.iter()
        .find(|sku| sku["skuPartNumber"] == part_number)
        .unwrap()
}

#[test]
fn the_demo_has_one_sku_of_each_state() {
    let all = skus("iseschool", 0);
    assert_eq!(free(the(&all, "M365EDU_A5_FACULTY")), 0);
    assert!((1..=60).contains(&free(the(&all, "STANDARDWOFFPACK_STUDENT"))));
    assert!(free(the(&all, "M365EDU_A5_STUUSEBNFT")) < 0);
    assert_eq!(
        the(&all, "POWERAPPS_PER_USER")["capabilityStatus"],
        "Warning"
    );
    assert_eq!(the(&all, "FLOW_FREE")["prepaidUnits"]["enabled"], 10_000);
    assert_eq!(the(&all, "WINDOWS_STORE")["appliesTo"], "Company");
    the(&skus("iseschool2013", 0), "CLASSROOM_PILOT_EDU");

    let world = World::demo().starting(day0());
    let bought = world.subscriptions_body("iseschool", day0()).unwrap();
    let bought: Value = serde_json::from_slice(&bought).unwrap();
    let mut bought = bought["value"].as_array().unwrap().iter();
    let trial = bought.find(|it| it["isTrial"] == true).unwrap();
    assert_eq!(trial["nextLifecycleDateTime"], "2026-11-27T00:00:00Z");
}

#[test]
fn the_demo_has_a_school_year_behind_it() {
    let used = |days| {
        let sku = the(&skus("iseschool", days), "STANDARDWOFFPACK_STUDENT").clone();
        sku["consumedUnits"].as_i64().unwrap()
    };
    assert!(used(-95) - used(-110) > 100, "the new classes came");
    assert!(
        skus("iseschool", -180).len() < skus("iseschool", 0).len(),
        "the trial is new"
    );
}

/// Reading the file ends with an error that says all of these words.
fn check(text: &str, words: &[&str]) {
    let error = World::parse(text).unwrap_err().to_string();
    assert!(
        words.iter().all(|word| error.contains(word)),
        "{text}: {error}"
    );
}

#[test]
fn a_wrong_file_says_line_tenant_field_and_the_way_out() {
    let sku = "sku_id = \"314c4481-f395-4525-be8b-2ec4bb1e9d91\"\npart_number = \"A\"";
    let in_sku = |line: &str| {
        format!("[[tenant]]\nkey = \"a\"\nname = \"A\"\n[[tenant.sku]]\n{sku}\n{line}\n")
    };
    check("", &["no tenant", "[[tenant]]"]);
    check("[[tenant]]\nkey = \"a\"\n", &["name"]);
    check("[[tenant]]\nkey = \"a b\"\nname = \"A\"", &["key", "a-z"]);
    check(
        "[[tenant]]\nkey = \"a\"\nname = \"A\"\ncolour = 1",
        &["line 4", "colour"],
    );
    check("[[tenant]\n", &["line 1"]);
    check(
        &in_sku("consumed = []"),
        &["line 4", "\"a\"", "consumed", "at least one"],
    );
    check(
        &in_sku("consumed = [[5, 1], [1, 2]]"),
        &["sku A", "consumed", "sort the points"],
    );
    check(&in_sku("consumed = 99999999999"), &["consumed", "odd"]);
    check(&in_sku("plans = [\"X\"]"), &["plans", "[service_plans]"]);
    check(
        &in_sku(&format!("[[tenant.sku]]\n{sku}")),
        &["stands twice"],
    );
    let site = |line: &str| {
        let tenants = "[[tenant]]\nkey = \"a\"\nname = \"A\"\n";
        format!("{tenants}[sharepoint]\nname = \"S\"\n{line}")
    };
    check(
        &site("tenant = \"b\"\nprofile = \"c\""),
        &["line 4", "sharepoint.tenant", "\"b\""],
    );
    check(
        &site("tenant = \"a\"\nprofile = \"a\""),
        &["line 4", "sharepoint.profile", "another name"],
    );
    check(
        &site("tenant = \"a\"\nprofile = \"C\""),
        &["sharepoint.profile", "a-z"],
    );
    let twice = "[[tenant]]\nkey = \"a\"\nname = \"A\"\n".repeat(2);
    check(&twice, &["key", "another tenant"]);
}

#[test]
fn people_who_cannot_be_are_refused_in_the_same_way() {
    let people = |lines: &str| {
        let tenant = "[[tenant]]\nkey = \"a\"\nname = \"A\"\n";
        format!("{tenant}[sign_in]\ntenant = \"a\"\n{lines}")
    };
    let account = |tenant: &str, username: &str| {
        let name = format!("[[account]]\nname = \"N\"\ntenant = \"{tenant}\"\n");
        format!("{name}username = \"{username}\"\n")
    };
    check(
        &people(&account("b", "n@a.example")),
        &["line 6", "account.tenant", "\"b\""],
    );
    check(&people(&account("a", "n")), &["username", "mail address"]);
    check(
        &people(&account("a", "n@a.example").repeat(2)),
        &["line 10", "another account's"],
    );
    check(
        &people("redirect_uris = [\"here\"]"),
        &["line 4", "sign_in", "\"here\"", "scheme"],
    );
    check(
        &people(&"[[daemon]]\nname = \"D\"\n".repeat(2)),
        &["line 8", "daemon.name", "another program's"],
    );
    check(
        "[[tenant]]\nkey = \"a\"\nname = \"A\"\n[[daemon]]\nname = \"D\"",
        &["sign_in.tenant", "[sign_in]"],
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_text_makes_the_reader_panic(text in ".{0,200}") {
        drop(World::parse(&text));
    }

    #[test]
    fn a_damaged_file_is_read_or_refused(
        at in 0..DEMO.len(),
        length in 0usize..40,
        new in "[\\[\\]={}\",.0-9a-z\n-]{0,12}",
    ) {
        let until = (at + length).min(DEMO.len());
        let (Some(before), Some(after)) = (DEMO.get(..at), DEMO.get(until..)) else {
            return Ok(());
        };
        if let Ok(world) = World::parse(&format!("{before}{new}{after}")) {
            for tenant in world.tenants() {
                let body = world.subscribed_skus_body(&tenant.key, day0()).unwrap();
                prop_assert!(serde_json::from_slice::<Value>(&body).is_ok());
                let body = world.subscriptions_body(&tenant.key, day0()).unwrap();
                prop_assert!(serde_json::from_slice::<Value>(&body).is_ok());
            }
        }
    }

    #[test]
    fn a_made_up_world_is_the_same_for_the_same_seed(seed in any::<u64>(), number in 1usize..20) {
        let body = |seed| {
            let world = World::generate(20, 5, seed).starting(day0());
            world.subscribed_skus_body(&format!("school-{number:05}"), day0()).unwrap()
        };
        prop_assert_eq!(body(seed), body(seed));
        prop_assert_ne!(body(seed), body(seed.wrapping_add(1)));
    }
}
