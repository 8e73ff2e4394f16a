//! Answers spoilt on order: what a client must survive without believing a number in it.

use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, StatusCode};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::endpoint::Endpoint;
use crate::fault::{FaultKind, RetryAfter};
use crate::message::{Outcome, Reply, Request};

/// What becomes of a sound answer. Faults that a service words itself are not known here.
pub(crate) fn outcome(kind: Option<&FaultKind>, sound: impl FnOnce() -> Reply) -> Outcome {
    match kind {
        Some(FaultKind::Hang) => Outcome::Hang,
        Some(FaultKind::Reset) => Outcome::Reset,
        Some(FaultKind::LostAnswer) => {
            drop(sound());
            Outcome::Reset
        }
        Some(FaultKind::CutOff) => Outcome::CutOff(sound()),
        Some(FaultKind::Huge { mib }) => Outcome::Huge(sound(), *mib),
        Some(FaultKind::InvalidJson) => Outcome::Reply(half(sound())),
        Some(FaultKind::WrongTypes) => Outcome::Reply(changed(sound(), wrong_types)),
        _ => Outcome::Reply(sound()),
    }
}

fn half(mut reply: Reply) -> Reply {
    reply.body.truncate(reply.body.len() / 2);
    reply
}

/// The answer with another JSON body; one without JSON stays as it is.
pub(crate) fn changed(mut reply: Reply, change: impl FnOnce(&mut Map<String, Value>)) -> Reply {
    if let Ok(mut body) = serde_json::from_slice::<Map<String, Value>>(&reply.body) {
        change(&mut body);
        reply.body = Value::Object(body).to_string().into();
    }
    reply
}

/// Every field of every row; of the answer itself if it has no rows.
fn wrong_types(body: &mut Map<String, Value>) {
    match body.get_mut("value") {
        Some(Value::Array(rows)) => {
            let rows = rows.iter_mut().filter_map(Value::as_object_mut);
            rows.flat_map(Map::values_mut).for_each(twist);
        }
        _ => body.values_mut().for_each(twist),
    }
}

fn twist(value: &mut Value) {
    *value = match value {
        Value::Null => json!(true),
        Value::Bool(_) => json!("perhaps"),
        Value::Number(_) => json!("many"),
        Value::String(_) => json!(7),
        Value::Array(_) => json!({}),
        Value::Object(_) => json!([]),
    };
}

/// The code with which Entra goes with a status.
pub(crate) fn aadsts(status: u16) -> u32 {
    match status {
        429 => 90_055,
        403 => 53_003,
        404 => 90_002,
        _ => 90_033,
    }
}

pub(crate) fn with_status(
    mut reply: Reply,
    status: u16,
    retry_after: Option<RetryAfter>,
    now: Timestamp,
) -> Reply {
    reply.status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if let Some(retry_after) = retry_after {
        let text = HeaderValue::try_from(retry_after.text(now));
        let text = text.expect("numbers and dates are plain text");
        reply.headers.insert(RETRY_AFTER, text);
    }
    reply
}

/// Graph's words for a status, or those of SharePoint behind it.
pub(crate) fn graph_error(status: u16, request: &Request, now: Timestamp) -> Reply {
    let of_sharepoint = Endpoint::of(&request.path).is_sharepoint();
    let words = sharepoint_words(status).filter(|_| of_sharepoint);
    let (code, message) = words.unwrap_or_else(|| graph_words(status));
    error(code, message, request, now)
}

fn graph_words(status: u16) -> (&'static str, &'static str) {
    match status {
        403 => (
            "Authorization_RequestDenied",
            "Insufficient privileges to complete the operation.",
        ),
        404 => ("Request_ResourceNotFound", "The resource does not exist."),
        429 => ("TooManyRequests", "Too many requests: try again later."),
        500 => ("InternalServerError", "An internal server error occurred."),
        502 => ("BadGateway", "A server behind this one does not answer."),
        503 => (
            "ServiceUnavailable",
            "The service is not available for now.",
        ),
        504 => ("GatewayTimeout", "A server behind this one took too long."),
        _ => ("UnknownError", "The request failed."),
    }
}

fn sharepoint_words(status: u16) -> Option<(&'static str, &'static str)> {
    Some(match status {
        400 => ("invalidRequest", "Invalid request"),
        403 => ("accessDenied", "Access denied"),
        404 => ("itemNotFound", "The resource could not be found."),
        409 => (
            "resourceModified",
            "The resource has changed since the caller last read it; usually an eTag mismatch",
        ),
        412 => ("notAllowed", "ETag does not match current item's value"),
        429 => ("activityLimitReached", "The request has been throttled"),
        500 => ("generalException", "General exception while processing"),
        503 => ("serviceNotAvailable", "The service is not available."),
        _ => return None,
    })
}

fn error(code: &str, message: &str, request: &Request, now: Timestamp) -> Reply {
    let id = Uuid::new_v4().to_string();
    let asked = request.headers.get("client-request-id");
    let asked = asked.and_then(|id| id.to_str().ok()).unwrap_or(&id);
    let body = json!({"error": {"code": code, "message": message, "innerError": {
        "date": now.strftime("%Y-%m-%dT%H:%M:%S").to_string(),
        "request-id": id,
        "client-request-id": asked,
    }}});
    let header = |text: &str| HeaderValue::try_from(text).expect("ids are plain text");
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert("request-id", header(&id));
    headers.insert("client-request-id", header(asked));
    Reply {
        status: StatusCode::OK,
        headers,
        body: body.to_string().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(body: &str) -> Reply {
        Reply {
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            body: body.to_owned().into(),
        }
    }

    #[test]
    fn wrong_types_are_wrong_in_every_field() {
        let check = |body: &str, expected: &str| {
            let got = changed(reply(body), wrong_types);
            assert_eq!(str::from_utf8(&got.body).unwrap(), expected);
        };
        check(
            r#"{"value":[{"a":1,"b":"x","c":null,"d":[1],"e":{"f":1},"g":true}]}"#,
            r#"{"value":[{"a":"many","b":7,"c":true,"d":{},"e":[],"g":"perhaps"}]}"#,
        );
        check(r#"{"expires_in":1}"#, r#"{"expires_in":"many"}"#);
        check("no JSON", "no JSON");
    }

    #[test]
    fn each_fault_leads_to_its_outcome() {
        let check = |kind: FaultKind, expected: fn(&Outcome) -> bool| {
            let got = outcome(Some(&kind), || reply("{\"a\":1}"));
            assert!(expected(&got), "{got:?}");
        };
        check(FaultKind::Hang, |it| matches!(it, Outcome::Hang));
        check(FaultKind::Reset, |it| matches!(it, Outcome::Reset));
        check(FaultKind::CutOff, |it| matches!(it, Outcome::CutOff(_)));
        check(FaultKind::Huge { mib: 3 }, |it| {
            matches!(it, Outcome::Huge(_, 3))
        });
        check(
            FaultKind::InvalidJson,
            |it| matches!(it, Outcome::Reply(reply) if reply.body == "{\"a"),
        );
        check(
            FaultKind::Latency { ms: 1 },
            |it| matches!(it, Outcome::Reply(reply) if reply.body == "{\"a\":1}"),
        );
    }
}
