//! Alerts through their lives, as stories of what is found and what is told.

use jiff::SignedDuration;
use proptest::prelude::*;

use super::*;
use crate::{Kind, Seats, SkuId, Units};

fn minute(minutes: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes)
}

fn concern() -> Concern {
    Concern::new(Kind::Stock, "sku")
}

fn facts(free: i64) -> Facts {
    Facts::Seats(Seats {
        sku_id: SkuId::from_part_number("A3"),
        part_number: "A3".to_owned(),
        units: Units {
            enabled: Some(100),
            warning: Some(0),
            consumed: Some(100 - free),
            ..Units::default()
        },
        low_at: 5,
        next: None,
    })
}

fn found(at: Stage, free: i64) -> Verdict {
    Verdict::Present(Present {
        stage: at,
        facts: facts(free),
        as_of: minute(0),
        covered: false,
    })
}

/// One alert, its clock, and what was told of it.
struct Life {
    alert: Option<Alert>,
    telling: bool,
    now: i64,
    told: Vec<&'static str>,
}

impl Life {
    fn new() -> Self {
        Self {
            alert: None,
            telling: true,
            now: 0,
            told: Vec::new(),
        }
    }

    /// A minute later this is found. Answers what changed.
    fn finds(&mut self, verdict: &Verdict) -> Option<&'static str> {
        self.now += 1;
        let alert = self.alert.as_ref();
        let step = step(&concern(), alert, verdict, self.telling, minute(self.now))?;
        self.takes(step)
    }

    fn does(&mut self, action: Action) -> Result<Option<&'static str>, Refused> {
        self.now += 1;
        let alert = self.alert.as_ref().expect("somebody acts on an alert");
        let step = act(alert, action, minute(self.now))?;
        Ok(step.and_then(|step| self.takes(step)))
    }

    fn takes(&mut self, step: Step) -> Option<&'static str> {
        self.told.extend(step.tell.map(Event::as_str));
        self.alert = Some(step.alert);
        step.change.map(Change::as_str)
    }

    fn state(&self) -> State {
        self.alert.as_ref().map(|alert| alert.state).unwrap()
    }
}

#[test]
fn a_shortage_is_told_once_and_so_is_its_end() {
    let mut life = Life::new();
    assert_eq!(life.finds(&Verdict::Absent), None);
    assert_eq!(life.finds(&found(stage::EXHAUSTED, 0)), Some("opened"));
    assert_eq!(life.finds(&found(stage::EXHAUSTED, 0)), None);
    assert_eq!(life.finds(&found(stage::EXHAUSTED, -1)), None);
    assert_eq!(life.alert.as_ref().unwrap().facts, facts(-1));
    assert_eq!(life.finds(&Verdict::Unknown), None);
    assert_eq!(life.finds(&Verdict::Absent), Some("resolved"));
    assert_eq!(life.finds(&Verdict::Absent), None);
    assert_eq!(life.finds(&found(stage::EXHAUSTED, 0)), Some("opened"));
    assert_eq!(life.told, ["opened", "resolved", "opened"]);
    assert_eq!(life.alert.unwrap().opened_at, minute(8));
}

#[test]
fn what_gets_worse_again_after_it_eased_is_told_again() {
    let mut life = Life::new();
    life.finds(&found(stage::LOW, 3));
    life.finds(&found(stage::EXHAUSTED, 0));
    life.finds(&found(stage::LOW, 3));
    life.finds(&found(stage::EXHAUSTED, 0));
    assert_eq!(life.told, ["opened", "worsened", "eased", "worsened"]);
}

#[test]
fn an_acknowledged_alert_is_quiet_until_it_gets_worse() {
    let mut life = Life::new();
    life.finds(&found(stage::LOW, 3));
    assert_eq!(life.does(Action::Acknowledge), Ok(Some("acknowledged")));
    assert_eq!(life.does(Action::Acknowledge), Ok(None));
    life.finds(&found(stage::LOW, 1));
    assert_eq!(life.state(), State::Acknowledged);
    life.finds(&found(stage::EXHAUSTED, 0));
    assert_eq!(life.state(), State::Open);
    life.does(Action::Acknowledge).unwrap();
    life.finds(&found(stage::LOW, 1));
    assert_eq!(life.state(), State::Acknowledged);
    life.finds(&Verdict::Absent);
    assert_eq!(life.told, ["opened", "worsened", "resolved"]);
}

#[test]
fn a_snooze_ends_at_its_time_or_when_it_gets_worse() {
    let mut life = Life::new();
    life.finds(&found(stage::LOW, 3));
    let past = Action::Snooze(Snooze::Until(minute(2)));
    assert_eq!(life.does(past), Err(Refused::SnoozeInThePast));
    life.does(Action::Snooze(Snooze::Until(minute(10))))
        .unwrap();
    assert_eq!(life.finds(&found(stage::LOW, 2)), None);
    life.now = 9;
    assert_eq!(life.finds(&found(stage::LOW, 2)), Some("woken"));
    life.does(Action::Snooze(Snooze::Until(minute(100))))
        .unwrap();
    assert_eq!(life.finds(&found(stage::EXHAUSTED, 0)), Some("worsened"));
    assert_eq!(life.told, ["opened", "reminded", "worsened"]);
}

#[test]
fn a_snooze_until_the_numbers_change_ends_then() {
    let mut life = Life::new();
    life.finds(&found(stage::LOW, 3));
    life.does(Action::Snooze(Snooze::Change)).unwrap();
    assert_eq!(life.finds(&found(stage::LOW, 3)), None);
    assert_eq!(life.finds(&found(stage::LOW, 2)), Some("woken"));
    assert_eq!(life.told, ["opened", "reminded"]);
    life.does(Action::Snooze(Snooze::Change)).unwrap();
    assert_eq!(life.does(Action::Reopen), Ok(Some("reopened")));
    assert_eq!(life.told.len(), 2, "who reopens it knows of it");
}

#[test]
fn what_could_not_be_told_is_told_as_soon_as_it_may() {
    let mut life = Life::new();
    life.telling = false;
    life.finds(&found(stage::EXHAUSTED, 0));
    life.finds(&found(stage::EXHAUSTED, 0));
    assert_eq!(life.told, [""; 0]);
    life.telling = true;
    assert_eq!(life.finds(&found(stage::EXHAUSTED, 0)), None);
    assert_eq!(life.finds(&found(stage::EXHAUSTED, 0)), None);
    assert_eq!(life.told, ["opened"]);
}

#[test]
fn of_what_nobody_was_told_nobody_is_told_the_end() {
    let mut life = Life::new();
    life.telling = false;
    life.finds(&found(stage::EXHAUSTED, 0));
    life.telling = true;
    life.finds(&Verdict::Absent);
    assert_eq!(life.told, [""; 0]);
}

#[test]
fn what_another_alert_says_already_is_told_when_that_one_has_ended() {
    let mut life = Life::new();
    let Verdict::Present(open) = found(stage::EXHAUSTED, -3) else {
        unreachable!()
    };
    let covered = Verdict::Present(Present {
        covered: true,
        ..open
    });
    assert_eq!(life.finds(&covered), Some("opened"));
    assert_eq!(life.finds(&covered), None);
    assert_eq!(life.told, [""; 0]);
    life.finds(&found(stage::EXHAUSTED, 0));
    assert_eq!(life.told, ["opened"]);
}

#[test]
fn what_has_ended_stays_so() {
    let mut life = Life::new();
    life.finds(&found(stage::LOW, 3));
    assert_eq!(life.does(Action::Resolve), Ok(Some("resolved")));
    assert_eq!(life.does(Action::Resolve), Ok(None));
    assert_eq!(life.does(Action::Acknowledge), Err(Refused::Ended));
    assert_eq!(life.finds(&found(stage::LOW, 3)), Some("opened"));
    assert_eq!(life.told, ["opened", "resolved", "opened"]);
}

#[test]
fn every_word_leads_back() {
    for event in Event::ALL {
        assert_eq!(Event::from_word(event.as_str()), Some(event));
    }
    for change in Change::ALL {
        assert_eq!(Change::from_word(change.as_str()), Some(change));
    }
}

#[derive(Clone, Debug)]
enum Move {
    Finds(Option<(u8, i64)>),
    Unknown,
    Telling(bool),
    Does(Action),
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let one = prop_oneof![
        4 => (1..=2_u8, -3..6_i64).prop_map(|it| Move::Finds(Some(it))),
        2 => Just(Move::Finds(None)),
        1 => Just(Move::Unknown),
        1 => any::<bool>().prop_map(Move::Telling),
        1 => Just(Move::Does(Action::Acknowledge)),
        1 => (1..40_i64).prop_map(|it| Move::Does(Action::Snooze(Snooze::Until(minute(it))))),
        1 => Just(Move::Does(Action::Snooze(Snooze::Change))),
        1 => Just(Move::Does(Action::Reopen)),
        1 => Just(Move::Does(Action::Resolve)),
    ];
    proptest::collection::vec(one, 1..40)
}

proptest! {
    /// Whatever happens: an open alert that may be told has been told at its stage, and nothing
    /// is told twice in a row.
    #[test]
    fn no_shortage_is_missed_and_none_is_told_twice(moves in moves()) {
        let mut life = Life::new();
        let always = !moves.iter().any(|it| matches!(it, Move::Telling(false)));
        for it in moves {
            let before = life.told.len();
            match it {
                Move::Finds(Some((at, free))) => {
                    life.finds(&found(Stage(at), free));
                    let alert = life.alert.as_ref().unwrap();
                    if life.telling && alert.state == State::Open {
                        prop_assert_eq!(alert.told, alert.stage);
                    }
                    prop_assert!(alert.told <= alert.stage);
                }
                Move::Finds(None) => drop(life.finds(&Verdict::Absent)),
                Move::Unknown => prop_assert_eq!(life.finds(&Verdict::Unknown), None),
                Move::Telling(telling) => life.telling = telling,
                Move::Does(action) => {
                    if life.alert.is_some() {
                        let _ = life.does(action);
                    }
                }
            }
            prop_assert!(life.told.len() <= before + 1);
            if !life.telling {
                let news = &life.told[before..];
                prop_assert!(news.iter().all(|it| *it == "resolved"), "{:?}", news);
            }
            let pairs = life.told.windows(2);
            for pair in pairs {
                let twice = pair[0] == "opened" && pair[1] == "opened";
                prop_assert!(!(always && twice), "{:?}", life.told);
                prop_assert!(pair[0] != "resolved" || pair[1] == "opened", "{:?}", life.told);
            }
        }
    }
}
