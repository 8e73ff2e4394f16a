//! Throttling as Graph does it: resource units of an app in a tenant, in windows of ten seconds for
//! identities and of a minute for SharePoint.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use uuid::Uuid;

use crate::caller::Caller;
use crate::world::TenantSpec;

/// What every app has used up in every tenant.
#[derive(Debug)]
pub(crate) struct Throttle {
    spent: Mutex<HashMap<(usize, Uuid, Quota), Spent>>,
    /// Units of a minute.
    sharepoint: u32,
}

/// Which service counts: neither knows what the other one has given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Quota {
    Identity,
    Sharepoint,
}

impl Quota {
    /// Seconds of a window.
    fn window(self) -> i64 {
        match self {
            Quota::Identity => 10,
            Quota::Sharepoint => 60,
        }
    }
}

#[derive(Debug, Default, Clone, Copy)]
struct Spent {
    window: i64,
    units: u32,
}

/// What a request meets.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Toll {
    /// Units of this request.
    pub(crate) units: u32,
    /// Share of the limit that is used up, this request included.
    pub(crate) share: f64,
    /// Seconds until the window ends, if the limit is passed.
    pub(crate) wait: Option<f64>,
}

impl Throttle {
    pub(crate) fn new(sharepoint: u32) -> Throttle {
        Throttle {
            spent: Mutex::default(),
            sharepoint: sharepoint.max(1),
        }
    }

    /// Counts a request. One that is refused counts, too.
    pub(crate) fn spend(
        &self,
        caller: &Caller,
        tenant: &TenantSpec,
        (quota, units): (Quota, u32),
        now: Timestamp,
    ) -> Toll {
        // A map is whole after every change, so a panic elsewhere does not spoil it.
        let mut apps = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        let app = (caller.tenant, caller.app_id, quota);
        let spent = apps.entry(app).or_default();
        let window = now.as_second().div_euclid(quota.window());
        if spent.window != window {
            *spent = Spent { window, units: 0 };
        }
        spent.units = spent.units.saturating_add(units);
        let limit = match quota {
            Quota::Identity => limit(tenant),
            Quota::Sharepoint => self.sharepoint,
        };
        let left = (window + 1) * quota.window() * 1_000 - now.as_millisecond();
        #[expect(
            clippy::cast_precision_loss,
            reason = "at most sixty thousand milliseconds"
        )]
        let left = left as f64 / 1_000.0;
        Toll {
            units,
            share: f64::from(spent.units) / f64::from(limit),
            wait: (spent.units > limit).then_some(left),
        }
    }
}

/// Units of a window by size of the tenant. Source: "Microsoft Graph service-specific throttling
/// limits", identity and access.
fn limit(tenant: &TenantSpec) -> u32 {
    let by_size = match tenant.users {
        ..50 => 3_500,
        50..=500 => 5_000,
        _ => 8_000,
    };
    tenant.throttling.units.unwrap_or(by_size).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::World;

    fn world(users: u32) -> World {
        let text = format!("[[tenant]]\nkey = \"a\"\nname = \"A\"\nusers = {users}");
        World::parse(&text).unwrap()
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn caller() -> Caller {
        Caller {
            tenant: 0,
            app_id: Uuid::from_u128(1),
            roles: Vec::new(),
        }
    }

    #[test]
    fn the_limit_grows_with_the_tenant() {
        let check = |users, expected| assert_eq!(limit(world(users).at(0)), expected);
        check(49, 3_500);
        check(50, 5_000);
        check(500, 5_000);
        check(501, 8_000);
    }

    #[test]
    fn who_spends_too_much_waits_for_the_next_window() {
        let (world, throttle) = (world(10), Throttle::new(5));
        let spend_of = |quota, units, second| {
            throttle.spend(&caller(), world.at(0), (quota, units), at(second))
        };
        let spend = |units, second| spend_of(Quota::Identity, units, second);
        assert_eq!(spend(3_500, 100).wait, None);
        assert_eq!(spend(1, 103).wait, Some(7.0));
        assert_eq!(
            spend(3, 110),
            Toll {
                units: 3,
                share: 3.0 / 3_500.0,
                wait: None
            }
        );
        // SharePoint counts for itself, by the minute.
        let spend = |units, second| spend_of(Quota::Sharepoint, units, second).wait;
        assert_eq!((spend(5, 110), spend(1, 111)), (None, Some(9.0)));
        assert_eq!(spend(5, 120), None);
    }
}
