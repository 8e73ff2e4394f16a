//! When numbers are worth a person's attention, inherited from the general to the particular.

use jiff::SignedDuration;

use crate::Sku;

/// Where "low" begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Threshold {
    /// This many free seats or fewer.
    Seats(i64),
    /// This share of the assignable seats or less, in percent, rounded down to whole seats.
    Percent(u8),
}

impl Threshold {
    /// The highest number of free seats that still counts as low.
    pub fn seats(self, assignable: i64) -> i64 {
        match self {
            Self::Seats(seats) => seats,
            Self::Percent(percent) => {
                let share = i128::from(assignable.max(0)) * i128::from(percent) / 100;
                i64::try_from(share).unwrap_or(i64::MAX)
            }
        }
    }
}

/// From what a SKU is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exclusion {
    None,
    /// Shown and judged; nobody is told and no exit code changes.
    AlertsOnly,
    /// Neither shown nor judged.
    Everywhere,
}

impl Exclusion {
    pub const ALL: [Self; 3] = [Self::None, Self::AlertsOnly, Self::Everywhere];

    /// The stable word for rows, APIs and settings.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::AlertsOnly => "alerts-only",
            Self::Everywhere => "everywhere",
        }
    }

    /// The inverse of [`Exclusion::as_str`].
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == word)
    }
}

/// The rules that hold for one SKU of one tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    pub low: Threshold,
    /// How many seats beyond the point where a level began free must reach before it ends, so
    /// that one returned seat does not flap.
    pub clear_margin: i64,
    /// Older than this, a snapshot says nothing about now.
    pub stale_after: SignedDuration,
    pub exclusion: Exclusion,
    /// How long before a renewal or an end somebody should hear of it, in days.
    pub renewal_lead_days: u16,
}

impl Policy {
    /// The built-in policy: low at 5 %, clears two seats later, stale after an hour (four missed
    /// polls), renewals 30 days ahead.
    pub const BUILT_IN: Self = Self {
        low: Threshold::Percent(5),
        clear_margin: 2,
        stale_after: SignedDuration::from_hours(1),
        exclusion: Exclusion::None,
        renewal_lead_days: 30,
    };
}

/// What one level of the inheritance changes: company, tenant, or tenant × SKU.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Layer {
    pub low: Option<Threshold>,
    pub clear_margin: Option<i64>,
    pub stale_after: Option<SignedDuration>,
    pub exclusion: Option<Exclusion>,
    pub renewal_lead_days: Option<u16>,
}

impl Layer {
    pub(crate) fn over(self, base: Policy) -> Policy {
        Policy {
            low: self.low.unwrap_or(base.low),
            clear_margin: self.clear_margin.unwrap_or(base.clear_margin),
            stale_after: self.stale_after.unwrap_or(base.stale_after),
            exclusion: self.exclusion.unwrap_or(base.exclusion),
            renewal_lead_days: self.renewal_lead_days.unwrap_or(base.renewal_lead_days),
        }
    }
}

/// The policy for `sku`, from the built-in one through `layers`, the most general first.
///
/// A free or viral product starts out excluded from alerts; any layer may take that back.
pub fn effective(sku: &Sku, layers: &[Layer]) -> Policy {
    let exclusion = if sku.is_free_of_charge() {
        Exclusion::AlertsOnly
    } else {
        Exclusion::None
    };
    let base = Policy {
        exclusion,
        ..Policy::BUILT_IN
    };
    layers.iter().fold(base, |policy, layer| layer.over(policy))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AppliesTo, SkuId, Status, Units};

    fn sku(part_number: &str) -> Sku {
        Sku {
            id: SkuId::from_part_number(part_number),
            part_number: part_number.to_owned(),
            applies_to: AppliesTo::User,
            status: Status::Enabled,
            units: Units::default(),
            subscription_ids: Vec::new(),
        }
    }

    #[test]
    fn the_particular_wins_over_the_general() {
        let company = Layer {
            low: Some(Threshold::Seats(10)),
            clear_margin: Some(5),
            ..Layer::default()
        };
        let tenant = Layer {
            low: Some(Threshold::Seats(3)),
            ..Layer::default()
        };
        let this_sku = Layer {
            exclusion: Some(Exclusion::Everywhere),
            ..Layer::default()
        };

        let policy = effective(&sku("A"), &[company, tenant, this_sku]);

        assert_eq!(policy.low, Threshold::Seats(3));
        assert_eq!(policy.clear_margin, 5);
        assert_eq!(policy.exclusion, Exclusion::Everywhere);
        assert_eq!(policy.stale_after, Policy::BUILT_IN.stale_after);
    }

    #[test]
    fn free_products_alert_only_when_somebody_asks_for_it() {
        assert_eq!(effective(&sku("A"), &[]), Policy::BUILT_IN);
        assert_eq!(
            effective(&sku("FLOW_FREE"), &[]).exclusion,
            Exclusion::AlertsOnly
        );
        let asked = Layer {
            exclusion: Some(Exclusion::None),
            ..Layer::default()
        };
        assert_eq!(
            effective(&sku("FLOW_FREE"), &[asked]).exclusion,
            Exclusion::None
        );
    }

    #[test]
    fn a_share_is_rounded_down_to_whole_seats() {
        for (percent, assignable, seats) in [
            (5, 100, 5),
            (5, 119, 5),
            (5, 19, 0),
            (100, 7, 7),
            (5, 0, 0),
            (5, -3, 0),
        ] {
            assert_eq!(
                Threshold::Percent(percent).seats(assignable),
                seats,
                "{percent} % of {assignable}"
            );
        }
        assert_eq!(Threshold::Percent(200).seats(i64::MAX), i64::MAX);
    }
}
