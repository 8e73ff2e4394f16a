//! Posts for other parts of the program, with the roots, limits and proxies that messages have.

use anyhow::{Context as _, ensure};
use bytes::{Bytes, BytesMut};
use http::{Request, Response};
use url::Url;

use crate::tell::Reach;

/// Most bytes of an answer that are read: enough for any error text.
const ANSWER_LIMIT: usize = 64 * 1024;

/// Connections to one host. Clones share them.
#[derive(Clone, Debug)]
pub struct Post {
    client: reqwest::Client,
}

impl Post {
    /// Connects nothing yet.
    ///
    /// # Errors
    /// If `to` names no host, or the limits cannot be kept to.
    pub fn new(to: &Url, reach: &Reach) -> anyhow::Result<Self> {
        let host = to.host_str().context("the address names no host")?;
        let client = reach.client(host)?;
        Ok(Self { client })
    }

    /// Sends once. Answers of any status are answers.
    ///
    /// # Errors
    /// If there is no whole answer in time. The address is not repeated.
    pub async fn send(&self, request: Request<Bytes>) -> anyhow::Result<Response<Bytes>> {
        let request = reqwest::Request::try_from(request)?;
        let answer = self.client.execute(request).await;
        let mut answer = answer.map_err(reqwest::Error::without_url)?;
        let mut body = BytesMut::new();
        while let Some(part) = answer.chunk().await.map_err(reqwest::Error::without_url)? {
            ensure!(
                body.len() + part.len() <= ANSWER_LIMIT,
                "the answer is larger than 64 KiB"
            );
            body.extend_from_slice(&part);
        }
        let mut whole = Response::new(body.freeze());
        *whole.status_mut() = answer.status();
        *whole.headers_mut() = std::mem::take(answer.headers_mut());
        Ok(whole)
    }
}
