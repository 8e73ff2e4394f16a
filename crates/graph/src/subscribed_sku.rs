//! `GET /subscribedSkus`: the products of a tenant and how many of their seats are in use.

use serde::de::MapAccess;
use uuid::Uuid;

use crate::error::{Call, Error};
use crate::json::{Element, Member};
use crate::listing::{self, Page};

/// A product that a tenant subscribes to.
///
/// Source: Microsoft's metadata of `microsoft.graph.subscribedSku`. Any field that was null,
/// missing or of another type is `None`, which is never the same as 0.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SubscribedSku {
    /// `<tenant id>_<SKU id>`.
    pub id: Option<String>,
    /// The identity of the product in all tenants.
    pub sku_id: Option<Uuid>,
    /// Such as `STANDARDWOFFPACK_STUDENT`; not unique.
    pub sku_part_number: Option<String>,
    /// `User` (seats), `Company` (tenant-wide, no seats), or a word that is new.
    pub applies_to: Option<String>,
    /// `Enabled`, `Warning`, `Suspended`, `Deleted`, `LockedOut`, or a word that is new.
    pub capability_status: Option<String>,
    /// Seats in use.
    pub consumed_units: Option<i64>,
    /// Seats bought, by state.
    pub prepaid_units: PrepaidUnits,
    /// The purchases behind it.
    pub subscription_ids: Vec<String>,
}

/// Seats bought, by state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PrepaidUnits {
    /// Seats that can be assigned.
    pub enabled: Option<i64>,
    /// Seats in the grace period: still usable.
    pub warning: Option<i64>,
    /// Seats that cannot be assigned any more.
    pub suspended: Option<i64>,
    /// Seats that were cancelled.
    pub locked_out: Option<i64>,
}

/// Reads one answer of `GET /subscribedSkus`. Never panics, whatever the bytes are.
///
/// # Errors
/// [`Error::Unreadable`] if the body is not a JSON object with an array `value`.
pub fn parse_subscribed_skus(body: &[u8]) -> Result<Page<SubscribedSku>, Error> {
    listing::parse(body, Call::SubscribedSkus)
}

impl Element for SubscribedSku {
    const NEEDED: &'static [&'static str] = &[
        "id",
        "skuId",
        "skuPartNumber",
        "appliesTo",
        "capabilityStatus",
        "consumedUnits",
        "prepaidUnits",
        "subscriptionIds",
    ];

    fn take<'de, M: MapAccess<'de>>(&mut self, member: Member<'_, M>) -> Result<(), M::Error> {
        match member.name {
            "id" => self.id = member.text()?,
            "skuId" => self.sku_id = member.guid()?,
            "skuPartNumber" => self.sku_part_number = member.text()?,
            "appliesTo" => self.applies_to = member.text()?,
            "capabilityStatus" => self.capability_status = member.text()?,
            "consumedUnits" => self.consumed_units = member.count()?,
            "prepaidUnits" => self.prepaid_units = member.object()?,
            "subscriptionIds" => self.subscription_ids = member.texts()?,
            _ => member.skip()?,
        }
        Ok(())
    }
}

impl Element for PrepaidUnits {
    const NEEDED: &'static [&'static str] = &["enabled", "warning", "suspended", "lockedOut"];

    fn take<'de, M: MapAccess<'de>>(&mut self, member: Member<'_, M>) -> Result<(), M::Error> {
        match member.name {
            "enabled" => self.enabled = member.count()?,
            "warning" => self.warning = member.count()?,
            "suspended" => self.suspended = member.count()?,
            "lockedOut" => self.locked_out = member.count()?,
            _ => member.skip()?,
        }
        Ok(())
    }
}
