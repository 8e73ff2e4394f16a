//! A tenant's certificate credential, and the assertion with which it asks for a token.

use std::fmt;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{KeyPair, RSA_PSS_SHA256, RsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject;
use serde::Serialize;
use uuid::Uuid;
use zeroize::Zeroizing;

/// How long an assertion is valid: Microsoft recommends five to ten minutes.
const LIFETIME: SignedDuration = SignedDuration::from_mins(10);
/// How far this machine's clock may be ahead of Microsoft's.
const CLOCK_AHEAD: SignedDuration = SignedDuration::from_mins(2);

/// What a tenant signs in with: an app's id and the certificate registered with it.
///
/// The private key is kept as its encoded bytes (some 1.2 KiB for 2048 bits), parsed only to sign,
/// and overwritten when dropped. `Debug` shows neither key nor certificate.
pub struct Credential {
    tenant_id: String,
    client_id: String,
    thumbprint_sha1: String,
    x5t_s256: String,
    key: Zeroizing<PrivateKeyDer<'static>>,
}

/// Why a credential cannot be used; each sentence says the way out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CredentialError {
    /// The tenant id cannot stand in an address.
    #[error(
        "the tenant id {0} is neither a GUID nor a domain: copy \"Directory (tenant) ID\" from \
         Entra"
    )]
    TenantId(String),
    /// The client id is empty or no plain text.
    #[error("the client id {0} is no GUID: copy \"Application (client) ID\" from Entra")]
    ClientId(String),
    /// The key needs a password.
    #[error("the private key is encrypted: store it without a password (openssl rsa -in … -out …)")]
    Encrypted,
    /// No private key in the PEM text.
    #[error(
        "there is no private key in the PEM text: it needs a section BEGIN PRIVATE KEY or BEGIN \
         RSA PRIVATE KEY"
    )]
    NoKey,
    /// Not an RSA key, or damaged.
    #[error("the private key is not a usable RSA key: make an RSA key of 2048 bits or more")]
    UnusableKey,
    /// The certificate was made for another key.
    #[error(
        "the private key does not belong to the certificate (SHA-1 {0}): store the two that were \
         made together"
    )]
    OtherKey(String),
}

impl Credential {
    /// Takes a credential after checking that it can sign.
    ///
    /// `tenant_id` is a GUID or domain, `key_pem` a PKCS#1 or PKCS#8 key (other sections of the
    /// PEM text are skipped).
    ///
    /// # Errors
    /// If the ids cannot be sent, or the key is missing, encrypted, no RSA key, or not the
    /// certificate's.
    pub fn new(
        tenant_id: &str,
        client_id: &str,
        certificate_der: &[u8],
        key_pem: &str,
    ) -> Result<Credential, CredentialError> {
        if !is_host_like(tenant_id) {
            return Err(CredentialError::TenantId(crate::untrusted::excerpt(
                tenant_id,
            )));
        }
        if !is_host_like(client_id) {
            return Err(CredentialError::ClientId(crate::untrusted::excerpt(
                client_id,
            )));
        }
        let sha1 = digest(&SHA1_FOR_LEGACY_USE_ONLY, certificate_der);
        let thumbprint_sha1: String = sha1.as_ref().iter().map(|b| format!("{b:02X}")).collect();
        let key = Zeroizing::new(read_key(key_pem)?);
        if !holds_public_key(certificate_der, &key_pair(&key)?) {
            return Err(CredentialError::OtherKey(thumbprint_sha1));
        }
        Ok(Credential {
            tenant_id: tenant_id.to_owned(),
            client_id: client_id.to_owned(),
            thumbprint_sha1,
            x5t_s256: URL_SAFE_NO_PAD.encode(digest(&SHA256, certificate_der)),
            key,
        })
    }

    /// The tenant, as given.
    pub fn tenant_id(&self) -> &str {
        &self.tenant_id
    }

    /// The app, as given.
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// The certificate's thumbprint as Entra's portal shows it: SHA-1, hexadecimal, upper case.
    pub fn thumbprint_sha1(&self) -> &str {
        &self.thumbprint_sha1
    }

    /// A signed assertion for one token request: a JWT with PS256 and `x5t#S256`, as Microsoft
    /// documents it since 2025. Takes about a millisecond of CPU, so not on an async thread.
    pub(crate) fn assertion(&self, audience: &str, now: Timestamp) -> String {
        let header = Header {
            alg: "PS256",
            typ: "JWT",
            x5t_s256: &self.x5t_s256,
        };
        let claims = Claims {
            aud: audience,
            iss: &self.client_id,
            sub: &self.client_id,
            jti: Uuid::new_v4(),
            iat: now.as_second(),
            nbf: (now - CLOCK_AHEAD).as_second(),
            exp: (now + LIFETIME).as_second(),
        };
        let mut token = format!("{}.{}", part(&header), part(&claims));
        let pair = key_pair(&self.key).expect("the key has signed before, in `new`");
        let mut signature = vec![0; pair.public_modulus_len()];
        pair.sign(
            &RSA_PSS_SHA256,
            &SystemRandom::new(),
            token.as_bytes(),
            &mut signature,
        )
        .expect("a parsed RSA key of at least 2048 bits signs a message");
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(&signature, &mut token);
        token
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential")
            .field("tenant_id", &self.tenant_id)
            .field("client_id", &self.client_id)
            .field("thumbprint_sha1", &self.thumbprint_sha1)
            .finish_non_exhaustive()
    }
}

#[derive(Serialize)]
struct Header<'a> {
    alg: &'static str,
    typ: &'static str,
    #[serde(rename = "x5t#S256")]
    x5t_s256: &'a str,
}

#[derive(Serialize)]
struct Claims<'a> {
    aud: &'a str,
    iss: &'a str,
    sub: &'a str,
    jti: Uuid,
    iat: i64,
    nbf: i64,
    exp: i64,
}

fn part(json: &impl Serialize) -> String {
    let bytes = serde_json::to_vec(json).expect("a struct of texts and numbers becomes JSON");
    URL_SAFE_NO_PAD.encode(bytes)
}

/// GUIDs and domains only: the tenant id becomes a part of an address.
pub(crate) fn is_host_like(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.' || c == '_';
    (1..=253).contains(&text.len()) && text.chars().all(plain) && !text.starts_with('.')
}

fn read_key(pem: &str) -> Result<PrivateKeyDer<'static>, CredentialError> {
    if pem.contains("ENCRYPTED") {
        return Err(CredentialError::Encrypted);
    }
    PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| CredentialError::NoKey)
}

fn key_pair(key: &PrivateKeyDer<'_>) -> Result<RsaKeyPair, CredentialError> {
    match key {
        PrivateKeyDer::Pkcs1(der) => RsaKeyPair::from_der(der.secret_pkcs1_der()),
        PrivateKeyDer::Pkcs8(der) => RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()),
        _ => return Err(CredentialError::UnusableKey),
    }
    .map_err(|_| CredentialError::UnusableKey)
}

/// A certificate holds its public key byte for byte as PKCS#1 encodes it, so that no X.509 parser
/// is needed to compare.
fn holds_public_key(certificate_der: &[u8], pair: &RsaKeyPair) -> bool {
    let public = pair.public_key().as_ref();
    certificate_der
        .windows(public.len())
        .any(|window| window == public)
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lc_rs::signature::{RSA_PSS_2048_8192_SHA256, UnparsedPublicKey};
    use rcgen::{CertificateParams, KeyPair as Generated, PKCS_RSA_SHA256, RsaKeySize};
    use std::sync::LazyLock;

    struct Pair {
        certificate_der: Vec<u8>,
        pkcs8_pem: String,
        public: Vec<u8>,
    }

    fn generate() -> Pair {
        let key = Generated::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
        let certificate = CertificateParams::default().self_signed(&key).unwrap();
        Pair {
            certificate_der: certificate.der().to_vec(),
            pkcs8_pem: key.serialize_pem(),
            public: key.public_key_raw().to_vec(),
        }
    }

    static PAIR: LazyLock<Pair> = LazyLock::new(generate);

    /// A PKCS#8 key is a PKCS#1 key in a wrapper of 26 bytes, at 2048 bits.
    fn pkcs1_pem(pkcs8_pem: &str) -> String {
        let der = match PrivateKeyDer::from_pem_slice(pkcs8_pem.as_bytes()).unwrap() {
            PrivateKeyDer::Pkcs8(der) => der.secret_pkcs8_der().to_vec(),
            other => panic!("{other:?}"),
        };
        pem("RSA PRIVATE KEY", &der[26..])
    }

    fn pem(label: &str, der: &[u8]) -> String {
        let text = base64::engine::general_purpose::STANDARD.encode(der);
        let lines: Vec<_> = text
            .as_bytes()
            .chunks(64)
            .map(|line| str::from_utf8(line).unwrap())
            .collect();
        format!(
            "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
            lines.join("\n")
        )
    }

    fn credential(key_pem: &str) -> Result<Credential, CredentialError> {
        Credential::new("contoso.com", "client", &PAIR.certificate_der, key_pem)
    }

    fn decoded(part: &str) -> serde_json::Value {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
    }

    #[test]
    fn an_assertion_says_who_asks_whom_and_when_and_is_signed() {
        let now: Timestamp = "2026-08-10T06:00:00Z".parse().unwrap();
        let both = [PAIR.pkcs8_pem.clone(), pkcs1_pem(&PAIR.pkcs8_pem)];
        for key_pem in both {
            let credential = credential(&key_pem).unwrap();
            let assertion = credential.assertion("https://login/token", now);
            let parts: Vec<_> = assertion.split('.').collect();
            let thumbprint = URL_SAFE_NO_PAD.encode(digest(&SHA256, &PAIR.certificate_der));
            let header = serde_json::json!({"alg": "PS256", "typ": "JWT", "x5t#S256": thumbprint});
            assert_eq!(decoded(parts[0]), header);
            let claims = decoded(parts[1]);
            assert_eq!(claims["aud"], "https://login/token");
            assert_eq!(
                (&claims["iss"], &claims["sub"]),
                (&"client".into(), &"client".into())
            );
            assert_eq!(claims["iat"], now.as_second());
            assert_eq!(claims["nbf"], now.as_second() - 120);
            assert_eq!(claims["exp"], now.as_second() + 600);
            let signed = format!("{}.{}", parts[0], parts[1]);
            let signature = URL_SAFE_NO_PAD.decode(parts[2]).unwrap();
            UnparsedPublicKey::new(&RSA_PSS_2048_8192_SHA256, &PAIR.public)
                .verify(signed.as_bytes(), &signature)
                .unwrap();
        }
    }

    #[test]
    fn every_assertion_has_its_own_id() {
        let credential = credential(&PAIR.pkcs8_pem).unwrap();
        let id = || {
            let assertion = credential.assertion("a", Timestamp::UNIX_EPOCH);
            decoded(assertion.split('.').nth(1).unwrap())["jti"].clone()
        };
        assert_ne!(id(), id());
    }

    #[test]
    fn a_key_among_other_sections_is_found() {
        let certificate = pem("CERTIFICATE", &PAIR.certificate_der);
        assert!(credential(&format!("{certificate}{}", PAIR.pkcs8_pem)).is_ok());
        assert!(credential(&format!("{}{certificate}", PAIR.pkcs8_pem)).is_ok());
    }

    #[test]
    fn a_key_that_cannot_sign_is_refused_at_once() {
        let check = |key_pem: &str, expected: CredentialError| {
            assert_eq!(credential(key_pem).unwrap_err(), expected, "{key_pem}");
        };
        check("", CredentialError::NoKey);
        check(
            &pem("CERTIFICATE", &PAIR.certificate_der),
            CredentialError::NoKey,
        );
        check(
            &pem("ENCRYPTED PRIVATE KEY", b"x"),
            CredentialError::Encrypted,
        );
        let old = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC";
        check(old, CredentialError::Encrypted);
        check(
            &pem("PRIVATE KEY", b"damaged"),
            CredentialError::UnusableKey,
        );
        check(
            &pem("RSA PRIVATE KEY", b"damaged"),
            CredentialError::UnusableKey,
        );
        let elliptic = Generated::generate().unwrap();
        check(&elliptic.serialize_pem(), CredentialError::UnusableKey);
        let sha1 = credential(&PAIR.pkcs8_pem)
            .unwrap()
            .thumbprint_sha1()
            .to_owned();
        check(&generate().pkcs8_pem, CredentialError::OtherKey(sha1));
    }

    #[test]
    fn ids_that_cannot_be_sent_are_refused() {
        let check = |tenant: &str, client: &str, fits: bool| {
            let got = Credential::new(tenant, client, &PAIR.certificate_der, &PAIR.pkcs8_pem);
            assert_eq!(got.is_ok(), fits, "{tenant} {client}");
        };
        check("0f8fad5b-d9cb-469f-a165-70867728950e", "client", true);
        check("school.onmicrosoft.com", "client", true);
        for wrong in [
            "", "..", "a/b", "a b", "a?b", "a%2fb", "a#b", "ü", "a\nb", "a:b@c",
        ] {
            check(wrong, "client", false);
            check("tenant", wrong, false);
        }
    }

    #[test]
    fn debug_shows_no_key() {
        let shown = format!("{:?}", credential(&PAIR.pkcs8_pem).unwrap());
        assert!(
            shown.contains("contoso.com") && shown.len() < 200,
            "{shown}"
        );
        let secret = PAIR.pkcs8_pem.lines().nth(3).unwrap();
        assert!(!shown.contains(&secret[..16]));
    }
}
