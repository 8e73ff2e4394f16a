//! What the store can fail with, by what the caller can do about it.

use sqlx::postgres::PgDatabaseError;

/// A failure of the store.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Busy, locked, full or out of reach: trying again later may help. Says the way out, too.
    #[error("the store cannot be reached: {0}")]
    Unavailable(String),
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
    /// Not done, and nothing is broken: something else must be done before. Says what.
    #[error("{0}")]
    Refused(String),
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
            sqlx::Error::Database(failure) => {
                let code = failure.code();
                let way_out = match failure.try_downcast_ref::<PgDatabaseError>() {
                    Some(failure) => way_out_of_postgres(failure.code()),
                    None => code.and_then(|code| way_out_of_sqlite(&code)),
                };
                Self::Unavailable(match way_out {
                    Some(way_out) => format!("{}; {way_out}", failure.message()),
                    None => failure.message().to_owned(),
                })
            }
            sqlx::Error::PoolTimedOut => Self::Unavailable(
                "no connection to the database came in time: it is away, or all are in use"
                    .to_owned(),
            ),
            other => Self::Unavailable(other.to_string()),
        }
    }
}

/// What a person can do about a failure of SQLite, by its
/// [result code](https://sqlite.org/rescode.html).
fn way_out_of_sqlite(code: &str) -> Option<&'static str> {
    let code: i32 = code.parse().ok()?;
    // An extended code holds the primary one in its lowest byte.
    Some(match code & 0xff {
        5 | 6 => "another program holds it locked: end that one, or wait",
        8 => "let this user write to the file and its folder",
        11 | 26 => "put a backup in the file's place, or move the file away to begin anew",
        13 => "make room on the disk",
        14 => "the folder must be there, and this user must be allowed to write to it",
        _ => return None,
    })
}

/// The same of PostgreSQL, by its
/// [condition](https://www.postgresql.org/docs/current/errcodes-appendix.html).
fn way_out_of_postgres(code: &str) -> Option<&'static str> {
    Some(match code {
        "23503" => "a row refers to one that is not there: see what `licensetool store check` says",
        "28000" | "28P01" => "look at the role's name, its password's file and pg_hba.conf",
        "3D000" => "make the database first, as docs/postgresql.md shows",
        "42501" => "give the role what docs/postgresql-roles.sql says",
        "42P01" | "42703" => "bring the schema up to date with `licensetool migrate`",
        "53300" => "raise max_connections, or let each service hold fewer",
        "53100" => "make room on the server's disk",
        "55P03" | "57014" => "somebody else holds it for long; trying again may help",
        "57P01" | "57P02" | "57P03" => "the server is starting or stopping; wait for it",
        _ => return None,
    })
}
