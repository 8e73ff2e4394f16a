//! What one process does, four do: each alone with its role, started before there is a database,
//! and going on after it was away.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::company::{Company, NEEDS, Service, until};

/// Who sells out, and what of.
const KEY: &str = "iseschool2013";
const PART_NUMBER: &str = "MCOEV_FACULTY";
const SEATS: i64 = 15;

fn of<'a>(services: &'a [Service], role: &str) -> &'a Service {
    services.iter().find(|it| it.role == role).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn four_processes_do_what_one_does() {
    let company = Company::new().await;
    company.server.stop();
    let services = NEEDS.map(|(role, _)| company.start(role));
    nothing_is_there_yet(&services).await;
    company.server.resume();
    company.migrate();
    for service in &services {
        service.until_ready(200).await;
    }
    each_knows_its_own_loops(&services).await;
    let web = of(&services, "web");
    licences_appear(web).await;
    an_alert_is_told_and_acknowledged(&company, web).await;
    flows_get_what_they_wait_for(web).await;
    the_database_goes_and_comes_back(&company, &services).await;
    everybody_ends_in_peace(services).await;
}

async fn nothing_is_there_yet(services: &[Service]) {
    nobody_is_answered_but_in_words(services).await;
    for service in services {
        service.running.lines_until("waiting for the store");
    }
}

/// While the database is away. Each answer waits for it a little, so all are asked at once.
async fn nobody_is_answered_but_in_words(services: &[Service]) {
    let web = of(services, "web");
    let (_, problem, page) = tokio::join!(
        join_all(services.iter().map(is_alive_and_not_ready)),
        web.visit("/api/v2/tenants", "application/json"),
        web.visit("/licenses", "text/html"),
    );
    assert_eq!(problem.status, 503, "{problem:?}");
    assert!(
        problem.text.contains("/problems/store-unavailable"),
        "{problem:?}"
    );
    assert_eq!(page.status, 503, "{page:?}");
    assert!(page.text.contains("<html"), "{page:?}");
    for answer in [problem, page] {
        assert_eq!(answer.retry_after.as_deref(), Some("1"), "{answer:?}");
    }
}

async fn is_alive_and_not_ready(service: &Service) {
    let ready = service.until_ready(503).await;
    assert!(ready.text.contains("cannot be reached"), "{ready:?}");
    assert_eq!(ready.retry_after.as_deref(), Some("1"));
    let health = service.ask("/healthz").await;
    assert_eq!(health.status, 200, "{} {health:?}", service.role);
}

async fn each_knows_its_own_loops(services: &[Service]) {
    for service in services {
        let health: Value = serde_json::from_str(&service.ask("/healthz").await.text).unwrap();
        let loops = health["loops"].as_array().unwrap().iter();
        let loops: Vec<_> = loops.map(|it| it["name"].as_str().unwrap()).collect();
        let expected = [service.role];
        assert_eq!(loops, expected[usize::from(service.role == "web")..]);
        let metrics = service.ask("/metrics").await.text;
        assert!(metrics.contains("licensetool_store_up 1"), "{metrics}");
        let counted = format!("licensetool_{}_", service.role);
        assert!(
            service.role == "web" || metrics.contains(&counted),
            "{metrics}"
        );
    }
}

async fn licences_appear(web: &Service) {
    let path = format!("/api/v1/licenses/status/show/{KEY}");
    until("licences appear", async || {
        let rows = web.json(&path).await?;
        (!rows.as_array().unwrap().is_empty()).then_some(())
    })
    .await;
}

async fn alert(web: &Service) -> Option<Value> {
    let alerts = web.json("/api/v2/alerts").await?;
    alerts["items"].as_array()?.first().cloned()
}

async fn an_alert_is_told_and_acknowledged(company: &Company, web: &Service) {
    let found = until("an alert opens", async || alert(web).await).await;
    let hooks = company.sink.received(1).await;
    let event: Value = serde_json::from_slice(&hooks[0].body).unwrap();
    assert_eq!(event["source"], "https://licences.example/");
    let id = &found["id"];
    let path = format!("/api/v2/alerts/{id}/acknowledge");
    let acknowledged = web.post(&path, json!({"reason": "ordered"})).await;
    assert_eq!(acknowledged.status, 200, "{acknowledged:?}");
    let now = web.json(&format!("/api/v2/alerts/{id}")).await.unwrap();
    assert_eq!(now["state"], "acknowledged", "{now}");
    let list = &company.office.sim.site().unwrap().licences;
    until("SharePoint's list is written", async || {
        (!company.office.sim.rows(list).is_empty()).then_some(())
    })
    .await;
}

/// Web asks for it, collect asks Microsoft, deliver brings the lists up to date; they meet in the
/// store.
async fn flows_get_what_they_wait_for(web: &Service) {
    let path = format!("/api/v1/licenses/status/show-fetch/{KEY}");
    let fetched = web.visit(&path, "application/json").await;
    assert_eq!(fetched.status, 200, "{fetched:?}");
}

async fn the_database_goes_and_comes_back(company: &Company, services: &[Service]) {
    let web = of(services, "web");
    company.server.stop();
    nobody_is_answered_but_in_words(services).await;
    company
        .office
        .sim
        .set_consumed(KEY, PART_NUMBER, Some(SEATS));
    company.server.resume();
    for service in services {
        service.until_ready(200).await;
    }
    let wish = until("a refresh can be asked for", async || {
        let order = json!({"tenants": [KEY]});
        let asked = web.post("/api/v2/refreshes", order).await;
        (asked.status != 503).then_some(asked)
    })
    .await;
    assert_eq!(wish.status, 202, "{wish:?}");
    until(
        "the webhook hears of the alert that this opens",
        async || {
            let hooks = company.sink.hooks();
            let told = hooks.iter().map(|hook| String::from_utf8_lossy(&hook.body));
            told.into_iter()
                .any(|body| body.contains(PART_NUMBER))
                .then_some(())
        },
    )
    .await;
}

/// Clients that ask steadily while web is stopped lose no request.
async fn everybody_ends_in_peace(services: [Service; 4]) {
    let [mut web, rest @ ..] = services;
    let url = format!("{}/api/v2/tenants", web.pages.as_ref().unwrap());
    let asked = Arc::new(AtomicUsize::new(0));
    let steady = (0..8).map(|_| tokio::spawn(steady_client(url.clone(), Arc::clone(&asked))));
    let steady: Vec<_> = steady.collect();
    until("they ask", async || {
        (asked.load(Ordering::Relaxed) > 100).then_some(())
    })
    .await;
    let ended = tokio::task::spawn_blocking(move || web.running.stop());
    for client in steady {
        client.await.unwrap();
    }
    assert_eq!(ended.await.unwrap().code(), Some(0));
    for mut service in rest {
        let role = service.role;
        let ended = tokio::task::spawn_blocking(move || service.running.stop());
        assert_eq!(ended.await.unwrap().code(), Some(0), "{role}");
    }
}

/// Asks on one connection until it hears that it was the last answer.
async fn steady_client(url: String, asked: Arc<AtomicUsize>) {
    let client = reqwest::Client::builder()
        .http1_only()
        .pool_max_idle_per_host(1);
    let client = client.build().unwrap();
    loop {
        let answer = client.get(&url).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        let is_last = answer
            .headers()
            .get("connection")
            .is_some_and(|it| it == "close");
        answer.bytes().await.unwrap();
        asked.fetch_add(1, Ordering::Relaxed);
        if is_last {
            return;
        }
    }
}
