//! Rows of the licence list: what they say, and what they should say.

use std::collections::BTreeMap;

use domain::{SkuId, TenantKey};
use graph::{Field, Fields, Item};

/// The internal names of the licence list's columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LicenseColumns {
    /// Product name and part number.
    pub title: String,
    pub tenant: String,
    pub available: String,
    pub used: String,
    pub free: String,
    /// Asks the company's flow to inform a technician.
    pub inform: String,
    /// The flow's answer: somebody was informed.
    pub informed: String,
}

impl LicenseColumns {
    pub(crate) fn all(&self) -> [&str; 7] {
        [
            &self.title,
            &self.tenant,
            &self.available,
            &self.used,
            &self.free,
            &self.inform,
            &self.informed,
        ]
    }
}

/// A row as it stands in the list.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) etag: String,
    pub(crate) title: String,
    pub(crate) tenant: String,
    pub(crate) available: Option<f64>,
    pub(crate) used: Option<f64>,
    pub(crate) free: Option<f64>,
    pub(crate) inform: bool,
    pub(crate) informed: bool,
}

impl Row {
    pub(crate) fn read(item: Item, columns: &LicenseColumns) -> Self {
        let fields = item.fields;
        Self {
            title: text(&fields, &columns.title),
            tenant: text(&fields, &columns.tenant),
            available: number(&fields, &columns.available),
            used: number(&fields, &columns.used),
            free: number(&fields, &columns.free),
            inform: flag(&fields, &columns.inform).unwrap_or(false),
            informed: flag(&fields, &columns.informed).unwrap_or(false),
            id: item.id,
            etag: item.etag,
        }
    }

    /// The part number in the brackets at the end of the title, by which a row is found: product
    /// names change.
    pub(crate) fn part_number(&self) -> Option<&str> {
        let title = self.title.trim().strip_suffix(')')?;
        let (_, part_number) = title.rsplit_once('(')?;
        Some(part_number.trim()).filter(|it| !it.is_empty())
    }

    /// Ids are decimal numbers; the smallest is the oldest.
    pub(crate) fn age(&self) -> (u64, &str) {
        (self.id.parse().unwrap_or(u64::MAX), &self.id)
    }
}

pub(crate) fn text(fields: &Fields, column: &str) -> String {
    match fields.get(column) {
        Some(Field::Text(text)) => text.trim().to_owned(),
        Some(Field::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

/// A column may be a text that holds a number.
fn number(fields: &Fields, column: &str) -> Option<f64> {
    match fields.get(column)? {
        Field::Number(number) => Some(*number),
        Field::Text(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// A column may be a text or a number that means yes or no.
pub(crate) fn flag(fields: &Fields, column: &str) -> Option<bool> {
    match fields.get(column)? {
        Field::Flag(flag) => Some(*flag),
        Field::Number(number) => Some(*number != 0.0),
        Field::Text(text) => match text.trim().to_lowercase().as_str() {
            "true" | "yes" | "ja" | "1" => Some(true),
            "false" | "no" | "nein" | "0" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// What a row should say of informing a technician.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Inform {
    /// There is no shortage.
    No,
    /// A shortage that is news: the flow is asked, whatever it answered to an earlier one.
    Ask,
    /// A shortage of which the flow was asked: it is asked as long as it has not answered.
    Asked,
    /// A shortage of which somebody knows, or nobody is to be told: left as it is.
    Leave,
}

/// What a row should say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) tenant: TenantKey,
    pub(crate) tenant_name: String,
    pub(crate) sku: SkuId,
    pub(crate) part_number: String,
    pub(crate) title: String,
    /// `None`: not known, and so not written.
    pub(crate) available: Option<i64>,
    pub(crate) used: Option<i64>,
    pub(crate) free: Option<i64>,
    pub(crate) inform: Inform,
}

impl Wanted {
    /// The fields of a new row.
    pub(crate) fn all(&self, columns: &LicenseColumns) -> Fields {
        let nothing = Row {
            id: String::new(),
            etag: String::new(),
            title: String::new(),
            tenant: String::new(),
            available: None,
            used: None,
            free: None,
            inform: false,
            informed: false,
        };
        let mut fields = self.changed(&nothing, columns);
        // An empty column is neither yes nor no, and flows ask for no.
        for column in [&columns.inform, &columns.informed] {
            fields.entry(column.clone()).or_insert(Field::Flag(false));
        }
        fields
    }

    /// Whether the row still holds the answer to an earlier question: it is taken back first,
    /// because a flow notices only a question that was not there before.
    pub(crate) fn asks_anew(&self, row: &Row) -> bool {
        self.inform == Inform::Ask && row.inform && row.informed
    }

    /// The fields in which a row is not what it should be.
    pub(crate) fn changed(&self, row: &Row, columns: &LicenseColumns) -> Fields {
        let mut fields = BTreeMap::new();
        let texts = [
            (&columns.title, &self.title, &row.title),
            (&columns.tenant, &self.tenant_name, &row.tenant),
        ];
        for (column, wanted, found) in texts {
            if wanted != found {
                fields.insert(column.clone(), Field::Text(wanted.clone()));
            }
        }
        let numbers = [
            (&columns.available, self.available, row.available),
            (&columns.used, self.used, row.used),
            (&columns.free, self.free, row.free),
        ];
        for (column, wanted, found) in numbers {
            // Seats are small numbers, exact in a f64.
            let wanted = wanted.map(|seats| seats as f64);
            if let Some(wanted) = wanted.filter(|wanted| found != Some(*wanted)) {
                fields.insert(column.clone(), Field::Number(wanted));
            }
        }
        let (inform, informed) = match self.inform {
            Inform::No => (false, false),
            _ if self.asks_anew(row) => (false, false),
            Inform::Ask => (true, false),
            Inform::Asked if !row.informed => (true, false),
            Inform::Asked | Inform::Leave => (row.inform, row.informed),
        };
        let flags = [
            (&columns.inform, inform, row.inform),
            (&columns.informed, informed, row.informed),
        ];
        for (column, wanted, found) in flags {
            if wanted != found {
                fields.insert(column.clone(), Field::Flag(wanted));
            }
        }
        fields
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliver::sharepoint::specimen::{columns, row, wanted};

    #[test]
    fn a_row_is_known_by_the_part_number_in_its_title() {
        let check = |title: &str, part_number: Option<&str>| {
            let row = Row {
                title: title.to_owned(),
                ..row("1", "A3", 1.0)
            };
            assert_eq!(row.part_number(), part_number, "{title}");
        };
        check("Office 365 A1 (STANDARDWOFFPACK)", Some("STANDARDWOFFPACK"));
        check("Fabric (Free) (POWER_BI) ", Some("POWER_BI"));
        check("(X)", Some("X"));
        check("Office 365", None);
        check("Office ()", None);
        check("", None);
    }

    #[test]
    fn only_what_differs_is_written() {
        let check = |free: i64, inform, row: &Row, expected: &[(&str, Field)]| {
            let fields = wanted("A3", free, inform).changed(row, &columns());
            let expected = expected.iter().cloned();
            let expected = expected.map(|(name, field)| (name.to_owned(), field));
            assert_eq!(fields, expected.collect(), "{free} {inform:?}");
        };
        let plain = row("1", "A3", 5.0);
        check(5, Inform::No, &plain, &[]);
        check(5, Inform::Leave, &plain, &[]);
        let numbers = [
            ("Frei", Field::Number(0.0)),
            ("Gebraucht", Field::Number(100.0)),
        ];
        check(0, Inform::Leave, &plain, &numbers);
        let asks = [("Infosup", Field::Flag(true))];
        check(5, Inform::Ask, &plain, &asks);
        check(5, Inform::Asked, &plain, &asks);

        let answered = Row {
            inform: true,
            informed: true,
            ..row("1", "A3", 5.0)
        };
        check(5, Inform::Asked, &answered, &[]);
        check(5, Inform::Leave, &answered, &[]);
        let no = Field::Flag(false);
        let both = [("Infosup", no.clone()), ("technician_informed", no)];
        check(5, Inform::No, &answered, &both);
        // The question is taken back before it is asked anew.
        check(5, Inform::Ask, &answered, &both);
        let unanswered = Row {
            informed: false,
            ..answered
        };
        check(5, Inform::Ask, &unanswered, &[]);
    }

    #[test]
    fn numbers_that_nobody_knows_are_not_written() {
        let mut unknown = wanted("A3", 5, Inform::Leave);
        (unknown.used, unknown.free) = (None, None);
        assert!(unknown.changed(&row("1", "A3", 9.0), &columns()).is_empty());
        assert_eq!(unknown.all(&columns()).len(), 5);
    }

    #[test]
    fn columns_of_other_kinds_are_understood() {
        let read = |field: Field| {
            let item = Item {
                id: "1".to_owned(),
                etag: String::new(),
                modified_at: None,
                fields: BTreeMap::from([
                    ("Infosup".to_owned(), field.clone()),
                    ("Frei".to_owned(), field),
                ]),
            };
            let row = Row::read(item, &columns());
            (row.inform, row.free)
        };
        assert_eq!(read(Field::Text(" Ja ".to_owned())), (true, None));
        assert_eq!(read(Field::Text("1".to_owned())), (true, Some(1.0)));
        assert_eq!(read(Field::Number(0.0)), (false, Some(0.0)));
        assert_eq!(read(Field::Flag(true)), (true, None));
        assert_eq!(read(Field::Null), (false, None));
    }
}
