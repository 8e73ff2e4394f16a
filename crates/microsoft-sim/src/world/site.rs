//! The company's SharePoint site: whose it is, and which lists stand in it at the start.

use uuid::Uuid;

use crate::world::check::COMPANY;
use crate::world::tenant::{CertificateSpec, TenantSpec, Throttling};

/// The lists that the tool writes to and reads from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Tenants,
    Licences,
    Parameters,
}

impl Purpose {
    pub(crate) const ALL: [Purpose; 3] = [Purpose::Tenants, Purpose::Licences, Purpose::Parameters];

    /// The name by which people know the list.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Purpose::Tenants => "Mandanten",
            Purpose::Licences => "Lizenzen",
            Purpose::Parameters => "Parameter",
        }
    }
}

/// A SharePoint site of the world.
#[derive(Debug, Clone)]
pub(crate) struct SiteSpec {
    /// Position of the tenant that has it.
    pub(crate) tenant: usize,
    /// Name of the profile in a written home.
    pub(crate) profile: String,
    pub(crate) name: String,
    /// As in `contoso.sharepoint.com`.
    pub(crate) host: String,
    /// Ids of the site collection and of the site in it.
    collection: Uuid,
    web: Uuid,
    /// Columns that have an index from the start.
    pub(crate) indexed: Vec<String>,
    /// Names and values in the parameter list.
    pub(crate) parameters: Vec<(String, String)>,
}

impl SiteSpec {
    pub(crate) fn new(
        tenant: &TenantSpec,
        position: usize,
        profile: String,
        name: String,
    ) -> SiteSpec {
        let id = |purpose: &str| Uuid::new_v5(&tenant.tenant_id, purpose.as_bytes());
        let label = tenant.domain.split('.').next().unwrap_or_default();
        SiteSpec {
            tenant: position,
            profile,
            name,
            host: format!("{label}.sharepoint.com"),
            collection: id("site collection"),
            web: id("site"),
            indexed: Vec::new(),
            parameters: Vec::new(),
        }
    }

    /// As Graph says it: host, and two ids.
    pub(crate) fn id(&self) -> String {
        format!("{},{},{}", self.host, self.collection, self.web)
    }

    /// The id of one of the lists of the start, the same at every start.
    pub(crate) fn list_id(&self, purpose: Purpose) -> Uuid {
        Uuid::new_v5(&self.web, purpose.title().as_bytes())
    }
}

/// A company that looks after a made-up world, with its site.
pub(crate) fn company(position: usize) -> (TenantSpec, SiteSpec) {
    let tenant = TenantSpec {
        key: "company".to_owned(),
        name: "Schulservice".to_owned(),
        tenant_id: Uuid::from_u128(0x9d4f_7a16_2b0e_4e83_a7c5_51f3_0d8b_6e20),
        client_id: Uuid::from_u128(0x41c8_e5b7_6d92_4fa0_b31e_c27a_9405_fd68),
        watched: false,
        registered: true,
        domain: "schulservice.example".to_owned(),
        country: "CH".to_owned(),
        users: 40,
        created_day: -2_000,
        permissions: [COMPANY.to_owned()].into(),
        certificate: CertificateSpec::default(),
        secrets: Vec::new(),
        throttling: Throttling::default(),
        skus: [].into(),
        variation: None,
    };
    let site = SiteSpec::new(
        &tenant,
        position,
        "company".to_owned(),
        "Lizenzen".to_owned(),
    );
    (tenant, site)
}
