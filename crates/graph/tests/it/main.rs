//! Tests of the crate from outside, in one binary because each costs a link.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod parsing;
mod rows;

mod entra;
mod stub;
mod tls;
mod wire;

mod lists;

mod sharepoint;
mod simulator;
