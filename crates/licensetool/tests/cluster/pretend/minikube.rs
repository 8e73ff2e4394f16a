//! minikube as it answers for one profile.

use super::{Refused, Said, refused};
use crate::town::Town;

const STATUS: &str = r#"{"Name":"semar4-dev","Host":"Running","Kubelet":"Running",
"APIServer":"Running","Kubeconfig":"Configured","Worker":false}"#;

pub(super) fn said(town: &mut Town, words: &[&str]) -> Said {
    let ["-p", "semar4-dev", words @ ..] = words else {
        return refused("no profile was named");
    };
    match words {
        ["status", "-o", "json"] if town.machine => Ok(format!("{STATUS}\n")),
        ["status", "-o", "json"] => Err(Refused(
            "* Profile \"semar4-dev\" not found. Run \"minikube profile list\" to view all \
             profiles."
                .to_owned(),
            85,
        )),
        ["start", options @ ..] => {
            town.machine = true;
            town.options = options.iter().map(|it| (*it).to_owned()).collect();
            Ok("* Done!\n".to_owned())
        }
        ["delete"] => {
            *town = Town::default();
            Ok("* Removed all traces of the \"semar4-dev\" cluster.\n".to_owned())
        }
        _ if !town.machine => refused("X the control-plane node is not running"),
        ["addons", "enable", "ingress"] => {
            town.ingress = true;
            Ok("* The 'ingress' addon is enabled\n".to_owned())
        }
        ["ip"] => Ok("127.0.0.1\n".to_owned()),
        words => refused(&format!("minikube does not know {words:?}")),
    }
}
