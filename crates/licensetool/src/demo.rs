//! `licensetool demo`: two sample schools on a stand-in Microsoft, with everything running.

mod history;

use std::net::SocketAddr;

use jiff::Timestamp;
use microsoft_sim::{Options, Simulator, Tls, World};
use store::Store;

use crate::config::{self, Config, Sources};
use crate::exit::Outcome;
use crate::rows::{Lens, TenantRows};
use crate::run::{Addresses, Parts, stopped_by_signal, store_in};
use crate::{catalog, clock, output, status};

/// Runs until a signal says stop. Everything lies in a folder that goes with it.
pub(crate) async fn demo(
    listen: Option<SocketAddr>,
    metrics_listen: Option<SocketAddr>,
) -> anyhow::Result<Outcome> {
    let stop = stopped_by_signal()?;
    let folder = tempfile::tempdir()?;
    let world = World::demo();
    let options = Options {
        tls: Tls::Generated,
        ..Options::default()
    };
    let simulator = Simulator::start(world.clone(), options).await?;
    simulator.write_home(folder.path())?;

    let mut sources = Sources::from_home(folder.path())?;
    let mut flag = |name, address: Option<SocketAddr>| {
        sources
            .flags
            .extend(address.map(|address| (name, address.to_string())));
    };
    flag("listen", listen);
    flag("metrics_listen", metrics_listen);
    let (mut config, _) = config::read(folder.path(), &sources)
        .map_err(|problems| anyhow::anyhow!(problems.join("; ")))?;
    config.store_url = store_in(folder.path());

    let mut parts = Parts::open(config.clone()).await?;
    history::seed(&parts.store, &world, clock::now()).await?;
    parts.read_home().await?;
    parts.collector().run_once(stop.clone()).await?;
    let shown = shown(&parts.store, &config, clock::now()).await?;
    let table = status::table(&shown, clock::now(), output::width());
    let microsoft = simulator.base_url();
    let ended = parts
        .run(stop, |addresses| tell(&table, addresses, &microsoft))
        .await;
    simulator.shutdown().await;
    ended
}

fn tell(table: &str, addresses: &Addresses, microsoft: &str) {
    let Addresses { pages, metrics } = addresses;
    let text = format!(
        "{table}\n\
         licensetool is running on {pages}\n\
         \x20 licences   {pages}/api/v1/licenses/status/show\n\
         \x20 API        {pages}/api/v1/docs\n\
         \x20 metrics    {metrics}\n\
         \x20 Microsoft  {microsoft} (a stand-in)\n\
         Press Ctrl-C to stop."
    );
    // A reader that hung up does not end the services.
    drop(output::say(&text));
}

/// The licences as the store has them.
async fn shown(store: &Store, config: &Config, now: Timestamp) -> anyhow::Result<Vec<TenantRows>> {
    let lens = Lens {
        names: catalog::names(&config.store_url).await,
        language: config.language,
        policies: store.policies(config.policy).await?,
    };
    let states = store.states().await?;
    let show = |state: store::State| {
        let look = match (&state.snapshot, state.tenant.gap) {
            (Some(snapshot), None) => Ok(snapshot),
            (_, Some(gap)) => Err(gap),
            (None, None) => return None,
        };
        Some(lens.tenant(state.tenant.key, state.tenant.name, look, now))
    };
    Ok(states.into_iter().filter_map(show).collect())
}
