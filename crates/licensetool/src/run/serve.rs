//! Serves a router until told to stop, then lets open requests end: HTTP/1 and 2, in the clear or
//! over TLS, and never waiting for ever for somebody who says nothing.

mod pages;

use std::pin::pin;
use std::time::Duration;

use axum::Router;
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

/// For the TLS handshake, for the first request of a connection, and for the head of each.
const PATIENCE: Duration = Duration::from_secs(10);

/// Before accepting again, when the system has no room for another connection.
const NO_ROOM: Duration = Duration::from_millis(100);

/// A client that went away without a word is noticed by a ping.
const PING_EVERY: Duration = Duration::from_secs(20);

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
    drop(listener);
    closing.send_replace(true);
    while connections.join_next().await.is_some() {}
    Ok(())
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
    match stop.run_until_cancelled(handshake).await {
        Some(Ok(Ok(stream))) => talk(stream, pages, stop).await,
        Some(Ok(Err(error))) => tracing::debug!(%error, "a client does not agree on TLS"),
        Some(Err(_)) | None => {}
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
        .header_read_timeout(PATIENCE);
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
        () = stop.cancelled() => connection.as_mut().graceful_shutdown(),
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
