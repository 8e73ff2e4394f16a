//! `licensetool channel`: who is told, how that goes, and a sample to try it.

use std::sync::Arc;

use anyhow::{Context as _, bail};
use pipeline::tell::{Channel, Voice};
use serde_json::{Value, json};
use store::{ChannelState, Queue, Store};

use crate::columns::{Format, columns, moment, moment_or_none, printable};
use crate::config::{Address, ChannelSettings, Config, SHAREPOINT, Way};
use crate::exit::Outcome;
use crate::outlets::{self, Outlet};
use crate::sharepoint::{self, Profiles};
use crate::{catalog, clock, output, stored};

#[derive(Debug, clap::Subcommand)]
pub(crate) enum ChannelCommand {
    /// All channels, and how much waits for each; exit code 1 if anything is dead
    List {
        #[arg(long, value_enum, default_value = "table")]
        format: Format,
    },
    /// Send a sample; of a SharePoint profile, check the lists
    Test { name: String },
}

pub(crate) async fn channel(config: &Config, command: ChannelCommand) -> anyhow::Result<Outcome> {
    match command {
        ChannelCommand::List { format } => list(config, format).await,
        ChannelCommand::Test { name } => test(config, &name).await,
    }
}

/// One channel, as it is listed.
struct Listed {
    name: String,
    kind: &'static str,
    least: &'static str,
    leads_to: String,
    queue: Option<Queue>,
    /// Of SharePoint's lists, if they were ever reached.
    sync: Option<ChannelState>,
}

async fn list(config: &Config, format: Format) -> anyhow::Result<Outcome> {
    let profiles = Profiles::read(&config.home).await?;
    let mut listed = channels(config, &profiles);
    if !stored::is_missing(config) {
        let store = stored::opened(config).await?;
        add_state(&mut listed, &store).await?;
        store.close().await;
    }
    let text = match format {
        Format::Json => {
            let channels: Vec<Value> = listed.iter().map(data).collect();
            serde_json::to_string_pretty(&json!({ "channels": channels }))?
        }
        Format::Table if listed.is_empty() => {
            "nobody is told of anything: docs/configuration.md says how a channel is set up"
                .to_owned()
        }
        Format::Table => table(config, &listed),
    };
    output::say(text.trim_end())?;
    let dead = |it: &Listed| it.queue.as_ref().is_some_and(|queue| queue.dead > 0);
    Ok(match listed.iter().any(dead) {
        true => Outcome::Found,
        false => Outcome::Fine,
    })
}

fn channels(config: &Config, profiles: &Profiles) -> Vec<Listed> {
    let routes = outlets::routes(config, profiles).into_iter();
    let listed = routes.map(|route| {
        let settings = settings(config, &route.channel);
        Listed {
            kind: settings.map_or("sharepoint", |settings| settings.way.as_str()),
            least: route.least.as_str(),
            leads_to: settings.map_or_else(String::new, leads_to),
            name: route.channel,
            queue: None,
            sync: None,
        }
    });
    listed.collect()
}

fn settings<'a>(config: &'a Config, name: &str) -> Option<&'a ChannelSettings> {
    config
        .channels
        .iter()
        .find(|settings| settings.name == name)
}

/// Hosts and addresses of mail only: who knows the whole address of a webhook may post.
fn leads_to(settings: &ChannelSettings) -> String {
    match &settings.way {
        Way::Webhook {
            url: Address::Url(url),
            ..
        } => url.host_str().unwrap_or_default().to_owned(),
        Way::Webhook {
            url: Address::InFile(file),
            ..
        }
        | Way::Teams { url_file: file } => format!("as {} says", file.display()),
        Way::Mail(server) => {
            let parameter = server.to_parameter.as_ref();
            let parameter = parameter.map(|it| format!("parameter {}", it.name));
            let to: Vec<String> = server.to.iter().cloned().chain(parameter).collect();
            format!("{} over {}", to.join(", "), server.host)
        }
    }
}

async fn add_state(listed: &mut [Listed], store: &Store) -> anyhow::Result<()> {
    let queues = store.queues().await?;
    for it in listed {
        it.queue = queues
            .iter()
            .find(|queue| queue.channel == it.name)
            .cloned();
        it.sync = store.channel(&it.name).await?;
    }
    Ok(())
}

fn table(config: &Config, listed: &[Listed]) -> String {
    let zone = &config.time_zone;
    let row = |it: &Listed| {
        let queue = it.queue.as_ref();
        let count = |count: fn(&Queue) -> i64| queue.map_or(0, count).to_string();
        [
            it.name.clone(),
            it.kind.to_owned(),
            it.least.to_owned(),
            it.leads_to.clone(),
            count(|queue| queue.pending),
            count(|queue| queue.dead),
            moment_or_none(queue.and_then(|queue| queue.oldest), zone),
        ]
    };
    let head = [
        "Channel", "Kind", "Least", "Leads to", "Waiting", "Dead", "Oldest",
    ];
    let mut text = columns(head, listed.iter().map(row), &[4, 5]);
    for it in listed {
        let Some(sync) = &it.sync else { continue };
        let last = match sync.synced_at {
            Some(at) => format!("up to date at {}", moment(at, zone)),
            None => "never up to date yet".to_owned(),
        };
        text.push_str(&format!("\n\n{}: {last}", it.name));
        if let Some(error) = &sync.error {
            let advice = sync.advice.as_deref().unwrap_or_default();
            text.push_str(&format!(
                "\n  {}\n  → {}",
                printable(error),
                printable(advice)
            ));
        }
        for remark in &sync.remarks {
            text.push_str(&format!("\n  {}", printable(remark)));
        }
    }
    text
}

fn data(it: &Listed) -> Value {
    let queue = it.queue.as_ref();
    let sync = it.sync.as_ref().map(|sync| {
        json!({
            "synced_at": sync.synced_at.map(|at| at.to_string()),
            "next_at": sync.sync_at.to_string(),
            "failures": sync.failures,
            "error": sync.error,
            "advice": sync.advice,
            "remarks": sync.remarks,
        })
    });
    json!({
        "name": it.name,
        "kind": it.kind,
        "least": it.least,
        "pending": queue.map_or(0, |queue| queue.pending),
        "oldest": queue.and_then(|queue| queue.oldest).map(|at| at.to_string()),
        "dead": queue.map_or(0, |queue| queue.dead),
        "sync": sync,
    })
}

async fn test(config: &Config, name: &str) -> anyhow::Result<Outcome> {
    if let Some(profile) = name.strip_prefix(SHAREPOINT) {
        return sharepoint::check_lists(config, Some(profile)).await;
    }
    let profiles = Profiles::read(&config.home).await?;
    let outlet = one(config, name, &profiles)?;
    let voice = Voice {
        names: Arc::new(catalog::names(config).await),
        language: outlet.language,
        public_url: config.public_url_at(config.listen),
        time_zone: config.time_zone.clone(),
        company: config.company.clone(),
    };
    let channel = with_recipients(config, &outlet).await?;
    let said = channel.test(&voice, clock::now()).await;
    output::say(&said.with_context(|| format!("the channel {name}"))?)?;
    Ok(Outcome::Fine)
}

fn one(config: &Config, name: &str, profiles: &Profiles) -> anyhow::Result<Outlet> {
    let Some(settings) = settings(config, name) else {
        let routes = outlets::routes(config, profiles);
        let known: Vec<&str> = routes.iter().map(|route| route.channel.as_str()).collect();
        let known = match known.is_empty() {
            true => "none is set up; docs/configuration.md says how that is done".to_owned(),
            false => format!("there are: {}", known.join(", ")),
        };
        bail!("there is no channel {name}; {known}");
    };
    let alone = Config {
        channels: vec![settings.clone()],
        ..config.clone()
    };
    let mut made = outlets::make(&alone, profiles);
    for warning in made.warnings.iter().chain(&made.unresolved) {
        output::complain(&format!("licensetool: {warning}"));
    }
    match made.outlets.pop() {
        Some(outlet) if made.errors.is_empty() => Ok(outlet),
        _ => bail!("{}", made.errors.join("\nlicensetool: ")),
    }
}

/// A mail goes also to whom the parameter list named when it was last read.
async fn with_recipients(config: &Config, outlet: &Outlet) -> anyhow::Result<Channel> {
    let channel = outlet.named.channel.clone();
    if outlet.named.recipients_from.is_none() {
        return Ok(channel);
    }
    if stored::is_missing(config) {
        output::complain("licensetool: no parameter list was read yet; `licensetool run` reads it");
        return Ok(channel);
    }
    let store = stored::opened(config).await?;
    let channel = outlet.named.with_recipients(&store).await?;
    store.close().await;
    Ok(channel)
}
