//! Whether what Git holds sealed was opened, by which key, and how long the certificates last.

use std::fs;

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::SignedDuration;
use seal::Certificate;

use super::Plan;
use super::report::Verdict;
use crate::clock;
use crate::cluster::keys::{self, Kept};
use crate::cluster::seen::SealedSecret;
use crate::cluster::target::{APP, ARGO_CD, DATABASE, Overlay};
use crate::sealing::key_command;

/// A certificate that ends is told so long before.
const SOON: SignedDuration = SignedDuration::from_hours(30 * 24);

impl Plan<'_> {
    pub(super) async fn unsealed(&mut self) {
        if self.target.overlay == Overlay::Dev {
            self.unsealed_in(DATABASE).await;
        }
        if self.target.sealed_way_in().is_some() {
            self.unsealed_in(ARGO_CD).await;
        }
        self.unsealed_in(APP).await;
    }

    async fn unsealed_in(&mut self, namespace: &str) {
        let (check, expected) = (format!("sealed secrets of {namespace}"), "all unsealed");
        let check = check.as_str();
        let line = ["get", "sealedsecrets.bitnami.com", "-o", "json"];
        let line = self.target.kubectl_in(namespace, line);
        let secrets = self.asked(check, expected, &line, |ended| {
            ended.items::<SealedSecret>()
        });
        let Some(secrets) = secrets.await else { return };
        let closed: Vec<String> = secrets.iter().filter_map(SealedSecret::trouble).collect();
        match (secrets.len(), closed.as_slice()) {
            (0, _) => {
                let advice = "`licensetool seal` makes them from the home folder; commit them";
                self.report
                    .add(check, expected, Verdict::Fail, "there is none", advice);
            }
            (all, []) => self.report.well(check, expected, format!("{all} unsealed")),
            (_, closed) => {
                let advice = "they were sealed for another key, name or namespace: `licensetool \
                              seal`, or restore the key that sealed them with `cluster up \
                              --sealing-key`";
                let found = closed.join(", ");
                self.report
                    .add(check, expected, Verdict::Fail, found, advice);
            }
        }
    }

    /// The cluster's key is the one that Git's certificate belongs to, and lasts.
    pub(super) async fn sealing_key(&mut self) {
        let (check, expected) = ("sealing key", "that of sealing.pem, read by the controller");
        let file = self.target.sealing_certificate();
        let sealing = fs::read(&file).with_context(|| format!("{} cannot be read", file.display()));
        let sealing = match sealing.and_then(|text| Ok(Certificate::parse(&text)?)) {
            Ok(sealing) => sealing,
            Err(error) => {
                let (found, advice) = (format!("{error:#}"), key_command("new", &file));
                self.report
                    .add(check, expected, Verdict::Fail, found, &advice);
                return;
            }
        };
        self.lasts(
            "certificate sealing.pem",
            &sealing,
            &key_command("rotate", &file),
        );
        let line = keys::line(self.target);
        let Some(kept) = self.asked(check, expected, &line, Kept::read).await else {
            return;
        };
        let older = kept.controllers_before(&sealing);
        if kept.key(&sealing).is_none() {
            let found = format!("{} others", kept.keys.len());
            let advice = "give the key's backup to `licensetool cluster up --sealing-key`";
            self.report
                .add(check, expected, Verdict::Fail, found, advice);
        } else if !older.is_empty() {
            let found = format!("{} ran before the key came", older.join(", "));
            let advice = "`licensetool cluster up` starts it again";
            self.report
                .add(check, expected, Verdict::Fail, found, advice);
        } else {
            self.report.well(check, expected, "is so");
        }
    }

    /// The certificate that the ingress shows, without its key.
    pub(super) async fn host_certificate(&mut self) -> Option<Certificate> {
        let (check, expected) = ("certificate licensetool-tls", "lasts 30 days and more");
        let certificate = r"jsonpath={.data.tls\.crt}";
        let line = ["get", "secret", "licensetool-tls", "-o", certificate];
        let line = self.target.kubectl_in(APP, line);
        let read = self.asked(check, expected, &line, |ended| {
            let text = STANDARD.decode(ended.answer()?.trim());
            Ok(Certificate::parse(&text.context("it is no base64")?)?)
        });
        let certificate = read.await?;
        self.lasts(
            check,
            &certificate,
            "`licensetool seal tls --replace`, then `licensetool seal`",
        );
        Some(certificate)
    }

    fn lasts(&mut self, check: &str, certificate: &Certificate, advice: &str) {
        let expected = "lasts 30 days and more";
        let (end, now) = (certificate.not_after, clock::now());
        let found = format!("ends on {}", end.strftime("%Y-%m-%d"));
        let verdict = match end.duration_since(now) {
            left if left <= SignedDuration::ZERO => Verdict::Fail,
            left if left < SOON => Verdict::Warn,
            _ => return self.report.well(check, expected, found),
        };
        self.report.add(check, expected, verdict, found, advice);
    }
}
