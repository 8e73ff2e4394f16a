//! Sign-in as the web service takes it: the app of the home folder and the keys of sessions, read
//! before anything starts and again when they change.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use home::{SignInCredential, SignInProfile};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use url::Url;
use web::{AppCredential, Authority, Registration, SessionKeys, SignInApp};
use zeroize::Zeroizing;

use crate::config::{self, Config};
use crate::{clock, outlets};

/// The profile of the home folder, as far as there is one that can be used.
pub(crate) type Profile = Option<Arc<SignInProfile>>;

/// What sign-in is made of now, and how to notice that it is not any more.
pub(crate) struct SignIn {
    app: watch::Sender<Arc<SignInApp>>,
    keys: watch::Sender<Arc<SessionKeys>>,
    keys_read: Zeroizing<String>,
    profile: watch::Receiver<Profile>,
    config: Arc<Config>,
}

/// Reads the profile, off the async threads. What is wrong with it is said by [`SignIn::open`].
pub(crate) async fn profile(dir: &Path) -> anyhow::Result<home::Home> {
    let dir = dir.to_owned();
    let read = move || home::read_sign_in(&dir, clock::now());
    tokio::task::spawn_blocking(read)
        .await
        .context("reading the profile for sign-in")
}

/// The app of a profile.
pub(crate) fn app(config: &Config, profile: &SignInProfile) -> anyhow::Result<SignInApp> {
    let credential = match &profile.credential {
        SignInCredential::Certificate(certificate) => AppCredential::Certificate {
            der: certificate.der.clone(),
            key_pem: Zeroizing::new(certificate.key_pem.expose().to_owned()),
        },
        SignInCredential::Secret(secret) => {
            AppCredential::Secret(Zeroizing::new(secret.expose().to_owned()))
        }
    };
    let authority = match &profile.authority {
        Some(issuer) => Authority::Other(issuer.clone()),
        None => Authority::Entra(config.microsoft.authority.clone()),
    };
    let registration = Registration {
        authority,
        tenant_id: profile.tenant_id.clone(),
        client_id: profile.client_id.clone(),
        credential,
        allowed_tenants: profile.allowed_tenants.clone(),
        require_role: profile.require_role,
    };
    let extra_ca = match &config.microsoft.ca_file {
        Some(file) => Some(std::fs::read(file).context("microsoft.ca_file cannot be read")?),
        None => None,
    };
    let tls = graph::trust(extra_ca.as_deref()).context("microsoft.ca_file cannot be used")?;
    Ok(SignInApp::new(registration, tls)?)
}

/// The keys of sessions, with the text they were read from.
pub(crate) fn keys(settings: &config::SignIn) -> Result<(SessionKeys, Zeroizing<String>), String> {
    let text = outlets::secret_text(&settings.key_file);
    let text = text.map_err(|wrong| format!("session.key_file: {wrong}"))?;
    let keys = SessionKeys::parse(&text);
    let file = settings.key_file.display();
    let keys = keys.map_err(|wrong| format!("session.key_file: {file} {wrong}"))?;
    Ok((keys, text))
}

impl SignIn {
    /// Makes sign-in ready. `home` has what is wrong with the profile, `profile` what was read, and
    /// hands on what changes.
    ///
    /// # Errors
    /// There is no profile that can be used, or no key.
    pub(crate) fn open(
        config: &Arc<Config>,
        settings: &config::SignIn,
        home: &home::Home,
        profile: watch::Receiver<Profile>,
    ) -> anyhow::Result<Self> {
        let Some(found) = profile.borrow().clone() else {
            bail!("{}", missing(home));
        };
        let app = app(config, &found)?;
        let (keys, keys_read) = keys(settings).map_err(anyhow::Error::msg)?;
        if let Some(warning) = outlets::too_open(&settings.key_file) {
            tracing::warn!("session.key_file: {warning}");
        }
        Ok(Self {
            app: watch::Sender::new(Arc::new(app)),
            keys: watch::Sender::new(Arc::new(keys)),
            keys_read,
            profile,
            config: Arc::clone(config),
        })
    }

    /// For people who reach the pages at `public_url`.
    pub(crate) fn web(&self, settings: &config::SignIn, public_url: Url) -> web::SignIn {
        web::SignIn {
            app: self.app.subscribe(),
            keys: self.keys.subscribe(),
            public_url,
            lifetime: settings.lifetime,
            trusted_proxies: self.config.trusted_proxies.clone(),
        }
    }

    /// Takes over what changes until `stop`. What cannot be used changes nothing: a service that
    /// runs goes on with what it has.
    pub(crate) async fn follow(
        mut self,
        settings: config::SignIn,
        poll: Duration,
        stop: CancellationToken,
    ) -> anyhow::Result<()> {
        loop {
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                changed = self.profile.changed() => match changed {
                    Ok(()) => self.take_profile(),
                    // Whoever hands profiles on has ended, as everything does then.
                    Err(_) => stop.cancelled().await,
                },
                () = tokio::time::sleep(poll) => self.take_keys(&settings).await,
            }
        }
    }

    fn take_profile(&mut self) {
        let Some(profile) = self.profile.borrow_and_update().clone() else {
            return;
        };
        match app(&self.config, &profile) {
            Ok(app) => {
                self.app.send_replace(Arc::new(app));
                tracing::info!("the app for sign-in changed: it is used from now on");
            }
            Err(error) => tracing::error!("the app for sign-in stays as it was: {error:#}"),
        }
    }

    async fn take_keys(&mut self, settings: &config::SignIn) {
        let settings = settings.clone();
        let read = tokio::task::spawn_blocking(move || keys(&settings)).await;
        match read {
            Ok(Ok((keys, text))) if *text != *self.keys_read => {
                self.keys.send_replace(Arc::new(keys));
                self.keys_read = text;
                tracing::info!("the keys of sessions changed: they are used from now on");
            }
            Ok(Ok(_)) => {}
            Ok(Err(error)) => tracing::error!("the keys of sessions stay as they were: {error}"),
            Err(error) => tracing::error!("the keys of sessions stay as they were: {error}"),
        }
    }
}

/// Where the profile lies in the home folder.
const FOLDER: &str = "config-profiles/auth";

pub(crate) const NO_PROFILE: &str = "auth is entra, and there is no profile of the app for \
     sign-in: add config-profiles/auth/auth-config-<name>-profile.json (docs/sign-in.md)";

/// Whether there is anything that could be a profile: what is wrong with it is said of its files.
pub(crate) fn has_profile(home: &Path) -> bool {
    let entries = std::fs::read_dir(home.join(FOLDER));
    entries.is_ok_and(|mut entries| entries.next().is_some())
}

/// Why nobody can sign in.
fn missing(home: &home::Home) -> String {
    let errors = home.problems.iter();
    let errors = errors.filter(|it| it.severity == home::Severity::Error);
    let errors: Vec<String> = errors.map(ToString::to_string).collect();
    match errors.is_empty() {
        true => NO_PROFILE.to_owned(),
        false => errors.join("\nlicensetool: "),
    }
}
