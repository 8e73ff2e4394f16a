//! Whether everything runs that should: applications, the namespace, pods, and how often they began
//! anew.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::Plan;
use super::report::Verdict;
use crate::clock;
use crate::cluster::process::Ended;
use crate::cluster::seen::{Application, Pod};
use crate::cluster::target::{APP, ARGO_CD, CONTROLLERS, DATABASE, Overlay, ROOT};

/// A restart that is older is history.
const LATELY: SignedDuration = SignedDuration::from_hours(1);

impl Plan<'_> {
    pub(super) async fn applications(&mut self) -> Option<Vec<Application>> {
        let expected = "Synced, Healthy";
        let line = self
            .target
            .kubectl_in(ARGO_CD, ["get", "applications.argoproj.io", "-o", "json"]);
        let applications: Vec<Application> = self
            .asked("applications", expected, &line, Ended::items)
            .await?;
        for name in [ROOT, APP] {
            if !applications.iter().any(|it| it.metadata.name == name) {
                let check = format!("application {name}");
                let advice = "`licensetool cluster up` applies the root application, and Argo CD \
                              the others";
                self.report
                    .add(&check, expected, Verdict::Fail, "is not there", advice);
            }
        }
        for application in &applications {
            let check = format!("application {}", application.metadata.name);
            let (status, errors) = (&application.status, application.errors());
            let is_well = status.sync.status == "Synced" && status.health.status == "Healthy";
            let found = application.summary();
            match is_well && errors.is_empty() {
                true => self.report.well(&check, expected, found),
                false => {
                    let advice = format!(
                        "kubectl --context {} -n {ARGO_CD} describe application {}",
                        self.target.context, application.metadata.name
                    );
                    self.report
                        .add(&check, expected, Verdict::Fail, found, &advice);
                }
            }
        }
        Some(applications)
    }

    pub(super) async fn namespace(&mut self) {
        #[derive(Deserialize)]
        struct Namespace {
            status: Phase,
        }
        #[derive(Deserialize)]
        struct Phase {
            phase: String,
        }
        let (check, expected) = (format!("namespace {APP}"), "Active");
        let line = ["get", "namespace", APP, "--ignore-not-found", "-o", "json"];
        let line = self.target.kubectl(line);
        let phase = self.asked(&check, expected, &line, |ended| {
            let answer = ended.answer()?;
            if answer.trim().is_empty() {
                return Ok("is not there".to_owned());
            }
            Ok(serde_json::from_str::<Namespace>(answer)?.status.phase)
        });
        match phase.await {
            Some(phase) if phase == expected => self.report.well(&check, expected, phase),
            Some(phase) => {
                let advice = "Argo CD makes it: look at the application licensetool";
                self.report
                    .add(&check, expected, Verdict::Fail, phase, advice);
            }
            None => {}
        }
    }

    /// Of each namespace; those of the program come back.
    pub(super) async fn pods(&mut self) -> Option<Vec<Pod>> {
        let controllers = ["-l", "app.kubernetes.io/name=sealed-secrets"];
        self.pods_of(ARGO_CD, &[]).await;
        self.pods_of(CONTROLLERS, &controllers).await;
        if self.target.overlay == Overlay::Dev {
            self.pods_of(DATABASE, &[]).await;
        }
        self.pods_of(APP, &[]).await
    }

    async fn pods_of(&mut self, namespace: &str, more: &[&str]) -> Option<Vec<Pod>> {
        let (check, expected) = (format!("pods of {namespace}"), "all ready");
        let line = ["get", "pods", "-o", "json"].iter().chain(more).copied();
        let line = self.target.kubectl_in(namespace, line);
        let pods: Vec<Pod> = self.asked(&check, expected, &line, Ended::items).await?;
        // A job that is done has pods that are done.
        let pods: Vec<Pod> = pods
            .into_iter()
            .filter(|pod| pod.status.phase != "Succeeded")
            .collect();
        let waiting: Vec<String> = pods
            .iter()
            .filter(|pod| !pod.is_ready())
            .map(Pod::trouble)
            .collect();
        let advice = format!(
            "kubectl --context {} -n {namespace} describe pods",
            self.target.context
        );
        match (pods.len(), waiting.as_slice()) {
            (0, _) => {
                self.report
                    .add(&check, expected, Verdict::Fail, "there is none", &advice);
            }
            (all, []) => self.report.well(&check, expected, format!("{all} ready")),
            (_, waiting) => {
                let found = waiting.join(", ");
                self.report
                    .add(&check, expected, Verdict::Fail, found, &advice);
            }
        }
        self.restarts_of(namespace, &pods, clock::now());
        Some(pods)
    }

    fn restarts_of(&mut self, namespace: &str, pods: &[Pod], now: Timestamp) {
        let (check, expected) = (format!("restarts in {namespace}"), "none within an hour");
        let containers = pods.iter().flat_map(|pod| {
            let containers = pod.status.container_statuses.iter();
            containers.map(|container| (&pod.metadata.name, container))
        });
        let fresh: Vec<String> = containers
            .filter_map(|(pod, container)| {
                let last = container.last_state.terminated.as_ref()?;
                let is_fresh = last.at().is_none_or(|at| now.duration_since(at) < LATELY);
                let (times, reason) = (container.restart_count, &last.reason);
                is_fresh.then(|| format!("{pod} {times} times, last because {reason}"))
            })
            .collect();
        match fresh.as_slice() {
            [] => self.report.well(&check, expected, "none"),
            fresh => {
                let advice = format!(
                    "kubectl --context {} -n {namespace} logs POD --previous",
                    self.target.context
                );
                let found = fresh.join(", ");
                self.report
                    .add(&check, expected, Verdict::Warn, found, &advice);
            }
        }
    }
}
