//! The pages of the portal: tenants, the apps of one, and all that there is to an app.

use std::fmt::Write as _;

use http::StatusCode;
use uuid::Uuid;

use crate::directory::App;
use crate::html::{self, escape};
use crate::message::Reply;
use crate::microsoft::Microsoft;
use crate::world::TenantSpec;

/// The one permission that watching a tenant needs.
const WATCHER: &str = "Organization.Read.All";

const WRITES: &str = "a text takes any text";

pub(super) fn tenants(microsoft: &Microsoft) -> Reply {
    let mut rows = String::new();
    for (place, tenant) in microsoft.world.all().enumerate() {
        let apps = microsoft.entra.directory.apps(place).len();
        writeln!(
            rows,
            "<tr><td><a href=\"/portal/{}\">{}</a></td><td>{}</td><td>{}</td><td>{apps}</td></tr>",
            tenant.key,
            escape(&tenant.name),
            escape(&tenant.domain),
            tenant.tenant_id,
        )
        .expect(WRITES);
    }
    let body = format!(
        "<table>\n<tr><th scope=\"col\">Tenant</th><th scope=\"col\">Domain</th>\
         <th scope=\"col\">Tenant ID</th><th scope=\"col\">Apps</th></tr>\n{rows}</table>\n"
    );
    html::page(StatusCode::OK, "Portal: tenants", &body)
}

pub(super) fn tenant(microsoft: &Microsoft, key: &str) -> Result<Reply, String> {
    let place = microsoft.position(key)?;
    let tenant = microsoft.world.at(place);
    let mut rows = String::new();
    for app in microsoft.entra.directory.apps(place) {
        let (id, name) = (app.client_id, escape(&app.name));
        writeln!(
            rows,
            "<li><a href=\"/portal/{key}/apps/{id}\">{name}</a>: {id}</li>"
        )
        .expect(WRITES);
    }
    if rows.is_empty() {
        rows.push_str("<li>None yet.</li>\n");
    }
    let body = format!(
        "<p><a href=\"/portal\">All tenants</a></p>\n\
         <p>Tenant ID: <code>{}</code><br>Primary domain: <code>{}</code></p>\n\
         <h2>App registrations</h2>\n<ul>\n{rows}</ul>\n\
         <form method=\"post\" action=\"/portal/{key}/apps\">\n\
         <label for=\"name\">Name of a new app</label>\n\
         <input id=\"name\" name=\"name\" value=\"licensetool\" required>\n\
         <button>Register</button>\n</form>\n",
        tenant.tenant_id,
        escape(&tenant.domain),
    );
    Ok(html::page(StatusCode::OK, &tenant.name, &body))
}

pub(super) fn app(microsoft: &Microsoft, key: &str, app: &str) -> Result<Reply, String> {
    let place = microsoft.position(key)?;
    let tenant = microsoft.world.at(place);
    let id = Uuid::try_parse(app).ok();
    let found = id.and_then(|id| microsoft.entra.directory.find(place, id));
    let app = found.ok_or_else(|| format!("no app {app} in this tenant"))?;
    let here = format!("/portal/{key}/apps/{}", app.client_id);
    let body = format!(
        "<p><a href=\"/portal/{key}\">{}</a></p>\n\
         <p>Application (client) ID: <code>{}</code><br>\
         Directory (tenant) ID: <code>{}</code></p>\n{}{}{}",
        escape(&tenant.name),
        app.client_id,
        tenant.tenant_id,
        certificates(&app, &here),
        permissions(&app, tenant, &here),
        redirects(&app, &here),
    );
    Ok(html::page(StatusCode::OK, &app.name, &body))
}

fn certificates(app: &App, here: &str) -> String {
    let mut html = String::from("<h2>Certificates</h2>\n<ul>\n");
    for certificate in &app.certificates {
        let thumbprint = &certificate.thumbprint;
        writeln!(
            html,
            "<li><code>{thumbprint}</code> {}, until {:.0}\n\
             <form method=\"post\" action=\"{here}/certificates/{thumbprint}/remove\">\
             <button>Remove {}</button></form></li>",
            escape(&certificate.subject),
            certificate.not_after,
            &thumbprint[..8],
        )
        .expect(WRITES);
    }
    write!(
        html,
        "</ul>\n<form method=\"post\" enctype=\"multipart/form-data\" \
         action=\"{here}/certificates\">\n\
         <label for=\"file\">Certificate file (.crt, .cer or .pem, without the key)</label>\n\
         <input id=\"file\" type=\"file\" name=\"file\">\n\
         <label for=\"pem\">or its text</label>\n\
         <textarea id=\"pem\" name=\"pem\" spellcheck=\"false\"></textarea>\n\
         <p><button>Upload certificate</button></p>\n</form>\n"
    )
    .expect(WRITES);
    html
}

fn permissions(app: &App, tenant: &TenantSpec, here: &str) -> String {
    let mut html = String::from("<h2>API permissions</h2>\n<ul>\n");
    for permission in app.requested.iter() {
        let granted = app.granted.contains(permission);
        let status = if granted { "granted" } else { "not granted" };
        let permission = escape(permission);
        writeln!(html, "<li>{permission} (application): {status}</li>").expect(WRITES);
    }
    write!(
        html,
        "</ul>\n<form method=\"post\" action=\"{here}/permissions\">\n\
         <label for=\"permission\">Application permission of Microsoft Graph</label>\n\
         <input id=\"permission\" name=\"permission\" value=\"{WATCHER}\" required>\n\
         <button>Add permission</button>\n</form>\n\
         <form method=\"post\" action=\"{here}/consent\">\n\
         <p><button>Grant admin consent for {}</button></p>\n</form>\n",
        escape(&tenant.name),
    )
    .expect(WRITES);
    html
}

fn redirects(app: &App, here: &str) -> String {
    let mut html = String::from("<h2>Redirect URIs</h2>\n<ul>\n");
    for uri in &app.redirect_uris {
        writeln!(html, "<li><code>{}</code></li>", escape(uri)).expect(WRITES);
    }
    write!(
        html,
        "</ul>\n<form method=\"post\" action=\"{here}/redirects\">\n\
         <label for=\"redirect_uri\">Another redirect URI</label>\n\
         <input id=\"redirect_uri\" type=\"url\" name=\"redirect_uri\" required>\n\
         <button>Add</button>\n</form>\n"
    )
    .expect(WRITES);
    html
}

pub(super) fn refused(reason: &str) -> Reply {
    let body = format!(
        "<p role=\"alert\">That did not work: {}.</p>\n\
         <p><a href=\"/portal\">All tenants</a></p>\n",
        escape(reason)
    );
    html::page(StatusCode::BAD_REQUEST, "Portal", &body)
}
