//! What kubectl answers in JSON: only the fields that are used.

use anyhow::{Context as _, bail};
use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::process::Ended;

#[derive(Debug, Deserialize)]
struct List<T> {
    items: Vec<T>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Metadata {
    pub(super) name: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Application {
    pub(super) metadata: Metadata,
    #[serde(default)]
    pub(super) status: ApplicationStatus,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ApplicationStatus {
    pub(super) sync: Sync,
    pub(super) health: Health,
    pub(super) conditions: Vec<ApplicationCondition>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Sync {
    pub(super) status: String,
    pub(super) revision: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Health {
    pub(super) status: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct ApplicationCondition {
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) message: String,
}

/// Whether these words of Argo CD say that it may not read the repository, as distinct from a
/// repo server that is down or a manifest that is wrong.
pub(super) fn is_locked_out(said: &str) -> bool {
    const WORDS: [&str; 9] = [
        "authentication required",
        "authorization failed",
        "repository not found",
        "unable to authenticate",
        "permission denied (publickey",
        "access denied",
        "could not read username",
        "knownhosts:",
        "host key verification failed",
    ];
    let said = said.to_lowercase();
    WORDS.iter().any(|words| said.contains(words))
}

#[derive(Debug, Deserialize)]
pub(super) struct Pod {
    pub(super) metadata: Metadata,
    #[serde(default)]
    spec: PodSpec,
    #[serde(default)]
    pub(super) status: PodStatus,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct PodSpec {
    init_containers: Vec<Made>,
    containers: Vec<Made>,
}

/// A container as it was ordered.
#[derive(Debug, Deserialize)]
struct Made {
    image: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct SealedSecret {
    metadata: Metadata,
    #[serde(default)]
    status: Conditions,
}

#[derive(Debug, Deserialize)]
pub(super) struct Deployment {
    #[serde(default)]
    status: Conditions,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Conditions {
    conditions: Vec<Condition>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct PodStatus {
    pub(super) phase: String,
    pub(super) conditions: Vec<Condition>,
    pub(super) init_container_statuses: Vec<Container>,
    pub(super) container_statuses: Vec<Container>,
}

/// Of a pod, a deployment or a sealed secret.
#[derive(Debug, Deserialize)]
pub(super) struct Condition {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) status: String,
    #[serde(default)]
    pub(super) message: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Container {
    pub(super) name: String,
    #[serde(default)]
    pub(super) restart_count: u64,
    #[serde(default)]
    pub(super) state: State,
    #[serde(default)]
    pub(super) last_state: State,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct State {
    pub(super) waiting: Option<Waiting>,
    pub(super) terminated: Option<Terminated>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Waiting {
    pub(super) reason: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Terminated {
    pub(super) exit_code: i64,
    pub(super) reason: String,
    finished_at: String,
}

impl Application {
    /// "licensetool Synced/Healthy", and the first error.
    pub(super) fn summary(&self) -> String {
        let said = |word: &str| match word {
            "" => "not looked at".to_owned(),
            word => word.to_owned(),
        };
        let (name, status) = (&self.metadata.name, &self.status);
        let (sync, health) = (said(&status.sync.status), said(&status.health.status));
        let errors = self.errors();
        let error = errors
            .first()
            .map_or_else(String::new, |error| format!(" ({error})"));
        format!("{name} {sync}/{health}{error}")
    }

    pub(super) fn is_locked_out(&self) -> bool {
        self.errors().iter().any(|error| is_locked_out(error))
    }

    /// What Argo CD complains of.
    pub(super) fn errors(&self) -> Vec<String> {
        let conditions = self.status.conditions.iter();
        let errors = conditions.filter(|it| it.kind.ends_with("Error"));
        errors
            .map(|it| format!("{}: {}", it.kind, it.message))
            .collect()
    }
}

impl Terminated {
    /// None if it does not say.
    pub(super) fn at(&self) -> Option<Timestamp> {
        self.finished_at.parse().ok()
    }
}

impl Pod {
    pub(super) fn is_ready(&self) -> bool {
        let mut conditions = self.status.conditions.iter();
        conditions.any(|it| it.kind == "Ready" && it.status == "True")
    }

    /// Why it is not ready, as far as its containers say.
    pub(super) fn trouble(&self) -> String {
        let status = &self.status;
        let starting = status.init_container_statuses.iter();
        let mut containers = starting.chain(&status.container_statuses);
        let reason = containers.find_map(|container| {
            let waiting = container.state.waiting.as_ref()?;
            Some(format!("{}: {}", container.name, waiting.reason))
        });
        let reason = reason.unwrap_or_else(|| status.phase.clone());
        format!("{} ({reason})", self.metadata.name)
    }

    /// The images that it is made of.
    pub(super) fn images(&self) -> impl Iterator<Item = &str> {
        let starting = self.spec.init_containers.iter();
        let made = starting.chain(&self.spec.containers);
        made.map(|container| container.image.as_str())
    }
}

impl Deployment {
    pub(super) fn is_available(&self) -> bool {
        let mut conditions = self.status.conditions.iter();
        conditions.any(|it| it.kind == "Available" && it.status == "True")
    }
}

impl SealedSecret {
    /// Why it was not opened.
    pub(super) fn trouble(&self) -> Option<String> {
        let name = &self.metadata.name;
        let mut conditions = self.status.conditions.iter();
        match conditions.find(|it| it.kind == "Synced") {
            Some(synced) if synced.status == "True" => None,
            Some(synced) => Some(format!("{name} ({})", synced.message)),
            None => Some(format!("{name} (the controller has not seen it)")),
        }
    }
}

impl Ended {
    /// Whether kubectl says that the cluster does not know the kind that was asked for.
    pub(super) fn lacks_kind(&self) -> bool {
        !self.is_well() && self.err.contains("doesn't have a resource type")
    }

    /// What was answered.
    pub(super) fn answer(&self) -> anyhow::Result<&str> {
        match self.is_well() {
            true => Ok(&self.out),
            false => bail!("{}", self.complaint()),
        }
    }

    /// The list that was answered as JSON.
    pub(super) fn items<T: DeserializeOwned>(&self) -> anyhow::Result<Vec<T>> {
        let list = serde_json::from_str::<List<T>>(self.answer()?);
        Ok(list
            .context("the answer is not the list that is expected")?
            .items)
    }
}
