//! The page of all licences: what needs action first, found and ordered by its address alone.

use axum::http::{Request, StatusCode};
use domain::Level;

use crate::fixture::{Service, entry, minutes_ago, now, seen, sku};

async fn page(service: &Service, address: &str) -> String {
    let answer = service.get(address).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    answer.text()
}

/// The part numbers in the order of the rows.
fn products(html: &str) -> Vec<&str> {
    let cells = html.split("<small class=\"mono\">").skip(1);
    cells
        .map(|cell| cell.split("</small>").next().unwrap())
        .collect()
}

#[tokio::test]
async fn what_needs_action_stands_first_and_what_is_not_judged_last() {
    let service = Service::schools().await;
    let html = page(&service, "/licenses?language=en").await;
    let found = products(&html);
    assert_eq!(
        found,
        [
            "SUSPENDED",
            "OVER",
            "EXHAUSTED",
            "UNTOLD",
            "STANDARDWOFFPACK_STUDENT",
            "&#60;img src=x onerror=alert(1)&#62; 🎓 &#38; &#34;&#39;",
            "PLENTY",
            "FLOW_FREE",
            "COMPANY",
        ]
    );
    for expected in [
        "‼ over-assigned",
        "✗ exhausted",
        "? unknown",
        "▲ low",
        "✓ enough",
        "– not judged",
        "<strong>−2</strong>",
        "12 of 10",
        "? of 50",
        "10 min ago",
        "1–9 of 9",
        "2 tenants without new numbers",
        "Graph refuses the permission.",
        "Let an administrator consent.",
        "is being asked for the first time",
    ] {
        assert!(html.contains(expected), "{expected}: {html}");
    }
    assert!(!html.contains("Switched off"), "what is off is not shown");
}

#[tokio::test]
async fn the_address_filters_and_orders() {
    let service = Service::schools().await;
    let check = async |query: &str, expected: &[&str]| {
        let html = page(&service, &format!("/licenses{query}")).await;
        assert_eq!(products(&html), expected, "{query}");
    };
    check(
        "?tenant=alpha&sort=product",
        &["EXHAUSTED", "STANDARDWOFFPACK_STUDENT", "OVER", "PLENTY"],
    )
    .await;
    check(
        "?tenant=alpha&sort=-free",
        &["PLENTY", "STANDARDWOFFPACK_STUDENT", "EXHAUSTED", "OVER"],
    )
    .await;
    check("?q=ALPHA+exh", &["EXHAUSTED"]).await;
    check(
        "?tenant=beta&sort=used",
        &[
            "FLOW_FREE",
            "&#60;img src=x onerror=alert(1)&#62; 🎓 &#38; &#34;&#39;",
            "SUSPENDED",
            "COMPANY",
            "UNTOLD",
        ],
    )
    .await;
    check("?q=office%20365", &["STANDARDWOFFPACK_STUDENT"]).await;
    check("?q=sch%C3%BCler", &["STANDARDWOFFPACK_STUDENT"]).await;
    check("?q=SCHULER", &["STANDARDWOFFPACK_STUDENT"]).await;
    check("?level=exhausted", &["EXHAUSTED"]).await;
    check("?level=none", &["COMPANY"]).await;
    check("?tenant=&level=&q=nothing-like-this", &[]).await;
    check("?page=9&level=low", &["STANDARDWOFFPACK_STUDENT"]).await;
    let chosen = page(&service, "/licenses?tenant=alpha&level=low&q=a%22").await;
    for expected in [
        "<option value=\"alpha\" selected>Alpha School<",
        "<option value=\"low\" selected>",
        "value=\"a&#34;\"",
    ] {
        assert!(chosen.contains(expected), "{expected}: {chosen}");
    }
    assert_eq!(chosen.matches(" selected>").count(), 2, "{chosen}");
    let none = page(&service, "/licenses?q=nothing-like-this&language=de").await;
    assert!(none.contains("Nichts passt zum Filter."), "{none}");
    for odd in [
        "?level=red",
        "?sort=colour",
        "?page=x",
        "?page=0",
        "?levl=low",
        "?language=fr",
    ] {
        let answer = service.get(&format!("/licenses{odd}")).await;
        assert_eq!(answer.problem(), "invalid-parameter", "{odd}");
    }
    let nobody = service.get("/licenses?tenant=nobody").await;
    assert_eq!(nobody.problem(), "unknown-tenant");
}

#[tokio::test]
async fn what_is_not_known_stands_last_and_accents_are_passed_over() {
    let service = Service::empty().await;
    let named = [("z", "Zug"), ("a", "Ägeri"), ("b", "aarau")];
    let entries = named.map(|(key, name)| entry(key, name));
    let store = service.store();
    store.sync_tenants(&entries, minutes_ago(9)).await.unwrap();
    for (at, (key, _)) in (1..).zip(named) {
        let mut untold = sku(&format!("UNTOLD_{at}"), 50, 0);
        untold.units.consumed = None;
        let skus = vec![untold, sku(&format!("told_{at}"), 50, at)];
        service.look(key, seen(minutes_ago(1), skus, None)).await;
    }
    for (query, expected) in [
        (
            "sort=tenant&q=told_",
            "told_3 UNTOLD_3 told_2 UNTOLD_2 told_1 UNTOLD_1",
        ),
        (
            "sort=product&q=t",
            "told_1 told_2 told_3 UNTOLD_1 UNTOLD_2 UNTOLD_3",
        ),
        (
            "sort=-product",
            "UNTOLD_3 UNTOLD_2 UNTOLD_1 told_3 told_2 told_1",
        ),
        (
            "sort=used",
            "told_1 told_2 told_3 UNTOLD_3 UNTOLD_2 UNTOLD_1",
        ),
        (
            "sort=-used",
            "told_3 told_2 told_1 UNTOLD_3 UNTOLD_2 UNTOLD_1",
        ),
        (
            "sort=free",
            "told_3 told_2 told_1 UNTOLD_3 UNTOLD_2 UNTOLD_1",
        ),
        (
            "sort=-free",
            "told_1 told_2 told_3 UNTOLD_3 UNTOLD_2 UNTOLD_1",
        ),
    ] {
        let html = page(&service, &format!("/licenses?{query}")).await;
        assert_eq!(products(&html).join(" "), expected, "{query}");
    }
}

#[tokio::test]
async fn pages_hold_fifty_and_together_everything_once() {
    let service = Service::schools().await;
    let many = (0..120).map(|n| sku(&format!("P{n:03}"), 100, n)).collect();
    service.look("beta", seen(minutes_ago(1), many, None)).await;
    let mut all = Vec::new();
    for number in 1..=3 {
        let html = page(
            &service,
            &format!("/licenses?tenant=beta&sort=-used&page={number}"),
        )
        .await;
        let found = products(&html);
        assert_eq!(found.len(), if number < 3 { 50 } else { 20 });
        assert_eq!(html.contains("rel=\"prev\""), number > 1);
        assert_eq!(html.contains("rel=\"next\""), number < 3);
        all.extend(found.into_iter().map(str::to_owned));
    }
    let expected: Vec<String> = (0..120).rev().map(|n| format!("P{n:03}")).collect();
    assert_eq!(all, expected);
}

#[tokio::test]
async fn the_order_of_need_goes_through_all_pages_whoever_has_it() {
    const TENANTS: i64 = 12;
    let service = Service::empty().await;
    let key = |tenant: i64| format!("tenant-{tenant:02}");
    let entries: Vec<_> = (0..TENANTS).map(|it| entry(&key(it), &key(it))).collect();
    let store = service.store();
    store
        .sync_tenants(&entries, minutes_ago(600))
        .await
        .unwrap();
    let mut expected = Vec::new();
    for tenant in 0..TENANTS {
        let is_old = tenant % 5 == 3;
        let skus = (0..40).map(|product| {
            let (name, free) = (
                format!("T{tenant:02}_P{product:02}"),
                (tenant * 7 + product * 13) % 41 - 2,
            );
            // All have as many seats, so fewer free ones are never less urgent.
            let group = match (is_old, free) {
                (true, _) => 1,
                (false, ..=0) => 0,
                (false, _) => 2,
            };
            expected.push((group, free, name.clone()));
            sku(&name, 100, 100 - free)
        });
        let taken = minutes_ago(if is_old { 500 } else { 1 });
        let seen = seen(taken, skus.collect(), None);
        service.look(&key(tenant), seen).await;
    }
    expected.sort_unstable();
    let check = async |query: &str, of: &[i32]| {
        let those = expected.iter().filter(|(group, ..)| of.contains(group));
        let those: Vec<_> = those.map(|(.., name)| name.as_str()).collect();
        let mut found = Vec::new();
        for number in 1..=those.len().div_ceil(50) {
            let html = page(&service, &format!("/licenses?{query}page={number}")).await;
            let those = products(&html).into_iter();
            found.extend(those.map(str::to_owned));
        }
        assert_eq!(found, those, "{query}");
    };
    check("", &[0, 1, 2]).await;
    check("level=unknown&", &[1]).await;
    // Each licence is searched for this, and none left out.
    check("q=_p&", &[0, 1, 2]).await;
}

#[tokio::test]
async fn numbers_that_are_too_old_are_unknown_whatever_they_were() {
    let service = Service::schools().await;
    let later =
        service.change(|options| options.clock = || now() + jiff::SignedDuration::from_hours(3));
    let html = page(&later, "/licenses?tenant=alpha").await;
    assert_eq!(
        html.matches("class=\"level unknown\"").count(),
        5,
        "four rows and their count"
    );
    assert!(!html.contains(&format!("level {}", Level::Enough.as_str())));
}

#[tokio::test]
async fn what_changes_shows_at_once_and_what_does_not_is_not_read_again() {
    let service = Service::schools().await;
    assert!(
        page(&service, "/licenses?tenant=alpha")
            .await
            .contains("99 of 100")
    );
    let skus = vec![sku("EXHAUSTED", 10, 3)];
    service
        .look("alpha", seen(minutes_ago(1), skus, None))
        .await;
    let html = page(&service, "/licenses?tenant=alpha").await;
    assert!(
        html.contains("3 of 10") && !html.contains("99 of 100"),
        "{html}"
    );
    let renamed = entry("alpha", "O'Brien & Söhne");
    service.store().add_tenant(&renamed, now()).await.unwrap();
    let html = page(&service, "/licenses?tenant=alpha").await;
    assert!(html.contains("O&#39;Brien &#38; Söhne"), "{html}");
}

#[tokio::test]
async fn before_the_first_tenant_the_page_says_how_to_add_one() {
    let service = Service::empty().await;
    let german = Request::get("/licenses").header("accept-language", "de");
    let html = service.send(german).await.text();
    assert!(html.contains("Noch kein Mandant"), "{html}");
    assert!(html.contains("licensetool tenant new"), "{html}");
}
