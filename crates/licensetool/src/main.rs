//! The program: one executable, whose services and tools are values of an enum.

mod alerts;
mod allocator;
mod catalog;
mod channel;
mod check;
mod cli;
mod clock;
mod cluster;
mod columns;
mod config;
mod deliveries;
mod demo;
mod exit;
mod export;
mod keeping;
mod logging;
mod microsoft;
mod outlets;
mod output;
mod policy;
mod rows;
mod run;
mod sealing;
mod sharepoint;
mod sign_in;
mod simulate;
mod status;
mod stored;
mod tenant;
mod tenants;
mod tools;
mod traces;

use std::process::ExitCode;

fn main() -> ExitCode {
    exit::code_of(cli::run())
}
