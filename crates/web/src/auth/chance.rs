//! Texts that nobody can guess.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// 32 bytes: as long as PKCE's verifier must be at least (RFC 7636: 43 characters).
const BYTES: usize = 32;

/// 43 letters, digits, `-` and `_`.
pub(super) fn text() -> String {
    let mut bytes = [0; BYTES];
    aws_lc_rs::rand::fill(&mut bytes).expect("the system gives random bytes");
    URL_SAFE_NO_PAD.encode(bytes)
}
