//! Lines of figures, aligned for people.

use std::io::Write as _;

/// Writes a heading and the names of the columns.
pub(crate) fn heading(title: &str, columns: &[&str]) {
    say(&format!("\n{title}"));
    row(columns);
}

/// Writes one line: a name, then figures.
pub(crate) fn row<T: AsRef<str>>(cells: &[T]) {
    let mut line = String::new();
    for (index, cell) in cells.iter().enumerate() {
        let cell = cell.as_ref();
        line.push_str(&if index == 0 {
            format!("{cell:<26}")
        } else {
            format!("{cell:>16}")
        });
    }
    say(&line);
}

pub(crate) fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    drop(writeln!(out, "{text}"));
    drop(out.flush());
}

pub(crate) fn seconds(value: f64) -> String {
    if value < 1.0 {
        format!("{:.1} ms", value * 1e3)
    } else {
        format!("{value:.2} s")
    }
}

pub(crate) fn mebibytes(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}

/// The value below which a share of the sorted values lies.
pub(crate) fn quantile(sorted: &[f64], share: f64) -> f64 {
    let last = sorted.len().saturating_sub(1);
    sorted[((last as f64) * share).round() as usize]
}
