//! What is wrong with a world file, where, and the way out.

use std::fmt;

/// A mistake in a world file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub struct WorldError {
    /// Line of the file, from 1. The mistake is there or in the table that starts there.
    pub line: Option<usize>,
    /// Key of the tenant.
    pub tenant: Option<String>,
    /// The field, such as `consumed` of a SKU.
    pub field: Option<String>,
    /// What is wrong, and what to do.
    pub message: String,
}

impl WorldError {
    pub(crate) fn new(message: impl Into<String>) -> WorldError {
        WorldError {
            line: None,
            tenant: None,
            field: None,
            message: message.into(),
        }
    }

    pub(crate) fn field(self, field: &str) -> WorldError {
        WorldError {
            field: Some(field.to_owned()),
            ..self
        }
    }

    pub(crate) fn tenant(self, key: &str) -> WorldError {
        WorldError {
            tenant: Some(key.to_owned()),
            ..self
        }
    }

    /// The innermost place wins.
    pub(crate) fn line(self, text: &str, offset: usize) -> WorldError {
        let line = self.line.unwrap_or_else(|| {
            let before = text.as_bytes().iter().take(offset);
            before.filter(|&&byte| byte == b'\n').count() + 1
        });
        WorldError {
            line: Some(line),
            ..self
        }
    }
}

impl fmt::Display for WorldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        if let Some(tenant) = &self.tenant {
            write!(f, "tenant \"{tenant}\": ")?;
        }
        if let Some(field) = &self.field {
            write!(f, "{field}: ")?;
        }
        f.write_str(&self.message)
    }
}
