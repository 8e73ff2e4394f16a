//! `licensetool channel`, and what `config` says of channels: secrets stay in their files, every
//! problem is said, a sample arrives.

use std::path::Path;

use microsoft_sim::sink::{SmtpMode, SmtpOptions, SmtpSink, SmtpTls, WebhookMode, WebhookSink};
use microsoft_sim::{Tls, World};
use serde_json::Value;

use crate::fixture::{Ended, SIGNING, alone, https, office, program, secret};

/// A home with settings and nothing else.
fn home(settings: &str) -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("licensetool.toml"), settings).unwrap();
    home
}

/// Runs the program while servers of this process go on answering.
async fn licensetool(home: &Path, arguments: &[&str]) -> Ended {
    let mut command = program(home);
    command.args(arguments);
    let ended = tokio::task::spawn_blocking(move || command.output());
    Ended::from(ended.await.unwrap().unwrap())
}

#[test]
fn every_problem_of_every_channel_is_said_by_the_check() {
    let home = home(
        "[channel.hook]\nkind = \"webhook\"\nurl = \"https://hook.example\"\n\
         secret_file = \"secrets/hook\"\n\
         [channel.chat]\nkind = \"teams\"\nurl_file = \"secrets/chat\"\n\
         [channel.desk]\nkind = \"mail\"\nhost = \"mail.example\"\nfrom = \"nobody\"\n\
         to = \"a@b.example, here\"\nto_parameter = \"Mail\"\nca_file = \"none.pem\"\n",
    );
    secret(home.path(), "secrets/hook", "whsec_short");
    let ended = alone(home.path(), &["config", "check"]);
    assert_eq!(ended.code, Some(2), "{ended:?}");
    for words in [
        "error: channel.hook: secret must be ",
        "error: channel.chat.url_file: there is no file ",
        "error: channel.desk.ca_file: there is no file ",
        "error: channel.desk: from is no mail address: \"nobody\"",
        "error: channel.desk.to: \"here\" is no mail address",
        "error: channel.desk.to_parameter_of: there is no SharePoint profile",
    ] {
        assert!(ended.out.contains(words), "{words} in {}", ended.out);
    }
    assert!(!ended.out.contains("whsec_short"), "{}", ended.out);
    let run = alone(home.path(), &["run"]);
    assert_eq!(run.code, Some(2));
    assert!(run.err.contains("channel.chat.url_file"), "{}", run.err);
}

#[cfg(unix)]
#[test]
fn a_secret_that_everybody_may_read_is_a_warning() {
    use std::os::unix::fs::PermissionsExt as _;
    let settings = "[channel.hook]\nkind = \"webhook\"\nurl = \"https://hook.example\"\n\
                    secret_file = \"hook\"\n";
    let home = home(settings);
    secret(home.path(), "hook", SIGNING);
    let warning = "warning: channel.hook.secret_file: ";
    let ended = alone(home.path(), &["config", "check"]);
    assert!(!ended.out.contains(warning), "{}", ended.out);
    let open = std::fs::Permissions::from_mode(0o644);
    std::fs::set_permissions(home.path().join("hook"), open).unwrap();
    let ended = alone(home.path(), &["config", "check"]);
    assert!(
        ended.out.contains(warning) && ended.out.contains("chmod 600"),
        "{}",
        ended.out
    );
}

#[test]
fn what_is_in_force_is_shown_without_secrets() {
    let settings = "[channel.hook]\nkind = \"webhook\"\nurl = \"https://hook.example/?key=hush\"\n\
                    secret_file = \"secrets/hook\"\n";
    let home = home(settings);
    secret(home.path(), "secrets/hook", SIGNING);
    let mut command = program(home.path());
    command.args(["config", "show"]);
    command.env("LICENSETOOL_CHANNEL__HOOK__LEAST", "critical");
    let ended = Ended::from(command.output().unwrap());
    assert_eq!(ended.code, Some(0), "{ended:?}");
    for words in [
        "[channel.hook]",
        "secret_file = \"secrets/hook\"",
        "least = \"critical\"",
        "# LICENSETOOL_CHANNEL__HOOK__LEAST",
        "timeout = \"30s\"",
    ] {
        assert!(ended.out.contains(words), "{words} in {}", ended.out);
    }
    assert!(
        !ended.out.contains("hush") && !ended.out.contains("whsec_"),
        "{}",
        ended.out
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sample_arrives_at_a_webhook_and_a_refusal_is_told() {
    let sink = WebhookSink::start(Tls::Generated).await.unwrap();
    let home = home(
        "[channel.hook]\nkind = \"webhook\"\nurl_file = \"url\"\n\
                     secret_file = \"secret\"\nca_file = \"ca.pem\"\n",
    );
    secret(home.path(), "url", sink.url());
    secret(home.path(), "secret", SIGNING);
    secret(home.path(), "ca.pem", sink.ca_pem().unwrap());
    let ended = licensetool(home.path(), &["channel", "test", "hook"]).await;
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""), "{ended:?}");
    let hooks = sink.hooks();
    assert_eq!(hooks.len(), 1);
    assert!(hooks[0].headers["webhook-signature"].starts_with("v1,"));
    let event: Value = serde_json::from_slice(&hooks[0].body).unwrap();
    assert_eq!(event["data"]["test"], true);
    assert!(
        ended.out.contains(event["id"].as_str().unwrap()),
        "{}",
        ended.out
    );

    sink.set_mode(WebhookMode::status(401));
    let ended = licensetool(home.path(), &["channel", "test", "hook"]).await;
    assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""));
    let told = "the channel hook: ";
    assert!(
        ended.err.contains(told) && ended.err.contains("secret"),
        "{}",
        ended.err
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sample_arrives_by_mail_and_a_refusal_is_told() {
    let login = ("licensetool".to_owned(), "correct horse".to_owned());
    let options = SmtpOptions {
        tls: SmtpTls::StartTls,
        login: Some(login),
    };
    let sink = SmtpSink::start(options).await.unwrap();
    let (host, port) = (sink.address().ip(), sink.address().port());
    let home = home(&format!(
        "language = \"en\"\n[channel.desk]\nkind = \"mail\"\nhost = \"{host}\"\nport = {port}\n\
         user = \"licensetool\"\npassword_file = \"password\"\nca_file = \"ca.pem\"\n\
         from = \"licences@company.example\"\nto = \"desk@company.example\"\n"
    ));
    secret(home.path(), "password", "correct horse\n");
    secret(home.path(), "ca.pem", sink.ca_pem().unwrap());
    let ended = licensetool(home.path(), &["channel", "test", "desk"]).await;
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""), "{ended:?}");
    let mails = sink.mails();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].to, ["desk@company.example"]);
    assert!(mails[0].secure && mails[0].user.as_deref() == Some("licensetool"));

    sink.set_mode(SmtpMode::RefuseAuth);
    let ended = licensetool(home.path(), &["channel", "test", "desk"]).await;
    assert_eq!(ended.code, Some(2));
    assert!(
        ended.err.starts_with("licensetool: the channel desk: "),
        "{}",
        ended.err
    );
    assert!(!ended.err.contains("correct horse"), "{}", ended.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_goes_to_whom_the_parameter_list_names() {
    let sink = SmtpSink::start(SmtpOptions::default()).await.unwrap();
    let office = office(World::demo(), https()).await;
    let port = sink.address().port();
    office.set(&format!(
        "[channel.desk]\nkind = \"mail\"\nhost = \"127.0.0.1\"\nport = {port}\ntls = \"none\"\n\
         from = \"licences@company.example\"\nto_parameter = \"Mail\"\n"
    ));
    // The first run reads the list, and tells what it finds.
    let ended = office.licensetool(&["run", "--once"]).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let told = sink.mails();
    assert_eq!(told.len(), 1, "one digest");
    assert_eq!(told[0].to, ["support@schulservice.example"]);
    let ended = office.licensetool(&["channel", "test", "desk"]).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(sink.mails()[1].to, ["support@schulservice.example"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn channels_are_listed_with_what_waits_for_them() {
    let office = office(World::demo(), https()).await;
    let sink = WebhookSink::start(Tls::Off).await.unwrap();
    sink.set_mode(WebhookMode::status(500));
    office.webhook(&sink, "");
    let listed = office.licensetool(&["channel", "list"]).await;
    assert_eq!(listed.code, Some(0), "{listed:?}");
    for words in ["hook", "webhook", "sharepoint-company", "127.0.0.1"] {
        assert!(listed.out.contains(words), "{words} in {}", listed.out);
    }
    let once = office.licensetool(&["run", "--once"]).await;
    assert_eq!(once.code, Some(1), "not everything was delivered: {once:?}");
    let listed = office
        .licensetool(&["channel", "list", "--format", "json"])
        .await;
    let listed: Value = serde_json::from_str(&listed.out).unwrap();
    let [hook, lists] = listed["channels"].as_array().unwrap().as_slice() else {
        panic!("{listed}");
    };
    assert!(hook["pending"].as_i64().unwrap() > 0, "{listed}");
    assert_eq!(hook["sync"], Value::Null);
    assert_eq!(lists["name"], "sharepoint-company");
    assert_eq!(lists["pending"], 0, "{listed}");
    assert!(lists["sync"]["synced_at"].is_string(), "{listed}");
    let table = office.licensetool(&["channel", "list"]).await;
    assert!(
        table.out.contains("sharepoint-company: up to date at"),
        "{}",
        table.out
    );
}

#[test]
fn a_channel_that_does_not_exist_is_said_with_those_that_do() {
    let settings = "[channel.hook]\nkind = \"webhook\"\nurl = \"https://hook.example\"\n\
                    secret_file = \"hook\"\n";
    let home = home(settings);
    let ended = alone(home.path(), &["channel", "test", "hok"]);
    assert_eq!(ended.code, Some(2));
    assert!(
        ended
            .err
            .contains("there is no channel hok; there are: hook"),
        "{}",
        ended.err
    );
    let ended = alone(home.path(), &["channel", "test", "sharepoint-x"]);
    assert!(
        ended.err.contains("there is no SharePoint profile"),
        "{}",
        ended.err
    );
}
