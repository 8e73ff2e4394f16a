//! A repository with its folder `infra/k8s`, the pretended programs on the PATH, and the program.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

use crate::pretend::FOLDER;
use crate::town::{Calls, Town};
use crate::trouble::{How, Trouble};

/// All of it in a folder that goes with it.
pub(crate) struct Stage {
    folder: tempfile::TempDir,
}

pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Stage {
    pub(crate) fn set() -> Self {
        let stage = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        for folder in ["programs", "cluster", "home"] {
            std::fs::create_dir(stage.at(folder)).unwrap();
        }
        for program in ["kubectl", "minikube", "git"] {
            let program = format!("programs/{program}{}", std::env::consts::EXE_SUFFIX);
            linked(&std::env::current_exe().unwrap(), &stage.at(&program));
        }
        let folders = [
            "bootstrap/argocd",
            "bootstrap/root-app/dev",
            "clusters/dev/applications",
        ];
        for folder in folders {
            std::fs::create_dir_all(stage.infra(folder)).unwrap();
        }
        let address = "data:\n  url: https://git.test/licensetool.git\n";
        stage.write_infra("clusters/repository/repository.yaml", address);
        let image = "images:\n  - name: licensetool\n    digest: sha256:1111\n";
        stage.write_infra(KUSTOMIZATION, image);
        let certificate = SEALING.as_str();
        stage.write_infra(CERTIFICATE, certificate);
        let encoded = base64(certificate.as_bytes());
        let key = format!(
            "apiVersion: v1\nkind: Secret\ntype: kubernetes.io/tls\nmetadata:\n  labels:\n    \
             sealedsecrets.bitnami.com/sealed-secrets-key: active\ndata:\n  \
             tls.crt: {encoded}\n  tls.key: {SECRET}\n"
        );
        std::fs::write(stage.at("key.yaml"), key).unwrap();
        stage
    }

    /// The same with a private repository: by what it is read lies sealed in it.
    pub(crate) fn private() -> Self {
        let stage = Self::set();
        let sealed = &*SEALED;
        stage.write("key.yaml", &sealed.key);
        stage.write_infra(CERTIFICATE, &sealed.certificate);
        stage.write_infra(WAY_IN, &sealed.way_in);
        stage.write_town(&Town {
            password: Some(base64(PASSWORD.as_bytes())),
            ..Town::default()
        });
        stage
    }

    /// Seals by what Argo CD reads the repository, with the key of `sealing_key`.
    pub(crate) fn seal_way_in(&self, password: &str) {
        self.write("password", password);
        let username = ["--username", "robot", "--password-file", "../password"];
        let add = [&["--home", "../home", "seal", "repository"], &username[..]].concat();
        for arguments in [&add[..], &["--home", "../home", "seal"]] {
            let ended = Ended::from(self.licensetool_alone(arguments).output().unwrap());
            assert_eq!(ended.code, Some(0), "{}{}", ended.out, ended.err);
        }
    }

    /// Makes a sealing key for this repository, and its backup `../key.age`.
    pub(crate) fn new_sealing_key(&self) {
        self.write("passphrase", "one two three four five\n");
        std::fs::remove_file(self.sealing_certificate()).unwrap();
        let made = self.with_passphrase(&["sealing-key", "new", "--backup", "../key.age"]);
        assert_eq!(made.code, Some(0), "{}", made.err);
        let restored = self.with_passphrase(&["sealing-key", "restore", "../key.age"]);
        self.write("key.yaml", &restored.out);
    }

    pub(crate) fn with_passphrase(&self, arguments: &[&str]) -> Ended {
        let mut command = self.licensetool_alone(arguments);
        command.args(["--passphrase-file", "../passphrase"]);
        Ended::from(command.output().unwrap())
    }

    fn read_infra(&self, name: &str) -> String {
        std::fs::read_to_string(self.infra(name)).unwrap()
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn infra(&self, name: &str) -> PathBuf {
        self.at("repository/infra/k8s").join(name)
    }

    pub(crate) fn write_infra(&self, name: &str, text: &str) {
        let file = self.infra(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }

    /// `licensetool cluster`.
    pub(crate) fn licensetool(&self, arguments: &[&str]) -> Command {
        let mut command = self.licensetool_alone(&["cluster"]);
        command.args(arguments);
        command
    }

    /// The program in this repository, with these programs before all others.
    pub(crate) fn licensetool_alone(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_licensetool"));
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = std::iter::once(self.at("programs")).chain(std::env::split_paths(&path));
        command.env("PATH", std::env::join_paths(folders).unwrap());
        command.env(FOLDER, self.at("cluster"));
        command.current_dir(self.at("repository"));
        command.args(arguments);
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        Ended::from(self.licensetool(arguments).output().unwrap())
    }

    /// Brings the cluster up, with so many seconds for each command.
    pub(crate) fn up(&self, seconds: u32) -> Ended {
        let timeout = format!("--timeout={seconds}s");
        self.run(&["up", "--sealing-key", "../key.yaml", &timeout])
    }

    /// Writes a file beside the repository.
    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.at(name), text).unwrap();
    }

    pub(crate) fn sealing_certificate(&self) -> PathBuf {
        self.infra(CERTIFICATE)
    }

    /// The file with the sealing key.
    pub(crate) fn key(&self) -> PathBuf {
        self.at("key.yaml")
    }

    pub(crate) fn trouble(&self, call: usize, how: How) {
        Trouble { call, how }.write(&self.at("cluster"));
    }

    pub(crate) fn no_more_trouble(&self) {
        Trouble::end(&self.at("cluster"));
    }

    /// A call that hangs is somebody who connects here.
    pub(crate) fn hanging() -> (TcpListener, u16) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        (listener, port)
    }

    pub(crate) fn town(&self) -> Town {
        Town::read(&self.at("cluster"))
    }

    pub(crate) fn write_town(&self, town: &Town) {
        town.write(&self.at("cluster"));
    }

    pub(crate) fn calls(&self) -> Vec<String> {
        Calls::of(&self.at("cluster")).all()
    }
}

/// The program's overlay.
pub(crate) const KUSTOMIZATION: &str = "apps/licensetool/overlays/dev/kustomization.yaml";

const CERTIFICATE: &str = "clusters/dev/sealing.pem";
pub(crate) const WAY_IN: &str = "clusters/dev/secrets/licensetool-repository.sealedsecret.yaml";

/// Opens the private repository.
pub(crate) const PASSWORD: &str = "open sesame";

/// What was sealed once for all stages, with a key that can open it.
struct Sealed {
    key: String,
    certificate: String,
    way_in: String,
}

static SEALED: LazyLock<Sealed> = LazyLock::new(|| {
    let stage = Stage::set();
    stage.new_sealing_key();
    stage.seal_way_in(PASSWORD);
    Sealed {
        key: std::fs::read_to_string(stage.key()).unwrap(),
        certificate: stage.read_infra(CERTIFICATE),
        way_in: stage.read_infra(WAY_IN),
    }
});

/// Stands for a private key.
pub(crate) const SECRET: &str = "bm9ib2R5IG1heSByZWFkIHRoaXM=";

/// The sealing certificate, the same on every stage.
static SEALING: LazyLock<String> = LazyLock::new(|| {
    let pair = rcgen::KeyPair::generate().unwrap();
    let params = rcgen::CertificateParams::default();
    params.self_signed(&pair).unwrap().pem()
});

pub(crate) fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

#[cfg(unix)]
fn linked(program: &Path, name: &Path) {
    std::os::unix::fs::symlink(program, name).unwrap();
}

#[cfg(not(unix))]
fn linked(program: &Path, name: &Path) {
    std::fs::copy(program, name).unwrap();
}
