//! A private repository: Argo CD gets by what it is read before it has to read it.

use crate::runner::Test;
use crate::stage::{PASSWORD, Stage, WAY_IN, base64};
use crate::town::Town;

pub(crate) const TESTS: &[Test] = &[
    ("way_in::it_is_opened_before_it_is_needed", before_root),
    (
        "way_in::a_newer_one_comes_when_the_old_one_opens_no_more",
        newer,
    ),
    ("way_in::of_a_repository_that_moved_it_is_given_anew", moved),
    ("way_in::what_opens_nothing_is_said_soon", refused),
    (
        "way_in::a_controller_that_does_not_run_is_not_waited_for",
        no_controller,
    ),
    ("way_in::without_the_key_it_stays_shut", no_key),
    (
        "way_in::another_key_is_said_before_anything_is_done",
        another_key,
    ),
    ("way_in::the_control_plan_looks_at_it", verified),
];

fn orders(stage: &Stage, words: &str) -> Vec<usize> {
    let calls = stage.calls();
    let calls = calls.iter().enumerate();
    let found = calls.filter(|(_, call)| call.contains(words));
    found.map(|(number, _)| number).collect()
}

const GIVEN: &str = "-n argocd apply --server-side --force-conflicts -f -";

fn before_root() {
    let stage = Stage::private();
    let ended = stage.up(120);
    assert_eq!(ended.code, Some(0), "{}\n{}", ended.out, ended.err);
    assert!(stage.town().is_healthy());
    let (given, root) = (orders(&stage, GIVEN), orders(&stage, "root-app/dev"));
    assert_eq!((given.len(), root.len()), (1, 1));
    assert!(given[0] < root[0]);
    let words =
        format!("$ licensetool unseal --key ../key.yaml --show infra/k8s/{WAY_IN} | kubectl");
    assert!(ended.out.contains(&words), "{}", ended.out);
    for secret in [PASSWORD, &base64(PASSWORD.as_bytes())] {
        assert!(!ended.out.contains(secret) && !ended.err.contains(secret));
        assert!(orders(&stage, secret).is_empty());
    }
    // The controller cares for it from now on.
    assert_eq!(stage.up(120).code, Some(0));
    assert_eq!(orders(&stage, GIVEN).len(), 1);
}

/// The cluster's controller opens what is newer: no key is needed.
fn newer() {
    let stage = Stage::set();
    stage.new_sealing_key();
    let lies = |password: &str| {
        stage.seal_way_in(password);
        stage.write_town(&Town {
            password: Some(base64(password.as_bytes())),
            ..stage.town()
        });
    };
    lies("the first");
    assert_eq!(stage.up(120).code, Some(0));
    lies("the second");
    let before = stage.calls().len();
    let ended = stage.run(&["up"]);
    assert_eq!(ended.code, Some(0), "{}\n{}", ended.out, ended.err);
    assert!(stage.town().is_healthy());
    assert_eq!(orders(&stage, GIVEN).len(), 1);
    // What Argo CD needs beside it may be new here, too; and it is told to look at once.
    for words in [
        "-k infra/k8s/bootstrap/argocd",
        &format!("-f infra/k8s/{WAY_IN}"),
        "annotate",
    ] {
        assert!(orders(&stage, words).last() > Some(&before), "{words}");
    }
}

/// A controller that does not run opens nothing: then the key does.
fn no_controller() {
    let stage = Stage::private();
    assert_eq!(stage.up(120).code, Some(0));
    let mut town = stage.town();
    town.way_in = None;
    town.answers
        .insert("opener".to_owned(), serde_json::json!({"status": {}}));
    stage.write_town(&town);
    let ended = stage.up(120);
    assert_eq!(ended.code, Some(0), "{}\n{}", ended.out, ended.err);
    assert_eq!(orders(&stage, GIVEN).len(), 2);
    assert!(orders(&stage, "sealedsecret.yaml").is_empty());
}

fn moved() {
    let stage = Stage::set();
    stage.new_sealing_key();
    stage.seal_way_in(PASSWORD);
    stage.write_town(&Town {
        password: Some(base64(PASSWORD.as_bytes())),
        ..Town::default()
    });
    assert_eq!(stage.up(120).code, Some(0));
    // It has moved, and what is sealed opens the old place: said before anything is done.
    let address = "data:\n  url: https://other.test/licensetool.git\n";
    stage.write_infra("clusters/repository/repository.yaml", address);
    let ended = stage.up(120);
    assert_eq!(ended.code, Some(2), "{}", ended.out);
    let words = "opens https://git.test/licensetool.git, and Argo CD reads https://other.test";
    assert!(ended.err.contains(words), "{}", ended.err);
    // Without the key it is not known before, and Argo CD's old status is not taken for the new.
    let ended = stage.run(&["up", "--timeout=6s"]);
    assert_eq!(ended.code, Some(2), "{}", ended.out);
    assert!(
        ended.err.contains("opens https://git.test"),
        "{}",
        ended.err
    );

    stage.seal_way_in(PASSWORD);
    let ended = stage.up(120);
    assert_eq!(ended.code, Some(0), "{}\n{}", ended.out, ended.err);
    assert!(stage.town().is_healthy());
}

/// What opens nothing is said in minutes, with the way out.
fn refused() {
    let stage = Stage::private();
    stage.write_town(&Town {
        password: Some(base64(b"another")),
        ..Town::default()
    });
    let ended = stage.up(20);
    assert_eq!(ended.code, Some(2), "{}", ended.out);
    for words in [
        "may not read the repository",
        "`licensetool seal repository`",
        "knownhosts",
    ] {
        assert!(ended.err.contains(words), "{words}: {}", ended.err);
    }
    assert!(!ended.err.contains("timed out"), "{}", ended.err);
}

fn no_key() {
    let stage = Stage::private();
    stage.up(120);
    // As on a cluster that was made anew up to here.
    stage.write_town(&Town {
        way_in: None,
        root: None,
        controller: None,
        ..stage.town()
    });
    let ended = stage.run(&["up"]);
    assert_eq!(ended.code, Some(2), "{}", ended.out);
    for words in ["there is no secret licensetool-repository", "--sealing-key"] {
        assert!(ended.err.contains(words), "{words}: {}", ended.err);
    }
    assert_eq!(stage.town().root, None);
    assert_eq!(stage.up(120).code, Some(0));
    // And from then on it is there.
    assert_eq!(stage.run(&["up"]).code, Some(0));
}

fn another_key() {
    let (stage, other) = (Stage::private(), Stage::set());
    other.new_sealing_key();
    let restored = other.with_passphrase(&["sealing-key", "restore", "../key.age"]);
    stage.write("key.yaml", &restored.out);
    let ended = stage.up(120);
    assert_eq!(ended.code, Some(2), "{}", ended.out);
    for words in ["none of the keys opens it", "the key that sealed it"] {
        assert!(ended.err.contains(words), "{words}: {}", ended.err);
    }
    assert_eq!(stage.calls(), ["git rev-parse --show-cdup"]);
}

fn verified() {
    let stage = Stage::private();
    stage.up(120);
    let check = "sealed secrets of argocd";
    let ended = stage.run(&["verify"]);
    assert!(ended.out.contains(check), "{}", ended.out);
    let public = Stage::set();
    public.up(120);
    let ended = public.run(&["verify"]);
    assert!(!ended.out.contains(check), "{}", ended.out);
}
