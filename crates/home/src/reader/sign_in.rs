//! Finds and reads the one profile of the app for sign-in.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::{Place, Reader};
use crate::finding::Finding;
use crate::registration::Registration;
use crate::secret::SecretText;
use crate::sign_in_profile::parse_sign_in_profile;
use crate::{SignInCredential, SignInProfile, cert_path, files};

const FOLDER: &str = "config-profiles/auth";

impl Reader {
    pub(crate) fn sign_in(&mut self) {
        let mut profiles = self.sign_in_files();
        if profiles.len() > 1 {
            let named: Vec<String> = profiles.iter().map(|it| it.display().to_string()).collect();
            let message = format!("holds several profiles: {}", named.join(", "));
            let advice = "leave the one of the app by which people sign in";
            let finding = Finding::error(message, advice);
            self.report(Path::new(FOLDER), None, finding);
        } else if let Some(file) = profiles.pop() {
            self.home.sign_in = self.sign_in_profile(&file);
        }
    }

    fn sign_in_files(&mut self) -> Vec<PathBuf> {
        let folder = Path::new(FOLDER);
        let names = match files::names(&self.home.dir.join(folder)) {
            Ok(names) => names,
            Err(error) => {
                if error.kind() != ErrorKind::NotFound {
                    self.report(folder, None, files::unreadable(&error));
                }
                return Vec::new();
            }
        };
        let mut profiles = Vec::new();
        for name in names {
            let file = folder.join(&name);
            if name.ends_with(".json") {
                profiles.push(file);
                continue;
            }
            let message = "is not read, because its name is not that of a profile";
            let advice = "let its name end in .json if it is one, or move it elsewhere";
            self.report(&file, None, Finding::warning(message, advice));
        }
        profiles
    }

    fn sign_in_profile(&mut self, file: &Path) -> Option<SignInProfile> {
        let before = self.home.problems.len();
        let bytes = self.content(file, None)?;
        let (fields, findings) = parse_sign_in_profile(&bytes);
        let place = Place { file, tenant: None };
        self.report_all(&place, findings);
        let registration = fields.registration;
        let credential = match &fields.client_secret_file {
            Some(path) => self.secret(&place, path).map(SignInCredential::Secret),
            None => self.app_certificate(&place, &registration),
        };
        if self.has_errors_since(before) {
            return None;
        }
        Some(SignInProfile {
            tenant_id: registration.tenant_id?,
            client_id: registration.client_id?,
            credential: credential?,
            authority: fields.authority,
            allowed_tenants: fields.allowed_tenants,
            require_role: fields.require_role,
        })
    }

    fn app_certificate(
        &mut self,
        place: &Place<'_>,
        registration: &Registration,
    ) -> Option<SignInCredential> {
        let certificate = self.certificate(place, registration)?;
        Some(SignInCredential::Certificate(certificate))
    }

    /// The first line of a file.
    fn secret(&mut self, place: &Place<'_>, text: &str) -> Option<SecretText> {
        let home = self.home.dir.clone();
        let read = cert_path::relative(&home, text)
            .and_then(|path| cert_path::content(&home, &path).map(|bytes| (path, bytes)));
        let (path, bytes) = match read {
            Ok(read) => read,
            Err(finding) => {
                self.report_all(place, vec![finding.of("client_secret_file")]);
                return None;
            }
        };
        let remarks = cert_path::remarks(&home, &path, "a secret");
        let own_place = Place {
            file: &path,
            tenant: None,
        };
        self.report_all(&own_place, remarks);
        let line = str::from_utf8(&bytes)
            .ok()
            .and_then(|text| text.lines().next());
        match line.map(str::trim).filter(|line| !line.is_empty()) {
            Some(line) => Some(SecretText::new(Zeroizing::new(line.to_owned()))),
            None => {
                let message = "holds no secret on its first line";
                let finding = Finding::error(message, "write the app's client secret there");
                self.report_all(&own_place, vec![finding]);
                None
            }
        }
    }
}
