//! The world that is played: tenants, what they bought, and how it changes over days.

pub(crate) mod course;
pub(crate) mod tenant;
mod check;
mod error;
mod file;
mod generate;
pub(crate) mod site;
pub(crate) mod sign_in;

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use uuid::Uuid;

pub use self::error::WorldError;
pub use self::sign_in::Account;
pub use self::tenant::TenantSpec;

use crate::clock;
use crate::graph;
use crate::world::course::{DAY, Day};
use crate::world::sign_in::{Company, SignInSpec};
use crate::world::site::SiteSpec;

/// Tenants, their SKUs and purchases, and the course of their numbers over days. Cheap to clone.
///
/// Day 0 is the day on which the world was made; a [`Simulator`](crate::Simulator) with a frozen
/// clock makes it the day of that clock.
#[derive(Debug, Clone)]
pub struct World {
    tenants: Arc<Tenants>,
    day0: Timestamp,
}

#[derive(Debug)]
struct Tenants {
    list: Vec<TenantSpec>,
    by_key: HashMap<String, usize>,
    by_id: HashMap<Uuid, usize>,
    by_domain: HashMap<String, usize>,
    /// Whether one certificate serves all of them, as that of a service provider's app may.
    one_certificate: bool,
    company: Company,
}

impl World {
    /// Reads a world file; `worlds/demo.toml` shows all that it can say.
    ///
    /// # Errors
    /// Says line, tenant, field and the way out of the first mistake.
    pub fn parse(toml: &str) -> Result<World, WorldError> {
        check::world(toml).map(|(tenants, company)| World::new(tenants, company, false))
    }

    /// The two schools of the demo, the company that looks after them and its people, and a third
    /// school in which nobody has registered an app yet.
    #[must_use]
    pub fn demo() -> World {
        World::parse(include_str!("../worlds/demo.toml")).expect("the demo's world is tested")
    }

    /// As many tenants and SKUs as asked for, the same ones for the same seed. They cost next to
    /// nothing until asked for, and share one certificate.
    #[must_use]
    pub fn generate(tenants: usize, skus: usize, seed: u64) -> World {
        let tenants = generate::tenants(tenants, skus, seed);
        World::new(tenants, Company::default(), true)
    }

    /// The same world with a company that looks after it: a tenant "company" that nobody watches,
    /// with a SharePoint site, and people who sign in. A world that has a site stays as it is.
    ///
    /// # Panics
    /// If a tenant is called "company" and is not it.
    #[must_use]
    pub fn with_company(self) -> World {
        if self.site().is_some() {
            return self;
        }
        let (company, site) = site::company(self.len());
        assert!(
            self.tenant(&company.key).is_none(),
            "a tenant \"{}\" that is not the company",
            company.key
        );
        let mut list = self.tenants.list.clone();
        let sign_in = SignInSpec::of_company(&company, &site);
        list.push(company);
        let company = Company {
            site: Some(site),
            sign_in: Some(sign_in),
        };
        World::new(list, company, self.tenants.one_certificate).starting(self.day0)
    }

    fn new(list: Vec<TenantSpec>, company: Company, one_certificate: bool) -> World {
        let numbered = || list.iter().enumerate();
        let tenants = Tenants {
            by_key: numbered().map(|(n, it)| (it.key.clone(), n)).collect(),
            by_id: numbered().map(|(n, it)| (it.tenant_id, n)).collect(),
            by_domain: numbered()
                .map(|(n, it)| (it.domain.to_ascii_lowercase(), n))
                .collect(),
            one_certificate,
            company,
            list,
        };
        World {
            tenants: Arc::new(tenants),
            day0: clock::now(),
        }
    }

    /// The same world with another day 0.
    #[must_use]
    pub fn starting(self, day0: Timestamp) -> World {
        World { day0, ..self }
    }

    /// The instant that is day 0 of every course.
    #[must_use]
    pub fn today(&self) -> Timestamp {
        self.day0
    }

    /// The tenants that are watched, in the order of the file; the company's own is not.
    pub fn tenants(&self) -> impl Iterator<Item = &TenantSpec> {
        self.tenants.list.iter().filter(|tenant| tenant.watched)
    }

    /// Every tenant by its position, watched or not.
    pub(crate) fn all(&self) -> impl Iterator<Item = &TenantSpec> {
        self.tenants.list.iter()
    }

    pub(crate) fn site(&self) -> Option<&SiteSpec> {
        self.tenants.company.site.as_ref()
    }

    pub(crate) fn sign_in(&self) -> Option<&SignInSpec> {
        self.tenants.company.sign_in.as_ref()
    }

    /// What Graph answers to `GET /v1.0/subscribedSkus` of a tenant at an instant.
    #[must_use]
    pub fn subscribed_skus_body(&self, key: &str, at: Timestamp) -> Option<Vec<u8>> {
        Some(graph::subscribed_skus_body(self, self.tenant(key)?, at))
    }

    /// What Graph answers to `GET /v1.0/directory/subscriptions` of a tenant at an instant.
    #[must_use]
    pub fn subscriptions_body(&self, key: &str, at: Timestamp) -> Option<Vec<u8>> {
        Some(graph::subscriptions_body(self, self.tenant(key)?, at))
    }

    /// A tenant, watched or not, by its key.
    #[must_use]
    pub fn tenant(&self, key: &str) -> Option<&TenantSpec> {
        self.index_of_key(key).map(|index| self.at(index))
    }

    pub(crate) fn at(&self, index: usize) -> &TenantSpec {
        &self.tenants.list[index]
    }

    pub(crate) fn len(&self) -> usize {
        self.tenants.list.len()
    }

    pub(crate) fn one_certificate(&self) -> bool {
        self.tenants.one_certificate
    }

    pub(crate) fn index_of_key(&self, key: &str) -> Option<usize> {
        self.tenants.by_key.get(key).copied()
    }

    pub(crate) fn index_of_id(&self, id: Uuid) -> Option<usize> {
        self.tenants.by_id.get(&id).copied()
    }

    pub(crate) fn index_of_domain(&self, domain: &str) -> Option<usize> {
        let domain = domain.to_ascii_lowercase();
        self.tenants.by_domain.get(&domain).copied()
    }

    pub(crate) fn day(&self, at: Timestamp) -> Day {
        Day::new(at, self.day0)
    }

    /// Midnight, in universal time, at which a day begins.
    pub(crate) fn midnight(&self, day: i32) -> Timestamp {
        let midnight = self.day0.as_second().div_euclid(DAY) + i64::from(day);
        Timestamp::from_second(midnight * DAY).unwrap_or(Timestamp::MAX)
    }
}
