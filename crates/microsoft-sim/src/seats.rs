//! Numbers that somebody sets while the world is played: a story sells and takes seats when it
//! wants to, not on the day of a course.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::world::tenant::Units;

/// Numbers in place of a course's; `None` follows the course.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Set {
    pub(crate) consumed: Option<i64>,
    pub(crate) enabled: Option<i64>,
}

/// By part number.
pub(crate) type OfTenant = HashMap<String, Set>;

/// By position of the tenant; most have none.
#[derive(Debug, Default)]
pub(crate) struct Seats(Mutex<HashMap<usize, OfTenant>>);

impl Seats {
    pub(crate) fn change(&self, tenant: usize, part_number: &str, change: impl FnOnce(&mut Set)) {
        self.with(|tenants| {
            let skus = tenants.entry(tenant).or_default();
            change(skus.entry(part_number.to_owned()).or_default());
        });
    }

    pub(crate) fn of(&self, tenant: usize) -> OfTenant {
        self.with(|tenants| tenants.get(&tenant).cloned().unwrap_or_default())
    }

    fn with<T>(&self, work: impl FnOnce(&mut HashMap<usize, OfTenant>) -> T) -> T {
        // Numbers are whole after every change, so a panic elsewhere does not spoil them.
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Set {
    pub(crate) fn over(self, units: Units) -> Units {
        Units {
            consumed: self.consumed.unwrap_or(units.consumed),
            enabled: self.enabled.unwrap_or(units.enabled),
            ..units
        }
    }
}
