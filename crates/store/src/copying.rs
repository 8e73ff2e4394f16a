//! From one database to another: every row goes over as it is, and is proved to have arrived.
//!
//! No place is remembered: what has arrived is compared with the beginning of the source, table by
//! table, and the copy goes on where that ends. So a copy that broke off goes on, one of another
//! source is refused, and one that is complete is proved once more.

mod checksum;
mod filling;
mod walk;
#[cfg(test)]
mod tests;

use crate::sql::Transaction;
use crate::tables::{TABLES, Table, Whose};
use crate::{Error, Result, Store};

pub use checksum::Checksum;
pub(crate) use filling::BEING_FILLED;
use walk::Walk;

/// How many rows go over in one transaction, and are in memory at once. SQLite binds at most
/// 32 766 values in one statement: that is enough for 1310 rows of the widest table.
pub const ROWS_AT_ONCE: u32 = 1000;

/// How far a copy is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CopyProgress {
    pub part: CopyPart,
    pub table: &'static str,
    /// Rows of the table that are done.
    pub done: u64,
    /// Rows that the table has in the source.
    pub of: u64,
}

/// What a copy is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyPart {
    /// What is there already, with the source.
    Comparing,
    Copying,
    /// Both sides are read again.
    Verifying,
}

/// A table that went over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopiedTable {
    pub name: &'static str,
    /// Rows that were there before, from a copy that broke off.
    pub before: u64,
    pub source: Checksum,
    pub target: Checksum,
}

impl CopiedTable {
    /// Whether both sides hold the same rows.
    pub fn is_equal(&self) -> bool {
        self.source == self.target
    }
}

/// Where a table goes on.
struct Place<'a> {
    walk: Walk<'a>,
    /// Of the rows that the target has.
    before: Checksum,
    /// Rows of the source.
    of: u64,
}

/// Is told how far it is.
pub type Told<'a> = &'a mut (dyn FnMut(CopyProgress) + Send);

impl Store {
    /// Copies all rows into another store, which must be empty, or hold what an earlier copy of the
    /// same source has left. Reads one moment of the source and changes nothing in it. Until both
    /// hold the same, no service starts on the target.
    ///
    /// Whatever the answer says of a table was read back from both sides. If a table is not equal,
    /// the target stays closed.
    ///
    /// # Errors
    /// [`Error::Refused`] if the target holds something else, or the source has changed meanwhile.
    pub async fn copy_to(
        &self,
        target: &Store,
        rows_at_once: u32,
        told: Told<'_>,
    ) -> Result<Vec<CopiedTable>> {
        for (store, word) in [(self, "source"), (target, "target")] {
            must_be_current(store, word).await?;
        }
        let oldest = self.schema().await?.oldest;
        let mut snapshot = self.snapshot().await?;
        let places = compare(&mut snapshot, target, rows_at_once, told).await?;
        filling::close(target).await?;
        let mut copied = Vec::with_capacity(places.len());
        for place in places {
            let table = place.walk.table();
            let before = place.before.rows();
            let source = fill(&mut snapshot, target, place, told).await?;
            copied.push((table, before, source));
        }
        filling::take_over_counters(&mut snapshot, target).await?;
        snapshot.commit().await?;

        let tables = verify(self, target, rows_at_once, copied, told).await?;
        if tables.iter().all(CopiedTable::is_equal) {
            filling::open(target, oldest).await?;
        }
        Ok(tables)
    }

    /// Counts and checksums of all tables, equal on every database that holds the same rows.
    pub async fn checksums(&self) -> Result<Vec<(&'static str, Checksum)>> {
        let mut snapshot = self.snapshot().await?;
        let mut checksums = Vec::new();
        for table in copied_tables() {
            let read = read_back(&mut snapshot, table, ROWS_AT_ONCE, |_| {}).await?;
            checksums.push((table.name, read));
        }
        snapshot.commit().await?;
        Ok(checksums)
    }
}

/// All but those that say in which state the database is.
fn copied_tables() -> impl Iterator<Item = &'static Table> {
    TABLES.iter().filter(|it| it.whose != Whose::Database)
}

/// A program copies the tables that it knows.
async fn must_be_current(store: &Store, word: &str) -> Result<()> {
    let schema = store.schema().await?;
    let (found, expected) = (schema.found, schema.expected);
    if found == expected {
        return Ok(());
    }
    let way_out = match found > expected {
        true => "copy with the newer program",
        false => "bring it up to date first, with `licensetool migrate` of this version",
    };
    Err(Error::Refused(format!(
        "the {word} is at version {found} of the schema, this program needs {expected}: {way_out}"
    )))
}

/// Finds where each table goes on. Refuses a target whose rows are not those with which the source
/// begins, before anything is written.
async fn compare<'a>(
    source: &mut Transaction,
    target: &Store,
    rows_at_once: u32,
    told: Told<'_>,
) -> Result<Vec<Place<'a>>> {
    // What a copy that broke off has begun is over when this has its turn.
    target.write().await?.commit().await?;
    let mut there = target.snapshot().await?;
    let mut places = Vec::new();
    for table in copied_tables() {
        let of = walk::count(source, table).await?;
        let mut say = |done| {
            told(CopyProgress {
                part: CopyPart::Comparing,
                table: table.name,
                done,
                of,
            });
        };
        let theirs = read_back(&mut there, table, rows_at_once, &mut say).await?;
        let mut walk = Walk::new(table, rows_at_once);
        let mut ours = Checksum::default();
        while ours.rows() < theirs.rows() {
            let rows = walk.next(source, theirs.rows() - ours.rows()).await?;
            if rows.is_empty() {
                break;
            }
            rows.iter().for_each(|row| ours.add(row));
        }
        if ours != theirs {
            return Err(holds_something_else(target, table, theirs.rows()).await?);
        }
        places.push(Place {
            walk,
            before: theirs,
            of,
        });
    }
    there.commit().await?;
    Ok(places)
}

async fn holds_something_else(target: &Store, table: &Table, rows: u64) -> Result<Error> {
    let name = table.name;
    let way_out = "copy into a database that is new and empty";
    Ok(Error::Refused(
        match target.schema().await?.is_being_filled() {
            true => format!(
                "the copy in the target was begun from another source, or the source has changed \
                 since ({rows} rows of {name} are not those with which the source begins): stop \
                 all services of the source, and {way_out}"
            ),
            false => format!(
                "the target is not empty: {rows} rows of {name} are there that are not those of \
                 the source; {way_out}"
            ),
        },
    ))
}

/// Copies the rest of a table. Answers the checksum of all rows of the source.
async fn fill(
    source: &mut Transaction,
    target: &Store,
    place: Place<'_>,
    told: Told<'_>,
) -> Result<Checksum> {
    let Place {
        mut walk,
        before: mut checksum,
        of,
    } = place;
    let table = walk.table();
    loop {
        told(CopyProgress {
            part: CopyPart::Copying,
            table: table.name,
            done: checksum.rows(),
            of,
        });
        let rows = walk.next(source, u64::MAX).await?;
        if rows.is_empty() {
            return Ok(checksum);
        }
        rows.iter().for_each(|row| checksum.add(row));
        filling::insert(target, table, rows).await?;
    }
}

/// Reads both sides again, the source as it is now.
async fn verify(
    source: &Store,
    target: &Store,
    rows_at_once: u32,
    copied: Vec<(&'static Table, u64, Checksum)>,
    told: Told<'_>,
) -> Result<Vec<CopiedTable>> {
    let (mut here, mut there) = (source.snapshot().await?, target.snapshot().await?);
    let mut tables = Vec::with_capacity(copied.len());
    for (table, before, read) in copied {
        let mut say = |done| {
            told(CopyProgress {
                part: CopyPart::Verifying,
                table: table.name,
                done,
                of: read.rows(),
            });
        };
        let source = read_back(&mut here, table, rows_at_once, |_| {}).await?;
        if source != read {
            return Err(Error::Refused(format!(
                "the source has changed while it was copied (in its table {}): stop all its \
                 services, and copy into a database that is new and empty; to copy a source that \
                 is at work, copy a backup of it",
                table.name
            )));
        }
        let target = read_back(&mut there, table, rows_at_once, &mut say).await?;
        tables.push(CopiedTable {
            name: table.name,
            before,
            source,
            target,
        });
    }
    here.commit().await?;
    there.commit().await?;
    Ok(tables)
}

async fn read_back(
    from: &mut Transaction,
    table: &'static Table,
    rows_at_once: u32,
    mut told: impl FnMut(u64) + Send,
) -> Result<Checksum> {
    let mut walk = Walk::new(table, rows_at_once);
    let mut checksum = Checksum::default();
    loop {
        told(checksum.rows());
        let rows = walk.next(from, u64::MAX).await?;
        if rows.is_empty() {
            return Ok(checksum);
        }
        rows.iter().for_each(|row| checksum.add(row));
    }
}
