//! Where sealed secrets go: the right namespace, overlay and repository, wherever one stands.

use super::operator;

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
