//! Pages: what runs, in both languages, without anything of a tenant.

use std::sync::atomic::Ordering;

use axum::http::{Request, StatusCode};

use crate::fixture::{Service, minutes_ago, text};

#[tokio::test]
async fn the_start_page_shows_what_runs_and_nothing_of_a_tenant() {
    let service = Service::schools().await;
    let page = service.get("/").await;
    assert_eq!(
        (page.status, page.header("content-type")),
        (StatusCode::OK, "text/html; charset=utf-8")
    );
    let html = page.text();
    for expected in [
        "<html lang=\"en\">",
        "0.0.0 (test)",
        "✓ reachable",
        "collect",
        "✓ turns",
        "<time datetime=\"2026-08-17T06:15:00Z\">17 Aug 2026, 06:15</time>",
        "href=\"/api/v1/docs\"",
        "href=\"/?language=de\"",
    ] {
        assert!(html.contains(expected), "{expected}");
    }
    for hidden in ["Alpha", "alpha", "PLENTY", "Beta"] {
        assert!(!html.contains(hidden), "{hidden}");
    }
}

#[tokio::test]
async fn the_reader_chooses_the_language() {
    let service = Service::schools().await;
    let german = service
        .send(Request::get("/").header("accept-language", "de-CH,en;q=0.3"))
        .await;
    assert!(german.text().contains("<html lang=\"de\">") && german.text().contains("Was läuft"));
    let english = Request::get("/?language=en").header("accept-language", "de");
    let english = service.send(english).await;
    assert_eq!(english.header("content-language"), "en");
    assert!(english.text().contains("What runs"));
}

#[tokio::test]
async fn the_other_language_is_of_the_same_page_and_never_on_another_site() {
    let service = Service::schools().await;
    for (asked, link) in [
        ("/", "/?language=de"),
        ("/licenses?q=a%26b", "/licenses?q=a%26b&#38;language=de"),
        (
            "/licenses?language=en&level=low&",
            "/licenses?level=low&#38;language=de",
        ),
        ("/alerts?done=snoozed", "/alerts?language=de"),
        ("//evil.example/x", "/evil.example/x?language=de"),
        ("///evil.example", "/evil.example?language=de"),
        (
            "/\\evil.example/x?q=a",
            "/evil.example/x?q=a&#38;language=de",
        ),
        ("/\\/evil.example", "/evil.example?language=de"),
        ("/nowhere//x", "/nowhere//x?language=de"),
    ] {
        let request = Request::get(asked).header("accept", "text/html");
        let html = service.send(request).await.text();
        assert!(
            html.contains(&format!("href=\"{link}\"")),
            "{asked}: {html}"
        );
        for away in ["=\"//", "=\"/\\"] {
            assert!(!html.contains(away), "{asked}: {html}");
        }
    }
}

#[tokio::test]
async fn why_a_tenant_cannot_be_seen_is_said_in_the_readers_language() {
    let service = Service::schools().await;
    let (english, german) = (
        "Let an administrator consent.",
        "muss der App in Entra zustimmen",
    );
    for path in ["/licenses", "/tenants/denied", "/monitoring"] {
        for (language, cause, advice, other) in [
            ("en", "? consent missing", english, german),
            ("de", "? Zustimmung fehlt", german, english),
        ] {
            let page = service.page(&format!("{path}?language={language}")).await;
            let said = text(&page);
            for expected in [cause, advice, "Graph refuses the permission."] {
                assert!(said.contains(expected), "{path}: {expected}: {said}");
            }
            assert!(!said.contains(other), "{path}: {other}: {said}");
        }
    }
}

#[tokio::test]
async fn a_loop_that_stands_still_is_seen_by_people_and_by_probes() {
    let service = Service::schools().await;
    let turned_at = &service.options.loops[0].turned_at;
    turned_at.store(0, Ordering::Relaxed);
    assert!(service.get("/").await.text().contains("is beginning"));
    assert_eq!(
        service.get("/healthz").await.json()["loops"][0]["turned_at"],
        serde_json::Value::Null
    );

    turned_at.store(minutes_ago(1).as_millisecond(), Ordering::Relaxed);
    assert_eq!(service.get("/healthz").await.status, StatusCode::OK);
    turned_at.store(minutes_ago(2).as_millisecond(), Ordering::Relaxed);
    let health = service.get("/healthz").await;
    assert_eq!(
        (health.status.as_u16(), health.problem()),
        (503, "loop-stuck".into())
    );
    assert!(
        health.json()["detail"]
            .as_str()
            .unwrap()
            .contains("\"collect\"")
    );
    assert!(service.get("/").await.text().contains("✗ is stuck"));
}

#[tokio::test]
async fn readiness_wants_the_schema_of_this_version() {
    let service = Service::schools().await;
    let ready = service.get("/readyz").await;
    assert_eq!(
        (ready.status, &ready.json()["status"]),
        (StatusCode::OK, &"ready".into())
    );
    assert_eq!(ready.header("cache-control"), "no-store");
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("bare.db").display());
    let bare = store::Store::open(&url).await.unwrap();
    let service = service.change(|options| options.store = bare);
    let answer = service.get("/readyz").await;
    assert_eq!(answer.problem(), "not-ready");
    assert!(
        answer.text().contains("schema version 0"),
        "{}",
        answer.text()
    );
}

#[tokio::test]
async fn every_problem_type_leads_to_a_page_that_helps() {
    let service = Service::schools().await;
    for path in ["/nowhere", "/api/v2/licenses?x=1", "/api/v2/tenants/x"] {
        let problem = service.get(path).await.json();
        let page = service.get(problem["type"].as_str().unwrap()).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text().contains(problem["title"].as_str().unwrap()));
    }
    assert_eq!(
        service.get("/problems/nonsense").await.problem(),
        "not-found"
    );
}

#[tokio::test]
async fn pages_load_nothing_from_elsewhere() {
    let service = Service::schools().await;
    for path in ["/", "/api/v1/docs", "/problems/internal"] {
        let html = service.get(path).await.text();
        for attribute in ["src=\"", "href=\"", "action=\""] {
            for place in html.split(attribute).skip(1) {
                assert!(
                    place.starts_with('/') || place.starts_with('#'),
                    "{path}: {attribute}{place:.40}"
                );
            }
        }
        for inline in [
            "<style", " style=", "onclick", "<script>", "http://", "https://",
        ] {
            assert!(!html.contains(inline), "{path}: {inline}");
        }
    }
    for asset in ["/assets/licensetool.css", "/assets/docs.js"] {
        let answer = service.get(asset).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert!(!answer.text().contains("://"), "{asset}");
    }
}
