//! The schools: what Microsoft says of each, what therefore must be known of it and told, and the
//! moments at which something changes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::chance::Chance;
use crate::company::{Company, PART_NUMBER, TENANTS};
use crate::model::Model;

/// What every school has bought.
pub(crate) const BOUGHT: i64 = 100;
/// Schools around the end of their seats: each waits until what it did was seen and judged.
const STEPPING: usize = 80;
/// Schools that wait for nobody. They use one seat more each time, far from any shortage.
const RUNNING: usize = 40;
/// How often something may change.
const BEAT: Duration = Duration::from_millis(700);
/// One of so many schools that could change does, each time.
const SELDOM: u32 = 12;

/// Newest numbers and whether they were judged, by tenant, in one look.
const SEEN: &str = "SELECT t.key, t.judge_at > 0, \
    (SELECT v.consumed FROM sku_value v JOIN series s ON s.id = v.series WHERE s.tenant = t.key \
     ORDER BY v.since DESC LIMIT 1) FROM tenant t";

/// How a school goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pace {
    Steps,
    Runs,
    Rests,
}

pub(crate) struct School {
    pub(crate) key: String,
    pub(crate) name: String,
    pub(crate) pace: Pace,
    /// Seats in use, one after the other: all that Microsoft has ever said.
    pub(crate) used: Vec<i64>,
    /// What must be true since the last judgement.
    pub(crate) model: Model,
    /// How often an alert of stock, and one of over-assignment, has begun.
    pub(crate) begun: [usize; 2],
    /// How often one of stock began together with one of over-assignment, which tells it, too.
    pub(crate) covered: usize,
    /// Whether its newest number was seen and judged.
    pub(crate) is_judged: bool,
}

/// All schools, by key.
pub(crate) struct Town {
    company: Arc<Company>,
    pub(crate) schools: Mutex<Vec<School>>,
}

impl Town {
    pub(crate) fn new(company: &Arc<Company>) -> Self {
        let town = Self {
            company: Arc::clone(company),
            schools: Mutex::new((1..=TENANTS).map(School::new).collect()),
        };
        for school in town.schools.lock().unwrap().iter() {
            town.microsoft_says(school, Some(BOUGHT));
        }
        town
    }

    /// Until `stop`: numbers change, and every judgement is followed.
    pub(crate) async fn lives(&self, seed: u64, stop: &CancellationToken) {
        let mut chance = Chance::new(seed);
        let mut beat = tokio::time::interval(BEAT);
        beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        while stop.run_until_cancelled(beat.tick()).await.is_some() {
            self.looks().await;
            let mut schools = self.schools.lock().unwrap();
            for school in schools.iter_mut() {
                if school.moves(&mut chance) {
                    self.microsoft_says(school, None);
                }
            }
        }
    }

    /// Follows what was judged. Answers how many schools wait for it.
    pub(crate) async fn looks(&self) -> usize {
        let company = Arc::clone(&self.company);
        let rows = tokio::task::spawn_blocking(move || company.rows(SEEN)).await;
        let mut schools = self.schools.lock().unwrap();
        if let Some(rows) = rows.unwrap() {
            let seen: HashMap<&str, (&str, &str)> = rows
                .iter()
                .map(|row| (&*row[0], (&*row[1], &*row[2])))
                .collect();
            for school in schools.iter_mut() {
                let newest = school.newest().to_string();
                if seen.get(&*school.key) == Some(&("t", &*newest)) {
                    school.was_judged();
                }
            }
        }
        schools.iter().filter(|school| !school.is_judged).count()
    }

    fn microsoft_says(&self, school: &School, bought: Option<i64>) {
        let sim = &self.company.office.sim;
        if bought.is_some() {
            sim.set_enabled(&school.key, PART_NUMBER, bought);
        }
        sim.set_consumed(&school.key, PART_NUMBER, Some(school.newest()));
    }
}

impl School {
    fn new(number: usize) -> Self {
        let pace = match number {
            ..=STEPPING => Pace::Steps,
            number if number <= STEPPING + RUNNING => Pace::Runs,
            _ => Pace::Rests,
        };
        Self {
            key: format!("school-{number:05}"),
            name: format!("School {number}"),
            pace,
            used: vec![if pace == Pace::Runs { 1 } else { 50 }],
            model: Model::default(),
            begun: [0; 2],
            covered: 0,
            is_judged: false,
        }
    }

    pub(crate) fn newest(&self) -> i64 {
        *self.used.last().unwrap()
    }

    /// Whether it has other numbers now.
    fn moves(&mut self, chance: &mut Chance) -> bool {
        let may = match self.pace {
            Pace::Steps => self.is_judged,
            Pace::Runs => self.newest() < BOUGHT / 2,
            Pace::Rests => false,
        };
        if !may || !chance.one_in(SELDOM) {
            return false;
        }
        let before = self.newest();
        let next = match self.pace {
            Pace::Runs => before + 1,
            // Around the end of its seats, and never the same again.
            _ => {
                let next = BOUGHT - 8 + chance.up_to(11);
                if next >= before { next + 1 } else { next }
            }
        };
        self.used.push(next);
        self.is_judged = false;
        true
    }

    fn was_judged(&mut self) {
        if std::mem::replace(&mut self.is_judged, true) {
            return;
        }
        let before = self.model;
        self.model = before.judged(BOUGHT, self.newest());
        let begins = before.stock.is_none() && self.model.stock.is_some();
        self.begun[0] += usize::from(begins);
        self.covered += usize::from(begins && self.model.over);
        self.begun[1] += usize::from(!before.over && self.model.over);
    }
}
