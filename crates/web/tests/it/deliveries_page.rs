//! The page of channels: how they do, what went to them, and what is tried again.

use jiff::SignedDuration;
use store::{Retry, Settled, Synced};

use crate::evaluator::troubled;
use crate::fixture::{Service, minutes_ago, now, route, text};

/// Settles all that waits for the channel `mail`.
async fn settle(service: &Service, settled: Settled) {
    let store = service.store();
    let lease = SignedDuration::from_mins(1);
    let claimed = store
        .claim_deliveries("mail", "w", now(), 100, lease)
        .await
        .unwrap();
    let tries: Vec<_> = claimed
        .into_iter()
        .map(|it| (it, settled.clone()))
        .collect();
    assert!(!tries.is_empty());
    store.settle(&tries, now()).await.unwrap();
}

fn rows(page: &str) -> usize {
    page.matches("<th scope=\"row\"><a href=\"/alerts/").count()
}

#[tokio::test]
async fn what_waits_and_what_is_dead_is_seen_and_tried_again() {
    let service = troubled().await;
    let said = text(&service.page("/deliveries?language=en").await);
    for expected in [
        "mail … nothing delivered yet Last delivered never Waits 8, the oldest just now Given up 0",
        "Hears from notice",
        "Stock of seats: opened Alpha School mail … waits 0 tries · next try in a moment Try again",
    ] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    let dead = Settled::Failed {
        error: "<img src=x onerror=…> answered 500.".to_owned(),
        advice: "Look at its log.".to_owned(),
        retry: Retry::Never,
    };
    settle(&service, dead).await;
    let page = service.page("/deliveries?state=dead&language=en").await;
    assert_eq!(rows(&page), 8);
    assert!(!page.contains("<img"));
    let said = text(&page);
    for expected in [
        "mail ✗ in trouble",
        "Last error &#60;img src=x onerror=…&#62; answered 500. Look at its log.",
        "✗ given up 1 try",
    ] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    let message = page.split("name=\"message\" value=\"").nth(1).unwrap();
    let message = message.split('"').next().unwrap();
    let fields = format!("message={message}&channel=mail&back=/deliveries%3Fstate%3Ddead");
    let again = service.submit("/deliveries/retry", &fields).await;
    assert_eq!(
        (again.status.as_u16(), again.header("location")),
        (303, "/deliveries?state=dead&done=retried")
    );
    assert_eq!(rows(&service.page("/deliveries?state=dead").await), 7);
    settle(&service, Settled::Delivered { remark: None }).await;
    let late = service.submit("/deliveries/retry", &fields).await;
    assert_eq!(late.status.as_u16(), 404, "it was delivered");
    for fields in ["", "message=x", "message=x&channel=mail&who=me"] {
        let refused = service.submit("/deliveries/retry", fields).await;
        assert_eq!(refused.status.as_u16(), 400, "{fields}");
    }
}

#[tokio::test]
async fn a_list_says_when_it_was_brought_up_to_date_and_what_is_wrong() {
    let service = troubled().await;
    let with_list = |options: &mut web::Options| options.routes.push(route("sharepoint"));
    let service = service.change(with_list);
    let store = service.store();
    store
        .add_channel("sharepoint", minutes_ago(9))
        .await
        .unwrap();
    store.add_channel("old-list", minutes_ago(9)).await.unwrap();
    let lease = SignedDuration::from_mins(1);
    let claim = store
        .claim_channel("sharepoint", "w", now(), lease)
        .await
        .unwrap()
        .unwrap();
    let failure = (
        "The list is gone.".to_owned(),
        "Look into SharePoint.".to_owned(),
    );
    let synced = Synced {
        next: now() + SignedDuration::from_mins(5),
        hold: None,
        failure: Some(failure),
        remarks: vec!["Two rows for <b>A3</b>.".to_owned()],
    };
    assert!(store.release_channel(&claim, &synced, now()).await.unwrap());
    let said = text(&service.page("/deliveries?language=en").await);
    for expected in [
        "sharepoint ✗ in trouble Last brought up to date never Next time in 5 min",
        "Last error The list is gone. Look into SharePoint.",
        "To be noted Two rows for &#60;b&#62;A3&#60;/b&#62;.",
        "old-list ? not set up any more",
    ] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    let said = text(&service.page("/deliveries?language=de").await);
    assert!(said.contains("Zuletzt nachgeführt noch nie"), "{said}");
}

#[tokio::test]
async fn filters_pages_and_empty_states() {
    let service = troubled().await;
    for (query, count) in [
        ("", 8),
        ("?channel=mail&state=pending", 8),
        ("?channel=teams", 0),
        ("?state=delivered", 0),
    ] {
        let page = service.page(&format!("/deliveries{query}")).await;
        assert_eq!(rows(&page), count, "{query}");
    }
    for query in ["?state=lost", "?cursor=AAAA", "?chanel=mail"] {
        let answer = service.get(&format!("/deliveries{query}")).await;
        assert_eq!(answer.problem(), "invalid-parameter", "{query}");
    }
    let none = Service::empty()
        .await
        .change(|options| options.routes.clear());
    for (language, channels, messages) in [
        ("en", "No channel is set up", "Nothing was told yet."),
        (
            "de",
            "Kein Kanal ist eingerichtet",
            "Noch nichts wurde gemeldet.",
        ),
    ] {
        let said = text(&none.page(&format!("/deliveries?language={language}")).await);
        assert!(said.contains(channels) && said.contains(messages), "{said}");
    }
}
