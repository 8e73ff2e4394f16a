//! All processes are replaced by those of a newer release, one after the other, as a cluster does:
//! the schema first, then each time a new one that is ready before an old one is asked to end.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use tokio::time::timeout;

use crate::cluster::{Cluster, prober, says_ready};
use crate::company::{Company, Release};
use crate::pod::Pod;

/// How long a new process may take until it is ready.
const READY: Duration = Duration::from_secs(30);
/// How long an old one may take to end, as DESIGN 3 asks, and its exit to be noticed.
const ENDED: Duration = Duration::from_secs(11);
/// Between two looks.
const BEAT: Duration = Duration::from_millis(100);

pub(crate) async fn befalls(company: &Arc<Company>, cluster: &Cluster) {
    let began = Instant::now();
    let older = cluster.all();
    let migrating = Arc::clone(company);
    let migrated = tokio::task::spawn_blocking(move || migrating.migrate(Release::Newer));
    migrated.await.unwrap();
    println!("the schema is the newer one after {:?}", began.elapsed());
    let prober = prober();
    for old in &older {
        if !says_ready(&prober, &old.listens().await).await {
            let name = &old.name;
            company.found(format!("{name} is not ready with the newer schema"));
        }
    }
    for (number, old) in older.iter().enumerate() {
        let began = Instant::now();
        let new = Pod::new(old.role, older.len() + number, Release::Newer);
        let new = cluster.add(new);
        if !is_ready(&new).await {
            company.found(format!("{} of the newer release was never ready", new.name));
            return;
        }
        let ready = began.elapsed();
        old.end();
        if timeout(ENDED, old.has_ended()).await.is_err() {
            company.found(format!("{} did not end within {ENDED:?}", old.name));
        }
        let (old, new, after) = (&old.name, &new.name, began.elapsed());
        println!("{new} was ready after {ready:?}, {old} had ended after {after:?}");
    }
    println!("all were replaced after {:?}", began.elapsed());
}

/// Whether requests are sent to it in time.
async fn is_ready(pod: &Pod) -> bool {
    let waiting = async {
        let mut beat = tokio::time::interval(BEAT);
        while !pod.is_ready.load(Ordering::SeqCst) {
            beat.tick().await;
        }
    };
    timeout(READY, waiting).await.is_ok()
}
