//! Graph's description of a tenant: any answer is read or refused with a sentence.
#![no_main]

use graph::parse_organization;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|answer: &[u8]| {
    match parse_organization(answer) {
        Ok(page) => promises::remarks(&page.remarks),
        Err(error) => promises::message(&error),
    }
});
