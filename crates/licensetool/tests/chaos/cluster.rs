//! The processes together, and the one in front of them that sends requests to whoever is ready.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, RwLock};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::task::JoinSet;

use crate::company::{Company, Release};
use crate::pod::{Place, Pod};

/// How often it is asked who is ready, and how long an answer may take.
const PROBE: Duration = Duration::from_millis(500);

/// Processes of each role.
const NUMBERS: [(&str, usize); 4] = [("web", 3), ("collect", 3), ("evaluate", 2), ("deliver", 2)];

pub(crate) struct Cluster {
    company: Arc<Company>,
    logs: PathBuf,
    pods: RwLock<Vec<Arc<Pod>>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    probes: Mutex<JoinSet<()>>,
    next: AtomicUsize,
}

impl Cluster {
    /// All of the older release.
    pub(crate) async fn start(company: &Arc<Company>, logs: &Path) -> Self {
        let cluster = Self {
            company: Arc::clone(company),
            logs: logs.to_owned(),
            pods: RwLock::default(),
            threads: Mutex::default(),
            probes: Mutex::default(),
            next: AtomicUsize::new(0),
        };
        let all = NUMBERS.into_iter();
        let all = all.flat_map(|(role, number)| (0..number).map(move |it| (role, it)));
        for (role, number) in all {
            cluster.add(Pod::new(role, number, Release::Older));
        }
        for pod in cluster.of("web") {
            pod.listens().await;
        }
        cluster
    }

    /// One more, which begins at once.
    pub(crate) fn add(&self, pod: Pod) -> Arc<Pod> {
        let pod = Arc::new(pod);
        let thread = Arc::clone(&pod).run(Arc::clone(&self.company), &self.logs);
        self.threads.lock().unwrap().push(thread);
        self.probes.lock().unwrap().spawn(probe(Arc::clone(&pod)));
        self.pods.write().unwrap().push(Arc::clone(&pod));
        pod
    }

    /// Who gets the next request: in turns, of those that are ready if there are any, and none of
    /// `tried`.
    pub(crate) fn next(&self, tried: &[String]) -> Option<Arc<Pod>> {
        let web = self.of("web").into_iter();
        let there = web.filter(|pod| !tried.contains(&pod.name) && pod.place().is_some());
        let there: Vec<_> = there.collect();
        let ready = there
            .iter()
            .filter(|pod| pod.is_ready.load(Ordering::SeqCst));
        let ready: Vec<_> = ready.cloned().collect();
        let from = if ready.is_empty() { there } else { ready };
        let at = self.next.fetch_add(1, Ordering::Relaxed);
        from.get(at % from.len().max(1)).cloned()
    }

    pub(crate) fn all(&self) -> Vec<Arc<Pod>> {
        self.pods.read().unwrap().clone()
    }

    pub(crate) fn of(&self, role: &str) -> Vec<Arc<Pod>> {
        let all = self.all().into_iter();
        all.filter(|pod| pod.role == role).collect()
    }

    /// Asks all to end, and waits until they have.
    pub(crate) async fn end(self) {
        for pod in self.all() {
            pod.end();
        }
        let ended = tokio::task::spawn_blocking(move || {
            for thread in self.threads.into_inner().unwrap() {
                thread.join().unwrap();
            }
        });
        ended.await.unwrap();
    }
}

/// Asks who is ready.
pub(crate) fn prober() -> reqwest::Client {
    let client = reqwest::Client::builder().no_proxy().timeout(2 * PROBE);
    client.build().unwrap()
}

/// Whether whoever is there says now that it is ready.
pub(crate) async fn says_ready(client: &reqwest::Client, place: &Place) -> bool {
    let asked = client.get(format!("{}/readyz", place.metrics)).send().await;
    asked.is_ok_and(|answer| answer.status() == 200)
}

async fn probe(pod: Arc<Pod>) {
    let client = prober();
    let mut beat = tokio::time::interval(PROBE);
    loop {
        beat.tick().await;
        let Some(place) = pod.place() else { continue };
        let is_ready = says_ready(&client, &place).await;
        // It may have ended meanwhile, and another one begun.
        if pod.place() == Some(place) {
            pod.is_ready.store(is_ready, Ordering::SeqCst);
        }
    }
}
