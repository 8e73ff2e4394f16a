//! `licensetool run`: all services in one process, each a supervised task.

mod serve;
mod supervise;

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use jiff::SignedDuration;
use pipeline::collect::{Collector, Pace, Settings};
use pipeline::roster::Roster;
use prometheus_client::registry::Registry;
use store::Store;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::exit::Outcome;
use crate::microsoft::{self, Waiting};
use crate::{clock, tenants};

use supervise::Supervisor;
pub(crate) use supervise::stopped_by_signal;

/// The services of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Role {
    /// Answers people and programs from the store.
    Web,
    /// Asks Microsoft.
    Collect,
}

/// Everything that the services share, opened and checked.
pub(crate) struct Parts {
    pub(crate) config: Config,
    pub(crate) store: Store,
    client: graph::Client,
    roster: watch::Sender<Arc<Roster>>,
    home: Option<tenants::Known>,
}

/// Where the services can be reached, with the scheme.
pub(crate) struct Addresses {
    pub(crate) pages: String,
    pub(crate) metrics: String,
}

impl Parts {
    /// Opens the store and brings its schema up to date.
    pub(crate) async fn open(config: Config) -> anyhow::Result<Self> {
        web::check_listen(config.listen)?;
        // What licences a tenant has stands there too.
        web::check_listen(config.metrics_listen)?;
        let client = microsoft::client(&config.microsoft, Waiting::Nobody)?;
        let store = Store::open(&config.store_url)
            .await
            .with_context(|| format!("the store {} cannot be opened", config.store_url))?;
        store
            .migrate()
            .await
            .context("the store cannot be brought up to date")?;
        let (roster, _) = watch::channel(Arc::new(Roster::new()));
        Ok(Self {
            config,
            store,
            client,
            roster,
            home: None,
        })
    }

    /// Reads the home folder before anything runs; `run` alone reads it while it answers already.
    pub(crate) async fn read_home(&mut self) -> anyhow::Result<()> {
        let dir = &self.config.home;
        self.home = Some(tenants::take_over(dir, &self.client, &self.roster).await?);
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
            self.roster.subscribe(),
            settings,
            clock::shared(),
        )
    }

    /// Starts all services; `ready` is called once they listen.
    pub(crate) async fn run(
        self,
        stop: CancellationToken,
        ready: impl FnOnce(&Addresses),
    ) -> anyhow::Result<Outcome> {
        let collector = self.collector();
        let listener = listen("listen", self.config.listen).await?;
        let metrics_listener = listen("metrics_listen", self.config.metrics_listen).await?;
        let addresses = Addresses {
            pages: format!("http://{}", listener.local_addr()?),
            metrics: format!("http://{}/metrics", metrics_listener.local_addr()?),
        };
        let options = self.web_options(&collector);
        let mut registry = Registry::with_prefix("licensetool");
        collector.metrics().register(&mut registry);

        let mut services = Supervisor::new(stop);
        services.start("pages and API", |stop| {
            serve::serve(listener, web::app(options.clone()), stop)
        });
        services.start("metrics", |stop| {
            serve::serve(metrics_listener, web::metrics_app(options, registry), stop)
        });
        let mut tenants = self.roster.subscribe();
        let is_known = self.home.is_some();
        services.start("collect", move |stop| async move {
            // Before home was read, no tenant of the store could be told from one that is gone.
            let known = is_known
                || matches!(
                    stop.run_until_cancelled(tenants.changed()).await,
                    Some(Ok(()))
                );
            if known {
                collector.run(stop).await?;
            }
            Ok(())
        });
        let poll = self.config.home_poll;
        services.start("home folder", |stop| {
            let (dir, known) = (self.config.home, self.home);
            tenants::follow(dir, self.client, self.roster, known, poll, stop)
        });
        ready(&addresses);
        services.until_all_ended().await?;
        self.store.close().await;
        Ok(Outcome::Fine)
    }

    fn web_options(&self, collector: &Collector) -> web::Options {
        web::Options {
            store: self.store.clone(),
            company: self.config.policy,
            language: self.config.language,
            clock: clock::now,
            version: crate::cli::VERSION,
            loops: vec![web::Loop {
                name: "collect",
                turned_at: collector.pulse(),
                within: SignedDuration::from_secs(60),
            }],
            requests: web::Requests::default(),
        }
    }
}

/// `run`: until a signal says stop.
pub(crate) async fn run(config: Config, roles: &[Role]) -> anyhow::Result<Outcome> {
    check_roles(roles)?;
    let stop = stopped_by_signal()?;
    let parts = Parts::open(config).await?;
    parts
        .run(stop, |Addresses { pages, metrics }| {
            let version = crate::cli::VERSION;
            tracing::info!(address = pages, metrics, version, "ready");
        })
        .await
}

/// `run --once`: every enabled tenant is asked once and kept.
pub(crate) async fn once(config: Config) -> anyhow::Result<Outcome> {
    let stop = stopped_by_signal()?;
    let mut parts = Parts::open(config).await?;
    parts.read_home().await?;
    let report = parts.collector().run_once(stop).await?;
    parts.store.close().await;
    tracing::info!(
        changed = report.changed,
        unchanged = report.unchanged,
        gaps = report.gaps.len(),
        "every tenant was asked once"
    );
    Ok(if report.gaps.is_empty() {
        Outcome::Fine
    } else {
        Outcome::Blind
    })
}

/// SQLite lives in one process, so all services do too.
fn check_roles(roles: &[Role]) -> anyhow::Result<()> {
    let all = [Role::Web, Role::Collect]
        .iter()
        .all(|role| roles.contains(role));
    anyhow::ensure!(
        roles.is_empty() || all,
        "with SQLite all services run in one process: leave --role out. Services of their own need \
         PostgreSQL, which this version cannot use yet"
    );
    Ok(())
}

async fn listen(setting: &str, address: std::net::SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!(
            "{setting}: {address} cannot be opened; choose another address, or port 0 for any \
             free one"
        )
    })
}

/// `migrate`: brings the store's schema up to date and ends.
pub(crate) async fn migrate(store_url: &str) -> anyhow::Result<Outcome> {
    let store = Store::open(store_url).await?;
    let before = store.schema().await?;
    store.migrate().await?;
    let after = store.schema().await?;
    store.close().await;
    let (from, to) = (before.found, after.found);
    crate::output::say(&if from == to {
        format!("the store is at version {to} already")
    } else {
        format!("the store went from version {from} to {to}")
    })?;
    Ok(Outcome::Fine)
}

/// Where the demo keeps its store and home: a folder that goes when it ends.
pub(crate) fn store_in(dir: &Path) -> String {
    format!("sqlite:{}", dir.join("licensetool.db").display())
}
