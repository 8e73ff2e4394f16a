//! Addresses of our pages with their parameters, written as a form would.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What would mean something else in a query.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~')
    .remove(b'/');

/// A path and the parameters that say something.
#[derive(Clone, Debug)]
pub(crate) struct Address(String);

impl Address {
    pub(crate) fn of(path: &str) -> Self {
        Self(path.to_owned())
    }

    /// With one more parameter, unless it is empty.
    pub(crate) fn and(mut self, name: &str, value: impl AsRef<str>) -> Self {
        let value = value.as_ref();
        if !value.is_empty() {
            self.0.push(if self.0.contains('?') { '&' } else { '?' });
            self.0.push_str(name);
            self.0.push('=');
            self.0.push_str(&encoded(value));
        }
        self
    }

    /// Only the parameters, as they stand behind the question mark.
    pub(crate) fn query(self) -> String {
        let query = self.0.split_once('?').map(|(_, query)| query.to_owned());
        query.unwrap_or_default()
    }

    pub(crate) fn text(self) -> String {
        self.0
    }
}

/// A text as it stands in a query.
pub(crate) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, ESCAPED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_survive_their_address_and_empty_ones_are_left_out() {
        let address = Address::of("/licenses")
            .and("q", "")
            .and("q", "a&b=ü 1")
            .and("page", "2");
        assert_eq!(address.clone().query(), "q=a%26b%3D%C3%BC%201&page=2");
        assert_eq!(address.text(), "/licenses?q=a%26b%3D%C3%BC%201&page=2");
        assert_eq!(Address::of("").and("q", "").query(), "");
    }
}
