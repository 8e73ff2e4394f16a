//! The list of all tenants, put together from parts of which only the changed ones are made anew.

use axum::http::HeaderValue;
use store::{State, Tenant};

use crate::answer;
use crate::kept::{Answer, Grounds, Part};
use crate::problem::Error;
use crate::state::App;

use super::{Label, shown, something_seen};

/// So many keys fit in a header; who needs more asks version 2.
const UNSEEN_NAMED: usize = 50;

/// If more than one in so many tenants has changed, reading all at once is cheaper.
const ONE_IN: usize = 8;

/// The list as the store has it now.
pub(crate) async fn of_all(app: &App, grounds: &Grounds) -> Result<Answer, Error> {
    let mut tenants = app.store().tenants().await?;
    tenants.retain(|tenant| tenant.settings.enabled);
    something_seen(&tenants)?;
    let kept: Vec<Option<Part>> = {
        let kept = app.kept();
        tenants
            .iter()
            .map(|tenant| kept.part(grounds, tenant))
            .collect()
    };
    let changed = kept.iter().filter(|part| part.is_none()).count();
    if changed * ONE_IN > tenants.len() {
        return all_anew(app, grounds).await;
    }
    let mut parts = Vec::with_capacity(tenants.len());
    for (tenant, part) in tenants.into_iter().zip(kept) {
        match part {
            Some(part) => parts.push((tenant, part)),
            None => {
                let state = app.store().state(&tenant.key).await?;
                parts.extend(state.map(|state| part_of(app, grounds, state, Label::Html)));
            }
        }
    }
    Ok(together(app, grounds, &parts))
}

async fn all_anew(app: &App, grounds: &Grounds) -> Result<Answer, Error> {
    let parts = all_parts(app, grounds, Label::Html).await?;
    Ok(together(app, grounds, &parts))
}

/// The list with plain labels. Its parts are not kept: who asks for it has waited anyway.
pub(crate) async fn of_all_plain(app: &App, grounds: &Grounds) -> Result<Answer, Error> {
    let parts = all_parts(app, grounds, Label::Plain).await?;
    let tenants: Vec<Tenant> = parts.iter().map(|(tenant, _)| tenant.clone()).collect();
    something_seen(&tenants)?;
    Ok(joined(&parts))
}

async fn all_parts(
    app: &App,
    grounds: &Grounds,
    label: Label,
) -> Result<Vec<(Tenant, Part)>, Error> {
    let mut states = app.store().states().await?;
    states.retain(|state| state.tenant.settings.enabled);
    let part = |state| part_of(app, grounds, state, label);
    Ok(states.into_iter().map(part).collect())
}

fn part_of(app: &App, grounds: &Grounds, state: State, label: Label) -> (Tenant, Part) {
    let mut rows = Vec::new();
    for row in shown(app, grounds, &state, Some(&state.tenant.name), label) {
        if !rows.is_empty() {
            rows.push(b',');
        }
        serde_json::to_writer(&mut rows, &row).expect("a row is texts and numbers");
    }
    let hash = answer::hash(&rows);
    let part = Part::new(&state.tenant, rows, hash);
    (state.tenant, part)
}

fn together(app: &App, grounds: &Grounds, parts: &[(Tenant, Part)]) -> Answer {
    app.kept().keep_parts(grounds.clone(), parts);
    joined(parts)
}

fn joined(parts: &[(Tenant, Part)]) -> Answer {
    let full = || {
        parts
            .iter()
            .map(|(_, part)| part)
            .filter(|part| !part.rows.is_empty())
    };
    let length: usize = full().map(|part| part.rows.len() + 1).sum();
    let mut body = Vec::with_capacity(length + 2);
    let mut hashes = Vec::with_capacity(parts.len() * 8);
    body.push(b'[');
    for part in full() {
        if body.len() > 1 {
            body.push(b',');
        }
        body.extend_from_slice(&part.rows);
        hashes.extend_from_slice(&part.hash.to_be_bytes());
    }
    body.push(b']');
    Answer {
        body: body.into(),
        etag: answer::etag_of(answer::hash(&hashes)),
        oldest: parts.iter().filter_map(|(tenant, _)| tenant.seen_at).min(),
        unseen: unseen(parts),
    }
}

fn unseen(parts: &[(Tenant, Part)]) -> Option<HeaderValue> {
    let never = parts.iter().filter(|(tenant, _)| tenant.seen_at.is_none());
    let keys: Vec<&str> = never
        .map(|(tenant, _)| tenant.key.as_str())
        .take(UNSEEN_NAMED)
        .collect();
    let keys_text = HeaderValue::try_from(keys.join(", ")).expect("keys are lower-case ASCII");
    (!keys.is_empty()).then_some(keys_text)
}
