//! The lines that `demo --fast` prints: date, school, what happened, who was told.

use console::{Color, Style};
use jiff::civil::Date;

use crate::columns::printable;
use crate::output;

/// Room for the longest headline, so that what follows stands in a column.
const WHAT: usize = 72;

#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) on: Date,
    pub(super) school: String,
    /// In one word.
    pub(super) word: &'static str,
    /// The alert it is about.
    pub(super) alert: Option<i64>,
    pub(super) what: String,
    /// Channels that were told, in order.
    pub(super) told: Vec<String>,
}

impl Line {
    pub(super) fn say(&self) -> std::io::Result<()> {
        let word = style(self.word).apply_to(format!("{:<12}", self.word));
        let alert = self.alert.map_or_else(String::new, |id| format!("#{id}"));
        let (school, what) = (printable(&self.school), printable(&self.what));
        let told = self.told.join(", ");
        let text = format!(
            "{}  {school:<16} {word} {alert:<4} {what:<WHAT$} {told}",
            self.on
        );
        output::say(text.trim_end())
    }
}

/// A season of the year, above its lines.
pub(super) fn season(words: &str) -> std::io::Result<()> {
    output::say(&format!("\n{}", Style::new().bold().apply_to(words)))
}

fn style(word: &str) -> Style {
    match word {
        "shortage" | "unseen" => Style::new().fg(Color::Red),
        "over" => Style::new().fg(Color::Green),
        "flow" | "bought" | "taken back" | "acknowledged" | "forecast" | "outage" => {
            Style::new().dim()
        }
        _ => Style::new().fg(Color::Yellow),
    }
}
