//! Everything that the services share, opened and checked before any of them starts.

use std::sync::Arc;

use anyhow::Context as _;
use pipeline::collect::{Collector, Pace, Settings};
use pipeline::roster::Roster;
use store::Store;
use tokio::sync::watch;

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
    pub(crate) store: Store,
    pub(super) client: graph::Client,
    pub(super) telling: Telling,
    pub(super) readers: Readers,
    pub(super) sign_in: Option<SignIn>,
    pub(super) certificate: Option<Certificate>,
    pub(super) home: Option<tenants::Known>,
}

/// Where the services can be reached, with the scheme.
pub(crate) struct Addresses {
    pub(crate) pages: String,
    pub(crate) metrics: String,
}

impl Parts {
    /// Opens the store and brings its schema up to date; reads the channels' files, the SharePoint
    /// profiles, and what sign-in and TLS need.
    pub(crate) async fn open(config: Config) -> anyhow::Result<Self> {
        if config.sign_in.is_none() {
            web::check_listen(config.listen)?;
            // What licences a tenant has stands there too.
            web::check_listen(config.metrics_listen)?;
        }
        let client = microsoft::client(&config.microsoft, Waiting::Nobody)?;
        let profiles = Profiles::read(&config.home).await?;
        let store = stored::opened(&config).await?;
        let config = Arc::new(config);
        let certificate = config.tls.as_ref().map(Certificate::open).transpose()?;
        let readers = Readers {
            roster: watch::Sender::new(Arc::new(Roster::new())),
            profiles: watch::Sender::new(Arc::new(profiles)),
            sign_in: watch::Sender::new(None),
        };
        let sign_in = opened_sign_in(&config, &readers).await?;
        let telling = Telling::new(
            Arc::clone(&config),
            store.clone(),
            client.clone(),
            &readers.profiles.borrow(),
        )?;
        Ok(Self {
            config,
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
        let dir = &self.config.home;
        let known = tenants::take_over(dir, &self.client, &self.readers).await;
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
