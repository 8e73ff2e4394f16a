//! Licences as rows for people and programs: what needs action first.

use domain::{
    Exclusion, Gap, Language, Level, Policies, ProductNames, SkuId, Snapshot, TenantKey, Units,
};
use jiff::Timestamp;

use crate::exit::Outcome;

/// One tenant as it is shown.
#[derive(Clone, Debug)]
pub(crate) struct TenantRows {
    pub(crate) key: TenantKey,
    pub(crate) name: String,
    pub(crate) seen: Result<Seen, Gap>,
}

/// What a look showed.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) as_of: Timestamp,
    pub(crate) rows: Vec<Row>,
    pub(crate) remarks: Vec<String>,
}

/// One SKU of one tenant.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) sku_id: SkuId,
    pub(crate) part_number: String,
    pub(crate) product: String,
    /// `None`: not judged.
    pub(crate) level: Option<Level>,
    /// Excluded from alerts, so it changes no exit code.
    pub(crate) quiet: bool,
    pub(crate) units: Units,
    /// The nearest date at which one of its subscriptions changes.
    pub(crate) next_change: Option<Timestamp>,
    pub(crate) trial: bool,
}

/// What is needed to judge and to name.
#[derive(Clone, Debug)]
pub(crate) struct Lens {
    pub(crate) names: ProductNames,
    pub(crate) language: Language,
    pub(crate) policies: Policies,
}

impl Lens {
    pub(crate) fn tenant(
        &self,
        key: TenantKey,
        name: String,
        look: Result<&Snapshot, Gap>,
        now: Timestamp,
    ) -> TenantRows {
        let seen = look.map(|snapshot| {
            let rows = snapshot
                .skus
                .iter()
                .filter_map(|sku| self.row(&key, sku, snapshot, now));
            let mut rows: Vec<Row> = rows.collect();
            rows.sort_by(|a, b| {
                rank(b)
                    .cmp(&rank(a))
                    .then_with(|| a.product.cmp(&b.product))
            });
            Seen {
                as_of: snapshot.taken_at,
                rows,
                remarks: snapshot.remarks.clone(),
            }
        });
        TenantRows { key, name, seen }
    }

    fn row(
        &self,
        tenant: &TenantKey,
        sku: &domain::Sku,
        snapshot: &Snapshot,
        now: Timestamp,
    ) -> Option<Row> {
        let policy = self.policies.effective(tenant, sku);
        if policy.exclusion == Exclusion::Everywhere {
            return None;
        }
        let purchases = snapshot
            .subscriptions
            .iter()
            .flatten()
            .filter(|s| s.sku_id == sku.id);
        let trial = purchases.clone().any(|s| s.is_trial == Some(true));
        let next_change = purchases
            .filter(|s| s.status.is_usable())
            .filter_map(|s| s.next_lifecycle)
            .filter(|at| *at > now)
            .min();
        let product = self.names.label(sku.id, &sku.part_number, self.language);
        Some(Row {
            sku_id: sku.id,
            part_number: sku.part_number.clone(),
            product: product.into_owned(),
            level: domain::judge(sku, &policy, snapshot.taken_at, now),
            quiet: policy.exclusion == Exclusion::AlertsOnly,
            units: sku.units,
            next_change,
            trial,
        })
    }
}

/// What stands on top; not judged stands last.
pub(crate) fn rank(row: &Row) -> u8 {
    match row.level {
        Some(_) if row.quiet => 1,
        Some(level) => level.rank() + 2,
        None => 0,
    }
}

/// Could not look, else a shortage, else fine.
pub(crate) fn outcome(tenants: &[TenantRows]) -> Outcome {
    let of_row = |row: &Row| match row.level {
        _ if row.quiet => Outcome::Fine,
        Some(Level::Unknown(_)) => Outcome::Blind,
        Some(level) if level.is_shortage() => Outcome::Found,
        _ => Outcome::Fine,
    };
    let of_tenant = |tenant: &TenantRows| match &tenant.seen {
        Err(_) => Outcome::Blind,
        Ok(seen) => seen
            .rows
            .iter()
            .map(of_row)
            .fold(Outcome::Fine, Outcome::or),
    };
    tenants
        .iter()
        .map(of_tenant)
        .fold(Outcome::Fine, Outcome::or)
}
