//! SQLite against PostgreSQL: the same work of the same program on both, as DESIGN budgets it.

use std::time::Instant;

use domain::TenantKey;
use microsoft_sim::World;
use serde_json::Value;
use store::Store;

use crate::collect::now;
use crate::postgres;
use crate::report::{heading, quantile, row, seconds};
use crate::serve::{Looks, fill, look};

const SKUS: usize = 40;

/// What DESIGN allows for a page or `show` of 100 tenants, in seconds.
const BUDGET: f64 = 0.005;

/// What is asked, how often, and how many tenants are seen anew before each time.
const CASES: &[(&str, &str, u32, usize)] = &[
    ("show", "/api/v1/licenses/status/show", 200, 0),
    (
        "show, one seen anew",
        "/api/v1/licenses/status/show",
        200,
        1,
    ),
    ("licences", "/licenses", 200, 0),
    ("licences, one seen anew", "/licenses", 200, 1),
    ("tenant", "/tenants/school-00001", 200, 0),
    ("alerts", "/alerts", 200, 0),
    ("renewals", "/renewals", 50, 0),
];

pub(crate) fn run() {
    let server = postgres::start();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for tenants in [100, 1_000] {
        heading(
            &format!("{tenants} tenants, {SKUS} SKUs: SQLite against PostgreSQL, median"),
            &["", "SQLite", "PostgreSQL", "× SQLite", "of 5 ms"],
        );
        runtime.block_on(compare(&server, tenants));
    }
}

async fn compare(server: &throwaway_postgres::Server, tenants: usize) {
    let folder = tempfile::tempdir().unwrap();
    let sqlite = format!("sqlite:{}", folder.path().join("bench.db").display());
    let world = World::generate(tenants, SKUS, 1);
    let mut columns = Vec::new();
    for url in [sqlite, postgres::database(server)] {
        columns.push(figures(&url, world.clone()).await);
    }
    let (file, server) = (&columns[0], &columns[1]);
    for ((name, file), (_, server)) in file.iter().zip(server) {
        row(&[
            name.clone(),
            seconds(*file),
            seconds(*server),
            format!("{:.2}", server / file),
            format!("{:.2}×", server / BUDGET),
        ]);
    }
}

async fn figures(url: &str, world: World) -> Vec<(String, f64)> {
    let store = Store::open(url).await.unwrap();
    store.migrate().await.unwrap();
    let tenants = world.tenants().count() as f64;
    let mut figures = Vec::new();
    let began = Instant::now();
    fill(&store, &world).await;
    let each = |began: Instant| began.elapsed().as_secs_f64() / tenants;
    figures.push(("a tenant's first look".to_owned(), each(began)));
    let mut times = Vec::new();
    for tenant in world.tenants() {
        let key = TenantKey::parse(&tenant.key).unwrap();
        let seen = look(&world, &key, now());
        let began = Instant::now();
        store.record_all(&key, &[seen]).await.unwrap();
        times.push(began.elapsed().as_secs_f64());
    }
    times.sort_by(f64::total_cmp);
    figures.push(("an unchanged look".to_owned(), quantile(&times, 0.5)));
    let looks = Looks::new(store.clone(), world);
    for (name, path, requests, anew) in CASES {
        // The first reading of all is not what a page costs.
        looks.alone(name, path, 1, 0).await;
        let found: Value = looks.alone(name, path, *requests, *anew).await;
        figures.push(((*name).to_owned(), found["median"].as_f64().unwrap()));
    }
    store.close().await;
    figures
}
