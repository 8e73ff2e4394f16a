//! Serves a router until told to stop, then lets open requests end: HTTP/1 and 2, in the clear or
//! over TLS, and never waiting for ever for somebody who says nothing.

mod pages;

use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Version, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use super::tls::Shown;
use pages::Pages;

/// For the TLS handshake and for the first request of a connection.
const PATIENCE: Duration = Duration::from_secs(10);

/// From an answer of HTTP/1 to the head of the next request. Longer than the 60 seconds for which
/// ingress-nginx and other proxies keep a connection that nobody uses: were it shorter, we would
/// close some at the moment when they are used again, and a request would be lost.
const IDLE: Duration = Duration::from_secs(75);

/// Before accepting again, when the system has no room for another connection.
const NO_ROOM: Duration = Duration::from_millis(100);

/// A client that went away without a word is noticed by a ping.
const PING_EVERY: Duration = Duration::from_secs(20);

/// How long after a stop connections may still ask: those that ask steadily hear that it was their
/// last answer, so that none is closed while a request is on its way.
const LINGER: Duration = Duration::from_secs(1);

/// Where it is served, and how.
pub(crate) struct Server {
    pub(crate) listener: TcpListener,
    /// `None`: in the clear.
    pub(crate) tls: Option<Shown>,
    pub(crate) app: Router,
}

/// Ends when `stop` is cancelled and the last open request has been answered; `closing` tells those
/// that would go on for ever.
pub(crate) async fn serve(
    server: Server,
    stop: CancellationToken,
    closing: watch::Sender<bool>,
) -> anyhow::Result<()> {
    let Server { listener, tls, app } = server;
    let app = app.layer(from_fn_with_state(stop.clone(), farewell));
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    let pages = Pages::new(app.clone(), peer);
                    connections.spawn(connection(stream, tls.clone(), pages, stop.clone()));
                }
                Err(error) => {
                    tracing::warn!(%error, "no connection can be accepted");
                    sleep(NO_ROOM).await;
                }
            },
        }
    }
    for (stream, peer) in in_line(listener)? {
        let pages = Pages::new(app.clone(), peer);
        connections.spawn(connection(stream, tls.clone(), pages, stop.clone()));
    }
    closing.send_replace(true);
    while connections.join_next().await.is_some() {}
    Ok(())
}

/// Those whom the system has let in already and nobody has met yet; nobody follows them.
fn in_line(listener: TcpListener) -> std::io::Result<Vec<(TcpStream, SocketAddr)>> {
    let listener = listener.into_std()?;
    let mut waiting = Vec::new();
    while let Ok((stream, peer)) = listener.accept() {
        stream.set_nonblocking(true)?;
        waiting.push((TcpStream::from_std(stream)?, peer));
    }
    Ok(waiting)
}

/// After a stop an answer of HTTP/1 is its connection's last. HTTP/2 has words of its own for it.
async fn farewell(State(stop): State<CancellationToken>, request: Request, next: Next) -> Response {
    let is_http_1 = request.version() < Version::HTTP_2;
    let mut response = next.run(request).await;
    if is_http_1 && stop.is_cancelled() {
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(header::CONNECTION, close);
    }
    response
}

/// Ends when nothing new is waited for any more.
async fn too_late(stop: &CancellationToken) {
    stop.cancelled().await;
    sleep(LINGER).await;
}

async fn connection(stream: TcpStream, tls: Option<Shown>, pages: Pages, stop: CancellationToken) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection without TCP_NODELAY");
    }
    let Some(shown) = tls else {
        return talk(stream, pages, stop).await;
    };
    let acceptor = TlsAcceptor::from(shown.borrow().clone());
    let handshake = timeout(PATIENCE, acceptor.accept(stream));
    let shaken = tokio::select! {
        shaken = handshake => shaken,
        () = too_late(&stop) => return,
    };
    match shaken {
        Ok(Ok(stream)) => talk(stream, pages, stop).await,
        Ok(Err(error)) => tracing::debug!(%error, "a client does not agree on TLS"),
        Err(_) => {}
    }
}

async fn talk<S>(stream: S, pages: Pages, stop: CancellationToken)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let asked = pages.asked();
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(IDLE);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(PING_EVERY);
    let service = TowerToHyperService::new(pages);
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    let says_nothing = async {
        sleep(PATIENCE).await;
        if asked.is_cancelled() {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        ended = connection.as_mut() => return ended_with(ended),
        () = says_nothing => return,
        () = too_late(&stop) => connection.as_mut().graceful_shutdown(),
    }
    ended_with(connection.await);
}

fn ended_with(ended: Result<(), Box<dyn std::error::Error + Send + Sync>>) {
    if let Err(error) = ended {
        tracing::debug!(error, "a connection has ended early");
    }
}

#[cfg(test)]
mod tests;
