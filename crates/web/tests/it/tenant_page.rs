//! The pages of a tenant and of one of its licences.

use axum::http::StatusCode;
use jiff::SignedDuration;

use crate::fixture::{A1_STUDENTS, Service, minutes_ago, now, seen, sku};

async fn page(service: &Service, address: &str) -> String {
    let answer = service.get(address).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    answer.text()
}

#[tokio::test]
async fn a_tenant_shows_what_it_has_and_what_comes() {
    let service = Service::schools().await;
    let english = page(&service, "/tenants/alpha?language=en").await;
    for expected in [
        "<h1>Alpha School</h1>",
        "id-of-alpha",
        "10 min ago",
        "‼ over-assigned",
        "Office 365 A1 for students",
        "1 Sep 2026",
        "in 14 days",
        "If it ends, 40 are free.",
    ] {
        assert!(english.contains(expected), "{expected}: {english}");
    }
    let order: Vec<usize> = ["OVER", "EXHAUSTED", "STANDARDWOFFPACK_STUDENT", "PLENTY"]
        .iter()
        .map(|product| english.find(&format!("mono\">{product}<")).unwrap())
        .collect();
    assert!(order.is_sorted(), "{order:?}");
    let german = page(&service, "/tenants/alpha?language=de").await;
    assert!(
        german.contains("01.09.2026") && german.contains("✗ aufgebraucht"),
        "{german}"
    );
}

#[tokio::test]
async fn what_is_not_known_of_a_tenant_is_said() {
    let service = Service::schools().await;
    for (tenant, expected) in [
        ("denied", "Let an administrator consent."),
        ("new", "This tenant is being asked for the first time."),
        ("off", "This tenant is switched off"),
        ("beta", "Subscriptions have never been seen."),
    ] {
        let html = page(&service, &format!("/tenants/{tenant}?language=en")).await;
        assert!(html.contains(expected), "{tenant}: {expected}: {html}");
    }
    let html = page(&service, "/tenants/beta?language=en").await;
    assert!(
        html.contains("Schule &#60;b&#62;Beta&#60;/b&#62; 🏫"),
        "{html}"
    );
    assert!(
        !html.contains("<img") && !html.contains("<b>Beta"),
        "{html}"
    );
    assert_eq!(
        service.get("/tenants/nobody").await.problem(),
        "unknown-tenant"
    );
}

#[tokio::test]
async fn a_licence_shows_its_numbers_and_its_course() {
    let service = Service::schools().await;
    for (days, used) in [(40, 50), (35, 80), (1, 95)] {
        let at = now() - SignedDuration::from_hours(24 * days);
        let before = sku("EXHAUSTED", 100, used);
        service.look("new", seen(at, vec![before], None)).await;
    }
    let last = sku("EXHAUSTED", 100, 98);
    service
        .look("new", seen(minutes_ago(1), vec![last.clone()], None))
        .await;
    let address = format!("/tenants/new/licenses/{}", last.id);
    let html = page(&service, &format!("{address}?language=en&days=90")).await;
    for expected in [
        "▲ low",
        "Low from 5 free seats on",
        "EXHAUSTED: 98 of 100 seats in use, course of the last 90 days",
        "<path class=\"used\" d=\"M",
        "<path class=\"capacity\" d=\"M",
        "The numbers as a table",
        "13 Jul 2026, 06:15",
    ] {
        assert!(html.contains(expected), "{expected}: {html}");
    }
    let rows = html.matches("<tr><td><time").count();
    assert_eq!(rows, 4, "each change has its row: {html}");
    let month = page(&service, &format!("{address}?days=30")).await;
    assert_eq!(
        month.matches("<tr><td><time").count(),
        3,
        "what held at its start counts"
    );
    assert_eq!(
        service.get(&format!("{address}?days=31")).await.problem(),
        "invalid-parameter"
    );
}

#[tokio::test]
async fn a_licence_that_a_tenant_does_not_have_is_a_problem() {
    let service = Service::schools().await;
    let names = page(
        &service,
        &format!("/tenants/alpha/licenses/{A1_STUDENTS}?language=de"),
    )
    .await;
    assert!(
        names.contains("Office 365 A1 für Schüler und Studenten"),
        "{names}"
    );
    for (path, problem) in [
        (
            format!("/tenants/beta/licenses/{A1_STUDENTS}"),
            "unknown-license",
        ),
        ("/tenants/alpha/licenses/x".to_owned(), "unknown-license"),
        (
            format!("/tenants/denied/licenses/{A1_STUDENTS}"),
            "unknown-license",
        ),
        (
            format!("/tenants/nobody/licenses/{A1_STUDENTS}"),
            "unknown-tenant",
        ),
    ] {
        assert_eq!(service.get(&path).await.problem(), problem, "{path}");
    }
}
