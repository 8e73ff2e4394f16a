//! How a tenant is set up, step by step, and what fails as long as a step is missing.

use jsonwebtoken::Algorithm;
use microsoft_sim::{Options, Simulator, TestCredential, World};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::browser::{Browser, Page};
use crate::client::{Answer, Assertion, GRAPH_SCOPE, Session, WORLD, form, now, x5t_s256};

/// A school that nobody has set up.
const NEW: &str = r#"
    [[tenant]]
    key = "new"
    name = "New <School>"
    domain = "new.example"
    registered = false

    [[tenant.sku]]
    part_number = "FLOW_FREE"
    sku_id = "f30db892-07e9-47e9-837c-80727f46fd3d"
    enabled = 10
"#;

async fn browser() -> Browser {
    Browser::of(World::parse(&format!("{WORLD}{NEW}")).unwrap()).await
}

/// A key and a certificate that an operator has made: those of a school here, which are at hand.
fn own(session: &Session, key: &str) -> (TestCredential, String) {
    let credential = session.simulator.credential(key);
    let base64 = base64::Engine::encode(
        &base64::engine::general_purpose::STANDARD,
        &credential.certificate_der,
    );
    let pem = format!("-----BEGIN CERTIFICATE-----\n{base64}\n-----END CERTIFICATE-----\n");
    (credential, pem)
}

/// Asks for a token of the new school.
async fn token(session: &Session, client_id: Uuid, credential: &TestCredential) -> Answer {
    let client = client_id.to_string();
    let at = now();
    let assertion = Assertion {
        algorithm: Algorithm::PS256,
        header: json!({"x5t#S256": x5t_s256(credential)}),
        claims: json!({
            "aud": session.url("/new.example/oauth2/v2.0/token"),
            "iss": client, "sub": client, "jti": "1", "nbf": at, "exp": at + 600,
        }),
        credential: credential.clone(),
    };
    let assertion = assertion.signed();
    session
        .post("new.example", &form(&client, GRAPH_SCOPE, &assertion))
        .await
}

fn code_of(answer: &Answer) -> u64 {
    answer.body["error_codes"][0].as_u64().unwrap_or_default()
}

/// Status and code of Graph.
async fn skus(session: &Session, answer: &Answer) -> (u16, String) {
    let token = answer.body["access_token"].as_str().unwrap();
    let answer = session.graph("/v1.0/subscribedSkus", token).await.unwrap();
    let code = answer.body["error"]["code"].as_str().unwrap_or_default();
    (answer.status, code.to_owned())
}

async fn control(session: &Session, method: &str, path: &str, body: Value) -> Answer {
    session.send(method, path, "", &[], &body).await.unwrap()
}

#[tokio::test]
async fn each_missing_step_fails_as_it_does_at_microsoft() {
    let browser = browser().await;
    let session = &browser.session;
    let (credential, pem) = own(session, "north");
    let mut tenants = session.simulator.world().tenants();
    assert!(
        tenants.all(|tenant| tenant.key != "new"),
        "it is not watched"
    );

    let unknown = token(session, Uuid::from_u128(7), &credential).await;
    assert_eq!((unknown.status, code_of(&unknown)), (400, 700_016));
    let app = session
        .simulator
        .register_app("new", "licensetool")
        .unwrap();
    let no_certificate = token(session, app, &credential).await;
    assert_eq!(
        (no_certificate.status, code_of(&no_certificate)),
        (401, 700_027)
    );

    let uploaded = session
        .simulator
        .upload_certificate("new", app, pem.as_bytes());
    assert_eq!(uploaded.unwrap(), credential.thumbprint_sha1_hex);
    let answer = token(session, app, &credential).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let denied = (403, "Authorization_RequestDenied".to_owned());
    assert_eq!(skus(session, &answer).await, denied);

    let permission = "Organization.Read.All";
    session
        .simulator
        .request_permission("new", app, permission)
        .unwrap();
    let asked_only = token(session, app, &credential).await;
    assert_eq!(skus(session, &asked_only).await, denied);
    session.simulator.consent("new", app).unwrap();
    assert_eq!(
        skus(session, &asked_only).await,
        denied,
        "an old token stays as it is"
    );
    let answer = token(session, app, &credential).await;
    assert_eq!(skus(session, &answer).await, (200, String::new()));
}

#[tokio::test]
async fn a_second_certificate_replaces_the_first_without_a_gap() {
    let session = Session::start(Options::default()).await;
    let simulator = &session.simulator;
    let (north, _) = own(&session, "north");
    let (_, second) = own(&session, "south");
    let app = north.client_id;
    let thumbprint = simulator
        .upload_certificate("north", app, second.as_bytes())
        .unwrap();
    let twice = simulator.upload_certificate("north", app, second.as_bytes());
    assert!(twice.unwrap_err().contains("already"));
    let both = [north.thumbprint_sha1_hex.clone(), thumbprint];
    assert_eq!(simulator.certificates("north", app).unwrap(), both);

    let by_second = || {
        let mut assertion = session.assertion("north");
        let credential = simulator.credential("south");
        assertion.header = json!({"x5t#S256": x5t_s256(&credential)});
        assertion.credential = credential;
        assertion.signed()
    };
    let by_first = || session.assertion("north").signed();
    assert_eq!(session.present("north", &by_first()).await.status, 200);
    assert_eq!(session.present("north", &by_second()).await.status, 200);
    simulator
        .remove_certificate("north", app, &both[0].to_lowercase())
        .unwrap();
    assert_eq!(
        code_of(&session.present("north", &by_first()).await),
        700_027
    );
    assert_eq!(session.present("north", &by_second()).await.status, 200);
    let again = simulator.remove_certificate("north", app, &both[0]);
    assert!(again.unwrap_err().contains("no certificate"));
}

#[tokio::test]
async fn the_same_is_done_over_http() {
    let browser = browser().await;
    let session = &browser.session;
    let (credential, pem) = own(session, "north");
    let made = control(session, "POST", "/_sim/apps", json!({"tenant": "new"})).await;
    let app: Uuid = serde_json::from_value(made.body["client_id"].clone()).unwrap();
    let upload = json!({"tenant": "new", "client_id": app, "pem": pem});
    let uploaded = control(session, "POST", "/_sim/certificates", upload.clone()).await;
    assert_eq!(uploaded.body["thumbprint"], credential.thumbprint_sha1_hex);
    let again = control(session, "POST", "/_sim/certificates", upload).await;
    assert_eq!(again.status, 400);
    let permission = "Organization.Read.All";
    let grant = json!({"tenant": "new", "client_id": app, "permission": permission});
    assert_eq!(
        control(session, "POST", "/_sim/permissions", grant)
            .await
            .status,
        204
    );
    let answer = token(session, app, &credential).await;
    assert_eq!(skus(session, &answer).await.0, 200);

    let tenants = session.get("/_sim/tenants").await.body;
    let mut tenants = tenants.as_array().unwrap().iter();
    let shown = tenants.find(|it| it["key"] == "new").unwrap();
    assert_eq!(shown["domain"], "new.example");
    assert_eq!(shown["apps"][0]["granted"], json!([permission]));
    let thumbprint = &shown["apps"][0]["certificates"][0]["thumbprint"];
    let removal = json!({"tenant": "new", "client_id": app, "thumbprint": thumbprint});
    assert_eq!(
        control(session, "DELETE", "/_sim/certificates", removal)
            .await
            .status,
        204
    );
    assert_eq!(code_of(&token(session, app, &credential).await), 700_027);
    let nobody = control(session, "POST", "/_sim/apps", json!({"tenant": "nobody"})).await;
    assert_eq!(nobody.status, 400);
}

/// Presses a button of a page whose form goes there.
async fn press(browser: &Browser, page: &Page, end: &str, fields: &[(&str, &str)]) -> Page {
    let mut actions = page.text.split(" action=\"").skip(1);
    let action = actions.find_map(|rest| {
        let action = rest.split('"').next()?;
        action.ends_with(end).then_some(action)
    });
    let done = browser.post(action.unwrap(), fields).await;
    if done.status != 303 {
        return done;
    }
    let next = done.headers["location"].to_str().unwrap().to_owned();
    browser.get(&next).await
}

#[tokio::test]
async fn an_operator_sets_a_tenant_up_in_the_portal() {
    let browser = browser().await;
    let session = &browser.session;
    let (credential, pem) = own(session, "north");
    let list = browser.get("/portal").await;
    assert!(list.text.contains("New &lt;School&gt;") && list.text.contains("Stand-in"));
    let page = browser.get("/portal/new").await;
    let page = press(&browser, &page, "/apps", &[("name", "<watcher>")]).await;
    assert!(page.text.contains("&lt;watcher&gt;"), "{}", page.text);
    let told = page
        .text
        .split_once("Application (client) ID: <code>")
        .unwrap()
        .1;
    let app: Uuid = told.split('<').next().unwrap().parse().unwrap();

    // As a browser sends a file.
    let part = format!(
        "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.crt\"\r\n\
         Content-Type: application/x-x509-ca-cert\r\n\r\n{pem}\r\n\
         --x\r\nContent-Disposition: form-data; name=\"pem\"\r\n\r\n\r\n--x--\r\n"
    );
    let url = session.url(&format!("/portal/new/apps/{app}/certificates"));
    let sent = session.http.post(url).body(part);
    let sent = sent.header("content-type", "multipart/form-data; boundary=x");
    assert_eq!(sent.send().await.unwrap().status(), 303);
    let page = browser.get(&format!("/portal/new/apps/{app}")).await;
    assert!(
        page.text.contains(&credential.thumbprint_sha1_hex),
        "{}",
        page.text
    );

    let permission = [("permission", "Organization.Read.All")];
    let page = press(&browser, &page, "/permissions", &permission).await;
    assert!(
        page.text.contains("(application): not granted"),
        "{}",
        page.text
    );
    let page = press(&browser, &page, "/consent", &[]).await;
    assert!(
        page.text.contains("(application): granted"),
        "{}",
        page.text
    );
    let answer = token(session, app, &credential).await;
    assert_eq!(skus(session, &answer).await.0, 200);

    let page = press(&browser, &page, "/remove", &[]).await;
    assert!(!page.text.contains(&credential.thumbprint_sha1_hex));
    let refused = press(&browser, &page, "/certificates", &[("pem", "hello")]).await;
    assert!(
        refused.status == 400 && refused.text.contains("no certificate"),
        "{refused:?}"
    );
    assert_eq!(browser.get("/portal/nobody").await.status, 400);
}

#[tokio::test]
async fn an_administrator_consents_to_what_the_app_asks_for() {
    let browser = browser().await;
    let simulator = &browser.session.simulator;
    let (credential, pem) = own(&browser.session, "north");
    let app = simulator.register_app("new", "licensetool").unwrap();
    simulator
        .upload_certificate("new", app, pem.as_bytes())
        .unwrap();
    simulator
        .request_permission("new", app, "Organization.Read.All")
        .unwrap();
    let back = "http://127.0.0.1:5000/consented";
    let path = format!("/new.example/adminconsent?client_id={app}&state=s1&redirect_uri={back}");
    let page = browser.get(&path).await;
    assert!(page.text.contains("AADSTS500113: "), "{}", page.text);
    simulator
        .add_redirect("new", app, "http://127.0.0.1/consented")
        .unwrap();
    let page = browser
        .get(&path.replace("5000/consented", "5000/other"))
        .await;
    assert!(page.text.contains("AADSTS50011: ") && !page.is_led_away());

    let page = browser.get(&path).await;
    assert!(
        page.text.contains("<li>Organization.Read.All</li>"),
        "{}",
        page.text
    );
    let declined = browser.post(&page.action(), &[("answer", "cancel")]).await;
    assert_eq!(
        declined.parameter("error").as_deref(),
        Some("access_denied")
    );
    let answer = token(&browser.session, app, &credential).await;
    assert_eq!(skus(&browser.session, &answer).await.0, 403);

    let accepted = browser.post(&page.action(), &[("answer", "accept")]).await;
    let discovery = "/new.example/v2.0/.well-known/openid-configuration";
    let issuer = browser.session.get(discovery).await.body["issuer"].clone();
    let id = issuer.as_str().unwrap().rsplit('/').nth(1).unwrap();
    assert_eq!(
        accepted.location().as_str(),
        format!("{back}?admin_consent=True&tenant={id}&state=s1")
    );
    let answer = token(&browser.session, app, &credential).await;
    assert_eq!(skus(&browser.session, &answer).await.0, 200);
    let unknown = format!("/new.example/adminconsent?client_id={}", Uuid::from_u128(7));
    assert!(browser.get(&unknown).await.text.contains("AADSTS700016: "));
}

#[tokio::test]
async fn the_demo_has_a_school_to_set_up() {
    let simulator = Simulator::start(World::demo(), Options::default())
        .await
        .unwrap();
    assert_eq!(simulator.world().tenants().count(), 2);
    let dir = tempfile::tempdir().unwrap();
    simulator.write_home(dir.path()).unwrap();
    let profiles = std::fs::read_dir(dir.path().join("config-profiles/tenants"));
    assert_eq!(profiles.unwrap().count(), 2);
    assert!(!dir.path().join("certs/neueschule").exists());
    assert!(simulator.register_app("neueschule", "licensetool").is_ok());
}
