//! Keeps web pages of other sites out, as long as the listener is open to whoever is on this
//! machine: by the name they used (DNS rebinding), and by where a change comes from.

use std::net::IpAddr;

use axum::extract::Request;
use axum::http::uri::Authority;
use axum::http::{Response, header};
use axum::middleware::Next;
use axum::response::IntoResponse;
use tower_http::csrf::{CsrfLayer, ProtectionError};

use crate::problem::{Error, Kind};

type Reply = Response<axum::body::Body>;

/// Answers requests to this machine's own names alone.
pub(crate) async fn local_names(request: Request, next: Next) -> Reply {
    guarded(request, next, is_this_machine).await
}

/// Answers requests to any IP address as well: scrapers and probes use those, and a web page
/// cannot make a browser take a name of its own for an address.
pub(crate) async fn addresses(request: Request, next: Next) -> Reply {
    guarded(request, next, |host| {
        is_this_machine(host) || ip(host).is_some()
    })
    .await
}

async fn guarded(request: Request, next: Next, allowed: fn(&str) -> bool) -> Reply {
    match host(&request) {
        Some(authority) if allowed(authority.host()) => next.run(request).await,
        Some(authority) => foreign(&format!("\"{}\" is not a name of it.", authority.host())),
        None => foreign("The request names no host."),
    }
}

fn foreign(what: &str) -> Reply {
    let detail = format!("This service answers requests to localhost alone. {what}");
    Error::new(Kind::ForeignHost, detail).into_response()
}

/// The host that the request is meant for: HTTP/2 has it in the URI, HTTP/1.1 in a header.
fn host(request: &Request) -> Option<Authority> {
    if let Some(authority) = request.uri().authority() {
        return Some(authority.clone());
    }
    let mut hosts = request.headers().get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (Some(host), None) => Authority::try_from(host.as_bytes()).ok(),
        _ => None,
    }
}

fn is_this_machine(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    host == "localhost"
        || host.ends_with(".localhost")
        || ip(&host).is_some_and(|ip| ip.to_canonical().is_loopback())
}

fn ip(host: &str) -> Option<IpAddr> {
    let bare = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    bare.unwrap_or(host).parse().ok()
}

/// Refuses changes that a page of another site asks for.
pub(crate) fn same_origin() -> CsrfLayer<fn(ProtectionError) -> Reply> {
    CsrfLayer::new().with_rejection_response(cross_origin)
}

fn cross_origin(_: ProtectionError) -> Reply {
    let detail = "The request comes from a page of another site (Origin, Sec-Fetch-Site).";
    Error::new(Kind::ForeignOrigin, detail).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_and_addresses_of_this_machine_are_its_own() {
        for own in [
            "localhost",
            "LOCALHOST",
            "demo.localhost",
            "127.0.0.1",
            "127.9.9.9",
            "[::1]",
        ] {
            assert!(is_this_machine(own), "{own}");
        }
        for foreign in [
            "evil.example",
            "localhost.evil.example",
            "10.0.0.1",
            "[fe80::1]",
            "",
            "0",
        ] {
            assert!(!is_this_machine(foreign), "{foreign}");
        }
    }
}
