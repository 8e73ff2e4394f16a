//! Measures the budgets: each figure as a ratio to something of the same run, never as a test.
//!
//! `just bench` runs all, `just bench collect` one part. What is measured runs in a process of its
//! own, so that its processor time and memory are its own and not the load's.

#![allow(
    clippy::unwrap_used,
    reason = "a benchmark that cannot go on says so by panicking"
)]
#![allow(
    clippy::disallowed_methods,
    reason = "it takes orders by the environment and waits for what a real process does"
)]

mod report;
mod process;
mod simulator;
mod worker;
mod collect;
mod postgres;
mod workers;
mod databases;
mod serve;
mod pages;
mod load;
mod start;
mod year;
mod history;
mod alerts;

/// A part of the benchmark and its name on the command line.
const PARTS: &[(&str, fn())] = &[
    ("collect", collect::run),
    ("workers", workers::run),
    ("databases", databases::run),
    ("serve", serve::run),
    ("pages", pages::run),
    ("start", start::run),
    ("year", year::run),
    ("history", history::run),
    ("alerts", alerts::run),
];

fn main() {
    if worker::is_wanted() {
        worker::work();
        return;
    }
    // Cargo adds a flag of its own; the rest are names of parts.
    let names: Vec<String> = std::env::args()
        .skip(1)
        .filter(|it| !it.starts_with("--"))
        .collect();
    for (name, run) in PARTS {
        if names.is_empty() || names.iter().any(|wanted| wanted == name) {
            run();
        }
    }
}
