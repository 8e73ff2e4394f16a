//! `GET /directory/subscriptions`: the purchases behind the products, with their dates.

use jiff::Timestamp;
use serde::de::MapAccess;
use uuid::Uuid;

use crate::error::{Call, Error};
use crate::json::{Element, Member};
use crate::listing::{self, Page};

/// One purchase of a tenant.
///
/// Source: Microsoft's metadata of `microsoft.graph.companySubscription`. Any field that was null,
/// missing or of another type is `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CompanySubscription {
    /// The identity of the purchase in Graph.
    pub id: Option<String>,
    /// Its identity in Microsoft's commerce systems.
    pub commerce_subscription_id: Option<String>,
    /// The product bought.
    pub sku_id: Option<Uuid>,
    /// Such as `STANDARDWOFFPACK_STUDENT`; not unique.
    pub sku_part_number: Option<String>,
    /// `Enabled`, `Warning`, `Suspended`, `Deleted`, `LockedOut`, or a word that is new.
    pub status: Option<String>,
    /// Seats bought.
    pub total_licenses: Option<i64>,
    /// Whether it is a trial.
    pub is_trial: Option<bool>,
    /// When it was bought (midnight UTC).
    pub created: Option<Timestamp>,
    /// When its status changes next (midnight UTC): a renewal, an end, or the end of a grace
    /// period; the date alone does not say which.
    pub next_lifecycle: Option<Timestamp>,
}

/// Reads one answer of `GET /directory/subscriptions`. Never panics, whatever the bytes are.
///
/// # Errors
/// [`Error::Unreadable`] if the body is not a JSON object with an array `value`.
pub fn parse_subscriptions(body: &[u8]) -> Result<Page<CompanySubscription>, Error> {
    listing::parse(body, Call::Subscriptions)
}

impl Element for CompanySubscription {
    const NEEDED: &'static [&'static str] = &[
        "id",
        "commerceSubscriptionId",
        "skuId",
        "skuPartNumber",
        "status",
        "totalLicenses",
        "isTrial",
        "createdDateTime",
        "nextLifecycleDateTime",
    ];

    fn take<'de, M: MapAccess<'de>>(&mut self, member: Member<'_, M>) -> Result<(), M::Error> {
        match member.name {
            "id" => self.id = member.text()?,
            "commerceSubscriptionId" => self.commerce_subscription_id = member.text()?,
            "skuId" => self.sku_id = member.guid()?,
            "skuPartNumber" => self.sku_part_number = member.text()?,
            "status" => self.status = member.text()?,
            "totalLicenses" => self.total_licenses = member.count()?,
            "isTrial" => self.is_trial = member.flag()?,
            "createdDateTime" => self.created = member.time()?,
            "nextLifecycleDateTime" => self.next_lifecycle = member.time()?,
            _ => member.skip()?,
        }
        Ok(())
    }
}
