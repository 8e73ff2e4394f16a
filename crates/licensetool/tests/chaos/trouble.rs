//! What befalls the processes, their database, and those whom they speak to: each kind at least
//! once, in an order that the seed makes.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use microsoft_sim::sink::WebhookMode;
use microsoft_sim::{Call, Fault, FaultKind, RetryAfter};
use store::{Address, Password, Store};
use tokio::task::JoinSet;

use crate::chance::Chance;
use crate::cluster::Cluster;
use crate::company::{CONNECTIONS, Company};
use crate::pod::Pod;
use crate::relay::Wire;

/// Longer than any claim lasts.
const BEYOND_CLAIMS: Duration = Duration::from_secs(27);
/// A web process stops for less: nobody has claims of it.
const SHORTLY: Duration = Duration::from_secs(6);
/// How long something stays broken.
const BROKEN: Duration = Duration::from_secs(8);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trouble {
    Kill(&'static str),
    Pause(&'static str),
    Replace(&'static str),
    Restart,
    Crash,
    Cut,
    Silence,
    Full,
    /// Whoever hears of alerts hears nothing.
    Deaf,
}

const ALL: [Trouble; 25] = [
    Trouble::Kill("web"),
    Trouble::Kill("web"),
    Trouble::Kill("web"),
    Trouble::Kill("collect"),
    Trouble::Kill("collect"),
    Trouble::Kill("collect"),
    Trouble::Kill("collect"),
    Trouble::Kill("evaluate"),
    Trouble::Kill("evaluate"),
    Trouble::Kill("deliver"),
    Trouble::Kill("deliver"),
    Trouble::Pause("web"),
    Trouble::Pause("collect"),
    Trouble::Pause("collect"),
    Trouble::Pause("evaluate"),
    Trouble::Pause("deliver"),
    Trouble::Replace("web"),
    Trouble::Replace("collect"),
    Trouble::Replace("deliver"),
    Trouble::Restart,
    Trouble::Crash,
    Trouble::Cut,
    Trouble::Silence,
    Trouble::Full,
    Trouble::Deaf,
];

/// Whom something befalls at the moment.
#[derive(Default)]
struct Busy(Mutex<HashSet<String>>);

/// Lasts about as long as is said.
pub(crate) async fn befalls(
    company: &Arc<Company>,
    cluster: &Arc<Cluster>,
    seed: u64,
    seconds: u64,
) {
    let mut chance = Chance::new(seed);
    let mut all = ALL.to_vec();
    for at in (1..all.len()).rev() {
        let other = chance.up_to(u32::try_from(at).unwrap() + 1);
        all.swap(at, usize::try_from(other).unwrap());
    }
    faults(company);
    let busy = Arc::new(Busy::default());
    let mut under_way = JoinSet::new();
    let step = Duration::from_secs(seconds) / u32::try_from(all.len()).unwrap();
    let mut beat = tokio::time::interval(step);
    beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    for trouble in all {
        beat.tick().await;
        println!("{trouble:?}");
        match trouble {
            Trouble::Kill(role) | Trouble::Pause(role) | Trouble::Replace(role) => {
                let Some(pod) = busy.take(cluster, role, &mut chance) else {
                    continue;
                };
                under_way.spawn(befalls_one(trouble, pod, Arc::clone(&busy)));
            }
            Trouble::Deaf => {
                under_way.spawn(hears_nothing(Arc::clone(company)));
            }
            _ => befalls_all(trouble, company).await,
        }
    }
    while under_way.join_next().await.is_some() {}
    company.office.sim.clear_faults();
}

/// Of Microsoft, all the time.
fn faults(company: &Company) {
    let sim = &company.office.sim;
    let some = |call, kind, percent| {
        let (tenant, times) = (None, None);
        sim.order_some(
            Fault {
                tenant,
                call,
                kind,
                times,
            },
            percent,
        );
    };
    let later = Some(RetryAfter::Seconds(1.0));
    let busy = |status| FaultKind::Status {
        status,
        retry_after: later,
    };
    some(Call::SubscribedSkus, busy(429), 3);
    some(Call::SubscribedSkus, busy(503), 2);
    some(Call::SubscribedSkus, FaultKind::Reset, 1);
    some(Call::SubscribedSkus, FaultKind::Latency { ms: 400 }, 10);
    some(Call::Token, FaultKind::Reset, 1);
    some(Call::ListWrite, FaultKind::Conflict, 2);
    some(Call::ListWrite, busy(429), 2);
    some(Call::ListWrite, FaultKind::LostAnswer, 2);
    some(Call::Batch, FaultKind::LostAnswer, 2);
}

async fn befalls_one(trouble: Trouble, pod: Arc<Pod>, busy: Arc<Busy>) {
    match trouble {
        Trouble::Kill(_) => pod.kill(),
        Trouble::Replace(_) => pod.replace(),
        _ => {
            pod.pause();
            lasts(if pod.role == "web" {
                SHORTLY
            } else {
                BEYOND_CLAIMS
            })
            .await;
            pod.go_on();
        }
    }
    lasts(Duration::from_secs(1)).await;
    pod.listens().await;
    busy.0.lock().unwrap().remove(&pod.name);
}

async fn hears_nothing(company: Arc<Company>) {
    for mode in [WebhookMode::status(500), WebhookMode::Hang] {
        company.sink.set_mode(mode);
        lasts(BROKEN).await;
    }
    company.sink.set_mode(WebhookMode::status(200));
}

/// There is no database for a while.
async fn befalls_all(trouble: Trouble, company: &Arc<Company>) {
    match trouble {
        Trouble::Restart | Trouble::Crash => {
            company.weather.turns_bad();
            server(company, |company| company.server.stop()).await;
            if trouble == Trouble::Crash {
                lasts(BROKEN).await;
            }
            server(company, |company| company.server.resume()).await;
        }
        Trouble::Cut | Trouble::Silence => {
            let wire = match trouble {
                Trouble::Cut => Wire::Cut,
                _ => Wire::Silent,
            };
            company.weather.turns_bad();
            company.relay.set(wire);
            lasts(BROKEN).await;
            company.relay.set(Wire::Whole);
        }
        _ => {
            company.weather.turns_bad();
            let held = all_connections(company).await;
            println!("{} connections were free", held.len());
            lasts(BROKEN).await;
            for store in held {
                store.close().await;
            }
        }
    }
    company.weather.is_fine();
}

async fn server(company: &Arc<Company>, work: fn(&Company)) {
    let company = Arc::clone(company);
    let done = tokio::task::spawn_blocking(move || work(&company));
    done.await.unwrap();
}

/// Holds every connection that the server still gives.
async fn all_connections(company: &Company) -> Vec<Store> {
    let url = company.server.url("licensetool_web", &company.database);
    let address = Address::parse(&url).unwrap().connections(1);
    let address = address.password(Some(Password::new("of web")));
    let mut held = Vec::new();
    for _ in 0..CONNECTIONS {
        match Store::connect(&address).await {
            Ok(store) => held.push(store),
            Err(_) => break,
        }
    }
    held
}

/// What is broken stays so for a while: that is what is tried.
async fn lasts(span: Duration) {
    let mut beat = tokio::time::interval(span);
    beat.tick().await;
    beat.tick().await;
}

impl Busy {
    /// One of a role, which is the others' as long as something befalls it. Of web one goes on.
    fn take(&self, cluster: &Cluster, role: &str, chance: &mut Chance) -> Option<Arc<Pod>> {
        let mut busy = self.0.lock().unwrap();
        let all = cluster.of(role);
        let is_free = |pod: &&Arc<Pod>| !busy.contains(&pod.name) && pod.place().is_some();
        let free: Vec<_> = all.iter().filter(is_free).collect();
        if free.is_empty() || (role == "web" && free.len() < 2) {
            return None;
        }
        let at = chance.up_to(u32::try_from(free.len()).unwrap());
        let pod = Arc::clone(free[usize::try_from(at).unwrap()]);
        busy.insert(pod.name.clone());
        Some(pod)
    }
}
