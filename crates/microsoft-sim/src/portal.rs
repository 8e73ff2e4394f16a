//! A stand-in for Entra's portal, in which an operator sets up a tenant by hand.

mod upload;
mod pages;

use http::StatusCode;
use uuid::Uuid;

use crate::html;
use crate::message::{Reply, Request};
use crate::microsoft::Microsoft;

/// The answer below `/portal`, where nobody signs in: whoever asks is every tenant's administrator.
pub(crate) fn answer(microsoft: &Microsoft, request: &Request) -> Reply {
    let path = request.path.trim_matches('/');
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    let done = match (request.method.as_str(), &parts[..]) {
        ("GET", []) => return pages::tenants(microsoft),
        ("GET", [key]) => pages::tenant(microsoft, key),
        ("GET", [key, "apps", app]) => pages::app(microsoft, key, app),
        ("POST", [key, "apps"]) => register(microsoft, key, request),
        ("POST", [key, "apps", app, rest @ ..]) => change(microsoft, key, app, rest, request),
        _ => Err("there is no such page".to_owned()),
    };
    done.unwrap_or_else(|reason| pages::refused(&reason))
}

fn register(microsoft: &Microsoft, key: &str, request: &Request) -> Result<Reply, String> {
    let form = html::fields(&request.body);
    let name = html::field(&form, "name").unwrap_or_default();
    let app = microsoft.register_app(key, name)?;
    Ok(to_app(key, app))
}

fn change(
    microsoft: &Microsoft,
    key: &str,
    app: &str,
    what: &[&str],
    request: &Request,
) -> Result<Reply, String> {
    let app = Uuid::try_parse(app).map_err(|_| format!("no app {app} in this tenant"))?;
    let form = html::fields(&request.body);
    let field = |name: &str| html::field(&form, name).unwrap_or_default();
    match what {
        ["certificates"] => {
            let file = upload::file(request).ok_or("choose a file, or paste a certificate")?;
            microsoft.upload(key, app, &file).map(drop)?;
        }
        ["certificates", thumbprint, "remove"] => microsoft.remove(key, app, thumbprint)?,
        ["permissions"] => microsoft.request(key, app, field("permission"))?,
        ["consent"] => microsoft.consent(key, app)?,
        ["redirects"] => microsoft.add_redirect(key, app, field("redirect_uri"))?,
        _ => return Err("there is no such page".to_owned()),
    }
    Ok(to_app(key, app))
}

fn to_app(key: &str, app: Uuid) -> Reply {
    html::redirect(StatusCode::SEE_OTHER, &format!("/portal/{key}/apps/{app}"))
}
