//! Starts all services of one process, and waits for their end.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use anyhow::Context as _;
use jiff::SignedDuration;
use pipeline::collect::Collector;
use prometheus_client::registry::Registry;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::parts::{Addresses, Parts};
use super::renewed::renewed;
use super::serve::{Server, serve};
use super::supervise::Supervisor;
use super::telling::{delivering, evaluating};
use super::tls::Certificate;
use crate::exit::Outcome;
use crate::{clock, outlets, tenant, tenants};

/// Without a turn for longer than this a loop is stuck.
const TURNS_WITHIN: SignedDuration = SignedDuration::from_secs(60);

/// When the loops that may be begun anew last turned.
#[derive(Default)]
struct Pulses {
    evaluate: Arc<AtomicI64>,
    deliver: Arc<AtomicI64>,
}

impl Parts {
    /// Starts all services; `ready` is called once they listen.
    pub(crate) async fn run(
        self,
        stop: CancellationToken,
        ready: impl FnOnce(&Addresses),
    ) -> anyhow::Result<Outcome> {
        let listener = listen("listen", self.config.listen).await?;
        let metrics_listener = listen("metrics_listen", self.config.metrics_listen).await?;
        let served_at = listener.local_addr()?;
        let public_url = self.config.public_url_at(served_at);
        let scheme = if self.certificate.is_some() {
            "https"
        } else {
            "http"
        };
        let addresses = Addresses {
            pages: format!("{scheme}://{served_at}"),
            metrics: format!("http://{}/metrics", metrics_listener.local_addr()?),
        };
        let (collector, pulses) = (self.collector(), Pulses::default());
        let (closing, closed) = watch::channel(false);
        let options = self.web_options(&collector, &pulses, closed, &public_url);
        let mut registry = Registry::with_prefix("licensetool");
        collector.metrics().register(&mut registry);
        pipeline::microsoft::register(self.client.traffic().clone(), &mut registry);

        let mut services = Supervisor::new(stop);
        let (app, upkeep) = web::app_and_upkeep(options.clone());
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
        self.start_evaluate(&mut services, pulses.evaluate, &mut registry);
        self.start_deliver(&mut services, pulses.deliver, &mut registry, public_url);
        let metrics = Server {
            listener: metrics_listener,
            tls: None,
            app: web::metrics_app(options, registry),
        };
        let nothing_streams = watch::Sender::new(false);
        services.start("metrics", |stop| serve(metrics, stop, nothing_streams));
        self.start_collect(&mut services, collector);
        let (dir, poll, store) = (self.config.home.clone(), self.config.home_poll, self.store);
        if let Some(certificate) = self.certificate {
            services.start("certificate", |stop| certificate.follow(poll, stop));
        }
        if let (Some(sign_in), Some(settings)) = (self.sign_in, self.config.sign_in.clone()) {
            services.start("sign-in", |stop| sign_in.follow(settings, poll, stop));
        }
        services.start("home folder", |stop| {
            tenants::follow(dir, self.client, self.readers, self.home, poll, stop)
        });
        ready(&addresses);
        services.until_all_ended().await?;
        store.close().await;
        Ok(Outcome::Fine)
    }

    fn start_collect(&self, services: &mut Supervisor, collector: Collector) {
        let mut tenants = self.readers.roster.subscribe();
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
    }

    fn start_evaluate(
        &self,
        services: &mut Supervisor,
        pulse: Arc<AtomicI64>,
        registry: &mut Registry,
    ) {
        let (telling, profiles) = (self.telling.clone(), self.readers.profiles.subscribe());
        telling.judged.register(registry);
        let mut first = Some(telling.evaluator(&profiles.borrow()));
        services.start("evaluate", move |stop| {
            renewed(profiles, pulse, stop, move |profiles, stop| {
                let made = first.take().unwrap_or_else(|| telling.evaluator(profiles));
                evaluating(made, stop)
            })
        });
    }

    fn start_deliver(
        &self,
        services: &mut Supervisor,
        pulse: Arc<AtomicI64>,
        registry: &mut Registry,
        public_url: Url,
    ) {
        let (telling, profiles) = (self.telling.clone(), self.readers.profiles.subscribe());
        telling.delivered.register(registry);
        let mut first = Some(telling.deliverers(&profiles.borrow(), &public_url));
        services.start("deliver", move |stop| {
            renewed(profiles, pulse, stop, move |profiles, stop| {
                let made = || telling.deliverers(profiles, &public_url);
                delivering(first.take().unwrap_or_else(made), stop)
            })
        });
    }

    fn web_options(
        &self,
        collector: &Collector,
        pulses: &Pulses,
        closing: watch::Receiver<bool>,
        public_url: &Url,
    ) -> web::Options {
        let settings = self.sign_in.as_ref().zip(self.config.sign_in.as_ref());
        let sign_in = settings.map(|(sign_in, settings)| sign_in.web(settings, public_url.clone()));
        let a_loop = |name, turned_at| web::Loop {
            name,
            turned_at,
            within: TURNS_WITHIN,
        };
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
            loops: vec![
                a_loop("collect", collector.pulse()),
                a_loop("evaluate", Arc::clone(&pulses.evaluate)),
                a_loop("deliver", Arc::clone(&pulses.deliver)),
            ],
            requests: web::Requests::default(),
            sign_in,
            closing,
            desk: Some(tenant::desk(Arc::clone(&self.config))),
        }
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
