//! Finds out who sends a request, before any handler runs.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Request, State as Shared};
use axum::middleware::Next;
use axum::response::Response;

use crate::caller::{Caller, Identity, Role};
use crate::state::App;

/// Who changes things over the API, and who on pages, as long as nobody signs in.
const API: &str = "api";
const SOMEBODY_HERE: &str = "local";

/// Lets everybody on this machine be an administrator: there is no sign-in.
pub(crate) async fn identify(Shared(_): Shared<App>, mut request: Request, next: Next) -> Response {
    let from = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let caller = Caller {
        from: from.map(|ConnectInfo(address)| address.ip().to_canonical()),
        who: match request.uri().path().starts_with("/api/") {
            true => API,
            false => SOMEBODY_HERE,
        }
        .to_owned(),
        role: Role::Admin,
        signed_in: false,
    };
    request.extensions_mut().insert(Identity::Known(caller));
    next.run(request).await
}
