//! A school: what happens to it, and what must be true of it.

use std::collections::BTreeMap;

use domain::{Action, Event, Kind, Snooze, State, stage};
use jiff::{SignedDuration, Timestamp};
use microsoft_sim::Row;
use serde_json::json;
use store::{DeliveryFilter, KeptAlert, Tenant};

use super::chance::Chance;
use super::model::Model;
use crate::office::{ANNA, LIST, Office};

pub(crate) struct School {
    tenant: String,
    name: String,
    bought: i64,
    used: i64,
    /// When its seats were last seen.
    seen_at: Option<Timestamp>,
    enabled: bool,
    monitoring: bool,
    model: Model,
    /// When it was last judged, as far as is known here.
    judged_at: Option<Timestamp>,
    /// Since when no seat is free.
    exhausted_since: Option<Timestamp>,
    /// Since when more is assigned than bought.
    over_since: Option<Timestamp>,
}

impl School {
    pub(crate) fn new(number: usize) -> Self {
        Self {
            tenant: format!("school-{number:05}"),
            name: format!("School {number}"),
            bought: 100,
            used: 50,
            seen_at: None,
            enabled: true,
            monitoring: true,
            model: Model::default(),
            judged_at: None,
            exhausted_since: None,
            over_since: None,
        }
    }

    /// A moment in which something happens, or nothing.
    pub(crate) async fn lives(&mut self, office: &Office, chance: &mut Chance) {
        match chance.up_to(16) {
            0..6 => {
                // Around the end of its seats, where everything happens.
                self.used = self.bought - 8 + chance.up_to(12);
                self.is_seen(office).await;
            }
            6 => {
                self.bought = 40 + chance.up_to(80);
                self.is_seen(office).await;
            }
            7 => office.cannot_see(&self.tenant).await,
            8 | 9 => self.somebody_acts(office, chance).await,
            10 => {
                self.monitoring = !self.monitoring;
                office
                    .switch(&self.tenant, None, Some(self.monitoring))
                    .await;
            }
            11 => {
                self.enabled = !self.enabled;
                office.switch(&self.tenant, Some(self.enabled), None).await;
            }
            _ => {}
        }
    }

    pub(crate) async fn is_seen(&mut self, office: &Office) {
        office
            .sees(&self.tenant, &[("A3", self.bought, self.used)])
            .await;
        self.seen_at = Some(office.now());
    }

    pub(crate) async fn is_watched(&mut self, office: &Office) {
        (self.enabled, self.monitoring) = (true, true);
        office.switch(&self.tenant, Some(true), Some(true)).await;
    }

    async fn somebody_acts(&mut self, office: &Office, chance: &mut Chance) {
        let alerts = seats(office.alerts(&self.tenant).await);
        let Some(alert) = alerts.first() else { return };
        let hour = office.now() + SignedDuration::from_mins(5 + chance.up_to(60));
        let action = match chance.up_to(6) {
            0 => Action::Resolve,
            1 => Action::Snooze(Snooze::Until(hour)),
            2 => Action::Snooze(Snooze::Change),
            3 => Action::Reopen,
            _ => Action::Acknowledge,
        };
        let (now, why) = (office.now(), &"".into());
        let acted = office
            .store
            .act(alert.id, None, action, ANNA, why, &office.routes, now)
            .await
            .unwrap();
        if action == Action::Resolve && matches!(acted, store::Acted::Done(_)) {
            self.model.resolved(alert.alert.concern.kind);
        }
    }

    /// After evaluators were at work: if the school was judged, its alerts are those of the model.
    pub(crate) fn is_judged_right(
        &mut self,
        tenant: &Tenant,
        alerts: Vec<KeptAlert>,
        now: Timestamp,
        seed: u64,
    ) {
        assert_eq!(tenant.key.as_str(), self.tenant);
        let ours = (self.enabled, self.monitoring);
        let settings = tenant.settings;
        let theirs = (settings.enabled, settings.monitoring);
        assert_eq!(
            theirs, ours,
            "seed {seed}: {}: nobody else switched it",
            self.name
        );
        if tenant.judged_at == self.judged_at || !self.enabled {
            return;
        }
        self.judged_at = tenant.judged_at;
        let hour = SignedDuration::from_hours(1);
        let is_fresh = self
            .seen_at
            .is_some_and(|at| now.duration_since(at) <= hour);
        if is_fresh {
            let before = self.model;
            self.model = before.judged(self.bought, self.used);
            if !before.is_shortage() && self.model.is_shortage() {
                self.exhausted_since = Some(now);
            }
            if !before.over && self.model.over {
                self.over_since = Some(now);
            }
        }
        let alerts = seats(alerts);
        let stock = of(&alerts, Kind::Stock).map(|it| it.alert.stage);
        let over = of(&alerts, Kind::OverAssignment).is_some();
        let found = Model { stock, over };
        let name = &self.name;
        assert_eq!(
            found, self.model,
            "seed {seed}: {name}: {}/{}",
            self.used, self.bought
        );
        let expected = usize::from(stock.is_some()) + usize::from(over);
        assert_eq!(
            alerts.len(),
            expected,
            "seed {seed}: {name}: two of one concern"
        );
    }

    /// At rest: whoever had to be told was told, and the list says what is.
    pub(crate) async fn is_told_and_shown_right(
        &mut self,
        office: &Office,
        rows: &BTreeMap<(String, String), Row>,
        seed: u64,
    ) {
        let name = &self.name;
        let row = &rows[&(name.clone(), "A3 (A3)".to_owned())].fields;
        let free = self.bought - self.used;
        let numbers = [&row["Verf_x00fc_gbar"], &row["Gebraucht"], &row["Frei"]];
        let expected = [&json!(self.bought), &json!(self.used), &json!(free)];
        assert_eq!(numbers, expected, "seed {seed}: {name}");
        let asked = row["Infosup"] == json!(true);
        let alerts = seats(office.alerts(&self.tenant).await);
        let loud = of(&alerts, Kind::OverAssignment).or(of(&alerts, Kind::Stock));
        let Some(loud) = loud.filter(|_| self.model.is_shortage()) else {
            assert!(!asked, "seed {seed}: {name}: nobody needs to be informed");
            return;
        };
        if loud.alert.state != State::Open {
            return;
        }
        assert!(asked, "seed {seed}: {name}: {loud:?} {row:?}");
        assert_eq!(loud.alert.told, loud.alert.stage, "seed {seed}: {name}");
        let filter = DeliveryFilter {
            channel: Some(LIST.to_owned()),
            alert: Some(loud.id),
            ..DeliveryFilter::default()
        };
        let told = office.store.deliveries(&filter, None, 100).await.unwrap();
        let news = [Event::Opened, Event::Worsened, Event::Reminded];
        let since = match loud.alert.concern.kind {
            Kind::OverAssignment => self.over_since,
            _ => self.exhausted_since,
        };
        let since = since.expect("a shortage has begun");
        let heard = told
            .iter()
            .any(|it| news.contains(&it.event) && it.at >= since);
        assert!(
            heard,
            "seed {seed}: {name}: a shortage was missed: {loud:?} {told:?}"
        );
    }
}

/// The alerts about seats; the others are not the model's.
fn seats(alerts: Vec<KeptAlert>) -> Vec<KeptAlert> {
    let of_seats =
        |kept: &KeptAlert| matches!(kept.alert.concern.kind, Kind::Stock | Kind::OverAssignment);
    alerts.into_iter().filter(of_seats).collect()
}

fn of(alerts: &[KeptAlert], kind: Kind) -> Option<&KeptAlert> {
    let mut found = alerts.iter().filter(|kept| kept.alert.concern.kind == kind);
    let first = found.next();
    assert!(
        found.next().is_none(),
        "two alerts of one concern: {alerts:?}"
    );
    first.filter(|kept| kept.alert.stage > stage::NONE)
}
