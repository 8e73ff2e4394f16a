//! Where people find what was brought up.

use anyhow::anyhow;

use crate::cluster::target::{ARGO_CD, Target};
use crate::cluster::{entrance, source};
use crate::output;

pub(super) async fn tell(target: &Target) -> anyhow::Result<()> {
    let line = entrance::line(target);
    output::say(&format!("\n$ {line}"))?;
    let address = entrance::address(target, &line).await.map_err(|error| {
        anyhow!(
            "everything runs, but its address is not known: {error:#}\n  → give the same command \
             again when the ingress has one"
        )
    })?;
    let host = source::host(target);
    let kubectl = format!("kubectl --context {} -n {ARGO_CD}", target.context);
    let mut said = vec![
        String::new(),
        format!("The pages: https://{host}"),
        format!("  with this line in the file of hosts: {address} {host}"),
    ];
    if let Some(minikube) = &target.minikube {
        // There the cluster lies in a machine of its own, whose addresses the host cannot reach.
        said.push(format!(
            "  on macOS and Windows instead: 127.0.0.1 {host}, and leave running: {}",
            minikube.line(["tunnel"])
        ));
    }
    said.extend([
        format!("Argo CD: {kubectl} port-forward service/argocd-server 8080:443"),
        "  then https://localhost:8080, as admin with the password in the field `password` of"
            .to_owned(),
        format!("  {kubectl} get secret argocd-initial-admin-secret -o yaml"),
        "  (base64; change it, and delete this Secret)".to_owned(),
        format!(
            "The control plan: licensetool cluster verify{}",
            target.options()
        ),
    ]);
    output::say(&said.join("\n"))?;
    Ok(())
}
