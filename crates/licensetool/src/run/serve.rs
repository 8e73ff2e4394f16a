//! Serves a router until told to stop, then lets open requests end.

use std::net::SocketAddr;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// Ends when `stop` is cancelled and the last open request has been answered; `closing` tells those
/// that would go on for ever.
pub(crate) async fn serve(
    listener: TcpListener,
    app: Router,
    stop: CancellationToken,
    closing: watch::Sender<bool>,
) -> anyhow::Result<()> {
    let stopped = async move {
        stop.cancelled().await;
        closing.send_replace(true);
    };
    let app = app.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, app)
        .with_graceful_shutdown(stopped)
        .await?;
    Ok(())
}
