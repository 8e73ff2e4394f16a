//! Two home folders for one repository: what the other one sealed is known, or told.

use super::{DIR, Operator, files, operator};
use crate::fixture::secret;

const OTHERS: [&str; 2] = [
    "infra/k8s/apps/database/overlays/dev/secrets",
    "infra/k8s/clusters/dev/secrets",
];

impl Operator {
    /// Opens all that was sealed, into a home folder beside the repository.
    #[track_caller]
    fn unseals(&self, home: &str, key: &[&str]) {
        let folders = [&[DIR], &OTHERS[..]].concat();
        let folders = folders
            .iter()
            .filter(|dir| self.repository().join(dir).exists());
        let folders: Vec<&str> = folders.copied().collect();
        self.fine(&[&["unseal", "--to-home", home], key, &folders].concat());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_home_folder_that_came_back_from_git_changes_nothing_there() {
    let operator = operator().await;
    operator.new_key();
    let odd = "A='\"in quotes\"'\nB=' with spaces '\nC=\n";
    secret(operator.home(), "licensetool.env", odd);
    operator.fine(&["seal"]);
    operator.commit();
    let sealed = files(&operator.repository().join("infra"));
    std::fs::remove_dir_all(operator.home()).unwrap();
    let (backup, passphrase) = (operator.backup(), operator.passphrase());
    operator.unseals(
        "../again",
        &["--key", &backup, "--passphrase-file", &passphrase],
    );
    let ended = operator.run_from("../again", &["seal"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(operator.git(&["status", "--porcelain"]), "");
    assert_eq!(files(&operator.repository().join("infra")), sealed);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_home_folder_sealed_is_not_replaced_without_a_word() {
    let operator = operator().await;
    operator.new_key();
    operator.fine(&["seal"]);
    let (backup, passphrase) = (operator.backup(), operator.passphrase());
    let given = ["--passphrase-file", passphrase.as_str()];
    let keys = operator.desk.path().join("keys.yaml").display().to_string();
    operator.fine(
        &[
            &["sealing-key", "restore", &backup, "--to", &keys],
            &given[..],
        ]
        .concat(),
    );
    // A bare key does not say with which certificate it sealed: nothing is remembered.
    let manifest = std::fs::read_to_string(&keys).unwrap();
    let read = seal::KeyBundle::parse(&manifest).unwrap();
    let bare = operator.desk.path().join("bare.pem");
    std::fs::write(&bare, read.keys()[0].key.expose_pem()).unwrap();
    operator.unseals("../bare", &["--key", bare.to_str().unwrap()]);
    assert!(!operator.desk.path().join("bare/.seal").exists());
    let ended = operator.run_from("../bare", &["seal"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    for words in [
        "licensetool-env.sealedsecret.yaml: replaced, though another home folder sealed it: \
         CLIENT_ID, TENANT_ID, registry, session; ",
        "licensetool-database.sealedsecret.yaml: replaced, though another home folder sealed it",
        "`licensetool unseal --to-home` first",
    ] {
        assert!(ended.out.contains(words), "{words}: {ended:?}");
    }
    // Now they are its own, and a change of one item is everyday work.
    secret(
        &operator.desk.path().join("bare"),
        "secrets/session",
        "another\n",
    );
    let ended = operator.run_from("../bare", &["seal"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.out.contains("(session)"), "{ended:?}");

    // The first one knows what is its own, and says what is not.
    operator.git(&["add", "--all"]);
    let ended = operator.run(&["seal"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.out.contains("replaced, though another"), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_opened_is_told_with_the_way_out() {
    let operator = operator().await;
    operator.new_key();
    operator.fine(&["seal"]);
    let (backup, passphrase) = (operator.backup(), operator.passphrase());
    let key = ["--key", &backup, "--passphrase-file", &passphrase];
    let said = operator.refused(&[&["unseal", "infra"], &key[..]].concat());
    for folder in [DIR, OTHERS[0]] {
        assert!(said.contains("name the folders below it"), "{said}");
        assert!(said.contains(folder), "{said}");
    }
    let said = operator.refused(&[&["unseal", "none.yaml"], &key[..]].concat());
    assert!(said.contains("there is no file none.yaml: name"), "{said}");
    assert!(!said.contains("os error"), "{said}");
    let said = operator.refused(&["unseal", DIR, "--key", "none.age"]);
    assert!(
        said.contains("there is no file none.age: correct"),
        "{said}"
    );
    let twice = ["unseal", "--to-home", "../twice", DIR, DIR];
    let said = operator.refused(&[&twice[..], &key].concat());
    assert!(said.contains("name the folders of one overlay"), "{said}");
    assert!(!operator.desk.path().join("twice").exists());

    let other = operator.desk.path().join("other.age").display().to_string();
    let pem = operator.desk.path().join("other.pem").display().to_string();
    let given = ["--passphrase-file", passphrase.as_str()];
    let new = ["sealing-key", "new", "--backup", &other, "--cert", &pem];
    operator.fine(&[&new[..], &given].concat());
    let shut = operator.refused(&[&["unseal", DIR, "--key", &other], &given[..]].concat());
    assert!(shut.contains("none of the keys opens it"), "{shut}");
    assert!(shut.contains("sealing-key show BACKUP"), "{shut}");
    assert_eq!(shut.matches("sealing-key show").count(), 1, "{shut}");
}
