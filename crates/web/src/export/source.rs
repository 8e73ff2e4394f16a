//! The rows of a file, read a few at a time in the order of the lists of version 2.

use domain::{Level, TenantKey, Unknown};
use jiff::Timestamp;
use serde::Serialize;
use store::{AlertFilter, KeptAlert, State, Store};

use crate::moment::Moment;
use crate::problem::Error;
use crate::v2::{
    Alert, Gap, Judged, Lens, License, LicenseFilter, Stop, Subscription, SubscriptionFilter, Walk,
    known, licenses, subscriptions,
};

use super::wish::{ExportWish, Exported};

/// Alerts read at once.
const STRIDE: u32 = 500;

/// A row with the tenant that it is about.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) tenant: TenantKey,
    pub(super) tenant_name: String,
    pub(super) shape: Shape,
}

/// What a row says, in the shapes of version 2.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Shape {
    License(Box<Licensed>),
    Subscription(Box<Subscription>),
    Alert(Box<Alert>),
    NotSeen(Box<NotSeen>),
}

/// A licence, and why its numbers are old.
#[derive(Debug, Serialize)]
pub(super) struct Licensed {
    #[serde(flatten)]
    license: License,
    gap: Option<Gap>,
}

/// A tenant of which there is nothing to tell: left out, it would look as if all were well.
#[derive(Debug, Serialize)]
pub(super) struct NotSeen {
    tenant: String,
    tenant_name: String,
    #[serde(flatten)]
    judged: Judged,
    as_of: Option<Moment>,
    gap: Option<Gap>,
}

/// The rows that are still to come.
#[derive(Debug)]
pub(super) struct Rows {
    store: Store,
    lens: Lens,
    way: Way,
}

#[derive(Debug)]
enum Way {
    Licenses(Walk, LicenseFilter),
    Subscriptions(Walk),
    Alerts(Alerts),
}

/// Alerts that go on, then those that are over.
#[derive(Debug)]
struct Alerts {
    filter: AlertFilter,
    before: Option<i64>,
    /// Those that ended then or later are wanted, too.
    since: Option<Timestamp>,
    ended: bool,
}

impl Rows {
    pub(super) async fn new(store: &Store, lens: Lens, wish: &ExportWish) -> Result<Self, Error> {
        let only = wish.tenant.as_ref().map(TenantKey::as_str);
        let way = match wish.what {
            Exported::Licenses => {
                let filter = LicenseFilter::of_levels(wish.levels.as_deref())?;
                Way::Licenses(Walk::new(store, only, None).await?, filter)
            }
            Exported::Subscriptions => Way::Subscriptions(Walk::new(store, only, None).await?),
            Exported::Alerts => Way::Alerts(Alerts::new(store, wish).await?),
        };
        Ok(Self {
            store: store.clone(),
            lens,
            way,
        })
    }

    /// Some more rows; `None` after the last.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<Row>>, Error> {
        let lens = &self.lens;
        match &mut self.way {
            Way::Licenses(walk, filter) => {
                let stop = walk.next().await?;
                Ok(stop.map(|stop| licensed(lens, &stop, filter)))
            }
            Way::Subscriptions(walk) => match walk.next().await? {
                Some(stop) => subscribed(&self.store, lens, &stop).await.map(Some),
                None => Ok(None),
            },
            Way::Alerts(alerts) => alerts.next(&self.store, lens).await,
        }
    }
}

fn licensed(lens: &Lens, stop: &Stop, filter: &LicenseFilter) -> Vec<Row> {
    let State { tenant, snapshot } = &stop.state;
    if snapshot.is_none() {
        let unknown = Some(Level::Unknown(Unknown::NeverSeen));
        let rows = filter
            .takes_unknown()
            .then(|| not_seen(lens, stop, unknown));
        return rows.into_iter().collect();
    }
    let wanted = licenses(lens, stop).filter(|license| filter.takes(license));
    let row = |license| {
        let gap = tenant.gap.as_ref().map(Gap::from);
        Row::of(tenant, Shape::License(Box::new(Licensed { license, gap })))
    };
    wanted.map(row).collect()
}

async fn subscribed(store: &Store, lens: &Lens, stop: &Stop) -> Result<Vec<Row>, Error> {
    let State { tenant, snapshot } = &stop.state;
    let seen = snapshot.as_ref().and_then(|it| it.subscriptions.as_ref());
    if seen.is_none() {
        return Ok(vec![not_seen(lens, stop, None)]);
    }
    let all = SubscriptionFilter::default();
    let found = subscriptions(store, lens, stop, &all).await?.into_iter();
    let row = |one| Row::of(tenant, Shape::Subscription(Box::new(one)));
    Ok(found.map(row).collect())
}

fn not_seen(lens: &Lens, stop: &Stop, level: Option<Level>) -> Row {
    let tenant = &stop.state.tenant;
    let shape = NotSeen {
        tenant: tenant.key.to_string(),
        tenant_name: tenant.name.clone(),
        judged: Judged::new(level, lens.language),
        as_of: None,
        gap: tenant.gap.as_ref().map(Gap::from),
    };
    Row::of(tenant, Shape::NotSeen(Box::new(shape)))
}

impl Row {
    fn of(tenant: &store::Tenant, shape: Shape) -> Self {
        Self {
            tenant: tenant.key.clone(),
            tenant_name: tenant.name.clone(),
            shape,
        }
    }
}

impl Alerts {
    async fn new(store: &Store, wish: &ExportWish) -> Result<Self, Error> {
        let tenant = match &wish.tenant {
            Some(key) => Some(known(store, key.as_str()).await?.key),
            None => None,
        };
        let filter = AlertFilter {
            tenant,
            ..AlertFilter::default()
        };
        Ok(Self {
            filter,
            before: None,
            since: wish.since,
            ended: false,
        })
    }

    async fn next(&mut self, store: &Store, lens: &Lens) -> Result<Option<Vec<Row>>, Error> {
        while !self.ended {
            let page = store.alerts(&self.filter, self.before, STRIDE).await?;
            let Some(last) = page.last() else {
                self.go_on();
                continue;
            };
            self.before = Some(last.id);
            let wanted = page.into_iter().filter(|kept| self.takes(kept));
            return Ok(Some(wanted.map(|kept| alert(&kept, lens)).collect()));
        }
        Ok(None)
    }

    /// To those that are over, if they are wanted and were not read yet.
    fn go_on(&mut self) {
        self.ended = self.since.is_none() || self.filter.state.is_some();
        self.filter.state = Some(domain::State::Resolved.as_str().to_owned());
        self.before = None;
    }

    fn takes(&self, kept: &KeptAlert) -> bool {
        kept.resolved_at
            .is_none_or(|ended| Some(ended) >= self.since)
    }
}

fn alert(kept: &KeptAlert, lens: &Lens) -> Row {
    Row {
        tenant: kept.tenant.clone(),
        tenant_name: kept.tenant_name.clone(),
        shape: Shape::Alert(Box::new(Alert::of(kept, lens))),
    }
}
