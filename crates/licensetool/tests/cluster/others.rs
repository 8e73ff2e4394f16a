//! The way back after a namespace is gone, the end of a cluster, and clusters without minikube.

use crate::runner::Test;
use crate::stage::{KUSTOMIZATION, Stage};
use crate::town::Town;
use crate::trouble::How;

pub(crate) const TESTS: &[Test] = &[
    (
        "redeploy::deletes_only_when_told_and_measures_the_way_back",
        redeploy,
    ),
    (
        "redeploy::goes_on_after_a_break_at_any_call",
        redeploy_breaks,
    ),
    (
        "up::an_ingress_that_is_there_by_half_is_enabled_again",
        half_an_ingress,
    ),
    (
        "down::deletes_only_when_told_and_warns_without_a_backup",
        down,
    ),
    ("context::a_cluster_that_exists_needs_no_minikube", existing),
    ("context::what_it_lacks_is_said", lacking),
    (
        "up::what_is_missing_is_said_before_anything_is_done",
        missing,
    ),
    ("up::what_argo_cd_cannot_have_is_said", not_pushed),
    ("up::programs_that_are_not_there_are_named", no_program),
];

fn brought_up() -> Stage {
    let stage = Stage::set();
    let ended = stage.up(120);
    assert_eq!(ended.code, Some(0), "{}\n{}", ended.out, ended.err);
    stage
}

fn redeploy() {
    let stage = brought_up();
    let before = stage.town();
    let ended = stage.run(&["redeploy"]);
    assert_eq!(ended.code, Some(2));
    assert!(ended.err.contains("say --yes"), "{}", ended.err);
    assert_eq!(stage.town(), before);
    let ended = stage.run(&["redeploy", "--yes"]);
    assert_eq!(ended.code, Some(0), "{}\n{}", ended.out, ended.err);
    assert!(
        ended.out.contains("the way back, after the deletion"),
        "{}",
        ended.out
    );
    let after = stage.town();
    assert!(after.namespace > before.namespace, "it is another one");
    assert_eq!(after.timeless(), before.timeless());
}

fn redeploy_breaks() {
    let undisturbed = brought_up();
    let before = undisturbed.calls().len();
    let ended = undisturbed.run(&["redeploy", "--yes"]);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    let (calls, town) = (undisturbed.calls().len(), undisturbed.town().timeless());
    // The first call asks where it is.
    for call in before + 2..=calls {
        let stage = brought_up();
        stage.trouble(call, How::AnswerLost);
        let ended = stage.run(&["redeploy", "--yes"]);
        assert_eq!(ended.code, Some(2), "call {call}: {}", ended.out);
        stage.no_more_trouble();
        let ended = stage.run(&["redeploy", "--yes"]);
        assert_eq!(ended.code, Some(0), "call {call}: {}", ended.err);
        assert_eq!(stage.town().timeless(), town, "call {call}");
    }
}

fn down() {
    let stage = brought_up();
    let ended = stage.run(&["down"]);
    assert_eq!(ended.code, Some(2));
    assert!(ended.err.contains("say --yes"), "{}", ended.err);
    assert!(stage.town().machine);
    let ended = stage.run(&["down", "--yes"]);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    assert!(ended.err.contains("--backup FILE"), "{}", ended.err);
    assert_eq!(stage.town(), Town::default());
    let ended = stage.run(&["down", "--yes", "--context", "production"]);
    assert_eq!(ended.code, Some(2));
    assert!(
        ended.err.contains("no cluster of minikube's"),
        "{}",
        ended.err
    );
}

fn half_an_ingress() {
    let stage = Stage::set();
    let mut town = Town {
        machine: true,
        ..Town::default()
    };
    let half = serde_json::json!({"metadata": {"name": "ingress-nginx-controller"}});
    town.answers.insert("controller".to_owned(), half);
    stage.write_town(&town);
    let ended = stage.up(120);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    assert!(stage.town().ingress);
}

/// The pretended cluster has one name.
const EXISTING: [&str; 5] = [
    "up",
    "--context",
    "semar4-dev",
    "--sealing-key",
    "../key.yaml",
];

fn existing() {
    let stage = Stage::set();
    let mut town = Town {
        machine: true,
        ingress: true,
        ..Town::default()
    };
    let place = serde_json::json!({"status": {"loadBalancer": {"ingress": [{"ip": "192.0.2.7"}]}}});
    town.answers.insert("ingress".to_owned(), place);
    stage.write_town(&town);
    let ended = stage.run(&EXISTING);
    assert_eq!(ended.code, Some(0), "{}\n{}", ended.out, ended.err);
    assert!(stage.town().is_healthy());
    assert!(
        ended.out.contains("192.0.2.7 licensetool.local"),
        "{}",
        ended.out
    );
    assert!(
        stage
            .calls()
            .iter()
            .all(|call| !call.starts_with("minikube"))
    );
}

fn lacking() {
    let stage = Stage::set();
    let ended = stage.run(&EXISTING);
    assert_eq!(ended.code, Some(2));
    assert!(
        ended.err.contains("kubectl config get-contexts"),
        "{}",
        ended.err
    );
    stage.write_town(&Town {
        machine: true,
        ..Town::default()
    });
    let ended = stage.run(&EXISTING);
    assert_eq!(ended.code, Some(2));
    assert!(ended.err.contains("install ingress-nginx"), "{}", ended.err);
}

fn missing() {
    let check = |prepare: &dyn Fn(&Stage), arguments: &[&str], words: &str| {
        let stage = Stage::set();
        prepare(&stage);
        let ended = stage.run(arguments);
        assert_eq!(ended.code, Some(2), "{}", ended.out);
        assert!(ended.err.contains(words), "{words}: {}", ended.err);
        let calls = stage.calls();
        assert!(
            calls.iter().all(|call| call.starts_with("git")),
            "{calls:?}"
        );
    };
    let placeholder = |stage: &Stage| {
        let text = "data:\n  url: https://git.example.org/licensetool.git\n";
        stage.write_infra("clusters/repository/repository.yaml", text);
    };
    let no_certificate = |stage: &Stage| stage.write_infra("clusters/dev/sealing.pem", "");
    check(&placeholder, &["up"], "scripts/set-repository");
    let digest = format!("images:\n  - digest: sha256:{}\n", "0".repeat(64));
    let no_image = |stage: &Stage| stage.write_infra(KUSTOMIZATION, &digest);
    check(&no_image, &["up"], "scripts/set-digest");
    check(&no_certificate, &["up"], "holds no certificate");
    let nobodys = |stage: &Stage| {
        let text = "# Not example.org.\ndata: # nor example.org\n  host: licensetool.example.org\n";
        stage.write_infra("apps/licensetool/overlays/dev/cluster.yaml", text);
    };
    let line = "cluster.yaml:3: host: licensetool.example.org";
    check(&nobodys, &["up"], line);
    check(
        &|_| {},
        &["up", "--sealing-key", "none"],
        "the sealing key none cannot be read",
    );
    check(
        &|_| {},
        &["up", "--infra", "elsewhere"],
        "there is no folder elsewhere",
    );
    check(&|_| {}, &["up", "--timeout", "1ms"], "too short");
}

fn not_pushed() {
    let stage = brought_up();
    let said = "Argo CD brings what is pushed, and nothing else";
    assert!(!stage.run(&["up", "--dry-run"]).err.contains(said));
    let mut town = stage.town();
    let changed = " M infra/k8s/a\n?? infra/k8s/b\n";
    town.answers.insert("changed".to_owned(), changed.into());
    stage.write_town(&town);
    let ended = stage.run(&["up"]);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    let words = format!("changes of infra/k8s that are not committed: 2; {said}");
    assert!(ended.err.contains(&words), "{}", ended.err);
}

fn no_program() {
    let stage = Stage::set();
    let ended = stage.run(&["up", "--minikube", "no-such-program"]);
    assert_eq!(ended.code, Some(2));
    let words = "there is no program `no-such-program`";
    assert!(ended.err.contains(words), "{}", ended.err);
}
