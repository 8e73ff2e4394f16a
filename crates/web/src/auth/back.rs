//! Where somebody goes after sign-in: a page of ours, and nowhere else.

use url::Url;

/// For whoever came from nowhere in particular.
pub(super) const HOME: &str = "/licenses";

/// Addresses of sign-in itself lead nobody back.
pub(super) const OWN: &str = "/api/v1/auth/";

/// The path that was asked for if it is ours, else [`HOME`].
pub(super) fn path(asked: Option<&str>) -> String {
    let ours = asked.filter(|path| is_ours(path));
    ours.unwrap_or(HOME).to_owned()
}

/// Longer ones are none of ours, in bytes.
const LONGEST: usize = 2000;

/// Whether a browser that is led to it stays on this site, however it reads slashes, and sees a
/// page. No browser sends what stands behind `#`, and a parameter put there would be lost.
pub(crate) fn is_ours(path: &str) -> bool {
    let plain = |c: char| c.is_ascii_graphic() && c != '\\' && c != '#';
    let begins = path.starts_with('/') && !path.starts_with("//");
    if !begins || path.len() >= LONGEST || !path.chars().all(plain) {
        return false;
    }
    let site = Url::parse("https://licensetool.invalid/").expect("an address");
    let led = site.join(path);
    led.is_ok_and(|led| led.origin() == site.origin() && !led.path().starts_with(OWN))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_away() {
        let check = |asked: &str, expected: &str| assert_eq!(path(Some(asked)), expected);
        check("/", "/");
        check(
            "/licenses?level=low&q=%C3%BC",
            "/licenses?level=low&q=%C3%BC",
        );
        check("/alerts/7", "/alerts/7");
        for away in [
            "",
            "licenses",
            "//evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "\\\\evil.example",
            "https://evil.example/",
            "javascript:alert(1)",
            "/a\r\nSet-Cookie: x=y",
            "/%0d%0a/../../..//evil.example ",
            "/ü",
            "/api/v1/auth/logout",
            "/x/../api/v1/auth/login",
            "/licenses#x",
            &format!("/{}", "x".repeat(2000)),
        ] {
            check(away, HOME);
        }
        assert_eq!(path(None), HOME);
    }
}
