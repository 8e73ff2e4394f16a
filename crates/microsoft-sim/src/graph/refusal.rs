//! How Graph says no.

use http::StatusCode;
use jiff::Timestamp;
use serde_json::json;

use super::route::UnknownSegment;
use crate::caller::TokenFault;
use crate::sharepoint::Refused;

/// A request that Graph does not fulfil.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    code: &'static str,
    message: String,
}

impl Refusal {
    pub(super) fn new(
        status: StatusCode,
        code: &'static str,
        message: impl Into<String>,
    ) -> Refusal {
        Refusal {
            status,
            code,
            message: message.into(),
        }
    }

    pub(super) fn token(fault: TokenFault) -> Refusal {
        let message = match fault {
            TokenFault::Missing | TokenFault::Empty => "Access token is empty.",
            TokenFault::Malformed => "IDX14100: JWT is not well formed.",
            TokenFault::Signature => "Access token validation failure. Invalid signature.",
            TokenFault::Expired => "Lifetime validation failed, the token is expired.",
            TokenFault::Revoked => "Continuous access evaluation resulted in a challenge.",
            TokenFault::Audience => "Access token validation failure. Invalid audience.",
        };
        Refusal::new(
            StatusCode::UNAUTHORIZED,
            "InvalidAuthenticationToken",
            message,
        )
    }

    pub(super) fn denied() -> Refusal {
        let message = "Insufficient privileges to complete the operation.";
        Refusal::new(
            StatusCode::FORBIDDEN,
            "Authorization_RequestDenied",
            message,
        )
    }

    pub(super) fn throttled() -> Refusal {
        let message = "This request is throttled. Please try again later.";
        Refusal::new(StatusCode::TOO_MANY_REQUESTS, "TooManyRequests", message)
    }

    /// SharePoint's own words.
    pub(super) fn activity_limit() -> Refusal {
        let message = "The request has been throttled";
        Refusal::new(
            StatusCode::TOO_MANY_REQUESTS,
            "activityLimitReached",
            message,
        )
    }

    pub(super) fn invalid(message: impl Into<String>) -> Refusal {
        Refusal::new(StatusCode::BAD_REQUEST, "invalidRequest", message)
    }

    pub(super) fn no_site() -> Refusal {
        let message = "Requested site could not be found";
        Refusal::new(StatusCode::NOT_FOUND, "itemNotFound", message)
    }

    pub(super) fn access_denied() -> Refusal {
        Refusal::new(StatusCode::FORBIDDEN, "accessDenied", "Access denied")
    }

    pub(super) fn bad_request(message: impl Into<String>) -> Refusal {
        Refusal::new(StatusCode::BAD_REQUEST, "BadRequest", message)
    }

    pub(super) fn unknown(UnknownSegment(segment): &UnknownSegment) -> Refusal {
        Refusal::bad_request(format!("Resource not found for the segment '{segment}'."))
    }

    pub(super) fn no_item(value: &str) -> Refusal {
        let message = format!(
            "Resource '{value}' does not exist or one of its queried reference-property objects \
             are not present."
        );
        Refusal::new(StatusCode::NOT_FOUND, "Request_ResourceNotFound", message)
    }

    pub(super) fn method() -> Refusal {
        let message = "The method is not allowed on this resource.";
        Refusal::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "Request_BadRequest",
            message,
        )
    }

    pub(super) fn option(name: &str) -> Refusal {
        let message = format!("The query option {name} is not supported here.");
        Refusal::new(StatusCode::BAD_REQUEST, "Request_UnsupportedQuery", message)
    }

    pub(super) fn body(&self, now: Timestamp, id: &str, asked: &str) -> Vec<u8> {
        let error = json!({"error": {
            "code": self.code,
            "message": self.message,
            "innerError": {
                "date": now.strftime("%Y-%m-%dT%H:%M:%S").to_string(),
                "request-id": id,
                "client-request-id": asked,
            },
        }});
        error.to_string().into_bytes()
    }
}

impl From<Refused> for Refusal {
    fn from(refused: Refused) -> Refusal {
        let (status, code) = match refused {
            Refused::NoList | Refused::NoItem => (StatusCode::NOT_FOUND, "itemNotFound"),
            Refused::NoField(_)
            | Refused::ReadOnly(_)
            | Refused::WrongType(..)
            | Refused::TooLong(_)
            | Refused::NotIndexed
            | Refused::NoTag => (StatusCode::BAD_REQUEST, "invalidRequest"),
            Refused::NotUnique | Refused::Taken => (StatusCode::CONFLICT, "nameAlreadyExists"),
            Refused::Precondition => (StatusCode::PRECONDITION_FAILED, "notAllowed"),
            Refused::Modified => (StatusCode::CONFLICT, "resourceModified"),
        };
        Refusal::new(status, code, refused.to_string())
    }
}
