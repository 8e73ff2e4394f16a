//! The revision changes with every commit, whoever makes it, and with nothing else.

use store::Store;

use crate::fixture::{entry, key, minute, seen, sku, with};

#[tokio::test]
async fn the_revision_changes_with_every_commit_and_with_nothing_else() {
    let fresh = with(&["a"]).await;
    let other = Store::open(&fresh.url).await.unwrap();
    let first = fresh.revision().await.unwrap();
    fresh.states().await.unwrap();
    other.tenants().await.unwrap();
    fresh.sync_tenants(&[entry("a")], minute(1)).await.unwrap();
    assert_eq!(fresh.revision().await.unwrap(), first);

    let looks = [seen(minute(0), &[sku("A3", 9, 5)])];
    fresh.record_all(&key("a"), &looks).await.unwrap();
    let second = fresh.revision().await.unwrap();
    assert_ne!(second, first);

    other.add_manual_license("Zoom", 3).await.unwrap();
    let third = fresh.revision().await.unwrap();
    assert_ne!(third, second, "another opening of the file counts as well");
    assert_eq!(fresh.revision().await.unwrap(), third);
}
