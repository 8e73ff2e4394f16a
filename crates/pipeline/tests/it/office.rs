//! A company with its tenants in a store, SharePoint at the simulator, and loops that judge and
//! tell by a clock that moves only when told to. What is seen of tenants is written by hand: how
//! it is collected is told elsewhere.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use domain::{
    AppliesTo, Cause, Gap, Look, Severity, Sku, SkuId, Snapshot, Status, Subscription, Units,
};
use jiff::{SignedDuration, Timestamp};
use microsoft_sim::{Options, Row, Simulator, SiteView, World};
use pipeline::Clock;
use pipeline::deliver::sharepoint::{LicenseColumns, Lists, Sharepoint, TenantColumns};
use pipeline::deliver::{self, Deliverer, Named};
use pipeline::evaluate::{self, Evaluator, Turn};
use serde_json::{Value, json};
use store::{By, KeptAlert, Route, Store, TenantEntry};

use crate::fixture::key;

/// The name of the SharePoint channel.
pub(crate) const LIST: &str = "sharepoint-company";

/// Who does what is done by hand.
pub(crate) const ANNA: By<'static> = By {
    who: "anna",
    from: None,
};

pub(crate) struct Office {
    pub(crate) sim: Simulator,
    pub(crate) site: SiteView,
    pub(crate) store: Store,
    pub(crate) routes: Vec<Route>,
    pub(crate) channels: Vec<Named>,
    /// Of requests to SharePoint; tests of silence are less patient.
    pub(crate) request_timeout: Duration,
    now: Arc<AtomicI64>,
    _folder: tempfile::TempDir,
}

/// So many tenants `school-00001` … that were never seen.
pub(crate) async fn office(tenants: usize) -> Office {
    office_with(tenants, Options::default()).await
}

pub(crate) async fn office_with(tenants: usize, options: Options) -> Office {
    let now: Timestamp = "2026-08-17T06:00:00Z".parse().unwrap();
    let world = World::generate(tenants, 1, 1).with_company().starting(now);
    let options = Options {
        now: Some(now),
        ..options
    };
    let sim = Simulator::start(world.clone(), options).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("store.db").display());
    let store = Store::open(&url).await.unwrap();
    store.migrate().await.unwrap();
    let entry = |tenant: &microsoft_sim::TenantSpec| TenantEntry {
        key: key(&tenant.key),
        name: tenant.name.clone(),
        tenant_id: tenant.tenant_id.to_string(),
        certificate: None,
    };
    let entries: Vec<_> = world.tenants().map(entry).collect();
    store.sync_tenants(&entries, now).await.unwrap();
    store.add_channel(LIST, now).await.unwrap();
    Office {
        site: sim.site().unwrap(),
        sim,
        store,
        routes: vec![Route {
            channel: LIST.to_owned(),
            least: Severity::Notice,
            only_seats: true,
        }],
        channels: Vec::new(),
        request_timeout: Duration::from_secs(10),
        now: Arc::new(AtomicI64::new(now.as_millisecond())),
        _folder: folder,
    }
}

impl Office {
    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.now.load(Ordering::SeqCst)).unwrap()
    }

    pub(crate) fn pass(&self, time: SignedDuration) {
        let by = i64::try_from(time.as_millis()).unwrap();
        self.now.fetch_add(by, Ordering::SeqCst);
    }

    pub(crate) fn clock(&self) -> Clock {
        let now = Arc::clone(&self.now);
        Arc::new(move || Timestamp::from_millisecond(now.load(Ordering::SeqCst)).unwrap())
    }

    pub(crate) fn evaluator(&self) -> Evaluator {
        let settings = evaluate::Settings {
            routes: self.routes.clone(),
            poll: Duration::from_millis(10),
            ..evaluate::Settings::default()
        };
        Evaluator::new(self.store.clone(), settings, self.clock())
    }

    pub(crate) async fn evaluate(&self) -> Turn {
        self.evaluator().run_once().await.unwrap()
    }

    pub(crate) fn deliver_settings(&self) -> deliver::Settings {
        deliver::Settings {
            poll: Duration::from_millis(10),
            grace: Duration::from_millis(100),
            ..deliver::Settings::new("https://licences.example/".parse().unwrap())
        }
    }

    pub(crate) fn deliverer(&self) -> Deliverer {
        self.deliverer_by(self.sharepoint())
    }

    pub(crate) fn deliverer_by(&self, sharepoint: Sharepoint) -> Deliverer {
        let (channels, settings) = (self.channels.clone(), self.deliver_settings());
        let store = self.store.clone();
        Deliverer::new(store, channels, vec![sharepoint], settings, self.clock())
    }

    pub(crate) async fn deliver(&self) {
        self.deliverer().run_once().await.unwrap();
    }

    /// Judges, and brings SharePoint up to date whether it is due or not.
    pub(crate) async fn round(&self) {
        self.evaluate().await;
        self.sync().await;
    }

    pub(crate) async fn sync(&self) {
        self.store.want_sync(None, self.now()).await.unwrap();
        self.deliver().await;
    }

    /// The lists through a client of its own.
    pub(crate) fn sharepoint(&self) -> Sharepoint {
        let mut settings = graph_settings(&self.sim);
        settings.request_timeout = self.request_timeout;
        self.sharepoint_by(&settings)
    }

    pub(crate) fn sharepoint_by(&self, settings: &graph::Settings) -> Sharepoint {
        let own = self.sim.credential(&self.site.tenant);
        let (id, app) = (own.tenant_id.to_string(), own.client_id.to_string());
        let credential =
            graph::Credential::new(&id, &app, &own.certificate_der, &own.key_pem).unwrap();
        let client = graph::Client::new(settings).unwrap();
        Sharepoint {
            name: LIST.to_owned(),
            site: client.tenant(credential).site(&self.site.site_id),
            lists: lists(&self.site),
            interval: SignedDuration::from_mins(5),
        }
    }

    /// The tenant is seen with these seats of one product each: part number, bought, used.
    pub(crate) async fn sees(&self, tenant: &str, skus: &[(&str, i64, i64)]) {
        let skus: Vec<Sku> = skus.iter().map(|it| sku(it.0, it.1, it.2)).collect();
        self.look(tenant, Ok(snapshot(self.now(), skus, None)))
            .await;
    }

    pub(crate) async fn sees_purchases(&self, tenant: &str, skus: Vec<Sku>, all: &[Subscription]) {
        let look = snapshot(self.now(), skus, Some(all.to_vec()));
        self.look(tenant, Ok(look)).await;
    }

    pub(crate) async fn cannot_see(&self, tenant: &str) {
        let gap = Gap {
            at: self.now(),
            cause: Cause::Unavailable,
            message: "Graph is out of order".to_owned(),
            advice: "Wait".to_owned(),
        };
        self.look(tenant, Err(gap)).await;
    }

    async fn look(&self, tenant: &str, look: Look) {
        self.store.record_all(&key(tenant), &[look]).await.unwrap();
    }

    pub(crate) async fn switch(
        &self,
        tenant: &str,
        enabled: Option<bool>,
        monitoring: Option<bool>,
    ) {
        let (tenant, now) = (key(tenant), self.now());
        let there = self
            .store
            .switch(&tenant, enabled, monitoring, ANNA, now)
            .await;
        assert!(there.unwrap());
    }

    pub(crate) async fn alerts(&self, tenant: &str) -> Vec<KeptAlert> {
        self.store.active_alerts(&key(tenant)).await.unwrap()
    }

    pub(crate) async fn act(&self, alert: &KeptAlert, action: domain::Action) {
        let (id, now) = (alert.id, self.now());
        let acted = self
            .store
            .act(id, None, action, ANNA, &"".into(), &self.routes, now)
            .await;
        assert!(matches!(acted.unwrap(), store::Acted::Done(_)));
    }

    /// The licence list, by tenant's name and title.
    pub(crate) fn rows(&self) -> BTreeMap<(String, String), Row> {
        let rows = self.sim.rows(&self.site.licences);
        let count = rows.len();
        let text = |row: &Row, name: &str| row.fields[name].as_str().unwrap().to_owned();
        let rows: BTreeMap<_, _> = rows
            .into_iter()
            .map(|row| ((text(&row, "Tenant"), text(&row, "Title")), row))
            .collect();
        assert_eq!(rows.len(), count, "a row stands twice in the list");
        rows
    }

    /// A row of the licence list: available, used, free, Infosup, technician_informed.
    pub(crate) fn row(&self, tenant: &str, part_number: &str) -> [Value; 5] {
        let place = (tenant.to_owned(), format!("{part_number} ({part_number})"));
        let row = &self.rows()[&place];
        let columns = [
            "Verf_x00fc_gbar",
            "Gebraucht",
            "Frei",
            "Infosup",
            "technician_informed",
        ];
        columns.map(|name| row.fields.get(name).cloned().unwrap_or(Value::Null))
    }

    /// The tenant list's row of a tenant.
    pub(crate) fn tenant_row(&self, name: &str) -> Row {
        let mut rows = self.sim.rows(&self.site.tenants).into_iter();
        rows.find(|row| row.fields["Title"] == json!(name)).unwrap()
    }

    /// Rows written through Graph since the start: created, updated, deleted.
    pub(crate) fn writes(&self) -> (u64, u64, u64) {
        let writes = self.sim.counts().list_writes;
        (writes.created, writes.updated, writes.deleted)
    }

    /// What the operator reads of the channel.
    pub(crate) async fn channel(&self) -> store::ChannelState {
        self.store.channel(LIST).await.unwrap().unwrap()
    }
}

pub(crate) fn graph_settings(sim: &Simulator) -> graph::Settings {
    let address: url::Url = sim.base_url().parse().unwrap();
    let cloud = graph::Cloud {
        authority: address.clone(),
        graph: address,
    };
    let mut settings = graph::Settings::new(cloud);
    settings.site_deadline = Duration::from_secs(20);
    settings.max_attempts = 2;
    // The simulator of these tests has no quota.
    settings.site_units_per_minute = 10_000_000;
    settings
}

fn lists(site: &SiteView) -> Lists {
    let text = str::to_owned;
    Lists {
        licenses: site.licences.clone(),
        license_columns: LicenseColumns {
            title: text("Title"),
            tenant: text("Tenant"),
            available: text("Verf_x00fc_gbar"),
            used: text("Gebraucht"),
            free: text("Frei"),
            inform: text("Infosup"),
            informed: text("technician_informed"),
        },
        tenants: site.tenants.clone(),
        tenant_columns: TenantColumns {
            name: text("Title"),
            enabled: text("enabled"),
            monitoring: text("monitoring"),
            cert_expires: text("cert_expires"),
        },
        parameters: Some(site.parameters.clone()),
    }
}

pub(crate) fn sku(part_number: &str, enabled: i64, consumed: i64) -> Sku {
    Sku {
        id: SkuId::from_part_number(part_number),
        part_number: part_number.to_owned(),
        applies_to: AppliesTo::User,
        status: Status::Enabled,
        units: Units {
            enabled: Some(enabled),
            warning: Some(0),
            suspended: Some(0),
            locked_out: Some(0),
            consumed: Some(consumed),
        },
        subscription_ids: Vec::new(),
    }
}

fn snapshot(at: Timestamp, skus: Vec<Sku>, subscriptions: Option<Vec<Subscription>>) -> Snapshot {
    Snapshot {
        taken_at: at,
        skus,
        subscriptions,
        remarks: Vec::new(),
    }
}
