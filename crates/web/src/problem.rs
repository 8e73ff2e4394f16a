//! The one way in which anything fails: outside a problem of RFC 9457 with a sentence that helps,
//! inside a cause that is logged once, beside the request's id.

mod kind;

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use domain::Cause;
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::refusal::Refusal;
use crate::moment::Moment;

pub(crate) use kind::Kind;

/// What a handler fails with.
#[derive(Clone, Debug)]
pub(crate) struct Error {
    kind: Kind,
    detail: String,
    gap: Option<Box<Gap>>,
    /// In seconds.
    retry_after: Option<u32>,
    /// For the log alone.
    cause: Option<String>,
    refusal: Option<Refusal>,
}

/// Why a tenant could not be collected, as members of the problem.
#[derive(Clone, Debug)]
struct Gap {
    cause: &'static str,
    advice: String,
    since: Moment,
}

/// A problem as RFC 9457 describes it. `type` is stable; `detail` is a sentence for a person.
#[derive(Serialize, ToSchema)]
pub(crate) struct Problem<'a> {
    /// A relative reference to a page that explains this kind of problem.
    #[schema(example = "/problems/unknown-tenant")]
    r#type: &'a str,
    title: &'a str,
    #[schema(example = 404)]
    status: u16,
    detail: &'a str,
    /// Why a tenant could not be collected. Only with `/problems/collection-failed`, as the next
    /// two.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "denied")]
    cause: Option<&'a str>,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    advice: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = String, format = DateTime)]
    since: Option<Moment>,
}

/// Travels in a response's extensions to the one place that logs.
#[derive(Clone)]
pub(crate) struct Logged(pub(crate) String);

/// What a page tells of a problem. Travels in a response's extensions.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    pub(crate) kind: Kind,
    pub(crate) detail: String,
    pub(crate) advice: Option<String>,
    /// Why somebody could not be signed in: pages say it in the reader's language.
    pub(crate) refusal: Option<Refusal>,
}

impl Error {
    pub(crate) fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self {
            kind,
            detail: detail.into(),
            gap: None,
            retry_after: None,
            cause: None,
            refusal: None,
        }
    }

    /// A failure of our own: `cause` goes to the log, the world hears that it is ours.
    pub(crate) fn internal(cause: impl Into<String>) -> Self {
        Self::new(
            Kind::Internal,
            "The fault is ours. The log has the cause under the X-Request-Id of this answer.",
        )
        .because(cause)
    }

    /// The same of what should not have failed.
    pub(crate) fn internal_of(cause: impl std::fmt::Display) -> Self {
        Self::internal(cause.to_string())
    }

    /// What went wrong in one sentence, for whoever has no log beside it.
    pub(crate) fn into_sentence(self) -> String {
        match self.cause {
            Some(cause) => cause,
            None => self.detail,
        }
    }

    pub(crate) fn collection_failed(tenant: &store::Tenant, gap: &domain::Gap) -> Self {
        let detail = format!(
            "Nothing is known about \"{}\" yet, because every collection failed. {}",
            tenant.name, gap.message
        );
        Self {
            gap: Some(Box::new(Gap {
                cause: Cause::as_str(gap.cause),
                advice: gap.advice.clone(),
                since: Moment(gap.at),
            })),
            ..Self::new(Kind::CollectionFailed, detail)
        }
    }

    /// A collection that somebody waited for.
    pub(crate) fn fetch_failed(tenant: &store::Tenant, gap: &domain::Gap) -> Self {
        let detail = format!(
            "\"{}\" could not be collected just now. {}",
            tenant.name, gap.message
        );
        Self {
            detail,
            ..Self::collection_failed(tenant, gap)
        }
    }

    pub(crate) fn unknown_tenant(given: &str) -> Self {
        let given = quoted(given);
        let detail =
            format!("There is no tenant {given}. GET /api/v2/tenants lists those there are.");
        Self::new(Kind::UnknownTenant, detail)
    }

    /// A change that expected another version; `found` 0 is "there is none".
    pub(crate) fn overtaken(found: i64, expected: Option<i64>) -> Self {
        let expected = expected.unwrap_or_default();
        let detail = format!(
            "It is at version {found} by now, and you expected version {expected}. Read it again."
        );
        Self::new(Kind::Overtaken, detail)
    }

    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    /// The same about a member of a body instead of a parameter.
    pub(crate) fn of_body(self) -> Self {
        Self {
            kind: Kind::InvalidBody,
            ..self
        }
    }

    pub(crate) fn retry_after(self, seconds: u32) -> Self {
        Self {
            retry_after: Some(seconds),
            ..self
        }
    }

    pub(crate) fn refusing(self, refusal: Refusal) -> Self {
        Self {
            refusal: Some(refusal),
            ..self
        }
    }

    pub(crate) fn because(self, cause: impl Into<String>) -> Self {
        Self {
            cause: Some(cause.into()),
            ..self
        }
    }
}

/// What somebody gave, in quotes and not at any length.
pub(crate) fn quoted(given: &str) -> String {
    const SHOWN: usize = 100;
    let mut shown: String = given.chars().take(SHOWN).collect();
    if shown.len() < given.len() {
        shown.push('…');
    }
    format!("\"{shown}\"")
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        let retry_soon = matches!(error, store::Error::Unavailable { .. });
        let cause = format!("{:#}", anyhow::Error::from(error));
        if retry_soon {
            let detail = "The store cannot be reached at the moment. Try again shortly.";
            Self::new(Kind::StoreUnavailable, detail)
                .retry_after(1)
                .because(cause)
        } else {
            Self::internal(cause)
        }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let status = self.kind.status();
        let problem = Problem {
            r#type: &self.kind.uri(),
            title: self.kind.title(),
            status: status.as_u16(),
            detail: &self.detail,
            cause: self.gap.as_ref().map(|gap| gap.cause),
            advice: self.gap.as_ref().map(|gap| gap.advice.as_str()),
            since: self.gap.as_ref().map(|gap| gap.since),
        };
        let body = serde_json::to_vec(&problem).expect("a problem is text and numbers");
        let content_type = [(header::CONTENT_TYPE, "application/problem+json")];
        let mut response = (status, content_type, body).into_response();
        // RFC 6750: what a program may send instead.
        let scheme = match self.kind {
            Kind::SignInNeeded => Some("Bearer"),
            Kind::InvalidToken => Some("Bearer error=\"invalid_token\""),
            _ => None,
        };
        if let Some(scheme) = scheme.map(HeaderValue::from_static) {
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, scheme);
        }
        if let Some(seconds) = self.retry_after {
            let seconds = HeaderValue::from(seconds);
            response.headers_mut().insert(header::RETRY_AFTER, seconds);
        }
        response.extensions_mut().insert(Shown {
            kind: self.kind,
            detail: self.detail,
            advice: self.gap.map(|gap| gap.advice),
            refusal: self.refusal,
        });
        if let Some(cause) = self.cause {
            response.extensions_mut().insert(Logged(cause));
        }
        response
    }
}
