//! The API's description: committed, complete, and true.

use std::path::Path;

use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::Value;
use store::AlertFilter;

use crate::fixture::{Service, ask};

/// The page that explains the API.
fn page() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/api.md");
    std::fs::read_to_string(path).unwrap()
}

fn document() -> Value {
    serde_json::from_str(&web::openapi()).unwrap()
}

#[test]
fn the_committed_description_is_the_one_that_is_served() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        committed == web::openapi(),
        "docs/openapi.json is not what the code says; run: licensetool openapi > docs/openapi.json"
    );
}

#[tokio::test]
async fn it_is_served_as_it_is() {
    let service = Service::empty().await;
    let answer = service.get("/openapi.json").await;
    assert_eq!(answer.text(), web::openapi());
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.json()["openapi"], "3.1.0");
}

/// Every path with its methods, in capital letters.
fn operations() -> Vec<(String, Method, Value)> {
    let document = document();
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, about) in item.as_object().unwrap() {
            let method = method.to_ascii_uppercase().parse().unwrap();
            all.push((path.clone(), method, about.clone()));
        }
    }
    all
}

#[tokio::test]
async fn every_operation_is_answered_and_no_other_method_is() {
    let service = Service::schools().await;
    let all = operations();
    assert!(all.len() > 20);
    for (path, _, about) in &all {
        let described: Vec<&Method> = all
            .iter()
            .filter(|(other, ..)| other == path)
            .map(|(_, method, _)| method)
            .collect();
        let concrete = path
            .replace("{tenant}", "alpha")
            .replace("{sku_id}", crate::fixture::A1_STUDENTS)
            .replace("{kind}", "internal")
            .replace("{message}", crate::fixture::A1_STUDENTS)
            .replace("{channel}", "mail")
            .replace("{subscription}", "p-1")
            .replace("{id}", "1");
        for method in [
            Method::GET,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
        ] {
            let request = Request::builder().method(&method).uri(&concrete);
            let answer = ask(&service.app, request, Body::empty()).await;
            let refused = answer.status.as_u16() == 405;
            assert_eq!(refused, !described.contains(&&method), "{method} {path}");
            let status = answer.status.as_str();
            let known = refused || about["responses"].get(status).is_some() || described.len() > 1;
            assert!(
                known,
                "{method} {path} answers {status}, which is not described"
            );
        }
    }
}

#[test]
fn every_route_of_the_router_stands_in_the_description() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let service = runtime.block_on(Service::empty());
    // A router shows its patterns when it is debugged, and nowhere else.
    let router = format!("{:?}", service.app);
    let document = document();
    let patterns: Vec<&str> = router
        .split('"')
        .filter(|text| text.starts_with('/') && !text.contains('*'))
        .collect();
    assert!(patterns.len() > 20, "{router:.300}");
    for pattern in patterns
        .iter()
        .filter(|pattern| !pattern.contains("__private"))
    {
        assert!(document["paths"].get(pattern).is_some(), "{pattern}");
    }
}

#[test]
fn every_operation_says_what_it_is() {
    let mut ids = std::collections::HashSet::new();
    for (path, method, about) in operations() {
        let id = about["operationId"].as_str().unwrap().to_owned();
        assert!(ids.insert(id), "{method} {path} has another's operationId");
        assert!(
            !about["summary"].as_str().unwrap_or_default().is_empty(),
            "{method} {path}"
        );
        assert_eq!(
            about["tags"].as_array().unwrap().len(),
            1,
            "{method} {path}"
        );
        let parameters = about["parameters"].as_array().into_iter().flatten();
        for parameter in parameters {
            assert!(
                parameter["description"].is_string(),
                "{method} {path}: {parameter}"
            );
        }
        for (status, response) in about["responses"].as_object().unwrap() {
            assert!(!response["description"].as_str().unwrap().is_empty());
            if status.starts_with(['4', '5']) || status == "default" {
                let problem = "/content/application~1problem+json/schema/$ref";
                let problem = response.pointer(problem).and_then(Value::as_str);
                assert_eq!(
                    problem,
                    Some("#/components/schemas/Problem"),
                    "{path} {status}"
                );
            }
        }
    }
}

#[test]
fn every_reference_leads_somewhere() {
    fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
        match value {
            Value::Object(members) => {
                found.extend(members.get("$ref").and_then(Value::as_str));
                members
                    .values()
                    .for_each(|member| references(member, found));
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            _ => {}
        }
    }
    let document = document();
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(!found.is_empty());
    for reference in found {
        let place = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(place).is_some(), "{reference}");
    }
}

#[tokio::test]
async fn the_documentation_shows_every_operation_and_every_shape() {
    let service = Service::empty().await;
    let html = service.get("/api/v1/docs").await.text();
    for (path, method, about) in operations() {
        assert!(
            html.contains(&format!("{method}</span> <code>{path}</code>")),
            "{method} {path}"
        );
        assert!(
            html.contains(about["summary"].as_str().unwrap()),
            "{method} {path}"
        );
    }
    for shape in document()["components"]["schemas"]
        .as_object()
        .unwrap()
        .keys()
    {
        assert!(html.contains(&format!("id=\"shape-{shape}\"")), "{shape}");
    }
    assert!(html.contains("<code>exhausted,over-assigned</code>"));
    assert!(!html.contains('`'), "a backtick is not for people");
    for link in html.split("href=\"#").skip(1) {
        let target = link.split('"').next().unwrap();
        assert!(
            html.contains(&format!("id=\"{target}\"")),
            "a link leads nowhere: {target}"
        );
    }
}

/// Compares the value at a place of an answer with its shape.
async fn has_its_members(service: &Service, path: &str, shape: &str, place: &str) {
    let document = document();
    let answer = service.get(path).await.json();
    let value = answer
        .pointer(place)
        .unwrap_or_else(|| panic!("{path}: no {place}"));
    let (mut known, mut required) = (Vec::new(), Vec::new());
    let schema = &document["components"]["schemas"][shape];
    gather(&document, schema, &mut known, &mut required);
    for name in value.as_object().unwrap().keys() {
        assert!(
            known.contains(&name.as_str()),
            "{path}: {shape} has no {name}"
        );
    }
    for name in required {
        assert!(
            value.get(name).is_some(),
            "{path}: {shape} must have {name}"
        );
    }
}

/// Every answer of a service with many kinds of content has the members that its shape says.
#[tokio::test]
async fn answers_have_the_members_that_are_described() {
    let service = Service::schools().await;
    service
        .post("/api/v1/licenses/", r#"{"name": "Zoom", "count": 3}"#)
        .await;
    let order = service.post("/api/v2/refreshes", "").await;
    let of_license = |what: &str| {
        let id = crate::fixture::A1_STUDENTS;
        format!("/api/v2/licenses/alpha/{id}/{what}")
    };
    let (history, forecast) = (of_license("history"), of_license("forecast"));
    for (path, shape, place) in [
        ("/api/v1/licenses/status/show", "LicenseV1", "/0"),
        ("/api/v1/licenses/status/show/denied", "Problem", ""),
        ("/api/v1/licenses/status/show/nobody", "Problem", ""),
        ("/api/v1/licenses/1", "ManualLicense", ""),
        ("/api/v1/monitoring/tenants", "TenantV1", "/0"),
        ("/api/v2/tenants", "Tenant", "/items/2"),
        ("/api/v2/tenants", "Gap", "/items/2/gap"),
        ("/api/v2/tenants/alpha", "TenantDetail", ""),
        ("/api/v2/tenants/alpha/changes", "Changes", ""),
        ("/api/v2/licenses", "Page_License", ""),
        ("/api/v2/licenses", "License", "/items/0"),
        ("/api/v2/licenses", "Unseen", "/unseen/0"),
        ("/api/v2/licenses", "Units", "/items/0/units"),
        ("/api/v2/subscriptions", "Subscription", "/items/0"),
        ("/api/v2/subscriptions", "IfItEnds", "/items/0/if_it_ends"),
        ("/api/v2/subscriptions", "Outlook", "/items/0/outlook"),
        ("/api/v2/renewals", "Listing_Renewal", ""),
        ("/api/v2/renewals", "Renewal", "/items/0"),
        (order.header("location"), "Refresh", ""),
        (order.header("location"), "Refreshed", "/tenants/0"),
        (history.as_str(), "History", ""),
        (history.as_str(), "Point", "/points/0"),
        (forecast.as_str(), "Forecast", ""),
        ("/healthz", "Health", ""),
        ("/healthz", "Loop", "/loops/0"),
        ("/readyz", "Readiness", ""),
    ] {
        has_its_members(&service, path, shape, place).await;
    }
}

#[tokio::test]
async fn answers_about_alerts_have_the_members_that_are_described() {
    let service = crate::evaluator::troubled().await;
    let layer = r#"{"low": "5"}"#;
    service
        .write("PUT", "/api/v2/policies/alpha", None, layer)
        .await;
    let store = service.store();
    store
        .add_channel("aa", crate::fixture::now())
        .await
        .unwrap();
    let newest = store.alerts(&AlertFilter::default(), None, 1).await;
    let one = format!("/api/v2/alerts/{}", newest.unwrap()[0].id);
    let of = |kind: &str| format!("/api/v2/alerts?tenant=alpha&kind={kind}");
    let (seats, renewal, certificate) = (of("stock"), of("renewal"), of("certificate"));
    let unseen = "/api/v2/alerts?tenant=blind";
    for (path, shape, place) in [
        (seats.as_str(), "Listing_Alert", ""),
        (&seats, "Alert", "/items/0"),
        (&seats, "AlertFacts", "/items/0/facts"),
        (&seats, "SeatFacts", "/items/0/facts/seats"),
        (&seats, "Product", "/items/0/product"),
        (&renewal, "PurchaseFacts", "/items/0/facts/purchase"),
        (&renewal, "NextFacts", "/items/0/facts/next_change"),
        (
            &certificate,
            "CertificateFacts",
            "/items/0/facts/certificate",
        ),
        (unseen, "UnseenFacts", "/items/0/facts/unseen"),
        (&one, "AlertDetail", ""),
        (&one, "AlertChange", "/history/0"),
        ("/api/v2/deliveries", "Listing_Delivery", ""),
        ("/api/v2/deliveries", "Delivery", "/items/0"),
        ("/api/v2/channels", "Channel", "/items/0"),
        ("/api/v2/channels", "ChannelSync", "/items/0/sync"),
        ("/api/v2/policies", "Policies", ""),
        ("/api/v2/policies", "PolicyLayer", "/layers/0"),
        ("/api/v2/policies", "PolicyValues", "/built_in"),
        ("/api/v2/policies/alpha", "Policy", ""),
    ] {
        has_its_members(&service, path, shape, place).await;
    }
}

/// The members of a shape, and those that are always there.
fn gather<'a>(
    document: &'a Value,
    schema: &'a Value,
    known: &mut Vec<&'a str>,
    required: &mut Vec<&'a str>,
) {
    if let Some(reference) = schema["$ref"].as_str() {
        let place = reference.strip_prefix('#').unwrap();
        gather(document, document.pointer(place).unwrap(), known, required);
    }
    for part in schema["allOf"].as_array().into_iter().flatten() {
        gather(document, part, known, required);
    }
    known.extend(
        schema["properties"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|it| it.0.as_str()),
    );
    let names = schema["required"].as_array().into_iter().flatten();
    required.extend(names.map(|name| name.as_str().unwrap()));
}

#[test]
fn the_page_that_explains_the_api_knows_every_resource() {
    let page = page();
    for (path, _, about) in operations() {
        let api = about["tags"][0] == "v1" || about["tags"][0] == "v2";
        let leads_elsewhere =
            about["responses"].get("200").is_none() && path != "/api/v2/refreshes";
        if api && !leads_elsewhere {
            assert!(page.contains(&path), "{path} is not in docs/api.md");
        }
    }
}
