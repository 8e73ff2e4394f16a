//! Decisions by points and weights: what a record's table says as totals is what it adds up to.

use crate::finding::{Finding, check};
use crate::tree::{File, Tree};

const DECISIONS: &str = "docs/decisions/";
const WAY_OUT: &str = "Correct the points or the total, and say in the record what has changed";

/// Rows of a table between its head and its total.
struct Matrix<'a> {
    /// Weight in percent, and the points of each way.
    rows: Vec<(u64, Vec<u64>)>,
    totals: Vec<&'a str>,
    line_of_total: usize,
}

pub(crate) fn totals(tree: &Tree) -> Vec<Finding> {
    let records = tree.ending_in(".md");
    let records = records.filter(|file| file.path.starts_with(DECISIONS));
    records.flat_map(findings).collect()
}

fn findings(record: &File) -> Vec<Finding> {
    let weighs = |line: &str| cells(line).get(1) == Some(&"weight");
    let Some((head, _)) = record.lines().find(|(_, line)| weighs(line)) else {
        return Vec::new();
    };
    let Some(matrix) = Matrix::read(record, head) else {
        let what = "the table of weights and points cannot be read up to its total".to_owned();
        return vec![Finding::new(&record.path, head, what, WAY_OUT)];
    };
    let finding = |what| Finding::new(&record.path, matrix.line_of_total, what, WAY_OUT);
    let wrong = |(way, said): (usize, &&str)| {
        let sum = matrix.total(way)?;
        (*said != sum)
            .then(|| finding(format!("the total of way {} is {sum}, not {said}", way + 1)))
    };
    let mut findings: Vec<Finding> = matrix.totals.iter().enumerate().filter_map(wrong).collect();
    let weights: u64 = matrix.rows.iter().map(|(weight, _)| weight).sum();
    if weights != 100 {
        findings.push(finding(format!(
            "the weights add up to {weights} %, not 100 %"
        )));
    }
    findings
}

impl<'a> Matrix<'a> {
    /// `None` if something in it is no number, or no total follows.
    fn read(record: &'a File, head: usize) -> Option<Self> {
        let mut rows = Vec::new();
        for (line, text) in record.lines().skip(head + 1) {
            let cells = cells(text);
            let [name, weight, points @ ..] = cells.as_slice() else {
                return None;
            };
            if *name == "total" {
                let totals = points.to_vec();
                let complete = rows
                    .iter()
                    .all(|(_, row): &(u64, Vec<u64>)| row.len() == totals.len());
                return (complete && !totals.is_empty()).then_some(Self {
                    rows,
                    totals,
                    line_of_total: line,
                });
            }
            let weight = weight.strip_suffix(" %")?.parse().ok()?;
            let points: Result<Vec<u64>, _> = points.iter().map(|it| it.parse()).collect();
            rows.push((weight, points.ok()?));
        }
        None
    }

    /// With two digits after the point, as the record writes it.
    fn total(&self, way: usize) -> Option<String> {
        let parts: Option<Vec<u64>> = self
            .rows
            .iter()
            .map(|(weight, points)| Some(weight * points.get(way)?))
            .collect();
        let hundredths: u64 = parts?.iter().sum();
        Some(format!("{}.{:02}", hundredths / 100, hundredths % 100))
    }
}

/// Of a row of a table; nothing of any other line.
fn cells(line: &str) -> Vec<&str> {
    let row = line.strip_prefix('|').and_then(|row| row.strip_suffix('|'));
    row.map_or_else(Vec::new, |row| row.split('|').map(str::trim).collect())
}

#[test]
fn a_total_that_does_not_add_up_is_found() {
    let table = |last: &str| {
        format!(
            "# A record\n\n| criterion | weight | one | two |\n|---|---|---|---|\n\
             | a | 35 % | 6 | 4 |\n| b | 65 % | 7 | 10 |\n{last}\n"
        )
    };
    let tree = Tree::of([
        (
            "docs/decisions/0001.md",
            table("| total | 100 % | 6.65 | 7.90 |"),
        ),
        (
            "docs/decisions/0002.md",
            table("| total | 100 % | 6.65 | 7.91 |"),
        ),
        (
            "docs/decisions/0003.md",
            table("| c | 1 % | 1 | 1 |\n| total | 100 % | 6.66 | 7.91 |"),
        ),
        ("docs/decisions/0004.md", table("| total | 100 % | 6.65 |")),
        ("docs/decisions/0005.md", table("and no total")),
        (
            "docs/decisions/0006.md",
            "| criterion | meaning |\n".to_owned(),
        ),
        ("docs/other.md", table("| total | 100 % | 1.00 | 1.00 |")),
    ]);
    let places = [
        ("docs/decisions/0002.md", 7),
        ("docs/decisions/0003.md", 8),
        ("docs/decisions/0004.md", 3),
        ("docs/decisions/0005.md", 3),
    ];
    check(&totals(&tree), &places);
}
