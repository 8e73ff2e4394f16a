//! Graph's answer to a batch of writes: whatever it is, it is read or refused in words.
#![no_main]

use graph::parse_batch;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|answer: &[u8]| {
    match parse_batch(answer) {
        Ok(page) => promises::remarks(&page.remarks),
        Err(error) => promises::message(&error),
    }
});
