//! The calendar of renewals, read line by line as RFC 5545 says.

use axum::http::{Request, StatusCode};

use crate::fixture::{Service, entry, minutes_ago, now, purchase, seen, sku};

const PATH: &str = "/api/v2/renewals.ics";

/// Lines after unfolding; every physical line is short and ends in CRLF.
fn unfolded(ics: &str) -> Vec<String> {
    let whole = ics.strip_suffix("\r\n").expect("the last line ends, too");
    for line in whole.split("\r\n") {
        assert!(line.len() <= 75, "{} bytes: {line}", line.len());
        assert!(!line.contains(['\r', '\n']) && !line.is_empty(), "{line:?}");
    }
    let lines = whole.replace("\r\n ", "");
    lines.split("\r\n").map(str::to_owned).collect()
}

/// The events, each as its names and values; every block that begins ends.
fn events(lines: &[String]) -> Vec<Vec<(String, String)>> {
    let (mut open, mut events) = (Vec::new(), Vec::new());
    for line in lines {
        let (name, value) = line.split_once(':').expect("a name and a value");
        match name {
            "BEGIN" => {
                open.push(value.to_owned());
                if value == "VEVENT" {
                    events.push(Vec::new());
                }
            }
            "END" => assert_eq!(open.pop().as_deref(), Some(value)),
            _ if open.len() > 1 => {
                let in_block = open[1..].join("/");
                let name = format!("{in_block}/{name}");
                let event: &mut Vec<_> = events.last_mut().expect("an event has begun");
                event.push((name, value.to_owned()));
            }
            _ => {}
        }
    }
    assert_eq!(open, [] as [String; 0]);
    events
}

fn value<'a>(event: &'a [(String, String)], name: &str) -> &'a str {
    let name = format!("VEVENT/{name}");
    let found = event.iter().find(|(it, _)| *it == name);
    &found.unwrap_or_else(|| panic!("no {name} in {event:?}")).1
}

async fn calendar(service: &Service, query: &str) -> Vec<Vec<(String, String)>> {
    let answer = service.get(&format!("{PATH}{query}")).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    assert_eq!(
        answer.header("content-type"),
        "text/calendar; charset=utf-8"
    );
    events(&unfolded(&answer.text()))
}

#[tokio::test]
async fn each_date_is_a_whole_day_with_a_reminder() {
    let service = Service::schools().await;
    let text = service.get(PATH).await.text();
    let lines = unfolded(&text);
    let head = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//licensetool//renewals//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "X-WR-CALNAME:Licence terms",
        "REFRESH-INTERVAL;VALUE=DURATION:PT12H",
        "BEGIN:VEVENT",
    ];
    assert_eq!(lines[..head.len()], head);
    let events = events(&lines);
    assert_eq!(events.len(), 3);
    let names: Vec<&str> = events[0].iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "VEVENT/UID",
            "VEVENT/DTSTAMP",
            "VEVENT/DTSTART;VALUE=DATE",
            "VEVENT/DTEND;VALUE=DATE",
            "VEVENT/SUMMARY",
            "VEVENT/DESCRIPTION",
            "VEVENT/TRANSP",
            "VEVENT/VALARM/ACTION",
            "VEVENT/VALARM/DESCRIPTION",
            "VEVENT/VALARM/TRIGGER",
        ]
    );
    let of = |name| value(&events[0], name);
    assert_eq!(of("DTSTAMP"), "20260817T060500Z");
    assert_eq!(of("DTSTART;VALUE=DATE"), "20260901");
    assert_eq!(of("DTEND;VALUE=DATE"), "20260902");
    assert_eq!(of("SUMMARY"), "End of term: PLENTY (Alpha School)");
    assert_eq!(
        of("DESCRIPTION"),
        "The date alone does not say.\\nSeats bought: 40\\n\
         Seats that nobody used since 2026-08-17: 80\\nPLENTY"
    );
    assert_eq!(of("VALARM/TRIGGER"), "-P30D");
    assert!(
        !value(&events[2], "DESCRIPTION").contains("nobody"),
        "it is a year ahead"
    );
}

#[tokio::test]
async fn an_entry_keeps_its_identity_when_its_date_moves() {
    let service = Service::schools().await;
    let uid =
        |events: &[Vec<(String, String)>], index: usize| value(&events[index], "UID").to_owned();
    let before = calendar(&service, "").await;
    let moved = vec![purchase("p-2", "PLENTY", 40, "2027-09-01T00:00:00Z")];
    service
        .look(
            "alpha",
            seen(minutes_ago(1), vec![sku("PLENTY", 100, 20)], Some(moved)),
        )
        .await;
    let after = calendar(&service, "").await;
    assert_eq!(uid(&after, 0), uid(&before, 0));
    assert!(uid(&after, 0).ends_with("@licensetool"));
    assert_eq!(value(&after[0], "DTSTART;VALUE=DATE"), "20270901");
    assert_eq!(
        value(&after[0], "SUMMARY"),
        "Renewal: PLENTY (Alpha School)"
    );
    assert_ne!(uid(&before, 0), uid(&before, 1));
}

#[tokio::test]
async fn hostile_and_long_names_stay_texts_of_one_line() {
    let service = Service::empty().await;
    let name = "Schule; mit, Zeichen\\ \r\nBEGIN:VEVENT 🏫 ".to_owned() + &"ä".repeat(200);
    let school = [entry("a", &name)];
    service
        .store()
        .sync_tenants(&school, minutes_ago(9))
        .await
        .unwrap();
    let product = "<img src=x onerror=…>\nEND:VCALENDAR";
    let bought = vec![purchase("p", product, 4, "2026-12-01T12:00:00Z")];
    service
        .look(
            "a",
            seen(minutes_ago(1), vec![sku(product, 9, 1)], Some(bought)),
        )
        .await;
    let events = calendar(&service, "").await;
    assert_eq!(events.len(), 1);
    let summary = value(&events[0], "SUMMARY");
    let expected = "End of term: <img src=x onerror=…>\\nEND:VCALENDAR (Schule\\; mit\\, \
                    Zeichen\\\\ \\nBEGIN:VEVENT 🏫 ";
    assert!(summary.starts_with(expected), "{summary}");
}

#[tokio::test]
async fn it_speaks_both_languages_and_says_how_far_it_goes() {
    let service = Service::schools().await;
    let german = service
        .send(Request::get(PATH).header("accept-language", "de"))
        .await;
    let events_in_german = events(&unfolded(&german.text()));
    assert_eq!(german.header("content-language"), "de");
    assert!(
        german
            .text()
            .contains("X-WR-CALNAME:Laufzeiten von Lizenzen\r\n")
    );
    let summary = value(&events_in_german[0], "SUMMARY");
    assert_eq!(summary, "Ende der Laufzeit: PLENTY (Alpha School)");
    assert_eq!(
        calendar(&service, "?before=2026-09-15T00:00:00Z")
            .await
            .len(),
        1
    );
    assert_eq!(calendar(&service, "?tenant=beta").await.len(), 0);
    let far = vec![purchase("p", "PLENTY", 40, "2028-09-01T00:00:00Z")];
    service
        .look("alpha", seen(now(), vec![sku("PLENTY", 9, 1)], Some(far)))
        .await;
    assert_eq!(calendar(&service, "").await.len(), 0, "beyond 400 days");
    assert_eq!(
        calendar(&service, "?before=2030-01-01T00:00:00Z")
            .await
            .len(),
        1
    );
    for query in ["?before=x", "?limit=3", "?language=fr"] {
        let answer = service.get(&format!("{PATH}{query}")).await;
        assert_eq!(answer.problem(), "invalid-parameter", "{query}");
    }
    assert_eq!(
        service.get(&format!("{PATH}?tenant=x")).await.problem(),
        "unknown-tenant"
    );
}

#[tokio::test]
async fn the_lead_is_the_policys_and_nobody_is_reminded_of_what_nobody_is_told() {
    let service = Service::schools().await;
    let set = |body: &'static str| {
        let service = &service;
        async move {
            let path = "/api/v2/policies/alpha/PLENTY";
            let answer = service.write("PUT", path, None, body).await;
            assert_eq!(answer.status, StatusCode::OK);
        }
    };
    set(r#"{"renewal_lead_days": 60}"#).await;
    let events = calendar(&service, "").await;
    assert_eq!(value(&events[0], "VALARM/TRIGGER"), "-P60D");
    set(r#"{"exclusion": "alerts-only"}"#).await;
    let events = calendar(&service, "").await;
    assert!(events[0].iter().all(|(name, _)| !name.contains("VALARM")));
}

#[tokio::test]
async fn an_unchanged_calendar_is_not_sent_again() {
    let service = Service::schools().await;
    let first = service.get(PATH).await;
    let request = Request::get(PATH).header("if-none-match", first.header("etag"));
    assert_eq!(service.send(request).await.status, StatusCode::NOT_MODIFIED);
}
