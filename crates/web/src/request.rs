//! What a request brings along, taken in with an error that names what is wrong and what is right.

mod condition;
mod form;
mod similar;

use std::fmt::Display;
use std::str::FromStr;

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize as _, Deserializer};
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterIn};

use crate::problem::{Error, Kind, quoted};

pub(crate) use condition::{Expected, Version};
pub(crate) use form::Form;

/// The query's parameters. Those that the documentation of `T` does not list are refused, so that
/// a misspelt filter never looks like an answer to it.
pub(crate) struct Params<T>(pub(crate) T);

/// For an address that takes no parameters.
#[derive(serde::Deserialize)]
pub(crate) struct Nothing {}

impl IntoParams for Nothing {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        Vec::new()
    }
}

impl<S: Send + Sync, T: DeserializeOwned + IntoParams> FromRequestParts<S> for Params<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        let invalid = |rejection: QueryRejection| {
            let text = rejection.body_text();
            let detail = text.trim_start_matches("Failed to deserialize query string: ");
            Error::new(
                Kind::InvalidParameter,
                format!("The query cannot be read: {detail}."),
            )
        };
        if parts.uri.query().is_some_and(|query| !query.is_empty()) {
            let Query(given): Query<Vec<(String, String)>> =
                Query::try_from_uri(&parts.uri).map_err(invalid)?;
            let known = T::into_params(|| None);
            given
                .iter()
                .try_for_each(|(name, _)| must_be_known(name, &known))?;
        }
        let Query(params) = Query::try_from_uri(&parts.uri).map_err(invalid)?;
        Ok(Self(params))
    }
}

fn must_be_known(name: &str, known: &[Parameter]) -> Result<(), Error> {
    let names = || known.iter().map(|parameter| parameter.name.as_str());
    if names().any(|known| known == name) {
        return Ok(());
    }
    let way_out = match (similar::closest(name, names()), known) {
        (Some(meant), _) => format!("Did you mean \"{meant}\"?"),
        (None, []) => "This address takes none.".to_owned(),
        (None, _) => format!("There are: {}.", names().collect::<Vec<_>>().join(", ")),
    };
    let detail = format!("There is no parameter {}. {way_out}", quoted(name));
    Err(Error::new(Kind::InvalidParameter, detail))
}

/// The variable parts of the path. One that cannot be read names nothing that exists.
pub(crate) struct Segments<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Segments<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        match Path::from_request_parts(parts, state).await {
            Ok(Path(segments)) => Ok(Self(segments)),
            Err(rejection) => Err(Error::new(Kind::NotFound, rejection.body_text())),
        }
    }
}

/// A JSON body. `None` if there is none at all, or null.
pub(crate) struct Body<T>(pub(crate) Option<T>);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        let is_json = says(request.headers(), "application/json");
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|rejection| unread(&rejection))?;
        if bytes.is_empty() {
            return Ok(Self(None));
        }
        if !is_json {
            let detail = "Say Content-Type: application/json, and send JSON.";
            return Err(Error::new(Kind::UnsupportedMediaType, detail));
        }
        match serde_json::from_slice(&bytes) {
            Ok(body) => Ok(Self(body)),
            Err(error) => Err(Error::new(Kind::InvalidBody, format!("{error}."))),
        }
    }
}

/// Whether the body is said to be of a media type.
fn says(headers: &HeaderMap, expected: &str) -> bool {
    let content_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok());
    content_type.is_some_and(|text| {
        let media_type = text.split(';').next().unwrap_or_default().trim();
        media_type.eq_ignore_ascii_case(expected)
    })
}

fn unread(rejection: &BytesRejection) -> Error {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        Error::new(Kind::BodyTooLarge, "A body may have up to 64 KiB.")
    } else {
        Error::new(Kind::InvalidBody, "The body broke off before its end.")
    }
}

/// For fields of forms: one that was left empty says nothing.
pub(crate) fn filled<'de, D: Deserializer<'de>>(field: D) -> Result<Option<String>, D::Error> {
    let given = Option::<String>::deserialize(field)?;
    Ok(given.filter(|text| !text.trim().is_empty()))
}

/// The parameter `name` as a `T`; `expected` completes the sentence "… is not".
pub(crate) fn parsed<T: FromStr>(
    name: &str,
    text: Option<&str>,
    expected: &str,
) -> Result<Option<T>, Error> {
    let parse = |text: &str| text.parse().map_err(|_| not(name, text, expected));
    text.map(parse).transpose()
}

/// A point in time in RFC 3339.
pub(crate) fn time(name: &str, text: Option<&str>) -> Result<Option<Timestamp>, Error> {
    parsed(
        name,
        text,
        "a time such as 2026-08-17T06:15:00Z (RFC 3339; a + in a query is %2B)",
    )
}

/// The parameter `name` as one of these words.
pub(crate) fn one_of<'a>(
    name: &str,
    given: Option<&'a str>,
    words: &[&str],
) -> Result<Option<&'a str>, Error> {
    match given.filter(|given| !words.contains(given)) {
        Some(odd) => Err(not(name, odd, &format!("one of {}", words.join(", ")))),
        None => Ok(given),
    }
}

/// The error for a parameter whose value is none of those it may have.
pub(crate) fn not(name: &str, given: impl Display, expected: &str) -> Error {
    let detail = format!("{name}: {} is not {expected}.", quoted(&given.to_string()));
    Error::new(Kind::InvalidParameter, detail)
}
