//! Shows the rules in force, with the layer that says each.

use domain::{Layer, Policy, Scope, effective};
use serde_json::{Map, Value, json};
use store::KeptPolicy;

use super::Desk;
use super::product::Place;
use super::rule::{Rule, said};
use crate::columns::{Format, columns, moment};
use crate::exit::Outcome;
use crate::output;

/// The layers over the built-in policy, the general ones first.
struct Layers {
    all: Vec<(&'static str, Layer)>,
    /// A product that costs nothing starts out excluded from alerts.
    built_in: Policy,
    effective: Policy,
}

impl Layers {
    async fn of(desk: &Desk<'_>, place: &Place) -> anyhow::Result<Self> {
        let mut all = vec![("licensetool.toml or environment", desk.config.policy)];
        let mut scopes = vec![("company", Scope::Company)];
        if let Scope::Tenant(tenant) | Scope::Sku(tenant, _) = &place.scope {
            scopes.push(("tenant", Scope::Tenant(tenant.clone())));
        }
        if let Scope::Sku(..) = &place.scope {
            scopes.push(("product", place.scope.clone()));
        }
        for (name, scope) in scopes {
            if let Some(kept) = desk.store.policy_layer(&scope).await? {
                all.push((name, kept.layer));
            }
        }
        let layers: Vec<Layer> = all.iter().map(|(_, layer)| *layer).collect();
        Ok(Self {
            built_in: effective(&place.sku, &[]),
            effective: effective(&place.sku, &layers),
            all,
        })
    }

    fn who_says(&self, rule: Rule) -> &'static str {
        let said = self.all.iter().rev().find(|(_, layer)| rule.is_in(layer));
        match said {
            Some((name, _)) => name,
            None if rule == Rule::Exclude && self.built_in != Policy::BUILT_IN => {
                "built-in, as it is free of charge"
            }
            None => "built-in",
        }
    }
}

pub(super) async fn show(
    desk: &Desk<'_>,
    place: &Place,
    format: Format,
) -> anyhow::Result<Outcome> {
    let layers = Layers::of(desk, place).await?;
    let particular = match place.scope {
        Scope::Company => desk.store.policy_layers().await?,
        _ => Vec::new(),
    };
    let text = match format {
        Format::Table => table(desk, place, &layers, &particular),
        Format::Json => serde_json::to_string_pretty(&data(place, &layers, &particular))?,
    };
    output::say(text.trim_end())?;
    Ok(Outcome::Fine)
}

fn table(desk: &Desk<'_>, place: &Place, layers: &Layers, particular: &[KeptPolicy]) -> String {
    let row = |rule: Rule| {
        let value = rule.value(&layers.effective);
        [
            rule.as_str().to_owned(),
            value,
            layers.who_says(rule).to_owned(),
        ]
    };
    let rules = columns(["Rule", "Value", "Said by"], Rule::ALL.map(row), &[]);
    let mut text = format!("for {}:\n\n{rules}", place.name());
    if !particular.is_empty() {
        let row = |kept: &KeptPolicy| {
            let (tenant, sku) = names(&kept.scope);
            let for_whom = match (tenant, sku) {
                (None, _) => "company".to_owned(),
                (Some(tenant), None) => tenant,
                (Some(tenant), Some(sku)) => format!("{tenant} {sku}"),
            };
            let set_at = moment(kept.set_at, &desk.config.time_zone);
            [for_whom, said(&kept.layer), kept.set_by.clone(), set_at]
        };
        let set = columns(
            ["For", "Rules set", "By", "When"],
            particular.iter().map(row),
            &[],
        );
        text = format!("{text}\n\n{set}");
    }
    text
}

fn data(place: &Place, layers: &Layers, particular: &[KeptPolicy]) -> Value {
    let rule = |rule: Rule| {
        let (value, said_by) = (rule.value(&layers.effective), layers.who_says(rule));
        let of_rule = json!({ "value": value, "said_by": said_by });
        (rule.as_str().replace('-', "_"), of_rule)
    };
    let policy: Map<String, Value> = Rule::ALL.into_iter().map(rule).collect();
    let (tenant, sku_id) = names(&place.scope);
    let set = particular.iter().map(|kept| {
        let (tenant, sku_id) = names(&kept.scope);
        json!({
            "tenant": tenant,
            "sku_id": sku_id,
            "rules": said(&kept.layer),
            "set_by": kept.set_by,
            "set_at": kept.set_at.to_string(),
            "version": kept.version,
        })
    });
    let set: Vec<Value> = set.collect();
    json!({ "tenant": tenant, "sku_id": sku_id, "policy": policy, "set": set })
}

fn names(scope: &Scope) -> (Option<String>, Option<String>) {
    match scope {
        Scope::Company => (None, None),
        Scope::Tenant(tenant) => (Some(tenant.to_string()), None),
        Scope::Sku(tenant, sku) => (Some(tenant.to_string()), Some(sku.to_string())),
    }
}
