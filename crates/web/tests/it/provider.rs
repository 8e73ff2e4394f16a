//! A provider of sign-in for tests, that behaves like Entra or as badly as a test wants.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex};

use aws_lc_rs::digest::{SHA256, digest};
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot, watch};
use url::Url;
use web::{AppCredential, Authority, Registration, SessionKeys, SignIn, SignInApp};

use crate::fixture::now;

pub(crate) const COMPANY: &str = "5b0e2f7c-31d4-4e8e-9c0a-2a6f0d9b7c11";
pub(crate) const CLIENT: &str = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";
pub(crate) const SITE: &str = "https://licensetool.example/";

/// Made once: RSA keys take long.
static KEYS: LazyLock<[KeyPair; 2]> = LazyLock::new(|| {
    [(), ()].map(|()| KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap())
});

/// Changes the claims or the header of the next token.
type Spoil = Box<dyn FnOnce(&mut Value, &mut Value) + Send>;

#[derive(Clone)]
pub(crate) struct Provider(Arc<Shared>);

struct Shared {
    base: Url,
    codes: Mutex<HashMap<String, Granted>>,
    spoil: Mutex<Option<Spoil>>,
    /// What signs, and under which name it is published.
    signs: Mutex<(usize, String)>,
    published: Mutex<Vec<(usize, String)>>,
    asked_for_keys: Mutex<usize>,
    refuses: Mutex<Option<(StatusCode, Value)>>,
    is_away: AtomicBool,
    /// Whoever wants to decide when each question is answered.
    held: Mutex<Option<Held>>,
    asked_about: AtomicUsize,
}

/// Gets, with each question, what lets it be answered.
type Held = mpsc::UnboundedSender<oneshot::Sender<()>>;

#[derive(Clone)]
struct Granted {
    challenge: String,
    claims: Value,
}

impl Provider {
    /// Serves on a free port until the test ends.
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}/", listener.local_addr().unwrap());
        let first = (0, "first".to_owned());
        let provider = Self(Arc::new(Shared {
            base: base.parse().unwrap(),
            codes: Mutex::default(),
            spoil: Mutex::default(),
            signs: Mutex::new(first.clone()),
            published: Mutex::new(vec![first]),
            asked_for_keys: Mutex::default(),
            refuses: Mutex::default(),
            is_away: AtomicBool::default(),
            held: Mutex::default(),
            asked_about: AtomicUsize::default(),
        }));
        let app = Router::new()
            .route(
                "/{tenant}/v2.0/.well-known/openid-configuration",
                get(about),
            )
            .route("/keys", get(keys))
            .route("/token", post(token))
            .with_state(provider.clone());
        tokio::spawn(async { axum::serve(listener, app).await.unwrap() });
        provider
    }

    pub(crate) fn issuer(&self) -> String {
        format!("{}{COMPANY}/v2.0", self.0.base)
    }

    pub(crate) fn registration(&self) -> Registration {
        let certificate = CertificateParams::default().self_signed(&KEYS[0]).unwrap();
        Registration {
            authority: Authority::Entra(self.0.base.clone()),
            tenant_id: COMPANY.to_owned(),
            client_id: CLIENT.to_owned(),
            credential: AppCredential::Certificate {
                der: certificate.der().to_vec(),
                key_pem: KEYS[0].serialize_pem().into(),
            },
            allowed_tenants: Vec::new(),
            require_role: false,
        }
    }

    pub(crate) fn sign_in(&self) -> SignIn {
        self.sign_in_as(self.registration())
    }

    pub(crate) fn sign_in_as(&self, registration: Registration) -> SignIn {
        let keys = SessionKeys::parse(&"QUJD".repeat(16)).unwrap();
        SignIn {
            app: watch::channel(Arc::new(app(registration))).1,
            keys: watch::channel(Arc::new(keys)).1,
            public_url: SITE.parse().unwrap(),
            lifetime: jiff::SignedDuration::from_hours(8),
            trusted_proxies: Vec::new(),
        }
    }

    /// What somebody with these roles proves themselves with.
    pub(crate) fn person(&self, roles: Option<&[&str]>) -> Value {
        let mut claims = json!({
            "iss": self.issuer(), "aud": CLIENT, "tid": COMPANY, "ver": "2.0",
            "oid": "7c9e6679-7425-40de-944b-e07fc1f90ae7", "sub": "pairwise",
            "preferred_username": "operator@schulservice.example", "name": "O'Brien & <b>Söhne</b>",
            "sid": "session-at-the-provider",
            "iat": now().as_second(), "nbf": now().as_second(), "exp": now().as_second() + 3600,
        });
        if let Some(roles) = roles {
            claims["roles"] = json!(roles);
        }
        claims
    }

    /// Lets somebody through the picker: the answer is the code.
    pub(crate) fn picked(&self, authorize: &Url, mut claims: Value) -> String {
        let asked: HashMap<String, String> = authorize.query_pairs().into_owned().collect();
        assert_eq!(asked["code_challenge_method"], "S256");
        claims["nonce"] = asked["nonce"].clone().into();
        let challenge = asked["code_challenge"].clone();
        let code = format!("code-{}", asked["state"]);
        let granted = Granted { challenge, claims };
        self.0.codes.lock().unwrap().insert(code.clone(), granted);
        code
    }

    /// A token with these claims.
    pub(crate) fn signed(&self, claims: Value) -> String {
        let (key, kid) = self.0.signs.lock().unwrap().clone();
        let mut header = json!({"alg": "RS256", "kid": kid});
        let mut claims = claims;
        if let Some(spoil) = self.0.spoil.lock().unwrap().take() {
            spoil(&mut claims, &mut header);
        }
        let plain = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        match header["alg"].as_str() {
            Some("RS256" | "PS256") => {
                let header: Header = serde_json::from_value(header).unwrap();
                let key = EncodingKey::from_rsa_pem(KEYS[key].serialize_pem().as_bytes()).unwrap();
                jsonwebtoken::encode(&header, &claims, &key).unwrap()
            }
            Some("HS256") => {
                // The public key as a secret, as forgers try it.
                let key = EncodingKey::from_secret(KEYS[key].public_key_pem().as_bytes());
                let header: Header = serde_json::from_value(header).unwrap();
                jsonwebtoken::encode(&header, &claims, &key).unwrap()
            }
            _ => format!("{}.{}.", plain(&header), plain(&claims)),
        }
    }

    pub(crate) fn spoil(&self, spoil: impl FnOnce(&mut Value, &mut Value) + Send + 'static) {
        *self.0.spoil.lock().unwrap() = Some(Box::new(spoil));
    }

    /// The next answer to a code.
    pub(crate) fn refuse(&self, status: u16, error: &str, description: &str) {
        let body = json!({"error": error, "error_description": description});
        let status = StatusCode::from_u16(status).unwrap();
        *self.0.refuses.lock().unwrap() = Some((status, body));
    }

    /// Signs with another key, published or not.
    pub(crate) fn roll(&self, publish: bool) {
        let second = (1, "second".to_owned());
        *self.0.signs.lock().unwrap() = second.clone();
        if publish {
            self.0.published.lock().unwrap().push(second);
        }
    }

    /// Signs with another key under the name of the first.
    pub(crate) fn forge(&self) {
        *self.0.signs.lock().unwrap() = (1, "first".to_owned());
    }

    /// Says nothing of itself, or does again.
    pub(crate) fn be_away(&self, is_away: bool) {
        self.0.is_away.store(is_away, Ordering::SeqCst);
    }

    /// How often it was asked about itself, since this was asked last.
    pub(crate) fn asked_about(&self) -> usize {
        self.0.asked_about.swap(0, Ordering::SeqCst)
    }

    /// Answers each question about itself or for a token when it is told to.
    pub(crate) fn hold(&self) -> mpsc::UnboundedReceiver<oneshot::Sender<()>> {
        let (held, questions) = mpsc::unbounded_channel();
        *self.0.held.lock().unwrap() = Some(held);
        questions
    }

    async fn wait_if_held(&self) {
        let held = self.0.held.lock().unwrap().clone();
        if let Some(held) = held {
            let (answer, told) = oneshot::channel();
            held.send(answer).unwrap();
            let _ = told.await;
        }
    }

    pub(crate) fn asked_for_keys(&self) -> usize {
        *self.0.asked_for_keys.lock().unwrap()
    }
}

pub(crate) fn app(registration: Registration) -> SignInApp {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    SignInApp::new(registration, tls).unwrap()
}

async fn about(
    State(provider): State<Provider>,
    axum::extract::Path(tenant): axum::extract::Path<String>,
) -> Result<Json<Value>, StatusCode> {
    provider.wait_if_held().await;
    let shared = &provider.0;
    shared.asked_about.fetch_add(1, Ordering::SeqCst);
    if shared.is_away.load(Ordering::SeqCst) {
        return Err(StatusCode::SERVICE_UNAVAILABLE);
    }
    let base = &shared.base;
    let issued_for = match tenant.as_str() {
        "organizations" => "{tenantid}",
        tenant => tenant,
    };
    Ok(Json(json!({
        "issuer": format!("{base}{issued_for}/v2.0"),
        "authorization_endpoint": format!("{base}authorize"),
        "token_endpoint": format!("{base}token"),
        "jwks_uri": format!("{base}keys"),
        "end_session_endpoint": format!("{base}logout"),
    })))
}

async fn keys(State(Provider(shared)): State<Provider>) -> Json<Value> {
    *shared.asked_for_keys.lock().unwrap() += 1;
    let published = shared.published.lock().unwrap();
    let key = |(key, kid): &(usize, String)| {
        let pem = KEYS[*key].serialize_pem();
        let key = EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap();
        let jwk = Jwk::from_encoding_key(&key, Algorithm::RS256).unwrap();
        let jwk = serde_json::to_value(&jwk).unwrap();
        // No alg, as at Entra.
        json!({"kty": "RSA", "use": "sig", "kid": kid, "n": jwk["n"], "e": jwk["e"]})
    };
    Json(json!({"keys": published.iter().map(key).collect::<Vec<_>>()}))
}

async fn token(State(provider): State<Provider>, form: String) -> (StatusCode, Json<Value>) {
    provider.wait_if_held().await;
    let form = url::form_urlencoded::parse(form.as_bytes()).into_owned();
    let form: HashMap<String, String> = form.collect();
    let shared = &provider.0;
    let refused = |code: u32| {
        let description = format!("AADSTS{code}: no.");
        let body = json!({"error": "invalid_grant", "error_description": description});
        (StatusCode::BAD_REQUEST, Json(body))
    };
    if let Some((status, body)) = shared.refuses.lock().unwrap().take() {
        return (status, Json(body));
    }
    assert_eq!(form["client_id"], CLIENT);
    assert_eq!(form["redirect_uri"], format!("{SITE}api/v1/auth/callback"));
    assert!(form["client_assertion"].split('.').count() == 3);
    let Some(granted) = shared.codes.lock().unwrap().remove(&form["code"]) else {
        return refused(54005);
    };
    let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, form["code_verifier"].as_bytes()));
    if challenge != granted.challenge {
        return refused(501_481);
    }
    let id_token = provider.signed(granted.claims);
    let body = json!({"token_type": "Bearer", "id_token": id_token, "access_token": "x"});
    (StatusCode::OK, Json(body))
}
