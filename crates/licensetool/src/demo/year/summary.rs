//! The year in numbers, counted in the store and where messages arrived, not from the timeline.

use std::collections::HashSet;

use domain::{Event, Kind, stage};
use store::{AlertFilter, DeliveryFilter, DeliveryState, KeptAlert, Store};

use crate::columns::number;
use crate::demo::stage::{LISTS, MAIL, Stage};
use crate::demo::told;

/// More than a year has.
const MOST: u32 = 10_000;

/// All of it, in lines.
pub(super) async fn summary(stage: &Stage, store: &Store) -> anyhow::Result<String> {
    let mut alerts = store.alerts(&AlertFilter::default(), None, MOST).await?;
    let open = alerts.len();
    let resolved = AlertFilter {
        state: Some("resolved".to_owned()),
        ..AlertFilter::default()
    };
    alerts.extend(store.alerts(&resolved, None, MOST).await?);
    // An over-assignment says that no seat is free: the alert about that is told to nobody.
    let (told, untold): (Vec<_>, Vec<_>) =
        (alerts.iter()).partition(|kept| kept.alert.told > stage::NONE);
    let shortages = told.iter().filter(|kept| is_shortage(kept)).count();
    let untold = untold.len();
    let deliveries = store
        .deliveries(&DeliveryFilter::default(), None, MOST)
        .await?;
    let of = |channel: &str| {
        let told = deliveries.iter().filter(|it| it.channel == channel);
        count(
            told.filter(|it| it.state == DeliveryState::Delivered)
                .count(),
        )
    };
    let undelivered = deliveries
        .iter()
        .filter(|it| it.state != DeliveryState::Delivered);
    let opened = deliveries.iter().filter(|it| it.event == Event::Opened);
    let opened = opened.map(|it| (it.alert, &it.channel));
    let twice = repeats(opened) + repeats(told::all(&stage.webhook).iter().map(|it| &it.id));
    let counts = stage.microsoft.counts();
    let (writes, calls) = (counts.list_writes, counts.requests);
    Ok(format!(
        "\nThe year in numbers\n\
         \x20 shortages    {shortages}\n\
         \x20 alerts       {} in all, {open} still open, {untold} said by another; \
         {twice} told twice, {} not delivered\n\
         \x20 mail         {} messages in {} mails\n\
         \x20 webhook      {} messages\n\
         \x20 Teams        {} cards\n\
         \x20 SharePoint   {} messages; rows: {} created, {} updated, {} deleted\n\
         \x20 flow         {} mails to a technician\n\
         \x20 Microsoft    {} calls to Entra and Graph",
        alerts.len(),
        undelivered.count(),
        of(MAIL),
        count(stage.mail.mails().len()),
        count(stage.webhook.hooks().len()),
        count(stage.teams.hooks().len()),
        of(LISTS),
        big(writes.created),
        big(writes.updated),
        big(writes.deleted),
        stage.microsoft.flow_mails().len(),
        big(calls),
    ))
}

/// Whether somebody who needs a seat does not get one, or did not when the alert ended.
pub(super) fn is_shortage(kept: &KeptAlert) -> bool {
    match kept.alert.concern.kind {
        Kind::OverAssignment => true,
        Kind::Stock => kept.alert.stage >= stage::EXHAUSTED,
        _ => false,
    }
}

fn repeats<T: Eq + std::hash::Hash>(items: impl Iterator<Item = T>) -> usize {
    let mut seen = HashSet::new();
    items
        .map(|item| !seen.insert(item))
        .filter(|again| *again)
        .count()
}

fn count(many: usize) -> String {
    number(i64::try_from(many).ok())
}

fn big(many: u64) -> String {
    number(i64::try_from(many).ok())
}
