//! Lists as Graph writes them, straight to bytes: a load test asks for millions of rows.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::query::Select;
use crate::world::course::Day;
use crate::world::tenant::{Oddities, ServicePlan, Sku, Units};
use crate::world::{TenantSpec, World};

/// A value of a property.
#[derive(Serialize)]
#[serde(untagged)]
enum Cell<'a> {
    Text(&'a str),
    Owned(String),
    Id(Uuid),
    Ids(Vec<Uuid>),
    Number(i64),
    Flag(bool),
    Date(String),
    Plans(&'a [ServicePlan]),
    Json(Value),
    Nothing,
}

type Row<'a> = Vec<(&'static str, Cell<'a>)>;

/// A list under way.
struct List<'a> {
    bytes: Vec<u8>,
    rows: usize,
    select: &'a Select,
}

impl<'a> List<'a> {
    fn new(base_url: &str, name: &str, select: &'a Select) -> List<'a> {
        let base = if base_url.is_empty() {
            "https://graph.microsoft.com"
        } else {
            base_url
        };
        let projection = match select {
            Select::All => String::new(),
            Select::Only(names) => format!("({})", names.join(",")),
        };
        let context = json!(format!("{base}/v1.0/$metadata#{name}{projection}"));
        let bytes = format!("{{\"@odata.context\":{context},\"value\":[").into_bytes();
        List {
            bytes,
            rows: 0,
            select,
        }
    }

    fn push(&mut self, row: Row<'_>, oddities: &Oddities) {
        if self.rows > 0 {
            self.bytes.push(b',');
        }
        self.rows += 1;
        let cells = row.into_iter().filter(|(name, _)| self.select.has(name));
        if *oddities == Oddities::default() {
            return write(&mut self.bytes, cells);
        }
        let cells = cells.map(|(name, cell)| (name.to_owned(), json!(cell)));
        let mut row: Map<String, Value> = cells.collect();
        oddities.apply(&mut row);
        self.bytes
            .extend_from_slice(Value::Object(row).to_string().as_bytes());
    }

    fn end(mut self) -> Vec<u8> {
        self.bytes.extend_from_slice(b"]}");
        self.bytes
    }
}

fn write<'a>(bytes: &mut Vec<u8>, cells: impl Iterator<Item = (&'static str, Cell<'a>)>) {
    bytes.push(b'{');
    for (index, (name, cell)) in cells.enumerate() {
        if index > 0 {
            bytes.push(b',');
        }
        bytes.extend_from_slice(b"\"");
        bytes.extend_from_slice(name.as_bytes());
        bytes.extend_from_slice(b"\":");
        serde_json::to_writer(&mut *bytes, &cell).expect("a cell is plain data");
    }
    bytes.push(b'}');
}

pub(super) fn subscribed_skus(
    world: &World,
    tenant: &TenantSpec,
    at: Timestamp,
    base_url: &str,
    select: &Select,
) -> Vec<u8> {
    let day = world.day(at);
    let mut list = List::new(base_url, "subscribedSkus", select);
    for (sku, units) in tenant.skus(day) {
        let row = vec![
            ("accountName", Cell::Text(&tenant.key)),
            ("accountId", Cell::Id(tenant.tenant_id)),
            ("appliesTo", Cell::Text(&sku.applies_to)),
            ("capabilityStatus", Cell::Text(sku.status(units, day))),
            ("consumedUnits", Cell::Number(units.consumed)),
            (
                "id",
                Cell::Owned(format!("{}_{}", tenant.tenant_id, sku.sku_id)),
            ),
            ("skuId", Cell::Id(sku.sku_id)),
            ("skuPartNumber", Cell::Text(&sku.part_number)),
            (
                "subscriptionIds",
                Cell::Ids(subscription_ids(tenant, sku, day)),
            ),
            ("prepaidUnits", Cell::Json(prepaid(units))),
            ("servicePlans", Cell::Plans(&sku.plans)),
        ];
        list.push(row, &sku.oddities);
    }
    list.end()
}

fn prepaid(units: Units) -> Value {
    json!({
        "enabled": units.enabled,
        "suspended": units.suspended,
        "warning": units.warning,
        "lockedOut": units.locked_out,
    })
}

fn subscription_ids(tenant: &TenantSpec, sku: &Sku, day: Day) -> Vec<Uuid> {
    let bought = sku.subscriptions.iter().enumerate();
    bought
        .filter(|(_, subscription)| subscription.created_day <= day.number)
        .map(|(index, _)| tenant.commerce_id(sku, index))
        .collect()
}

pub(super) fn subscriptions(
    world: &World,
    tenant: &TenantSpec,
    at: Timestamp,
    base_url: &str,
    select: &Select,
) -> Vec<u8> {
    let day = world.day(at);
    let mut list = List::new(base_url, "directory/subscriptions", select);
    for (sku, units) in tenant.skus(day) {
        for (index, subscription) in sku.subscriptions.iter().enumerate() {
            if subscription.created_day > day.number {
                continue;
            }
            let all = units.enabled + units.warning + units.suspended + units.locked_out;
            let total = subscription
                .total
                .as_ref()
                .map_or(all, |total| total.at(day));
            let told = subscription
                .status
                .as_ref()
                .and_then(|status| status.at(day));
            let status = told.map_or_else(|| sku.status(units, day), String::as_str);
            let ends = subscription
                .ends_in_days
                .as_ref()
                .and_then(|ends| ends.at(day));
            let ends = ends.map(|ends| Cell::Date(world.midnight(*ends).to_string()));
            let created = world.midnight(subscription.created_day).to_string();
            let row = vec![
                ("id", Cell::Id(tenant.subscription_id(sku, index))),
                (
                    "commerceSubscriptionId",
                    Cell::Id(tenant.commerce_id(sku, index)),
                ),
                ("createdDateTime", Cell::Date(created)),
                ("isTrial", Cell::Flag(subscription.trial)),
                ("nextLifecycleDateTime", ends.unwrap_or(Cell::Nothing)),
                ("ownerId", Cell::Nothing),
                ("ownerTenantId", Cell::Nothing),
                ("ownerType", Cell::Nothing),
                ("skuId", Cell::Id(sku.sku_id)),
                ("skuPartNumber", Cell::Text(&sku.part_number)),
                ("status", Cell::Text(status)),
                ("totalLicenses", Cell::Number(total)),
                ("serviceStatus", Cell::Plans(&sku.plans)),
            ];
            list.push(row, &subscription.oddities);
        }
    }
    list.end()
}

pub(super) fn organization(
    world: &World,
    tenant: &TenantSpec,
    _at: Timestamp,
    base_url: &str,
    select: &Select,
) -> Vec<u8> {
    let domains = json!([{
        "capabilities": "Email, OfficeCommunicationsOnline",
        "isDefault": true,
        "isInitial": true,
        "name": tenant.domain,
        "type": "Managed",
    }]);
    let created = world.midnight(tenant.created_day).to_string();
    let mut list = List::new(base_url, "organization", select);
    let row = vec![
        ("id", Cell::Id(tenant.tenant_id)),
        ("countryLetterCode", Cell::Text(&tenant.country)),
        ("createdDateTime", Cell::Date(created)),
        ("displayName", Cell::Text(&tenant.name)),
        ("tenantType", Cell::Text("AAD")),
        ("verifiedDomains", Cell::Json(domains)),
    ];
    list.push(row, &Oddities::default());
    list.end()
}
