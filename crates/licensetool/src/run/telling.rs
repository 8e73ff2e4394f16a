//! The loops that judge and tell, made of the settings and of the SharePoint profiles as they are.

use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;
use domain::Language;
use futures_util::future::try_join_all;
use pipeline::deliver::sharepoint::Sharepoint;
use pipeline::deliver::{Deliverer, Named};
use pipeline::evaluate::Evaluator;
use pipeline::{deliver, evaluate};
use store::Store;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::renewed::Begun;
use crate::config::Config;
use crate::outlets::{self, Outlet};
use crate::sharepoint::{self, Profiles};
use crate::{clock, stored};

/// What the loops are made of.
#[derive(Clone)]
pub(crate) struct Telling {
    config: Arc<Config>,
    store: Store,
    /// `None` where nobody is told anything: the channels' files are not read then.
    client: Option<graph::Client>,
    outlets: Vec<Outlet>,
    /// Of all loops of a kind together, those that replace others included.
    pub(crate) judged: evaluate::Metrics,
    pub(crate) delivered: deliver::Metrics,
}

impl Telling {
    /// Reads the channels' files.
    ///
    /// # Errors
    /// Channels that cannot tell, all of them.
    pub(crate) fn new(
        config: Arc<Config>,
        store: Store,
        client: Option<graph::Client>,
        profiles: &Profiles,
    ) -> anyhow::Result<Self> {
        let made = match client {
            Some(_) => outlets::make(&config, profiles),
            None => outlets::Made::default(),
        };
        for warning in made.warnings.iter().chain(&made.unresolved) {
            tracing::warn!("{warning}");
        }
        if !made.errors.is_empty() {
            bail!("{}", made.errors.join("\nlicensetool: "));
        }
        Ok(Self {
            config,
            store,
            client,
            outlets: made.outlets,
            judged: evaluate::Metrics::default(),
            delivered: deliver::Metrics::default(),
        })
    }

    pub(crate) fn evaluator(&self, profiles: &Profiles) -> Evaluator {
        let settings = evaluate::Settings {
            company: self.config.policy,
            routes: outlets::routes(&self.config, profiles),
            keep: self.config.keep,
            retention: self.config.retention.clone(),
            lease: self.config.evaluate_claim,
            patience: self.patience(),
            ..evaluate::Settings::default()
        };
        Evaluator::new(self.store.clone(), settings, clock::shared())
            .counting_in(self.judged.clone())
    }

    /// One for each language in which something is told; the first one has the lists.
    pub(crate) fn deliverers(&self, profiles: &Profiles, public_url: &Url) -> Vec<Deliverer> {
        let own = self.config.language;
        let mut groups: Vec<(Language, Vec<Named>)> = vec![(own, Vec::new())];
        for outlet in outlets::with_profiles(&self.outlets, &self.config, profiles) {
            match groups
                .iter_mut()
                .find(|(language, _)| *language == outlet.language)
            {
                Some((_, group)) => group.push(outlet.named),
                None => groups.push((outlet.language, vec![outlet.named])),
            }
        }
        let mut lists = self.lists(profiles);
        let deliverer = |(language, channels)| {
            let settings = self.deliver_settings(language, public_url.clone());
            let lists = std::mem::take(&mut lists);
            Deliverer::new(
                self.store.clone(),
                channels,
                lists,
                settings,
                clock::shared(),
            )
            .counting_in(self.delivered.clone())
        };
        groups.into_iter().map(deliverer).collect()
    }

    fn deliver_settings(&self, language: Language, public_url: Url) -> deliver::Settings {
        let config = &self.config;
        deliver::Settings {
            language,
            policy: config.policy,
            time_zone: config.time_zone.clone(),
            company: config.company.clone(),
            longest_wait: config.deliver.longest_wait,
            max_attempts: config.deliver.max_attempts,
            lease: config.deliver.claim,
            patience: self.patience(),
            ..deliver::Settings::new(public_url)
        }
    }

    /// A database that others share comes back; a broken disk does not.
    fn patience(&self) -> Duration {
        match stored::is_shared(&self.config) {
            true => Duration::MAX,
            false => evaluate::Settings::default().patience,
        }
    }

    /// A profile whose certificate cannot be used keeps no other from being served.
    fn lists(&self, profiles: &Profiles) -> Vec<Sharepoint> {
        let (Some(interval), Some(client)) = (self.config.sharepoint_interval, &self.client) else {
            return Vec::new();
        };
        let lists = profiles.in_use(&self.config).iter().filter_map(|profile| {
            let lists = sharepoint::lists(profile, client, interval);
            let said = |error: &anyhow::Error| tracing::error!("{error:#}");
            lists.inspect_err(said).ok()
        });
        lists.collect()
    }
}

pub(crate) fn evaluating(evaluator: Evaluator, stop: CancellationToken) -> Begun {
    Begun {
        pulses: vec![evaluator.pulse()],
        running: Box::pin(evaluator.run(stop)),
    }
}

pub(crate) fn delivering(deliverers: Vec<Deliverer>, stop: CancellationToken) -> Begun {
    let pulses = deliverers.iter().map(Deliverer::pulse).collect();
    let running = deliverers.into_iter().map(move |it| it.run(stop.clone()));
    let running = try_join_all(running);
    Begun {
        pulses,
        running: Box::pin(async { running.await.map(drop) }),
    }
}
