//! Which sealing keys a cluster has, by their certificates alone, and since when its controllers
//! run.

use std::str::FromStr as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use seal::Certificate;

use super::line::Line;
use super::process::Ended;
use super::target::{CONTROLLERS, Target};

/// One line for each secret and pod. kubectl prints nothing of a secret but its certificate.
const COLUMNS: &str = "custom-columns=KIND:.kind,NAME:.metadata.name,\
                       CREATED:.metadata.creationTimestamp,\
                       KEY:.metadata.labels.sealedsecrets\\.bitnami\\.com/sealed-secrets-key,\
                       APP:.metadata.labels.app\\.kubernetes\\.io/name,\
                       CERTIFICATE:.data.tls\\.crt";

pub(super) fn line(target: &Target) -> Line {
    target.kubectl_in(CONTROLLERS, ["get", "secrets,pods", "-o", COLUMNS])
}

/// What is there.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// The certificates of active keys, and since when they are there.
    pub(super) keys: Vec<(Certificate, Timestamp)>,
    /// The controllers of sealed secrets, and since when they are there.
    controllers: Vec<(String, Timestamp)>,
}

impl Kept {
    pub(super) fn read(ended: &Ended) -> anyhow::Result<Self> {
        let mut kept = Self::default();
        for line in ended.answer()?.lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            let [kind, name, created, key, app, certificate] = words[..] else {
                continue;
            };
            let Ok(created) = Timestamp::from_str(created) else {
                continue;
            };
            match (kind, key, app) {
                ("Secret", "active", _) => {
                    let text = STANDARD.decode(certificate).unwrap_or_default();
                    let certificate = Certificate::parse(&text);
                    kept.keys.extend(certificate.ok().map(|it| (it, created)));
                }
                ("Pod", _, "sealed-secrets") => kept.controllers.push((name.to_owned(), created)),
                _ => {}
            }
        }
        Ok(kept)
    }

    /// Since when it has the key of a certificate.
    pub(super) fn key(&self, certificate: &Certificate) -> Option<Timestamp> {
        let mut keys = self.keys.iter();
        keys.find(|(of, _)| of == certificate)
            .map(|(_, created)| *created)
    }

    /// The controllers that were there before the key. Of what came in the same second nobody
    /// knows which came first.
    pub(super) fn controllers_before(&self, certificate: &Certificate) -> Vec<&str> {
        let Some(key) = self.key(certificate) else {
            return Vec::new();
        };
        let controllers = self.controllers.iter();
        let older = controllers.filter(|(_, created)| *created <= key);
        older.map(|(name, _)| name.as_str()).collect()
    }
}
