//! The life of a concern: how it changes by what is found, by people, and by the passing of time.

use std::fmt;

use jiff::Timestamp;

use crate::{Concern, Facts, Severity, Stage, severity, stage};

/// A concern that is, or was, there. Who keeps it adds its identity and its past.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    pub concern: Concern,
    pub state: State,
    /// When it was found.
    pub opened_at: Timestamp,
    pub stage: Stage,
    /// The stage that people were told of; [`stage::NONE`]: nobody was told.
    pub told: Stage,
    pub facts: Facts,
    /// When the numbers in `facts` were seen.
    pub as_of: Timestamp,
}

/// Where in its life an alert is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Open,
    /// Somebody takes care of it.
    Acknowledged,
    /// Somebody does not want to see it for now.
    Snoozed(Snooze),
    /// Over. What comes again is a new alert.
    Resolved,
}

/// Until when an alert sleeps. It wakes earlier if it gets worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Snooze {
    Until(Timestamp),
    /// Until the numbers change (see [`Facts::same_numbers`]).
    Change,
}

impl State {
    /// The stable word for rows, APIs and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Acknowledged => "acknowledged",
            Self::Snoozed(_) => "snoozed",
            Self::Resolved => "resolved",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What is said to people about an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    Opened,
    /// A higher stage than was told.
    Worsened,
    /// A lower stage, and not over yet.
    Eased,
    /// The snooze is over and the concern is still there.
    Reminded,
    Resolved,
}

impl Event {
    pub const ALL: [Self; 5] = [
        Self::Opened,
        Self::Worsened,
        Self::Eased,
        Self::Reminded,
        Self::Resolved,
    ];

    /// The stable word for rows, APIs and messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Worsened => "worsened",
            Self::Eased => "eased",
            Self::Reminded => "reminded",
            Self::Resolved => "resolved",
        }
    }

    /// The inverse of [`Event::as_str`].
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.as_str() == word)
    }
}

/// What happened to an alert, for its history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Change {
    Opened,
    Worsened,
    Eased,
    /// The snooze ended.
    Woken,
    Acknowledged,
    Snoozed,
    Reopened,
    Resolved,
}

impl Change {
    pub const ALL: [Self; 8] = [
        Self::Opened,
        Self::Worsened,
        Self::Eased,
        Self::Woken,
        Self::Acknowledged,
        Self::Snoozed,
        Self::Reopened,
        Self::Resolved,
    ];

    /// The stable word for rows and APIs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Worsened => "worsened",
            Self::Eased => "eased",
            Self::Woken => "woken",
            Self::Acknowledged => "acknowledged",
            Self::Snoozed => "snoozed",
            Self::Reopened => "reopened",
            Self::Resolved => "resolved",
        }
    }

    /// The inverse of [`Change::as_str`].
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == word)
    }
}

/// What is found of a concern now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Present(Present),
    /// It is not so, or not so any more.
    Absent,
    /// Nothing can be said: what was, stays.
    Unknown,
}

/// A concern that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Present {
    pub stage: Stage,
    pub facts: Facts,
    pub as_of: Timestamp,
    /// Another alert says it already: over-assignment says that no seat is free. It is kept, and
    /// not told for as long.
    pub covered: bool,
}

/// An alert after a change, and what comes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub alert: Alert,
    /// `None`: only the numbers are new, or what was told.
    pub change: Option<Change>,
    /// What people are to be told.
    pub tell: Option<Event>,
}

impl Alert {
    pub fn severity(&self) -> Severity {
        severity(self.concern.kind, self.stage, &self.facts)
    }

    /// Whether it is still going on.
    pub fn is_active(&self) -> bool {
        self.state != State::Resolved
    }

    fn wakes(&self, found: &Present, now: Timestamp) -> bool {
        match self.state {
            State::Snoozed(Snooze::Until(time)) => now >= time,
            State::Snoozed(Snooze::Change) => !self.facts.same_numbers(&found.facts),
            _ => false,
        }
    }
}

/// What becomes of an `alert` (`None`, or one that is over: there is none) by a `verdict`.
/// `None`: nothing.
///
/// `telling` is whether people may be told now; what could not be told is told as soon as it may.
/// Repeats update the numbers and tell nothing.
pub fn step(
    concern: &Concern,
    alert: Option<&Alert>,
    verdict: &Verdict,
    telling: bool,
    now: Timestamp,
) -> Option<Step> {
    let active = alert.filter(|alert| alert.is_active());
    match (active, verdict) {
        (_, Verdict::Unknown) | (None, Verdict::Absent) => None,
        (Some(alert), Verdict::Absent) => Some(resolved(alert)),
        (None, Verdict::Present(found)) => {
            Some(opened(concern, found, telling && !found.covered, now))
        }
        (Some(alert), Verdict::Present(found)) => {
            continued(alert, found, telling && !found.covered, now)
        }
    }
}

/// Whoever was told that it began is to be told that it ended: if not now, then when people may be
/// told again.
fn resolved(alert: &Alert) -> Step {
    Step {
        alert: Alert {
            state: State::Resolved,
            ..alert.clone()
        },
        change: Some(Change::Resolved),
        tell: (alert.told > stage::NONE).then_some(Event::Resolved),
    }
}

fn opened(concern: &Concern, found: &Present, telling: bool, now: Timestamp) -> Step {
    Step {
        alert: Alert {
            concern: concern.clone(),
            state: State::Open,
            opened_at: now,
            stage: found.stage,
            told: if telling { found.stage } else { stage::NONE },
            facts: found.facts.clone(),
            as_of: found.as_of,
        },
        change: Some(Change::Opened),
        tell: telling.then_some(Event::Opened),
    }
}

fn continued(alert: &Alert, found: &Present, telling: bool, now: Timestamp) -> Option<Step> {
    let worse = found.stage > alert.stage;
    let eased = found.stage < alert.stage;
    let woken = alert.wakes(found, now);
    let state = if worse || woken {
        State::Open
    } else {
        alert.state
    };
    let change = if worse {
        Some(Change::Worsened)
    } else if woken {
        Some(Change::Woken)
    } else {
        eased.then_some(Change::Eased)
    };
    // What gets worse again after it eased is news again.
    let known = alert.told.min(found.stage);
    let may_tell = telling && state == State::Open;
    let news = if !may_tell {
        None
    } else if alert.told == stage::NONE {
        Some(Event::Opened)
    } else if known < found.stage {
        Some(Event::Worsened)
    } else if woken {
        Some(Event::Reminded)
    } else {
        eased.then_some(Event::Eased)
    };
    let next = Alert {
        state,
        stage: found.stage,
        told: if news.is_some() { found.stage } else { known },
        facts: found.facts.clone(),
        as_of: found.as_of,
        ..alert.clone()
    };
    let same = change.is_none() && (next.told, &next.facts) == (alert.told, &alert.facts);
    (!same).then_some(Step {
        alert: next,
        change,
        tell: news,
    })
}

/// What a person does with an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Acknowledge,
    Snooze(Snooze),
    /// Back to open.
    Reopen,
    /// Ends it. If the concern is still there, the next evaluation opens a new one.
    Resolve,
}

/// Why a person cannot do that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It is over.
    Ended,
    /// A snooze must end later than now.
    SnoozeInThePast,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ended => {
                "the alert is resolved already; if the concern comes back, a new alert opens"
            }
            Self::SnoozeInThePast => "a snooze must end in the future",
        })
    }
}

impl std::error::Error for Refused {}

/// What becomes of an alert by what a person does. `Ok(None)`: it is so already.
pub fn act(alert: &Alert, action: Action, now: Timestamp) -> Result<Option<Step>, Refused> {
    if !alert.is_active() {
        return match action {
            Action::Resolve => Ok(None),
            _ => Err(Refused::Ended),
        };
    }
    let (state, change) = match action {
        Action::Acknowledge => (State::Acknowledged, Change::Acknowledged),
        Action::Snooze(Snooze::Until(time)) if time <= now => {
            return Err(Refused::SnoozeInThePast);
        }
        Action::Snooze(snooze) => (State::Snoozed(snooze), Change::Snoozed),
        Action::Reopen => (State::Open, Change::Reopened),
        Action::Resolve => (State::Resolved, Change::Resolved),
    };
    if state == alert.state {
        return Ok(None);
    }
    // Whoever was told that it began is told that it ended, also if a person ended it.
    let told = alert.told > stage::NONE;
    Ok(Some(Step {
        alert: Alert {
            state,
            ..alert.clone()
        },
        change: Some(change),
        tell: (action == Action::Resolve && told).then_some(Event::Resolved),
    }))
}

#[cfg(test)]
mod tests;
