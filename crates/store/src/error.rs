//! What the store can fail with, by what the caller can do about it.

/// A failure of the store.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Busy, locked or out of reach: trying again later may help.
    #[error("the store cannot be reached: {0}")]
    Unavailable(#[source] sqlx::error::BoxDynError),
    /// An address that this version cannot use.
    #[error("the store address \"{url}\" cannot be used: {why}")]
    Unsupported { url: String, why: &'static str },
    /// A row that makes no sense. Nothing but a repair of the data helps.
    #[error("a row of {table} makes no sense: {detail}")]
    Corrupt { table: &'static str, detail: String },
    /// A newer version of the program has changed the schema.
    #[error(
        "the store is at version {found}, this program knows versions up to {expected}: \
         run a newer program"
    )]
    SchemaTooNew { found: i64, expected: i64 },
}

impl Error {
    pub(crate) fn corrupt(table: &'static str, detail: impl std::fmt::Display) -> Self {
        Self::Corrupt {
            table,
            detail: detail.to_string(),
        }
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::ColumnDecode { index, source } => {
                Self::corrupt("a query's answer", format!("column {index}: {source}"))
            }
            other => Self::Unavailable(Box::new(other)),
        }
    }
}
