//! Argo CD: installed once from here, kept by itself from Git afterwards.

use crate::cluster::process::Ended;
use crate::cluster::step::{Answer, Step};
use crate::cluster::target::{ARGO_CD, ROOT, Target};

/// What is there when the installation was whole and the root application took over.
const WHOLE: [&str; 4] = [
    "application.argoproj.io/root",
    "deployment.apps/argocd-server",
    "deployment.apps/argocd-repo-server",
    "statefulset.apps/argocd-application-controller",
];

/// Once the root application is there, Argo CD keeps itself: what is checked out here may be older
/// than what Git says.
pub(super) fn installed(target: &Target) -> Step {
    let way_out = "most often an image or a definition could not be fetched; it is safe to repeat";
    let root = format!("applications.argoproj.io/{ROOT}");
    let whole = [
        "get",
        &root,
        "deployment/argocd-server",
        "deployment/argocd-repo-server",
        "statefulset/argocd-application-controller",
        "--ignore-not-found",
        "-o",
        "name",
    ];
    let manifests = target.infra(&["bootstrap", "argocd"]);
    let manifests = manifests.to_string_lossy();
    // One definition is larger than the annotation may be that client-side apply writes.
    let apply = [
        "apply",
        "--server-side",
        "--force-conflicts",
        "-k",
        &manifests,
    ];
    let within = target.within();
    let known = [
        "wait",
        "--for=condition=Established",
        "crd/applications.argoproj.io",
        "crd/appprojects.argoproj.io",
        &within,
    ];
    Step::new("Argo CD is installed", way_out)
        .unless(target.kubectl_in(ARGO_CD, whole), is_whole)
        .doing(target.kubectl_in(ARGO_CD, apply))
        .wait(
            "the cluster knows what an Application is",
            target.kubectl(known),
        )
}

fn is_whole(ended: &Ended) -> anyhow::Result<Answer> {
    if ended.lacks_kind() {
        return Ok(Answer::No(
            "the cluster does not know what an Application is".to_owned(),
        ));
    }
    let found: Vec<&str> = ended.answer()?.lines().map(str::trim).collect();
    let lacks: Vec<&str> = WHOLE.into_iter().filter(|it| !found.contains(it)).collect();
    Ok(Answer::of(lacks.is_empty(), || {
        format!("there is no {}", lacks.join(", no "))
    }))
}

/// The repo server comes before the root application, which would fail without it.
pub(super) fn answers(target: &Target) -> Step {
    let way_out = format!(
        "`kubectl --context {} -n {ARGO_CD} get pods` and `… describe pod NAME` show what holds it \
         back",
        target.context
    );
    let within = target.within();
    let rollout =
        |what: &str| target.kubectl_in(ARGO_CD, ["rollout", "status", what, within.as_str()]);
    Step::new("Argo CD answers", way_out)
        .wait_for_argo_cd(
            "its repo server is ready",
            rollout("deployment/argocd-repo-server"),
        )
        .wait("its server is ready", rollout("deployment/argocd-server"))
        .wait(
            "its controller is ready",
            rollout("statefulset/argocd-application-controller"),
        )
}
