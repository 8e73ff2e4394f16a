//! Keys: made before the cluster, kept, replaced, and needed to open anything.

use super::{CERT, DIR, Operator, operator};

impl Operator {
    /// What the backup holds, without the keys.
    fn shown(&self) -> serde_json::Value {
        let (backup, passphrase) = (self.backup(), self.passphrase());
        let given = ["--passphrase-file", &passphrase, "--format", "json"];
        let out = self.fine(&[&["sealing-key", "show", &backup], &given[..]].concat());
        serde_json::from_str(&out).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_key_seals_and_the_old_one_goes_on_opening() {
    let operator = operator().await;
    operator.new_key();
    operator.fine(&["seal"]);
    operator.commit();
    let (backup, passphrase) = (operator.backup(), operator.passphrase());
    let old = std::fs::read(operator.repository().join(CERT)).unwrap();
    let given = ["--passphrase-file", passphrase.as_str()];
    operator.fine(&[&["sealing-key", "rotate", "--backup", &backup], &given[..]].concat());
    assert_ne!(
        std::fs::read(operator.repository().join(CERT)).unwrap(),
        old
    );
    assert_eq!(operator.shown()["keys"].as_array().map(Vec::len), Some(2));

    let unseal = [&["unseal", DIR, "--key", &backup], &given[..]].concat();
    operator.fine(&unseal);
    let said = operator.fine(&["seal"]);
    assert!(!said.contains("unchanged"), "{said}");
    operator.fine(&unseal);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_or_shown_by_mistake() {
    let operator = operator().await;
    operator.new_key();
    operator.fine(&["seal"]);
    let (backup, passphrase) = (operator.backup(), operator.passphrase());
    let again = operator.run(&["sealing-key", "new", "--backup", &backup]);
    assert_eq!(again.code, Some(2), "{again:?}");
    assert!(again.err.contains("is there already"), "{again:?}");
    let silent = operator.run(&["sealing-key", "show", &backup]);
    assert!(silent.err.contains("--passphrase-file"), "{silent:?}");

    let given = ["--passphrase-file", passphrase.as_str()];
    let keys = operator.fine(&[&["sealing-key", "restore", &backup], &given[..]].concat());
    assert!(keys.contains("sealedsecrets.bitnami.com/sealed-secrets-key: active"));
    assert!(keys.contains("type: kubernetes.io/tls"));
    let kept = operator.desk.path().join("kept.yaml");
    std::fs::write(&kept, &keys).unwrap();
    let kept = kept.display().to_string();
    let opened = operator.fine(&["unseal", DIR, "--key", &kept]);
    assert!(opened.contains("opened    licensetool-env") && !opened.contains("a key of"));
    let shown = operator.fine(&["unseal", DIR, "--key", &kept, "--show"]);
    assert!(shown.contains("kind: Secret"), "{shown}");

    let cert = std::fs::read_to_string(operator.repository().join(CERT)).unwrap();
    assert!(cert.starts_with("-----BEGIN CERTIFICATE-----"));
    let raw = std::fs::read(&backup).unwrap();
    assert!(raw.starts_with(b"age-encryption.org/v1\n-> scrypt "));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keys_of_a_running_cluster_are_kept_and_a_foreign_key_opens_nothing() {
    use std::io::Write as _;
    use std::process::Stdio;

    let operator = operator().await;
    operator.new_key();
    operator.fine(&["seal"]);
    let (backup, passphrase) = (operator.backup(), operator.passphrase());
    let given = ["--passphrase-file", passphrase.as_str()];
    let keys = operator.fine(&[&["sealing-key", "restore", &backup], &given[..]].concat());
    let other = operator.desk.path().join("other.age").display().to_string();
    let mut command = crate::fixture::program(operator.home());
    command
        .current_dir(operator.repository())
        .args(["sealing-key", "backup", "--cert", "c.pem"]);
    command.args(["--backup", &other]).args(given);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(keys.as_bytes())
        .unwrap();
    assert!(child.wait().unwrap().success());
    operator.fine(&[&["unseal", DIR, "--key", &other], &given[..]].concat());

    let foreign =
        rcgen::KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048);
    let file = operator.desk.path().join("foreign.pem");
    std::fs::write(&file, foreign.unwrap().serialize_pem()).unwrap();
    let shut = operator.run(&["unseal", DIR, "--key", file.to_str().unwrap()]);
    assert_eq!(shut.code, Some(2), "{shut:?}");
    assert!(shut.err.contains("none of the keys opens it"), "{shut:?}");
}
