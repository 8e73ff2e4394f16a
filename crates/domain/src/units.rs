//! Seat arithmetic in which a number that was not seen never counts as zero.

/// Seats of a SKU. `None` = Microsoft did not say, which is never the same as 0.
///
/// Source: `consumedUnits` and `prepaidUnits` of Microsoft Graph's `subscribedSku`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Units {
    pub enabled: Option<i64>,
    /// In the grace period and still usable.
    pub warning: Option<i64>,
    /// Cannot be assigned.
    pub suspended: Option<i64>,
    /// Cancelled.
    pub locked_out: Option<i64>,
    pub consumed: Option<i64>,
}

impl Units {
    /// Seats that may be handed out: enabled + warning.
    pub fn assignable(&self) -> Option<i64> {
        self.enabled?.checked_add(self.warning?)
    }

    /// Seats left; negative when over-assigned, `None` when any number behind it is missing.
    pub fn free(&self) -> Option<i64> {
        self.assignable()?.checked_sub(self.consumed?)
    }

    /// The first number without which [`Units::free`] cannot be told, in Microsoft's spelling.
    pub fn missing(&self) -> Option<&'static str> {
        [
            (self.enabled, "prepaidUnits.enabled"),
            (self.warning, "prepaidUnits.warning"),
            (self.consumed, "consumedUnits"),
        ]
        .into_iter()
        .find_map(|(number, name)| number.is_none().then_some(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn units(enabled: Option<i64>, warning: Option<i64>, consumed: Option<i64>) -> Units {
        Units {
            enabled,
            warning,
            consumed,
            ..Units::default()
        }
    }

    #[test]
    fn free_counts_grace_and_may_be_negative() {
        assert_eq!(units(Some(100), Some(0), Some(40)).free(), Some(60));
        assert_eq!(units(Some(0), Some(50), Some(45)).free(), Some(5));
        assert_eq!(units(Some(10), Some(0), Some(12)).free(), Some(-2));
    }

    #[test]
    fn a_missing_number_is_named_and_never_zero() {
        let unsaid = units(Some(10), Some(0), None);
        assert_eq!(
            (unsaid.free(), unsaid.missing()),
            (None, Some("consumedUnits"))
        );
        assert_eq!(unsaid.assignable(), Some(10));
        assert_eq!(
            units(None, Some(0), Some(1)).missing(),
            Some("prepaidUnits.enabled")
        );
        assert_eq!(
            units(Some(1), None, Some(1)).missing(),
            Some("prepaidUnits.warning")
        );
        assert_eq!(units(Some(1), Some(0), Some(1)).missing(), None);
    }

    #[test]
    fn absurd_numbers_do_not_overflow() {
        assert_eq!(units(Some(i64::MAX), Some(1), Some(0)).free(), None);
        assert_eq!(units(Some(i64::MIN), Some(0), Some(1)).free(), None);
    }

    proptest! {
        #[test]
        fn free_is_told_exactly_when_nothing_is_missing(
            enabled in proptest::option::of(-9_999..9_999_i64),
            warning in proptest::option::of(-9_999..9_999_i64),
            consumed in proptest::option::of(-9_999..9_999_i64),
        ) {
            let units = units(enabled, warning, consumed);
            prop_assert_eq!(units.free().is_some(), units.missing().is_none());
            if let Some(free) = units.free() {
                let (Some(e), Some(w), Some(c)) = (enabled, warning, consumed) else {
                    return Err(TestCaseError::fail("free without its numbers"));
                };
                prop_assert_eq!(free, e + w - c);
            }
        }
    }
}
