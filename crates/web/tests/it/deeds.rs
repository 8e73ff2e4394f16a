//! Whatever is changed over the API stands in the audit, with who did it, and once.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::ConnectInfo;
use axum::http::Request;
use domain::Deed;
use store::{AuditEntry, AuditFilter, DeliveryFilter, Origin};

use crate::evaluator::{the_alert, troubled};
use crate::fixture::{Service, ask, key, now};

const BROWSER: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7));

/// What the audit says since `seen`, the newest first.
async fn since(service: &Service, seen: usize) -> Vec<AuditEntry> {
    let all = AuditFilter::default();
    let mut all = service.store().audit(&all, None, 1000).await.unwrap();
    all.truncate(all.len() - seen);
    all
}

async fn send(service: &Service, method: &str, path: &str, body: &str) {
    let from = ConnectInfo(SocketAddr::new(BROWSER, 4711));
    let request = Request::builder().method(method).uri(path).extension(from);
    let request = request.header("content-type", "application/json");
    let answer = ask(&service.app, request, body.to_owned().into()).await;
    assert!(answer.status.is_success(), "{path}: {}", answer.text());
}

#[tokio::test]
async fn every_way_to_change_something_leaves_one_row() {
    let service = troubled().await;
    let alert = the_alert(&service, "alpha", "stock", "EXHAUSTED").await.id;
    let (store, all) = (service.store(), DeliveryFilter::default());
    let delivery = store.deliveries(&all, None, 1).await.unwrap().remove(0);
    let (message, channel) = (delivery.message, delivery.channel);
    let of_alert = |what: &str| format!("/api/v2/alerts/{alert}/{what}");
    let retried = format!("/api/v2/deliveries/{message}/{channel}/retry");
    let sightings = service.store().sightings(&key("alpha")).await.unwrap();
    let purchase = sightings.keys().next().unwrap();
    let pin = format!("/api/v2/renewals/alpha/{purchase}/pin");
    let (company, tenant) = ("/api/v2/policies/company", "/api/v2/policies/alpha");
    let product = "/api/v2/policies/alpha/EXHAUSTED";
    let (low, ends) = (r#"{"low": "7"}"#, r#"{"outlook": "ends"}"#);
    let before = since(&service, 0).await.len();
    for (number, (method, path, body, what)) in (before..).zip([
        (
            "POST",
            &*of_alert("acknowledge"),
            "",
            Deed::AlertAcknowledged,
        ),
        (
            "POST",
            &of_alert("snooze"),
            r#"{"until_change": true}"#,
            Deed::AlertSnoozed,
        ),
        ("POST", &of_alert("reopen"), "", Deed::AlertReopened),
        ("POST", &of_alert("resolve"), "", Deed::AlertResolved),
        ("POST", &retried, "", Deed::DeliveryRetried),
        ("PUT", company, low, Deed::PolicySet),
        ("DELETE", company, "", Deed::PolicyDropped),
        ("PUT", tenant, low, Deed::PolicySet),
        ("DELETE", tenant, "", Deed::PolicyDropped),
        ("PUT", product, low, Deed::PolicySet),
        ("DELETE", product, "", Deed::PolicyDropped),
        ("PUT", &pin, ends, Deed::PinSet),
        ("DELETE", &pin, "", Deed::PinDropped),
        (
            "PATCH",
            "/api/v2/tenants/alpha",
            r#"{"monitoring": false}"#,
            Deed::TenantSwitched,
        ),
        (
            "PATCH",
            "/api/v1/monitoring/tenants/alpha",
            r#"{"monitoring": true}"#,
            Deed::TenantSwitched,
        ),
        ("POST", "/api/v2/refreshes", "", Deed::RefreshOrdered),
        (
            "POST",
            "/api/v1/licenses/",
            r#"{"name": "Zoom", "count": 3}"#,
            Deed::ManualLicenseAdded,
        ),
    ]) {
        send(&service, method, path, body).await;
        let rows = since(&service, number).await;
        assert_eq!(rows.len(), 1, "{path}: {rows:?}");
        let row = &rows[0];
        let said = (row.what, &*row.who, row.from, row.at);
        let from = Some(Origin::Address(BROWSER));
        assert_eq!(said, (what, "api", from, now()), "{path}");
    }
}
