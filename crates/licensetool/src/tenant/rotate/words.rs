//! What a person does and may expect while a certificate is replaced, in both languages.

use std::path::PathBuf;

use domain::{Language, TenantKey};
use graph::Error;
use home::{Rotation, StagedCertificate};
use jiff::Timestamp;

use super::{App, absolute};
use crate::columns::{date, moment};
use crate::config::Config;
use crate::tenant::steps;

/// What all texts name.
pub(super) struct Words<'a> {
    config: &'a Config,
    key: &'a TenantKey,
    client_id: &'a str,
    /// SHA-1 of the certificate in use.
    old: String,
}

impl<'a> Words<'a> {
    pub(super) fn new(
        config: &'a Config,
        key: &'a TenantKey,
        app: &'a App,
        known: &Rotation,
    ) -> Self {
        let old = known.certificate.as_ref();
        Self {
            config,
            key,
            client_id: &app.client_id,
            old: old.map_or_else(|| "?".to_owned(), |old| old.thumbprint_sha1.clone()),
        }
    }

    pub(super) fn staged(&self, staged: &StagedCertificate) -> String {
        let (key, ends) = (self.key, self.last_day(staged));
        let steps = self.steps(staged);
        match self.config.language {
            Language::English => format!(
                "A new certificate for {key} is made and waits; it ends on {ends}. The one in use \
                 stays in use.\n\n{steps}"
            ),
            Language::German => format!(
                "Ein neues Zertifikat für {key} ist erstellt und wartet; es endet am {ends}. Das \
                 bisherige bleibt in Gebrauch.\n\n{steps}"
            ),
        }
    }

    pub(super) fn not_yet(&self, staged: &StagedCertificate, error: &Error) -> String {
        let steps = self.steps(staged);
        match self.config.language {
            Language::English => format!(
                "Entra does not take the new certificate yet, so nothing was changed: {error}. \
                 After an upload it can take some minutes.\n\n{steps}"
            ),
            Language::German => format!(
                "Entra nimmt das neue Zertifikat noch nicht an, darum wurde nichts geändert: \
                 {error}. Nach dem Hochladen kann es einige Minuten dauern.\n\n{steps}"
            ),
        }
    }

    fn steps(&self, staged: &StagedCertificate) -> String {
        let language = self.config.language;
        let (app, old) = (self.client_id, &self.old);
        let again = self.again();
        let file = absolute(&self.config.home, &staged.upload);
        let upload = steps::upload(&file, &staged.certificate.thumbprint_sha1, language);
        match language {
            Language::English => format!(
                "In Entra, at the app {app}:\n\n1. {upload}\n   Leave the one in use there: \
                 {old}\n\n2. Run this again:\n   {again}"
            ),
            Language::German => format!(
                "In Entra, bei der App {app}:\n\n1. {upload}\n   Das bisherige dort lassen: \
                 {old}\n\n2. Dies noch einmal ausführen:\n   {again}"
            ),
        }
    }

    /// `files` are those of earlier certificates.
    pub(super) fn activated(
        &self,
        staged: &StagedCertificate,
        files: &[PathBuf],
        now: Timestamp,
    ) -> String {
        let (key, old, ends) = (self.key, &self.old, self.last_day(staged));
        let new = &staged.certificate.thumbprint_sha1;
        let now = moment(now, &self.config.time_zone);
        let files = lines(files);
        let (list, again) = (self.config.command("tenant list"), self.again());
        match self.config.language {
            Language::English => format!(
                "Entra has accepted the new certificate of {key}, and the profile names it now: \
                 {new}, to {ends}.\nA program that runs takes it over by itself.\n\nWhen \
                 `{list}` shows a look after {now}:\n1. In Entra, at the app {}, \
                 Certificates & secrets: delete {old}\n2. {again} --remove-old removes these \
                 files:{files}",
                self.client_id
            ),
            Language::German => format!(
                "Entra hat das neue Zertifikat von {key} angenommen, und das Profil nennt es nun: \
                 {new}, bis {ends}.\nEin laufendes Programm übernimmt es von selbst.\n\nSobald \
                 `{list}` einen Blick nach {now} zeigt:\n1. In Entra, bei der App {}, Zertifikate \
                 & Geheimnisse: {old} löschen\n2. {again} --remove-old entfernt diese \
                 Dateien:{files}",
                self.client_id
            ),
        }
    }

    /// The next step, which is this one once more.
    fn again(&self) -> String {
        let again = format!("tenant rotate {}", self.key);
        self.config.command(&again)
    }

    fn last_day(&self, staged: &StagedCertificate) -> String {
        date(staged.certificate.not_after, &self.config.time_zone)
    }
}

pub(super) fn removed(files: &[PathBuf], language: Language) -> String {
    let listed = lines(files);
    match (language, files.is_empty()) {
        (Language::English, true) => "There was nothing to remove.".to_owned(),
        (Language::English, false) => format!("Removed:{listed}"),
        (Language::German, true) => "Zu entfernen war nichts.".to_owned(),
        (Language::German, false) => format!("Entfernt:{listed}"),
    }
}

fn lines(files: &[PathBuf]) -> String {
    files
        .iter()
        .map(|file| format!("\n  {}", file.display()))
        .collect()
}
