//! A repo server that cannot start is found by its condition and cured; nothing else is touched.

use crate::runner::Test;
use crate::stage::Stage;
use crate::town::Town;

pub(crate) const TESTS: &[Test] = &[
    ("cure::a_repo_server_that_is_stuck_is_deleted", one_is_stuck),
    (
        "cure::what_comes_back_for_ever_is_left_and_said",
        all_are_stuck,
    ),
];

fn deleted(stage: &Stage) -> usize {
    stage
        .calls()
        .iter()
        .filter(|call| call.contains("delete pod"))
        .count()
}

fn one_is_stuck() {
    let stage = Stage::set();
    stage.write_town(&Town {
        more_stuck: 2,
        ..Town::default()
    });
    // Looks come ten times within this time.
    let ended = stage.up(20);
    assert_eq!(ended.code, Some(0), "{}\n{}", ended.out, ended.err);
    assert!(stage.town().is_healthy());
    assert_eq!(deleted(&stage), 2);
    for words in [
        "its init container copyutil fails",
        "1 of 2 repo servers are ready",
    ] {
        assert!(ended.out.contains(words), "{words}: {}", ended.out);
    }
}

fn all_are_stuck() {
    let stage = Stage::set();
    stage.write_town(&Town {
        more_stuck: 100,
        ..Town::default()
    });
    let ended = stage.up(5);
    assert_eq!(ended.code, Some(2), "{}", ended.out);
    assert!((1..=3).contains(&deleted(&stage)), "{}", deleted(&stage));
    let words = "waited until its repo server is ready";
    assert!(ended.err.contains(words), "{}", ended.err);
    assert!(
        ended.err.contains("0 of 1") || ended.err.contains("1 of 2"),
        "{}",
        ended.err
    );
}
