//! A browser as tests need it: it follows nothing by itself, and presses the buttons of a page.

use microsoft_sim::{Options, Simulator, World};
use reqwest::header::{HeaderMap, LOCATION};
use url::Url;

use crate::client::{Session, WORLD};

/// A company with people, a program that reads, and one that may do nothing.
pub(crate) const PEOPLE: &str = r#"
    [[tenant]]
    key = "company"
    name = "Schulservice"
    domain = "schulservice.example"
    watched = false

    [sign_in]
    tenant = "company"
    secret = "open-sesame"
    redirect_uris = ["http://127.0.0.1/callback", "https://tool.example/callback?from=entra"]

    [[account]]
    name = "Zoë \"Z\" <b>O'Neil</b> & 学校"
    username = "zoe@schulservice.example"
    tenant = "company"
    roles = ["reader", "operator"]

    [[account]]
    name = "No role"
    username = "no.role@schulservice.example"
    tenant = "company"

    [[account]]
    name = "Somebody else"
    username = "somebody@north.example"
    tenant = "north"

    [[daemon]]
    name = "Inventory"
    roles = ["reader"]

    [[daemon]]
    name = "Idle"
    secret = "idle"
"#;

/// Where the program of these tests is.
pub(crate) const CALLBACK: &str = "http://127.0.0.1:5000/callback";

pub(crate) const ZOE: &str = "zoe@schulservice.example";

pub(crate) struct Browser {
    pub(crate) session: Session,
}

/// What the browser shows.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Browser {
    pub(crate) async fn open() -> Browser {
        Browser::of(World::parse(&format!("{WORLD}{PEOPLE}")).unwrap()).await
    }

    pub(crate) async fn of(world: World) -> Browser {
        let simulator = Simulator::start(world, Options::default()).await.unwrap();
        let http = reqwest::Client::builder()
            .tls_certs_only([])
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy();
        let http = http.build().unwrap();
        let session = Session { simulator, http };
        Browser { session }
    }

    pub(crate) async fn get(&self, path: &str) -> Page {
        page(self.session.http.get(self.session.url(path))).await
    }

    pub(crate) async fn post(&self, path: &str, form: &[(&str, &str)]) -> Page {
        page(self.session.http.post(self.session.url(path)).form(form)).await
    }

    /// A sound request to sign in, changed in some parameters; an empty value leaves one out.
    pub(crate) fn authorize(&self, changes: &[(&str, &str)]) -> String {
        let app = self.session.simulator.sign_in_app();
        let (tenant, client) = (app.tenant_id.to_string(), app.client_id.to_string());
        let sound = [
            ("client_id", client.as_str()),
            ("redirect_uri", CALLBACK),
            ("response_type", "code"),
            ("scope", "openid profile"),
            ("state", "st&te=1"),
            ("nonce", "n-1"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        let changed = |name: &str| changes.iter().any(|(other, _)| *other == name);
        let kept = sound.into_iter().filter(|(name, _)| !changed(name));
        let told = changes
            .iter()
            .copied()
            .filter(|(_, value)| !value.is_empty());
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(kept.chain(told))
            .finish();
        format!("/{tenant}/oauth2/v2.0/authorize?{query}")
    }

    /// Chooses an account; leads to the callback, or shows an error.
    pub(crate) async fn choose(&self, username: &str, changes: &[(&str, &str)]) -> Page {
        let picker = self.get(&self.authorize(changes)).await;
        assert_eq!(picker.status, 200, "{picker:?}");
        let accounts = self.session.simulator.accounts();
        let account = accounts.iter().find(|it| it.username == username).unwrap();
        let oid = account.oid.to_string();
        self.post(&picker.action(), &[("account", &oid)]).await
    }

    pub(crate) async fn code(&self) -> String {
        let back = self.choose(ZOE, &[]).await;
        back.parameter("code").unwrap()
    }
}

/// Source: RFC 7636, appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

impl Page {
    /// Where the first form of the page goes.
    pub(crate) fn action(&self) -> String {
        let (_, rest) = self.text.split_once(" action=\"").unwrap();
        rest.split('"').next().unwrap().replace("&amp;", "&")
    }

    /// Where a redirect leads.
    pub(crate) fn location(&self) -> Url {
        let location = self.headers.get(LOCATION);
        let location = location.unwrap_or_else(|| panic!("no redirect: {self:?}"));
        location.to_str().unwrap().parse().unwrap()
    }

    /// A parameter of it.
    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        let location = self.location();
        let mut found = location.query_pairs().filter(|(key, _)| key == name);
        found.next().map(|(_, value)| value.into_owned())
    }

    pub(crate) fn is_led_away(&self) -> bool {
        self.headers.contains_key(LOCATION)
    }
}

async fn page(request: reqwest::RequestBuilder) -> Page {
    let response = request.send().await.unwrap();
    Page {
        status: response.status().as_u16(),
        headers: response.headers().clone(),
        text: response.text().await.unwrap(),
    }
}
