//! Access tokens: made for an app, signed by the simulator, and read again where Graph would.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, UnparsedPublicKey,
};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::HeaderMap;
use http::header::AUTHORIZATION;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::caller::TokenFault;
use crate::keys::Credential;

/// Claims of a token for Graph, as Entra makes them (version 1.0): an app's, or somebody's.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Claims {
    pub(super) aud: String,
    pub(super) iss: String,
    pub(super) iat: i64,
    pub(super) nbf: i64,
    pub(super) exp: i64,
    pub(super) appid: Uuid,
    /// 1 for a secret, 2 for a certificate.
    pub(super) appidacr: String,
    pub(super) idtyp: String,
    pub(super) oid: Uuid,
    pub(super) sub: Uuid,
    pub(super) tid: Uuid,
    /// Left out of the token of an app that nobody gave a permission.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) roles: Vec<String>,
    /// What somebody lets the app do in their name; an app's own token has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) scp: Option<String>,
    /// Id of the token.
    pub(super) uti: Uuid,
    pub(super) ver: String,
}

/// Entra's own key.
pub(super) struct Signer {
    key: RsaKeyPair,
    kid: String,
    certificate: String,
    /// Header of every token, encoded.
    header: String,
}

impl Signer {
    pub(super) fn new(own: &Credential) -> Signer {
        let kid = own.certificate.x5t.clone();
        Signer {
            key: RsaKeyPair::from_pkcs8(&own.key_der).expect("the key was made a moment ago"),
            certificate: STANDARD.encode(&own.certificate_der),
            header: header(&kid),
            kid,
        }
    }

    /// The `kid` of its tokens.
    pub(super) fn kid(&self) -> &str {
        &self.kid
    }

    pub(super) fn sign(&self, claims: &impl Serialize) -> String {
        self.sign_under(&self.header, claims)
    }

    /// Under another header, which is encoded.
    pub(super) fn sign_under(&self, header: &str, claims: &impl Serialize) -> String {
        let mut token = unsigned(header, claims);
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                token.as_bytes(),
                &mut signature,
            )
            .expect("an RSA key of 2048 bits signs any message");
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        token
    }

    pub(super) fn has_signed(&self, message: &str, signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, self.key.public_key())
            .verify(message.as_bytes(), signature)
            .is_ok()
    }

    /// The entry of the key in the JWKS.
    pub(super) fn public_key(&self, base_url: &str) -> Value {
        let (modulus, exponent) = modulus_and_exponent(self.key.public_key().as_ref())
            .expect("the public key of an RSA key is a sequence of two integers");
        json!({
            "kty": "RSA",
            "use": "sig",
            "kid": self.kid,
            "x5t": self.kid,
            "n": URL_SAFE_NO_PAD.encode(modulus),
            "e": URL_SAFE_NO_PAD.encode(exponent),
            "x5c": [self.certificate],
            "issuer": format!("{base_url}/{{tenantid}}/v2.0"),
        })
    }
}

/// The header of a token, encoded.
pub(super) fn header(kid: &str) -> String {
    let header = json!({"typ": "JWT", "alg": "RS256", "x5t": kid, "kid": kid});
    URL_SAFE_NO_PAD.encode(header.to_string())
}

/// Header and claims of a token, without the dot before its signature.
pub(super) fn unsigned(header: &str, claims: &impl Serialize) -> String {
    let claims = serde_json::to_vec(claims).expect("claims are plain data");
    format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims))
}

/// The token in the headers of a request.
pub(super) fn bearer(headers: &HeaderMap) -> Result<&str, TokenFault> {
    let header = headers.get(AUTHORIZATION).ok_or(TokenFault::Missing)?;
    let header = header.to_str().map_err(|_| TokenFault::Malformed)?;
    match header.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") && !token.is_empty() => {
            Ok(token.trim())
        }
        _ => Err(TokenFault::Empty),
    }
}

/// The two numbers of an `RSAPublicKey` in DER, without leading zeros.
fn modulus_and_exponent(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (sequence, _) = element(der, 0x30)?;
    let (modulus, rest) = element(sequence, 0x02)?;
    let (exponent, _) = element(rest, 0x02)?;
    let positive = |number: &'_ [u8]| number.iter().position(|byte| *byte != 0);
    Some((
        &modulus[positive(modulus)?..],
        &exponent[positive(exponent)?..],
    ))
}

/// Contents of the first element, if it has that tag, and what follows it.
fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&[first, length], rest) = der.split_first_chunk()?;
    if first != tag {
        return None;
    }
    let octets = if length & 0x80 == 0 {
        0
    } else {
        usize::from(length & 0x7f)
    };
    let (long, rest) = rest.split_at_checked(octets)?;
    let length = match octets {
        0 => usize::from(length),
        _ => long
            .iter()
            .fold(0, |sum, byte| (sum << 8) | usize::from(*byte)),
    };
    rest.split_at_checked(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_of_a_public_key_are_read() {
        let der = [
            0x30, 0x09, 0x02, 0x02, 0x00, 0xc5, 0x02, 0x03, 0x01, 0x00, 0x01,
        ];
        let expected: (&[u8], &[u8]) = (&[0xc5], &[1, 0, 1]);
        assert_eq!(modulus_and_exponent(&der), Some(expected));
        assert_eq!(modulus_and_exponent(&der[..9]), None);
        assert_eq!(modulus_and_exponent(&[]), None);
    }

    #[test]
    fn a_token_is_looked_for_in_the_header_alone() {
        let check = |header: Option<&'static str>, expected: Result<&str, TokenFault>| {
            let header = header.map(|text| (AUTHORIZATION, text.parse().unwrap()));
            let headers = HeaderMap::from_iter(header);
            assert_eq!(bearer(&headers), expected);
        };
        check(None, Err(TokenFault::Missing));
        check(Some(""), Err(TokenFault::Empty));
        check(Some("Bearer"), Err(TokenFault::Empty));
        check(Some("Bearer "), Err(TokenFault::Empty));
        check(Some("Basic abc"), Err(TokenFault::Empty));
        check(Some("Bearer abc"), Ok("abc"));
        check(Some("bearer abc"), Ok("abc"));
    }
}
