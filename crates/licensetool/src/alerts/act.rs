//! What a person does with an alert, and what came of it in a sentence.

use anyhow::{Context as _, bail};
use domain::{Action, Snooze};
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use store::{Acted, KeptAlert};

use super::Desk;
use super::list::unknown;
use super::words::Words;
use crate::exit::Outcome;
use crate::sharepoint::Profiles;
use crate::{clock, outlets, output};

/// How long an alert is to sleep.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Until {
    /// Until then, such as 2026-12-01 or 2026-12-01T08:00 in the company's time zone
    #[arg(long)]
    until: Option<String>,
    /// So long, such as 3d, 4h or 2w
    #[arg(long = "for")]
    lasting: Option<String>,
    /// Until the numbers change
    #[arg(long)]
    until_change: bool,
}

impl Until {
    pub(super) fn snooze(&self, now: Timestamp, zone: &TimeZone) -> anyhow::Result<Snooze> {
        if let Some(text) = &self.until {
            return Ok(Snooze::Until(moment_of(text, zone)?));
        }
        if let Some(text) = &self.lasting {
            let span: Span = text
                .parse()
                .ok()
                .filter(|span: &Span| span.is_positive())
                .with_context(|| format!("--for \"{text}\" must be a time such as 3d, 4h or 2w"))?;
            let until = now.to_zoned_datetime(zone.clone()).checked_add(span);
            let until = until.with_context(|| format!("--for {text} is too long"))?;
            return Ok(Snooze::Until(until.timestamp()));
        }
        Ok(Snooze::Change)
    }
}

/// A moment with its zone, or one of the company's zone; a date alone is its first moment.
fn moment_of(text: &str, zone: &TimeZone) -> anyhow::Result<Timestamp> {
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Ok(moment);
    }
    let local = text.parse::<DateTime>();
    let local = local.or_else(|_| text.parse::<Date>().map(|date| date.to_datetime(Time::MIN)));
    let local = local.ok().with_context(|| {
        format!("--until \"{text}\" must be a moment such as 2026-12-01 or 2026-12-01T08:00")
    })?;
    let zoned = local.to_zoned_datetime(zone.clone());
    Ok(zoned
        .with_context(|| format!("--until {text} is too far away"))?
        .timestamp())
}

pub(super) async fn act(
    desk: &Desk<'_>,
    id: i64,
    action: Action,
    reason: Option<String>,
) -> anyhow::Result<Outcome> {
    let Some(seen) = desk.store.alert(id).await? else {
        bail!(unknown(id));
    };
    // Who was told that it began is told that it ended, also by a person.
    let profiles = Profiles::read(&desk.config.home).await?;
    let routes = outlets::routes(desk.config, &profiles);
    let (expected, why) = (Some(seen.version), &reason.unwrap_or_default().into());
    let now = clock::now();
    let acted = desk
        .store
        .act(id, expected, action, desk.by, why, &routes, now);
    let (said, outcome) = told(desk.words(), id, acted.await?)?;
    output::say(&said)?;
    Ok(outcome)
}

fn told(words: Words<'_>, id: i64, acted: Acted) -> anyhow::Result<(String, Outcome)> {
    let state = |kept: &KeptAlert| words.state(&kept.alert);
    Ok(match acted {
        Acted::Done(kept) => {
            let what = words.what(&kept.alert);
            let said = format!("alert {id} of {} is {}: {what}", kept.tenant, state(&kept));
            (said, Outcome::Fine)
        }
        Acted::Unchanged(kept) => {
            let said = format!(
                "alert {id} was {} already; nothing was changed",
                state(&kept)
            );
            (said, Outcome::Fine)
        }
        Acted::Overtaken(kept) => {
            let state = state(&kept);
            let said = format!(
                "alert {id} was changed by somebody else meanwhile and is {state} now; nothing was \
                 changed. `licensetool alerts show {id}` says what happened; try again if it still \
                 should be"
            );
            (said, Outcome::Found)
        }
        Acted::Refused(_, refused) => bail!("alert {id}: {refused}"),
        Acted::Unknown => bail!(unknown(id)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{Kind, ProductNames, stage};

    #[test]
    fn what_came_of_it_is_said_with_the_next_step() {
        let seats = crate::alerts::words::tests::seats(970);
        let alert = crate::alerts::words::tests::alert(Kind::Stock, stage::LOW, seats);
        let kept = KeptAlert {
            id: 7,
            tenant: domain::TenantKey::parse("a").unwrap(),
            tenant_name: "A".to_owned(),
            changed_at: alert.opened_at,
            resolved_at: None,
            version: 2,
            alert,
        };
        let names = ProductNames::default();
        let told = |acted| told(crate::alerts::words::tests::words(&names), 7, acted);
        let (said, outcome) = told(Acted::Done(kept.clone())).unwrap();
        assert_eq!(said, "alert 7 of a is open: A3 low: 30 free of 1'000");
        assert_eq!(outcome, Outcome::Fine);
        let (said, outcome) = told(Acted::Overtaken(kept.clone())).unwrap();
        assert!(
            said.contains("somebody else meanwhile and is open now"),
            "{said}"
        );
        assert!(said.contains("`licensetool alerts show 7`"), "{said}");
        assert_eq!(outcome, Outcome::Found);
        let refused = told(Acted::Refused(kept, domain::Refused::Ended)).unwrap_err();
        assert!(refused.to_string().starts_with("alert 7: "), "{refused}");
    }

    fn snooze(until: Option<&str>, lasting: Option<&str>) -> anyhow::Result<Snooze> {
        let zone = TimeZone::get("Europe/Zurich").unwrap();
        let now = "2026-10-24T10:00:00Z".parse().unwrap();
        let until = Until {
            until: until.map(str::to_owned),
            lasting: lasting.map(str::to_owned),
            until_change: until.is_none() && lasting.is_none(),
        };
        until.snooze(now, &zone)
    }

    #[test]
    fn a_snooze_ends_when_the_person_says() {
        let check = |until, lasting, expected: &str| {
            let expected = Snooze::Until(expected.parse().unwrap());
            assert_eq!(snooze(until, lasting).unwrap(), expected);
        };
        check(Some("2026-12-01T08:00:00Z"), None, "2026-12-01T08:00:00Z");
        check(Some("2026-12-01T08:00"), None, "2026-12-01T07:00:00Z");
        check(Some("2026-12-01"), None, "2026-11-30T23:00:00Z");
        check(None, Some("4h"), "2026-10-24T14:00:00Z");
        // A day is a day, also when the clocks change.
        check(None, Some("3d"), "2026-10-27T11:00:00Z");
        assert_eq!(snooze(None, None).unwrap(), Snooze::Change);
    }

    #[test]
    fn what_is_no_time_is_said_with_an_example() {
        let check = |until, lasting, words: &str| {
            let error = snooze(until, lasting).unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        };
        check(Some("soon"), None, "such as 2026-12-01");
        check(None, Some("soon"), "such as 3d");
        check(None, Some("-3d"), "such as 3d");
    }
}
