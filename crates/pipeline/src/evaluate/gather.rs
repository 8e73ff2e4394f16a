//! Everything that a tenant is judged by, read from the store.

use std::collections::BTreeMap;

use domain::{
    Alert, Assessment, Facts, Policies, Renewal, Subscription, TenantKey, View, assess, unused,
};
use jiff::Timestamp;
use store::{KeptAlert, State, Store};

/// A tenant, what was seen of it, and what is going on.
pub(super) struct Gathered<'a> {
    pub(super) state: State,
    /// Alerts that are going on.
    pub(super) kept: Vec<KeptAlert>,
    alerts: Vec<Alert>,
    renewals: BTreeMap<String, Renewal>,
    unused: BTreeMap<String, i64>,
    policies: &'a Policies,
}

impl<'a> Gathered<'a> {
    /// `None`: the tenant is not in the store any more.
    pub(super) async fn of(
        store: &Store,
        tenant: &TenantKey,
        policies: &'a Policies,
        now: Timestamp,
    ) -> store::Result<Option<Self>> {
        let Some(state) = store.state(tenant).await? else {
            return Ok(None);
        };
        let kept = store.active_alerts(tenant).await?;
        let mut gathered = Self {
            alerts: kept.iter().map(|kept| kept.alert.clone()).collect(),
            kept,
            renewals: store.renewals(tenant).await?,
            unused: BTreeMap::new(),
            policies,
            state,
        };
        for purchase in gathered.unmeasured(now) {
            if let Some(seats) = unused_of(store, tenant, &purchase, now).await? {
                gathered.unused.insert(purchase.id, seats);
            }
        }
        for alert in &gathered.alerts {
            if let Facts::Purchase(purchase) = &alert.facts
                && let Some(seats) = purchase.unused
            {
                let subscription = alert.concern.subject.clone();
                gathered.unused.insert(subscription, seats);
            }
        }
        Ok(Some(gathered))
    }

    pub(super) fn assess(&self, now: Timestamp) -> Assessment {
        assess(&self.view(), now)
    }

    fn view(&self) -> View<'_> {
        let tenant = &self.state.tenant;
        View {
            tenant: &tenant.key,
            snapshot: self.state.snapshot.as_ref(),
            gap: tenant.gap.as_ref(),
            expected_since: tenant.expected_since,
            certificate: tenant.certificate.as_ref(),
            renewals: &self.renewals,
            unused: &self.unused,
            policies: self.policies,
            alerts: &self.alerts,
        }
    }

    /// Purchases whose alert is about to open: only then history is worth reading.
    fn unmeasured(&self, now: Timestamp) -> Vec<Subscription> {
        let assessment = self.assess(now);
        let purchases = self.state.snapshot.iter();
        let purchases = purchases.flat_map(|snapshot| snapshot.subscriptions.iter().flatten());
        let opens = |purchase: &&Subscription| {
            let is_its = |subject: &str| subject == purchase.id;
            let known = self.alerts.iter().any(|it| is_its(&it.concern.subject));
            !known && assessment.present().any(|it| is_its(&it.subject))
        };
        purchases.filter(opens).cloned().collect()
    }
}

async fn unused_of(
    store: &Store,
    tenant: &TenantKey,
    purchase: &Subscription,
    now: Timestamp,
) -> store::Result<Option<i64>> {
    let from = purchase.term_began(now);
    let history = store.history(tenant, purchase.sku_id, from, now).await?;
    Ok(unused(&history.into(), from, now))
}
