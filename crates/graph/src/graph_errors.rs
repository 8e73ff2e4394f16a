//! Turns Graph's error answers into the caller's decisions.

use serde_json::Value;

use crate::error::Error;
use crate::exchange::Answer;
use crate::untrusted::{self, cleaned};

/// Longest code or id that is kept, in characters.
const CODE: usize = 80;

/// What follows from an answer that is no success. The decision hangs on the status alone: Graph's
/// codes may be empty and its messages change.
pub(crate) fn error(answer: Answer) -> Error {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let told = &body["error"];
    let mut failure = answer.failure;
    failure.code = short(&told["code"]);
    if failure.request_id.is_none() {
        let inner = [&told["innerError"], &told["innererror"]];
        failure.request_id = inner.iter().find_map(|inner| short(&inner["request-id"]));
    }
    let message = told["message"]
        .as_str()
        .map(|text| cleaned(text, untrusted::SENTENCE));
    let message = message.filter(|text| !text.is_empty());
    let message = message
        .as_deref()
        .unwrap_or("it does not say why")
        .trim_end_matches('.');
    match answer.status {
        401 => Error::refused(failure, message, FRESH_TOKEN_REFUSED),
        403 => Error::denied(failure, message),
        404 | 410 => Error::gone(failure),
        429 => Error::throttled(failure, answer.retry_after),
        500.. => Error::unavailable(failure, answer.retry_after),
        300..=399 => Error::unreadable(failure, "a redirect, which is never followed"),
        _ => Error::unreadable(failure, message),
    }
}

const FRESH_TOKEN_REFUSED: &str = "Check that the configured Graph host belongs to the same cloud \
                                   as the authority, and that the app is not blocked in this \
                                   tenant.";

fn short(value: &Value) -> Option<String> {
    value
        .as_str()
        .map(|text| cleaned(text, CODE))
        .filter(|text| !text.is_empty())
}
