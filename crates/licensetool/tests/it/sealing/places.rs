//! Where sealed secrets go: the right namespace, overlay and repository, wherever one stands.

use super::{CERT, DIR, files, operator};

#[tokio::test(flavor = "multi_thread")]
async fn the_databases_secret_is_sealed_for_the_databases_namespace() {
    let operator = operator().await;
    operator.new_key();
    operator.fine(&["seal"]);
    let dir = "infra/k8s/apps/database/overlays/dev/secrets";
    let file = format!("{dir}/licensetool-database.sealedsecret.yaml");
    let text = std::fs::read_to_string(operator.repository().join(&file)).unwrap();
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| line.starts_with("namespace:"))
        .collect();
    // That of the manifest, and that of the secret which is made of it.
    assert_eq!(lines, ["namespace: licensetool-database"; 2], "{text}");
    let (backup, passphrase) = (operator.backup(), operator.passphrase());
    let given = ["--passphrase-file", &passphrase, "--key", &backup, "--show"];
    let shown = operator.fine(&[&["unseal", &file], &given[..]].concat());
    assert!(shown.contains("namespace: licensetool-database"), "{shown}");
    let ours = std::fs::read_to_string(operator.dir().join("regcred.sealedsecret.yaml")).unwrap();
    assert!(ours.contains("namespace: licensetool\n"), "{ours}");

    operator.fine(&["seal", "--check"]);
    let moved = text.replace("licensetool-database\n  labels", "licensetool\n  labels");
    assert_ne!(moved, text);
    std::fs::write(operator.repository().join(&file), moved).unwrap();
    let found = operator.run(&["seal", "--check"]);
    assert_eq!(found.code, Some(1), "{found:?}");
    let words = "its namespace is \"licensetool\", not \"licensetool-database\"";
    assert!(found.out.contains(words), "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn below_the_top_of_the_repository_the_same_files_are_meant() {
    let operator = operator().await;
    let (backup, passphrase) = (operator.backup(), operator.passphrase());
    let below = operator.repository().join("infra/k8s/apps");
    let given = ["--passphrase-file", passphrase.as_str()];
    let new = [&["sealing-key", "new", "--backup", &backup], &given[..]].concat();
    let made = operator.run_in(&below, &new);
    assert_eq!(made.code, Some(0), "{made:?}");
    assert!(operator.repository().join(CERT).exists());
    let sealed = operator.run_in(&below, &["seal"]);
    assert_eq!(sealed.code, Some(0), "{sealed:?}");
    assert!(operator.dir().join("regcred.sealedsecret.yaml").exists());
    assert!(!below.join("infra").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_folder_that_is_no_repository_of_ours_nothing_is_made() {
    let operator = operator().await;
    operator.new_key();
    let elsewhere = tempfile::tempdir().unwrap();
    let cert = operator.repository().join(CERT).display().to_string();
    let other = elsewhere.path().join("other.age").display().to_string();
    for line in [
        &["seal"][..],
        &["seal", "--cert", &cert],
        &["sealing-key", "new", "--backup", &other],
        &["sealing-key", "rotate", "--backup", &operator.backup()],
    ] {
        let ended = operator.run_in(elsewhere.path(), line);
        assert_eq!(ended.code, Some(2), "{ended:?}");
        let words = [
            "there is no folder infra/k8s/",
            "run this in the repository",
        ];
        assert!(words.iter().all(|it| ended.err.contains(it)), "{ended:?}");
    }
    assert!(files(elsewhere.path()).is_empty());
    let out = ["seal", "--cert", &cert, "--out", "out"];
    let ended = operator.run_in(elsewhere.path(), &out);
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_overlay_says_the_way_to_its_certificate() {
    let operator = operator().await;
    let said = operator.refused(&["seal", "--overlay", "stage"]);
    assert!(said.contains("there is no overlay \"stage\""), "{said}");
    assert!(said.trim_end().ends_with("overlays has dev"), "{said}");

    for folder in ["clusters/prod", "apps/licensetool/overlays/prod"] {
        let folder = operator.repository().join("infra/k8s").join(folder);
        std::fs::create_dir_all(folder).unwrap();
    }
    let said = operator.refused(&["seal", "--overlay", "prod"]);
    let cert = "infra/k8s/clusters/prod/sealing.pem";
    let way_out = format!("`licensetool sealing-key new --backup FILE --cert {cert}`");
    assert!(said.contains(&way_out), "{said}");
    let (backup, passphrase) = (operator.backup(), operator.passphrase());
    let new = ["sealing-key", "new", "--backup", &backup, "--cert", cert];
    operator.fine(&[&new[..], &["--passphrase-file", &passphrase]].concat());
    // There is no overlay for a database: nobody would apply its secret.
    let ended = operator.run(&["seal", "--overlay", "prod"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.out.contains("warning: database/ is left out"));
    let apps = operator.repository().join("infra/k8s/apps");
    assert!(apps.join("licensetool/overlays/prod/secrets").is_dir());
    assert!(!apps.join("database/overlays/prod").exists());
    assert!(!operator.repository().join(DIR).exists());
}
