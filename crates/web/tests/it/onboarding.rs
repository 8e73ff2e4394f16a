//! The pages on which administrators add tenants: what is ordered at the desk, what is shown of its
//! answers, and that every deed is noted.

use std::sync::{Arc, Mutex};

use axum::http::{Request, StatusCode};
use domain::Deed;
use store::AuditFilter;
use tokio::sync::Notify;
use web::{Certificate, Desk, Order, Refused, Standing, Task};

use crate::fixture::{Answer, Service, ask, entry, minutes_ago, now};

/// What was ordered, and what the desk knows.
type Orders = Arc<Mutex<Vec<Order>>>;

fn certificate(name: &str) -> Certificate {
    Certificate {
        thumbprint: format!("SHA1-OF-{name}"),
        ends: now() + jiff::SignedDuration::from_hours(24 * 365),
        pem: format!("-----BEGIN CERTIFICATE-----\n{name}\n-----END CERTIFICATE-----\n"),
    }
}

/// A desk that knows `fresh`, which waits for its app until it has one.
async fn with_desk() -> (Service, Orders) {
    let orders = Orders::default();
    let seen = orders.clone();
    let desk = Desk::new(move |order| {
        let seen = seen.clone();
        Box::pin(async move { answer(&seen, &order) })
    });
    let service = Service::schools().await;
    (service.change(|options| options.desk = Some(desk)), orders)
}

fn answer(seen: &Orders, order: &Order) -> Result<Standing, Refused> {
    let mut seen = seen.lock().unwrap();
    let before: Vec<Task> = seen
        .iter()
        .filter(|one| one.key == order.key)
        .map(|one| one.task.clone())
        .collect();
    seen.push(order.clone());
    match order.key.as_str() {
        "nobody" => return Err(Refused::Unknown),
        "mounted" => return Err(Refused::ReadOnly("make it <elsewhere>".to_owned())),
        "odd" => return Err(Refused::Because("no tenant has the domain <b>".to_owned())),
        _ => {}
    }
    let all = || before.iter().chain([&order.task]);
    let has_app = all().any(|task| matches!(task, Task::Add(new) if new.client_id.is_some()));
    let staged = all().any(|task| matches!(task, Task::Stage));
    if matches!(order.task, Task::Activate) && !staged {
        return Err(Refused::Because("nothing waits".to_owned()));
    }
    Ok(Standing {
        tenant_id: "11111111-2222-3333-4444-555555555555".to_owned(),
        client_id: has_app.then(|| "app".to_owned()),
        certificate: certificate("first"),
        staged: staged.then(|| certificate("second")),
        steps: vec!["Register <the> app".to_owned()],
        changed: !matches!(order.task, Task::Look),
    })
}

async fn form(service: &Service, path: &str, fields: &str) -> Answer {
    let request = Request::post(path)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("accept-language", "en");
    ask(&service.app, request, fields.to_owned().into()).await
}

async fn noted(service: &Service) -> Vec<(Deed, String)> {
    let rows = service
        .store()
        .audit(&AuditFilter::default(), None, 10)
        .await;
    let rows = rows.unwrap().into_iter();
    rows.filter(|row| row.what != Deed::TenantSwitched)
        .map(|row| (row.what, row.subject))
        .collect()
}

#[tokio::test]
async fn a_tenant_goes_from_its_domain_to_a_certificate_to_an_app() {
    let (service, orders) = with_desk().await;
    let added = form(&service, "/tenants", "key=fresh&domain=fresh.example&name=").await;
    assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.text());
    assert_eq!(added.header("location"), "/tenants/fresh/setup");
    let page = service.get("/tenants/fresh/setup?language=en").await.text();
    for expected in [
        "waits for its app",
        "Register &#60;the&#62; app",
        "SHA1-OF-first",
    ] {
        assert!(page.contains(expected), "{expected}: {page}");
    }
    let saved = form(&service, "/tenants/fresh/setup", "client_id=+app+").await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
    let page = service.get("/tenants/fresh/setup?language=de").await.text();
    assert!(page.contains("Vollständig."), "{page}");
    let given: Vec<_> = {
        let orders = orders.lock().unwrap();
        let tasks = orders.iter().filter_map(|order| match &order.task {
            Task::Add(new) => Some((new.domain.clone(), new.client_id.clone())),
            _ => None,
        });
        tasks.collect()
    };
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(given, [(text("fresh.example"), None), (None, text("app"))]);
    assert_eq!(
        noted(&service).await,
        [
            (Deed::TenantCompleted, "fresh".to_owned()),
            (Deed::TenantCreated, "fresh".to_owned()),
        ]
    );
}

#[tokio::test]
async fn what_is_refused_is_said_and_not_noted() {
    let (service, _) = with_desk().await;
    for (fields, expected) in [
        ("key=Not+A+Key&domain=x.example", "Not A Key"),
        (
            "key=odd&domain=x.example",
            "no tenant has the domain &#60;b&#62;",
        ),
        (
            "key=mounted&domain=x.example",
            "make it &#60;elsewhere&#62;",
        ),
    ] {
        let answer = form(&service, "/tenants", fields).await;
        let page = answer.text();
        assert_eq!(answer.status, StatusCode::OK, "{page}");
        assert!(
            page.contains(expected) && page.contains("Nothing was changed"),
            "{page}"
        );
        assert!(
            page.contains("value=\"x.example\""),
            "what was typed stays: {page}"
        );
    }
    let early = form(&service, "/tenants/fresh/certificate", "deed=activate").await;
    let page = early.text();
    assert!(page.contains("nothing waits"), "{page}");
    // Where a form is sent to, no page can be asked for: neither in another language nor anew.
    assert!(
        page.contains("href=\"/tenants/fresh/setup?language=de\""),
        "{page}"
    );
    assert!(!page.contains("data-live"), "{page}");
    let unknown = form(&service, "/tenants/nobody/certificate", "deed=stage").await;
    assert_eq!(unknown.problem(), "unknown-tenant");
    let odd = form(&service, "/tenants/fresh/certificate", "deed=burn").await;
    assert_eq!(odd.problem(), "invalid-body");
    assert_eq!(noted(&service).await, []);
}

#[tokio::test]
async fn a_certificate_is_replaced_without_its_key_ever_leaving() {
    let (service, _) = with_desk().await;
    form(&service, "/tenants/fresh/setup", "client_id=app").await;
    let first = service.get("/tenants/fresh/certificate.crt").await;
    assert!(first.text().contains("\nfirst\n") && !first.text().contains("PRIVATE"));
    assert_eq!(
        first.header("content-disposition"),
        "attachment; filename=\"licensetool-fresh.crt\""
    );
    form(&service, "/tenants/fresh/certificate", "deed=stage").await;
    let page = service.get("/tenants/fresh/setup?language=en").await.text();
    assert!(
        page.contains("SHA1-OF-second") && page.contains("Uploaded: take over now"),
        "{page}"
    );
    let second = service.get("/tenants/fresh/certificate.crt").await;
    assert!(second.text().contains("\nsecond\n"));
    form(&service, "/tenants/fresh/certificate", "deed=activate").await;
    form(&service, "/tenants/fresh/certificate", "deed=abandon").await;
    let deeds: Vec<Deed> = noted(&service)
        .await
        .into_iter()
        .map(|(what, _)| what)
        .collect();
    assert_eq!(
        deeds,
        [
            Deed::CertificateAbandoned,
            Deed::CertificateActivated,
            Deed::CertificateStaged,
            Deed::TenantCompleted,
        ]
    );
}

#[tokio::test]
async fn the_list_of_tenants_says_how_each_stands() {
    let (service, _) = with_desk().await;
    let page = service.get("/tenants?language=en").await.text();
    for expected in [
        "✓ numbers 10 min ago",
        "✗ cannot be asked",
        "… no numbers yet",
        "– switched off",
        "Schule &#60;b&#62;Beta",
        "Make key and certificate",
    ] {
        assert!(page.contains(expected), "{expected}: {page}");
    }
    let service = Service::schools().await;
    let page = service.get("/tenants?language=en").await.text();
    assert!(
        page.contains("licensetool tenant new KEY") && !page.contains("Make key"),
        "{page}"
    );
}

#[tokio::test]
async fn tenants_are_searched_and_pages_put_together_are_all() {
    let service = Service::empty().await;
    let keys: Vec<_> = (0..203).map(|n| format!("t{n:03}")).collect();
    let name = |n: usize| if n.is_multiple_of(2) { "Even" } else { "odd" };
    let entries = keys.iter().enumerate();
    let entries: Vec<_> = entries.map(|(n, key)| entry(key, name(n))).collect();
    let sync = service.store().sync_tenants(&entries, minutes_ago(1));
    sync.await.unwrap();
    let listed = async |query: &str| {
        let mut found = Vec::new();
        let mut path = Some(format!("/tenants?language=en{query}"));
        while let Some(at) = path {
            let page = service.page(&at).await;
            let rows = page.split("<td class=\"mono\">").skip(1);
            found.push(rows.map(|row| row[..4].to_owned()).collect::<Vec<_>>());
            let mut links = page.split("<a href=\"");
            let next = links.find(|it| it.contains("rel=\"next\""));
            path = next.map(|it| it.split('"').next().unwrap().replace("&#38;", "&"));
        }
        found
    };
    let all = listed("").await;
    assert_eq!(all.iter().map(Vec::len).collect::<Vec<_>>(), [100, 100, 3]);
    let by_name = (0..203).step_by(2).chain((1..203).step_by(2));
    let by_name: Vec<_> = by_name.map(|n| keys[n].clone()).collect();
    assert_eq!(all.concat(), by_name);
    assert_eq!(listed("&q=+ODD").await.concat(), by_name[102..]);
    assert_eq!(listed("&q=t20").await.concat(), ["t200", "t202", "t201"]);
    let page = service.page("/tenants?language=en&q=nowhere").await;
    for expected in [
        "Nothing matches the filter.",
        "value=\"nowhere\"",
        "Add a tenant",
    ] {
        assert!(page.contains(expected), "{expected}: {page}");
    }
    let answer = service.get("/tenants?cursor=x").await;
    assert_eq!(answer.problem(), "invalid-parameter");
}

#[tokio::test]
async fn what_is_done_is_noted_even_if_nobody_waits_for_it_any_more() {
    let (begun, done) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (begins, ends) = (begun.clone(), done.clone());
    let desk = Desk::new(move |order| {
        let (begins, ends) = (begins.clone(), ends.clone());
        Box::pin(async move {
            begins.notify_one();
            ends.notified().await;
            answer(&Orders::default(), &order)
        })
    });
    let service = Service::schools().await;
    let service = service.change(|options| options.desk = Some(desk));
    let waits = form(&service, "/tenants/fresh/certificate", "deed=stage");
    tokio::select! {
        _ = waits => panic!("nothing was done yet"),
        () = begun.notified() => {}
    }
    assert_eq!(noted(&service).await, []);
    done.notify_one();
    let expected = [(Deed::CertificateStaged, "fresh".to_owned())];
    while noted(&service).await != expected {
        tokio::task::yield_now().await;
    }
}
