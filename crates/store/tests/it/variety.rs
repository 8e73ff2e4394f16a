//! A store in which everything has happened that can: every table has rows.

use domain::{Action, Cause, Layer, Pin, Scope, Settings, SkuId, Status, Units};
use jiff::SignedDuration;
use store::{Acted, Agreed, Retry, Settled, Store, Synced};

use crate::fixture::{
    by, claim, entry, failed, judge, key, look, minute, purchase, routes, seen, seen_with, sku,
    the_alert,
};

/// Words from everywhere, and some that look like SQL.
const WORDS: &str = "Größe ≥ 5 · 学校 · مدرسة · 🎒 · O'Neil \"x\" \\ ; -- %_\r\n\tend";

/// Lets it all happen, from minute 0 to 60.
pub(crate) async fn fill(store: &Store) {
    let mut entries = ["a", "b", "c", "gone"].map(entry);
    entries[1].name = WORDS.to_owned();
    store.sync_tenants(&entries, minute(0)).await.unwrap();
    looks(store).await;
    alerts(store).await;
    people(store).await;
    lists(store).await;
    store.sync_tenants(&entries[..3], minute(50)).await.unwrap();
    store.end_alerts_of_removed(minute(51)).await.unwrap();
}

async fn looks(store: &Store) {
    // PostgreSQL cannot hold the last character.
    let mut odd = sku(&format!("{WORDS}\0"), i64::MAX, i64::MIN);
    odd.status = Status::from_graph(Some("Neverheardof"));
    odd.units = Units {
        warning: None,
        ..odd.units
    };
    let bought = [
        purchase("p", 100, "2027-01-01T00:00:00Z"),
        purchase(WORDS, -1, "1969-12-31T23:59:59.999Z"),
    ];
    let looks = [
        seen(minute(1), &[sku("A3", 9, 5), sku("E5", 1, 1)]),
        failed(minute(2), Cause::ALL[0]),
        failed(minute(3), Cause::ALL[1]),
        seen_with(minute(4), &[odd, sku("A3", 9, 6)], &bought),
    ];
    store.record_all(&key("b"), &looks).await.unwrap();
    let gap = [failed(minute(5), Cause::ALL[2])];
    store.record_all(&key("c"), &gap).await.unwrap();
    for at in 6..30 {
        look(store, "a", at, minute(at)).await;
    }
}

async fn alerts(store: &Store) {
    // One after the other, for one tenant is judged at a time.
    for other in ["b", "c", "gone"] {
        switch(store, other, false, 30).await;
    }
    let channels = ["mail", "list"];
    for (at, free) in [(31, Some(0)), (33, None), (35, Some(3))] {
        look(store, "a", free.unwrap_or(50), minute(at)).await;
        judge(store, free, &channels, minute(at + 1)).await;
    }
    let lease = SignedDuration::from_mins(1);
    let claimed = store.claim_deliveries("mail", "w", minute(37), 9, lease);
    let claimed = claimed.await.unwrap();
    let failed = |retry| Settled::Failed {
        error: WORDS.to_owned(),
        advice: "look at it".to_owned(),
        retry,
    };
    let remark = Some(WORDS.to_owned());
    let ends = [
        Settled::Delivered { remark },
        failed(Retry::Never),
        failed(Retry::At(minute(45))),
    ];
    assert_eq!(claimed.len(), ends.len(), "{claimed:?}");
    let settled: Vec<_> = claimed.into_iter().zip(ends).collect();
    store.settle(&settled, minute(37)).await.unwrap();
    for other in ["b", "c", "gone"] {
        switch(store, other, true, 38).await;
    }
    let alert = the_alert(store, "a").await;
    let (anna, routes, why) = (by("anna"), routes(&channels), WORDS.into());
    let act = store.act(
        alert.id,
        None,
        Action::Acknowledge,
        anna,
        &why,
        &routes,
        minute(39),
    );
    assert!(matches!(act.await.unwrap(), Acted::Done(_)));
}

async fn switch(store: &Store, tenant: &str, on: bool, at: i64) {
    let key = key(tenant);
    let switched = store.switch(&key, Some(on), None, by("anna"), minute(at));
    assert!(switched.await.unwrap());
}

async fn people(store: &Store) {
    let (anna, now) = (by("anna"), minute(40));
    let layer = Layer {
        clear_margin: Some(3),
        ..Layer::default()
    };
    for scope in [Scope::Company, Scope::Tenant(key("a"))] {
        store
            .set_policy(&scope, layer, None, anna, now)
            .await
            .unwrap();
    }
    let b = key("b");
    let pin = store.set_pin(&b, "p", Some(Pin::Ends), anna, now);
    pin.await.unwrap();
    for name in ["Zoom", WORDS, "soon gone"] {
        let added = store.add_manual_license(name, -3, anna, now).await.unwrap();
        assert!(added.id > 0);
    }
    let names = [(
        SkuId::from_part_number("A3"),
        "A3".to_owned(),
        WORDS.to_owned(),
    )];
    store.import_names(&names, anna, now).await.unwrap();
    store.end_session("ours", minute(90), now).await.unwrap();
    let elsewhere = store.end_session_elsewhere("theirs", minute(90), now);
    assert!(elsewhere.await.unwrap());
    store
        .request_refresh(&[key("a"), key("b")], Some(anna), now)
        .await
        .unwrap();
    let claims = claim(store, "w", minute(41), 1).await;
    assert_eq!(claims.len(), 1);
    store.release(&claims).await.unwrap();
}

async fn lists(store: &Store) {
    let now = minute(42);
    store.add_channel("list", now).await.unwrap();
    let lease = SignedDuration::from_mins(1);
    let claimed = store.claim_channel("list", "w", now, lease).await.unwrap();
    let values = [("threshold", "5"), (WORDS, ""), ("", WORDS)];
    let values = values.map(|(name, value)| (name.to_owned(), value.to_owned()));
    store.set_parameters("list", &values).await.unwrap();
    let settings = Settings::default();
    let agreed = Agreed {
        item: "7".to_owned(),
        settings,
        writing: None,
    };
    let keys = [key("a"), key("b")];
    for tenant in &keys {
        let agree = store.agree("list", tenant, &agreed, settings, now);
        assert!(agree.await.unwrap());
    }
    let write = [(key("b"), settings)];
    store.about_to_write("list", &write).await.unwrap();
    let synced = Synced {
        next: minute(60),
        hold: None,
        failure: None,
        remarks: vec![WORDS.to_owned()],
    };
    let claimed = claimed.unwrap();
    let released = store.release_channel(&claimed, &synced, now);
    assert!(released.await.unwrap());
}
