//! Turns Graph's error answers into the caller's decisions.

use std::time::Duration;

use serde::de::MapAccess;
use serde_json::Value;

use crate::error::{Error, Failure};
use crate::exchange::Answer;
use crate::json::{Element, Member};
use crate::untrusted::{self, cleaned};

/// Longest code or id that is kept, in characters.
const CODE: usize = 80;

/// What an error answer says about itself, in whatever envelope it came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) code: Option<String>,
    /// The code inside `innerError`, which is the finer one where there are two.
    pub(crate) inner_code: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) request_id: Option<String>,
}

impl Told {
    /// Whether it has this code, outside or inside.
    pub(crate) fn says(&self, code: &str) -> bool {
        let codes = [&self.code, &self.inner_code];
        codes.iter().any(|it| it.as_deref() == Some(code))
    }

    fn read(body: &[u8]) -> Told {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let error = &body["error"];
        let inner = ["innerError", "innererror"].map(|name| &error[name]);
        let inside = |member| inner.iter().find_map(|inner| inner[member].as_str());
        Told {
            code: error["code"].as_str().map(str::to_owned),
            inner_code: inside("code").map(str::to_owned),
            message: error["message"].as_str().map(str::to_owned),
            request_id: inside("request-id").map(str::to_owned),
        }
    }
}

impl Element for Told {
    const NEEDED: &'static [&'static str] = &[];
    const OPTIONAL: &'static [&'static str] = &["code", "message", "innerError", "innererror"];

    fn take<'de, M: MapAccess<'de>>(&mut self, member: Member<'_, M>) -> Result<(), M::Error> {
        match member.name {
            "code" => self.code = member.text()?,
            "message" => self.message = member.text()?,
            "innerError" | "innererror" => {
                let inner: Inner = member.object()?;
                (self.inner_code, self.request_id) = (inner.code, inner.request_id);
            }
            _ => member.skip()?,
        }
        Ok(())
    }
}

#[derive(Debug, Default)]
struct Inner {
    code: Option<String>,
    request_id: Option<String>,
}

impl Element for Inner {
    const NEEDED: &'static [&'static str] = &[];
    const OPTIONAL: &'static [&'static str] = &["code", "request-id"];

    fn take<'de, M: MapAccess<'de>>(&mut self, member: Member<'_, M>) -> Result<(), M::Error> {
        match member.name {
            "code" => self.code = member.text()?,
            "request-id" => self.request_id = member.text()?,
            _ => member.skip()?,
        }
        Ok(())
    }
}

/// What follows from an answer that is no success.
pub(crate) fn error(answer: Answer) -> Error {
    let told = Told::read(&answer.body);
    decide(answer.failure, answer.status, &told, answer.retry_after)
}

/// The decision hangs on the status alone: Graph's codes may be empty and its messages change.
pub(crate) fn decide(
    mut failure: Failure,
    status: u16,
    told: &Told,
    retry_after: Option<Duration>,
) -> Error {
    failure.status = Some(status);
    failure.code = short(told.code.as_deref()).or_else(|| short(told.inner_code.as_deref()));
    if failure.request_id.is_none() {
        failure.request_id = short(told.request_id.as_deref());
    }
    let message = told.message.as_deref();
    let message = message.map(|text| cleaned(text, untrusted::SENTENCE));
    let message = message.filter(|text| !text.is_empty());
    let message = message
        .as_deref()
        .unwrap_or("it does not say why")
        .trim_end_matches('.');
    match status {
        401 => Error::refused(failure, message, FRESH_TOKEN_REFUSED),
        403 => Error::denied(failure, message),
        404 | 410 => Error::gone(failure),
        429 => Error::throttled(failure, retry_after),
        500.. => Error::unavailable(failure, retry_after),
        300..=399 => Error::unreadable(failure, "a redirect, which is never followed"),
        400..=499 => Error::rejected(failure, message),
        _ => Error::unreadable(failure, message),
    }
}

const FRESH_TOKEN_REFUSED: &str = "Check that the configured Graph host belongs to the same cloud \
                                   as the authority, and that the app is not blocked in this \
                                   tenant.";

fn short(text: Option<&str>) -> Option<String> {
    text.map(|text| cleaned(text, CODE))
        .filter(|text| !text.is_empty())
}
