//! The deliver loop: tells what stands in the outbox, each channel at its own pace.
//!
//! Every channel has a task of its own within the loop, so one that is down delays no other. A
//! message is claimed, sent, and noted as delivered; a kill in between lets the claim expire and
//! the message be sent once more, under the same id. What fails is tried again after 1, 2, 4 …
//! minutes, and is dead and visible when it has failed too often.

mod metrics;
pub mod sharepoint;
mod told;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use anyhow::Context as _;
use domain::{Language, Layer, ProductNames, SkuId};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use store::{News, Retry, Store};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::Clock;
use crate::away::Away;
use crate::nap::nap;
use crate::tell::{Channel, Voice};
pub use metrics::Metrics;
use sharepoint::Sharepoint;

/// How long a stop waits for the store to take what was sent, beyond [`Settings::grace`].
const LAST_WORDS: Duration = Duration::from_secs(2);

/// How the loop works.
#[derive(Clone, Debug)]
pub struct Settings {
    pub language: Language,
    /// What the configuration says for the whole company.
    pub policy: Layer,
    /// Where people open the links in messages.
    pub public_url: Url,
    pub time_zone: TimeZone,
    /// Who sends the messages, for their signature.
    pub company: String,
    /// The longest wait between two tries of a message.
    pub longest_wait: SignedDuration,
    /// Tries of a message before it is dead.
    pub max_attempts: u32,
    /// Messages that one channel is sent at the same time.
    pub at_once: usize,
    /// Messages that one mail gathers at most.
    pub digest: u32,
    /// How long a claim lasts: longer than all that is sent under it can take.
    pub lease: SignedDuration,
    /// How long the loop may sleep before it looks for new messages.
    pub poll: Duration,
    /// How long the store may be away before the loop gives up.
    pub patience: Duration,
    /// How long a stop waits for what is being sent.
    pub grace: Duration,
}

impl Settings {
    /// The defaults, for links to `public_url`.
    pub fn new(public_url: Url) -> Self {
        Self {
            language: Language::German,
            policy: Layer::default(),
            public_url,
            time_zone: TimeZone::UTC,
            company: "licensetool".to_owned(),
            longest_wait: SignedDuration::from_hours(1),
            max_attempts: 20,
            at_once: 4,
            digest: 100,
            lease: SignedDuration::from_mins(5),
            poll: Duration::from_secs(1),
            patience: Duration::from_secs(360),
            grace: Duration::from_secs(5),
        }
    }

    /// When a message that has failed so often, this time included, is tried again; `asked` is
    /// how long the other side asks to be left alone.
    fn retry(&self, failed: u32, asked: Option<Duration>, now: Timestamp) -> Retry {
        if failed >= self.max_attempts {
            return Retry::Never;
        }
        let wait = backoff(failed, self.longest_wait);
        let asked = asked.and_then(|asked| SignedDuration::try_from(asked).ok());
        let wait = asked.map_or(wait, |asked| wait.max(asked));
        Retry::At(now.saturating_add(wait).unwrap_or(Timestamp::MAX))
    }
}

/// 1, 2, 4 … minutes after the first, second, third failure, up to `longest`.
fn backoff(failed: u32, longest: SignedDuration) -> SignedDuration {
    let minutes = 1_i64 << failed.saturating_sub(1).min(30);
    SignedDuration::from_mins(minutes).min(longest)
}

/// A channel under the name that the configuration gives it.
#[derive(Clone, Debug)]
pub struct Named {
    pub name: String,
    pub channel: Channel,
    /// Mail only: whose parameter list names further recipients, and under which name.
    pub recipients_from: Option<(String, String)>,
}

/// What one task of the loop does.
#[derive(Clone, Debug)]
enum Work {
    /// Tells messages.
    Tell(Named),
    /// Brings lists up to date.
    Sync(Sharepoint),
}

impl Work {
    fn name(&self) -> &str {
        match self {
            Self::Tell(named) => &named.name,
            Self::Sync(sharepoint) => &sharepoint.name,
        }
    }
}

/// The deliver loop and what it needs.
#[derive(Clone)]
pub struct Deliverer {
    store: Store,
    channels: Vec<Named>,
    sharepoints: Vec<Sharepoint>,
    settings: Settings,
    built_in: Arc<ProductNames>,
    clock: Clock,
    worker: String,
    metrics: Metrics,
    turned_at: Arc<AtomicI64>,
}

impl std::fmt::Debug for Deliverer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Deliverer")
            .field("worker", &self.worker)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

impl Deliverer {
    pub fn new(
        store: Store,
        channels: Vec<Named>,
        sharepoints: Vec<Sharepoint>,
        settings: Settings,
        clock: Clock,
    ) -> Self {
        Self {
            store,
            channels,
            sharepoints,
            settings,
            built_in: Arc::new(ProductNames::built_in()),
            clock,
            worker: uuid::Uuid::new_v4().to_string(),
            metrics: Metrics::default(),
            turned_at: Arc::new(AtomicI64::new(0)),
        }
    }

    /// The same loop counting in the counters of another one, as of the one that it replaces.
    #[must_use]
    pub fn counting_in(self, metrics: Metrics) -> Self {
        Self { metrics, ..self }
    }

    /// The loop's counters, to be registered by whoever serves metrics.
    pub fn metrics(&self) -> Metrics {
        self.metrics.clone()
    }

    /// When the loop last turned, in milliseconds since 1970, 0 before the first turn.
    pub fn pulse(&self) -> Arc<AtomicI64> {
        Arc::clone(&self.turned_at)
    }

    /// Delivers until `stop`.
    ///
    /// # Errors
    /// The store stays away for longer than [`Settings::patience`], or a row makes no sense.
    pub async fn run(self, stop: CancellationToken) -> anyhow::Result<()> {
        let mut away = Away::new(self.settings.patience);
        while away.endure(self.add_channels().await)?.is_none() {
            self.turned();
            let nap = tokio::time::sleep(self.settings.poll);
            if stop.run_until_cancelled(nap).await.is_none() {
                return Ok(());
            }
        }
        // One error ends all: the tasks end with their set.
        let mut turning = JoinSet::new();
        for work in self.work() {
            turning.spawn(self.clone().keep_turning(work, stop.clone()));
        }
        while !stop.is_cancelled() {
            // A loop without channels is alive, too.
            self.turned();
            let nap = tokio::time::sleep(self.settings.poll);
            tokio::select! {
                () = stop.cancelled() => {}
                () = nap => {}
                Some(ended) = turning.join_next() => ended.context("a channel broke")??,
            }
        }
        let rest = async {
            while let Some(ended) = turning.join_next().await {
                ended.context("a channel broke")??;
            }
            anyhow::Ok(())
        };
        let in_time = tokio::time::timeout(self.settings.grace + LAST_WORDS, rest).await;
        in_time.unwrap_or_else(|_| {
            tracing::warn!("stopped while the store was away: what was sent may be sent again");
            Ok(())
        })
    }

    /// Delivers all that is due now, once, on every channel, and ends.
    ///
    /// # Errors
    /// The store cannot be read or written.
    pub async fn run_once(&self) -> store::Result<()> {
        self.add_channels().await?;
        let never = CancellationToken::new();
        for work in self.work() {
            while self.turn_of(&work, &never).await? {}
        }
        Ok(())
    }

    async fn add_channels(&self) -> store::Result<()> {
        for sharepoint in &self.sharepoints {
            let now = (self.clock)();
            self.store.add_channel(&sharepoint.name, now).await?;
        }
        Ok(())
    }

    /// Lists come first: what they name, others may need.
    fn work(&self) -> Vec<Work> {
        let lists = self.sharepoints.iter().cloned().map(Work::Sync);
        lists
            .chain(self.channels.iter().cloned().map(Work::Tell))
            .collect()
    }

    /// Turns until stopped.
    async fn keep_turning(self, work: Work, stop: CancellationToken) -> anyhow::Result<()> {
        let mut away = Away::new(self.settings.patience);
        let mut wakes = self.store.wakes(News::Deliveries);
        while !stop.is_cancelled() {
            let turned = away.endure(self.turn_of(&work, &stop).await);
            let turned = turned.with_context(|| format!("the channel {}", work.name()))?;
            if turned != Some(true) {
                nap(&mut wakes, self.settings.poll, &stop).await;
            }
        }
        Ok(())
    }

    /// Answers whether there may be more to do at once.
    async fn turn_of(&self, work: &Work, stop: &CancellationToken) -> store::Result<bool> {
        match work {
            Work::Tell(named) => self.turn(named, stop).await,
            Work::Sync(sharepoint) => Box::pin(self.sync(sharepoint, stop)).await,
        }
    }

    /// The built-in product names and those that an operator imported.
    async fn names(&self) -> store::Result<ProductNames> {
        let mut names = ProductNames::clone(&self.built_in);
        for (id, english) in self.store.names().await? {
            names.import(id, &english);
        }
        Ok(names)
    }

    /// What every message is worded with.
    async fn voice(&self) -> store::Result<Voice> {
        let names = self.names().await?;
        let settings = &self.settings;
        Ok(Voice {
            names: Arc::new(names),
            language: settings.language,
            public_url: settings.public_url.clone(),
            time_zone: settings.time_zone.clone(),
            company: settings.company.clone(),
        })
    }

    fn turned(&self) {
        self.metrics.turned();
        let now = (self.clock)().as_millisecond();
        self.turned_at.store(now, Ordering::Relaxed);
    }
}

/// What a list calls a product: its name and, in brackets, its part number.
fn title(names: &ProductNames, sku: SkuId, part_number: &str, language: Language) -> String {
    let name = names.label(sku, part_number, language);
    if part_number.is_empty() {
        // By the id it is found again.
        return format!("{name} ({sku})");
    }
    format!("{name} ({part_number})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_tried_later_and_later_and_then_no_more() {
        let settings = Settings::new("https://licences.example".parse().unwrap());
        let now = Timestamp::UNIX_EPOCH;
        let check = |failed, asked: Option<u64>, minutes: Option<i64>| {
            let expected = minutes.map_or(Retry::Never, |minutes| {
                Retry::At(now + SignedDuration::from_mins(minutes))
            });
            let asked = asked.map(|minutes| Duration::from_secs(60 * minutes));
            assert_eq!(settings.retry(failed, asked, now), expected, "{failed}");
        };
        check(1, None, Some(1));
        check(2, None, Some(2));
        check(3, None, Some(4));
        check(7, None, Some(60));
        check(19, None, Some(60));
        check(20, None, None);
        check(1, Some(30), Some(30));
        check(7, Some(30), Some(60));
        check(u32::MAX, Some(30), None);
    }

    #[test]
    fn a_product_without_part_number_is_titled_by_its_id() {
        let names = ProductNames::default();
        let sku = SkuId::from_part_number("x");
        let title = |part_number| title(&names, sku, part_number, Language::German);
        assert_eq!(title("A3"), "A3 (A3)");
        assert_eq!(title(""), format!("{sku} ({sku})"));
    }
}
