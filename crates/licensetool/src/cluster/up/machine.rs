//! The cluster itself, and what lets people in: of minikube, or as they are found.

use anyhow::{Context as _, bail};
use serde::Deserialize;

use crate::cluster::line::Line;
use crate::cluster::process::Ended;
use crate::cluster::seen::{Deployment, Metadata};
use crate::cluster::step::{Answer, Step};
use crate::cluster::target::{Minikube, Target};

/// The class that the Ingress of `infra/k8s` names.
const CLASS: &str = "nginx";
/// minikube's exit code for a profile that does not exist.
const NO_PROFILE: i32 = 85;

pub(super) fn cluster(target: &Target, options: &[String]) -> Step {
    let every_node = target.within();
    let nodes = [
        "wait",
        "--for=condition=Ready",
        "nodes",
        "--all",
        &every_node,
    ];
    let nodes = target.kubectl(nodes);
    let Some(minikube) = &target.minikube else {
        let context = &target.context;
        let way_out = format!(
            "look whether `kubectl config get-contexts` knows {context}, and whether the cluster \
             runs"
        );
        let ready = target.kubectl(["get", "--raw", "/readyz"]);
        return Step::new(format!("the cluster {context} answers"), way_out)
            .must(ready, answers)
            .wait("all its nodes are ready", nodes);
    };
    let profile = &minikube.profile;
    let way_out = format!(
        "`minikube -p {profile} logs --problems` says more; a driver and more memory can be named \
         after `--`"
    );
    Step::new(format!("minikube's cluster {profile} runs"), way_out)
        .unless(minikube.line(["status", "-o", "json"]), runs)
        .doing(start(minikube, options))
        .wait("all its nodes are ready", nodes)
}

/// A network that holds NetworkPolicies: minikube's own lets everybody through.
fn start(minikube: &Minikube, options: &[String]) -> Line {
    let network = options.iter().any(|option| option.starts_with("--cni"));
    let network = (!network).then_some("--cni=calico");
    let given = options.iter().map(String::as_str);
    minikube.line(
        ["start", "--wait=all"]
            .into_iter()
            .chain(network)
            .chain(given),
    )
}

fn answers(ended: &Ended) -> anyhow::Result<Answer> {
    Ok(Answer::of(ended.is_well(), || ended.complaint()))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Status {
    host: String,
    kubelet: String,
    #[serde(rename = "APIServer")]
    api_server: String,
    kubeconfig: String,
}

/// Reads minikube's status: of one node an object, of several a list.
fn runs(ended: &Ended) -> anyhow::Result<Answer> {
    if ended.status.code() == Some(NO_PROFILE) {
        return Ok(Answer::No("there is no such profile".to_owned()));
    }
    let text = ended.out.trim();
    let nodes: Vec<Status> = match text.starts_with('[') {
        true => serde_json::from_str(text).ok(),
        false => serde_json::from_str(text).ok().map(|node| vec![node]),
    }
    .with_context(|| ended.complaint())?;
    let Some(first) = nodes.first() else {
        bail!("it names no node");
    };
    // Only the first node has to have a server; kubectl finds it through its configuration.
    let well = first.api_server == "Running"
        && first.kubeconfig == "Configured"
        && nodes
            .iter()
            .all(|node| node.host == "Running" && node.kubelet == "Running");
    Ok(Answer::of(well, || {
        format!(
            "host {}, kubelet {}, API server {}, kubeconfig {}",
            first.host, first.kubelet, first.api_server, first.kubeconfig
        )
    }))
}

pub(super) fn ingress(target: &Target) -> Step {
    let Some(minikube) = &target.minikube else {
        let classes = target.kubectl(["get", "ingressclasses", "-o", "json"]);
        let way_out = format!(
            "install ingress-nginx in this cluster: the Ingress of infra/k8s has the class {CLASS}"
        );
        return Step::new(format!("there is an ingress of the class {CLASS}"), way_out)
            .must(classes, has_class);
    };
    let way_out = format!(
        "`kubectl --context {} -n ingress-nginx get pods` shows what its controller lacks",
        target.context
    );
    let within = target.within();
    let controller = "deployment/ingress-nginx-controller";
    let there = ["get", controller, "--ignore-not-found", "-o", "json"];
    let available = ["wait", "--for=condition=Available", controller, &within];
    Step::new("the ingress lets people in", way_out)
        .unless(target.kubectl_in("ingress-nginx", there), is_available)
        .doing(minikube.line(["addons", "enable", "ingress"]))
        .wait(
            "the ingress controller is available",
            target.kubectl_in("ingress-nginx", available),
        )
}

/// What is there and does not work may be half of it: then it is enabled once more.
fn is_available(ended: &Ended) -> anyhow::Result<Answer> {
    let answer = ended.answer()?.trim();
    if answer.is_empty() {
        return Ok(Answer::No("there is no controller".to_owned()));
    }
    let controller: Deployment = serde_json::from_str(answer).context("it is no Deployment")?;
    Ok(Answer::of(controller.is_available(), || {
        "its controller is not available".to_owned()
    }))
}

fn has_class(ended: &Ended) -> anyhow::Result<Answer> {
    #[derive(Deserialize)]
    struct Class {
        metadata: Metadata,
    }
    let classes: Vec<Class> = ended.items()?;
    let names: Vec<&str> = classes.iter().map(|it| it.metadata.name.as_str()).collect();
    Ok(Answer::of(names.contains(&CLASS), || {
        match names.as_slice() {
            [] => "there is no ingress class".to_owned(),
            names => format!("there are only the ingress classes {}", names.join(", ")),
        }
    }))
}
