//! The collect loop against a simulated Microsoft: real tokens, real connections, a given clock.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod fixture;
mod collect;
mod refresh;
mod stop;
mod early;
mod faults;
mod office;
mod evaluate;
mod ageing;
mod deliver;
mod sharepoint;
mod histories;
mod wakes;
