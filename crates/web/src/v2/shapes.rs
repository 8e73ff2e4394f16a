//! Shapes that several answers of version 2 share.

use domain::{Cause, Language, Level};
use serde::Serialize;
use utoipa::ToSchema;

use crate::moment::Moment;
use crate::words::Words;

/// Seats. `null` is a number that Microsoft did not give, never 0.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Units {
    enabled: Option<i64>,
    /// In the grace period and still usable.
    warning: Option<i64>,
    suspended: Option<i64>,
    locked_out: Option<i64>,
    consumed: Option<i64>,
    /// Enabled and warning together.
    assignable: Option<i64>,
    /// Assignable less consumed; negative when more is assigned than there is.
    free: Option<i64>,
}

impl From<domain::Units> for Units {
    fn from(units: domain::Units) -> Self {
        let domain::Units {
            enabled,
            warning,
            suspended,
            locked_out,
            consumed,
        } = units;
        Self {
            enabled,
            warning,
            suspended,
            locked_out,
            consumed,
            assignable: units.assignable(),
            free: units.free(),
        }
    }
}

/// The judgement of a product.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Judged {
    /// `enough`, `low`, `exhausted`, `over-assigned` or `unknown`. `null`: not judged, because it
    /// counts no seats, or has none and nobody holds one.
    #[schema(value_type = Option<String>, example = "low")]
    level: Option<&'static str>,
    /// The level in the reader's language.
    #[schema(value_type = Option<String>, example = "knapp")]
    level_name: Option<&'static str>,
    /// Why the level is unknown, in the reader's language.
    unknown_because: Option<String>,
}

impl Judged {
    pub(crate) fn new(level: Option<Level>, language: Language) -> Self {
        let why = match level {
            Some(Level::Unknown(why)) => Some(Words(language).unknown(why)),
            _ => None,
        };
        Self {
            level: level.map(Level::as_str),
            level_name: level.map(|level| Words(language).level(level)),
            unknown_because: why,
        }
    }

    /// The level's stable word.
    pub(crate) fn word(&self) -> Option<&'static str> {
        self.level
    }
}

/// Why nothing could be seen.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Gap {
    #[schema(value_type = String, example = "denied")]
    cause: &'static str,
    message: String,
    /// What to do about it.
    advice: String,
    since: Moment,
}

impl From<&domain::Gap> for Gap {
    fn from(gap: &domain::Gap) -> Self {
        Self {
            cause: Cause::as_str(gap.cause),
            message: gap.message.clone(),
            advice: gap.advice.clone(),
            since: Moment(gap.at),
        }
    }
}

/// A tenant of which nothing new could be seen.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Unseen {
    #[schema(example = "iseschool")]
    tenant: String,
    tenant_name: String,
    /// When its numbers were seen. `null`: never.
    as_of: Option<Moment>,
    /// `null`: it has not been asked yet.
    gap: Option<Gap>,
}

impl Unseen {
    /// `None`: the last look at the tenant saw it.
    pub(crate) fn of(tenant: &store::Tenant) -> Option<Self> {
        if tenant.seen_at.is_some() && tenant.gap.is_none() {
            return None;
        }
        Some(Self {
            tenant: tenant.key.to_string(),
            tenant_name: tenant.name.clone(),
            as_of: tenant.seen_at.map(Moment),
            gap: tenant.gap.as_ref().map(Gap::from),
        })
    }
}
