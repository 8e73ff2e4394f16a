//! The process is killed without a word at many moments: what it had told the world is still there,
//! and the store opens.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use microsoft_sim::{Options, World};
use store::Store;

use crate::fixture::{Office, now, office, program};
use crate::process::Running;

/// How many times the process is killed.
const KILLS: u32 = 40;
const TENANTS: usize = 60;

/// What a reader beside the process has seen: the newest snapshot's time and size, by tenant.
type Seen = BTreeMap<String, (Timestamp, usize)>;

async fn seen(store: &Store) -> Seen {
    let mut seen = Seen::new();
    for state in store.states().await.unwrap() {
        if let Some(snapshot) = state.snapshot {
            let key = state.tenant.key.as_str().to_owned();
            seen.insert(key, (snapshot.taken_at, snapshot.skus.len()));
        }
    }
    seen
}

fn start(office: &Office) -> Running {
    let mut command = program(office.home.path());
    let any = "127.0.0.1:0";
    command.args(["run", "--listen", any, "--metrics-listen", any]);
    Running::start(command)
}

/// Reads on beside the process until a number of tenants, different each time, has a snapshot
/// that is newer than `since`; so the kills fall before, between and after the writes of a round.
async fn until_seen_newer(store: &Store, before: &Seen, wanted: usize) -> Seen {
    let reading = async {
        loop {
            let now = seen(store).await;
            let newer = now
                .iter()
                .filter(|(key, value)| before.get(*key) != Some(value));
            if newer.count() >= wanted {
                return now;
            }
            tokio::task::yield_now().await;
        }
    };
    let read = tokio::time::timeout(Duration::from_secs(60), reading).await;
    read.unwrap_or_else(|_| panic!("{wanted} new snapshots never came"))
}

#[tokio::test(flavor = "multi_thread")]
async fn no_kill_loses_what_was_kept_or_breaks_the_store() {
    let options = Options {
        latency: Duration::from_millis(3),
        ..Options::default()
    };
    let office = office(World::generate(TENANTS, 10, 5), options).await;
    // Every start finds everybody due again, and what the dead held is free after three seconds.
    office.set("[collect]\ninterval = \"1s\"\nat_once = 4\ndeadline = \"1s\"\n");
    let url = format!(
        "sqlite:{}",
        office.home.path().join("licensetool.db").display()
    );
    let mut before = Seen::new();
    let mut killed_midway = 0;
    for kill in 0..KILLS {
        let mut running = start(&office);
        let store = loop {
            let store = Store::open(&url).await.unwrap();
            let schema = store.schema().await.unwrap();
            if schema.found == schema.expected {
                break store;
            }
            store.close().await;
        };
        // A step that has nothing in common with the number of tenants visits every moment.
        let wanted = usize::try_from(kill * 7 + 1).unwrap() % TENANTS;
        let told = until_seen_newer(&store, &before, wanted).await;
        running.kill();
        store.close().await;

        let again = Store::open(&url).await.unwrap();
        again.migrate().await.unwrap();
        let after = seen(&again).await;
        for (key, (at, skus)) in &told {
            let (later, kept) = after[key];
            assert!(
                later >= *at,
                "kill {kill}: {key} fell back from {at} to {later}"
            );
            assert_eq!(kept, *skus, "kill {kill}: {key}");
        }
        assert_eq!(again.check(&[], now()).await.unwrap(), [], "kill {kill}");
        killed_midway += u32::from(after != before && after.len() > wanted);
        again.close().await;
        before = after;
    }
    assert_eq!(before.len(), TENANTS, "in the end everybody was seen");
    assert!(killed_midway > 0);
}
