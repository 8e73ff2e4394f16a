//! Licences as a table for people.

use std::fmt::Write as _;

use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table, Width};
use console::Color;
use domain::Level;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::columns::{LINE_BELOW_HEAD, number, printable};
use crate::rows::{Row, TenantRows, rank};

/// Columns from which there is room for the part number beside the product's name.
const WIDE: u16 = 112;

const PRODUCT: usize = 2;
const FREE: usize = 3;
const CONSUMED: usize = 4;
const GRACE: usize = 5;

/// The licences of all tenants, what needs action first, then the tenants that were not seen and
/// what to do about each, then a line that sums up. Lines are broken to fit the `width` in columns.
pub(crate) fn table(tenants: &[TenantRows], now: Timestamp, width: Option<u16>) -> String {
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
        text = painted(&licences(&rows, now, width).to_string());
    }
    text.push_str(&troubles(tenants));
    text.push_str(&summary(tenants, &rows));
    text
}

fn licences(rows: &[(&TenantRows, &Row)], now: Timestamp, width: Option<u16>) -> Table {
    let mut table = Table::new();
    table.load_style(LINE_BELOW_HEAD);
    table.set_header([
        "Level",
        "Tenant",
        "Product",
        "Free",
        "Consumed",
        "In grace",
        "Next change",
    ]);
    let wide = width.is_none_or(|width| width >= WIDE);
    for (tenant, row) in rows {
        table.add_row([
            level(row),
            printable(&tenant.name),
            product(row, wide),
            number(row.units.free()),
            consumed(row),
            match row.units.warning {
                Some(0) => String::new(),
                grace => number(grace),
            },
            next_change(row, now),
        ]);
    }
    for column in [FREE, CONSUMED, GRACE] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    if let Some(width) = width {
        fit(&mut table, width);
    }
    table
}

/// The levels at the beginning of lines, in colour where a person watches and wants colour.
fn painted(table: &str) -> String {
    let mut text = String::with_capacity(table.len());
    for line in table.lines() {
        let word = line
            .strip_prefix(' ')
            .and_then(|line| line.split(' ').next());
        let colour = match word.unwrap_or_default() {
            "over-assigned" | "exhausted" => Some(Color::Red),
            "low" | "unknown:" => Some(Color::Yellow),
            _ => None,
        };
        match (word, colour) {
            (Some(word), Some(colour)) => {
                let rest = &line[1 + word.len()..];
                write!(text, " {}{rest}", console::style(word).fg(colour))
            }
            _ => write!(text, "{line}"),
        }
        .expect("writing into a String cannot fail");
        text.push('\n');
    }
    text
}

/// Only names are broken over lines; a number never is.
fn fit(table: &mut Table, width: u16) {
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(width);
    for (index, column) in table.column_iter_mut().enumerate() {
        column.set_constraint(if index == PRODUCT {
            ColumnConstraint::LowerBoundary(Width::Fixed(20))
        } else {
            ColumnConstraint::ContentWidth
        });
    }
}

fn level(row: &Row) -> String {
    match row.level {
        None => "–".to_owned(),
        Some(level) if row.quiet => format!("({level})"),
        Some(Level::Unknown(why)) => format!("unknown: {why}"),
        Some(level) => level.to_string(),
    }
}

/// A narrow terminal gets the name alone, if there is one.
fn product(row: &Row, wide: bool) -> String {
    let mut remarks = Vec::new();
    if wide && !row.part_number.is_empty() && row.product != row.part_number {
        remarks.push(printable(&row.part_number));
    }
    if row.trial {
        remarks.push("trial".to_owned());
    }
    let product = printable(&row.product);
    if remarks.is_empty() {
        product
    } else {
        format!("{product} ({})", remarks.join(", "))
    }
}

fn consumed(row: &Row) -> String {
    let [consumed, assignable] = [row.units.consumed, row.units.assignable()].map(number);
    format!("{consumed} of {assignable}")
}

fn next_change(row: &Row, now: Timestamp) -> String {
    let Some(at) = row.next_change else {
        return String::new();
    };
    let date = at.to_zoned_datetime(TimeZone::UTC).date();
    let days = at.duration_since(now).as_hours() / 24;
    format!("{date} ({days} d)")
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

#[cfg(test)]
mod tests;
