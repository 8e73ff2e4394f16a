//! Rows of a SharePoint list: whatever the answer is, each has an id and an etag.
#![no_main]

use graph::parse_items;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|answer: &[u8]| {
    match parse_items(answer) {
        Ok(page) => {
            promises::remarks(&page.remarks);
            for item in page.items {
                assert!(!item.id.is_empty() && !item.etag.is_empty(), "{item:?}");
            }
        }
        Err(error) => promises::message(&error),
    }
});
