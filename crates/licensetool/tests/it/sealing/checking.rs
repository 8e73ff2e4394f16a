//! `seal --check`: what must not be in a repository is found before it is there.

use super::{DIR, Operator, operator};

impl Operator {
    /// The kinds of findings, and their files' names with the line.
    fn findings(&self) -> Vec<(String, String)> {
        let ended = self.run(&["seal", "--check", "--format", "json"]);
        let said: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
        let findings = said["findings"].as_array().unwrap();
        assert_eq!(
            ended.code,
            Some(i32::from(!findings.is_empty())),
            "{ended:?}"
        );
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        let place = |it: &serde_json::Value| {
            let path = text(&it["path"]);
            format!("{}:{}", path.rsplit('/').next().unwrap(), it["line"])
        };
        findings
            .iter()
            .map(|it| (text(&it["kind"]), place(it)))
            .collect()
    }

    pub(super) fn put(&self, file: &str, text: &str) {
        let file = self.repository().join(file);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }

    #[track_caller]
    fn finds(&self, kind: &str, place: &str) {
        let findings = self.findings();
        let is_it = |(its_kind, at): &(String, String)| its_kind == kind && at.starts_with(place);
        assert!(
            findings.iter().any(is_it),
            "{kind} at {place} in {findings:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_sealed_is_in_order_and_the_sources_are_each_found() {
    let operator = operator().await;
    operator.new_key();
    operator.fine(&["seal"]);
    let said = operator.fine(&["seal", "--check"]);
    assert!(said.ends_with(": nothing is wrong\n"), "{said}");

    // The home folder itself, as somebody commits it by mistake.
    let home = super::files(operator.home());
    for (name, bytes) in &home {
        let file = operator.repository().join("home").join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, bytes).unwrap();
    }
    operator.put(
        "home/licensetool.env",
        &format!("CLIENT_SECRET={}\n", "hush-hush"),
    );
    operator.put("home/secrets/session", &"Ab1Cd2Ef".repeat(8));
    operator.finds("private-key", "mycert_iseschool.pem:");
    operator.finds("private-key", "tls.key:1");
    operator.finds("registry-login", "config.json:1");
    operator.finds("setting", "licensetool.env:1");
    operator.finds("session-key", "session:1");
    operator.finds("password", "password:1");
    let profiles = operator.findings();
    let profiles = profiles
        .iter()
        .filter(|(kind, _)| kind == "profile")
        .count();
    assert!(profiles >= 3, "tenants, SharePoint and sign-in: {profiles}");

    // The backup of the key, too: who reads the repository could try passphrases on it.
    std::fs::copy(operator.backup(), operator.repository().join("key.age")).unwrap();
    operator.finds("locked-backup", "key.age:1");
    std::fs::remove_file(operator.repository().join("key.age")).unwrap();

    // And once more as manifests of what was opened.
    std::fs::remove_dir_all(operator.repository().join("home")).unwrap();
    let (backup, passphrase) = (operator.backup(), operator.passphrase());
    let given = ["--show", "--passphrase-file", &passphrase, "--key", &backup];
    let shown = operator.fine(&[&["unseal", DIR], &given[..]].concat());
    for (number, manifest) in shown.split("---\n").skip(1).enumerate() {
        operator.put(&format!("{number}.yaml"), manifest);
        operator.finds("secret-manifest", &format!("{number}.yaml:2"));
    }
    // What Git ignores is not committed.
    operator.put(".gitignore", "*.yaml\n!infra/**\n");
    assert_eq!(operator.findings(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_together_is_found() {
    let operator = operator().await;
    operator.new_key();
    operator.fine(&["seal"]);
    let file = format!("{DIR}/regcred.sealedsecret.yaml");
    let good = std::fs::read_to_string(operator.repository().join(&file)).unwrap();
    let check = |text: &str, kind: &str| {
        operator.put(&file, text);
        operator.finds(kind, "regcred.sealedsecret.yaml:0");
        operator.put(&file, &good);
    };
    check(&good.replace("name: regcred", "name: other"), "name");
    check(
        &good.replace("namespace: licensetool", "namespace: other"),
        "namespace",
    );
    let wide = "namespace: licensetool\n  annotations:\n    \
                sealedsecrets.bitnami.com/cluster-wide: \"true\"\n";
    check(&good.replacen("namespace: licensetool\n", wide, 1), "scope");
    check(&good.replace("Ag", "AA"), "sealed-secret");
    check("a: [", "sealed-secret");

    let list = format!("{DIR}/kustomization.yaml");
    let listed = std::fs::read_to_string(operator.repository().join(&list)).unwrap();
    operator.put(
        &list,
        &listed.replace("  - regcred.sealedsecret.yaml\n", ""),
    );
    operator.finds("kustomization", "kustomization.yaml:0");
    operator.put(&list, &listed.replace("regcred", "gone"));
    operator.finds("kustomization", "kustomization.yaml:0");
    operator.put(&list, &listed);

    // A mount without its secret, in the base; a secret that nothing mounts, with such a base.
    let base = "infra/k8s/apps/licensetool/base/web.yaml";
    operator.put(
        base,
        "spec:\n  volumes:\n  - secret: {secretName: missing}\n",
    );
    operator.finds("mount", "web.yaml:0");
    operator.finds("mount", "regcred.sealedsecret.yaml:0");
    operator.put(
        base,
        "spec:\n  volumes:\n  - secret: {secretName: missing, optional: true}\n",
    );
    let findings = operator.findings();
    assert!(!findings.contains(&("mount".to_owned(), "web.yaml:0".to_owned())));
    let elsewhere = "infra/k8s/apps/licensetool/overlays/prod/web.yaml";
    operator.put(
        elsewhere,
        "spec:\n  volumes:\n  - secret: {secretName: theirs}\n",
    );
    assert_eq!(operator.findings(), findings);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checkout_with_the_line_ends_of_windows_is_in_order_and_unchanged() {
    let operator = operator().await;
    operator.new_key();
    operator.fine(&["seal"]);
    for (name, bytes) in super::files(&operator.dir()) {
        let text = String::from_utf8(bytes).unwrap().replace('\n', "\r\n");
        operator.put(&format!("{DIR}/{name}"), &text);
    }
    operator.fine(&["seal", "--check"]);
    let said = operator.fine(&["seal"]);
    assert!(!said.contains("sealed    "), "{said}");
    operator.fine(&["seal", "--check"]);
}
