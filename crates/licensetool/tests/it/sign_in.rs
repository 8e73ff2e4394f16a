//! Signing in over HTTP, from the page to the stand-in Entra's picker and back; and programs with
//! tokens.

use std::collections::BTreeMap;

use microsoft_sim::{Options, Simulator, World};
use reqwest::{Client, Method, Response, StatusCode, header, redirect};
use url::Url;

use crate::fixture::{Office, https, office, program, secret};
use crate::process::Running;

/// Somebody's browser: it keeps cookies by name, and follows redirects when told to.
pub(crate) struct Browser {
    client: Client,
    pub(crate) cookies: BTreeMap<String, String>,
    /// Where it was led when it signed in.
    pub(crate) led: Vec<Url>,
}

impl Browser {
    /// Trusts a CA besides the usual ones.
    pub(crate) fn new(ca_pem: Option<&str>) -> Self {
        let mut client = Client::builder()
            .no_proxy()
            .redirect(redirect::Policy::none());
        if let Some(pem) = ca_pem {
            client =
                client.tls_certs_only([reqwest::Certificate::from_pem(pem.as_bytes()).unwrap()]);
        }
        Self {
            client: client.build().unwrap(),
            cookies: BTreeMap::new(),
            led: Vec::new(),
        }
    }

    async fn ask(&mut self, method: Method, url: &str, form: &[(&str, &str)]) -> Response {
        let cookies = self.cookies.iter();
        let cookies: Vec<String> = cookies.map(|(name, it)| format!("{name}={it}")).collect();
        let mut request = self.client.request(method, url);
        request = request
            .header(header::ACCEPT, "text/html")
            .header(header::ACCEPT_LANGUAGE, "en");
        if url.contains("/api/v2/") {
            request = request.header(header::ACCEPT, "application/json");
        }
        if !cookies.is_empty() {
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        if !form.is_empty() {
            request = request.form(form);
        }
        let answer = request.send().await.unwrap();
        for line in answer.headers().get_all(header::SET_COOKIE) {
            let line = line.to_str().unwrap();
            let (name, rest) = line.split_once('=').unwrap();
            let (value, attributes) = rest.split_once(';').unwrap();
            match attributes.contains("Max-Age=0;") {
                true => drop(self.cookies.remove(name)),
                false => drop(self.cookies.insert(name.to_owned(), value.to_owned())),
            }
        }
        answer
    }

    pub(crate) async fn get(&mut self, url: &str) -> Response {
        self.ask(Method::GET, url, &[]).await
    }

    /// Opens a page, picks the account of this name where it is asked, and ends up somewhere.
    pub(crate) async fn sign_in(&mut self, page: &str, account: &str) -> (Url, Response) {
        let mut at: Url = page.parse().unwrap();
        let mut answer = self.get(page).await;
        for _ in 0..10 {
            if answer.status().is_redirection() {
                at = led_to(&at, &answer);
                self.led.push(at.clone());
                answer = self.get(at.as_str()).await;
            } else if at.path().ends_with("/authorize") {
                let picker = answer.text().await.unwrap();
                let (action, oid) = picked(&picker, account);
                let to = at.join(&action).unwrap();
                answer = self
                    .ask(Method::POST, to.as_str(), &[("account", &oid)])
                    .await;
                assert!(answer.status().is_redirection() || account == "Other tenant's user");
                if !answer.status().is_redirection() {
                    return (at, answer);
                }
            } else {
                return (at, answer);
            }
        }
        panic!("led around in a circle, at last to {at}");
    }
}

fn led_to(from: &Url, answer: &Response) -> Url {
    let to = answer.headers()[header::LOCATION].to_str().unwrap();
    from.join(to).unwrap()
}

/// Where the picker's form goes, and the value of an account's button.
fn picked(picker: &str, account: &str) -> (String, String) {
    let between = |text: &str, begin: &str, end: &str| {
        let (_, rest) = text
            .split_once(begin)
            .unwrap_or_else(|| panic!("no {begin} in {text}"));
        rest.split_once(end).unwrap().0.to_owned()
    };
    let action = between(picker, "action=\"", "\"").replace("&amp;", "&");
    let name = account.replace('\'', "&#39;");
    let buttons: Vec<&str> = picker.split("<button").collect();
    let button = buttons
        .iter()
        .find(|button| button.contains(&format!("<b>{name}</b>")));
    let button = button.unwrap_or_else(|| panic!("no account {account} in {picker}"));
    (action, between(button, "value=\"", "\""))
}

/// Starts the demo with sign-in. Answers where it is.
fn demo() -> (Running, String, Vec<String>) {
    let nowhere = tempfile::tempdir().unwrap();
    let mut command = program(nowhere.path());
    let any = "127.0.0.1:0";
    command.args([
        "demo",
        "--listen",
        any,
        "--metrics-listen",
        any,
        "--pace",
        "1h",
    ]);
    let running = Running::start(command);
    let mut said = running.lines_until("licensetool is running on ");
    let line = said.last().unwrap();
    let address = line.rsplit(' ').next().unwrap().to_owned();
    said.extend(running.lines_until("Ctrl-C"));
    (running, address, said)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newcomer_signs_in_to_the_demo_and_out() {
    let started = tokio::task::spawn_blocking(demo).await.unwrap();
    let (mut running, address, said) = started;
    let accounts = said.iter().find(|line| line.contains("accounts")).unwrap();
    assert!(accounts.contains("Reader, Operator, Admin"), "{accounts}");
    let mut browser = Browser::new(None);
    let (at, page) = browser
        .sign_in(&format!("{address}/licenses"), "Operator")
        .await;
    assert_eq!((at.path(), page.status()), ("/licenses", StatusCode::OK));
    let text = page.text().await.unwrap();
    assert!(text.contains("operator@schulservice.example"), "{text}");
    let order = format!("{address}/api/v2/refreshes");
    let ordered = browser.ask(Method::POST, &order, &[]).await;
    assert_eq!(ordered.status(), StatusCode::ACCEPTED);

    let mut reader = Browser::new(None);
    reader
        .sign_in(&format!("{address}/licenses"), "Reader")
        .await;
    let refused = reader.ask(Method::POST, &order, &[]).await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);

    let mut nobody = Browser::new(None);
    let (at, page) = nobody
        .sign_in(&format!("{address}/licenses"), "No role")
        .await;
    assert_eq!(
        (at.path(), page.status()),
        ("/api/v1/auth/callback", StatusCode::FORBIDDEN)
    );
    assert!(page.text().await.unwrap().contains("has no role here"));
    let (_, page) = nobody
        .sign_in(&format!("{address}/licenses"), "Other tenant's user")
        .await;
    assert!(page.text().await.unwrap().contains("AADSTS50020"));

    let copy = browser.cookies.clone();
    let left = browser.get(&format!("{address}/api/v1/auth/logout")).await;
    let there = led_to(&address.parse().unwrap(), &left);
    assert!(there.path().ends_with("/oauth2/v2.0/logout"), "{there}");
    let signed_out = browser.get(there.as_str()).await;
    let text = signed_out.text().await.unwrap();
    assert!(
        text.contains(&format!("{address}/")),
        "the way back: {text}"
    );
    browser.cookies = copy;
    let again = browser.ask(Method::POST, &order, &[]).await;
    assert_eq!(again.status(), StatusCode::UNAUTHORIZED);
    let ended = tokio::task::spawn_blocking(move || running.stop());
    assert_eq!(ended.await.unwrap().code(), Some(0));
}

pub(crate) const KEY: &str = "QUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJD";

async fn with_sign_in() -> (Office, Running, String) {
    let office = office_with_sign_in(World::demo()).await;
    let (running, address) = crate::run::run(&office);
    (office, running, address)
}

pub(crate) async fn office_with_sign_in(world: World) -> Office {
    let office = office(world, https()).await;
    secret(office.home.path(), "secrets/session", KEY);
    let file = office.home.path().join("licensetool.toml");
    let before = std::fs::read_to_string(&file).unwrap_or_default();
    let settings =
        "auth = \"entra\"\nsession.key_file = \"secrets/session\"\nhome.poll = \"50ms\"\n";
    std::fs::write(&file, format!("{settings}{before}")).unwrap();
    let checked = office.licensetool(&["config", "check"]).await;
    assert!(!checked.out.contains("error:"), "{checked:?}");
    office
}

async fn called(address: &str, token: &str) -> (StatusCode, String) {
    let client = Client::builder().no_proxy().build().unwrap();
    let request = client
        .get(format!("{address}/api/v2/tenants"))
        .bearer_auth(token);
    let answer = request.send().await.unwrap();
    (answer.status(), answer.text().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_signs_in_with_a_certificate_and_others_with_tokens() {
    let (office, _running, address) = with_sign_in().await;
    let sim: &Simulator = &office.sim;
    let (status, said) = called(&address, &sim.bearer("Inventory", None)).await;
    assert_eq!(status, StatusCode::OK, "{said}");
    let (status, said) = called(&address, "nonsense").await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert!(said.contains("invalid-token"), "{said}");
    sim.roll_keys();
    let (status, said) = called(&address, &sim.bearer("Inventory", None)).await;
    assert_eq!(status, StatusCode::OK, "{said}");

    let mut browser = Browser::new(sim.ca_pem());
    let (at, page) = browser
        .sign_in(&format!("{address}/licenses"), "Admin")
        .await;
    assert_eq!((at.path(), page.status()), ("/licenses", StatusCode::OK));

    // A new key beside the old one signs nobody out, and alone it does.
    let order = format!("{address}/api/v2/refreshes");
    let new = KEY.replace('Q', "R");
    secret(
        office.home.path(),
        "secrets/session",
        &format!("{new}\n{KEY}\n"),
    );
    let still = browser.ask(Method::POST, &order, &[]).await;
    assert_eq!(still.status(), StatusCode::ACCEPTED);
    secret(office.home.path(), "secrets/session", &new);
    let out = async {
        while browser.ask(Method::POST, &order, &[]).await.status() != StatusCode::UNAUTHORIZED {
            tokio::task::yield_now().await;
        }
    };
    let out = tokio::time::timeout(std::time::Duration::from_secs(60), out).await;
    assert!(out.is_ok(), "the old key opens still");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_sign_in_lacks_is_said_before_anything_starts() {
    let office = office(World::generate(1, 1, 1), Options::default()).await;
    let home = office.home.path();
    let file = home.join("licensetool.toml");
    let before = std::fs::read_to_string(&file).unwrap_or_default();
    let settings = "auth = \"entra\"\nsession.key_file = \"secrets/session\"\n";
    std::fs::write(&file, format!("{settings}{before}")).unwrap();
    let said = async |words: &str| {
        for command in [["config", "check"], ["run", "--once"]] {
            let ended = office.licensetool(&command).await;
            let told = format!("{}{}", ended.out, ended.err);
            assert!(told.contains(words), "{command:?}: {words} in {told}");
        }
    };
    drop(std::fs::remove_dir_all(home.join("config-profiles/auth")));
    said("there is no profile of the app for sign-in").await;
    let auth = "config-profiles/auth/auth.json";
    secret(home, auth, "{}");
    said("config-profiles/auth/auth.json: tenant_id: is missing").await;
    let profile = r#"{"tenant_id": "5b0e2f7c-31d4-4e8e-9c0a-2a6f0d9b7c11", "client_secret_file":
        "certs/app/secret", "client_id": "3f2504e0-4f89-41d3-9a0c-0305e82c3301"}"#;
    secret(home, auth, profile);
    secret(home, "certs/app/secret", "hush");
    said("there is no file").await;
    secret(home, "secrets/session", "short");
    said("is no key of at least 32 bytes in base64: make one with `openssl rand").await;
}
