//! The log of a whole day's work: structured, each request under its id, and nothing in it that is
//! personal or secret.

use microsoft_sim::sink::{SmtpMode, SmtpOptions, SmtpSink, WebhookSink};
use microsoft_sim::{Call, Fault, FaultKind, Tls, World};
use reqwest::header;
use serde_json::Value;

use crate::fixture::{Office, SIGNING};
use crate::run::{Started, start};
use crate::sign_in::{Browser, KEY, office_with_sign_in};

const NAME: &str = "Zwygart";
const MAIL: &str = "anna.zwygart@schulservice.example";

/// The demo's world, in which the operator has a name.
fn world() -> World {
    let demo = include_str!("../../../microsoft-sim/worlds/demo.toml");
    let text = demo
        .replace("\"Operator\"", "\"Anna Zwygart\"")
        .replace("operator@schulservice.example", MAIL);
    World::parse(&text).unwrap()
}

/// With a channel that works, one that does not, and a tenant that Graph refuses.
async fn troubled(sink: &WebhookSink, mails: &SmtpSink) -> Office {
    let office = office_with_sign_in(world()).await;
    office.webhook(sink, "");
    mails.set_mode(SmtpMode::RefuseRecipients);
    let port = mails.address().port();
    office.set(&format!(
        "[channel.desk]\nkind = \"mail\"\nhost = \"127.0.0.1\"\nport = {port}\ntls = \"none\"\n\
         from = \"licences@company.example\"\nto = \"{MAIL}\"\n"
    ));
    office.sim.order(Fault {
        tenant: Some("iseschool2013".to_owned()),
        call: Call::SubscribedSkus,
        kind: FaultKind::Status {
            status: 403,
            retry_after: None,
        },
        times: None,
    });
    office
}

/// Goes through pages and API, as people, programs and strangers do. Answers what must stay unsaid.
async fn used(office: &Office, pages: &str) -> Vec<String> {
    let mut browser = Browser::new(office.sim.ca_pem());
    let (at, page) = browser
        .sign_in(&format!("{pages}/licenses"), "Anna Zwygart")
        .await;
    assert_eq!((at.path(), page.status().as_u16()), ("/licenses", 200));
    assert!(
        page.text().await.unwrap().contains(MAIL),
        "she is signed in"
    );
    for path in ["/", "/alerts", "/tenants", "/deliveries", "/people/zwygart"] {
        browser.get(&format!("{pages}{path}")).await;
    }
    let token = office.sim.bearer("Inventory", None);
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let stray = format!("{pages}/api/v1/auth/callback?code=zwygart-code&state=s");
    client.get(stray).send().await.unwrap();
    let url = format!("{pages}/api/v2/tenants?q=zwygart");
    client.get(url).bearer_auth(&token).send().await.unwrap();
    let asked = client
        .get(format!("{pages}/api/v2/alerts"))
        .bearer_auth(&token)
        .header("x-request-id", "a-proxys-id")
        .send();
    let asked = asked.await.unwrap();
    assert_eq!(asked.headers()["x-request-id"], "a-proxys-id");

    let accounts = office.sim.accounts().iter();
    let mut unsaid: Vec<String> = accounts.map(|it| it.oid.to_string()).collect();
    let in_queries = browser.led.iter().flat_map(|url| {
        let said = url
            .query_pairs()
            .map(|(name, value)| (name, value.into_owned()));
        let of_secrets = said.filter(|(name, _)| ["code", "state", "nonce"].contains(&&**name));
        of_secrets.map(|(_, value)| value).collect::<Vec<_>>()
    });
    unsaid.extend(in_queries);
    unsaid.extend(browser.cookies.into_values());
    unsaid.push(token);
    unsaid
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_personal_and_no_secret_stands_in_the_log() {
    let sink = WebhookSink::start(Tls::Off).await.unwrap();
    let mails = SmtpSink::start(SmtpOptions::default()).await.unwrap();
    let office = troubled(&sink, &mails).await;
    let started = start(&office, &[], &[("LICENSETOOL_LOG__LEVEL", "debug")]);
    let Started {
        mut running,
        mut log,
        pages,
        ..
    } = started;
    sink.received(1).await;
    log.extend(running.lines_until("a message was not delivered"));
    let mut unsaid = used(&office, &pages).await;
    let ended = tokio::task::spawn_blocking(move || {
        let ended = running.stop();
        (ended, running.rest())
    });
    let (ended, rest) = ended.await.unwrap();
    assert_eq!(ended.code(), Some(0));
    log.extend(rest);

    let log = log.join("\n");
    assert!(unsaid.len() > 10, "codes, cookies and ids were seen");
    unsaid.extend([NAME, "zwygart", MAIL, SIGNING, KEY, "eyJ"].map(str::to_owned));
    unsaid.extend([header::COOKIE, header::AUTHORIZATION].map(|it| format!("{it}:")));
    for secret in unsaid {
        let place = log.find(&secret).map(|at| {
            let line = log[..at].rfind('\n').map_or(0, |end| end + 1);
            log[line..].lines().next()
        });
        assert_eq!(place, None, "{secret} stands in the log");
    }
    check_lines(&log);
}

/// Every line is an object with what collectors look for; requests and failures have their ids.
fn check_lines(log: &str) {
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}")))
        .collect();
    for line in &lines {
        for member in ["timestamp", "level", "target"] {
            assert!(line[member].is_string(), "{member} of {line}");
        }
    }
    let of = |message: &str| lines.iter().find(|line| line["message"] == message);
    let refused = of("a tenant could not be looked at").unwrap();
    let error = refused["error"].as_str().unwrap();
    assert!(error.contains("client-request-id "), "{error}");
    let mut spans = lines.iter().flat_map(|line| line["spans"].as_array());
    let proxied = spans.find_map(|spans| {
        let mut all = spans.iter();
        all.find(|span| span["request_id"] == "a-proxys-id")
    });
    let proxied = proxied.unwrap();
    assert_eq!(proxied["route"], "/api/v2/alerts", "{proxied}");
    assert_eq!(proxied["method"], "GET", "{proxied}");
}
