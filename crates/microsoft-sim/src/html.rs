//! Pages of the stand-in for people: plain HTML without script, legible in light and dark.

use std::fmt::Write as _;

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use url::form_urlencoded;

use crate::message::{Reply, Request};

const STYLE: &str = "\
:root{color-scheme:light dark;font:1rem/1.5 system-ui,sans-serif}\
body{max-width:44rem;margin:2rem auto;padding:0 1rem;overflow-wrap:anywhere}\
.stand-in{border:2px dashed;padding:.25rem .75rem;font-weight:600}\
button,input,textarea{font:inherit;padding:.4rem .7rem;max-width:100%;box-sizing:border-box}\
button{cursor:pointer;text-align:left}\
button:focus-visible,input:focus-visible,a:focus-visible{outline:3px solid;outline-offset:2px}\
ul.choices{list-style:none;padding:0}ul.choices button{width:100%;margin:.25rem 0}\
label{display:block;margin:.75rem 0 .25rem}textarea{width:100%;min-height:9rem}\
table{border-collapse:collapse}th,td{text-align:left;padding:.25rem .75rem .25rem 0}\
iframe{display:none}small{display:block}";

/// Frames are for signing out of apps, wherever they are. Forms lead to redirects of apps.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-src *; \
                      base-uri 'none'; frame-ancestors 'none'";

/// Safe as text and in an attribute between double quotes.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// A page with a title, which is text, and a body, which is HTML.
pub(crate) fn page(status: StatusCode, title: &str, body: &str) -> Reply {
    page_with(status, title, "", body)
}

/// With more in its head, which is HTML.
pub(crate) fn page_with(status: StatusCode, title: &str, head: &str, body: &str) -> Reply {
    let title = escape(title);
    let html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n{head}\
         <title>{title} - simulator</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <p class=\"stand-in\">Stand-in for Microsoft Entra: nothing here is real.</p>\n\
         <main>\n<h1>{title}</h1>\n{body}</main>\n</body>\n</html>\n"
    );
    Reply {
        status,
        headers: headers([
            (CONTENT_TYPE, "text/html; charset=utf-8"),
            (CONTENT_SECURITY_POLICY, POLICY),
            (CACHE_CONTROL, "no-store"),
        ]),
        body: html.into(),
    }
}

/// To an address that has been judged.
pub(crate) fn redirect(status: StatusCode, to: &str) -> Reply {
    let mut headers = headers([(CACHE_CONTROL, "no-store")]);
    // An address that no header can say leads nowhere.
    if let Ok(to) = HeaderValue::try_from(to) {
        headers.insert(LOCATION, to);
    }
    Reply {
        status,
        headers,
        body: Bytes::new(),
    }
}

fn headers<const N: usize>(pairs: [(HeaderName, &'static str); N]) -> HeaderMap {
    let pairs = pairs.map(|(name, value)| (name, HeaderValue::from_static(value)));
    pairs.into_iter().collect()
}

/// Hidden fields of a form.
pub(crate) fn hidden<'a>(fields: impl IntoIterator<Item = &'a (String, String)>) -> String {
    let mut html = String::new();
    for (name, value) in fields {
        let (name, value) = (escape(name), escape(value));
        writeln!(
            html,
            "<input type=\"hidden\" name=\"{name}\" value=\"{value}\">"
        )
        .expect("a text takes any text");
    }
    html
}

/// The fields of a form in a body, or those of a query.
pub(crate) fn fields(text: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(text).into_owned().collect()
}

/// The first field of that name that is not empty.
pub(crate) fn field<'a>(fields: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let mut found = fields.iter().filter(|(key, _)| key == name);
    found
        .next()
        .map(|(_, value)| value.as_str())
        .filter(|value| !value.is_empty())
}

pub(crate) fn query(request: &Request) -> Vec<(String, String)> {
    fields(request.query.as_deref().unwrap_or_default().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_never_markup() {
        let check = |text: &str, expected: &str| assert_eq!(escape(text), expected);
        check("plain", "plain");
        check(
            "<b>\"O'Neil\" & Söhne</b>",
            "&lt;b&gt;&quot;O&#39;Neil&quot; &amp; Söhne&lt;/b&gt;",
        );
        let reply = page(StatusCode::OK, "<script>", "<p>body</p>");
        let html = str::from_utf8(&reply.body).unwrap();
        assert!(!html.contains("<script") && html.contains("<p>body</p>"));
    }

    #[test]
    fn an_address_with_a_line_break_is_no_header() {
        let reply = redirect(StatusCode::FOUND, "https://a.example/\r\nset-cookie: x");
        assert!(reply.headers.get(LOCATION).is_none());
    }
}
