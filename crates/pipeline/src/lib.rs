//! The loops that move licence data: collect asks Microsoft and keeps what was seen.
//!
//! A loop meets the other loops only in the store; none calls another. What a loop needs is given
//! to it: the store, the tenants it may ask, a clock. Judging and telling come as loops of their
//! own beside [`collect`].

pub mod ask;
pub mod collect;
pub mod evaluate;
pub mod deliver;
pub mod roster;
pub mod translate;
mod away;
mod nap;
pub mod tell;
pub mod microsoft;
pub mod post;

use std::sync::Arc;

use jiff::Timestamp;

/// The time, as an argument: tests stand still, the program asks the system.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;
