//! The monthly report against a store whose history is known to the day.

use axum::http::{Request, StatusCode};
use domain::{Layer, Sku, Status, Subscription};
use jiff::{SignedDuration, Timestamp};
use web::ExportSource;

use crate::evaluator::troubled;
use crate::fixture::{Service, denied, entry, key, now, purchase, seen, sku};

fn at(text: &str) -> Timestamp {
    format!("{text}:00Z").parse().unwrap()
}

fn bought(total: i64) -> Option<Vec<Subscription>> {
    let grace = Subscription {
        status: Status::Warning,
        ..purchase("p-3", "LATE", 7, "2026-10-31T22:00:00Z")
    };
    Some(vec![
        purchase("p-1", "STEADY", 60, "2026-09-01T00:00:00Z"),
        purchase("p-2", "STEADY", total, "2027-07-31T00:00:00Z"),
        grace,
    ])
}

/// June to August of a school: seats grow, a product comes, one goes, for two days nobody sees.
async fn school() -> Service {
    let service = Service::empty().await;
    let begins = at("2026-06-01T06:00");
    let tenants = [
        entry("school", "School <script>alert(1)</script>"),
        entry("never", "Never Seen"),
    ];
    service
        .store()
        .sync_tenants(&tenants, begins)
        .await
        .unwrap();
    for day in 0..61 {
        let time = begins + SignedDuration::from_hours(24 * day);
        let mut skus = vec![sku("PACE", 200, 100 + day * 3 / 2)];
        skus.extend(of_day(time));
        if time >= at("2026-07-21T00:00") && time < at("2026-07-23T00:00") {
            service.look("school", denied(time)).await;
            continue;
        }
        let total = if time < at("2026-07-20T00:00") {
            40
        } else {
            60
        };
        service
            .look("school", seen(time, skus, bought(total)))
            .await;
    }
    // A month later everything is different, which is no matter of July.
    let later = vec![sku("STEADY", 500, 1), sku("PACE", 500, 1)];
    service
        .look("school", seen(at("2026-08-05T06:00"), later, bought(90)))
        .await;
    service
}

fn of_day(time: Timestamp) -> Vec<Sku> {
    let mut skus = vec![
        match time {
            _ if time < at("2026-07-10T00:00") => sku("STEADY", 100, 60),
            _ if time < at("2026-07-20T00:00") => sku("STEADY", 100, 97),
            _ => sku("STEADY", 120, 110),
        },
        sku("FLOW_FREE", 10_000, 10_000),
    ];
    match time < at("2026-07-12T00:00") {
        true => skus.push(sku("GONE", 9, 9)),
        false => skus.push(sku("NEW", 5, 5)),
    }
    let mut untold = sku("UNTOLD", 50, 0);
    untold.units.consumed = None;
    skus.push(untold);
    skus
}

async fn report(service: &Service, path: &str) -> String {
    let answer = service.get(&format!("/tenants/{path}")).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text());
    answer.text()
}

/// The lines of a section as a person reads them: rows of its table, else its list or sentence.
fn section(html: &str, id: &str) -> Vec<String> {
    let begin = format!("<section aria-labelledby=\"{id}\">");
    let section = html.split(&begin).nth(1).unwrap();
    let section = section.split("</section>").next().unwrap();
    let lines = section
        .replace('\n', " ")
        .replace("<tr>", "\n")
        .replace("<li>", "\n");
    let lines = lines.replace("<p", "\n<p");
    let lines = lines
        .replace("<small>", " ")
        .replace("</td", " | </td")
        .replace("</th", " | </th");
    lines
        .split('\n')
        .map(|line| plain(line).trim_end_matches([' ', '|']).to_owned())
        .filter(|line| !line.is_empty())
        .collect()
}

/// Without tags.
fn plain(html: &str) -> String {
    let mut text = String::new();
    for part in html.split('<') {
        text.push_str(part.split_once('>').map_or(part, |(_, after)| after));
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ")
}

#[tokio::test]
async fn numbers_are_those_of_the_month() {
    let service = school().await;
    let html = report(&service, "school/report?month=2026-07").await;
    let expected = [
        "Licences on 31 Jul 2026",
        "Product | Level | Free | In use | Assignable | Lowest free",
        "FLOW_FREE | ✗ exhausted no alerts | 0 | 10,000 | 10,000 | 0 on 1 Jul 2026",
        "NEW | ✗ exhausted | 0 | 5 | 5 new | 0 on 12 Jul 2026",
        "UNTOLD | ? unknown | unknown | unknown | 50 | –",
        "PACE | ▲ low | 10 | 190 +47 | 200 | 10 on 31 Jul 2026",
        "STEADY | ✓ enough | 10 | 110 +50 | 120 +20 | 3 on 10 Jul 2026",
        "GONE | – not there any more | – | – | – | 0 on 1 Jul 2026",
        "Beside the numbers stands how they changed since the month began.",
    ];
    assert_eq!(section(&html, "licences"), expected);
}

#[tokio::test]
async fn what_is_short_or_will_be_is_to_be_ordered() {
    let service = school().await;
    let html = report(&service, "school/report?month=2026-07").await;
    // PACE has 10 free at the end of July and takes 10.5 a week: 47 until the end of August. So 37
    // are missing, and 13 more leave more free than 5 % of 250. What comes free of charge is
    // nothing to order.
    let expected = [
        "To order",
        "Product | Order | Free | Threshold | Why",
        "NEW | at least 1 | 0 | 0 | No seat is free.",
        "PACE | at least 50 | 10 | 10 | Likely to run out on 7 Aug 2026 (7 Aug 2026 to 7 Aug \
         2026).",
        "So many seats that more than the threshold stay free until the end of the next month.",
    ];
    assert_eq!(section(&html, "order"), expected);
}

#[tokio::test]
async fn purchases_are_as_they_were_known_then() {
    let service = school().await;
    let html = report(&service, "school/report?month=2026-07").await;
    let expected = [
        "Renewals of the next three months",
        "Date | Product | Seats | Outlook",
        "1 Sep 2026 | STEADY | 60 | unknown (Enabled) The date alone does not say.",
        "31 Oct 2026 | LATE | 7 | ends (Warning) It has ended, seen on 1 Jun 2026.",
    ];
    assert_eq!(section(&html, "renewals"), expected);
    let expected = [
        "Changes of subscriptions",
        "Product | Before | After",
        "STEADY | 40 seats, Enabled, until 31 Jul 2027 | 60 seats, Enabled, until 31 Jul 2027",
    ];
    assert_eq!(section(&html, "changes"), expected);
}

#[tokio::test]
async fn what_nobody_saw_is_said() {
    let service = school().await;
    let july = report(&service, "school/report?month=2026-07").await;
    let expected = [
        "What is not known",
        "20 Jul 2026, 06:00 to 23 Jul 2026, 06:00: not seen (consent missing).",
        "UNTOLD: Microsoft gave no number for consumedUnits.",
    ];
    assert_eq!(section(&july, "doubts"), expected);
    let june = report(&service, "school/report?month=2026-06").await;
    let expected = [
        "What is not known",
        "The record begins on 1 Jun 2026; that day is what is compared with.",
        "Subscriptions are known only from 1 Jun 2026 on.",
        "UNTOLD: Microsoft gave no number for consumedUnits.",
    ];
    assert_eq!(section(&june, "doubts"), expected);
    let may = report(&service, "school/report?month=2026-05").await;
    let never = report(&service, "never/report?month=2026-07").await;
    for html in [may, never] {
        let order = section(&html, "order");
        assert!(order[1].contains("is not known"), "{order:?}");
        assert!(section(&html, "licences")[1].contains("Nothing was seen"));
    }
}

#[tokio::test]
async fn alerts_stand_in_the_month_in_which_they_went_on() {
    let service = troubled().await;
    let html = report(&service, "alpha/report?month=2026-08&language=de").await;
    let alerts = section(&html, "alerts");
    assert_eq!(alerts.len(), 8);
    assert_eq!(
        alerts[2],
        "EXHAUSTED | aufgebraucht | kritisch | 17.08.2026, 06:15 | dauert an"
    );
    assert_eq!(
        alerts[7],
        "ganzer Mandant | Zertifikat läuft bald ab | Warnung | 17.08.2026, 06:15 | dauert an"
    );
    assert!(html.contains("der Monat läuft noch"));
    let july = report(&service, "alpha/report?month=2026-07").await;
    assert_eq!(section(&july, "alerts"), ["Alerts of the month", "None."]);
}

#[tokio::test]
async fn names_stay_names_and_both_languages_say_it() {
    let service = school().await;
    let german = service
        .send(Request::get("/tenants/school/report").header("accept-language", "de"))
        .await
        .text();
    for words in [
        "Juli 2026",
        "Zu bestellen",
        "Example Services",
        "<html lang=\"de\">",
    ] {
        assert!(german.contains(words), "{words}");
    }
    assert!(!german.contains("<script>alert"), "a name is no markup");
    assert!(german.contains("/api/v2/exports/licenses.xlsx?language=de&tenant=school"));
}

#[tokio::test]
async fn a_month_that_is_none_is_refused() {
    let service = school().await;
    for (path, problem) in [
        ("school/report?month=2026-09", "invalid-parameter"),
        ("school/report?month=july", "invalid-parameter"),
        ("school/report?month=2026-13", "invalid-parameter"),
        ("nobody/report?month=2026-07", "unknown-tenant"),
    ] {
        let answer = service.get(&format!("/tenants/{path}")).await;
        assert_eq!(answer.problem(), problem, "{path}");
    }
}

#[tokio::test]
async fn the_file_needs_nothing_else() {
    let service = school().await;
    let source = ExportSource {
        store: service.store().clone(),
        company: Layer::default(),
        company_name: "Example Services".to_owned(),
        language: domain::Language::English,
        time_zone: jiff::tz::TimeZone::UTC,
        now: now(),
    };
    let file = web::monthly_report(&source, &key("school"), None)
        .await
        .unwrap();
    assert!(file.contains("<style>") && file.contains("July 2026"));
    for outside in ["href=", "src=", "<script", "url(", "@import"] {
        assert!(!file.contains(outside), "{outside}");
    }
    let page = report(&service, "school/report").await;
    for id in [
        "order", "licences", "renewals", "changes", "alerts", "doubts",
    ] {
        assert_eq!(section(&file, id), section(&page, id), "{id}");
    }
    let failed = web::monthly_report(&source, &key("school"), Some("2027-01")).await;
    assert!(
        failed.unwrap_err().to_string().contains("month"),
        "it has not begun"
    );
}
