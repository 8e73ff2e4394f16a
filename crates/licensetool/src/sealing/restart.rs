//! Who reads a secret only when it starts is replaced when that secret changes: its pods carry the
//! secret's checksum.

use aws_lc_rs::digest::{SHA256, digest};
use serde_json::Value;

use super::folder::SUFFIX;
use super::mounts::Patch;
use super::names;

/// The file of the patch.
pub(super) const FILE: &str = "restart.yaml";
/// The beginning of the annotation, with the secret's name behind.
const ANNOTATION: &str = "checksum/";

/// Who reads what when it starts.
#[derive(Debug)]
pub(super) struct Restart {
    /// The secret's name.
    pub(super) secret: &'static str,
    kind: &'static str,
    selector: &'static str,
}

/// Passwords, and secrets of channels.
pub(super) const PROGRAM: Restart = Restart {
    secret: names::ENV,
    kind: "Deployment",
    selector: "app.kubernetes.io/name=licensetool",
};

/// The certificate by which the server proves itself.
pub(super) const DATABASE: Restart = Restart {
    secret: names::DATABASE,
    kind: "StatefulSet",
    selector: "app.kubernetes.io/name=database",
};

impl Restart {
    pub(super) fn file(&self) -> String {
        format!("{}{SUFFIX}", self.secret)
    }

    /// For the file of the sealed secret as it is.
    pub(super) fn patch(&self, sealed: &[u8]) -> Patch {
        let Self { secret, kind, .. } = self;
        let checksum = checksum(sealed);
        Patch {
            file: FILE.to_owned(),
            text: format!(
                "# Written by `licensetool seal`: pods that read {secret} when they start are \
                 replaced when\n# it changes.\napiVersion: apps/v1\nkind: {kind}\nmetadata:\n  \
                 name: any\nspec:\n  template:\n    metadata:\n      annotations:\n        \
                 {ANNOTATION}{secret}: {checksum}\n"
            ),
            kind,
            selector: self.selector.to_owned(),
        }
    }
}

/// The secrets that a patch of ours names, each with its checksum.
pub(super) fn told(patch: &Value) -> Vec<(&str, &str)> {
    let annotations = patch.pointer("/spec/template/metadata/annotations");
    let annotations = annotations.and_then(Value::as_object).into_iter().flatten();
    let told = annotations.filter_map(|(name, value)| {
        let secret = name.strip_prefix(ANNOTATION)?;
        Some((secret, value.as_str().unwrap_or_default()))
    });
    told.collect()
}

/// Of a sealed secret, however its lines end: Git may change that.
pub(super) fn checksum(sealed: &[u8]) -> String {
    let bytes: Vec<u8> = sealed
        .iter()
        .copied()
        .filter(|byte| *byte != b'\r')
        .collect();
    let digest = digest(&SHA256, &bytes);
    let bytes = digest.as_ref().iter();
    bytes.map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checksum_tells_whether_the_secret_is_the_same() {
        let patch = PROGRAM.patch(b"sealed\n");
        let read = &seal::documents(&patch.text).unwrap()[0];
        assert_eq!(read["kind"], "Deployment");
        let same = checksum(b"sealed\n");
        assert_eq!(told(read), [("licensetool-env", same.as_str())]);
        assert_ne!(checksum(b"other\n"), same);
    }

    #[test]
    fn a_checkout_with_the_line_ends_of_windows_has_the_same_checksum() {
        assert_eq!(checksum(b"a\r\nb\r\n"), checksum(b"a\nb\n"));
    }
}
