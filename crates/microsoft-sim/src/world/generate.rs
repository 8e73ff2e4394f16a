//! Worlds of any size for load: what a tenant has is made up when it is asked for.

use std::sync::Arc;

use uuid::Uuid;

use crate::world::course::{Course, Day, Steps, mix};
use crate::world::tenant::{
    CertificateSpec, Oddities, Sku, Subscription, TenantSpec, Throttling, Units,
};

/// The numbers of a tenant, as a function of who asks for what and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Variation(u64);

impl Variation {
    /// Seats that a school might have: most SKUs have some free, a few have none. A part of the
    /// SKUs changes by a seat or two each week, on a weekday of its own.
    pub(crate) fn units(self, sku: usize, day: Day) -> Units {
        let own = mix(self.0 ^ sku as u64);
        let enabled = 20 + below(own, 1_500);
        let used = enabled * (60 + below(own >> 16, 43)) / 100;
        let week = (i64::from(day.number) + below(own >> 32, 7)).div_euclid(7);
        let moved = below(mix(own ^ week.unsigned_abs()), 5) - 2;
        Units {
            consumed: (used + moved).max(0),
            enabled,
            warning: 0,
            suspended: 0,
            locked_out: 0,
        }
    }
}

fn below(chance: u64, limit: u64) -> i64 {
    i64::try_from(chance % limit).expect("limits are small")
}

pub(crate) fn tenants(tenants: usize, skus: usize, seed: u64) -> Vec<TenantSpec> {
    let namespace = Uuid::from_u64_pair(mix(seed), mix(!seed));
    let skus: Arc<[Sku]> = (1..=skus).map(|number| sku(&namespace, number)).collect();
    let permissions: Arc<[String]> = Arc::new(["Organization.Read.All".to_owned()]);
    let tenant = |number: usize| {
        let key = format!("school-{number:05}");
        TenantSpec {
            name: format!("School {number}"),
            tenant_id: Uuid::new_v5(&namespace, key.as_bytes()),
            client_id: Uuid::new_v5(&namespace, format!("app of {key}").as_bytes()),
            domain: format!("{key}.onmicrosoft.com"),
            key,
            watched: true,
            registered: true,
            country: "CH".to_owned(),
            users: 300,
            created_day: -1_000,
            permissions: Arc::clone(&permissions),
            certificate: CertificateSpec::default(),
            secrets: Vec::new(),
            throttling: Throttling::default(),
            skus: Arc::clone(&skus),
            variation: Some(Variation(mix(seed ^ ((number as u64) << 20)))),
        }
    };
    (1..=tenants).map(tenant).collect()
}

/// Tenants share the identity of their products, as they do at Microsoft.
fn sku(namespace: &Uuid, number: usize) -> Sku {
    let part_number = format!("SIM_PRODUCT_{number:03}");
    let subscription = Subscription {
        created_day: -400,
        ends_in_days: Some(Steps::constant(200)),
        ..Subscription::default()
    };
    Sku {
        sku_id: Uuid::new_v5(namespace, part_number.as_bytes()),
        part_number,
        applies_to: "User".to_owned(),
        status: None,
        from_day: i32::MIN,
        consumed: Course::default(),
        enabled: Course::default(),
        warning: Course::default(),
        suspended: Course::default(),
        locked_out: Course::default(),
        plans: Vec::new(),
        subscriptions: vec![subscription],
        oddities: Oddities::default(),
    }
}
