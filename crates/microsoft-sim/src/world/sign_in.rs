//! Who signs in to the company's program: its app, people with their roles, and other programs.

use uuid::Uuid;

use crate::world::site::SiteSpec;
use crate::world::tenant::TenantSpec;

/// What the company has besides its tenant.
#[derive(Debug, Clone, Default)]
pub(crate) struct Company {
    pub(crate) site: Option<SiteSpec>,
    pub(crate) sign_in: Option<SignInSpec>,
}

/// Where the program is on a person's own machine and in its cluster, as its app has them. Entra
/// wants the addresses after a sign-out in the same list.
const REDIRECT_URIS: [&str; 6] = [
    "http://127.0.0.1/api/v1/auth/callback",
    "http://localhost/api/v1/auth/callback",
    "https://licensetool.local/api/v1/auth/callback",
    "http://127.0.0.1/",
    "http://localhost/",
    "https://licensetool.local/",
];

/// The app by which people sign in.
#[derive(Debug, Clone)]
pub(crate) struct SignInSpec {
    /// Position of the tenant that has it.
    pub(crate) tenant: usize,
    /// Name of the profile in a written home.
    pub(crate) profile: String,
    pub(crate) name: String,
    pub(crate) client_id: Uuid,
    /// Made at the start if there is none.
    pub(crate) secret: Option<String>,
    pub(crate) redirect_uris: Vec<String>,
    pub(crate) logout_urls: Vec<String>,
    pub(crate) accounts: Vec<Account>,
    pub(crate) daemons: Vec<DaemonSpec>,
}

/// Somebody who can sign in, of the company or of another tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Account {
    /// Display name, in any characters.
    pub name: String,
    /// As in a mail address; it may change, `oid` does not.
    pub username: String,
    /// Key of the tenant whose account it is.
    pub tenant: String,
    /// Object id in that tenant.
    pub oid: Uuid,
    /// Roles in the sign-in app.
    pub roles: Vec<String>,
}

/// A program with an app of its own.
#[derive(Debug, Clone)]
pub(crate) struct DaemonSpec {
    pub(crate) name: String,
    pub(crate) client_id: Uuid,
    /// Made at the start if there is none.
    pub(crate) secret: Option<String>,
    /// Roles in the sign-in app.
    pub(crate) roles: Vec<String>,
}

impl SignInSpec {
    pub(crate) fn new(tenant: &TenantSpec, position: usize, profile: String) -> SignInSpec {
        SignInSpec {
            tenant: position,
            profile,
            name: "licensetool".to_owned(),
            client_id: Uuid::new_v5(&tenant.tenant_id, b"sign-in app"),
            secret: None,
            redirect_uris: REDIRECT_URIS.map(str::to_owned).to_vec(),
            logout_urls: Vec::new(),
            accounts: Vec::new(),
            daemons: Vec::new(),
        }
    }

    /// That of a made-up company, with one account of each role and one without.
    pub(crate) fn of_company(company: &TenantSpec, site: &SiteSpec) -> SignInSpec {
        let account = |name: &str, role: Option<&str>| {
            let username = format!("{}@{}", name.replace(' ', "."), company.domain);
            let username = username.to_ascii_lowercase();
            let roles = role.into_iter().map(str::to_owned).collect();
            Account::new(company, name.to_owned(), username, roles)
        };
        let roles = [
            ("Reader", "reader"),
            ("Operator", "operator"),
            ("Admin", "admin"),
        ];
        let with = roles.map(|(name, role)| account(name, Some(role)));
        let accounts = with.into_iter().chain([account("No role", None)]);
        SignInSpec {
            accounts: accounts.collect(),
            ..SignInSpec::new(company, site.tenant, site.profile.clone())
        }
    }
}

impl Account {
    pub(crate) fn new(
        tenant: &TenantSpec,
        name: String,
        username: String,
        roles: Vec<String>,
    ) -> Account {
        Account {
            oid: Uuid::new_v5(&tenant.tenant_id, username.as_bytes()),
            tenant: tenant.key.clone(),
            name,
            username,
            roles,
        }
    }
}
