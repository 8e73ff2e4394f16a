//! Ten processes of all roles on one PostgreSQL are killed, stopped and cut off for minutes, or
//! replaced by a newer release; a checker then proves that nothing was lost, doubled or wrong.
//! `scripts/check-chaos` and `scripts/check-rolling` run it; tests of all do not, because it takes
//! so long.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, reason = "whoever started it reads what happens")]

#[allow(dead_code, reason = "other tests use the rest of it")]
#[path = "../it/fixture.rs"]
mod fixture;
#[path = "../../../pipeline/tests/it/histories/chance.rs"]
mod chance;
#[allow(dead_code, reason = "nobody ends an alert by hand here")]
#[path = "../../../pipeline/tests/it/histories/model.rs"]
mod model;
mod relay;
mod weather;
mod company;
mod pod;
mod cluster;
mod town;
mod clients;
mod trouble;
mod rolling;
mod check;
mod story;

use std::path::PathBuf;
use std::process::ExitCode;

use company::Older;
use story::Trial;

/// How long trouble lasts, unless told otherwise.
const SECONDS: u64 = 150;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    let number = |name: &str| {
        let at = arguments.iter().position(|it| it == name)?;
        arguments.get(at + 1)?.parse().ok()
    };
    let file = |name: &str| {
        let at = arguments.iter().position(|it| it == name)?;
        arguments.get(at + 1).map(PathBuf::from)
    };
    let (seed, trial) = match (number("--chaos"), number("--rolling")) {
        (Some(seed), _) => {
            let seconds = number("--seconds").unwrap_or(SECONDS);
            println!("seed {seed}, {seconds} s of trouble: scripts/check-chaos {seed} {seconds}");
            (seed, Trial::Trouble { seconds })
        }
        (None, Some(seed)) => {
            let older = file("--older").map_or(Older::ThisOne, Older::Other);
            println!("seed {seed}, processes of {older:?} are replaced");
            (seed, Trial::Rolling(older))
        }
        (None, None) => {
            println!("this takes minutes: scripts/check-chaos and check-rolling run it");
            return ExitCode::SUCCESS;
        }
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let found = runtime.unwrap().block_on(story::told(seed, &trial));
    for finding in &found {
        println!("FOUND: {finding}");
    }
    match found.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}
