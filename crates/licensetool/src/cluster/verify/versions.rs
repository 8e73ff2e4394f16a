//! Whether what runs is what Git says.

use std::collections::BTreeSet;

use super::Plan;
use super::report::Verdict;
use crate::cluster::line::Line;
use crate::cluster::seen::{Application, Pod};
use crate::cluster::source;
use crate::cluster::target::{APP, Overlay};

impl Plan<'_> {
    /// The commit that Argo CD has brought is the one that it should follow.
    pub(super) async fn revision(&mut self, applications: Option<&[Application]>) {
        let Some(applications) = applications else {
            return;
        };
        let mut applications = applications.iter();
        let Some(app) = applications.find(|it| it.metadata.name == APP) else {
            return;
        };
        let deployed = &app.status.sync.revision;
        let (check, expected) = (
            "revision",
            match self.target.overlay {
                Overlay::Dev => "the newest of main",
                Overlay::Prod => "that of a tag",
            },
        );
        let address = match source::address(&self.target.infra(&[])) {
            Ok(address) => address,
            Err(error) => {
                let found = format!("{error:#}");
                self.report
                    .add(check, expected, Verdict::Unknown, found, "");
                return;
            }
        };
        let line = match self.target.overlay {
            Overlay::Dev => Line::new("git", ["ls-remote", &address, "refs/heads/main"]),
            Overlay::Prod => Line::new("git", ["ls-remote", &address, "refs/tags/v*"]),
        };
        let read = self.asked(check, expected, &line, |ended| {
            let lines = ended.answer()?.lines();
            let commits = lines.filter_map(|line| line.split_whitespace().next());
            Ok(commits.map(str::to_owned).collect::<Vec<_>>())
        });
        let Some(commits) = read.await else { return };
        match commits.contains(deployed) {
            true => self.report.well(check, expected, deployed),
            false => {
                let found = match (deployed.as_str(), commits.last()) {
                    ("", _) => "Argo CD names none".to_owned(),
                    (deployed, Some(last)) => format!("{deployed}, Git has {last}"),
                    (deployed, None) => format!("{deployed}, Git has none"),
                };
                let advice = "Argo CD looks every three minutes; `kubectl annotate` with \
                              argocd.argoproj.io/refresh=normal on the application makes it look";
                self.report
                    .add(check, expected, Verdict::Warn, found, advice);
            }
        }
    }

    /// The pods are made of the images that the overlay names.
    pub(super) async fn images(&mut self, pods: Option<&[Pod]>) {
        let Some(pods) = pods else { return };
        let (check, expected) = ("images", "those of Git's overlay");
        let overlay = self.target.overlay.as_str();
        let folder = self
            .target
            .infra(&["apps", "licensetool", "overlays", overlay]);
        let folder = folder.to_string_lossy();
        let line = self.target.kubectl(["kustomize", &folder]);
        let read = self.asked(check, expected, &line, |ended| Ok(images(ended.answer()?)));
        let Some(wanted) = read.await else { return };
        let running: BTreeSet<&str> = pods.iter().flat_map(Pod::images).collect();
        let strange: Vec<&str> = running
            .iter()
            .copied()
            .filter(|image| !wanted.contains(*image))
            .collect();
        match strange.as_slice() {
            [] => {
                let found = running.into_iter().collect::<Vec<_>>().join(", ");
                self.report.well(check, expected, found);
            }
            strange => {
                let advice = "Argo CD has not brought the newest commit yet, or this working copy \
                              is another one: `git pull`";
                let found = strange.join(", ");
                self.report
                    .add(check, expected, Verdict::Fail, found, advice);
            }
        }
    }
}

/// The images in what kustomize writes: each on a line of its own.
fn images(manifests: &str) -> BTreeSet<String> {
    let lines = manifests
        .lines()
        .map(|line| line.trim().trim_start_matches("- "));
    let images = lines.filter_map(|line| line.strip_prefix("image:"));
    images
        .map(|image| image.trim().trim_matches(['"', '\'']).to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_found_in_what_kustomize_writes() {
        let manifests = "spec:\n  containers:\n  - image: a@sha256:1\n    name: x\n  \
                         initContainers:\n  - name: y\n    image: \"b:2\"\n";
        let found: Vec<String> = images(manifests).into_iter().collect();
        assert_eq!(found, ["a@sha256:1", "b:2"]);
    }
}
