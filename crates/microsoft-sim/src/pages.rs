//! Pages that a test has ordered: Graph's own lists here are short and never need a second one.

use std::borrow::Cow;

use http::StatusCode;
use serde_json::{Value, json};
use url::form_urlencoded;

use crate::broken;
use crate::fault::FaultKind;
use crate::message::{Reply, Request};

const SKIP_TOKEN: &str = "$skiptoken";

/// Where in an ordered row of pages a request is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// No pages: the answer is the whole list.
    Whole,
    /// An empty page, with so many after it before the rows.
    Empty { after: u32 },
    /// All rows, and a next page.
    Endless { page: u32 },
    /// All rows, and a next page elsewhere.
    Foreign(String),
}

/// Finds the place, and the request without the mark of its place.
pub(crate) fn place<'a>(
    request: &'a Request,
    kind: Option<&FaultKind>,
) -> (Place, Cow<'a, Request>) {
    let query = request.query.as_deref().unwrap_or_default();
    let (marks, rest): (Vec<&str>, Vec<&str>) =
        query.split('&').partition(|part| marked(part).is_some());
    if let Some(place) = marks.first().and_then(|mark| marked(mark)) {
        let rest = rest.join("&");
        let request = Request {
            query: Some(rest).filter(|rest| !rest.is_empty()),
            ..request.clone()
        };
        return (place, Cow::Owned(request));
    }
    let place = match kind {
        Some(FaultKind::EmptyPages { pages }) => match pages.checked_sub(1) {
            Some(after) => Place::Empty { after },
            None => Place::Whole,
        },
        Some(FaultKind::EndlessPages) => Place::Endless { page: 1 },
        Some(FaultKind::ForeignNextLink { url }) => Place::Foreign(url.clone()),
        _ => Place::Whole,
    };
    (place, Cow::Borrowed(request))
}

fn marked(part: &str) -> Option<Place> {
    let (name, value) = form_urlencoded::parse(part.as_bytes()).next()?;
    let token = value.strip_prefix("sim-").filter(|_| name == SKIP_TOKEN)?;
    let (kind, number) = token.split_once('-')?;
    let number: u32 = number.parse().ok()?;
    match (kind, number) {
        ("empty", 0) => Some(Place::Whole),
        ("empty", left) => Some(Place::Empty { after: left - 1 }),
        ("endless", page) => Some(Place::Endless { page }),
        _ => None,
    }
}

/// The answer as the page at that place. An error stays an error.
pub(crate) fn turned(reply: Reply, place: &Place, request: &Request, base_url: &str) -> Reply {
    if reply.status != StatusCode::OK {
        return reply;
    }
    let link = |token: &str| {
        let query = request.query.iter().map(|query| format!("{query}&"));
        let query: String = query.collect();
        format!("{base_url}{}?{query}{SKIP_TOKEN}=sim-{token}", request.path)
    };
    broken::changed(reply, |body| {
        let next = match place {
            Place::Whole => return,
            Place::Empty { after } => {
                body.insert("value".to_owned(), json!([]));
                link(&format!("empty-{after}"))
            }
            Place::Endless { page } => link(&format!("endless-{}", page + 1)),
            Place::Foreign(url) => url.clone(),
        };
        body.insert("@odata.nextLink".to_owned(), Value::String(next));
    })
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, Method};

    use super::*;

    fn request(query: Option<&str>) -> Request {
        Request {
            method: Method::GET,
            path: "/v1.0/subscribedSkus".to_owned(),
            query: query.map(str::to_owned),
            headers: HeaderMap::new(),
            body: bytes::Bytes::new(),
        }
    }

    #[test]
    fn the_mark_of_a_page_says_its_place_and_is_hidden_from_graph() {
        let check = |query: &str, expected: Place, rest: Option<&str>| {
            let request = request(Some(query));
            let (place, hidden) = place(&request, Some(&FaultKind::EndlessPages));
            assert_eq!(
                (place, hidden.query.as_deref()),
                (expected, rest),
                "{query}"
            );
        };
        let select = "$select=skuId";
        check("$skiptoken=sim-empty-0", Place::Whole, None);
        check("$skiptoken=sim-empty-2", Place::Empty { after: 1 }, None);
        check(
            "%24skiptoken=sim-endless-7",
            Place::Endless { page: 7 },
            None,
        );
        check(
            "$select=skuId&$skiptoken=sim-empty-0",
            Place::Whole,
            Some(select),
        );
        check(
            "$skiptoken=other",
            Place::Endless { page: 1 },
            Some("$skiptoken=other"),
        );
        check(
            "$skiptoken=sim-empty-x",
            Place::Endless { page: 1 },
            Some("$skiptoken=sim-empty-x"),
        );
        check(select, Place::Endless { page: 1 }, Some(select));
    }

    #[test]
    fn pages_follow_one_another_until_the_rows_come() {
        let rows = || Reply {
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            body: r#"{"value":[1]}"#.into(),
        };
        let mut asked = request(Some("$select=skuId"));
        let mut kind = Some(FaultKind::EmptyPages { pages: 2 });
        let mut pages = Vec::new();
        for _ in 0..3 {
            let (place, request) = place(&asked, kind.take().as_ref());
            let reply = turned(rows(), &place, &request, "https://sim");
            let body: Value = serde_json::from_slice(&reply.body).unwrap();
            pages.push(body["value"].as_array().unwrap().len());
            let next = body["@odata.nextLink"].as_str().map(str::to_owned);
            let query = next.as_deref().and_then(|link| link.split_once('?'));
            asked.query = query.map(|(_, query)| query.to_owned());
            assert_eq!(next.is_some(), pages.len() < 3);
        }
        assert_eq!(pages, [0, 0, 1]);
    }
}
