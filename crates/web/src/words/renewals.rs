//! The words for what comes to its date: whether it renews, why that is believed, and months.

use domain::{Evidence, Outlook, Renewal};
use jiff::Timestamp;

use super::{Words, messages};

messages! {
    renewals_title: "Verlängerungen", "Renewals";
    renewals_lead: "Was in den nächsten zwölf Monaten fällig wird.",
        "What comes to its date in the next twelve months.";
    renewals_calendar: "Als Kalender abonnieren (.ics)", "Subscribe as a calendar (.ics)";
    renewals_none: "Nichts wird fällig", "Nothing comes to its date";
    renewals_none_what:
        "Bei den Mandanten, die zu sehen sind, wird in den nächsten zwölf Monaten kein Abonnement \
         fällig.",
        "At the tenants that can be seen, no subscription has a date in the next twelve months.";
    renewals_date: "Datum", "Date";
    renewals_product: "Produkt", "Product";
    renewals_seats: "Plätze", "Seats";
    renewals_unused: "Nie gebraucht", "Never used";
    renewals_unused_since(date): "seit {date}", "since {date}";
    renewals_unused_later(days): "erst {days} Tage vorher", "from {days} days before";
    renewals_outlook: "Was geschieht", "What happens";
    renewals_say: "Festlegen", "Say";
    renewals_say_of(product): "Festlegen für {product}", "Say of {product}";
    renewals_trial: "Testversion", "trial";
    renewals_grace: "Ende der Nachfrist", "end of grace";
    renewals_told_from(date): "wird ab {date} gemeldet", "told from {date} on";
    renewals_untold: "wird nicht gemeldet", "nobody is told";
    renewals_all_outlooks: "alles", "all";
    renewals_set_renews: "verlängert sich", "renews";
    renewals_set_ends: "endet", "ends";
    renewals_forget: "vergessen", "forget";
    outlook_renews: "verlängert sich", "renews";
    outlook_ends: "endet", "ends";
    outlook_unknown: "unbekannt", "unknown";
    outlook_unknown_long: "ob sie sich verlängert, ist nicht bekannt",
        "whether it renews is not known";
    because_pinned: "So von Hand festgelegt.", "Somebody set it so.";
    because_renewed(from, to): "Hat sich schon verlängert: das Datum ging von {from} auf {to}.",
        "It has renewed before: its date went from {from} to {to}.";
    because_ended(seen_on): "Ausgelaufen, gesehen am {seen_on}.",
        "It has ended, seen on {seen_on}.";
    because_nothing: "Das Datum allein sagt es nicht.", "The date alone does not say.";
}

messages! {
    month_1: "Januar", "January";
    month_2: "Februar", "February";
    month_3: "März", "March";
    month_4: "April", "April";
    month_5: "Mai", "May";
    month_6: "Juni", "June";
    month_7: "Juli", "July";
    month_8: "August", "August";
    month_9: "September", "September";
    month_10: "Oktober", "October";
    month_11: "November", "November";
    month_12: "Dezember", "December";
}

impl Words {
    /// In a word or two.
    pub(crate) fn outlook(self, outlook: Outlook) -> &'static str {
        match outlook {
            Outlook::Renews => self.outlook_renews(),
            Outlook::Ends => self.outlook_ends(),
            Outlook::Unknown => self.outlook_unknown(),
        }
    }

    /// As the end of a sentence that begins with a date.
    pub(crate) fn outlook_long(self, outlook: Outlook) -> &'static str {
        match outlook {
            Outlook::Unknown => self.outlook_unknown_long(),
            known => self.outlook(known),
        }
    }

    /// Why something is believed of a purchase. `day` writes the days in it.
    pub(crate) fn because(self, renewal: &Renewal, day: impl Fn(Timestamp) -> String) -> String {
        match renewal.evidence {
            Evidence::Pinned => self.because_pinned().to_owned(),
            Evidence::ObservedRenewal { from, to, .. } => self.because_renewed(day(from), day(to)),
            Evidence::HasEnded { seen_at } => self.because_ended(day(seen_at)),
            Evidence::Nothing => self.because_nothing().to_owned(),
        }
    }

    /// `month` from 1 to 12.
    pub(crate) fn month(self, month: i8) -> &'static str {
        match month {
            1 => self.month_1(),
            2 => self.month_2(),
            3 => self.month_3(),
            4 => self.month_4(),
            5 => self.month_5(),
            6 => self.month_6(),
            7 => self.month_7(),
            8 => self.month_8(),
            9 => self.month_9(),
            10 => self.month_10(),
            11 => self.month_11(),
            _ => self.month_12(),
        }
    }
}
