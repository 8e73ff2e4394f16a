//! Finds out which tenant a name belongs to, from Entra's OpenID configuration, which needs no
//! credential.

use serde_json::Value;
use url::Url;
use uuid::Uuid;

use crate::client::Client;
use crate::credential::is_host_like;
use crate::entra_errors;
use crate::error::{Call, Error};
use crate::exchange::{Answer, Limits, exchange};
use crate::retry::Patience;

/// Largest answer, in bytes; real ones have some two thousand.
const BODY_LIMIT: usize = 64 * 1024;

impl Client {
    /// The id of the tenant to which `name` belongs, a domain or the id itself; `None` if Entra
    /// knows no such tenant.
    ///
    /// # Errors
    /// If Entra does not say.
    pub async fn find_tenant(&self, name: &str) -> Result<Option<Uuid>, Error> {
        if !is_host_like(name) {
            return Ok(None);
        }
        let patience = Patience::start(self.settings());
        let mut attempts = patience.attempts();
        loop {
            match self.ask_configuration(name, &patience).await {
                Err(error) => attempts.again_after(error).await?,
                found => return found,
            }
        }
    }

    async fn ask_configuration(
        &self,
        name: &str,
        patience: &Patience,
    ) -> Result<Option<Uuid>, Error> {
        let host = self.authority();
        let url = host.at(&format!("{name}/v2.0/.well-known/openid-configuration"));
        let limits = Limits {
            timeout: self.settings().request_timeout.min(patience.left()),
            body: BODY_LIMIT,
        };
        let answer = exchange(host.connection().get(url), host, Call::Discovery, limits).await?;
        if !answer.is_success() {
            return refusal(answer);
        }
        match issued_for(&answer.body) {
            Some(id) => Ok(Some(id)),
            None => Err(Error::unreadable(answer.failure, "it names no tenant")),
        }
    }
}

fn refusal(answer: Answer) -> Result<Option<Uuid>, Error> {
    if entra_errors::is_no_tenant(&answer.body) {
        return Ok(None);
    }
    let (failure, wait) = (answer.failure, answer.retry_after);
    Err(match answer.status {
        429 => Error::throttled(failure, wait),
        500.. => Error::unavailable(failure, wait),
        status => Error::unreadable(failure, &format!("the status {status}")),
    })
}

/// The tenant in the issuer, `https://<host>/<tenant id>/v2.0`.
fn issued_for(body: &[u8]) -> Option<Uuid> {
    let answer: Value = serde_json::from_slice(body).ok()?;
    let issuer = Url::parse(answer["issuer"].as_str()?).ok()?;
    Uuid::try_parse(issuer.path_segments()?.next()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_issuer_says_the_tenant() {
        let id = "5e1f0a52-7a3c-4c1d-9b1e-1f6a0c2d3e41";
        let check = |body: &str, expected: Option<&str>| {
            let expected = expected.map(|id| Uuid::try_parse(id).unwrap());
            assert_eq!(issued_for(body.as_bytes()), expected, "{body}");
        };
        let issued = |issuer: &str| format!("{{\"issuer\": \"{issuer}\"}}");
        check(
            &issued(&format!("https://login.example/{id}/v2.0")),
            Some(id),
        );
        check(&issued("https://login.example/{tenantid}/v2.0"), None);
        check(&issued("https://login.example"), None);
        check(&issued(id), None);
        check("{\"issuer\": 1}", None);
        check("[]", None);
        check("nonsense", None);
    }
}
