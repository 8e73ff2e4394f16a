//! How people sign in and out, and how the app learns who they are.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use microsoft_sim::{Call, Fault, FaultKind, Spoilt, World};
use serde_json::{Value, json};

use crate::browser::{Browser, CALLBACK, VERIFIER, ZOE};
use crate::client::{Answer, Assertion, WORLD, now, x5t_s256};

/// A form to redeem a code, changed in some fields; an empty value leaves one out.
async fn redeem(browser: &Browser, code: &str, changes: &[(&str, &str)]) -> Answer {
    let app = browser.session.simulator.sign_in_app();
    let client = app.client_id.to_string();
    let sound = [
        ("grant_type", "authorization_code"),
        ("client_id", client.as_str()),
        ("client_secret", app.client_secret.as_str()),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    let changed = |name: &str| changes.iter().any(|(other, _)| *other == name);
    let kept = sound.into_iter().filter(|(name, _)| !changed(name));
    let told = changes
        .iter()
        .copied()
        .filter(|(_, value)| !value.is_empty());
    let form: Vec<_> = kept.chain(told).collect();
    let tenant = app.tenant_id.to_string();
    browser.session.post(&tenant, &form).await
}

fn code_of(answer: &Answer) -> u64 {
    answer.body["error_codes"][0].as_u64().unwrap_or_default()
}

fn part(token: &str, index: usize) -> Value {
    let part = token.split('.').nth(index).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

/// The claims, if the published keys confirm them for that audience.
async fn believed(browser: &Browser, token: &str, issuer: &str, audience: &str) -> Option<Value> {
    let keys = browser.session.get("/common/discovery/v2.0/keys").await;
    let keys: JwkSet = serde_json::from_value(keys.body).unwrap();
    let header = jsonwebtoken::decode_header(token).ok()?;
    let key = DecodingKey::from_jwk(keys.find(&header.kid?)?).unwrap();
    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_audience(&[audience]);
    validation.set_issuer(&[issuer]);
    validation.validate_nbf = true;
    let read = jsonwebtoken::decode::<Value>(token, &key, &validation);
    read.ok().map(|read| read.claims)
}

#[tokio::test]
async fn somebody_signs_in_and_the_app_learns_who_it_is() {
    let browser = Browser::open().await;
    let app = browser.session.simulator.sign_in_app();
    let back = browser.choose(ZOE, &[]).await;
    assert_eq!(back.status, 302);
    assert!(
        back.location()
            .as_str()
            .starts_with(&format!("{CALLBACK}?code="))
    );
    assert_eq!(back.parameter("state").as_deref(), Some("st&te=1"));
    assert!(back.parameter("session_state").is_some());

    let answer = redeem(&browser, &back.parameter("code").unwrap(), &[]).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.body["token_type"], "Bearer");
    let token = answer.body["id_token"].as_str().unwrap();
    let audience = app.client_id.to_string();
    let claims = believed(&browser, token, &app.issuer, &audience)
        .await
        .unwrap();
    let account = &browser.session.simulator.accounts()[0];
    assert_eq!(claims["name"], "Zoë \"Z\" <b>O'Neil</b> & 学校");
    assert_eq!(claims["preferred_username"], ZOE);
    assert_eq!(claims["oid"], account.oid.to_string());
    assert_eq!(claims["tid"], app.tenant_id.to_string());
    assert_eq!(claims["roles"], json!(["reader", "operator"]));
    assert_eq!(claims["nonce"], "n-1");
    assert_eq!(claims["ver"], "2.0");
    assert!(claims["sid"].is_string() && claims["iat"].is_i64());
    assert_ne!(claims["sub"], claims["oid"]);
    let header = part(token, 0);
    assert_eq!(
        (&header["alg"], &header["kid"]),
        (&json!("RS256"), &header["x5t"])
    );

    // The token for Graph lets nobody do what only apps may do.
    let token = answer.body["access_token"].as_str().unwrap();
    let skus = browser
        .session
        .graph("/v1.0/subscribedSkus", token)
        .await
        .unwrap();
    assert_eq!(skus.status, 403);
}

#[tokio::test]
async fn whoever_has_no_role_has_no_such_claim() {
    let browser = Browser::open().await;
    let token = browser
        .session
        .simulator
        .id_token("no.role@schulservice.example", "n", None);
    assert!(part(&token, 1).get("roles").is_none());
}

#[tokio::test]
async fn the_picker_is_a_plain_page_in_which_no_name_is_markup() {
    let browser = Browser::open().await;
    let hint = [
        ("login_hint", "No.Role@schulservice.example"),
        ("prompt", "login"),
    ];
    let page = browser.get(&browser.authorize(&hint)).await;
    assert_eq!(page.headers["content-type"], "text/html; charset=utf-8");
    assert!(page.text.contains("Stand-in for Microsoft Entra"));
    let name = "Zoë &quot;Z&quot; &lt;b&gt;O&#39;Neil&lt;/b&gt; &amp; 学校";
    assert!(
        page.text.contains(name) && !page.text.contains("<b>O'"),
        "{}",
        page.text
    );
    let (hinted, other) = (page.text.find("no.role@"), page.text.find("zoe@"));
    assert!(hinted < other, "the hinted account comes first");
    for outside in ["<script", "src=", "<link", "url(", "@import"] {
        assert!(!page.text.contains(outside), "{outside}");
    }
}

#[tokio::test]
async fn a_request_whose_address_cannot_be_trusted_ends_on_a_page() {
    let browser = Browser::open().await;
    let unknown = "11111111-2222-3333-4444-555555555555";
    let north = browser.session.simulator.credential("north");
    let north = north.client_id.to_string();
    let cases: [(u32, &[(&str, &str)]); 8] = [
        (50_011, &[("redirect_uri", "http://127.0.0.1:5000/other")]),
        (
            50_011,
            &[("redirect_uri", "http://localhost:5000/callback")],
        ),
        (50_011, &[("redirect_uri", "https://tool.example/callback")]),
        (
            50_011,
            &[("redirect_uri", "https://elsewhere.example/callback")],
        ),
        (700_016, &[("client_id", unknown)]),
        (700_016, &[("client_id", &north)]),
        (900_144, &[("client_id", "")]),
        (
            50_011,
            &[("redirect_uri", "<script>"), ("response_type", "token")],
        ),
    ];
    for (code, changes) in cases {
        let page = browser.get(&browser.authorize(changes)).await;
        assert_eq!(page.status, 400, "{changes:?}");
        assert!(!page.is_led_away(), "{changes:?}");
        assert!(
            page.text.contains(&format!("AADSTS{code}: ")),
            "{}",
            page.text
        );
        assert!(!page.text.contains("<script>"), "{changes:?}");
    }
    let path = browser.authorize(&[]);
    let common = path.splitn(3, '/').nth(2).unwrap();
    let page = browser.get(&format!("/common/{common}")).await;
    assert!(page.text.contains("AADSTS50194: "), "{}", page.text);
}

#[tokio::test]
async fn any_other_mistake_is_told_to_the_app() {
    let browser = Browser::open().await;
    type Case<'a> = (&'a str, u32, &'a [(&'a str, &'a str)]);
    let cases: [Case<'_>; 8] = [
        (
            "unsupported_response_type",
            70_005,
            &[("response_type", "id_token")],
        ),
        ("invalid_request", 900_144, &[("response_type", "")]),
        ("invalid_request", 900_144, &[("scope", "")]),
        ("invalid_scope", 70_011, &[("scope", "profile")]),
        ("login_required", 50_058, &[("prompt", "none")]),
        ("invalid_request", 90_023, &[("prompt", "maybe")]),
        ("invalid_request", 50_147, &[("code_challenge", "short")]),
        (
            "invalid_request",
            501_491,
            &[("code_challenge_method", "S512")],
        ),
    ];
    for (error, code, changes) in cases {
        let page = browser.get(&browser.authorize(changes)).await;
        assert_eq!(page.status, 302, "{changes:?}");
        assert_eq!(
            page.parameter("error").as_deref(),
            Some(error),
            "{changes:?}"
        );
        assert_eq!(page.parameter("state").as_deref(), Some("st&te=1"));
        let description = page.parameter("error_description").unwrap();
        assert!(
            description.starts_with(&format!("AADSTS{code}: ")),
            "{description}"
        );
    }
}

#[tokio::test]
async fn each_way_back_is_taken() {
    let browser = Browser::open().await;
    let site = [("redirect_uri", "https://tool.example/callback?from=entra")];
    let back = browser.choose(ZOE, &site).await.location();
    assert!(
        back.as_str()
            .starts_with("https://tool.example/callback?from=entra&code=")
    );

    let back = browser.choose(ZOE, &[("response_mode", "fragment")]).await;
    let fragment = back.location().fragment().unwrap().to_owned();
    assert!(fragment.starts_with("code=") && fragment.ends_with("&state=st%26te%3D1"));

    let page = browser.choose(ZOE, &[("response_mode", "form_post")]).await;
    assert_eq!((page.status, page.action().as_str()), (200, CALLBACK));
    assert!(
        page.text.contains("name=\"state\" value=\"st&amp;te=1\""),
        "{}",
        page.text
    );
    assert!(!page.text.contains("<script"));
}

#[tokio::test]
async fn whoever_cancels_or_belongs_elsewhere_gets_no_code() {
    let browser = Browser::open().await;
    let path = browser.authorize(&[]);
    let back = browser.post(&path, &[("cancel", "1")]).await;
    assert_eq!(back.parameter("error").as_deref(), Some("access_denied"));
    assert!(
        back.parameter("error_description")
            .unwrap()
            .starts_with("AADSTS65004: ")
    );
    assert_eq!(back.parameter("state").as_deref(), Some("st&te=1"));

    let page = browser.choose("somebody@north.example", &[]).await;
    assert!(
        !page.is_led_away() && page.text.contains("AADSTS50020: "),
        "{page:?}"
    );
    let page = browser.post(&path, &[("account", "nobody")]).await;
    assert!(!page.is_led_away(), "{page:?}");
}

#[tokio::test]
async fn a_code_works_once_soon_and_for_its_app_alone() {
    let browser = Browser::open().await;
    let cases: [(u64, &[(&str, &str)]); 9] = [
        (
            501_481,
            &[(
                "code_verifier",
                "a-verifier-of-somebody-else-0123456789-abcdef",
            )],
        ),
        (50_148, &[("code_verifier", "")]),
        (
            500_112,
            &[("redirect_uri", "http://127.0.0.1:5001/callback")],
        ),
        (900_144, &[("redirect_uri", "")]),
        (9_002_313, &[("code", "guess")]),
        (7_000_215, &[("client_secret", "guess")]),
        (7_000_218, &[("client_secret", "")]),
        (70_003, &[("grant_type", "refresh_token")]),
        (900_144, &[("code", "")]),
    ];
    let code = browser.code().await;
    for (expected, changes) in cases {
        let answer = redeem(&browser, &code, changes).await;
        assert_eq!(code_of(&answer), expected, "{changes:?}: {answer:?}");
    }
    let idle = browser.session.simulator.daemon("Idle");
    let idle = idle.client_id.to_string();
    let by_other = [("client_id", idle.as_str()), ("client_secret", "idle")];
    assert_eq!(code_of(&redeem(&browser, &code, &by_other).await), 70_000);

    assert_eq!(redeem(&browser, &code, &[]).await.status, 200);
    let again = redeem(&browser, &code, &[]).await;
    assert_eq!((again.status, code_of(&again)), (400, 54_005));
    assert_eq!(again.body["error"], "invalid_grant");

    let code = browser.code().await;
    browser.session.simulator.expire_codes();
    let late = redeem(&browser, &code, &[]).await;
    assert_eq!((late.status, code_of(&late)), (400, 70_008));
}

#[tokio::test]
async fn a_code_without_a_challenge_takes_no_verifier() {
    let browser = Browser::open().await;
    let without = [("code_challenge", ""), ("code_challenge_method", "")];
    let back = browser.choose(ZOE, &without).await;
    let code = back.parameter("code").unwrap();
    assert_eq!(code_of(&redeem(&browser, &code, &[]).await), 501_481);
    let answer = redeem(&browser, &code, &[("code_verifier", "")]).await;
    assert_eq!(answer.status, 200, "{answer:?}");
}

#[tokio::test]
async fn the_app_proves_itself_by_its_certificate() {
    let browser = Browser::open().await;
    let app = browser.session.simulator.sign_in_app();
    let client = app.client_id.to_string();
    let tenant = app.tenant_id;
    let at = now();
    let assertion = Assertion {
        algorithm: Algorithm::PS256,
        header: json!({"x5t#S256": x5t_s256(&app.credential)}),
        claims: json!({
            "aud": browser.session.url(&format!("/{tenant}/oauth2/v2.0/token")),
            "iss": client, "sub": client, "jti": "1", "nbf": at, "exp": at + 600,
        }),
        credential: app.credential,
    };
    let assertion = assertion.signed();
    let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    let by_certificate = [
        ("client_secret", ""),
        ("client_assertion", assertion.as_str()),
        ("client_assertion_type", kind),
    ];
    let answer = redeem(&browser, &browser.code().await, &by_certificate).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(
        part(answer.body["access_token"].as_str().unwrap(), 1)["appidacr"],
        "2"
    );
}

async fn daemon_token(browser: &Browser, name: &str, scope: &str) -> Answer {
    let daemon = browser.session.simulator.daemon(name);
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", &daemon.client_id.to_string()),
        ("client_secret", &daemon.client_secret),
        ("scope", scope),
    ];
    browser.session.post("schulservice.example", &form).await
}

#[tokio::test]
async fn a_program_gets_a_token_with_the_roles_of_its_app() {
    let browser = Browser::open().await;
    let app = browser.session.simulator.sign_in_app();
    let client = app.client_id.to_string();
    for scope in [
        format!("api://{client}/.default"),
        format!("{client}/.default"),
    ] {
        let answer = daemon_token(&browser, "Inventory", &scope).await;
        let token = answer.body["access_token"].as_str().unwrap();
        let claims = believed(&browser, token, &app.issuer, &client)
            .await
            .unwrap();
        assert_eq!(claims["roles"], json!(["reader"]));
        assert_eq!(claims["ver"], "2.0");
        assert_eq!(claims["azpacr"], "1");
        let refused = browser.session.graph("/v1.0/organization", token).await;
        assert_eq!(refused.unwrap().status, 401, "it is not for Graph");
    }
    let idle = daemon_token(&browser, "Idle", &format!("{client}/.default")).await;
    let claims = part(idle.body["access_token"].as_str().unwrap(), 1);
    assert!(claims.get("roles").is_none() && claims["aud"] == client);
    let unknown = daemon_token(&browser, "Idle", "api://elsewhere/.default").await;
    assert_eq!(code_of(&unknown), 500_011);
}

#[tokio::test]
async fn a_token_is_spoilt_in_one_way_that_its_reader_must_notice() {
    let browser = Browser::open().await;
    let simulator = &browser.session.simulator;
    let app = simulator.sign_in_app();
    let audience = app.client_id.to_string();
    let made = |spoilt| {
        let id_token = simulator.id_token(ZOE, "n-1", spoilt);
        [
            id_token,
            simulator.bearer(ZOE, spoilt),
            simulator.bearer("Inventory", spoilt),
        ]
    };
    for token in made(None) {
        let claims = believed(&browser, &token, &app.issuer, &audience).await;
        assert!(claims.is_some(), "{token}");
    }
    for spoilt in [
        Spoilt::OtherIssuer,
        Spoilt::OtherAudience,
        Spoilt::OtherKey,
        Spoilt::Unsigned,
        Spoilt::Expired,
        Spoilt::NotYetValid,
        Spoilt::UnknownKey,
    ] {
        for token in made(Some(spoilt)) {
            let claims = believed(&browser, &token, &app.issuer, &audience).await;
            assert!(claims.is_none(), "{spoilt:?}: {claims:?}");
        }
    }
    for (spoilt, claim, sound) in [
        (Spoilt::OtherNonce, "nonce", "n-1".to_owned()),
        (Spoilt::OtherTenant, "tid", app.tenant_id.to_string()),
    ] {
        for token in made(Some(spoilt)) {
            let claims = believed(&browser, &token, &app.issuer, &audience)
                .await
                .unwrap();
            assert_ne!(claims[claim], sound, "{spoilt:?}");
        }
    }
}

#[tokio::test]
async fn the_next_sign_in_is_spoilt_and_the_one_after_it_is_not() {
    let browser = Browser::open().await;
    let simulator = &browser.session.simulator;
    simulator.spoil_next_id_token(Spoilt::Unsigned);
    let path = browser.session.url("/_sim/id-token");
    let order = browser
        .session
        .http
        .post(path)
        .body(r#"{"spoilt":"otherNonce"}"#);
    assert_eq!(order.send().await.unwrap().status(), 204);
    let mut seen = Vec::new();
    for _ in 0..3 {
        let answer = redeem(&browser, &browser.code().await, &[]).await;
        let token = answer.body["id_token"].as_str().unwrap();
        let alg = part(token, 0)["alg"].as_str().unwrap().to_owned();
        seen.push((alg, part(token, 1)["nonce"] == "n-1"));
    }
    let expected = [("none", true), ("RS256", false), ("RS256", true)];
    assert_eq!(seen, expected.map(|(alg, sound)| (alg.to_owned(), sound)));
}

#[tokio::test]
async fn keys_roll_over_and_older_tokens_stay_good() {
    let browser = Browser::open().await;
    let simulator = &browser.session.simulator;
    let app = simulator.sign_in_app();
    let audience = app.client_id.to_string();
    let before = simulator.id_token(ZOE, "n", None);
    let graph = browser.session.token("north").await;
    simulator.roll_keys();
    let after = simulator.id_token(ZOE, "n", None);
    assert_ne!(part(&before, 0)["kid"], part(&after, 0)["kid"]);
    for token in [&before, &after] {
        assert!(
            believed(&browser, token, &app.issuer, &audience)
                .await
                .is_some()
        );
    }
    for token in [graph, browser.session.token("north").await] {
        let answer = browser.session.graph("/v1.0/organization", &token).await;
        assert_eq!(answer.unwrap().status, 200);
    }
}

#[tokio::test]
async fn signing_out_tells_the_apps_and_leads_back_to_registered_addresses_alone() {
    let browser = Browser::open().await;
    let simulator = &browser.session.simulator;
    let app = simulator.sign_in_app();
    let discovery = format!("/{}/v2.0/.well-known/openid-configuration", app.tenant_id);
    let discovery = browser.session.get(&discovery).await.body;
    assert_eq!(discovery["issuer"], app.issuer);
    let end = discovery["end_session_endpoint"].as_str().unwrap();
    let end = end.strip_prefix(&simulator.base_url()).unwrap();
    let with = |uri: &str| format!("{end}?state=s1&post_logout_redirect_uri={uri}");

    let back = browser.get(&with("http://127.0.0.1:5000/callback")).await;
    assert_eq!(
        back.location().as_str(),
        "http://127.0.0.1:5000/callback?state=s1"
    );
    let elsewhere = browser.get(&with("https://elsewhere.example/")).await;
    assert!(
        !elsewhere.is_led_away() && !elsewhere.text.contains("elsewhere"),
        "{elsewhere:?}"
    );
    simulator.register_redirect("https://tool.example/bye");
    let bye = browser.get(&with("https://tool.example/bye")).await;
    assert_eq!(bye.status, 302);

    simulator.register_logout("https://tool.example/logout");
    let token = simulator.id_token(ZOE, "n", None);
    let sid = part(&token, 1)["sid"].as_str().unwrap().to_owned();
    let page = with("https://tool.example/bye") + "&id_token_hint=" + &token;
    let page = browser.get(&page).await;
    assert_eq!(page.status, 200);
    let frame = format!("src=\"https://tool.example/logout?sid={sid}&amp;iss=");
    assert!(page.text.contains(&frame), "{}", page.text);
    assert!(
        page.text.contains("http-equiv=\"refresh\""),
        "{}",
        page.text
    );
    assert!(
        page.text
            .contains("href=\"https://tool.example/bye?state=s1\""),
        "{}",
        page.text
    );
}

#[tokio::test]
async fn a_browser_that_signs_out_names_the_session_it_signed_in_to() {
    let browser = Browser::open().await;
    let app = browser.session.simulator.sign_in_app();
    browser
        .session
        .simulator
        .register_logout("https://tool.example/logout");
    let back = browser.choose(ZOE, &[]).await;
    let cookie = back.headers["set-cookie"].to_str().unwrap();
    let cookie = cookie.split(';').next().unwrap();
    let answer = redeem(&browser, &back.parameter("code").unwrap(), &[]).await;
    let sid = part(answer.body["id_token"].as_str().unwrap(), 1)["sid"].clone();
    let frame = format!("https://tool.example/logout?sid={}", sid.as_str().unwrap());

    let end = format!("/{}/oauth2/v2.0/logout", app.tenant_id);
    let check = async |cookie: &str, expected: bool| {
        let url = browser.session.url(&end);
        let request = browser.session.http.get(url).header("cookie", cookie);
        let page = request.send().await.unwrap().text().await.unwrap();
        assert_eq!(page.contains(&frame), expected, "{cookie}: {page}");
    };
    check(cookie, true).await;
    check(&format!("other=1; {cookie}"), true).await;
    check("other=1", false).await;
}

#[tokio::test]
async fn the_simulator_tells_what_to_sign_in_with() {
    let browser = Browser::open().await;
    let told = browser.session.get("/_sim/sign-in").await.body;
    let app = browser.session.simulator.sign_in_app();
    assert_eq!(app.client_secret, "open-sesame");
    assert_eq!(told["client_secret"], "open-sesame");
    assert_eq!(told["client_id"], app.client_id.to_string());
    assert_eq!(told["accounts"][0]["username"], ZOE);
    let inventory = browser.session.simulator.daemon("Inventory");
    assert_eq!(told["daemons"][0]["client_secret"], inventory.client_secret);
    assert!(inventory.client_secret.len() >= 32, "made at the start");
}

#[tokio::test]
async fn the_demo_has_an_account_of_each_role_and_two_without() {
    let browser = Browser::of(World::demo()).await;
    let accounts = browser.session.simulator.accounts().iter();
    let roles: Vec<_> = accounts.map(|it| (&*it.name, it.roles.join(","))).collect();
    let expected = [
        ("Reader", "reader"),
        ("Operator", "operator"),
        ("Admin", "admin"),
        ("No role", ""),
        ("Other tenant's user", ""),
    ];
    assert_eq!(roles, expected.map(|(name, role)| (name, role.to_owned())));
    let callback = [("redirect_uri", "http://localhost:7000/api/v1/auth/callback")];
    let back = browser
        .choose("admin@schulservice.example", &callback)
        .await;
    assert!(back.parameter("code").is_some());
}

#[tokio::test]
async fn a_world_with_a_company_has_people_and_one_without_has_nobody() {
    let browser = Browser::of(World::generate(2, 1, 1).with_company()).await;
    assert_eq!(browser.session.simulator.accounts().len(), 4);
    let browser = Browser::of(World::parse(WORLD).unwrap()).await;
    assert_eq!(browser.session.simulator.accounts(), []);
    assert_eq!(browser.session.get("/_sim/sign-in").await.status, 400);
}

#[tokio::test]
async fn sign_in_breaks_on_order() {
    let browser = Browser::open().await;
    let orders = [Call::Keys, Call::Discovery, Call::Authorize].map(|call| Fault {
        tenant: None,
        call,
        kind: FaultKind::Status {
            status: 503,
            retry_after: None,
        },
        times: Some(1),
    });
    for order in orders {
        browser.session.simulator.order(order);
    }
    let paths = [
        "/common/discovery/v2.0/keys".to_owned(),
        "/common/v2.0/.well-known/openid-configuration".to_owned(),
        browser.authorize(&[]),
    ];
    for path in paths {
        let statuses = [
            browser.get(&path).await.status,
            browser.get(&path).await.status,
        ];
        assert_eq!(statuses, [503, 200], "{path}");
    }
}
