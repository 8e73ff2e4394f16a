//! How tenants are switched: version 1 under the ids of SharePoint's list, version 2 by key.

use axum::http::{Request, StatusCode};
use domain::Settings;
use serde_json::{Value, json};
use store::Agreed;

use crate::fixture::{Service, entry, key, minutes_ago, now};

const PATH: &str = "/api/v1/monitoring/tenants";

/// The schools, of which SharePoint's list has two.
async fn listed() -> Service {
    let service = Service::schools().await;
    let store = service.store();
    store
        .add_channel("sharepoint", minutes_ago(9))
        .await
        .unwrap();
    for (tenant, item) in [("alpha", "7"), ("beta", "12")] {
        let agreed = Agreed {
            item: item.to_owned(),
            settings: Settings::default(),
            writing: None,
        };
        let tenant = key(tenant);
        let noted = store.agree(
            "sharepoint",
            &tenant,
            &agreed,
            agreed.settings,
            minutes_ago(9),
        );
        noted.await.unwrap();
    }
    service
}

async fn settings(service: &Service, tenant: &str) -> (bool, bool) {
    let tenant = service.store().tenant(&key(tenant)).await.unwrap().unwrap();
    (tenant.settings.enabled, tenant.settings.monitoring)
}

fn row(id: &str, title: &str, enabled: bool) -> Value {
    json!({"id": id, "title": title, "enabled": enabled, "monitoring": true})
}

#[tokio::test]
async fn all_tenants_are_listed_under_the_ids_of_the_list() {
    let service = listed().await;
    let all = service.get(PATH).await.json();
    let expected = json!([
        row("7", "Alpha School", true),
        row("12", "Schule <b>Beta</b> 🏫", true),
        row("denied", "Denied School", true),
        row("new", "New School", true),
        row("off", "Switched off", false),
    ]);
    assert_eq!(all, expected);
    assert_eq!(Service::empty().await.get(PATH).await.json(), json!([]));
}

#[tokio::test]
async fn a_tenant_is_switched_by_either_id_and_the_list_is_to_follow() {
    let service = listed().await;
    let patch = |id: &str, body: &'static str| {
        let (path, service) = (format!("{PATH}/{id}"), &service);
        async move { service.write("PATCH", &path, None, body).await }
    };
    let done = patch("12", r#"{"monitoring": false}"#).await;
    assert_eq!(done.status, StatusCode::OK);
    let expected =
        json!({"success": true, "updated": {"id": "12", "updated": {"monitoring": false}}});
    assert_eq!(done.json(), expected);
    assert_eq!(settings(&service, "beta").await, (true, false));
    let done = patch(
        "off",
        r#"{"enabled": true, "monitoring": false, "title": "x"}"#,
    )
    .await;
    let given = json!({"enabled": true, "monitoring": false});
    assert_eq!(
        done.json(),
        json!({"success": true, "updated": {"id": "off", "updated": given}})
    );
    assert_eq!(settings(&service, "off").await, (true, false));
    let channel = service
        .store()
        .channel("sharepoint")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(channel.sync_at, now(), "it is due at once");
}

#[tokio::test]
async fn a_row_of_the_list_wins_over_a_key_that_looks_like_one() {
    let service = listed().await;
    let number = entry("7", "Seven");
    service.store().add_tenant(&number, now()).await.unwrap();
    let path = format!("{PATH}/7");
    service
        .write("PATCH", &path, None, r#"{"monitoring": false}"#)
        .await;
    assert_eq!(settings(&service, "alpha").await, (true, false));
    assert_eq!(settings(&service, "7").await, (true, true));
}

#[tokio::test]
async fn what_says_nothing_or_nonsense_switches_nothing() {
    let service = listed().await;
    for path in [format!("{PATH}/7"), "/api/v2/tenants/alpha".to_owned()] {
        for body in [
            "",
            "{}",
            r#"{"enabled": null}"#,
            r#"{"enabled": "yes"}"#,
            r#"{"monitoring": 1}"#,
            "[]",
            "x",
        ] {
            let answer = service.write("PATCH", &path, None, body).await;
            assert_eq!(
                (answer.status.as_u16(), answer.problem()),
                (400, "invalid-body".into()),
                "{body}"
            );
        }
    }
    let on = r#"{"enabled": true}"#;
    for id in ["99", "nobody", "sharepoint", "%2e%2e"] {
        let answer = service
            .write("PATCH", &format!("{PATH}/{id}"), None, on)
            .await;
        assert_eq!(answer.problem(), "unknown-tenant", "{id}");
    }
    let nobody = service
        .write("PATCH", "/api/v2/tenants/nobody", None, on)
        .await;
    assert_eq!(nobody.problem(), "unknown-tenant");
    // A row's id is none of version 2's business, and neither are members it does not know.
    let row = service.write("PATCH", "/api/v2/tenants/7", None, on).await;
    assert_eq!(row.problem(), "unknown-tenant");
    let odd = r#"{"enabled": true, "title": "x"}"#;
    let odd = service
        .write("PATCH", "/api/v2/tenants/alpha", None, odd)
        .await;
    assert_eq!(odd.problem(), "invalid-body");
    let alpha = service.store().tenant(&key("alpha")).await.unwrap();
    assert_eq!(alpha.unwrap().switched_at, None);
}

#[tokio::test]
async fn version_two_answers_the_tenant_as_it_is_now() {
    let service = listed().await;
    let body = r#"{"enabled": false}"#;
    let done = service
        .write("PATCH", "/api/v2/tenants/alpha", None, body)
        .await;
    assert_eq!(
        done.json(),
        service.get("/api/v2/tenants/alpha").await.json()
    );
    assert_eq!(done.json()["enabled"], false);
    assert_eq!(done.json()["monitoring"], true);
    let shown = service.get("/api/v1/licenses/status/show").await.json();
    let tenants: Vec<&Value> = shown
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["tenant"])
        .collect();
    assert!(
        !tenants.contains(&&json!("Alpha School")),
        "it is out of the list at once"
    );
}

#[tokio::test]
async fn a_tenant_whose_profile_is_gone_is_not_switched() {
    let service = listed().await;
    let left = [entry("beta", "B")];
    service.store().sync_tenants(&left, now()).await.unwrap();
    let body = r#"{"enabled": false}"#;
    let gone = service
        .write("PATCH", &format!("{PATH}/7"), None, body)
        .await;
    assert_eq!(gone.problem(), "unknown-tenant");
}

#[tokio::test]
async fn pages_of_other_sites_switch_nothing() {
    let service = listed().await;
    let request = Request::patch(format!("{PATH}/7"))
        .header("origin", "http://evil.example")
        .header("content-type", "application/json");
    let answer = crate::fixture::ask(&service.app, request, r#"{"enabled":false}"#.into()).await;
    assert_eq!(answer.problem(), "foreign-origin");
    assert_eq!(settings(&service, "alpha").await, (true, true));
}
