//! `licensetool cluster` on a pretended cluster: this program is also the `kubectl`, `minikube` and
//! `git` that it calls, told to fail or to hang at any call.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, reason = "whoever started it reads what happens")]
#![allow(
    clippy::print_stderr,
    reason = "a pretended program complains as a real one does"
)]

mod runner;
mod town;
mod trouble;
mod pretend;
mod stage;
mod up;
mod cure;
mod key;
mod way_in;
mod doorway;
mod verify;
mod others;

use std::process::ExitCode;

fn main() -> ExitCode {
    match pretend::called_as() {
        Some(program) => pretend::answer(&program),
        None => runner::run(&[
            up::TESTS,
            cure::TESTS,
            key::TESTS,
            way_in::TESTS,
            verify::TESTS,
            others::TESTS,
        ]),
    }
}
