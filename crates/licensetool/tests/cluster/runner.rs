//! Runs the tests, as the usual runner does: this program has a main of its own.

use std::panic::catch_unwind;
use std::process::ExitCode;
use std::sync::Mutex;

/// A name and what it tries.
pub(crate) type Test = (&'static str, fn());

/// Options of the usual runner that have a value; they mean nothing here.
const WITH_VALUE: [&str; 5] = [
    "--color",
    "--format",
    "--logfile",
    "--skip",
    "--test-threads",
];

/// Most of a test is waiting for processes.
const AT_ONCE: usize = 4;

pub(crate) fn run(groups: &[&[Test]]) -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let is_value = |at: usize| at > 0 && WITH_VALUE.contains(&words[at - 1].as_str());
    let filters = words.iter().enumerate();
    let filters = filters.filter(|(at, it)| !it.starts_with('-') && !is_value(*at));
    let filters: Vec<&String> = filters.map(|(_, it)| it).collect();
    let wanted = |name: &str| filters.is_empty() || filters.iter().any(|it| name.contains(*it));
    let tests = groups
        .iter()
        .copied()
        .flatten()
        .filter(|(name, _)| wanted(name));
    if words.iter().any(|word| word == "--list") {
        tests.for_each(|(name, _)| println!("{name}: test"));
        return ExitCode::SUCCESS;
    }
    let (queue, failed) = (Mutex::new(tests), Mutex::new(0));
    let next = || queue.lock().unwrap().next();
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some((name, test)) = next() {
                    let is_well = catch_unwind(test).is_ok();
                    println!("test {name} ... {}", if is_well { "ok" } else { "FAILED" });
                    *failed.lock().unwrap() += usize::from(!is_well);
                }
            });
        }
    });
    match failed.into_inner().unwrap() {
        0 => ExitCode::SUCCESS,
        failed => {
            println!("{failed} tests failed");
            ExitCode::FAILURE
        }
    }
}
