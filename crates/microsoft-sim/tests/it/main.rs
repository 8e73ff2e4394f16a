//! Tests of the crate from outside, in one binary because each costs a link.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod client;
mod office;
mod browser;

mod entra;
mod sign_in;
mod onboarding;
mod faults;
mod graph;
mod flow;
mod home;
mod list_faults;
mod lists;
mod seats;
mod smtp;
mod webhook;
mod wire;
mod world;
