//! From a world file as written to a world that holds together.

mod sign_in;

use std::collections::{BTreeMap, HashSet};

use toml::Spanned;
use uuid::Uuid;

use crate::world::course::{Course, Steps, mix};
use crate::world::error::WorldError;
use crate::world::file::{
    Changing, OddTable, SiteTable, SkuTable, SubscriptionTable, TenantTable, WorldFile,
};
use crate::world::sign_in::Company;
use crate::world::site::SiteSpec;
use crate::world::tenant::{Oddities, ServicePlan, Sku, Subscription, TenantSpec};

/// Namespace of the ids that the file leaves out.
const IDS: Uuid = Uuid::from_u128(0x6d69_6372_6f73_4f66_8000_7369_6d75_6c61);

/// The permission of an app that watches, and that of an app that writes to the company's lists.
const WATCHER: &str = "Organization.Read.All";
pub(crate) const COMPANY: &str = "Sites.Selected";

/// No day further away than this, so that every date of an answer exists (about 270 years).
const FARTHEST_DAY: i32 = 100_000;

/// Where a table of the file begins.
struct Reader<'a> {
    text: &'a str,
    plans: BTreeMap<String, Uuid>,
}

pub(crate) fn world(text: &str) -> Result<(Vec<TenantSpec>, Company), WorldError> {
    let file: WorldFile = toml::from_str(text).map_err(|error| syntax(text, &error))?;
    if file.tenant.is_empty() {
        return Err(WorldError::new(
            "no tenant: begin one with a line [[tenant]]",
        ));
    }
    let reader = Reader {
        text,
        plans: file.service_plans,
    };
    let tenants = file
        .tenant
        .into_iter()
        .map(|table| reader.tenant(table))
        .collect::<Result<Vec<_>, _>>()?;
    distinct(&tenants)?;
    let site = file.sharepoint.map(|table| reader.site(table, &tenants));
    let site = site.transpose()?;
    let people = (file.account, file.daemon);
    let sign_in = reader.sign_in(file.sign_in, people, &tenants, site.as_ref())?;
    Ok((tenants, Company { site, sign_in }))
}

fn syntax(text: &str, error: &toml::de::Error) -> WorldError {
    let told = WorldError::new(error.message().trim());
    match error.span() {
        Some(span) => told.line(text, span.start),
        None => told,
    }
}

fn distinct(tenants: &[TenantSpec]) -> Result<(), WorldError> {
    let mut taken = HashSet::new();
    for tenant in tenants {
        let names = [
            ("key", tenant.key.clone()),
            ("tenant_id", tenant.tenant_id.to_string()),
            ("domain", tenant.domain.to_ascii_lowercase()),
        ];
        for (field, value) in names {
            if !taken.insert((field, value.clone())) {
                let message = format!("\"{value}\" is another tenant's too: choose a second one");
                return Err(WorldError::new(message).field(field).tenant(&tenant.key));
            }
        }
    }
    Ok(())
}

impl Reader<'_> {
    fn tenant(&self, table: Spanned<TenantTable>) -> Result<TenantSpec, WorldError> {
        let start = table.span().start;
        let table = table.into_inner();
        let key = table.key.clone();
        self.tenant_of(table)
            .map_err(|error| error.tenant(&key).line(self.text, start))
    }

    fn tenant_of(&self, table: TenantTable) -> Result<TenantSpec, WorldError> {
        check_key(&table.key)?;
        let days = [
            ("created_day", table.created_day),
            ("certificate.from_day", table.certificate.from_day),
            ("certificate.ends_in_days", table.certificate.ends_in_days),
        ];
        for (field, day) in days {
            near(field, day)?;
        }
        if table.certificate.from_day >= table.certificate.ends_in_days {
            let message = "it ends before it begins: choose an earlier from_day";
            return Err(WorldError::new(message).field("certificate"));
        }
        let permissions = table.permissions.unwrap_or_else(|| {
            let permission = if table.watched { WATCHER } else { COMPANY };
            let given = table.registered.then(|| permission.to_owned());
            given.into_iter().collect()
        });
        let (key, skus) = (table.key, table.sku.into_iter());
        let skus = skus
            .map(|sku| self.sku(sku))
            .collect::<Result<Vec<_>, _>>()?;
        once(&skus)?;
        let id = |purpose: &str| Uuid::new_v5(&IDS, format!("{purpose} {key}").as_bytes());
        Ok(TenantSpec {
            tenant_id: table.tenant_id.unwrap_or_else(|| id("tenant")),
            client_id: table.client_id.unwrap_or_else(|| id("app")),
            domain: table
                .domain
                .unwrap_or_else(|| format!("{key}.onmicrosoft.com")),
            key,
            name: table.name,
            country: table.country,
            users: table.users,
            created_day: table.created_day,
            // What has no app yet cannot be looked at.
            watched: table.watched && table.registered,
            registered: table.registered,
            permissions: permissions.into(),
            certificate: table.certificate,
            secrets: table.secrets,
            throttling: table.throttling,
            skus: skus.into(),
            variation: None,
        })
    }

    fn sku(&self, table: Spanned<SkuTable>) -> Result<Sku, WorldError> {
        let start = table.span().start;
        let table = table.into_inner();
        let place = format!("sku {}", table.part_number);
        self.sku_of(table).map_err(|error| {
            let field = match &error.field {
                Some(field) => format!("{place}: {field}"),
                None => place,
            };
            error.field(&field).line(self.text, start)
        })
    }

    fn sku_of(&self, table: SkuTable) -> Result<Sku, WorldError> {
        // The noise of a SKU is its own, and the same at every start.
        let salt = mix(table.sku_id.as_u64_pair().0);
        let subscriptions = match table.subscription {
            None => vec![Subscription {
                created_day: -400,
                ..Subscription::default()
            }],
            Some(tables) => tables
                .into_iter()
                .map(|table| self.subscription(table))
                .collect::<Result<_, _>>()?,
        };
        Ok(Sku {
            sku_id: table.sku_id,
            part_number: table.part_number,
            applies_to: table.applies_to,
            status: steps("status", table.status)?,
            from_day: table.from_day.unwrap_or(i32::MIN),
            consumed: course("consumed", table.consumed)?.with_noise(table.noise, salt),
            enabled: course("enabled", table.enabled)?,
            warning: course("warning", table.warning)?,
            suspended: course("suspended", table.suspended)?,
            locked_out: course("locked_out", table.locked_out)?,
            plans: table
                .plans
                .iter()
                .map(|name| self.plan(name))
                .collect::<Result<_, _>>()?,
            subscriptions,
            oddities: oddities(table.odd)?,
        })
    }

    fn subscription(&self, table: Spanned<SubscriptionTable>) -> Result<Subscription, WorldError> {
        let start = table.span().start;
        subscription_of(table.into_inner()).map_err(|error| error.line(self.text, start))
    }

    fn site(
        &self,
        table: Spanned<SiteTable>,
        tenants: &[TenantSpec],
    ) -> Result<SiteSpec, WorldError> {
        let start = table.span().start;
        site_of(table.into_inner(), tenants).map_err(|error| error.line(self.text, start))
    }

    fn plan(&self, name: &str) -> Result<ServicePlan, WorldError> {
        let id = self.plans.get(name).ok_or_else(|| {
            let message = format!("no service plan \"{name}\": add its id under [service_plans]");
            WorldError::new(message).field("plans")
        })?;
        Ok(ServicePlan {
            service_plan_id: *id,
            service_plan_name: name.to_owned(),
            provisioning_status: "Success",
            applies_to: "User",
        })
    }
}

fn site_of(table: SiteTable, tenants: &[TenantSpec]) -> Result<SiteSpec, WorldError> {
    check_key(&table.profile).map_err(|error| error.field("sharepoint.profile"))?;
    let position = tenants.iter().position(|it| it.key == table.tenant);
    let position = position.ok_or_else(|| {
        let message = format!("no tenant \"{}\" in this file", table.tenant);
        WorldError::new(message).field("sharepoint.tenant")
    })?;
    // Both would have their certificate in the same folder of a home.
    if tenants
        .iter()
        .any(|it| it.watched && it.key == table.profile)
    {
        let message = "a watched tenant has this key: choose another name";
        return Err(WorldError::new(message).field("sharepoint.profile"));
    }
    let mut site = SiteSpec::new(&tenants[position], position, table.profile, table.name);
    site.indexed = table.indexed;
    site.parameters = table.parameters.into_iter().collect();
    Ok(site)
}

fn subscription_of(table: SubscriptionTable) -> Result<Subscription, WorldError> {
    near("subscription.created_day", table.created_day)?;
    let ends = steps("subscription.ends_in_days", table.ends_in_days)?;
    for (_, day) in ends.iter().flat_map(|ends| &ends.0) {
        near("subscription.ends_in_days", *day)?;
    }
    let total = table.total.map(|total| course("subscription.total", total));
    Ok(Subscription {
        id: table.id,
        commerce_id: table.commerce_id,
        total: total.transpose()?,
        status: steps("subscription.status", table.status)?,
        trial: table.trial,
        created_day: table.created_day,
        ends_in_days: ends,
        oddities: oddities(table.odd)?,
    })
}

fn check_key(key: &str) -> Result<(), WorldError> {
    let allowed = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
    if (1..=40).contains(&key.len()) && key.bytes().all(allowed) {
        return Ok(());
    }
    let message = "use 1 to 40 of the characters a-z, 0-9 and -, as in iseschool";
    Err(WorldError::new(message).field("key"))
}

fn near(field: &str, day: i32) -> Result<(), WorldError> {
    if (-FARTHEST_DAY..=FARTHEST_DAY).contains(&day) {
        return Ok(());
    }
    let message = format!("day {day} is too far: stay within {FARTHEST_DAY} days of the start");
    Err(WorldError::new(message).field(field))
}

fn once(skus: &[Sku]) -> Result<(), WorldError> {
    let mut taken = HashSet::new();
    for sku in skus {
        if !taken.insert(sku.sku_id) {
            let message = format!("sku_id {} stands twice in this tenant", sku.sku_id);
            return Err(WorldError::new(message).field(&format!("sku {}", sku.part_number)));
        }
    }
    Ok(())
}

fn course(field: &str, value: Changing<i64>) -> Result<Course, WorldError> {
    let points = points(field, value)?;
    let fits = |value: i64| i32::try_from(value).is_ok();
    if let Some((_, value)) = points.iter().find(|(_, value)| !fits(*value)) {
        let message = format!("{value} is no number of 32 bits; put it under odd to answer it");
        return Err(WorldError::new(message).field(field));
    }
    Ok(Course::new(points))
}

fn steps<T>(field: &str, value: Option<Changing<T>>) -> Result<Option<Steps<T>>, WorldError> {
    let points = value.map(|value| points(field, value)).transpose()?;
    Ok(points.map(Steps))
}

fn points<T>(field: &str, value: Changing<T>) -> Result<Vec<(i32, T)>, WorldError> {
    let points = match value {
        Changing::Constant(value) => return Ok(vec![(0, value)]),
        Changing::Points(points) => points,
    };
    if points.is_empty() {
        let message = "a course without points: write at least one [day, value]";
        return Err(WorldError::new(message).field(field));
    }
    let backwards = points.windows(2).find(|pair| pair[0].0 > pair[1].0);
    if let Some(pair) = backwards {
        let (before, after) = (pair[0].0, pair[1].0);
        let message = format!("day {after} stands after day {before}: sort the points by day");
        return Err(WorldError::new(message).field(field));
    }
    for (day, _) in &points {
        near(field, *day)?;
    }
    Ok(points)
}

fn oddities(table: OddTable) -> Result<Oddities, WorldError> {
    let mut fields = Vec::new();
    for (path, value) in table.odd {
        let value = serde_json::to_value(value).map_err(|_| {
            WorldError::new("JSON cannot say this value").field(&format!("odd.{path}"))
        })?;
        fields.push((path, Some(value)));
    }
    let null = Some(serde_json::Value::Null);
    fields.extend(table.nulls.into_iter().map(|path| (path, null.clone())));
    fields.extend(table.missing.into_iter().map(|path| (path, None)));
    Ok(Oddities(fields))
}
