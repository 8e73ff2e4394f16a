//! Sends spans with the program's own HTTP client, so that they need no second one.

use std::time::Duration;

use async_trait::async_trait;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use pipeline::post::Post;
use pipeline::tell::Reach;
use tokio::runtime::Handle;
use url::Url;

/// The SDK asks from a thread of its own, where no runtime is: so the request is sent by ours.
#[derive(Debug)]
pub(super) struct Sender {
    post: Post,
    runtime: Handle,
}

impl Sender {
    pub(super) fn new(to: &Url) -> anyhow::Result<Self> {
        let reach = Reach {
            connect_timeout: Duration::from_secs(2),
            timeout: Duration::from_secs(10),
            ..Reach::default()
        };
        Ok(Self {
            post: Post::new(to, &reach)?,
            runtime: Handle::current(),
        })
    }
}

#[async_trait]
impl HttpClient for Sender {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let post = self.post.clone();
        let sending = self.runtime.spawn(async move { post.send(request).await });
        Ok(sending.await??)
    }
}
