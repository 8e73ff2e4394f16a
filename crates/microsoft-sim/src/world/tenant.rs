//! What a tenant of the world is: its app, its SKUs and purchases, and their numbers on a day.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::world::course::{Course, Day, Steps};
use crate::world::generate::Variation;

/// One tenant of a [`World`](crate::World).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct TenantSpec {
    /// Short name, as in a profile's file name.
    pub key: String,
    /// Display name.
    pub name: String,
    pub tenant_id: Uuid,
    /// The app that watches this tenant.
    pub client_id: Uuid,
    /// Whether its licences are looked at; the company's own tenant only has the site.
    pub watched: bool,
    /// Whether an app is registered in it from the start; otherwise somebody has yet to do it.
    pub registered: bool,
    /// By which Entra finds it, too.
    pub domain: String,
    pub(crate) country: String,
    /// Number of users, which sets the size class of throttling.
    pub(crate) users: u32,
    pub(crate) created_day: i32,
    /// Application permissions that an administrator consented to.
    pub(crate) permissions: Arc<[String]>,
    pub(crate) certificate: CertificateSpec,
    pub(crate) secrets: Vec<ClientSecret>,
    pub(crate) throttling: Throttling,
    pub(crate) skus: Arc<[Sku]>,
    /// Numbers that are made up when asked for, in place of the SKUs' own courses.
    pub(crate) variation: Option<Variation>,
}

/// From which day to which the app's certificate is valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct CertificateSpec {
    pub(crate) from_day: i32,
    pub(crate) ends_in_days: i32,
}

impl Default for CertificateSpec {
    fn default() -> CertificateSpec {
        CertificateSpec {
            from_day: -30,
            ends_in_days: 335,
        }
    }
}

/// A password of the app, for clients that have no certificate.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClientSecret {
    pub(crate) value: String,
    pub(crate) ends_in_days: i32,
}

/// What a throttled client of this tenant meets.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Throttling {
    /// Resource units in 10 seconds, in place of the size class's.
    pub(crate) units: Option<u32>,
    pub(crate) retry_after: RetryAfter,
}

/// How Graph says when to come back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RetryAfter {
    #[default]
    Integer,
    Fractional,
    Missing,
}

/// A product that a tenant subscribes to.
#[derive(Debug, Clone)]
pub(crate) struct Sku {
    pub(crate) sku_id: Uuid,
    pub(crate) part_number: String,
    pub(crate) applies_to: String,
    /// As the file says; otherwise it follows from the units.
    pub(crate) status: Option<Steps<String>>,
    /// First day on which the tenant has it.
    pub(crate) from_day: i32,
    pub(crate) consumed: Course,
    pub(crate) enabled: Course,
    pub(crate) warning: Course,
    pub(crate) suspended: Course,
    pub(crate) locked_out: Course,
    pub(crate) plans: Vec<ServicePlan>,
    pub(crate) subscriptions: Vec<Subscription>,
    pub(crate) oddities: Oddities,
}

/// One purchase behind a SKU.
#[derive(Debug, Clone, Default)]
pub(crate) struct Subscription {
    pub(crate) id: Option<Uuid>,
    pub(crate) commerce_id: Option<Uuid>,
    /// As the file says; otherwise all units of the SKU.
    pub(crate) total: Option<Course>,
    pub(crate) status: Option<Steps<String>>,
    pub(crate) trial: bool,
    pub(crate) created_day: i32,
    pub(crate) ends_in_days: Option<Steps<i32>>,
    pub(crate) oddities: Oddities,
}

/// A part of a product, as in `servicePlans`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ServicePlan {
    pub(crate) service_plan_id: Uuid,
    pub(crate) service_plan_name: String,
    pub(crate) provisioning_status: &'static str,
    pub(crate) applies_to: &'static str,
}

/// Values that no sound answer has: other types, nulls, missing fields. `None` is missing.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Oddities(pub(crate) Vec<(String, Option<Value>)>);

impl Oddities {
    /// Changes the fields of a row; a path's parts are parted by dots. A property that the client
    /// did not select stays away.
    pub(crate) fn apply(&self, row: &mut Map<String, Value>) {
        for (path, value) in &self.0 {
            match path.split_once('.') {
                None => set(row, path, value.clone()),
                Some((parent, field)) => {
                    if let Some(Value::Object(inner)) = row.get_mut(parent) {
                        set(inner, field, value.clone());
                    }
                }
            }
        }
    }
}

fn set(row: &mut Map<String, Value>, field: &str, value: Option<Value>) {
    match (row.get_mut(field), value) {
        (Some(old), Some(value)) => *old = value,
        (Some(_), None) => drop(row.remove(field)),
        (None, _) => {}
    }
}

/// The seats of a SKU on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Units {
    pub(crate) consumed: i64,
    pub(crate) enabled: i64,
    pub(crate) warning: i64,
    pub(crate) suspended: i64,
    pub(crate) locked_out: i64,
}

impl Sku {
    fn units(&self, day: Day) -> Units {
        Units {
            consumed: self.consumed.at(day),
            enabled: self.enabled.at(day),
            warning: self.warning.at(day),
            suspended: self.suspended.at(day),
            locked_out: self.locked_out.at(day),
        }
    }

    pub(crate) fn status(&self, units: Units, day: Day) -> &str {
        let told = self.status.as_ref().and_then(|status| status.at(day));
        told.map_or_else(|| status_of(units), String::as_str)
    }
}

fn status_of(units: Units) -> &'static str {
    match units {
        Units { enabled: 1.., .. } => "Enabled",
        Units { warning: 1.., .. } => "Warning",
        Units { suspended: 1.., .. } => "Suspended",
        Units {
            locked_out: 1.., ..
        } => "LockedOut",
        _ => "Enabled",
    }
}

impl TenantSpec {
    /// The SKUs that the tenant has on a day, with their seats.
    pub(crate) fn skus(&self, day: Day) -> impl Iterator<Item = (&Sku, Units)> {
        let present = self.skus.iter().enumerate();
        present
            .filter(move |(_, sku)| sku.from_day <= day.number)
            .map(move |(index, sku)| {
                let made_up = self.variation.map(|variation| variation.units(index, day));
                (sku, made_up.unwrap_or_else(|| sku.units(day)))
            })
    }

    /// The id of a purchase, which follows from what it is for unless the file says it.
    pub(crate) fn subscription_id(&self, sku: &Sku, index: usize) -> Uuid {
        let told = sku.subscriptions[index].id;
        told.unwrap_or_else(|| derived(self.tenant_id, sku.sku_id, index, 0))
    }

    pub(crate) fn commerce_id(&self, sku: &Sku, index: usize) -> Uuid {
        let told = sku.subscriptions[index].commerce_id;
        told.unwrap_or_else(|| derived(self.tenant_id, sku.sku_id, index, 1))
    }
}

fn derived(tenant: Uuid, sku: Uuid, index: usize, purpose: u8) -> Uuid {
    let mut name = [0; 17];
    name[..16].copy_from_slice(sku.as_bytes());
    name[16] = u8::try_from(index % 128).expect("less than 128") * 2 + purpose;
    Uuid::new_v5(&tenant, &name)
}
