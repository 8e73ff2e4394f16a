//! Reading items: one, or page by page, with the options that SharePoint takes.

use std::ops::Bound;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde_json::{Map, Value};
use url::form_urlencoded;

use super::{collection, ok, shape};
use crate::graph::query::{filter, next_link};
use crate::graph::refusal::Refusal;
use crate::graph::{Context, Found};
use crate::message::Request;
use crate::sharepoint::{Item, List, Site};

/// Rows of a page if nobody says it, and at most.
const PAGE: usize = 200;
const LARGEST_PAGE: usize = 5_000;

/// The client's word that a slow question is meant.
const NOT_INDEXED: &str = "HonorNonIndexedQueriesWarningMayFailRandomly";

/// What a client wants of items.
#[derive(Debug, PartialEq)]
struct Wish {
    select: Option<Vec<String>>,
    /// No fields without it; all of them, or the named ones.
    expand: Option<Option<Vec<String>>>,
    /// Columns and the values that they must have.
    filter: Vec<(String, Value)>,
    top: usize,
    /// Last row of the page before.
    after: u64,
}

pub(super) fn items(
    context: &Context<'_>,
    site: &Site,
    list: &str,
    request: &Request,
) -> Result<Found, Refusal> {
    let list = site.list(list)?;
    let wish = wish(request)?;
    let indexed = is_indexed(list, &wish, request)?;
    let passes = |item: &Item| {
        wish.filter
            .iter()
            .all(|(name, value)| has(item, name, value))
    };
    let rest = (Bound::Excluded(wish.after), Bound::Unbounded);
    let mut rest = list.items.range(rest).map(|(_, item)| item);
    let mut page: Vec<&Item> = Vec::new();
    let mut last = wish.after;
    // With an index the page is of rows that pass; without one it is of rows that were looked
    // at, so it may be empty and still have a next one.
    let mut looked_at = 0;
    while looked_at < wish.top
        && let Some(item) = rest.next()
    {
        last = item.id;
        let passes = passes(item);
        looked_at += usize::from(passes || !indexed);
        page.extend(Some(item).filter(|_| passes));
    }
    let rows = page.into_iter().map(|item| shown(site, list, item, &wish));
    let rows = rows.map(Value::Object).collect();
    let name = format!("lists('{}')/items", list.id);
    let mut body = collection(context.base_url, site, &name, rows);
    if rest.any(|item| !indexed || passes(item)) {
        let token = STANDARD_NO_PAD.encode(format!("Paged=TRUE&p_ID={last}"));
        body["@odata.nextLink"] = next_link(context.base_url, request, &token).into();
    }
    Ok(ok(&body))
}

pub(super) fn item(
    context: &Context<'_>,
    site: &Site,
    list: &str,
    id: &str,
    request: &Request,
) -> Result<Found, Refusal> {
    let list = site.list(list)?;
    let item = list.item(id)?;
    let mut shown = shown(site, list, item, &wish(request)?);
    let name = format!("lists('{}')/items/$entity", list.id);
    name_context(context, site, &name, &mut shown);
    Ok(ok(&Value::Object(shown)))
}

pub(super) fn fields(
    context: &Context<'_>,
    site: &Site,
    list: &str,
    id: &str,
    request: &Request,
) -> Result<Found, Refusal> {
    let list = site.list(list)?;
    let item = list.item(id)?;
    let select = wish(request)?.select;
    let mut shown = shape::fields(item, select.as_deref());
    let name = format!("lists('{}')/items('{id}')/fields/$entity", list.id);
    name_context(context, site, &name, &mut shown);
    Ok(ok(&Value::Object(shown)))
}

pub(super) fn name_context(
    context: &Context<'_>,
    site: &Site,
    name: &str,
    body: &mut Map<String, Value>,
) {
    let place = format!("sites('{}')/{name}", site.spec.id());
    let whole = format!("{}/v1.0/$metadata#{place}", context.base_url);
    body.insert("@odata.context".to_owned(), whole.into());
}

fn shown(site: &Site, list: &List, item: &Item, wish: &Wish) -> Map<String, Value> {
    let expand = wish.expand.as_ref();
    let fields = expand.map(|select| shape::fields(item, select.as_deref()));
    let mut shown = shape::item(site, list, item, fields);
    if let Some(select) = &wish.select {
        let kept = |name: &str| {
            let selected = select.iter().any(|it| it.eq_ignore_ascii_case(name));
            selected || ["@odata.etag", "fields"].contains(&name)
        };
        shown.retain(|name, _| kept(name));
    }
    shown
}

/// Whether the filter can use an index; refused if it cannot and the client does not insist.
fn is_indexed(list: &List, wish: &Wish, request: &Request) -> Result<bool, Refusal> {
    let prefer = request.headers.get_all("prefer").iter();
    let mut prefer = prefer.filter_map(|value| value.to_str().ok());
    let insists = prefer.any(|value| value.contains(NOT_INDEXED));
    let mut all = true;
    for (name, _) in &wish.filter {
        let indexed = list.column(name)?.indexed;
        if !indexed && !insists {
            return Err(Refusal::invalid(format!(
                "Field '{name}' cannot be referenced in filter or orderby as it is not indexed. \
                 Provide the 'Prefer: {NOT_INDEXED}' header to allow this, but be warned that \
                 such queries may fail on large lists."
            )));
        }
        all &= indexed;
    }
    Ok(all)
}

/// Texts are the same in any case, numbers in any form.
fn has(item: &Item, name: &str, wanted: &Value) -> bool {
    match (item.fields.get(name), wanted) {
        (Some(Value::String(own)), Value::String(wanted)) => {
            own.to_lowercase() == wanted.to_lowercase()
        }
        (Some(Value::Number(own)), Value::Number(wanted)) => own.as_f64() == wanted.as_f64(),
        (Some(own), wanted) => own == wanted,
        (None, wanted) => wanted.is_null(),
    }
}

fn wish(request: &Request) -> Result<Wish, Refusal> {
    let refused = |option: &str| Refusal::invalid(format!("Invalid value of {option}"));
    let mut wish = Wish {
        select: None,
        expand: None,
        filter: Vec::new(),
        top: PAGE,
        after: 0,
    };
    let query = request.query.as_deref().unwrap_or_default();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        // SharePoint takes these options without their dollar, too.
        match name.trim_start_matches('$') {
            "select" => wish.select = Some(names(&value)),
            "expand" => wish.expand = Some(expand(&value).ok_or_else(|| refused("$expand"))?),
            "filter" => wish.filter = columns(&value)?,
            "top" => {
                let top = value
                    .parse()
                    .ok()
                    .filter(|top| (1..=LARGEST_PAGE).contains(top));
                wish.top = top.ok_or_else(|| refused("$top"))?;
            }
            "skiptoken" => wish.after = after(&value).ok_or_else(|| refused("$skiptoken"))?,
            _ if name.starts_with('$') => return Err(refused(&name)),
            _ => {}
        }
    }
    Ok(wish)
}

fn names(text: &str) -> Vec<String> {
    text.split(',').map(|name| name.trim().to_owned()).collect()
}

/// `fields`, or `fields($select=A,B)`.
fn expand(text: &str) -> Option<Option<Vec<String>>> {
    let rest = text.trim().strip_prefix("fields")?;
    if rest.is_empty() {
        return Some(None);
    }
    let chosen = rest.strip_prefix('(')?.strip_suffix(')')?;
    let chosen = chosen.strip_prefix('$').unwrap_or(chosen);
    Some(Some(names(chosen.strip_prefix("select=")?)))
}

fn columns(text: &str) -> Result<Vec<(String, Value)>, Refusal> {
    let refused = || Refusal::invalid("The filter is not supported: write fields/X eq 'value'");
    let conditions = filter(text).map_err(|_| refused())?;
    let named = |(name, value): (String, Value)| {
        let name = name.strip_prefix("fields/").map(str::to_owned);
        Some((name?, value))
    };
    conditions
        .into_iter()
        .map(|condition| named(condition).ok_or_else(refused))
        .collect()
}

fn after(token: &str) -> Option<u64> {
    let token = STANDARD_NO_PAD.decode(token).ok()?;
    let token = str::from_utf8(&token).ok()?;
    token.strip_prefix("Paged=TRUE&p_ID=")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, Method};
    use proptest::prelude::*;

    use super::*;

    fn asked(query: &str) -> Option<Wish> {
        let request = Request {
            method: Method::GET,
            path: "/v1.0/sites/a/lists/b/items".to_owned(),
            query: Some(query.to_owned()),
            headers: HeaderMap::new(),
            body: bytes::Bytes::new(),
        };
        wish(&request).ok()
    }

    #[test]
    fn the_mark_of_a_page_is_its_last_row() {
        let check = |mark: &str, expected: Option<u64>| {
            let query = format!("$skiptoken={}", STANDARD_NO_PAD.encode(mark));
            assert_eq!(asked(&query).map(|wish| wish.after), expected, "{mark}");
        };
        check("Paged=TRUE&p_ID=200", Some(200));
        check("Paged=TRUE&p_ID=18446744073709551615", Some(u64::MAX));
        check("Paged=TRUE&p_ID=-1", None);
        check("200", None);
    }

    proptest! {
        #[test]
        fn no_query_is_too_odd(text in ".{0,40}", tail in "[()$=,' a-z/]{0,40}") {
            drop(asked(&text));
            for option in ["$expand=fields", "$filter=fields/", "$skiptoken=", "$select="] {
                drop(asked(&format!("{option}{tail}")));
            }
        }
    }
}
