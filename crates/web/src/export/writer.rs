//! The file itself: rows go in, bytes come out.

use domain::Language;
use jiff::tz::TimeZone;

use crate::problem::Error;

use super::csv::CsvFile;
use super::source::Row;
use super::wish::{ExportFormat, ExportWish};
use super::workbook::Book;

#[derive(Debug)]
pub(super) enum Writer {
    Csv(CsvFile),
    Ndjson,
    Xlsx(Box<Book>),
}

impl Writer {
    pub(super) fn new(wish: &ExportWish, language: Language, zone: TimeZone) -> Self {
        match wish.format {
            ExportFormat::Csv => Self::Csv(CsvFile::new(wish, language)),
            ExportFormat::Ndjson => Self::Ndjson,
            ExportFormat::Xlsx => Self::Xlsx(Box::new(Book::new(wish.what, language, zone))),
        }
    }

    /// The bytes that are ready with these rows.
    pub(super) fn rows(&mut self, rows: &[Row]) -> Result<Vec<u8>, Error> {
        match self {
            Self::Csv(file) => file.rows(rows),
            Self::Ndjson => lines(rows),
            Self::Xlsx(book) => {
                let taken = rows.iter().try_for_each(|row| book.row(row));
                taken.map(|()| Vec::new())
            }
        }
    }

    /// What comes last.
    pub(super) fn finish(self) -> Result<Vec<u8>, Error> {
        match self {
            Self::Csv(mut file) => file.rows(&[]),
            Self::Ndjson => Ok(Vec::new()),
            Self::Xlsx(book) => book.finish(),
        }
    }
}

/// An object a line.
fn lines(rows: &[Row]) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    for row in rows {
        serde_json::to_writer(&mut bytes, &row.shape).map_err(Error::internal_of)?;
        bytes.push(b'\n');
    }
    Ok(bytes)
}
