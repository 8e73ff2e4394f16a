//! Starts the services of one process, and waits for their end.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::time::Duration;

use anyhow::Context as _;
use jiff::SignedDuration;
use pipeline::collect::Collector;
use prometheus_client::registry::Registry;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::gate::{Gate, Keeper};
use super::parts::{Addresses, Parts};
use super::renewed::renewed;
use super::roles::Role;
use super::serve::{Server, serve};
use super::supervise::Supervisor;
use super::telling::{delivering, evaluating};
use super::tls::Certificate;
use crate::exit::Outcome;
use crate::{clock, outlets, stored, tenant, tenants};

/// Without a turn for longer than this a loop is stuck.
const TURNS_WITHIN: SignedDuration = SignedDuration::from_secs(60);

/// How long connections to the store may take to end.
const FAREWELL: Duration = Duration::from_secs(1);

/// When the loops last turned.
#[derive(Default)]
struct Pulses {
    collect: Arc<AtomicI64>,
    evaluate: Arc<AtomicI64>,
    deliver: Arc<AtomicI64>,
}

/// What is listened on before anything starts.
struct Listeners {
    pages: Option<TcpListener>,
    metrics: TcpListener,
}

/// Services that are being started.
struct Start {
    services: Supervisor,
    registry: Registry,
    gate: Gate,
}

impl Parts {
    /// Starts the services of the process; `ready` is called once they listen.
    pub(crate) async fn run(
        self,
        stop: CancellationToken,
        ready: impl FnOnce(&Addresses),
    ) -> anyhow::Result<Outcome> {
        let listeners = self.listeners().await?;
        let addresses = self.addresses(&listeners)?;
        let served_at = listeners.pages.as_ref().map(TcpListener::local_addr);
        let served_at = served_at.transpose()?.unwrap_or(self.config.listen);
        let public_url = self.config.public_url_at(served_at);
        let (gate, keeper) = self.gate();
        let mut start = Start {
            services: Supervisor::new(stop),
            registry: Registry::with_prefix("licensetool"),
            gate,
        };
        if let Some(keeper) = keeper {
            start.services.start("store", |stop| keeper.keep(stop));
            self.start_listening(&mut start.services);
        }
        let collector = self.roles.have(Role::Collect).then(|| self.collector());
        let mut pulses = Pulses::default();
        if let Some(collector) = &collector {
            pulses.collect = collector.pulse();
            collector.metrics().register(&mut start.registry);
        }
        if let Some(client) = &self.client {
            pipeline::microsoft::register(client.traffic().clone(), &mut start.registry);
        }
        let (closing, closed) = watch::channel(false);
        let options = self.web_options(&pulses, closed, &public_url);
        if let Some(listener) = listeners.pages {
            self.start_pages(&mut start.services, listener, options.clone(), closing);
        }
        self.start_loops(&mut start, collector, &pulses, public_url);
        let metrics = Server {
            listener: listeners.metrics,
            tls: None,
            app: web::metrics_app(options, start.registry),
        };
        let nothing_streams = watch::Sender::new(false);
        start
            .services
            .start("metrics", |stop| serve(metrics, stop, nothing_streams));
        let store = self.store.clone();
        self.start_followers(&mut start.services);
        ready(&addresses);
        start.services.until_all_ended().await?;
        // A database that is away does not say goodbye.
        drop(tokio::time::timeout(FAREWELL, store.close()).await);
        Ok(Outcome::Fine)
    }

    /// A file is ready from the start. A database may be away, and where services are split its
    /// schema is nobody's of them to change.
    fn gate(&self) -> (Gate, Option<Keeper>) {
        if !stored::is_shared(&self.config) {
            return (Gate::open(), None);
        }
        let (gate, keeper) = Gate::kept(self.store.clone(), self.roles.are_all());
        (gate, Some(keeper))
    }

    /// Hears from other processes that there is work.
    fn start_listening(&self, services: &mut Supervisor) {
        let store = self.store.clone();
        services.start("news of other processes", |stop| async move {
            stop.run_until_cancelled(store.listen()).await;
            Ok(())
        });
    }

    async fn listeners(&self) -> anyhow::Result<Listeners> {
        let pages = match self.roles.have(Role::Web) {
            true => Some(listen("listen", self.config.listen).await?),
            false => None,
        };
        Ok(Listeners {
            pages,
            metrics: listen("metrics_listen", self.config.metrics_listen).await?,
        })
    }

    fn addresses(&self, listeners: &Listeners) -> anyhow::Result<Addresses> {
        let scheme = match self.certificate {
            Some(_) => "https",
            None => "http",
        };
        let pages = listeners.pages.as_ref().map(TcpListener::local_addr);
        let pages = pages.transpose()?;
        Ok(Addresses {
            pages: pages.map(|address| format!("{scheme}://{address}")),
            metrics: format!("http://{}/metrics", listeners.metrics.local_addr()?),
        })
    }

    fn start_pages(
        &self,
        services: &mut Supervisor,
        listener: TcpListener,
        options: web::Options,
        closing: watch::Sender<bool>,
    ) {
        let (app, upkeep) = web::app_and_upkeep(options);
        let pages = Server {
            listener,
            tls: self.certificate.as_ref().map(Certificate::shown),
            app,
        };
        services.start("pages and API", |stop| serve(pages, stop, closing));
        services.start("upkeep of pages", |stop| async move {
            stop.run_until_cancelled(upkeep.go_on()).await;
            Ok(())
        });
    }

    fn start_loops(
        &self,
        start: &mut Start,
        collector: Option<Collector>,
        pulses: &Pulses,
        public_url: Url,
    ) {
        if let Some(collector) = collector {
            self.start_collect(start, collector);
        }
        if self.roles.have(Role::Evaluate) {
            self.start_evaluate(start, Arc::clone(&pulses.evaluate));
        }
        if self.roles.have(Role::Deliver) {
            self.start_deliver(start, Arc::clone(&pulses.deliver), public_url);
        }
    }

    fn start_collect(&self, start: &mut Start, collector: Collector) {
        let mut tenants = self.readers.roster.subscribe();
        let (is_known, gate) = (self.home.is_some(), start.gate.clone());
        start.services.start("collect", move |stop| async move {
            if !gate.passed(&collector.pulse(), &stop).await {
                return Ok(());
            }
            // Before home was read, no tenant of the store could be told from one that is gone.
            // Whoever hands it on may have done so while the store was waited for.
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
    }

    fn start_evaluate(&self, start: &mut Start, pulse: Arc<AtomicI64>) {
        let (telling, profiles) = (self.telling.clone(), self.readers.profiles.subscribe());
        telling.judged.register(&mut start.registry);
        let mut first = Some(telling.evaluator(&profiles.borrow()));
        let gate = start.gate.clone();
        start.services.start("evaluate", move |stop| async move {
            if !gate.passed(&pulse, &stop).await {
                return Ok(());
            }
            let begin = move |profiles: &_, stop| {
                let made = first.take().unwrap_or_else(|| telling.evaluator(profiles));
                evaluating(made, stop)
            };
            renewed(profiles, pulse, stop, begin).await
        });
    }

    fn start_deliver(&self, start: &mut Start, pulse: Arc<AtomicI64>, public_url: Url) {
        let (telling, profiles) = (self.telling.clone(), self.readers.profiles.subscribe());
        telling.delivered.register(&mut start.registry);
        let mut first = Some(telling.deliverers(&profiles.borrow(), &public_url));
        let gate = start.gate.clone();
        start.services.start("deliver", move |stop| async move {
            if !gate.passed(&pulse, &stop).await {
                return Ok(());
            }
            let begin = move |profiles: &_, stop| {
                let made = || telling.deliverers(profiles, &public_url);
                delivering(first.take().unwrap_or_else(made), stop)
            };
            renewed(profiles, pulse, stop, begin).await
        });
    }

    /// Those that notice when files change.
    fn start_followers(self, services: &mut Supervisor) {
        let parts = self.roles.parts_of_home(&self.config);
        let (dir, poll) = (self.config.home.clone(), self.config.home_poll);
        if let Some(certificate) = self.certificate {
            services.start("certificate", |stop| certificate.follow(poll, stop));
        }
        if let (Some(sign_in), Some(settings)) = (self.sign_in, self.config.sign_in.clone()) {
            services.start("sign-in", |stop| sign_in.follow(settings, poll, stop));
        }
        if !parts.is_none() {
            let (client, readers, known) = (self.client, self.readers, self.home);
            services.start("home folder", |stop| {
                tenants::follow(dir, parts, client, readers, known, poll, stop)
            });
        }
    }

    fn web_options(
        &self,
        pulses: &Pulses,
        closing: watch::Receiver<bool>,
        public_url: &Url,
    ) -> web::Options {
        let settings = self.sign_in.as_ref().zip(self.config.sign_in.as_ref());
        let sign_in = settings.map(|(sign_in, settings)| sign_in.web(settings, public_url.clone()));
        let is_web = self.roles.have(Role::Web);
        // Tenants are added where the home folder has them.
        let has_desk = is_web && self.roles.have(Role::Collect);
        web::Options {
            store: self.store.clone(),
            company: self.config.policy,
            routes: outlets::routes(&self.config, &self.readers.profiles.borrow()),
            fetch_within: web::FETCH_WITHIN,
            language: self.config.language,
            time_zone: self.config.time_zone.clone(),
            company_name: self.config.company.clone(),
            clock: clock::now,
            version: crate::cli::VERSION,
            loops: self.loops(pulses),
            measures_content: is_web,
            requests: web::Requests::default(),
            sign_in,
            closing,
            desk: has_desk.then(|| tenant::desk(Arc::clone(&self.config))),
        }
    }

    fn loops(&self, pulses: &Pulses) -> Vec<web::Loop> {
        let all = [
            (Role::Collect, "collect", &pulses.collect),
            (Role::Evaluate, "evaluate", &pulses.evaluate),
            (Role::Deliver, "deliver", &pulses.deliver),
        ];
        let here = all.into_iter().filter(|(role, ..)| self.roles.have(*role));
        let a_loop = |(_, name, turned_at): (_, _, &Arc<AtomicI64>)| web::Loop {
            name,
            turned_at: Arc::clone(turned_at),
            within: TURNS_WITHIN,
        };
        here.map(a_loop).collect()
    }
}

async fn listen(setting: &str, address: std::net::SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!(
            "{setting}: {address} cannot be opened; choose another address, or port 0 for any \
             free one"
        )
    })
}
