//! `cluster up` breaks at each call in turn, and repeating it ends where an undisturbed run ends.

use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::runner::Test;
use crate::stage::{SECRET, Stage};
use crate::town::Town;
use crate::trouble::How;

pub(crate) const TESTS: &[Test] = &[
    (
        "up::brings_everything_and_says_where_it_is",
        brings_everything,
    ),
    ("up::finds_done_what_is_done", finds_done),
    ("up::a_call_that_fails_is_made_up_for", a_call_fails),
    (
        "up::an_answer_that_is_lost_is_made_up_for",
        an_answer_is_lost,
    ),
    (
        "up::a_call_that_hangs_is_stopped_and_made_up_for",
        a_call_hangs,
    ),
    ("up::a_run_that_is_killed_is_made_up_for", a_run_is_killed),
    ("up::a_dry_run_prints_what_a_real_one_does", a_dry_run),
];

/// Time for each command where none should take long.
const AMPLE: u32 = 120;
/// Where one hangs: long for all others even on a busy machine.
const SHORT: u32 = 6;

/// So many stages stand beside each other.
const AT_ONCE: usize = 4;

/// The repository is private: then there is the most to do.
fn brought_up() -> (Stage, Town, usize) {
    let stage = Stage::private();
    let ended = stage.up(AMPLE);
    assert_eq!(ended.code, Some(0), "{}\n{}", ended.out, ended.err);
    let (town, calls) = (stage.town().timeless(), stage.calls().len());
    (stage, town, calls)
}

fn brings_everything() {
    let stage = Stage::set();
    let ended = stage.up(AMPLE);
    assert_eq!(ended.code, Some(0), "{}\n{}", ended.out, ended.err);
    let town = stage.town();
    assert!(town.is_healthy(), "{town:?}");
    assert_eq!(town.options, ["--wait=all", "--cni=calico"]);
    let said = [
        "$ minikube -p semar4-dev start --wait=all --cni=calico",
        "waits up to 2 min until all its nodes are ready",
        "https://licensetool.local",
        "127.0.0.1 licensetool.local",
        "get secret argocd-initial-admin-secret",
        "licensetool cluster verify",
    ];
    for words in said {
        assert!(ended.out.contains(words), "{words}: {}", ended.out);
    }
    // The key goes from hand to hand unseen.
    assert!(!ended.out.contains(SECRET) && !ended.err.contains(SECRET));
    assert!(stage.calls().iter().all(|call| !call.contains(SECRET)));
}

fn finds_done() {
    let (stage, town, calls) = brought_up();
    let ended = stage.up(AMPLE);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    assert_eq!(stage.town().timeless(), town);
    let again = stage.calls().split_off(calls);
    let acts = ["start", "addons", "bootstrap/argocd", "restart", "-f -"];
    let acted = |call: &&String| acts.iter().any(|act| call.contains(act));
    let acted: Vec<&String> = again.iter().filter(acted).collect();
    assert!(acted.is_empty(), "{acted:#?}");
    assert!(ended.out.contains("is so already"), "{}", ended.out);
}

/// Breaks at each call, the same way each time; then everything works again.
fn each_call(how: impl Fn(&Stage, usize) + Sync) {
    let (_, undisturbed, calls) = brought_up();
    let next = AtomicUsize::new(1);
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let call = next.fetch_add(1, Ordering::Relaxed);
                    if call > calls {
                        break;
                    }
                    broken_at(call, &how, &undisturbed);
                }
            });
        }
    });
}

fn broken_at(call: usize, how: impl Fn(&Stage, usize), undisturbed: &Town) {
    let stage = Stage::private();
    how(&stage, call);
    stage.no_more_trouble();
    let ended = stage.up(AMPLE);
    assert_eq!(
        ended.code,
        Some(0),
        "call {call}: {}\n{}",
        ended.out,
        ended.err
    );
    assert_eq!(stage.town().timeless(), *undisturbed, "call {call}");
}

/// The command that broke, as the sentence names it.
fn named(stage: &Stage, call: usize, said: &str) {
    let broken = &stage.calls()[call - 1];
    let begin: Vec<&str> = broken.split(' ').take(6).collect();
    let begin = begin.join(" ");
    let plain = said.replace('\'', "");
    assert!(
        plain.contains(&format!("`{begin}")),
        "call {call}, {broken}: {said}"
    );
}

fn breaks(how: How, seconds: u32) {
    each_call(|stage, call| {
        stage.trouble(call, how);
        let ended = stage.up(seconds);
        // What git says of the repository may remain unknown.
        if stage.calls()[call - 1].starts_with("git ") {
            return;
        }
        assert_eq!(ended.code, Some(2), "call {call}: {}", ended.out);
        named(stage, call, &ended.err);
        assert!(ended.err.contains("pretended trouble"), "{}", ended.err);
        assert!(
            ended.err.contains("give the same command again"),
            "{}",
            ended.err
        );
    });
}

fn a_call_fails() {
    breaks(How::Fails, AMPLE);
}

fn an_answer_is_lost() {
    breaks(How::AnswerLost, AMPLE);
}

fn a_call_hangs() {
    each_call(|stage, call| {
        let (line, port) = Stage::hanging();
        stage.trouble(call, How::Hangs(port));
        let ended = stage.up(SHORT);
        drop(line);
        if stage.calls()[call - 1].starts_with("git ") {
            return;
        }
        assert_eq!(ended.code, Some(2), "call {call}: {}", ended.out);
        named(stage, call, &ended.err);
        assert!(ended.err.contains("did not end within"), "{}", ended.err);
    });
}

fn a_run_is_killed() {
    each_call(|stage, call| {
        let (line, port) = Stage::hanging();
        stage.trouble(call, How::Hangs(port));
        let timeout = format!("--timeout={AMPLE}s");
        let mut run = stage.licensetool(&["up", "--sealing-key", "../key.yaml", &timeout]);
        run.stdout(Stdio::null()).stderr(Stdio::null());
        let mut run = run.spawn().unwrap();
        // The call hangs: this is the moment.
        let hanging = line.accept().unwrap();
        run.kill().unwrap();
        run.wait().unwrap();
        drop(hanging);
    });
}

fn a_dry_run() {
    let (stage, ..) = brought_up();
    let real = stage.calls();
    let planned = Stage::private();
    let ended = planned.run(&[
        "up",
        "--sealing-key",
        "../key.yaml",
        "--timeout=120s",
        "--dry-run",
    ]);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    // It asks where it is and what is pushed, and nothing else.
    let asked = |call: &String| call.starts_with("git ");
    assert!(planned.calls().iter().all(asked), "{:?}", planned.calls());
    let plain = ended.out.replace('\'', "");
    let commands = plain
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    let commands: Vec<&str> = commands
        .map(|line| line.split_once(" | ").map_or(line, |(_, to)| to))
        .collect();
    let mut done = real
        .iter()
        .filter(|call| !call.starts_with("git"))
        .peekable();
    let mut left_out = Vec::new();
    for command in commands {
        match done.next_if(|call| *call == command) {
            Some(_) => {}
            None => left_out.push(command),
        }
    }
    let rest: Vec<&String> = done.collect();
    assert!(rest.is_empty(), "not in the plan: {rest:#?}");
    // On a new cluster no controller can be older than the key, or open anything.
    let of_controller = [
        "kubectl --context semar4-dev -n kube-system rollout",
        "sealedsecret.yaml",
        "--for=condition=Synced sealedsecrets.bitnami.com/",
        "annotate applications.argoproj.io",
    ];
    let needs_one = |command: &&str| of_controller.iter().any(|it| command.contains(it));
    assert!(left_out.iter().all(needs_one), "{left_out:#?}");
}
