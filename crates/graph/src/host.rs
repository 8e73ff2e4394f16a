//! One of the two hosts that are spoken to, with its connections.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use reqwest::header::{ACCEPT, HeaderMap, HeaderValue};
use rustls::ClientConfig;
use url::{Origin, Url};

use crate::client::SetupError;
use crate::cloud::is_loopback;
use crate::settings::Settings;
use crate::traffic::Traffic;

/// Answers are some 10 to 100 KiB: room for one in flight on each stream, and for many on a
/// connection, without a round trip for more; at most 4 MiB wait unread per connection.
const STREAM_WINDOW: u32 = 256 * 1024;
const CONNECTION_WINDOW: u32 = 4 * 1024 * 1024;
/// A connection that a network forgot is noticed by a ping before requests time out on it.
const PING_INTERVAL: Duration = Duration::from_secs(10);
const PING_TIMEOUT: Duration = Duration::from_secs(10);

/// A host and its connections, used in turn.
#[derive(Debug)]
pub(crate) struct Host {
    base: Url,
    /// Host and port, for messages.
    name: String,
    /// Each is a pool of its own and so, over HTTP/2, one connection.
    connections: Vec<reqwest::Client>,
    turn: AtomicUsize,
    traffic: Traffic,
}

impl Host {
    /// Connects nothing yet.
    pub(crate) fn new(
        base: &Url,
        settings: &Settings,
        tls: &ClientConfig,
        headers: &HeaderMap,
    ) -> Result<Host, SetupError> {
        let allowed = base.scheme() == "https" || (base.scheme() == "http" && is_loopback(base));
        let plain = base.username().is_empty() && base.password().is_none();
        let (true, true, Some(host)) = (allowed, plain, base.host_str()) else {
            return Err(SetupError::Insecure(base.to_string()));
        };
        let name = base
            .port()
            .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        let connections = (0..settings.connections.max(1))
            .map(|_| connection(base, settings, tls.clone(), headers.clone()))
            .collect::<Result<_, _>>()?;
        Ok(Host {
            base: base.clone(),
            name,
            connections,
            turn: AtomicUsize::new(0),
            traffic: settings.traffic.clone(),
        })
    }

    /// Host and port as a person knows them.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Where what is sent to it is counted.
    pub(crate) fn traffic(&self) -> &Traffic {
        &self.traffic
    }

    /// The connection whose turn it is.
    pub(crate) fn connection(&self) -> &reqwest::Client {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        &self.connections[turn % self.connections.len()]
    }

    /// The address of a path below the base.
    pub(crate) fn at(&self, path: &str) -> String {
        format!("{}/{path}", self.base.as_str().trim_end_matches('/'))
    }

    /// Scheme, host and port: a link that leaves them is not followed.
    pub(crate) fn origin(&self) -> Origin {
        self.base.origin()
    }
}

/// A proxy is taken from the environment (`HTTPS_PROXY`, `NO_PROXY`), but never for a loopback
/// host: a proxy's loopback is another machine, so that such a request could only go wrong or
/// carry an assertion to a stranger.
fn connection(
    base: &Url,
    settings: &Settings,
    tls: ClientConfig,
    headers: HeaderMap,
) -> Result<reqwest::Client, SetupError> {
    let builder = reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .default_headers(headers)
        .user_agent(&settings.user_agent)
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(settings.connect_timeout)
        .tcp_nodelay(true)
        .http2_initial_stream_window_size(STREAM_WINDOW)
        .http2_initial_connection_window_size(CONNECTION_WINDOW)
        .http2_keep_alive_interval(PING_INTERVAL)
        .http2_keep_alive_timeout(PING_TIMEOUT);
    let builder = if is_loopback(base) {
        builder.no_proxy()
    } else {
        builder
    };
    builder
        .build()
        .map_err(|error| SetupError::Client(error.to_string()))
}

/// The headers of every request to a host.
pub(crate) fn headers(low_priority: bool) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    if low_priority {
        headers.insert("x-ms-throttle-priority", HeaderValue::from_static("low"));
    }
    headers
}
