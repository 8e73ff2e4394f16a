//! `licensetool demo`: two sample schools on a stand-in Microsoft, with everything running and
//! everybody told; `--fast` plays a school year instead.

mod history;
mod stage;
mod told;
mod story;
mod year;

use std::net::SocketAddr;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use microsoft_sim::{Options, World};
use store::Store;
use tokio::sync::oneshot;

use crate::config::Config;
use crate::exit::Outcome;
use crate::rows::{Lens, TenantRows};
use crate::run::{Addresses, Parts, Roles, stopped_by_signal};
use crate::{catalog, clock, output, status, stored};
use stage::{Listen, Stage};
use story::Story;

/// What to show, and where.
#[derive(Debug, clap::Args)]
pub(crate) struct Demo {
    /// Play a school year in a minute and end
    #[arg(long)]
    fast: bool,
    /// Address of pages and API [default: 127.0.0.1:5000]
    #[arg(long, conflicts_with = "fast")]
    listen: Option<SocketAddr>,
    /// Address of /metrics, /healthz and /readyz [default: 127.0.0.1:9464]
    #[arg(long, conflicts_with = "fast")]
    metrics_listen: Option<SocketAddr>,
    /// Let everybody on this machine in without sign-in, as scripts like it
    #[arg(long, conflicts_with = "fast")]
    no_sign_in: bool,
    /// Time between two acts of the story
    #[arg(long, default_value = "10s", hide = true)]
    pace: SignedDuration,
}

impl Demo {
    /// What goes wrong in the year is part of it, and told there.
    pub(crate) fn log_level(&self) -> &'static str {
        if self.fast { "error" } else { "warn" }
    }
}

/// Runs until a signal says stop, or to the end of the year. Everything lies in a folder that goes
/// with it.
pub(crate) async fn demo(wish: Demo) -> anyhow::Result<Outcome> {
    let stop = stopped_by_signal()?;
    if wish.fast {
        return Box::pin(year::play(stop)).await;
    }
    let world = World::demo();
    let stage = Stage::set(world.clone(), Options::default()).await?;
    let config = stage.config(Listen {
        pages: wish.listen,
        metrics: wish.metrics_listen,
        sign_in: !wish.no_sign_in,
    })?;
    let store = stored::opened(&config).await?;
    let mut parts = Parts::open(config.clone(), Roles::all(), store).await?;
    history::seed(&parts.store, &world, clock::now()).await?;
    parts.read_home().await?;
    parts.collector().run_once(stop.clone()).await?;
    let shown = shown(&parts.store, &config, clock::now()).await?;
    let table = status::table(&shown, clock::now(), output::width());
    let accounts = config.sign_in.as_ref().map(|_| stage.accounts());
    let microsoft = stage.microsoft.base_url();

    let (ready, started) = oneshot::channel();
    let store = parts.store.clone();
    let services = parts.run(stop.clone(), |addresses| {
        tell(&table, addresses, &microsoft, accounts.as_deref());
        let pages = addresses.pages.clone().unwrap_or_default();
        let ended = format!("{pages}/api/v1/auth/front-channel-logout");
        stage.microsoft.register_logout(&ended);
        // Nobody waits for it any more if the demo is being stopped.
        drop(ready.send(pages));
    });
    let story = async {
        let Ok(pages) = started.await else { return };
        let pace: Duration = wish.pace.unsigned_abs();
        let zone = config.time_zone.clone();
        let (stage, store) = (&stage, &store);
        let story = Story {
            stage,
            store,
            zone,
            pace,
            pages,
        };
        // The services do not depend on a story that gets stuck.
        if let Some(Err(error)) = stop.run_until_cancelled(story.tell()).await {
            output::complain(&format!("licensetool: the story stops here: {error:#}"));
        }
    };
    let (ended, ()) = Box::pin(async { tokio::join!(services, story) }).await;
    stage.microsoft.shutdown().await;
    ended
}

fn tell(table: &str, addresses: &Addresses, microsoft: &str, accounts: Option<&str>) {
    let Addresses { pages, metrics } = addresses;
    let pages = pages.as_deref().unwrap_or_default();
    let sign_in = accounts.map_or_else(String::new, |accounts| {
        format!("\x20 accounts   {accounts}: choose one, there is no password\n")
    });
    let text = format!(
        "{table}\n\
         licensetool is running on {pages}\n\
         {sign_in}\
         \x20 licences   {pages}/licenses\n\
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
        names: catalog::names(config).await,
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
