//! The settings: the text of the file, then NUL, then lines `NAME=value` of the environment.
#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;

use crate::program::config::{Sources, read};

/// The program has no library, so its modules are taken in where they lie.
#[path = "../../crates/licensetool/src"]
mod program {
    #[allow(dead_code, unused_imports, reason = "only reading is of interest here")]
    pub(crate) mod config;
}

fuzz_target!(|input: &str| {
    let (file, environment) = input.split_once('\0').unwrap_or((input, ""));
    let variables = environment.lines().filter_map(|line| line.split_once('='));
    let sources = Sources {
        file: Some(file.to_owned()),
        environment: variables
            .map(|(name, value)| (format!("LICENSETOOL_{name}"), value.to_owned()))
            .collect(),
        ..Sources::default()
    };
    if let Err(problems) = read(Path::new("."), &sources) {
        assert!(!problems.is_empty() && problems.iter().all(|problem| !problem.is_empty()));
    }
});
