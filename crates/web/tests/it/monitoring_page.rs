//! The page of switches: who is looked at and told of, since when, and how the last look went.

use domain::Settings;
use store::Agreed;

use crate::fixture::{Service, entry, key, minutes_ago, now, text};

async fn settings(service: &Service, tenant: &str) -> Settings {
    let tenant = service.store().tenant(&key(tenant)).await.unwrap();
    tenant.unwrap().settings
}

/// The part of a page's text from a tenant's key on.
fn row<'a>(said: &'a str, after: &str) -> &'a str {
    &said[said
        .find(after)
        .unwrap_or_else(|| panic!("{after}: {said}"))..]
}

#[tokio::test]
async fn every_tenant_says_how_the_last_look_went_and_who_switched_it() {
    let service = Service::schools().await;
    let said = text(&service.page("/monitoring?language=en").await);
    assert!(
        said.contains("2 cannot be seen 0 silent 1 switched off"),
        "{said}"
    );
    for (tenant, expected) in [
        ("Alpha School alpha", "✓ seen seen 10 min ago · next look"),
        (
            "Denied School denied",
            "? consent missing never seen · next look",
        ),
        ("New School new", "? not looked at yet never seen"),
        ("Switched off off", "– switched off seen 10 h ago"),
    ] {
        let row = row(&said, tenant);
        assert!(row[tenant.len() + 1..].starts_with(expected), "{row}");
    }
    let denied = row(&said, "Denied School denied");
    let gap = "1 look failed since 17 Aug 2026, 06:10 Graph refuses the permission. What helps: \
               Let an administrator consent. Look now ✓ on Switch off";
    assert!(denied.contains(gap), "{denied}");
    let off = row(&said, "Switched off off");
    let switch = "– off Switch on Not looked at; its numbers grow old.";
    assert!(off.contains(switch), "{off}");
    assert!(off.contains("10 h ago by test"), "{off}");
    let said = text(&service.page("/monitoring?language=de").await);
    for expected in [
        "Zustimmung fehlt",
        "1 Abfrage misslungen seit 17.08.2026, 06:10",
        "Einschalten",
        "von test",
        "Jetzt abfragen",
    ] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
}

#[tokio::test]
async fn switches_switch_and_can_be_taken_back() {
    let service = Service::schools().await;
    let back = "back=/monitoring%3Fstate%3Dquiet";
    for (fields, enabled, monitoring) in [
        ("monitoring=off", true, false),
        ("enabled=off", false, false),
        ("monitoring=on", false, true),
        ("enabled=on", true, true),
    ] {
        let fields = format!("{fields}&{back}");
        let done = service.submit("/monitoring/alpha", &fields).await;
        assert_eq!(
            (done.status.as_u16(), done.header("location")),
            (303, "/monitoring?state=quiet&done=switched")
        );
        let expected = Settings {
            enabled,
            monitoring,
        };
        assert_eq!(settings(&service, "alpha").await, expected, "{fields}");
    }
    let said = text(&service.page("/monitoring?language=en&done=switched").await);
    assert!(said.contains("✓ The tenant is switched."), "{said}");
    assert!(said.contains("just now by local"), "{said}");
    for (path, fields, status) in [
        ("/monitoring/alpha", "", 400),
        ("/monitoring/alpha", "enabled=maybe", 400),
        ("/monitoring/alpha", "disabled=on", 400),
        ("/monitoring/nobody", "enabled=on", 404),
        ("/monitoring/off/refresh", "", 409),
        ("/monitoring/nobody/refresh", "", 404),
    ] {
        let refused = service.submit(path, fields).await;
        assert_eq!(refused.status.as_u16(), status, "{path} {fields}");
    }
}

#[tokio::test]
async fn a_look_is_ordered_for_one_tenant() {
    let service = Service::schools().await;
    let done = service
        .submit("/monitoring/alpha/refresh", "back=/monitoring")
        .await;
    assert_eq!(done.header("location"), "/monitoring?done=looking");
    let due = async |tenant: &str| {
        let tenant = service.store().tenant(&key(tenant)).await.unwrap();
        tenant.unwrap().due_at == jiff::Timestamp::UNIX_EPOCH
    };
    assert!(due("alpha").await);
    assert!(!due("beta").await);
    let said = text(&service.page("/monitoring?language=en&done=looking").await);
    assert!(said.contains("next look in a moment"), "{said}");
    let said = text(&service.page("/tenants/alpha?language=en").await);
    assert!(said.contains("Next look in a moment"), "{said}");
}

#[tokio::test]
async fn a_list_elsewhere_is_compared() {
    let service = Service::schools().await;
    let store = service.store();
    store
        .add_channel("sharepoint", minutes_ago(9))
        .await
        .unwrap();
    let said = text(&service.page("/monitoring?language=en").await);
    assert!(said.contains("sharepoint: ? not compared yet"), "{said}");
    for tenant in ["alpha", "beta"] {
        let agreed = Agreed {
            item: "7".to_owned(),
            settings: Settings::default(),
            writing: None,
        };
        let tenant = key(tenant);
        let noted = store.agree("sharepoint", &tenant, &agreed, agreed.settings, now());
        assert!(noted.await.unwrap());
    }
    let lease = jiff::SignedDuration::from_mins(1);
    let claim = store
        .claim_channel("sharepoint", "w", now(), lease)
        .await
        .unwrap()
        .unwrap();
    let synced = store::Synced {
        next: now() + lease,
        hold: None,
        failure: None,
        remarks: Vec::new(),
    };
    assert!(store.release_channel(&claim, &synced, now()).await.unwrap());
    service.submit("/monitoring/beta", "monitoring=off").await;
    let said = text(&service.page("/monitoring?language=en").await);
    for (tenant, expected) in [
        ("Alpha School alpha", "sharepoint: ✓ agrees"),
        ("beta ✓ seen", "sharepoint: … is being brought up to date"),
        ("New School new", "sharepoint: ✗ no row for this tenant"),
    ] {
        let says = row(row(&said, tenant), "sharepoint:");
        assert!(says.starts_with(expected), "{tenant}: {says}");
    }
}

#[tokio::test]
async fn filters_and_pages_find_tenants() {
    let service = Service::schools().await;
    let count = |page: &str| page.matches("id=\"enabled-").count();
    for (query, expected) in [
        ("", 5),
        ("?q=&state=", 5),
        ("?q=school", 3),
        ("?q=%F0%9F%8F%AB", 1),
        ("?q=OFF", 1),
        ("?state=failing", 2),
        ("?state=off", 1),
        ("?state=quiet", 0),
        ("?q=nowhere", 0),
    ] {
        let page = service.page(&format!("/monitoring{query}")).await;
        assert_eq!(count(&page), expected, "{query}");
    }
    for query in ["?state=on", "?cursor=%21", "?stat=off"] {
        let answer = service.get(&format!("/monitoring{query}")).await;
        assert_eq!(answer.problem(), "invalid-parameter", "{query}");
    }
    let many: Vec<_> = (0..130)
        .map(|n| entry(&format!("t-{n}"), "Same name"))
        .collect();
    service.store().sync_tenants(&many, now()).await.unwrap();
    let first = service.page("/monitoring").await;
    let next = first
        .split("<a href=\"")
        .find(|part| part.contains("rel=\"next\""));
    let next = next.unwrap().split('"').next().unwrap().to_owned();
    assert_eq!(
        (count(&first), count(&service.page(&next).await)),
        (100, 30)
    );
}

#[tokio::test]
async fn the_first_run_says_how_to_begin_and_the_old_address_leads_here() {
    let service = Service::empty().await;
    let page = service.page("/monitoring?language=en").await;
    assert!(text(&page).contains("No tenant yet"), "{page}");
    let old = service.get("/api/v1/monitoring/").await;
    assert_eq!(
        (old.status.as_u16(), old.header("location")),
        (307, "/monitoring")
    );
}
