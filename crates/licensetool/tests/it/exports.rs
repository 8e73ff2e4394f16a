//! `licensetool export` as an operator uses it: from what is kept, into files that are there whole
//! or not at all.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::alerts::judged;
use crate::fixture::{Ended, Office, alone, program};
use crate::guide::{blocks, page, words};

/// A school with a shortage, and one whose name is a formula.
const WORLD: &str = r#"
    [[tenant]]
    key = "a"
    name = "School A"
    [[tenant.sku]]
    part_number = "STANDARDWOFFPACK_STUDENT"
    sku_id = "314c4481-f395-4525-be8b-2ec4bb1e9d91"
    enabled = 100
    consumed = 100
    [[tenant]]
    key = "b"
    name = "=1+1"
    [[tenant.sku]]
    part_number = "SPE_E5"
    sku_id = "06ebc4ee-1bb5-47dd-8120-11324bc54e06"
    enabled = 5
    consumed = 1
"#;

async fn export(office: &Office, arguments: &[&str]) -> Ended {
    office.licensetool(&[&["export"], arguments].concat()).await
}

#[test]
fn before_anything_was_collected_there_is_no_file() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("licenses.csv");
    let path = out.to_str().unwrap();
    let ended = alone(home.path(), &["export", "licenses", "--out", path]);
    assert_eq!(ended.code, Some(2));
    assert!(
        ended.err.contains("nothing was collected yet"),
        "{}",
        ended.err
    );
    assert!(!out.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_written_in_every_format() {
    let office = judged(WORLD).await;
    let csv = export(&office, &["licenses", "--language", "en"]).await;
    assert_eq!(csv.code, Some(0), "{csv:?}");
    let lines: Vec<&str> = csv.out.split_terminator("\r\n").collect();
    assert_eq!(lines.len(), 3);
    assert!(
        lines[1].starts_with("a,School A,Office 365 A1 for students,exhausted,exhausted,0,100,100"),
        "{}",
        lines[1]
    );
    assert!(lines[2].starts_with("b,'=1+1,"), "{}", lines[2]);

    let german = [
        "licenses",
        "--separator",
        ";",
        "--bom",
        "--level",
        "exhausted",
    ];
    let german = export(&office, &german).await.out;
    assert!(german.starts_with("\u{feff}tenant;tenant_name;"));
    assert!(german.contains(";exhausted;aufgebraucht;0;"), "{german}");
    assert_eq!(german.lines().count(), 2);

    let lines = export(&office, &["alerts", "--format", "ndjson", "--tenant", "a"]).await;
    let alert: Value = serde_json::from_str(lines.out.trim_end()).unwrap();
    assert_eq!(
        (&alert["kind"], &alert["tenant"]),
        (&"stock".into(), &"a".into())
    );

    let file = office.home.path().join("licences.xlsx");
    fs::write(&file, "an older one").unwrap();
    let book = export(&office, &["subscriptions", "--out", file.to_str().unwrap()]).await;
    assert_eq!((book.code, book.out.as_str()), (Some(0), ""), "{book:?}");
    assert!(
        fs::read(&file).unwrap().starts_with(b"PK"),
        "a workbook is a zip"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_report_is_one_file() {
    let office = judged(WORLD).await;
    let file = office.home.path().join("report.html");
    let path = file.to_str().unwrap();
    let settings = office.home.path().join("licensetool.toml");
    let others = fs::read_to_string(&settings).unwrap();
    fs::write(
        &settings,
        format!("company = \"Example Services\"\n{others}"),
    )
    .unwrap();
    let seen_at = office.store().await.tenants().await.unwrap()[0].seen_at;
    let month = seen_at.unwrap().strftime("%Y-%m").to_string();
    let arguments = ["report", "--tenant", "b", "--month", &month, "--out", path];
    let ended = export(&office, &arguments).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let html = fs::read_to_string(&file).unwrap();
    for words in ["=1+1", "Example Services", "Zu bestellen", "<style>"] {
        assert!(html.contains(words), "{words}");
    }
    let never = ["report", "--tenant", "b", "--month", "2999-01"];
    let never = export(&office, &never).await;
    assert_eq!((never.code, never.out.as_str()), (Some(2), ""));
    assert!(never.err.contains("such as 2026-10"), "{}", never.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_leaves_the_old_file_and_says_why() {
    let office = judged(WORLD).await;
    let folder = office.home.path().join("exports");
    fs::create_dir(&folder).unwrap();
    let file = folder.join("a.csv");
    fs::write(&file, "the old one").unwrap();
    let path = file.to_str().unwrap();
    for (arguments, said) in [
        (
            &["--tenant", "nobody"][..],
            "there is no tenant nobody; there are: a, b",
        ),
        (&["--level", "fine"], "level"),
        (&["--separator", "tab"], "must be , or ;"),
        (&["--language", "fr"], "must be de or en"),
    ] {
        let all = [&["licenses", "--out", path], arguments].concat();
        let ended = export(&office, &all).await;
        assert_eq!(ended.code, Some(2), "{arguments:?}");
        assert!(ended.err.contains(said), "{said}: {}", ended.err);
    }
    let into_folder = export(&office, &["licenses", "--out", folder.to_str().unwrap()]).await;
    assert!(
        into_folder.err.contains("is a folder"),
        "{}",
        into_folder.err
    );
    let since = export(&office, &["alerts", "--since", "monday"]).await;
    assert!(since.err.contains("such as 2026-10-01"), "{}", since.err);
    assert_eq!(fs::read_to_string(&file).unwrap(), "the old one");
    let left: Vec<_> = fs::read_dir(&folder).unwrap().collect();
    assert_eq!(left.len(), 1, "nothing half-made is left: {left:?}");
}

/// `script` gives a program a terminal, where there is such a tool.
#[tokio::test(flavor = "multi_thread")]
async fn a_workbook_is_not_poured_into_a_terminal() {
    if !Path::new("/usr/bin/script").exists() {
        return;
    }
    let office = judged(WORLD).await;
    let home = office.home.path().to_owned();
    let asked = tokio::task::spawn_blocking(move || {
        let bare = program(&home);
        let line = format!(
            "{} --home {} export licenses --format xlsx",
            bare.get_program().display(),
            home.display()
        );
        let mut script = std::process::Command::new("/usr/bin/script");
        script.args(["-q", "-e", "-c", &line, "/dev/null"]);
        script.stdin(std::process::Stdio::null()).output().unwrap()
    });
    let ended = asked.await.unwrap();
    let said = String::from_utf8_lossy(&ended.stdout).into_owned();
    assert_eq!(ended.status.code(), Some(2), "{said}");
    assert!(said.contains("nothing for a terminal"), "{said}");
}

/// Every command of the operators' page runs on a store as it stands there.
#[tokio::test(flavor = "multi_thread")]
async fn the_commands_of_the_page_run() {
    let office = judged(&WORLD.replace("key = \"a\"", "key = \"iseschool\"")).await;
    let mut tried = 0;
    for block in blocks(&page("exports.md"), "```") {
        for line in block.lines() {
            let mut words = words(line);
            assert_eq!(words.remove(0), "licensetool", "{line}");
            let home = office.home.path().to_owned();
            let mut command = program(&home);
            command.args(&words).current_dir(&home);
            let ended = tokio::task::spawn_blocking(move || command.output());
            let ended = Ended::from(ended.await.unwrap().unwrap());
            assert_eq!(ended.code, Some(0), "{line}: {}", ended.err);
            if let Some(at) = words.iter().position(|word| word == "--out") {
                let file = office.home.path().join(&words[at + 1]);
                assert!(file.metadata().unwrap().len() > 0, "{line}");
            }
            tried += 1;
        }
    }
    assert!(tried >= 6, "{tried} commands were found");
}
