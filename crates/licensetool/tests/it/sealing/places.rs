//! Where sealed secrets go: the right namespace, overlay and repository, wherever one stands.

use super::{CERT, DIR, Operator, files, operator};

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

const WAY_IN: &str = "infra/k8s/clusters/dev/secrets/licensetool-repository.sealedsecret.yaml";

impl Operator {
    /// Where Argo CD finds the repository.
    pub(super) fn lies_at(&self, address: &str) {
        let clusters = self.repository().join("infra/k8s/clusters");
        for folder in ["repository", "dev/applications"] {
            std::fs::create_dir_all(clusters.join(folder)).unwrap();
        }
        let file = clusters.join("repository/repository.yaml");
        std::fs::write(file, format!("data:\n  url: {address}\n")).unwrap();
    }

    /// Adds the way in and says what its folder holds then.
    #[track_caller]
    fn adds_way_in(&self, with: &[&str]) -> Vec<(String, Vec<u8>)> {
        self.fine(&[&["seal", "repository"], with].concat());
        files(&self.home().join("repository")).into_iter().collect()
    }
}

/// In the form of one that has no passphrase.
fn deploy_key() -> String {
    let body = format!(
        "{}{}",
        "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUA",
        "AAAA".repeat(12)
    );
    let kind = "OPENSSH PRIVATE KEY";
    format!("-----BEGIN {kind}-----\n{body}\n-----END {kind}-----\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_way_into_a_private_repository_lies_with_the_cluster() {
    let operator = operator().await;
    operator.new_key();
    let password = operator.home().join("secrets/registry");
    let password = ["--password-file", password.to_str().unwrap()];
    let by_password = [&["--username", "robot"], &password[..]].concat();

    operator.lies_at("https://git.example.org/licensetool.git");
    let add = [&["seal", "repository"], &by_password[..]].concat();
    let said = operator.refused(&add);
    assert!(said.contains("scripts/set-repository"), "{said}");

    operator.lies_at("https://git.test/licensetool.git");
    let held = operator.adds_way_in(&by_password);
    let expected = [
        ("password", "a password"),
        ("type", "git"),
        ("url", "https://git.test/licensetool.git"),
        ("username", "robot"),
    ];
    let expected = expected.map(|(item, text)| (item.to_owned(), text.as_bytes().to_vec()));
    assert_eq!(held, expected);
    operator.fine(&["seal"]);
    let text = std::fs::read_to_string(operator.repository().join(WAY_IN)).unwrap();
    assert!(text.contains("secret-type: repository"), "{text}");
    assert!(
        !operator
            .dir()
            .join("licensetool-repository.sealedsecret.yaml")
            .exists()
    );
    operator.fine(&["seal", "--check"]);
    let again = tempfile::tempdir().unwrap();
    let home = again.path().join("home").display().to_string();
    let (backup, passphrase) = (operator.backup(), operator.passphrase());
    let key = ["--key", &backup, "--passphrase-file", &passphrase];
    operator.fine(&[&["unseal", "--to-home", &home, WAY_IN], &key[..]].concat());
    let unsealed: Vec<_> = files(&again.path().join("home/repository"))
        .into_iter()
        .collect();
    assert_eq!(unsealed, expected);

    // It has moved: what was sealed would open nothing.
    operator.lies_at("git@git.test:licensetool.git");
    let said = operator.refused(&["seal"]);
    assert!(said.contains("repository/url is not the address"), "{said}");
    let said = operator.refused(&add);
    assert!(said.contains("--ssh-key"), "{said}");
    std::fs::write(operator.home().join("deploy"), deploy_key()).unwrap();
    let deploy = operator.home().join("deploy");
    let held = operator.adds_way_in(&["--ssh-key", deploy.to_str().unwrap()]);
    let items: Vec<&str> = held.iter().map(|(item, _)| item.as_str()).collect();
    assert_eq!(items, ["sshPrivateKey", "type", "url"]);
    operator.fine(&["seal"]);
    std::fs::remove_file(operator.home().join("repository/sshPrivateKey")).unwrap();
    let said = operator.refused(&["seal"]);
    assert!(
        said.contains("neither password nor sshPrivateKey"),
        "{said}"
    );

    // Public again: the folder goes, and what was sealed from it.
    std::fs::remove_dir_all(operator.home().join("repository")).unwrap();
    let said = operator.fine(&["seal"]);
    assert!(said.contains("removed"), "{said}");
    assert!(!operator.repository().join(WAY_IN).exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_way_in_that_windows_has_written_is_held_as_argo_cd_reads_it() {
    let operator = operator().await;
    operator.new_key();
    let file = |name: &str, text: &str| {
        let file = operator.home().join(name);
        std::fs::write(&file, text).unwrap();
        file.display().to_string()
    };
    operator.lies_at("https://git.test/licensetool.git");
    let token = file("token", "\u{feff}hush\r\n");
    let password = ["--password-file", token.as_str()];
    let held = operator.adds_way_in(&[&["--username", "robot"], &password[..]].concat());
    assert_eq!(held[0], ("password".to_owned(), b"hush".to_vec()));
    let nobody = [&["seal", "repository", "--username", " "], &password[..]].concat();
    let said = operator.refused(&nobody);
    assert!(said.contains("--username is empty"), "{said}");

    operator.fine(&["seal"]);
    std::fs::write(operator.home().join("repository/password"), "hush\n").unwrap();
    let said = operator.refused(&["seal"]);
    let words = "repository/password ends with a new line: `licensetool seal repository` writes it";
    assert!(said.contains(words), "{said}");
    std::fs::write(operator.home().join("repository/password"), "hush").unwrap();
    std::fs::write(operator.home().join("repository/insecure"), "true").unwrap();
    let said = operator.refused(&["seal"]);
    assert!(
        said.contains("repository/insecure is nothing that"),
        "{said}"
    );
    std::fs::remove_file(operator.home().join("repository/insecure")).unwrap();

    operator.lies_at("ssh://git@git.test/licensetool.git");
    let key = file(
        "deploy",
        &format!("\u{feff}{}", deploy_key().replace('\n', "\r\n")),
    );
    let held = operator.adds_way_in(&["--ssh-key", &key]);
    assert_eq!(
        held[0],
        ("sshPrivateKey".to_owned(), deploy_key().into_bytes())
    );
    operator.fine(&["seal"]);
    let cut = file("cut", &deploy_key()[..90]);
    let said = operator.refused(&["seal", "repository", "--ssh-key", &cut]);
    assert!(said.contains("cut is cut off: copy it again"), "{said}");
    let elsewhere = tempfile::tempdir().unwrap();
    let ended = operator.run_in(elsewhere.path(), &["seal", "repository", "--ssh-key", &key]);
    assert!(
        ended.err.contains("run this in the repository"),
        "{ended:?}"
    );
}
