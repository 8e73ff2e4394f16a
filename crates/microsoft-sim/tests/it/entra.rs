//! Who gets a token and who does not, and how Entra says so.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, jwk::JwkSet};
use microsoft_sim::{Call, Options, Simulator, Tls, World};
use serde_json::{Value, json};

use crate::client::{Answer, Assertion, GRAPH_SCOPE, Session, WORLD, form, now, x5t_s256};

async fn session() -> Session {
    Session::start(Options::default()).await
}

fn codes(answer: &Answer) -> u64 {
    answer.body["error_codes"][0].as_u64().unwrap_or_default()
}

#[tokio::test]
async fn a_certificate_gets_a_token_that_the_published_key_confirms() {
    let session = session().await;
    let credential = session.simulator.credential("north");
    let answer = session
        .present("north", &session.assertion("north").signed())
        .await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.body["token_type"], "Bearer");
    assert_eq!(answer.body["expires_in"], 3599);
    assert_eq!(answer.body["ext_expires_in"], 3599);
    assert_eq!(answer.headers["cache-control"], "no-store, no-cache");
    assert!(answer.headers.contains_key("x-ms-request-id"));

    let keys = session.get("/common/discovery/v2.0/keys").await.body;
    let keys: JwkSet = serde_json::from_value(keys).unwrap();
    let token = answer.body["access_token"].as_str().unwrap();
    let kid = jsonwebtoken::decode_header(token).unwrap().kid.unwrap();
    let key = DecodingKey::from_jwk(keys.find(&kid).unwrap()).unwrap();
    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_audience(&["https://graph.microsoft.com"]);
    let claims = jsonwebtoken::decode::<Value>(token, &key, &validation)
        .unwrap()
        .claims;
    assert_eq!(claims["tid"], credential.tenant_id.to_string());
    assert_eq!(claims["appid"], credential.client_id.to_string());
    assert_eq!(claims["roles"], json!(["Organization.Read.All"]));
    assert_eq!(claims["appidacr"], "2");
    let counts = session.simulator.counts();
    assert_eq!(
        (counts.tokens_issued, counts.calls_of("north", Call::Token)),
        (1, 1)
    );
}

async fn accepted<const N: usize>(session: &Session, cases: [(&str, Assertion); N]) {
    for (name, assertion) in cases {
        let answer = session.present("north", &assertion.signed()).await;
        assert_eq!(answer.status, 200, "{name}: {answer:?}");
    }
}

#[tokio::test]
async fn headers_of_real_clients_are_accepted() {
    let session = session().await;
    let sha1 = |engine: &dyn Fn(&[u8]) -> String| {
        let hex = session.simulator.credential("north").thumbprint_sha1_hex;
        let bytes: Vec<u8> = (0..20)
            .map(|n| u8::from_str_radix(&hex[2 * n..2 * n + 2], 16).unwrap())
            .collect();
        json!({"x5t": engine(&bytes)})
    };
    let sound = || session.assertion("north");
    let with = |algorithm, header| Assertion {
        algorithm,
        header,
        ..sound()
    };
    let own = x5t_s256(&session.simulator.credential("north"));
    let cases = [
        (
            "RS256 with x5t",
            with(Algorithm::RS256, sha1(&|it| URL_SAFE_NO_PAD.encode(it))),
        ),
        (
            "padded x5t",
            with(Algorithm::RS256, sha1(&|it| URL_SAFE.encode(it))),
        ),
        (
            "x5t in the other alphabet",
            with(Algorithm::PS256, sha1(&|it| STANDARD.encode(it))),
        ),
        (
            "RS256 with x5t#S256",
            with(Algorithm::RS256, json!({"x5t#S256": own})),
        ),
        (
            "x5c with line breaks",
            with(
                Algorithm::PS256,
                json!({"x5t#S256": own, "x5c": ["MIIC\nAB\n"], "kid": "x"}),
            ),
        ),
    ];
    accepted(&session, cases).await;
}

#[tokio::test]
async fn claims_of_real_clients_are_accepted() {
    let session = session().await;
    let tenant = session.simulator.credential("north").tenant_id;
    let sound = || session.assertion("north");
    let at = now();
    let cases = [
        (
            "fractions",
            sound()
                .claim("exp", at as f64 + 600.25)
                .claim("iat", at as f64 + 0.5),
        ),
        (
            "no nbf, iat or jti",
            sound().without("nbf").without("iat").without("jti"),
        ),
        ("a clock that is ahead", sound().claim("nbf", at + 240)),
        ("a clock that is behind", sound().claim("exp", at - 240)),
        (
            "an issuer as audience",
            sound().claim("aud", session.url(&format!("/{tenant}/v2.0"))),
        ),
        (
            "a domain in the audience",
            sound().claim("aud", session.url("/north.example/oauth2/v2.0/token")),
        ),
        (
            "an id in the audience",
            sound().claim(
                "aud",
                session.url(&format!("/{tenant}/oauth2/v2.0/token?client-request-id=1")),
            ),
        ),
    ];
    accepted(&session, cases).await;
}

/// Assertions that prove nothing, each with the code that Entra refuses it with.
async fn refused<const N: usize>(session: &Session, cases: [(u64, &str, String); N]) {
    for (code, name, assertion) in cases {
        let answer = session.present("north", &assertion).await;
        assert_eq!(codes(&answer), code, "{name}: {answer:?}");
        let description = answer.body["error_description"].as_str().unwrap();
        assert!(
            description.starts_with(&format!("AADSTS{code}: ")),
            "{description}"
        );
        let status = if code == 50_027 { 400 } else { 401 };
        assert_eq!(answer.status, status, "{name}");
    }
    assert_eq!(session.simulator.counts().tokens_issued, 0);
}

#[tokio::test]
async fn a_proof_by_another_key_is_refused_with_its_code() {
    let session = session().await;
    let sound = || session.assertion("north");
    let foreign = session.simulator.credential("south");
    let own = x5t_s256(&session.simulator.credential("north"));
    let claims = sound().claims;
    let with_foreign_key = |header| Assertion {
        header,
        credential: foreign.clone(),
        claims: claims.clone(),
        algorithm: Algorithm::PS256,
    };
    let cases = [
        (
            700_027,
            "another certificate",
            with_foreign_key(json!({"x5t#S256": x5t_s256(&foreign)})).signed(),
        ),
        (
            700_027,
            "another key",
            with_foreign_key(json!({"x5t#S256": own})).signed(),
        ),
        (
            700_027,
            "two thumbprints of two certificates",
            Assertion {
                header: json!({"x5t#S256": own, "x5t": "2jmj7l5rSw0yVb_vlWAYkK_YBwk"}),
                ..sound()
            }
            .signed(),
        ),
        (
            700_027,
            "no thumbprint",
            Assertion {
                header: json!({}),
                ..sound()
            }
            .signed(),
        ),
    ];
    refused(&session, cases).await;
}

#[tokio::test]
async fn claims_that_prove_nothing_are_refused_with_their_code() {
    let session = session().await;
    let sound = || session.assertion("north");
    let at = now();
    let broken = |change: fn(&str) -> String| change(&sound().signed());
    let cases = [
        (700_024, "too old", sound().claim("exp", at - 400).signed()),
        (
            700_024,
            "not yet valid",
            sound().claim("nbf", at + 400).signed(),
        ),
        (
            700_023,
            "another audience",
            sound().claim("aud", "https://elsewhere.example").signed(),
        ),
        (
            700_021,
            "another issuer",
            sound().claim("iss", "someone").signed(),
        ),
        (
            700_021,
            "another subject",
            sound().claim("sub", "someone").signed(),
        ),
        (
            5_002_738,
            "another algorithm",
            Assertion {
                algorithm: Algorithm::RS384,
                ..sound()
            }
            .signed(),
        ),
        (50_027, "no end", sound().without("exp").signed()),
        (
            50_027,
            "two parts",
            broken(|it| it.rsplit_once('.').unwrap().0.to_owned()),
        ),
        (50_027, "no JSON", broken(|it| format!("bm8{it}"))),
        (50_027, "nothing", String::new()),
    ];
    refused(&session, cases).await;
}

type Form<'a> = Vec<(&'a str, &'a str)>;

/// Forms to the token endpoint of a tenant, each with code and status of the refusal.
async fn forms_refused(session: &Session, cases: &[(u64, u16, &str, Form<'_>)]) {
    for (code, status, tenant, form) in cases {
        let answer = session.post(tenant, form).await;
        let refusal = (codes(&answer), answer.status);
        assert_eq!(refusal, (*code, *status), "{form:?}: {answer:?}");
    }
}

#[tokio::test]
async fn a_form_for_the_wrong_tenant_or_app_is_refused_with_its_code() {
    let session = session().await;
    let own = session.simulator.credential("north");
    let (tenant, client) = (own.tenant_id.to_string(), own.client_id.to_string());
    let other_app = session.simulator.credential("south").client_id.to_string();
    let assertion = session.assertion("north").signed();
    let of = |client| form(client, GRAPH_SCOPE, &assertion).to_vec();
    let unknown = "11111111-2222-3333-4444-555555555555";
    let cases = [
        (90_002, 400, unknown, of(&client)),
        (90_002, 400, "elsewhere.example", of(&client)),
        (900_023, 400, "no-tenant", of(&client)),
        (50_059, 400, "common", of(&client)),
        (700_016, 400, &tenant, of(&other_app)),
        (700_016, 400, &tenant, of("no-guid")),
    ];
    forms_refused(&session, &cases).await;
    let answer = session.get(&format!("/{tenant}/oauth2/v2.0/token")).await;
    assert_eq!(codes(&answer), 900_561);
    assert_eq!(session.get("/somewhere").await.status, 404);
}

#[tokio::test]
async fn a_form_that_asks_for_the_wrong_thing_is_refused_with_its_code() {
    let session = session().await;
    let own = session.simulator.credential("north");
    let (tenant, client) = (own.tenant_id.to_string(), own.client_id.to_string());
    let tenant = tenant.as_str();
    let assertion = session.assertion("north").signed();
    let sound = form(&client, GRAPH_SCOPE, &assertion);
    let without = |name: &str| -> Vec<_> { sound.into_iter().filter(|it| it.0 != name).collect() };
    let with = |name: &'static str, value: &'static str| {
        let mut form = without(name);
        form.push((name, value));
        form
    };
    let mut by_secret = without("client_assertion");
    by_secret.push(("client_secret", "guess"));
    let delegated = "https://graph.microsoft.com/User.Read";
    let elsewhere = "https://elsewhere.example/.default";
    let cases = [
        (900_144, 400, tenant, without("grant_type")),
        (900_144, 400, tenant, without("client_id")),
        (900_144, 400, tenant, without("scope")),
        (900_144, 400, tenant, Vec::new()),
        (70_003, 400, tenant, with("grant_type", "password")),
        (1_002_012, 400, tenant, with("scope", delegated)),
        (500_011, 400, tenant, with("scope", elsewhere)),
        (7_000_218, 401, tenant, without("client_assertion")),
        (
            50_012,
            401,
            tenant,
            with("client_assertion_type", "urn:elsewhere"),
        ),
        (7_000_215, 401, tenant, by_secret),
    ];
    forms_refused(&session, &cases).await;
}

#[tokio::test]
async fn a_secret_works_until_it_has_expired() {
    let session = session().await;
    let credential = session.simulator.credential("south");
    let client = credential.client_id.to_string();
    let mut got = Vec::new();
    for secret in ["sesame", "stale", "guess"] {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", &client),
            ("scope", GRAPH_SCOPE),
            ("client_secret", secret),
            ("x-client-SKU", "MSAL.Test"),
        ];
        let answer = session.post("South.Example", &form).await;
        got.push((answer.status, codes(&answer)));
    }
    assert_eq!(got, [(200, 0), (401, 7_000_222), (401, 7_000_215)]);
}

#[tokio::test]
async fn an_expired_certificate_is_refused() {
    let world = WORLD.replace(
        "domain = \"north.example\"",
        "certificate = { from_day = -100, ends_in_days = -1 }",
    );
    let simulator = Simulator::start(World::parse(&world).unwrap(), Options::default()).await;
    let http = reqwest::Client::builder()
        .tls_certs_only([])
        .no_proxy()
        .build()
        .unwrap();
    let session = Session {
        simulator: simulator.unwrap(),
        http,
    };
    let answer = session
        .present("north", &session.assertion("north").signed())
        .await;
    assert_eq!((answer.status, codes(&answer)), (401, 700_027));
    let description = answer.body["error_description"].as_str().unwrap();
    assert!(description.contains("expired"), "{description}");
}

#[tokio::test]
async fn an_error_says_the_id_of_its_request() {
    let session = session().await;
    let id = "0f8fad5b-d9cb-469f-a165-70867728950e";
    let url = session.url("/elsewhere.example/oauth2/v2.0/token");
    let in_query = session.http.post(format!("{url}?client-request-id={id}"));
    let in_header = session.http.post(&url).header("client-request-id", id);
    for request in [in_query, in_header] {
        let answer = crate::client::answer(request).await.unwrap();
        assert_eq!(answer.body["correlation_id"], id);
        assert_eq!(answer.body["error"], "invalid_request");
    }
}

#[tokio::test]
async fn discovery_leads_to_every_endpoint() {
    let session = Session::start(Options {
        tls: Tls::Generated,
        ..Options::default()
    })
    .await;
    let tenant = session.simulator.credential("north").tenant_id;
    let own = session
        .get("/north.example/v2.0/.well-known/openid-configuration")
        .await
        .body;
    assert_eq!(own["issuer"], session.url(&format!("/{tenant}/v2.0")));
    assert_eq!(
        own["token_endpoint"],
        session.url("/north.example/oauth2/v2.0/token")
    );
    let keys = own["jwks_uri"].as_str().unwrap();
    let keys = keys.strip_prefix(&session.simulator.base_url()).unwrap();
    let keys = session.get(keys).await.body;
    let key = &keys["keys"][0];
    assert_eq!(key["kid"], key["x5t"]);
    assert!(key["x5c"][0].is_string() && key.get("alg").is_none());

    let common = session
        .get("/common/v2.0/.well-known/openid-configuration")
        .await
        .body;
    assert_eq!(common["issuer"], session.url("/{tenantid}/v2.0"));
    let unknown = session
        .get("/elsewhere.example/v2.0/.well-known/openid-configuration")
        .await;
    assert_eq!((unknown.status, codes(&unknown)), (400, 90_002));
    assert_eq!(unknown.body["error"], "invalid_tenant");
}

#[tokio::test]
async fn instance_discovery_knows_this_authority_alone() {
    let session = session().await;
    let asked = |authority: &str| {
        format!(
            "/common/discovery/instance?api-version=1.1&authorization_endpoint={authority}\
             /common/oauth2/v2.0/authorize"
        )
    };
    let base = session.simulator.base_url();
    let known = session.get(&asked(&base)).await;
    let host = base.split_once("://").unwrap().1;
    assert_eq!(known.body["metadata"][0]["aliases"], json!([host]));
    let unknown = session
        .get(&asked("https://login.microsoftonline.com"))
        .await;
    assert_eq!((unknown.status, codes(&unknown)), (400, 50_049));
    assert_eq!(unknown.body["error"], "invalid_instance");
}
