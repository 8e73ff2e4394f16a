//! Receivers of what the tool sends to others: mails and webhooks, kept to be looked at, and
//! refused on order.

mod smtp;
mod webhook;

use tokio::sync::watch;

pub use self::smtp::{Mail, SmtpMode, SmtpOptions, SmtpSink, SmtpTls};
pub use self::webhook::{Hook, WebhookMode, WebhookSink};

/// What has come in, oldest first.
#[derive(Debug)]
struct Inbox<T>(watch::Sender<Vec<T>>);

impl<T> Default for Inbox<T> {
    fn default() -> Inbox<T> {
        Inbox(watch::Sender::new(Vec::new()))
    }
}

impl<T: Clone> Inbox<T> {
    fn put(&self, item: T) {
        self.0.send_modify(|items| items.push(item));
    }

    fn read(&self) -> Vec<T> {
        self.0.borrow().clone()
    }

    /// Waits for so many in all.
    async fn filled(&self, count: usize) -> Vec<T> {
        let mut items = self.0.subscribe();
        let filled = items.wait_for(|items| items.len() >= count).await;
        filled.expect("the sender lives as long as this").clone()
    }
}
