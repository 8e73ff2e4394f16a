//! A simulator, a store and a collector that know each other.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use domain::{SkuId, TenantKey, Units};
use jiff::{SignedDuration, Timestamp};
use microsoft_sim::{Options, Simulator, World};
use pipeline::Clock;
use pipeline::collect::{Collector, Settings};
use pipeline::roster::{Access, Entry, Roster};
use store::{State, Store};
use tokio::sync::watch;

/// Tries of the client within one look: one more is enough to see that it does try.
const ATTEMPTS: u32 = 2;

/// Everything that a round needs. The clock moves only when told to.
pub(crate) struct Stage {
    pub(crate) sim: Simulator,
    pub(crate) world: World,
    /// The day that the simulator plays.
    today: Timestamp,
    pub(crate) store: Store,
    pub(crate) roster: watch::Sender<Arc<Roster>>,
    pub(crate) settings: Settings,
    now: Arc<AtomicI64>,
    folder: tempfile::TempDir,
}

pub(crate) async fn stage(world: World) -> Stage {
    stage_with(world, Options::default()).await
}

pub(crate) async fn stage_with(world: World, options: Options) -> Stage {
    // Far from the wall clock, so that no test leans on it.
    let now: Timestamp = "2026-08-17T06:00:00Z".parse().unwrap();
    let world = world.starting(now);
    let options = Options {
        now: Some(now),
        ..options
    };
    let sim = Simulator::start(world.clone(), options).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    store.migrate().await.unwrap();
    let all = roster(&sim, &world, Duration::from_secs(1));
    let (roster, _) = watch::channel(Arc::new(all));
    let settings = Settings {
        deadline: Duration::from_secs(10),
        poll: Duration::from_millis(20),
        grace: Duration::from_millis(200),
        ..Settings::default()
    };
    Stage {
        sim,
        world,
        today: now,
        store,
        roster,
        settings,
        now: Arc::new(AtomicI64::new(now.as_millisecond())),
        folder,
    }
}

async fn open(folder: &Path) -> Store {
    let url = format!("sqlite:{}", folder.join("store.db").display());
    Store::open(&url).await.unwrap()
}

/// Every tenant of the world, with a client of its own time limit.
pub(crate) fn roster(sim: &Simulator, world: &World, request_timeout: Duration) -> Roster {
    let address: url::Url = sim.base_url().parse().unwrap();
    let cloud = graph::Cloud {
        authority: address.clone(),
        graph: address,
    };
    let mut settings = graph::Settings::new(cloud);
    settings.extra_ca = sim.ca_pem().map(|pem| pem.as_bytes().to_vec());
    settings.request_timeout = request_timeout;
    settings.max_attempts = ATTEMPTS;
    settings.body_limit = 1 << 20;
    let client = graph::Client::new(&settings).unwrap();
    let entry = |tenant: &microsoft_sim::TenantSpec| {
        let own = sim.credential(&tenant.key);
        let (id, app) = (own.tenant_id.to_string(), own.client_id.to_string());
        let credential =
            graph::Credential::new(&id, &app, &own.certificate_der, &own.key_pem).unwrap();
        let entry = Entry {
            name: tenant.name.clone(),
            tenant_id: id,
            access: Access::Ready(client.tenant(credential)),
            certificate: None,
            made_of: "the certificate of the world".to_owned(),
        };
        (key(&tenant.key), entry)
    };
    world.tenants().map(entry).collect()
}

impl Stage {
    pub(crate) fn collector(&self) -> Collector {
        self.collector_of(self.store.clone())
    }

    /// A collector as in another process: with a handle of its own on the store's file.
    pub(crate) async fn other_collector(&self) -> Collector {
        self.collector_of(open(self.folder.path()).await)
    }

    /// A collector whose store has no schema yet, and the store.
    pub(crate) async fn early_collector(&self) -> (Collector, Store) {
        let folder = self.folder.path().join("early");
        std::fs::create_dir(&folder).unwrap();
        let store = open(&folder).await;
        (self.collector_of(store.clone()), store)
    }

    pub(crate) fn collector_of(&self, store: Store) -> Collector {
        let (roster, settings) = (self.roster.subscribe(), self.settings.clone());
        Collector::new(store, roster, settings, self.clock())
    }

    pub(crate) fn clock(&self) -> Clock {
        let now = Arc::clone(&self.now);
        Arc::new(move || Timestamp::from_millisecond(now.load(Ordering::SeqCst)).unwrap())
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.now.load(Ordering::SeqCst)).unwrap()
    }

    pub(crate) fn pass(&self, time: SignedDuration) {
        let by = i64::try_from(time.as_millis()).unwrap();
        self.now.fetch_add(by, Ordering::SeqCst);
    }

    pub(crate) async fn state(&self, tenant: &str) -> State {
        self.store.state(&key(tenant)).await.unwrap().unwrap()
    }

    /// Changes one entry of the roster, as a new mount does.
    pub(crate) fn change(&self, tenant: &str, change: impl FnOnce(&mut Entry)) {
        let mut roster = Roster::clone(&self.roster.borrow());
        change(roster.get_mut(&key(tenant)).unwrap());
        self.roster.send_replace(Arc::new(roster));
    }

    /// The units that Graph would tell now, straight from the world.
    pub(crate) fn truth(&self, tenant: &str) -> Vec<(SkuId, Units)> {
        let body = self.world.subscribed_skus_body(tenant, self.today);
        let rows = graph::parse_subscribed_skus(&body.unwrap()).unwrap().items;
        let row = |row: graph::SubscribedSku| {
            let prepaid = row.prepaid_units;
            let units = Units {
                enabled: prepaid.enabled,
                warning: prepaid.warning,
                suspended: prepaid.suspended,
                locked_out: prepaid.locked_out,
                consumed: row.consumed_units,
            };
            (SkuId(row.sku_id.unwrap()), units)
        };
        let mut rows: Vec<_> = rows.into_iter().map(row).collect();
        rows.sort_by_key(|(id, _)| *id);
        rows
    }
}

pub(crate) fn key(text: &str) -> TenantKey {
    TenantKey::parse(text).unwrap()
}

/// What the store knows of a tenant's units.
pub(crate) fn known(state: &State) -> Vec<(SkuId, Units)> {
    let snapshot = state.snapshot.as_ref().unwrap();
    snapshot
        .skus
        .iter()
        .map(|sku| (sku.id, sku.units))
        .collect()
}

/// Waits until something is true, and says what if it never is.
pub(crate) async fn until<F>(what: &str, mut is_true: impl FnMut() -> F)
where
    F: Future<Output = bool>,
{
    let patience = tokio::time::timeout(Duration::from_secs(20), async {
        while !is_true().await {
            tokio::task::yield_now().await;
        }
    });
    assert!(patience.await.is_ok(), "it never came true that {what}");
}
