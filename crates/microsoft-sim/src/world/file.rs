//! The shape of a world file: short to write, days relative to the day of the start.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;
use uuid::Uuid;

use crate::world::tenant::{CertificateSpec, ClientSecret, Throttling};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WorldFile {
    /// Names of service plans and their ids, for `plans` of the SKUs.
    #[serde(default)]
    pub(super) service_plans: BTreeMap<String, Uuid>,
    #[serde(default)]
    pub(super) tenant: Vec<Spanned<TenantTable>>,
    pub(super) sharepoint: Option<Spanned<SiteTable>>,
    pub(super) sign_in: Option<Spanned<SignInTable>>,
    #[serde(default)]
    pub(super) account: Vec<Spanned<AccountTable>>,
    #[serde(default)]
    pub(super) daemon: Vec<Spanned<DaemonTable>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TenantTable {
    pub(super) key: String,
    pub(super) name: String,
    pub(super) tenant_id: Option<Uuid>,
    pub(super) client_id: Option<Uuid>,
    pub(super) domain: Option<String>,
    #[serde(default = "country")]
    pub(super) country: String,
    #[serde(default = "users")]
    pub(super) users: u32,
    #[serde(default = "created_day")]
    pub(super) created_day: i32,
    /// Without it no profile is written for the tenant.
    #[serde(default = "watched")]
    pub(super) watched: bool,
    /// Without it nobody has registered an app in the tenant, and so nobody can watch it yet.
    #[serde(default = "registered")]
    pub(super) registered: bool,
    pub(super) permissions: Option<Vec<String>>,
    #[serde(default)]
    pub(super) certificate: CertificateSpec,
    #[serde(default)]
    pub(super) secrets: Vec<ClientSecret>,
    #[serde(default)]
    pub(super) throttling: Throttling,
    #[serde(default)]
    pub(super) sku: Vec<Spanned<SkuTable>>,
}

/// The company's site.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SiteTable {
    /// Key of the tenant that has it.
    pub(super) tenant: String,
    /// Name of the profile in a written home.
    pub(super) profile: String,
    pub(super) name: String,
    /// Columns with an index, in every list that has one of that name.
    #[serde(default)]
    pub(super) indexed: Vec<String>,
    /// Rows of the parameter list.
    #[serde(default)]
    pub(super) parameters: BTreeMap<String, String>,
}

/// The app by which people sign in to the company's program.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct SignInTable {
    /// Key of the tenant that has it; without it, that of the site.
    pub(super) tenant: Option<String>,
    /// Name of the profile in a written home; without it, that of the site.
    pub(super) profile: Option<String>,
    pub(super) name: Option<String>,
    pub(super) client_id: Option<Uuid>,
    /// Without it, another one at each start.
    pub(super) secret: Option<String>,
    /// Without it, those of the program on loopback and at `licensetool.local`.
    pub(super) redirect_uris: Option<Vec<String>>,
    pub(super) logout_urls: Vec<String>,
}

/// Somebody who signs in.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountTable {
    pub(super) name: String,
    /// As in a mail address.
    pub(super) username: String,
    /// Key of the tenant whose account it is.
    pub(super) tenant: String,
    #[serde(default)]
    pub(super) roles: Vec<String>,
}

/// A program that calls the company's one, by an app of its own in the same tenant.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DaemonTable {
    pub(super) name: String,
    #[serde(default)]
    pub(super) roles: Vec<String>,
    /// Without it, another one at each start.
    pub(super) secret: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SkuTable {
    pub(super) part_number: String,
    pub(super) sku_id: Uuid,
    #[serde(default = "applies_to")]
    pub(super) applies_to: String,
    pub(super) status: Option<Changing<String>>,
    pub(super) from_day: Option<i32>,
    #[serde(default)]
    pub(super) consumed: Changing<i64>,
    #[serde(default)]
    pub(super) enabled: Changing<i64>,
    #[serde(default)]
    pub(super) warning: Changing<i64>,
    #[serde(default)]
    pub(super) suspended: Changing<i64>,
    #[serde(default)]
    pub(super) locked_out: Changing<i64>,
    /// Seats by which `consumed` strays on a school day.
    #[serde(default)]
    pub(super) noise: u32,
    #[serde(default)]
    pub(super) plans: Vec<String>,
    pub(super) subscription: Option<Vec<Spanned<SubscriptionTable>>>,
    #[serde(flatten)]
    pub(super) odd: OddTable,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SubscriptionTable {
    pub(super) id: Option<Uuid>,
    pub(super) commerce_id: Option<Uuid>,
    pub(super) total: Option<Changing<i64>>,
    pub(super) status: Option<Changing<String>>,
    #[serde(default)]
    pub(super) trial: bool,
    #[serde(default = "bought_day")]
    pub(super) created_day: i32,
    pub(super) ends_in_days: Option<Changing<i32>>,
    #[serde(flatten)]
    pub(super) odd: OddTable,
}

/// Fields of an answer by their names there, such as `prepaidUnits.enabled`.
#[derive(Debug, Default, Deserialize)]
pub(super) struct OddTable {
    /// Any other value.
    #[serde(default)]
    pub(super) odd: BTreeMap<String, toml::Value>,
    /// Answered as `null`.
    #[serde(default)]
    pub(super) nulls: Vec<String>,
    /// Left out.
    #[serde(default)]
    pub(super) missing: Vec<String>,
}

/// A value for ever, or points of `[day, value]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(
    untagged,
    expecting = "expected one value, or a list of [day, value] pairs"
)]
pub(super) enum Changing<T> {
    Constant(T),
    Points(Vec<(i32, T)>),
}

impl Default for Changing<i64> {
    fn default() -> Self {
        Changing::Constant(0)
    }
}

fn country() -> String {
    "CH".to_owned()
}

fn users() -> u32 {
    300
}

fn created_day() -> i32 {
    -1_000
}

fn bought_day() -> i32 {
    -400
}

fn watched() -> bool {
    true
}

fn registered() -> bool {
    true
}

fn applies_to() -> String {
    "User".to_owned()
}
