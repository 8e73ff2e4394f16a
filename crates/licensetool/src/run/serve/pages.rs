//! The router as one connection's service, which tells handlers who is at its other end.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::ConnectInfo;
use axum::http::{Request, Response};
use axum::{BoxError, Router};
use tokio_util::sync::CancellationToken;
use tower::Service;

/// One connection's.
#[derive(Clone)]
pub(super) struct Pages {
    app: Router,
    peer: SocketAddr,
    /// Cancelled by the first request.
    asked: CancellationToken,
}

impl Pages {
    pub(super) fn new(app: Router, peer: SocketAddr) -> Self {
        Self {
            app,
            peer,
            asked: CancellationToken::new(),
        }
    }

    /// Whether a request has come is whether this is cancelled.
    pub(super) fn asked(&self) -> CancellationToken {
        self.asked.clone()
    }
}

impl<B> Service<Request<B>> for Pages
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = <Router as Service<Request<Body>>>::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Service::<Request<Body>>::poll_ready(&mut self.app, context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        self.asked.cancel();
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(self.peer));
        self.app.call(request)
    }
}
