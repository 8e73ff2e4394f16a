//! Every channel against servers that take, refuse, break and stall, with the words that the
//! operator reads then.

mod over_http;
mod over_smtp;
mod sinks;
mod smtp;
mod stub;

use std::time::Duration;

use super::specimen::{self, at, exhausted, voice};
use super::*;

fn now() -> Timestamp {
    at(specimen::NOW)
}

/// Patient with what answers, and not for long with what does not.
fn reach(extra_ca: Option<&str>) -> Reach {
    Reach {
        extra_ca: extra_ca.map(|pem| pem.as_bytes().to_vec()),
        ..Reach::default()
    }
}

fn impatient(extra_ca: Option<&str>) -> Reach {
    Reach {
        connect_timeout: Duration::from_millis(250),
        timeout: Duration::from_millis(500),
        ..reach(extra_ca)
    }
}

async fn send(channel: &Channel) -> Result<Taken, Failure> {
    let voice = voice(Language::German);
    channel.send(&[exhausted()], &voice, now()).await
}

/// A failure with these words, and an advice with those.
fn fails(result: Result<Taken, Failure>, message: &str, advice: &str) -> Failure {
    let failure = result.expect_err(message);
    assert!(failure.message.contains(message), "{failure}");
    assert!(failure.advice.contains(advice), "{failure}");
    assert!(failure.advice.ends_with('.'), "{failure}");
    assert!(!failure.message.ends_with('.'), "{failure}");
    failure
}

#[test]
fn only_mail_takes_many_at_once() {
    let https = Secret::new("https://school.example/");
    let teams = Teams::new(&TeamsSettings {
        url: https,
        reach: reach(None),
    });
    assert!(!Channel::Teams(teams.unwrap()).takes_many());
    let mail = over_smtp::settings("127.0.0.1", 25, MailTls::None);
    assert!(Channel::Mail(Mail::new(&mail).unwrap()).takes_many());
}
