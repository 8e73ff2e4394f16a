//! What can go wrong, one variant for each decision of the caller, in words for an operator.

mod call;

use std::fmt;
use std::time::Duration;

use uuid::Uuid;

use crate::untrusted::{self, cleaned};

pub use call::Call;

/// Why a call failed. `to_string()` says what happened in one sentence, [`Error::advice`] what the
/// operator should do. Neither ever holds a token, an assertion, a key or more than 300
/// characters of an answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Entra refuses the credential or the app, or Graph a token that was just made. Trying again
    /// does not help before somebody has changed something.
    #[error("{failure}")]
    Refused {
        /// What is known.
        failure: Box<Failure>,
    },
    /// The app lacks a permission (403).
    #[error("{failure}")]
    Denied {
        /// What is known.
        failure: Box<Failure>,
    },
    /// Too many requests (429). Come back later.
    #[error("{failure}")]
    Throttled {
        /// How long Microsoft asks to wait; `None` if it does not say.
        retry_after: Option<Duration>,
        /// What is known.
        failure: Box<Failure>,
    },
    /// Microsoft has a fault of its own (5xx). Come back later.
    #[error("{failure}")]
    Unavailable {
        /// How long Microsoft asks to wait; `None` if it does not say.
        retry_after: Option<Duration>,
        /// What is known.
        failure: Box<Failure>,
    },
    /// No connection: name, network, proxy, TLS, or it broke.
    #[error("{failure}")]
    Unreachable {
        /// Whether the connection stood and then broke.
        broke: bool,
        /// What is known.
        failure: Box<Failure>,
    },
    /// No whole answer within [`Settings::request_timeout`](crate::Settings::request_timeout).
    #[error("{failure}")]
    TimedOut {
        /// What is known.
        failure: Box<Failure>,
    },
    /// The answer makes no sense, so nothing of it was taken; or Graph could make none of the
    /// request (400, and every other 4xx that has no variant of its own).
    #[error("{failure}")]
    Unreadable {
        /// What is known.
        failure: Box<Failure>,
    },
    /// What was asked for does not exist (404, 410).
    #[error("{failure}")]
    Gone {
        /// What is known.
        failure: Box<Failure>,
    },
}

/// The particulars of a failed call, for logs and for Microsoft's support.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What was asked.
    pub call: Call,
    /// What happened, without codes and ids.
    pub what: String,
    /// The HTTP status, if there was an answer.
    pub status: Option<u16>,
    /// Microsoft's code, such as `AADSTS700027` or `Authorization_RequestDenied`.
    pub code: Option<String>,
    /// The id that this client gave to the request; `None` if a body was parsed without one.
    pub client_request_id: Option<Uuid>,
    /// The id that Microsoft gave to it.
    pub request_id: Option<String>,
    pub(crate) advice: String,
}

impl Failure {
    pub(crate) fn new(call: Call) -> Failure {
        Failure {
            call,
            what: String::new(),
            status: None,
            code: None,
            client_request_id: None,
            request_id: None,
            advice: String::new(),
        }
    }

    fn says(mut self, what: String, advice: impl Into<String>) -> Box<Failure> {
        self.what = what;
        self.advice = advice.into();
        Box::new(self)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let status = self.status.map(|status| status.to_string());
        let request = self
            .request_id
            .as_ref()
            .map(|id| format!("request-id {id}"));
        let client = self
            .client_request_id
            .map(|id| format!("client-request-id {id}"));
        let known: Vec<String> = [status, self.code.clone(), request, client]
            .into_iter()
            .flatten()
            .collect();
        f.write_str(&self.what)?;
        if known.is_empty() {
            Ok(())
        } else {
            write!(f, " ({})", known.join(", "))
        }
    }
}

const COME_BACK: &str = "Nothing needs to be done: it is tried again later. If it lasts, look at \
                         Microsoft's service health.";

impl Error {
    /// What the operator should do, in one or two sentences.
    pub fn advice(&self) -> String {
        self.failure().advice.clone()
    }

    /// The particulars.
    pub fn failure(&self) -> &Failure {
        match self {
            Error::Refused { failure }
            | Error::Denied { failure }
            | Error::Throttled { failure, .. }
            | Error::Unavailable { failure, .. }
            | Error::Unreachable { failure, .. }
            | Error::TimedOut { failure }
            | Error::Unreadable { failure }
            | Error::Gone { failure } => failure,
        }
    }

    /// How long Microsoft asked to wait, if it did.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Error::Throttled { retry_after, .. } | Error::Unavailable { retry_after, .. } => {
                *retry_after
            }
            _ => None,
        }
    }

    /// Whether it is a state of Microsoft's that passes.
    pub(crate) fn passes(&self) -> bool {
        matches!(self, Error::Throttled { .. } | Error::Unavailable { .. })
    }

    pub(crate) fn refused(failure: Failure, why: &str, advice: impl Into<String>) -> Error {
        let what = match failure.call {
            Call::Token => format!("Entra refuses a token: {why}"),
            call => format!("Graph refuses a token that was just made, for {call}: {why}"),
        };
        Error::Refused {
            failure: failure.says(what, advice),
        }
    }

    pub(crate) fn denied(failure: Failure, message: &str) -> Error {
        let what = format!("Graph denies {}: {message}", failure.call);
        let advice = failure.call.permission();
        Error::Denied {
            failure: failure.says(what, advice),
        }
    }

    pub(crate) fn throttled(failure: Failure, retry_after: Option<Duration>) -> Error {
        let (service, call) = (failure.call.service(), failure.call);
        let what = match retry_after {
            Some(wait) => {
                format!(
                    "{service} throttles {call} and asks to wait {} s",
                    seconds(wait)
                )
            }
            None => format!("{service} throttles {call}"),
        };
        let advice = "Nothing needs to be done: it is tried again later. If it lasts, poll less \
                      often, or look for another program that uses the same app.";
        Error::Throttled {
            retry_after,
            failure: failure.says(what, advice),
        }
    }

    pub(crate) fn unavailable(failure: Failure, retry_after: Option<Duration>) -> Error {
        let what = format!(
            "{} is out of order for {}",
            failure.call.service(),
            failure.call
        );
        Error::Unavailable {
            retry_after,
            failure: failure.says(what, COME_BACK),
        }
    }

    pub(crate) fn cannot_connect(failure: Failure, host: &str, cause: &str) -> Error {
        let service = failure.call.service();
        let what = format!(
            "{service} ({host}) cannot be reached for {}: {cause}",
            failure.call
        );
        let advice = if cause.contains("certificate") {
            "The certificate of the other side is not trusted here: if a proxy or firewall \
             inspects TLS, name its CA in the extra CA bundle (ca_file)."
                .to_owned()
        } else {
            format!(
                "Check the network, name resolution, firewall and proxy (HTTPS_PROXY, NO_PROXY) \
                 between this machine and {host}."
            )
        };
        Error::Unreachable {
            broke: false,
            failure: failure.says(what, advice),
        }
    }

    pub(crate) fn broke(failure: Failure, host: &str, cause: &str) -> Error {
        let (service, call) = (failure.call.service(), failure.call);
        let what = format!("the connection to {service} ({host}) broke during {call}: {cause}");
        let advice = format!(
            "It is tried again later. If it lasts, look for a proxy or firewall that cuts \
             connections to {host}."
        );
        Error::Unreachable {
            broke: true,
            failure: failure.says(what, advice),
        }
    }

    pub(crate) fn timed_out(failure: Failure, limit: Duration) -> Error {
        let (service, call) = (failure.call.service(), failure.call);
        let what = format!(
            "{service} did not answer {call} within {} s",
            seconds(limit)
        );
        Error::TimedOut {
            failure: failure.says(what, COME_BACK),
        }
    }

    /// The reason continues "… makes no sense:" and may repeat text of the answer if it is short.
    pub(crate) fn unreadable(failure: Failure, reason: &str) -> Error {
        let reason = cleaned(reason, untrusted::SENTENCE);
        let (service, call) = (failure.call.service(), failure.call);
        let what = format!("{service}'s answer to {call} makes no sense: {reason}");
        let advice = "Nothing of this answer was taken. It is tried again later; if it lasts, \
                      check that the configured host is Microsoft's and that no proxy answers \
                      in its place.";
        Error::Unreadable {
            failure: failure.says(what, advice),
        }
    }

    /// Graph could make no sense of a request, or refuses it for what it says.
    pub(crate) fn rejected(failure: Failure, message: &str) -> Error {
        let what = format!("Graph rejects {}: {message}", failure.call);
        let advice = failure.call.correction();
        Error::Unreadable {
            failure: failure.says(what, advice),
        }
    }

    /// A request that was never sent, because its quota of SharePoint would come too late.
    pub(crate) fn held_back(failure: Failure, wait: Duration) -> Error {
        let what = format!(
            "{} was not sent: within SharePoint's quota its turn comes in {} s only, which is \
             later than it may take",
            failure.call,
            seconds(wait)
        );
        let advice = "Nothing needs to be done: the rest is done later. If it lasts, raise \
                      site_deadline, or site_units_per_minute if the tenant's quota is larger.";
        Error::Throttled {
            retry_after: Some(wait),
            failure: failure.says(what, advice),
        }
    }

    /// A request that was never sent, because the time for all of them was over.
    pub(crate) fn too_late(failure: Failure) -> Error {
        let what = format!("the time was over before {} was sent", failure.call);
        let advice = "Nothing needs to be done: the rest is done later. If it lasts, raise \
                      site_deadline.";
        Error::TimedOut {
            failure: failure.says(what, advice),
        }
    }

    pub(crate) fn gone(failure: Failure) -> Error {
        let what = format!("{} does not know {}", failure.call.service(), failure.call);
        let advice = failure.call.whereabouts();
        Error::Gone {
            failure: failure.says(what, advice),
        }
    }
}

/// Seconds as people write them: `30`, `0.25`.
fn seconds(duration: Duration) -> String {
    let millis = duration.as_millis();
    let text = format!("{}.{:03}", millis / 1000, millis % 1000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_written_as_people_do() {
        let check = |millis, expected: &str| {
            assert_eq!(seconds(Duration::from_millis(millis)), expected);
        };
        check(0, "0");
        check(30_000, "30");
        check(250, "0.25");
        check(1_001, "1.001");
        check(100_000, "100");
    }

    #[test]
    fn an_error_is_small_enough_to_be_returned_everywhere() {
        assert!(size_of::<Error>() <= 32);
    }
}
