//! `licensetool run --once`: ask everybody, judge, tell what is due, and end.

use store::{DeliveryFilter, DeliveryState, Store};

use super::parts::Parts;
use super::roles::Roles;
use super::supervise::stopped_by_signal;
use crate::clock;
use crate::config::Config;
use crate::exit::Outcome;
use crate::stored;

/// Most deliveries that are looked through for those that failed.
const MOST: u32 = 10_000;

/// Exit code 2 if a tenant could not be looked at, 1 if something could not be delivered.
pub(crate) async fn once(config: Config) -> anyhow::Result<Outcome> {
    let stop = stopped_by_signal()?;
    let store = stored::up_to_date(&config).await?;
    let mut parts = Parts::open(config, Roles::all(), store).await?;
    parts.read_home().await?;
    let began = clock::now();
    let asked = parts.collector().run_once(stop.clone()).await?;
    tracing::info!(
        changed = asked.changed,
        unchanged = asked.unchanged,
        gaps = asked.gaps.len(),
        "every tenant was asked once"
    );
    // What a stop cuts off is due again when its claim expires.
    let judging = Box::pin(judge_and_tell(&parts));
    stop.run_until_cancelled(judging).await.transpose()?;
    let failed = failed_since(&parts.store, began).await?;
    parts.store.close().await;
    Ok(match (asked.gaps.is_empty(), failed) {
        (false, _) => Outcome::Blind,
        (true, 0) => Outcome::Fine,
        (true, _) => Outcome::Found,
    })
}

async fn judge_and_tell(parts: &Parts) -> anyhow::Result<()> {
    let profiles = parts.readers.profiles.borrow().clone();
    let judged = parts.telling.evaluator(&profiles).run_once().await?;
    let (changes, messages) = (judged.changes, judged.messages);
    tracing::info!(changes, messages, "every tenant was judged");
    let public_url = parts.config.public_url_at(parts.config.listen);
    for deliverer in parts.telling.deliverers(&profiles, &public_url) {
        deliverer.run_once().await?;
    }
    Ok(())
}

/// Messages and lists that could not be delivered just now.
async fn failed_since(store: &Store, began: jiff::Timestamp) -> anyhow::Result<usize> {
    let mut failed = 0;
    for state in [DeliveryState::Pending, DeliveryState::Dead] {
        let filter = DeliveryFilter {
            state: Some(state),
            ..DeliveryFilter::default()
        };
        let deliveries = store.deliveries(&filter, None, MOST).await?;
        let tried = deliveries.iter().filter(|it| it.tried_at >= Some(began));
        failed += tried.count();
    }
    let lists = store.channels().await?;
    failed += lists.iter().filter(|list| list.failures > 0).count();
    if failed > 0 {
        tracing::warn!(
            failed,
            "not everything was delivered: see `licensetool deliveries list`"
        );
    }
    Ok(failed)
}
