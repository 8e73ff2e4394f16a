//! What is wrong with the settings of a shared store, and of a role, is said before anything
//! starts.

use crate::fixture::{Ended, alone, program, secret};

fn said(settings: &str, arguments: &[&str]) -> Ended {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("licensetool.toml"), settings).unwrap();
    secret(home.path(), "empty", "\n");
    alone(home.path(), arguments)
}

fn check(settings: &str, arguments: &[&str], words: &str) {
    let ended = said(settings, arguments);
    assert_eq!(ended.code, Some(2), "{ended:?}");
    let text = format!("{}{}", ended.out, ended.err);
    assert!(text.contains(words), "{words} in {text}");
}

const SHARED: &str = "[store]\nurl = \"postgres://anna@127.0.0.1:1/licences\"\n";

#[test]
fn an_address_that_cannot_be_used_is_said_with_the_way_out() {
    for arguments in [&["config", "check"][..], &["run"], &["migrate"]] {
        let password = "[store]\nurl = \"postgres://anna:geheim@db/licences\"\n";
        check(password, arguments, "put it into a file of its own");
        check("[store]\nurl = \"mysql://db\"\n", arguments, "store.url: ");
        let missing = format!("{SHARED}password_file = \"none\"\n");
        check(
            &missing,
            arguments,
            "store.password_file: there is no file ",
        );
        let empty = format!("{SHARED}password_file = \"empty\"\n");
        check(
            &empty,
            arguments,
            "is empty: write the password on its first line",
        );
        let many = format!("{SHARED}connections = 0\n");
        check(&many, arguments, "must be a whole number from 1 to 1000");
    }
    let ended = said(
        "[store]\nurl = \"postgres://anna:geheim@db/licences\"\n",
        &["run"],
    );
    assert!(!ended.err.contains("geheim"), "{}", ended.err);
    let ca = format!("{SHARED}ca_file = \"none\"\n");
    check(
        &ca,
        &["config", "check"],
        "store.ca_file: there is no file ",
    );
}

#[test]
fn a_command_says_that_the_database_is_away() {
    check(SHARED, &["migrate"], "PostgreSQL at 127.0.0.1:1");
    check(SHARED, &["run", "--once"], "PostgreSQL at 127.0.0.1:1");
}

#[test]
fn deliver_alone_must_know_where_the_pages_are() {
    check(
        SHARED,
        &["run", "--role", "deliver"],
        "public_url is missing",
    );
}

#[test]
fn a_run_that_ends_has_all_roles() {
    let home = tempfile::tempdir().unwrap();
    let mut command = program(home.path());
    command.args(["run", "--once", "--role", "web"]);
    assert_eq!(command.output().unwrap().status.code(), Some(2));
}

#[cfg(unix)]
#[test]
fn a_password_that_everybody_may_read_is_a_warning() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = tempfile::tempdir().unwrap();
    let settings = format!("{SHARED}password_file = \"password\"\n");
    std::fs::write(home.path().join("licensetool.toml"), settings).unwrap();
    let file = home.path().join("password");
    std::fs::write(&file, "geheim").unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let ended = alone(home.path(), &["config", "check"]);
    let warning = "warning: store.password_file: ";
    assert!(ended.out.contains(warning), "{}", ended.out);
    assert!(!ended.out.contains("geheim"), "{}", ended.out);
}
