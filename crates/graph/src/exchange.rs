//! One request and its answer: ids, time-outs, the body's limit, and what a broken one means.

use std::error::Error as _;
use std::io;
use std::time::{Duration, Instant};

use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use reqwest::{RequestBuilder, Response};
use tracing::Instrument as _;
use tracing::field::Empty;
use uuid::Uuid;

use crate::clock;
use crate::error::{Call, Error, Failure};
use crate::host::Host;
use crate::retry::retry_after;
use crate::untrusted::{self, cleaned};

/// Most bytes of an answer that is no success: enough for any error body.
const ERROR_BODY_LIMIT: usize = 64 * 1024;

/// A whole answer, of any status.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
    pub(crate) retry_after: Option<Duration>,
    /// The particulars, should the answer turn out to be a failure.
    pub(crate) failure: Failure,
}

impl Answer {
    pub(crate) fn is_success(&self) -> bool {
        is_success(self.status)
    }
}

/// 200, and 201 for what was created.
fn is_success(status: u16) -> bool {
    matches!(status, 200 | 201)
}

/// How much one request may cost.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// From the first byte sent to the last one read.
    pub(crate) timeout: Duration,
    /// In bytes, after decompression.
    pub(crate) body: usize,
}

/// Sends a request once and reads its answer.
pub(crate) async fn exchange(
    request: RequestBuilder,
    host: &Host,
    call: Call,
    limits: Limits,
) -> Result<Answer, Error> {
    let (began, id) = (Instant::now(), Uuid::new_v4());
    let span = tracing::info_span!(
        "call to Microsoft",
        otel.kind = "client",
        call = call.as_str(),
        client_request_id = %id,
        status = Empty,
    );
    let answered = answered(request, host, (call, id), limits);
    let answered = answered.instrument(span.clone()).await;
    if let Ok(answer) = &answered {
        span.record("status", answer.status);
    }
    host.traffic().count(call, &answered, began.elapsed());
    answered
}

async fn answered(
    request: RequestBuilder,
    host: &Host,
    (call, id): (Call, Uuid),
    limits: Limits,
) -> Result<Answer, Error> {
    let started = Instant::now();
    let mut failure = Failure {
        client_request_id: Some(id),
        ..Failure::new(call)
    };
    let late = |failure: &Failure, error: &reqwest::Error| {
        let out_of_time = error.is_timeout() && started.elapsed() >= limits.timeout;
        out_of_time.then(|| Error::timed_out(failure.clone(), limits.timeout))
    };
    let request = request
        .header("client-request-id", id.to_string())
        .timeout(limits.timeout);
    let response = request.send().await.map_err(|error| {
        late(&failure, &error).unwrap_or_else(|| not_sent(failure.clone(), host, error))
    })?;
    let status = response.status().as_u16();
    failure.status = Some(status);
    failure.request_id = request_id(response.headers());
    let retry_after = asked_wait(response.headers());
    let body = match read(
        response,
        if is_success(status) {
            limits.body
        } else {
            ERROR_BODY_LIMIT
        },
    )
    .await
    {
        Ok(body) => body,
        Err(_) if !is_success(status) => Vec::new(),
        Err(Unread::TooLarge) => {
            let reason = format!("it is larger than {}", size(limits.body));
            return Err(Error::unreadable(failure, &reason));
        }
        Err(Unread::Failed(error)) => {
            return Err(late(&failure, &error).unwrap_or_else(|| not_read(failure, host, error)));
        }
    };
    tracing::debug!(%call, status, client_request_id = %id, bytes = body.len(), "answered");
    Ok(Answer {
        status,
        body,
        retry_after,
        failure,
    })
}

/// A limit as its setting says it.
fn size(bytes: usize) -> String {
    const MIB: usize = 1 << 20;
    if bytes.is_multiple_of(MIB) {
        format!("{} MiB", bytes / MIB)
    } else {
        format!("{bytes} bytes")
    }
}

enum Unread {
    TooLarge,
    Failed(reqwest::Error),
}

async fn read(mut response: Response, limit: usize) -> Result<Vec<u8>, Unread> {
    let announced = usize::try_from(response.content_length().unwrap_or(0)).unwrap_or(usize::MAX);
    if announced > limit {
        return Err(Unread::TooLarge);
    }
    let mut body = Vec::with_capacity(announced.min(ERROR_BODY_LIMIT));
    while let Some(chunk) = response.chunk().await.map_err(Unread::Failed)? {
        if body.len() + chunk.len() > limit {
            return Err(Unread::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn not_sent(failure: Failure, host: &Host, error: reqwest::Error) -> Error {
    let connecting = error.is_connect();
    let cause = if connecting && error.is_timeout() {
        "the connection did not stand in time".to_owned()
    } else {
        root_cause(error)
    };
    if connecting {
        Error::cannot_connect(failure, host.name(), &cause)
    } else {
        Error::broke(failure, host.name(), &cause)
    }
}

fn not_read(failure: Failure, host: &Host, error: reqwest::Error) -> Error {
    if is_nonsense(&error) {
        return Error::unreadable(failure, "it cannot be decompressed");
    }
    Error::broke(failure, host.name(), &root_cause(error))
}

/// Whether the bytes came but were wrong, as opposed to bytes that did not come.
fn is_nonsense(error: &reqwest::Error) -> bool {
    let mut source = error.source();
    while let Some(inner) = source {
        let kind = inner.downcast_ref::<io::Error>().map(io::Error::kind);
        if matches!(
            kind,
            Some(io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput)
        ) {
            return true;
        }
        source = inner.source();
    }
    false
}

/// The innermost cause says what happened; the outer ones say that a request failed.
fn root_cause(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut cause: &dyn std::error::Error = &error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cleaned(&cause.to_string(), untrusted::SENTENCE)
}

fn request_id(headers: &HeaderMap) -> Option<String> {
    let header = headers
        .get("request-id")
        .or_else(|| headers.get("x-ms-request-id"))?;
    header
        .to_str()
        .ok()
        .map(|id| cleaned(id, 60))
        .filter(|id| !id.is_empty())
}

fn asked_wait(headers: &HeaderMap) -> Option<Duration> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    retry_after(text(RETRY_AFTER)?, text(DATE), clock::now())
}
