//! What can be asked about one tenant, page after page, with its token and its patience.

use std::sync::Arc;

use reqwest::header::AUTHORIZATION;
use url::Url;

use crate::client::Client;
use crate::credential::Credential;
use crate::error::{Call, Error, Failure};
use crate::exchange::{Answer, Limits, exchange};
use crate::graph_errors;
use crate::json::Element;
use crate::listing::Listing;
use crate::organization::Organization;
use crate::pages::Pages;
use crate::retry::Patience;
use crate::subscribed_sku::SubscribedSku;
use crate::subscription::CompanySubscription;
use crate::token::{self, Token, TokenCache};

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
}

impl Tenant {
    pub(crate) fn new(client: Client, credential: Credential) -> Tenant {
        let own = Own {
            credential: Arc::new(credential),
            tokens: TokenCache::default(),
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

    /// Fetches the token only, so that the next call finds it.
    ///
    /// # Errors
    /// If Entra gives none.
    pub async fn warm_up(&self) -> Result<(), Error> {
        self.token(&Patience::start(self.client.settings()))
            .await
            .map(drop)
    }

    async fn token(&self, patience: &Patience) -> Result<Token, Error> {
        let fetch = token::fetch(&self.client, &self.own.credential, patience);
        self.own.tokens.get(fetch).await
    }

    async fn list<T: Element>(&self, call: Call) -> Result<Listing<T>, Error> {
        let settings = self.client.settings();
        let mut walk = Walk {
            call,
            url: self.client.url(call).clone(),
            patience: Patience::start(settings),
            renewed: false,
        };
        let mut pages = Pages::new(self.client.graph().origin(), settings.page_limit);
        loop {
            let answer = self.get(&mut walk).await?;
            match pages.add(&answer.body) {
                Ok(Some(next)) => walk.url = next,
                Ok(None) => return Ok(pages.finish()),
                Err(reason) => return Err(Error::unreadable(answer.failure, &reason)),
            }
        }
    }

    /// One page, by as many requests as it takes.
    async fn get(&self, walk: &mut Walk) -> Result<Answer, Error> {
        let patience = walk.patience;
        let mut attempts = patience.attempts();
        let mut token = self.token(&patience).await?;
        loop {
            let error = match self.send(walk, &token).await {
                Ok(answer) if answer.is_success() => return Ok(answer),
                Ok(answer) if answer.status == 401 && !walk.renewed => {
                    walk.renewed = true;
                    self.own.tokens.forget(&token).await;
                    token = self.token(&patience).await?;
                    continue;
                }
                Ok(answer) => graph_errors::error(answer),
                Err(error) => error,
            };
            attempts.again_after(error).await?;
        }
    }

    async fn send(&self, walk: &Walk, token: &Token) -> Result<Answer, Error> {
        let settings = self.client.settings();
        let limits = Limits {
            timeout: settings.request_timeout.min(walk.patience.left()),
            body: settings.body_limit,
        };
        let host = self.client.graph();
        let request = host.connection().get(walk.url.clone());
        let request = request.header(AUTHORIZATION, token.bearer.clone());
        exchange(request, host, walk.call, limits).await
    }
}

/// Where a listing has got to.
struct Walk {
    call: Call,
    url: Url,
    patience: Patience,
    /// Whether Graph has refused a token already.
    renewed: bool,
}
