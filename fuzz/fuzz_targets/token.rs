//! Entra's answer with a token: it lives a day at most, and nobody is shown it.
#![no_main]

use std::time::Duration;

use graph::parse_token;
use libfuzzer_sys::fuzz_target;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fuzz_target!(|answer: &[u8]| {
    match parse_token(answer) {
        Ok(token) => {
            assert!(token.expires_in <= DAY);
            assert!(!format!("{token:?}").contains("Bearer"));
        }
        Err(error) => promises::message(&error),
    }
});
