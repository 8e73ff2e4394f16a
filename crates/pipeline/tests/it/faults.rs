//! Every way in which Microsoft can fail: what the person is told, and that nothing which was not
//! seen is kept. No failure makes a number 0.

use std::time::Duration;

use domain::Cause;
use jiff::SignedDuration;
use microsoft_sim::{Call, Fault, FaultKind, RetryAfter, World};
use tokio_util::sync::CancellationToken;

use crate::fixture::{Stage, key, known, stage};

const SCHOOL: &str = "iseschool";

fn status(status: u16) -> FaultKind {
    FaultKind::Status {
        status,
        retry_after: None,
    }
}

fn throttled(retry_after: Option<RetryAfter>) -> FaultKind {
    FaultKind::Status {
        status: 429,
        retry_after,
    }
}

async fn order(stage: &Stage, call: Call, kind: FaultKind, times: Option<u32>) {
    stage.sim.clear_faults();
    if call == Call::Token {
        // Or nobody would ask for a new one.
        stage
            .sim
            .order(fault(Call::SubscribedSkus, FaultKind::RevokedToken, None));
    }
    stage.sim.order(fault(call, kind, times));
}

fn fault(call: Call, kind: FaultKind, times: Option<u32>) -> Fault {
    Fault {
        tenant: Some(SCHOOL.to_owned()),
        call,
        kind,
        times,
    }
}

async fn round(stage: &Stage) {
    stage.pass(SignedDuration::from_mins(1));
    stage
        .collector()
        .run_once(CancellationToken::new())
        .await
        .unwrap();
}

/// A fault that does not end becomes a gap: cause and words are told, the numbers stay as they
/// were with their old age, and the other school does not notice.
async fn check_gap(call: Call, kind: FaultKind, cause: Cause, words: &[&str]) {
    let mut stage = stage(World::demo()).await;
    stage.settings.deadline = Duration::from_secs(3);
    round(&stage).await;
    let before = stage.state(SCHOOL).await;
    order(&stage, call, kind.clone(), None).await;
    round(&stage).await;

    let after = stage.state(SCHOOL).await;
    let gap = after
        .tenant
        .gap
        .clone()
        .unwrap_or_else(|| panic!("{call:?} {kind:?}: no gap"));
    let told = format!("{} {}", gap.message, gap.advice);
    assert_eq!(gap.cause, cause, "{call:?} {kind:?}: {told}");
    for word in words {
        assert!(
            told.contains(word),
            "{call:?} {kind:?}: \"{word}\" is missing in: {told}"
        );
    }
    assert!(!gap.advice.is_empty(), "{call:?} {kind:?}");
    assert_eq!(after.snapshot, before.snapshot, "{call:?} {kind:?}");
    assert_eq!(after.tenant.failures, 1);
    let other = stage.state("iseschool2013").await;
    assert_eq!(other.snapshot.unwrap().taken_at, stage.now());

    // It ends, and the tenant is back with true numbers.
    stage.sim.clear_faults();
    round(&stage).await;
    let healed = stage.state(SCHOOL).await;
    assert_eq!(healed.tenant.gap, None, "{call:?} {kind:?}");
    assert_eq!(known(&healed), stage.truth(SCHOOL));
}

/// A tenant that is seen for the first time in the middle of a fault is unknown, not empty.
async fn check_first_sight(kind: FaultKind) {
    let mut stage = stage(World::demo()).await;
    stage.settings.deadline = Duration::from_secs(3);
    order(&stage, Call::SubscribedSkus, kind.clone(), None).await;
    round(&stage).await;
    assert_eq!(stage.state(SCHOOL).await.snapshot, None, "{kind:?}");
    for (sku, _) in stage.truth(SCHOOL) {
        let key = key(SCHOOL);
        let past = stage
            .store
            .history(&key, sku, jiff::Timestamp::MIN, stage.now());
        assert_eq!(past.await.unwrap().points, [], "{kind:?}");
    }
}

/// A fault that passes while the client tries again goes unnoticed.
async fn check_unnoticed(call: Call, kind: FaultKind, times: u32) {
    let stage = stage(World::demo()).await;
    stage.sim.order(fault(call, kind.clone(), Some(times)));
    round(&stage).await;
    let state = stage.state(SCHOOL).await;
    assert_eq!(state.tenant.gap, None, "{call:?} {kind:?}");
    assert_eq!(known(&state), stage.truth(SCHOOL), "{call:?} {kind:?}");
    assert_eq!(state.snapshot.unwrap().remarks, Vec::<String>::new());
}

#[tokio::test]
async fn microsofts_refusals_are_told_with_what_to_do() {
    let skus = Call::SubscribedSkus;
    check_gap(
        skus,
        status(403),
        Cause::Denied,
        &["403", "Organization.Read.All"],
    )
    .await;
    check_gap(skus, status(404), Cause::Unreadable, &["404"]).await;
    let expired_secret = FaultKind::Aadsts { code: 700_027 };
    check_gap(
        Call::Token,
        expired_secret,
        Cause::Refused,
        &["AADSTS700027"],
    )
    .await;
    let conditional = FaultKind::Aadsts { code: 53_003 };
    check_gap(Call::Token, conditional, Cause::Refused, &["AADSTS53003"]).await;
}

#[tokio::test]
async fn throttling_and_failures_of_microsoft_are_not_ours() {
    let skus = Call::SubscribedSkus;
    let soon = throttled(Some(RetryAfter::Seconds(0.05)));
    check_gap(skus, soon, Cause::Throttled, &["429"]).await;
    for code in [500, 502, 503, 504] {
        check_gap(skus, status(code), Cause::Unavailable, &[&code.to_string()]).await;
    }
    check_gap(Call::Token, status(503), Cause::Unavailable, &["503"]).await;
}

#[tokio::test]
async fn a_wish_to_come_back_late_is_kept() {
    let stage = stage(World::demo()).await;
    let hour = throttled(Some(RetryAfter::Seconds(3600.0)));
    order(&stage, Call::SubscribedSkus, hour, None).await;
    round(&stage).await;
    let tenant = stage.state(SCHOOL).await.tenant;
    assert_eq!(tenant.gap.map(|gap| gap.cause), Some(Cause::Throttled));
    let wait = tenant.due_at.duration_since(stage.now());
    assert!(wait >= SignedDuration::from_mins(55), "{wait:?}");
}

#[tokio::test]
async fn a_network_that_breaks_is_told_as_such() {
    let skus = Call::SubscribedSkus;
    check_gap(
        skus,
        FaultKind::Reset,
        Cause::Unreachable,
        &["subscribedSkus"],
    )
    .await;
    check_gap(
        skus,
        FaultKind::CutOff,
        Cause::Unreachable,
        &["subscribedSkus"],
    )
    .await;
    check_gap(skus, FaultKind::Hang, Cause::TimedOut, &["within 1 s"]).await;
    check_gap(
        Call::Token,
        FaultKind::Reset,
        Cause::Unreachable,
        &["token"],
    )
    .await;
    check_gap(Call::Token, FaultKind::Hang, Cause::TimedOut, &[]).await;
}

#[tokio::test]
async fn an_answer_that_makes_no_sense_is_no_answer() {
    let skus = Call::SubscribedSkus;
    for (kind, words) in [
        (FaultKind::InvalidJson, "subscribedSkus"),
        (FaultKind::Huge { mib: 2 }, "larger than 1 MiB"),
        (FaultKind::EndlessPages, "pages"),
    ] {
        check_gap(skus, kind, Cause::Unreadable, &[words]).await;
    }
    let url = "https://evil.example/v1.0/subscribedSkus".to_owned();
    let foreign = FaultKind::ForeignNextLink { url };
    check_gap(skus, foreign, Cause::Unreadable, &["evil.example"]).await;
    check_gap(
        Call::Token,
        FaultKind::InvalidJson,
        Cause::Unreadable,
        &["token"],
    )
    .await;
}

#[tokio::test]
async fn wrong_types_are_unknown_numbers_and_said_so() {
    let stage = stage(World::demo()).await;
    order(&stage, Call::SubscribedSkus, FaultKind::WrongTypes, None).await;
    round(&stage).await;
    let state = stage.state(SCHOOL).await;
    match state.snapshot {
        // Rows that can be told apart stay visible; what they say of seats is unknown, never 0.
        Some(snapshot) => {
            assert!(!snapshot.remarks.is_empty());
            let numbers = |units: &domain::Units| [units.enabled, units.consumed];
            for sku in &snapshot.skus {
                assert_eq!(numbers(&sku.units), [None, None], "{}", sku.part_number);
            }
        }
        None => assert_eq!(state.tenant.gap.unwrap().cause, Cause::Unreadable),
    }
}

#[tokio::test]
async fn a_tenant_first_met_in_trouble_is_unknown_and_not_empty() {
    let url = "https://evil.example/".to_owned();
    for kind in [
        status(403),
        status(500),
        throttled(Some(RetryAfter::Seconds(0.05))),
        FaultKind::Hang,
        FaultKind::Reset,
        FaultKind::CutOff,
        FaultKind::InvalidJson,
        FaultKind::Huge { mib: 2 },
        FaultKind::EndlessPages,
        FaultKind::ForeignNextLink { url },
    ] {
        check_first_sight(kind).await;
    }
}

#[tokio::test]
async fn what_passes_by_itself_goes_unnoticed() {
    let skus = Call::SubscribedSkus;
    check_unnoticed(skus, throttled(Some(RetryAfter::Seconds(0.05))), 1).await;
    check_unnoticed(skus, throttled(Some(RetryAfter::Seconds(0.0))), 1).await;
    check_unnoticed(skus, throttled(None), 1).await;
    check_unnoticed(skus, status(503), 1).await;
    check_unnoticed(skus, FaultKind::Latency { ms: 50 }, 1).await;
    check_unnoticed(skus, FaultKind::EmptyPages { pages: 2 }, 1).await;
    check_unnoticed(skus, FaultKind::Reset, 1).await;
    check_unnoticed(skus, FaultKind::CutOff, 1).await;
    check_unnoticed(skus, FaultKind::ExpiredToken, 1).await;
    check_unnoticed(skus, FaultKind::RevokedToken, 1).await;
    check_unnoticed(Call::Token, FaultKind::ExpiredToken, 1).await;
    check_unnoticed(Call::Token, status(503), 1).await;
}

#[tokio::test]
async fn subscriptions_that_fail_alone_leave_the_counts_and_a_remark() {
    let stage = stage(World::demo()).await;
    order(&stage, Call::Subscriptions, status(403), None).await;
    round(&stage).await;
    let state = stage.state(SCHOOL).await;
    assert_eq!(known(&state), stage.truth(SCHOOL));
    let snapshot = state.snapshot.unwrap();
    assert_eq!(snapshot.subscriptions, None);
    assert!(snapshot.remarks[0].starts_with("subscriptions were not seen: "));
    assert_eq!(state.tenant.subscriptions_seen_at, None);
}
