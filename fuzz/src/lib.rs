//! What the parsers promise, so that a fuzz target finds a broken promise and not a crash alone.

use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256, RsaKeySize};

/// Longest message about an answer, in characters.
const MESSAGE: usize = 300;
/// Longest remark: a place, and 40 characters of a value, each of which may be escaped.
const REMARK: usize = 700;
/// Most remarks, and one that counts the rest.
const REMARKS: usize = 21;

/// A number is told only if exactly that number stood in the answer.
pub fn stood_there(answer: &[u8], number: Option<i64>) {
    let Some(number) = number else { return };
    assert!(number >= 0, "{number} seats");
    let digits = number.to_string();
    let mut windows = answer.windows(digits.len());
    assert!(
        windows.any(|window| window == digits.as_bytes()),
        "nobody said {number}"
    );
}

/// Remarks are few, short, and one line each.
pub fn remarks(remarks: &[String]) {
    assert!(remarks.len() <= REMARKS, "{} remarks", remarks.len());
    for remark in remarks {
        one_line(remark, REMARK);
    }
}

/// A message about a whole answer is a sentence that a terminal and a log can bear.
pub fn message(error: &graph::Error) {
    one_line(&error.to_string(), MESSAGE);
    assert!(!error.advice().is_empty());
}

/// Text without control characters, of at most so many characters.
pub fn one_line(text: &str, limit: usize) {
    assert!(!text.contains(char::is_control), "{text:?}");
    assert!(text.chars().count() <= limit, "{text}");
}

/// What cannot be used has an error that says why.
pub fn explained(usable: bool, findings: &[home::Finding]) {
    let mut errors = findings.iter().map(|finding| finding.severity);
    let has_error = errors.any(|severity| severity == home::Severity::Error);
    assert!(
        usable || has_error,
        "unusable, and nobody says why: {findings:?}"
    );
    for finding in findings {
        assert!(!finding.message.is_empty() && !finding.advice.is_empty());
    }
}

/// A certificate and its key, made once a process: none lies in the repository.
pub struct Pair {
    pub key_pem: String,
    pub certificate_pem: String,
}

pub fn pair() -> &'static Pair {
    static PAIR: OnceLock<Pair> = OnceLock::new();
    PAIR.get_or_init(|| {
        let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048)
            .expect("a key can be made");
        let params = CertificateParams::new(Vec::new()).expect("no name is a sound name");
        let certificate = params.self_signed(&key).expect("a key signs for itself");
        Pair {
            key_pem: key.serialize_pem(),
            certificate_pem: certificate.pem(),
        }
    })
}

/// A PEM text of one section.
pub fn pem(label: &str, der: &[u8]) -> String {
    let body = STANDARD.encode(der);
    format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n")
}
