//! The company's app at its lists, as tests need it.

use microsoft_sim::{Options, SiteView, World};
use serde_json::{Value, json};

use crate::client::{Answer, Session, WORLD};

/// The company's tenant and its site. Titles are indexed.
const COMPANY: &str = r#"
    [[tenant]]
    key = "company"
    name = "Schulservice"
    domain = "schulservice.example"
    watched = false

    [sharepoint]
    tenant = "company"
    profile = "service"
    name = "Lizenzen"
    indexed = ["Title"]
    parameters = { Mail = "support@schulservice.example" }
"#;

pub(crate) struct Office {
    pub(crate) session: Session,
    pub(crate) token: String,
    pub(crate) site: SiteView,
}

impl Office {
    pub(crate) async fn start(options: Options) -> Office {
        Office::with(options, "").await
    }

    pub(crate) async fn open() -> Office {
        Office::start(Options::default()).await
    }

    /// With more lines in the table of the company's tenant.
    pub(crate) async fn with(options: Options, more: &str) -> Office {
        let own = format!("watched = false\n{more}");
        let company = COMPANY.replace("watched = false", &own);
        let world = World::parse(&format!("{WORLD}{company}")).unwrap();
        let session = Session::of(world, options, false).await;
        Office {
            token: session.token("company").await,
            site: session.simulator.site().unwrap(),
            session,
        }
    }

    /// The path of a list, or of what is under it.
    pub(crate) fn path(&self, list: &str, tail: &str) -> String {
        format!("/v1.0{}", self.url(list, tail))
    }

    /// The same as a part of a batch says it.
    pub(crate) fn url(&self, list: &str, tail: &str) -> String {
        format!("/sites/{}/lists/{list}{tail}", self.site.site_id)
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.session.graph(path, &self.token).await.unwrap()
    }

    pub(crate) async fn send(&self, method: &str, path: &str, body: Value) -> Answer {
        let sent = self.session.send(method, path, &self.token, &[], &body);
        sent.await.unwrap()
    }

    /// With `If-Match`.
    pub(crate) async fn send_if(&self, tag: &str, method: &str, path: &str, body: Value) -> Answer {
        let headers = [("if-match", tag)];
        let sent = self
            .session
            .send(method, path, &self.token, &headers, &body);
        sent.await.unwrap()
    }

    /// A row of the licence list, made through Graph.
    pub(crate) async fn licence(&self, title: &str) -> Answer {
        let path = self.path(&self.site.licences, "/items");
        let fields = json!({"Title": title, "Tenant": "North School", "Frei": 3});
        self.send("POST", &path, json!({"fields": fields})).await
    }

    pub(crate) async fn batch(&self, requests: Value) -> Vec<Value> {
        let answer = self
            .send("POST", "/v1.0/$batch", json!({"requests": requests}))
            .await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let mut parts = answer.body["responses"].as_array().unwrap().clone();
        parts.sort_by_key(|part| part["id"].as_str().unwrap().to_owned());
        parts
    }

    pub(crate) fn order(&self, json: &str) {
        let fault = serde_json::from_str(json).unwrap();
        self.session.simulator.order(fault);
    }
}

pub(crate) fn code(answer: &Answer) -> &str {
    answer.body["error"]["code"].as_str().unwrap_or_default()
}

/// Status and code in one.
pub(crate) fn told(answer: &Answer) -> (u16, &str) {
    (answer.status, code(answer))
}
