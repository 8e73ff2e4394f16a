//! Argo CD: installed once from here, kept by itself from Git afterwards.

use crate::cluster::process::Ended;
use crate::cluster::seen::is_locked_out;
use crate::cluster::step::{Answer, Step};
use crate::cluster::target::{ARGO_CD, ROOT, Target};

/// What is there when the installation was whole and the root application took over: kinds and
/// names.
const WHOLE: [[&str; 2]; 4] = [
    ["Application", ROOT],
    ["Deployment", "argocd-server"],
    ["Deployment", "argocd-repo-server"],
    ["StatefulSet", "argocd-application-controller"],
];

/// Once the root application is there, Argo CD keeps itself: what is checked out here may be older
/// than what Git says. Unless it may not read there: then what it needs can only come from here.
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
        "custom-columns=KIND:.kind,NAME:.metadata.name,SAID:.status.conditions[*].message",
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
    let answer = ended.answer()?;
    let lines = answer.lines().map(str::split_whitespace);
    let found: Vec<Vec<&str>> = lines.map(|words| words.take(2).collect()).collect();
    let lacks = WHOLE
        .iter()
        .filter(|it| !found.iter().any(|found| found == *it));
    let lacks: Vec<String> = lacks
        .map(|[kind, name]| format!("no {kind} {name}"))
        .collect();
    if lacks.is_empty() && is_locked_out(answer) {
        let seen = "Argo CD may not read the repository; what is checked out here may help";
        return Ok(Answer::No(seen.to_owned()));
    }
    Ok(Answer::of(lacks.is_empty(), || {
        format!("there is {}", lacks.join(", "))
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
