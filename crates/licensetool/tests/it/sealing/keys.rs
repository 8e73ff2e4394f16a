//! Keys: made before the cluster, kept, replaced, and needed to open anything.

use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

use super::{CERT, DIR, Operator, operator};
use crate::fixture::{Ended, program};

impl Operator {
    /// What the backup holds, without the keys.
    fn shown(&self) -> serde_json::Value {
        let (backup, passphrase) = (self.backup(), self.passphrase());
        let given = ["--passphrase-file", &passphrase, "--format", "json"];
        let out = self.fine(&[&["sealing-key", "show", &backup], &given[..]].concat());
        serde_json::from_str(&out).unwrap()
    }

    /// Runs the program with this on its standard input.
    fn told(&self, arguments: &[&str], text: &str) -> Ended {
        let mut command = program(self.home());
        command.current_dir(self.repository()).args(arguments);
        let pipes = [Stdio::piped(), Stdio::piped(), Stdio::piped()];
        let [input, output, errors] = pipes;
        let mut child = command
            .stdin(input)
            .stdout(output)
            .stderr(errors)
            .spawn()
            .unwrap();
        let mut input = child.stdin.take().unwrap();
        input.write_all(text.as_bytes()).unwrap();
        drop(input);
        Ended::from(child.wait_with_output().unwrap())
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
    let operator = operator().await;
    operator.new_key();
    operator.fine(&["seal"]);
    let (backup, passphrase) = (operator.backup(), operator.passphrase());
    let given = ["--passphrase-file", passphrase.as_str()];
    let keys = operator.fine(&[&["sealing-key", "restore", &backup], &given[..]].concat());
    let other = operator.desk.path().join("other.age").display().to_string();
    let line = ["sealing-key", "backup", "--backup", &other];
    let ended = operator.told(&[&line[..], &given].concat(), &keys);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    operator.fine(&[&["unseal", DIR, "--key", &other], &given[..]].concat());

    let foreign =
        rcgen::KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048);
    let file = operator.desk.path().join("foreign.pem");
    std::fs::write(&file, foreign.unwrap().serialize_pem()).unwrap();
    let shut = operator.run(&["unseal", DIR, "--key", file.to_str().unwrap()]);
    assert_eq!(shut.code, Some(2), "{shut:?}");
    assert!(shut.err.contains("none of the keys opens it"), "{shut:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_of_another_cluster_replace_no_certificate_by_mistake() {
    let operator = operator().await;
    operator.new_key();
    let cert = operator.repository().join(CERT);
    let (before, passphrase) = (std::fs::read(&cert).unwrap(), operator.passphrase());
    let given = ["--passphrase-file", passphrase.as_str()];
    let file = |name: &str| operator.desk.path().join(name).display().to_string();
    let (theirs, pem) = (file("theirs.age"), file("theirs.pem"));
    let new = ["sealing-key", "new", "--backup", &theirs, "--cert", &pem];
    operator.fine(&[&new[..], &given].concat());
    let keys = operator.fine(&[&["sealing-key", "restore", &theirs], &given[..]].concat());

    let other = file("other.age");
    let line = [&["sealing-key", "backup", "--backup", &other], &given[..]].concat();
    let refused = operator.told(&line, &keys);
    assert_eq!(refused.code, Some(2), "{refused:?}");
    let words = "standard input lacks the key of infra/k8s/clusters/dev/sealing.pem";
    assert!(refused.err.contains(words), "{refused:?}");
    let rotate = [&["sealing-key", "rotate", "--backup", &theirs], &given[..]].concat();
    let refused = operator.refused(&rotate);
    assert!(refused.contains("theirs.age lacks the key of"), "{refused}");
    assert!(refused.contains("--replace-cert"), "{refused}");
    assert_eq!(std::fs::read(&cert).unwrap(), before);
    assert!(!Path::new(&other).exists());

    let taken = operator.told(&[&line[..], &["--replace-cert"]].concat(), &keys);
    assert_eq!(taken.code, Some(0), "{taken:?}");
    let fingerprint = |pem: &[u8]| seal::Certificate::parse(pem).unwrap().fingerprint();
    let (was, is) = (
        fingerprint(&before),
        fingerprint(&std::fs::read(&cert).unwrap()),
    );
    let words = format!("begins with {}, before {})", &is[..16], &was[..16]);
    assert!(taken.out.contains(&words), "{taken:?}");
    let again = operator.told(&line, &keys);
    assert!(again.err.contains("delete the old one when"), "{again:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_gets_no_key_whose_certificate_cannot_be_written() {
    let operator = operator().await;
    operator.new_key();
    let (backup, passphrase) = (operator.backup(), operator.passphrase());
    let before = std::fs::read(&backup).unwrap();
    let line = [
        "sealing-key",
        "rotate",
        "--backup",
        &backup,
        "--passphrase-file",
        &passphrase,
    ];
    let missing = operator.refused(&[&line[..], &["--cert", "none/sealing.pem"]].concat());
    assert!(missing.contains("there is no folder none: "), "{missing}");
    let folder = operator.repository().join("a-folder");
    std::fs::create_dir(&folder).unwrap();
    let taken = operator.refused(&[&line[..], &["--cert", "a-folder", "--replace-cert"]].concat());
    assert!(taken.contains("a-folder"), "{taken}");
    assert_eq!(std::fs::read(&backup).unwrap(), before);
    assert_eq!(operator.shown()["keys"].as_array().map(Vec::len), Some(1));
}
