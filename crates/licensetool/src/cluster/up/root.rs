//! The root application, from which Argo CD brings everything else.

use crate::cluster::step::Step;
use crate::cluster::target::{ARGO_CD, ROOT, Target};

pub(super) fn applied(target: &Target, address: &str) -> Step {
    let manifests = target.infra(&["bootstrap", "root-app", target.overlay.as_str()]);
    let manifests = manifests.to_string_lossy();
    let apply = [
        "apply",
        "--server-side",
        "--force-conflicts",
        "-k",
        &manifests,
    ];
    Step::new(
        format!("Argo CD reads {address}"),
        "what the cluster refuses stands above",
    )
    .doing(target.kubectl_in(ARGO_CD, apply))
}

/// The root application first: the others are there when it is synced. What it says of itself
/// counts from when it has compared with this address.
pub(super) fn healthy(target: &Target, address: &str) -> Step {
    let root = format!("applications.argoproj.io/{ROOT}");
    let (one, all) = ([root.as_str()], ["applications.argoproj.io", "--all"]);
    let within = target.within();
    let wait = |condition: &str, what: &[&str]| {
        let arguments = ["wait", condition].into_iter().chain(what.iter().copied());
        target.kubectl_in(ARGO_CD, arguments.chain([within.as_str()]))
    };
    let compared = format!("--for=jsonpath={{.status.sync.comparedTo.source.repoURL}}={address}");
    let synced = "--for=jsonpath={.status.sync.status}=Synced";
    let healthy = "--for=jsonpath={.status.health.status}=Healthy";
    let way_out = format!(
        "`kubectl --context {} -n {ARGO_CD} get applications` shows which one is not, and \
         `licensetool cluster verify{}` what it lacks",
        target.context,
        target.options()
    );
    Step::new("everything is as Git says, and healthy", way_out)
        .wait_for_argo_cd(
            "the root application has looked there",
            wait(&compared, &one),
        )
        .wait_for_argo_cd("the root application is synced", wait(synced, &one))
        .wait_for_argo_cd("the root application is healthy", wait(healthy, &one))
        .wait_for_argo_cd("all applications are synced", wait(synced, &all))
        .wait_for_argo_cd("all applications are healthy", wait(healthy, &all))
}
