//! Sessions that ended before their time.

use crate::fixture::{minute, with};

#[tokio::test]
async fn an_ended_session_is_known_until_its_time_and_then_forgotten() {
    let store = with(&[]).await;
    store.end_session("a", minute(10), minute(0)).await.unwrap();
    store.end_session("b", minute(20), minute(1)).await.unwrap();
    // Ending one again never makes it end earlier.
    store.end_session("b", minute(5), minute(2)).await.unwrap();
    let ended = async |at: i64| {
        let mut ended = Vec::new();
        for session in ["a", "b", "c", "d"] {
            // Either name of a session is enough.
            let by_id = store.has_ended(session, None, minute(at)).await.unwrap();
            let by_sid = store.has_ended("x", Some(session), minute(at)).await;
            assert_eq!(by_id, by_sid.unwrap(), "{session}");
            ended.extend(by_id.then_some(session));
        }
        ended
    };
    assert_eq!(ended(3).await, ["a", "b"]);
    assert_eq!(ended(10).await, ["b"]);
    assert!(ended(20).await.is_empty());
    store
        .end_session("c", minute(40), minute(30))
        .await
        .unwrap();
    assert_eq!(ended(3).await, ["c"], "the others' rows are gone");
}

#[tokio::test]
async fn ends_elsewhere_have_a_bound_and_push_no_other_out() {
    let store = with(&[]).await;
    let elsewhere = async |sid: &str, now: i64| {
        let ended = store.end_session_elsewhere(sid, minute(now + 10), minute(now));
        ended.await.unwrap()
    };
    assert!(elsewhere("first", 0).await);
    let until = minute(11).as_millisecond();
    let sql = format!(
        "WITH RECURSIVE n (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM n WHERE n < 9999) \
         INSERT INTO ended_session SELECT 'made up ' || n, {until} FROM n"
    );
    store.place.sql(&sql).await;
    assert!(!elsewhere("one too many", 1).await);
    assert!(elsewhere("first", 1).await, "it is there already");
    // Whoever signs out here is always believed.
    store.end_session("a", minute(11), minute(1)).await.unwrap();
    for (session, expected) in [("first", true), ("a", true), ("one too many", false)] {
        let ended = store.has_ended(session, None, minute(2)).await.unwrap();
        assert_eq!(ended, expected, "{session}");
    }
    assert!(elsewhere("later", 11).await, "the others' time is over");
}

#[tokio::test]
async fn an_end_moves_the_revision() {
    let store = with(&[]).await;
    let before = store.revision().await.unwrap();
    store.end_session("a", minute(10), minute(0)).await.unwrap();
    assert_ne!(store.revision().await.unwrap(), before);
}
