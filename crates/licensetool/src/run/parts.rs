//! Everything that the services of a process share, opened and checked before any of them starts.
//! What none of them needs is not looked at.

use std::sync::Arc;

use anyhow::Context as _;
use jiff::SignedDuration;
use pipeline::collect::{Collector, Pace, Settings};
use pipeline::roster::Roster;
use store::Store;
use tokio::sync::watch;

use super::roles::{Role, Roles};
use super::telling::Telling;
use super::tls::Certificate;
use crate::config::Config;
use crate::microsoft::{self, Waiting};
use crate::sharepoint::Profiles;
use crate::sign_in::{self, SignIn};
use crate::tenants::{self, Readers};
use crate::{clock, stored};

pub(crate) struct Parts {
    pub(crate) config: Arc<Config>,
    pub(crate) roles: Roles,
    pub(crate) store: Store,
    /// `None` where nobody asks Microsoft.
    pub(super) client: Option<graph::Client>,
    pub(super) telling: Telling,
    pub(super) readers: Readers,
    pub(super) sign_in: Option<SignIn>,
    pub(super) certificate: Option<Certificate>,
    pub(super) home: Option<tenants::Known>,
}

/// Where the services can be reached, with the scheme.
pub(crate) struct Addresses {
    /// `None` where nobody serves pages.
    pub(crate) pages: Option<String>,
    pub(crate) metrics: String,
}

impl Parts {
    /// Reads what the roles need: the channels' files, the SharePoint profiles, what sign-in and
    /// TLS need.
    pub(crate) async fn open(config: Config, roles: Roles, store: Store) -> anyhow::Result<Self> {
        let (is_web, delivers) = (roles.have(Role::Web), roles.have(Role::Deliver));
        if is_web && config.sign_in.is_none() {
            web::check_listen(config.listen)?;
            // What licences a tenant has stands there too.
            web::check_listen(config.metrics_listen)?;
        }
        let asks = delivers || roles.have(Role::Collect);
        let client = asks.then(|| microsoft::client(&config.microsoft, Waiting::Nobody));
        let client = client.transpose()?;
        let profiles = match delivers {
            true => Profiles::read(&config.home).await?,
            false => Profiles::names_only(&config.home).await?,
        };
        let config = Arc::new(config);
        let tls = config.tls.as_ref().filter(|_| is_web);
        let certificate = tls.map(Certificate::open).transpose()?;
        let readers = Readers {
            roster: watch::Sender::new(Arc::new(Roster::new())),
            profiles: watch::Sender::new(Arc::new(profiles)),
            sign_in: watch::Sender::new(None),
        };
        let sign_in = match is_web {
            true => opened_sign_in(&config, &readers).await?,
            false => None,
        };
        let telling = Telling::new(
            Arc::clone(&config),
            store.clone(),
            client.clone().filter(|_| delivers),
            &readers.profiles.borrow(),
        )?;
        Ok(Self {
            config,
            roles,
            store,
            client,
            telling,
            readers,
            sign_in,
            certificate,
            home: None,
        })
    }

    /// Reads the home folder before anything runs; `run` alone reads it while it answers already.
    pub(crate) async fn read_home(&mut self) -> anyhow::Result<()> {
        let (dir, client) = (&self.config.home, self.client.as_ref());
        let parts = self.roles.parts_of_home(&self.config);
        let known = tenants::take_over(dir, parts, client, &self.readers).await;
        self.home = Some(known.context("reading the home folder")?);
        Ok(())
    }

    pub(crate) fn collector(&self) -> Collector {
        let collect = &self.config.collect;
        let settings = Settings {
            pace: Pace {
                interval: collect.interval,
                ..Pace::default()
            },
            subscriptions_every: collect.subscriptions_interval,
            at_once: collect.at_once,
            deadline: collect.deadline,
            // A database that others share comes back; a broken disk does not.
            patience: stored::is_shared(&self.config).then_some(SignedDuration::MAX),
            ..Settings::default()
        };
        Collector::new(
            self.store.clone(),
            self.readers.roster.subscribe(),
            settings,
            clock::shared(),
        )
    }
}

/// Sign-in, if it is set up; its profile is what is handed on first.
async fn opened_sign_in(config: &Arc<Config>, readers: &Readers) -> anyhow::Result<Option<SignIn>> {
    let Some(settings) = &config.sign_in else {
        return Ok(None);
    };
    let mut home = sign_in::profile(&config.home).await?;
    readers
        .sign_in
        .send_replace(home.sign_in.take().map(Arc::new));
    let profile = readers.sign_in.subscribe();
    SignIn::open(config, settings, &home, profile).map(Some)
}
