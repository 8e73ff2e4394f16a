//! Why SharePoint does not do what a person or an app wants.

/// A read or write that is refused. Nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    #[error("The specified list was not found")]
    NoList,
    #[error("The specified item was not found")]
    NoItem,
    #[error("Field '{0}' is not recognized")]
    NoField(String),
    #[error("Field '{0}' is read-only")]
    ReadOnly(String),
    #[error("Field '{0}' takes {1}")]
    WrongType(String, &'static str),
    #[error("Field '{0}' takes at most 255 characters")]
    TooLong(String),
    #[error("One or more fields with unique constraints already has the provided value")]
    NotUnique,
    #[error("The specified name is already in use")]
    Taken,
    #[error("A column with unique values must be indexed")]
    NotIndexed,
    /// An `If-Match` that is none.
    #[error("The If-Match header is not an ETag")]
    NoTag,
    /// A stale `If-Match`, told with 412.
    #[error("ETag does not match current item's value")]
    Precondition,
    /// A stale `If-Match`, told with 409.
    #[error("The resource has changed since the caller last read it; usually an eTag mismatch")]
    Modified,
}
