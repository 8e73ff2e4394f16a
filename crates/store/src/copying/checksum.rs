//! A number that stands for rows: equal on every database that holds the same ones.

use std::fmt;

use uuid::Uuid;

use crate::sql::Value;

/// Where hashes of rows begin, the same in every program.
const ROWS: Uuid = Uuid::from_u128(0x6c69_6365_6e73_6574_6f6f_6c20_726f_7773);

/// So many rows, and the sum of their hashes: the order in which they are read does not matter. It
/// finds mistakes; it does not keep out whoever makes rows to deceive it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checksum {
    rows: u64,
    sum: u128,
}

impl Checksum {
    pub fn rows(&self) -> u64 {
        self.rows
    }

    pub(super) fn add(&mut self, row: &[Value]) {
        let mut written = Vec::new();
        row.iter().for_each(|value| write(&mut written, value));
        let hash = Uuid::new_v5(&ROWS, &written).as_u128();
        self.sum = self.sum.wrapping_add(hash);
        self.rows += 1;
    }
}

impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.sum)
    }
}

/// Each value begins with its kind, and a text with its length, so that no two rows are written
/// alike.
fn write(written: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Flag(None) | Value::Number(None) | Value::Text(None) => written.push(0),
        Value::Flag(Some(flag)) => written.extend([1, u8::from(*flag)]),
        Value::Number(Some(number)) => {
            written.push(2);
            written.extend(number.to_be_bytes());
        }
        Value::Text(Some(text)) => {
            // As PostgreSQL keeps it, which alone cannot hold the character 0.
            let text = text.replace('\0', "\u{fffd}");
            written.push(3);
            written.extend((text.len() as u64).to_be_bytes());
            written.extend(text.as_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checksum(rows: &[&[Value]]) -> Checksum {
        let mut checksum = Checksum::default();
        rows.iter().for_each(|row| checksum.add(row));
        checksum
    }

    fn text(text: &str) -> Value {
        Value::from(text)
    }

    #[test]
    fn the_order_of_rows_does_not_matter_and_that_of_values_does() {
        let (a, b) = (text("a"), text("b"));
        let one: &[Value] = &[a.clone(), b.clone()];
        let other: &[Value] = &[b, a];
        assert_eq!(checksum(&[one, other]), checksum(&[other, one]));
        assert_ne!(checksum(&[one]), checksum(&[other]));
        assert_ne!(checksum(&[one]), checksum(&[one, one]));
    }

    #[test]
    fn rows_that_look_alike_are_not() {
        let rows: [&[Value]; 9] = [
            &[text("ab"), text("c")],
            &[text("a"), text("bc")],
            &[text("abc"), text("")],
            &[text("abc"), Value::Text(None)],
            &[text("1"), text("")],
            &[Value::from(1_i64), text("")],
            &[Value::from(true), text("")],
            &[Value::from(i64::MIN), text("")],
            &[Value::from(i64::MAX), text("")],
        ];
        for (number, one) in rows.iter().enumerate() {
            for other in &rows[..number] {
                assert_ne!(checksum(&[one]), checksum(&[other]), "{one:?} {other:?}");
            }
        }
    }

    #[test]
    fn a_checksum_is_written_in_full() {
        assert_eq!(checksum(&[]).to_string(), "0".repeat(32));
        assert_eq!(checksum(&[&[text("a")]]).to_string().len(), 32);
    }
}
