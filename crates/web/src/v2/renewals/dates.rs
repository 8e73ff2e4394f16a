//! The dates themselves, in their order, and the seats that nobody used.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use domain::{Outlook, Past, Renewal, SkuId, Subscription, TenantKey};
use jiff::{SignedDuration, Timestamp};
use store::Tenant;

use crate::overview::{self, Dated};
use crate::problem::Error;
use crate::state::App;
use crate::v2::page;
use crate::v2::walk::present;

/// Only for what comes within so many days is history read: nobody decides earlier.
pub(crate) const MEASURED: i64 = 90;

/// A purchase that comes to its date.
#[derive(Clone, Debug)]
pub(crate) struct Date {
    pub(crate) tenant: Arc<Tenant>,
    pub(crate) purchase: Arc<Subscription>,
    pub(crate) at: Timestamp,
    /// `None`: nobody is told.
    pub(crate) told_from: Option<Timestamp>,
    pub(crate) renewal: Renewal,
}

/// Which dates.
#[derive(Debug)]
pub(crate) struct Which<'a> {
    pub(crate) now: Timestamp,
    /// Of this tenant alone, by key. `None`: of all that are switched on.
    pub(crate) tenant: Option<&'a str>,
    pub(crate) before: Option<Timestamp>,
    /// Only of which this is known.
    pub(crate) outlook: Option<Outlook>,
    /// Only what follows this place.
    pub(crate) after: Option<Place>,
    /// At most so many.
    pub(crate) limit: usize,
}

/// Where a date stands in the list: by time, tenant and subscription.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    at: Timestamp,
    tenant: String,
    subscription: String,
}

/// Seats that nobody needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unused {
    pub(crate) seats: i64,
    pub(crate) since: Timestamp,
}

impl Place {
    pub(crate) fn text(&self) -> String {
        let at = self.at.as_millisecond();
        format!("{at}/{}/{}", self.tenant, self.subscription)
    }

    /// From a cursor.
    pub(crate) fn parse(cursor: &str) -> Option<Self> {
        let text = page::plain(cursor)?;
        let mut parts = text.splitn(3, '/');
        let at = parts.next()?.parse().ok()?;
        Some(Self {
            at: Timestamp::from_millisecond(at).ok()?,
            tenant: parts.next()?.to_owned(),
            subscription: parts.next()?.to_owned(),
        })
    }
}

impl Date {
    fn of(tenant: &Arc<Tenant>, dated: &Dated) -> Self {
        Self {
            tenant: tenant.clone(),
            purchase: dated.purchase.clone(),
            at: dated.at,
            told_from: dated.told_from,
            renewal: dated.renewal.clone(),
        }
    }

    /// Whether it comes so soon that somebody decides by what was used.
    pub(crate) fn is_measured(&self, now: Timestamp) -> bool {
        let ahead = SignedDuration::from_hours(24 * MEASURED);
        self.at < now.saturating_add(ahead).unwrap_or(Timestamp::MAX)
    }

    pub(crate) fn place(&self) -> Place {
        Place {
            at: self.at,
            tenant: self.tenant.key.to_string(),
            subscription: self.purchase.id.clone(),
        }
    }
}

impl Which<'_> {
    fn takes(&self, tenant: &Tenant, dated: &Dated) -> bool {
        let after = self.after.as_ref();
        dated.at >= self.now
            && self.before.is_none_or(|before| dated.at < before)
            && self.outlook.is_none_or(|it| it == dated.renewal.outlook)
            && after.is_none_or(|after| order(tenant, dated) > after.order())
    }
}

impl Place {
    fn order(&self) -> (Timestamp, &str, &str) {
        (self.at, &self.tenant, &self.subscription)
    }
}

fn order<'a>(tenant: &'a Tenant, dated: &'a Dated) -> (Timestamp, &'a str, &'a str) {
    (dated.at, tenant.key.as_str(), &dated.purchase.id)
}

/// Dates to come, the next first, and whether there are more than are asked for.
pub(crate) async fn next(app: &App, which: &Which<'_>) -> Result<(Vec<Date>, bool), Error> {
    let Some(given) = which.tenant else {
        let overview = overview::overview(app).await?;
        let on = overview.on();
        return Ok(pick(on.map(|seen| (&seen.tenant, &*seen.dated)), which));
    };
    let key = present(app.store(), given).await?.key;
    let Some(state) = app.store().state(&key).await? else {
        return Ok((Vec::new(), false));
    };
    let dated = overview::dated_of(app, &state).await?;
    let tenant = Arc::new(state.tenant);
    Ok(pick([(&tenant, &*dated)].into_iter(), which))
}

/// Only those that are asked for are brought into order: there may be very many others.
fn pick<'a>(
    tenants: impl Iterator<Item = (&'a Arc<Tenant>, &'a [Dated])>,
    which: &Which<'_>,
) -> (Vec<Date>, bool) {
    let limit = which.limit;
    let (mut found, mut more) = (Vec::new(), false);
    // Nothing that comes later can be among them.
    let mut latest = Timestamp::MAX;
    for (tenant, dated) in tenants {
        let in_time = dated.iter().filter(|dated| dated.at <= latest);
        let dated = in_time.filter(|dated| which.takes(tenant, dated));
        found.extend(dated.map(|dated| (tenant, dated)));
        if found.len() > limit.saturating_mul(4) {
            more = true;
            let (_, last, _) = found.select_nth_unstable_by(limit - 1, compare);
            latest = last.1.at;
            found.truncate(limit);
        }
    }
    found.sort_unstable_by(compare);
    more |= found.len() > limit;
    found.truncate(limit);
    let dates = found
        .into_iter()
        .map(|(tenant, dated)| Date::of(tenant, dated));
    (dates.collect(), more)
}

type Found<'a> = (&'a Arc<Tenant>, &'a Dated);

fn compare(a: &Found<'_>, b: &Found<'_>) -> Ordering {
    order(a.0, a.1).cmp(&order(b.0, b.1))
}

/// More answers than these are not kept: about a hundred bytes each.
const KEPT: usize = 50_000;

/// What it is kept under: whose, of what, and since when.
type Key = (TenantKey, SkuId, Timestamp);

/// For how long it holds: until the tenant changes, or the day does.
type Of = (Option<Timestamp>, i64);

/// Seats that nobody used, as they were found before.
pub(crate) type KeptUnused = HashMap<Key, (Of, Option<Unused>)>;

impl Date {
    /// Seats of the product that nobody used since the term began, or since history does.
    pub(crate) async fn unused(&self, app: &App, now: Timestamp) -> Result<Option<Unused>, Error> {
        let (tenant, sku) = (&self.tenant, self.purchase.sku_id);
        let from = self.purchase.term_began(now);
        let key = (tenant.key.clone(), sku, from);
        let of = (tenant.changed_at, now.as_second().div_euclid(86_400));
        if let Some((kept, unused)) = app.unused().get(&key)
            && *kept == of
        {
            return Ok(*unused);
        }
        let past = Past::from(app.store().history(&tenant.key, sku, from, now).await?);
        let first = past.readings.first().map(|reading| reading.from);
        let seats = domain::unused(&past, from, now);
        let unused = seats.zip(first).map(|(seats, first)| Unused {
            seats,
            since: first.max(from),
        });
        let mut kept = app.unused();
        if kept.len() >= KEPT {
            kept.clear();
        }
        kept.insert(key, (of, unused));
        Ok(unused)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_place_survives_its_text(
            at in 0..4_000_000_000_000_i64, tenant in "[a-z0-9-]{1,40}", subscription in ".{1,40}",
        ) {
            let at = Timestamp::from_millisecond(at).unwrap();
            let place = Place { at, tenant, subscription };
            prop_assert_eq!(Place::parse(&page::opaque(&place.text())), Some(place));
        }

        #[test]
        fn no_text_is_too_odd_to_be_refused(text in ".{0,80}") {
            drop(Place::parse(&page::opaque(&text)));
        }
    }
}
