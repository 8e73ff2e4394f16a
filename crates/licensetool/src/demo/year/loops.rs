//! The loops of the program with one clock that is moved from day to day.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use anyhow::Context as _;
use jiff::Timestamp;
use pipeline::Clock;
use pipeline::collect::{self, Collector};
use pipeline::deliver::{self, Deliverer};
use pipeline::evaluate::{self, Evaluator};
use pipeline::roster::Roster;
use store::Store;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::config::{Config, Microsoft};
use crate::sharepoint::{self, Profiles};
use crate::{outlets, tenants};

/// A loop that asks again soon, as a clock that stands lets it wait for nothing.
const POLL: Duration = Duration::from_millis(5);

/// A year of writing in a minute is no burden on lists that are not there.
const NO_QUOTA: u32 = 100_000_000;

/// The time of the year, for everybody.
#[derive(Clone, Debug)]
pub(super) struct Calendar(Arc<AtomicI64>);

impl Calendar {
    pub(super) fn at(now: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(now.as_millisecond())))
    }

    pub(super) fn set(&self, now: Timestamp) {
        self.0.store(now.as_millisecond(), Ordering::SeqCst);
    }

    fn clock(&self) -> Clock {
        let now = Arc::clone(&self.0);
        Arc::new(move || {
            let now = Timestamp::from_millisecond(now.load(Ordering::SeqCst));
            now.expect("the calendar was set to a time")
        })
    }
}

pub(super) struct Loops {
    collector: Collector,
    evaluator: Evaluator,
    deliverer: Deliverer,
    /// What is watched; nobody changes it in the year.
    _roster: watch::Sender<Arc<Roster>>,
}

impl Loops {
    /// Made of settings and home folder as those of `run` are, but for the clock.
    pub(super) fn new(
        config: &Config,
        store: &Store,
        calendar: &Calendar,
        now: Timestamp,
    ) -> anyhow::Result<Self> {
        let client = client(&config.microsoft)?;
        let home = home::read(&config.home, now);
        let roster = tenants::roster(&home, &client, &Roster::new());
        let profiles = Profiles::new(home.sharepoint);
        let roster = watch::Sender::new(Arc::new(roster));
        let collect = collect::Settings {
            poll: POLL,
            ..collect::Settings::default()
        };
        let evaluate = evaluate::Settings {
            company: config.policy,
            routes: outlets::routes(config, &profiles),
            ..evaluate::Settings::default()
        };
        let watched = roster.subscribe();
        Ok(Self {
            collector: Collector::new(store.clone(), watched, collect, calendar.clock()),
            evaluator: Evaluator::new(store.clone(), evaluate, calendar.clock()),
            deliverer: deliverer(config, store, &client, &profiles, calendar)?,
            _roster: roster,
        })
    }

    /// Asks Microsoft, judges, tells.
    pub(super) async fn look(&self, stop: &CancellationToken) -> anyhow::Result<()> {
        self.collector.clone().run_once(stop.clone()).await?;
        self.evaluator.run_once().await?;
        self.tell().await
    }

    /// Tells what is due, and takes over what SharePoint says by now.
    pub(super) async fn tell(&self) -> anyhow::Result<()> {
        Ok(self.deliverer.run_once().await?)
    }
}

fn deliverer(
    config: &Config,
    store: &Store,
    client: &graph::Client,
    profiles: &Profiles,
    calendar: &Calendar,
) -> anyhow::Result<Deliverer> {
    let made = outlets::make(config, profiles);
    anyhow::ensure!(made.errors.is_empty(), "{}", made.errors.join("; "));
    let interval = config
        .sharepoint_interval
        .context("SharePoint is switched on")?;
    let lists = profiles.in_use(config).iter();
    let lists = lists.map(|profile| sharepoint::lists(profile, client, interval));
    let settings = deliver::Settings {
        language: config.language,
        policy: config.policy,
        time_zone: config.time_zone.clone(),
        company: config.company.clone(),
        ..deliver::Settings::new(config.public_url_at(config.listen))
    };
    Ok(Deliverer::new(
        store.clone(),
        made.outlets
            .into_iter()
            .map(|outlet| outlet.named)
            .collect(),
        lists.collect::<anyhow::Result<_>>()?,
        settings,
        calendar.clock(),
    ))
}

/// One that does not wait when Microsoft is out of order: its clock does not move meanwhile.
fn client(microsoft: &Microsoft) -> anyhow::Result<graph::Client> {
    let mut settings = graph::Settings::new(graph::Cloud {
        authority: microsoft.authority.clone(),
        graph: microsoft.graph.clone(),
    });
    let bundle = microsoft.ca_file.as_ref().map(std::fs::read);
    settings.extra_ca = bundle.transpose().context("the stand-in's CA")?;
    settings.site_units_per_minute = NO_QUOTA;
    settings.max_attempts = 1;
    graph::Client::new(&settings).context("the connection to Microsoft cannot be set up")
}
