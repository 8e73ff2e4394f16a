//! What must be true of a school's one product, said as simply as possible.

use domain::{Kind, Stage, stage};

/// The alerts that must go on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Model {
    /// Of stock, if there is one.
    pub(crate) stock: Option<Stage>,
    pub(crate) over: bool,
}

/// Low at 5 % of the seats.
const LOW_PERCENT: i64 = 5;
/// So many seats must come back before a level ends.
const MARGIN: i64 = 2;

impl Model {
    /// After a judgement of so many seats.
    pub(crate) fn judged(self, bought: i64, used: i64) -> Self {
        let free = bought - used;
        let low = bought * LOW_PERCENT / 100;
        let holds = |limit: i64, held: bool| free <= limit || (held && free < limit + MARGIN);
        let exhausted = self.stock == Some(stage::EXHAUSTED) || self.over;
        if holds(-1, self.over) {
            return Self {
                stock: Some(stage::EXHAUSTED),
                over: true,
            };
        }
        let stock = if holds(0, exhausted) {
            Some(stage::EXHAUSTED)
        } else {
            holds(low, exhausted || self.stock.is_some()).then_some(stage::LOW)
        };
        Self { stock, over: false }
    }

    /// After a person has ended an alert by hand.
    pub(crate) fn resolved(&mut self, kind: Kind) {
        match kind {
            Kind::Stock => self.stock = None,
            Kind::OverAssignment => self.over = false,
            _ => {}
        }
    }

    /// Whether nobody who needs a seat gets one.
    pub(crate) fn is_shortage(self) -> bool {
        self.stock == Some(stage::EXHAUSTED)
    }
}
