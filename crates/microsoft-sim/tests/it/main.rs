//! Tests of the crate from outside, in one binary because each costs a link.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod client;

mod entra;
mod faults;
mod graph;
mod home;
mod wire;
mod world;
