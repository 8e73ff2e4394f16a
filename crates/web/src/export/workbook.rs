//! A workbook for people: what is where on its first sheet, then a sheet for each tenant, with
//! numbers that are numbers and dates that are dates.
//!
//! It is made in memory, because what would write rows to disk holds a file open for each sheet.

use std::collections::HashMap;
use std::fmt;

use domain::{Language, TenantKey};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rust_xlsxwriter::{Color, ExcelDateTime, Format, FormatBorder, Workbook, Worksheet, XlsxError};
use serde_json::Value;

use crate::problem::Error;
use crate::words::Words;

use super::cell::Cell;
use super::columns::{Column, ForPeople, Kind, columns};
use super::sheet_names::SheetNames;
use super::source::Row;
use super::summary::{self, Sheet};
use super::wish::Exported;

/// What Excel takes into one cell, in units of UTF-16.
const CELL_MAX: usize = 32_767;

pub(super) struct Book {
    workbook: Workbook,
    what: Exported,
    pub(super) words: Words,
    zone: TimeZone,
    pub(super) formats: Formats,
    names: SheetNames,
    sheets: Vec<Sheet>,
    places: HashMap<TenantKey, usize>,
}

impl fmt::Debug for Book {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Book").finish_non_exhaustive()
    }
}

/// How cells look.
pub(super) struct Formats {
    pub(super) title: Format,
    pub(super) head: Format,
    pub(super) number: Format,
    moment: Format,
    /// By the stable word. Colours stand beside the word, never for it.
    levels: [(&'static str, Format); 5],
}

impl Formats {
    fn new(language: Language) -> Self {
        let level = |ink: u32, paper: u32| {
            let format = Format::new().set_bold();
            let format = format.set_font_color(Color::RGB(ink));
            format.set_background_color(Color::RGB(paper))
        };
        let head = Format::new().set_bold().set_text_wrap();
        let head = head.set_border_bottom(FormatBorder::Thin);
        let moment = match language {
            Language::German => "dd.mm.yyyy hh:mm",
            Language::English => "d mmm yyyy hh:mm",
        };
        Self {
            title: Format::new().set_bold().set_font_size(14),
            head: head.set_background_color(Color::RGB(0x00F5_F6F8)),
            number: Format::new().set_num_format("#,##0"),
            moment: Format::new().set_num_format(moment),
            levels: [
                ("enough", level(0x0012_652A, 0x00E4_F4E8)),
                ("low", level(0x007A_4A00, 0x00FD_F0D5)),
                ("exhausted", level(0x00A3_131F, 0x00FB_E4E5)),
                ("over-assigned", level(0x00A3_131F, 0x00FB_E4E5)),
                ("unknown", level(0x005B_3A8E, 0x00EF_E7FA)),
            ],
        }
    }

    fn level(&self, word: &str) -> Option<&Format> {
        let mut levels = self.levels.iter();
        levels.find(|level| level.0 == word).map(|level| &level.1)
    }
}

impl Book {
    pub(super) fn new(what: Exported, language: Language, zone: TimeZone) -> Self {
        let words = Words(language);
        let mut workbook = Workbook::new();
        // The first sheet is written last, when it is known what there is.
        workbook.add_worksheet();
        let mut names = SheetNames::default();
        let overview = names.make(words.export_overview(), "");
        Self {
            workbook,
            what,
            words,
            zone,
            formats: Formats::new(language),
            names,
            sheets: vec![Sheet::overview(overview)],
            places: HashMap::new(),
        }
    }

    pub(super) fn row(&mut self, row: &Row) -> Result<(), Error> {
        let shape = serde_json::to_value(&row.shape).map_err(Error::internal_of)?;
        let place = self.place(row).map_err(Error::internal_of)?;
        let sheet = &mut self.sheets[place];
        sheet.count(&shape);
        let number = sheet.rows;
        let page = self.workbook.worksheet_from_index(place);
        let page = page.map_err(Error::internal_of)?;
        let writer = CellWriter {
            words: self.words,
            zone: &self.zone,
            formats: &self.formats,
        };
        let columns = for_people(self.what).zip(0..);
        for ((column, _), place) in columns {
            let written = writer.write(page, (number, place), &shape, column);
            written.map_err(Error::internal_of)?;
        }
        Ok(())
    }

    /// The tenant's sheet, made with its head if this is the first row.
    fn place(&mut self, row: &Row) -> Result<usize, XlsxError> {
        if let Some(place) = self.places.get(&row.tenant) {
            return Ok(*place);
        }
        let name = self.names.make(&row.tenant_name, row.tenant.as_str());
        let page = self.workbook.add_worksheet();
        page.set_name(&name)?.set_landscape();
        page.set_print_fit_to_pages(1, 0).set_repeat_rows(0, 0)?;
        page.set_freeze_panes(1, 0)?;
        for ((_, people), place) in for_people(self.what).zip(0..) {
            let title = (people.title)(self.words);
            page.write_string_with_format(0, place, title, &self.formats.head)?;
            page.set_column_width(place, people.width)?;
        }
        let place = self.sheets.len();
        self.sheets.push(Sheet::of(name, row));
        self.places.insert(row.tenant.clone(), place);
        Ok(place)
    }

    pub(super) fn finish(mut self) -> Result<Vec<u8>, Error> {
        self.finished().map_err(Error::internal_of)
    }

    fn finished(&mut self) -> Result<Vec<u8>, XlsxError> {
        let width = for_people(self.what).count();
        let last = u16::try_from(width.saturating_sub(1)).unwrap_or(u16::MAX);
        for (place, sheet) in self.sheets.iter().enumerate().skip(1) {
            let page = self.workbook.worksheet_from_index(place)?;
            page.autofilter(0, 0, sheet.rows, last)?;
        }
        let page = self.workbook.worksheet_from_index(0)?;
        let writer = CellWriter {
            words: self.words,
            zone: &self.zone,
            formats: &self.formats,
        };
        summary::write(page, self.what, &self.sheets, &writer)?;
        self.workbook.save_to_buffer()
    }
}

fn for_people(what: Exported) -> impl Iterator<Item = (&'static Column, ForPeople)> {
    let columns = columns(what).iter();
    columns.filter_map(|column| Some((column, column.people?)))
}

/// Writes values as what they are.
pub(super) struct CellWriter<'a> {
    pub(super) words: Words,
    pub(super) zone: &'a TimeZone,
    pub(super) formats: &'a Formats,
}

impl CellWriter<'_> {
    fn write(
        &self,
        page: &mut Worksheet,
        (row, place): (u32, u16),
        shape: &Value,
        column: &Column,
    ) -> Result<(), XlsxError> {
        match (Cell::of(shape, column), column.kind) {
            (Cell::Nothing, _) => {}
            (Cell::Number(number), _) => self.number(page, (row, place), number)?,
            (Cell::Moment(at), _) => self.moment(page, (row, place), at)?,
            (Cell::Flag(flag), _) => {
                let word = match flag {
                    true => self.words.export_yes(),
                    false => self.words.export_no(),
                };
                page.write_string(row, place, word)?;
            }
            (Cell::Text(word), Kind::Level) => {
                let name = self.words.level_word(word);
                match self.formats.level(word) {
                    Some(look) => page.write_string_with_format(row, place, name, look)?,
                    None => page.write_string(row, place, name)?,
                };
            }
            (Cell::Text(word), Kind::Word) => {
                page.write_string(row, place, self.words.stable_word(word))?;
            }
            (Cell::Text(text), _) => {
                page.write_string(row, place, fitting(text))?;
            }
        }
        Ok(())
    }

    /// A number as a number: a spreadsheet's has 53 bits, which no tenant's seats exceed.
    pub(super) fn number(
        &self,
        page: &mut Worksheet,
        (row, place): (u32, u16),
        number: i64,
    ) -> Result<(), XlsxError> {
        page.write_number_with_format(row, place, number as f64, &self.formats.number)?;
        Ok(())
    }

    /// The time at the reader's place: a spreadsheet's times have no zone.
    pub(super) fn moment(
        &self,
        page: &mut Worksheet,
        (row, place): (u32, u16),
        at: Timestamp,
    ) -> Result<(), XlsxError> {
        match excel_time(at, self.zone) {
            Some(time) => {
                page.write_datetime_with_format(row, place, &time, &self.formats.moment)?
            }
            None => page.write_string(row, place, at.to_string())?,
        };
        Ok(())
    }
}

/// `None`: Excel has no such year.
fn excel_time(at: Timestamp, zone: &TimeZone) -> Option<ExcelDateTime> {
    let local = at.to_zoned_datetime(zone.clone());
    let (year, month) = (
        local.year().try_into().ok()?,
        local.month().try_into().ok()?,
    );
    let day = ExcelDateTime::from_ymd(year, month, local.day().try_into().ok()?).ok()?;
    let (hour, minute) = (
        local.hour().try_into().ok()?,
        local.minute().try_into().ok()?,
    );
    day.and_hms(hour, minute, f64::from(local.second())).ok()
}

/// What fits into a cell and into XML.
pub(super) fn fitting(text: &str) -> String {
    let mut length = 0;
    let fits = |sign: &char| {
        length += sign.len_utf16();
        length <= CELL_MAX
    };
    let is_text = |sign: &char| !matches!(sign, '\u{fffe}' | '\u{ffff}');
    text.chars().filter(is_text).take_while(fits).collect()
}
