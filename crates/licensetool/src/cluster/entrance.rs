//! The address at which the cluster lets people in.

use anyhow::Context as _;
use serde::Deserialize;

use super::line::Line;
use super::process::{Show, run};
use super::target::{APP, Target};
use super::walk::well;

/// Asks for the address: of minikube's node, or of what stands before the ingress.
pub(super) fn line(target: &Target) -> Line {
    match &target.minikube {
        Some(minikube) => minikube.line(["ip"]),
        None => target.kubectl_in(APP, ["get", "ingress", APP, "-o", "json"]),
    }
}

/// An IP address or a name.
pub(super) async fn address(target: &Target, line: &Line) -> anyhow::Result<String> {
    let ended = well(line, run(line, target.question(), Show::Nothing).await)?;
    if target.minikube.is_some() {
        return Ok(ended.out.trim().to_owned());
    }
    let ingress: Ingress = serde_json::from_str(&ended.out)
        .with_context(|| format!("`{}`: the answer is no Ingress", line.command()))?;
    let mut places = ingress.status.load_balancer.ingress.into_iter();
    let address = places.find_map(|place| place.ip.or(place.hostname));
    address.context("the Ingress has no address yet: its controller gives it one")
}

#[derive(Deserialize)]
struct Ingress {
    #[serde(default)]
    status: Status,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Status {
    load_balancer: LoadBalancer,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct LoadBalancer {
    ingress: Vec<Place>,
}

#[derive(Deserialize)]
struct Place {
    ip: Option<String>,
    hostname: Option<String>,
}
