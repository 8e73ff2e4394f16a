//! The audit as programs and admins read it.

use axum::http::StatusCode;
use serde_json::json;

use crate::fixture::{Service, text};

/// A service on which a few things were done.
async fn busy() -> Service {
    let service = Service::schools().await;
    service.submit("/monitoring/alpha", "monitoring=off").await;
    service.submit("/monitoring/beta", "enabled=off").await;
    let pin = "/api/v2/renewals/alpha/p-2/pin";
    service
        .write("PUT", pin, None, r#"{"outlook": "ends"}"#)
        .await;
    service
}

async fn whats(service: &Service, query: &str) -> Vec<String> {
    let answer = service.get(&format!("/api/v2/audit{query}")).await;
    assert_eq!(answer.status, StatusCode::OK, "{query}: {}", answer.text());
    let items = answer.json()["items"].as_array().unwrap().clone();
    items
        .iter()
        .map(|item| {
            format!(
                "{} {}",
                item["what"].as_str().unwrap(),
                item["subject"].as_str().unwrap()
            )
        })
        .collect()
}

#[tokio::test]
async fn what_was_done_is_listed_with_all_members() {
    let service = busy().await;
    let all = service
        .get("/api/v2/audit?what=tenant-switched&subject=alpha")
        .await
        .json();
    let one = &all["items"][0];
    assert_eq!(
        *one,
        json!({
            "id": one["id"],
            "at": "2026-08-17T06:15:00Z",
            "who": "local",
            "from": null,
            "what": "tenant-switched",
            "subject": "alpha",
            "detail": one["detail"],
        })
    );
    assert!(
        one["detail"].as_str().unwrap().contains("monitoring"),
        "{one}"
    );
    assert_eq!(all["next_cursor"], json!(null));
}

#[tokio::test]
async fn filters_and_pages() {
    let service = busy().await;
    let everything = whats(&service, "").await;
    assert_eq!(everything[0], "pin-set alpha/p-2");
    for (query, count) in [
        ("?who=local", 2),
        ("?who=api", 1),
        ("?who=loc", 0),
        ("?what=pin-set", 1),
        ("?subject=alpha", 2),
        ("?since=2026-08-17T06:15:01Z", 0),
        ("?until=2026-08-17T06:15:00Z&who=local", 0),
    ] {
        assert_eq!(whats(&service, query).await.len(), count, "{query}");
    }
    let (mut found, mut next) = (Vec::new(), "?limit=1".to_owned());
    loop {
        found.extend(whats(&service, &next).await);
        let page = service.get(&format!("/api/v2/audit{next}")).await.json();
        let Some(cursor) = page["next_cursor"].as_str() else {
            break;
        };
        next = format!("?limit=1&cursor={cursor}");
    }
    assert_eq!(found, everything);
    for path in ["/api/v2/audit", "/audit"] {
        for query in ["?what=dreamt", "?since=soon", "?cursor=x", "?whom=a"] {
            let answer = service.get(&format!("{path}{query}")).await;
            assert_eq!(answer.problem(), "invalid-parameter", "{path}{query}");
        }
    }
}

#[tokio::test]
async fn admins_read_it_as_a_page() {
    let service = busy().await;
    let said = text(&service.page("/audit?language=en").await);
    for expected in [
        "17 Aug 2026, 06:15 renewal pinned api alpha/p-2",
        "tenant switched local beta",
    ] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    let said = text(
        &service
            .page("/audit?language=de&what=tenant-switched&who=")
            .await,
    );
    assert!(said.contains("Mandant umgeschaltet local"), "{said}");
    assert!(!said.contains("alpha/p-2"), "{said}");
    let by = store::By {
        who: "somebody",
        from: Some(store::Origin::CommandLine),
    };
    let now = crate::fixture::now();
    let noted = service
        .store()
        .note(by, domain::Deed::NamesImported, "", "", now);
    noted.await.unwrap();
    for (language, from) in [("en", "command line"), ("de", "Befehlszeile")] {
        let path = format!("/audit?who=somebody&language={language}");
        let said = text(&service.page(&path).await);
        assert!(said.contains(&format!("somebody {from}")), "{said}");
    }
    let page = service.page("/audit?since=2026-08-18&language=en").await;
    assert!(
        text(&page).contains("Nothing matches the filter."),
        "{page}"
    );
    let same_day = service
        .page("/audit?since=2026-08-17&until=2026-08-17")
        .await;
    assert!(same_day.contains("alpha/p-2"), "the last day is in it");
    let none = Service::empty().await;
    let said = text(&none.page("/audit?language=de").await);
    assert!(said.contains("Noch hat niemand etwas getan."), "{said}");
}

#[tokio::test]
async fn names_and_reasons_are_text() {
    let service = busy().await;
    let by = store::By {
        who: "<img src=x onerror=alert(1)>",
        from: None,
    };
    let now = crate::fixture::now();
    let noted = service
        .store()
        .note(by, domain::Deed::Exported, "<b>", "O'Brien & Söhne", now);
    noted.await.unwrap();
    let page = service
        .page("/audit?who=%3Cimg%20src=x%20onerror=alert(1)%3E")
        .await;
    assert!(!page.contains("<img") && !page.contains("<b>"), "{page}");
    assert!(text(&page).contains("&#60;img src=x onerror=alert(1)&#62; &#60;b&#62; O&#39;Brien"));
}
