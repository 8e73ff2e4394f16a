//! Clients that ask steadily, as people and programs behind an ingress do, and none of whom may
//! ever be failed but for want of a database.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use reqwest::{Client, Method, Response};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::chance::Chance;
use crate::cluster::Cluster;
use crate::company::{Company, TENANTS};

/// How many there are, and how often each asks.
const CLIENTS: u64 = 4;
const BEAT: Duration = Duration::from_millis(150);

/// What became of all requests.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub(crate) answered: AtomicU64,
    /// 503 while there was no database.
    pub(crate) put_off: AtomicU64,
    /// Sent again to another process, because the first one was killed.
    pub(crate) again: AtomicU64,
    /// Ended with a process that was killed, and not safe to be sent again.
    pub(crate) lost: AtomicU64,
}

/// What is asked for.
struct Question {
    method: Method,
    path: String,
    body: Option<String>,
    /// What the answer is, when all is well.
    status: u16,
}

/// Asks until `stop`.
pub(crate) async fn ask(
    company: Arc<Company>,
    cluster: Arc<Cluster>,
    seed: u64,
    stop: CancellationToken,
) -> Told {
    let told = Arc::new(Told::default());
    let clients = (0..CLIENTS).map(|number| {
        let client = SteadyClient {
            company: Arc::clone(&company),
            cluster: Arc::clone(&cluster),
            told: Arc::clone(&told),
            // An ingress keeps its connections this long, and sends on them what it likes.
            http: Client::builder()
                .no_proxy()
                .pool_idle_timeout(Duration::from_secs(60))
                .build()
                .unwrap(),
        };
        tokio::spawn(client.go_on(Chance::new(seed ^ (number << 32)), stop.clone()))
    });
    let clients: Vec<_> = clients.collect();
    for client in clients {
        client.await.unwrap();
    }
    Arc::into_inner(told).unwrap()
}

struct SteadyClient {
    company: Arc<Company>,
    cluster: Arc<Cluster>,
    told: Arc<Told>,
    http: Client,
}

impl SteadyClient {
    async fn go_on(self, mut chance: Chance, stop: CancellationToken) {
        let mut beat = tokio::time::interval(BEAT);
        beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        while stop.run_until_cancelled(beat.tick()).await.is_some() {
            self.ask(&question(&mut chance)).await;
        }
    }

    async fn ask(&self, question: &Question) {
        let began = Instant::now();
        let mut tried = Vec::new();
        loop {
            let Some(pod) = self.cluster.next(&tried) else {
                // All have just been killed: whoever is in front waits for one.
                tried.clear();
                tokio::task::yield_now().await;
                continue;
            };
            let name = pod.name.clone();
            let Some(place) = pod.place() else { continue };
            let url = format!("{}{}", place.pages, question.path);
            let mut request = self.http.request(question.method.clone(), url);
            if let Some(body) = &question.body {
                request = request.header("content-type", "application/json");
                request = request.body(body.clone());
            }
            match whole(request.send().await).await {
                Ok((status, retry_after)) => {
                    return self.judge(question, &name, began, status, retry_after.as_deref());
                }
                Err(error) if error.is_connect() => {}
                Err(_) if pod.was_killed(&place) && question.method == Method::GET => {
                    self.told.again.fetch_add(1, Ordering::Relaxed);
                }
                Err(_) if pod.was_killed(&place) => {
                    self.told.lost.fetch_add(1, Ordering::Relaxed);
                    return;
                }
                Err(error) => {
                    let path = &question.path;
                    self.company
                        .found(format!("{name} broke off {path}: {error:?}"));
                    return;
                }
            }
            tried.push(name);
        }
    }

    fn judge(
        &self,
        question: &Question,
        pod: &str,
        began: Instant,
        status: u16,
        retry_after: Option<&str>,
    ) {
        if status == question.status {
            self.told.answered.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let is_excused = self.company.weather.was_bad(began, Instant::now());
        if status == 503 && retry_after.is_some() && is_excused {
            self.told.put_off.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let (path, took) = (&question.path, began.elapsed());
        self.company.found(format!(
            "{pod} answered {path} with {status} after {took:?}, Retry-After {retry_after:?}, \
             database away: {is_excused}"
        ));
    }
}

/// The answer with all of its body.
async fn whole(
    answer: Result<Response, reqwest::Error>,
) -> Result<(u16, Option<String>), reqwest::Error> {
    let answer = answer?;
    let retry_after = answer.headers().get("retry-after");
    let retry_after = retry_after.map(|it| it.to_str().unwrap().to_owned());
    let status = answer.status().as_u16();
    answer.bytes().await?;
    Ok((status, retry_after))
}

fn question(chance: &mut Chance) -> Question {
    let tenants = u32::try_from(TENANTS).unwrap();
    let key = format!("school-{:05}", 1 + chance.up_to(tenants));
    let get = |path: String| Question {
        method: Method::GET,
        path,
        body: None,
        status: 200,
    };
    match chance.up_to(10) {
        0 => get("/api/v2/alerts?limit=20".to_owned()),
        1 => get("/api/v2/licenses?limit=20".to_owned()),
        2 => get("/alerts".to_owned()),
        3 | 4 => Question {
            method: Method::POST,
            path: "/api/v2/refreshes".to_owned(),
            body: Some(json!({"tenants": [key]}).to_string()),
            status: 202,
        },
        5..8 => get(format!("/api/v1/licenses/status/show/{key}")),
        _ => get(format!("/api/v2/tenants/{key}")),
    }
}
