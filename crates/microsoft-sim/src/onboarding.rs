//! Setting up a tenant, as an operator does it in Entra's portal: register an app, upload a
//! certificate, let it read. Each step that is missing makes tokens or Graph fail.

use uuid::Uuid;

use crate::microsoft::Microsoft;
use crate::simulator::Simulator;

impl Microsoft {
    pub(crate) fn position(&self, tenant: &str) -> Result<usize, String> {
        let index = self.world.index_of_key(tenant);
        index.ok_or_else(|| format!("no tenant \"{tenant}\" in this world"))
    }

    pub(crate) fn register_app(&self, tenant: &str, name: &str) -> Result<Uuid, String> {
        let index = self.position(tenant)?;
        let name = Some(name.trim()).filter(|name| !name.is_empty());
        let name = name.ok_or("an app needs a name, such as licensetool")?;
        let spec = self.world.at(index);
        Ok(self.entra.directory.register(index, spec, name))
    }

    /// Returns the thumbprint.
    pub(crate) fn upload(&self, tenant: &str, app: Uuid, file: &[u8]) -> Result<String, String> {
        let now = self.clock.read().world;
        let upload = |app: &mut crate::directory::App| app.upload(file, now);
        self.entra
            .directory
            .change(self.position(tenant)?, app, upload)
    }

    pub(crate) fn remove(&self, tenant: &str, app: Uuid, thumbprint: &str) -> Result<(), String> {
        let index = self.position(tenant)?;
        let directory = &self.entra.directory;
        directory.change(index, app, |app| app.remove(thumbprint))
    }

    pub(crate) fn request(&self, tenant: &str, app: Uuid, permission: &str) -> Result<(), String> {
        let known = |c: char| c.is_ascii_alphanumeric() || c == '.';
        if permission.is_empty() || !permission.chars().all(known) {
            let help = "write it as Organization.Read.All";
            return Err(format!("\"{permission}\" is no permission: {help}"));
        }
        let index = self.position(tenant)?;
        self.entra.directory.change(index, app, |app| {
            app.request(permission);
            Ok(())
        })
    }

    pub(crate) fn consent(&self, tenant: &str, app: Uuid) -> Result<(), String> {
        let index = self.position(tenant)?;
        self.entra.directory.change(index, app, |app| {
            app.consent();
            Ok(())
        })
    }

    pub(crate) fn add_redirect(&self, tenant: &str, app: Uuid, uri: &str) -> Result<(), String> {
        let index = self.position(tenant)?;
        let directory = &self.entra.directory;
        directory.change(index, app, |app| app.add_redirect(uri))
    }
}

impl Simulator {
    /// Registers an app in a tenant, which has neither certificate nor permission yet. The first
    /// one of a tenant has the client id of its [`TenantSpec`](crate::TenantSpec).
    ///
    /// # Errors
    /// If the world has no such tenant.
    pub fn register_app(&self, tenant: &str, name: &str) -> Result<Uuid, String> {
        self.microsoft().register_app(tenant, name)
    }

    /// Registers a certificate with an app, beside those that it has: the file in PEM or DER,
    /// without a private key. Returns its thumbprint.
    ///
    /// # Errors
    /// With the reason for which Entra does not take it, or if there is no such app.
    pub fn upload_certificate(
        &self,
        tenant: &str,
        client_id: Uuid,
        file: &[u8],
    ) -> Result<String, String> {
        self.microsoft().upload(tenant, client_id, file)
    }

    /// # Errors
    /// If there is no such app, or it has no such certificate.
    pub fn remove_certificate(
        &self,
        tenant: &str,
        client_id: Uuid,
        thumbprint: &str,
    ) -> Result<(), String> {
        self.microsoft().remove(tenant, client_id, thumbprint)
    }

    /// The thumbprints of an app's certificates, oldest registration first.
    ///
    /// # Errors
    /// If there is no such app.
    pub fn certificates(&self, tenant: &str, client_id: Uuid) -> Result<Vec<String>, String> {
        let index = self.microsoft().position(tenant)?;
        let app = self.microsoft().entra.directory.find(index, client_id);
        let app = app.ok_or_else(|| format!("no app {client_id} in this tenant"))?;
        let thumbprint =
            |it: &std::sync::Arc<crate::certificate::Certificate>| it.thumbprint.clone();
        Ok(app.certificates.iter().map(thumbprint).collect())
    }

    /// The app asks for an application permission, such as `Organization.Read.All`; whoever
    /// consents grants it.
    ///
    /// # Errors
    /// If there is no such app, or the permission cannot be one.
    pub fn request_permission(
        &self,
        tenant: &str,
        client_id: Uuid,
        permission: &str,
    ) -> Result<(), String> {
        self.microsoft().request(tenant, client_id, permission)
    }

    /// An administrator of the tenant consents to all that the app asks for. Tokens that were made
    /// before stay as they are.
    ///
    /// # Errors
    /// If there is no such app.
    pub fn consent(&self, tenant: &str, client_id: Uuid) -> Result<(), String> {
        self.microsoft().consent(tenant, client_id)
    }

    /// Registers an address to which a consent or a sign-in with this app leads back.
    ///
    /// # Errors
    /// If there is no such app, or the address is neither HTTPS nor on this machine.
    pub fn add_redirect(&self, tenant: &str, client_id: Uuid, uri: &str) -> Result<(), String> {
        self.microsoft().add_redirect(tenant, client_id, uri)
    }
}
