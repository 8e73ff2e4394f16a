//! `/metrics`: what is known has a series, what is not known has none.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use prometheus_client::registry::Registry;

use crate::fixture::{Service, ask, now};

async fn scrape(service: &Service) -> String {
    let app: Router = web::metrics_app(
        service.options.clone(),
        Registry::with_prefix("licensetool"),
    );
    let answer = ask(&app, Request::get("/metrics"), Body::empty()).await;
    assert_eq!(answer.status.as_u16(), 200);
    assert!(
        answer
            .header("content-type")
            .starts_with("application/openmetrics-text")
    );
    answer.text()
}

/// The values of all series of a metric whose labels contain `label`.
fn values<'a>(text: &'a str, metric: &str, label: &str) -> Vec<&'a str> {
    let lines = text.lines().filter(|line| {
        let rest = line.strip_prefix(metric);
        rest.is_some_and(|rest| rest.starts_with(['{', ' ']) && rest.contains(label))
    });
    lines.map(|line| line.rsplit(' ').next().unwrap()).collect()
}

#[tokio::test]
async fn licences_are_gauges_and_what_is_unknown_is_absent() {
    let service = Service::schools().await;
    let text = scrape(&service).await;
    let plenty = "tenant=\"alpha\",sku_id";
    assert_eq!(
        values(&text, "licensetool_license_units", plenty).len(),
        4 * 4
    );
    let of = |metric: &str, part_number: &str| {
        values(&text, metric, &format!("part_number=\"{part_number}\""))
    };
    assert_eq!(of("licensetool_license_free_units", "PLENTY"), ["80"]);
    assert_eq!(of("licensetool_license_free_units", "OVER"), ["-2"]);
    assert_eq!(of("licensetool_license_consumed_units", "PLENTY"), ["20"]);
    assert_eq!(
        of("licensetool_license_consumed_units", "UNTOLD"),
        [] as [&str; 0]
    );
    assert_eq!(
        of("licensetool_license_free_units", "UNTOLD"),
        [] as [&str; 0]
    );
    assert_eq!(of("licensetool_license_level", "COMPANY"), [] as [&str; 0]);
    assert!(
        text.contains("product=\"OVER\",level=\"over-assigned\"} 1"),
        "{text}"
    );
    assert!(text.contains("part_number=\"SUSPENDED\",state=\"suspended\"} 25"));
    assert!(
        !text.contains("tenant=\"off\""),
        "a tenant that is off has no series"
    );
    assert!(text.ends_with("# EOF\n"));
}

#[tokio::test]
async fn tenants_are_up_down_or_absent() {
    let text = scrape(&Service::schools().await).await;
    let of = |metric: &str, tenant: &str| values(&text, metric, &format!("tenant=\"{tenant}\""));
    assert_eq!(of("licensetool_tenant_up", "alpha"), ["1"]);
    assert_eq!(of("licensetool_tenant_up", "denied"), ["0"]);
    assert_eq!(of("licensetool_tenant_up", "new"), [] as [&str; 0]);
    assert_eq!(
        of("licensetool_tenant_snapshot_age_seconds", "beta"),
        ["1200"]
    );
    assert_eq!(
        of("licensetool_tenant_snapshot_age_seconds", "denied"),
        [] as [&str; 0]
    );
    assert!(text.contains("name=\"Schule <b>Beta</b> 🏫\""), "{text}");
}

#[tokio::test]
async fn alerts_and_what_waits_are_gauges() {
    let service = crate::evaluator::troubled().await;
    let quiet = r#"{"monitoring": false}"#;
    service
        .write("PATCH", "/api/v2/tenants/beta", None, quiet)
        .await;
    let text = scrape(&service).await;
    let alerts = |labels: &str| values(&text, "licensetool_alerts", labels);
    let exhausted = "tenant=\"alpha\",kind=\"stock\",severity=\"critical\",state=\"open\"";
    assert_eq!(alerts(exhausted), ["2"]);
    assert_eq!(alerts("kind=\"staleness\"").len(), 2);
    let of = |metric: &str, labels: &str| values(&text, metric, labels).join(" ");
    let mail = "channel=\"mail\"";
    assert_eq!(of("licensetool_outbox_pending", mail), "8");
    assert_eq!(of("licensetool_outbox_oldest_seconds", mail), "0");
    assert_eq!(of("licensetool_deliveries_dead", mail), "0");
    assert_eq!(
        of("licensetool_channel_failures", ""),
        "",
        "mail is no list"
    );
    let monitoring = "licensetool_tenant_monitoring";
    assert_eq!(of(monitoring, "tenant=\"beta\""), "0");
    assert_eq!(of(monitoring, "tenant=\"alpha\""), "1");
    assert_eq!(of(monitoring, "tenant=\"off\""), "");
}

#[tokio::test]
async fn lists_tell_when_they_were_last_up_to_date() {
    let service = Service::schools().await;
    let store = service.store();
    store.add_channel("list", now()).await.unwrap();
    let text = scrape(&service).await;
    let synced = "licensetool_channel_synced_timestamp_seconds";
    assert_eq!(values(&text, synced, ""), [] as [&str; 0], "it never was");
    assert_eq!(values(&text, "licensetool_channel_failures", "list"), ["0"]);
    let lease = jiff::SignedDuration::from_mins(1);
    let claim = store
        .claim_channel("list", "w", now(), lease)
        .await
        .unwrap();
    let done = store::Synced {
        hold: None,
        next: now() + lease,
        failure: None,
        remarks: Vec::new(),
    };
    let released = store.release_channel(&claim.unwrap(), &done, now()).await;
    assert!(released.unwrap());
    let text = scrape(&service).await;
    let at = now().as_second().to_string();
    assert_eq!(values(&text, synced, "channel=\"list\""), [at]);
    assert_eq!(
        values(&text, "licensetool_outbox_pending", "mail"),
        ["0"],
        "nothing waits"
    );
}

#[tokio::test]
async fn requests_are_counted_by_route_and_never_by_path() {
    let service = Service::schools().await;
    for path in [
        "/api/v2/tenants/alpha",
        "/api/v2/tenants/x",
        "/a",
        "/b",
        "/c",
    ] {
        service.get(path).await;
    }
    service
        .send(Request::builder().method("BREW").uri("/pot"))
        .await;
    let text = scrape(&service).await;
    let route = "route=\"/api/v2/tenants/{tenant}\"";
    assert_eq!(
        values(&text, "licensetool_http_requests_total", route),
        ["1", "1"]
    );
    let unmatched = "method=\"GET\",route=\"unmatched\",status=\"4xx\"";
    assert_eq!(
        values(&text, "licensetool_http_requests_total", unmatched),
        ["3"]
    );
    assert_eq!(
        values(&text, "licensetool_http_requests_total", "method=\"other\"").len(),
        1
    );
    let count = values(
        &text,
        "licensetool_http_request_duration_seconds_count",
        route,
    );
    assert_eq!(count, ["2"]);
}

#[tokio::test]
async fn the_process_and_the_build_tell_of_themselves() {
    let text = scrape(&Service::empty().await).await;
    assert_eq!(
        values(&text, "licensetool_build_info", "version=\"0.0.0 (test)\""),
        ["1"]
    );
    for metric in [
        "process_resident_memory_bytes",
        "process_open_fds",
        "process_start_time_seconds",
        "process_cpu_seconds_total",
    ] {
        let found = values(&text, metric, "");
        assert_eq!(found.len(), 1, "{metric}");
        assert!(found[0].parse::<f64>().unwrap() >= 0.0, "{metric}");
    }
    let resident: f64 = values(&text, "process_resident_memory_bytes", "")[0]
        .parse()
        .unwrap();
    assert!(resident > 1_000_000.0);
}

#[tokio::test]
async fn a_store_that_is_away_is_told_and_the_rest_goes_on() {
    let service = Service::schools().await;
    service.store().close().await;
    let text = scrape(&service).await;
    assert_eq!(values(&text, "licensetool_store_up", ""), ["0"]);
    assert!(!text.contains("license_units{"));
    assert!(text.contains("process_resident_memory_bytes"));
}

#[tokio::test]
async fn what_is_due_and_how_the_process_is_doing_are_gauges() {
    let mut service = Service::schools().await;
    let turned_at = now().as_millisecond() - 90_500;
    service.options.loops = vec![web::Loop {
        name: "collect",
        turned_at: Arc::new(AtomicI64::new(turned_at)),
        within: jiff::SignedDuration::from_secs(60),
    }];
    let text = scrape(&service).await;
    let of = |metric: &str, labels: &str| values(&text, metric, labels).join(" ");
    let turned = "licensetool_loop_turned_timestamp_seconds";
    assert_eq!(
        of(turned, "loop=\"collect\""),
        (turned_at / 1000).to_string()
    );
    assert_eq!(of("licensetool_loop_stuck", "loop=\"collect\""), "1");
    let enabled = values(&text, "licensetool_tenant_monitoring", "").len();
    assert_eq!(of("licensetool_evaluate_due", ""), enabled.to_string());
    let due: usize = of("licensetool_collect_due", "").parse().unwrap();
    assert!((1..=enabled).contains(&due), "{due} of {enabled}");
    let connections = "licensetool_store_connections";
    assert_eq!(values(&text, connections, "purpose=\"read\"").len(), 2);
    let writers = values(&text, connections, "purpose=\"write\"");
    let writers: i64 = writers.iter().map(|it| it.parse::<i64>().unwrap()).sum();
    assert_eq!(writers, 1, "SQLite has one writer");
}
