//! What arrived at the demo's webhook, as its receiver reads it: what the demo prints of a message
//! are the message's own words.

use microsoft_sim::sink::{Hook, WebhookSink};
use serde_json::Value;

/// What somebody was told, in English.
#[derive(Clone, Debug)]
pub(super) struct Told {
    /// The message's id.
    pub(super) id: String,
    pub(super) headline: String,
}

/// All that arrived so far, oldest first, repeats included.
pub(super) fn all(webhook: &WebhookSink) -> Vec<Told> {
    webhook.hooks().iter().filter_map(told).collect()
}

/// The headline of a message; empty, if it has not arrived.
pub(super) fn headline(told: &[Told], id: &str) -> String {
    let of_it = told.iter().find(|told| told.id == id);
    of_it.map_or_else(String::new, |told| told.headline.clone())
}

fn told(hook: &Hook) -> Option<Told> {
    let event: Value = serde_json::from_slice(&hook.body).ok()?;
    let text = |value: &Value| value.as_str().map(str::to_owned);
    Some(Told {
        id: text(&event["id"])?,
        headline: text(&event["data"]["text"]["en"]["headline"])?,
    })
}
