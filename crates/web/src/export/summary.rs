//! The first sheet of a workbook: which tenants there are, how they stand, and the way to each.

use jiff::Timestamp;
use rust_xlsxwriter::{Url, Worksheet, XlsxError};
use serde_json::Value;

use crate::words::Words;

use super::source::Row;
use super::wish::Exported;
use super::workbook::{CellWriter, fitting};

/// The worst first, as people read them.
const LEVELS: [&str; 5] = ["over-assigned", "exhausted", "low", "unknown", "enough"];

/// Where the table begins.
const HEAD: u32 = 3;

/// A sheet and what stands on it.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    name: String,
    tenant: String,
    tenant_name: String,
    pub(super) rows: u32,
    levels: [i64; 5],
    /// When its oldest numbers were seen.
    as_of: Option<Timestamp>,
}

impl Sheet {
    pub(super) fn overview(name: String) -> Self {
        Self {
            name,
            ..Self::default()
        }
    }

    pub(super) fn of(name: String, row: &Row) -> Self {
        Self {
            name,
            tenant: row.tenant.to_string(),
            tenant_name: row.tenant_name.clone(),
            ..Self::default()
        }
    }

    /// One more row.
    pub(super) fn count(&mut self, shape: &Value) {
        self.rows += 1;
        let word = |member: &str| shape.get(member).and_then(Value::as_str);
        if let Some(place) = LEVELS.iter().position(|level| word("level") == Some(level)) {
            self.levels[place] += 1;
        }
        let as_of = word("as_of").and_then(|text| text.parse().ok());
        self.as_of = self.as_of.into_iter().chain(as_of).min();
    }
}

/// `sheets` begins with the first sheet itself.
pub(super) fn write(
    page: &mut Worksheet,
    what: Exported,
    sheets: &[Sheet],
    cells: &CellWriter<'_>,
) -> Result<(), XlsxError> {
    let words = cells.words;
    if let Some(first) = sheets.first() {
        page.set_name(&first.name)?;
    }
    let zone = cells.zone.iana_name().unwrap_or("UTC");
    page.write_string_with_format(0, 0, words.exported(what), &cells.formats.title)?;
    page.write_string(1, 0, words.export_times(zone))?;
    let titles = titles(what, words);
    for (title, place) in titles.iter().zip(0..) {
        page.write_string_with_format(HEAD, place, *title, &cells.formats.head)?;
        page.set_column_width(place, if place == 0 { 36 } else { 16 })?;
    }
    page.set_freeze_panes(HEAD + 1, 0)?;
    for (sheet, row) in sheets.iter().skip(1).zip(HEAD + 1..) {
        line(page, what, row, sheet, cells)?;
    }
    let rows = u32::try_from(sheets.len()).unwrap_or(u32::MAX);
    let last = u16::try_from(titles.len()).unwrap_or(u16::MAX) - 1;
    page.autofilter(HEAD, 0, HEAD + rows.saturating_sub(1), last)?;
    Ok(())
}

fn titles(what: Exported, words: Words) -> Vec<&'static str> {
    let mut titles = vec![words.column_tenant_name(), words.column_tenant()];
    if what == Exported::Licenses {
        titles.extend(LEVELS.map(|level| words.level_word(level)));
    }
    titles.extend([words.export_rows(), words.export_oldest()]);
    titles
}

fn line(
    page: &mut Worksheet,
    what: Exported,
    row: u32,
    sheet: &Sheet,
    cells: &CellWriter<'_>,
) -> Result<(), XlsxError> {
    let link = format!("internal:'{}'!A1", sheet.name.replace('\'', "''"));
    page.write_url_with_text(row, 0, Url::new(link), fitting(&sheet.tenant_name))?;
    page.write_string(row, 1, &sheet.tenant)?;
    let levels = match what {
        Exported::Licenses => &sheet.levels[..],
        _ => &[],
    };
    let numbers = levels.iter().copied().chain([i64::from(sheet.rows)]);
    let mut next = 2;
    for number in numbers {
        cells.number(page, (row, next), number)?;
        next += 1;
    }
    if let Some(as_of) = sheet.as_of {
        cells.moment(page, (row, next), as_of)?;
    }
    Ok(())
}
