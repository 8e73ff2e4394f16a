//! Connections: accepted, encrypted, spoken over in HTTP/1.1 or HTTP/2, and broken on order.

mod body;
mod compress;
mod line;

use std::convert::Infallible;
use std::future::pending;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use http::header::HOST;
use http::{HeaderValue, Response, StatusCode};
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

use self::body::Body;
use self::line::{Cut, Line};
use crate::message::{Outcome, Reply, Request};

/// Largest request, in bytes: Graph's batches are smaller.
const REQUEST_LIMIT: usize = 4 << 20;
/// How long a client may take to agree on TLS.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// How long answers under way may take to finish when the simulator ends.
const GRACE: Duration = Duration::from_secs(2);
/// Wait before the next try when the system has no room for a connection.
const NO_ROOM: Duration = Duration::from_millis(20);

/// Becomes true once, when the simulator ends.
pub(crate) type Stop = watch::Receiver<bool>;

/// Whoever is behind an address: Microsoft, or a receiver of webhooks.
pub(crate) trait Answers: Send + Sync + 'static {
    fn answer(&self, request: &Request) -> impl Future<Output = Outcome> + Send;

    /// Told of each connection.
    fn accepted(&self) {}

    /// Told of the end of each connection.
    fn closed(&self) {}

    /// Told of each write to a connection.
    fn sent(&self, _bytes: usize) {}
}

/// Serves until told to stop, then lets answers under way finish.
pub(crate) async fn serve<A: Answers>(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    host: Arc<A>,
    mut stop: Stop,
) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = stopped(&mut stop) => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    let task = connection(stream, tls.clone(), host.clone(), stop.clone());
                    connections.spawn(task);
                }
                Err(error) => {
                    tracing::warn!(%error, "no connection can be accepted");
                    sleep(NO_ROOM).await;
                }
            },
        }
    }
    drop(listener);
    let finished = async { while connections.join_next().await.is_some() {} };
    // Connections that are still busy then are dropped with their set.
    drop(timeout(GRACE, finished).await);
}

async fn stopped(stop: &mut Stop) {
    // Without its sender a simulator has ended, too.
    drop(stop.wait_for(|stop| *stop).await);
}

async fn connection<A: Answers>(
    stream: TcpStream,
    tls: Option<TlsAcceptor>,
    host: Arc<A>,
    stop: Stop,
) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection without TCP_NODELAY");
    }
    let cut = Arc::new(Cut::default());
    let line = Line::new(stream, cut.clone(), host.clone());
    let Some(tls) = tls else {
        return talk(line, host, cut, stop).await;
    };
    match timeout(HANDSHAKE, tls.accept(line)).await {
        Ok(Ok(stream)) => talk(stream, host, cut, stop).await,
        Ok(Err(error)) => tracing::debug!(%error, "a client does not agree on TLS"),
        Err(_) => tracing::debug!("a client does not finish its TLS handshake"),
    }
}

async fn talk<S, A>(stream: S, host: Arc<A>, cut: Arc<Cut>, mut stop: Stop)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    A: Answers,
{
    let handler = {
        let (cut, stop) = (cut.clone(), stop.clone());
        service_fn(move |request| respond(request, host.clone(), cut.clone(), stop.clone()))
    };
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new());
    builder.http2().timer(TokioTimer::new());
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), handler));
    tokio::select! {
        ended = connection.as_mut() => return ended_with(ended),
        () = cut.ordered() => return,
        () = stopped(&mut stop) => connection.as_mut().graceful_shutdown(),
    }
    tokio::select! {
        ended = connection => ended_with(ended),
        () = cut.ordered() => {}
    }
}

fn ended_with(ended: Result<(), Box<dyn std::error::Error + Send + Sync>>) {
    if let Err(error) = ended {
        tracing::debug!(error, "a connection has ended early");
    }
}

async fn respond<A: Answers>(
    request: http::Request<Incoming>,
    host: Arc<A>,
    cut: Arc<Cut>,
    mut stop: Stop,
) -> Result<Response<Body>, Infallible> {
    let Some(request) = read(request).await else {
        let mut response = Response::new(Body::from(bytes::Bytes::new()));
        *response.status_mut() = StatusCode::PAYLOAD_TOO_LARGE;
        return Ok(response);
    };
    let outcome = host.answer(&request).await;
    let sent = |reply: Reply| compress::if_asked(reply, &request.headers);
    Ok(match outcome {
        Outcome::Reply(reply) => response(sent(reply), Body::from),
        Outcome::CutOff(reply) => response(reply, |bytes| Body::cut_off(&bytes)),
        Outcome::Huge(reply, mib) => response(reply, |bytes| Body::huge(bytes, mib)),
        Outcome::Reset => {
            cut.reset();
            pending().await
        }
        Outcome::Hang => {
            stopped(&mut stop).await;
            cut.close();
            pending().await
        }
    })
}

/// `None` if the body is too large, or never comes.
async fn read(request: http::Request<Incoming>) -> Option<Request> {
    let (mut head, body) = request.into_parts();
    // HTTP/2 has the host in the address, where HTTP/1.1 has a header.
    let authority = head.uri.authority();
    let authority = authority.and_then(|it| HeaderValue::from_str(it.as_str()).ok());
    if let Some(authority) = authority {
        head.headers.entry(HOST).or_insert(authority);
    }
    let body = Limited::new(body, REQUEST_LIMIT).collect().await.ok()?;
    Some(Request {
        method: head.method,
        path: head.uri.path().to_owned(),
        query: head.uri.query().map(str::to_owned),
        headers: head.headers,
        body: body.to_bytes(),
    })
}

fn response(reply: Reply, body: impl FnOnce(bytes::Bytes) -> Body) -> Response<Body> {
    let mut response = Response::new(body(reply.body));
    *response.status_mut() = reply.status;
    *response.headers_mut() = reply.headers;
    response
}
