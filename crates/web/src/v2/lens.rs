//! With what eyes a reader looks at licences: names, language, policy and time.

use std::sync::Arc;

use axum::http::HeaderMap;
use domain::{Exclusion, Language, Layer, Policies, Policy, ProductNames, Sku, SkuId, TenantKey};
use jiff::{SignedDuration, Timestamp};
use store::Store;

use crate::language;
use crate::pages::Visit;
use crate::problem::Error;
use crate::state::{App, product_names};

use super::shapes::Judged;

#[derive(Clone, Debug)]
pub(crate) struct Lens {
    pub(crate) language: Language,
    pub(crate) now: Timestamp,
    names: Arc<ProductNames>,
    policies: Arc<Policies>,
}

impl Lens {
    /// For the reader who sent `headers`, and perhaps asked for a `language`.
    pub(crate) async fn new(
        app: &App,
        headers: &HeaderMap,
        language: Option<&str>,
    ) -> Result<Self, Error> {
        Ok(Self {
            language: language::wanted(language, headers, app.language())?,
            now: app.now(),
            names: app.names().await?,
            policies: app.policies().await?,
        })
    }

    /// For the reader of a page.
    pub(crate) async fn of(app: &App, visit: &Visit) -> Result<Self, Error> {
        Ok(Self {
            language: visit.language(),
            now: visit.now,
            names: app.names().await?,
            policies: app.policies().await?,
        })
    }

    /// For what is made without a request: a file of an export.
    pub(crate) async fn read(
        store: &Store,
        company: Layer,
        language: Language,
        now: Timestamp,
    ) -> Result<Self, Error> {
        Ok(Self {
            language,
            now,
            names: Arc::new(product_names(store).await?),
            policies: Arc::new(store.policies(company).await?),
        })
    }

    /// The tenant's policy for `sku`; `None`: it is to be shown nowhere.
    pub(crate) fn policy(&self, tenant: &TenantKey, sku: &Sku) -> Option<Policy> {
        let policy = self.policies.effective(tenant, sku);
        (policy.exclusion != Exclusion::Everywhere).then_some(policy)
    }

    /// From which age on numbers of the tenant say nothing about now.
    pub(crate) fn stale_after(&self, tenant: &TenantKey) -> SignedDuration {
        self.policies.of_tenant(tenant).stale_after
    }

    pub(crate) fn judged(&self, sku: &Sku, policy: &Policy, taken_at: Timestamp) -> Judged {
        let level = domain::judge(sku, policy, taken_at, self.now);
        Judged::new(level, self.language)
    }

    /// The product's name, else its part number, else its id.
    pub(crate) fn product(&self, id: SkuId, part_number: &str) -> String {
        let name = self.names.label(id, part_number, self.language);
        name.into_owned()
    }

    pub(crate) fn name(&self, id: SkuId) -> Option<String> {
        self.names.get(id, self.language).map(str::to_owned)
    }
}
