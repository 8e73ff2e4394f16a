//! Says what licensetool did on a day of the year, as store, sinks and lists show it.

use std::collections::BTreeMap;

use anyhow::Context as _;
use domain::{Event, Facts, Kind, stage};
use jiff::civil::Date;
use store::{AlertFilter, DeliveryFilter, DeliveryState, KeptAlert, KeptDelivery};

use super::timeline::Line;
use super::{Year, line, summary};
use crate::demo::stage::{LISTS, MAIL, TEAMS, WEBHOOK};
use crate::demo::told;

/// More alerts or deliveries than a year has.
const MOST: u32 = 10_000;

/// The channels as the timeline calls them, in its order.
const CHANNELS: [(&str, &str); 4] = [
    (MAIL, "mail"),
    (WEBHOOK, "webhook"),
    (TEAMS, "Teams"),
    (LISTS, "SharePoint"),
];

impl Year {
    /// A line for each message that was told since the last lines, in the same order each year.
    pub(super) async fn say_told(&mut self, day: Date) -> anyhow::Result<()> {
        let filter = DeliveryFilter {
            state: Some(DeliveryState::Delivered),
            ..DeliveryFilter::default()
        };
        let deliveries = self.store.deliveries(&filter, None, MOST).await?;
        let mut messages: BTreeMap<_, Vec<KeptDelivery>> = BTreeMap::new();
        for delivery in deliveries {
            let place = (delivery.message.to_string(), delivery.channel.clone());
            if self.said.insert(place) {
                let order = (delivery.tenant.clone(), delivery.place().0);
                messages.entry(order).or_default().push(delivery);
            }
        }
        let heard = told::all(&self.stage.webhook);
        for deliveries in messages.values() {
            self.message(day, deliveries, &heard).await?.say()?;
        }
        Ok(())
    }

    async fn message(
        &self,
        day: Date,
        deliveries: &[KeptDelivery],
        heard: &[told::Told],
    ) -> anyhow::Result<Line> {
        let first = deliveries.first().context("a message that was told")?;
        let kept = self.store.alert(first.alert).await?.context("its alert")?;
        let word = match (first.event, first.kind) {
            (Event::Resolved, _) => "over",
            (Event::Eased, _) => "eased",
            _ if summary::is_shortage(&kept) => "shortage",
            (_, Kind::Stock | Kind::OverAssignment) => "low",
            (_, Kind::Staleness) => "unseen",
            (_, Kind::Renewal) if kept.alert.stage == stage::IN_GRACE => "grace",
            (_, Kind::Renewal) => "renewal",
            (_, Kind::Trial) => "trial",
            (_, Kind::Certificate) => "certificate",
        };
        let was_told =
            |(channel, _): &&(&str, &str)| deliveries.iter().any(|it| it.channel == *channel);
        let told = CHANNELS.iter().filter(was_told);
        let headline = told::headline(heard, &first.message.to_string());
        let unused = unused(&kept).filter(|_| first.event == Event::Opened);
        let unused = unused.map_or_else(String::new, |seats| format!(", {seats} seats unused"));
        Ok(Line {
            alert: Some(first.alert),
            told: told.map(|(_, name)| (*name).to_owned()).collect(),
            ..line(day, &first.tenant_name, word, headline + &unused)
        })
    }

    pub(super) fn say_flow(&mut self, day: Date) -> anyhow::Result<()> {
        let mails = self.stage.microsoft.flow_mails();
        for mail in &mails[self.flow_mails..] {
            let what = format!("mails a technician: {}", mail.title);
            line(day, &mail.tenant, "flow", what).say()?;
        }
        self.flow_mails = mails.len();
        Ok(())
    }

    pub(super) async fn say_acknowledged(&mut self, day: Date) -> anyhow::Result<()> {
        let filter = AlertFilter {
            state: Some("acknowledged".to_owned()),
            ..AlertFilter::default()
        };
        let mut alerts = self.store.alerts(&filter, None, MOST).await?;
        alerts.reverse();
        for kept in alerts {
            // What nobody was told of, another alert says.
            let told = kept.alert.told > stage::NONE;
            if !told || !self.acknowledged.insert(kept.id) {
                continue;
            }
            let changes = self.store.alert_changes(kept.id).await?;
            let by = changes.last().map_or("", |change| &change.who);
            let what = format!("by {by}: the technician knows");
            let said = line(day, &kept.tenant_name, "acknowledged", what);
            Line {
                alert: Some(kept.id),
                ..said
            }
            .say()?;
        }
        Ok(())
    }
}

/// Seats of a purchase that nobody used over the whole term.
fn unused(kept: &KeptAlert) -> Option<i64> {
    match &kept.alert.facts {
        Facts::Purchase(purchase) => purchase.unused.filter(|seats| *seats > 0),
        _ => None,
    }
}
