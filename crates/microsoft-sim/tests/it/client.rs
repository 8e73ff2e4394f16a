//! A client as tests need it: it signs assertions of every sort, and shows answers as they came.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey};
use microsoft_sim::{Options, Simulator, TestCredential, World};
use serde_json::{Value, json};

pub(crate) const GRAPH_SCOPE: &str = "https://graph.microsoft.com/.default";

/// Two schools, of which the second has nothing but an app with a secret.
pub(crate) const WORLD: &str = r#"
    [[tenant]]
    key = "north"
    name = "North School"
    domain = "north.example"

    [[tenant.sku]]
    part_number = "STANDARDWOFFPACK_STUDENT"
    sku_id = "314c4481-f395-4525-be8b-2ec4bb1e9d91"
    enabled = 100
    consumed = 80

    [[tenant.sku]]
    part_number = "FLOW_FREE"
    sku_id = "f30db892-07e9-47e9-837c-80727f46fd3d"
    enabled = 10_000
    consumed = 7

    [[tenant]]
    key = "south"
    name = "South School"
    domain = "south.example"
    permissions = []
    secrets = [
        { value = "sesame", ends_in_days = 30 },
        { value = "stale", ends_in_days = -1 },
    ]
"#;

pub(crate) struct Session {
    pub(crate) simulator: Simulator,
    pub(crate) http: reqwest::Client,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) body: Value,
}

impl Session {
    pub(crate) async fn start(options: Options) -> Session {
        Session::over(options, false).await
    }

    /// Over a version of HTTP that the client insists on.
    pub(crate) async fn over(options: Options, http2: bool) -> Session {
        Session::of(World::parse(WORLD).unwrap(), options, http2).await
    }

    pub(crate) async fn of(world: World, options: Options, http2: bool) -> Session {
        let simulator = Simulator::start(world, options).await.unwrap();
        let roots = simulator.ca_pem().map(|ca| ca.as_bytes().to_vec());
        let roots = roots.map(|pem| reqwest::Certificate::from_pem(&pem).unwrap());
        let client = reqwest::Client::builder().tls_certs_only(roots).no_proxy();
        let client = if http2 {
            client.http2_prior_knowledge()
        } else {
            client.http1_only()
        };
        Session {
            simulator,
            http: client.build().unwrap(),
        }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.simulator.base_url())
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        answer(self.http.get(self.url(path))).await.unwrap()
    }

    /// Asks for a token of that tenant with a form.
    pub(crate) async fn post(&self, tenant: &str, form: &[(&str, &str)]) -> Answer {
        let url = self.url(&format!("/{tenant}/oauth2/v2.0/token"));
        answer(self.http.post(url).form(form)).await.unwrap()
    }

    /// Asks for a token with an assertion.
    pub(crate) async fn present(&self, key: &str, assertion: &str) -> Answer {
        let credential = self.simulator.credential(key);
        let client = credential.client_id.to_string();
        let form = form(&client, GRAPH_SCOPE, assertion);
        self.post(&credential.tenant_id.to_string(), &form).await
    }

    /// A token that Graph believes.
    pub(crate) async fn token(&self, key: &str) -> String {
        let assertion = self.assertion(key).signed();
        let answer = self.present(key, &assertion).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.body["access_token"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn graph(&self, path: &str, token: &str) -> reqwest::Result<Answer> {
        answer(self.http.get(self.url(path)).bearer_auth(token)).await
    }

    /// A request with headers and a JSON body, each only if there is one.
    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        token: &str,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> reqwest::Result<Answer> {
        let method = method.parse().unwrap();
        let mut request = self.http.request(method, self.url(path)).bearer_auth(token);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if !body.is_null() {
            request = request.json(body);
        }
        answer(request).await
    }

    /// A sound assertion of a tenant's app.
    pub(crate) fn assertion(&self, key: &str) -> Assertion {
        let credential = self.simulator.credential(key);
        let client = credential.client_id.to_string();
        let endpoint = self.url(&format!("/{}/oauth2/v2.0/token", credential.tenant_id));
        let now = now();
        Assertion {
            algorithm: Algorithm::PS256,
            header: json!({"x5t#S256": x5t_s256(&credential)}),
            claims: json!({
                "aud": endpoint, "iss": client, "sub": client, "jti": "once",
                "nbf": now, "iat": now, "exp": now + 600,
            }),
            credential,
        }
    }
}

pub(crate) fn form<'a>(
    client: &'a str,
    scope: &'a str,
    assertion: &'a str,
) -> [(&'static str, &'a str); 5] {
    [
        ("grant_type", "client_credentials"),
        ("client_id", client),
        ("scope", scope),
        (
            "client_assertion_type",
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        ),
        ("client_assertion", assertion),
    ]
}

pub(crate) async fn answer(request: reqwest::RequestBuilder) -> reqwest::Result<Answer> {
    let response = request.send().await?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let body = response.bytes().await?;
    Ok(Answer {
        status,
        headers,
        body: serde_json::from_slice(&body).unwrap_or(Value::Null),
    })
}

/// An assertion before it is signed, to be made wrong in one way.
pub(crate) struct Assertion {
    pub(crate) algorithm: Algorithm,
    pub(crate) header: Value,
    pub(crate) claims: Value,
    pub(crate) credential: TestCredential,
}

impl Assertion {
    pub(crate) fn claim(mut self, name: &str, value: impl Into<Value>) -> Assertion {
        self.claims[name] = value.into();
        self
    }

    pub(crate) fn without(mut self, claim: &str) -> Assertion {
        self.claims.as_object_mut().unwrap().remove(claim);
        self
    }

    pub(crate) fn signed(mut self) -> String {
        self.header["typ"] = "JWT".into();
        self.header["alg"] = json!(self.algorithm);
        let encoded = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let message = format!("{}.{}", encoded(&self.header), encoded(&self.claims));
        let key = EncodingKey::from_rsa_pem(self.credential.key_pem.as_bytes()).unwrap();
        let signed = jsonwebtoken::crypto::sign(message.as_bytes(), &key, self.algorithm);
        format!("{message}.{}", signed.unwrap())
    }
}

pub(crate) fn x5t_s256(credential: &TestCredential) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &credential.certificate_der);
    URL_SAFE_NO_PAD.encode(digest)
}

#[allow(
    clippy::disallowed_methods,
    reason = "an assertion says when it was made"
)]
pub(crate) fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}
