//! Of a tenant that was erased nothing is left: not a row, not a byte, not its name in the audit.

use domain::{Action, Cause, Deed, Layer, Pin, Scope, Settings, Why};
use jiff::SignedDuration;
use store::{
    Acted, Agreed, AuditFilter, Cleared, Origin, Retry, Settled, Store, Synced, TenantEntry,
};

use crate::fixture::{
    Fresh, by, claim_judging, entry, failed, judge, judgement, key, look, minute, purchase, routes,
    seen_with, sku, the_alert, with,
};

const KEY: &str = "gymnasium-zug";

/// By what somebody would find it.
const WORDS: [&str; 5] = [
    KEY,
    "Seeblick",
    "5d3c9b1e",
    "seeblick.example",
    "purchase-of-zug",
];

fn zug() -> TenantEntry {
    TenantEntry {
        name: "Schule Seeblick".to_owned(),
        tenant_id: "5d3c9b1e-0000-4000-8000-000000000000".to_owned(),
        ..entry(KEY)
    }
}

/// Lets everything happen to a tenant that can leave a trace.
async fn with_a_full_life() -> Fresh {
    let store = with(&["a", "b"]).await;
    let entries = [entry("a"), entry("b"), zug()];
    store.sync_tenants(&entries, minute(0)).await.unwrap();
    look(&store, "a", 9, minute(1)).await;
    is_seen(&store).await;
    is_told_of(&store).await;
    is_ruled(&store).await;
    is_listed(&store).await;
    store
}

async fn is_seen(store: &Store) {
    let mut gap = failed(minute(1), Cause::Refused);
    if let Err(gap) = &mut gap {
        gap.message = "seeblick.example says no".to_owned();
    }
    let mut looks = vec![gap];
    let ends = "2027-01-01T00:00:00Z";
    for used in 1..300 {
        let purchase = purchase("purchase-of-zug", used, ends);
        let skus = [sku("A3", 100, used % 90), sku("E5", 9, 1)];
        looks.push(seen_with(minute(used + 1), &skus, &[purchase]));
    }
    looks.push(failed(minute(400), Cause::TimedOut));
    store.record_all(&key(KEY), &looks).await.unwrap();
}

/// An alert that somebody takes care of, and a message that fails and is tried again.
async fn is_told_of(store: &Store) {
    for claim in claim_judging(store, "w", minute(500)).await {
        let judged = judgement(store, &claim, None, minute(500)).await;
        let kept = store.keep_judgements(&[judged], &[], minute(500)).await;
        kept.unwrap();
    }
    look(store, KEY, 0, minute(501)).await;
    judge(store, Some(0), &["mail"], minute(501)).await;
    let alert = the_alert(store, KEY).await.id;
    let why = Why::Said("Schule Seeblick knows".to_owned());
    let (take, routes) = (Action::Acknowledge, routes(&["mail"]));
    let acted = store.act(alert, None, take, by("anna"), &why, &routes, minute(502));
    assert!(matches!(acted.await.unwrap(), Acted::Done(_)));
    let lease = SignedDuration::from_mins(1);
    let claimed = store.claim_deliveries("mail", "w", minute(503), 9, lease);
    let claimed = claimed.await.unwrap();
    let failed = Settled::Failed {
        error: "no mailbox at seeblick.example".to_owned(),
        advice: "look".to_owned(),
        retry: Retry::Never,
    };
    let settled = [(claimed[0].clone(), failed)];
    store.settle(&settled, minute(503)).await.unwrap();
    let message = claimed[0].id;
    let revived = store.revive(message, "mail", by("anna"), minute(504));
    revived.await.unwrap();
}

async fn is_ruled(store: &Store) {
    let (zug, anna) = (key(KEY), by("anna"));
    let scope = Scope::Sku(zug.clone(), sku("A3", 1, 1).id);
    let layer = Layer {
        clear_margin: Some(3),
        ..Layer::default()
    };
    let set = store.set_policy(&scope, layer, None, anna, minute(600));
    set.await.unwrap();
    let pin = Some(Pin::Renews);
    let pinned = store.set_pin(&zug, "purchase-of-zug", pin, anna, minute(600));
    pinned.await.unwrap();
    let switched = store.switch(&zug, None, Some(false), anna, minute(601));
    switched.await.unwrap();
    for keys in [vec![zug.clone()], vec![key("a"), zug.clone(), key("b")]] {
        let asked = store.request_refresh(&keys, Some(anna), minute(602));
        asked.await.unwrap();
    }
    let created = Deed::TenantCreated;
    let noted = store.note(anna, created, KEY, "seeblick.example", minute(602));
    noted.await.unwrap();
}

async fn is_listed(store: &Store) {
    store.add_channel("list", minute(700)).await.unwrap();
    let settings = Settings {
        enabled: true,
        monitoring: false,
    };
    let agreed = Agreed {
        item: "7".to_owned(),
        settings,
        writing: None,
    };
    let zug = key(KEY);
    let agree = store.agree("list", &zug, &agreed, settings, minute(700));
    assert!(agree.await.unwrap());
    let lease = SignedDuration::from_mins(1);
    let claim = store.claim_channel("list", "w", minute(700), lease).await;
    let synced = Synced {
        next: minute(701),
        hold: None,
        failure: Some(("no row for Schule Seeblick".to_owned(), String::new())),
        remarks: vec!["two rows for gymnasium-zug".to_owned()],
    };
    let claim = claim.unwrap().unwrap();
    store
        .release_channel(&claim, &synced, minute(700))
        .await
        .unwrap();
}

#[tokio::test]
async fn of_an_erased_tenant_no_row_and_no_byte_is_left() {
    let store = with_a_full_life().await;
    let before = store.place.bytes();
    for word in WORDS {
        assert!(has(&before, word), "{word} is there before");
    }
    let counted = store.tenant_rows(&key(KEY)).await.unwrap();
    for share in &counted {
        assert!(
            share.rows > 0,
            "nothing proves that {} is emptied",
            share.table
        );
    }
    let of_a = store.tenant_rows(&key("a")).await.unwrap();

    let anna = store::By {
        who: "anna",
        from: Some(Origin::CommandLine),
    };
    let erasure = store.erase_tenant(&key(KEY), anna, minute(800)).await;
    let erasure = erasure.unwrap();
    let cleared = store.clear_removed().await.unwrap();
    assert_ne!(cleared, Cleared::LogIsRead);
    assert_eq!(erasure.removed, counted);
    assert!(
        erasure.left.iter().all(|share| share.rows == 0),
        "{erasure:?}"
    );
    let after = store.place.bytes();
    for word in WORDS {
        assert!(!has(&after, word), "{word} is left");
    }
    assert_eq!(store.tenant_rows(&key("a")).await.unwrap(), of_a);
    assert_eq!(store.tenant(&key(KEY)).await.unwrap(), None);
    assert_eq!(store.check(&["mail"], minute(600)).await.unwrap(), []);
}

#[tokio::test]
async fn the_audit_says_who_did_what_and_of_whom_no_more_than_that_it_was_erased() {
    let store = with_a_full_life().await;
    let all = AuditFilter::default();
    let before = store.audit(&all, None, 99).await.unwrap();
    let erasure = store.erase_tenant(&key(KEY), by("bert"), minute(800)).await;
    let erasure = erasure.unwrap();
    let mut after = store.audit(&all, None, 99).await.unwrap();
    let newest = after.remove(0);
    assert_eq!((newest.what, &*newest.who), (Deed::TenantErased, "bert"));
    assert_eq!(newest.subject, erasure.stands_for);
    assert_eq!(erasure.stands_for, format!("erased:{}", newest.id));

    let who = |rows: &[store::AuditEntry]| {
        let row = |row: &store::AuditEntry| (row.id, row.at, row.who.clone(), row.what);
        rows.iter().map(row).collect::<Vec<_>>()
    };
    assert_eq!(who(&after), who(&before), "none is missing");
    let stands_for = &*erasure.stands_for;
    let of_it = |what: Deed| {
        let rows = after.iter().filter(move |row| row.what == what);
        rows.map(|row| (&*row.subject, &*row.detail))
            .collect::<Vec<_>>()
    };
    let list = format!("a, {stands_for} and b");
    let nothing = (stands_for, "");
    assert_eq!(of_it(Deed::RefreshOrdered), [("", &*list), nothing]);
    for what in [
        Deed::TenantCreated,
        Deed::TenantSwitched,
        Deed::PolicySet,
        Deed::PinSet,
        Deed::AlertAcknowledged,
        Deed::DeliveryRetried,
    ] {
        assert_eq!(of_it(what), [nothing], "{what}");
    }
    assert_eq!(erasure.unnamed, 8);
}

#[tokio::test]
async fn who_was_never_there_leaves_nothing_to_erase_and_who_comes_back_begins_anew() {
    let store = with_a_full_life().await;
    let rows = store.tenant_rows(&key("nobody")).await.unwrap();
    assert!(rows.iter().all(|share| share.rows == 0));
    for _ in 0..2 {
        let erased = store.erase_tenant(&key(KEY), by("anna"), minute(800)).await;
        assert!(erased.unwrap().left.iter().all(|share| share.rows == 0));
    }
    store.add_tenant(&zug(), minute(900)).await.unwrap();
    let back = store.tenant_rows(&key(KEY)).await.unwrap();
    let rows: u64 = back.iter().map(|share| share.rows).sum();
    assert_eq!(rows, 1, "{back:?}");
}

fn has(bytes: &[u8], word: &str) -> bool {
    bytes.windows(word.len()).any(|it| it == word.as_bytes())
}
