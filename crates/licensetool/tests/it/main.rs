//! The program as a person or another program uses it: by command line, signals and HTTP.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod fixture;
mod process;
mod tools;
mod config;
mod channels;
mod status;
mod proxy;
mod demo;
mod run;
mod sign_in;
mod logs;
mod observability;
mod traces;
mod alerts;
mod policy;
mod deliveries;
mod keeping;
mod sharepoint;
mod tenant;
mod guide;
mod exports;
mod kill;
mod sealing;
