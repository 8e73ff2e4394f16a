//! Opens the store that the settings name.

pub(crate) mod unknown_tenant;

use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use store::{Address, Password, Schema, Store};

use crate::config::{Config, StoreAt, under_home};
use crate::outlets;

/// As what PostgreSQL lists the connections of commands.
const COMMAND: &str = "licensetool";

/// Where a store lies and what it takes to get in; `application` is as what PostgreSQL lists the
/// connections. The password is read here.
pub(crate) fn address(at: &StoreAt, application: &str) -> anyhow::Result<Address> {
    let file = at.password_file.as_deref();
    let password = file.map(|file| password("store.password_file", file));
    let password = password.transpose()?;
    Ok(Address::parse(&at.url)?
        .password(password)
        .ca_file(at.ca_file.clone())
        .connections(at.connections)
        .application(application))
}

/// The same of a store that a command names, as the setting would. What it does not say of a
/// server, the settings do.
pub(crate) fn address_of(
    config: &Config,
    url: &str,
    (flag, password_file): (&str, Option<&Path>),
    ca_file: Option<&Path>,
) -> anyhow::Result<Address> {
    let address = Address::parse(&under_home(url, &config.home))?;
    if !address.is_shared() {
        return Ok(address);
    }
    let StoreAt {
        password_file: own,
        ca_file: authorities,
        connections,
        ..
    } = &config.store;
    let password = match (password_file, own) {
        (Some(file), _) => Some(password(flag, file)?),
        (None, Some(file)) => Some(password("store.password_file", file)?),
        (None, None) => None,
    };
    let ca_file = ca_file.or(authorities.as_deref());
    Ok(address
        .password(password)
        .ca_file(ca_file.map(Path::to_owned))
        .connections(*connections)
        .application(COMMAND))
}

/// Read from a file, which `named` names.
fn password(named: &str, file: &Path) -> anyhow::Result<Password> {
    let text = outlets::secret_text(file);
    let text = text.map_err(|wrong| anyhow::anyhow!("{named}: {wrong}"))?;
    ensure!(
        !text.trim().is_empty(),
        "{named}: {} is empty: write the password on its first line",
        file.display()
    );
    Ok(Password::new(&text))
}

/// What is wrong with the files that the store's address names; the first of each pair is whether
/// it keeps the program from getting in.
pub(crate) fn problems(at: &StoreAt) -> Vec<(bool, String)> {
    let wrong = address(at, COMMAND).err();
    let mut problems: Vec<_> = wrong
        .map(|error| (true, format!("{error:#}")))
        .into_iter()
        .collect();
    let too_open = at.password_file.as_deref().and_then(outlets::too_open);
    problems.extend(too_open.map(|it| (false, format!("store.password_file: {it}"))));
    let ca = at.ca_file.as_deref().map(outlets::secret_text).transpose();
    problems.extend(
        ca.err()
            .map(|wrong| (true, format!("store.ca_file: {wrong}"))),
    );
    problems
}

/// The store as it is.
pub(crate) async fn connected(config: &Config) -> anyhow::Result<Store> {
    let address = address(&config.store, COMMAND)?;
    let store = Store::connect(&address).await;
    store.with_context(|| format!("the store {} cannot be opened", config.store.url))
}

/// The store for a command: a file is made if there is none, and brought up to date. What others
/// share is left as it is, and must be up to date.
pub(crate) async fn opened(config: &Config) -> anyhow::Result<Store> {
    let store = connected(config).await?;
    if !is_shared(config) {
        migrate(&store).await?;
    }
    let schema = complete(&store, config).await?;
    fits(config, schema)?;
    Ok(store)
}

fn fits(config: &Config, schema: Schema) -> anyhow::Result<()> {
    ensure!(
        schema.fits(),
        "the store {} is at version {}, this program needs {}: run `licensetool migrate`",
        config.store.url,
        schema.found,
        schema.expected
    );
    Ok(())
}

/// The store for all services in one process: brought up to date, wherever it lies.
pub(crate) async fn up_to_date(config: &Config) -> anyhow::Result<Store> {
    let store = connected(config).await?;
    migrate(&store).await?;
    complete(&store, config).await?;
    Ok(store)
}

/// The schema of a store that nobody copies into just now.
async fn complete(store: &Store, config: &Config) -> anyhow::Result<Schema> {
    let schema = store.schema().await?;
    ensure!(
        !schema.is_being_filled(),
        "a copy into the store {} is not complete: run `licensetool store copy` again",
        config.store.url
    );
    Ok(schema)
}

/// What fits is left alone: not everybody who may use it may change it.
async fn migrate(store: &Store) -> anyhow::Result<()> {
    let migrated = async {
        match store.schema().await?.fits() {
            true => Ok(()),
            false => store.migrate().await,
        }
    };
    let migrated = migrated.await;
    migrated.context("the store cannot be brought up to date")
}

/// Whether several processes can share it.
pub(crate) fn is_shared(config: &Config) -> bool {
    Address::parse(&config.store.url).is_ok_and(|address| address.is_shared())
}

/// The store, if there is one: an empty one would answer "nothing" to what nobody has looked at.
pub(crate) async fn there(config: &Config) -> anyhow::Result<Store> {
    is_there(config)?;
    opened(config).await
}

/// The store, if there is one, for reading alone: nothing is made or changed. It may be one where
/// nothing was ever kept.
pub(crate) async fn to_read(config: &Config) -> anyhow::Result<Store> {
    is_there(config)?;
    let store = Store::connect_to_read(&address(&config.store, COMMAND)?).await;
    let store =
        store.with_context(|| format!("the store {} cannot be opened", config.store.url))?;
    let schema = complete(&store, config).await?;
    if schema.found > 0 {
        fits(config, schema)?;
    }
    Ok(store)
}

fn is_there(config: &Config) -> anyhow::Result<()> {
    if is_missing(config) {
        bail!(
            "nothing was collected yet, there is no store {}: start `licensetool run`, or \
             `licensetool run --once`",
            config.store.url
        );
    }
    Ok(())
}

pub(crate) fn is_missing(config: &Config) -> bool {
    let file = config.store.url.strip_prefix("sqlite:").map(Path::new);
    file.is_some_and(|file| !file.exists())
}
