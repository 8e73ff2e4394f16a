//! The cookies of sign-in: out of reach of scripts, sent to this very host alone.

use axum::http::{HeaderMap, HeaderValue, header};
use jiff::SignedDuration;
use url::Url;

/// What a cookie is for; the name under which it is sealed is its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cookie {
    name: String,
    secure: bool,
}

impl Cookie {
    /// The cookie for `purpose` of a service that people reach at `public_url`. Browsers take the
    /// safe kind (`__Host-`) over HTTPS alone; on plain loopback addresses the port keeps several
    /// services apart, which share their cookies there.
    pub(super) fn of(purpose: &str, public_url: &Url) -> Self {
        let secure = public_url.scheme() == "https";
        let name = match (secure, public_url.port_or_known_default()) {
            (true, _) => format!("__Host-{purpose}"),
            (false, port) => format!("{purpose}-{}", port.unwrap_or_default()),
        };
        Self { name, secure }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// What a request brings along in it.
    pub(super) fn read<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        value(headers, &self.name)
    }

    /// Keeps `text`, which has plain letters and signs alone, for so long.
    pub(super) fn set(&self, text: &str, lasts: SignedDuration) -> HeaderValue {
        let secure = if self.secure { "; Secure" } else { "" };
        let (name, seconds) = (&self.name, lasts.as_secs());
        let line =
            format!("{name}={text}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
        HeaderValue::try_from(line).expect("a cookie of plain letters and signs")
    }

    pub(super) fn remove(&self) -> HeaderValue {
        self.set("", SignedDuration::ZERO)
    }

    /// Whether an answer sets it already.
    pub(super) fn is_set_in(&self, headers: &HeaderMap) -> bool {
        let mut lines = headers.get_all(header::SET_COOKIE).iter();
        lines.any(|line| {
            let rest = line.as_bytes().strip_prefix(self.name.as_bytes());
            rest.is_some_and(|rest| rest.starts_with(b"="))
        })
    }
}

/// What a request brings along in the cookie of this name.
pub(crate) fn value<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).iter();
    let mut cookies = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'));
    cookies.find_map(|cookie| cookie.trim().strip_prefix(name)?.strip_prefix('='))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cookie(public_url: &str) -> Cookie {
        Cookie::of("licensetool", &Url::parse(public_url).unwrap())
    }

    #[test]
    fn a_cookie_is_as_safe_as_the_address_allows() {
        let check = |public_url: &str, expected: &str| {
            let set = cookie(public_url).set("abc", SignedDuration::from_hours(8));
            assert_eq!(set.to_str().unwrap(), expected);
        };
        check(
            "https://licensetool.example/",
            "__Host-licensetool=abc; Path=/; Max-Age=28800; HttpOnly; SameSite=Lax; Secure",
        );
        check(
            "http://127.0.0.1:5000/",
            "licensetool-5000=abc; Path=/; Max-Age=28800; HttpOnly; SameSite=Lax",
        );
    }

    #[test]
    fn it_is_found_among_others() {
        let cookie = cookie("http://127.0.0.1:5000/");
        let check = |lines: &[&'static str], expected: Option<&str>| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(header::COOKIE, HeaderValue::from_static(line));
            }
            assert_eq!(cookie.read(&headers), expected, "{lines:?}");
        };
        check(&[], None);
        check(&["a=1; licensetool-5000=x; b=2"], Some("x"));
        check(&["a=1", "licensetool-5000=x=y"], Some("x=y"));
        check(&["licensetool-50001=x; xlicensetool-5000=y"], None);
    }
}
