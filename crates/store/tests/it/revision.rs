//! The revision changes with every commit, whoever makes it, and with nothing else.

use store::Store;

use crate::fixture::{by, entry, key, minute, seen, sku, with_quiet};

#[tokio::test]
async fn the_revision_changes_with_every_commit_and_with_nothing_else() {
    let fresh = with_quiet(&["a"]).await;
    let other = Store::open(&fresh.place.url).await.unwrap();
    let first = fresh.revision().await.unwrap();
    fresh.states().await.unwrap();
    other.tenants().await.unwrap();
    fresh.sync_tenants(&[entry("a")], minute(1)).await.unwrap();
    assert_eq!(fresh.revision().await.unwrap(), first);

    let looks = [seen(minute(0), &[sku("A3", 9, 5)])];
    fresh.record_all(&key("a"), &looks).await.unwrap();
    let second = fresh.revision().await.unwrap();
    assert_ne!(second, first);

    other
        .add_manual_license("Zoom", 3, by("anna"), minute(0))
        .await
        .unwrap();
    let third = fresh.revision().await.unwrap();
    assert_ne!(third, second, "another opening of the file counts as well");
    assert_eq!(fresh.revision().await.unwrap(), third);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_who_asks_after_a_commit_gets_an_older_revision() {
    let fresh = with_quiet(&["a"]).await;
    let mut before = fresh.revision().await.unwrap();
    for n in 0..50 {
        // Others ask all the time; sharing their question must not mean sharing an old answer.
        let asking = (0..8).map(|_| {
            let store = fresh.store.clone();
            tokio::spawn(async move { store.revision().await.unwrap() })
        });
        let asking: Vec<_> = asking.collect();
        fresh
            .add_manual_license("Zoom", n, by("anna"), minute(0))
            .await
            .unwrap();
        let after = fresh.revision().await.unwrap();
        assert_ne!(after, before);
        for other in asking {
            let other = other.await.unwrap();
            assert!(other == before || other == after);
        }
        before = after;
    }
}
