//! A receiver of webhooks, over the same connections as the simulator's own.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::RETRY_AFTER;
use http::{HeaderMap, HeaderValue, StatusCode};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::Inbox;
use crate::clock;
use crate::message::{Outcome, Reply, Request};
use crate::simulator::Tls;
use crate::tls;
use crate::wire::{self, Answers};

/// A request that came in, whatever it was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hook {
    pub method: String,
    /// With its query.
    pub path: String,
    /// By lower-case name; values of one name are joined by commas.
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

/// How the receiver answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WebhookMode {
    Status {
        status: u16,
        /// As it stands in the header.
        retry_after: Option<String>,
    },
    /// 200, but only after a while.
    Slow(Duration),
    /// Never, and the connection stays open.
    Hang,
    /// The connection is reset.
    Reset,
}

impl WebhookMode {
    /// An answer without a word about later.
    #[must_use]
    pub fn status(status: u16) -> WebhookMode {
        let retry_after = None;
        WebhookMode::Status {
            status,
            retry_after,
        }
    }
}

/// A server on loopback that takes any request on any path. Ends when dropped.
#[derive(Debug)]
#[must_use]
pub struct WebhookSink {
    desk: Arc<Desk>,
    url: String,
    ca_pem: Option<String>,
    /// Told to nobody: without it the server would end at once.
    _stop: watch::Sender<bool>,
    _server: JoinSet<()>,
}

#[derive(Debug)]
struct Desk {
    hooks: Inbox<Hook>,
    mode: watch::Sender<WebhookMode>,
}

impl WebhookSink {
    /// Answers 200 until told otherwise.
    ///
    /// # Errors
    /// If nothing can listen on loopback, or no certificate can be made.
    pub async fn start(tls: Tls) -> anyhow::Result<WebhookSink> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (tls, scheme) = match tls {
            Tls::Off => (None, "http"),
            Tls::Generated => (Some(tls::generate(clock::now())?), "https"),
        };
        let (acceptor, ca_pem) = tls.map(|tls| (tls.acceptor, tls.ca_pem)).unzip();
        let desk = Arc::new(Desk {
            hooks: Inbox::default(),
            mode: watch::Sender::new(WebhookMode::status(200)),
        });
        let (stop, stopped) = watch::channel(false);
        let mut server = JoinSet::new();
        server.spawn(wire::serve(listener, acceptor, desk.clone(), stopped));
        Ok(WebhookSink {
            desk,
            url: format!("{scheme}://{address}/hook"),
            ca_pem,
            _stop: stop,
            _server: server,
        })
    }

    /// An address to send to, such as `https://127.0.0.1:51234/hook`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The authority that clients must trust, over HTTPS.
    #[must_use]
    pub fn ca_pem(&self) -> Option<&str> {
        self.ca_pem.as_deref()
    }

    /// Answers so from the next request on.
    pub fn set_mode(&self, mode: WebhookMode) {
        self.desk.mode.send_replace(mode);
    }

    /// All requests so far, oldest first.
    #[must_use]
    pub fn hooks(&self) -> Vec<Hook> {
        self.desk.hooks.read()
    }

    /// Waits until so many requests have come in all, and says them.
    pub async fn received(&self, count: usize) -> Vec<Hook> {
        self.desk.hooks.filled(count).await
    }
}

impl Answers for Desk {
    async fn answer(&self, request: &Request) -> Outcome {
        self.hooks.put(hook(request));
        let mode = self.mode.borrow().clone();
        match mode {
            WebhookMode::Status {
                status,
                retry_after,
            } => Outcome::Reply(reply(status, retry_after.as_deref())),
            WebhookMode::Slow(wait) => {
                sleep(wait).await;
                Outcome::Reply(reply(200, None))
            }
            WebhookMode::Hang => Outcome::Hang,
            WebhookMode::Reset => Outcome::Reset,
        }
    }
}

fn hook(request: &Request) -> Hook {
    let query = request.query.as_ref().map(|query| format!("?{query}"));
    let mut headers = BTreeMap::<String, String>::new();
    for (name, value) in &request.headers {
        let value = String::from_utf8_lossy(value.as_bytes());
        let told = headers.entry(name.as_str().to_owned()).or_default();
        if !told.is_empty() {
            told.push_str(", ");
        }
        told.push_str(&value);
    }
    Hook {
        method: request.method.to_string(),
        path: format!("{}{}", request.path, query.unwrap_or_default()),
        headers,
        body: request.body.to_vec(),
    }
}

fn reply(status: u16, retry_after: Option<&str>) -> Reply {
    let retry_after = retry_after.and_then(|text| HeaderValue::from_str(text).ok());
    Reply {
        status: StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
        headers: HeaderMap::from_iter(retry_after.map(|text| (RETRY_AFTER, text))),
        body: Bytes::new(),
    }
}
