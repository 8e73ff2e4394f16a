//! The page that a message's link leads to: readable, in both languages, and safe.

use axum::http::{Request, StatusCode};
use store::{Retry, Settled};

use crate::evaluator::{evaluate, the_alert, troubled};
use crate::fixture::{Service, minutes_ago, now, seen, sku, text};

async fn html(service: &Service, id: i64, language: &str) -> String {
    let page = service
        .get(&format!("/alerts/{id}?language={language}"))
        .await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    page.text()
}

#[tokio::test]
async fn a_shortage_is_told_with_all_that_one_must_know() {
    let service = troubled().await;
    let kept = the_alert(&service, "alpha", "stock", "STANDARDWOFFPACK_STUDENT").await;
    let path = format!("/api/v2/alerts/{}/acknowledge", kept.id);
    service.post(&path, r#"{"reason": "Ordered"}"#).await;
    let english = html(&service, kept.id, "en").await;
    assert!(english.contains("<html lang=\"en\">"));
    let said = text(&english);
    for expected in [
        "Office 365 A1 for students: running low",
        "Alpha School",
        "State acknowledged",
        "Severity ! warning",
        "Opened 17 Aug 2026, 06:15 (just now)",
        "Product Office 365 A1 for students (STANDARDWOFFPACK_STUDENT)",
        "Free 1",
        "In use 99",
        "Assignable 100",
        "Seen 17 Aug 2026, 06:05 (10 min ago)",
        "Order seats, or take back those",
        "opened licensetool the numbers say so",
        "acknowledged api Ordered",
        "opened mail … waits",
        "The same for programs (JSON)",
    ] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    let said = text(&html(&service, kept.id, "de").await);
    for expected in [
        "Office 365 A1 für Schüler und Studenten: knapp",
        "Zustand jemand kümmert sich",
        "Plätze bestellen",
        "begonnen licensetool die Zahlen sagen es",
        "übernommen api Ordered",
    ] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
}

#[tokio::test]
async fn every_kind_has_a_page_in_both_languages() {
    let service = troubled().await;
    let alerts = service
        .store()
        .alerts(&Default::default(), None, 100)
        .await
        .unwrap();
    assert_eq!(alerts.len(), 10);
    for alert in alerts {
        for language in ["de", "en"] {
            let page = text(&html(&service, alert.id, language).await);
            assert!(
                page.contains(["Gesehen", "Seen"][usize::from(language == "en")]),
                "{page}"
            );
        }
    }
    let certificate = the_alert(&service, "alpha", "certificate", "").await;
    let page = html(&service, certificate.id, "en").await;
    let first_day = "<input type=\"date\" name=\"day\" min=\"2026-08-18\">";
    assert!(page.contains(first_day), "{page}");
    let page = text(&html(&service, certificate.id, "en").await);
    for expected in [
        "Valid until 27 Aug 2026, 06:15",
        "Thumbprint AB12",
        "Make a new certificate",
    ] {
        assert!(page.contains(expected), "{expected}: {page}");
    }
    let renewal = the_alert(&service, "alpha", "renewal", "PLENTY").await;
    let page = text(&html(&service, renewal.id, "en").await);
    for expected in [
        "Next change 1 Sep 2026, whether it renews is not known",
        "Free if it ends 40",
    ] {
        assert!(page.contains(expected), "{expected}: {page}");
    }
    let unseen = the_alert(&service, "blind", "staleness", "").await;
    let page = text(&html(&service, unseen.id, "en").await);
    for expected in [
        "no current numbers",
        "Last numbers never",
        "Let an administrator consent.",
    ] {
        assert!(page.contains(expected), "{expected}: {page}");
    }
}

#[tokio::test]
async fn hostile_names_and_reasons_are_text() {
    let service = Service::schools().await;
    let hostile = "<img src=x onerror=alert(1)>";
    service
        .look("beta", seen(minutes_ago(1), vec![sku(hostile, 3, 3)], None))
        .await;
    evaluate(&service).await;
    let kept = the_alert(&service, "beta", "stock", hostile).await;
    let body = r#"{"reason": "<script>alert(2)</script>"}"#;
    service
        .post(&format!("/api/v2/alerts/{}/acknowledge", kept.id), body)
        .await;
    let page = html(&service, kept.id, "en").await;
    for tag in ["<img", "<script>"] {
        assert!(!page.contains(tag), "{tag}: {page}");
    }
    assert!(
        text(&page).contains("&#60;img src=x onerror=alert(1)&#62;"),
        "{page}"
    );
}

#[tokio::test]
async fn a_dead_delivery_says_why_and_what_helps() {
    let service = troubled().await;
    let lease = jiff::SignedDuration::from_mins(1);
    let claimed = service
        .store()
        .claim_deliveries("mail", "w", now(), 100, lease);
    let failed = Settled::Failed {
        error: "Nobody answers.".to_owned(),
        advice: "Check the server.".to_owned(),
        retry: Retry::Never,
    };
    let tries = claimed
        .await
        .unwrap()
        .into_iter()
        .map(|it| (it, failed.clone()));
    service
        .store()
        .settle(&tries.collect::<Vec<_>>(), now())
        .await
        .unwrap();
    let kept = the_alert(&service, "alpha", "stock", "EXHAUSTED").await;
    let page = html(&service, kept.id, "en").await;
    assert!(
        page.contains("<span class=\"level exhausted\">✗ given up</span>"),
        "{page}"
    );
    assert!(text(&page).contains("Nobody answers. Check the server. Try again"));
    let message = page.split("name=\"message\" value=\"").nth(1).unwrap();
    let message = message.split('"').next().unwrap();
    let back = format!("message={message}&channel=mail&back=/alerts/{}", kept.id);
    let again = service.submit("/deliveries/retry", &back).await;
    let place = format!("/alerts/{}?done=retried", kept.id);
    assert_eq!(
        (again.status.as_u16(), again.header("location")),
        (303, &*place)
    );
    let page = text(&service.page(&place).await);
    assert!(
        page.contains("✓ The delivery is tried again now."),
        "{page}"
    );
    assert!(page.contains("… waits"), "{page}");
}

#[tokio::test]
async fn it_is_a_careful_page_and_unknown_alerts_have_none() {
    let service = troubled().await;
    let kept = the_alert(&service, "alpha", "stock", "EXHAUSTED").await;
    let path = format!("/alerts/{}", kept.id);
    let german = service
        .send(Request::get(&path).header("accept-language", "de"))
        .await;
    assert_eq!(german.header("content-language"), "de");
    let policy = german.header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'; style-src 'nonce-"),
        "{policy}"
    );
    for inline in ["<style", " style=", "<script>", "http://", "https://"] {
        assert!(!german.text().contains(inline), "{inline}");
    }
    for unknown in ["0", "x", "%3Cb%3E"] {
        let answer = service.get(&format!("/alerts/{unknown}")).await;
        assert_eq!(answer.problem(), "unknown-alert", "{unknown}");
    }
    assert_eq!(
        service.get(&format!("{path}?language=fr")).await.problem(),
        "invalid-parameter"
    );
}
