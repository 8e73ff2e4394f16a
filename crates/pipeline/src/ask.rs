//! One question to one tenant, or to many at once: no store, no schedule.

use std::time::Duration;

use domain::{Cause, Gap, Look, TenantKey};
use futures_util::StreamExt;
use jiff::Timestamp;

use crate::Clock;
use crate::roster::{Access, Roster};
use crate::translate;

/// What one question gave.
#[derive(Clone, Debug)]
pub struct Answer {
    pub look: Look,
    /// How long Microsoft asked us to stay away, if it did.
    pub retry_after: Option<Duration>,
}

/// Asks a tenant for its SKUs and, if wanted, its subscriptions, both at the same time.
///
/// `deadline` bounds the whole question, waiting out throttling included. If only the
/// subscriptions fail, the SKUs count and a remark says what is missing.
pub async fn ask(
    access: &Access,
    with_subscriptions: bool,
    now: Timestamp,
    deadline: Duration,
) -> Answer {
    let tenant = match access {
        Access::Ready(tenant) => tenant,
        Access::Broken { message, advice } => {
            let (message, advice) = (message.clone(), advice.clone());
            return unseen(Gap {
                at: now,
                cause: Cause::Configuration,
                message,
                advice,
            });
        }
    };
    match tokio::time::timeout(deadline, question(tenant, with_subscriptions, now)).await {
        Ok(answer) => answer,
        Err(_) => unseen(Gap {
            at: now,
            cause: Cause::TimedOut,
            message: format!(
                "Microsoft gave no whole answer within {} s",
                deadline.as_secs_f64()
            ),
            advice: "Look at Microsoft's service health and at this machine's network; \
                     the next try is automatic"
                .to_owned(),
        }),
    }
}

async fn question(tenant: &graph::Tenant, with_subscriptions: bool, now: Timestamp) -> Answer {
    let subscriptions = async {
        if with_subscriptions {
            Some(tenant.subscriptions().await)
        } else {
            None
        }
    };
    let (skus, subscriptions) = tokio::join!(tenant.subscribed_skus(), subscriptions);
    match skus {
        Ok(skus) => {
            let look = Ok(translate::snapshot(now, skus, subscriptions));
            Answer {
                look,
                retry_after: None,
            }
        }
        Err(error) => Answer {
            retry_after: error.retry_after(),
            look: Err(translate::gap(now, &error)),
        },
    }
}

fn unseen(gap: Gap) -> Answer {
    Answer {
        look: Err(gap),
        retry_after: None,
    }
}

/// Asks every tenant of `roster`, at most `at_once` at the same time, and hands each answer to
/// `told` as it comes. One tenant's failure delays no other.
pub async fn ask_all(
    roster: &Roster,
    at_once: usize,
    deadline: Duration,
    clock: &Clock,
    mut told: impl FnMut(TenantKey, Look),
) {
    let mut answers = futures_util::stream::iter(roster)
        .map(async |(key, entry)| {
            (
                key.clone(),
                ask(&entry.access, true, clock(), deadline).await.look,
            )
        })
        .buffer_unordered(at_once.max(1));
    while let Some((key, look)) = answers.next().await {
        told(key, look);
    }
}
