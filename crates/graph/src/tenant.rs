//! What can be asked about one tenant with its token and its patience.

mod errand;
mod quota;

use std::sync::Arc;

use crate::client::Client;
use crate::credential::Credential;
use crate::error::{Call, Error, Failure};
use crate::json::Element;
use crate::listing::Listing;
use crate::organization::Organization;
use crate::retry::Patience;
use crate::site::Site;
use crate::subscribed_sku::SubscribedSku;
use crate::subscription::CompanySubscription;
use crate::token::{self, Token, TokenCache};

use quota::Quota;

pub(crate) use errand::Errand;

/// One tenant with its credential and token. Clones share the token.
///
/// What happens to one tenant never touches another: they share only connections. See the
/// [crate's page](crate) for what is retried.
#[derive(Debug, Clone)]
pub struct Tenant {
    client: Client,
    own: Arc<Own>,
}

#[derive(Debug)]
struct Own {
    credential: Arc<Credential>,
    tokens: TokenCache,
    quota: Quota,
}

impl Tenant {
    pub(crate) fn new(client: Client, credential: Credential) -> Tenant {
        let own = Own {
            credential: Arc::new(credential),
            tokens: TokenCache::default(),
            quota: Quota::new(client.settings().site_units_per_minute),
        };
        Tenant {
            client,
            own: Arc::new(own),
        }
    }

    /// The products that the tenant subscribes to, with their seats.
    ///
    /// # Errors
    /// If any page could not be had: a part of the list is never given out as the list.
    pub async fn subscribed_skus(&self) -> Result<Listing<SubscribedSku>, Error> {
        self.list(Call::SubscribedSkus).await
    }

    /// The purchases behind the products.
    ///
    /// # Errors
    /// As for [`Tenant::subscribed_skus`].
    pub async fn subscriptions(&self) -> Result<Listing<CompanySubscription>, Error> {
        self.list(Call::Subscriptions).await
    }

    /// Who the tenant is.
    ///
    /// # Errors
    /// As for [`Tenant::subscribed_skus`], and [`Error::Gone`] if it does not say.
    pub async fn organization(&self) -> Result<Organization, Error> {
        let listing = self.list(Call::Organization).await?;
        let first = listing.items.into_iter().next();
        first.ok_or_else(|| Error::gone(Failure::new(Call::Organization)))
    }

    /// A SharePoint site of this tenant, by its id as Graph writes it: `host,GUID,GUID`. Nothing
    /// is asked yet.
    pub fn site(&self, site_id: &str) -> Site {
        Site::new(self.clone(), site_id)
    }

    /// Fetches the token only, so that the next call finds it.
    ///
    /// # Errors
    /// If Entra gives none.
    pub async fn warm_up(&self) -> Result<(), Error> {
        self.token(&Patience::start(self.client.settings()))
            .await
            .map(drop)
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    async fn token(&self, patience: &Patience) -> Result<Token, Error> {
        let fetch = token::fetch(&self.client, &self.own.credential, patience);
        self.own.tokens.get(fetch).await
    }

    async fn list<T: Element>(&self, call: Call) -> Result<Listing<T>, Error> {
        let settings = self.client.settings();
        let errand = Errand::new(call, Patience::start(settings));
        let first = self.client.url(call).clone();
        self.walk(errand, first, settings.page_limit).await
    }
}
