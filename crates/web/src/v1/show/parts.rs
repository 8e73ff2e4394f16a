//! The list of all tenants, put together from parts of which only the changed ones are made anew.

use std::sync::Arc;

use axum::http::HeaderValue;
use domain::ProductNames;
use store::{State, Tenant};

use crate::answer;
use crate::kept::{Answer, Part};
use crate::problem::Error;
use crate::state::App;

use super::{shown, something_seen};

/// So many keys fit in a header; who needs more asks version 2.
const UNSEEN_NAMED: usize = 50;

/// If more than one in so many tenants has changed, reading all at once is cheaper.
const ONE_IN: usize = 8;

/// The list as the store has it now.
pub(super) async fn of_all(app: &App, names: &Arc<ProductNames>) -> Result<Answer, Error> {
    let mut tenants = app.store().tenants().await?;
    tenants.retain(|tenant| tenant.settings.enabled);
    something_seen(&tenants)?;
    let kept: Vec<Option<Part>> = {
        let kept = app.kept();
        tenants
            .iter()
            .map(|tenant| kept.part(names, tenant))
            .collect()
    };
    let changed = kept.iter().filter(|part| part.is_none()).count();
    if changed * ONE_IN > tenants.len() {
        return all_anew(app, names).await;
    }
    let mut parts = Vec::with_capacity(tenants.len());
    for (tenant, part) in tenants.into_iter().zip(kept) {
        match part {
            Some(part) => parts.push((tenant, part)),
            None => {
                let state = app.store().state(&tenant.key).await?;
                parts.extend(state.map(|state| part_of(app, names, state)));
            }
        }
    }
    Ok(together(app, names, &parts))
}

async fn all_anew(app: &App, names: &Arc<ProductNames>) -> Result<Answer, Error> {
    let mut states = app.store().states().await?;
    states.retain(|state| state.tenant.settings.enabled);
    let parts: Vec<_> = states
        .into_iter()
        .map(|state| part_of(app, names, state))
        .collect();
    Ok(together(app, names, &parts))
}

fn part_of(app: &App, names: &ProductNames, state: State) -> (Tenant, Part) {
    let mut rows = Vec::new();
    for row in shown(app, names, &state, Some(&state.tenant.name)) {
        if !rows.is_empty() {
            rows.push(b',');
        }
        serde_json::to_writer(&mut rows, &row).expect("a row is texts and numbers");
    }
    let hash = answer::hash(&rows);
    let part = Part::new(&state.tenant, rows, hash);
    (state.tenant, part)
}

fn together(app: &App, names: &Arc<ProductNames>, parts: &[(Tenant, Part)]) -> Answer {
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
    app.kept().keep_parts(names.clone(), parts);
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
