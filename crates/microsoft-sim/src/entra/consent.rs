//! Where an administrator of a tenant lets an app do what it asks for.

use std::fmt::Write as _;

use http::{Method, StatusCode};
use url::Url;

use super::authorize::redirect_of;
use super::{App, Entra, Refusal, correlation};
use crate::clock::Now;
use crate::html::{self, escape};
use crate::message::{Reply, Request};
use crate::world::TenantSpec;

impl Entra {
    pub(super) fn admin_consent(&self, request: &Request, now: Now) -> Result<Reply, Refusal> {
        let name = request.path.split('/').nth(1).unwrap_or_default();
        let told = html::query(request);
        let client_id = html::field(&told, "client_id");
        let client_id = client_id.ok_or_else(|| Refusal::missing("client_id"))?;
        let tenant = self.tenant(name)?;
        let app = self.app(tenant, client_id)?;
        let back = redirect_of(&app, html::field(&told, "redirect_uri"))?;
        let spec = self.world.at(tenant);
        let body = html::fields(&request.body);
        let answer = match html::field(&body, "answer") {
            Some(answer) if request.method == Method::POST => answer,
            _ => return Ok(page(&app, spec, request)),
        };
        let mut url = Url::parse(&back).expect("an address is judged before it is used");
        if answer == "accept" {
            let consented = self.directory.change(tenant, app.client_id, |app| {
                app.consent();
                Ok(())
            });
            consented.map_err(|reason| Refusal::new(700_016, reason))?;
            let id = spec.tenant_id.to_string();
            let pairs = [("admin_consent", "True"), ("tenant", &*id)];
            url.query_pairs_mut().extend_pairs(pairs);
        } else {
            let refusal = Refusal::new(65_004, "User declined to consent to access the app.");
            let told = refusal.parameters(correlation(request), now.wall);
            url.query_pairs_mut().extend_pairs(told);
        }
        if let Some(state) = html::field(&told, "state") {
            url.query_pairs_mut().append_pair("state", state);
        }
        Ok(html::redirect(StatusCode::FOUND, url.as_str()))
    }
}

fn page(app: &App, tenant: &TenantSpec, request: &Request) -> Reply {
    let mut permissions = String::new();
    for permission in app.requested.iter() {
        writeln!(permissions, "<li>{}</li>", escape(permission)).expect("a text takes any text");
    }
    if permissions.is_empty() {
        permissions.push_str("<li>Nothing: the app asks for no permission.</li>\n");
    }
    let again = format!(
        "{}?{}",
        request.path,
        request.query.as_deref().unwrap_or_default()
    );
    let body = format!(
        "<p>You act as an administrator of <b>{}</b>. The app <b>{}</b> would like to:</p>\n\
         <ul>\n{permissions}</ul>\n<form method=\"post\" action=\"{}\">\n\
         <p><button name=\"answer\" value=\"accept\">Accept</button>\n\
         <button name=\"answer\" value=\"cancel\">Cancel</button></p>\n</form>\n",
        escape(&tenant.name),
        escape(&app.name),
        escape(&again),
    );
    html::page(StatusCode::OK, "Permissions requested", &body)
}
