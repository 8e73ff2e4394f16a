//! An order with its coin: some faults befall only a part of the answers, the same ones each time.

use serde::{Deserialize, Serialize};

use super::{Call, Fault, FaultKind};
use crate::world::course::mix;

/// A fault, and how many of a hundred answers it breaks on average.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub(crate) struct Order {
    pub(crate) fault: Fault,
    /// All of them without it.
    pub(crate) percent: Option<u8>,
    /// How often the coin was thrown.
    thrown: u64,
}

/// An order as JSON: a fault's fields, and one more.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    tenant: Option<String>,
    call: Call,
    kind: FaultKind,
    #[serde(default)]
    times: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    percent: Option<u8>,
}

impl Order {
    pub(crate) fn some(fault: Fault, percent: u8) -> Order {
        Order {
            fault,
            percent: Some(percent),
            thrown: 0,
        }
    }

    /// Throws the coin for an answer that it concerns.
    pub(super) fn falls(&mut self) -> bool {
        let Some(percent) = self.percent else {
            return true;
        };
        self.thrown += 1;
        mix(self.thrown) % 100 < u64::from(percent)
    }
}

impl From<Fault> for Order {
    fn from(fault: Fault) -> Order {
        Order {
            fault,
            percent: None,
            thrown: 0,
        }
    }
}

impl From<Written> for Order {
    fn from(written: Written) -> Order {
        let Written {
            tenant,
            call,
            kind,
            times,
            percent,
        } = written;
        let fault = Fault {
            tenant,
            call,
            kind,
            times,
        };
        Order {
            percent,
            ..Order::from(fault)
        }
    }
}

impl From<Order> for Written {
    fn from(order: Order) -> Written {
        let Fault {
            tenant,
            call,
            kind,
            times,
        } = order.fault;
        Written {
            tenant,
            call,
            kind,
            times,
            percent: order.percent,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HANG: &str = r#"{"tenant":null,"call":"listWrite","kind":"hang","times":null"#;

    #[test]
    fn an_order_is_a_fault_with_one_more_field() {
        let check = |json: String, percent: Option<u8>| {
            let order: Order = serde_json::from_str(&json).unwrap();
            assert_eq!(order.percent, percent, "{json}");
            assert_eq!(serde_json::to_string(&order).unwrap(), json);
        };
        check(format!("{HANG}}}"), None);
        check(format!("{HANG},\"percent\":30}}"), Some(30));
        let odd = format!("{HANG},\"percents\":30}}");
        assert!(serde_json::from_str::<Order>(&odd).is_err());
    }

    #[test]
    fn the_coin_falls_as_often_as_ordered_and_in_the_same_way_each_time() {
        let falls = |percent| {
            let fault: Fault = serde_json::from_str(&format!("{HANG}}}")).unwrap();
            let mut order = Order::some(fault, percent);
            (0..1_000).map(|_| order.falls()).collect::<Vec<_>>()
        };
        let count = |percent| falls(percent).into_iter().filter(|it| *it).count();
        assert_eq!((count(0), count(100)), (0, 1_000));
        assert!((250..350).contains(&count(30)), "{}", count(30));
        assert_eq!(falls(30), falls(30));
    }
}
