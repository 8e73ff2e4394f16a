//! A file that a browser sends with a form, or a text that somebody pasted in its place.

use http::header::CONTENT_TYPE;

use crate::html;
use crate::message::Request;

/// The first field with anything in it.
pub(super) fn file(request: &Request) -> Option<Vec<u8>> {
    let kind = request.headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let Some(boundary) = boundary(kind) else {
        let form = html::fields(&request.body);
        let pasted = html::field(&form, "pem")?;
        return Some(pasted.as_bytes().to_vec());
    };
    let parts = parts(&request.body, &boundary);
    let mut filled = parts
        .into_iter()
        .filter(|part| !part.trim_ascii().is_empty());
    filled.next().map(<[u8]>::to_vec)
}

/// Source: RFC 7578 and RFC 2046, section 5.1.1.
fn boundary(kind: &str) -> Option<String> {
    let (kind, parameters) = kind.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let mut parameters = parameters.split(';').map(str::trim);
    let boundary = parameters.find_map(|it| it.strip_prefix("boundary="))?;
    Some(format!("--{}", boundary.trim_matches('"')))
}

/// The contents of the parts, without their headers.
fn parts<'a>(body: &'a [u8], boundary: &str) -> Vec<&'a [u8]> {
    let mut parts = Vec::new();
    let mut rest = body;
    while let Some(start) = find(rest, boundary.as_bytes()) {
        rest = &rest[start + boundary.len()..];
        let end = find(rest, boundary.as_bytes()).unwrap_or(rest.len());
        if let Some(head) = find(&rest[..end], b"\r\n\r\n") {
            let content = &rest[head + 4..end];
            parts.push(content.strip_suffix(b"\r\n").unwrap_or(content));
        }
    }
    parts
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .position(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, Method};

    use super::*;

    fn sent(kind: &str, body: &str) -> Option<String> {
        let request = Request {
            method: Method::POST,
            path: "/portal".to_owned(),
            query: None,
            headers: HeaderMap::from_iter([(CONTENT_TYPE, kind.parse().unwrap())]),
            body: body.to_owned().into(),
        };
        file(&request).map(|file| String::from_utf8(file).unwrap())
    }

    #[test]
    fn a_file_is_found_in_a_form_with_parts_and_a_text_in_one_without() {
        let part = |name: &str, text: &str| {
            format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n")
        };
        let check = |parts: &str, expected: Option<&str>| {
            let body = format!("{parts}--x--\r\n");
            for kind in [
                "multipart/form-data; boundary=x",
                "multipart/form-data;boundary=\"x\"",
            ] {
                assert_eq!(sent(kind, &body).as_deref(), expected, "{parts}");
            }
        };
        check(&part("file", "a\r\nb"), Some("a\r\nb"));
        check(&(part("file", "") + &part("pem", "pasted")), Some("pasted"));
        check(&(part("file", "chosen") + &part("pem", "")), Some("chosen"));
        check(&(part("file", "") + &part("pem", "\r\n")), None);
        check("", None);
        let form = "application/x-www-form-urlencoded";
        assert_eq!(sent(form, "pem=a+b%0A").as_deref(), Some("a b\n"));
        assert_eq!(sent(form, "pem="), None);
        assert_eq!(sent("text/plain", "pem=a"), Some("a".to_owned()));
    }
}
