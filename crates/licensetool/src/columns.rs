//! Rows in columns for people, and how numbers, times and foreign texts are written there.

use comfy_table::{CellAlignment, ContentArrangement, LineStyle, Table, TableStyle};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::output;

/// More lines than this one hide the numbers.
pub(crate) const LINE_BELOW_HEAD: TableStyle =
    TableStyle::new().header_separator(LineStyle::none().fill('─'));

/// How an answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Table,
    /// For programs.
    Json,
}

/// A table that fits the terminal. The columns numbered in `right` hold numbers.
pub(crate) fn columns<const N: usize>(
    head: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
    right: &[usize],
) -> String {
    let mut table = Table::new();
    table.load_style(LINE_BELOW_HEAD);
    table.set_header(head);
    for row in rows {
        table.add_row(row.map(|text| printable(&text)));
    }
    for index in right {
        if let Some(column) = table.column_mut(*index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    if let Some(width) = output::width() {
        table.set_content_arrangement(ContentArrangement::Dynamic);
        table.set_width(width);
    }
    table.to_string()
}

/// Date and time of day in the company's zone.
pub(crate) fn moment(at: Timestamp, zone: &TimeZone) -> String {
    let local = at.to_zoned_datetime(zone.clone());
    local.strftime("%Y-%m-%d %H:%M").to_string()
}

/// Nothing for nothing.
pub(crate) fn moment_or_none(at: Option<Timestamp>, zone: &TimeZone) -> String {
    at.map_or_else(String::new, |at| moment(at, zone))
}

pub(crate) fn date(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned_datetime(zone.clone()).date().to_string()
}

/// Numbers as Swiss people write them: 10'000. A number that nobody gave is a question mark.
pub(crate) fn number(value: Option<i64>) -> String {
    let Some(value) = value else {
        return "?".to_owned();
    };
    let digits = value.unsigned_abs().to_string();
    let mut grouped = String::from(if value < 0 { "−" } else { "" });
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i) % 3 == 0 {
            grouped.push('\'');
        }
        grouped.push(digit);
    }
    grouped
}

/// A text from outside must not move the cursor or colour the terminal.
pub(crate) fn printable(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_those_of_the_company() {
        let at = "2026-08-17T22:30:00Z".parse().unwrap();
        let zone = TimeZone::get("Europe/Zurich").unwrap();
        assert_eq!(moment(at, &zone), "2026-08-18 00:30");
        assert_eq!(date(at, &zone), "2026-08-18");
        assert_eq!(moment_or_none(None, &zone), "");
    }

    #[test]
    fn foreign_texts_cannot_colour_the_terminal() {
        let table = columns(["A"], [["\u{1b}[31mred".to_owned()]], &[]);
        assert!(table.contains("\u{fffd}[31mred"), "{table}");
    }
}
