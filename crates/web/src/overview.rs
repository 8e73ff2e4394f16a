//! Every licence of every tenant, and every date of a purchase, in a form that pages sort and
//! filter without reading it anew: both are kept as long as their tenant has not changed.

mod dated;
mod lines;
mod product;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use domain::{Exclusion, Renewal, SkuId, TenantKey};
use jiff::Timestamp;
use store::{Mark, State, Tenant};

use crate::kept::{Basis, Grounds};
use crate::problem::Error;
use crate::search::folded;
use crate::state::App;

pub(crate) use dated::Dated;
pub(crate) use lines::{Line, Lines, Need, New};
pub(crate) use product::Product;

/// If more than one in so many tenants has changed, reading all at once is cheaper.
const ONE_IN: usize = 8;

/// All tenants that the home folder has, each with what it has.
#[derive(Clone, Debug, Default)]
pub(crate) struct Overview {
    /// By key.
    tenants: Arc<[Seen]>,
    /// Their places in the order of their names.
    by_name: Arc<[usize]>,
}

/// A tenant, its licences and its dates, as last seen.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    mark: Mark,
    pub(crate) tenant: Arc<Tenant>,
    /// None of a tenant that is switched off.
    pub(crate) lines: Lines,
    /// None of a tenant that is switched off.
    pub(crate) dated: Arc<[Dated]>,
    /// The name as [`folded`], for searching and for the order.
    pub(crate) folded: Arc<str>,
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
    let before = {
        let kept = app.overview();
        if let Some(overview) = kept.get(&basis) {
            return Ok(overview);
        }
        match kept.same_grounds(&basis.grounds) {
            true => kept.overview.clone(),
            false => Overview::default(),
        }
    };
    let marks = app.store().marks().await?;
    let kept = before.those_that_hold(&marks);
    let few = |changed: usize| changed * ONE_IN <= marks.len();
    let changed = |kept: &Kept<'_>| !matches!(kept, Kept::All(_));
    let tenants = if !few(kept
        .iter()
        .filter(|kept| matches!(kept, Kept::Nothing))
        .count())
    {
        all_anew(app, &basis.grounds, &marks).await?
    } else if few(kept.iter().filter(|kept| changed(kept)).count()) {
        one_by_one(app, &basis.grounds, &marks, kept).await?
    } else {
        another_course(app, &basis.grounds, &marks, kept).await?
    };
    let overview = Overview::of(tenants, &before);
    let mut kept = app.overview();
    kept.of = Some(basis);
    kept.overview = overview.clone();
    Ok(overview)
}

/// How much of what is known of a tenant still holds.
#[derive(Clone, Copy, Debug)]
enum Kept<'a> {
    All(&'a Seen),
    /// What it has. How it goes with looks at it does not.
    Content(&'a Seen),
    Nothing,
}

async fn all_anew(
    app: &App,
    grounds: &Grounds,
    marks: &[(TenantKey, Mark)],
) -> Result<Vec<Seen>, Error> {
    let mut renewals = app.store().all_renewals().await?;
    let mut states = app.store().states().await?.into_iter().peekable();
    let mut seen = Vec::with_capacity(marks.len());
    for (key, mark) in marks {
        while states.next_if(|state| state.tenant.key < *key).is_some() {}
        // One that went in this moment is not there any more.
        if let Some(state) = states.next_if(|state| state.tenant.key == *key) {
            let renewals = renewals.remove(key).unwrap_or_default();
            seen.push(seen_of(app, grounds, mark.clone(), state, &renewals));
        }
    }
    Ok(seen)
}

async fn one_by_one(
    app: &App,
    grounds: &Grounds,
    marks: &[(TenantKey, Mark)],
    kept: Vec<Kept<'_>>,
) -> Result<Vec<Seen>, Error> {
    let mut seen = Vec::with_capacity(marks.len());
    for ((key, mark), kept) in marks.iter().zip(kept) {
        match kept {
            Kept::All(kept) => seen.push(kept.clone()),
            Kept::Content(kept) => {
                if let Some(tenant) = app.store().tenant(key).await? {
                    seen.extend(renewed(app, grounds, mark.clone(), kept, tenant).await?);
                }
            }
            Kept::Nothing => seen.extend(anew(app, grounds, key, mark.clone()).await?),
        }
    }
    Ok(seen)
}

/// As [`one_by_one`], where most of them have only been looked at.
async fn another_course(
    app: &App,
    grounds: &Grounds,
    marks: &[(TenantKey, Mark)],
    kept: Vec<Kept<'_>>,
) -> Result<Vec<Seen>, Error> {
    let mut tenants = app.store().tenants().await?.into_iter().peekable();
    let mut seen = Vec::with_capacity(marks.len());
    for ((key, mark), kept) in marks.iter().zip(kept) {
        while tenants.next_if(|tenant| tenant.key < *key).is_some() {}
        let tenant = tenants.next_if(|tenant| tenant.key == *key);
        match (kept, tenant) {
            (Kept::All(kept) | Kept::Content(kept), Some(tenant)) => {
                seen.extend(renewed(app, grounds, mark.clone(), kept, tenant).await?);
            }
            (Kept::Nothing, Some(_)) => seen.extend(anew(app, grounds, key, mark.clone()).await?),
            (_, None) => {}
        }
    }
    Ok(seen)
}

/// What was kept of a tenant, as it is now; all anew, if something was seen since its mark was
/// read.
async fn renewed(
    app: &App,
    grounds: &Grounds,
    mark: Mark,
    kept: &Seen,
    tenant: Tenant,
) -> Result<Option<Seen>, Error> {
    match kept.tenant.changed_at == tenant.changed_at {
        true => Ok(Some(kept.of(mark, tenant))),
        false => anew(app, grounds, &tenant.key, mark).await,
    }
}

async fn anew(
    app: &App,
    grounds: &Grounds,
    key: &TenantKey,
    mark: Mark,
) -> Result<Option<Seen>, Error> {
    let renewals = app.store().renewals(key).await?;
    let state = app.store().state(key).await?;
    Ok(state.map(|state| seen_of(app, grounds, mark, state, &renewals)))
}

impl Overview {
    /// In the order of `before`, if no name differs.
    fn of(tenants: Vec<Seen>, before: &Self) -> Self {
        let same_name = |(one, other): (&Seen, &Seen)| one.place() == other.place();
        let pairs = || tenants.iter().zip(before.tenants.iter());
        if tenants.len() == before.tenants.len() && pairs().all(same_name) {
            return Self {
                tenants: tenants.into(),
                by_name: before.by_name.clone(),
            };
        }
        let mut by_name: Vec<usize> = (0..tenants.len()).collect();
        by_name.sort_by(|a, b| tenants[*a].place().cmp(&tenants[*b].place()));
        Self {
            tenants: tenants.into(),
            by_name: by_name.into(),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.tenants.is_empty()
    }

    /// All of them, by name.
    pub(crate) fn by_name(&self) -> impl Iterator<Item = &Seen> {
        self.by_name.iter().map(|place| &self.tenants[*place])
    }

    /// Those that are switched on, by key.
    pub(crate) fn on(&self) -> impl Iterator<Item = &Seen> {
        let all = self.tenants.iter();
        all.filter(|seen| seen.tenant.settings.enabled)
    }

    /// Of each tenant what is known of it and still holds. Both are in the order of keys.
    fn those_that_hold(&self, marks: &[(TenantKey, Mark)]) -> Vec<Kept<'_>> {
        let mut known = self.tenants.iter().peekable();
        let of = |(key, mark): &(TenantKey, Mark)| {
            while known.next_if(|seen| seen.tenant.key < *key).is_some() {}
            match known.next_if(|seen| seen.tenant.key == *key) {
                Some(seen) if seen.mark == *mark => Kept::All(seen),
                Some(seen) if seen.mark.has_same_content(mark) => Kept::Content(seen),
                _ => Kept::Nothing,
            }
        };
        marks.iter().map(of).collect()
    }
}

impl Seen {
    /// Its place in the order of names; the key makes it one place.
    pub(crate) fn place(&self) -> (&str, &str) {
        (&self.folded, self.tenant.key.as_str())
    }

    /// Whether its name or key has a text, which is [`folded`].
    pub(crate) fn has(&self, text: &str) -> bool {
        self.folded.contains(text) || self.tenant.key.as_str().contains(text)
    }

    /// The same licences and dates, of the tenant as it is now.
    fn of(&self, mark: Mark, tenant: Tenant) -> Self {
        Self {
            mark,
            tenant: Arc::new(tenant),
            ..self.clone()
        }
    }
}

/// The licences of one tenant, as the overview has them.
pub(crate) async fn lines_of(app: &App, state: &State) -> Result<Vec<Line>, Error> {
    let grounds = app.basis().await?.grounds;
    Ok(lines(app, &grounds, state))
}

/// The dates of one tenant, as the overview has them.
pub(crate) async fn dated_of(app: &App, state: &State) -> Result<Vec<Dated>, Error> {
    let policies = app.policies().await?;
    let renewals = app.store().renewals(&state.tenant.key).await?;
    Ok(dated::dated(&policies, state, &renewals))
}

fn seen_of(
    app: &App,
    grounds: &Grounds,
    mark: Mark,
    state: State,
    renewals: &BTreeMap<String, Renewal>,
) -> Seen {
    let folded = folded(&state.tenant.name);
    let (lines, dated) = match state.tenant.settings.enabled {
        true => (
            lines(app, grounds, &state),
            dated::dated(&grounds.policies, &state, renewals),
        ),
        false => (Vec::new(), Vec::new()),
    };
    Seen {
        mark,
        lines: Lines::of(lines),
        dated: dated.into(),
        folded: folded.into(),
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
            product: app.overview().product(grounds, sku.id, &sku.part_number),
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
