//! One tenant's access token: fetched once for all who wait, kept until shortly before its end.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use reqwest::header::HeaderValue;
use serde_json::Value;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::client::Client;
use crate::clock;
use crate::credential::Credential;
use crate::entra_errors;
use crate::error::{Call, Error, Failure};
use crate::exchange::{Answer, Limits, exchange};
use crate::retry::Patience;

/// A token is replaced this long before it ends, so that it does not end on the way.
const BEFORE_EXPIRY: Duration = Duration::from_secs(5 * 60);
/// Largest answer with a token, in bytes: tokens of large tenants have some thousand.
const BODY_LIMIT: usize = 256 * 1024;
/// Longest time that a token is believed to live; Entra's live an hour, at most a day.
const LONGEST_LIFE: Duration = Duration::from_secs(24 * 60 * 60);

/// An access token, which is shown to nobody: neither `Debug` nor a message holds it.
#[derive(Clone)]
pub struct Token {
    /// The whole `Authorization` header, marked as sensitive.
    pub(crate) bearer: HeaderValue,
    /// How long it lives from its issue on.
    pub expires_in: Duration,
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("expires_in", &self.expires_in)
            .finish_non_exhaustive()
    }
}

/// Reads Entra's answer to a token request. Never panics, whatever the bytes are.
///
/// # Errors
/// [`Error::Unreadable`] if it is no JSON object with a bearer token that can be sent.
pub fn parse_token(body: &[u8]) -> Result<Token, Error> {
    read_token(body).map_err(|reason| Error::unreadable(Failure::new(Call::Token), reason))
}

/// A token without a life span is valid now, and now only (RFC 6749 allows to leave it out).
fn read_token(body: &[u8]) -> Result<Token, &'static str> {
    let answer: Value = serde_json::from_slice(body).map_err(|_| "it is not JSON")?;
    let kind = answer["token_type"].as_str().unwrap_or_default();
    if !kind.eq_ignore_ascii_case("bearer") {
        return Err("its token is not of the type Bearer");
    }
    let secret = answer["access_token"]
        .as_str()
        .filter(|secret| !secret.is_empty());
    let secret = secret.ok_or("it has no access token")?;
    let mut bearer = HeaderValue::try_from(format!("Bearer {secret}"))
        .map_err(|_| "its access token cannot be sent in a header")?;
    bearer.set_sensitive(true);
    let seconds = match &answer["expires_in"] {
        Value::String(text) => text.parse().ok(),
        other => other.as_u64(),
    };
    let expires_in = Duration::from_secs(seconds.unwrap_or(0)).min(LONGEST_LIFE);
    Ok(Token { bearer, expires_in })
}

/// Asks Entra for a token, again if that can help.
pub(crate) async fn fetch(
    client: &Client,
    credential: &Arc<Credential>,
    patience: &Patience,
) -> Result<Token, Error> {
    let mut attempts = patience.attempts();
    loop {
        match ask(client, credential, patience).await {
            Ok(token) => return Ok(token),
            Err(error) => attempts.again_after(error).await?,
        }
    }
}

async fn ask(
    client: &Client,
    credential: &Arc<Credential>,
    patience: &Patience,
) -> Result<Token, Error> {
    let host = client.authority();
    let url = host.at(&format!("{}/oauth2/v2.0/token", credential.tenant_id()));
    let assertion = sign(credential, &url).await.ok_or_else(|| {
        let failure = Failure::new(Call::Token);
        Error::cannot_connect(failure, host.name(), "the program is shutting down")
    })?;
    let form = [
        ("client_id", credential.client_id()),
        ("scope", client.scope()),
        ("grant_type", "client_credentials"),
        (
            "client_assertion_type",
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        ),
        ("client_assertion", &assertion),
    ];
    let timeout = client.settings().request_timeout.min(patience.left());
    let limits = Limits {
        timeout,
        body: BODY_LIMIT,
    };
    let request = host.connection().post(url).form(&form);
    let answer = exchange(request, host, Call::Token, limits).await?;
    if !answer.is_success() {
        let Answer {
            status,
            body,
            retry_after,
            failure,
        } = answer;
        return Err(entra_errors::error(
            failure,
            status,
            &body,
            retry_after,
            credential,
        ));
    }
    read_token(&answer.body).map_err(|reason| Error::unreadable(answer.failure, reason))
}

/// A signature costs more CPU than an async thread should spend at once.
async fn sign(credential: &Arc<Credential>, audience: &str) -> Option<String> {
    let (credential, audience) = (Arc::clone(credential), audience.to_owned());
    let signing = move || credential.assertion(&audience, clock::now());
    tokio::task::spawn_blocking(signing).await.ok()
}

/// Keeps the token of one tenant.
#[derive(Debug, Default)]
pub(crate) struct TokenCache {
    /// How many fetches have ended, so that one who waited knows that one ended meanwhile.
    fetches: AtomicU64,
    last: Mutex<Option<Kept>>,
}

#[derive(Debug)]
struct Kept {
    result: Result<Token, Error>,
    fresh_until: Instant,
}

impl TokenCache {
    /// The token, by `fetch` if none is fresh. Whoever waited while another fetched gets what came
    /// of that, also an error: a tenant that hangs costs all its callers one time-out together.
    pub(crate) async fn get(
        &self,
        fetch: impl Future<Output = Result<Token, Error>>,
    ) -> Result<Token, Error> {
        let before = self.fetches.load(Ordering::Acquire);
        let mut last = self.last.lock().await;
        let waited = self.fetches.load(Ordering::Acquire) != before;
        if let Some(kept) = &*last {
            let fresh = kept.result.is_ok() && Instant::now() < kept.fresh_until;
            if waited || fresh {
                return kept.result.clone();
            }
        }
        let asked = Instant::now();
        let result = fetch.await;
        let life = result
            .as_ref()
            .map_or(Duration::ZERO, |token| token.expires_in);
        let fresh_until = asked + life.saturating_sub(BEFORE_EXPIRY);
        *last = Some(Kept {
            result: result.clone(),
            fresh_until,
        });
        self.fetches.fetch_add(1, Ordering::Release);
        result
    }

    /// Drops a token that Graph refused, unless it has been replaced already.
    pub(crate) async fn forget(&self, refused: &Token) {
        let mut last = self.last.lock().await;
        let same = |kept: &Kept| {
            kept.result
                .as_ref()
                .is_ok_and(|token| token.bearer == refused.bearer)
        };
        if last.as_ref().is_some_and(same) {
            *last = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    fn token(name: &str, minutes: u64) -> Token {
        let bearer = HeaderValue::from_str(name).unwrap();
        Token {
            bearer,
            expires_in: Duration::from_secs(minutes * 60),
        }
    }

    fn timed_out() -> Error {
        Error::timed_out(Failure::new(Call::Token), Duration::from_secs(30))
    }

    /// A fetch that takes a second and is counted.
    async fn slow<T>(count: &Cell<u32>, result: T) -> T {
        count.set(count.get() + 1);
        tokio::time::sleep(Duration::from_secs(1)).await;
        result
    }

    #[tokio::test(start_paused = true)]
    async fn all_who_wait_share_one_fetch() {
        let (cache, count) = (TokenCache::default(), Cell::new(0));
        let get = || cache.get(slow(&count, Ok(token("a", 60))));
        let (a, b, c) = tokio::join!(get(), get(), get());
        assert!(a.is_ok() && b.is_ok() && c.is_ok());
        assert_eq!(count.get(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn all_who_wait_share_one_failure_and_the_next_tries_again() {
        let (cache, count) = (TokenCache::default(), Cell::new(0));
        let start = Instant::now();
        let get = || cache.get(slow(&count, Err(timed_out())));
        let (a, b, c) = tokio::join!(get(), get(), get());
        for result in [a, b, c] {
            assert_eq!(result.err(), Some(timed_out()));
        }
        assert_eq!((count.get(), start.elapsed().as_secs()), (1, 1));
        assert!(cache.get(slow(&count, Ok(token("a", 60)))).await.is_ok());
        assert_eq!(count.get(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_is_kept_until_five_minutes_before_its_end() {
        let check = async |life: u64, later: u64, fetches: u32| {
            let (cache, count) = (TokenCache::default(), Cell::new(0));
            cache.get(slow(&count, Ok(token("a", life)))).await.unwrap();
            tokio::time::advance(Duration::from_secs(later * 60 - 1)).await;
            cache.get(slow(&count, Ok(token("b", life)))).await.unwrap();
            assert_eq!(
                count.get(),
                fetches,
                "life {life} min, asked {later} min later"
            );
        };
        check(60, 54, 1).await;
        check(60, 55, 2).await;
        check(5, 1, 2).await;
        check(0, 1, 2).await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_fetch_that_is_given_up_leaves_the_next_free_to_fetch() {
        let (cache, count) = (TokenCache::default(), Cell::new(0));
        let given_up = cache.get(slow(&count, Ok(token("a", 60))));
        assert!(
            tokio::time::timeout(Duration::from_millis(10), given_up)
                .await
                .is_err()
        );
        assert!(cache.get(slow(&count, Ok(token("b", 60)))).await.is_ok());
        assert_eq!(count.get(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn only_the_refused_token_is_forgotten() {
        let (cache, count) = (TokenCache::default(), Cell::new(0));
        let first = cache.get(slow(&count, Ok(token("a", 60)))).await.unwrap();
        cache.forget(&token("other", 60)).await;
        cache.get(slow(&count, Ok(token("b", 60)))).await.unwrap();
        assert_eq!(count.get(), 1);
        cache.forget(&first).await;
        cache.get(slow(&count, Ok(token("b", 60)))).await.unwrap();
        assert_eq!(count.get(), 2);
    }
}
