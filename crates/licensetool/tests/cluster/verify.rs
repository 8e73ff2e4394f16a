//! `cluster verify` finds each thing that can be wrong, and says it to people and programs.

use serde_json::{Value, json};

use crate::doorway::Doorway;
use crate::runner::Test;
use crate::stage::{Ended, Stage, base64};

pub(crate) const TESTS: &[Test] = &[
    ("verify::a_cluster_that_is_well_is_well", is_well),
    ("verify::what_does_not_run_is_found", does_not_run),
    ("verify::what_is_not_unsealed_is_found", is_closed),
    ("verify::what_is_not_what_git_says_is_found", is_another),
    (
        "verify::the_ingress_must_show_the_clusters_certificate",
        wrong_certificate,
    ),
    (
        "verify::a_cluster_that_does_not_answer_is_unknown",
        no_answer,
    ),
];

/// A cluster that was brought up, with a doorway.
fn brought_up(status: &'static str) -> (Stage, Doorway) {
    let (stage, doorway) = (Stage::set(), Doorway::open(status));
    let ended = stage.up(120);
    assert_eq!(ended.code, Some(0), "{}\n{}", ended.out, ended.err);
    answer(
        &stage,
        "certificate",
        json!(base64(doorway.certificate.as_bytes())),
    );
    (stage, doorway)
}

fn answer(stage: &Stage, name: &str, document: Value) {
    let mut town = stage.town();
    town.answers.insert(name.to_owned(), document);
    stage.write_town(&town);
}

fn verify(stage: &Stage, address: &str, format: &str) -> Ended {
    stage.run(&["verify", "--ingress", address, "--format", format])
}

/// Verdict, what was found and the advice of each check.
fn checks(ended: &Ended) -> Vec<Value> {
    let report: Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(report["context"], "semar4-dev");
    report["checks"].as_array().unwrap().clone()
}

fn is_well() {
    let (stage, doorway) = brought_up("200 OK");
    let ended = verify(&stage, &doorway.address, "json");
    assert_eq!(ended.code, Some(0), "{}\n{}", ended.out, ended.err);
    let checks = checks(&ended);
    let names: Vec<&str> = checks
        .iter()
        .map(|it| it["check"].as_str().unwrap())
        .collect();
    let expected = [
        "cluster",
        "application root",
        "application licensetool",
        "namespace licensetool",
        "pods of argocd",
        "restarts in argocd",
        "pods of kube-system",
        "restarts in kube-system",
        "pods of licensetool-database",
        "restarts in licensetool-database",
        "pods of licensetool",
        "restarts in licensetool",
        "sealed secrets of licensetool-database",
        "sealed secrets of licensetool",
        "certificate sealing.pem",
        "sealing key",
        "certificate licensetool-tls",
        "ingress",
        "revision",
        "images",
    ];
    assert_eq!(names, expected);
    assert!(checks.iter().all(|it| it["verdict"] == "ok"), "{checks:#?}");
    let ended = verify(&stage, &doorway.address, "table");
    assert!(
        ended.out.contains("version 0.1.0 (abcdef)"),
        "{}",
        ended.out
    );
    let asked = "$ kubectl --context semar4-dev get --raw /readyz";
    assert!(ended.err.contains(asked), "{}", ended.err);
}

/// A question, what is answered to it, and which check then says what.
struct Case {
    question: &'static str,
    document: Value,
    check: &'static str,
    verdict: &'static str,
    found: &'static str,
}

/// `question: check, verdict, words that are found`.
fn case(line: &'static str, document: Value) -> Case {
    let (question, rest) = line.split_once(": ").unwrap();
    let [check, verdict, found] = rest.splitn(3, ", ").collect::<Vec<_>>()[..] else {
        panic!("{line} is no case");
    };
    Case {
        question,
        document,
        check,
        verdict,
        found,
    }
}

fn each(cases: impl IntoIterator<Item = Case>) {
    let (stage, doorway) = brought_up("200 OK");
    let well = stage.town();
    for case in cases {
        stage.write_town(&well);
        answer(&stage, case.question, case.document);
        let ended = verify(&stage, &doorway.address, "json");
        let code = if case.verdict == "unknown" { 2 } else { 1 };
        assert_eq!(ended.code, Some(code), "{}: {}", case.question, ended.out);
        let checks = checks(&ended);
        let check = checks.iter().find(|it| it["check"] == case.check);
        let check = check.unwrap();
        assert_eq!(check["verdict"], case.verdict, "{check:#}");
        let found = check["found"].as_str().unwrap();
        assert!(found.contains(case.found), "{check:#}");
        assert_ne!(check["advice"], "", "{check:#}");
    }
}

fn list(item: &Value) -> Value {
    json!({"items": [item]})
}

/// A pod of the program with this image and status.
fn pod(image: &str, status: &Value) -> Value {
    list(&json!({
        "metadata": {"name": "web-0"},
        "spec": {"containers": [{"image": image}]},
        "status": status,
    }))
}

fn does_not_run() {
    let degraded = json!({"items": [
        {"metadata": {"name": "root"}, "status":
            {"sync": {"status": "Synced"}, "health": {"status": "Healthy"}}},
        {"metadata": {"name": "licensetool"}, "status":
            {"sync": {"status": "OutOfSync"}, "health": {"status": "Degraded"}}},
    ]});
    let waits = json!({"phase": "Pending", "containerStatuses": [{
        "name": "web", "state": {"waiting": {"reason": "ImagePullBackOff"}},
    }]});
    let restarted = json!({
        "phase": "Running",
        "conditions": [{"type": "Ready", "status": "True"}],
        "containerStatuses": [{
            "name": "web", "restartCount": 7,
            "lastState": {"terminated": {"reason": "OOMKilled"}},
        }],
    });
    let (image, none) = ("licensetool@sha256:1111", json!({"items": []}));
    each([
        case(
            "applications: application licensetool, fail, OutOfSync/Degraded",
            degraded,
        ),
        case(
            "applications: application root, fail, is not there",
            none.clone(),
        ),
        case(
            "namespace: namespace licensetool, fail, is not there",
            json!(""),
        ),
        case(
            "pods: pods of licensetool, fail, ImagePullBackOff",
            pod(image, &waits),
        ),
        case(
            "pods: restarts in licensetool, warn, 7 times, last because OOMKilled",
            pod(image, &restarted),
        ),
        case(
            "database: pods of licensetool-database, fail, there is none",
            none,
        ),
        case(
            "controllers: pods of kube-system, unknown, pretended trouble",
            Value::Null,
        ),
    ]);
}

fn is_closed() {
    let closed = list(&json!({
        "metadata": {"name": "licensetool-env"},
        "status": {"conditions": [
            {"type": "Synced", "status": "False", "message": "no key could decrypt secret"},
        ]},
    }));
    let unseen = list(&json!({"metadata": {"name": "licensetool-env"}}));
    let none = json!({"items": []});
    each([
        case(
            "sealed: sealed secrets of licensetool, fail, no key could decrypt secret",
            closed.clone(),
        ),
        case(
            "sealed database: sealed secrets of licensetool-database, fail, no key could decrypt",
            closed,
        ),
        case(
            "sealed: sealed secrets of licensetool, fail, the controller has not seen it",
            unseen,
        ),
        case(
            "sealed: sealed secrets of licensetool, fail, there is none",
            none.clone(),
        ),
        case(
            "sealed database: sealed secrets of licensetool-database, fail, there is none",
            none,
        ),
        case("keys: sealing key, fail, 0 others", json!("KIND NAME\n")),
        case(
            "certificate: certificate licensetool-tls, unknown, trouble",
            Value::Null,
        ),
    ]);
}

fn is_another() {
    let ready = json!({
        "phase": "Running", "conditions": [{"type": "Ready", "status": "True"}],
    });
    let newer = json!("fedcba9876543210fedcba9876543210fedcba98\trefs/heads/main\n");
    let other = pod("licensetool@sha256:2222", &ready);
    each([
        case("pods: images, fail, sha256:2222", other),
        case("remote: revision, warn, Git has fedcba98", newer),
        case(
            "remote: revision, unknown, could not read from remote",
            Value::Null,
        ),
        case("kustomize: images, unknown, pretended trouble", Value::Null),
    ]);
}

fn wrong_certificate() {
    let found = |stage: &Stage, address: &str| {
        let ended = verify(stage, address, "json");
        assert_eq!(ended.code, Some(1), "{}", ended.out);
        let checks = checks(&ended);
        let ingress = checks.iter().find(|it| it["check"] == "ingress").unwrap();
        assert_eq!(ingress["verdict"], "fail");
        ingress["found"].as_str().unwrap().to_owned()
    };
    let (stage, doorway) = brought_up("503 Service Unavailable");
    assert!(found(&stage, &doorway.address).contains("it answers 503"));
    let other = Doorway::open("200 OK");
    let said = found(&stage, &other.address);
    assert!(
        said.contains("another certificate than the one in licensetool-tls"),
        "{said}"
    );
    let address = other.address.clone();
    drop(other);
    assert!(found(&stage, &address).contains("nobody listens at"));
}

fn no_answer() {
    let (stage, doorway) = brought_up("200 OK");
    answer(&stage, "ready", Value::Null);
    let ended = verify(&stage, &doorway.address, "json");
    assert_eq!(ended.code, Some(2), "{}", ended.out);
    let checks = checks(&ended);
    assert_eq!(checks.len(), 2);
    assert!(
        checks.iter().all(|it| it["verdict"] == "unknown"),
        "{checks:#?}"
    );
}
