//! How an alert is written.

use domain::{Snooze, State, stage};
use serde::Serialize;
use store::{AlertChange, KeptAlert, KeptDelivery};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::moment::Moment;
use crate::v2::deliveries::Delivery;
use crate::v2::lens::Lens;
use crate::words::Words;

use super::facts::Facts;

/// The life of a concern: something that is, or was, wrong with a tenant.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Alert {
    #[schema(example = 1)]
    id: i64,
    #[schema(example = "iseschool")]
    tenant: String,
    tenant_name: String,
    /// `stock`, `over-assignment`, `renewal`, `trial`, `certificate` or `staleness`.
    #[schema(value_type = String, example = "stock")]
    kind: &'static str,
    /// By its kind: the product's id, the subscription's id, the certificate's thumbprint, or
    /// `tenant` for the tenant as a whole.
    subject: String,
    /// `notice`, `warning` or `critical`.
    #[schema(value_type = String, example = "critical")]
    severity: &'static str,
    /// How far it has got: `low`, `exhausted`; `over-assigned`; `coming`, `in-grace`; `30-days`,
    /// `14-days`, `7-days`, `1-day`, `expired`; `stale`, `number-missing`.
    #[schema(value_type = String, example = "exhausted")]
    stage: &'static str,
    /// `open`, `acknowledged`, `snoozed` or `resolved`.
    #[schema(value_type = String, example = "open")]
    state: &'static str,
    /// `null`: it is not snoozed; or it is, until the numbers change.
    snoozed_until: Option<Moment>,
    opened_at: Moment,
    /// The last change that its history tells.
    changed_at: Moment,
    /// `null`: it goes on.
    resolved_at: Option<Moment>,
    /// When the numbers in `facts` were seen.
    as_of: Moment,
    /// Whether people were told of it: what goes on in a tenant that is not monitored is not.
    told: bool,
    /// `null`: it is about no product.
    product: Option<Product>,
    facts: Facts,
    /// Moves with every change. `If-Match` takes it.
    version: i64,
}

/// A product by all its names.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Product {
    sku_id: Uuid,
    #[schema(example = "STANDARDWOFFPACK_STUDENT")]
    part_number: String,
    /// In the reader's language, else the part number, else the id.
    name: String,
}

/// An alert with what happened to it and what was told of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AlertDetail)]
pub(crate) struct Detail {
    #[serde(flatten)]
    alert: Alert,
    /// Oldest first.
    history: Vec<Change>,
    /// The newest messages first.
    deliveries: Vec<Delivery>,
}

/// What happened to an alert.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AlertChange)]
pub(crate) struct Change {
    at: Moment,
    /// `opened`, `worsened`, `eased`, `woken`, `acknowledged`, `snoozed`, `reopened` or
    /// `resolved`.
    #[schema(value_type = String, example = "acknowledged")]
    what: &'static str,
    /// `licensetool`: nobody in particular.
    who: String,
    /// In a person's own words, or a sentence in the reader's language.
    why: String,
}

impl Alert {
    pub(crate) fn of(kept: &KeptAlert, lens: &Lens) -> Self {
        let alert = &kept.alert;
        let concern = &alert.concern;
        Self {
            id: kept.id,
            tenant: kept.tenant.to_string(),
            tenant_name: kept.tenant_name.clone(),
            kind: concern.kind.as_str(),
            subject: concern.subject.clone(),
            severity: alert.severity().as_str(),
            stage: domain::stage_word(concern.kind, alert.stage, &alert.facts),
            state: alert.state.as_str(),
            snoozed_until: match alert.state {
                State::Snoozed(Snooze::Until(time)) => Some(Moment(time)),
                _ => None,
            },
            opened_at: Moment(alert.opened_at),
            changed_at: Moment(kept.changed_at),
            resolved_at: kept.resolved_at.map(Moment),
            as_of: Moment(alert.as_of),
            told: alert.told > stage::NONE,
            product: alert.facts.product().map(|(id, part_number)| Product {
                sku_id: id.0,
                part_number: part_number.to_owned(),
                name: lens.product(id, part_number),
            }),
            facts: Facts::of(alert),
            version: kept.version,
        }
    }
}

impl Detail {
    pub(crate) fn of(
        kept: &KeptAlert,
        history: Vec<AlertChange>,
        deliveries: Vec<KeptDelivery>,
        lens: &Lens,
    ) -> Self {
        Self {
            alert: Alert::of(kept, lens),
            history: history
                .into_iter()
                .map(|change| Change::of(change, lens))
                .collect(),
            deliveries: deliveries.into_iter().map(Delivery::from).collect(),
        }
    }
}

impl Change {
    fn of(change: AlertChange, lens: &Lens) -> Self {
        Self {
            at: Moment(change.at),
            what: change.what.as_str(),
            who: change.who,
            why: Words(lens.language).why(&change.why),
        }
    }
}
