//! The query options that Graph takes, and no others.

use serde_json::Value;
use url::form_urlencoded;

use super::refusal::Refusal;
use super::route::Resource;
use crate::message::Request;

/// Largest page of a client's choice.
const LARGEST_PAGE: usize = 999;

/// What a client wants of a list.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Query {
    /// Properties; all without it.
    pub(super) select: Option<Vec<String>>,
    /// Properties and the values that they must have, all of them.
    pub(super) filter: Vec<(String, Value)>,
    pub(super) top: Option<usize>,
    /// Rows of earlier pages.
    pub(super) skip: usize,
}

impl Query {
    /// Only subscriptions can be filtered and paged; the others take nothing but `$select`.
    pub(super) fn read(query: &str, resource: Resource) -> Result<Query, Refusal> {
        let mut read = Query::default();
        let paged = resource == Resource::Subscriptions;
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "$select" => {
                    let names = value.split(',').map(|name| name.trim().to_owned());
                    read.select = Some(names.collect());
                }
                "$filter" if paged => read.filter = filter(&value)?,
                "$top" if paged => read.top = Some(top(&value)?),
                "$skiptoken" if paged => {
                    read.skip = value.parse().map_err(|_| Refusal::option("$skiptoken"))?;
                }
                // Options without a dollar are a client's own, which the service ignores.
                option if !option.starts_with('$') => {}
                option => return Err(Refusal::option(option)),
            }
        }
        Ok(read)
    }

    pub(super) fn selects(&self, property: &str) -> bool {
        let select = self.select.as_ref();
        select.is_none_or(|names| names.iter().any(|name| name.eq_ignore_ascii_case(property)))
    }
}

/// The address of the page that a token marks.
pub(super) fn next_link(base_url: &str, request: &Request, token: &str) -> String {
    let query = request.query.as_deref().unwrap_or_default();
    let kept = query.split('&').filter(|part| !part.contains("skiptoken="));
    let token = format!("$skiptoken={token}");
    let query: Vec<&str> = kept.chain([token.as_str()]).collect();
    format!("{base_url}{}?{}", request.path, query.join("&"))
}

fn top(value: &str) -> Result<usize, Refusal> {
    let top = value.parse().ok();
    let top = top.filter(|top| (1..=LARGEST_PAGE).contains(top));
    top.ok_or_else(|| Refusal::option("$top"))
}

/// `property eq value`, several of them joined by `and`.
pub(super) fn filter(text: &str) -> Result<Vec<(String, Value)>, Refusal> {
    let refused = || Refusal::option("$filter");
    let condition = |part: &str| {
        let (property, value) = part.split_once(" eq ").ok_or_else(refused)?;
        let value = value.trim();
        let quoted = value
            .strip_prefix('\'')
            .and_then(|it| it.strip_suffix('\''));
        let value = match quoted {
            Some(text) => Value::from(text.replace("''", "'")),
            // Numbers, true, false and null are written as in JSON; GUIDs and dates without quotes.
            None => serde_json::from_str(value).unwrap_or_else(|_| Value::from(value)),
        };
        Ok((property.trim().to_owned(), value))
    };
    conditions(text).into_iter().map(condition).collect()
}

/// What stands between the words `and` outside of quotes. A quote within quotes is doubled, which
/// leaves the parity as it is.
fn conditions(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut quoted) = (Vec::new(), 0, false);
    for (at, character) in text.char_indices() {
        quoted ^= character == '\'';
        if !quoted && at >= start && text[at..].starts_with(" and ") {
            parts.push(&text[start..at]);
            start = at + " and ".len();
        }
    }
    parts.push(&text[start..]);
    parts
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(query: &str, resource: Resource) -> Option<Query> {
        Query::read(query, resource).ok()
    }

    #[test]
    fn options_are_read() {
        let all = Query::default();
        let check = |query: &str, expected: Query| {
            assert_eq!(
                read(query, Resource::Subscriptions),
                Some(expected),
                "{query}"
            );
        };
        let select = Some(vec!["id".to_owned(), "status".to_owned()]);
        check("", all.clone());
        check(
            "$select=id,status",
            Query {
                select: select.clone(),
                ..all.clone()
            },
        );
        check(
            "%24select=id%2C%20status",
            Query {
                select,
                ..all.clone()
            },
        );
        check(
            "$top=5&$skiptoken=10",
            Query {
                top: Some(5),
                skip: 10,
                ..all.clone()
            },
        );
        check("api=1", all.clone());
        let filter = vec![
            ("status".to_owned(), json!("Enabled")),
            ("isTrial".to_owned(), json!(true)),
        ];
        check(
            "$filter=status eq 'Enabled' and isTrial eq true",
            Query { filter, ..all },
        );
    }

    #[test]
    fn a_filter_ends_at_its_quotes_whatever_stands_in_them() {
        let check = |text: &str, expected: &[(&str, Value)]| {
            let read = filter(text).ok().unwrap();
            let read: Vec<_> = read
                .iter()
                .map(|(name, it)| (&**name, it.clone()))
                .collect();
            assert_eq!(read, expected, "{text}");
        };
        let title = || ("fields/Title", json!("Word and Excel eq 'two' (A)"));
        let text = "fields/Title eq 'Word and Excel eq ''two'' (A)'";
        check(text, &[title()]);
        let two = format!("{text} and fields/Frei eq 3");
        check(&two, &[title(), ("fields/Frei", json!(3))]);
    }

    #[test]
    fn what_a_list_does_not_take_is_refused() {
        let check = |query: &str, resource: Resource| {
            assert_eq!(read(query, resource), None, "{query}");
        };
        check("$top=5", Resource::SubscribedSkus);
        check("$filter=skuId eq 'x'", Resource::SubscribedSkus);
        check("$expand=x", Resource::Subscriptions);
        check("$top=0", Resource::Subscriptions);
        check("$top=1000", Resource::Subscriptions);
        check("$filter=contains(status,'x')", Resource::Subscriptions);
        check("$skiptoken=x", Resource::Subscriptions);
    }
}
