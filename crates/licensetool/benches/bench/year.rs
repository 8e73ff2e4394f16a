//! A year of 1 000 tenants × 40 SKUs: what the store weighs, and how long a chart takes.

use std::time::Instant;

use domain::SkuId;
use jiff::SignedDuration;
use microsoft_sim::World;
use store::Store;

use crate::collect::now;
use crate::report::{heading, mebibytes, quantile, row, seconds};
use crate::serve::{enter, look};

const TENANTS: usize = 1_000;
const SKUS: usize = 40;
const DAYS: i32 = 365;

pub(crate) fn run() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(year());
}

async fn year() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("year.db");
    let store = Store::open(&format!("sqlite:{}", file.display()))
        .await
        .unwrap();
    store.migrate().await.unwrap();
    let world = World::generate(TENANTS, SKUS, 1);
    let day = SignedDuration::from_hours(24);
    let end = now();
    let began = Instant::now();
    let mut charts = Vec::new();
    for tenant in world.tenants() {
        let key = enter(&store, tenant).await;
        let looks: Vec<_> = (0..DAYS)
            .rev()
            .map(|days| look(&world, &key, end - day * days))
            .collect();
        let newest = looks.last().unwrap().as_ref().unwrap();
        charts.push((key.clone(), newest.skus[charts.len() % SKUS].id));
        store.record_all(&key, &looks).await.unwrap();
    }
    let wrote = began.elapsed().as_secs_f64();
    store.close().await;

    let size = std::fs::metadata(&file).unwrap().len();
    let store = Store::open(&format!("sqlite:{}", file.display()))
        .await
        .unwrap();
    let mut points = 0;
    let mut times = Vec::new();
    for (key, sku) in &charts {
        let began = Instant::now();
        points += chart(&store, key, *sku, end).await;
        times.push(began.elapsed().as_secs_f64());
    }
    times.sort_by(f64::total_cmp);
    let looks = TENANTS as f64 * f64::from(DAYS);
    heading(
        &format!("A year of {TENANTS} tenants × {SKUS} SKUs, one look a day"),
        &[
            "",
            "store",
            "bytes/look",
            "write/look",
            "chart median",
            "chart 99 %",
            "points/chart",
        ],
    );
    row(&[
        "SQLite".to_owned(),
        mebibytes(size),
        format!("{:.0}", size as f64 / looks),
        seconds(wrote / looks),
        seconds(quantile(&times, 0.5)),
        seconds(quantile(&times, 0.99)),
        (points / charts.len()).to_string(),
    ]);
}

async fn chart(store: &Store, key: &domain::TenantKey, sku: SkuId, end: jiff::Timestamp) -> usize {
    let from = end - SignedDuration::from_hours(24) * DAYS;
    let history = store.history(key, sku, from, end).await.unwrap();
    assert!(!history.points.is_empty());
    history.points.len()
}
