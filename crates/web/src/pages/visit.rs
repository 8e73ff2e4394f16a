//! What every page knows of its reader: language, place, who it is, and where they are.

use axum::extract::FromRequestParts;
use axum::http::header::{CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, SET_COOKIE, VARY};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::Language;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use store::Tenant;
use uuid::Uuid;

use askama::Template;

use crate::auth::Auth;
use crate::auth::cookie;
use crate::caller::{Caller, Identity, Role};
use crate::problem::Error;
use crate::state::App;
use crate::words::Words;
use crate::{answer, format, language};

use super::back;

/// Remembers the language that somebody chose: for a year, in seconds.
const REMEMBERED: u32 = 365 * 24 * 60 * 60;
const LANGUAGE: &str = "language";

/// A reader's visit to a page.
#[derive(Clone, Debug)]
pub(crate) struct Visit {
    pub(crate) w: Words,
    pub(crate) visitor: Option<Caller>,
    pub(crate) now: Timestamp,
    pub(crate) zone: TimeZone,
    /// Which style and script this very page may load.
    pub(crate) nonce: String,
    /// Path and query without the language and without what was just done.
    here: String,
    /// Whether this visit chose the language, so that the next ones keep it.
    chosen: bool,
    /// Whether sessions travel only over HTTPS.
    secure: bool,
}

impl FromRequestParts<App> for Visit {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let given = language_of(parts.uri.query().unwrap_or_default());
        let wanted = given.or(remembered(&parts.headers));
        let language = language::wanted(wanted, &parts.headers, app.language())?;
        let chosen = given.is_some();
        Ok(Self::in_language(parts, app, language, chosen))
    }
}

impl Visit {
    /// The same where a failure is told: a language that is none has failed already.
    pub(crate) fn whatever_language(parts: &Parts, app: &App) -> Self {
        let given = language_of(parts.uri.query().unwrap_or_default());
        let wanted = |given| language::wanted(given, &parts.headers, app.language()).ok();
        let (language, chosen) = match given.map(|given| wanted(Some(given))) {
            Some(Some(language)) => (language, true),
            _ => {
                let remembered = wanted(remembered(&parts.headers));
                let accepted = || language::accepted(&parts.headers, app.language());
                (remembered.unwrap_or_else(accepted), false)
            }
        };
        Self::in_language(parts, app, language, chosen)
    }

    fn in_language(parts: &Parts, app: &App, language: Language, chosen: bool) -> Self {
        Self {
            w: Words(language),
            visitor: Identity::caller(parts).cloned(),
            now: app.now(),
            zone: app.options().time_zone.clone(),
            nonce: URL_SAFE_NO_PAD.encode(Uuid::new_v4().as_bytes()),
            here: here(parts.uri.path(), parts.uri.query().unwrap_or_default()),
            chosen,
            secure: app.auth().is_some_and(Auth::is_secure),
        }
    }

    pub(crate) fn language(&self) -> Language {
        self.w.0
    }

    /// As HTML names it.
    pub(crate) fn lang(&self) -> &'static str {
        language::tag(self.language())
    }

    pub(crate) fn other_lang(&self) -> &'static str {
        match self.language() {
            Language::German => "en",
            Language::English => "de",
        }
    }

    /// This page in the other language.
    pub(crate) fn other_language_here(&self) -> String {
        back::with(&self.here, LANGUAGE, self.other_lang())
    }

    /// The way to sign in that leads back here; from the start page to the licences.
    pub(crate) fn sign_in(&self) -> String {
        let back = if self.here == "/" {
            "/licenses"
        } else {
            &self.here
        };
        super::failure::sign_in_from(back)
    }

    /// The same visit of somebody who was found out only now.
    pub(crate) fn of(self, visitor: Option<Caller>) -> Self {
        Self { visitor, ..self }
    }

    /// The same visit of another page.
    pub(crate) fn at(self, path: &str) -> Self {
        Self {
            here: path.to_owned(),
            ..self
        }
    }

    pub(crate) fn here(&self) -> &str {
        &self.here
    }

    /// Whether the reader may do what takes this role.
    pub(crate) fn may(&self, role: Role) -> bool {
        self.visitor
            .as_ref()
            .is_some_and(|caller| caller.role >= role)
    }

    pub(crate) fn may_act(&self) -> bool {
        self.may(Role::Operator)
    }

    pub(crate) fn may_administer(&self) -> bool {
        self.may(Role::Admin)
    }

    pub(crate) fn number(&self, number: i64) -> String {
        format::number(number, self.language())
    }

    /// A number that Microsoft may not have given.
    pub(crate) fn number_or_unknown(&self, number: Option<i64>) -> String {
        number.map_or_else(|| "?".to_owned(), |number| self.number(number))
    }

    pub(crate) fn date(&self, at: Timestamp) -> String {
        format::date(at, &self.zone, self.language())
    }

    /// The first day that is wholly ahead, at the reader's place.
    pub(crate) fn tomorrow(&self) -> Date {
        let today = self.now.to_zoned_datetime(self.zone.clone()).date();
        today.saturating_add(Span::new().days(1))
    }

    pub(crate) fn time(&self, at: Timestamp) -> String {
        format::time(at, &self.zone, self.language())
    }

    pub(crate) fn age(&self, at: Timestamp) -> String {
        format::age(at, self.now, self.w)
    }

    /// When something is due.
    pub(crate) fn due(&self, at: Timestamp) -> String {
        format::due(at, self.now, self.w)
    }

    /// How long the certificate with which the tenant is asked lasts.
    pub(crate) fn certificate(&self, tenant: &Tenant) -> Option<String> {
        let ends = tenant.certificate.as_ref()?.ends;
        let date = self.date(ends);
        Some(if ends > self.now {
            self.w.tenant_certificate_ends(date, self.age(ends))
        } else {
            self.w.tenant_certificate_over(date)
        })
    }

    /// The page with the headers that pages need.
    pub(crate) fn render(&self, page: &impl Template) -> Result<Response, Error> {
        let html = page.render();
        let html = html.map_err(|error| Error::internal(format!("a template: {error}")))?;
        let mut response = answer::page(html);
        let headers = response.headers_mut();
        headers.insert(CONTENT_SECURITY_POLICY, policy(&self.nonce));
        let lang = HeaderValue::from_static(self.lang());
        headers.insert(CONTENT_LANGUAGE, lang);
        headers.insert(VARY, HeaderValue::from_static("accept-language, cookie"));
        self.keep_language(headers);
        Ok(response)
    }

    /// Remembers the language, if this visit chose it.
    pub(crate) fn keep_language(&self, headers: &mut HeaderMap) {
        if self.chosen {
            headers.append(SET_COOKIE, self.remember());
        }
    }

    fn remember(&self) -> HeaderValue {
        let secure = if self.secure { "; Secure" } else { "" };
        let lang = self.lang();
        let cookie = format!(
            "{LANGUAGE}={lang}; Path=/; Max-Age={REMEMBERED}; SameSite=Lax; HttpOnly{secure}"
        );
        HeaderValue::try_from(cookie).expect("a cookie of letters and digits")
    }
}

/// A page loads its style and its script, hears from us, and is framed by nobody.
fn policy(nonce: &str) -> HeaderValue {
    let policy = format!(
        "default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; \
         img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'"
    );
    HeaderValue::try_from(policy).expect("a policy of ASCII letters and signs")
}

fn language_of(query: &str) -> Option<&str> {
    let mut parts = query.split('&');
    parts.find_map(|part| part.strip_prefix("language="))
}

/// Path and query without the language, as a link. One that began with two slashes, or with one
/// that leans back, would lead to another host.
fn here(path: &str, query: &str) -> String {
    let path = path.trim_start_matches(['/', '\\']);
    back::without(&format!("/{path}?{query}"), LANGUAGE)
}

/// The language of an earlier choice. A cookie that says nonsense says nothing.
fn remembered(headers: &HeaderMap) -> Option<&'static str> {
    match cookie::value(headers, LANGUAGE)? {
        "de" => Some("de"),
        "en" => Some("en"),
        _ => None,
    }
}
