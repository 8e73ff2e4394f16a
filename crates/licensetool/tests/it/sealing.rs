//! Secrets on their way into Git and back: sealed from a home folder, checked, lost, and opened
//! with the backup of the key.

mod again;
mod checking;
mod keys;
mod places;
mod refusals;
mod together;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use microsoft_sim::World;

use crate::fixture::{Ended, Office, https, office, program, secret};

pub(crate) const DIR: &str = "infra/k8s/apps/licensetool/overlays/dev/secrets";
const CERT: &str = "infra/k8s/clusters/dev/sealing.pem";
/// What is there before anything is sealed.
const OVERLAYS: [&str; 3] = [
    "infra/k8s/clusters/dev",
    "infra/k8s/apps/licensetool/overlays/dev",
    "infra/k8s/apps/database/overlays/dev",
];
const PASSPHRASE: &str = "correct horse battery staple";

/// An operator with a home folder, a repository, and a backup of the key outside of both.
pub(crate) struct Operator {
    office: Office,
    desk: tempfile::TempDir,
}

pub(crate) async fn operator() -> Operator {
    let operator = Operator {
        office: office(World::demo(), https()).await,
        desk: tempfile::tempdir().unwrap(),
    };
    for folder in OVERLAYS {
        std::fs::create_dir_all(operator.repository().join(folder)).unwrap();
    }
    secret(operator.desk.path(), "passphrase", PASSPHRASE);
    operator.git(&["init", "--quiet"]);
    let home = operator.home();
    secret(
        home,
        "licensetool.env",
        "# for the old tool\nCLIENT_ID='abc'\nTENANT_ID=def\n",
    );
    secret(home, "secrets/session", "a key of sessions\n");
    secret(home, "secrets/registry", "a password\n");
    secret(home, "database/password", "another password\n");
    operator.fine(&["seal", "tls", "--self-signed", "licensetool.local"]);
    let login = ["--server", "registry.example", "--username", "robot"];
    let password = home.join("secrets/registry");
    let password = ["--password-file", password.to_str().unwrap()];
    operator.fine(&[&["seal", "regcred"], &login[..], &password].concat());
    operator
}

impl Operator {
    pub(crate) fn home(&self) -> &Path {
        self.office.home.path()
    }

    pub(crate) fn repository(&self) -> PathBuf {
        self.desk.path().join("repository")
    }

    fn dir(&self) -> PathBuf {
        self.repository().join(DIR)
    }

    fn backup(&self) -> String {
        self.desk
            .path()
            .join("sealing-key.age")
            .display()
            .to_string()
    }

    fn passphrase(&self) -> String {
        self.desk.path().join("passphrase").display().to_string()
    }

    /// Runs the program in the repository.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        self.run_in(&self.repository(), arguments)
    }

    /// Runs the program in the repository, with another home folder.
    fn run_from(&self, home: &str, arguments: &[&str]) -> Ended {
        let mut command = program(Path::new(home));
        command.current_dir(self.repository()).args(arguments);
        Ended::from(command.output().unwrap())
    }

    fn run_in(&self, folder: &Path, arguments: &[&str]) -> Ended {
        let mut command = program(self.home());
        command.current_dir(folder).args(arguments);
        Ended::from(command.output().unwrap())
    }

    /// Runs what must not be done.
    #[track_caller]
    fn refused(&self, arguments: &[&str]) -> String {
        let ended = self.run(arguments);
        assert_eq!(ended.code, Some(2), "{ended:?}");
        ended.err
    }

    #[track_caller]
    pub(crate) fn fine(&self, arguments: &[&str]) -> String {
        let ended = self.run(arguments);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        ended.out
    }

    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let mut git = Command::new("git");
        git.args([
            "-c",
            "user.name=tester",
            "-c",
            "user.email=tester@example.org",
        ]);
        let ended = git
            .args(arguments)
            .current_dir(self.repository())
            .output()
            .unwrap();
        assert!(ended.status.success(), "{ended:?}");
        String::from_utf8(ended.stdout).unwrap()
    }

    fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", "secrets"]);
    }

    /// What differs from the last commit: lines added and files.
    fn changed(&self) -> Vec<(usize, String)> {
        let diff = self.git(&["diff", "--numstat"]);
        let line = |line: &str| {
            let mut parts = line.split('\t');
            let added = parts.next().unwrap().parse().unwrap();
            let file = parts.nth(1).unwrap();
            (added, file.rsplit('/').next().unwrap().to_owned())
        };
        diff.lines().map(line).collect()
    }

    pub(crate) fn new_key(&self) {
        let (backup, passphrase) = (self.backup(), self.passphrase());
        self.fine(&[
            "sealing-key",
            "new",
            "--backup",
            &backup,
            "--passphrase-file",
            &passphrase,
        ]);
    }
}

/// All files below a folder, with their bytes.
fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path
                    .strip_prefix(dir)
                    .unwrap()
                    .to_string_lossy()
                    .into_owned();
                found.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_lost_but_git_the_backup_and_its_passphrase_comes_back() {
    let operator = operator().await;
    operator.new_key();
    operator.fine(&["seal"]);
    let (before, backup) = (files(operator.home()), operator.backup());
    std::fs::remove_dir_all(operator.home()).unwrap();

    let passphrase = operator.passphrase();
    let keys = operator.desk.path().join("keys.yaml").display().to_string();
    let given = ["--passphrase-file", passphrase.as_str()];
    operator.fine(
        &[
            &["sealing-key", "restore", &backup, "--to", &keys],
            &given[..],
        ]
        .concat(),
    );
    let again = operator.desk.path().join("again");
    let to = ["unseal", "--to-home", again.to_str().unwrap(), "--key"];
    operator.fine(&[&to[..], &[&keys, DIR]].concat());
    // The same with the backup itself, for the database's.
    let database = "infra/k8s/apps/database/overlays/dev/secrets";
    operator.fine(&[&to[..], &[&backup, database], &given].concat());

    let found = files(&again);
    for (name, bytes) in &found {
        if name != "licensetool.env" && !name.starts_with(".seal/") {
            assert_eq!(before.get(name), Some(bytes), "{name}");
        }
    }
    assert_eq!(found["licensetool.env"], b"CLIENT_ID=abc\nTENANT_ID=def\n");
    // What is not for a cluster: settings, the simulator's root, what was made for the upload.
    let left: Vec<&String> = before
        .keys()
        .filter(|name| !found.contains_key(*name))
        .collect();
    let expected = |name: &&&String| {
        name.starts_with(".seal/") || ["licensetool.toml", "ca.pem"].contains(&name.as_str())
    };
    assert!(left.iter().all(|name| expected(&name)), "{left:?}");
    assert!(found.keys().any(|name| name.starts_with("certs/infos/")));
    assert!(
        found
            .keys()
            .any(|name| name.starts_with("config-profiles/auth/"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_has_changed_is_sealed_anew() {
    let operator = operator().await;
    operator.new_key();
    let first = operator.fine(&["seal"]);
    assert!(
        first.contains("sealed    ") && first.contains("regcred"),
        "{first}"
    );
    operator.commit();
    let second = operator.fine(&["seal"]);
    assert!(!second.contains("sealed    "), "{second}");
    assert_eq!(operator.git(&["status", "--porcelain"]), "");

    let profile = "config-profiles/tenants/config-iseschool-profile.json";
    let file = operator.home().join(profile);
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("{text}\n")).unwrap();
    let third = operator.fine(&["seal"]);
    assert!(third.contains("(config-iseschool-profile.json)"), "{third}");
    let one_line = (
        1,
        "licensetool-profiles-tenants.sealedsecret.yaml".to_owned(),
    );
    assert_eq!(operator.changed(), [one_line]);

    // Another branch's values are known, too.
    operator.git(&["checkout", "--quiet", "--", "."]);
    std::fs::write(&file, text).unwrap();
    operator.fine(&["seal"]);
    assert_eq!(operator.changed(), []);

    operator.fine(&["seal", "--all", "--format", "json"]);
    assert!(operator.changed().len() > 8, "{:?}", operator.changed());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_gone_from_the_home_folder_goes_from_the_repository() {
    let operator = operator().await;
    operator.new_key();
    operator.fine(&["seal"]);
    let theirs = "kind: SealedSecret\nmetadata: {name: theirs, namespace: licensetool}\n";
    let file = operator.dir().join("theirs.sealedsecret.yaml");
    std::fs::write(&file, theirs).unwrap();
    let home = operator.home();
    std::fs::remove_file(home.join("config-profiles/tenants/config-iseschool-profile.json"))
        .unwrap();
    std::fs::remove_dir_all(home.join("registry")).unwrap();
    let said = operator.fine(&["seal"]);
    let words = "licensetool-profiles-tenants.sealedsecret.yaml (removed \
                 config-iseschool-profile.json)";
    assert!(said.contains(words), "{said}");
    let removed: Vec<&str> = said
        .lines()
        .filter(|line| line.starts_with("removed"))
        .collect();
    assert_eq!(removed.len(), 2, "{said}");
    assert!(
        !operator
            .dir()
            .join("licensetool-cert-iseschool.sealedsecret.yaml")
            .exists()
    );
    let mounts = std::fs::read_to_string(operator.dir().join("mounts-collect.yaml")).unwrap();
    assert!(!mounts.contains("iseschool\n"), "{mounts}");
    let listed = std::fs::read_to_string(operator.dir().join("kustomization.yaml")).unwrap();
    assert!(
        file.exists() && listed.contains("  - theirs.sealedsecret.yaml\n"),
        "{listed}"
    );
    assert!(!listed.contains("regcred"), "{listed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn pods_are_replaced_when_what_they_read_at_their_start_has_changed() {
    let operator = operator().await;
    operator.new_key();
    operator.fine(&["seal"]);
    operator.commit();
    let database = "infra/k8s/apps/database/overlays/dev/secrets";
    let listed = |dir: &str| {
        let file = operator.repository().join(dir).join("kustomization.yaml");
        std::fs::read_to_string(file).unwrap()
    };
    let deployments = "path: restart.yaml\n    target:\n      kind: Deployment\n      \
                       labelSelector: app.kubernetes.io/name=licensetool\n";
    assert!(listed(DIR).contains(deployments), "{}", listed(DIR));
    assert!(listed(database).contains("kind: StatefulSet"));

    secret(operator.home(), "secrets/mail", "a channel's password\n");
    operator.fine(&["seal"]);
    let changed: Vec<String> = operator.changed().into_iter().map(|it| it.1).collect();
    assert_eq!(
        changed,
        ["licensetool-env.sealedsecret.yaml", "restart.yaml"]
    );
    operator.fine(&["seal", "--check"]);
    // As after a merge that took one side's secret and the other side's checksum.
    operator.git(&["checkout", "--quiet", "--", &format!("{DIR}/restart.yaml")]);
    let ended = operator.run(&["seal", "--check"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let words = "licensetool-env has changed since, and its pods would not be replaced";
    assert!(ended.out.contains(words), "{ended:?}");

    // With the last of what they read, the patch goes.
    std::fs::remove_dir_all(operator.home().join("database")).unwrap();
    let ended = operator.run(&["seal"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let words = "licensetool-database.sealedsecret.yaml went with what the home folder lacks: ";
    assert!(ended.out.contains(words), "{ended:?}");
    assert!(
        !operator
            .repository()
            .join(database)
            .join("restart.yaml")
            .exists()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_has_ended_seals_nothing_and_is_not_sealed() {
    let operator = operator().await;
    let made = |days: i64| {
        let mut params = rcgen::CertificateParams::default();
        let pair =
            rcgen::KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048);
        let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
        let at = now.saturating_add_signed(days * 24 * 3600);
        let moment = std::time::UNIX_EPOCH + std::time::Duration::from_secs(at);
        params.not_after = moment.into();
        let pem = params.self_signed(&pair.unwrap()).unwrap().pem();
        let file = operator.desk.path().join(format!("{days}.pem"));
        std::fs::write(&file, pem).unwrap();
        file.display().to_string()
    };
    let ended = operator.run(&["seal", "--cert", &made(-1)]);
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.err.contains("it ended on "), "{ended:?}");
    assert!(!operator.dir().exists());
    let soon = operator.run(&["seal", "--cert", &made(10)]);
    assert_eq!(soon.code, Some(1), "{soon:?}");
    assert!(
        soon.out.contains("warning: the sealing certificate"),
        "{soon:?}"
    );

    let key = "certs/iseschool/mycert_iseschool.pem";
    let old = rcgen::KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048);
    let (mut params, old) = (rcgen::CertificateParams::default(), old.unwrap());
    params.not_after = rcgen::date_time_ymd(2026, 1, 1);
    let text = [old.serialize_pem(), params.self_signed(&old).unwrap().pem()].concat();
    std::fs::write(operator.home().join(key), text).unwrap();
    let profile = "config-profiles/tenants/config-iseschool-profile.json";
    let file = operator.home().join(profile);
    let text = std::fs::read_to_string(&file).unwrap();
    let mut fields: serde_json::Value = serde_json::from_str(&text).unwrap();
    for of_the_old_one in ["thumbprint", "expires"] {
        fields.as_object_mut().unwrap().remove(of_the_old_one);
    }
    std::fs::write(&file, fields.to_string()).unwrap();
    let cert = made(40);
    let refused = operator.run(&["seal", "--cert", &cert]);
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(refused.err.contains("--allow-expired"), "{refused:?}");
    let allowed = operator.run(&["seal", "--cert", &cert, "--allow-expired"]);
    assert_eq!(allowed.code, Some(1), "{allowed:?}");
    assert!(allowed.out.contains("has ended on"), "{allowed:?}");
}
