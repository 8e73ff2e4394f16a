//! `$batch`: up to twenty requests in one, each answered as if it had come alone.

use std::collections::{HashMap, HashSet};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::refusal::Refusal;
use super::{Context, spoilt};
use crate::caller::Caller;
use crate::endpoint::Endpoint;
use crate::message::{Reply, Request};

/// Most requests in a batch.
const MOST: usize = 20;

#[derive(Deserialize)]
struct Batch {
    requests: Vec<Part>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Part {
    id: String,
    method: String,
    /// Relative to the version, such as `/subscribedSkus`.
    url: String,
    #[serde(default)]
    headers: HashMap<String, String>,
    #[serde(default)]
    body: Value,
    #[serde(default)]
    depends_on: Vec<String>,
}

pub(super) fn batch(
    context: &Context<'_>,
    caller: &Caller,
    request: &Request,
) -> Result<Vec<u8>, Refusal> {
    if request.method != Method::POST {
        return Err(Refusal::method());
    }
    let batch: Batch = serde_json::from_slice(&request.body)
        .map_err(|_| Refusal::bad_request("The batch is not a JSON object with requests."))?;
    sound(&batch.requests)?;
    let mut statuses: HashMap<&str, u16> = HashMap::new();
    let mut responses = Vec::with_capacity(batch.requests.len());
    for part in &batch.requests {
        let waits_for = part.depends_on.iter();
        let failed = waits_for
            .map(|id| statuses[id.as_str()])
            .any(|status| status >= 400);
        let told = if failed {
            dependency_failed(&part.id)
        } else {
            told(&part.id, &answer_alone(context, caller, part, request))
        };
        let status = told["status"]
            .as_u64()
            .and_then(|status| u16::try_from(status).ok());
        statuses.insert(&part.id, status.expect("a status was just written there"));
        responses.push(told);
    }
    // Microsoft promises no order, so a client that relies on one must fail here.
    responses.reverse();
    Ok(json!({ "responses": responses }).to_string().into_bytes())
}

/// Whether the batch follows the rules that refuse it as a whole.
fn sound(parts: &[Part]) -> Result<(), Refusal> {
    if parts.is_empty() || parts.len() > MOST {
        let message = format!("A batch holds 1 to {MOST} requests, not {}.", parts.len());
        return Err(Refusal::bad_request(message));
    }
    let mut earlier = HashSet::new();
    for part in parts {
        if let Some(id) = part
            .depends_on
            .iter()
            .find(|id| !earlier.contains(id.as_str()))
        {
            let message = format!(
                "Request {} depends on {id}, which is not before it.",
                part.id
            );
            return Err(Refusal::bad_request(message));
        }
        if !earlier.insert(part.id.as_str()) {
            let message = format!("The id {} stands twice in the batch.", part.id);
            return Err(Refusal::bad_request(message));
        }
    }
    Ok(())
}

fn answer_alone(context: &Context<'_>, caller: &Caller, part: &Part, request: &Request) -> Reply {
    let version = request.path.split('/').nth(1).unwrap_or_default();
    let url = format!("/{version}/{}", part.url.trim_start_matches('/'));
    let (path, query) = match url.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (url.as_str(), None),
    };
    // A batch in a batch is a path that leads nowhere.
    let path = if Endpoint::of(path) == Endpoint::Batch {
        ""
    } else {
        path
    };
    let headers = part.headers.iter().filter_map(|(name, value)| {
        let name = HeaderName::try_from(name.as_str()).ok()?;
        Some((name, HeaderValue::try_from(value.as_str()).ok()?))
    });
    let body = match &part.body {
        Value::Null => Bytes::new(),
        body => Bytes::from(body.to_string()),
    };
    let method = Method::from_bytes(part.method.as_bytes()).unwrap_or(Method::TRACE);
    let request = Request {
        method,
        path: path.to_owned(),
        query: query.map(str::to_owned),
        headers: HeaderMap::from_iter(headers),
        body,
    };
    spoilt::part(context, caller, &request)
}

fn told(id: &str, reply: &Reply) -> Value {
    let headers = reply.headers.iter().filter_map(|(name, value)| {
        let value = value.to_str().ok()?;
        Some((name.as_str().to_owned(), Value::from(value)))
    });
    let mut told = json!({
        "id": id,
        "status": reply.status.as_u16(),
        "headers": headers.collect::<Map<_, _>>(),
    });
    // A part that has nothing to say, such as 204, has no body at all.
    if let Ok(body) = serde_json::from_slice::<Value>(&reply.body) {
        told["body"] = body;
    }
    told
}

fn dependency_failed(id: &str) -> Value {
    let message = "A request on which this one depends has failed.";
    json!({
        "id": id,
        "status": 424,
        "headers": {},
        "body": {"error": {"code": "FailedDependency", "message": message}},
    })
}
