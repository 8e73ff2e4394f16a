//! Which text in which place gives which setting, and which sentence.

use super::*;
use crate::config::{home_dir, reference};
use std::path::PathBuf;

fn sources(file: &str, environment: &[(&str, &str)]) -> Sources {
    Sources {
        file: Some(file.to_owned()),
        environment: environment
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect(),
        flags: BTreeMap::new(),
    }
}

#[track_caller]
fn check(file: &str, environment: &[(&str, &str)], expected: &[&str]) {
    let problems = read(Path::new("/h"), &sources(file, environment))
        .map(drop)
        .unwrap_err();
    assert_eq!(problems, expected);
}

#[test]
fn nothing_set_gives_the_defaults() {
    let (config, in_force) = read(Path::new("/h"), &Sources::default()).unwrap();
    assert_eq!(config.listen.to_string(), "127.0.0.1:5000");
    assert_eq!(config.store_url, "sqlite:/h/licensetool.db");
    assert_eq!(
        config.microsoft.graph.as_str(),
        "https://graph.microsoft.com/"
    );
    assert!(
        in_force
            .iter()
            .all(|(.., source)| *source == Source::Default)
    );
    assert_eq!(in_force.len(), KEYS.len());
}

#[test]
fn the_command_line_wins_over_the_environment_and_that_over_the_file() {
    let mut sources = sources(
        "listen = \"127.0.0.1:1\"\nmetrics_listen = \"127.0.0.1:1\"\nlanguage = \"en\"\n\
         [collect]\nat_once = 7\n[microsoft]\nca_file = \"ca.pem\"",
        &[
            ("LICENSETOOL_LISTEN", "127.0.0.1:2"),
            ("LICENSETOOL_METRICS_LISTEN", "127.0.0.1:2"),
        ],
    );
    sources.flags.insert("listen", "127.0.0.1:3".to_owned());
    let (config, _) = read(Path::new("/h"), &sources).unwrap();
    assert_eq!(config.listen.port(), 3);
    assert_eq!(config.metrics_listen.port(), 2);
    assert_eq!(config.language, domain::Language::English);
    assert_eq!(config.collect.at_once, 7);
    assert_eq!(config.microsoft.ca_file, Some(PathBuf::from("/h/ca.pem")));
}

#[test]
fn all_problems_are_said_at_once_with_their_places() {
    check(
        "listen = \"here\"\nlog = { format = \"xml\" }\n\
         [collect]\nintervall = \"1m\"\nat_once = 1.5",
        &[
            ("LICENSETOOL_COLLECT__INTERVAL", "soon"),
            ("LICENSETOOL_STOER__URL", "x"),
        ],
        &[
            "licensetool.toml: collect.at_once is of kind float: write a text or a whole number",
            "licensetool.toml: there is no setting collect.intervall; \
             `licensetool config show` lists all",
            "environment: there is no setting for LICENSETOOL_STOER__URL; did you mean store.url?",
            "licensetool.toml: listen = \"here\" must be an address and a port, \
             such as 127.0.0.1:5000",
            "licensetool.toml: log.format = \"xml\" must be text or json",
            "LICENSETOOL_COLLECT__INTERVAL = \"soon\" must be a time such as 30s, 15m or 1h 30m",
        ],
    );
}

#[test]
fn variables_that_kubernetes_sets_are_not_taken_for_settings() {
    let set = [
        ("LICENSETOOL_SERVICE_HOST", "10.0.0.1"),
        ("LICENSETOOL_PORT", "tcp://10.0.0.1:80"),
        ("LICENSETOOL_PORT_80_TCP_ADDR", "10.0.0.1"),
    ];
    assert!(read(Path::new("/h"), &sources("", &set)).is_ok());
}

#[test]
fn a_file_that_is_no_toml_is_shown_with_the_place() {
    let problems = read(Path::new("/h"), &sources("listen = \n", &[]))
        .map(drop)
        .unwrap_err();
    assert!(
        problems[0].starts_with("licensetool.toml: TOML parse error at line 1"),
        "{problems:?}"
    );
}

#[test]
fn home_is_the_flag_then_the_environment_then_here() {
    let set = sources("", &[("LICENSETOOL_HOME", "/app")]);
    assert_eq!(home_dir(Some(Path::new("/x")), &set), PathBuf::from("/x"));
    assert_eq!(home_dir(None, &set), PathBuf::from("/app"));
    assert_eq!(home_dir(None, &Sources::default()), PathBuf::from("."));
}

#[test]
fn the_reference_page_is_the_committed_one() {
    let committed = include_str!("../../../../../docs/configuration.md");
    assert_eq!(
        reference(),
        committed,
        "run: licensetool config reference > docs/configuration.md"
    );
}
