//! Pages from the store: server time of each, and the bytes that a first view costs.

use std::sync::Arc;

use domain::{Severity, TenantKey};
use jiff::SignedDuration;
use microsoft_sim::World;
use pipeline::evaluate::{Evaluator, Settings};
use serde_json::Value;
use store::{Route, Settled, Store};

use crate::collect::now;
use crate::report::{heading, row, seconds};
use crate::serve::{Looks, filled, look, purchases};

const SKUS: usize = 40;

/// What a first view loads beside the page.
const ASSETS: [&str; 3] = [
    "/assets/licensetool.css",
    "/assets/licensetool.js",
    "/assets/icon.svg",
];

/// A page, how often it is asked for, and which tenants are seen anew before each time.
type Case = (&'static str, &'static str, u32, Anew);

#[derive(Clone, Copy)]
enum Anew {
    Nobody,
    One,
    All,
    /// As the program goes on.
    InOperation,
}

const CASES: &[Case] = &[
    ("licences, the first time", "/licenses", 1, Anew::Nobody),
    ("licences, nothing new", "/licenses", 200, Anew::Nobody),
    ("licences, one seen anew", "/licenses", 200, Anew::One),
    ("licences, all seen anew", "/licenses", 10, Anew::All),
    (
        "licences, in operation",
        "/licenses",
        400,
        Anew::InOperation,
    ),
    (
        "by product, page 30",
        "/licenses?sort=product&page=30",
        200,
        Anew::Nobody,
    ),
    (
        "search",
        "/licenses?q=school-0000+office",
        200,
        Anew::Nobody,
    ),
    ("one level", "/licenses?level=low", 200, Anew::Nobody),
    ("tenant", "/tenants/school-00001", 200, Anew::Nobody),
    ("alerts", "/alerts", 200, Anew::Nobody),
    (
        "alerts that are over",
        "/alerts?state=resolved",
        200,
        Anew::Nobody,
    ),
    (
        "search among them",
        "/alerts?state=resolved&q=nowhere",
        20,
        Anew::Nobody,
    ),
    (
        "search for a tenant",
        "/alerts?state=resolved&q=school-00007",
        20,
        Anew::Nobody,
    ),
    (
        "search for a product",
        "/alerts?state=resolved&q=office+365",
        20,
        Anew::Nobody,
    ),
    ("renewals", "/renewals", 50, Anew::Nobody),
    (
        "renewals that end",
        "/renewals?outlook=ends",
        50,
        Anew::Nobody,
    ),
    ("monitoring", "/monitoring", 50, Anew::Nobody),
    ("deliveries", "/deliveries", 50, Anew::Nobody),
];

pub(crate) fn run() {
    heading(
        &format!("pages from the store, {SKUS} SKUs a tenant, without a socket"),
        &["tenants, page", "median", "99 %", "of 5 ms", "compressed"],
    );
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for tenants in [100, 1_000] {
        runtime.block_on(measure(tenants));
    }
}

async fn measure(tenants: usize) {
    /// What DESIGN allows for a page of 100 tenants, in seconds.
    const BUDGET: f64 = 0.005;
    let folder = tempfile::tempdir().unwrap();
    let (store, world) = filled(folder.path(), tenants).await;
    live(&store, &world).await;
    let looks = Looks::new(store, world);
    for (name, path, requests, anew) in CASES {
        let found: Value = match anew {
            Anew::Nobody => looks.alone(name, path, *requests, 0).await,
            Anew::One => looks.alone(name, path, *requests, 1).await,
            Anew::All => looks.alone(name, path, *requests, tenants).await,
            Anew::InOperation => looks.in_operation(name, path, *requests).await,
        };
        let (median, late) = (
            found["median"].as_f64().unwrap(),
            found["late"].as_f64().unwrap(),
        );
        row(&[
            format!("{tenants}, {name}"),
            seconds(median),
            seconds(late),
            format!("{:.2}×", median / BUDGET),
            looks.compressed(path).await.to_string(),
        ]);
    }
    let mut first_view = looks.compressed("/licenses").await;
    for asset in ASSETS {
        first_view += looks.compressed(asset).await;
    }
    row(&[
        format!("{tenants}, first view of licences"),
        String::new(),
        String::new(),
        format!("{:.2} of 100 kB", first_view as f64 / 100_000.0),
        first_view.to_string(),
    ]);
}

/// What tenants have had after a while: purchases, alerts that go on and far more that are over,
/// and a channel that was told.
async fn live(store: &Store, world: &World) {
    let keys = world.tenants().map(|it| TenantKey::parse(&it.key).unwrap());
    let keys: Vec<_> = keys.collect();
    for key in &keys {
        let mut seen = look(world, key, now()).unwrap();
        for sku in &mut seen.skus {
            sku.units.consumed = sku.units.assignable();
        }
        store.record_all(key, &[Ok(seen)]).await.unwrap();
    }
    judged(store, Vec::new()).await;
    for key in &keys {
        let mut seen = look(world, key, now()).unwrap();
        seen.subscriptions = Some(purchases(world, key, now()));
        store.record_all(key, &[Ok(seen)]).await.unwrap();
    }
    store.add_channel("mail", now()).await.unwrap();
    let route = Route {
        channel: "mail".to_owned(),
        least: Severity::Notice,
        only_seats: false,
    };
    judged(store, vec![route]).await;
    told(store, "mail").await;
}

/// Lets the channel take all but the newest.
async fn told(store: &Store, channel: &str) {
    const AT_ONCE: u32 = 500;
    let lease = SignedDuration::from_mins(5);
    loop {
        let claim = store.claim_deliveries(channel, "bench", now(), AT_ONCE, lease);
        let claimed = claim.await.unwrap();
        let is_last = claimed.len() < AT_ONCE as usize;
        let settled = || match is_last {
            true => Settled::Released,
            false => Settled::Delivered { remark: None },
        };
        let tries: Vec<_> = claimed.into_iter().map(|it| (it, settled())).collect();
        store.settle(&tries, now()).await.unwrap();
        if is_last {
            return;
        }
    }
}

async fn judged(store: &Store, routes: Vec<Route>) {
    let settings = Settings {
        routes,
        ..Settings::default()
    };
    let evaluator = Evaluator::new(store.clone(), settings, Arc::new(now));
    evaluator.run_once().await.unwrap();
}
