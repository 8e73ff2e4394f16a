//! The dates themselves, in their order, and what the store knows of each.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use domain::{Past, Subscription, TenantKey};
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
        }
    }

    /// [`Date::place`], borrowed.
    fn order(&self) -> (Timestamp, &str, &str) {
        (self.at, self.tenant.key.as_str(), &self.purchase.id)
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

/// All dates from now on, the next first: of the tenant `only`, or of all that are switched on.
pub(crate) async fn all(
    app: &App,
    now: Timestamp,
    only: Option<&str>,
    before: Option<Timestamp>,
) -> Result<Vec<Date>, Error> {
    let to_come = |at| at >= now && before.is_none_or(|before| at < before);
    let mut dates = Vec::new();
    let mut add = |tenant: &Arc<Tenant>, dated: &[Dated]| {
        let dated = dated.iter().filter(|dated| to_come(dated.at));
        dates.extend(dated.map(|dated| Date::of(tenant, dated)));
    };
    match only {
        Some(given) => {
            let key = present(app.store(), given).await?.key;
            if let Some(state) = app.store().state(&key).await? {
                let dated = overview::dated_of(app, &state).await?;
                add(&Arc::new(state.tenant), &dated);
            }
        }
        None => {
            let overview = overview::overview(app).await?;
            for seen in overview.tenants.iter() {
                add(&seen.tenant, &seen.dated);
            }
        }
    }
    dates.sort_by(|a, b| a.order().cmp(&b.order()));
    // Microsoft should not repeat an id; a page must not depend on it.
    dates.dedup_by(|a, b| a.order() == b.order());
    Ok(dates)
}

/// What the store knows of purchases, read once a tenant.
pub(crate) struct Known<'a> {
    app: &'a App,
    renewals: HashMap<TenantKey, BTreeMap<String, domain::Renewal>>,
}

impl<'a> Known<'a> {
    pub(crate) fn new(app: &'a App) -> Self {
        Self {
            app,
            renewals: HashMap::new(),
        }
    }

    pub(crate) async fn renewal(&mut self, date: &Date) -> Result<domain::Renewal, Error> {
        let (key, id) = (&date.tenant.key, &date.purchase.id);
        if !self.renewals.contains_key(key) {
            let read = self.app.store().renewals(key).await?;
            self.renewals.insert(key.clone(), read);
        }
        let known = self.renewals.get(key).and_then(|known| known.get(id));
        Ok(known.cloned().unwrap_or_else(|| domain::renewal(&[], None)))
    }

    /// Seats that nobody used since the term began, or since history does.
    pub(crate) async fn unused(
        &self,
        date: &Date,
        now: Timestamp,
    ) -> Result<Option<Unused>, Error> {
        let (store, key) = (self.app.store(), &date.tenant.key);
        let from = date.purchase.term_began(now);
        let history = store.history(key, date.purchase.sku_id, from, now).await?;
        let past = Past::from(history);
        let first = past.readings.first().map(|reading| reading.from);
        let seats = domain::unused(&past, from, now);
        Ok(seats.zip(first).map(|(seats, first)| Unused {
            seats,
            since: first.max(from),
        }))
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
