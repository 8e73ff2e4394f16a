//! German and English: which one a person wants.

use axum::http::{HeaderMap, HeaderValue, header};
use domain::Language;

use crate::problem::Error;
use crate::request;

/// The language that `Accept-Language` likes best among ours, else `fallback`.
pub(crate) fn accepted(headers: &HeaderMap, fallback: Language) -> Language {
    let accepted = headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok());
    accepted.map_or(fallback, |accepted| best(accepted, fallback))
}

/// The language that a parameter names, else as [`accepted`].
pub(crate) fn wanted(
    given: Option<&str>,
    headers: &HeaderMap,
    fallback: Language,
) -> Result<Language, Error> {
    match given {
        None => Ok(accepted(headers, fallback)),
        Some("de") => Ok(Language::German),
        Some("en") => Ok(Language::English),
        Some(other) => Err(request::not("language", other, "one of de, en")),
    }
}

fn best(accepted: &str, fallback: Language) -> Language {
    let wish = |part: &str| {
        let mut pieces = part.split(';').map(str::trim);
        let language = of_tag(pieces.next()?)?;
        let weight = pieces.find_map(|piece| piece.strip_prefix("q=")?.parse::<f32>().ok());
        Some((weight.unwrap_or(1.0), language))
    };
    let mut best = (0.0, fallback);
    for wish in accepted.split(',').filter_map(wish) {
        if wish.0 > best.0 {
            best = wish;
        }
    }
    best.1
}

/// `de`, `de-CH`, `en`, `EN-us` …
fn of_tag(tag: &str) -> Option<Language> {
    match tag.split('-').next()?.to_ascii_lowercase().as_str() {
        "de" => Some(Language::German),
        "en" => Some(Language::English),
        _ => None,
    }
}

pub(crate) fn tag(language: Language) -> &'static str {
    match language {
        Language::German => "de",
        Language::English => "en",
    }
}

/// For an answer in one of the languages: which one, and that another reader may get another.
pub(crate) fn headers(language: Language) -> [(header::HeaderName, HeaderValue); 2] {
    [
        (
            header::CONTENT_LANGUAGE,
            HeaderValue::from_static(tag(language)),
        ),
        (header::VARY, HeaderValue::from_static("accept-language")),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_liked_of_our_languages_wins() {
        use Language::{English, German};
        for (accepted, fallback, expected) in [
            ("de-CH,de;q=0.9,en;q=0.8", English, German),
            ("en-GB", German, English),
            ("fr;q=0.9,en;q=0.5,de;q=0.4", German, English),
            ("fr, it", German, German),
            ("fr, it", English, English),
            ("de;q=0,en;q=0.1", German, English),
            ("EN", German, English),
            ("", English, English),
            ("*;q=x,;;,-", German, German),
        ] {
            assert_eq!(best(accepted, fallback), expected, "{accepted}");
        }
    }
}
