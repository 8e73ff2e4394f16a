//! What would lose something, or break a pod later, is refused before anything is written.

use std::path::Path;

use super::{CERT, DIR, files, operator};
use crate::fixture::secret;

const TENANT: &str = "config-profiles/tenants/config-iseschool-profile.json";

#[tokio::test(flavor = "multi_thread")]
async fn a_home_folder_that_lacks_what_others_sealed_takes_nothing_away() {
    let operator = operator().await;
    operator.new_key();
    operator.fine(&["seal"]);
    let before = files(&operator.repository().join("infra"));
    // Another person's home folder: nothing was ever sealed from it.
    std::fs::remove_dir_all(operator.home().join(".seal")).unwrap();
    std::fs::remove_dir_all(operator.home().join("registry")).unwrap();
    std::fs::remove_file(operator.home().join(TENANT)).unwrap();
    let said = operator.refused(&["seal"]);
    for words in [
        "regcred.sealedsecret.yaml (.dockerconfigjson)",
        // Other tenants of the same secret are there.
        "licensetool-profiles-tenants.sealedsecret.yaml (config-iseschool-profile.json)\n",
        "licensetool-cert-iseschool.sealedsecret.yaml",
        "--remove-others",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    assert_eq!(files(&operator.repository().join("infra")), before);

    let ended = operator.run(&["seal", "--remove-others"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let said = ended.out;
    let removed = said.lines().filter(|line| line.starts_with("removed"));
    assert_eq!(removed.count(), 2, "{said}");
    assert!(!operator.dir().join("regcred.sealedsecret.yaml").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_is_there_is_replaced_on_demand_only() {
    let operator = operator().await;
    let tls = operator.home().join("tls");
    let before = files(&tls);
    let again = ["seal", "tls", "--self-signed", "other.local"];
    let said = operator.refused(&again);
    assert!(
        said.contains("is there already") && said.contains("--replace"),
        "{said}"
    );
    for host in ["", "bad host!", "https://x/"] {
        let said = operator.refused(&["seal", "tls", "--replace", "--self-signed", host]);
        assert!(said.contains("is no name of a host"), "{said}");
    }
    assert_eq!(files(&tls), before);
    let said = operator.refused(&["seal", "tls"]);
    assert!(
        said.contains("--self-signed") && said.contains("--certificate"),
        "{said}"
    );
    let said = operator.refused(&["seal", "regcred"]);
    assert!(
        said.contains("--from") && said.contains("--server"),
        "{said}"
    );

    operator.fine(&[&again[..], &["--replace"]].concat());
    let after = files(&tls);
    assert!(before.iter().all(|(name, bytes)| after[name] != *bytes));
    // As a break between the two files leaves them.
    operator.new_key();
    std::fs::write(tls.join("tls.key"), &before["tls.key"]).unwrap();
    let said = operator.refused(&["seal"]);
    for words in ["do not belong together", "licensetool seal tls --replace"] {
        assert!(said.contains(words), "{said}");
    }
    assert!(!operator.repository().join(DIR).exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn variables_that_the_program_does_not_know_are_not_sealed() {
    let operator = operator().await;
    operator.new_key();
    let lines = "LICENSETOOL_LISTEN=[::]:5000\nLICENSETOOL_NOSUCH=1\n\n\
                 LICENSETOOL_CHANNEL__OPS__NOSUCH=1\nLICENSETOOL_LISTEN=[::]:5001\n";
    secret(operator.home(), "licensetool.env", lines);
    let said = operator.refused(&["seal"]);
    for words in [
        "licensetool.env: line 2: there is no setting for LICENSETOOL_NOSUCH",
        "licensetool.env: line 4: ",
        "licensetool.env: line 5: LICENSETOOL_LISTEN stands in line 1, too",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    assert_eq!(said.matches("licensetool.env: line").count(), 3, "{said}");
    let lines = "LICENSETOOL_LISTEN=[::]:5000\nLICENSETOOL_CHANNEL__OPS__KIND=mail\nA=b\n";
    secret(operator.home(), "licensetool.env", lines);
    operator.fine(&["seal"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_out_is_said() {
    let operator = operator().await;
    operator.new_key();
    let home = operator.home();
    secret(home, "secrets/.hidden", "a");
    secret(home, "secrets/deeper/file", "a");
    let ended = operator.run(&["seal"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let words = "warning: left out, because only files are sealed, and no hidden ones: \
                 secrets/.hidden, secrets/deeper; ";
    assert!(ended.out.contains(words), "{ended:?}");
    std::fs::remove_file(home.join("secrets/.hidden")).unwrap();
    std::fs::remove_dir_all(home.join("secrets/deeper")).unwrap();
    operator.fine(&["seal"]);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_is_no_text_hides_nothing() {
    use std::os::unix::ffi::OsStrExt as _;

    let operator = operator().await;
    let key = std::fs::read(operator.home().join("tls/tls.key")).unwrap();
    let name = std::ffi::OsStr::from_bytes(b"n\xe4me.pem");
    // Some file systems take no such name.
    if std::fs::write(operator.repository().join(Path::new(name)), key).is_err() {
        return;
    }
    let ended = operator.run(&["seal", "--check"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.out.contains("me.pem:1: private-key: "), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_secret_is_not_put_where_a_commit_takes_it() {
    let operator = operator().await;
    let passphrase = operator.passphrase();
    let given = ["--passphrase-file", passphrase.as_str()];
    std::fs::create_dir(operator.repository().join("deep")).unwrap();
    for backup in ["key.age", "deep/../infra/key.age"] {
        let new = [&["sealing-key", "new", "--backup", backup], &given[..]].concat();
        let said = operator.refused(&new);
        assert!(
            said.contains("lies in the repository: keep it outside"),
            "{said}"
        );
        let rotate = [&["sealing-key", "rotate", "--backup", backup], &given[..]].concat();
        let said = operator.refused(&rotate);
        assert!(said.contains("lies in the repository"), "{said}");
    }
    let outside = [
        &["sealing-key", "new", "--backup", "../key.age"],
        &given[..],
    ]
    .concat();
    operator.fine(&outside);

    operator.lies_at("https://git.test/licensetool.git");
    let password = [
        "--username",
        "robot",
        "--password-file",
        passphrase.as_str(),
    ];
    let home = operator.repository().join("home");
    std::fs::create_dir(&home).unwrap();
    let into = |what: &[&str]| operator.run_from("home", &[&["seal"], what].concat());
    let host = ["tls", "--self-signed", "licensetool.local"];
    let login = [&["regcred", "--server", "registry.example"], &password[..]].concat();
    let way_in = [&["repository"], &password[..]].concat();
    for what in [&host[..], &login, &way_in] {
        let ended = into(what);
        assert_eq!(ended.code, Some(2), "{ended:?}");
        let words = "the folder home lies in the repository";
        assert!(ended.err.contains(words), "{ended:?}");
    }
    assert!(files(&home).is_empty());
    let ignore = operator.repository().join(".gitignore");
    // That protects one file of a home folder and no other.
    std::fs::write(&ignore, "*.env\n").unwrap();
    assert_eq!(into(&way_in).code, Some(2));
    operator.fine(&["seal", "--out", "out", "--cert", CERT]);
    let unseal = ["unseal", "--key", "../key.age", "--to", "opened", "out"];
    let said = operator.refused(&[&unseal[..], &given].concat());
    assert!(said.contains("opened lies in the repository"), "{said}");
    assert!(!operator.repository().join("opened").exists());
    std::fs::write(&ignore, "/home\n").unwrap();
    let ended = into(&host);
    assert_eq!(ended.code, Some(0), "{ended:?}");
}
