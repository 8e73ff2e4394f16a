//! Signs as Standard Webhooks says, so that a receiver knows who spoke, and when.

use std::fmt;

use anyhow::{Context, ensure};
use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::tell::Secret;

/// Standard Webhooks' limits of a secret, in bytes.
const LENGTH: std::ops::RangeInclusive<usize> = 24..=64;

/// One key, or several while they are changed.
#[derive(Clone)]
pub(super) struct Signer(Vec<hmac::Key>);

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

impl Signer {
    /// Of secrets as `whsec_…`.
    pub(super) fn new(secrets: &[Secret]) -> anyhow::Result<Self> {
        secrets.iter().map(key).collect::<Result<_, _>>().map(Self)
    }

    /// The header's value: a signature by each key, of the id, the second and the body.
    pub(super) fn sign(&self, id: &str, second: i64, body: &[u8]) -> String {
        let signature = |key: &hmac::Key| {
            let mut signed = hmac::Context::with_key(key);
            signed.update(format!("{id}.{second}.").as_bytes());
            signed.update(body);
            format!("v1,{}", STANDARD.encode(signed.sign()))
        };
        let signatures: Vec<String> = self.0.iter().map(signature).collect();
        signatures.join(" ")
    }
}

fn key(secret: &Secret) -> anyhow::Result<hmac::Key> {
    let text = secret.expose().trim();
    let encoded = text
        .strip_prefix("whsec_")
        .context("secret must begin with whsec_")?;
    // The decoder's own words could repeat a part of the secret.
    let bytes = STANDARD.decode(encoded).map(Zeroizing::new);
    let bytes = bytes.ok().context("secret must be Base64 after whsec_")?;
    ensure!(
        LENGTH.contains(&bytes.len()),
        "secret must be 24 to 64 bytes long, this one is {}; `openssl rand -base64 32` makes one",
        bytes.len()
    );
    Ok(hmac::Key::new(hmac::HMAC_SHA256, &bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The reference vector of Standard Webhooks, as its libraries' own tests have it.
    // seal: allow webhook-secret: the published example of Standard Webhooks
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    fn signed(secrets: &[&str]) -> anyhow::Result<String> {
        let secrets: Vec<Secret> = secrets.iter().map(|secret| Secret::new(*secret)).collect();
        let signer = Signer::new(&secrets)?;
        let body = br#"{"test": 2432232314}"#;
        Ok(signer.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body))
    }

    #[test]
    fn the_published_vector_is_signed_as_published() {
        assert_eq!(signed(&[SECRET]).unwrap(), SIGNATURE);
    }

    #[test]
    fn while_secrets_change_each_signs() {
        let other = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
        let both = signed(&[other, SECRET]).unwrap();
        let (first, second) = both.split_once(' ').unwrap();
        assert_eq!(second, SIGNATURE);
        assert_eq!(first, signed(&[other]).unwrap());
    }

    #[test]
    fn a_secret_that_is_none_is_refused_and_not_repeated() {
        let check = |secret: &str, expected: &str| {
            let error = signed(&[SECRET, secret]).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
            assert!(!error.contains("hush"), "{error}");
        };
        check("hush", "whsec_");
        check("whsec_hush!", "Base64");
        check("whsec_hush", "24 to 64 bytes long, this one is 3");
        check(&format!("whsec_{}", "hush".repeat(30)), "this one is 90");
        let debug = format!("{:?}", Signer::new(&[Secret::new(SECRET)]).unwrap());
        assert_eq!(debug, "[secret]");
    }
}
