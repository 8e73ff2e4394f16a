//! Rows of every table with anything in them go over, however often the copy breaks off.

use std::collections::{BTreeMap, HashMap};
use std::pin::Pin;
use std::task::Poll;

use proptest::prelude::*;
use throwaway_postgres::shared;

use super::walk::Walk;
use super::{ROWS_AT_ONCE, copied_tables, filling};
use crate::sql::Value;
use crate::tables::{TABLES, Table};
use crate::{CopiedTable, Result, Store, sql};

/// From what rows are made.
#[derive(Clone, Debug)]
struct Stuff {
    texts: Vec<String>,
    numbers: Vec<i64>,
    /// Which comes next.
    picks: Vec<u8>,
    picked: usize,
}

impl Stuff {
    fn pick(&mut self) -> usize {
        self.picked += 1;
        self.picks[self.picked % self.picks.len()].into()
    }

    fn text(&mut self) -> String {
        let pick = self.pick();
        self.texts[pick % self.texts.len()].clone()
    }

    fn number(&mut self) -> i64 {
        let pick = self.pick();
        self.numbers[pick % self.numbers.len()]
    }
}

fn stuff() -> impl Strategy<Value = Stuff> {
    let word = proptest::sample::select(&["", " ", "NULL", "\u{1f392}", "'; --", "\\", "Ä\r\n"]);
    let text = prop_oneof![any::<String>(), word.prop_map(str::to_owned)];
    let text = text.prop_map(|text| text.replace('\0', ""));
    let extremes = proptest::sample::select(&[i64::MIN, i64::MAX, 0, -1]);
    let number = prop_oneof![any::<i64>(), extremes];
    let picks = proptest::collection::vec(any::<u8>(), 50..200);
    (
        proptest::collection::vec(text, 1..9),
        proptest::collection::vec(number, 1..9),
        picks,
    )
        .prop_map(|(texts, numbers, picks)| Stuff {
            texts,
            numbers,
            picks,
            picked: 0,
        })
}

/// What the database says of a table's columns: which may be NULL, and which refer to which.
#[derive(Debug, Default)]
struct Rules {
    may_be_null: HashMap<String, bool>,
    refers_to: HashMap<String, String>,
}

async fn rules(store: &Store, table: &Table) -> Rules {
    let null = "SELECT name, \"notnull\" = 0 AND pk = 0 FROM pragma_table_info($1)";
    let refers = "SELECT \"from\", \"table\" FROM pragma_foreign_key_list($1)";
    let null = sql::query_as(null).bind(table.name);
    let null: Vec<(String, bool)> = null.fetch_all(store.readers()).await.unwrap();
    let refers = sql::query_as(refers).bind(table.name);
    let refers: Vec<(String, String)> = refers.fetch_all(store.readers()).await.unwrap();
    Rules {
        may_be_null: null.into_iter().collect(),
        refers_to: refers.into_iter().collect(),
    }
}

type Rows = Vec<Vec<Value>>;

/// Makes rows, the n-th of which refers to the n-th of another table, so that none is there twice.
fn rows(table: &Table, rules: &Rules, made: &BTreeMap<&str, Rows>, stuff: &mut Stuff) -> Rows {
    let parents = rules
        .refers_to
        .values()
        .map(|name| made[name.as_str()].len());
    let most = parents.min().unwrap_or(12);
    let number = most.min(stuff.pick() % 13);
    let row = |row: usize| {
        let value = |(place, column): (usize, &'static str)| {
            let is_key = table.key.contains(&column) || column == "id";
            if let Some(parent) = rules.refers_to.get(column) {
                let table = TABLES.iter().find(|it| it.name == parent).unwrap();
                let place = table.columns().position(|it| it == table.key[0]);
                let place = place.unwrap();
                return made[parent.as_str()][row][place].clone();
            }
            let is_null = rules.may_be_null[column] && stuff.pick().is_multiple_of(3);
            if place < table.flags.len() {
                Value::Flag((!is_null).then(|| stuff.pick().is_multiple_of(2)))
            } else if place < table.flags.len() + table.numbers.len() {
                let number = match is_key {
                    true => i64::try_from(row).unwrap() * 7 + 1,
                    false => stuff.number(),
                };
                Value::Number((!is_null).then_some(number))
            } else {
                let end = if is_key {
                    row.to_string()
                } else {
                    String::new()
                };
                Value::Text((!is_null).then(|| stuff.text() + &end))
            }
        };
        table.columns().enumerate().map(value).collect()
    };
    (0..number).map(row).collect()
}

/// Fills every table past all that the store's functions would do.
async fn filled(store: &Store, mut stuff: Stuff) -> BTreeMap<&'static str, Rows> {
    let mut made = BTreeMap::new();
    for table in copied_tables() {
        let rules = rules(store, table).await;
        let rows = rows(table, &rules, &made, &mut stuff);
        if !rows.is_empty() {
            filling::insert(store, table, rows.clone()).await.unwrap();
        }
        made.insert(table.name, rows);
    }
    made
}

async fn all(store: &Store) -> BTreeMap<&'static str, Rows> {
    let mut snapshot = store.snapshot().await.unwrap();
    let mut all = BTreeMap::new();
    for table in copied_tables() {
        let mut walk = Walk::new(table, ROWS_AT_ONCE);
        let rows = walk.next(&mut snapshot, u64::MAX).await.unwrap();
        all.insert(table.name, rows);
    }
    all
}

/// In an order that does not depend on how a database sorts.
fn written(all: &BTreeMap<&'static str, Rows>) -> Vec<String> {
    let rows = all.iter().flat_map(|(name, rows)| {
        let row = move |row: &Vec<Value>| format!("{name} {row:?}");
        rows.iter().map(row)
    });
    let mut written: Vec<String> = rows.collect();
    written.sort();
    written
}

/// Polls a future so often and drops it then.
async fn polled<T>(mut future: Pin<Box<dyn Future<Output = T> + '_>>, mut times: u32) -> Option<T> {
    std::future::poll_fn(move |context| {
        if times == 0 {
            return Poll::Ready(None);
        }
        times -= 1;
        future.as_mut().poll(context).map(Some)
    })
    .await
}

/// Copies, breaks off ever later, and goes on until it is done.
async fn copied(from: &Store, to: &Store, rows_at_once: u32) -> Vec<CopiedTable> {
    let mut times = 1;
    loop {
        let mut told = |_| {};
        let copy = from.copy_to(to, rows_at_once, &mut told);
        let ended: Option<Result<_>> = polled(Box::pin(copy), times).await;
        if let Some(ended) = ended {
            return ended.unwrap();
        }
        times += times / 2 + 1;
        assert!(times < 1_000_000, "it comes to an end");
    }
}

async fn store(url: &str) -> Store {
    let store = Store::open(url).await.unwrap();
    store.migrate().await.unwrap();
    store
}

async fn check(stuff: Stuff, rows_at_once: u32) {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| format!("sqlite:{}", folder.path().join(name).display());
    let first = store(&file("first.db")).await;
    let made = filled(&first, stuff).await;
    let server = store(&shared().database()).await;
    let second = store(&file("second.db")).await;
    for (from, to) in [(&first, &server), (&server, &second)] {
        let tables = copied(from, to, rows_at_once).await;
        assert!(tables.iter().all(CopiedTable::is_equal), "{tables:#?}");
        assert_eq!(written(&all(to).await), written(&made));
        assert!(to.schema().await.unwrap().fits());
    }
    for store in [first, server, second] {
        store.close().await;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn whatever_stands_in_them_all_tables_go_there_and_back(
        stuff in stuff(),
        rows_at_once in 1_u32..9,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(check(stuff, rows_at_once));
    }
}

#[test]
fn what_goes_over_at_once_can_be_bound_in_one_statement() {
    let widest = TABLES.iter().map(|table| table.columns().count()).max();
    let rows = usize::try_from(ROWS_AT_ONCE).unwrap();
    assert!(widest.unwrap() * rows <= 32_766, "{widest:?} columns");
}
