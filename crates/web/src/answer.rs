//! Answers written straight to bytes, with an `ETag` so that asking again can cost nothing.

use std::hash::{DefaultHasher, Hasher};

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::request::Version;

/// `value` as JSON. Readers may keep it, and must ask whether it still holds.
pub(crate) fn json<T: Serialize>(value: &T) -> Response {
    let body = serde_json::to_vec(value).expect("shapes have text keys and plain values");
    tagged("application/json", body)
}

/// `value` as JSON, with an `ETag` that names its version, for changes on a condition.
pub(crate) fn versioned<T: Serialize>(value: &T, version: i64) -> Response {
    let body = serde_json::to_vec(value).expect("shapes have text keys and plain values");
    let hash = hash(&body);
    let tag = Version { version, hash }.tag();
    with_tag("application/json", tag, body.into())
}

/// A body with its content type and the `ETag` of its bytes.
///
/// The tag is weak, because the same content may travel compressed. It needs no cryptography:
/// whoever could make two bodies collide would only spoil their own reading.
pub(crate) fn tagged(content_type: &'static str, body: impl Into<axum::body::Bytes>) -> Response {
    let body = body.into();
    let tag = etag(&body);
    with_tag(content_type, tag, body)
}

/// The same with the tag that [`etag`] gave for this body before.
pub(crate) fn with_tag(
    content_type: &'static str,
    tag: HeaderValue,
    body: axum::body::Bytes,
) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(content_type)),
        (
            header::CACHE_CONTROL,
            HeaderValue::from_static("private, no-cache"),
        ),
        (header::ETAG, tag),
    ];
    (headers, body).into_response()
}

/// A page for one reader at one moment: nobody keeps it, so that after signing out none is left.
pub(crate) fn page(html: String) -> Response {
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/html; charset=utf-8"),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, html).into_response()
}

pub(crate) fn etag(body: &[u8]) -> HeaderValue {
    etag_of(hash(body))
}

/// The tag for what has this hash.
pub(crate) fn etag_of(hash: u64) -> HeaderValue {
    HeaderValue::try_from(format!("W/\"{hash:016x}\"")).expect("hexadecimal digits in quotes")
}

pub(crate) fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(bytes);
    hasher.finish()
}

/// Turns an answer that the reader has already into 304.
pub(crate) async fn unless_known(request: Request, next: Next) -> Response {
    let known = request.headers().get(header::IF_NONE_MATCH).cloned();
    let response = next.run(request).await;
    match known {
        Some(known) if is_known(&known, &response) => not_modified(response),
        _ => response,
    }
}

fn is_known(known: &HeaderValue, response: &Response) -> bool {
    let Some(tag) = response.headers().get(header::ETAG).and_then(text) else {
        return false;
    };
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let matches = |known: &str| known.trim() == "*" || opaque(known) == opaque(tag);
    response.status() == StatusCode::OK
        && text(known).is_some_and(|all| all.split(',').any(matches))
}

fn text(value: &HeaderValue) -> Option<&str> {
    value.to_str().ok()
}

fn not_modified(response: Response) -> Response {
    let mut headers: HeaderMap = response.into_parts().0.headers;
    headers.remove(header::CONTENT_TYPE);
    headers.remove(header::CONTENT_LENGTH);
    (StatusCode::NOT_MODIFIED, headers, Body::empty()).into_response()
}
