//! Every kind of problem in one table: its stable name, its status, and what to do about it.

mod german;

use axum::http::StatusCode;
use domain::Language;

/// A kind of problem. Each has a page at its URI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    InvalidParameter,
    InvalidBody,
    UnsupportedMediaType,
    BodyTooLarge,
    NotFound,
    MethodNotAllowed,
    UnknownTenant,
    UnknownLicense,
    UnknownRefresh,
    UnknownAlert,
    UnknownDelivery,
    UnknownSubscription,
    TenantDisabled,
    AlertEnded,
    Overtaken,
    CollectionFailed,
    CollectionTooSlow,
    NotCollectedYet,
    ForeignHost,
    ForeignOrigin,
    SignInNeeded,
    InvalidToken,
    RoleMissing,
    SignInRefused,
    SignInUnavailable,
    TooManyRequests,
    StoreUnavailable,
    NotReady,
    LoopStuck,
    TooSlow,
    Internal,
}

impl Kind {
    pub(crate) const ALL: [Self; 31] = [
        Self::InvalidParameter,
        Self::InvalidBody,
        Self::UnsupportedMediaType,
        Self::BodyTooLarge,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::UnknownTenant,
        Self::UnknownLicense,
        Self::UnknownRefresh,
        Self::UnknownAlert,
        Self::UnknownDelivery,
        Self::UnknownSubscription,
        Self::TenantDisabled,
        Self::AlertEnded,
        Self::Overtaken,
        Self::CollectionFailed,
        Self::CollectionTooSlow,
        Self::NotCollectedYet,
        Self::ForeignHost,
        Self::ForeignOrigin,
        Self::SignInNeeded,
        Self::InvalidToken,
        Self::RoleMissing,
        Self::SignInRefused,
        Self::SignInUnavailable,
        Self::TooManyRequests,
        Self::StoreUnavailable,
        Self::NotReady,
        Self::LoopStuck,
        Self::TooSlow,
        Self::Internal,
    ];

    pub(crate) fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.slug() == slug)
    }

    pub(crate) fn uri(self) -> String {
        format!("/problems/{}", self.slug())
    }

    pub(crate) fn slug(self) -> &'static str {
        self.row().0
    }

    pub(crate) fn status(self) -> StatusCode {
        match self {
            Self::InvalidParameter | Self::InvalidBody => StatusCode::BAD_REQUEST,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NotFound
            | Self::UnknownTenant
            | Self::UnknownLicense
            | Self::UnknownRefresh
            | Self::UnknownAlert
            | Self::UnknownDelivery
            | Self::UnknownSubscription => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::TenantDisabled | Self::AlertEnded => StatusCode::CONFLICT,
            Self::Overtaken => StatusCode::PRECONDITION_FAILED,
            Self::CollectionFailed | Self::SignInUnavailable => StatusCode::BAD_GATEWAY,
            Self::CollectionTooSlow => StatusCode::GATEWAY_TIMEOUT,
            Self::NotCollectedYet
            | Self::StoreUnavailable
            | Self::NotReady
            | Self::LoopStuck
            | Self::TooSlow => StatusCode::SERVICE_UNAVAILABLE,
            Self::ForeignHost => StatusCode::MISDIRECTED_REQUEST,
            Self::ForeignOrigin | Self::RoleMissing | Self::SignInRefused => StatusCode::FORBIDDEN,
            Self::SignInNeeded | Self::InvalidToken => StatusCode::UNAUTHORIZED,
            Self::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    pub(crate) fn title(self) -> &'static str {
        self.row().1
    }

    pub(crate) fn title_in(self, language: Language) -> &'static str {
        match language {
            Language::English => self.title(),
            Language::German => german::row(self).0,
        }
    }

    pub(crate) fn help_in(self, language: Language) -> &'static str {
        match language {
            Language::English => self.help(),
            Language::German => german::row(self).1,
        }
    }

    /// What to do about it.
    pub(crate) fn help(self) -> &'static str {
        self.row().2
    }

    #[rustfmt::skip]
    fn row(self) -> Row {
        match self {
            Self::InvalidParameter => ("invalid-parameter", "A query parameter is not understood",
                "The detail names the parameter and what it may be. The API documentation lists \
                 the parameters of every operation; parameters it does not list are refused, so \
                 that a misspelt filter never looks like an answer to it."),
            Self::InvalidBody => ("invalid-body", "The request's body is not understood",
                "The detail names the place in the body and what belongs there."),
            Self::UnsupportedMediaType => UNSUPPORTED_MEDIA_TYPE,
            Self::BodyTooLarge => ("body-too-large", "The request's body is too large",
                "A body may have up to 64 KiB. Split the request."),
            Self::NotFound => ("not-found", "Nothing is here",
                "The API documentation lists what there is."),
            Self::MethodNotAllowed => ("method-not-allowed", "This address has no such method",
                "The Allow header of the answer names the methods that it has."),
            Self::UnknownTenant => ("unknown-tenant", "There is no such tenant",
                "A tenant is named by its key: the short name in its profile's file name, in \
                 lower case. GET /api/v2/tenants lists all keys. A tenant appears when its \
                 profile lies in the home folder."),
            Self::UnknownLicense => ("unknown-license", "There is no such licence",
                "The tenant has no product with this id, now or in the time asked for; or no \
                 manually kept licence has this id."),
            Self::UnknownRefresh => ("unknown-refresh", "There is no such refresh",
                "Refreshes are forgotten some time after they are done. Order a new one with \
                 POST /api/v2/refreshes."),
            Self::UnknownAlert => ("unknown-alert", "There is no such alert",
                "GET /api/v2/alerts lists the alerts that go on, and with state=resolved those \
                 that are over."),
            Self::UnknownDelivery => UNKNOWN_DELIVERY,
            Self::UnknownSubscription => ("unknown-subscription", "There is no such subscription",
                "The tenant never had a subscription with this id. GET /api/v2/subscriptions \
                 lists those it has."),
            Self::TenantDisabled => ("tenant-disabled", "The tenant is switched off",
                "A tenant that is switched off is not collected. Switch it on, or leave it out."),
            Self::AlertEnded => ALERT_ENDED,
            Self::Overtaken => OVERTAKEN,
            Self::CollectionFailed => COLLECTION_FAILED,
            Self::CollectionTooSlow => COLLECTION_TOO_SLOW,
            Self::NotCollectedYet => ("not-collected-yet", "The tenant has not been collected yet",
                "A tenant that was just added is collected within seconds. One that is switched \
                 off waits until it is switched on."),
            Self::ForeignHost => FOREIGN_HOST,
            Self::ForeignOrigin => ("foreign-origin", "Another site's page may not do this",
                "Requests that change something are taken from this site's own pages and from \
                 programs, not from pages of other sites."),
            Self::SignInNeeded => SIGN_IN_NEEDED,
            Self::InvalidToken => INVALID_TOKEN,
            Self::RoleMissing => ROLE_MISSING,
            Self::SignInRefused => SIGN_IN_REFUSED,
            Self::SignInUnavailable => SIGN_IN_UNAVAILABLE,
            Self::TooManyRequests => TOO_MANY_REQUESTS,
            Self::StoreUnavailable => ("store-unavailable", "The store cannot be reached",
                "The database is busy or away. Try again after the seconds in Retry-After; if it \
                 lasts, /readyz and the log say more."),
            Self::NotReady => ("not-ready", "The service is not ready",
                "The store cannot be reached, or its schema is not the one this version needs."),
            Self::LoopStuck => ("loop-stuck", "A loop does not turn",
                "The named loop has not turned within its time. The log says what it waits for; \
                 a restart is safe."),
            Self::TooSlow => ("too-slow", "The answer took too long",
                "The request was given up, for it took longer than the detail says. Ask for less, \
                 or try again later."),
            Self::Internal => ("internal", "Something went wrong here",
                "The fault is not in the request. The log has the cause under the request's id, \
                 which stands in the answer's X-Request-Id header."),
        }
    }
}

/// Name, title and help.
type Row = (&'static str, &'static str, &'static str);

#[rustfmt::skip]
const TOO_MANY_REQUESTS: Row = ("too-many-requests", "Too many tries",
    "Too many sign-ins, or tokens that are none, came from this address. Try again \
    after the seconds in Retry-After.");

#[rustfmt::skip]
const SIGN_IN_NEEDED: Row = ("sign-in-needed", "Signing in is needed",
    "People sign in at /api/v1/auth/login. Programs send a bearer token of the same \
    Entra app in the Authorization header.");

#[rustfmt::skip]
const FOREIGN_HOST: Row = ("foreign-host", "This name is not served",
    "Without sign-in, only requests to localhost, 127.0.0.1 or [::1] are answered, so that \
    no web page from elsewhere can read along.");

#[rustfmt::skip]
const INVALID_TOKEN: Row = ("invalid-token", "The bearer token is not accepted",
    "The detail says what is wrong with it. Ask Entra for a new one, for the scope \
     api://<client id>/.default of the app for sign-in; its tokens must be of version 2.");

#[rustfmt::skip]
const ROLE_MISSING: Row = ("role-missing", "Your role does not allow this",
    "Readers look, operators change what is watched and told, admins add tenants and \
     read the audit log. Roles are assigned in Entra, at the app for sign-in; a new \
     one counts from the next sign-in on.");

#[rustfmt::skip]
const SIGN_IN_REFUSED: Row = ("sign-in-refused", "You could not be signed in",
    "The detail says why, with Entra's own number (AADSTS…) where there is one. \
     Begin anew at /api/v1/auth/login.");

#[rustfmt::skip]
const SIGN_IN_UNAVAILABLE: Row = ("sign-in-unavailable", "Sign-in does not work at the moment",
    "Entra cannot be reached, or does not accept this program's app. The log says \
     more; `licensetool config check` looks at the app's profile.");

#[rustfmt::skip]
const UNSUPPORTED_MEDIA_TYPE: Row = ("unsupported-media-type",
    "The request's body is of another kind than this address takes",
    "The API takes JSON, with the header Content-Type: application/json. Forms of pages are sent \
     as browsers do, URL-encoded.");

#[rustfmt::skip]
const COLLECTION_FAILED: Row = ("collection-failed", "The tenant could not be collected",
    "No collection of this tenant has ever succeeded, so there is no number to show; \
     or the one that was asked for just now failed. The members cause, advice and \
     since say why, and what ends it.");

#[rustfmt::skip]
const COLLECTION_TOO_SLOW: Row = ("collection-too-slow",
    "Microsoft was not heard in time",
    "The collection, or bringing SharePoint up to date after it, goes on without the \
     request. GET /api/v1/licenses/status/show has the numbers as soon as they are \
     there; POST /api/v2/refreshes orders the same without waiting.");

#[rustfmt::skip]
const OVERTAKEN: Row = ("overtaken", "Somebody else was faster",
    "It is not what you saw any more, so nothing was changed. Read it again, and send \
     the new ETag as If-Match if the change is still wanted.");

#[rustfmt::skip]
const UNKNOWN_DELIVERY: Row = ("unknown-delivery", "There is no such delivery to try again",
    "GET /api/v2/deliveries lists all deliveries with their message and channel. One \
     that was delivered is not sent again.");

#[rustfmt::skip]
const ALERT_ENDED: Row = ("alert-ended", "The alert is over",
    "What is resolved stays so. If the concern comes back, a new alert opens, and can \
     be acted on.");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_name_of_its_own() {
        for kind in Kind::ALL {
            assert_eq!(Kind::from_slug(kind.slug()), Some(kind));
            assert!(kind.status().is_client_error() || kind.status().is_server_error());
        }
        assert_eq!(Kind::from_slug("fine"), None);
    }

    #[test]
    fn every_kind_stands_in_the_documentation_under_its_status() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/api.md");
        let page = std::fs::read_to_string(path).unwrap();
        for kind in Kind::ALL {
            let (slug, status) = (format!("`{}`", kind.slug()), kind.status().as_u16());
            let row = page
                .lines()
                .find(|line| line.starts_with('|') && line.contains(&slug));
            let row = row.unwrap_or_else(|| panic!("{slug} is not in docs/api.md"));
            assert!(row.contains(&format!("| {status} |")), "{slug}: {row}");
        }
    }
}
