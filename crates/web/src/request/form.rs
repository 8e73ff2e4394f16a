//! What a page's form sends: URL-encoded fields, taken in with an error that names the field.

use axum::extract::rejection::FormRejection;
use axum::extract::{FromRequest, Request};
use serde::de::DeserializeOwned;

use crate::problem::{Error, Kind};

use super::{says, unread};

const MEDIA_TYPE: &str = "application/x-www-form-urlencoded";

/// The fields of a form.
pub(crate) struct Form<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Form<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        if !says(request.headers(), MEDIA_TYPE) {
            let detail = format!("Send the form as a browser does, as {MEDIA_TYPE}.");
            return Err(Error::new(Kind::UnsupportedMediaType, detail));
        }
        match axum::Form::from_request(request, state).await {
            Ok(axum::Form(fields)) => Ok(Self(fields)),
            Err(FormRejection::BytesRejection(rejection)) => Err(unread(&rejection)),
            Err(other) => {
                let text = other.body_text();
                let detail = text.trim_start_matches("Failed to deserialize form body: ");
                Err(Error::new(
                    Kind::InvalidBody,
                    format!("The form cannot be read: {detail}."),
                ))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::header;

    use super::super::filled;
    use super::*;

    #[derive(Debug, PartialEq, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Fields {
        version: i64,
        #[serde(default, deserialize_with = "filled")]
        reason: Option<String>,
    }

    async fn read(media_type: &str, body: &str) -> Result<Fields, String> {
        let request = Request::post("/")
            .header(header::CONTENT_TYPE, media_type)
            .body(Body::from(body.to_owned()))
            .expect("a plain request");
        let read = Form::from_request(request, &()).await;
        read.map(|Form(fields)| fields)
            .map_err(|error| format!("{error:?}"))
    }

    #[tokio::test]
    async fn fields_are_read_and_what_is_odd_is_named() {
        for (body, reason) in [
            ("version=3", None),
            ("version=3&reason=", None),
            ("version=3&reason=+%20", None),
            (
                "version=3&reason=O%27Brien+%26+S%C3%B6hne",
                Some("O'Brien & Söhne"),
            ),
        ] {
            let reason = reason.map(str::to_owned);
            let fields = Fields { version: 3, reason };
            assert_eq!(read(MEDIA_TYPE, body).await, Ok(fields), "{body}");
        }
        for (body, named) in [
            ("", "version"),
            ("version=x", "version"),
            ("version=1&version=2", "version"),
            ("version=1&until=x", "until"),
        ] {
            let refused = read(MEDIA_TYPE, body).await.unwrap_err();
            assert!(
                refused.contains(named) && refused.contains("InvalidBody"),
                "{body}: {refused}"
            );
        }
        let json = read("application/json", "version=1").await.unwrap_err();
        assert!(json.contains("UnsupportedMediaType"), "{json}");
    }
}
