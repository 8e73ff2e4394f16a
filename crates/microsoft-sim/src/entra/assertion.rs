//! Client assertions, judged as strictly and as leniently as Entra judges them.

use std::sync::Arc;

use aws_lc_rs::signature::{
    RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, RsaParameters, UnparsedPublicKey,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::Deserialize;

use super::Refusal;
use crate::certificate::{Certificate, upper_hex};
use crate::clock::Now;

/// How far the clocks of client and server may be apart, in seconds.
const LEEWAY: f64 = 300.0;

/// What an assertion must agree with.
pub(super) struct Expected<'a> {
    pub(super) client_id: &'a str,
    /// The certificates that are registered with the app.
    pub(super) registered: &'a [Arc<Certificate>],
    /// The addresses by which this authority is known for the tenant.
    pub(super) audiences: &'a [String],
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    /// SHA-1 of the certificate. Some libraries pad it, some use the other alphabet of base64.
    x5t: Option<String>,
    #[serde(rename = "x5t#S256")]
    x5t_s256: Option<String>,
}

/// Other claims (`jti`, `iat`) are not looked at. Numbers may have a fraction.
#[derive(Deserialize)]
struct Claims {
    aud: String,
    iss: String,
    sub: String,
    nbf: Option<f64>,
    exp: f64,
}

pub(super) fn judge(assertion: &str, expected: &Expected<'_>, now: Now) -> Result<(), Refusal> {
    let malformed = || Refusal::new(50_027, "JWT token is invalid or malformed.");
    let parts: Vec<&str> = assertion.split('.').collect();
    let [header, claims, signature] = parts[..] else {
        return Err(malformed());
    };
    let header: Header = json(header).ok_or_else(malformed)?;
    let claims: Claims = json(claims).ok_or_else(malformed)?;
    let signature = decoded(signature).ok_or_else(malformed)?;
    let signed = &assertion[..assertion.rfind('.').ok_or_else(malformed)?];

    whose(&claims, expected)?;
    on_time(&claims, now.wall)?;
    let algorithm = algorithm(&header.alg)?;
    let mut registered = expected.registered.iter();
    let registered = registered.find(|certificate| names(&header, certificate));
    let registered = registered.ok_or_else(|| unknown_key(&header, expected.client_id))?;
    UnparsedPublicKey::new(algorithm, &registered.public)
        .verify(signed.as_bytes(), &signature)
        .map_err(|_| bad_key("The key was used but the signature is invalid", registered))?;
    if now.world < registered.not_before || now.world >= registered.not_after {
        return Err(bad_key("The key used is expired", registered));
    }
    Ok(())
}

fn decoded(part: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(part.trim_end_matches('=')).ok()
}

fn json<T: serde::de::DeserializeOwned>(part: &str) -> Option<T> {
    serde_json::from_slice(&decoded(part)?).ok()
}

fn whose(claims: &Claims, expected: &Expected<'_>) -> Result<(), Refusal> {
    let audience = claims.aud.split('?').next().unwrap_or_default();
    if !expected.audiences.iter().any(|known| known == audience) {
        let message = "Client assertion audience claim does not match the realm of the issuer.";
        return Err(Refusal::new(700_023, message));
    }
    let own = |id: &str| id.eq_ignore_ascii_case(expected.client_id);
    if !own(&claims.iss) || !own(&claims.sub) {
        let message = "Client assertion application identifier does not match the 'client_id' \
                       parameter.";
        return Err(Refusal::new(700_021, message));
    }
    Ok(())
}

fn on_time(claims: &Claims, now: Timestamp) -> Result<(), Refusal> {
    #[expect(
        clippy::cast_precision_loss,
        reason = "seconds of our time fit into 53 bits"
    )]
    let seconds = now.as_second() as f64;
    let begun = claims.nbf.is_none_or(|nbf| nbf <= seconds + LEEWAY);
    if begun && claims.exp > seconds - LEEWAY {
        return Ok(());
    }
    let message = format!(
        "Client assertion is not within its valid time range. Current time: {now:.0}, assertion \
         valid from {}, expiry time of assertion {}.",
        claims.nbf.unwrap_or_default(),
        claims.exp,
    );
    Err(Refusal::new(700_024, message))
}

fn algorithm(name: &str) -> Result<&'static RsaParameters, Refusal> {
    match name {
        "RS256" => Ok(&RSA_PKCS1_2048_8192_SHA256),
        "PS256" => Ok(&RSA_PSS_2048_8192_SHA256),
        other => {
            let message = format!(
                "Invalid JWT token. '{other}' is not a supported signature algorithm. Supported \
                 signing algorithms are: 'RS256, PS256'."
            );
            Err(Refusal::new(5_002_738, message))
        }
    }
}

/// Whether the header names this certificate by a thumbprint, and by no thumbprint another one.
fn names(header: &Header, registered: &Certificate) -> bool {
    let told = [
        (&header.x5t_s256, &registered.x5t_s256),
        (&header.x5t, &registered.x5t),
    ];
    let same: Vec<bool> = told
        .iter()
        .filter_map(|(told, own)| Some(plain(told.as_deref()?) == **own))
        .collect();
    !same.is_empty() && same.iter().all(|same| *same)
}

/// Base64 in the alphabet of URLs, without padding.
fn plain(base64: &str) -> String {
    base64
        .trim_end_matches('=')
        .replace('+', "-")
        .replace('/', "_")
}

fn unknown_key(header: &Header, client_id: &str) -> Refusal {
    let told = header.x5t.as_deref().or(header.x5t_s256.as_deref());
    let bytes = told.and_then(|told| decoded(&plain(told)));
    let thumbprint = bytes.map(|bytes| upper_hex(&bytes)).unwrap_or_default();
    let message = format!(
        "The certificate with identifier used to sign the client assertion is not registered on \
         application. [Reason - The key was not found., Thumbprint of key used by client: \
         '{thumbprint}', app Id '{client_id}']."
    );
    Refusal::new(700_027, message)
}

fn bad_key(reason: &str, registered: &Certificate) -> Refusal {
    let message = format!(
        "Client assertion failed signature validation. [Reason - {reason}., Thumbprint of key \
         used by client: '{}', Found key 'Start={:.0}, End={:.0}'].",
        registered.thumbprint, registered.not_before, registered.not_after,
    );
    Refusal::new(700_027, message)
}
