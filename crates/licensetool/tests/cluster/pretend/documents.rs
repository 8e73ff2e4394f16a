//! What the pretended cluster shows of itself.

use serde_json::{Value, json};

use super::{Said, refused};
use crate::town::{Town, moment};

pub(super) const NO_APPLICATIONS: &str =
    "error: the server doesn't have a resource type \"applications\"";

/// The document that was asked for, or what a test wants to be answered instead.
pub(super) fn asked(town: &Town, namespace: &str, words: &[&str]) -> Option<Said> {
    let (name, said) = known(town, namespace, words)?;
    Some(match town.answers.get(name) {
        None => said,
        Some(Value::Null) => refused("pretended trouble"),
        Some(Value::String(text)) => Ok(text.clone()),
        Some(document) => Ok(document.to_string()),
    })
}

/// The question's name, by which tests answer otherwise, and the usual answer.
type Known = (&'static str, Said);

fn known(town: &Town, namespace: &str, words: &[&str]) -> Option<Known> {
    let words = words.join(" ");
    let words = words.as_str();
    match namespace {
        "" => of_cluster(town, words),
        "argocd" => of_argo_cd(town, words),
        "ingress-nginx" => of_ingress(town, words),
        "licensetool" => of_program(words),
        "kube-system" if words.starts_with("get secrets,pods -o custom-columns=") => {
            Some(("keys", Ok(keys(town))))
        }
        "kube-system" if words.starts_with("get deployment/sealed-secrets ") => {
            let there = town.controller.map(|_| available());
            Some(("opener", Ok(there.unwrap_or_default())))
        }
        "kube-system" if words.starts_with("get pods -o json -l ") => {
            Some(("controllers", list([pod("controller", "controller:1")])))
        }
        "licensetool-database" => of_database(words),
        _ => None,
    }
}

fn of_cluster(town: &Town, words: &str) -> Option<Known> {
    Some(match words {
        "get --raw /readyz" => ("ready", Ok("ok".to_owned())),
        "get ingressclasses -o json" => {
            let class = json!({"metadata": {"name": "nginx"}});
            ("classes", list(town.ingress.then_some(class)))
        }
        "get namespace licensetool --ignore-not-found -o json" => {
            let namespace = json!({"status": {"phase": "Active"}});
            let there = town.namespace.map(|_| namespace.to_string());
            ("namespace", Ok(there.unwrap_or_default()))
        }
        "kustomize infra/k8s/apps/licensetool/overlays/dev" => {
            ("kustomize", Ok(format!("      - image: {IMAGE}\n")))
        }
        _ => return None,
    })
}

fn of_argo_cd(town: &Town, words: &str) -> Option<Known> {
    let repo_server = "get pods -l app.kubernetes.io/name=argocd-repo-server -o json";
    Some(match words {
        "get applications.argoproj.io -o json" => {
            let said = match town.argo_cd {
                true => list(applications(town)),
                false => refused(NO_APPLICATIONS),
            };
            ("applications", said)
        }
        "get pods -o json" => ("argocd", list([pod("server", "argocd:3")])),
        "get sealedsecrets.bitnami.com -o json" => {
            ("sealed argocd", list([opened("licensetool-repository")]))
        }
        words if words.starts_with(WAY_IN) => ("way in", way_in(town)),
        words if words == repo_server => ("repo servers", list(repo_servers(town))),
        words if words.starts_with(WHOLE) => ("whole", whole(town)),
        _ => return None,
    })
}

const WAY_IN: &str = "get secrets/licensetool-repository applications.argoproj.io/root \
                      --ignore-not-found -o custom-columns=";

fn way_in(town: &Town) -> Said {
    if !town.argo_cd {
        return refused(NO_APPLICATIONS);
    }
    let mut text = String::new();
    if let Some((url, _)) = &town.way_in {
        text.push_str(&format!("Secret   {url}   <none>\n"));
    }
    text.push_str(&root_line(town));
    match text.is_empty() {
        true => Ok(text),
        false => Ok(format!("KIND   URL   SAID\n{text}")),
    }
}

fn root_line(town: &Town) -> String {
    let said = match town.is_readable() {
        true => "<none>",
        false => LOCKED_OUT,
    };
    let root = town.root.as_ref();
    root.map_or_else(String::new, |_| format!("Application   root   {said}\n"))
}

const LOCKED_OUT: &str =
    "Failed to load target state: authentication required: Repository not found";

/// A Deployment that does its work.
fn available() -> String {
    json!({"status": {"conditions": [{"type": "Available", "status": "True"}]}}).to_string()
}

fn of_ingress(town: &Town, words: &str) -> Option<Known> {
    let there = town.ingress.then(available);
    let question = "get deployment/ingress-nginx-controller --ignore-not-found -o json";
    (words == question).then(|| ("controller", Ok(there.unwrap_or_default())))
}

fn of_program(words: &str) -> Option<Known> {
    Some(match words {
        "get pods -o json" => {
            let done = json!({"metadata": {"name": "migrate"}, "status": {"phase": "Succeeded"}});
            ("pods", list([pod("web-0", IMAGE), done]))
        }
        "get sealedsecrets.bitnami.com -o json" => ("sealed", list([opened("licensetool-env")])),
        "get ingress licensetool -o json" => ("ingress", Ok("{}".to_owned())),
        words if words.starts_with("get secret licensetool-tls -o ") => {
            let missing = "Error from server (NotFound): secrets not found";
            ("certificate", refused(missing))
        }
        _ => return None,
    })
}

fn of_database(words: &str) -> Option<Known> {
    Some(match words {
        "get pods -o json" => ("database", list([pod("database-0", "postgres:17")])),
        "get sealedsecrets.bitnami.com -o json" => {
            ("sealed database", list([opened("licensetool-database")]))
        }
        _ => return None,
    })
}

/// A sealed secret that the controller has opened.
fn opened(name: &str) -> Value {
    json!({
        "metadata": {"name": name},
        "status": {"conditions": [{"type": "Synced", "status": "True"}]},
    })
}

/// What the overlay names.
const IMAGE: &str = "licensetool@sha256:1111";
/// The commit that Git and Argo CD have.
const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// The repository's newest commit.
pub(super) fn remote(town: &Town) -> Said {
    match town.answers.get("remote") {
        Some(Value::String(text)) => Ok(text.clone()),
        Some(_) => refused("fatal: could not read from remote repository"),
        None => Ok(format!("{COMMIT}\trefs/heads/main\n")),
    }
}

fn pod(name: &str, image: &str) -> Value {
    json!({
        "metadata": {"name": name},
        "spec": {"containers": [{"image": image}]},
        "status": {
            "phase": "Running",
            "conditions": [{"type": "Ready", "status": "True"}],
            "containerStatuses": [{"name": name, "restartCount": 0}],
        },
    })
}

fn list(items: impl IntoIterator<Item = Value>) -> Said {
    let items: Vec<Value> = items.into_iter().collect();
    Ok(json!({"apiVersion": "v1", "kind": "List", "items": items}).to_string())
}

const WHOLE: &str = "get applications.argoproj.io/root deployment/argocd-server ";

fn whole(town: &Town) -> Said {
    if !town.argo_cd {
        return refused(NO_APPLICATIONS);
    }
    Ok(format!(
        "KIND   NAME   SAID\n{}Deployment   argocd-server   <none>\nDeployment   \
         argocd-repo-server   <none>\nStatefulSet   argocd-application-controller   <none>\n",
        root_line(town)
    ))
}

fn keys(town: &Town) -> String {
    let mut text = "KIND   NAME   CREATED   KEY   APP   CERTIFICATE\n".to_owned();
    text.push_str("Pod   etcd   2026-01-01T00:00:00Z   <none>   <none>   <none>\n");
    if let Some((at, certificate)) = &town.key {
        let at = moment(*at);
        let line =
            format!("Secret   sealed-secrets-key   {at}   active   <none>   {certificate}\n");
        text.push_str(&line);
    }
    if let Some(at) = town.controller {
        let at = moment(at);
        text.push_str(&format!(
            "Pod   controller   {at}   <none>   sealed-secrets   <none>\n"
        ));
    }
    text
}

fn applications(town: &Town) -> Vec<Value> {
    if town.root.is_none() {
        return Vec::new();
    }
    let (sync, health) = match town.is_healthy() {
        true => ("Synced", "Healthy"),
        false => ("Unknown", "Progressing"),
    };
    let refused = json!({
        "type": "ComparisonError",
        "message": "Failed to load target state: connection refused (argocd-repo-server)",
    });
    let locked = json!({
        "type": "ComparisonError",
        "message": LOCKED_OUT,
    });
    let mut conditions = Vec::new();
    conditions.extend((!town.stuck.is_empty()).then_some(refused));
    conditions.extend((!town.is_readable()).then_some(locked));
    let application = |name: &str| {
        json!({
            "metadata": {"name": name},
            "status": {
                "sync": {"status": sync, "revision": COMMIT},
                "health": {"status": health},
                "conditions": conditions,
            },
        })
    };
    vec![application("root"), application("licensetool")]
}

fn repo_servers(town: &Town) -> Vec<Value> {
    let well = json!({
        "metadata": {"name": "argocd-repo-server-0"},
        "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]},
    });
    let stuck = |name: &String| {
        json!({
            "metadata": {"name": name},
            "status": {
                "phase": "Pending",
                "conditions": [{"type": "Ready", "status": "False"}],
                "initContainerStatuses": [{
                    "name": "copyutil",
                    "restartCount": 4,
                    "state": {"waiting": {"reason": "CrashLoopBackOff"}},
                }],
            },
        })
    };
    let stuck = town.stuck.iter().map(stuck);
    std::iter::once(well).chain(stuck).collect()
}
