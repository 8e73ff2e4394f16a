//! Values on their way into a statement: the few kinds that both databases have alike.

/// `None` is NULL, of a kind all the same: PostgreSQL wants to know of which.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Flag(Option<bool>),
    Number(Option<i64>),
    Text(Option<String>),
}

/// `bind(x)` of each of these types, and of what may be one.
macro_rules! values {
    ($($kind:ident: $($type:ty),+;)+) => {$($(
        impl From<$type> for Value {
            fn from(value: $type) -> Self {
                Self::$kind(Some(value.into()))
            }
        }

        impl From<Option<$type>> for Value {
            fn from(value: Option<$type>) -> Self {
                Self::$kind(value.map(Into::into))
            }
        }
    )+)+};
}

values! {
    Flag: bool;
    Number: i64, u32;
    Text: &str, String, &String;
}

impl Value {
    /// No text of PostgreSQL holds the character 0, which only nonsense does: it becomes the sign
    /// for what cannot be shown.
    pub(super) fn for_postgres(self) -> Self {
        match self {
            Self::Text(Some(text)) if text.contains('\0') => {
                Self::Text(Some(text.replace('\0', "\u{fffd}")))
            }
            other => other,
        }
    }
}
