//! Graph's purchases of a tenant: whatever the answer is, no number is invented.
#![no_main]

use graph::parse_subscriptions;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|answer: &[u8]| {
    match parse_subscriptions(answer) {
        Ok(page) => {
            promises::remarks(&page.remarks);
            for subscription in page.items {
                promises::stood_there(answer, subscription.total_licenses);
            }
        }
        Err(error) => promises::message(&error),
    }
});
