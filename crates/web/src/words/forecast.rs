//! What is said of a licence's future.

use domain::Forecast;
use jiff::civil::Date;

use super::{Words, messages};

messages! {
    forecast_no_seats: "Dieses Produkt zählt keine Plätze.", "This product counts no seats.";
    forecast_exhausted: "Schon jetzt ist kein Platz mehr frei.", "No seat is free already.";
    forecast_free_unknown: "Wie viele Plätze jetzt frei sind, ist nicht bekannt.",
        "Nobody knows how many seats are free now.";
    forecast_too_short(days, needed):
        "Zu wenig Vergangenheit: Zahlen von {days} Arbeitstagen statt {needed}.",
        "Not enough history: numbers of {days} working days, and it takes {needed}.";
    forecast_not_in_sight: "Im bisherigen Tempo reichen die Plätze länger als ein Jahr.",
        "At the pace so far the seats last for more than a year.";
    forecast_runs_out(likely, earliest, latest):
        "Voraussichtlich am {likely} aufgebraucht ({earliest} bis {latest}).",
        "Likely to run out on {likely} ({earliest} to {latest}).";
    forecast_may_run_out(likely, earliest):
        "Voraussichtlich am {likely} aufgebraucht, frühestens am {earliest}.",
        "Likely to run out on {likely}, on {earliest} at the earliest.";
}

impl Words {
    /// `None`: the product counts no seats. `day` writes a day as the reader knows it.
    pub(crate) fn forecast(self, known: Option<&Forecast>, day: impl Fn(Date) -> String) -> String {
        match known {
            None => self.forecast_no_seats().to_owned(),
            Some(Forecast::Exhausted) => self.forecast_exhausted().to_owned(),
            Some(Forecast::NotEnoughHistory { days, needed }) if days >= needed => {
                self.forecast_free_unknown().to_owned()
            }
            Some(Forecast::NotEnoughHistory { days, needed }) => {
                self.forecast_too_short(days, needed)
            }
            Some(Forecast::NotInSight { .. }) => self.forecast_not_in_sight().to_owned(),
            Some(Forecast::RunsOut(out)) => match out.latest {
                Some(latest) => {
                    self.forecast_runs_out(day(out.likely), day(out.earliest), day(latest))
                }
                None => self.forecast_may_run_out(day(out.likely), day(out.earliest)),
            },
        }
    }
}
