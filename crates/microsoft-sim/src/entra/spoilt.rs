//! What may be wrong with a token that a test has ordered: each in one way that its reader must
//! notice.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::access::{Signer, header, unsigned};

/// The one thing that is wrong with an id token or a bearer token. The simulator's own paths take
/// the same as JSON, such as `"otherNonce"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Spoilt {
    /// A nonce of somebody else's sign-in; a bearer token gets one, too.
    OtherNonce,
    /// The issuer is another tenant at the same authority.
    OtherIssuer,
    /// Made for another app.
    OtherAudience,
    /// `tid` says another tenant, while the issuer is right.
    OtherTenant,
    /// Signed by a key that is not Entra's, under the name of one that is.
    OtherKey,
    /// `alg` is `none`, and there is no signature.
    Unsigned,
    /// Ended an hour ago.
    Expired,
    /// Valid in an hour.
    NotYetValid,
    /// Signed by a key that is not published, under its own name.
    UnknownKey,
}

/// Seconds by which a token's time is wrong: more than any leeway.
const HOUR: i64 = 3_600;

impl Spoilt {
    pub(super) fn spoil(self, claims: &mut Value, base_url: &str) {
        let elsewhere = Uuid::new_v4();
        match self {
            Spoilt::OtherNonce => claims["nonce"] = json!(elsewhere.simple().to_string()),
            Spoilt::OtherIssuer => claims["iss"] = json!(format!("{base_url}/{elsewhere}/v2.0")),
            Spoilt::OtherAudience => claims["aud"] = json!(elsewhere),
            Spoilt::OtherTenant => claims["tid"] = json!(elsewhere),
            Spoilt::Expired => {
                let ended = claims["iat"].as_i64().unwrap_or_default() - HOUR;
                claims["exp"] = json!(ended);
                claims["iat"] = json!(ended - HOUR);
                claims["nbf"] = json!(ended - HOUR);
            }
            Spoilt::NotYetValid => {
                let begins = claims["iat"].as_i64().unwrap_or_default() + HOUR + 300;
                claims["nbf"] = json!(begins);
                claims["exp"] = json!(begins + HOUR);
            }
            Spoilt::OtherKey | Spoilt::Unsigned | Spoilt::UnknownKey => {}
        }
    }

    /// Signs with Entra's key, or with a stranger's.
    pub(super) fn sign(self, claims: &Value, own: &Signer, stranger: &Signer) -> String {
        match self {
            Spoilt::OtherKey => stranger.sign_under(&header(own.kid()), claims),
            Spoilt::UnknownKey => stranger.sign(claims),
            Spoilt::Unsigned => {
                let none = URL_SAFE_NO_PAD.encode(json!({"typ": "JWT", "alg": "none"}).to_string());
                format!("{}.", unsigned(&none, claims))
            }
            _ => own.sign(claims),
        }
    }
}
