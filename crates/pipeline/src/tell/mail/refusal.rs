//! What a mail server's refusal means, and what an operator does about it.

use super::dialogue::Reply;
use crate::tell::broken::Broken;
use crate::tell::untrusted::quoted;
use crate::tell::{Failure, Reach};

/// What was asked of the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Greeting,
    Hello,
    StartTls,
    SignIn,
    Sender(String),
    Recipient(String),
    Content,
}

/// Why a mail was not taken.
#[derive(Debug)]
pub(super) enum Trouble {
    Broken(Broken),
    Refused {
        step: Step,
        reply: Reply,
    },
    NoStartTls,
    /// The ways that it offers.
    NoSignIn(String),
    /// What it said instead of SMTP.
    Nonsense(String),
}

const AGAIN: &str = "It is tried again later. If it lasts, ask whoever runs the mail server.";

impl Trouble {
    pub(super) fn refused(step: Step, reply: Reply) -> Self {
        Self::Refused { step, reply }
    }

    /// In words for an operator. `hidden` are texts that must not be repeated.
    pub(super) fn failure(&self, server: &str, reach: &Reach, hidden: &[&str]) -> Failure {
        match self {
            Self::Broken(broken) => broken.failure(server, reach),
            Self::Refused { step, reply } => refused(step, reply, server, hidden),
            Self::NoStartTls => Failure::new(
                format!("{server} offers no STARTTLS, so nothing was sent"),
                "Use the port that offers it (mostly 587), or set tls = tls with its port \
                 (mostly 465).",
            ),
            Self::NoSignIn(ways) => Failure::new(
                format!(
                    "{server} offers no sign-in with user and password{}",
                    quoted(ways, &[])
                ),
                "Use a server or a port that does (PLAIN or LOGIN), or leave out user if it knows \
                 this machine.",
            ),
            Self::Nonsense(said) => Failure::new(
                format!(
                    "{server} does not speak SMTP as expected{}",
                    quoted(said, hidden)
                ),
                "Check the port, and that tls is what it speaks: starttls mostly on 587, tls \
                 mostly on 465.",
            ),
        }
    }
}

fn refused(step: &Step, reply: &Reply, server: &str, hidden: &[&str]) -> Failure {
    let said = quoted(&reply.lines.join(" "), hidden);
    let code = reply.code;
    let later = (400..500).contains(&code);
    let (what, advice) = match step {
        Step::Greeting | Step::Hello => (
            "does not want to speak with us".to_owned(),
            "Ask whoever runs the mail server whether this machine may send through it.",
        ),
        Step::StartTls => (
            "does not begin TLS".to_owned(),
            "Look into the mail server's log: its certificate may be missing.",
        ),
        Step::SignIn => (
            "refuses user and password".to_owned(),
            "Check both. Some services want an app password, or must be told to allow SMTP \
             sign-in for this user.",
        ),
        Step::Sender(from) if matches!(code, 530 | 535) => (
            format!("lets nobody send as {from} without signing in"),
            "Give user and password of an account that may send as this address.",
        ),
        Step::Sender(from) => (
            format!("refuses the sender {from}"),
            "Check from: the account must be allowed to send as this address.",
        ),
        Step::Recipient(to) => (
            format!("refuses the recipient {to}"),
            "Correct the address. If it is right, ask whether the mail server may send to it.",
        ),
        Step::Content => (
            "refuses the mail".to_owned(),
            "Its answer says why; often it is a filter or a limit of the mail server.",
        ),
    };
    let (what, advice) = match later {
        true => (format!("{what} for now"), AGAIN),
        false => (what, advice),
    };
    Failure::new(format!("{server} {what} ({code}){said}"), advice)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(step: Step, code: u16, text: &str, message: &str, advice: &str) {
        let lines = vec![text.to_owned()];
        let trouble = Trouble::refused(step, Reply { code, lines });
        let failure = trouble.failure("mx:25", &Reach::default(), &["hush"]);
        assert_eq!(failure.message, format!("mx:25 {message}"));
        assert!(failure.advice.contains(advice), "{}", failure.advice);
    }

    #[test]
    fn every_refusal_of_us_says_what_to_do() {
        check(
            Step::Greeting,
            554,
            "",
            "does not want to speak with us (554)",
            "may send",
        );
        check(
            Step::Hello,
            421,
            "busy",
            "does not want to speak with us for now (421): \"busy\"",
            "again",
        );
        check(
            Step::StartTls,
            501,
            "",
            "does not begin TLS (501)",
            "certificate",
        );
        check(
            Step::SignIn,
            535,
            "no hush",
            "refuses user and password (535): \"no […]\"",
            "app password",
        );
        check(
            Step::SignIn,
            454,
            "",
            "refuses user and password for now (454)",
            "again",
        );
    }

    #[test]
    fn every_refusal_of_a_mail_says_what_to_do() {
        let to = || Step::Recipient("a@b.example".to_owned());
        let from = || Step::Sender("l@b.example".to_owned());
        check(
            from(),
            530,
            "",
            "lets nobody send as l@b.example without signing in (530)",
            "Give user",
        );
        check(
            from(),
            553,
            "",
            "refuses the sender l@b.example (553)",
            "from",
        );
        check(
            to(),
            550,
            "unknown",
            "refuses the recipient a@b.example (550): \"unknown\"",
            "Correct",
        );
        check(
            to(),
            451,
            "grey",
            "refuses the recipient a@b.example for now (451): \"grey\"",
            "again",
        );
        check(
            Step::Content,
            554,
            "spam",
            "refuses the mail (554): \"spam\"",
            "filter",
        );
    }
}
