//! What an administrator does in Entra for a new tenant, in both languages and in the portal's own
//! terms, so that one can follow with a finger.

use std::path::{Path, PathBuf};

use domain::{Language, TenantKey};
use url::Url;

use crate::config::{command as command_at, typed};

/// What the text names.
#[derive(Debug)]
pub(crate) struct Steps {
    pub(crate) key: TenantKey,
    pub(crate) tenant_id: String,
    pub(crate) client_id: Option<String>,
    pub(crate) authority: Url,
    /// SHA-1, as the portal shows it.
    pub(crate) thumbprint: String,
    /// The certificate's last day.
    pub(crate) ends: String,
    pub(crate) upload: PathBuf,
    /// What was written this time.
    pub(crate) written: Vec<PathBuf>,
    /// Home, if commands find it only by its name.
    pub(crate) home: Option<PathBuf>,
    /// The folder that was written to, if it is not home.
    pub(crate) out: Option<PathBuf>,
}

/// Source of the portal's terms: Microsoft's documentation of the Entra admin center, in both
/// languages.
impl Steps {
    pub(crate) fn text(&self, language: Language) -> String {
        let mut parts = vec![self.done(language)];
        let mut steps = Vec::new();
        if self.client_id.is_none() {
            steps.push(self.registration(language));
        }
        steps.extend(self.app(language));
        if self.client_id.is_none() {
            steps.push(self.completion(language));
        }
        steps.push(self.proof(language));
        parts.push(self.heading(language));
        parts.extend(
            steps
                .iter()
                .enumerate()
                .map(|(i, step)| format!("{}. {step}", i + 1)),
        );
        if self.out.is_some() {
            parts.push(secrets(&self.key, language));
        }
        parts.join("\n\n")
    }

    /// The same for a page, which shows the certificate and asks for the app's id by itself.
    pub(crate) fn on_page(&self, language: Language) -> Vec<String> {
        let registration = self
            .client_id
            .is_none()
            .then(|| self.registration(language));
        let id = self.client_id.is_none().then(|| self.copying(language));
        let steps = registration.into_iter().chain(self.app(language));
        steps.chain(id).collect()
    }

    fn copying(&self, language: Language) -> String {
        match language {
            Language::English => "Overview → copy \"Application (client) ID\", and enter it here",
            Language::German => "Übersicht → «Anwendungs-ID (Client)» kopieren und hier eintragen",
        }
        .to_owned()
    }

    fn done(&self, language: Language) -> String {
        let (key, ends) = (&self.key, &self.ends);
        let written = self
            .written
            .iter()
            .map(|file| format!("\n  {}", file.display()));
        let written: String = written.collect();
        match (language, self.written.is_empty(), &self.client_id) {
            (Language::English, true, None) => format!(
                "The tenant {key} waits for its app; nothing had to be written. Its certificate \
                 ends on {ends}."
            ),
            (Language::English, true, Some(_)) => format!(
                "The tenant {key} is complete; nothing had to be written. Its certificate ends on \
                 {ends}."
            ),
            (Language::English, false, _) => format!(
                "The tenant {key} is in the home folder. Its certificate ends on {ends}. \
                 Written:{written}"
            ),
            (Language::German, true, None) => format!(
                "Der Mandant {key} wartet auf seine App; zu schreiben war nichts. Sein Zertifikat \
                 endet am {ends}."
            ),
            (Language::German, true, Some(_)) => format!(
                "Der Mandant {key} ist vollständig; zu schreiben war nichts. Sein Zertifikat \
                 endet am {ends}."
            ),
            (Language::German, false, _) => format!(
                "Der Mandant {key} ist im Home-Ordner. Sein Zertifikat endet am {ends}. \
                 Geschrieben:{written}"
            ),
        }
    }

    fn heading(&self, language: Language) -> String {
        let (tenant, portal) = (&self.tenant_id, self.portal());
        match (language, &self.client_id) {
            (Language::English, None) => {
                format!("In Entra{portal}, as an administrator of the tenant {tenant}:")
            }
            (Language::English, Some(app)) => format!(
                "In Entra{portal}, at the app {app} of the tenant {tenant}, if it is not done yet:"
            ),
            (Language::German, None) => {
                format!("In Entra{portal}, als Administrator des Mandanten {tenant}:")
            }
            (Language::German, Some(app)) => format!(
                "In Entra{portal}, bei der App {app} des Mandanten {tenant}, falls noch nicht \
                 getan:"
            ),
        }
    }

    /// The admin center of the cloud, where it is known.
    fn portal(&self) -> &'static str {
        match self.authority.host_str() {
            Some("login.microsoftonline.com") => " (https://entra.microsoft.com)",
            Some("login.microsoftonline.us") => " (https://entra.microsoft.us)",
            _ => "",
        }
    }

    fn registration(&self, language: Language) -> String {
        match language {
            Language::English => {
                "App registrations → New registration\n   \
                 Name: licensetool\n   \
                 Supported account types: Accounts in this organizational directory only (Single \
                 tenant)\n   \
                 Redirect URI: none\n   \
                 → Register"
            }
            Language::German => {
                "App-Registrierungen → Neue Registrierung\n   \
                 Name: licensetool\n   \
                 Unterstützte Kontotypen: Nur Konten in diesem Organisationsverzeichnis (einzelner \
                 Mandant)\n   \
                 Umleitungs-URI: keine\n   \
                 → Registrieren"
            }
        }
        .to_owned()
    }

    /// Upload, permission, consent.
    fn app(&self, language: Language) -> [String; 3] {
        let link = self.consent_link(language);
        match language {
            Language::English => [
                upload(&self.upload, &self.thumbprint, language),
                "API permissions → Add a permission → Microsoft Graph →\n   \
                 Application permissions → \
                 Organization.Read.All → Add permissions"
                    .to_owned(),
                format!("API permissions → Grant admin consent for (the organisation) → Yes{link}"),
            ],
            Language::German => [
                upload(&self.upload, &self.thumbprint, language),
                "API-Berechtigungen → Berechtigung hinzufügen → Microsoft Graph →\n   \
                 Anwendungsberechtigungen → Organization.Read.All → Berechtigungen hinzufügen"
                    .to_owned(),
                format!(
                    "API-Berechtigungen → Administratorzustimmung für (die Organisation) \
                     erteilen → Ja{link}"
                ),
            ],
        }
    }

    /// The app has no address to which the page could lead back, and may complain of that.
    fn consent_link(&self, language: Language) -> String {
        let Some(app) = &self.client_id else {
            return String::new();
        };
        let base = self.authority.as_str().trim_end_matches('/');
        let link = format!("{base}/{}/adminconsent?client_id={app}", self.tenant_id);
        match language {
            Language::English => format!(
                "\n   or by this link; if its last page complains of a reply address \
                 (AADSTS500113), the check below says whether the consent stands:\n   {link}"
            ),
            Language::German => format!(
                "\n   oder über diesen Link; beklagt seine letzte Seite eine Antwortadresse \
                 (AADSTS500113), sagt die Prüfung unten, ob die Zustimmung gilt:\n   {link}"
            ),
        }
    }

    fn completion(&self, language: Language) -> String {
        let (key, out) = (&self.key, self.out_flag());
        let command = format!("tenant new {key} --client-id …{out}");
        let command = command_at(self.home.as_deref(), &command);
        match language {
            Language::English => {
                format!("Overview → copy \"Application (client) ID\", and run here:\n   {command}")
            }
            Language::German => format!(
                "Übersicht → «Anwendungs-ID (Client)» kopieren und hier ausführen:\n   {command}"
            ),
        }
    }

    fn proof(&self, language: Language) -> String {
        // What was made elsewhere is proven there.
        let home = self.out.as_ref().or(self.home.as_ref());
        let command = format!("tenant check {}", self.key);
        let command = command_at(home.map(PathBuf::as_path), &command);
        match language {
            Language::English => format!("Let it be proven that all is well:\n   {command}"),
            Language::German => format!("Beweisen lassen, dass alles stimmt:\n   {command}"),
        }
    }

    fn out_flag(&self) -> String {
        let out = self.out.as_ref();
        out.map_or_else(String::new, |out| format!(" --out {}", typed(out)))
    }
}

/// Which file is uploaded where, and how one sees that it was the right one.
pub(crate) fn upload(file: &Path, thumbprint: &str, language: Language) -> String {
    let file = file.display();
    match language {
        Language::English => format!(
            "Certificates & secrets → Certificates → Upload certificate → Add\n   \
             File: {file}\n   \
             The portal then shows this thumbprint: {thumbprint}"
        ),
        Language::German => format!(
            "Zertifikate & Geheimnisse → Zertifikate → Zertifikat hochladen → Hinzufügen\n   \
             Datei: {file}\n   \
             Das Portal zeigt danach diesen Fingerabdruck: {thumbprint}"
        ),
    }
}

/// Which secret of Kubernetes holds which file.
fn secrets(key: &TenantKey, language: Language) -> String {
    let files = format!(
        "  licensetool-profiles-tenants   config-profiles/tenants/config-{key}-profile.json\n  \
           licensetool-cert-{key}   certs/{key}/mycert_{key}.pem\n  \
           licensetool-cert-infos   certs/infos/cert-{key}-info.json"
    );
    match language {
        Language::English => format!("In Kubernetes, these secrets hold the files:\n{files}"),
        Language::German => format!("In Kubernetes liegen die Dateien in diesen Secrets:\n{files}"),
    }
}

/// What to do where home is a mount.
pub(crate) fn elsewhere(
    key: &TenantKey,
    folder: &Path,
    command: &str,
    language: Language,
) -> String {
    let (folder, secrets) = (folder.display(), secrets(key, language));
    match language {
        Language::English => format!(
            "Nothing was written: {folder} is a read-only mount. Make the files in a folder of \
             your own:\n  {command}\nThen put them where the mounts come from. {secrets}"
        ),
        Language::German => format!(
            "Nichts wurde geschrieben: {folder} ist nur lesbar eingehängt. Erstellen Sie die \
             Dateien in einem eigenen Ordner:\n  {command}\nLegen Sie sie dann dorthin, woher die \
             Einhängung kommt. {secrets}"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(client_id: Option<&str>) -> Steps {
        Steps {
            key: TenantKey::parse("ise").unwrap(),
            tenant_id: "TENANT-ID".to_owned(),
            client_id: client_id.map(str::to_owned),
            authority: "https://login.microsoftonline.com".parse().unwrap(),
            thumbprint: "DA39".to_owned(),
            ends: "2027-11-24".to_owned(),
            upload: "/made/certs/ise/mycert_ise.crt".into(),
            written: Vec::new(),
            home: Some("our/home".into()),
            out: Some("out".into()),
        }
    }

    /// Nobody learns less in one language than in the other.
    #[test]
    fn both_languages_name_the_same_things() {
        let check = |steps: &Steps, words: &[&str], absent: &[&str]| {
            for language in [Language::English, Language::German] {
                let text = steps.text(language);
                for word in words {
                    assert!(text.contains(word), "{word} in {text}");
                }
                for word in absent {
                    assert!(!text.contains(word), "{word} in {text}");
                }
            }
        };
        let always = [
            "https://entra.microsoft.com",
            "TENANT-ID",
            "DA39",
            "2027-11-24",
            "/made/certs/ise/mycert_ise.crt",
            "Organization.Read.All",
            "licensetool --home out tenant check ise",
            "licensetool-cert-ise ",
        ];
        let first = [
            "Name: licensetool",
            "licensetool --home our/home tenant new ise --client-id … --out out",
            "6. ",
        ];
        let link = "https://login.microsoftonline.com/TENANT-ID/adminconsent?client_id=APP";
        check(
            &steps(None),
            &[&always[..], &first].concat(),
            &["adminconsent", "7. "],
        );
        check(
            &steps(Some("APP")),
            &[&always[..], &[link, "4. "]].concat(),
            &["5. ", first[0]],
        );
    }
}
