//! What a test may order to go wrong, for whom, and how often.

mod order;

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::endpoint::Endpoint;

pub(crate) use self::order::Order;

/// An order to break answers. `POST /_sim/faults` takes the same as JSON:
///
/// ```json
/// {"tenant": "iseschool", "call": "subscribedSkus", "kind": {"latency": {"ms": 500}}, "times": 3}
/// ```
///
/// and there `percent`, how many of a hundred answers it breaks on average. A part of a batch
/// suffers what is ordered for its own call, unless it befalls a connection or a whole body.
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
    /// Entra's description of itself.
    Discovery,
    /// The keys that it publishes.
    Keys,
    /// Its page where people sign in.
    Authorize,
    /// `/v1.0/subscribedSkus`, and one of them.
    SubscribedSkus,
    /// `/v1.0/directory/subscriptions`, and one of them.
    Subscriptions,
    /// `/v1.0/organization`, and one of them.
    Organization,
    /// Anything under `/v1.0/sites`, read.
    Sites,
    /// Items of a list, read.
    ListItems,
    /// Anything under `/v1.0/sites`, written.
    ListWrite,
    /// `/v1.0/$batch` as a whole.
    Batch,
    /// All of Entra and Graph.
    Any,
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum FaultKind {
    /// The answer comes later. Goes together with any other fault. Ordered for parts of a batch it
    /// delays the whole answer, after they were carried out.
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
    /// The request is carried out, and then the connection is reset. In a batch the part is 504.
    LostAnswer,
    /// Somebody else was faster: 412 or 409, in turns, and nothing is carried out. Befalls only
    /// writes with `If-Match`.
    Conflict,
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
pub(crate) struct Orders(Mutex<Vec<Order>>);

/// What an order looks at to see whether it concerns a request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) endpoint: Endpoint,
    pub(crate) tenant: Option<&'a str>,
    /// Whether it comes with `If-Match`.
    pub(crate) conditional: bool,
    /// Whether it is a part of a batch, which has no connection of its own.
    pub(crate) in_batch: bool,
}

/// What an answer has to suffer.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Suffered {
    pub(crate) latency: Duration,
    pub(crate) kind: Option<FaultKind>,
}

impl Orders {
    pub(crate) fn add(&self, order: Order) {
        self.change(|orders| orders.push(order));
    }

    pub(crate) fn clear(&self) {
        self.change(Vec::clear);
    }

    pub(crate) fn list(&self) -> Vec<Order> {
        self.change(|orders| orders.clone())
    }

    /// Counts one answer: every latency that concerns it, and the oldest other fault.
    pub(crate) fn take(&self, asked: Asked<'_>) -> Suffered {
        self.change(|orders| {
            let mut suffered = Suffered::default();
            for order in orders.iter_mut().filter(|it| it.fault.concerns(asked)) {
                let other = !matches!(order.fault.kind, FaultKind::Latency { .. });
                if (other && suffered.kind.is_some()) || !order.falls() {
                    continue;
                }
                match &order.fault.kind {
                    FaultKind::Latency { ms } => suffered.latency += Duration::from_millis(*ms),
                    kind => suffered.kind = Some(kind.clone()),
                }
                order.fault.times = order.fault.times.map(|times| times - 1);
            }
            orders.retain(|order| order.fault.times != Some(0));
            suffered
        })
    }

    fn change<T>(&self, change: impl FnOnce(&mut Vec<Order>) -> T) -> T {
        // A list of orders is whole after every change, so a panic elsewhere does not spoil it.
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Fault {
    fn concerns(&self, asked: Asked<'_>) -> bool {
        let left = self.times != Some(0);
        let whose = self.tenant.is_none() || self.tenant.as_deref() == asked.tenant;
        // What befalls any request has already befallen the batch.
        let whole = self.call == Call::Any || !self.kind.befalls_a_part();
        let fits = match self.kind {
            FaultKind::Conflict => asked.conditional && asked.endpoint == Endpoint::ListWrite,
            _ => true,
        };
        left && whose && fits && !(asked.in_batch && whole) && asked.endpoint.is(self.call)
    }
}

impl FaultKind {
    /// Whether a part of a batch can suffer it: not what befalls a connection or a whole body.
    fn befalls_a_part(&self) -> bool {
        match self {
            FaultKind::Latency { .. }
            | FaultKind::Status { .. }
            | FaultKind::WrongTypes
            | FaultKind::EmptyPages { .. }
            | FaultKind::EndlessPages
            | FaultKind::ForeignNextLink { .. }
            | FaultKind::ExpiredToken
            | FaultKind::LostAnswer
            | FaultKind::Conflict => true,
            FaultKind::Aadsts { .. }
            | FaultKind::Hang
            | FaultKind::Reset
            | FaultKind::CutOff
            | FaultKind::InvalidJson
            | FaultKind::Huge { .. }
            | FaultKind::RevokedToken => false,
        }
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

    fn asked(endpoint: Endpoint, tenant: Option<&str>) -> Asked<'_> {
        Asked {
            endpoint,
            tenant,
            conditional: false,
            in_batch: false,
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
        orders.add(fault(Some("a"), Call::Token, FaultKind::Hang, Some(2)).into());
        let hit = |endpoint, tenant| orders.take(asked(endpoint, tenant)).kind.is_some();
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
        orders.add(fault(None, Call::Any, FaultKind::Latency { ms: 5 }, None).into());
        orders.add(fault(None, Call::Any, FaultKind::Hang, Some(1)).into());
        orders.add(fault(None, Call::Any, FaultKind::Reset, Some(1)).into());
        let latency = Duration::from_millis(5);
        for kind in [Some(FaultKind::Hang), Some(FaultKind::Reset), None] {
            let suffered = orders.take(asked(Endpoint::Discovery, None));
            assert_eq!(suffered, Suffered { latency, kind });
        }
        orders.clear();
        let nothing = orders.take(asked(Endpoint::Discovery, None));
        assert_eq!(nothing, Suffered::default());
    }

    #[test]
    fn a_part_of_a_batch_suffers_what_is_ordered_for_it_and_has_no_connection_to_lose() {
        let hit = |call, kind, endpoint| {
            let orders = Orders::default();
            orders.add(fault(None, call, kind, None).into());
            let part = Asked {
                conditional: true,
                in_batch: true,
                ..asked(endpoint, None)
            };
            orders.take(part).kind.is_some()
        };
        let write = Endpoint::ListWrite;
        assert!(hit(Call::ListWrite, FaultKind::Conflict, write));
        assert!(hit(Call::Sites, FaultKind::WrongTypes, Endpoint::ListItems));
        assert!(!hit(Call::Any, FaultKind::LostAnswer, write));
        assert!(!hit(Call::ListWrite, FaultKind::Hang, write));
        assert!(!hit(Call::Sites, FaultKind::LostAnswer, write));
    }

    #[test]
    fn a_conflict_befalls_only_conditional_writes() {
        let orders = Orders::default();
        orders.add(fault(None, Call::Any, FaultKind::Conflict, Some(1)).into());
        let hit = |endpoint, conditional| {
            let asked = Asked {
                conditional,
                ..asked(endpoint, None)
            };
            orders.take(asked).kind.is_some()
        };
        assert!(!hit(Endpoint::ListWrite, false));
        assert!(!hit(Endpoint::ListItems, true));
        assert!(hit(Endpoint::ListWrite, true));
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
