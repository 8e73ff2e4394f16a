//! The sealing key is in the cluster, and read, before anything is that was sealed with it.

use std::fs::File;

use crate::runner::Test;
use crate::stage::{Ended, SECRET, Stage};
use crate::town::Town;

pub(crate) const TESTS: &[Test] = &[
    (
        "key::a_controller_that_ran_before_the_key_starts_again",
        late_key,
    ),
    (
        "key::a_key_comes_from_standard_input_too",
        from_standard_input,
    ),
    ("key::without_a_key_nothing_sealed_is_brought", no_key),
    ("key::a_backup_is_opened_by_its_passphrase", encrypted),
];

fn late_key() {
    let stage = Stage::set();
    stage.write_town(&Town {
        machine: true,
        controller: Some(0),
        ..Town::default()
    });
    let ended = stage.up(120);
    assert_eq!(ended.code, Some(0), "{}\n{}", ended.out, ended.err);
    assert!(stage.town().key_is_known());
    assert!(
        ended.out.contains("controller ran before the key came"),
        "{}",
        ended.out
    );
    let restarts = |stage: &Stage| {
        let calls = stage.calls();
        calls
            .iter()
            .filter(|call| call.contains("rollout restart"))
            .count()
    };
    assert_eq!(restarts(&stage), 1);
    stage.up(120);
    assert_eq!(restarts(&stage), 1);
}

fn from_standard_input() {
    let stage = Stage::set();
    let mut command = stage.licensetool(&["up", "--sealing-key", "-"]);
    command.stdin(File::open(stage.key()).unwrap());
    let ended = Ended::from(command.output().unwrap());
    assert_eq!(ended.code, Some(0), "{}\n{}", ended.out, ended.err);
    assert!(stage.town().is_healthy());
    let words = "$ licensetool sealing-key restore BACKUP | kubectl";
    assert!(ended.out.contains(words), "{}", ended.out);
    assert!(!ended.out.contains(SECRET) && !ended.err.contains(SECRET));
}

fn no_key() {
    let stage = Stage::set();
    let ended = stage.run(&["up"]);
    assert_eq!(ended.code, Some(2), "{}", ended.out);
    for words in ["there is no sealing key", "with --sealing-key"] {
        assert!(ended.err.contains(words), "{words}: {}", ended.err);
    }
    let town = stage.town();
    assert!(town.argo_cd && town.root.is_none(), "{town:?}");
    // It goes on from there.
    assert_eq!(stage.up(120).code, Some(0));
    assert!(stage.town().is_healthy());
    // And from then on the cluster has it.
    let ended = stage.run(&["up"]);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
}

fn encrypted() {
    let stage = Stage::set();
    stage.new_sealing_key();
    let up = ["cluster", "up", "--sealing-key", "../key.age"];
    let ended = stage.with_passphrase(&up);
    assert_eq!(ended.code, Some(0), "{}\n{}", ended.out, ended.err);
    assert!(stage.town().is_healthy());
    let words = "$ licensetool sealing-key restore ../key.age | kubectl";
    assert!(ended.out.contains(words), "{}", ended.out);
    stage.write("passphrase", "something else\n");
    let ended = stage.with_passphrase(&up);
    assert_eq!(ended.code, Some(2), "{}", ended.out);
    assert!(ended.err.contains("passphrase is wrong"), "{}", ended.err);
}
