//! What the licence list should say, from what the store says.

use std::collections::{BTreeMap, HashSet};

use domain::{
    Event, Exclusion, Kind, Language, Layer, Policies, ProductNames, State, TenantKey, stage,
};
use store::{AlertFilter, Asked, Delivery, KeptAlert, Store};

use super::plan::{Target, Wish};
use super::rows::{Inform, Wanted};
use crate::deliver::title;

/// What the store says at one moment.
pub(super) struct Known {
    states: Vec<store::State>,
    /// Alerts about seats that go on, by the product that they are about.
    alerts: BTreeMap<Target, Vec<KeptAlert>>,
    /// Products of which something that is news has not been delivered.
    news: HashSet<Target>,
    /// How far the list is with each alert.
    asked: BTreeMap<i64, Asked>,
    /// Part numbers of all products that tenants have had.
    had: Vec<(TenantKey, String)>,
    policies: Policies,
    pub(super) pending: Vec<Delivery>,
}

/// More alerts than any store holds that go on.
const ALL: u32 = u32::MAX;

impl Known {
    pub(super) async fn of(store: &Store, channel: &str, company: Layer) -> store::Result<Self> {
        // What is pending is read first: a message that comes later belongs to a later sync, and
        // its alert may be seen all the same.
        let pending = store.undelivered(channel).await?;
        let mut alerts: BTreeMap<Target, Vec<KeptAlert>> = BTreeMap::new();
        for kept in store.alerts(&AlertFilter::default(), None, ALL).await? {
            let of_seats = matches!(kept.alert.concern.kind, Kind::Stock | Kind::OverAssignment);
            if let Some((sku, _)) = kept.alert.facts.product().filter(|_| of_seats) {
                let target = (kept.tenant.clone(), sku);
                alerts.entry(target).or_default().push(kept);
            }
        }
        let asks = |delivery: &&Delivery| {
            let news = [Event::Opened, Event::Worsened, Event::Reminded];
            news.contains(&delivery.event)
        };
        Ok(Self {
            states: store.states().await?,
            asked: store.asked(channel).await?,
            had: store.part_numbers_ever().await?,
            alerts,
            news: pending.iter().filter(asks).filter_map(target).collect(),
            policies: store.policies(company).await?,
            pending,
        })
    }

    /// What the list should say.
    pub(super) fn wish(
        &self,
        names: &ProductNames,
        language: Language,
        asked: &HashSet<Target>,
    ) -> Wish {
        let mut wish = Wish::default();
        for state in &self.states {
            let tenant = &state.tenant;
            let Some(snapshot) = state.snapshot.as_ref().filter(|_| tenant.settings.enabled) else {
                wish.resting.insert(tenant.name.clone());
                continue;
            };
            wish.current.insert(tenant.name.clone());
            let had = self.had.iter().filter(|(key, _)| *key == tenant.key);
            wish.had
                .extend(had.map(|(_, part)| (tenant.name.clone(), part.clone())));
            for sku in &snapshot.skus {
                let part_number = match sku.part_number.as_str() {
                    "" => sku.id.to_string(),
                    part_number => part_number.to_owned(),
                };
                let policy = self.policies.effective(&tenant.key, sku);
                if policy.exclusion == Exclusion::Everywhere {
                    let hidden = (tenant.name.clone(), part_number);
                    wish.hidden.insert(hidden);
                    continue;
                }
                let target = (tenant.key.clone(), sku.id);
                let mut inform = self.inform(&target, tenant.settings.monitoring);
                if inform == Inform::Ask && asked.contains(&target) {
                    inform = Inform::Asked;
                }
                wish.wanted.push(Wanted {
                    tenant: tenant.key.clone(),
                    tenant_name: tenant.name.clone(),
                    sku: sku.id,
                    part_number,
                    title: title(names, sku.id, &sku.part_number, language),
                    available: sku.units.assignable(),
                    used: sku.units.consumed,
                    free: sku.units.free(),
                    inform,
                });
            }
        }
        wish
    }

    /// The alert of a shortage; over-assignment speaks for the stock, too.
    fn shortage(&self, target: &Target) -> Option<&KeptAlert> {
        let alerts = self.alerts.get(target)?;
        let of = |kind| alerts.iter().find(move |it| it.alert.concern.kind == kind);
        let exhausted = |it: &&KeptAlert| it.alert.stage >= stage::EXHAUSTED;
        of(Kind::OverAssignment).or(of(Kind::Stock).filter(exhausted))
    }

    fn inform(&self, target: &Target, monitoring: bool) -> Inform {
        match self.shortage(target) {
            None => Inform::No,
            Some(_) if !monitoring => Inform::Leave,
            Some(kept) if kept.alert.state != State::Open => Inform::Leave,
            Some(_) if self.news.contains(target) => Inform::Ask,
            Some(kept) if self.is_answerable(kept) => Inform::Asked,
            // Somebody has taken back what the list had answered.
            Some(_) => Inform::Leave,
        }
    }

    /// Whether an answer in the list is one about this alert, and was not heard before.
    fn is_answerable(&self, kept: &KeptAlert) -> bool {
        self.asked.get(&kept.id).is_some_and(Asked::is_open)
    }

    /// The alerts that end by being known, with their versions. An answer to an earlier shortage
    /// is none to one that is still news.
    pub(super) fn to_acknowledge(&self, target: &Target) -> Vec<(i64, i64)> {
        let answerable = self
            .shortage(target)
            .is_some_and(|it| self.is_answerable(it));
        if self.news.contains(target) || !answerable {
            return Vec::new();
        }
        let alerts = self.alerts.get(target).into_iter().flatten();
        alerts
            .filter(|kept| kept.alert.state == State::Open && kept.alert.stage >= stage_of(kept))
            .map(|kept| (kept.id, kept.version))
            .collect()
    }
}

/// The stage at which an alert is a shortage.
fn stage_of(kept: &KeptAlert) -> domain::Stage {
    match kept.alert.concern.kind {
        Kind::Stock => stage::EXHAUSTED,
        _ => stage::ONLY,
    }
}

/// The product that a delivery is about.
pub(super) fn target(delivery: &Delivery) -> Option<Target> {
    let (sku, _) = delivery.alert.facts.product()?;
    Some((delivery.tenant.clone(), sku))
}
