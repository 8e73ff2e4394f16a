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
        let mut ended: Vec<String> =
            Vec::from_iter(store.ended_sessions(minute(at)).await.unwrap());
        ended.sort();
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
async fn an_end_moves_the_revision() {
    let store = with(&[]).await;
    let before = store.revision().await.unwrap();
    store.end_session("a", minute(10), minute(0)).await.unwrap();
    assert_ne!(store.revision().await.unwrap(), before);
}
