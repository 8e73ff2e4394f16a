//! Adds a tenant to the home folder: key, certificate, profile and notes, or nothing at all.

use std::path::{Path, PathBuf};

use domain::TenantKey;
use jiff::Timestamp;
use rcgen::KeyPair;

use crate::cert_path::{self, CERTS};
use crate::certificate::{Certificate, parse_pem};
use crate::disk::{Access, Disk, Gate, refuse_mount};
use crate::entries::Entries;
use crate::expiry::day;
use crate::fields::as_guid;
use crate::files;
use crate::finding::{Finding, Severity, excerpt};
use crate::info;
use crate::json;
use crate::new_certificate::{pem_text, public_text, rsa_key};
use crate::profile_files::{self, TENANTS};
use crate::registration::is_domain;
use crate::tenant_profile::{TenantFields, parse_tenant_profile};
use crate::validity;
use crate::write_error::WriteError;

/// What is known of a tenant that is added, or whose profile is completed.
#[derive(Clone, Debug)]
pub struct NewTenant {
    pub key: TenantKey,
    /// A GUID, or a domain as long as nobody could look it up. The first time it must be there.
    pub tenant_id: Option<String>,
    /// The name that people know; without it the key stands in.
    pub name: Option<String>,
    /// "Application (client) ID" of the app, which is known after the certificate was made.
    pub client_id: Option<String>,
}

/// A tenant that has what the home folder can give it.
#[derive(Clone, Debug)]
pub struct AddedTenant {
    pub key: TenantKey,
    /// As the profile says it: a GUID in lower case, or a domain.
    pub tenant_id: String,
    /// `None`: the profile waits for its app.
    pub client_id: Option<String>,
    pub certificate: Certificate,
    /// Key and certificate, relative to home.
    pub certificate_file: PathBuf,
    /// The certificate alone, to be uploaded; relative to home.
    pub upload: PathBuf,
    /// Relative to home.
    pub profile: PathBuf,
    /// What was written this time, in this order; empty if all was there already.
    pub written: Vec<PathBuf>,
    /// Whether it had no profile before.
    pub is_new: bool,
}

/// Adds a tenant, or goes on where an earlier call ended: what is there stays, what is missing is
/// made, and a value of the profile is written only where none stands yet. The certificate (RSA
/// 3072, one year, key readable for the owner alone) comes before the profile that names it. Takes
/// seconds.
///
/// # Errors
/// If something else stands in the way or the disk refuses; then nothing was added.
pub fn add_tenant(dir: &Path, new: &NewTenant, now: Timestamp) -> Result<AddedTenant, WriteError> {
    add(dir, new, now, &rsa_key, &mut || Ok(()))
}

/// The same with a given source of keys, interrupted by `gate`.
pub(crate) fn add(
    dir: &Path,
    new: &NewTenant,
    now: Timestamp,
    new_key: &dyn Fn() -> KeyPair,
    gate: Gate<'_>,
) -> Result<AddedTenant, WriteError> {
    let mut adding = Adding::begin(dir, new, gate)?;
    let added = adding.go(new, now, new_key);
    if added.is_err() {
        adding.disk.undo();
    }
    added
}

/// The file that holds key and certificate of a tenant, relative to home.
pub(crate) fn certificate_file(key: &TenantKey) -> PathBuf {
    folder(key).join(format!("mycert_{key}.pem"))
}

/// The folder of a tenant's certificates, relative to home.
pub(crate) fn folder(key: &TenantKey) -> PathBuf {
    Path::new(CERTS).join(key.as_str())
}

/// One tenant's profile as it is before something is written.
struct Adding<'a> {
    disk: Disk<'a>,
    profile: PathBuf,
    is_new: bool,
    entries: Entries,
    fields: TenantFields,
    changed: bool,
}

impl<'a> Adding<'a> {
    fn begin(dir: &'a Path, new: &'a NewTenant, gate: Gate<'a>) -> Result<Self, WriteError> {
        let key = &new.key;
        let profile = profile_files::path(key, &TENANTS);
        refuse_mount(dir, Path::new(TENANTS.folder))?;
        let disk = Disk::claim(dir, key, &folder(key), gate)?;
        let mut adding = Self {
            disk,
            is_new: !dir.join(&profile).exists(),
            profile,
            entries: Entries::default(),
            fields: TenantFields::default(),
            changed: false,
        };
        if !adding.is_new {
            let read = adding.read_profile(dir, key);
            if read.is_err() {
                adding.disk.undo();
            }
            read?;
        }
        Ok(adding)
    }

    fn read_profile(&mut self, dir: &Path, key: &TenantKey) -> Result<(), WriteError> {
        let bytes = files::content(&dir.join(&self.profile), json::LIMIT);
        let bytes = bytes.map_err(|error| self.finding(key, files::unreadable(&error)))?;
        self.entries = Entries::parse(&bytes).map_err(|finding| self.finding(key, finding))?;
        let (fields, findings) = parse_tenant_profile(&bytes);
        self.fields = fields;
        // What is missing can be written; what is wrong is somebody's, and stays.
        let missing = |finding: &Finding| matches!(&*finding.message, "is missing" | "is empty");
        let wrong = findings
            .into_iter()
            .find(|finding| finding.severity == Severity::Error && !missing(finding));
        match wrong {
            Some(finding) => Err(self.finding(key, finding)),
            None => Ok(()),
        }
    }

    fn go(
        &mut self,
        new: &NewTenant,
        now: Timestamp,
        new_key: &dyn Fn() -> KeyPair,
    ) -> Result<AddedTenant, WriteError> {
        let key = &new.key;
        let tenant_id = self.tenant_id(new)?;
        self.name(new)?;
        let client_id = self.client_id(new, &tenant_id)?;
        let (certificate_file, certificate) = self.certificate(key, now, new_key)?;
        let upload = certificate_file.with_extension("crt");
        self.public(key, &upload, &certificate)?;
        self.describe(&certificate_file, &certificate);
        let info = info::path(key);
        if !self.disk.home.join(&info).exists() {
            let is_new = self.disk.placed().contains(&certificate_file);
            let text = info::text(Entries::default(), &certificate, is_new.then_some(now));
            self.disk.place(&info, text.as_bytes(), Access::Everybody)?;
        }
        let mut written = self.disk.placed();
        if self.is_new || self.changed {
            let text = self.entries.text();
            match self.is_new {
                true => self
                    .disk
                    .place(&self.profile, text.as_bytes(), Access::Everybody)?,
                false => self.disk.replace(&self.profile, text.as_bytes())?,
            }
            written.push(self.profile.clone());
        }
        Ok(AddedTenant {
            key: key.clone(),
            tenant_id,
            client_id,
            certificate,
            certificate_file,
            upload,
            profile: self.profile.clone(),
            written,
            is_new: self.is_new,
        })
    }

    /// A domain gives way to the GUID that it turned out to be.
    fn tenant_id(&mut self, new: &NewTenant) -> Result<String, WriteError> {
        let old = self.fields.registration.tenant_id.clone();
        let given = match new.tenant_id.as_deref() {
            Some(text) => Some(normal(text).ok_or_else(|| self.no_tenant_id(text, &new.key))?),
            None => None,
        };
        let settled = match (old, given) {
            (None, None) => {
                let advice = "say which tenant it is: --domain, or --tenant-id";
                let finding = Finding::error("is missing", advice).of("tenant_id");
                return Err(self.finding(&new.key, finding));
            }
            (Some(old), None) => return Ok(old),
            (Some(old), Some(given)) if old == given => return Ok(old),
            (Some(old), Some(given)) if as_guid(&old).is_some() => {
                // A name that could not be looked up says nothing against an id that is known.
                if as_guid(&given).is_none() {
                    return Ok(old);
                }
                return Err(self.other("tenant_id", &old, &given, &new.key));
            }
            (_, Some(given)) => given,
        };
        self.set("tenant_id", &settled);
        Ok(settled)
    }

    fn name(&mut self, new: &NewTenant) -> Result<(), WriteError> {
        let key = &new.key;
        let stand_in = key.as_str();
        let given = new.name.as_deref().map(str::trim);
        let given = given.filter(|name| !name.is_empty());
        match (self.fields.name.clone(), given) {
            (None, given) => self.set("tenant_name", given.unwrap_or(stand_in)),
            (Some(old), Some(given)) if old != given => {
                if old != stand_in {
                    return Err(self.other("tenant_name", &old, given, key));
                }
                self.set("tenant_name", given);
            }
            _ => {}
        }
        Ok(())
    }

    fn client_id(
        &mut self,
        new: &NewTenant,
        tenant_id: &str,
    ) -> Result<Option<String>, WriteError> {
        let old = self.fields.registration.client_id.clone();
        let Some(given) = new.client_id.as_deref() else {
            return Ok(old);
        };
        let refused = |message: String| {
            let advice = "copy \"Application (client) ID\" from the app's overview in Entra";
            Finding::error(message, advice).of("client_id")
        };
        let Some(given) = as_guid(given) else {
            let finding = refused(format!("{} is no GUID", excerpt(given)));
            return Err(self.finding(&new.key, finding));
        };
        if given == tenant_id {
            let finding = refused("is the same as tenant_id".to_owned());
            return Err(self.finding(&new.key, finding));
        }
        match old {
            Some(old) if old == given => {}
            Some(old) => return Err(self.other("client_id", &old, &given, &new.key)),
            None => self.set("client_id", &given),
        }
        Ok(Some(given))
    }

    /// The one that the profile names, else the one that lies in its place, else a new one.
    fn certificate(
        &mut self,
        key: &TenantKey,
        now: Timestamp,
        new_key: &dyn Fn() -> KeyPair,
    ) -> Result<(PathBuf, Certificate), WriteError> {
        let home = self.disk.home;
        let named = self.fields.registration.cert_path.as_deref();
        let file = match named {
            Some(text) => cert_path::relative(home, text)
                .map_err(|finding| self.finding(key, finding.of("cert_path")))?,
            None => certificate_file(key),
        };
        if named.is_none() && !home.join(&file).exists() {
            let text = pem_text(&new_key(), key, now);
            self.disk.place(&file, text.as_bytes(), Access::Owner)?;
        }
        let bytes = cert_path::content(home, &file);
        let bytes = bytes.map_err(|finding| self.finding(key, finding.of("cert_path")))?;
        let certificate = parse_pem(&bytes).map_err(|mut findings| {
            let first = findings.swap_remove(0);
            WriteError::of(&file, key, first)
        })?;
        match validity::by_the_clock(&certificate, Some(key), now) {
            // Whoever has a profile has a way out already: rotation.
            Some(finding) if self.is_new && finding.severity == Severity::Error => {
                Err(WriteError::of(&file, key, finding))
            }
            _ => Ok((file, certificate)),
        }
    }

    /// The certificate alone, for the upload.
    fn public(
        &mut self,
        key: &TenantKey,
        file: &Path,
        certificate: &Certificate,
    ) -> Result<(), WriteError> {
        let text = public_text(&certificate.der);
        match files::content(&self.disk.home.join(file), json::LIMIT) {
            Ok(there) if there.as_slice() == text.as_bytes() => Ok(()),
            Ok(_) => {
                let message = "is not the certificate that stands beside the private key";
                let advice = "move it elsewhere, and run this again";
                Err(WriteError::of(file, key, Finding::error(message, advice)))
            }
            Err(_) => self.disk.place(file, text.as_bytes(), Access::Everybody),
        }
    }

    /// What the profile says of the certificate, where it does not say it yet.
    fn describe(&mut self, file: &Path, certificate: &Certificate) {
        let registration = self.fields.registration.clone();
        if registration.thumbprint.is_none() {
            self.set("thumbprint", &certificate.thumbprint_sha1);
        }
        if registration.cert_path.is_none() {
            self.set("cert_path", &slashed(file));
        }
        if registration.expires.is_none() {
            self.set("expires", &day(certificate.not_after).to_string());
        }
    }

    fn set(&mut self, name: &str, value: &str) {
        self.entries.set(name, value);
        self.changed = true;
    }

    fn no_tenant_id(&self, text: &str, key: &TenantKey) -> WriteError {
        let message = format!("{} is neither a GUID nor a domain", excerpt(text));
        let advice = "copy \"Directory (tenant) ID\" from Entra";
        self.finding(key, Finding::error(message, advice).of("tenant_id"))
    }

    fn other(&self, field: &str, old: &str, given: &str, key: &TenantKey) -> WriteError {
        let message = format!("is {} there, not {}", excerpt(old), excerpt(given));
        let advice = "choose another key if that is another tenant, or change the file by hand";
        self.finding(key, Finding::error(message, advice).of(field))
    }

    fn finding(&self, key: &TenantKey, finding: Finding) -> WriteError {
        WriteError::of(&self.profile, key, finding)
    }
}

/// A GUID in its usual notation, or a domain in lower case.
fn normal(text: &str) -> Option<String> {
    let domain = || is_domain(text).then(|| text.to_ascii_lowercase());
    as_guid(text).or_else(domain)
}

/// A path as a profile writes it.
pub(crate) fn slashed(file: &Path) -> String {
    let parts = file
        .components()
        .map(|part| part.as_os_str().to_string_lossy());
    parts.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests;
