//! One thing asked of Graph, by as many requests and pages as it takes: with the token, within the
//! quota, and again where that can help.

use std::time::Duration;

use reqwest::Method;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use url::Url;

use super::Tenant;
use crate::error::{Call, Error, Failure};
use crate::exchange::{Answer, Limits, exchange};
use crate::graph_errors;
use crate::json::Element;
use crate::listing::Listing;
use crate::pages::Pages;
use crate::retry::Patience;
use crate::token::Token;

/// What is wanted, and how far it has got.
#[derive(Debug)]
pub(crate) struct Errand {
    pub(crate) call: Call,
    pub(crate) patience: Patience,
    /// The token that was sent last.
    token: Option<Token>,
    /// Whether Graph has refused a token already.
    renewed: bool,
}

impl Errand {
    pub(crate) fn new(call: Call, patience: Patience) -> Errand {
        Errand {
            call,
            patience,
            token: None,
            renewed: false,
        }
    }
}

/// One request.
#[derive(Debug)]
pub(crate) struct Ask {
    method: Method,
    url: Url,
    /// JSON; empty for none.
    body: Vec<u8>,
    /// What it costs of SharePoint's quota, in resource units.
    units: u32,
    limits: Limits,
}

impl Ask {
    /// Asked again after all waiting, which a process that was stopped meanwhile finds over, too:
    /// by then somebody else may do its work, and what creates something would be done twice.
    fn may_be_sent(&self, left: Duration) -> bool {
        self.method == Method::GET || !left.is_zero()
    }
}

impl Tenant {
    /// A request that changes nothing.
    pub(crate) fn reading(&self, call: Call, url: Url) -> Ask {
        let settings = self.client.settings();
        Ask {
            method: Method::GET,
            url,
            body: Vec::new(),
            units: call.units(),
            limits: Limits {
                timeout: settings.request_timeout,
                body: settings.body_limit,
            },
        }
    }

    /// A request that may change something, so that only what was surely not carried out may be
    /// sent again; `body_limit` is of the answer, in bytes.
    pub(crate) fn posting(&self, url: Url, body: Vec<u8>, units: u32, body_limit: usize) -> Ask {
        Ask {
            method: Method::POST,
            url,
            body,
            units,
            limits: Limits {
                timeout: self.client.settings().request_timeout,
                body: body_limit,
            },
        }
    }

    /// All pages of a listing.
    pub(crate) async fn walk<T: Element>(
        &self,
        mut errand: Errand,
        first: Url,
        most_pages: u32,
    ) -> Result<Listing<T>, Error> {
        let mut pages = Pages::new(self.client.graph().origin(), most_pages);
        let mut ask = self.reading(errand.call, first);
        loop {
            let answer = self.fetch(&mut errand, &ask).await?;
            match pages.add(&answer.body) {
                Ok(Some(next)) => ask.url = next,
                Ok(None) => return Ok(pages.finish()),
                Err(reason) => return Err(Error::unreadable(answer.failure, &reason)),
            }
        }
    }

    /// One answer, by as many requests as it takes.
    pub(crate) async fn fetch(&self, errand: &mut Errand, ask: &Ask) -> Result<Answer, Error> {
        let patience = errand.patience.clone();
        let mut attempts = patience.attempts();
        loop {
            let error = match self.try_once(errand, ask).await? {
                Ok(answer) if answer.is_success() => return Ok(answer),
                Ok(answer) => graph_errors::error(answer),
                Err(error) => error,
            };
            let harmless = matches!(error, Error::Throttled { .. });
            if ask.method != Method::GET && !harmless {
                return Err(error);
            }
            attempts.again_after(error).await?;
        }
    }

    /// Sends a request once, or twice if its token is refused for the first time. The outer error
    /// says that nothing was sent and nothing more should be; the inner one, what became of it.
    pub(crate) async fn try_once(
        &self,
        errand: &mut Errand,
        ask: &Ask,
    ) -> Result<Result<Answer, Error>, Error> {
        loop {
            self.take_turn(errand, ask.units).await?;
            let token = self.token(&errand.patience).await?;
            if !ask.may_be_sent(errand.patience.left()) {
                return Err(Error::too_late(Failure::new(errand.call)));
            }
            let sent = self.send(errand, ask, &token).await;
            if sent.as_ref().is_ok_and(|answer| answer.status == 403) {
                // What an app may do stands in its token: after a consent, only a new one helps.
                self.own.tokens.forget(&token).await;
            }
            errand.token = Some(token);
            match &sent {
                Ok(answer) if answer.status == 401 && self.renew(errand).await => {}
                _ => return Ok(sent),
            }
        }
    }

    /// Forgets the token that was refused; false if that has happened already in this errand.
    pub(crate) async fn renew(&self, errand: &mut Errand) -> bool {
        match errand.token.take() {
            Some(refused) if !errand.renewed => {
                errand.renewed = true;
                self.own.tokens.forget(&refused).await;
                true
            }
            _ => false,
        }
    }

    /// Waits until the quota allows for so many units.
    async fn take_turn(&self, errand: &Errand, units: u32) -> Result<(), Error> {
        if units == 0 {
            return Ok(());
        }
        let wait = self.own.quota.reserve(units, errand.patience.left());
        let wait = wait.map_err(|wait| Error::held_back(Failure::new(errand.call), wait))?;
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
        Ok(())
    }

    /// A reading request may take what is left of the patience; one that changes something is
    /// waited for, because a given-up answer would leave in doubt what was done.
    async fn send(&self, errand: &Errand, ask: &Ask, token: &Token) -> Result<Answer, Error> {
        let left = match ask.method {
            Method::GET => errand.patience.left(),
            _ => Duration::MAX,
        };
        let limits = Limits {
            timeout: ask.limits.timeout.min(left),
            ..ask.limits
        };
        let host = self.client.graph();
        let request = host
            .connection()
            .request(ask.method.clone(), ask.url.clone())
            .header(AUTHORIZATION, token.bearer.clone());
        let request = if ask.body.is_empty() {
            request
        } else {
            request
                .header(CONTENT_TYPE, "application/json")
                .body(ask.body.clone())
        };
        exchange(request, host, errand.call, limits).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_something_is_not_sent_too_late() {
        let ask = |method| Ask {
            method,
            url: Url::parse("https://graph.test/v1.0/$batch").unwrap(),
            body: Vec::new(),
            units: 0,
            limits: Limits {
                timeout: Duration::from_secs(3),
                body: 0,
            },
        };
        let in_time = Duration::from_millis(1);
        assert!(ask(Method::POST).may_be_sent(in_time));
        assert!(!ask(Method::POST).may_be_sent(Duration::ZERO));
        // Whoever reads too late hears of it by the request's own limit, and nothing is changed.
        assert!(ask(Method::GET).may_be_sent(Duration::ZERO));
    }
}
