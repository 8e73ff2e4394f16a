//! Manifests of secrets, sealed and plain: any text is survived, and what was read says the same
//! again when it is written.
#![no_main]

use libfuzzer_sys::fuzz_target;
use seal::{SealedSecret, Secret, documents, leaks};

fuzz_target!(|text: &str| {
    leaks("somewhere/secret.yaml", text.as_bytes());
    for document in documents(text).unwrap_or_default() {
        let Ok(sealed) = SealedSecret::read(&document) else {
            continue;
        };
        let written = documents(&sealed.manifest()).expect("it was written by us");
        let again = SealedSecret::read(&written[0]).expect("it was written by us");
        // What did not fit together, nobody writes.
        let expected = SealedSecret {
            oddities: Vec::new(),
            ..sealed
        };
        assert_eq!(again, expected);
    }
    for secret in Secret::parse_all(text).unwrap_or_default() {
        let written = Secret::parse_all(&secret.manifest()).expect("it was written by us");
        assert!(written == [secret], "written in another way");
    }
});
