//! Writes `certs/infos/cert-<key>-info.json`, in which people read what a certificate is.

use std::path::{Path, PathBuf};

use domain::TenantKey;
use jiff::Timestamp;

use crate::cert_path::CERTS;
use crate::certificate::Certificate;
use crate::entries::Entries;

/// Relative to home.
pub(crate) fn path(key: &TenantKey) -> PathBuf {
    Path::new(CERTS).join(format!("infos/cert-{key}-info.json"))
}

/// The file's text: what `before` said of other things stays. `created` is the moment at which the
/// certificate was made, if that is known.
pub(crate) fn text(
    mut before: Entries,
    certificate: &Certificate,
    created: Option<Timestamp>,
) -> String {
    let Certificate {
        subject,
        thumbprint_sha1,
        thumbprint_sha256,
        not_before,
        not_after,
        ..
    } = certificate;
    let (begins, ends) = (not_before.to_string(), not_after.to_string());
    for (name, value) in [
        ("subject", subject),
        ("thumbprint_sha1", thumbprint_sha1),
        ("thumbprint_sha256", thumbprint_sha256),
        ("not_before", &begins),
        ("not_after", &ends),
    ] {
        before.set(name, value);
    }
    // Names that others gave to the same things must not say something else.
    for (names, value) in [
        (&["thumbprint", "fingerprint", "sha1"][..], thumbprint_sha1),
        (&["sha256"], thumbprint_sha256),
        (&["notBefore", "valid_from"], &begins),
        (&["expires", "notAfter", "valid_to"], &ends),
    ] {
        let there: Vec<&&str> = names.iter().filter(|name| before.has(name)).collect();
        there.into_iter().for_each(|name| before.set(name, value));
    }
    if let Some(created) = created {
        before.set("created", &created.to_string());
    }
    before.text()
}
