//! What somebody wants exported, and how.

use domain::TenantKey;
use jiff::Timestamp;

/// What is exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exported {
    Licenses,
    Subscriptions,
    Alerts,
}

/// In what kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    Csv,
    Xlsx,
    Ndjson,
}

/// What stands between two cells of CSV.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Separator {
    #[default]
    Comma,
    /// Which Excel expects where the comma parts decimals.
    Semicolon,
}

/// What is wanted.
#[derive(Clone, Debug)]
pub struct ExportWish {
    pub what: Exported,
    pub format: ExportFormat,
    /// Only of this tenant. `None`: of all that are switched on.
    pub tenant: Option<TenantKey>,
    /// Only licences of these levels, with commas between.
    pub levels: Option<String>,
    /// Alerts that are over as well, if they ended then or later. `None`: only those that go on.
    pub since: Option<Timestamp>,
    /// Of CSV.
    pub separator: Separator,
    /// Whether CSV begins with the mark by which Excel knows UTF-8.
    pub bom: bool,
}

impl Exported {
    pub const ALL: [Self; 3] = [Self::Licenses, Self::Subscriptions, Self::Alerts];

    /// As addresses and the command line write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Licenses => "licenses",
            Self::Subscriptions => "subscriptions",
            Self::Alerts => "alerts",
        }
    }
}

impl ExportFormat {
    pub const ALL: [Self; 3] = [Self::Csv, Self::Xlsx, Self::Ndjson];

    /// The end of a file's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Ndjson => "ndjson",
        }
    }

    pub(crate) fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Ndjson => "application/x-ndjson",
        }
    }
}

impl Separator {
    /// From the sign itself or its name.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "," | "comma" => Some(Self::Comma),
            ";" | "semicolon" => Some(Self::Semicolon),
            _ => None,
        }
    }

    pub(crate) fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
        }
    }
}

impl ExportWish {
    /// A good name for the file: `licenses-iseschool-2026-11-23.csv`.
    pub fn file_name(&self, day: jiff::civil::Date) -> String {
        let what = self.what.as_str();
        let tenant = self.tenant.as_ref();
        let of = tenant.map_or_else(String::new, |key| format!("-{key}"));
        format!("{what}{of}-{day}.{}", self.format.as_str())
    }
}
