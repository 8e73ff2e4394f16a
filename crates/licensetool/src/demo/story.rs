//! The story of the demo: a school sells out while one watches, everybody is told, seats return.
//!
//! Nothing is printed that did not happen: each line waits until store, sinks and lists show it.

mod watch;

use std::time::Duration;

use domain::{Event, Kind, State, TenantKey, stage};
use jiff::tz::TimeZone;
use store::{AlertFilter, KeptAlert, Store};

use super::stage::{LISTS, Stage};
use crate::columns::number;
use crate::{clock, output};
use watch::{told_everywhere, until};

/// Who sells out.
const KEY: &str = "iseschool2013";
const SCHOOL: &str = "ISE School 2013";
const PART_NUMBER: &str = "MCOEV_FACULTY";
/// Seats that it has, and that it has after it bought more.
const SEATS: i64 = 15;
const MORE: i64 = 25;

/// More alerts than two schools have.
const MOST: u32 = 1_000;

pub(super) struct Story<'a> {
    pub(super) stage: &'a Stage,
    pub(super) store: &'a Store,
    pub(super) zone: TimeZone,
    /// Between two acts.
    pub(super) pace: Duration,
    /// Where the pages are.
    pub(super) pages: String,
}

impl Story<'_> {
    /// From the first look to the end; then everything goes on without words.
    pub(super) async fn tell(&self) -> anyhow::Result<()> {
        self.beginning().await?;
        tokio::time::sleep(self.pace).await;
        let alert = self.sells_out().await?;
        self.told(&alert, Event::Opened).await?;
        self.flow_informs(&alert).await?;
        tokio::time::sleep(self.pace.mul_f32(1.5)).await;
        self.buys(&alert).await?;
        self.told(&alert, Event::Resolved).await?;
        self.ending(&alert)
    }

    /// What is short from the start is told first, so that it does not mix with the story.
    async fn beginning(&self) -> anyhow::Result<()> {
        let nothing_waits = async || {
            // In this order: an alert comes together with what waits.
            let alerts = self
                .store
                .alerts(&AlertFilter::default(), None, MOST)
                .await?;
            let synced = self.store.channel(LISTS).await?;
            let synced = synced.is_some_and(|lists| lists.synced_at.is_some());
            let queues = self.store.queues().await?;
            let quiet = synced && queues.iter().all(|queue| queue.pending == 0);
            Ok((quiet && !alerts.is_empty()).then_some(alerts))
        };
        let alerts = until("what the first look found is told", nothing_waits).await?;
        let stage = self.stage;
        self.say(&format!(
            "the first look found {} alerts, told in",
            alerts.len()
        ))?;
        self.say(&format!("  {} webhooks", stage.webhook.hooks().len()))?;
        self.say(&format!("  {} Teams cards", stage.teams.hooks().len()))?;
        self.say(&format!("  {} mail", stage.mail.mails().len()))?;
        let rows = stage.microsoft.rows(&stage.site.licences).len();
        let mails = stage.microsoft.flow_mails().len();
        self.say(&format!(
            "  {rows} rows of a SharePoint list, whose flow sent {mails} mails to a technician"
        ))
    }

    async fn sells_out(&self) -> anyhow::Result<KeptAlert> {
        let microsoft = &self.stage.microsoft;
        microsoft.set_consumed(KEY, PART_NUMBER, Some(SEATS));
        let product = self.product();
        self.say(&format!("{SCHOOL} hands out its last seats of {product}"))?;
        self.look(0).await?;
        let found = async || {
            let key = key()?;
            let mut alerts = self.store.active_alerts(&key).await?.into_iter();
            Ok(alerts.find(is_the_shortage))
        };
        let kept = until("an alert opens", found).await?;
        self.say(&format!(
            "alert {} opens ({}): {}/alerts/{}; told by",
            kept.id,
            kept.alert.severity().as_str(),
            self.pages,
            kept.id
        ))?;
        Ok(kept)
    }

    async fn told(&self, alert: &KeptAlert, event: Event) -> anyhow::Result<()> {
        told_everywhere(self, alert.id, event).await
    }

    async fn flow_informs(&self, alert: &KeptAlert) -> anyhow::Result<()> {
        let mailed = async || {
            let mails = self.stage.microsoft.flow_mails().into_iter();
            let mut mails = mails.filter(|mail| mail.tenant == SCHOOL);
            Ok(mails.find(|mail| mail.title.contains(PART_NUMBER)))
        };
        let mail = until("the flow mails a technician", mailed).await?;
        let said = format!(
            "the flow mails a technician: {}, {}",
            mail.tenant, mail.title
        );
        self.say(&said)?;
        let acknowledged = async || {
            let kept = self.store.alert(alert.id).await?;
            let acknowledged = kept.is_some_and(|it| it.alert.state == State::Acknowledged);
            let mut changes = self.store.alert_changes(alert.id).await?;
            Ok(changes.pop().filter(|_| acknowledged))
        };
        let change = until("the alert is acknowledged", acknowledged).await?;
        let (id, who, why) = (alert.id, change.who, change.why);
        self.say(&format!(
            "alert {id} is {} by {who}: {why}",
            change.what.as_str()
        ))
    }

    async fn buys(&self, alert: &KeptAlert) -> anyhow::Result<()> {
        let microsoft = &self.stage.microsoft;
        microsoft.set_enabled(KEY, PART_NUMBER, Some(MORE));
        let (more, product) = (MORE - SEATS, self.product());
        self.say(&format!("{SCHOOL} buys {more} seats more of {product}"))?;
        self.look(MORE - SEATS).await?;
        let over = async || {
            let kept = self.store.alert(alert.id).await?;
            Ok(kept.filter(|kept| !kept.alert.is_active()))
        };
        let kept = until("the alert ends", over).await?;
        self.say(&format!(
            "alert {} is {}; told again:",
            kept.id, kept.alert.state
        ))
    }

    fn ending(&self, alert: &KeptAlert) -> anyhow::Result<()> {
        let (pages, id) = (&self.pages, alert.id);
        let text = format!(
            "The story ends here; everything keeps running until Ctrl-C.\n\
             \x20 its alert   {pages}/alerts/{id}\n\
             \x20 alerts      {pages}/api/v2/alerts\n\
             \x20 deliveries  {pages}/api/v2/deliveries?alert={id}"
        );
        Ok(output::say(&text)?)
    }

    /// Asks for a look, as the button of the page does, and waits until it has seen the seats.
    async fn look(&self, free: i64) -> anyhow::Result<()> {
        let key = key()?;
        let (keys, now) = ([key.clone()], clock::now());
        self.store.request_refresh(&keys, None, now).await?;
        let seen = async || {
            let snapshot = self
                .store
                .state(&key)
                .await?
                .and_then(|state| state.snapshot);
            let skus = snapshot.into_iter().flat_map(|seen| seen.skus);
            let mut skus = skus.filter(|sku| sku.part_number == PART_NUMBER);
            let units = skus.next().map(|sku| sku.units);
            Ok(units.filter(|units| units.free() == Some(free)))
        };
        let units = until("the look sees the change", seen).await?;
        let [used, of] = [units.consumed, units.assignable()].map(number);
        self.say(&format!(
            "Microsoft is asked, and says: {used} of {of} in use"
        ))
    }

    /// As people call it: the title of its row.
    fn product(&self) -> String {
        let row = self.stage.row(SCHOOL, PART_NUMBER);
        let title = row.and_then(|row| row.fields.get("Title")?.as_str().map(str::to_owned));
        title.unwrap_or_else(|| PART_NUMBER.to_owned())
    }

    /// A line, at the time of the company.
    fn say(&self, what: &str) -> anyhow::Result<()> {
        let local = clock::now().to_zoned_datetime(self.zone.clone());
        Ok(output::say(&format!(
            "{}  {what}",
            local.strftime("%H:%M:%S")
        ))?)
    }
}

fn key() -> anyhow::Result<TenantKey> {
    Ok(TenantKey::parse(KEY)?)
}

fn is_the_shortage(kept: &KeptAlert) -> bool {
    let product = kept.alert.facts.product();
    kept.alert.concern.kind == Kind::Stock
        && kept.alert.stage == stage::EXHAUSTED
        && product.is_some_and(|(_, part_number)| part_number == PART_NUMBER)
}
