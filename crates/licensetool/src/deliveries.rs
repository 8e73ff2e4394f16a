//! `licensetool deliveries`: what went to which channel, what waits, what is dead, and how to try
//! again.

use anyhow::bail;
use clap::ArgGroup;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use store::{By, DeliveryFilter, DeliveryState, KeptDelivery, Store};

use crate::columns::{Format, columns, moment, moment_or_none, printable};
use crate::config::Config;
use crate::exit::Outcome;
use crate::{clock, output, stored};

/// How many deliveries are read at once.
const PAGE: u32 = 500;

#[derive(Debug, clap::Subcommand)]
pub(crate) enum DeliveriesCommand {
    /// The newest first; exit code 1 if one of them is dead
    List {
        /// Only to this channel
        #[arg(long)]
        channel: Option<String>,
        /// Only those that are pending, delivered or dead
        #[arg(long, value_parser = state)]
        state: Option<DeliveryState>,
        /// At most so many
        #[arg(long, default_value_t = 100)]
        limit: u32,
        #[arg(long, value_enum, default_value = "table")]
        format: Format,
    },
    /// Try again at once
    Retry(Retry),
}

#[derive(Debug, clap::Args)]
#[command(group(ArgGroup::new("which").required(true).args(["message", "dead"])))]
pub(crate) struct Retry {
    /// The message's id, as the list shows it
    #[arg(requires = "to")]
    message: Option<String>,
    /// The channel's name
    #[arg(id = "to", value_name = "CHANNEL")]
    to: Option<String>,
    /// All that are dead
    #[arg(long)]
    dead: bool,
    /// With --dead: only those of this channel
    #[arg(long, requires = "dead")]
    channel: Option<String>,
}

fn state(word: &str) -> Result<DeliveryState, String> {
    DeliveryState::from_word(word).ok_or_else(|| "must be pending, delivered or dead".to_owned())
}

pub(crate) async fn deliveries(
    config: &Config,
    by: By<'_>,
    command: DeliveriesCommand,
) -> anyhow::Result<Outcome> {
    let store = stored::there(config).await?;
    let outcome = match command {
        DeliveriesCommand::List {
            channel,
            state,
            limit,
            format,
        } => {
            let filter = DeliveryFilter {
                channel,
                state,
                ..DeliveryFilter::default()
            };
            list(&store, &filter, limit, format, &config.time_zone).await?
        }
        DeliveriesCommand::Retry(Retry {
            message: Some(message),
            to: Some(channel),
            ..
        }) => retry(&store, by, &message, &channel).await?,
        DeliveriesCommand::Retry(Retry { channel, .. }) => retry_dead(&store, by, channel).await?,
    };
    store.close().await;
    Ok(outcome)
}

async fn list(
    store: &Store,
    filter: &DeliveryFilter,
    limit: u32,
    format: Format,
    zone: &TimeZone,
) -> anyhow::Result<Outcome> {
    let found = store.deliveries(filter, None, limit).await?;
    let text = match format {
        Format::Json => {
            let deliveries: Vec<Value> = found.iter().map(data).collect();
            serde_json::to_string_pretty(&json!({ "deliveries": deliveries }))?
        }
        Format::Table if found.is_empty() => "there is no such delivery".to_owned(),
        Format::Table => table(&found, zone),
    };
    output::say(text.trim_end())?;
    if found.len() as u64 == u64::from(limit) && format == Format::Table {
        output::say(&format!("\nthe newest {limit}; --limit shows more"))?;
    }
    let dead = found.iter().any(|it| it.state == DeliveryState::Dead);
    Ok(if dead { Outcome::Found } else { Outcome::Fine })
}

/// In the shape of the API.
pub(crate) fn data(of: &KeptDelivery) -> Value {
    let time = |at: Option<jiff::Timestamp>| at.map(|at| at.to_string());
    json!({
        "message": of.message.to_string(),
        "channel": of.channel,
        "alert": of.alert,
        "tenant": of.tenant.as_str(),
        "tenant_name": of.tenant_name,
        "kind": of.kind.as_str(),
        "event": of.event.as_str(),
        "at": of.at.to_string(),
        "state": of.state.as_str(),
        "attempts": of.attempts,
        "tried_at": time(of.tried_at),
        "delivered_at": time(of.delivered_at),
        "next_at": time(of.next_at),
        "held": of.held,
        "error": of.error,
        "advice": of.advice,
    })
}

/// A line each, and below what went wrong, a line for each reason.
pub(crate) fn table(deliveries: &[KeptDelivery], zone: &TimeZone) -> String {
    let row = |of: &KeptDelivery| {
        let next = match of.held {
            true => "held back: nobody is told of this tenant for now".to_owned(),
            false => moment_or_none(of.next_at, zone),
        };
        [
            of.message.to_string(),
            of.channel.clone(),
            of.state.as_str().to_owned(),
            format!("{} {} of {}", of.kind, of.event.as_str(), of.tenant),
            of.alert.to_string(),
            moment(of.at, zone),
            of.attempts.to_string(),
            next,
        ]
    };
    let head = [
        "Message", "Channel", "State", "What", "Alert", "When", "Tries", "Next try",
    ];
    let mut text = columns(head, deliveries.iter().map(row), &[4, 6]);
    let mut said = Vec::new();
    for of in deliveries {
        let (Some(error), advice) = (&of.error, of.advice.as_deref().unwrap_or_default()) else {
            continue;
        };
        let line = format!(
            "{}: {}\n  → {}",
            of.channel,
            printable(error),
            printable(advice)
        );
        if !said.contains(&line) {
            text.push_str("\n\n");
            text.push_str(line.trim_end_matches("\n  → "));
            said.push(line);
        }
    }
    text
}

async fn retry(store: &Store, by: By<'_>, message: &str, channel: &str) -> anyhow::Result<Outcome> {
    let Some(delivery) = find(store, message, channel).await? else {
        bail!(
            "there is no delivery of the message {message} to {channel}; `licensetool deliveries \
             list --channel {channel}` shows those there are"
        );
    };
    if delivery.state == DeliveryState::Delivered {
        output::say(&format!(
            "{channel} has taken {message} already; nothing was changed"
        ))?;
        return Ok(Outcome::Fine);
    }
    store
        .revive(delivery.message, channel, by, clock::now())
        .await?;
    let (kind, tenant) = (delivery.kind, &delivery.tenant);
    output::say(&format!(
        "{kind} of {tenant} is due for {channel} now: `licensetool run` sends it, after what waits \
         before it about the same alert"
    ))?;
    Ok(Outcome::Fine)
}

async fn find(store: &Store, message: &str, channel: &str) -> anyhow::Result<Option<KeptDelivery>> {
    let filter = DeliveryFilter {
        channel: Some(channel.to_owned()),
        ..DeliveryFilter::default()
    };
    // The beginning of an id is enough, if only one begins so.
    let begins = message.to_lowercase();
    let mut all = all(store, &filter).await?;
    all.retain(|it| !begins.is_empty() && it.message.to_string().starts_with(&begins));
    Ok(all.pop().filter(|_| all.is_empty()))
}

async fn retry_dead(store: &Store, by: By<'_>, channel: Option<String>) -> anyhow::Result<Outcome> {
    let filter = DeliveryFilter {
        channel,
        state: Some(DeliveryState::Dead),
        ..DeliveryFilter::default()
    };
    let mut revived = 0;
    for delivery in all(store, &filter).await? {
        let now = clock::now();
        revived += usize::from(
            store
                .revive(delivery.message, &delivery.channel, by, now)
                .await?,
        );
    }
    output::say(&match revived {
        0 => "no delivery is dead".to_owned(),
        _ => format!("{revived} deliveries are due now: `licensetool run` sends them"),
    })?;
    Ok(Outcome::Fine)
}

async fn all(store: &Store, filter: &DeliveryFilter) -> anyhow::Result<Vec<KeptDelivery>> {
    let mut all: Vec<KeptDelivery> = Vec::new();
    loop {
        let after = all.last().map(KeptDelivery::place);
        let page = store.deliveries(filter, after, PAGE).await?;
        if page.is_empty() {
            return Ok(all);
        }
        all.extend(page);
    }
}
