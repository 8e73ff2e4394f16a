//! Which cluster is meant, and with what it is driven.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::bail;
use jiff::SignedDuration;

use super::line::Line;
use crate::sealing::{REPOSITORY_SECRET, SEALED_SUFFIX};

/// The namespaces, and the root Application, as `infra/k8s` names them.
pub(super) const ARGO_CD: &str = "argocd";
pub(super) const APP: &str = "licensetool";
pub(super) const DATABASE: &str = "licensetool-database";
/// Where the overlay names no other.
pub(super) const HOST: &str = "licensetool.local";
pub(super) const CONTROLLERS: &str = "kube-system";
pub(super) const ROOT: &str = "root";

/// Lets Argo CD look at once, not at the end of its pause.
pub(super) const REFRESH: [&str; 5] = [
    "annotate",
    "applications.argoproj.io",
    "--all",
    "argocd.argoproj.io/refresh=normal",
    "--overwrite",
];

/// Longest time for a question: whoever answers it has the answer at hand.
const QUESTION: Duration = Duration::from_secs(60);

#[derive(Debug, clap::Args)]
pub(crate) struct Where {
    /// The profile of minikube
    #[arg(
        long,
        value_name = "NAME",
        default_value = "semar4-dev",
        conflicts_with = "context"
    )]
    profile: String,
    /// A cluster that exists, by its context of kubectl (k3s, kind, AKS or another): no minikube
    #[arg(long, value_name = "NAME")]
    context: Option<String>,
    /// What runs there, a folder of infra/k8s/clusters
    #[arg(long, value_enum, default_value = "dev")]
    overlay: Overlay,
    /// The folder infra/k8s [default: the one of this repository]
    #[arg(long, value_name = "DIR")]
    infra: Option<PathBuf>,
    /// Longest time for each command and each condition
    #[arg(long, value_name = "TIME", default_value = "15m")]
    timeout: SignedDuration,
    /// The program kubectl, if it is not on the PATH
    #[arg(long, value_name = "PROGRAM", default_value = "kubectl")]
    kubectl: String,
    /// The program minikube, if it is not on the PATH
    #[arg(long, value_name = "PROGRAM", default_value = "minikube")]
    minikube: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Overlay {
    /// On a machine of one's own.
    Dev,
    /// For good.
    Prod,
}

impl Overlay {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Prod => "prod",
        }
    }
}

/// A cluster that can be driven.
#[derive(Clone, Debug)]
pub(super) struct Target {
    kubectl: String,
    pub(super) context: String,
    /// None for a cluster that exists.
    pub(super) minikube: Option<Minikube>,
    pub(super) overlay: Overlay,
    infra: PathBuf,
    /// For each command and each condition.
    pub(super) limit: Duration,
}

#[derive(Clone, Debug)]
pub(super) struct Minikube {
    program: String,
    pub(super) profile: String,
}

impl Minikube {
    pub(super) fn line<'a>(&'a self, arguments: impl IntoIterator<Item = &'a str>) -> Line {
        let profile = ["-p", &self.profile];
        Line::new(&self.program, profile.into_iter().chain(arguments))
    }
}

impl Target {
    /// # Errors
    /// Without the folder with the manifests, or without time.
    pub(super) fn found(wish: Where, repository: &Path) -> anyhow::Result<Self> {
        let infra = wish
            .infra
            .unwrap_or_else(|| repository.join("infra").join("k8s"));
        if !infra.is_dir() {
            bail!(
                "there is no folder {}: run this in the repository, or name it with --infra",
                infra.display()
            );
        }
        let limit = wish.timeout.unsigned_abs();
        if limit < Duration::from_secs(1) {
            bail!(
                "--timeout {} is too short: give a second or more",
                wish.timeout
            );
        }
        let minikube = wish.context.is_none().then(|| Minikube {
            program: wish.minikube,
            profile: wish.profile.clone(),
        });
        Ok(Self {
            kubectl: wish.kubectl,
            context: wish.context.unwrap_or(wish.profile),
            minikube,
            overlay: wish.overlay,
            infra,
            limit,
        })
    }

    /// kubectl on this cluster, whichever one is its current one.
    pub(super) fn kubectl<'a>(&'a self, arguments: impl IntoIterator<Item = &'a str>) -> Line {
        let context = ["--context", &self.context];
        Line::new(&self.kubectl, context.into_iter().chain(arguments))
    }

    /// The same within a namespace.
    pub(super) fn kubectl_in<'a>(
        &'a self,
        namespace: &'a str,
        arguments: impl IntoIterator<Item = &'a str>,
    ) -> Line {
        self.kubectl(["-n", namespace].into_iter().chain(arguments))
    }

    /// How long kubectl waits for a condition.
    pub(super) fn within(&self) -> String {
        format!("--timeout={}s", self.limit.as_secs())
    }

    /// A file or folder of `infra/k8s`.
    pub(super) fn infra(&self, parts: &[&str]) -> PathBuf {
        let mut path = self.infra.clone();
        path.extend(parts);
        path
    }

    /// The public half of the key that sealed what Git holds.
    pub(super) fn sealing_certificate(&self) -> PathBuf {
        self.infra(&["clusters", self.overlay.as_str(), "sealing.pem"])
    }

    /// By what Argo CD reads the repository, sealed; none if that is public.
    pub(super) fn sealed_way_in(&self) -> Option<PathBuf> {
        let file = format!("{REPOSITORY_SECRET}{SEALED_SUFFIX}");
        let file = self.infra(&["clusters", self.overlay.as_str(), "secrets", &file]);
        file.is_file().then_some(file)
    }

    /// Longest time for a question.
    pub(super) fn question(&self) -> Duration {
        self.limit.min(QUESTION)
    }

    /// Longest time for a wait: whoever has a limit of their own shall say by themselves that it
    /// is over.
    pub(super) fn patience(&self) -> Duration {
        self.limit + (self.limit / 20).max(Duration::from_secs(1))
    }

    /// The same command for another purpose, as the end of a sentence.
    pub(super) fn options(&self) -> String {
        let place = match &self.minikube {
            Some(minikube) if minikube.profile == "semar4-dev" => String::new(),
            Some(minikube) => format!(" --profile {}", minikube.profile),
            None => format!(" --context {}", self.context),
        };
        place + self.overlay_option()
    }

    /// The overlay, as the end of a sentence.
    pub(super) fn overlay_option(&self) -> &'static str {
        match self.overlay {
            Overlay::Dev => "",
            Overlay::Prod => " --overlay prod",
        }
    }
}
