//! Gathers a report from the store.

use std::collections::BTreeMap;

use domain::{Snapshot, TenantKey};
use jiff::{SignedDuration, Timestamp};
use store::{State, Store, Unseen};

use crate::problem::Error;
use crate::search::folded;
use crate::v2::{Lens, then};
use crate::words::Words;

use super::alerts::{self, Alert};
use super::doubts::{Doubts, NO_PRODUCT};
use super::licences::{Ground, Licence};
use super::month::Span;
use super::orders::Order;
use super::purchases::Purchases;

/// All that is told of a month.
pub(super) struct Content {
    /// The last look at or before the end; `None`: the tenant was not seen by then.
    pub(super) as_of: Option<Timestamp>,
    /// What needs somebody first stands first.
    pub(super) licences: Vec<Licence>,
    pub(super) orders: Vec<Order>,
    pub(super) alerts: Vec<Alert>,
    pub(super) purchases: Purchases,
    pub(super) doubts: Doubts,
}

pub(super) async fn content(
    store: &Store,
    key: &TenantKey,
    lens: &Lens,
    span: &Span,
) -> Result<Content, Error> {
    let alerts = alerts::of_month(store, key, lens, span).await?;
    let unseen = store
        .history(key, NO_PRODUCT, span.from, span.until)
        .await?;
    let mut doubts = Doubts::default();
    let known = match store.state(key).await? {
        Some(State {
            snapshot: Some(mut now),
            ..
        }) => {
            then::hide(&mut now, key, lens);
            let purchases = purchases(store, key, &now, (lens, span)).await?;
            let licences = licences(store, key, &now, (lens, span), &unseen.unseen).await?;
            (licences, purchases)
        }
        _ => ((Vec::new(), None, None), nothing()),
    };
    let ((mut licences, as_of, begins), purchases) = known;
    licences.sort_by_cached_key(|it| (std::cmp::Reverse(it.rank()), folded(&it.product)));
    doubts.begins = begins.filter(|begins| *begins > span.from);
    doubts.subscriptions_not_seen = as_of.is_some() && purchases.from.is_none();
    doubts.subscriptions_begin = purchases.from.filter(|from| *from > span.from);
    doubts.subscriptions_gone = i64::try_from(purchases.gone).unwrap_or(i64::MAX);
    doubts.add_gaps(unseen.unseen, lens.stale_after(key), span);
    licences
        .iter()
        .for_each(|licence| doubts.add_licence(licence));
    let words = Words(lens.language);
    let order = |licence: &Licence| Order::of(licence, span, words);
    Ok(Content {
        as_of,
        orders: licences.iter().filter_map(order).collect(),
        licences,
        alerts,
        purchases,
        doubts,
    })
}

fn nothing() -> Purchases {
    Purchases {
        renewals: Vec::new(),
        changes: Vec::new(),
        from: None,
        gone: 0,
    }
}

async fn purchases(
    store: &Store,
    key: &TenantKey,
    now: &Snapshot,
    (lens, span): (&Lens, &Span),
) -> Result<Purchases, Error> {
    let sightings = store.sightings(key).await?;
    let pins: BTreeMap<_, _> = store.pins(key).await?;
    Ok(Purchases::of(now, &sightings, &pins, (lens, span)))
}

/// The licences, the last look up to the end, and when history begins.
type Licences = (Vec<Licence>, Option<Timestamp>, Option<Timestamp>);

async fn licences(
    store: &Store,
    key: &TenantKey,
    now: &Snapshot,
    (lens, span): (&Lens, &Span),
    unseen: &[Unseen],
) -> Result<Licences, Error> {
    let reach = domain::Forecast::reach();
    let early = span.until.saturating_sub(reach).unwrap_or(Timestamp::MIN);
    // What was seen at the very end of a month belongs to the next one.
    let end = match span.goes_on {
        true => span.until,
        false => span.until - SignedDuration::from_millis(1),
    };
    let courses = then::courses(store, key, early.min(span.from), end).await?;
    let Some(begins) = then::first_point(&courses) else {
        return Ok((Vec::new(), None, None));
    };
    let hidden = |gap: &&Unseen| gap.until.is_none_or(|until| until >= span.until);
    let hidden = unseen.iter().find(hidden).map(|gap| gap.from);
    let seen_at = now.taken_at.min(end).min(hidden.unwrap_or(end));
    let ground = Ground {
        lens,
        key,
        now,
        span,
        compared_from: begins.max(span.from),
        seen_at,
    };
    let licences = courses.into_iter();
    let licences = licences
        .filter_map(|course| Licence::of(&ground, course))
        .collect();
    Ok((licences, Some(seen_at), Some(begins)))
}
