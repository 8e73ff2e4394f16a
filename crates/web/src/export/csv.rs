//! CSV as RFC 4180 has it, in which no name from outside can become a formula.

use std::borrow::Cow;

use csv::{Terminator, WriterBuilder};
use domain::Language;
use serde_json::Value;

use crate::problem::Error;
use crate::words::Words;

use super::cell::Cell;
use super::columns::{Column, Kind, columns};
use super::source::Row;
use super::wish::{ExportWish, Exported, Separator};

/// By which Excel knows UTF-8.
const BOM: &str = "\u{feff}";

#[derive(Debug)]
pub(super) struct CsvFile {
    what: Exported,
    words: Words,
    separator: Separator,
    bom: bool,
    begun: bool,
}

impl CsvFile {
    pub(super) fn new(wish: &ExportWish, language: Language) -> Self {
        Self {
            what: wish.what,
            words: Words(language),
            separator: wish.separator,
            bom: wish.bom,
            begun: false,
        }
    }

    /// The rows as lines, after the names of the columns if they are the first.
    pub(super) fn rows(&mut self, rows: &[Row]) -> Result<Vec<u8>, Error> {
        let columns = columns(self.what);
        let begins = !std::mem::replace(&mut self.begun, true);
        let mut bytes = Vec::new();
        if begins && self.bom {
            bytes.extend(BOM.as_bytes());
        }
        let mut lines = WriterBuilder::new();
        lines.delimiter(self.separator.byte());
        lines.terminator(Terminator::CRLF);
        let mut lines = lines.from_writer(bytes);
        if begins {
            let names = columns.iter().map(|column| column.name);
            lines.write_record(names).map_err(Error::internal_of)?;
        }
        for row in rows {
            let shape = serde_json::to_value(&row.shape).map_err(Error::internal_of)?;
            let cells = columns.iter().map(|column| self.text(&shape, column));
            let cells = cells.map(Cow::into_owned);
            lines.write_record(cells).map_err(Error::internal_of)?;
        }
        lines.into_inner().map_err(Error::internal_of)
    }

    fn text<'a>(&self, shape: &'a Value, column: &Column) -> Cow<'a, str> {
        match (Cell::of(shape, column), column.kind) {
            (Cell::Nothing, _) => Cow::Borrowed(""),
            (Cell::Number(number), _) => number.to_string().into(),
            (Cell::Moment(at), _) => at.to_string().into(),
            (Cell::Flag(flag), _) => flag.to_string().into(),
            (Cell::Text(word), Kind::Level) => self.words.level_word(word).into(),
            (Cell::Text(text), _) => harmless(text),
        }
    }
}

/// A text that a spreadsheet takes for a text: an apostrophe before what would begin a formula.
pub(crate) fn harmless(text: &str) -> Cow<'_, str> {
    match text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        true => format!("'{text}").into(),
        false => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_would_begin_a_formula_gets_an_apostrophe() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"] {
            assert_eq!(harmless(formula), format!("'{formula}"));
        }
        for text in ["", "a=b", "'=1", " =1", "Söhne & Co", "1-2"] {
            assert_eq!(harmless(text), text);
        }
    }
}
