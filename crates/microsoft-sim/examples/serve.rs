//! A simulator over HTTPS for clients of other languages, as `scripts/check-clients` starts it:
//! `serve HOME [WORLD]` writes a home folder, prints its address, and runs until Ctrl-C.

use std::env;
use std::path::PathBuf;

use anyhow::Context as _;
use microsoft_sim::{Options, Simulator, Tls, World};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut arguments = env::args_os().skip(1).map(PathBuf::from);
    let home = arguments
        .next()
        .context("say where to write a home folder: serve HOME [WORLD]")?;
    let world = match arguments.next() {
        Some(file) => {
            let text = std::fs::read_to_string(&file)
                .with_context(|| format!("{} cannot be read", file.display()))?;
            World::parse(&text)?
        }
        None => World::demo(),
    };
    let options = Options {
        tls: Tls::Generated,
        throttle: true,
        ..Options::default()
    };
    let simulator = Simulator::start(world, options).await?;
    simulator.write_home(&home)?;
    say(&simulator.base_url());
    tokio::signal::ctrl_c().await?;
    simulator.shutdown().await;
    Ok(())
}

#[expect(clippy::print_stdout, reason = "a script waits for this line")]
fn say(line: &str) {
    println!("{line}");
}
