//! Which tenants are looked at and told of, how the last look went, and the switches for both.

pub(crate) mod acting;
mod row;

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::State as Shared;
use axum::response::Response;
use domain::TenantKey;
use serde::Deserialize;
use store::{Agreed, Tenant};
use utoipa::IntoParams;

use crate::caller::Reader;
use crate::overview::{Overview, Seen, overview};
use crate::problem::Error;
use crate::request::{self, Params, filled};
use crate::state::App;
use crate::v2::page;
use crate::words::Words;

use super::choice::{Choice, choices};
use super::done::Done;
use super::{Place, Visit, back, by_name};
use row::{Agreement, Row};

pub(crate) const STATES: [&str; 3] = ["failing", "quiet", "off"];

/// Which tenants.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// Words in names and keys, without regard to case or accents.
    #[serde(default, deserialize_with = "filled")]
    q: Option<String>,
    /// Only those that cannot be seen (`failing`), of which nobody is told (`quiet`), or that are
    /// switched off (`off`).
    #[serde(default, deserialize_with = "filled")]
    state: Option<String>,
    /// What follows the page that led here.
    #[serde(default, deserialize_with = "filled")]
    cursor: Option<String>,
    /// What was just done.
    done: Option<String>,
    /// `de` or `en`: from now on.
    #[allow(
        dead_code,
        reason = "the visit reads it; this lets the address take it"
    )]
    language: Option<String>,
}

#[derive(Template)]
#[template(path = "monitoring.html")]
struct MonitoringPage {
    visit: Visit,
    place: Place,
    done: Option<Done>,
    /// Where the forms lead back to.
    back: String,
    search: String,
    states: Vec<Choice>,
    filtered: bool,
    /// Whether there is any tenant at all.
    any: bool,
    counts: Vec<Count>,
    /// Whether there is a list elsewhere in which tenants are switched, too.
    listed: bool,
    rows: Vec<Row>,
    first: Option<String>,
    next: Option<String>,
}

/// How many tenants are in a state.
struct Count {
    text: &'static str,
    count: i64,
    link: String,
    here: bool,
}

/// A list elsewhere, and what was last agreed on with it.
pub(super) struct List {
    pub(super) channel: String,
    /// Whether it was ever read: before that nothing is missing in it.
    pub(super) read: bool,
    pub(super) agreed: BTreeMap<TenantKey, Agreed>,
}

/// How tenants are switched, for people
#[utoipa::path(get, path = "/monitoring", tag = "pages",
    operation_id = "monitoringPage", params(Wanted),
    responses(
        (status = 200, description = "The page of all tenants", content_type = "text/html"),
        (status = 400, description = "A parameter is not understood")))]
pub(crate) async fn page(
    _: Reader,
    Shared(app): Shared<App>,
    visit: Visit,
    Params(wanted): Params<Wanted>,
) -> Result<Response, Error> {
    request::one_of("state", wanted.state.as_deref(), &STATES)?;
    let after = page::place(wanted.cursor.as_deref(), page::plain)?;
    let overview = overview(&app).await?;
    let state = wanted.state.as_deref();
    let in_state = |seen: &&Seen| state.is_none_or(|state| is_in(&seen.tenant, state));
    let of_state = overview.by_name().filter(in_state);
    let (tenants, last) = by_name::page(of_state, wanted.q.as_deref(), after.as_deref());
    let lists = lists(&app, &tenants).await?;
    let here = visit.here();
    let page = MonitoringPage {
        done: Done::of(wanted.done.as_deref(), visit.w),
        back: back::back_to(here),
        search: wanted.q.clone().unwrap_or_default(),
        states: choices(
            STATES.into_iter().zip(state_words(visit.w)),
            wanted.state.as_deref(),
        ),
        filtered: wanted.q.is_some() || wanted.state.is_some(),
        any: !overview.is_empty(),
        counts: counts(&overview, &wanted, visit.w),
        listed: !lists.is_empty(),
        rows: tenants.into_iter().map(|it| Row::of(it, &lists)).collect(),
        first: after.map(|_| back::without(here, "cursor")),
        next: last.map(|last| back::with(here, "cursor", &page::opaque(&last))),
        place: Place::Monitoring,
        visit,
    };
    page.visit.render(&page)
}

fn state_words(w: Words) -> [&'static str; 3] {
    [
        w.monitoring_failing(),
        w.monitoring_quiet(),
        w.monitoring_off(),
    ]
}

/// Whether a tenant is in a state of [`STATES`].
fn is_in(tenant: &Tenant, state: &str) -> bool {
    let settings = tenant.settings;
    match state {
        "failing" => settings.enabled && (tenant.seen_at.is_none() || tenant.gap.is_some()),
        "quiet" => settings.enabled && !settings.monitoring,
        _ => !settings.enabled,
    }
}

fn counts(overview: &Overview, wanted: &Wanted, w: Words) -> Vec<Count> {
    let count = |(state, text): (&'static str, _)| {
        let tenants = overview.by_name().map(|seen| &seen.tenant);
        let count = tenants.filter(|tenant| is_in(tenant, state)).count();
        Count {
            text,
            count: i64::try_from(count).unwrap_or(i64::MAX),
            link: format!("/monitoring?state={state}"),
            here: wanted.state.as_deref() == Some(state),
        }
    };
    STATES.into_iter().zip(state_words(w)).map(count).collect()
}

/// What lists elsewhere say of these tenants.
async fn lists(app: &App, tenants: &[Arc<Tenant>]) -> Result<Vec<List>, Error> {
    let mut lists = Vec::new();
    for channel in app.store().channels().await? {
        let keys = tenants.iter().map(|tenant| &tenant.key);
        lists.push(List {
            agreed: app.store().agreed_of(&channel.channel, keys).await?,
            read: channel.began_at.is_some(),
            channel: channel.channel,
        });
    }
    Ok(lists)
}
