//! kubectl as it answers the questions and orders that the program has, and no others.

use std::io::Read as _;
use std::path::Path;
use std::time::{Duration, Instant};

use super::{Said, documents, refused};
use crate::stage::base64;
use crate::town::Town;

/// Time between two looks of one that waits.
const LOOK: Duration = Duration::from_millis(20);

pub(super) fn said(folder: &Path, town: &mut Town, words: &[&str], call: usize) -> Said {
    let ["--context", "semar4-dev", words @ ..] = words else {
        return refused("error: no context was named");
    };
    if !town.machine {
        return refused("error: context \"semar4-dev\" does not exist");
    }
    let (namespace, words) = match words {
        ["-n", namespace, words @ ..] => (*namespace, words),
        words => ("", words),
    };
    if let Some(document) = documents::asked(town, namespace, words) {
        return document;
    }
    // Argo CD compares when somebody waits for that, and not before.
    if words
        .iter()
        .any(|it| it.contains("comparedTo.source.repoURL}="))
    {
        town.compared = town.address.clone();
    }
    // Argo CD heals what was taken away.
    if words.contains(&"--for=create") {
        town.namespace.get_or_insert(call);
    }
    match words {
        ["wait", condition, what @ .., timeout] => {
            waited(folder, town, condition, what, seconds(timeout))
        }
        ["rollout", "status", what, timeout] => {
            waited(folder, town, "rollout", &[*what], seconds(timeout))
        }
        ["rollout", "restart", "deployment/sealed-secrets"] => {
            town.controller = Some(call);
            Ok("deployment.apps/sealed-secrets restarted\n".to_owned())
        }
        ["apply", "--server-side", "--force-conflicts", "-f", "-"] => {
            secret_applied(town, namespace, call)
        }
        ["apply", "--server-side", "--force-conflicts", "-k", path] => applied(town, path, call),
        ["apply", "--server-side", "--force-conflicts", "-f", sealed] => {
            sealed_applied(town, namespace, sealed)
        }
        ["delete", "pod", pod, "--ignore-not-found"] => {
            town.stuck.remove(*pod);
            more_stuck(town, call);
            Ok(format!("pod \"{pod}\" deleted\n"))
        }
        [
            "delete",
            "namespace",
            "licensetool",
            "--ignore-not-found",
            _,
        ] => {
            town.namespace = None;
            Ok("namespace \"licensetool\" deleted\n".to_owned())
        }
        ["annotate", "applications.argoproj.io", "--all", ..] => match town.argo_cd {
            true => Ok(String::new()),
            false => refused(documents::NO_APPLICATIONS),
        },
        words => refused(&format!("kubectl does not know {words:?} in {namespace:?}")),
    }
}

/// A secret from standard input: the sealing key, or the way into the repository.
fn secret_applied(town: &mut Town, namespace: &str, call: usize) -> Said {
    let mut manifest = String::new();
    std::io::stdin().read_to_string(&mut manifest).unwrap();
    let value = |name: &str| {
        let mut lines = manifest.lines();
        let value = lines.find_map(|it| it.trim().strip_prefix(name));
        value.map(|it| it.trim_matches('"').to_owned())
    };
    match namespace {
        "kube-system" => town.key = Some((call, value("tls.crt: ").unwrap())),
        "argocd" => {
            let marks = [
                ("name: ", "licensetool-repository"),
                ("namespace: ", "argocd"),
                ("argocd.argoproj.io/secret-type: ", "repository"),
                ("sealedsecrets.bitnami.com/managed: ", "true"),
            ];
            for (name, expected) in marks {
                assert_eq!(value(name).as_deref(), Some(expected), "{name}");
            }
            town.way_in = value("url: ").zip(value("password: "));
        }
        other => return refused(&format!("kubectl applies nothing in {other}")),
    }
    Ok("secret/… serverside-applied\n".to_owned())
}

/// The controller opens it, if there is one and it has the key, which lies where people keep it.
fn sealed_applied(town: &mut Town, namespace: &str, sealed: &str) -> Said {
    if town.controller.is_none() {
        return refused("error: no matches for kind \"SealedSecret\"");
    }
    let key = std::fs::read_to_string("../key.yaml").unwrap();
    let keys = seal::KeyBundle::parse(&key).unwrap().into_openers();
    let text = std::fs::read_to_string(sealed).unwrap();
    let read = seal::SealedSecret::read(&seal::documents(&text).unwrap()[0]).unwrap();
    assert_eq!(
        (namespace, read.place.namespace.as_str()),
        ("argocd", "argocd")
    );
    let opened = read.open(&keys).unwrap();
    let item = |name: &str| base64(&opened.data[name]);
    town.way_in = Some((item("url"), item("password")));
    Ok("sealedsecret.bitnami.com/… serverside-applied\n".to_owned())
}

/// The address that the repository says of itself.
fn own_address() -> String {
    let file = "infra/k8s/clusters/repository/repository.yaml";
    let text = std::fs::read_to_string(file).unwrap();
    let mut lines = text.lines();
    let address = lines.find_map(|line| line.trim().strip_prefix("url: "));
    address.unwrap().to_owned()
}

fn applied(town: &mut Town, path: &str, call: usize) -> Said {
    // What is not there cannot be applied.
    if !Path::new(path).is_dir() {
        return refused(&format!("error: lstat {path}: no such file or directory"));
    }
    if Path::new(path).ends_with("infra/k8s/bootstrap/argocd") {
        if !town.argo_cd {
            more_stuck(town, call);
        }
        town.argo_cd = true;
        return Ok("customresourcedefinition.apiextensions.k8s.io/… serverside-applied\n".into());
    }
    if !town.argo_cd {
        return refused("error: no matches for kind \"Application\"");
    }
    town.root = Some(path.to_owned());
    town.address = Some(own_address());
    // Argo CD brings the rest.
    town.controller.get_or_insert(call);
    town.namespace.get_or_insert(call);
    Ok("application.argoproj.io/root serverside-applied\n".to_owned())
}

fn more_stuck(town: &mut Town, call: usize) {
    if town.more_stuck > 0 {
        town.more_stuck -= 1;
        town.stuck.insert(format!("argocd-repo-server-{call}"));
    }
}

fn seconds(timeout: &str) -> Duration {
    let seconds = timeout
        .strip_prefix("--timeout=")
        .and_then(|it| it.strip_suffix('s'));
    Duration::from_secs(seconds.unwrap().parse().unwrap())
}

/// Ends when the condition holds, as the real one does: others change the cluster meanwhile.
fn waited(folder: &Path, town: &mut Town, condition: &str, what: &[&str], limit: Duration) -> Said {
    let begin = Instant::now();
    let mut now = town.clone();
    while !holds(&now, condition, what)? {
        if begin.elapsed() > limit {
            return refused(&format!(
                "error: timed out waiting for the condition on {what:?}"
            ));
        }
        std::thread::park_timeout(LOOK);
        now = Town::read(folder);
    }
    Ok("condition met\n".to_owned())
}

fn holds(town: &Town, condition: &str, what: &[&str]) -> Result<bool, super::Refused> {
    let there = |there: bool, holds: bool| match there {
        true => Ok(holds),
        false => refused(&format!("Error from server (NotFound): {what:?} not found")),
    };
    match (condition, what) {
        ("--for=condition=Ready", ["nodes", "--all"]) => Ok(true),
        ("--for=condition=Available", ["deployment/ingress-nginx-controller"]) => {
            there(town.ingress, true)
        }
        ("--for=create", ["namespace/licensetool"]) => Ok(town.namespace.is_some()),
        ("--for=condition=Available", ["deployments", "--all"]) => {
            there(town.namespace.is_some(), true)
        }
        ("--for=condition=Established", [..]) => there(town.argo_cd, true),
        ("rollout", ["deployment/argocd-repo-server"]) => {
            there(town.argo_cd, town.stuck.is_empty())
        }
        ("rollout", ["deployment/argocd-server" | "statefulset/argocd-application-controller"]) => {
            there(town.argo_cd, true)
        }
        ("rollout", ["deployment/sealed-secrets"]) => there(town.controller.is_some(), true),
        (
            "--for=jsonpath={.status.sync.status}=Synced"
            | "--for=jsonpath={.status.health.status}=Healthy",
            ["applications.argoproj.io/root" | "applications.argoproj.io/licensetool"]
            | ["applications.argoproj.io", "--all"],
        ) => there(town.root.is_some(), town.says_healthy()),
        ("--for=condition=Synced", ["sealedsecrets.bitnami.com/licensetool-repository"]) => {
            there(town.way_in.is_some(), true)
        }
        (compared, ["applications.argoproj.io/root"])
            if compared.starts_with("--for=jsonpath={.status.sync.comparedTo.source.repoURL}=") =>
        {
            let expected = compared.rsplit('=').next();
            there(town.root.is_some(), town.compared.as_deref() == expected)
        }
        (condition, what) => refused(&format!("kubectl cannot wait for {condition} of {what:?}")),
    }
}
