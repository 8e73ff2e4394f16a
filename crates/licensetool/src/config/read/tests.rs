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
        ..Sources::default()
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
    assert_eq!(config.store.url, "sqlite:/h/licensetool.db");
    assert_eq!(
        config.microsoft.graph.as_str(),
        "https://graph.microsoft.com/"
    );
    let mut settings = in_force.settings.iter();
    assert!(settings.all(|(.., source)| *source == Source::Default));
    assert_eq!(in_force.settings.len(), KEYS.len());
    assert!(config.channels.is_empty() && in_force.channels.is_empty());
    // Nobody has set it, so the built-in policy holds: the table says what that is.
    assert_eq!(config.policy, Layer::default());
    assert_eq!(config.time_zone.iana_name(), Some("Europe/Zurich"));
    let served = config.public_url_at(config.listen);
    assert_eq!(served.as_str(), "http://127.0.0.1:5000/");
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
             did you mean collect.interval?",
            "environment: there is no setting for LICENSETOOL_STOER__URL; did you mean store.url?",
            "licensetool.toml: listen = \"here\" must be an address and a port, \
             such as 127.0.0.1:5000",
            "licensetool.toml: log.format = \"xml\" must be text or json",
            "LICENSETOOL_COLLECT__INTERVAL = \"soon\" must be a time such as 30s, 15m or 1h 30m",
        ],
    );
}

#[test]
fn the_defaults_of_the_table_are_the_built_in_policy() {
    let default = |name: &str| {
        let key = KEYS.iter().find(|key| key.name == name).unwrap();
        key.default
    };
    let built_in = domain::Policy::BUILT_IN;
    assert_eq!(FromText::from_text(default("policy.low")), Ok(built_in.low));
    let margin = FromText::from_text(default("policy.clear_margin"));
    assert_eq!(margin, Ok(built_in.clear_margin));
    let stale = FromText::from_text(default("policy.stale_after"));
    assert_eq!(stale, Ok(built_in.stale_after));
    let lead = FromText::from_text(default("policy.renewal_lead_days"));
    assert_eq!(lead, Ok(built_in.renewal_lead_days));
}

#[test]
fn what_is_over_is_kept_for_the_time_of_the_table() {
    let keep = |file| read(Path::new("/h"), &sources(file, &[])).unwrap().0.keep;
    assert_eq!(keep(""), Keep::default());
    let short = keep("[audit]\nkeep = \"30d\"\n[alerts]\nkeep = \"2d\"");
    let days = [short.audit, short.alerts].map(|span| span.as_hours() / 24);
    assert_eq!(days, [30, 2]);
}

#[test]
fn history_is_kept_for_the_time_of_the_table_or_of_the_tenant() {
    let config = |file| read(Path::new("/h"), &sources(file, &[])).unwrap().0;
    let default = config("");
    let expected = Retention {
        time_zone: default.time_zone.clone(),
        ..Retention::default()
    };
    assert_eq!(default.retention, expected);
    let file = "[history]\ncompact_after = \"30d\"\nkeep = \"400d\"\nkeep_of = \"a=7d\"";
    let own = config(file).retention;
    let days = |span: &SignedDuration| span.as_hours() / 24;
    assert_eq!([days(&own.compact_after), days(&own.keep)], [30, 400]);
    let of: Vec<_> = own
        .keep_of
        .iter()
        .map(|(key, span)| (key.as_str(), days(span)))
        .collect();
    assert_eq!(of, [("a", 7)]);
}

#[test]
fn lists_are_left_alone_on_request() {
    let config = |file| read(Path::new("/h"), &sources(file, &[])).unwrap().0;
    assert!(config("").sharepoint_interval.is_some());
    assert!(
        config("[sharepoint]\nenabled = false")
            .sharepoint_interval
            .is_none()
    );
    let pages = config("public_url = \"https://licences.example\"");
    let url = pages.public_url_at(pages.listen);
    assert_eq!(url.as_str(), "https://licences.example/");
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

#[test]
fn sign_in_needs_a_key_and_an_address_to_lead_back_to() {
    let key = "session.key_file is missing, and auth is entra: make a key with `openssl rand \
               -base64 48 > secrets/session` in the home folder, `chmod 600` it, and set \
               session.key_file = \"secrets/session\"";
    check("auth = \"entra\"", &[], &[key]);
    let with_key = "auth = \"entra\"\nsession.key_file = \"secrets/session\"\n";
    let access = |more: &str| {
        let (config, _) = read(Path::new("/h"), &sources(&format!("{with_key}{more}"), &[]))?;
        Ok::<_, Vec<String>>(config)
    };
    let sign_in = access("").unwrap().sign_in.unwrap();
    assert_eq!(sign_in.key_file, PathBuf::from("/h/secrets/session"));
    assert_eq!(sign_in.lifetime, SignedDuration::from_hours(8));
    let open = "listen = \"0.0.0.0:5000\"\n";
    let missing = "public_url is missing, and auth is entra: say where people open the pages, \
                   such as https://licensetool.company.example/";
    assert_eq!(access(open).unwrap_err(), [missing]);
    let safe = "public_url = \"https://licensetool.example\"";
    assert!(access(&format!("{open}{safe}")).is_ok());
    for (url, word) in [
        ("http://licensetool.example/", "must begin with https://"),
        ("https://licensetool.example/x", "must end with the host"),
    ] {
        let problems = access(&format!("public_url = \"{url}\"")).unwrap_err();
        assert!(problems[0].contains(word), "{problems:?}");
    }
    assert!(access("public_url = \"http://127.0.0.1:5000/\"").is_ok());
    check(
        "session.lifetime = \"25h\"",
        &[],
        &["session.lifetime must be at most 24h"],
    );
}

#[test]
fn a_certificate_and_its_key_come_together() {
    check(
        "tls.cert_file = \"tls.crt\"",
        &[],
        &["tls.key_file is missing: tls.cert_file needs both, or leave both out"],
    );
    check(
        "tls.key_file = \"tls.key\"",
        &[],
        &["tls.cert_file is missing: tls.key_file needs both, or leave both out"],
    );
    let both = "tls.cert_file = \"tls.crt\"\ntls.key_file = \"tls.key\"";
    let (config, _) = read(Path::new("/h"), &sources(both, &[])).unwrap();
    assert_eq!(
        config.tls.as_ref().unwrap().cert,
        PathBuf::from("/h/tls.crt")
    );
    let served = config.public_url_at(config.listen);
    assert_eq!(served.as_str(), "https://127.0.0.1:5000/");
}

#[test]
fn the_settings_of_the_page_on_sign_in_are_understood() {
    let page = include_str!("../../../../../docs/sign-in.md");
    let settings = page.split("```toml").nth(1).unwrap();
    let settings = settings.split("```").next().unwrap();
    let (config, _) = read(Path::new("/h"), &sources(settings, &[])).unwrap();
    assert!(config.sign_in.is_some());
}
