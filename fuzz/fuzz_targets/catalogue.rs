//! Microsoft's table of product names, as it is downloaded or saved by Excel.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../crates/licensetool/src/catalog/microsoft_table.rs"]
mod microsoft_table;

/// A reason and the line's number; 60 characters of a value, each of which may be escaped.
const PROBLEM: usize = 900;

fuzz_target!(|file: &[u8]| {
    match microsoft_table::parse(file) {
        Ok(table) => {
            assert!(table.problems.len() <= 20);
            for problem in &table.problems {
                promises::one_line(problem, PROBLEM);
            }
            assert!(
                table.products.is_sorted_by(|a, b| a.0 < b.0),
                "an id stands twice"
            );
            assert!(table.products.iter().all(|(_, _, name)| !name.is_empty()));
        }
        Err(error) => assert!(!error.is_empty()),
    }
});
