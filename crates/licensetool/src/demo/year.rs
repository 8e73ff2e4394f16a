//! `licensetool demo --fast`: a school year in a minute, by one clock for Microsoft and all loops.
//!
//! Nothing in it depends on the wall clock, so every year is the same.

mod acts;
mod loops;
mod acting;
mod telling;
mod timeline;
mod summary;

use std::collections::HashSet;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use microsoft_sim::{Options, World};
use store::Store;
use tokio_util::sync::CancellationToken;

use super::stage::{Listen, Stage};
use crate::exit::Outcome;
use crate::stored;
use acts::{ACTS, BEGINS, ENDS};
use loops::{Calendar, Loops};
use timeline::Line;

/// When licensetool looks on each day, in universal time.
const MORNING: i8 = 6;

/// After a look the flow has answered, and the next sync reads it.
const LATER: SignedDuration = SignedDuration::from_mins(10);

struct Year {
    stage: Stage,
    store: Store,
    calendar: Calendar,
    loops: Loops,
    /// Deliveries that stand in the timeline: message and channel.
    said: HashSet<(String, String)>,
    /// Alerts whose acknowledgement does.
    acknowledged: HashSet<i64>,
    flow_mails: usize,
}

/// Plays the year and sums it up. A signal ends it early.
pub(super) async fn play(stop: CancellationToken) -> anyhow::Result<Outcome> {
    let mut year = Year::begin().await?;
    let mut day = BEGINS;
    while day <= ENDS && !stop.is_cancelled() {
        year.day(day, &stop).await?;
        day = day.checked_add(1.day())?;
    }
    crate::output::say(&summary::summary(&year.stage, &year.store).await?)?;
    year.store.close().await;
    year.stage.microsoft.shutdown().await;
    Ok(Outcome::Fine)
}

impl Year {
    async fn begin() -> anyhow::Result<Self> {
        let now = morning(BEGINS)?;
        let world = World::parse(include_str!("year/world.toml"))?;
        let options = Options {
            now: Some(now),
            ..Options::default()
        };
        let stage = Stage::set(world, options).await?;
        let config = stage.config(Listen::default())?;
        let store = stored::opened(&config).await?;
        let calendar = Calendar::at(now);
        Ok(Self {
            loops: Loops::new(&config, &store, &calendar, now)?,
            stage,
            store,
            calendar,
            said: HashSet::new(),
            acknowledged: HashSet::new(),
            flow_mails: 0,
        })
    }

    async fn day(&mut self, day: Date, stop: &CancellationToken) -> anyhow::Result<()> {
        let now = morning(day)?;
        self.turn_to(now);
        for act in ACTS.iter().filter(|act| act.on == day) {
            self.act(day, now, act.what).await?;
        }
        self.loops.look(stop).await?;
        self.say_told(day).await?;
        self.say_flow(day)?;
        self.turn_to(now + LATER);
        self.loops.tell().await?;
        self.say_told(day).await?;
        self.say_acknowledged(day).await
    }

    fn turn_to(&self, now: Timestamp) {
        self.calendar.set(now);
        self.stage.microsoft.set_now(now);
    }
}

fn morning(day: Date) -> anyhow::Result<Timestamp> {
    let time = day.at(MORNING, 0, 0, 0);
    Ok(TimeZone::UTC.to_timestamp(time)?)
}

fn line(on: Date, school: &str, word: &'static str, what: String) -> Line {
    Line {
        on,
        school: school.to_owned(),
        word,
        alert: None,
        what,
        told: Vec::new(),
    }
}
