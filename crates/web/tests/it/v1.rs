//! Version 1: exact shapes, and the failures that the old tool answered with 200.

use axum::http::{Request, StatusCode};
use domain::{Exclusion, Layer};
use serde_json::{Value, json};

use crate::fixture::{Service, ask, denied, entry, minutes_ago, now, seen, sku};

async fn rows(service: &Service, path: &str) -> Vec<Value> {
    let answer = service.get(path).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    answer.json().as_array().unwrap().clone()
}

fn row<'a>(rows: &'a [Value], part_number: &str) -> &'a Value {
    let ends = format!("<br>({part_number})");
    let found = rows
        .iter()
        .find(|row| row["skupartnumber"].as_str().unwrap().ends_with(&ends));
    found.unwrap_or_else(|| panic!("no {part_number}"))
}

#[tokio::test]
async fn a_licence_has_exactly_the_old_members() {
    let service = Service::schools().await;
    let all = rows(&service, "/api/v1/licenses/status/show").await;
    assert_eq!(
        *row(&all, "STANDARDWOFFPACK_STUDENT"),
        json!({
            "skuid": "314c4481-f395-4525-be8b-2ec4bb1e9d91",
            "skupartnumber": "Office 365 A1 for students<br>(STANDARDWOFFPACK_STUDENT)",
            "consumed_units": 99,
            "available_units": 100,
            "free_units": 1,
            "tenant": "Alpha School",
        })
    );
    let one = rows(&service, "/api/v1/licenses/status/show/alpha").await;
    assert_eq!(
        *row(&one, "OVER"),
        json!({
            "skuid": row(&all, "OVER")["skuid"],
            "skupartnumber": "OVER<br>(OVER)",
            "consumed_units": 12,
            "available_units": 10,
            "free_units": -2,
        })
    );
}

#[tokio::test]
async fn all_tenants_that_are_on_and_all_their_products_are_shown() {
    let service = Service::schools().await;
    let all = rows(&service, "/api/v1/licenses/status/show").await;
    assert_eq!(all.len(), 4 + 5);
    row(&all, "COMPANY");
    let suspended = row(&all, "SUSPENDED");
    assert_eq!(
        (&suspended["available_units"], &suspended["free_units"]),
        (&json!(0), &json!(-4))
    );
    assert!(all.iter().all(|row| row["tenant"] != "Switched off"));
    // Asked for by name, the last numbers are there, with their age.
    let off = service.get("/api/v1/licenses/status/show/off").await;
    assert_eq!((off.status, off.header("age")), (StatusCode::OK, "36000"));
}

#[tokio::test]
async fn a_number_that_was_not_given_is_null_and_not_zero() {
    let service = Service::schools().await;
    let beta = rows(&service, "/api/v1/licenses/status/show/beta").await;
    let untold = row(&beta, "UNTOLD");
    assert_eq!(untold["consumed_units"], Value::Null);
    assert_eq!(untold["available_units"], 50);
    assert_eq!(untold["free_units"], Value::Null);
}

#[tokio::test]
async fn hostile_names_are_text_in_the_html_of_a_part_number() {
    let service = Service::schools().await;
    let beta = rows(&service, "/api/v1/licenses/status/show/beta").await;
    let escaped = "&lt;img src=x onerror=alert(1)&gt; 🎓 &amp; &quot;&#39;";
    assert_eq!(
        row(&beta, escaped)["skupartnumber"],
        format!("{escaped}<br>({escaped})")
    );
}

#[tokio::test]
async fn the_age_is_that_of_the_oldest_number_and_the_unseen_are_named() {
    let service = Service::schools().await;
    let all = service.get("/api/v1/licenses/status/show").await;
    assert_eq!(all.header("age"), "1200");
    assert_eq!(all.header("x-unseen-tenants"), "denied, new");
    assert_eq!(
        service
            .get("/api/v1/licenses/status/show/alpha")
            .await
            .header("age"),
        "600"
    );
}

#[tokio::test]
async fn what_cannot_be_shown_says_why() {
    let service = Service::schools().await;
    for (tenant, status, problem) in [
        ("nobody", 404, "unknown-tenant"),
        ("ALPHA", 404, "unknown-tenant"),
        ("%F0%9F%8F%AB", 404, "unknown-tenant"),
        ("%FF", 404, "not-found"),
        ("denied", 502, "collection-failed"),
        ("new", 503, "not-collected-yet"),
    ] {
        let answer = service
            .get(&format!("/api/v1/licenses/status/show/{tenant}"))
            .await;
        assert_eq!(answer.status.as_u16(), status, "{tenant}");
        assert_eq!(answer.problem(), problem, "{tenant}");
    }
    let denied = service
        .get("/api/v1/licenses/status/show/denied")
        .await
        .json();
    assert_eq!(denied["cause"], "denied");
    assert_eq!(denied["advice"], "Let an administrator consent.");
    assert_eq!(denied["since"], "2026-08-17T06:10:00Z");
    assert!(
        denied["detail"]
            .as_str()
            .unwrap()
            .contains("Graph refuses the permission.")
    );
}

#[tokio::test]
async fn a_list_without_any_number_is_no_list() {
    let service = Service::empty().await;
    let path = "/api/v1/licenses/status/show";
    assert_eq!(
        rows(&service, path).await,
        [] as [Value; 0],
        "no tenant, no licence"
    );
    service
        .store()
        .sync_tenants(&[entry("a", "A")], now())
        .await
        .unwrap();
    assert_eq!(service.get(path).await.problem(), "not-collected-yet");
    service.look("a", denied(minutes_ago(1))).await;
    assert_eq!(service.get(path).await.problem(), "collection-failed");
    service.look("a", seen(now(), vec![], None)).await;
    assert_eq!(
        rows(&service, path).await,
        [] as [Value; 0],
        "seen, and it has none"
    );
}

#[tokio::test]
async fn old_numbers_stay_visible_through_a_failure() {
    let service = Service::schools().await;
    service.look("alpha", denied(minutes_ago(1))).await;
    let alpha = service.get("/api/v1/licenses/status/show/alpha").await;
    assert_eq!((alpha.status, alpha.header("age")), (StatusCode::OK, "600"));
}

#[tokio::test]
async fn a_kept_answer_ends_with_the_next_change_of_any_process() {
    let service = Service::schools().await;
    let path = "/api/v1/licenses/status/show/alpha";
    let before = service.get(path).await;
    assert_eq!(service.get(path).await.body, before.body);
    service
        .look(
            "alpha",
            seen(minutes_ago(1), vec![sku("PLENTY", 100, 21)], None),
        )
        .await;
    let after = rows(&service, path).await;
    assert_eq!((after.len(), &after[0]["consumed_units"]), (1, &json!(21)));
    // A tenant whose profile is gone is gone, whatever was kept of it.
    service
        .store()
        .sync_tenants(&[entry("beta", "B")], now())
        .await
        .unwrap();
    assert_eq!(service.get(path).await.problem(), "unknown-tenant");
}

#[tokio::test]
async fn what_is_excluded_everywhere_is_hidden() {
    let hide = |options: &mut web::Options| {
        options.company = Layer {
            exclusion: Some(Exclusion::Everywhere),
            ..Layer::default()
        };
    };
    let service = Service::schools().await.change(hide);
    assert_eq!(
        rows(&service, "/api/v1/licenses/status/show").await,
        [] as [Value; 0]
    );
}

#[tokio::test]
async fn names_speak_the_configured_language() {
    let german = |options: &mut web::Options| options.language = domain::Language::German;
    let service = Service::schools().await.change(german);
    let alpha = rows(&service, "/api/v1/licenses/status/show/alpha").await;
    let expected = "Office 365 A1 für Schüler und Studenten<br>(STANDARDWOFFPACK_STUDENT)";
    assert_eq!(
        row(&alpha, "STANDARDWOFFPACK_STUDENT")["skupartnumber"],
        expected
    );
}

#[tokio::test]
async fn manual_licences_are_added_and_read() {
    let service = Service::empty().await;
    let path = "/api/v1/licenses/";
    assert_eq!(rows(&service, path).await, [] as [Value; 0]);
    let hostile = "<img src=x onerror=…> 🎓";
    let body = json!({"id": 99, "name": hostile, "count": 25}).to_string();
    let added = service.post(path, &body).await;
    assert_eq!(added.status, StatusCode::CREATED);
    assert_eq!(added.json(), json!({"id": 1, "name": hostile, "count": 25}));
    assert_eq!(added.header("location"), "/api/v1/licenses/1");
    assert_eq!(service.get("/api/v1/licenses/1").await.json(), added.json());
    assert_eq!(rows(&service, path).await, [added.json()]);
    for unknown in ["2", "0", "-1", "99999999999999999999", "x"] {
        let answer = service.get(&format!("/api/v1/licenses/{unknown}")).await;
        assert_eq!(answer.problem(), "unknown-license", "{unknown}");
    }
}

#[tokio::test]
async fn bodies_that_are_no_licence_are_refused_and_nothing_is_kept() {
    let service = Service::empty().await;
    let long = format!(r#"{{"name": "{}", "count": 1}}"#, "ä".repeat(33));
    let huge = format!(r#"{{"name": "{}", "count": 1}}"#, "x".repeat(70_000));
    for (body, problem) in [
        ("", "invalid-body"),
        ("{", "invalid-body"),
        ("[]", "invalid-body"),
        ("null", "invalid-body"),
        (r#"{"name": "Zoom"}"#, "invalid-body"),
        (r#"{"count": 1}"#, "invalid-body"),
        (r#"{"name": "", "count": 1}"#, "invalid-body"),
        (r#"{"name": null, "count": 1}"#, "invalid-body"),
        (r#"{"name": "Zoom", "count": "1"}"#, "invalid-body"),
        (r#"{"name": "Zoom", "count": 1.5}"#, "invalid-body"),
        (
            r#"{"name": "Zoom", "count": 99999999999999999999}"#,
            "invalid-body",
        ),
        ("{\"name\": \"\u{1}\", \"count\": 1}", "invalid-body"),
        (&long, "invalid-body"),
        (&huge, "body-too-large"),
    ] {
        let shown: String = body.chars().take(60).collect();
        assert_eq!(
            service.post("/api/v1/licenses/", body).await.problem(),
            problem,
            "{shown}"
        );
    }
    let request = Request::post("/api/v1/licenses/").header("content-type", "text/plain");
    let answer = ask(&service.app, request, r#"{"name":"a","count":1}"#.into()).await;
    assert_eq!(answer.problem(), "unsupported-media-type");
    assert_eq!(rows(&service, "/api/v1/licenses/").await, [] as [Value; 0]);
}

#[tokio::test]
async fn a_name_of_32_letters_is_not_too_long() {
    let service = Service::empty().await;
    let body = json!({"name": "ä".repeat(32), "count": 0}).to_string();
    assert_eq!(
        service.post("/api/v1/licenses/", &body).await.status,
        StatusCode::CREATED
    );
}

#[tokio::test]
async fn old_pages_lead_to_those_that_took_their_place() {
    let service = Service::empty().await;
    for (page, place) in [
        ("licenses/statusall", "/licenses"),
        ("licenses/status/tenant", "/licenses"),
        ("monitoring/", "/monitoring"),
    ] {
        let answer = service.get(&format!("/api/v1/{page}")).await;
        assert_eq!(answer.status, StatusCode::TEMPORARY_REDIRECT);
        assert_eq!(answer.header("location"), place, "{page}");
    }
    let answer = service.get("/api/v1/licenses").await;
    assert_eq!(answer.header("location"), "/api/v1/licenses/");
}
