//! `licensetool simulate`: the stand-in for Microsoft alone, for any client to be pointed at.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use jiff::SignedDuration;
use microsoft_sim::{Options, Simulator, Tls, World};

use crate::exit::Outcome;
use crate::output;
use crate::run::stopped_by_signal;

/// What to stand in for, and where.
#[derive(Debug, clap::Args)]
pub(crate) struct Simulate {
    /// Address to listen on; port 0 takes any free one
    #[arg(long, default_value = "127.0.0.1:8443")]
    listen: SocketAddr,
    /// A world file; without it the demo's schools
    #[arg(long, conflicts_with = "tenants")]
    world: Option<PathBuf>,
    /// Make up a world of this many tenants
    #[arg(long)]
    tenants: Option<NonZeroUsize>,
    /// SKUs of each made-up tenant
    #[arg(long, default_value_t = 40, requires = "tenants")]
    skus: usize,
    /// Choose another made-up world
    #[arg(long, default_value_t = 1, requires = "tenants")]
    seed: u64,
    /// Write a matching home folder and the simulator's ca.pem there
    #[arg(long)]
    home: Option<PathBuf>,
    /// Wait this long before every answer, such as 50ms
    #[arg(long, default_value = "0s")]
    latency: SignedDuration,
    /// Speak HTTP instead of HTTPS
    #[arg(long)]
    http: bool,
    /// Leave Microsoft's throttling out
    #[arg(long)]
    no_throttle: bool,
}

pub(crate) async fn simulate(wish: Simulate) -> anyhow::Result<Outcome> {
    anyhow::ensure!(
        wish.listen.ip().is_loopback(),
        "the simulator hands out tokens to whoever asks, so it listens on loopback addresses only; \
         {} is none",
        wish.listen
    );
    let stop = stopped_by_signal()?;
    let options = Options {
        listen: wish.listen,
        tls: if wish.http { Tls::Off } else { Tls::Generated },
        latency: Duration::try_from(wish.latency).context("--latency cannot be negative")?,
        throttle: !wish.no_throttle,
        ..Options::default()
    };
    let world = match (&wish.world, wish.tenants) {
        (Some(file), _) => world_of(file)?,
        (None, Some(tenants)) => World::generate(tenants.get(), wish.skus, wish.seed),
        (None, None) => World::demo(),
    };
    let simulator = Simulator::start(world, options).await?;
    if let Some(home) = &wish.home {
        simulator.write_home(home)?;
    }
    output::say(&format!("listening on {}", simulator.base_url()))?;
    stop.cancelled().await;
    simulator.shutdown().await;
    Ok(Outcome::Fine)
}

fn world_of(file: &Path) -> anyhow::Result<World> {
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("the world file {} cannot be read", file.display()))?;
    World::parse(&text).map_err(|error| anyhow::anyhow!("{}: {error}", file.display()))
}
