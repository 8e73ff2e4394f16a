//! Waits for what the story says next, and reads where a message arrived.

use std::time::Duration;

use anyhow::bail;
use domain::Event;
use microsoft_sim::Row;
use store::{DeliveryFilter, DeliveryState, KeptDelivery};

use super::{PART_NUMBER, SCHOOL, Story};
use crate::demo::stage::{LISTS, MAIL, TEAMS, WEBHOOK};
use crate::demo::told;

/// Between two looks at what has happened.
const BEAT: Duration = Duration::from_millis(100);

/// How long a step of the story may take: a sync of the lists and a try that failed are in it.
const PATIENCE: Duration = Duration::from_secs(90);

/// Most deliveries of one alert.
const MOST: u32 = 100;

/// What `look` finds, as soon as it finds it. `what` is said if it never does.
pub(super) async fn until<T>(
    what: &str,
    mut look: impl AsyncFnMut() -> anyhow::Result<Option<T>>,
) -> anyhow::Result<T> {
    let found = async {
        loop {
            if let Some(found) = look().await? {
                return Ok(found);
            }
            tokio::time::sleep(BEAT).await;
        }
    };
    match tokio::time::timeout(PATIENCE, found).await {
        Ok(found) => found,
        Err(_) => bail!(
            "it did not happen within {} s that {what}; `/api/v2/deliveries` may say why",
            PATIENCE.as_secs()
        ),
    }
}

/// A line for each channel when it has been told, in the order in which they are.
pub(super) async fn told_everywhere(
    story: &Story<'_>,
    alert: i64,
    event: Event,
) -> anyhow::Result<()> {
    let mut waiting = vec![LISTS, MAIL, WEBHOOK, TEAMS];
    while !waiting.is_empty() {
        let next = async || {
            Ok(delivered(story, alert, event, &waiting)
                .await?
                .into_iter()
                .next())
        };
        let delivery = until("every channel is told", next).await?;
        waiting.retain(|channel| *channel != delivery.channel);
        story.say(&arrival(story, &delivery))?;
    }
    Ok(())
}

/// What these channels were told of an event of an alert.
async fn delivered(
    story: &Story<'_>,
    alert: i64,
    event: Event,
    channels: &[&str],
) -> anyhow::Result<Vec<KeptDelivery>> {
    let filter = DeliveryFilter {
        alert: Some(alert),
        state: Some(DeliveryState::Delivered),
        ..DeliveryFilter::default()
    };
    let mut all = story.store.deliveries(&filter, None, MOST).await?;
    all.retain(|it| it.event == event && channels.contains(&it.channel.as_str()));
    all.sort_by_key(|it| it.delivered_at);
    Ok(all)
}

/// Where a message arrived, read there.
fn arrival(story: &Story<'_>, delivery: &KeptDelivery) -> String {
    let stage = story.stage;
    match delivery.channel.as_str() {
        LISTS => match stage.row(SCHOOL, PART_NUMBER) {
            Some(row) => format!("  SharePoint   {}", row_in_words(&row)),
            None => "  SharePoint   has no such row".to_owned(),
        },
        MAIL => {
            // Nothing else happens in the demo: the newest mail is about it.
            let mails = stage.mail.mails();
            mails.last().map_or_else(String::new, |mail| {
                let way = if mail.secure {
                    "over TLS"
                } else {
                    "in the clear"
                };
                let to = mail.to.join(", ");
                format!("  mail         number {}, to {to}, {way}", mails.len())
            })
        }
        WEBHOOK => {
            let told = told::all(&stage.webhook);
            let headline = told::headline(&told, &delivery.message.to_string());
            format!("  webhook      \"{headline}\", signed")
        }
        _ => {
            let link = format!("/alerts/{}", delivery.alert);
            let hooks = stage.teams.hooks().into_iter();
            let cards = hooks.filter(|it| String::from_utf8_lossy(&it.body).contains(&link));
            format!("  Teams        card {} that leads to {link}", cards.count())
        }
    }
}

fn row_in_words(row: &Row) -> String {
    let field = |name: &str| match row.fields.get(name) {
        Some(value) => value.to_string(),
        None => "empty".to_owned(),
    };
    format!(
        "row {}: Frei {}, Infosup {}, technician_informed {}",
        row.id,
        field("Frei"),
        field("Infosup"),
        field("technician_informed")
    )
}
