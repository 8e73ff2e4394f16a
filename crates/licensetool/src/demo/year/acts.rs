//! What people and Microsoft do in the year of `demo --fast`; numbers that move by themselves
//! stand in world.toml.

use jiff::civil::{Date, date};

/// What happens on a day, before licensetool looks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Act {
    pub(super) on: Date,
    pub(super) what: What,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum What {
    /// Nothing that anybody does: a line that says where in the year we are.
    Season(&'static str),
    /// A school buys seats, up to `seats` in all.
    Buys {
        key: &'static str,
        part_number: &'static str,
        seats: i64,
    },
    /// A school takes seats back, until `used` are in use.
    TakesBack {
        key: &'static str,
        part_number: &'static str,
        used: i64,
    },
    /// Somebody looks at the forecast of a product.
    LooksAhead {
        key: &'static str,
        part_number: &'static str,
    },
    /// Microsoft answers nobody.
    Outage,
    OutageEnds,
}

/// The first and the last day.
pub(super) const BEGINS: Date = date(2026, 8, 1);
pub(super) const ENDS: Date = date(2027, 7, 31);

const ISE: &str = "iseschool";
const ISE_2013: &str = "iseschool2013";

/// In order.
pub(super) const ACTS: &[Act] = &[
    at(
        BEGINS,
        What::Season("summer: new classes and teachers come"),
    ),
    at(
        date(2026, 8, 26),
        What::Buys {
            key: ISE,
            part_number: "M365EDU_A5_FACULTY",
            seats: 150,
        },
    ),
    at(
        date(2026, 11, 1),
        What::Season("autumn: telephones are handed out"),
    ),
    at(
        date(2026, 11, 13),
        What::TakesBack {
            key: ISE_2013,
            part_number: "MCOEV_FACULTY",
            used: 12,
        },
    ),
    at(
        date(2026, 12, 20),
        What::Season("winter: a trial comes to its end"),
    ),
    at(
        date(2027, 2, 25),
        What::Season("spring: a purchase ends, a product grows slowly"),
    ),
    at(
        date(2027, 3, 8),
        What::TakesBack {
            key: ISE_2013,
            part_number: "M365EDU_A3_FACULTY",
            used: 34,
        },
    ),
    at(
        date(2027, 4, 15),
        What::LooksAhead {
            key: ISE_2013,
            part_number: "STANDARDWOFFPACK_FACULTY",
        },
    ),
    at(
        date(2027, 5, 3),
        What::Buys {
            key: ISE_2013,
            part_number: "STANDARDWOFFPACK_FACULTY",
            seats: 100,
        },
    ),
    at(date(2027, 5, 11), What::Outage),
    at(date(2027, 5, 13), What::OutageEnds),
    at(
        date(2027, 6, 1),
        What::Season("summer: purchases come to their dates"),
    ),
];

const fn at(on: Date, what: What) -> Act {
    Act { on, what }
}
