//! Keeps a private key from being shown, and overwrites it when it is dropped.

use std::fmt;

use zeroize::Zeroizing;

/// A text that nobody may see: no `Display`, a `Debug` that says nothing, memory overwritten.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretText(Zeroizing<String>);

impl SecretText {
    pub(crate) fn new(text: Zeroizing<String>) -> Self {
        Self(text)
    }

    /// The text itself, for the one who signs with it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_says_nothing() {
        let secret = SecretText::new(Zeroizing::new("hush".to_owned()));
        assert_eq!(format!("{secret:?}"), "[secret]");
        assert_eq!(secret.clone().expose(), "hush");
    }
}
