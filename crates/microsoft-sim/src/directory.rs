//! The apps that are registered in tenants, with their certificates and permissions. All of it
//! changes while the world is played: somebody sets up a tenant, or replaces a certificate.

use std::sync::{Arc, PoisonError, RwLock};

use jiff::Timestamp;
use serde::Serialize;
use url::Url;
use uuid::Uuid;

use crate::certificate::Certificate;
use crate::keys::{AppKeys, Credential};
use crate::world::sign_in::{DaemonSpec, SignInSpec};
use crate::world::tenant::ClientSecret;
use crate::world::{TenantSpec, World};

/// An app of a tenant.
#[derive(Debug, Clone)]
pub(crate) struct App {
    pub(crate) client_id: Uuid,
    pub(crate) name: String,
    /// Any of them proves who the app is, so that one can replace another without a gap.
    pub(crate) certificates: Vec<Arc<Certificate>>,
    pub(crate) secrets: Vec<ClientSecret>,
    pub(crate) redirect_uris: Vec<String>,
    pub(crate) logout_urls: Vec<String>,
    /// Application permissions that it asks for, and those that an administrator consented to.
    pub(crate) requested: Arc<[String]>,
    pub(crate) granted: Arc<[String]>,
    /// Its roles in the sign-in app.
    pub(crate) roles: Vec<String>,
}

/// All apps, by position of the tenant.
pub(crate) struct Directory(RwLock<Vec<Vec<Arc<App>>>>);

impl App {
    pub(crate) fn new(client_id: Uuid, name: impl Into<String>) -> App {
        App {
            client_id,
            name: name.into(),
            certificates: Vec::new(),
            secrets: Vec::new(),
            redirect_uris: Vec::new(),
            logout_urls: Vec::new(),
            requested: [].into(),
            granted: [].into(),
            roles: Vec::new(),
        }
    }

    /// The app that watches a tenant, or writes to its site.
    fn of_tenant(tenant: &TenantSpec, credential: &Credential) -> App {
        App {
            certificates: vec![credential.certificate.clone()],
            secrets: tenant.secrets.clone(),
            requested: tenant.permissions.clone(),
            granted: tenant.permissions.clone(),
            ..App::new(tenant.client_id, "licensetool")
        }
    }

    fn of_sign_in(spec: &SignInSpec, credential: &Credential) -> App {
        App {
            certificates: vec![credential.certificate.clone()],
            secrets: vec![secret(spec.secret.as_ref())],
            redirect_uris: spec.redirect_uris.clone(),
            logout_urls: spec.logout_urls.clone(),
            ..App::new(spec.client_id, format!("{} sign-in", spec.name))
        }
    }

    fn of_daemon(spec: &DaemonSpec) -> App {
        App {
            secrets: vec![secret(spec.secret.as_ref())],
            roles: spec.roles.clone(),
            ..App::new(spec.client_id, &spec.name)
        }
    }

    /// The registered address that an address of a request means. Entra compares letter by letter,
    /// but does not look at the port of plain HTTP on the machine itself.
    pub(crate) fn redirects_to(&self, asked: &str) -> bool {
        let mut registered = self.redirect_uris.iter();
        registered.any(|known| known == asked || same_but_port(known, asked))
    }

    pub(crate) fn request(&mut self, permission: &str) {
        if !self.requested.iter().any(|known| known == permission) {
            let known = self.requested.iter().cloned();
            self.requested = known.chain([permission.to_owned()]).collect();
        }
    }

    /// An administrator consents to all that the app asks for.
    pub(crate) fn consent(&mut self) {
        self.granted = self.requested.clone();
    }

    /// # Errors
    /// With the reason for which Entra does not take it.
    pub(crate) fn upload(&mut self, file: &[u8], now: Timestamp) -> Result<String, String> {
        let certificate = Certificate::uploaded(file, now)?;
        let thumbprint = certificate.thumbprint.clone();
        if self
            .certificates
            .iter()
            .any(|it| it.thumbprint == thumbprint)
        {
            return Err(format!("certificate {thumbprint} is registered already"));
        }
        self.certificates.push(Arc::new(certificate));
        Ok(thumbprint)
    }

    pub(crate) fn remove(&mut self, thumbprint: &str) -> Result<(), String> {
        let before = self.certificates.len();
        self.certificates
            .retain(|it| !it.thumbprint.eq_ignore_ascii_case(thumbprint));
        if self.certificates.len() == before {
            return Err(format!(
                "no certificate {thumbprint} is registered with this app"
            ));
        }
        Ok(())
    }

    pub(crate) fn add_redirect(&mut self, uri: &str) -> Result<(), String> {
        let parsed = Url::parse(uri).map_err(|_| format!("\"{uri}\" is no address"))?;
        if parsed.scheme() != "https" && !is_loopback(&parsed) {
            return Err(format!("\"{uri}\" is neither HTTPS nor on this machine"));
        }
        self.redirect_uris.push(uri.to_owned());
        Ok(())
    }
}

/// For an app whose secret nobody has chosen: another one at each start.
fn secret(told: Option<&String>) -> ClientSecret {
    let made = || format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
    ClientSecret {
        value: told.cloned().unwrap_or_else(made),
        ends_in_days: 365,
    }
}

fn is_loopback(address: &Url) -> bool {
    let names = ["127.0.0.1", "localhost", "[::1]"];
    address.scheme() == "http" && address.host_str().is_some_and(|host| names.contains(&host))
}

fn same_but_port(registered: &str, asked: &str) -> bool {
    let (Ok(mut registered), Ok(mut asked)) = (Url::parse(registered), Url::parse(asked)) else {
        return false;
    };
    if !is_loopback(&registered) {
        return false;
    }
    let without = [registered.set_port(None), asked.set_port(None)];
    without.iter().all(Result::is_ok) && registered == asked
}

impl Directory {
    pub(crate) fn new(world: &World, keys: &AppKeys, sign_in: Option<&Credential>) -> Directory {
        let of_tenant = |(place, tenant): (usize, &TenantSpec)| {
            let app = keys.of(place).filter(|_| tenant.registered);
            app.map(|app| Arc::new(App::of_tenant(tenant, app)))
                .into_iter()
                .collect()
        };
        let mut all: Vec<Vec<Arc<App>>> = world.all().enumerate().map(of_tenant).collect();
        if let (Some(spec), Some(credential)) = (world.sign_in(), sign_in) {
            let daemons = spec.daemons.iter().map(App::of_daemon);
            let apps = std::iter::once(App::of_sign_in(spec, credential)).chain(daemons);
            all[spec.tenant].extend(apps.map(Arc::new));
        }
        Directory(RwLock::new(all))
    }

    pub(crate) fn apps(&self, tenant: usize) -> Vec<Arc<App>> {
        self.read(|all| all[tenant].clone())
    }

    pub(crate) fn find(&self, tenant: usize, client_id: Uuid) -> Option<Arc<App>> {
        self.read(|all| {
            all[tenant]
                .iter()
                .find(|it| it.client_id == client_id)
                .cloned()
        })
    }

    /// A new app, which nobody believes and which may do nothing yet.
    pub(crate) fn register(&self, tenant: usize, spec: &TenantSpec, name: &str) -> Uuid {
        self.write(|all| {
            let taken = |id: Uuid| all[tenant].iter().any(|it| it.client_id == id);
            // The first one is the same at every start, so that it can be written down.
            let id = Some(spec.client_id).filter(|id| !taken(*id));
            let id = id.unwrap_or_else(Uuid::new_v4);
            all[tenant].push(Arc::new(App::new(id, name)));
            id
        })
    }

    pub(crate) fn change<T>(
        &self,
        tenant: usize,
        client_id: Uuid,
        change: impl FnOnce(&mut App) -> Result<T, String>,
    ) -> Result<T, String> {
        self.write(|all| {
            let mut apps = all[tenant].iter_mut();
            let app = apps.find(|it| it.client_id == client_id);
            let app = app.ok_or_else(|| format!("no app {client_id} in this tenant"))?;
            change(Arc::make_mut(app))
        })
    }

    fn read<T>(&self, work: impl FnOnce(&[Vec<Arc<App>>]) -> T) -> T {
        // An app is whole after every change, so a panic elsewhere does not spoil it.
        work(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn write<T>(&self, work: impl FnOnce(&mut Vec<Vec<Arc<App>>>) -> T) -> T {
        work(&mut self.0.write().unwrap_or_else(PoisonError::into_inner))
    }
}

/// An app as the simulator's own paths show it.
#[derive(Serialize)]
pub(crate) struct Shown<'a> {
    client_id: Uuid,
    name: &'a str,
    certificates: Vec<ShownCertificate<'a>>,
    redirect_uris: &'a [String],
    requested: &'a [String],
    granted: &'a [String],
}

#[derive(Serialize)]
struct ShownCertificate<'a> {
    thumbprint: &'a str,
    subject: &'a str,
    not_after: String,
}

impl App {
    pub(crate) fn shown(&self) -> Shown<'_> {
        let certificate = |it: &'_ Arc<Certificate>| it.not_after.to_string();
        Shown {
            client_id: self.client_id,
            name: &self.name,
            certificates: self
                .certificates
                .iter()
                .map(|it| ShownCertificate {
                    thumbprint: &it.thumbprint,
                    subject: &it.subject,
                    not_after: certificate(it),
                })
                .collect(),
            redirect_uris: &self.redirect_uris,
            requested: &self.requested,
            granted: &self.granted,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_compared_letter_by_letter_but_for_the_port_of_loopback() {
        let check = |registered: &str, asked: &str, expected: bool| {
            let app = App {
                redirect_uris: vec![registered.to_owned()],
                ..App::new(Uuid::nil(), "app")
            };
            assert_eq!(app.redirects_to(asked), expected, "{registered} {asked}");
        };
        let site = "https://licensetool.local/callback";
        check(site, site, true);
        check(site, "https://licensetool.local/callback/", false);
        check(site, "https://licensetool.local/Callback", false);
        check(site, "https://licensetool.local:444/callback", false);
        check(site, "http://licensetool.local/callback", false);
        check(site, "https://licensetool.local/callback?x=1", false);
        let own = "http://127.0.0.1/callback";
        check(own, "http://127.0.0.1:5000/callback", true);
        check(own, "http://127.0.0.1/callback", true);
        check("http://localhost:1/a", "http://localhost:2/a", true);
        check(own, "http://localhost:5000/callback", false);
        check(own, "https://127.0.0.1:5000/callback", false);
        check(own, "http://127.0.0.1:5000/", false);
        check(own, "http://127.0.0.1.elsewhere.example/callback", false);
        check(own, "http://somebody@127.0.0.1:5000/callback", false);
        check("https://127.0.0.1/a", "https://127.0.0.1:5000/a", false);
    }

    #[test]
    fn an_address_to_register_is_https_or_on_this_machine() {
        let mut app = App::new(Uuid::nil(), "app");
        for uri in [
            "https://a.example/",
            "http://[::1]:5000/",
            "http://localhost/x",
        ] {
            assert_eq!(app.add_redirect(uri), Ok(()), "{uri}");
        }
        for uri in ["http://a.example/", "/callback", "javascript:x"] {
            assert!(app.add_redirect(uri).is_err(), "{uri}");
        }
    }
}
