//! Ten thousand random histories against a small model of what must be true: no shortage is
//! missed, no concern has two alerts, no row stands twice in the list, and every message arrives
//! or is visibly dead, though services are killed between any two steps and run twice at once.
//!
//! A history is the life of one school. Many schools live side by side in one store and one list,
//! so that the services have much to do at once, as in life.

mod chance;
mod model;
mod school;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::future::Future;
use std::pin::pin;
use std::task::Poll;

use domain::{Event, Severity, TenantKey};
use jiff::SignedDuration;
use microsoft_sim::sink::{WebhookMode, WebhookSink};
use microsoft_sim::{Options, Tls};
use pipeline::deliver::Named;
use pipeline::tell::{Channel, Reach, Secret, Webhook, WebhookSettings};
use store::{AlertFilter, DeliveryFilter, DeliveryState, KeptAlert, KeptDelivery, Route};

use crate::office::{LIST, Office, graph_settings, office_with};
use chance::Chance;
use school::School;

/// Schools of one store.
const SCHOOLS: usize = 250;
/// Moments in the life of a school.
const MOMENTS: u32 = 14;
/// Quarters: two tests, so that two cores share them, and two at once in each, so that none waits
/// where a service only waits for another.
const STORES_OF_A_QUARTER: u64 = 10;

const HOOK: &str = "hook";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_thousand_histories_miss_no_shortage() {
    tokio::join!(quarter_from(0), quarter_from(1_000));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_thousand_more_histories_miss_no_shortage() {
    tokio::join!(quarter_from(2_000), quarter_from(3_000));
}

async fn quarter_from(first: u64) {
    for seed in first..first + STORES_OF_A_QUARTER {
        Box::pin(Town::new(seed).await.lives()).await;
    }
}

/// The schools, the services, and what is beyond them.
struct Town {
    office: Office,
    hook: WebhookSink,
    schools: Vec<School>,
    chance: Chance,
    seed: u64,
}

impl Town {
    async fn new(seed: u64) -> Self {
        let mut chance = Chance::new(seed);
        let options = Options {
            flow: chance.one_in(2),
            ..Options::default()
        };
        let mut office = office_with(SCHOOLS, options).await;
        let hook = WebhookSink::start(Tls::Off).await.unwrap();
        office.routes.push(Route {
            channel: HOOK.to_owned(),
            least: Severity::Notice,
            only_seats: false,
        });
        // seal: allow webhook-secret: the published example of Standard Webhooks
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let settings = WebhookSettings {
            url: Secret::new(hook.url()),
            secrets: vec![Secret::new(secret)],
            reach: Reach::default(),
        };
        office.channels.push(Named {
            name: HOOK.to_owned(),
            channel: Channel::Webhook(Webhook::new(&settings).unwrap()),
            recipients_from: None,
        });
        let schools = (1..=SCHOOLS).map(School::new).collect();
        Self {
            office,
            hook,
            schools,
            chance,
            seed,
        }
    }

    async fn lives(mut self) {
        for _ in 0..MOMENTS {
            self.office
                .pass(SignedDuration::from_mins(1 + self.chance.up_to(30)));
            for school in &mut self.schools {
                school.lives(&self.office, &mut self.chance).await;
            }
            self.evaluate().await;
            let mode = if self.chance.one_in(3) { 500 } else { 200 };
            self.hook.set_mode(WebhookMode::status(mode));
            self.deliver().await;
            self.office.rows();
        }
        self.comes_to_rest().await;
    }

    /// One evaluator, two at once, none, or one that is killed.
    async fn evaluate(&mut self) {
        let (one, two) = (self.office.evaluator(), self.office.evaluator());
        match self.chance.up_to(4) {
            0 => return,
            1 => drop(one.run_once().await.unwrap()),
            2 => {
                let (one, two) = tokio::join!(one.run_once(), two.run_once());
                one.and(two).unwrap();
            }
            _ => killed(one.run_once(), self.chance.up_to(400)).await,
        }
        // A commit that was under way when its evaluator was killed ends before this write.
        self.office
            .store
            .want_sync(None, self.office.now())
            .await
            .unwrap();
        self.is_judged_right().await;
    }

    /// Every school that was judged has the alerts that it must have.
    async fn is_judged_right(&mut self) {
        let store = &self.office.store;
        let mut alerts: HashMap<TenantKey, Vec<KeptAlert>> = HashMap::new();
        let all = store
            .alerts(&AlertFilter::default(), None, u32::MAX)
            .await
            .unwrap();
        for kept in all {
            alerts.entry(kept.tenant.clone()).or_default().push(kept);
        }
        let tenants = store.tenants().await.unwrap();
        for (school, tenant) in self.schools.iter_mut().zip(tenants) {
            let alerts = alerts.remove(&tenant.key).unwrap_or_default();
            school.is_judged_right(&tenant, alerts, self.office.now(), self.seed);
        }
    }

    /// One deliverer, two at once, none, or one that is killed, with all its connections.
    async fn deliver(&mut self) {
        let office = &self.office;
        office.store.want_sync(None, office.now()).await.unwrap();
        match self.chance.up_to(4) {
            0 => {}
            1 => office.deliverer().run_once().await.unwrap(),
            2 => {
                let (one, two) = (office.deliverer(), office.deliverer());
                let (one, two) = tokio::join!(one.run_once(), two.run_once());
                one.and(two).unwrap();
            }
            _ => {
                let mut settings = graph_settings(&office.sim);
                settings.connections = 1;
                let sharepoint = office.sharepoint_by(&settings);
                // The connection stands before anything is killed: nothing waits unaccepted.
                sharepoint.site.about().await.unwrap();
                let deliverer = office.deliverer_by(sharepoint);
                killed(deliverer.run_once(), self.chance.up_to(300)).await;
                drop(deliverer);
            }
        }
        office.sim.left_alone().await;
    }

    /// Everybody is watched, everything is seen, and the services have their time.
    async fn comes_to_rest(&mut self) {
        self.hook.set_mode(WebhookMode::status(200));
        for school in &mut self.schools {
            school.is_watched(&self.office).await;
        }
        for _ in 0..4 {
            self.office.pass(SignedDuration::from_mins(61));
            for school in &mut self.schools {
                school.is_seen(&self.office).await;
            }
            self.office.round().await;
            self.is_judged_right().await;
        }
        let deliveries = self.deliveries().await;
        self.every_message_arrived(&deliveries);
        let rows = self.office.rows();
        for school in &mut self.schools {
            school
                .is_told_and_shown_right(&self.office, &rows, self.seed)
                .await;
        }
    }

    /// All deliveries, oldest first.
    async fn deliveries(&self) -> Vec<KeptDelivery> {
        let all = DeliveryFilter::default();
        let mut deliveries = Vec::new();
        let mut after: Option<(i64, String)> = None;
        loop {
            let place = after.as_ref().map(|(seq, channel)| (*seq, &**channel));
            let page = self
                .office
                .store
                .deliveries(&all, place, 1_000)
                .await
                .unwrap();
            let Some(last) = page.last() else { break };
            let (seq, channel) = last.place();
            after = Some((seq, channel.to_owned()));
            deliveries.extend(page);
        }
        deliveries.reverse();
        deliveries
    }

    fn every_message_arrived(&self, deliveries: &[KeptDelivery]) {
        let hooks = self.hook.hooks();
        let arrived: Vec<String> = hooks
            .iter()
            .map(|hook| hook.headers["webhook-id"].clone())
            .collect();
        let known: HashSet<&str> = arrived.iter().map(String::as_str).collect();
        let mut per_alert: BTreeMap<i64, Vec<Event>> = BTreeMap::new();
        let mut order: HashMap<String, (i64, i64)> = HashMap::new();
        for delivery in deliveries {
            let seed = self.seed;
            assert_ne!(
                delivery.state,
                DeliveryState::Pending,
                "seed {seed}: {delivery:?}"
            );
            if delivery.channel == LIST {
                continue;
            }
            let id = delivery.message.to_string();
            let is_there = known.contains(&*id);
            let delivered = delivery.state == DeliveryState::Delivered;
            assert!(
                is_there || !delivered,
                "seed {seed}: it never arrived: {delivery:?}"
            );
            per_alert
                .entry(delivery.alert)
                .or_default()
                .push(delivery.event);
            order.insert(id, (delivery.alert, delivery.place().0));
        }
        for (alert, events) in per_alert {
            let of = |event| events.iter().filter(|it| **it == event).count();
            assert_eq!(
                of(Event::Opened),
                1,
                "seed {}: alert {alert}: {events:?}",
                self.seed
            );
            assert!(
                of(Event::Resolved) <= 1,
                "seed {}: alert {alert}: {events:?}",
                self.seed
            );
        }
        // Whatever was sent twice: the first time of each message keeps the order of its alert.
        let (mut last, mut met) = (HashMap::new(), HashSet::new());
        for id in arrived.iter().filter(|id| met.insert(id.as_str())) {
            let (alert, seq) = order[id];
            let before = last.insert(alert, seq).unwrap_or(0);
            assert!(
                before < seq,
                "seed {}: alert {alert} was told out of order",
                self.seed
            );
        }
    }
}

/// Lets work go on for some steps and kills it: all that it holds is dropped where it stands.
async fn killed<T>(work: impl Future<Output = T>, steps: i64) {
    let mut work = pin!(work);
    let mut left = steps;
    std::future::poll_fn(|context| {
        left -= 1;
        match work.as_mut().poll(context) {
            Poll::Pending if left > 0 => Poll::Pending,
            _ => Poll::Ready(()),
        }
    })
    .await;
}
