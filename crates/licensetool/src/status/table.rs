//! Licences as a table for people.

use std::fmt::Write as _;

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use domain::Level;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::rows::{Row, TenantRows, rank};

/// The licences of all tenants, what needs action first, then the tenants that were not seen and
/// what to do about each, then a line that sums up.
pub(crate) fn table(tenants: &[TenantRows], now: Timestamp) -> String {
    let mut rows: Vec<(&TenantRows, &Row)> = Vec::new();
    for tenant in tenants {
        rows.extend(
            tenant
                .seen
                .iter()
                .flat_map(|seen| &seen.rows)
                .map(|row| (tenant, row)),
        );
    }
    rows.sort_by(|(a, a_row), (b, b_row)| rank(b_row).cmp(&rank(a_row)).then(a.key.cmp(&b.key)));

    let mut text = String::new();
    if !rows.is_empty() {
        text = format!("{}\n", licences(&rows, now));
    }
    text.push_str(&troubles(tenants));
    text.push_str(&summary(tenants, &rows));
    text
}

fn licences(rows: &[(&TenantRows, &Row)], now: Timestamp) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    let head = [
        "Level",
        "Tenant",
        "Product",
        "Free",
        "Consumed",
        "Assignable",
        "In grace",
        "Next change",
    ];
    table.set_header(head);
    for (tenant, row) in rows {
        table.add_row([
            level(row),
            printable(&tenant.name),
            product(row),
            number(row.units.free()),
            number(row.units.consumed),
            number(row.units.assignable()),
            row.units
                .warning
                .filter(|n| *n == 0)
                .map_or_else(|| number(row.units.warning), |_| String::new()),
            next_change(row, now),
        ]);
    }
    for column in 3..=6 {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

fn level(row: &Row) -> String {
    match row.level {
        None => "–".to_owned(),
        Some(level) if row.quiet => format!("({level})"),
        Some(Level::Unknown(why)) => format!("unknown: {why}"),
        Some(level) => level.to_string(),
    }
}

fn product(row: &Row) -> String {
    if row.product == row.part_number {
        printable(&row.part_number)
    } else {
        format!(
            "{} ({})",
            printable(&row.product),
            printable(&row.part_number)
        )
    }
}

fn next_change(row: &Row, now: Timestamp) -> String {
    let Some(at) = row.next_change else {
        return String::new();
    };
    let date = at.to_zoned_datetime(TimeZone::UTC).date();
    let days = at.duration_since(now).as_hours() / 24;
    let kind = if row.trial { ", trial" } else { "" };
    format!("{date} ({days} d{kind})")
}

fn troubles(tenants: &[TenantRows]) -> String {
    let mut text = String::new();
    for tenant in tenants {
        let name = printable(&tenant.name);
        match &tenant.seen {
            Err(gap) => {
                write!(
                    text,
                    "\n{name} ({}) could not be looked at: {}\n  → {}\n",
                    tenant.key,
                    printable(&gap.message),
                    printable(&gap.advice)
                )
            }
            Ok(seen) => seen.remarks.iter().try_for_each(|remark| {
                writeln!(text, "\n{name} ({}): {}", tenant.key, printable(remark))
            }),
        }
        .expect("writing into a String cannot fail");
    }
    text
}

fn summary(tenants: &[TenantRows], rows: &[(&TenantRows, &Row)]) -> String {
    let seen = tenants.iter().filter(|tenant| tenant.seen.is_ok()).count();
    let judged = |wanted: fn(Level) -> bool| {
        rows.iter()
            .filter(|(_, row)| !row.quiet && row.level.is_some_and(wanted))
            .count()
    };
    let short = judged(Level::is_shortage);
    let low = judged(|level| level == Level::Low);
    let unknown = judged(|level| matches!(level, Level::Unknown(_)));
    let mut text = format!(
        "\n{seen} of {} tenants seen: {short} short, {low} low",
        tenants.len()
    );
    if unknown > 0 {
        write!(text, ", {unknown} unknown").expect("writing into a String cannot fail");
    }
    text.push('\n');
    text
}

/// Numbers as Swiss people write them: 10'000. A number that nobody gave is a question mark.
fn number(value: Option<i64>) -> String {
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
fn printable(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect()
}

#[cfg(test)]
mod tests;
