//! How often one address may try to sign in, or send tokens that are none.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

/// Addresses that are remembered, some hundred bytes each.
const MOST: usize = 10_000;

/// So many at once, and then one in each interval.
#[derive(Debug)]
pub(crate) struct Limit {
    at_once: i32,
    every: SignedDuration,
    /// When the tries of each address so far would be over, had they come one an interval.
    over_at: Mutex<HashMap<IpAddr, Timestamp>>,
}

/// In so many seconds it may be tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooMany(pub(crate) u32);

impl Limit {
    pub(crate) fn new(at_once: i32, every: SignedDuration) -> Self {
        Self {
            at_once,
            every,
            over_at: Mutex::default(),
        }
    }

    /// Counts one more try; one from nobody knows where counts with all such.
    pub(crate) fn count(&self, from: Option<IpAddr>, now: Timestamp) -> Result<(), TooMany> {
        let whose = group(from.unwrap_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED)));
        let mut all = self.over_at.lock().unwrap_or_else(PoisonError::into_inner);
        let begins = all.get(&whose).map_or(now, |over_at| (*over_at).max(now));
        let ends = begins + self.every;
        let ahead = ends.duration_since(now) - self.every * self.at_once;
        if ahead.is_positive() {
            let seconds = ahead.as_secs() + i64::from(ahead.subsec_nanos() > 0);
            return Err(TooMany(u32::try_from(seconds).unwrap_or(u32::MAX)));
        }
        if all.len() >= MOST && !all.contains_key(&whose) {
            make_room(&mut all, now);
        }
        all.insert(whose, ends);
        Ok(())
    }
}

/// Forgets those whose tries are over, or at least the one whose are over next.
fn make_room(all: &mut HashMap<IpAddr, Timestamp>, now: Timestamp) {
    all.retain(|_, over_at| *over_at > now);
    if all.len() >= MOST {
        let next = all.iter().min_by_key(|(_, over_at)| **over_at);
        let next = next.map(|(address, _)| *address);
        next.and_then(|address| all.remove(&address));
    }
}

/// Whoever has one IPv6 address has the 64 bits behind it, too.
fn group(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(long) => {
            let network = u128::from(long) & !u128::from(u64::MAX);
            IpAddr::V6(Ipv6Addr::from(network))
        }
        short @ IpAddr::V4(_) => short,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_000_000 + seconds).unwrap()
    }

    fn address(text: &str) -> Option<IpAddr> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn so_many_at_once_and_then_one_in_each_interval() {
        let limit = Limit::new(3, SignedDuration::from_secs(10));
        let from = address("192.0.2.1");
        for _ in 0..3 {
            assert_eq!(limit.count(from, at(0)), Ok(()));
        }
        assert_eq!(limit.count(from, at(0)), Err(TooMany(10)));
        assert_eq!(limit.count(from, at(4)), Err(TooMany(6)));
        assert_eq!(limit.count(address("192.0.2.2"), at(4)), Ok(()));
        assert_eq!(limit.count(from, at(10)), Ok(()));
        assert_eq!(limit.count(from, at(10)), Err(TooMany(10)));
        for _ in 0..3 {
            assert_eq!(limit.count(from, at(100)), Ok(()));
        }
    }

    #[test]
    fn one_ipv6_network_is_one_address() {
        let limit = Limit::new(1, SignedDuration::from_secs(10));
        assert_eq!(limit.count(address("2001:db8::1"), at(0)), Ok(()));
        assert!(limit.count(address("2001:db8::2"), at(0)).is_err());
        assert_eq!(limit.count(address("2001:db8:0:1::2"), at(0)), Ok(()));
        assert_eq!(limit.count(None, at(0)), Ok(()));
        assert!(limit.count(None, at(0)).is_err());
    }

    #[test]
    fn memory_is_bounded() {
        let limit = Limit::new(1, SignedDuration::from_secs(10));
        for n in 0..u32::try_from(MOST).unwrap() + 100 {
            let from = Some(IpAddr::from(n.to_be_bytes()));
            assert_eq!(limit.count(from, at(i64::from(n) / 5_000)), Ok(()));
        }
        assert!(limit.over_at.lock().unwrap().len() <= MOST);
    }
}
