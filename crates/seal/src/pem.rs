//! Writes PEM; reading is done by `rustls-pki-types`.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use zeroize::Zeroizing;

/// Characters of base64 in a line, as OpenSSL writes them.
const LINE: usize = 64;

/// One section.
pub(crate) fn text(label: &str, der: &[u8]) -> Zeroizing<String> {
    let body = Zeroizing::new(BASE64_STANDARD.encode(der));
    let room = body.len() + body.len() / LINE + 2 * label.len() + 40;
    let mut text = Zeroizing::new(String::with_capacity(room));
    text.push_str(&format!("-----BEGIN {label}-----\n"));
    let mut rest = body.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(LINE));
        text.push_str(line);
        text.push('\n');
        rest = after;
    }
    text.push_str(&format!("-----END {label}-----\n"));
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rustls_pki_types::{CertificateDer, pem::PemObject as _};

    proptest! {
        #[test]
        fn what_is_written_is_read_back(der: Vec<u8>) {
            prop_assume!(!der.is_empty());
            let written = text("CERTIFICATE", &der);
            let read = CertificateDer::from_pem_slice(written.as_bytes()).unwrap();
            prop_assert_eq!(read.as_ref(), der.as_slice());
            prop_assert!(written.lines().all(|line| line.len() <= LINE));
        }
    }
}
