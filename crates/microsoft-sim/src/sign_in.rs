//! The sign-in as tests need it: what the app signs in with, and tokens without a browser.

use std::sync::Arc;

use uuid::Uuid;

use crate::directory::App;
use crate::entra::{Occasion, Spoilt};
use crate::simulator::{Simulator, TestCredential};
use crate::world::Account;
use crate::world::sign_in::SignInSpec;

/// The app by which people sign in to the company's program.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SignInApp {
    pub tenant_id: Uuid,
    pub client_id: Uuid,
    /// For clients that have no certificate.
    pub client_secret: String,
    /// Its certificate, as `write_home` writes it.
    pub credential: TestCredential,
    /// As tokens say it: `{base_url}/{tenant_id}/v2.0`.
    pub issuer: String,
}

/// A program that calls the company's one.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Daemon {
    pub client_id: Uuid,
    pub client_secret: String,
}

/// All of these panic if nobody signs in to anything in this world: a world with a company
/// ([`World::with_company`](crate::World::with_company)), or with `[sharepoint]` or `[sign_in]` in
/// its file, has such an app.
impl Simulator {
    #[must_use]
    pub fn sign_in_app(&self) -> SignInApp {
        let (spec, app) = self.sign_in();
        let tenant_id = self.world().at(spec.tenant).tenant_id;
        let credential = self.microsoft().entra.sign_in_credential();
        let credential = credential.expect("an app by which people sign in has a certificate");
        SignInApp {
            tenant_id,
            client_id: app.client_id,
            client_secret: secret(&app),
            credential: credential.for_tests(tenant_id, app.client_id),
            issuer: format!("{}/{tenant_id}/v2.0", self.base_url()),
        }
    }

    /// Everybody who can sign in, in the order of the world file.
    #[must_use]
    pub fn accounts(&self) -> &[Account] {
        let spec = self.world().sign_in();
        spec.map_or(&[], |spec| spec.accounts.as_slice())
    }

    /// A program of the world, by its name.
    ///
    /// # Panics
    /// If there is none of that name.
    #[must_use]
    pub fn daemon(&self, name: &str) -> Daemon {
        let app = self.daemon_app(name);
        let app = app.unwrap_or_else(|| panic!("no daemon \"{name}\" in this world"));
        Daemon {
            client_id: app.client_id,
            client_secret: secret(&app),
        }
    }

    /// Registers an address of the program, where a sign-in or a sign-out leads back to.
    ///
    /// # Panics
    /// If the address is neither HTTPS nor on this machine.
    pub fn register_redirect(&self, uri: &str) {
        let (spec, _) = self.sign_in();
        let directory = &self.microsoft().entra.directory;
        let registered = directory.change(spec.tenant, spec.client_id, |app| app.add_redirect(uri));
        registered.expect("an address that Entra takes");
    }

    /// Registers where the program is told that somebody has signed out.
    ///
    /// # Panics
    /// If it is no address.
    pub fn register_logout(&self, url: &str) {
        url::Url::parse(url).expect("a whole address");
        let (spec, _) = self.sign_in();
        let directory = &self.microsoft().entra.directory;
        let registered = directory.change(spec.tenant, spec.client_id, |app| {
            app.logout_urls.push(url.to_owned());
            Ok(())
        });
        registered.expect("the app is registered");
    }

    /// The id token that somebody's sign-in would end with, spoilt in one way or sound.
    ///
    /// # Panics
    /// If nobody has this user name.
    #[must_use]
    pub fn id_token(&self, username: &str, nonce: &str, spoilt: Option<Spoilt>) -> String {
        let account = self.account(username);
        let account = account.unwrap_or_else(|| panic!("no account \"{username}\" in this world"));
        let occasion = Occasion {
            client_id: self.sign_in().0.client_id,
            nonce: Some(nonce),
            sid: Uuid::new_v4(),
        };
        let now = self.microsoft().clock.read();
        let entra = &self.microsoft().entra;
        entra.id_token(account, occasion, spoilt, now)
    }

    /// An access token for the company's program: of an account by its user name, or of a daemon by
    /// its name. Spoilt in one way, or sound.
    ///
    /// # Panics
    /// If there is neither.
    #[must_use]
    pub fn bearer(&self, who: &str, spoilt: Option<Spoilt>) -> String {
        let entra = &self.microsoft().entra;
        let now = self.microsoft().clock.read();
        match (self.account(who), self.daemon_app(who)) {
            (Some(account), _) => entra.person_bearer(account, self.sign_in().0, spoilt, now),
            (None, Some(app)) => entra.daemon_bearer(&app, spoilt, now),
            (None, None) => panic!("neither account nor daemon \"{who}\" in this world"),
        }
    }

    /// Spoils the next id token that is made without a spoilt of its own; orders come one after the
    /// other.
    pub fn spoil_next_id_token(&self, spoilt: Spoilt) {
        self.microsoft().entra.spoil(spoilt);
    }

    /// Entra publishes one more key, and signs with it from now on.
    ///
    /// # Panics
    /// If no key can be made.
    pub fn roll_keys(&self) {
        let now = self.microsoft().clock.read().wall;
        let rolled = self.microsoft().entra.roll_keys(now);
        rolled.expect("a key of 2048 bits can be made");
    }

    /// Codes that nobody has redeemed yet are too old from now on, as after their minute.
    pub fn expire_codes(&self) {
        self.microsoft().entra.expire_codes();
    }

    fn sign_in(&self) -> (&SignInSpec, Arc<App>) {
        let found = self.microsoft().entra.sign_in_app();
        found.expect("a world with an app by which people sign in")
    }

    fn account(&self, username: &str) -> Option<&Account> {
        self.accounts().iter().find(|it| it.username == username)
    }

    fn daemon_app(&self, name: &str) -> Option<Arc<App>> {
        let spec = self.world().sign_in()?;
        let daemon = spec.daemons.iter().find(|it| it.name == name)?;
        let directory = &self.microsoft().entra.directory;
        directory.find(spec.tenant, daemon.client_id)
    }
}

pub(crate) fn secret(app: &App) -> String {
    let secret = app.secrets.first();
    secret
        .map(|secret| secret.value.clone())
        .unwrap_or_default()
}
