//! Version 2: shapes, filters, and parameters that are not understood.

use axum::http::{Request, StatusCode};
use serde_json::{Value, json};

use crate::fixture::{A1_STUDENTS, Service, denied, minutes_ago, now, purchase, seen, sku};

async fn json(service: &Service, path: &str) -> Value {
    let answer = service.get(path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text());
    answer.json()
}

/// One member of every item.
fn each<'a>(page: &'a Value, member: &str) -> Vec<&'a str> {
    let items = page["items"].as_array().unwrap();
    let mut texts: Vec<_> = items
        .iter()
        .map(|item| item[member].as_str().unwrap())
        .collect();
    texts.sort_unstable();
    texts
}

#[tokio::test]
async fn a_tenant_shows_how_its_last_looks_went() {
    let service = Service::schools().await;
    let tenants = json(&service, "/api/v2/tenants").await;
    assert_eq!(
        each(&tenants, "key"),
        ["alpha", "beta", "denied", "new", "off"]
    );
    assert_eq!(
        tenants["items"][2],
        json!({
            "key": "denied",
            "name": "Denied School",
            "tenant_id": "id-of-denied",
            "enabled": true,
            "monitoring": true,
            "as_of": null,
            "subscriptions_as_of": null,
            "asked_at": "2026-08-17T06:10:00Z",
            "next_look_at": null,
            "failures": 1,
            "gap": {
                "cause": "denied",
                "message": "Graph refuses the permission.",
                "advice": "Let an administrator consent.",
                "since": "2026-08-17T06:10:00Z",
            },
        })
    );
    let alpha = json(&service, "/api/v2/tenants/alpha").await;
    assert_eq!(alpha["as_of"], "2026-08-17T06:05:00Z");
    assert_eq!(
        alpha["levels"],
        json!({"enough": 1, "exhausted": 1, "low": 1, "over-assigned": 1})
    );
    let never = json(&service, "/api/v2/tenants/new").await;
    assert_eq!(
        (&never["levels"], &never["gap"]),
        (&Value::Null, &Value::Null)
    );
}

#[tokio::test]
async fn a_licence_is_judged_and_named_in_the_readers_language() {
    let service = Service::schools().await;
    let path = format!("/api/v2/licenses?tenant=alpha&sku={A1_STUDENTS}");
    let page = json(&service, &path).await;
    assert_eq!(
        page,
        json!({
            "items": [{
                "tenant": "alpha",
                "tenant_name": "Alpha School",
                "sku_id": A1_STUDENTS,
                "part_number": "STANDARDWOFFPACK_STUDENT",
                "product": "Office 365 A1 for students",
                "applies_to": "User",
                "status": "Enabled",
                "level": "low",
                "level_name": "low",
                "unknown_because": null,
                "excluded_from_alerts": false,
                "units": {
                    "enabled": 100,
                    "warning": 0,
                    "suspended": 0,
                    "locked_out": 0,
                    "consumed": 99,
                    "assignable": 100,
                    "free": 1,
                },
                "trial": false,
                "next_change": null,
                "as_of": "2026-08-17T06:05:00Z",
            }],
            "unseen": [],
            "next_cursor": null,
        })
    );
    let german = service
        .send(Request::get(&path).header("accept-language", "de-CH"))
        .await;
    let item = &german.json()["items"][0];
    assert_eq!(item["product"], "Office 365 A1 für Schüler und Studenten");
    assert_eq!(
        (&item["level"], &item["level_name"]),
        (&json!("low"), &json!("knapp"))
    );
    assert_eq!(german.header("content-language"), "de");
    assert_eq!(german.header("vary"), "accept-language");
    let forced = Request::get(format!("{path}&language=en")).header("accept-language", "de");
    assert_eq!(service.send(forced).await.header("content-language"), "en");
}

#[tokio::test]
async fn filters_leave_what_was_asked_for() {
    let service = Service::schools().await;
    for (query, expected) in [
        ("level=exhausted", vec!["EXHAUSTED"]),
        (
            "level=over-assigned,low",
            vec!["OVER", "STANDARDWOFFPACK_STUDENT", "SUSPENDED"],
        ),
        ("level=unknown", vec!["UNTOLD"]),
        ("sku=plenty", vec!["PLENTY"]),
        ("q=OFFICE+365", vec!["STANDARDWOFFPACK_STUDENT"]),
        ("q=studenten", vec![]),
        ("q=alpha&level=enough", vec!["PLENTY"]),
        (
            "q=%F0%9F%8F%AB&level=enough",
            vec!["<img src=x onerror=alert(1)> 🎓 & \"'", "FLOW_FREE"],
        ),
        ("tenant=off", vec!["A3"]),
        ("tenant=beta&sku=COMPANY", vec!["COMPANY"]),
        ("sku=nothing", vec![]),
    ] {
        let page = json(&service, &format!("/api/v2/licenses?{query}")).await;
        assert_eq!(each(&page, "part_number"), expected, "{query}");
    }
}

#[tokio::test]
async fn what_was_not_seen_is_unknown_and_stands_beside_the_list() {
    let service = Service::schools().await;
    let page = json(&service, "/api/v2/licenses").await;
    let unseen = page["unseen"].as_array().unwrap();
    assert_eq!(unseen.len(), 2);
    assert_eq!(
        (&unseen[0]["tenant"], &unseen[0]["gap"]["cause"]),
        (&json!("denied"), &json!("denied"))
    );
    assert_eq!(
        (&unseen[1]["tenant"], &unseen[1]["gap"]),
        (&json!("new"), &Value::Null)
    );

    let untold = json(&service, "/api/v2/licenses?sku=UNTOLD").await["items"][0].clone();
    assert_eq!(
        (&untold["units"]["consumed"], &untold["units"]["free"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(
        untold["unknown_because"],
        "Microsoft gave no number for consumedUnits"
    );
    let stale = json(&service, "/api/v2/licenses?tenant=off&language=de").await["items"][0].clone();
    assert_eq!(
        (&stale["level"], &stale["units"]["free"]),
        (&json!("unknown"), &json!(0))
    );
    assert_eq!(stale["unknown_because"], "zuletzt gesehen vor 10 h");
    let company = json(&service, "/api/v2/licenses?sku=COMPANY").await["items"][0].clone();
    assert_eq!(
        (&company["level"], &company["level_name"]),
        (&Value::Null, &Value::Null)
    );
    let free = json(&service, "/api/v2/licenses?sku=FLOW_FREE").await["items"][0].clone();
    assert_eq!(
        (&free["excluded_from_alerts"], &free["trial"]),
        (&json!(true), &Value::Null)
    );
}

#[tokio::test]
async fn parameters_that_are_not_understood_are_refused_with_the_way_out() {
    let service = Service::schools().await;
    for (path, hint) in [
        ("/api/v2/licenses?lvel=low", "Did you mean \"level\"?"),
        ("/api/v2/licenses?tenants=alpha", "Did you mean \"tenant\"?"),
        (
            "/api/v2/licenses?page=2",
            "There are: tenant, level, sku, q, language, cursor, limit.",
        ),
        (
            "/api/v2/licenses?level=lo",
            "level: \"lo\" is not one of enough, low",
        ),
        ("/api/v2/licenses?level=", "level: \"\" is not"),
        (
            "/api/v2/licenses?limit=0",
            "limit: \"0\" is not a number from 1 to 1000",
        ),
        ("/api/v2/licenses?limit=-1", "from 1 to 1000"),
        ("/api/v2/licenses?limit=1001", "from 1 to 1000"),
        ("/api/v2/licenses?limit=many", "from 1 to 1000"),
        (
            "/api/v2/licenses?cursor=x",
            "is not a cursor that an answer gave",
        ),
        ("/api/v2/licenses?language=fr", "is not one of de, en"),
        ("/api/v2/licenses?q=a&q=b", "duplicate field `q`"),
        ("/api/v2/licenses?q=%FF%00%FE", ""),
        (
            "/api/v2/subscriptions?outlook=maybe",
            "is not one of renews, ends, unknown",
        ),
        (
            "/api/v2/subscriptions?before=tomorrow",
            "is not a time such as",
        ),
        ("/api/v2/subscriptions?befor=x", "Did you mean \"before\"?"),
        ("/api/v2/tenants?limit=1", "This address takes none."),
        (
            "/api/v1/licenses/status/show?tenant=a",
            "This address takes none.",
        ),
        ("/?lang=de", "Did you mean \"language\"?"),
    ] {
        let answer = service.get(path).await;
        if hint.is_empty() {
            assert!(answer.status.as_u16() < 500, "{path}");
            continue;
        }
        assert_eq!(
            (answer.status.as_u16(), answer.problem()),
            (400, "invalid-parameter".into())
        );
        let detail = answer.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(hint), "{path}: {detail}");
    }
}

#[tokio::test]
async fn tenants_that_do_not_exist_are_404_everywhere() {
    let service = Service::schools().await;
    let nil = "00000000-0000-0000-0000-000000000000";
    for path in [
        "/api/v2/tenants/nobody".to_owned(),
        "/api/v2/licenses?tenant=nobody".to_owned(),
        "/api/v2/subscriptions?tenant=Nobody".to_owned(),
        format!("/api/v2/licenses/nobody/{nil}/history"),
    ] {
        let answer = service.get(&path).await;
        assert_eq!(
            (answer.status.as_u16(), answer.problem()),
            (404, "unknown-tenant".into())
        );
    }
    for id in [nil, "x", "%00"] {
        let answer = service
            .get(&format!("/api/v2/licenses/alpha/{id}/history"))
            .await;
        assert_eq!(
            (answer.status.as_u16(), answer.problem()),
            (404, "unknown-license".into())
        );
    }
}

#[tokio::test]
async fn history_tells_numbers_and_when_nobody_could_look() {
    let service = Service::schools().await;
    let plenty = sku("PLENTY", 100, 20);
    service.look("alpha", denied(minutes_ago(8))).await;
    service
        .look(
            "alpha",
            seen(minutes_ago(3), vec![sku("PLENTY", 100, 30)], None),
        )
        .await;
    service
        .look("alpha", seen(minutes_ago(1), vec![], None))
        .await;
    let path = format!("/api/v2/licenses/alpha/{}/history", plenty.id);
    let history = json(&service, &path).await;
    assert_eq!(history["until"], "2026-08-17T06:15:00Z");
    assert_eq!(history["from"], "2026-05-19T06:15:00Z");
    assert_eq!(history["as_of"], "2026-08-17T06:14:00Z");
    assert_eq!(
        (&history["part_number"], &history["product"]),
        (&Value::Null, &Value::Null)
    );
    let points = history["points"].as_array().unwrap();
    let consumed: Vec<_> = points
        .iter()
        .map(|it| (it["since"].as_str().unwrap(), &it["units"]["consumed"]))
        .collect();
    assert_eq!(
        consumed,
        [
            ("2026-08-17T06:05:00Z", &json!(20)),
            ("2026-08-17T06:12:00Z", &json!(30)),
            ("2026-08-17T06:14:00Z", &Value::Null),
        ]
    );
    assert_eq!(
        history["unseen"],
        json!([{
            "from": "2026-08-17T06:05:00Z",
            "until": "2026-08-17T06:12:00Z",
            "cause": "denied",
            "message": "Graph refuses the permission.",
        }])
    );
    // A stretch begins with what was in force.
    let from = "from=2026-08-17T06:13:00Z&until=2026-08-17T06:13:30Z";
    let stretch = json(&service, &format!("{path}?{from}")).await;
    assert_eq!(stretch["points"].as_array().unwrap().len(), 1);
    assert_eq!(stretch["points"][0]["units"]["free"], 70);
    for (query, hint) in [
        ("from=2026-08-17T06:15:00Z", "is not before until"),
        ("from=2020-01-01T00:00:00Z", "within 1100 days"),
        ("until=0001-01-01T00:00:00Z&from=now", "is not a time"),
    ] {
        let answer = service.get(&format!("{path}?{query}")).await;
        assert_eq!(answer.problem(), "invalid-parameter");
        assert!(answer.text().contains(hint), "{query}: {}", answer.text());
    }
}

#[tokio::test]
async fn a_subscription_says_what_is_known_and_what_is_left_without_it() {
    let service = Service::schools().await;
    let renewed = vec![purchase("p-1", "PLENTY", 60, "2028-07-31T00:00:00Z"), {
        let mut ended = purchase("p-2", "PLENTY", 90, "2026-09-01T00:00:00Z");
        ended.status = domain::Status::Warning;
        ended
    }];
    let mut plenty = sku("PLENTY", 60, 80);
    plenty.units.warning = Some(90);
    service
        .look(
            "alpha",
            seen(minutes_ago(2), vec![plenty.clone()], Some(renewed)),
        )
        .await;
    let page = json(&service, "/api/v2/subscriptions").await;
    assert_eq!(each(&page, "id"), ["p-1", "p-2"]);
    assert_eq!(
        page["items"][0],
        json!({
            "tenant": "alpha",
            "tenant_name": "Alpha School",
            "id": "p-1",
            "sku_id": plenty.id.to_string(),
            "part_number": "PLENTY",
            "product": "PLENTY",
            "status": "Enabled",
            "total": 60,
            "is_trial": false,
            "created": "2025-08-01T00:00:00Z",
            "next_change": "2028-07-31T00:00:00Z",
            "outlook": {
                "what": "renews",
                "evidence": {
                    "kind": "observed_renewal",
                    "seen_at": "2026-08-17T06:13:00Z",
                    "from": "2027-07-31T00:00:00Z",
                    "to": "2028-07-31T00:00:00Z",
                },
                "because": "It has renewed before: its date went from 2027-07-31 to 2028-07-31.",
            },
            "if_it_ends": {
                "level": "enough",
                "level_name": "enough",
                "unknown_because": null,
                "units": {
                    "enabled": 0,
                    "warning": 90,
                    "suspended": 0,
                    "locked_out": 0,
                    "consumed": 80,
                    "assignable": 90,
                    "free": 10,
                },
                "as_of": "2026-08-17T06:13:00Z",
            },
            "as_of": "2026-08-17T06:13:00Z",
        })
    );
    let ends = &page["items"][1];
    assert_eq!(ends["outlook"]["what"], "ends");
    assert_eq!(ends["if_it_ends"]["level"], "over-assigned");
    assert_eq!(ends["if_it_ends"]["units"]["free"], -20);
}

#[tokio::test]
async fn subscriptions_are_filtered_and_a_lost_licence_is_no_reason_to_drop_one() {
    let service = Service::schools().await;
    for (query, expected) in [
        ("", vec!["p-1", "p-2", "p-3"]),
        ("sku=PLENTY", vec!["p-1", "p-2"]),
        ("before=2026-09-15T00:00:00Z", vec!["p-2"]),
        ("outlook=unknown&sku=gone", vec!["p-3"]),
        ("outlook=ends", vec![]),
        ("tenant=beta", vec![]),
    ] {
        let page = json(&service, &format!("/api/v2/subscriptions?{query}")).await;
        assert_eq!(each(&page, "id"), expected, "{query}");
    }
    let gone = json(&service, "/api/v2/subscriptions?sku=GONE").await["items"][0].clone();
    assert_eq!(gone["if_it_ends"], Value::Null);
    assert_eq!(gone["outlook"]["because"], "The date alone does not say.");
}

#[tokio::test]
async fn an_answer_that_the_reader_has_is_not_sent_again() {
    let service = Service::schools().await;
    for path in [
        "/api/v2/licenses",
        "/api/v1/licenses/status/show",
        "/openapi.json",
        "/assets/licensetool.css",
    ] {
        let first = service.get(path).await;
        let tag = first.header("etag");
        assert!(tag.starts_with("W/\""), "{path}");
        for known in [
            tag,
            "*",
            &format!("\"other\", {tag}"),
            tag.trim_start_matches("W/"),
        ] {
            let again = service
                .send(Request::get(path).header("if-none-match", known))
                .await;
            assert_eq!(
                (again.status, again.body.len()),
                (StatusCode::NOT_MODIFIED, 0),
                "{path}"
            );
            assert_eq!(again.header("etag"), tag);
        }
        let other = service
            .send(Request::get(path).header("if-none-match", "W/\"0\""))
            .await;
        assert_eq!(
            (other.status, other.body),
            (StatusCode::OK, first.body),
            "{path}"
        );
    }
    service
        .look("alpha", seen(now(), vec![sku("PLENTY", 100, 21)], None))
        .await;
    let path = "/api/v1/licenses/status/show/alpha";
    let old = service.get(path).await;
    service
        .look(
            "alpha",
            seen(now() + jiff::SignedDuration::from_secs(1), vec![], None),
        )
        .await;
    let request = Request::get(path).header("if-none-match", old.header("etag"));
    assert_eq!(
        service.send(request).await.status,
        StatusCode::OK,
        "something new is sent"
    );
}
