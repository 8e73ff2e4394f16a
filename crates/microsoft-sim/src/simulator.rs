//! A running simulator: started for a demo or a test, given orders, asked for counts, ended.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::{self, JoinSet};
use uuid::Uuid;

use crate::clock::Clock;
use crate::counts::{Counts, Tally};
use crate::entra::Entra;
use crate::fault::{Fault, Order, Orders};
use crate::home;
use crate::microsoft::Microsoft;
use crate::seats::{self, Seats};
use crate::sharepoint::Sharepoint;
use crate::throttle::Throttle;
use crate::tls;
use crate::wire;
use crate::world::World;

/// How a [`Simulator`] is reached, and what it is like.
#[derive(Debug, Clone)]
pub struct Options {
    /// Port 0 takes any free one.
    pub listen: SocketAddr,
    pub tls: Tls,
    /// Wait before every answer of Entra and Graph.
    pub latency: Duration,
    /// Day 0 of the world and the instant at which it stands still; the wall clock without it.
    /// Tokens are judged by the wall clock, always.
    pub now: Option<Timestamp>,
    /// Whether Graph limits its resource units, as Microsoft does.
    pub throttle: bool,
    /// Resource units of a minute that SharePoint gives an app while it throttles.
    pub sharepoint_units: u32,
    /// Whether a flow informs a technician about rows that ask for it, and says so in them.
    pub flow: bool,
    /// Size of the apps' RSA keys: 2048, 3072 or 4096.
    pub key_bits: u32,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            tls: Tls::Off,
            latency: Duration::ZERO,
            now: None,
            throttle: false,
            sharepoint_units: 1_250,
            flow: false,
            key_bits: 2048,
        }
    }
}

/// Whether the simulator speaks HTTPS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    Off,
    /// With a certificate for `127.0.0.1`, `::1` and `localhost`, made at the start.
    Generated,
}

/// What an app of the world signs in with, for clients in the same process.
#[derive(Debug, Clone)]
pub struct TestCredential {
    pub tenant_id: Uuid,
    pub client_id: Uuid,
    pub certificate_der: Vec<u8>,
    /// PKCS#8.
    pub key_pem: String,
    /// Upper case.
    pub thumbprint_sha1_hex: String,
}

/// Entra and Graph on one address, which is base of both.
///
/// Ends with [`Simulator::shutdown`], or abruptly when dropped.
#[must_use]
pub struct Simulator {
    microsoft: Arc<Microsoft>,
    ca_pem: Option<String>,
    stop: watch::Sender<bool>,
    /// The one task that serves, ended with this set.
    server: JoinSet<()>,
}

impl Simulator {
    /// Makes keys (about a tenth of a second a tenant, unless they share one) and listens.
    ///
    /// # Errors
    /// If the address is taken or the keys cannot be made.
    pub async fn start(world: World, options: Options) -> anyhow::Result<Simulator> {
        let clock = Clock::new(options.now);
        let now = clock.read();
        let world = match options.now {
            Some(day0) => world.starting(day0),
            None => world,
        };
        let listener = TcpListener::bind(options.listen)
            .await
            .with_context(|| format!("nothing can listen on {}", options.listen))?;
        let address = listener.local_addr()?;
        let (tls, scheme) = match options.tls {
            Tls::Off => (None, "http"),
            Tls::Generated => (Some(tls::generate(now.wall)?), "https"),
        };
        let base_url = format!("{scheme}://{address}");
        let entra = {
            let (world, base_url) = (world.clone(), base_url.clone());
            let made = move || Entra::new(world, base_url, options.key_bits, now);
            task::spawn_blocking(made).await??
        };
        let microsoft = Arc::new(Microsoft {
            tally: Tally::new(world.len()),
            throttle: options
                .throttle
                .then(|| Throttle::new(options.sharepoint_units)),
            latency: options.latency,
            clock,
            seats: Seats::default(),
            sharepoint: Sharepoint::new(&world, options.flow, now.world),
            orders: Orders::default(),
            world,
            base_url,
            entra,
        });
        let (acceptor, ca_pem) = tls.map(|tls| (tls.acceptor, tls.ca_pem)).unzip();
        let (stop, stopped) = watch::channel(false);
        let mut server = JoinSet::new();
        server.spawn(wire::serve(listener, acceptor, microsoft.clone(), stopped));
        Ok(Simulator {
            microsoft,
            ca_pem,
            stop,
            server,
        })
    }

    /// Address of Entra and Graph, such as `https://127.0.0.1:8443`.
    #[must_use]
    pub fn base_url(&self) -> String {
        self.microsoft.base_url.clone()
    }

    /// The authority that clients must trust, if the simulator speaks HTTPS.
    #[must_use]
    pub fn ca_pem(&self) -> Option<&str> {
        self.ca_pem.as_deref()
    }

    /// The world that is played, with the day 0 of the start.
    #[must_use]
    pub fn world(&self) -> &World {
        &self.microsoft.world
    }

    pub(crate) fn microsoft(&self) -> &Microsoft {
        &self.microsoft
    }

    pub(crate) fn sharepoint(&self) -> &Sharepoint {
        &self.microsoft.sharepoint
    }

    /// By the world's clock.
    pub(crate) fn now(&self) -> Timestamp {
        self.microsoft.clock.read().world
    }

    /// Writes a home folder: profiles and certificates of the watched tenants and of the company's
    /// site, settings, and `ca.pem`.
    ///
    /// # Errors
    /// If the folder cannot be written, or holds a home that no simulator has written.
    pub fn write_home(&self, dir: &Path) -> anyhow::Result<()> {
        home::write(dir, &self.microsoft, self.ca_pem())
    }

    /// The credential of a tenant's app.
    ///
    /// # Panics
    /// If the world has no tenant of that key, or nobody has registered an app in it at the start.
    #[must_use]
    pub fn credential(&self, key: &str) -> TestCredential {
        let index = self.microsoft.world.index_of_key(key);
        let index = index.unwrap_or_else(|| panic!("no tenant \"{key}\" in this world"));
        let tenant = self.microsoft.world.at(index);
        let app = self.microsoft.entra.credential(index);
        let app = app.unwrap_or_else(|| panic!("no app in \"{key}\" at the start"));
        app.for_tests(tenant.tenant_id, tenant.client_id)
    }

    /// Lets something go wrong from now on. Orders come one after the other.
    ///
    /// # Panics
    /// If the world has no such tenant: the order would never be met.
    pub fn order(&self, fault: Fault) {
        self.microsoft
            .order(fault.into())
            .expect("an order for a tenant of this world");
    }

    /// Like [`Simulator::order`], for about so many of a hundred answers that it concerns. Which
    /// ones is the same at each run.
    ///
    /// # Panics
    /// If the world has no such tenant, or at more than 100 percent.
    pub fn order_some(&self, fault: Fault, percent: u8) {
        self.microsoft
            .order(Order::some(fault, percent))
            .expect("an order for a tenant of this world, and at most all answers");
    }

    /// Withdraws all orders.
    pub fn clear_faults(&self) {
        self.microsoft.orders.clear();
    }

    /// Moves the clock of the world, which stands still there; day 0 and tokens stay as they are.
    pub fn set_now(&self, at: Timestamp) {
        self.microsoft.clock.set(at);
    }

    /// Sets the seats in use of a SKU; `None` follows its course again.
    ///
    /// # Panics
    /// If the world has no such tenant with such a SKU.
    pub fn set_consumed(&self, tenant: &str, part_number: &str, consumed: Option<i64>) {
        self.set(tenant, part_number, |set| set.consumed = consumed);
    }

    /// Sets the seats that are bought of a SKU; `None` follows its course again.
    ///
    /// # Panics
    /// If the world has no such tenant with such a SKU.
    pub fn set_enabled(&self, tenant: &str, part_number: &str, enabled: Option<i64>) {
        self.set(tenant, part_number, |set| set.enabled = enabled);
    }

    fn set(&self, tenant: &str, part_number: &str, change: impl FnOnce(&mut seats::Set)) {
        let owner = self.microsoft.owner(tenant, part_number);
        let owner = owner.expect("a tenant of this world, and a SKU of it");
        self.microsoft.seats.change(owner, part_number, change);
    }

    /// What was asked and answered since the start.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.microsoft.tally.read(&self.microsoft.world)
    }

    /// Waits until nobody is connected: what a client sent that was killed meanwhile has then been
    /// carried out, or never will be.
    pub async fn left_alone(&self) {
        let mut open = self.microsoft.tally.open.subscribe();
        // The sender lives as long as the simulator.
        drop(open.wait_for(|open| *open == 0).await);
    }

    /// Accepts nothing any more, lets answers under way finish for a moment, and ends.
    pub async fn shutdown(mut self) {
        self.stop.send_replace(true);
        while self.server.join_next().await.is_some() {}
    }
}

impl std::fmt::Debug for Simulator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Simulator")
            .field("base_url", &self.microsoft.base_url)
            .finish_non_exhaustive()
    }
}
