//! What needs no Microsoft: version, completions, the API's description, product names, the store.

use serde_json::Value;

use crate::fixture::alone;

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn the_version_names_the_commit() {
    let ended = alone(folder().path(), &["--version"]);
    assert_eq!(ended.code, Some(0));
    let (version, commit) = ended.out.trim().split_once(" (").unwrap();
    assert_eq!(version, concat!("licensetool ", env!("CARGO_PKG_VERSION")));
    assert!(commit.len() > 7 && commit.ends_with(')'), "{commit}");
}

#[test]
fn completions_are_made_for_the_common_shells() {
    for shell in ["bash", "zsh", "fish"] {
        let ended = alone(folder().path(), &["completions", shell]);
        assert_eq!(ended.code, Some(0), "{shell}");
        assert!(ended.out.contains("licensetool"), "{shell}");
    }
}

#[test]
fn the_apis_description_is_openapi() {
    let ended = alone(folder().path(), &["openapi"]);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    let document: Value = serde_json::from_str(&ended.out).unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    assert!(document["paths"]["/api/v1/licenses/status/show"].is_object());
}

#[test]
fn a_command_that_does_not_exist_is_explained() {
    let ended = alone(folder().path(), &["statos"]);
    assert_eq!(ended.code, Some(2));
    assert!(ended.err.contains("status"), "{}", ended.err);
}

#[test]
fn a_home_without_tenants_says_what_to_do() {
    let home = folder();
    let ended = alone(home.path(), &["status"]);
    assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""));
    for words in ["no tenant profile", "--home", "licensetool demo"] {
        assert!(ended.err.contains(words), "{}", ended.err);
    }
}

#[test]
fn a_home_that_is_not_there_is_named_as_the_cause() {
    let folder = folder();
    let (missing, file) = (folder.path().join("nohome"), folder.path().join("file"));
    std::fs::write(&file, "").unwrap();
    for command in [
        &["tenant", "list"][..],
        &["tenant", "new", "ise", "--tenant-id", "x"],
        &["store", "check"],
        &["alerts", "list"],
        &["config", "check"],
        &["config", "show"],
        &["migrate"],
        &["run", "--once"],
        &["seal", "--check"],
    ] {
        for (home, words) in [
            (&missing, "there is no home folder"),
            (&file, "is no folder"),
        ] {
            let ended = alone(home, command);
            assert_eq!(ended.code, Some(2), "{command:?}: {ended:?}");
            let path = home.to_str().unwrap();
            for words in [words, path, "--home", "LICENSETOOL_HOME"] {
                assert!(ended.err.contains(words), "{command:?}: {ended:?}");
            }
            assert_eq!(ended.err.lines().count(), 1, "{command:?}: {ended:?}");
        }
    }
    assert!(!missing.exists());
    for command in [&["openapi"][..], &["config", "reference"]] {
        let ended = alone(&missing, command);
        assert_eq!(ended.code, Some(0), "{command:?} needs no home: {ended:?}");
    }
}

#[test]
fn migrating_twice_says_that_there_is_nothing_to_do() {
    let home = folder();
    let first = alone(home.path(), &["migrate"]);
    assert_eq!(first.code, Some(0), "{}", first.err);
    assert!(first.out.contains("from version 0 to"), "{}", first.out);
    let second = alone(home.path(), &["migrate"]);
    assert!(second.out.contains("already"), "{}", second.out);
}

#[test]
fn names_come_from_microsofts_table() {
    let home = folder();
    let table = "Product_Display_Name,String_Id,GUID,Service_Plan_Name,Service_Plan_Id,\
                 Service_Plans_Included_Friendly_Names\n\
                 A made-up product,MADE_UP,11111111-2222-4333-8444-555555555555,P,\
                 21111111-2222-4333-8444-555555555555,Plan\n";
    let file = home.path().join("names.csv");
    std::fs::write(&file, table).unwrap();
    let ended = alone(
        home.path(),
        &["catalog", "update", "--file", file.to_str().unwrap()],
    );
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    let shown = alone(home.path(), &["catalog", "show"]);
    assert!(shown.out.contains("A made-up product"), "{}", shown.out);
    assert!(
        shown.out.contains("314c4481-f395-4525-be8b-2ec4bb1e9d91"),
        "the built-in ones too"
    );

    std::fs::write(&file, "<html>Sign in</html>").unwrap();
    let ended = alone(
        home.path(),
        &["catalog", "update", "--file", file.to_str().unwrap()],
    );
    assert_eq!(ended.code, Some(2));
    assert!(ended.err.contains("names.csv"), "{}", ended.err);
    let shown = alone(home.path(), &["catalog", "show"]);
    assert!(
        shown.out.contains("A made-up product"),
        "a bad file loses nothing"
    );
}
