//! One, two and four collect workers on one PostgreSQL: what more of them cost, and what they wait
//! for. On few cores they share the work, not the time: so the figures are of processor seconds.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::Child;
use std::sync::Arc;
use std::time::{Duration, Instant};

use pipeline::collect::Collector;
use serde_json::{Value, json};
use store::Store;
use throwaway_postgres::Server;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::collect::{now, roster, settings};
use crate::postgres;
use crate::process::cpu_seconds;
use crate::report::{heading, row, seconds};
use crate::simulator::Microsoft;
use crate::worker::{self, tell};

const TENANTS: usize = 10_000;
const SKUS: usize = 40;
const LATENCY_MS: u64 = 50;

/// How often it is looked whether all are done, and what the server's sessions wait for.
const GLANCE: Duration = Duration::from_millis(200);

pub(crate) fn run() {
    heading(
        &format!(
            "Collect workers on one PostgreSQL: {TENANTS} tenants, {SKUS} SKUs, \
             {LATENCY_MS} ms latency"
        ),
        &[
            "workers, round",
            "wall",
            "tenants/CPU s",
            "× one worker",
            "database CPU",
            "statements",
            "transactions",
            "waits for locks",
        ],
    );
    let microsoft = Microsoft::start(TENANTS, SKUS, LATENCY_MS);
    let server = postgres::start();
    let mut alone = [None; 2];
    for count in [1, 2, 4] {
        measure(&server, &microsoft, count, &mut alone);
    }
}

fn measure(server: &Server, microsoft: &Microsoft, count: usize, alone: &mut [Option<f64>; 2]) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let url = postgres::database(server);
    let store = runtime.block_on(async {
        let store = Store::open(&url).await.unwrap();
        store.migrate().await.unwrap();
        store
    });
    let watch = Watch {
        server,
        database: url.rsplit('/').next().unwrap(),
    };
    let mut workers: Vec<_> = (0..count).map(|_| Worker::start(microsoft, &url)).collect();
    for (name, alone) in ["first", "unchanged"].into_iter().zip(alone) {
        let (began, since) = (Instant::now(), now().as_millisecond());
        let cpu = |workers: &[Worker]| workers.iter().map(Worker::cpu).sum::<f64>();
        let (workers_cpu, database) = (cpu(&workers), watch.figures());
        match name {
            "first" => workers.iter_mut().for_each(Worker::go),
            _ => drop(
                runtime
                    .block_on(store.request_refresh(&[], None, now()))
                    .unwrap(),
            ),
        }
        let waits = watch.until_all_seen(since);
        let wall = began.elapsed().as_secs_f64();
        let after = watch.figures();
        let (each, used) = (TENANTS as f64, cpu(&workers) - workers_cpu);
        let rate = each / used;
        row(&[
            format!("{count}, {name}"),
            seconds(wall),
            format!("{rate:.0}"),
            format!("{:.2}", rate / *alone.get_or_insert(rate)),
            seconds((after.cpu - database.cpu) / each),
            format!("{:.2}", (after.statements - database.statements) / each),
            format!("{:.2}", (after.transactions - database.transactions) / each),
            format!("{:.1} %", waits * 100.0),
        ]);
    }
    drop(workers);
    runtime.block_on(store.close());
}

/// What the database has done until now.
struct Figures {
    /// Seconds of the processor, of the sessions that are there.
    cpu: f64,
    statements: f64,
    transactions: f64,
}

/// One who looks at the database from beside.
struct Watch<'a> {
    server: &'a Server,
    database: &'a str,
}

impl Watch<'_> {
    fn number(&self, sql: &str) -> f64 {
        self.server.sql(self.database, sql).parse().unwrap()
    }

    /// Without what was asked from here, which is in the name of the owner alone, too: so little
    /// that a tenant has no hundredth of it.
    fn figures(&self) -> Figures {
        let sessions = self.server.sql(
            self.database,
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() \
             AND pid <> pg_backend_pid()",
        );
        let cpu = sessions.lines().map(|id| cpu_seconds(id.parse().unwrap()));
        Figures {
            cpu: cpu.sum(),
            statements: self.number(
                "SELECT COALESCE(sum(calls), 0) FROM pg_stat_statements s JOIN pg_database d \
                 ON d.oid = s.dbid WHERE d.datname = current_database()",
            ),
            transactions: self.number(
                "SELECT xact_commit + xact_rollback FROM pg_stat_database \
                 WHERE datname = current_database()",
            ),
        }
    }

    /// Waits until each tenant was seen. Answers which share of the sessions' glances found one
    /// that waited for a lock of another.
    fn until_all_seen(&self, since: i64) -> f64 {
        let unseen = format!("SELECT {TENANTS} - count(*) FROM tenant WHERE seen_at >= {since}");
        let busy = "SELECT count(*) FILTER (WHERE wait_event_type = 'Lock') || ' ' || count(*) \
                    FROM pg_stat_activity WHERE datname = current_database() \
                    AND pid <> pg_backend_pid() AND state <> 'idle'";
        let (mut waiting, mut seen) = (0.0, 0.0);
        while self.number(&unseen) > 0.0 {
            std::thread::sleep(GLANCE);
            let line = self.server.sql(self.database, busy);
            let (locked, all) = line.split_once(' ').unwrap();
            waiting += locked.parse::<f64>().unwrap();
            seen += all.parse::<f64>().unwrap();
        }
        waiting / f64::max(seen, 1.0)
    }
}

/// A process that collects until its input ends.
struct Worker {
    child: Child,
}

impl Worker {
    fn start(microsoft: &Microsoft, url: &str) -> Self {
        let order = json!({ "work": "collect_on", "home": microsoft.home(), "store": url });
        let mut child = worker::start(&order);
        let mut answers = BufReader::new(child.stdout.take().unwrap()).lines();
        let ready: Value = serde_json::from_str(&answers.next().unwrap().unwrap()).unwrap();
        assert_eq!(ready["tenants"], TENANTS);
        Self { child }
    }

    fn go(&mut self) {
        let wants = self.child.stdin.as_mut().unwrap();
        wants.write_all(b"go\n").unwrap();
    }

    fn cpu(&self) -> f64 {
        cpu_seconds(self.child.id())
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        drop(self.child.wait());
    }
}

/// Collects whatever is due, from a line of its input until the end of it.
pub(crate) fn work(order: &Value) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let text = |name: &str| order[name].as_str().unwrap().to_owned();
    runtime.block_on(async move {
        let roster = Arc::new(roster(Path::new(&text("home"))));
        let store = Store::open(&text("store")).await.unwrap();
        tell(&json!({ "tenants": roster.len() }));
        let (_roster, watched) = watch::channel(roster);
        let clock: pipeline::Clock = Arc::new(now);
        let collector = Collector::new(store.clone(), watched, settings(), clock);
        let stop = CancellationToken::new();
        line().await;
        let running = tokio::spawn(collector.run(stop.clone()));
        while line().await {}
        stop.cancel();
        running.await.unwrap().unwrap();
        store.close().await;
    });
}

/// The next line of the input, if there is one.
async fn line() -> bool {
    let line = || std::io::stdin().lines().next().is_some();
    tokio::task::spawn_blocking(line).await.unwrap()
}
