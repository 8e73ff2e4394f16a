//! A certificate file as text: any text is survived, and a sound pair is found behind other text.
#![no_main]

use home::parse_pem;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|file: &[u8]| {
    if let Err(findings) = parse_pem(file) {
        promises::explained(false, &findings);
    }
    let Ok(text) = str::from_utf8(file) else {
        return;
    };
    let pair = promises::pair();
    let with_pair = format!("{text}\n{}{}", pair.key_pem, pair.certificate_pem);
    let read = parse_pem(with_pair.as_bytes());
    assert!(read.is_ok() || text.contains("-----BEGIN "), "{read:?}");
});
