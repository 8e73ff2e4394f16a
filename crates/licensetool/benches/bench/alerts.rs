//! Judging 1 000 tenants × 40 SKUs, and bringing SharePoint up to date after 1 % of them changed:
//! time, Graph calls, and what of Microsoft's quota they cost.
//!
//! The simulator runs in this process and enforces the quota; how long its minutes make a sync
//! wait is told apart from the work.

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::{Look, Severity, TenantKey};
use jiff::SignedDuration;
use microsoft_sim::{Call, Options, Simulator, World};
use pipeline::deliver::sharepoint::{LicenseColumns, Lists, Sharepoint, TenantColumns};
use pipeline::deliver::{self, Deliverer};
use pipeline::evaluate::{self, Evaluator, Turn};
use serde_json::Value;
use store::{Route, Store};

use crate::collect::now;
use crate::process::cpu_seconds;
use crate::report::{heading, row, seconds};
use crate::serve::{enter, look};

const TENANTS: usize = 1_000;
const SKUS: usize = 40;
const LIST: &str = "sharepoint-company";
/// One SKU in a hundred.
const CHANGES: usize = TENANTS * SKUS / 100;

pub(crate) fn run() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(bench());
}

async fn bench() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("bench.db").display());
    let store = Store::open(&url).await.unwrap();
    store.migrate().await.unwrap();
    let world = World::generate(TENANTS, SKUS, 1).with_company();
    let mut looks = Vec::new();
    for tenant in world.tenants() {
        let key = enter(&store, tenant).await;
        let seen = look(&world, &key, now());
        store
            .record_all(&key, std::slice::from_ref(&seen))
            .await
            .unwrap();
        looks.push((key, seen));
    }
    judging(&store, &mut looks).await;
    lists(&store, &world, &mut looks).await;
}

async fn judging(store: &Store, looks: &mut [(TenantKey, Look)]) {
    heading(
        &format!("Judging {TENANTS} tenants × {SKUS} SKUs"),
        &["", "tenants", "changes", "messages", "wall", "CPU/tenant"],
    );
    let first = judged(store, "all for the first time").await;
    judged(store, "nothing new").await;
    change(store, looks).await;
    let again = judged(store, &format!("{CHANGES} SKUs changed")).await;
    crate::report::say(&format!(
        "a round after 1 % changes takes {:.0} % of the first one",
        100.0 * again / first
    ));
}

async fn judged(store: &Store, name: &str) -> f64 {
    let (began, cpu) = (Instant::now(), cpu_seconds(std::process::id()));
    let settings = evaluate::Settings {
        routes: vec![Route {
            channel: LIST.to_owned(),
            least: Severity::Notice,
            only_seats: true,
        }],
        ..evaluate::Settings::default()
    };
    let evaluator = Evaluator::new(store.clone(), settings, Arc::new(now));
    let turn: Turn = evaluator.run_once().await.unwrap();
    let wall = began.elapsed().as_secs_f64();
    let cpu = cpu_seconds(std::process::id()) - cpu;
    row(&[
        name.to_owned(),
        turn.tenants.to_string(),
        turn.changes.to_string(),
        turn.messages.to_string(),
        seconds(wall),
        seconds(cpu / f64::from(turn.tenants.max(1))),
    ]);
    wall
}

/// One SKU of each of 400 tenants has a seat less.
async fn change(store: &Store, looks: &mut [(TenantKey, Look)]) {
    for (number, (key, seen)) in looks.iter_mut().take(CHANGES).enumerate() {
        let snapshot = seen.as_mut().unwrap();
        snapshot.taken_at = now();
        let sku = &mut snapshot.skus[number % SKUS];
        sku.units.consumed = sku.units.consumed.map(|used| used + 1);
        store
            .record_all(key, &[Ok(snapshot.clone())])
            .await
            .unwrap();
    }
}

async fn lists(store: &Store, world: &World, looks: &mut [(TenantKey, Look)]) {
    // Without a quota, the list is filled by the program itself; its rows then stand where the
    // quota holds.
    let free = Simulator::start(world.clone(), Options::default())
        .await
        .unwrap();
    heading(
        &format!("SharePoint, a licence list of {} rows", TENANTS * SKUS),
        &["", "wall", "CPU", "Graph calls", "rows written", "429"],
    );
    let sharepoint = sharepoint(&free, 1_000_000_000);
    synced(store, &free, sharepoint, "filled, without a quota").await;
    let limited = Simulator::start(
        world.clone(),
        Options {
            throttle: true,
            ..Options::default()
        },
    )
    .await
    .unwrap();
    let (from, to) = (free.site().unwrap(), limited.site().unwrap());
    for line in free.rows(&from.licences) {
        let fields: serde_json::Map<String, Value> = line.fields.into_iter().collect();
        limited.put_row(&to.licences, Value::Object(fields));
    }
    free.shutdown().await;

    let lists = self::sharepoint(&limited, 1_000);
    synced(store, &limited, lists.clone(), "nothing new").await;
    change(store, looks).await;
    judged_quietly(store).await;
    let wall = synced(store, &limited, lists, "1 % changed").await;
    // 2 resource units a row and a page; a quarter of a minute's may be spent at once.
    let units = 2.0 * (CHANGES as f64 + 11.0);
    let quota = (units - 250.0).max(0.0) / (1_000.0 / 60.0);
    crate::report::say(&format!(
        "{units:.0} of 1 250 resource units a minute; the pace that keeps us inside them takes \
         {}, the sync {:.2} times that",
        seconds(quota),
        wall / quota
    ));
    limited.shutdown().await;
}

async fn judged_quietly(store: &Store) {
    let settings = evaluate::Settings::default();
    let evaluator = Evaluator::new(store.clone(), settings, Arc::new(now));
    evaluator.run_once().await.unwrap();
}

async fn synced(store: &Store, sim: &Simulator, sharepoint: Sharepoint, name: &str) -> f64 {
    store.add_channel(LIST, now()).await.unwrap();
    store.want_sync(None, now()).await.unwrap();
    let before = sim.counts();
    let settings = deliver::Settings::new("https://licences.example/".parse().unwrap());
    let deliverer = Deliverer::new(
        store.clone(),
        Vec::new(),
        vec![sharepoint],
        settings,
        Arc::new(now),
    );
    let (began, cpu) = (Instant::now(), cpu_seconds(std::process::id()));
    deliverer.run_once().await.unwrap();
    let wall = began.elapsed().as_secs_f64();
    let cpu = cpu_seconds(std::process::id()) - cpu;
    let after = sim.counts();
    let channel = store.channel(LIST).await.unwrap().unwrap();
    assert_eq!(channel.error, None, "{name}");
    let written =
        |counts: &microsoft_sim::Counts| counts.list_writes.created + counts.list_writes.updated;
    let calls =
        |counts: &microsoft_sim::Counts| counts.calls(Call::Any) - counts.calls(Call::Token);
    let throttled =
        |counts: &microsoft_sim::Counts| counts.statuses.get(&429).copied().unwrap_or(0);
    row(&[
        name.to_owned(),
        seconds(wall),
        seconds(cpu),
        (calls(&after) - calls(&before)).to_string(),
        (written(&after) - written(&before)).to_string(),
        (throttled(&after) - throttled(&before)).to_string(),
    ]);
    wall
}

fn sharepoint(sim: &Simulator, units_per_minute: u32) -> Sharepoint {
    let site = sim.site().unwrap();
    let address: url::Url = sim.base_url().parse().unwrap();
    let mut settings = graph::Settings::new(graph::Cloud {
        authority: address.clone(),
        graph: address,
    });
    settings.site_units_per_minute = units_per_minute;
    settings.site_deadline = Duration::from_secs(300);
    let own = sim.credential(&site.tenant);
    let (id, app) = (own.tenant_id.to_string(), own.client_id.to_string());
    let credential = graph::Credential::new(&id, &app, &own.certificate_der, &own.key_pem).unwrap();
    let client = graph::Client::new(&settings).unwrap();
    let text = str::to_owned;
    Sharepoint {
        name: LIST.to_owned(),
        site: client.tenant(credential).site(&site.site_id),
        interval: SignedDuration::from_mins(5),
        lists: Lists {
            licenses: site.licences,
            license_columns: LicenseColumns {
                title: text("Title"),
                tenant: text("Tenant"),
                available: text("Verf_x00fc_gbar"),
                used: text("Gebraucht"),
                free: text("Frei"),
                inform: text("Infosup"),
                informed: text("technician_informed"),
            },
            tenants: site.tenants,
            tenant_columns: TenantColumns {
                name: text("Title"),
                enabled: text("enabled"),
                monitoring: text("monitoring"),
                cert_expires: text("cert_expires"),
            },
            parameters: Some(site.parameters),
        },
    }
}
