//! The company's flow in Power Automate: it mails a technician about each shortage, once.

use std::collections::HashSet;

use jiff::Timestamp;
use serde_json::Value;

use super::list::List;

/// The column by which the tool asks the flow to inform somebody.
pub(super) const INFORM: &str = "Infosup";
/// The column by which the flow says that it has.
pub(super) const INFORMED: &str = "technician_informed";

/// A mail that the flow has sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowMail {
    /// By the world's clock.
    pub at: Timestamp,
    pub row_id: String,
    /// Of the row: the licence.
    pub title: String,
    pub tenant: String,
}

#[derive(Debug)]
pub(crate) struct Flow {
    pub(crate) on: bool,
    pub(crate) mails: Vec<FlowMail>,
    /// Rows whose request stands and has been met: nobody is mailed twice about one shortage.
    met: HashSet<u64>,
}

impl Flow {
    pub(super) fn new(on: bool) -> Flow {
        Flow {
            on,
            mails: Vec::new(),
            met: HashSet::new(),
        }
    }

    /// Runs over the licence list after it was written to.
    pub(super) fn run(&mut self, list: &mut List, now: Timestamp) {
        // A request that is taken back may come again, also while the flow is off.
        self.met
            .retain(|id| list.items.get(id).is_some_and(|item| item.is(INFORM)));
        if !self.on {
            return;
        }
        let can_say = list.column(INFORMED).is_ok();
        for item in list.items.values_mut().filter(|item| item.is(INFORM)) {
            if !self.met.insert(item.id) || item.is(INFORMED) {
                continue;
            }
            let text = |name| item.fields.get(name).and_then(Value::as_str);
            self.mails.push(FlowMail {
                at: now,
                row_id: item.id.to_string(),
                title: text("Title").unwrap_or_default().to_owned(),
                tenant: text("Tenant").unwrap_or_default().to_owned(),
            });
            if can_say {
                item.change([(INFORMED.to_owned(), Some(true.into()))], now);
            }
        }
    }
}
