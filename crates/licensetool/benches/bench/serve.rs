//! v1 `show` from the store: requests a second, time of one, by number of tenants.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::Request;
use domain::{Language, Layer, Look, Subscription, TenantKey};
use graph::{Listing, SubscribedSku};
use jiff::Timestamp;
use microsoft_sim::World;
use serde_json::{Value, json};
use store::{Store, TenantEntry};
use tokio::time::interval;
use tower::ServiceExt as _;

use crate::collect::now;
use crate::load::{Load, load};
use crate::process::{cpu_seconds, resident};
use crate::report::{heading, mebibytes, quantile, row, seconds};
use crate::worker::{self, tell};

const SKUS: usize = 40;
const ALL: &str = "/api/v1/licenses/status/show";
const ONE: &str = "/api/v1/licenses/status/show/school-00001";

pub(crate) fn run() {
    heading(
        &format!(
            "v1 `show` from the store, {SKUS} SKUs a tenant, over loopback with 8 connections; \
             without a rate: one by one and without a socket"
        ),
        &[
            "tenants, route",
            "per CPU second",
            "per second",
            "median",
            "99 %",
            "bytes",
            "memory",
        ],
    );
    for tenants in [2, 100, 1_000] {
        measure(tenants);
    }
}

fn measure(tenants: usize) {
    let folder = tempfile::tempdir().unwrap();
    let order = json!({ "work": "serve", "tenants": tenants, "folder": folder.path() });
    let mut child = worker::start(&order);
    let id = child.id();
    let mut answers = BufReader::new(child.stdout.take().unwrap()).lines();
    let ready: Value = serde_json::from_str(&answers.next().unwrap().unwrap()).unwrap();
    for (name, path, requests) in [("all", ALL, 40_000 / tenants), ("one", ONE, 20_000)] {
        let cpu = cpu_seconds(id);
        let Load { wall, times, bytes } = load(ready["address"].as_str().unwrap(), path, requests);
        let served = times.len() as f64;
        row(&[
            format!("{tenants}, {name}"),
            format!("{:.0}", served / (cpu_seconds(id) - cpu)),
            format!("{:.0}", served / wall),
            seconds(quantile(&times, 0.5)),
            seconds(quantile(&times, 0.99)),
            bytes.to_string(),
            mebibytes(resident(id)),
        ]);
    }
    for alone in ready["alone"].as_array().unwrap() {
        row(&[
            format!("{tenants}, {}", alone["name"].as_str().unwrap()),
            String::new(),
            String::new(),
            seconds(alone["median"].as_f64().unwrap()),
            seconds(alone["late"].as_f64().unwrap()),
        ]);
    }
    drop(child.stdin.take());
    child.wait().unwrap();
}

/// Serves until its input ends.
pub(crate) fn work(order: &Value) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let tenants = usize::try_from(order["tenants"].as_u64().unwrap()).unwrap();
    let folder = order["folder"].as_str().unwrap().to_owned();
    runtime.block_on(async move {
        let (store, world) = filled(Path::new(&folder), tenants).await;
        let looks = Looks::new(store, world);
        let alone = [
            looks.alone("all, first", ALL, 1, 0).await,
            looks.alone("all, nothing new", ALL, 200, 0).await,
            looks.alone("all, one seen anew", ALL, 200, 1).await,
            looks.alone("all, all seen anew", ALL, 20, tenants).await,
            looks.alone("one, nothing new", ONE, 200, 0).await,
            looks.alone("one, seen anew", ONE, 200, 1).await,
        ];
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        tell(&json!({ "address": address, "alone": alone }));
        tokio::select! {
            served = axum::serve(listener, looks.app).into_future() => served.unwrap(),
            _ = tokio::task::spawn_blocking(|| std::io::stdin().lines().count()) => {}
        }
    });
}

/// A service and what it is told meanwhile.
pub(crate) struct Looks {
    app: axum::Router,
    store: Store,
    world: World,
}

impl Looks {
    pub(crate) fn new(store: Store, world: World) -> Self {
        let app = web::app(options(store.clone()));
        Self { app, store, world }
    }

    /// Bytes of an answer as a browser gets it.
    pub(crate) async fn compressed(&self, path: &str) -> usize {
        let request = Request::get(path)
            .header("host", "127.0.0.1")
            .header("accept-encoding", "gzip")
            .body(Body::empty())
            .unwrap();
        let answer = self.app.clone().oneshot(request).await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        let body = axum::body::to_bytes(answer.into_body(), usize::MAX).await;
        body.unwrap().len()
    }

    /// The time of one request inside the process, without any socket, each after another look at
    /// so many tenants that found the same numbers.
    pub(crate) async fn alone(
        &self,
        name: &str,
        path: &str,
        requests: u32,
        seen_anew: usize,
    ) -> Value {
        let mut times = Vec::new();
        for _ in 0..requests {
            for tenant in self.world.tenants().take(seen_anew) {
                self.look_at(tenant).await;
            }
            times.push(self.time_of(path).await);
        }
        quantiles(name, times)
    }

    /// The same as `run` goes on: each tenant is looked at every fifteen minutes, one after the
    /// other, and what pages show of all is read ahead. Views come twenty times a second.
    pub(crate) async fn in_operation(&self, name: &str, path: &str, requests: u32) -> Value {
        const INTERVAL: Duration = Duration::from_secs(15 * 60);
        let (app, upkeep) = web::app_and_upkeep(options(self.store.clone()));
        let looks = Self {
            app,
            store: self.store.clone(),
            world: self.world.clone(),
        };
        let tenants: Vec<_> = self.world.tenants().collect();
        let pace = INTERVAL / u32::try_from(tenants.len()).unwrap();
        let looking = async {
            let mut due = interval(pace);
            for tenant in tenants.iter().cycle() {
                due.tick().await;
                self.look_at(tenant).await;
            }
        };
        let viewing = async {
            let mut due = interval(Duration::from_millis(50));
            // The first reading of all is another row's.
            looks.time_of(path).await;
            let mut times = Vec::new();
            for _ in 0..requests {
                due.tick().await;
                times.push(looks.time_of(path).await);
            }
            times
        };
        let times = tokio::select! {
            times = viewing => times,
            () = looking => unreachable!("tenants come round for ever"),
            () = upkeep.go_on() => unreachable!("it goes on for ever"),
        };
        quantiles(name, times)
    }

    async fn look_at(&self, tenant: &microsoft_sim::TenantSpec) {
        let key = TenantKey::parse(&tenant.key).unwrap();
        let seen = look(&self.world, &key, now());
        self.store.record_all(&key, &[seen]).await.unwrap();
    }

    /// Seconds of one request.
    async fn time_of(&self, path: &str) -> f64 {
        let request = Request::get(path)
            .header("host", "127.0.0.1")
            .body(Body::empty())
            .unwrap();
        let began = Instant::now();
        let answer = self.app.clone().oneshot(request).await.unwrap();
        assert_eq!(answer.status(), 200);
        axum::body::to_bytes(answer.into_body(), usize::MAX)
            .await
            .unwrap();
        began.elapsed().as_secs_f64()
    }
}

fn quantiles(name: &str, mut times: Vec<f64>) -> Value {
    times.sort_by(f64::total_cmp);
    let (median, late) = (quantile(&times, 0.5), quantile(&times, 0.99));
    json!({ "name": name, "median": median, "late": late })
}

fn options(store: Store) -> web::Options {
    web::Options {
        store,
        company: Layer::default(),
        language: Language::English,
        clock: now,
        version: "bench",
        loops: Vec::new(),
        desk: None,
        time_zone: jiff::tz::TimeZone::UTC,
        company_name: "bench".to_owned(),
        sign_in: None,
        closing: tokio::sync::watch::channel(false).1,
        requests: web::Requests::default(),
        measures_content: true,
        routes: Vec::new(),
        fetch_within: Duration::from_secs(25),
    }
}

/// A store that knows the newest state of so many tenants.
pub(crate) async fn filled(folder: &Path, tenants: usize) -> (Store, World) {
    let url = format!("sqlite:{}", folder.join("bench.db").display());
    let store = Store::open(&url).await.unwrap();
    store.migrate().await.unwrap();
    let world = World::generate(tenants, SKUS, 1);
    fill(&store, &world).await;
    (store, world)
}

/// Lets a store see each tenant once.
pub(crate) async fn fill(store: &Store, world: &World) {
    for tenant in world.tenants() {
        let key = enter(store, tenant).await;
        let seen = look(world, &key, now());
        store.record_all(&key, &[seen]).await.unwrap();
    }
}

pub(crate) async fn enter(store: &Store, tenant: &microsoft_sim::TenantSpec) -> TenantKey {
    let entry = TenantEntry {
        key: TenantKey::parse(&tenant.key).unwrap(),
        name: tenant.name.clone(),
        tenant_id: tenant.tenant_id.to_string(),
        certificate: None,
    };
    store.add_tenant(&entry, now()).await.unwrap();
    entry.key
}

/// What a look at that moment would have seen.
pub(crate) fn look(world: &World, key: &TenantKey, at: Timestamp) -> Look {
    Ok(pipeline::translate::snapshot(
        at,
        skus(world, key, at),
        None,
    ))
}

fn skus(world: &World, key: &TenantKey, at: Timestamp) -> Listing<SubscribedSku> {
    let body = world.subscribed_skus_body(key.as_str(), at).unwrap();
    let page = graph::parse_subscribed_skus(&body).unwrap();
    Listing {
        items: page.items,
        remarks: page.remarks,
    }
}

/// What it would have seen of purchases.
pub(crate) fn purchases(world: &World, key: &TenantKey, at: Timestamp) -> Vec<Subscription> {
    let body = world.subscriptions_body(key.as_str(), at).unwrap();
    let page = graph::parse_subscriptions(&body).unwrap();
    let bought = Listing {
        items: page.items,
        remarks: page.remarks,
    };
    let seen = pipeline::translate::snapshot(at, skus(world, key, at), Some(Ok(bought)));
    seen.subscriptions.unwrap()
}
