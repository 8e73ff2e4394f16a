//! What Graph answers: lists, items, options, errors, batches, and how it slows clients down.

use microsoft_sim::{Options, Simulator, World};
use serde_json::{Value, json};

use crate::client::{Answer, Session, WORLD};

async fn session() -> (Session, String) {
    let session = Session::start(Options::default()).await;
    let token = session.token("north").await;
    (session, token)
}

fn code(answer: &Answer) -> &str {
    answer.body["error"]["code"].as_str().unwrap_or_default()
}

#[tokio::test]
async fn a_list_has_the_fields_and_headers_of_the_real_one() {
    let (session, token) = session().await;
    let id = "0f8fad5b-d9cb-469f-a165-70867728950e";
    let request = session.http.get(session.url("/v1.0/subscribedSkus"));
    let request = request.bearer_auth(&token).header("client-request-id", id);
    let answer = crate::client::answer(request).await.unwrap();
    let tenant = session.simulator.credential("north").tenant_id;
    let sku = &answer.body["value"][0];
    assert_eq!(
        sku["id"],
        format!("{tenant}_314c4481-f395-4525-be8b-2ec4bb1e9d91")
    );
    assert_eq!(sku["prepaidUnits"]["enabled"], 100);
    assert_eq!(sku["prepaidUnits"]["lockedOut"], 0);
    assert_eq!(
        (&sku["capabilityStatus"], &sku["appliesTo"]),
        (&json!("Enabled"), &json!("User"))
    );
    assert_eq!(answer.headers["client-request-id"], id);
    assert_eq!(answer.headers["odata-version"], "4.0");
    assert!(answer.headers.contains_key("request-id"));
    let kind = answer.headers["content-type"].to_str().unwrap();
    assert!(
        kind.starts_with("application/json;odata.metadata=minimal;"),
        "{kind}"
    );

    let bought = session
        .graph("/v1.0/directory/subscriptions", &token)
        .await
        .unwrap()
        .body;
    let bought = &bought["value"][0];
    assert_eq!(bought["commerceSubscriptionId"], sku["subscriptionIds"][0]);
    assert_eq!(
        (&bought["totalLicenses"], &bought["ownerId"]),
        (&json!(100), &Value::Null)
    );
    assert!(
        bought["createdDateTime"]
            .as_str()
            .unwrap()
            .ends_with("T00:00:00Z")
    );
}

#[tokio::test]
async fn select_leaves_out_what_nobody_asked_for() {
    let (session, token) = session().await;
    let path = "/v1.0/subscribedSkus?$select=skuId,consumedUnits";
    let answer = session.graph(path, &token).await.unwrap();
    let row = json!({"consumedUnits": 80, "skuId": "314c4481-f395-4525-be8b-2ec4bb1e9d91"});
    assert_eq!(answer.body["value"][0], row);
    let context = answer.body["@odata.context"].as_str().unwrap();
    assert!(
        context.ends_with("$metadata#subscribedSkus(skuId,consumedUnits)"),
        "{context}"
    );
}

#[tokio::test]
async fn one_item_is_found_by_each_of_its_keys() {
    let (session, token) = session().await;
    let get = async |path: &str| {
        session
            .graph(&format!("/v1.0{path}"), &token)
            .await
            .unwrap()
    };
    let sku = get("/subscribedSkus").await.body["value"][1].clone();
    let bought = get("/directory/subscriptions").await.body["value"][1].clone();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let (sku_id, id) = (text(&sku["id"]), text(&bought["id"]));
    let commerce = text(&bought["commerceSubscriptionId"]);
    let check = async |path: String, property: &str, expected: &Value| {
        let answer = get(&path).await;
        assert_eq!(
            (answer.status, &answer.body[property]),
            (200, expected),
            "{path}"
        );
        let context = answer.body["@odata.context"].as_str().unwrap();
        assert!(context.ends_with("/$entity"), "{context}");
    };
    check(format!("/subscribedSkus/{sku_id}"), "skuId", &sku["skuId"]).await;
    check(
        format!("/subscribedSkus('{sku_id}')"),
        "skuId",
        &sku["skuId"],
    )
    .await;
    check(
        format!("/directory/subscriptions/{id}"),
        "skuId",
        &bought["skuId"],
    )
    .await;
    let alternate = format!("/directory/subscriptions(commerceSubscriptionId='{commerce}')");
    check(alternate, "id", &bought["id"]).await;
    let missing = get("/subscribedSkus/0_0").await;
    assert_eq!(
        (missing.status, code(&missing)),
        (404, "Request_ResourceNotFound")
    );
}

#[tokio::test]
async fn subscriptions_are_filtered_and_paged() {
    let (session, token) = session().await;
    let base = "/v1.0/directory/subscriptions";
    let rows = async |path: &str| {
        let answer = session.graph(path, &token).await.unwrap();
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        let next = answer.body["@odata.nextLink"].as_str().map(str::to_owned);
        (answer.body["value"].as_array().unwrap().len(), next)
    };
    let flow = "skuId eq 'F30DB892-07e9-47e9-837c-80727f46fd3d'";
    assert_eq!(rows(&format!("{base}?$filter={flow}")).await, (1, None));
    assert_eq!(
        rows(&format!("{base}?$filter=isTrial eq true")).await,
        (0, None)
    );
    assert_eq!(
        rows(&format!("{base}?$filter=isTrial eq false and {flow}")).await,
        (1, None)
    );
    let (first, next) = rows(&format!("{base}?$top=1&$select=id")).await;
    let next = next.unwrap();
    let path = next.strip_prefix(&session.simulator.base_url()).unwrap();
    assert!(path.contains("$select=id"), "{path}");
    assert_eq!((first, rows(path).await), (1, (1, None)));
}

#[tokio::test]
async fn what_graph_does_not_do_is_refused_in_its_words() {
    let (session, token) = session().await;
    let check = async |path: &str, status: u16, expected: &str| {
        let answer = session.graph(path, &token).await.unwrap();
        assert_eq!((answer.status, code(&answer)), (status, expected), "{path}");
        let inner = &answer.body["error"]["innerError"];
        assert_eq!(
            inner["request-id"],
            answer.headers["request-id"].to_str().unwrap()
        );
        assert!(!inner["date"].as_str().unwrap().ends_with('Z'));
    };
    check("/v1.0/users", 400, "BadRequest").await;
    check(
        "/v1.0/subscribedSkus?$filter=skuId eq 'x'",
        400,
        "Request_UnsupportedQuery",
    )
    .await;
    check(
        "/v1.0/directory/subscriptions?$expand=x",
        400,
        "Request_UnsupportedQuery",
    )
    .await;
    let request = session
        .http
        .delete(session.url("/v1.0/subscribedSkus"))
        .bearer_auth(&token);
    assert_eq!(crate::client::answer(request).await.unwrap().status, 405);
}

#[tokio::test]
async fn who_has_no_token_or_no_permission_is_told_so() {
    let (session, token) = session().await;
    let check = async |token: &str| {
        let answer = session.graph("/v1.0/subscribedSkus", token).await.unwrap();
        assert_eq!(
            (answer.status, code(&answer)),
            (401, "InvalidAuthenticationToken"),
            "{token}"
        );
        assert!(
            answer.headers["www-authenticate"]
                .to_str()
                .unwrap()
                .starts_with("Bearer ")
        );
    };
    check("nonsense").await;
    check("a.b.c").await;
    let (signed, signature) = token.rsplit_once('.').unwrap();
    check(&format!("{}.{signature}", signed.replacen('a', "b", 1))).await;
    assert_eq!(session.get("/v1.0/subscribedSkus").await.status, 401);

    let secret = [
        ("grant_type", "client_credentials"),
        (
            "client_id",
            &session.simulator.credential("south").client_id.to_string(),
        ),
        ("client_secret", "sesame"),
        ("scope", "https://management.azure.com/.default"),
    ];
    let elsewhere = session.post("south.example", &secret).await;
    check(elsewhere.body["access_token"].as_str().unwrap()).await;

    let powerless = session.token("south").await;
    let denied = session
        .graph("/v1.0/subscribedSkus", &powerless)
        .await
        .unwrap();
    assert_eq!(
        (denied.status, code(&denied)),
        (403, "Authorization_RequestDenied")
    );
}

fn part(id: &str, url: &str, after: &[&str]) -> Value {
    json!({"id": id, "method": "GET", "url": url, "dependsOn": after})
}

async fn batch(session: &Session, token: &str, requests: Value) -> Answer {
    let body = json!({ "requests": requests }).to_string();
    let request = session
        .http
        .post(session.url("/v1.0/$batch"))
        .bearer_auth(token)
        .body(body);
    crate::client::answer(request).await.unwrap()
}

#[tokio::test]
async fn a_batch_answers_each_of_its_requests_alone() {
    let (session, token) = session().await;
    let requests = json!([
        part("1", "/subscribedSkus?$select=skuId", &[]),
        part("2", "subscribedSkus/0_0", &[]),
        part("3", "/organization", &["2"]),
        part("4", "/organization", &["1"]),
        part("5", "/$batch", &[]),
    ]);
    let answer = batch(&session, &token, requests).await;
    let mut responses = answer.body["responses"].as_array().unwrap().clone();
    assert_eq!(responses[0]["id"], "5", "they come in any order");
    responses.sort_by_key(|part| part["id"].as_str().unwrap().to_owned());
    let statuses: Vec<_> = responses
        .iter()
        .map(|it| it["status"].as_u64().unwrap())
        .collect();
    assert_eq!(statuses, [200, 404, 424, 200, 400]);
    assert_eq!(responses[0]["body"]["value"].as_array().unwrap().len(), 2);
    assert_eq!(
        responses[3]["body"]["value"][0]["displayName"],
        "North School"
    );
}

#[tokio::test]
async fn a_batch_that_breaks_the_rules_is_refused_as_a_whole() {
    let (session, token) = session().await;
    let part = |id: &str, after: &[&str]| part(id, "/organization", after);
    let many: Vec<_> = (0..21).map(|id| part(&id.to_string(), &[])).collect();
    let cases = [
        json!(many),
        json!([]),
        json!([part("1", &[]), part("1", &[])]),
        json!([part("1", &["2"]), part("2", &[])]),
        json!("all"),
    ];
    for requests in cases {
        let answer = batch(&session, &token, requests).await;
        assert_eq!(
            (answer.status, code(&answer)),
            (400, "BadRequest"),
            "{answer:?}"
        );
    }
}

#[tokio::test]
async fn who_asks_too_much_is_told_to_wait_as_the_tenant_does_it() {
    let check = async |retry_after: &str, expected: fn(&str) -> bool| {
        let own = format!("throttling = {{ units = 4, retry_after = \"{retry_after}\" }}");
        let world = WORLD.replace("domain = \"north.example\"", &own);
        let options = Options {
            throttle: true,
            ..Options::default()
        };
        let simulator = Simulator::start(World::parse(&world).unwrap(), options)
            .await
            .unwrap();
        let http = reqwest::Client::builder()
            .tls_certs_only([])
            .no_proxy()
            .build()
            .unwrap();
        let session = Session { simulator, http };
        let token = session.token("north").await;
        // Windows of ten seconds may change in between, so a second pair of requests decides.
        let mut answer = None;
        for _ in 0..4 {
            let it = session.graph("/v1.0/subscribedSkus", &token).await.unwrap();
            assert_eq!(it.headers["x-ms-resource-unit"], "3");
            answer = Some(it).filter(|it| it.status == 429).or(answer);
        }
        let answer = answer.unwrap();
        assert_eq!(code(&answer), "TooManyRequests");
        assert!(
            answer
                .headers
                .contains_key("x-ms-throttle-limit-percentage")
        );
        let header = answer.headers.get("retry-after");
        let header = header.map_or("", |header| header.to_str().unwrap());
        assert!(expected(header), "{header:?}");
    };
    check("integer", |it| it.parse::<u32>().is_ok_and(|it| it <= 10)).await;
    check("fractional", |it| {
        it.contains('.') && it.parse::<f64>().is_ok()
    })
    .await;
    check("missing", str::is_empty).await;
}
