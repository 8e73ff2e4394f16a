//! What the store costs as history grows from a month to three years, with everything kept and with
//! what is old compacted as `run` does it.

use std::time::Instant;

use domain::{Look, SkuId, Snapshot, TenantKey, beginning_of_day};
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use microsoft_sim::World;
use serde_json::Value;
use store::Store;
use throwaway_postgres::Server;

use crate::collect::now;
use crate::postgres;
use crate::report::{heading, quantile, row, say, seconds};
use crate::serve::{Looks, enter, look};

const TENANTS: usize = 20;
const SKUS: usize = 40;
/// Products of a tenant that somebody is given or loses several times a working day.
const BUSY: usize = 4;
/// Those of which that happens about once a week. The rest stays as it is.
const SLOW: usize = 12;
/// Looks of a working day at which something may have changed.
const LOOKS: i64 = 6;

const DAY: SignedDuration = SignedDuration::from_hours(24);
const SPANS: [(&str, i32); 3] = [("a month", 30), ("a year", 365), ("three years", 1095)];
/// From what age on history is compacted, in days: the default of the settings.
const COMPACT_AFTER: i32 = 90;

/// How many times something is measured.
const TIMES: usize = 200;

pub(crate) fn run() {
    let server = postgres::start();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        for database in ["SQLite", "PostgreSQL"] {
            for compacts in [false, true] {
                let kept = if compacts {
                    "compacted"
                } else {
                    "everything kept"
                };
                heading(
                    &format!("{TENANTS} tenants × {SKUS} SKUs on {database}, {kept}: × a month"),
                    &[
                        "",
                        "rows/tenant",
                        "kB/tenant",
                        "changed look",
                        "chart, 90 days",
                        "chart, all",
                        "licences",
                    ],
                );
                let mut first = None;
                for (name, days) in SPANS {
                    let figures = match database {
                        "SQLite" => on_sqlite(days, compacts).await,
                        _ => on_postgres(&server, days, compacts).await,
                    };
                    let month = *first.get_or_insert(figures);
                    figures.say(name, month);
                }
            }
        }
    });
}

/// What a store of some age costs.
#[derive(Clone, Copy)]
struct Figures {
    rows: f64,
    bytes: f64,
    record: f64,
    chart: f64,
    whole: f64,
    page: f64,
    late: f64,
}

impl Figures {
    fn say(self, name: &str, month: Self) {
        let time = |is: f64, was: f64| format!("{} {:.1}×", seconds(is), is / was);
        let number = |is: f64, was: f64| format!("{is:.0} {:.1}×", is / was);
        row(&[
            name.to_owned(),
            number(self.rows, month.rows),
            number(self.bytes / 1e3, month.bytes / 1e3),
            time(self.record, month.record),
            time(self.chart, month.chart),
            time(self.whole, month.whole),
            time(self.page, month.page),
        ]);
        let late = seconds(self.late);
        say(&format!(
            "  of 100 charts over all of it 99 take no longer than {late}"
        ));
    }
}

async fn on_sqlite(days: i32, compacts: bool) -> Figures {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("history.db");
    let url = format!("sqlite:{}", file.display());
    let size = |name: &str| std::fs::metadata(folder.path().join(name)).unwrap().len();
    measured(&url, days, compacts, || {
        size("history.db") + size("history.db-wal")
    })
    .await
}

async fn on_postgres(server: &Server, days: i32, compacts: bool) -> Figures {
    let url = postgres::database(server);
    let name = url.rsplit('/').next().unwrap().to_owned();
    let size = || {
        let bytes = server.sql(&name, "SELECT pg_database_size(current_database())");
        bytes.trim().parse().unwrap()
    };
    let figures = measured(&url, days, compacts, size).await;
    server.sql("postgres", &format!("DROP DATABASE {name} WITH (FORCE)"));
    figures
}

async fn measured(url: &str, days: i32, compacts: bool, size: impl Fn() -> u64) -> Figures {
    let store = Store::open(url).await.unwrap();
    store.migrate().await.unwrap();
    let empty = size();
    let world = World::generate(TENANTS, SKUS, 1);
    let schools = grown(&store, &world, days, compacts).await;
    let bytes = size().saturating_sub(empty) as f64 / TENANTS as f64;
    let mut rows = 0;
    for school in &schools {
        let shares = store.tenant_rows(&school.key).await.unwrap();
        rows += shares.iter().map(|share| share.rows).sum::<u64>();
    }
    let end = now();
    let chart = charts(&store, &schools, end - DAY * COMPACT_AFTER, end).await;
    let whole = charts(&store, &schools, end - DAY * days, end).await;
    let record = recorded(&store, schools).await;
    let looks = Looks::new(store.clone(), world);
    looks.alone("", "/licenses", 1, 0).await;
    let page: Value = looks.alone("", "/licenses", 100, 1).await;
    drop(looks);
    store.close().await;
    Figures {
        rows: rows as f64 / TENANTS as f64,
        bytes,
        record: quantile(&record, 0.5),
        chart: quantile(&chart, 0.5),
        whole: quantile(&whole, 0.5),
        page: page["median"].as_f64().unwrap(),
        late: quantile(&whole, 0.99),
    }
}

/// A tenant that changes as people come and go.
struct School {
    key: TenantKey,
    now: Snapshot,
    chance: Chance,
}

/// Numbers that nobody foresees, the same in every run.
struct Chance(u64);

impl Chance {
    /// One of so many.
    fn of(&mut self, many: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % many
    }
}

impl School {
    /// Somebody comes or goes.
    fn changed(&mut self, index: usize) {
        let up = self.chance.of(20) < 11;
        let consumed = &mut self.now.skus[index].units.consumed;
        *consumed = consumed.map(|it| if up { it + 1 } else { (it - 1).max(0) });
    }

    fn look(&mut self, at: Timestamp) -> Look {
        for index in 0..BUSY {
            if self.chance.of(10) < 8 {
                self.changed(index);
            }
        }
        for index in BUSY..BUSY + SLOW {
            if self.chance.of(5 * LOOKS.unsigned_abs()) == 0 {
                self.changed(index);
            }
        }
        self.now.taken_at = at;
        Ok(self.now.clone())
    }

    /// What is seen in 30 days, or fewer.
    fn month(&mut self, from: Timestamp, days: i32) -> Vec<Look> {
        let mut looks = Vec::new();
        for day in 0..days.min(30) {
            let morning = from + DAY * day;
            let weekday = morning.to_zoned_datetime(TimeZone::UTC).date().weekday();
            if matches!(weekday, Weekday::Saturday | Weekday::Sunday) {
                continue;
            }
            for look in 0..LOOKS {
                let minutes = 90 * look + i64::try_from(self.chance.of(60)).unwrap();
                looks.push(self.look(morning + SignedDuration::from_mins(minutes)));
            }
        }
        looks
    }
}

/// Lets so many days pass up to yesterday.
async fn grown(store: &Store, world: &World, days: i32, compacts: bool) -> Vec<School> {
    let mut schools = Vec::new();
    for (seed, tenant) in (1..).zip(world.tenants()) {
        let key = enter(store, tenant).await;
        let now = look(world, &key, now()).unwrap();
        let chance = Chance(seed * 0x9e37_79b9);
        schools.push(School { key, now, chance });
    }
    let yesterday = beginning_of_day(now(), &TimeZone::UTC) - DAY;
    let began = yesterday - DAY * days + SignedDuration::from_hours(7);
    for passed in (0..days).step_by(30) {
        let from = began + DAY * passed;
        for school in &mut schools {
            let looks = school.month(from, days - passed);
            store.record_all(&school.key, &looks).await.unwrap();
        }
        if compacts {
            compact(store, from + DAY * 30 - DAY * COMPACT_AFTER).await;
        }
    }
    schools
}

/// As an hour of the loop that evaluates does it.
async fn compact(store: &Store, before: Timestamp) {
    let zone = TimeZone::UTC;
    let until = beginning_of_day(before, &zone);
    let lease = SignedDuration::from_mins(5);
    loop {
        let claims = store
            .claim_compaction(until, now(), 20, lease)
            .await
            .unwrap();
        if claims.is_empty() {
            return;
        }
        for claim in claims {
            let forgotten = before - DAY * 1010;
            store
                .compact(&claim, until, forgotten, &zone)
                .await
                .unwrap();
        }
    }
}

/// How long charts of busy products take.
async fn charts(store: &Store, schools: &[School], from: Timestamp, until: Timestamp) -> Vec<f64> {
    let mut times = Vec::new();
    for time in 0..TIMES {
        let school = &schools[time % schools.len()];
        let sku: SkuId = school.now.skus[time % BUSY].id;
        let began = Instant::now();
        let history = store.history(&school.key, sku, from, until).await.unwrap();
        times.push(began.elapsed().as_secs_f64());
        assert!(!history.points.is_empty());
    }
    times.sort_by(f64::total_cmp);
    times
}

/// How long keeping a look takes that has found other numbers.
async fn recorded(store: &Store, mut schools: Vec<School>) -> Vec<f64> {
    let mut times = Vec::new();
    for time in 0..TIMES {
        let number = time % schools.len();
        let school = &mut schools[number];
        school.changed(0);
        let look = school.look(now());
        let began = Instant::now();
        store.record_all(&school.key, &[look]).await.unwrap();
        times.push(began.elapsed().as_secs_f64());
    }
    times.sort_by(f64::total_cmp);
    times
}
