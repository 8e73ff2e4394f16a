//! `licensetool status`: the licences of two schools, the causes of what was not seen, exit codes.

use std::time::{Duration, Instant};

use microsoft_sim::{Call, Fault, FaultKind, Options, World};
use serde_json::Value;

use crate::fixture::{Office, https, office};

async fn json(office: &Office, arguments: &[&str]) -> (Option<i32>, Value) {
    let all = [&["status", "--format", "json"], arguments].concat();
    let ended = office.licensetool(&all).await;
    let read = serde_json::from_str(&ended.out);
    (ended.code, read.unwrap_or_else(|_| panic!("{ended:?}")))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_schools_of_the_demo_stand_in_a_table() {
    let office = office(World::demo(), https()).await;
    let ended = office.licensetool(&["status"]).await;
    assert_eq!(ended.code, Some(1), "one is exhausted: {ended:?}");
    for words in [
        "ISE School",
        "ISE School 2013",
        "exhausted",
        "low",
        "over-assigned",
        "10'000",
    ] {
        assert!(ended.out.contains(words), "{words} in {}", ended.out);
    }
    assert!(ended.out.contains("2 of 2 tenants seen"), "{}", ended.out);
    assert!(
        !ended.out.contains('\u{1b}'),
        "no colours or bars where no person watches"
    );
    assert_eq!(ended.err, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_get_the_numbers_of_the_world() {
    let world = World::demo();
    let office = office(world.clone(), https()).await;
    let (code, answer) = json(&office, &["iseschool"]).await;
    assert_eq!(code, Some(1));
    let tenants = answer["tenants"].as_array().unwrap();
    assert_eq!(tenants.len(), 1);
    let as_of: jiff::Timestamp = tenants[0]["as_of"].as_str().unwrap().parse().unwrap();
    let body = world.subscribed_skus_body("iseschool", as_of).unwrap();
    let truth: Value = serde_json::from_slice(&body).unwrap();
    let truth = truth["value"].as_array().unwrap();
    let licenses = tenants[0]["licenses"].as_array().unwrap();
    assert_eq!(licenses.len(), truth.len());
    for license in licenses {
        let same = |row: &&Value| row["skuId"] == license["sku_id"];
        let row = truth.iter().find(same).unwrap();
        assert_eq!(license["part_number"], row["skuPartNumber"]);
        assert_eq!(license["units"]["consumed"], row["consumedUnits"]);
        assert_eq!(license["units"]["enabled"], row["prepaidUnits"]["enabled"]);
        assert_eq!(license["units"]["warning"], row["prepaidUnits"]["warning"]);
        assert_eq!(
            license["units"]["suspended"],
            row["prepaidUnits"]["suspended"]
        );
        assert_eq!(
            license["units"]["locked_out"],
            row["prepaidUnits"]["lockedOut"]
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sheet_has_one_line_a_licence() {
    let office = office(World::demo(), https()).await;
    let ended = office.licensetool(&["status", "--format", "csv"]).await;
    let mut sheet = csv::Reader::from_reader(ended.out.as_bytes());
    assert_eq!(sheet.headers().unwrap().get(0), Some("tenant"));
    let (_, answer) = json(&office, &[]).await;
    let licenses = answer["tenants"].as_array().unwrap().iter();
    let expected: usize = licenses
        .map(|it| it["licenses"].as_array().unwrap().len())
        .sum();
    assert_eq!(sheet.records().map(Result::unwrap).count(), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn enough_of_everything_is_exit_code_0() {
    let world = r#"
        [[tenant]]
        key = "a"
        name = "A"
        [[tenant.sku]]
        part_number = "STANDARDWOFFPACK_STUDENT"
        sku_id = "314c4481-f395-4525-be8b-2ec4bb1e9d91"
        enabled = 100
        consumed = 10
    "#;
    let office = office(World::parse(world).unwrap(), https()).await;
    let ended = office.licensetool(&["status"]).await;
    assert_eq!(
        (ended.code, ended.err.as_str()),
        (Some(0), ""),
        "{}",
        ended.out
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_that_does_not_exist_is_said_with_those_that_do() {
    let office = office(World::demo(), https()).await;
    let ended = office.licensetool(&["status", "iseschol"]).await;
    assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""));
    assert!(
        ended.err.contains("there is no tenant iseschol"),
        "{}",
        ended.err
    );
    assert!(
        ended.err.contains("iseschool, iseschool2013"),
        "{}",
        ended.err
    );
    assert_eq!(ended.err.lines().count(), 1);
}

/// 100 tenants of which three are broken in three ways: the others are shown, each cause is told
/// with what to do, and the whole takes about as long as the one that hangs, not the sum.
#[tokio::test(flavor = "multi_thread")]
async fn three_broken_tenants_among_a_hundred_hide_nothing() {
    let options = Options {
        latency: Duration::from_millis(50),
        ..Options::default()
    };
    let office = office(World::generate(100, 5, 1), options).await;
    office.set("[collect]\ndeadline = \"4s\"\n");
    let school = |number| format!("school-{number:05}");
    wrong_certificate(&office, &school(10)).await;
    let denied = FaultKind::Status {
        status: 403,
        retry_after: None,
    };
    order(&office, &school(20), Call::SubscribedSkus, denied);
    order(&office, &school(30), Call::Any, FaultKind::Hang);
    let began = Instant::now();
    let (code, answer) = json(&office, &[]).await;
    let took = began.elapsed();
    assert_eq!(code, Some(2));
    let tenants = answer["tenants"].as_array().unwrap();
    assert_eq!(tenants.len(), 100);
    let (seen, unseen): (Vec<&Value>, Vec<&Value>) =
        tenants.iter().partition(|tenant| tenant["gap"].is_null());
    assert_eq!(seen.len(), 97);
    assert!(
        seen.iter()
            .all(|tenant| tenant["licenses"].as_array().unwrap().len() == 5)
    );
    let told: Vec<(&str, &str)> = unseen.into_iter().map(what_is_told).collect();
    assert_eq!(
        told,
        [
            ("school-00010", "refused"),
            ("school-00020", "denied"),
            ("school-00030", "timed_out"),
        ]
    );
    // The sum would be the deadline and all others one after the other: far beyond this.
    assert!(took < Duration::from_secs(20), "{took:?}");

    let table = office.licensetool(&["status"]).await;
    assert!(
        table.out.contains("97 of 100 tenants seen"),
        "{}",
        table.out
    );
    let advised = table
        .out
        .lines()
        .filter(|line| line.trim_start().starts_with('→'));
    assert_eq!(advised.count(), 3);
}

fn order(office: &Office, tenant: &str, call: Call, kind: FaultKind) {
    office.sim.order(Fault {
        tenant: Some(tenant.to_owned()),
        call,
        kind,
        times: None,
    });
}

/// Tenant and cause of one that was not seen.
fn what_is_told(tenant: &Value) -> (&str, &str) {
    assert!(tenant["licenses"].is_null(), "unknown is not an empty list");
    assert!(!tenant["gap"]["advice"].as_str().unwrap().is_empty());
    (
        tenant["tenant"].as_str().unwrap(),
        tenant["gap"]["cause"].as_str().unwrap(),
    )
}

/// Puts a certificate in place that is sound in itself and that Entra has never seen.
async fn wrong_certificate(to: &Office, tenant: &str) {
    // Simulators of one process share keys of the usual size.
    let options = Options {
        key_bits: 3072,
        ..Options::default()
    };
    let stranger = office(World::generate(1, 1, 99), options).await;
    let (from, to) = (stranger.home.path(), to.home.path());
    let pem = |key: &str| format!("certs/{key}/mycert_{key}.pem");
    std::fs::copy(from.join(pem("school-00001")), to.join(pem(tenant))).unwrap();
    let profile = |key: &str| format!("config-profiles/tenants/config-{key}-profile.json");
    let read = |file| -> Value { serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap() };
    let theirs = read(from.join(profile("school-00001")));
    let mut own = read(to.join(profile(tenant)));
    for field in ["thumbprint", "expires"] {
        own[field] = theirs[field].clone();
    }
    std::fs::write(to.join(profile(tenant)), own.to_string()).unwrap();
    std::fs::remove_file(to.join(format!("certs/infos/cert-{tenant}-info.json"))).unwrap();
}
