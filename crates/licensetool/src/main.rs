//! The program: one executable, whose services and tools are values of an enum.

mod cli;
mod exit;
mod output;
mod clock;
mod logging;
mod config;
mod tenants;
mod microsoft;
mod catalog;
mod rows;
mod status;
mod check;
mod run;
mod simulate;
mod demo;
mod tools;

use std::process::ExitCode;

fn main() -> ExitCode {
    exit::code_of(cli::run())
}
