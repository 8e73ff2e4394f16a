//! The address somebody is at with another parameter, and the way back there after a form.

use axum::response::Redirect;

use crate::auth::back::is_ours;

/// What only the answer to a form says; it does not travel on.
const DONE: &str = "done";

/// Where somebody is, with a parameter set anew. `value` is of letters that need no escape.
pub(crate) fn with(here: &str, name: &str, value: &str) -> String {
    let rest = without(here, name);
    let mark = if rest.contains('?') { '&' } else { '?' };
    format!("{rest}{mark}{name}={value}")
}

/// Where somebody is, without a parameter.
pub(crate) fn without(here: &str, name: &str) -> String {
    let (path, query) = here.split_once('?').unwrap_or((here, ""));
    let stays = |part: &&str| {
        let given = part.split('=').next().unwrap_or_default();
        !given.is_empty() && given != name && given != DONE
    };
    let rest: Vec<&str> = query.split('&').filter(stays).collect();
    match rest.is_empty() {
        true => path.to_owned(),
        false => format!("{path}?{}", rest.join("&")),
    }
}

/// Where a form leads back to: the page it was on, without what was done before.
pub(crate) fn back_to(here: &str) -> String {
    without(here, DONE)
}

/// Leads back to where a form was, with a word for what was done. What does not look like a page
/// of ours is not followed.
pub(crate) fn back(given: Option<&str>, otherwise: &str, done: &str) -> Redirect {
    let place = given.filter(|given| is_ours(given)).unwrap_or(otherwise);
    Redirect::to(&with(place, DONE, done))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_set_anew_and_what_was_done_is_forgotten() {
        for (here, expected) in [
            ("/alerts", "/alerts?cursor=x"),
            ("/alerts?q=a%26b", "/alerts?q=a%26b&cursor=x"),
            (
                "/alerts?cursor=old&q=a&done=snoozed",
                "/alerts?q=a&cursor=x",
            ),
            ("/alerts?&&q=a", "/alerts?q=a&cursor=x"),
        ] {
            assert_eq!(with(here, "cursor", "x"), expected);
        }
        assert_eq!(back_to("/alerts?done=snoozed"), "/alerts");
    }

    #[test]
    fn a_form_leads_back_to_pages_of_ours_alone() {
        for (given, led) in [
            (Some("/alerts?q=a"), true),
            (Some("/alerts/7"), true),
            (Some("//evil.example"), false),
            (Some("/\\evil.example"), false),
            (Some("https://evil.example"), false),
            (Some("evil"), false),
            (Some("/a\r\nb"), false),
            (Some("/alerts#a"), false),
            (Some("/x/../api/v1/auth/logout"), false),
            (Some(""), false),
            (None, false),
        ] {
            let redirect = axum::response::IntoResponse::into_response(back(given, "/x", "well"));
            let to = redirect.headers()["location"].to_str().unwrap();
            let expected = match (led, given) {
                (true, Some(given)) => with(given, DONE, "well"),
                _ => "/x?done=well".to_owned(),
            };
            assert_eq!(
                (to, redirect.status().as_u16()),
                (&*expected, 303),
                "{given:?}"
            );
        }
    }
}
