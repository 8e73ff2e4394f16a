//! `licensetool config`: every problem at once, with its place and the way out.

use microsoft_sim::World;

use crate::fixture::{alone, https, office};

#[tokio::test(flavor = "multi_thread")]
async fn a_sound_home_is_fine() {
    let office = office(World::generate(2, 1, 1), https()).await;
    let ended = office.licensetool(&["config", "check"]).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.out.contains("2 tenants"), "{}", ended.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_ends_soon_is_a_warning_with_its_date() {
    let office = office(World::demo(), https()).await;
    let ended = office.licensetool(&["config", "check"]).await;
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(
        ended.out.starts_with("warning: certs/iseschool2013/"),
        "{ended:?}"
    );
    assert!(ended.out.contains("days left"), "{ended:?}");
    assert!(
        ended.out.contains("2 of 2 tenants can be asked"),
        "{ended:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn all_problems_of_all_files_are_told_at_once() {
    let office = office(World::demo(), https()).await;
    let home = office.home.path();
    let profiles = home.join("config-profiles/tenants");
    std::fs::write(
        profiles.join("config-broken-profile.json"),
        "{ \"tenant_id\": 7",
    )
    .unwrap();
    std::fs::remove_file(home.join("certs/iseschool/mycert_iseschool.pem")).unwrap();
    office.set("[collect]\nintervall = \"5m\"\n");
    let ended = office.licensetool(&["config", "check"]).await;
    assert_ne!(ended.code, Some(0));
    let told = format!("{}{}", ended.out, ended.err);
    for words in [
        "config-broken-profile.json",
        "iseschool",
        "intervall",
        "interval",
    ] {
        assert!(told.contains(words), "{words} in {told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_broken_profile_stops_no_other_tenant() {
    let office = office(World::demo(), https()).await;
    let pem = office
        .home
        .path()
        .join("certs/iseschool/mycert_iseschool.pem");
    std::fs::write(&pem, "this is no certificate").unwrap();
    let ended = office.licensetool(&["status"]).await;
    assert_eq!(ended.code, Some(2));
    assert!(ended.out.contains("1 of 2 tenants seen"), "{}", ended.out);
    assert!(ended.out.contains("mycert_iseschool.pem"), "{}", ended.out);
}

#[test]
fn what_is_in_force_is_shown_with_where_it_comes_from() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(
        home.path().join("licensetool.toml"),
        "[collect]\nat_once = 7\n",
    )
    .unwrap();
    let ended = alone(home.path(), &["config", "show"]);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    let line = ended
        .out
        .lines()
        .find(|line| line.contains("at_once"))
        .unwrap();
    assert!(
        line.contains('7') && line.contains("licensetool.toml"),
        "{line}"
    );
    assert!(ended.out.contains("default"), "{}", ended.out);
}

#[test]
fn the_reference_in_the_guide_is_the_programs_own() {
    let home = tempfile::tempdir().unwrap();
    let ended = alone(home.path(), &["config", "reference"]);
    let guide = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/configuration.md");
    let written = std::fs::read_to_string(guide).unwrap();
    assert!(
        ended.out == written,
        "docs/configuration.md is not what the program says; \
         `licensetool config reference > docs/configuration.md` writes it anew"
    );
}
