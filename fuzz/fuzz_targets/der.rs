//! Certificates and keys inside a certificate file, each beside a sound other half.
#![no_main]

use home::{Certificate, Finding, parse_pem};
use libfuzzer_sys::fuzz_target;

const SUBJECT: usize = 700;

fuzz_target!(|der: &[u8]| {
    let pair = promises::pair();
    let certificate = promises::pem("CERTIFICATE", der);
    check(parse_pem(
        format!("{certificate}{}", pair.key_pem).as_bytes(),
    ));
    for label in ["PRIVATE KEY", "RSA PRIVATE KEY"] {
        let key = promises::pem(label, der);
        check(parse_pem(
            format!("{key}{}", pair.certificate_pem).as_bytes(),
        ));
    }
});

fn check(read: Result<Certificate, Vec<Finding>>) {
    match read {
        Ok(certificate) => {
            promises::one_line(&certificate.subject, SUBJECT);
            assert_eq!(certificate.thumbprint_sha1.len(), 40);
            assert_eq!(certificate.thumbprint_sha256.len(), 64);
        }
        Err(findings) => promises::explained(false, &findings),
    }
}
