//! Finds out who sends a request, before any handler runs.

use axum::extract::{Request, State as Shared};
use axum::middleware::Next;
use axum::response::Response;

use crate::auth::network::From;
use crate::caller::{Caller, Identity, Role};
use crate::state::App;

/// Who changes things over the API, and who on pages, as long as nobody signs in.
const API: &str = "api";
const SOMEBODY_HERE: &str = "local";

/// By session or token; without sign-in everybody on this machine is an administrator.
pub(crate) async fn identify(
    Shared(app): Shared<App>,
    mut request: Request,
    next: Next,
) -> Response {
    let Some(auth) = app.auth() else {
        let from = From::of(&request, &[]);
        let identity = Identity::Known(local(request.uri().path(), from));
        request.extensions_mut().insert(from);
        identity.put(request.extensions_mut());
        return next.run(request).await;
    };
    let path = request.uri().path().to_owned();
    let from = From::of(&request, auth.trusted_proxies());
    let found = auth.known(&app, request.headers(), from).await;
    let stale = found.is_stale();
    let extensions = request.extensions_mut();
    extensions.insert(from);
    found.identity.put(extensions);
    found.session.and_then(|session| extensions.insert(session));
    let mut response = next.run(request).await;
    auth.finish(stale, &path, &mut response);
    response
}

fn local(path: &str, From(from): From) -> Caller {
    Caller {
        from,
        who: match path.starts_with("/api/") {
            true => API,
            false => SOMEBODY_HERE,
        }
        .to_owned(),
        role: Role::Admin,
        signed_in: false,
    }
}
