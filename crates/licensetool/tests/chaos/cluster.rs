//! The processes together, and the one in front of them that sends requests to whoever is ready.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::task::JoinSet;

use crate::company::Company;
use crate::pod::Pod;

/// How often it is asked who is ready, and how long an answer may take.
const PROBE: Duration = Duration::from_millis(500);

/// Processes of each role.
const NUMBERS: [(&str, usize); 4] = [("web", 3), ("collect", 3), ("evaluate", 2), ("deliver", 2)];

pub(crate) struct Cluster {
    pub(crate) pods: Vec<Arc<Pod>>,
    threads: Vec<JoinHandle<()>>,
    _probes: JoinSet<()>,
    next: AtomicUsize,
}

impl Cluster {
    pub(crate) async fn start(company: &Arc<Company>, logs: &Path) -> Self {
        let all = NUMBERS.into_iter();
        let all = all.flat_map(|(role, number)| (0..number).map(move |it| Pod::new(role, it)));
        let pods: Vec<Arc<Pod>> = all.map(Arc::new).collect();
        let run = |pod: &Arc<Pod>| Arc::clone(pod).run(Arc::clone(company), logs);
        let threads = pods.iter().map(run).collect();
        let mut probes = JoinSet::new();
        for pod in pods.iter().filter(|pod| pod.role == "web") {
            pod.listens().await;
            probes.spawn(probe(Arc::clone(pod)));
        }
        Self {
            pods,
            threads,
            _probes: probes,
            next: AtomicUsize::new(0),
        }
    }

    /// Who gets the next request: in turns, of those that are ready if there are any, and none of
    /// `tried`.
    pub(crate) fn next(&self, tried: &[String]) -> Option<&Arc<Pod>> {
        let may = |pod: &&Arc<Pod>| pod.role == "web" && !tried.contains(&pod.name);
        let there: Vec<_> = self
            .pods
            .iter()
            .filter(may)
            .filter(|it| it.place().is_some())
            .collect();
        let ready = there
            .iter()
            .filter(|pod| pod.is_ready.load(Ordering::SeqCst));
        let ready: Vec<_> = ready.copied().collect();
        let from = if ready.is_empty() { there } else { ready };
        let at = self.next.fetch_add(1, Ordering::Relaxed);
        from.get(at % from.len().max(1)).copied()
    }

    pub(crate) fn of(&self, role: &str) -> impl Iterator<Item = &Arc<Pod>> {
        self.pods.iter().filter(move |pod| pod.role == role)
    }

    /// Asks all to end, and waits until they have.
    pub(crate) async fn end(self) {
        for pod in &self.pods {
            pod.end();
        }
        let ended = tokio::task::spawn_blocking(|| {
            for thread in self.threads {
                thread.join().unwrap();
            }
        });
        ended.await.unwrap();
    }
}

async fn probe(pod: Arc<Pod>) {
    let client = reqwest::Client::builder().no_proxy().timeout(2 * PROBE);
    let client = client.build().unwrap();
    let mut beat = tokio::time::interval(PROBE);
    loop {
        beat.tick().await;
        let Some(place) = pod.place() else { continue };
        let asked = client.get(format!("{}/readyz", place.metrics)).send().await;
        let is_ready = asked.is_ok_and(|answer| answer.status() == 200);
        // It may have ended meanwhile, and another one begun.
        if pod.place() == Some(place) {
            pod.is_ready.store(is_ready, Ordering::SeqCst);
        }
    }
}
