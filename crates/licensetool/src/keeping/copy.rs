//! `licensetool store copy`: from one machine to many, and back.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value, json};
use store::{Address, CopiedTable, CopyPart, CopyProgress, ROWS_AT_ONCE, Store};

use crate::columns::{Format, columns, number};
use crate::config::{Config, under_home};
use crate::exit::Outcome;
use crate::{clock, output, stored};

#[derive(Debug, clap::Args)]
pub(crate) struct Copying {
    /// The store to read: sqlite:PATH or postgres://USER@HOST:PORT/DATABASE; a PATH counts from
    /// home, as in the settings
    #[arg(long, value_name = "URL")]
    from: String,
    /// The store to write, named the same way; it must be empty, or hold a copy that broke off
    #[arg(long, value_name = "URL")]
    to: String,
    /// The file with the source's password [default: the setting `store.password_file`]
    #[arg(long, value_name = "FILE")]
    from_password_file: Option<PathBuf>,
    /// The file with the target's password [default: the setting `store.password_file`]
    #[arg(long, value_name = "FILE")]
    to_password_file: Option<PathBuf>,
    /// Who vouches for the servers (PEM) [default: the setting `store.ca_file`]
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

pub(super) async fn copy(config: &Config, wish: Copying) -> anyhow::Result<Outcome> {
    let address = |url: &str, flag, file: &Option<PathBuf>| {
        stored::address_of(
            config,
            url,
            (flag, file.as_deref()),
            wish.ca_file.as_deref(),
        )
    };
    let from = address(&wish.from, "--from-password-file", &wish.from_password_file)?;
    let to = address(&wish.to, "--to-password-file", &wish.to_password_file)?;
    ensure!(
        !from.is_same_place(&to),
        "--from and --to lead to the same store: name another for --to"
    );
    let found = |url: &str| under_home(url, &config.home);
    let source = source(&found(&wish.from), &from).await?;
    let target = target(&found(&wish.to), &to).await?;
    let bar = bar();
    let mut told = |at: CopyProgress| show(&bar, at);
    let copied = source.copy_to(&target, ROWS_AT_ONCE, &mut told).await;
    bar.finish_and_clear();
    source.close().await;
    target.close().await;
    let tables = copied?;
    let is_equal = tables.iter().all(CopiedTable::is_equal);
    match wish.format {
        Format::Json => output::say(&serde_json::to_string_pretty(&data(&tables, is_equal))?)?,
        Format::Table => {
            output::say(&table(&tables))?;
            output::say("")?;
            output::say(&ending(&tables, is_equal, &wish))?;
        }
    }
    Ok(if is_equal {
        Outcome::Fine
    } else {
        Outcome::Found
    })
}

/// The source, if there is one and nobody works on it.
async fn source(url: &str, address: &Address) -> anyhow::Result<Store> {
    if let Some(file) = url.strip_prefix("sqlite:")
        && !Path::new(file).exists()
    {
        bail!("there is no store {url}: correct --from");
    }
    ensure!(
        !Store::is_open_elsewhere(address),
        "a service is at work on {url}, or another program has it open: stop it; to copy a store \
         that is at work, copy a backup of it"
    );
    let source = Store::connect_to_read(address).await;
    let source = source.with_context(|| format!("the store {url} cannot be opened"))?;
    let schema = source.schema().await?;
    ensure!(
        !schema.is_being_filled(),
        "{url} is the target of a copy that is not complete: end that one first"
    );
    if schema.fits()
        && let Some(until) = source.claimed_until(clock::now()).await?
    {
        bail!(
            "a service is at work on {url}, or was killed just now: stop it, which gives back what \
             it holds, or wait until {until}; to copy a store that is at work, copy a backup of it"
        );
    }
    Ok(source)
}

/// The target, with its schema.
async fn target(url: &str, address: &Address) -> anyhow::Result<Store> {
    let target = Store::connect(address).await;
    let target = target.with_context(|| format!("the store {url} cannot be opened"))?;
    // Where somebody was before, nothing is changed unasked.
    if target.schema().await?.found == 0 {
        let made = target.migrate().await;
        made.with_context(|| format!("the schema of {url} cannot be made"))?;
    }
    Ok(target)
}

/// A bar for a person who waits; nothing where nobody watches.
fn bar() -> ProgressBar {
    let target = if output::is_watched() {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    };
    let style = ProgressStyle::with_template("{msg} {bar:30} {pos}/{len} rows {elapsed}");
    let style = style.expect("the template is well formed");
    ProgressBar::with_draw_target(None, target).with_style(style)
}

fn show(bar: &ProgressBar, at: CopyProgress) {
    let doing = match at.part {
        CopyPart::Comparing => "comparing",
        CopyPart::Copying => "copying",
        CopyPart::Verifying => "verifying",
    };
    bar.set_message(format!("{doing} {}", at.table));
    bar.set_length(at.of);
    bar.set_position(at.done);
}

fn table(tables: &[CopiedTable]) -> String {
    let rows = tables.iter().map(|of| {
        let rows = of.source.rows();
        let checksum = of.source.to_string();
        let equal = match of.is_equal() {
            true => "equal".to_owned(),
            false => format!("differs: {} rows, {}", of.target.rows(), of.target),
        };
        [of.name.to_owned(), counted(rows), checksum, equal]
    });
    columns(["Table", "Rows", "Checksum", "There"], rows, &[1])
}

fn ending(tables: &[CopiedTable], is_equal: bool, wish: &Copying) -> String {
    let Copying { from, to, .. } = wish;
    if !is_equal {
        let differ = tables.iter().filter(|table| !table.is_equal());
        let names: Vec<&str> = differ.map(|table| table.name).collect();
        return format!(
            "{to} is not what {from} is, in {}: no service starts on it; copy again, into a \
             database that is new and empty",
            names.join(", ")
        );
    }
    let rows = counted(tables.iter().map(|table| table.source.rows()).sum());
    let before: u64 = tables.iter().map(|table| table.before).sum();
    let before = match before {
        0 => String::new(),
        _ => format!(", of which {} were there before", counted(before)),
    };
    format!(
        "{rows} rows are in {to}{before}; both sides were read again and are equal. {from} is as \
         it was: put `url = \"{to}\"` into the section [store] of the settings, and start the \
         services on it. All services must have been stopped before this began: what one has kept \
         on {from} since then is not here, and comes only with a copy into a new, empty database"
    )
}

fn data(tables: &[CopiedTable], is_equal: bool) -> Value {
    let of = |table: &CopiedTable| {
        let side = |of: &store::Checksum| json!({"rows": of.rows(), "checksum": of.to_string()});
        json!({
            "table": table.name,
            "rows_before": table.before,
            "source": side(&table.source),
            "target": side(&table.target),
            "equal": table.is_equal(),
        })
    };
    let tables: Vec<Value> = tables.iter().map(of).collect();
    json!({ "equal": is_equal, "tables": tables })
}

fn counted(rows: u64) -> String {
    number(i64::try_from(rows).ok())
}
