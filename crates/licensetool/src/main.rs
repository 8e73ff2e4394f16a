//! The program: one executable, whose services and tools are values of an enum.

mod catalog;
mod check;
mod cli;
mod clock;
mod config;
mod demo;
mod exit;
mod logging;
mod microsoft;
mod output;
mod rows;
mod run;
mod simulate;
mod status;
mod tenants;
mod tools;

use std::process::ExitCode;

fn main() -> ExitCode {
    exit::code_of(cli::run())
}
