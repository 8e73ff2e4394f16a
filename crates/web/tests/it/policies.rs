//! Policies: inherited, set and taken back, on the condition that nobody was faster.

use axum::http::StatusCode;
use domain::{Layer, Threshold};
use serde_json::{Value, json};

use crate::fixture::{Answer, Service, sku};

const PATH: &str = "/api/v2/policies";

async fn put(service: &Service, place: &str, body: &str) -> Answer {
    service
        .write("PUT", &format!("{PATH}/{place}"), None, body)
        .await
}

/// Values of which all but `members` are inherited.
fn values(members: Value) -> Value {
    let none = json!({
        "low": null,
        "clear_margin": null,
        "stale_after": null,
        "exclusion": null,
        "renewal_lead_days": null,
    });
    let (mut values, Value::Object(members)) = (none, members) else {
        panic!("members are an object")
    };
    for (name, value) in members {
        values[name] = value;
    }
    values
}

fn layer(scope: &str, tenant: Option<&str>, sku_id: Option<&str>, members: Value) -> Value {
    json!({
        "scope": scope,
        "tenant": tenant,
        "sku_id": sku_id,
        "values": values(members),
        "set_at": "2026-08-17T06:15:00Z",
        "set_by": "api",
        "version": 1,
    })
}

#[tokio::test]
async fn all_rules_are_told_from_the_general_to_the_particular() {
    let configured = |options: &mut web::Options| {
        options.company = Layer {
            low: Some(Threshold::Seats(7)),
            ..Layer::default()
        };
    };
    let service = Service::schools().await.change(configured);
    put(&service, "alpha/PLENTY", r#"{"exclusion": "alerts-only"}"#).await;
    put(
        &service,
        "company",
        r#"{"low": "10", "stale_after": "90m"}"#,
    )
    .await;
    let alpha = r#"{"renewal_lead_days": 45, "clear_margin": 0}"#;
    put(&service, "alpha", alpha).await;
    let found = service.get(PATH).await.json();
    let built_in = json!({
        "low": "5%",
        "clear_margin": 2,
        "stale_after": "1h",
        "exclusion": "none",
        "renewal_lead_days": 30,
    });
    assert_eq!(found["built_in"], built_in);
    assert_eq!(found["configured"], values(json!({"low": "7"})));
    let plenty = sku("PLENTY", 0, 0).id.to_string();
    let quiet = json!({"exclusion": "alerts-only"});
    let company = json!({"low": "10", "stale_after": "1h 30m"});
    let alpha = json!({"renewal_lead_days": 45, "clear_margin": 0});
    let layers = [
        layer("company", None, None, company),
        layer("tenant", Some("alpha"), None, alpha),
        layer("sku", Some("alpha"), Some(&plenty), quiet),
    ];
    assert_eq!(found["layers"], json!(layers));
    let one = service.get(&format!("{PATH}/alpha/plenty")).await.json();
    assert_eq!(
        one["effective"],
        json!({
            "low": "10",
            "clear_margin": 0,
            "stale_after": "1h 30m",
            "exclusion": "alerts-only",
            "renewal_lead_days": 45,
        })
    );
    let company = service.get(&format!("{PATH}/company")).await.json();
    assert_eq!(company["effective"], Value::Null);
}

#[tokio::test]
async fn a_change_shows_in_every_answer_at_once() {
    let service = Service::schools().await;
    let show = "/api/v1/licenses/status/show";
    let counts = || async {
        let all = service.get(show).await.json();
        let alpha = service.get(&format!("{show}/alpha")).await.json();
        [all, alpha].map(|rows| rows.as_array().unwrap().len())
    };
    assert_eq!(counts().await, [9, 4]);
    let hide = r#"{"exclusion": "everywhere"}"#;
    assert_eq!(
        put(&service, "alpha/PLENTY", hide).await.status,
        StatusCode::OK
    );
    assert_eq!(counts().await, [8, 3]);
    assert_eq!(put(&service, "alpha", hide).await.status, StatusCode::OK);
    assert_eq!(counts().await, [5, 0]);
    let licenses = service.get("/api/v2/licenses?tenant=alpha").await.json();
    assert_eq!(licenses["items"], json!([]));
    let back = service
        .write("DELETE", &format!("{PATH}/alpha"), None, "")
        .await;
    assert_eq!(back.status, StatusCode::OK);
    assert_eq!(counts().await, [8, 3]);
    let level = |service: &Service| {
        let app = service.app.clone();
        async move {
            let path = "/api/v2/licenses?tenant=alpha&sku=STANDARDWOFFPACK_STUDENT";
            let request = axum::http::Request::get(path);
            let page = crate::fixture::ask(&app, request, axum::body::Body::empty()).await;
            page.json()["items"][0]["level"].clone()
        }
    };
    assert_eq!(level(&service).await, "low");
    put(&service, "company", r#"{"low": "0"}"#).await;
    assert_eq!(level(&service).await, "enough");
    let tenant = service.get("/api/v2/tenants/alpha").await.json();
    assert_eq!(
        tenant["levels"],
        json!({"enough": 1, "exhausted": 1, "over-assigned": 1})
    );
}

#[tokio::test]
async fn whoever_is_second_learns_it_and_changes_nothing() {
    let service = Service::schools().await;
    let path = format!("{PATH}/alpha");
    let unset = service.get(&path).await;
    assert_eq!(
        (&unset.json()["version"], &unset.json()["set_by"]),
        (&json!(0), &Value::Null)
    );
    assert!(unset.header("etag").starts_with("W/\"0-"));
    let set = |expected: String, body: &'static str| {
        let (service, path) = (&service, &path);
        async move { service.write("PUT", path, Some(&expected), body).await }
    };
    let tag = unset.header("etag").to_owned();
    let first = set(tag.clone(), r#"{"low": "1"}"#).await;
    assert_eq!(first.status, StatusCode::OK);
    let second = set(tag, r#"{"low": "2"}"#).await;
    assert_eq!(
        (second.status.as_u16(), second.problem()),
        (412, "overtaken".into())
    );
    assert_eq!(service.get(&path).await.json()["values"]["low"], "1");
    let dropped = service.write("DELETE", &path, Some("\"0\""), "").await;
    assert_eq!(dropped.problem(), "overtaken");
    let dropped = service.write("DELETE", &path, Some("\"1\""), "").await;
    assert_eq!(
        (dropped.status, &dropped.json()["version"]),
        (StatusCode::OK, &json!(2))
    );
    assert_eq!(dropped.json()["values"]["low"], Value::Null);
    // A second time there is nothing to take back.
    let before = service.store().revision().await.unwrap();
    let again = service.write("DELETE", &path, None, "").await;
    assert_eq!(again.json(), dropped.json());
    assert_eq!(service.store().revision().await.unwrap(), before);
}

#[tokio::test]
async fn values_that_are_none_say_what_they_may_be() {
    let service = Service::schools().await;
    let before = service.store().revision().await.unwrap();
    for (body, hint) in [
        ("", "The body is empty."),
        (
            r#"{"low": "many"}"#,
            "low: \\\"many\\\" is not a number of seats such as 10, or a share",
        ),
        (r#"{"low": "-1"}"#, "low:"),
        (r#"{"low": "101%"}"#, "low:"),
        (r#"{"low": "1000001"}"#, "low:"),
        (r#"{"low": 5}"#, "expected a string"),
        (
            r#"{"clear_margin": -1}"#,
            "clear_margin: \\\"-1\\\" is not a number from 0 to 1000000",
        ),
        (r#"{"clear_margin": 1.5}"#, "invalid type"),
        (
            r#"{"stale_after": "soon"}"#,
            "a time from a minute to a year such as 30m or 1h 30m",
        ),
        (r#"{"stale_after": "30s"}"#, "stale_after:"),
        (r#"{"stale_after": "9000h"}"#, "stale_after:"),
        (r#"{"stale_after": "-1h"}"#, "stale_after:"),
        (
            r#"{"exclusion": "all"}"#,
            "is not one of none, alerts-only, everywhere",
        ),
        (
            r#"{"renewal_lead_days": 366}"#,
            "a number of days from 0 to 365",
        ),
        (r#"{"renewal_lead_days": -1}"#, "invalid value"),
        (r#"{"lo": "5"}"#, "unknown field `lo`"),
        ("[]", "invalid length"),
        ("nonsense", "expected"),
    ] {
        for place in ["company", "alpha", "alpha/PLENTY"] {
            let answer = put(&service, place, body).await;
            assert_eq!(
                (answer.status.as_u16(), answer.problem()),
                (400, "invalid-body".into()),
                "{body}"
            );
            assert!(answer.text().contains(hint), "{body}: {}", answer.text());
        }
    }
    assert_eq!(
        service.store().revision().await.unwrap(),
        before,
        "nothing was written"
    );
}

#[tokio::test]
async fn places_that_do_not_exist_have_no_rules() {
    let service = Service::schools().await;
    for method in ["GET", "PUT", "DELETE"] {
        for (place, problem) in [
            ("nobody", "unknown-tenant"),
            ("nobody/PLENTY", "unknown-tenant"),
            ("alpha/NOTHING", "unknown-license"),
            ("new/PLENTY", "unknown-license"),
        ] {
            let body = if method == "PUT" { "{}" } else { "" };
            let answer = service
                .write(method, &format!("{PATH}/{place}"), None, body)
                .await;
            assert_eq!(answer.problem(), problem, "{method} {place}");
        }
    }
}

#[tokio::test]
async fn a_product_is_named_by_its_id_also_before_it_comes() {
    let service = Service::schools().await;
    let id = "11111111-2222-3333-4444-555555555555";
    let set = put(&service, &format!("new/{id}"), r#"{"low": "3"}"#).await;
    assert_eq!(
        (set.status, &set.json()["sku_id"]),
        (StatusCode::OK, &json!(id))
    );
    assert_eq!(set.json()["effective"]["low"], "3");
    // A part number that two products share names neither.
    let twins = ["a", "b"].map(|name| domain::Sku {
        part_number: "TWIN".to_owned(),
        ..sku(name, 5, 1)
    });
    let look = crate::fixture::seen(crate::fixture::minutes_ago(1), twins.to_vec(), None);
    service.look("alpha", look).await;
    let twin = service.get(&format!("{PATH}/alpha/TWIN")).await;
    assert_eq!(twin.problem(), "invalid-parameter");
    for twin_id in twins.map(|twin| twin.id.to_string()) {
        assert!(twin.text().contains(&twin_id), "{}", twin.text());
        let one = service.get(&format!("{PATH}/alpha/{twin_id}")).await;
        assert_eq!(one.status, StatusCode::OK);
    }
}
