//! `licensetool catalog`: product names, the program's own and those of Microsoft's table.

pub(crate) mod microsoft_table;

use std::path::Path;

use anyhow::{Context as _, bail};
use domain::{Language, ProductNames};
use store::By;

use crate::config::Config;
use crate::exit::Outcome;
use crate::{clock, output, stored};

/// Imports Microsoft's published table of product names into the store.
pub(crate) async fn update(config: &Config, by: By<'_>, file: &Path) -> anyhow::Result<Outcome> {
    let bytes =
        std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let table = microsoft_table::parse(&bytes)
        .map_err(|problem| anyhow::anyhow!("{}: {problem}", file.display()))?;
    for problem in &table.problems {
        output::complain(&format!("{}: {problem}", file.display()));
    }
    if table.products.is_empty() {
        bail!(
            "{} names no product; the store keeps the names it has",
            file.display()
        );
    }
    let store = stored::opened(config).await?;
    let (products, now) = (&table.products, clock::now());
    let changed = store.import_names(products, by, now).await?;
    let read = table.products.len();
    output::say(&format!(
        "{read} products read, {changed} names new or changed"
    ))?;
    Ok(if table.problems.is_empty() {
        Outcome::Fine
    } else {
        Outcome::Found
    })
}

/// Prints every known name.
pub(crate) async fn show(config: &Config) -> anyhow::Result<Outcome> {
    let names = names(config).await;
    let mut lines: Vec<String> = names
        .iter()
        .map(|(id, name)| match (&name.german, config.language) {
            (Some(german), Language::German) => format!("{id}  {german}"),
            _ => format!("{id}  {}", name.english),
        })
        .collect();
    lines.sort_by(|a, b| a[36..].cmp(&b[36..]));
    output::say(&lines.join("\n"))?;
    Ok(Outcome::Fine)
}

/// The built-in names and, if there is a store to read, those imported. A store that cannot be
/// read costs names, not the answer.
pub(crate) async fn names(config: &Config) -> ProductNames {
    let mut names = ProductNames::built_in();
    if stored::is_missing(config) {
        return names;
    }
    match imported(config).await {
        Ok(imported) => {
            for (id, english) in imported {
                names.import(id, &english);
            }
        }
        Err(error) => {
            let error = format!("{error:#}");
            tracing::warn!(error, "imported product names cannot be read");
        }
    }
    names
}

async fn imported(config: &Config) -> anyhow::Result<Vec<(domain::SkuId, String)>> {
    let store = stored::connected(config).await?;
    Ok(store.names().await?)
}
