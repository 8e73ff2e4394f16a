//! `licensetool store`: what was kept by one process goes to PostgreSQL, and what is wrong is said.

use std::path::Path;

use domain::TenantKey;
use jiff::SignedDuration;
use microsoft_sim::World;
use serde_json::Value;
use store::Store;
use throwaway_postgres::shared;

use crate::fixture::{Ended, Office, alone, https, now, office};

async fn asked() -> Office {
    let office = office(World::demo(), https()).await;
    let once = office.licensetool(&["run", "--once"]).await;
    assert_eq!(once.code, Some(0), "{once:?}");
    office
}

fn file(office: &Office) -> String {
    format!(
        "sqlite:{}",
        office.home.path().join("licensetool.db").display()
    )
}

fn json(ended: &Ended) -> Value {
    serde_json::from_str(&ended.out).unwrap_or_else(|_| panic!("{ended:?}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_machine_kept_goes_to_many() {
    let office = asked().await;
    let (from, to) = (file(&office), shared().database());
    let before = std::fs::read(office.home.path().join("licensetool.db")).unwrap();
    let copy = ["store", "copy", "--from", &from, "--to", &to];
    let copied = office.licensetool(&copy).await;
    assert_eq!(copied.code, Some(0), "{copied:?}");
    for words in ["sku_value", "equal", "both sides were read again", &to] {
        assert!(copied.out.contains(words), "{}", copied.out);
    }
    assert_eq!(copied.err, "", "nobody watches a bar here");
    let after = std::fs::read(office.home.path().join("licensetool.db")).unwrap();
    assert!(before == after, "the source is as it was");

    let again = office
        .licensetool(&[&copy[..], &["--format", "json"]].concat())
        .await;
    let read = json(&again);
    assert_eq!((again.code, &read["equal"]), (Some(0), &Value::Bool(true)));
    let tables = read["tables"].as_array().unwrap();
    let tenant = tables.iter().find(|it| it["table"] == "tenant").unwrap();
    assert_eq!(tenant["rows_before"], tenant["source"]["rows"], "{tenant}");
    assert_eq!(tenant["source"], tenant["target"]);

    let here = office.store().await.states().await.unwrap();
    let there = Store::open(&to).await.unwrap().states().await.unwrap();
    assert_eq!(there, here);
    office.set(&format!("[store]\nurl = \"{to}\""));
    let check = office.licensetool(&["store", "check"]).await;
    assert_eq!(
        (check.code, check.out.lines().count()),
        (Some(0), 1),
        "{check:?}"
    );
    let once = office.licensetool(&["run", "--once"]).await;
    assert_eq!(once.code, Some(0), "work goes on there: {once:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_with_something_else_and_a_source_at_work_are_refused() {
    let office = asked().await;
    let (from, other) = (file(&office), office.home.path().join("other.db"));
    let to = format!("sqlite:{}", other.display());
    let copy = ["store", "copy", "--from", &from, "--to", &to];
    assert_eq!(office.licensetool(&copy).await.code, Some(0));

    let store = office.store().await;
    let soon = now() + SignedDuration::from_hours(1);
    let (minute, hour) = (SignedDuration::from_mins(1), SignedDuration::from_hours(1));
    let claims = store.claim("w", soon, 1, minute, hour).await.unwrap();
    let refused = office.licensetool(&copy).await;
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(
        refused.err.contains("a service is at work on"),
        "{refused:?}"
    );
    store.release(&claims).await.unwrap();
    let key = TenantKey::parse("iseschool").unwrap();
    let by = store::By {
        who: "anna",
        from: None,
    };
    assert!(
        store
            .switch(&key, None, Some(false), by, soon)
            .await
            .unwrap()
    );
    store.close().await;

    let refused = office.licensetool(&copy).await;
    assert_eq!(refused.code, Some(2), "{refused:?}");
    for words in ["the target is not empty", "rows of tenant", "new and empty"] {
        assert!(refused.err.contains(words), "{}", refused.err);
    }
    let same = ["store", "copy", "--from", &from, "--to", &from];
    let same = office.licensetool(&same).await;
    assert!(same.err.contains("lead to the same store"), "{same:?}");
}

/// The arguments that copy the store of home.
fn copy_to(target: &str) -> [&str; 6] {
    let from = "sqlite:licensetool.db";
    ["store", "copy", "--from", from, "--to", target]
}

/// As the services name it: whoever prints an address says what can be put into the settings.
#[tokio::test(flavor = "multi_thread")]
async fn files_count_from_home_and_what_is_printed_works_in_the_settings() {
    let office = asked().await;
    let copy = copy_to("sqlite:c9.db");
    let copied = office.licensetool(&copy).await;
    assert_eq!(copied.code, Some(0), "{copied:?}");
    let (_, setting) = copied.out.split_once("put `").unwrap();
    let (setting, _) = setting.split_once('`').unwrap();
    assert!(copied.out.contains("must have been stopped"), "{copied:?}");

    let here = office.store().await;
    let states = here.states().await.unwrap();
    here.close().await;
    office.set(&format!("[store]\n{setting}"));
    let check = office.licensetool(&["store", "check"]).await;
    assert_eq!(check.code, Some(0), "{check:?}");
    let there = office.home.path().join("c9.db");
    let there = Store::open(&format!("sqlite:{}", there.display())).await;
    assert_eq!(there.unwrap().states().await.unwrap(), states);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_somebody_has_open_is_not_copied() {
    let office = asked().await;
    let copy = copy_to("sqlite:other.db");
    // As `run` between two looks: it holds no claim.
    let store = office.store().await;
    store.states().await.unwrap();
    let refused = office.licensetool(&copy).await;
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(refused.err.contains("has it open: stop it"), "{refused:?}");
    assert!(!office.home.path().join("other.db").exists());
    store.close().await;
    let copied = office.licensetool(&copy).await;
    assert_eq!(copied.code, Some(0), "{copied:?}");
}

#[test]
fn an_empty_file_is_not_sound_and_a_check_leaves_it_as_it_is() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("licensetool.db");
    std::fs::write(&file, "").unwrap();
    let check = alone(home.path(), &["store", "check"]);
    assert_eq!(check.code, Some(1), "{check:?}");
    for words in ["empty: nothing was ever kept there", "`store.url`"] {
        assert!(check.out.contains(words), "{check:?}");
    }
    assert_eq!(std::fs::read(&file).unwrap(), b"");
}

#[test]
fn no_password_is_shown_and_nothing_is_made_of_nothing() {
    let home = tempfile::tempdir().unwrap();
    let (missing, made) = (home.path().join("missing.db"), home.path().join("made.db"));
    let url = |file: &Path| format!("sqlite:{}", file.display());
    let secret = "postgres://anna:geheim@127.0.0.1:1/licences";
    for (from, to, words) in [
        (url(&missing), url(&made), "correct --from"),
        (secret.to_owned(), url(&made), "file of its own"),
        (url(&missing), secret.to_owned(), "file of its own"),
    ] {
        let ended = alone(
            home.path(),
            &["store", "copy", "--from", &from, "--to", &to],
        );
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert!(ended.err.contains(words), "{ended:?}");
        assert!(!format!("{ended:?}").contains("geheim"), "{ended:?}");
    }
    assert!(!made.exists() && !missing.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_is_not_complete_is_not_worked_on() {
    let office = asked().await;
    let to = shared().database();
    Store::open(&to).await.unwrap().migrate().await.unwrap();
    let database = to.rsplit('/').next().unwrap();
    shared().sql(
        database,
        &format!("UPDATE contract SET oldest = {}", i64::MAX),
    );
    let from = file(&office);
    office.set(&format!("[store]\nurl = \"{to}\""));
    for command in [
        &["run", "--once"][..],
        &["policy", "show"],
        &["store", "check"],
    ] {
        let ended = office.licensetool(command).await;
        assert_eq!(ended.code, Some(2), "{ended:?}");
        let way_out = "is not complete: run `licensetool store copy` again";
        assert!(ended.err.contains(way_out), "{ended:?}");
    }
    let copy = ["store", "copy", "--from", &from, "--to", &to];
    assert_eq!(office.licensetool(&copy).await.code, Some(0));
    assert_eq!(office.licensetool(&["store", "check"]).await.code, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_said_with_its_way_out() {
    let office = asked().await;
    let bytes = || std::fs::read(office.home.path().join("licensetool.db")).unwrap();
    let before = bytes();
    let calm = office.licensetool(&["store", "check"]).await;
    assert!(before == bytes(), "a check changes nothing");
    assert_eq!(calm.code, Some(0), "{calm:?}");
    assert!(calm.out.trim_end().ends_with("is sound"), "{calm:?}");
    assert_eq!(calm.out.lines().count(), 1, "{calm:?}");

    let store = office.store().await;
    let ahead = now() + SignedDuration::from_hours(1);
    let (days, hour) = (
        SignedDuration::from_hours(99),
        SignedDuration::from_hours(1),
    );
    store.claim("w", ahead, 1, days, hour).await.unwrap();
    store.close().await;
    let wrong = office.licensetool(&["store", "check"]).await;
    assert_eq!(wrong.code, Some(1), "{wrong:?}");
    for words in [
        "claim-ahead: 1 claims",
        "A clock was ahead",
        "→ Set the clock right",
    ] {
        assert!(wrong.out.contains(words), "{}", wrong.out);
    }
    let read = office
        .licensetool(&["store", "check", "--format", "json"])
        .await;
    assert_eq!(read.code, Some(1));
    assert_eq!(json(&read)["inconsistencies"][0]["kind"], "claim-ahead");
}
