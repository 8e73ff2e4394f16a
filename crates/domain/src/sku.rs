//! A product that a tenant subscribes to, as one look saw it.

use std::fmt;

use uuid::Uuid;

use crate::{Status, Units};

/// The identity of a product. Part numbers are not unique (`MCOPSTN5` has two ids), names are
/// shared by several products: only this tells them apart.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SkuId(pub Uuid);

impl SkuId {
    /// Stands in for an id that Microsoft left out, so that the row is kept and stays the same
    /// row from one collection to the next.
    pub fn from_part_number(part_number: &str) -> Self {
        Self(Uuid::new_v5(&Uuid::NAMESPACE_OID, part_number.as_bytes()))
    }
}

impl fmt::Display for SkuId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for SkuId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// Whom a SKU is for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum AppliesTo {
    User,
    /// Tenant-wide: its consumed units are no seats, so it is shown and never judged.
    Company,
    /// A word that this version does not know; judged as seats, because silence would be worse.
    Other(String),
    Missing,
}

impl AppliesTo {
    pub fn from_graph(word: Option<&str>) -> Self {
        match word {
            Some("User") => Self::User,
            Some("Company") => Self::Company,
            Some(other) => Self::Other(other.to_owned()),
            None => Self::Missing,
        }
    }

    /// Microsoft's word. The inverse of [`AppliesTo::from_graph`].
    pub fn as_graph(&self) -> Option<&str> {
        match self {
            Self::User => Some("User"),
            Self::Company => Some("Company"),
            Self::Other(word) => Some(word),
            Self::Missing => None,
        }
    }
}

/// One SKU of one tenant at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sku {
    pub id: SkuId,
    /// Microsoft's `skuPartNumber`; empty if Microsoft left it out.
    pub part_number: String,
    pub applies_to: AppliesTo,
    pub status: Status,
    pub units: Units,
    /// The purchases behind it, by [`crate::Subscription::id`].
    pub subscription_ids: Vec<String>,
}

impl Sku {
    /// A product of which nothing but its names is known.
    pub fn unseen(id: SkuId, part_number: &str) -> Self {
        Self {
            id,
            part_number: part_number.to_owned(),
            applies_to: AppliesTo::Missing,
            status: Status::Missing,
            units: Units::default(),
            subscription_ids: Vec::new(),
        }
    }

    /// Whether there is nothing to run short of: no seat is offered and nobody holds one, as
    /// after a trial has gone. Such a SKU is shown, and no shortage is made of its 0 free seats.
    pub fn is_spent(&self) -> bool {
        self.units.assignable() == Some(0) && self.units.consumed == Some(0)
    }

    /// Whether it is one of the free or viral products that come in thousands and are no stock:
    /// well-known part numbers, or a count that nobody buys.
    pub fn is_free_of_charge(&self) -> bool {
        const NOBODY_BUYS: i64 = 1_000_000;
        FREE_OR_VIRAL.contains(&self.part_number.as_str())
            || self
                .units
                .enabled
                .is_some_and(|enabled| enabled >= NOBODY_BUYS)
    }
}

/// Products that Microsoft hands out by the thousand, from its published list of product names.
const FREE_OR_VIRAL: &[&str] = &[
    "CCIBOTS_PRIVPREV_VIRAL",
    "Dynamics_365_Customer_Service_Enterprise_viral_trial",
    "FLOW_FREE",
    "FORMS_PRO",
    "MCOPSTNC",
    "POWERAPPS_DEV",
    "POWERAPPS_VIRAL",
    "POWER_BI_STANDARD",
    "POWER_BI_STANDARD_FACULTY",
    "POWER_BI_STANDARD_STUDENT",
    "RIGHTSMANAGEMENT_ADHOC",
    "STREAM",
    "TEAMS_EXPLORATORY",
    "WINDOWS_STORE",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn sku(part_number: &str, enabled: i64, consumed: i64) -> Sku {
        Sku {
            id: SkuId::from_part_number(part_number),
            part_number: part_number.to_owned(),
            applies_to: AppliesTo::User,
            status: Status::Enabled,
            units: Units {
                enabled: Some(enabled),
                warning: Some(0),
                consumed: Some(consumed),
                ..Units::default()
            },
            subscription_ids: Vec::new(),
        }
    }

    #[test]
    fn an_invented_id_is_the_same_every_time() {
        let id = SkuId::from_part_number("STANDARDWOFFPACK_STUDENT");
        assert_eq!(id, SkuId::from_part_number("STANDARDWOFFPACK_STUDENT"));
        assert_ne!(id, SkuId::from_part_number("STANDARDWOFFPACK_FACULTY"));
    }

    #[test]
    fn free_products_are_known_by_name_or_by_a_count_nobody_buys() {
        assert!(sku("FLOW_FREE", 10_000, 3).is_free_of_charge());
        assert!(sku("SOMETHING_NEW", 1_000_000, 3).is_free_of_charge());
        assert!(!sku("M365EDU_A3_FACULTY", 10_000, 3).is_free_of_charge());
    }

    #[test]
    fn a_spent_sku_offers_nothing_and_holds_nobody() {
        assert!(sku("TRIAL", 0, 0).is_spent());
        assert!(!sku("TRIAL", 0, 4).is_spent());
        assert!(!sku("TRIAL", 5, 0).is_spent());
    }

    #[test]
    fn words_survive_the_way_in_and_out() {
        for word in [Some("User"), Some("Company"), Some("Device"), None] {
            assert_eq!(AppliesTo::from_graph(word).as_graph(), word);
        }
    }
}
