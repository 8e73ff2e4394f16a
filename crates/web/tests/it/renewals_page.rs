//! The page of what comes to its date: by month, with what is known and who said so.

use crate::fixture::{Service, minutes_ago, purchase, seen, sku, text};

#[tokio::test]
async fn dates_stand_by_month_with_what_is_known() {
    let service = Service::schools().await;
    let said = text(&service.page("/renewals?language=en").await);
    for expected in [
        "September 2026 Date Product Tenant Seats Never used What happens Say 1 Sep 2026 PLENTY \
         Alpha School 40 80 since 17 Aug 2026 ? unknown The date alone does not say. renews ends",
        "October 2026",
        "GONE Alpha School 5 not known",
        "July 2027 Date Product Tenant Seats Never used What happens Say 31 Jul 2027 PLENTY \
         Alpha School 60 from 90 days before",
    ] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    let page = service.page("/renewals?language=de&tenant=alpha").await;
    for expected in [
        "September 2026",
        "01.09.2026",
        "unbekannt",
        "Das Datum allein sagt es nicht",
    ] {
        assert!(text(&page).contains(expected), "{expected}: {page}");
    }
    assert!(page.contains("href=\"/api/v2/renewals.ics?tenant=alpha&#38;language=de\""));
    let calendar = service
        .get("/api/v2/renewals.ics?tenant=alpha&language=de")
        .await;
    assert_eq!(calendar.status.as_u16(), 200);
}

#[tokio::test]
async fn what_somebody_says_counts_until_it_is_forgotten() {
    let service = Service::schools().await;
    let pin = async |fields: &str| {
        let fields = format!("{fields}&back=/renewals?tenant%3Dalpha");
        service.submit("/renewals/alpha/pin", &fields).await
    };
    let said =
        async |query: &str| text(&service.page(&format!("/renewals?language=en{query}")).await);
    let set = pin("subscription=p-2&outlook=ends").await;
    assert_eq!(
        (set.status.as_u16(), set.header("location")),
        (303, "/renewals?tenant=alpha&done=pinned")
    );
    let all = said("&done=pinned").await;
    assert!(all.contains("✓ What you said is kept."), "{all}");
    assert!(
        all.contains("■ ends Somebody set it so. renews forget"),
        "{all}"
    );
    assert!(!said("&outlook=unknown").await.contains("September 2026"));
    assert!(said("&outlook=ends").await.contains("September 2026"));
    let back = pin("subscription=p-2&outlook=forget").await;
    assert_eq!(
        back.header("location"),
        "/renewals?tenant=alpha&done=unpinned"
    );
    assert!(said("&outlook=unknown").await.contains("September 2026"));
    let none = said("&outlook=ends").await;
    assert!(none.contains("Nothing matches the filter."), "{none}");

    for (fields, status) in [
        ("subscription=p-2&outlook=maybe", 400),
        ("subscription=p-2", 400),
        ("subscription=p-9&outlook=ends", 404),
    ] {
        assert_eq!(pin(fields).await.status.as_u16(), status, "{fields}");
    }
    let nobody = service
        .submit("/renewals/nobody/pin", "subscription=p&outlook=ends")
        .await;
    assert_eq!(nobody.status.as_u16(), 404);
}

#[tokio::test]
async fn only_the_coming_year_is_shown_in_pages() {
    let service = Service::schools().await;
    let mut bought: Vec<_> = (0..150)
        .map(|n| purchase(&format!("s-{n:03}"), "A", n, "2026-12-01T00:00:00Z"))
        .collect();
    bought.push(purchase("far", "FAR", 1, "2027-08-17T06:15:01Z"));
    let look = seen(minutes_ago(1), vec![sku("A", 500, 1)], Some(bought));
    service.look("alpha", look).await;
    let rows = |page: &str| page.matches("name=\"subscription\" value=\"s-").count();
    let first = service.page("/renewals").await;
    assert_eq!(rows(&first), 100);
    let next = first
        .split("<a href=\"")
        .find(|part| part.contains("rel=\"next\""));
    let next = next
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .replace("&#38;", "&");
    let last = service.page(&next).await;
    assert_eq!(rows(&last), 50);
    assert!(!last.contains("rel=\"next\"") && !last.contains("FAR"));
    for query in ["?outlook=maybe", "?cursor=x", "?tenat=a"] {
        let answer = service.get(&format!("/renewals{query}")).await;
        assert_eq!(answer.problem(), "invalid-parameter", "{query}");
    }
    assert_eq!(
        service.get("/renewals?tenant=x").await.problem(),
        "unknown-tenant"
    );
}

#[tokio::test]
async fn empty_years_and_first_runs_are_said() {
    let service = Service::empty().await;
    assert!(text(&service.page("/renewals?language=en").await).contains("No tenant yet"));
    let tenants = [crate::fixture::entry("a", "A")];
    service
        .store()
        .sync_tenants(&tenants, minutes_ago(1))
        .await
        .unwrap();
    let said = text(&service.page("/renewals?language=de").await);
    assert!(said.contains("Nichts wird fällig"), "{said}");
}
