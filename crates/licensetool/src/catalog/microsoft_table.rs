//! Reads Microsoft's published CSV of product names, of which every product fills many lines.
//!
//! Self-contained, so that the fuzz target can take in this file alone.

use std::collections::BTreeMap;

use csv::StringRecord;
use domain::SkuId;

/// What the file names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Table {
    /// Product id, part number, English name; each id once.
    pub(crate) products: Vec<(SkuId, String, String)>,
    /// Lines that could not be used, as sentences; at most [`MOST_PROBLEMS`].
    pub(crate) problems: Vec<String>,
}

/// More would only hide the first ones.
const MOST_PROBLEMS: usize = 20;

/// A longer name is no name.
const LONGEST_NAME: usize = 300;

/// Where the three columns stand that are of use here.
struct Columns {
    name: usize,
    part_number: usize,
    id: usize,
}

/// Reads the file's bytes. Texts that are not UTF-8 are read as Windows-1252, as Excel saves them.
///
/// # Errors
/// A sentence, if the file has no heading with the three columns that are needed.
pub(crate) fn parse(bytes: &[u8]) -> Result<Table, String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|byte| from_windows_1252(*byte)).collect(),
    };
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_reader(text.as_bytes());
    let heading = reader.headers().map_err(|error| error.to_string())?;
    let columns = Columns::find(heading)?;

    let mut by_id = BTreeMap::new();
    let mut problems = Vec::new();
    for record in reader.records() {
        let place = match &record {
            Ok(record) => record.position().cloned(),
            Err(error) => error.position().cloned(),
        };
        match record
            .map_err(|error| error.to_string())
            .and_then(|record| columns.product(&record))
        {
            Ok((id, part_number, name)) => {
                by_id.entry(id).or_insert((part_number, name));
            }
            Err(problem) if problems.len() < MOST_PROBLEMS => {
                let line = place.map_or(0, |place| line_at(&text, place.byte()));
                problems.push(format!("line {line}: {problem}"));
            }
            Err(_) => {}
        }
    }
    let products = by_id
        .into_iter()
        .map(|(id, (part_number, name))| (id, part_number, name));
    Ok(Table {
        products: products.collect(),
        problems,
    })
}

/// The line on which the record at a place begins, as editors count: the reader itself counts
/// differently where lines end in CR LF.
fn line_at(text: &str, byte: u64) -> usize {
    let before = usize::try_from(byte).unwrap_or(usize::MAX).min(text.len());
    let (before, after) = text.as_bytes().split_at(before);
    let blank = after.iter().take_while(|byte| b"\r\n".contains(byte));
    let ends = before.iter().chain(blank).filter(|byte| **byte == b'\n');
    1 + ends.count()
}

impl Columns {
    fn find(heading: &StringRecord) -> Result<Self, String> {
        let plain = |text: &str| -> String {
            text.chars()
                .filter(char::is_ascii_alphanumeric)
                .collect::<String>()
                .to_lowercase()
        };
        let column = |wanted: &str| {
            heading
                .iter()
                .position(|name| plain(name) == plain(wanted))
                .ok_or_else(|| {
                    format!(
                        "the first line has no column {wanted}; it must be Microsoft's table \
                     \"Product names and service plan identifiers for licensing\" as CSV"
                    )
                })
        };
        Ok(Self {
            name: column("Product_Display_Name")?,
            part_number: column("String_Id")?,
            id: column("GUID")?,
        })
    }

    fn product(&self, record: &StringRecord) -> Result<(SkuId, String, String), String> {
        let field = |column: usize| record.get(column).unwrap_or_default().trim();
        let id = field(self.id);
        let id = id.parse().map_err(|_| {
            let shown: String = id.chars().take(60).flat_map(char::escape_debug).collect();
            format!("\"{shown}\" is no GUID")
        })?;
        let name = field(self.name);
        if name.is_empty() || name.len() > LONGEST_NAME {
            return Err(format!(
                "the name of {id} is empty or longer than {LONGEST_NAME} bytes"
            ));
        }
        Ok((
            SkuId(id),
            field(self.part_number).to_owned(),
            name.to_owned(),
        ))
    }
}

/// The bytes 0x80 to 0x9f are where Windows-1252 differs from Latin-1; only those that occur in
/// product names are told apart.
fn from_windows_1252(byte: u8) -> char {
    match byte {
        0x91 | 0x92 => '’',
        0x93 | 0x94 => '"',
        0x96 => '–',
        0x97 => '—',
        0x99 => '™',
        0xa0 => ' ',
        0x80..=0x9f => '\u{fffd}',
        other => char::from(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADING: &str = "Product_Display_Name,String_Id,GUID,Service_Plan_Name";

    fn check(lines: &[&str], products: &[(&str, &str)], problems: &[&str]) {
        let text = [&[HEADING], lines].concat().join("\r\n");
        let table = parse(text.as_bytes()).unwrap();
        let got: Vec<_> = table
            .products
            .iter()
            .map(|(_, part, name)| (part.as_str(), name.as_str()))
            .collect();
        assert_eq!(got, products);
        assert_eq!(table.problems, problems);
    }

    #[test]
    fn a_product_of_many_lines_is_named_once() {
        check(
            &[
                "\"A1, for students\",STUDENT,314c4481-f395-4525-be8b-2ec4bb1e9d91,PLAN_A",
                "\"A1, for students\",STUDENT,314c4481-f395-4525-be8b-2ec4bb1e9d91,PLAN_B",
                "A1 for faculty,FACULTY,94763226-9b3c-4e75-a931-5c89701abe66,PLAN_A",
            ],
            &[
                ("STUDENT", "A1, for students"),
                ("FACULTY", "A1 for faculty"),
            ],
            &[],
        );
    }

    #[test]
    fn lines_that_make_no_sense_are_named_and_the_others_kept() {
        check(
            &[
                "Nothing,N,not-a-guid,P",
                "A1,A,94763226-9b3c-4e75-a931-5c89701abe66",
                ",X,94763226-9b3c-4e75-a931-5c89701abe67",
                "short",
            ],
            &[("A", "A1")],
            &[
                "line 2: \"not-a-guid\" is no GUID",
                "line 4: the name of 94763226-9b3c-4e75-a931-5c89701abe67 is empty or longer than \
                 300 bytes",
                "line 5: \"\" is no GUID",
            ],
        );
    }

    #[test]
    fn headings_are_found_however_they_are_written() {
        let heading = "\u{feff}guid,string id,PRODUCT DISPLAY NAME";
        let text = format!("{heading}\n94763226-9b3c-4e75-a931-5c89701abe66,A,A1");
        assert_eq!(parse(text.as_bytes()).unwrap().products[0].2, "A1");
    }

    #[test]
    fn another_table_is_refused_by_its_heading() {
        let error = parse(b"a,b,c\n1,2,3").unwrap_err();
        assert!(error.contains("no column Product_Display_Name"), "{error}");
        assert!(parse(b"").is_err());
    }

    #[test]
    fn a_file_saved_by_excel_keeps_its_dashes() {
        let mut bytes = HEADING.as_bytes().to_vec();
        bytes.extend(b"\nPower Apps \x96 f\xfcr alle,P,94763226-9b3c-4e75-a931-5c89701abe66,X");
        assert_eq!(
            parse(&bytes).unwrap().products[0].2,
            "Power Apps – für alle"
        );
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>) {
            let with_heading = [HEADING.as_bytes(), b"\n", &bytes].concat();
            let table = parse(&with_heading).unwrap_or_default();
            proptest::prop_assert!(table.problems.len() <= MOST_PROBLEMS);
            drop(parse(&bytes));
        }
    }
}
