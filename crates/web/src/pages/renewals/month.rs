//! The dates of one month, each with what is known of it.

use domain::{Evidence, Outlook};
use jiff::Timestamp;

use crate::pages::Visit;
use crate::v2::Lens;
use crate::v2::renewals::dates::{Date, MEASURED, Place, Unused};

use super::note;

/// A month with its dates, the next first.
pub(super) struct Month {
    /// Such as `2026-09`.
    pub(super) anchor: String,
    pub(super) title: String,
    pub(super) rows: Vec<Row>,
}

/// A purchase that comes to its date.
pub(super) struct Row {
    pub(super) place: Place,
    pub(super) at: Timestamp,
    pub(super) tenant: String,
    pub(super) tenant_name: String,
    pub(super) subscription: String,
    pub(super) sku_id: String,
    pub(super) product: String,
    pub(super) part_number: String,
    pub(super) note: Option<&'static str>,
    /// Seats bought.
    pub(super) total: Option<i64>,
    pub(super) unused: Option<Unused>,
    /// If it comes too late for that to be asked yet: what is said instead.
    pub(super) later: Option<String>,
    pub(super) outlook: Outlook,
    pub(super) because: String,
    /// Whether a person said so.
    pub(super) pinned: bool,
    pub(super) told: String,
}

impl Row {
    pub(super) fn of(date: &Date, unused: Option<Unused>, lens: &Lens, visit: &Visit) -> Self {
        let (purchase, renewal, w) = (&date.purchase, &date.renewal, visit.w);
        let product = lens.product(purchase.sku_id, &purchase.part_number);
        let known = product == purchase.part_number;
        let told = date.told_from.filter(|from| *from > visit.now);
        Self {
            place: date.place(),
            at: date.at,
            tenant: date.tenant.key.to_string(),
            tenant_name: date.tenant.name.clone(),
            subscription: purchase.id.clone(),
            sku_id: purchase.sku_id.0.to_string(),
            part_number: if known {
                String::new()
            } else {
                purchase.part_number.clone()
            },
            product,
            note: note(date, w),
            total: purchase.total,
            unused,
            later: (!date.is_measured(visit.now)).then(|| w.renewals_unused_later(MEASURED)),
            outlook: renewal.outlook,
            because: w.because(renewal, |at| visit.date(at)),
            pinned: renewal.evidence == Evidence::Pinned,
            told: match (date.told_from, told) {
                (None, _) => w.renewals_untold().to_owned(),
                (_, Some(from)) => w.renewals_told_from(visit.date(from)),
                _ => String::new(),
            },
        }
    }
}

/// Rows by month, in their order.
pub(super) fn of(rows: Vec<Row>, visit: &Visit) -> Vec<Month> {
    let mut months: Vec<Month> = Vec::new();
    for row in rows {
        let day = row.at.to_zoned_datetime(visit.zone.clone()).date();
        let anchor = day.strftime("%Y-%m").to_string();
        if months.last().is_none_or(|month| month.anchor != anchor) {
            months.push(Month {
                anchor,
                title: format!("{} {}", visit.w.month(day.month()), day.year()),
                rows: Vec::new(),
            });
        }
        if let Some(month) = months.last_mut() {
            month.rows.push(row);
        }
    }
    months
}
