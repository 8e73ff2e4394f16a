//! `licensetool sharepoint`, and the lists that `run` keeps up to date.

use microsoft_sim::World;
use serde_json::{Value, json};

use crate::fixture::{Office, alone, https, office};

async fn demo() -> Office {
    office(World::demo(), https()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn sound_lists_are_fine_and_broken_ones_are_explained() {
    let office = demo().await;
    let checked = office.licensetool(&["sharepoint", "check"]).await;
    assert_eq!(checked.code, Some(0), "{checked:?}");
    assert!(
        checked
            .out
            .contains("fine: the site \"Lizenzen\" can be read"),
        "{}",
        checked.out
    );

    let site = office.sim.site().unwrap();
    office.sim.remove_column(&site.licences, "Frei");
    office.sim.remove_column(&site.tenants, "monitoring");
    for arguments in [&["sharepoint", "check"], &["channel", "test"][..]] {
        let name = ["sharepoint-company"];
        let name: &[&str] = if arguments[0] == "channel" {
            &name
        } else {
            &[]
        };
        let checked = office.licensetool(&[arguments, name].concat()).await;
        assert_eq!(checked.code, Some(1), "{checked:?}");
        for words in [
            "problem: the list of license_list_id: the column Frei is missing",
            "problem: the list of tenant_list_id: the column monitoring is missing",
            "  → Let `licensetool sharepoint init` add it.",
        ] {
            assert!(checked.out.contains(words), "{words} in {}", checked.out);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_is_made() {
    let office = demo().await;
    let site = office.sim.site().unwrap();
    let nothing = office.licensetool(&["sharepoint", "init"]).await;
    assert!(nothing.out.contains("nothing was made"), "{nothing:?}");
    office.sim.remove_column(&site.licences, "Frei");
    let made = office
        .licensetool(&["sharepoint", "init", "--profile", "company"])
        .await;
    assert_eq!(made.code, Some(0), "{made:?}");
    assert!(made.out.contains("has a new column Frei"), "{}", made.out);
    let checked = office.licensetool(&["sharepoint", "check"]).await;
    assert_eq!(checked.code, Some(0), "{checked:?}");

    office.sim.remove_list(&site.licences);
    let made = office.licensetool(&["sharepoint", "init"]).await;
    assert!(made.out.contains("write license_list_id = \""), "{made:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_writes_the_rows_and_duplicates_of_others_are_merged() {
    let office = demo().await;
    let once = office.licensetool(&["run", "--once"]).await;
    assert_eq!(once.code, Some(0), "{once:?}");
    let site = office.sim.site().unwrap();
    let rows = office.sim.rows(&site.licences);
    assert!(rows.len() > 5, "{rows:?}");
    let none = office.licensetool(&["sharepoint", "duplicates"]).await;
    assert_eq!(none.code, Some(0), "{none:?}");

    let (title, tenant) = (&rows[0].fields["Title"], &rows[0].fields["Tenant"]);
    office
        .sim
        .put_row(&site.licences, json!({"Title": title, "Tenant": tenant}));
    let found = office.licensetool(&["sharepoint", "duplicates"]).await;
    assert_eq!(found.code, Some(1), "{found:?}");
    assert!(found.out.contains("stays, too many are"), "{}", found.out);
    assert_eq!(
        office.sim.rows(&site.licences).len(),
        rows.len() + 1,
        "nothing was deleted"
    );
    let merged = office
        .licensetool(&["sharepoint", "duplicates", "--merge"])
        .await;
    assert_eq!(merged.code, Some(0), "{merged:?}");
    assert!(merged.out.contains("1 rows were deleted"), "{}", merged.out);
    assert_eq!(office.sim.rows(&site.licences).len(), rows.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_left_alone_on_request() {
    let office = demo().await;
    office.set("[sharepoint]\nenabled = false\n");
    office.licensetool(&["run", "--once"]).await;
    let site = office.sim.site().unwrap();
    assert!(office.sim.rows(&site.licences).is_empty());
    let listed = office
        .licensetool(&["channel", "list", "--format", "json"])
        .await;
    let listed: Value = serde_json::from_str(&listed.out).unwrap();
    assert_eq!(listed["channels"], json!([]));
}

#[test]
fn without_a_profile_the_way_out_is_said() {
    let home = tempfile::tempdir().unwrap();
    let ended = alone(home.path(), &["sharepoint", "check"]);
    assert_eq!(ended.code, Some(2));
    assert!(
        ended.err.contains("sp-config-<key>-profile.json"),
        "{}",
        ended.err
    );
}
