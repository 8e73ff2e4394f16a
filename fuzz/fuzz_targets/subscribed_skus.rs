//! Graph's products of a tenant: whatever the answer is, no number is invented.
#![no_main]

use graph::parse_subscribed_skus;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|answer: &[u8]| {
    match parse_subscribed_skus(answer) {
        Ok(page) => {
            promises::remarks(&page.remarks);
            for sku in page.items {
                let units = sku.prepaid_units;
                let bought = [
                    units.enabled,
                    units.warning,
                    units.suspended,
                    units.locked_out,
                ];
                for number in bought.into_iter().chain([sku.consumed_units]) {
                    promises::stood_there(answer, number);
                }
            }
        }
        Err(error) => promises::message(&error),
    }
});
