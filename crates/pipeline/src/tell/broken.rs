//! Why a server gave no answer at all, and what an operator does about it.

use std::error::Error;
use std::io;

use super::untrusted::quoted;
use super::{Failure, Reach};

/// What went wrong between here and a server.
#[derive(Debug)]
pub(super) enum Broken {
    /// Its name leads nowhere.
    NameUnknown,
    /// Nobody listens there.
    Refused,
    /// No connection stood in time.
    ConnectTimeout,
    /// No whole answer came in time.
    Timeout,
    /// Its certificate is not trusted.
    NotTrusted(String),
    /// No TLS came about.
    Tls(String),
    /// The connection stood and broke.
    Cut(String),
    /// No connection, for another reason.
    Unreachable(String),
}

impl Broken {
    /// Of an error on the way; `standing`: the connection stood already.
    pub(super) fn from_error(error: &(dyn Error + 'static), standing: bool) -> Self {
        let kind = find::<io::Error>(error).map(io::Error::kind);
        let cause = root(error);
        match (find::<rustls::Error>(error), kind) {
            (Some(rustls::Error::InvalidCertificate(_)), _) => Self::NotTrusted(cause),
            (Some(_), _) => Self::Tls(cause),
            (None, Some(io::ErrorKind::ConnectionRefused)) => Self::Refused,
            // The standard library says so on every platform; there is no kind for it.
            (None, _) if cause.contains("lookup address") => Self::NameUnknown,
            (None, _) if standing => Self::Cut(cause),
            (None, _) => Self::Unreachable(cause),
        }
    }

    /// In words for an operator. `server` is its host and port.
    pub(super) fn failure(&self, server: &str, reach: &Reach) -> Failure {
        const AGAIN: &str = "It is tried again. If it lasts";
        let failure = |message: String, advice: String| Failure::new(message, advice);
        match self {
            Self::NameUnknown => failure(
                format!("the name of {server} is not known"),
                "Check the host name in the channel's settings, and this machine's DNS.".to_owned(),
            ),
            Self::Refused => failure(
                format!("{server} refuses the connection"),
                "Check host and port in the channel's settings, and that the server runs."
                    .to_owned(),
            ),
            Self::ConnectTimeout => failure(
                format!(
                    "no connection to {server} stood within {} s",
                    reach.connect_timeout.as_secs_f32()
                ),
                format!("{AGAIN}, check host and port, firewall and proxy."),
            ),
            Self::Timeout => failure(
                format!(
                    "{server} gave no whole answer within {} s",
                    reach.timeout.as_secs_f32()
                ),
                format!("{AGAIN}, look at the server; what it took may be told twice."),
            ),
            Self::NotTrusted(cause) => failure(
                format!(
                    "the certificate of {server} is not trusted{}",
                    quoted(cause, &[])
                ),
                "If the server belongs to you, name its authority's PEM file in ca_file; if its \
                 certificate has ended or bears another name, renew it there."
                    .to_owned(),
            ),
            Self::Tls(cause) => failure(
                format!("no TLS came about with {server}{}", quoted(cause, &[])),
                "Check that the port is one that speaks TLS in the way the channel's settings say."
                    .to_owned(),
            ),
            Self::Cut(cause) => failure(
                format!("the connection to {server} broke{}", quoted(cause, &[])),
                format!("{AGAIN}, look at the server and at what lies between."),
            ),
            Self::Unreachable(cause) => failure(
                format!("{server} cannot be reached{}", quoted(cause, &[])),
                format!("{AGAIN}, check host and port, firewall and proxy."),
            ),
        }
    }
}

/// The first error of a kind in a chain of causes. An I/O error passes over what it wraps when
/// it is asked for its source.
fn find<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        let wrapper = error.downcast_ref::<io::Error>();
        next = match wrapper.and_then(io::Error::get_ref) {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        };
    }
    None
}

/// The innermost cause says what happened; the outer ones say that a sending failed.
fn root(error: &(dyn Error + 'static)) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_break_says_what_to_do() {
        let reach = Reach::default();
        let check = |broken: Broken, message: &str, advice: &str| {
            let failure = broken.failure("mail.example:587", &reach);
            assert_eq!(failure.message, message);
            assert!(failure.advice.contains(advice), "{}", failure.advice);
        };
        let cause = || "why".to_owned();
        check(
            Broken::NameUnknown,
            "the name of mail.example:587 is not known",
            "DNS",
        );
        check(
            Broken::Refused,
            "mail.example:587 refuses the connection",
            "host and port",
        );
        check(
            Broken::ConnectTimeout,
            "no connection to mail.example:587 stood within 10 s",
            "firewall",
        );
        check(
            Broken::Timeout,
            "mail.example:587 gave no whole answer within 30 s",
            "tried again",
        );
        check(
            Broken::NotTrusted(cause()),
            "the certificate of mail.example:587 is not trusted: \"why\"",
            "ca_file",
        );
        check(
            Broken::Tls(cause()),
            "no TLS came about with mail.example:587: \"why\"",
            "port",
        );
        check(
            Broken::Cut(cause()),
            "the connection to mail.example:587 broke: \"why\"",
            "tried again",
        );
        check(
            Broken::Unreachable(cause()),
            "mail.example:587 cannot be reached: \"why\"",
            "proxy",
        );
    }

    #[test]
    fn what_an_io_error_wraps_is_found() {
        let inner = rustls::Error::InvalidCertificate(rustls::CertificateError::Expired);
        let error = io::Error::other(io::Error::new(io::ErrorKind::InvalidData, inner));
        let broken = Broken::from_error(&error, false);
        assert!(matches!(broken, Broken::NotTrusted(_)), "{broken:?}");
        let reset = io::Error::from(io::ErrorKind::ConnectionReset);
        assert!(matches!(Broken::from_error(&reset, true), Broken::Cut(_)));
        assert!(matches!(
            Broken::from_error(&reset, false),
            Broken::Unreachable(_)
        ));
    }

    /// The label is so long that no resolver is asked: the test needs no network.
    #[tokio::test]
    async fn a_name_that_leads_nowhere_is_known_as_such() {
        let name = format!("{}.example", "x".repeat(64));
        let error = tokio::net::lookup_host((name, 443)).await.err().unwrap();
        let broken = Broken::from_error(&error, false);
        assert!(matches!(broken, Broken::NameUnknown), "{broken:?}");
    }
}
