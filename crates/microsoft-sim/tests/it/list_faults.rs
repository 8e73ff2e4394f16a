//! Lists under batches, quotas and orders of tests: what a client must survive without writing a
//! row twice or believing one that is not there.

use microsoft_sim::{Call, Options};
use serde_json::{Value, json};

use crate::office::{Office, told};

fn part(id: &str, method: &str, url: String, body: Value) -> Value {
    let headers = json!({"Content-Type": "application/json"});
    let mut part = json!({"id": id, "method": method, "headers": headers});
    part["url"] = url.into();
    part["body"] = body;
    part
}

fn statuses(parts: &[Value]) -> Vec<u64> {
    let statuses = parts.iter().map(|part| part["status"].as_u64());
    statuses.map(Option::unwrap).collect()
}

fn titled(title: &str) -> Value {
    json!({"fields": {"Title": title}})
}

#[tokio::test]
async fn a_batch_writes_and_each_part_has_its_own_status() {
    let office = Office::open().await;
    let url = |tail: &str| office.url("Lizenzen", tail);
    office.licence("A").await;
    let tag = office.licence("B").await.body["eTag"].clone();
    office
        .session
        .simulator
        .edit_row("Lizenzen", "2", json!({"Frei": 1}));
    let mut stale = part("3", "PATCH", url("/items/2/fields"), json!({"Frei": 9}));
    stale["headers"]["If-Match"] = tag;
    let mut bare = part("5", "POST", url("/items"), titled("D"));
    bare.as_object_mut().unwrap().remove("headers");
    let parts = office
        .batch(json!([
            part("1", "POST", url("/items"), titled("C")),
            part("2", "PATCH", url("/items/1/fields"), json!({"Frei": 0})),
            stale,
            {"id": "4", "method": "DELETE", "url": url("/items/1")},
            bare,
            {"id": "6", "method": "GET", "url": url("/items?$expand=fields($select=Title)")},
        ]))
        .await;
    assert_eq!(statuses(&parts), [201, 200, 412, 204, 400, 200]);
    assert_eq!(parts[0]["body"]["fields"]["Title"], "C");
    assert_eq!(parts[1]["body"]["Frei"], 0);
    assert!(parts[3].get("body").is_none(), "{}", parts[3]);
    assert_eq!(parts[5]["body"]["value"].as_array().unwrap().len(), 2);
    let counts = office.session.simulator.counts();
    let writes = counts.list_writes;
    assert_eq!((writes.created, writes.updated, writes.deleted), (3, 1, 1));
    assert_eq!(
        (counts.calls(Call::Batch), counts.calls(Call::ListWrite)),
        (1, 2)
    );
}

#[tokio::test]
async fn calls_are_counted_by_what_they_do() {
    let office = Office::open().await;
    office.licence("A").await;
    for path in [
        format!("/v1.0/sites/{}", office.site.site_id),
        office.path("Lizenzen", "/columns"),
        office.path("Lizenzen", "/items"),
        office.path("Lizenzen", "/items/1/fields"),
    ] {
        assert_eq!(office.get(&path).await.status, 200, "{path}");
    }
    let counts = office.session.simulator.counts();
    let named = |name: &str| counts.endpoints[name];
    assert_eq!(
        (named("sites"), named("listItems"), named("listWrite")),
        (2, 2, 1)
    );
    assert_eq!(counts.calls(Call::Sites), 4, "items are under a site, too");
    assert_eq!(counts.calls_of("company", Call::ListItems), 2);
}

fn throttled(sharepoint_units: u32) -> Options {
    Options {
        throttle: true,
        sharepoint_units,
        ..Options::default()
    }
}

/// Windows of a minute may change in between, so the second answer of two decides.
#[tokio::test]
async fn sharepoint_counts_units_by_the_minute_and_says_when_to_come_back() {
    let office = Office::start(throttled(5)).await;
    let items = office.path("Lizenzen", "/items");
    assert_eq!(office.get(&items).await.headers["x-ms-resource-unit"], "2");
    let list = office.path("Lizenzen", "");
    assert_eq!(office.get(&list).await.headers["x-ms-resource-unit"], "1");
    let mut refused = None;
    for _ in 0..6 {
        let answer = office.licence("A").await;
        refused = Some(answer).filter(|it| it.status == 429).or(refused);
    }
    let refused = refused.unwrap();
    assert_eq!(told(&refused), (429, "activityLimitReached"));
    let wait = refused.headers["retry-after"].to_str().unwrap();
    assert!(wait.parse::<u32>().unwrap() <= 60, "{wait}");

    let read = |id: u32| {
        part(
            &id.to_string(),
            "GET",
            office.url("Lizenzen", ""),
            Value::Null,
        )
    };
    let mut parts = office.batch((10..30).map(read).collect()).await;
    let late = parts.pop().unwrap();
    assert_eq!(
        late["status"], 429,
        "twenty parts cost more than five units"
    );
    assert!(late["headers"]["retry-after"].is_string(), "{late}");
}

#[tokio::test]
async fn identities_and_sharepoint_are_throttled_apart() {
    let permissions = "permissions = [\"Sites.Selected\", \"Organization.Read.All\"]\n\
                       throttling = { units = 3 }";
    let office = Office::with(throttled(1_250), permissions).await;
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(office.get("/v1.0/subscribedSkus").await.status);
        assert_eq!(
            office.get(&office.path("Lizenzen", "/items")).await.status,
            200
        );
    }
    assert!(statuses.contains(&429), "{statuses:?}");
}

#[tokio::test]
async fn a_lost_answer_is_lost_after_the_row_was_written() {
    let office = Office::open().await;
    let titles = |office: &Office| {
        let rows = office.session.simulator.rows("Lizenzen").into_iter();
        let titles = rows.map(|row| row.fields["Title"].as_str().unwrap().to_owned());
        titles.collect::<Vec<_>>()
    };
    office.order(r#"{"call":"listWrite","kind":"lostAnswer","times":1}"#);
    let (items, row) = (office.path("Lizenzen", "/items"), titled("A"));
    let token = &office.token;
    let lost = office.session.send("POST", &items, token, &[], &row);
    assert!(lost.await.is_err());
    assert_eq!(titles(&office), ["A"]);

    // A part of a batch has no connection of its own: a server behind has timed out.
    office.order(r#"{"call":"listWrite","kind":"lostAnswer","times":1}"#);
    let url = office.url("Lizenzen", "/items");
    let write = |title: &str| json!([part("1", "POST", url.clone(), titled(title))]);
    let parts = office.batch(write("B")).await;
    assert_eq!(statuses(&parts), [504]);
    assert_eq!(titles(&office), ["A", "B"]);

    office.order(r#"{"call":"batch","kind":"lostAnswer","times":1}"#);
    let requests = json!({"requests": write("C")});
    let batch = "/v1.0/$batch";
    let lost = office
        .session
        .send("POST", batch, &office.token, &[], &requests);
    assert!(lost.await.is_err());
    assert_eq!(titles(&office), ["A", "B", "C"]);
}

#[tokio::test]
async fn a_conflict_befalls_conditional_writes_in_both_ways() {
    let office = Office::open().await;
    let tag = office.licence("A").await.body["eTag"].clone();
    let tag = tag.as_str().unwrap();
    office.order(r#"{"tenant":"company","call":"listWrite","kind":"conflict","times":2}"#);
    let fields = office.path("Lizenzen", "/items/1/fields");
    assert_eq!(
        office.licence("B").await.status,
        201,
        "there is nothing to conflict with"
    );
    let change = || json!({"Frei": 7});
    let first = office.send_if(tag, "PATCH", &fields, change()).await;
    let mut second = part(
        "1",
        "PATCH",
        office.url("Lizenzen", "/items/1/fields"),
        change(),
    );
    second["headers"]["If-Match"] = tag.into();
    let second = office.batch(json!([second.clone()])).await;
    assert_eq!((first.status, statuses(&second)), (412, vec![409]));
    assert_eq!(second[0]["body"]["error"]["code"], "resourceModified");
    assert_eq!(office.session.simulator.rows("Lizenzen")[0].version, 1);
    let third = office.send_if(tag, "PATCH", &fields, change()).await;
    assert_eq!(third.status, 200);
}

#[tokio::test]
async fn a_status_is_ordered_for_reads_writes_and_parts() {
    let office = Office::open().await;
    let items = office.path("Lizenzen", "/items");
    let order = |call: &str, status: u16| {
        let kind = format!(r#"{{"status":{{"status":{status},"retryAfter":{{"seconds":2}}}}}}"#);
        office.order(&format!(r#"{{"call":"{call}","kind":{kind},"times":1}}"#));
    };
    for (status, code) in [
        (403, "accessDenied"),
        (404, "itemNotFound"),
        (409, "resourceModified"),
        (429, "activityLimitReached"),
        (503, "serviceNotAvailable"),
    ] {
        order("sites", status);
        assert_eq!(told(&office.get(&items).await), (status, code));
    }
    order("listItems", 500);
    assert_eq!(office.get(&office.path("Lizenzen", "")).await.status, 200);
    assert_eq!(office.get(&items).await.status, 500);
    order("listWrite", 503);
    assert_eq!(office.get(&items).await.status, 200);
    assert_eq!(office.licence("A").await.status, 503);
    assert!(office.session.simulator.rows("Lizenzen").is_empty());

    order("listWrite", 429);
    let url = || office.url("Lizenzen", "/items");
    let parts = office
        .batch(json!([
            part("1", "GET", url(), Value::Null),
            part("2", "POST", url(), titled("A")),
            part("3", "POST", url(), titled("B")),
        ]))
        .await;
    assert_eq!(statuses(&parts), [200, 429, 201]);
    assert_eq!(parts[1]["headers"]["retry-after"], "2");

    order("batch", 503);
    let whole = office
        .send("POST", "/v1.0/$batch", json!({"requests": []}))
        .await;
    assert_eq!(whole.status, 503);
}

#[tokio::test]
async fn parts_of_a_batch_delay_it_lose_their_token_and_are_spoilt() {
    let office = Office::open().await;
    let url = || office.url("Mandanten", "/items");
    let read = async || {
        office
            .batch(json!([part("1", "GET", url(), Value::Null)]))
            .await
    };
    office.order(r#"{"call":"listItems","kind":"expiredToken","times":1}"#);
    assert_eq!(statuses(&read().await), [401]);
    office.order(r#"{"call":"listItems","kind":"wrongTypes","times":1}"#);
    assert!(read().await[0]["body"]["value"][0]["id"].is_number());
    office.order(r#"{"call":"listItems","kind":{"emptyPages":{"pages":1}},"times":1}"#);
    let page = read().await.remove(0);
    assert_eq!(page["body"]["value"], json!([]));
    assert!(page["body"]["@odata.nextLink"].is_string());
    // What befalls a connection waits for a request that has one.
    office.order(r#"{"call":"listItems","kind":"hang","times":1}"#);
    office.order(r#"{"call":"listItems","kind":{"latency":{"ms":60}},"times":1}"#);
    let begun = tokio::time::Instant::now();
    assert_eq!(statuses(&read().await), [200]);
    assert!(begun.elapsed() >= std::time::Duration::from_millis(60));
}

#[tokio::test]
async fn empty_pages_lead_to_the_rows() {
    let office = Office::open().await;
    office.order(r#"{"call":"listItems","kind":{"emptyPages":{"pages":2}},"times":1}"#);
    let mut page = office.get(&office.path("Mandanten", "/items?$top=1")).await;
    let mut lengths = Vec::new();
    while let Some(link) = page.body["@odata.nextLink"].as_str() {
        lengths.push(page.body["value"].as_array().unwrap().len());
        let path = link.strip_prefix(&office.session.simulator.base_url());
        page = office.get(path.unwrap()).await;
    }
    assert_eq!(lengths, [0, 0, 1]);
    assert_eq!(page.body["value"][0]["id"], "2");
}

#[tokio::test]
async fn some_answers_break_and_the_same_ones_at_each_run() {
    let run = async || {
        let office = Office::open().await;
        let order = r#"{"call":"sites","kind":{"status":{"status":503}}}"#;
        let fault = serde_json::from_str(order).unwrap();
        office.session.simulator.order_some(fault, 40);
        let path = office.path("Lizenzen", "/items");
        let mut statuses = Vec::new();
        for _ in 0..40 {
            statuses.push(office.get(&path).await.status);
        }
        statuses
    };
    let first = run().await;
    let broken = first.iter().filter(|status| **status == 503).count();
    assert!((6..30).contains(&broken), "{first:?}");
    assert_eq!(first, run().await);
}

#[tokio::test]
async fn a_share_of_answers_is_ordered_over_http() {
    let office = Office::open().await;
    let faults = office.session.url("/_sim/faults");
    let order = async |percent: u32| {
        let json = json!({"call": "any", "kind": "hang", "percent": percent});
        let sent = office.session.http.post(&faults).body(json.to_string());
        sent.send().await.unwrap().status().as_u16()
    };
    assert_eq!((order(0).await, order(101).await), (204, 400));
    let list = office.session.get("/_sim/faults").await.body;
    assert_eq!(list[0]["percent"], 0);
    assert_eq!(
        office.licence("A").await.status,
        201,
        "none of a hundred hangs"
    );
}
