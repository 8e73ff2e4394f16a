//! Several writes in one request, and the parts of its answer.

use std::time::Duration;

use serde::de::MapAccess;
use serde_json::{Value, json};

use crate::clock;
use crate::error::{Call, Error};
use crate::graph_errors::Told;
use crate::json::{Element, Member};
use crate::listing::{self, Page};
use crate::retry::retry_after;

/// Most requests in one batch, by Microsoft's documentation "Combine multiple HTTP requests".
pub(super) const MOST_PARTS: usize = 20;
/// Most parts of an answer that are looked at.
const MOST_ANSWERS: usize = 100;
/// Largest answer to a batch, in bytes: each part repeats an item with all its fields.
pub(super) const BODY_LIMIT: usize = 8 << 20;

/// One answer inside the answer to a batch of writes, as it says itself. What was null, missing or
/// of another type is `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BatchPart {
    /// Which request of the batch it answers; never empty.
    pub id: String,
    /// Its own HTTP status; 0 if there was none.
    pub status: u16,
    /// The id of the item that was written.
    pub item_id: Option<String>,
    /// The state of the item after the write.
    pub etag: Option<String>,
    /// How long it asks to wait.
    pub retry_after: Option<Duration>,
    told: Told,
}

/// Reads the answer to a batch. Never panics, whatever the bytes are.
///
/// # Errors
/// [`Error::Unreadable`] if the body is not a JSON object with an array `responses` of at most
/// 100 entries.
pub fn parse_batch(body: &[u8]) -> Result<Page<BatchPart>, Error> {
    listing::parse(body, Call::ListWrite)
}

/// The body of a batch; each part is found again by its position.
pub(super) fn body(parts: Vec<Value>) -> Vec<u8> {
    let numbered = |(position, mut part): (usize, Value)| {
        part["id"] = Value::from(part_id(position));
        part
    };
    let parts: Vec<Value> = parts.into_iter().enumerate().map(numbered).collect();
    json!({"requests": parts}).to_string().into_bytes()
}

/// The id of the part at a position.
pub(super) fn part_id(position: usize) -> String {
    (position + 1).to_string()
}

impl BatchPart {
    /// What its error says about itself.
    pub(super) fn told(&self) -> &Told {
        &self.told
    }

    fn take_headers(&mut self, headers: Headers) {
        self.retry_after = headers.wait();
        self.etag = self.etag.take().or(headers.etag);
        self.told.request_id = headers.request_id.or(self.told.request_id.take());
    }

    fn take_body(&mut self, body: Body) {
        self.item_id = body.id;
        // The body's is for certain the item's; a header may be that of what carried it.
        self.etag = body.etag.or(self.etag.take());
        let request_id = self.told.request_id.take();
        self.told = body.error;
        self.told.request_id = request_id.or(self.told.request_id.take());
    }
}

impl Element for BatchPart {
    const NEEDED: &'static [&'static str] = &["id", "status"];
    const OPTIONAL: &'static [&'static str] = &["headers", "body"];
    const ENVELOPE: &'static [&'static str; 2] = &["responses", "@odata.nextLink"];
    const MOST: usize = MOST_ANSWERS;

    fn take<'de, M: MapAccess<'de>>(&mut self, member: Member<'_, M>) -> Result<(), M::Error> {
        match member.name {
            "id" => self.id = member.text()?.unwrap_or_default(),
            "status" => {
                let status = member
                    .count()?
                    .and_then(|status| u16::try_from(status).ok());
                self.status = status.unwrap_or(0);
            }
            "headers" => self.take_headers(member.object()?),
            "body" => self.take_body(member.object()?),
            _ => member.skip()?,
        }
        Ok(())
    }

    fn flaw(&self) -> Option<&'static str> {
        self.id.is_empty().then_some("it has no id")
    }
}

/// The headers of a part that matter, in the two ways of writing that proxies leave.
#[derive(Debug, Default)]
struct Headers {
    retry_after: Option<String>,
    date: Option<String>,
    etag: Option<String>,
    request_id: Option<String>,
}

impl Headers {
    fn wait(&self) -> Option<Duration> {
        let text = self.retry_after.as_deref()?;
        retry_after(text, self.date.as_deref(), clock::now())
    }
}

impl Element for Headers {
    const NEEDED: &'static [&'static str] = &[];
    const OPTIONAL: &'static [&'static str] = &[
        "Retry-After",
        "retry-after",
        "Date",
        "date",
        "ETag",
        "etag",
        "request-id",
    ];

    fn take<'de, M: MapAccess<'de>>(&mut self, member: Member<'_, M>) -> Result<(), M::Error> {
        match member.name {
            "Retry-After" | "retry-after" => self.retry_after = member.spelled()?,
            "Date" | "date" => self.date = member.text()?,
            "ETag" | "etag" => self.etag = member.text()?,
            "request-id" => self.request_id = member.text()?,
            _ => member.skip()?,
        }
        Ok(())
    }
}

/// The body of a part: an item, its fields, or an error.
#[derive(Debug, Default)]
struct Body {
    id: Option<String>,
    etag: Option<String>,
    error: Told,
}

impl Element for Body {
    const NEEDED: &'static [&'static str] = &[];
    const OPTIONAL: &'static [&'static str] = &["id", "@odata.etag", "eTag", "error"];

    fn take<'de, M: MapAccess<'de>>(&mut self, member: Member<'_, M>) -> Result<(), M::Error> {
        match member.name {
            "id" => self.id = member.text()?.filter(|id| !id.is_empty()),
            "@odata.etag" => self.etag = member.text()?.filter(|etag| !etag.is_empty()),
            "eTag" if self.etag.is_none() => self.etag = member.text()?,
            "error" => self.error = member.object()?,
            _ => member.skip()?,
        }
        Ok(())
    }
}
