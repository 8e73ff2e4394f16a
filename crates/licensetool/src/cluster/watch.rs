//! Looks after Argo CD while something is waited for: says what changes, and cures a repo server
//! that cannot start by itself.

use std::collections::BTreeSet;
use std::future::Future;
use std::time::{Duration, Instant};

use anyhow::anyhow;

use super::process::{Ended, Show, run};
use super::seen::{Application, Pod};
use super::target::{ARGO_CD, REFRESH, Target};
use super::walk::well;
use crate::output;

/// Time between two looks; less if the whole time is short.
const PAUSE: Duration = Duration::from_secs(10);
/// Argo CD tries again by itself for so long, as after a new way in.
const LOCKED_OUT: Duration = Duration::from_secs(180);
/// So many repo servers are deleted at most: what comes back more often has another cause.
const CURES: usize = 3;
/// The init container that links the program's other names, and in some versions cannot do it a
/// second time when the machine restarted the pod in place.
const COPYUTIL: &str = "copyutil";

pub(super) struct Watch<'a> {
    target: &'a Target,
    seen: Option<String>,
    cured: BTreeSet<String>,
    gave_up: bool,
    /// Something was cured, and Argo CD has not been told yet.
    compare_anew: bool,
    /// Since when Argo CD may not read the repository.
    locked_out: Option<Instant>,
}

impl<'a> Watch<'a> {
    pub(super) fn new(target: &'a Target) -> Self {
        Self {
            target,
            seen: None,
            cured: BTreeSet::new(),
            gave_up: false,
            compare_anew: false,
            locked_out: None,
        }
    }

    /// What was seen last.
    pub(super) fn seen(&self) -> Option<&str> {
        self.seen.as_deref()
    }

    /// Waits, and looks from time to time.
    pub(super) async fn beside(
        &mut self,
        waiting: impl Future<Output = anyhow::Result<Ended>>,
    ) -> anyhow::Result<Ended> {
        let pause = PAUSE.min(self.target.limit / 10);
        tokio::select! {
            ended = waiting => ended,
            error = self.look_on(pause) => Err(error),
        }
    }

    /// Ends when no time will help.
    async fn look_on(&mut self, pause: Duration) -> anyhow::Error {
        let patience = LOCKED_OUT.min(self.target.limit / 2);
        loop {
            // kubectl watches the condition itself; this only says what happens meanwhile.
            tokio::time::sleep(pause).await;
            if let Err(error) = self.look().await {
                self.say(format!("Argo CD cannot be looked at: {error:#}"));
            }
            if self
                .locked_out
                .is_some_and(|since| since.elapsed() > patience)
            {
                return anyhow!(
                    "Argo CD may not read the repository: `licensetool seal repository`, \
                     `licensetool seal{}`, commit and push; then give this command again, with \
                     --sealing-key. If the host of Git is one of ssh that Argo CD does not know: \
                     docs/operations.md, \"knownhosts\"",
                    self.target.overlay_option()
                );
            }
        }
    }

    fn say(&mut self, seen: String) {
        if self.seen.as_ref() != Some(&seen) {
            // Whoever hung up still gets the work done.
            drop(output::say(&format!("  seen: {seen}")));
            self.seen = Some(seen);
        }
    }

    async fn look(&mut self) -> anyhow::Result<()> {
        let target = self.target;
        let line = target.kubectl_in(ARGO_CD, ["get", "applications.argoproj.io", "-o", "json"]);
        let ended = run(&line, target.question(), Show::Nothing).await;
        // Before its kind is known to the cluster there is none.
        let applications: Vec<Application> = match ended {
            Ok(ended) if ended.lacks_kind() => Vec::new(),
            ended => well(&line, ended)?.items()?,
        };
        let label = "app.kubernetes.io/name=argocd-repo-server";
        let line = target.kubectl_in(ARGO_CD, ["get", "pods", "-l", label, "-o", "json"]);
        let ended = run(&line, target.question(), Show::Nothing).await;
        let pods: Vec<Pod> = well(&line, ended)?.items()?;
        self.say(summary(&applications, &pods));
        self.locked_out = match applications.iter().any(Application::is_locked_out) {
            true => self.locked_out.or_else(|| Some(Instant::now())),
            false => None,
        };
        if self.compare_anew && !applications.is_empty() && pods.iter().all(Pod::is_ready) {
            self.refresh().await?;
        }
        let stuck = pods.iter().filter(|pod| is_stuck(pod));
        for pod in stuck {
            self.cure(&pod.metadata.name).await?;
        }
        Ok(())
    }

    /// A new pod begins with an empty volume, on which the init container works.
    async fn cure(&mut self, pod: &str) -> anyhow::Result<()> {
        if self.cured.contains(pod) || self.gave_up {
            return Ok(());
        }
        if self.cured.len() == CURES {
            self.gave_up = true;
            output::say(&format!(
                "  {CURES} repo servers were deleted and it is no better: look at \
                 `kubectl --context {} -n {ARGO_CD} logs {pod} -c {COPYUTIL}`",
                self.target.context
            ))?;
            return Ok(());
        }
        output::say(&format!(
            "  the repo server {pod} cannot start: its init container {COPYUTIL} fails on what an \
             earlier start left; a new pod cures it"
        ))?;
        self.cured.insert(pod.to_owned());
        self.compare_anew = true;
        self.does(["delete", "pod", pod, "--ignore-not-found"])
            .await
    }

    /// What failed while there was no repo server is tried again at once, not in minutes.
    async fn refresh(&mut self) -> anyhow::Result<()> {
        self.compare_anew = false;
        self.does(REFRESH).await
    }

    async fn does<const N: usize>(&self, arguments: [&str; N]) -> anyhow::Result<()> {
        let line = self.target.kubectl_in(ARGO_CD, arguments);
        output::say(&format!("$ {line}"))?;
        let ended = run(&line, self.target.question(), Show::Lines).await;
        well(&line, ended).map(drop)
    }
}

/// Whether its init container failed on its leftovers, and will again.
fn is_stuck(pod: &Pod) -> bool {
    let mut starting = pod.status.init_container_statuses.iter();
    starting.any(|container| {
        let state = &container.state;
        let waits = state.waiting.as_ref();
        let failed = state
            .terminated
            .as_ref()
            .is_some_and(|it| it.exit_code != 0);
        let crashes = waits.is_some_and(|it| it.reason == "CrashLoopBackOff");
        container.name == COPYUTIL && (failed || crashes)
    })
}

fn summary(applications: &[Application], repo_servers: &[Pod]) -> String {
    let mut said: Vec<String> = applications.iter().map(Application::summary).collect();
    let ready = repo_servers.iter().filter(|pod| pod.is_ready()).count();
    said.push(format!(
        "{ready} of {} repo servers are ready",
        repo_servers.len()
    ));
    said.join(", ")
}
