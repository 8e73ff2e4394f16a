//! Failures as people in browsers see them, and the language that they chose.

use axum::http::{Request, StatusCode};

use crate::fixture::Service;

const BROWSER: &str = "text/html,application/xhtml+xml,*/*;q=0.8";

#[tokio::test]
async fn a_browser_gets_a_page_where_a_program_gets_a_problem() {
    let service = Service::schools().await;
    for (path, status, english, german) in [
        ("/nowhere", 404, "Nothing is here", "Hier ist nichts"),
        (
            "/tenants/nobody",
            404,
            "There is no such tenant",
            "Diesen Mandanten gibt es nicht",
        ),
        (
            "/licenses?level=red",
            400,
            "A query parameter is not understood",
            "Ein Parameter der Adresse ist nicht verständlich",
        ),
        (
            "/licenses?language=fr",
            400,
            "A query parameter is not understood",
            "Ein Parameter der Adresse ist nicht verständlich",
        ),
    ] {
        for (language, expected) in [("en", english), ("de", german)] {
            let request = Request::get(path).header("accept", BROWSER);
            let page = service
                .send(request.header("accept-language", language))
                .await;
            assert_eq!(page.status.as_u16(), status, "{path}");
            assert_eq!(
                page.header("content-type"),
                "text/html; charset=utf-8",
                "{path}"
            );
            assert!(page.text().contains(expected), "{path}: {}", page.text());
            assert!(
                page.header("content-security-policy").contains("nonce-"),
                "{path}"
            );
        }
    }
    let program = service
        .send(Request::get("/api/v2/tenants/x").header("accept", BROWSER))
        .await;
    assert_eq!(program.problem(), "unknown-tenant");
}

#[tokio::test]
async fn the_details_of_a_failure_are_text() {
    let service = Service::schools().await;
    let path = "/tenants/%3Cimg%20src=x%20onerror=alert(1)%3E";
    let page = service
        .send(Request::get(path).header("accept", BROWSER))
        .await;
    assert!(page.text().contains("&#60;img src=x"), "{}", page.text());
    assert!(!page.text().contains("<img"), "{}", page.text());
}

#[tokio::test]
async fn a_chosen_language_stays_until_another_is_chosen() {
    let service = Service::schools().await;
    let chosen = service.get("/licenses?language=de").await;
    let cookie = chosen.header("set-cookie");
    assert!(
        cookie.starts_with("language=de; Path=/; Max-Age=31536000; SameSite=Lax"),
        "{cookie}"
    );
    let ask = async |cookie: &str| {
        let request = Request::get("/licenses?sort=free").header("cookie", cookie);
        service.send(request.header("accept-language", "en")).await
    };
    let again = ask("other=1; language=de").await;
    assert_eq!(again.header("content-language"), "de");
    assert_eq!(again.header("set-cookie"), "", "nothing new was chosen");
    assert!(
        again
            .text()
            .contains("href=\"/licenses?sort=free&#38;language=en\"")
    );
    assert_eq!(
        ask("language=klingon").await.header("content-language"),
        "en"
    );
    assert_eq!(ask("language=klingon").await.status, StatusCode::OK);
}

#[tokio::test]
async fn every_visit_has_a_nonce_of_its_own_and_nothing_is_kept() {
    let service = Service::schools().await;
    let (first, second) = (
        service.get("/licenses").await,
        service.get("/licenses").await,
    );
    let nonce = |policy: &str| policy.split("nonce-").nth(1).unwrap()[..22].to_owned();
    let of = |answer: &crate::fixture::Answer| nonce(answer.header("content-security-policy"));
    assert_ne!(of(&first), of(&second));
    assert!(first.text().contains(&format!("nonce=\"{}\"", of(&first))));
    assert_eq!(first.header("cache-control"), "no-store");
}
