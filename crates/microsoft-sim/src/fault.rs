//! What a test may order to go wrong, for whom, and how often.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::endpoint::Endpoint;

/// An order to break answers. `POST /_sim/faults` takes the same as JSON:
///
/// ```json
/// {"tenant": "iseschool", "call": "subscribedSkus", "kind": {"latency": {"ms": 500}}, "times": 3}
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Key of the tenant; every tenant's calls without it.
    #[serde(default)]
    pub tenant: Option<String>,
    pub call: Call,
    pub kind: FaultKind,
    /// How many answers it breaks; all until the faults are cleared without it.
    #[serde(default)]
    pub times: Option<u32>,
}

/// The calls that can be told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Call {
    /// Entra's token endpoint.
    Token,
    /// `/v1.0/subscribedSkus`, and one of them.
    SubscribedSkus,
    /// `/v1.0/directory/subscriptions`, and one of them.
    Subscriptions,
    /// `/v1.0/organization`, and one of them.
    Organization,
    /// All of Entra and Graph.
    Any,
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum FaultKind {
    /// The answer comes later. Goes together with any other fault.
    Latency { ms: u64 },
    /// Refused or failed, in the words of the service: 403, 404, 429, 500, 502, 503, 504, …
    Status {
        status: u16,
        #[serde(default)]
        retry_after: Option<RetryAfter>,
    },
    /// Entra answers with one of its codes, such as 53003. Means nothing to Graph.
    Aadsts { code: u32 },
    /// No answer, and the connection stays open.
    Hang,
    /// The connection is reset, with all that it carries.
    Reset,
    /// The answer ends half way, though its length was promised.
    CutOff,
    /// The answer is cut off in the middle of a value, but complete as HTTP.
    InvalidJson,
    /// Numbers are texts, texts are numbers, lists are objects.
    WrongTypes,
    /// A sound answer, preceded by this many MiB of white space, and then ends.
    Huge { mib: u32 },
    /// So many empty pages before the rows.
    EmptyPages { pages: u32 },
    /// Every page has a next one.
    EndlessPages,
    /// The next page is said to be there.
    ForeignNextLink { url: String },
    /// The new token has already expired; Graph says so of the token sent.
    ExpiredToken,
    /// The token is no longer believed from now on, however often it comes; a new one is.
    RevokedToken,
}

/// What stands in the header `Retry-After`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RetryAfter {
    /// Whole numbers are written without a fraction.
    Seconds(f64),
    /// A date so many seconds from now.
    HttpDate(u32),
}

/// The orders that stand, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Orders(Mutex<Vec<Fault>>);

/// What an answer has to suffer.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Suffered {
    pub(crate) latency: Duration,
    pub(crate) kind: Option<FaultKind>,
}

impl Orders {
    pub(crate) fn add(&self, fault: Fault) {
        self.change(|orders| orders.push(fault));
    }

    pub(crate) fn clear(&self) {
        self.change(Vec::clear);
    }

    pub(crate) fn list(&self) -> Vec<Fault> {
        self.change(|orders| orders.clone())
    }

    /// Counts one answer: every latency that concerns it, and the oldest other fault.
    pub(crate) fn take(&self, endpoint: Endpoint, tenant: Option<&str>) -> Suffered {
        self.change(|orders| {
            let mut suffered = Suffered::default();
            for fault in orders.iter_mut().filter(|it| it.concerns(endpoint, tenant)) {
                match (&fault.kind, &suffered.kind) {
                    (FaultKind::Latency { ms }, _) => {
                        suffered.latency += Duration::from_millis(*ms);
                    }
                    (kind, None) => suffered.kind = Some(kind.clone()),
                    (_, Some(_)) => continue,
                }
                fault.times = fault.times.map(|times| times - 1);
            }
            orders.retain(|fault| fault.times != Some(0));
            suffered
        })
    }

    fn change<T>(&self, change: impl FnOnce(&mut Vec<Fault>) -> T) -> T {
        // A list of orders is whole after every change, so a panic elsewhere does not spoil it.
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Fault {
    fn concerns(&self, endpoint: Endpoint, tenant: Option<&str>) -> bool {
        let left = self.times != Some(0);
        let whose = self.tenant.is_none() || self.tenant.as_deref() == tenant;
        left && whose && (self.call == Call::Any || endpoint.call() == Some(self.call))
    }
}

impl RetryAfter {
    /// The header's text.
    pub(crate) fn text(self, now: jiff::Timestamp) -> String {
        match self {
            RetryAfter::Seconds(seconds) => seconds.to_string(),
            RetryAfter::HttpDate(seconds) => {
                let at = now + jiff::SignedDuration::from_secs(seconds.into());
                at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(tenant: Option<&str>, call: Call, kind: FaultKind, times: Option<u32>) -> Fault {
        Fault {
            tenant: tenant.map(str::to_owned),
            call,
            kind,
            times,
        }
    }

    #[test]
    fn an_order_reads_as_it_is_meant() {
        let check = |json: &str, expected: Fault| {
            assert_eq!(serde_json::from_str::<Fault>(json).unwrap(), expected);
            let again = serde_json::to_string(&expected).unwrap();
            assert_eq!(
                serde_json::from_str::<Fault>(&again).unwrap(),
                expected,
                "{again}"
            );
        };
        check(
            r#"{"tenant":"a","call":"subscribedSkus","kind":{"latency":{"ms":500}},"times":3}"#,
            fault(
                Some("a"),
                Call::SubscribedSkus,
                FaultKind::Latency { ms: 500 },
                Some(3),
            ),
        );
        check(
            r#"{"call":"any","kind":"hang"}"#,
            fault(None, Call::Any, FaultKind::Hang, None),
        );
        check(
            r#"{"call":"token","kind":{"status":{"status":429,"retryAfter":{"seconds":0.5}}}}"#,
            fault(
                None,
                Call::Token,
                FaultKind::Status {
                    status: 429,
                    retry_after: Some(RetryAfter::Seconds(0.5)),
                },
                None,
            ),
        );
    }

    #[test]
    fn an_order_that_means_nothing_is_refused() {
        for json in [
            r#"{"call":"any"}"#,
            r#"{"call":"skus","kind":"hang"}"#,
            r#"{"call":"any","kind":"explode"}"#,
            r#"{"call":"any","kind":"hang","tenants":"a"}"#,
        ] {
            assert!(serde_json::from_str::<Fault>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn an_order_hits_its_tenant_and_its_call_as_often_as_it_says() {
        let orders = Orders::default();
        orders.add(fault(Some("a"), Call::Token, FaultKind::Hang, Some(2)));
        let hit = |endpoint, tenant| orders.take(endpoint, tenant).kind.is_some();
        assert!(!hit(Endpoint::Token, Some("b")));
        assert!(!hit(Endpoint::Token, None));
        assert!(!hit(Endpoint::Organization, Some("a")));
        assert!(hit(Endpoint::Token, Some("a")));
        assert!(hit(Endpoint::Token, Some("a")));
        assert!(!hit(Endpoint::Token, Some("a")));
        assert!(orders.list().is_empty());
    }

    #[test]
    fn orders_come_one_after_the_other_and_latency_with_each() {
        let orders = Orders::default();
        orders.add(fault(None, Call::Any, FaultKind::Latency { ms: 5 }, None));
        orders.add(fault(None, Call::Any, FaultKind::Hang, Some(1)));
        orders.add(fault(None, Call::Any, FaultKind::Reset, Some(1)));
        let latency = Duration::from_millis(5);
        for kind in [Some(FaultKind::Hang), Some(FaultKind::Reset), None] {
            let suffered = orders.take(Endpoint::Discovery, None);
            assert_eq!(suffered, Suffered { latency, kind });
        }
        orders.clear();
        assert_eq!(orders.take(Endpoint::Discovery, None), Suffered::default());
    }

    #[test]
    fn retry_after_is_written_as_microsoft_does() {
        let now: jiff::Timestamp = "2026-08-10T06:00:00Z".parse().unwrap();
        let check = |value: RetryAfter, text: &str| assert_eq!(value.text(now), text);
        check(RetryAfter::Seconds(2.0), "2");
        check(RetryAfter::Seconds(0.25), "0.25");
        check(RetryAfter::HttpDate(5), "Mon, 10 Aug 2026 06:00:05 GMT");
    }
}
