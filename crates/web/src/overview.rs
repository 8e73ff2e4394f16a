//! Every licence of every tenant, and every date of a purchase, in a form that pages sort and
//! filter without reading it anew: both are kept as long as their tenant has not changed.

mod dated;

use std::collections::HashMap;
use std::sync::Arc;

use domain::{Exclusion, Language, Level, SkuId};
use jiff::{SignedDuration, Timestamp};
use store::{State, Tenant};

use crate::kept::{Basis, Grounds};
use crate::problem::Error;
use crate::state::App;

pub(crate) use dated::Dated;

/// If more than one in so many tenants has changed, reading all at once is cheaper.
const ONE_IN: usize = 8;

/// All tenants that are switched on, by key, each with what it has.
#[derive(Clone, Debug, Default)]
pub(crate) struct Overview {
    pub(crate) tenants: Arc<[Seen]>,
}

/// A tenant, its licences and its dates, as last seen.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) tenant: Arc<Tenant>,
    pub(crate) lines: Arc<[Line]>,
    pub(crate) dated: Arc<[Dated]>,
    /// For searching: name and key in lower case.
    pub(crate) folded: Arc<str>,
}

/// A licence of a tenant.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) product: Arc<Product>,
    /// The level as long as the numbers count as new; `None`: it is not judged.
    level: Option<Level>,
    stale_after: SignedDuration,
    pub(crate) free: Option<i64>,
    pub(crate) used: Option<i64>,
    pub(crate) assignable: Option<i64>,
    /// Whether somebody is told of it.
    pub(crate) alerts: bool,
}

/// A product and what it is called, shared by all tenants that have it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Product {
    pub(crate) id: SkuId,
    pub(crate) part_number: String,
    german: String,
    english: String,
    /// For searching: both names and the part number in lower case.
    pub(crate) folded: String,
}

impl Product {
    pub(crate) fn name(&self, language: Language) -> &str {
        match language {
            Language::German => &self.german,
            Language::English => &self.english,
        }
    }
}

impl Line {
    /// What is to be said of it now.
    pub(crate) fn level(&self, tenant: &Tenant, now: Timestamp) -> Option<Level> {
        let fresh = domain::freshness(tenant.seen_at, now, self.stale_after);
        let level = self.level?;
        Some(fresh.map_or_else(Level::Unknown, |()| level))
    }
}

/// What was made of the tenants before.
#[derive(Debug, Default)]
pub(crate) struct KeptOverview {
    of: Option<Basis>,
    overview: Overview,
    products: HashMap<(SkuId, String), Arc<Product>>,
}

impl KeptOverview {
    /// What holds as long as nothing at all has changed.
    pub(crate) fn get(&self, of: &Basis) -> Option<Overview> {
        (self.of.as_ref() == Some(of)).then(|| self.overview.clone())
    }

    fn same_grounds(&self, grounds: &Grounds) -> bool {
        self.of.as_ref().is_some_and(|of| of.grounds == *grounds)
    }
}

/// The overview of this moment.
pub(crate) async fn overview(app: &App) -> Result<Overview, Error> {
    let basis = app.basis().await?;
    if let Some(overview) = app.overview().get(&basis) {
        return Ok(overview);
    }
    let mut tenants = app.store().tenants().await?;
    tenants.retain(|tenant| tenant.settings.enabled);
    let before = {
        let kept = app.overview();
        let same = kept.same_grounds(&basis.grounds);
        if same {
            kept.overview.clone()
        } else {
            Overview::default()
        }
    };
    let kept: Vec<Option<&Seen>> = before.those_that_hold(&tenants);
    let changed = kept.iter().filter(|kept| kept.is_none()).count();
    let mut seen = Vec::with_capacity(tenants.len());
    if changed * ONE_IN > tenants.len() {
        let states = app.store().states().await?;
        let on = states.into_iter();
        let on = on.filter(|state| state.tenant.settings.enabled);
        seen.extend(on.map(|state| seen_of(app, &basis.grounds, state)));
    } else {
        for (tenant, kept) in tenants.into_iter().zip(kept) {
            match kept {
                Some(kept) => seen.push(kept.of(tenant)),
                None => {
                    let state = app.store().state(&tenant.key).await?;
                    seen.extend(state.map(|state| seen_of(app, &basis.grounds, state)));
                }
            }
        }
    }
    let overview = Overview {
        tenants: seen.into(),
    };
    let mut kept = app.overview();
    kept.of = Some(basis);
    kept.overview = overview.clone();
    Ok(overview)
}

impl Overview {
    /// Of each tenant what is known of it, if it has not changed. Both are in the order of keys.
    fn those_that_hold(&self, tenants: &[Tenant]) -> Vec<Option<&Seen>> {
        let mut known = self.tenants.iter().peekable();
        let of = |tenant: &Tenant| {
            while known.next_if(|seen| seen.tenant.key < tenant.key).is_some() {}
            let seen = known.peek().filter(|seen| seen.tenant.key == tenant.key)?;
            let same = seen.tenant.changed_at == tenant.changed_at
                && seen.tenant.settings == tenant.settings;
            same.then_some(*seen)
        };
        tenants.iter().map(of).collect()
    }
}

impl Seen {
    /// The same licences and dates, of the tenant as it is now.
    fn of(&self, tenant: Tenant) -> Self {
        let folded = match self.tenant.name == tenant.name {
            true => self.folded.clone(),
            false => folded(&tenant),
        };
        Self {
            tenant: Arc::new(tenant),
            lines: self.lines.clone(),
            dated: self.dated.clone(),
            folded,
        }
    }
}

fn folded(tenant: &Tenant) -> Arc<str> {
    format!("{} {}", tenant.name.to_lowercase(), tenant.key).into()
}

/// The licences of one tenant, as the overview has them.
pub(crate) async fn lines_of(app: &App, state: &State) -> Result<Vec<Line>, Error> {
    let grounds = app.basis().await?.grounds;
    Ok(lines(app, &grounds, state))
}

/// The dates of one tenant, as the overview has them.
pub(crate) async fn dated_of(app: &App, state: &State) -> Result<Vec<Dated>, Error> {
    let policies = app.policies().await?;
    Ok(dated::dated(&policies, state))
}

fn seen_of(app: &App, grounds: &Grounds, state: State) -> Seen {
    Seen {
        lines: lines(app, grounds, &state).into(),
        dated: dated::dated(&grounds.policies, &state).into(),
        folded: folded(&state.tenant),
        tenant: Arc::new(state.tenant),
    }
}

fn lines(app: &App, grounds: &Grounds, state: &State) -> Vec<Line> {
    let State { tenant, snapshot } = state;
    let mut lines = Vec::new();
    for sku in snapshot.iter().flat_map(|snapshot| &snapshot.skus) {
        let policy = grounds.policies.effective(&tenant.key, sku);
        if policy.exclusion == Exclusion::Everywhere {
            continue;
        }
        let seen_at = tenant.seen_at.unwrap_or(Timestamp::MIN);
        lines.push(Line {
            product: app.overview().product(grounds, sku),
            level: domain::judge(sku, &policy, seen_at, seen_at),
            stale_after: policy.stale_after,
            free: sku.units.free(),
            used: sku.units.consumed,
            assignable: sku.units.assignable(),
            alerts: policy.exclusion == Exclusion::None && tenant.settings.monitoring,
        });
    }
    lines
}

impl KeptOverview {
    fn product(&mut self, grounds: &Grounds, sku: &domain::Sku) -> Arc<Product> {
        let name = |language| {
            let names = &grounds.names;
            names.label(sku.id, &sku.part_number, language).into_owned()
        };
        let (german, english) = (name(Language::German), name(Language::English));
        let known = self.products.get(&(sku.id, sku.part_number.clone()));
        let same = |known: &&Arc<Product>| known.german == german && known.english == english;
        if let Some(known) = known.filter(same) {
            return known.clone();
        }
        let product = Arc::new(Product {
            id: sku.id,
            folded: format!("{german}\n{english}\n{}", sku.part_number).to_lowercase(),
            part_number: sku.part_number.clone(),
            german,
            english,
        });
        let key = (sku.id, sku.part_number.clone());
        self.products.insert(key, product.clone());
        product
    }
}
