//! Licences, subscriptions and alerts as files to take away, judged as on the pages and in the API:
//! CSV for programs and Excel, NDJSON with the shapes of version 2, XLSX for people.

mod wish;
mod source;
mod columns;
mod cell;
mod writer;
mod csv;
mod workbook;
mod sheet_names;
mod summary;

use domain::{Language, Layer};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use store::Store;

use crate::problem::Error;
use crate::v2::Lens;

use source::Rows;
use writer::Writer;

pub(crate) use csv::harmless;
pub use wish::{ExportFormat, ExportWish, Exported, Separator};

/// What a file is made from, without a running service.
#[derive(Clone, Debug)]
pub struct ExportSource {
    pub store: Store,
    /// What the configuration says for the whole company.
    pub company: Layer,
    /// Who makes reports.
    pub company_name: String,
    pub language: Language,
    /// Of the times in files for people.
    pub time_zone: TimeZone,
    pub now: Timestamp,
}

/// Why there is no file: a sentence for a person.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ExportFailed(String);

/// A file while it is made, a piece at a time: a CSV or NDJSON of very many tenants takes no more
/// memory than a page of them. A workbook comes as one piece at the end.
#[derive(Debug)]
pub struct Export {
    rows: Rows,
    /// `None`: its last piece was given.
    writer: Option<Writer>,
}

impl Export {
    /// # Errors
    /// There is no such tenant, or a level is none, or the store cannot be read.
    pub async fn begin(source: &ExportSource, wish: &ExportWish) -> Result<Self, ExportFailed> {
        let lens = source.lens().await?;
        Ok(Self::new(&source.store, lens, source.time_zone.clone(), wish).await?)
    }

    pub(crate) async fn new(
        store: &Store,
        lens: Lens,
        zone: TimeZone,
        wish: &ExportWish,
    ) -> Result<Self, Error> {
        let writer = Writer::new(wish, lens.language, zone);
        Ok(Self {
            rows: Rows::new(store, lens, wish).await?,
            writer: Some(writer),
        })
    }

    /// The next piece; `None` after the last. A piece may be empty.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, ExportFailed> {
        Ok(self.piece().await?)
    }

    pub(crate) async fn piece(&mut self) -> Result<Option<Vec<u8>>, Error> {
        let Some(writer) = &mut self.writer else {
            return Ok(None);
        };
        if let Some(rows) = self.rows.next().await? {
            return writer.rows(&rows).map(Some);
        }
        let writer = self.writer.take().expect("it was there a moment ago");
        // A workbook of a thousand tenants takes seconds to pack.
        let ended = tokio::task::spawn_blocking(move || writer.finish());
        let ended = ended.await.map_err(Error::internal_of)?;
        ended.map(Some)
    }
}

impl ExportSource {
    pub(crate) async fn lens(&self) -> Result<Lens, Error> {
        Lens::read(&self.store, self.company, self.language, self.now).await
    }
}

impl From<Error> for ExportFailed {
    fn from(error: Error) -> Self {
        Self(error.into_sentence())
    }
}
