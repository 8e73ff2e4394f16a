//! Carries out what happens on a day of the year, and says it.

use anyhow::Context as _;
use domain::{Forecast, Sku, TenantKey};
use jiff::Timestamp;
use jiff::civil::Date;
use microsoft_sim::{Call, Fault, FaultKind};

use super::acts::What;
use super::{Year, line, timeline};

impl Year {
    pub(super) async fn act(&self, day: Date, now: Timestamp, what: What) -> anyhow::Result<()> {
        let microsoft = &self.stage.microsoft;
        match what {
            What::Season(words) => timeline::season(words)?,
            What::Buys {
                key,
                part_number,
                seats,
            } => {
                let (school, sku) = self.product(key, part_number).await?;
                let more = seats - sku.units.enabled.unwrap_or(0);
                microsoft.set_enabled(key, part_number, Some(seats));
                let what = format!("{more} seats more of {}", name(&sku));
                line(day, &school, "bought", what).say()?;
            }
            What::TakesBack {
                key,
                part_number,
                used,
            } => {
                let (school, sku) = self.product(key, part_number).await?;
                let back = sku.units.consumed.unwrap_or(0) - used;
                microsoft.set_consumed(key, part_number, Some(used));
                let what = format!("{back} seats of {}", name(&sku));
                line(day, &school, "taken back", what).say()?;
            }
            What::LooksAhead { key, part_number } => {
                let (school, sku) = self.product(key, part_number).await?;
                let forecast = self.forecast(key, &sku, now).await?;
                let what = format!("{}: {}", name(&sku), in_words(&forecast));
                line(day, &school, "forecast", what).say()?;
            }
            What::Outage => {
                microsoft.order(Fault {
                    tenant: None,
                    call: Call::Any,
                    kind: FaultKind::Status {
                        status: 503,
                        retry_after: None,
                    },
                    times: None,
                });
                line(day, "Microsoft", "outage", "answers nobody".to_owned()).say()?;
            }
            What::OutageEnds => {
                microsoft.clear_faults();
                line(day, "Microsoft", "outage", "answers again".to_owned()).say()?;
            }
        }
        Ok(())
    }

    /// The name of a school, and a product of it as last seen.
    async fn product(&self, key: &str, part_number: &str) -> anyhow::Result<(String, Sku)> {
        let state = self.store.state(&TenantKey::parse(key)?).await?;
        let state = state.context("a school of the year")?;
        let skus = state.snapshot.into_iter().flat_map(|seen| seen.skus);
        let sku = skus.into_iter().find(|sku| sku.part_number == part_number);
        Ok((state.tenant.name, sku.context("a product of the year")?))
    }

    async fn forecast(&self, key: &str, sku: &Sku, now: Timestamp) -> anyhow::Result<Forecast> {
        let key = TenantKey::parse(key)?;
        let from = now.saturating_sub(Forecast::reach())?;
        let history = self.store.history(&key, sku.id, from, now).await?;
        Ok(domain::forecast(&history.into(), now))
    }
}

fn name(sku: &Sku) -> String {
    let names = domain::ProductNames::built_in();
    let label = names.label(sku.id, &sku.part_number, domain::Language::English);
    label.into_owned()
}

fn in_words(forecast: &Forecast) -> String {
    match forecast {
        Forecast::RunsOut(out) => {
            let latest = out
                .latest
                .map_or_else(|| "later".to_owned(), |day| day.to_string());
            format!(
                "runs out {} (between {} and {latest})",
                out.likely, out.earliest
            )
        }
        Forecast::NotInSight { .. } => "does not run out within a year".to_owned(),
        Forecast::Exhausted => "no seat is free".to_owned(),
        Forecast::NotEnoughHistory { days, needed } => {
            format!("{days} of {needed} days are known: too few to tell")
        }
    }
}
