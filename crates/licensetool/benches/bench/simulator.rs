//! The simulated Microsoft, in a process of its own as the program's users would start it.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

/// A simulator and the home folder that fits it.
pub(crate) struct Microsoft {
    child: Child,
    address: String,
    folder: tempfile::TempDir,
}

impl Microsoft {
    pub(crate) fn start(tenants: usize, skus: usize, latency_ms: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_licensetool"))
            .args(["simulate", "--listen", "127.0.0.1:0", "--no-throttle"])
            .args([
                "--tenants",
                &tenants.to_string(),
                "--skus",
                &skus.to_string(),
            ])
            .args(["--latency", &format!("{latency_ms}ms")])
            .arg("--home")
            .arg(folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        let address = line.trim().rsplit(' ').next().unwrap().to_owned();
        Self {
            child,
            address,
            folder,
        }
    }

    pub(crate) fn home(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn cpu_seconds(&self) -> f64 {
        crate::process::cpu_seconds(self.child.id())
    }

    /// Calls to Graph so far, tokens left out.
    pub(crate) fn graph_calls(&self) -> u64 {
        let counts = self.counts();
        let of = |name: &str| counts["endpoints"][name].as_u64().unwrap_or(0);
        of("subscribedSkus") + of("subscriptions") + of("organization") + of("batch")
    }

    fn counts(&self) -> Value {
        let pem = std::fs::read(self.ca_file()).unwrap();
        let address = format!("{}/_sim/counts", self.address);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let root = reqwest::Certificate::from_pem(&pem).unwrap();
            let client = reqwest::Client::builder()
                .tls_certs_merge([root])
                .build()
                .unwrap();
            client
                .get(address)
                .send()
                .await
                .unwrap()
                .json()
                .await
                .unwrap()
        })
    }

    fn ca_file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }
}

impl Drop for Microsoft {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
