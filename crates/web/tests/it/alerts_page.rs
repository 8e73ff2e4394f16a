//! The page of all alerts: the most urgent first, found by filters, and acted on in place.

use axum::http::StatusCode;
use domain::{Snooze, State};
use store::KeptAlert;

use crate::evaluator::{evaluate, the_alert, troubled};
use crate::fixture::{Service, TEST, entry, key, minutes_ago, seen, sku, text};

/// The alerts of a page, in their order.
fn ids(html: &str) -> Vec<i64> {
    let parts = html.split("<tr id=\"alert-").skip(1);
    let id = |part: &str| part.split('"').next().unwrap().parse().unwrap();
    parts.map(id).collect()
}

/// Where the page leads for more.
fn next(html: &str) -> Option<String> {
    let mut links = html.split("<a href=\"");
    let link = links.find(|part| part.contains("rel=\"next\""))?;
    Some(link.split('"').next().unwrap().replace("&#38;", "&"))
}

async fn state(service: &Service, id: i64) -> KeptAlert {
    service.store().alert(id).await.unwrap().unwrap()
}

#[tokio::test]
async fn the_most_urgent_stands_first_with_numbers_and_advice() {
    let service = troubled().await;
    let page = service.page("/alerts?language=en").await;
    let severities: Vec<_> = page
        .split("<tr id=\"alert-")
        .skip(1)
        .map(|row| {
            let words = ["critical", "warning", "notice"];
            words
                .iter()
                .position(|word| row.contains(&format!(" {word}</span>")))
                .unwrap()
        })
        .collect();
    assert_eq!(severities.len(), 10);
    assert!(severities.is_sorted(), "{severities:?}");
    let said = text(&page);
    for expected in [
        "5 ✗ critical",
        "5 ! warning",
        "0 i notice",
        "! warning Office 365 A1 for students: running low Order seats, or take back",
        "Alpha School 1 free of 100, 99 in use as of 10 min ago just now open Acknowledge",
        "certificate expires soon",
        "valid until 27 Aug 2026",
        "40 seats bought, 1 Sep 2026: whether it renews is not known",
        "never seen, consent missing",
        "nobody was told",
    ] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    assert!(page.contains("href=\"/tenants/alpha\""));
    let said = text(&service.page("/alerts?language=de").await);
    for expected in [
        "Alarme Was Aufmerksamkeit braucht",
        "5 ✗ kritisch",
        "Office 365 A1 für Schüler und Studenten: knapp Plätze bestellen",
        "1 frei von 100, 99 gebraucht Stand vor 10 min gerade eben offen Übernehmen",
        "Wer den Mandanten verwaltet, muss der App in Entra zustimmen",
    ] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
}

#[tokio::test]
async fn filters_narrow_and_say_when_nothing_is_left() {
    let service = troubled().await;
    for (query, count) in [
        ("", 10),
        ("?tenant=&kind=&severity=&state=&q=", 10),
        ("?tenant=alpha", 6),
        ("?kind=stock", 4),
        ("?severity=critical", 5),
        ("?state=acknowledged", 0),
        ("?tenant=alpha&kind=stock&severity=warning", 1),
        ("?q=students", 1),
        ("?q=+ALPHA+", 6),
        ("?q=Sch%C3%BCler&language=de", 1),
        ("?q=SCHULER&language=en", 1),
        ("?q=students+alpha", 1),
        ("?q=alpha+sch", 6),
        ("?q=plenty+nowhere", 0),
        ("?q=plenty", 1),
        ("?q=nowhere", 0),
    ] {
        let page = service.page(&format!("/alerts{query}")).await;
        assert_eq!(ids(&page).len(), count, "{query}");
        assert_eq!(
            page.contains("href=\"/alerts\" data-instant"),
            count < 10,
            "{query}"
        );
    }
    assert!(text(&service.page("/alerts?q=nowhere&language=en").await).contains("Nothing matches"));
    for (query, problem) in [
        ("?kind=price", "invalid-parameter"),
        ("?severity=mild", "invalid-parameter"),
        ("?state=lost", "invalid-parameter"),
        ("?cursor=x", "invalid-parameter"),
        ("?tenat=alpha", "invalid-parameter"),
        ("?tenant=nobody", "unknown-tenant"),
    ] {
        let answer = service.get(&format!("/alerts{query}")).await;
        assert_eq!(answer.problem(), problem, "{query}");
    }
}

#[tokio::test]
async fn pages_put_together_are_the_whole_list_in_one_order() {
    let service = Service::empty().await;
    let many: Vec<_> = (0..120).map(|n| sku(&format!("P{n:03}"), 5, 5)).collect();
    let tenants = [entry("many", "Many")];
    service
        .store()
        .sync_tenants(&tenants, minutes_ago(9))
        .await
        .unwrap();
    service.look("many", seen(minutes_ago(1), many, None)).await;
    evaluate(&service).await;
    for query in ["", "&q=p0"] {
        let mut found = Vec::new();
        let mut path = Some(format!("/alerts?language=en{query}"));
        while let Some(at) = path {
            let page = service.page(&at).await;
            found.extend(ids(&page));
            path = next(&page);
        }
        let mut once = found.clone();
        once.dedup();
        let count = if query.is_empty() { 120 } else { 100 };
        assert_eq!((once.len(), found.len()), (count, count), "{query}");
        assert!(found.is_sorted(), "the oldest first, at the same severity");
    }
    let second = next(&service.page("/alerts?language=en").await).unwrap();
    let enough = (0..120).map(|n| sku(&format!("P{n:03}"), 50, 5)).collect();
    service
        .look("many", seen(minutes_ago(0), enough, None))
        .await;
    evaluate(&service).await;
    let behind = service.page(&second).await;
    assert!(ids(&behind).is_empty());
    let said = text(&behind);
    assert!(
        said.contains("There is nothing here any more. Back to the start"),
        "{said}"
    );
    assert!(
        behind.contains("<a href=\"/alerts\" data-instant>Back"),
        "{behind}"
    );
}

#[tokio::test]
async fn files_have_the_tenant_that_the_list_has() {
    let service = Service::schools().await;
    for (page, what) in [("/alerts", "alerts"), ("/renewals", "subscriptions")] {
        for (query, filter) in [("", ""), ("&tenant=alpha", "&tenant=alpha")] {
            let html = service.page(&format!("{page}?language=en{query}")).await;
            for (format, with) in [
                ("xlsx", ""),
                ("csv", "&separator=semicolon&bom=true"),
                ("ndjson", ""),
            ] {
                let file = format!("/api/v2/exports/{what}.{format}?language=en{with}{filter}");
                assert!(html.contains(&format!("href=\"{file}\"")), "{file}: {html}");
                assert_eq!(service.get(&file).await.status.as_u16(), 200, "{file}");
            }
            // In the part that follows a filter without the page being loaded anew.
            let list = html.split("<div id=\"list\"").nth(1).unwrap();
            let list = list.split("<footer").next().unwrap();
            let (before, _) = list.split_once("class=\"exports").unwrap();
            let divs = |tag: &str| before.matches(tag).count();
            assert_eq!(divs("</div>"), divs("<div"), "{page}: {before}");
        }
    }
}

#[tokio::test]
async fn a_search_among_what_is_over_finds_the_one_among_thousands() {
    const MANY: i64 = 5_001;
    let service = Service::empty().await;
    let store = service.store();
    let tenants = [entry("few", "Few"), entry("many", "Many")];
    store.sync_tenants(&tenants, minutes_ago(9)).await.unwrap();
    for (minutes, used) in [(2, 5), (1, 1)] {
        let skus = (0..MANY).map(|n| sku(&format!("P{n}."), 5, used)).collect();
        service
            .look("many", seen(minutes_ago(minutes), skus, None))
            .await;
        let one = seen(minutes_ago(minutes), vec![sku("P7.", 5, used)], None);
        service.look("few", one).await;
        evaluate(&service).await;
    }
    let path = |q: &str| format!("/alerts?state=resolved&language=en&{q}");
    // All ended at once: the one that began last stands first.
    let all = service.page(&path("")).await;
    assert_eq!(ids(&all).len(), 50);
    assert!(ids(&all).is_sorted_by(|one, other| one > other));
    for (wanted, count) in [
        ("q=nowhere", 0),
        ("q=p7.", 2),
        ("q=FEW", 1),
        ("q=P5000.", 1),
        ("q=p7.&tenant=few", 1),
        ("q=p8.&tenant=few", 0),
        ("q=few&tenant=few", 1),
        ("q=many&tenant=few", 0),
    ] {
        let page = service.page(&path(wanted)).await;
        assert_eq!(ids(&page).len(), count, "{wanted}");
        let nothing = text(&page).contains("Nothing matches the filter.");
        assert_eq!(nothing, count == 0, "{wanted}");
        assert_eq!(next(&page), None, "{wanted}");
    }
    // A tenant that is gone is listed if it is asked for, and found by its name then.
    store
        .sync_tenants(&tenants[1..], minutes_ago(0))
        .await
        .unwrap();
    for (wanted, count) in [
        ("q=few&tenant=few", 1),
        ("q=p7.&tenant=few", 1),
        ("q=few", 0),
    ] {
        let page = service.page(&path(wanted)).await;
        assert_eq!(ids(&page).len(), count, "{wanted}");
    }
}

#[tokio::test]
async fn buttons_do_what_they_say_and_lead_back() {
    let service = troubled().await;
    let kept = the_alert(&service, "alpha", "stock", "EXHAUSTED").await;
    let path = |what: &str| format!("/alerts/{}/{what}", kept.id);
    let back = "back=/alerts%3Ftenant%3Dalpha";
    let fields = format!(
        "version={}&{back}&reason=Ordered+20&until=tomorrow&day=",
        kept.version
    );
    let done = service.submit(&path("acknowledge"), &fields).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER);
    assert_eq!(
        done.header("location"),
        "/alerts?tenant=alpha&done=acknowledged"
    );
    let page = service
        .page("/alerts?tenant=alpha&done=acknowledged&language=en")
        .await;
    assert!(text(&page).contains("✓ The alert is acknowledged."));
    assert!(
        !page.contains("done=acknowledged\""),
        "a form leads back without it"
    );
    let after = state(&service, kept.id).await;
    assert_eq!(after.alert.state, State::Acknowledged);
    let past = service.store().alert_changes(kept.id).await.unwrap();
    let last = past.last().unwrap();
    assert_eq!(
        (&*last.who, last.why.to_string()),
        ("local", "Ordered 20".to_owned())
    );

    for (fields, until) in [
        ("until=tomorrow", Some("2026-08-18T05:00:00Z")),
        ("until=week&day=", Some("2026-08-24T05:00:00Z")),
        (
            "until=tomorrow&day=2026-12-24",
            Some("2026-12-24T06:00:00Z"),
        ),
        ("until=change", None),
    ] {
        let zurich = jiff::tz::TimeZone::get("Europe/Zurich").unwrap();
        let version = state(&service, kept.id).await.version;
        let there = Service::of(&service, |options| options.time_zone = zurich);
        let fields = format!("version={version}&{fields}");
        let done = there.submit(&path("snooze"), &fields).await;
        assert_eq!(
            done.header("location"),
            format!("/alerts/{}?done=snoozed", kept.id)
        );
        let expected = match until {
            Some(until) => Snooze::Until(until.parse().unwrap()),
            None => Snooze::Change,
        };
        let now = state(&service, kept.id).await.alert.state;
        assert_eq!(now, State::Snoozed(expected), "{fields}");
    }
    let page = text(&service.page("/alerts?language=en&state=snoozed").await);
    assert!(
        page.contains("snoozed until the numbers change Reopen"),
        "{page}"
    );
    let version = state(&service, kept.id).await.version;
    service
        .submit(&path("reopen"), &format!("version={version}"))
        .await;
    assert_eq!(state(&service, kept.id).await.alert.state, State::Open);
}

#[tokio::test]
async fn two_people_do_not_undo_each_other() {
    let service = troubled().await;
    let kept = the_alert(&service, "alpha", "stock", "EXHAUSTED").await;
    let path = |what: &str| format!("/alerts/{}/{what}", kept.id);
    let seen = format!("version={}&back=/alerts&until=week", kept.version);
    service.submit(&path("acknowledge"), &seen).await;
    let late = service.submit(&path("snooze"), &seen).await;
    let place = format!("/alerts/{}?done=overtaken", kept.id);
    assert_eq!(
        (late.status.as_u16(), late.header("location")),
        (303, &*place)
    );
    let said = text(&service.page(&format!("{place}&language=en")).await);
    assert!(
        said.contains("! Somebody was faster. Nothing was changed"),
        "{said}"
    );
    assert!(said.contains("State acknowledged"), "{said}");
    assert_eq!(
        state(&service, kept.id).await.alert.state,
        State::Acknowledged
    );

    service
        .post(&format!("/api/v2/alerts/{}/resolve", kept.id), "")
        .await;
    let version = state(&service, kept.id).await.version;
    let over = service
        .submit(&path("reopen"), &format!("version={version}"))
        .await;
    assert_eq!(
        over.header("location"),
        format!("/alerts/{}?done=ended", kept.id)
    );
    let page = service.page(&format!("/alerts/{}", kept.id)).await;
    assert!(
        !page.contains("method=\"post\""),
        "nothing is to be done any more"
    );
    let resolved = service.page("/alerts?state=resolved&language=en").await;
    assert_eq!(ids(&resolved), [kept.id]);
    assert!(!resolved.contains("method=\"post\""));
}

#[tokio::test]
async fn odd_forms_change_nothing_and_lead_nowhere_else() {
    let service = troubled().await;
    let kept = the_alert(&service, "alpha", "stock", "EXHAUSTED").await;
    let id = kept.id;
    let before = service.store().revision().await.unwrap();
    let long = format!("version=1&reason={}", "x".repeat(501));
    for (path, fields, status) in [
        (format!("/alerts/{id}/acknowledge"), "", 400),
        (format!("/alerts/{id}/acknowledge"), "version=x", 400),
        (format!("/alerts/{id}/acknowledge"), "version=1&who=me", 400),
        (format!("/alerts/{id}/acknowledge"), long.as_str(), 400),
        (format!("/alerts/{id}/snooze"), "version=1", 400),
        (format!("/alerts/{id}/snooze"), "version=1&until=never", 400),
        (
            format!("/alerts/{id}/snooze"),
            "version=1&day=tomorrow",
            400,
        ),
        (
            format!("/alerts/{id}/snooze"),
            "version=1&day=2026-08-16",
            400,
        ),
        ("/alerts/0/acknowledge".to_owned(), "version=1", 404),
        ("/alerts/x/reopen".to_owned(), "version=1", 404),
    ] {
        let refused = service.submit(&path, fields).await;
        assert_eq!(
            refused.status.as_u16(),
            status,
            "{path} {fields:.40}: {}",
            refused.text()
        );
        assert_eq!(refused.header("content-type"), "text/html; charset=utf-8");
    }
    let json = service
        .post(&format!("/alerts/{id}/acknowledge"), "{\"version\": 1}")
        .await;
    assert_eq!(json.problem(), "unsupported-media-type");
    assert_eq!(service.store().revision().await.unwrap(), before);
    let fields = format!("version={}&back=//evil.example", kept.version);
    let done = service
        .submit(&format!("/alerts/{id}/acknowledge"), &fields)
        .await;
    assert_eq!(
        done.header("location"),
        format!("/alerts/{id}?done=acknowledged")
    );
}

#[tokio::test]
async fn an_empty_list_says_what_it_is_worth() {
    let service = Service::empty().await;
    for (language, expected) in [("en", "No tenant yet"), ("de", "Noch kein Mandant")] {
        let page = service.page(&format!("/alerts?language={language}")).await;
        assert!(text(&page).contains(expected), "{page}");
        assert!(page.contains("<code>licensetool tenant new"), "{page}");
    }
    let entries = [
        entry("a", "A"),
        entry("b", "B"),
        entry("c", "C"),
        entry("off", "Off"),
    ];
    let store = service.store();
    store.sync_tenants(&entries, minutes_ago(9)).await.unwrap();
    let key = key("off");
    let off = store.switch(&key, Some(false), None, TEST, minutes_ago(9));
    off.await.unwrap();
    let said = text(&service.page("/alerts?language=en").await);
    assert!(
        said.contains("No tenant has been seen yet: nobody knows"),
        "{said}"
    );
    assert!(said.contains("3 tenants cannot be seen"), "{said}");
    for (tenant, minutes) in [("a", 7), ("b", 3)] {
        let look = seen(minutes_ago(minutes), vec![sku("A3", 50, 1)], None);
        service.look(tenant, look).await;
    }
    let said = text(&service.page("/alerts?language=en").await);
    let well = "No alerts All is well as far as we can see: 2 tenants seen. The oldest numbers \
                are from 7 min ago.";
    assert!(said.contains(well), "{said}");
    assert!(
        said.contains("1 tenant cannot be seen at the moment"),
        "{said}"
    );
    let said = text(&service.page("/alerts?language=de").await);
    assert!(
        said.contains("ob dort alles in Ordnung ist, weiss niemand"),
        "{said}"
    );
}

#[tokio::test]
async fn hostile_names_are_text_on_every_page() {
    let service = Service::schools().await;
    let names = [
        "<img src=x onerror=alert(1)>".to_owned(),
        "O'Brien & Söhne".to_owned(),
        "🏫".repeat(200),
    ];
    let keys = ["hostile-0", "hostile-1", "hostile-2"];
    let entries = keys.iter().zip(&names).map(|(key, name)| entry(key, name));
    let entries: Vec<_> = entries.collect();
    let store = service.store();
    store.sync_tenants(&entries, minutes_ago(9)).await.unwrap();
    store
        .add_channel("<b>list</b>", minutes_ago(9))
        .await
        .unwrap();
    for tenant in keys {
        let part_number = "<script>alert(2)</script>";
        let bought = crate::fixture::purchase("\"><i>", part_number, 3, "2026-09-01T00:00:00Z");
        let look = seen(
            minutes_ago(1),
            vec![sku(part_number, 3, 3)],
            Some(vec![bought]),
        );
        service.look(tenant, look).await;
    }
    evaluate(&service).await;
    for path in ["/alerts", "/renewals", "/monitoring", "/deliveries"] {
        for language in ["de", "en"] {
            let page = service.page(&format!("{path}?language={language}")).await;
            for tag in [
                "<img", "<script>", "<b>", "<i>", " style=", "http://", "https://",
            ] {
                assert!(!page.contains(tag), "{path}: {tag}");
            }
            let said = text(&page);
            assert!(
                said.contains("&#60;img src=x onerror=alert(1)&#62;"),
                "{path}: {said}"
            );
            assert!(said.contains("O&#39;Brien &#38; Söhne"), "{path}: {said}");
            assert!(said.contains(&names[2]), "{path}");
        }
    }
}
