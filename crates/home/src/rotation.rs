//! Replaces a tenant's certificate without a moment in which the profile names a file that is not
//! there, or a certificate that Entra does not know yet.
//!
//! The new one waits beside the one in use, as `mycert_<key>.next.pem`, until somebody has uploaded
//! it. Then it gets a name of its own, with the day of its end and the beginning of its
//! thumbprint, and the profile changes to it by one rename. The old file stays until it is
//! removed.

mod taking_over;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use domain::TenantKey;
use zeroize::Zeroizing;

use crate::adding::folder;
use crate::cert_path;
use crate::certificate::{Certificate, parse_pem};
use crate::disk::Disk;
use crate::entries::Entries;
use crate::files;
use crate::finding::Finding;
use crate::json;
use crate::profile_files::{self, SHAREPOINT, TENANTS};
use crate::sharepoint_profile::parse_sharepoint_profile;
use crate::tenant_profile::{TenantFields, parse_tenant_profile};
use crate::write_error::WriteError;

pub use taking_over::{activate_certificate, stage_certificate};

/// Which certificates a tenant has. Paths are relative to home.
#[derive(Clone, Debug)]
pub struct Rotation {
    /// What the profile says, as far as it can be read.
    pub fields: TenantFields,
    /// The file that the profile names.
    pub in_use: PathBuf,
    /// What is in it; `None` if it cannot be used (`config check` says why).
    pub certificate: Option<Certificate>,
    /// What waits for its upload.
    pub staged: Option<StagedCertificate>,
}

/// A certificate that is made and not yet used.
#[derive(Clone, Debug)]
pub struct StagedCertificate {
    pub certificate: Certificate,
    /// Key and certificate, relative to home.
    pub file: PathBuf,
    /// The certificate alone, to be uploaded; relative to home.
    pub upload: PathBuf,
}

/// Says which certificates the tenant `key` has, and changes nothing.
///
/// # Errors
/// If there is no such tenant, or its profile cannot be read as far as its certificate's path.
pub fn rotation(dir: &Path, key: &TenantKey) -> Result<Rotation, WriteError> {
    let fields = fields(dir, key)?;
    let profile = profile_files::path(key, &TENANTS);
    let wrong = |finding: Finding| WriteError::of(&profile, key, finding.of("cert_path"));
    let text = fields.registration.cert_path.as_deref().ok_or_else(|| {
        wrong(Finding::error(
            "is missing",
            format!("`licensetool tenant new {key}` makes what is missing"),
        ))
    })?;
    let in_use = cert_path::relative(dir, text).map_err(wrong)?;
    let certificate = read(dir, &in_use);
    let is_other = |staged: &StagedCertificate| {
        let own = certificate.as_ref();
        own.is_none_or(|own| own.thumbprint_sha256 != staged.certificate.thumbprint_sha256)
    };
    Ok(Rotation {
        staged: staged(dir, key).filter(is_other),
        fields,
        in_use,
        certificate,
    })
}

/// Removes the certificate that waits. Gives what was removed.
///
/// # Errors
/// If there is no such tenant, or the disk refuses.
pub fn abandon_certificate(dir: &Path, key: &TenantKey) -> Result<Vec<PathBuf>, WriteError> {
    let (file, upload) = next(key);
    fields(dir, key)?;
    remove_all(dir, key, || Ok(vec![file.clone(), upload.clone()]))
}

/// Removes the files of certificates that no profile names any more. Call it when the one in use
/// is known to work. Gives what was removed.
///
/// # Errors
/// If there is no such tenant, or the disk refuses.
pub fn remove_retired(dir: &Path, key: &TenantKey) -> Result<Vec<PathBuf>, WriteError> {
    remove_all(dir, key, || retired_certificates(dir, key))
}

/// The files of the tenant's earlier certificates, which no profile names any more.
///
/// # Errors
/// As for [`rotation`].
pub fn retired_certificates(dir: &Path, key: &TenantKey) -> Result<Vec<PathBuf>, WriteError> {
    Ok(retired(dir, key, &rotation(dir, key)?.in_use))
}

/// Removes what `list` names, as far as it is there. What counts is what it names under the claim:
/// before, a certificate that is just taking over looks like one that nothing needs.
fn remove_all(
    dir: &Path,
    key: &TenantKey,
    mut list: impl FnMut() -> Result<Vec<PathBuf>, WriteError>,
) -> Result<Vec<PathBuf>, WriteError> {
    let mut there = || -> Result<Vec<PathBuf>, WriteError> {
        let files = list()?.into_iter();
        Ok(files.filter(|file| dir.join(file).exists()).collect())
    };
    // Where nothing is to be removed, no folder is made, and a mount is no hindrance.
    if there()?.is_empty() {
        return Ok(Vec::new());
    }
    let mut always = || Ok(());
    let mut disk = Disk::claim(dir, key, &folder(key), &mut always)?;
    let files = there()?;
    for file in &files {
        disk.remove(file)?;
    }
    Ok(files)
}

fn fields(dir: &Path, key: &TenantKey) -> Result<TenantFields, WriteError> {
    let profile = profile_files::path(key, &TENANTS);
    if !dir.join(&profile).exists() {
        return Err(WriteError::NoTenant(key.clone()));
    }
    let bytes = content(dir, &profile, key)?;
    // The profile must be read as a whole, because it will be written as a whole.
    Entries::parse(&bytes).map_err(|finding| WriteError::of(&profile, key, finding))?;
    Ok(parse_tenant_profile(&bytes).0)
}

fn content(dir: &Path, file: &Path, key: &TenantKey) -> Result<Zeroizing<Vec<u8>>, WriteError> {
    let bytes = files::content(&dir.join(file), json::LIMIT);
    bytes.map_err(|error| WriteError::of(file, key, files::unreadable(&error)))
}

/// Where the certificate that waits lies, and what of it is uploaded.
fn next(key: &TenantKey) -> (PathBuf, PathBuf) {
    let name = |ending: &str| folder(key).join(format!("mycert_{key}.next.{ending}"));
    (name("pem"), name("crt"))
}

fn staged(dir: &Path, key: &TenantKey) -> Option<StagedCertificate> {
    let (file, upload) = next(key);
    Some(StagedCertificate {
        certificate: read(dir, &file)?,
        file,
        upload,
    })
}

fn read(dir: &Path, file: &Path) -> Option<Certificate> {
    parse_pem(&cert_path::content(dir, file).ok()?).ok()
}

/// The tenant's certificate files that are neither in use nor waiting.
fn retired(dir: &Path, key: &TenantKey, in_use: &Path) -> Vec<PathBuf> {
    let named = named_by_others(dir, key);
    let (next_file, next_upload) = next(key);
    let kept = |file: &PathBuf| {
        let pem = file.with_extension("pem");
        pem == in_use || named.contains(&pem) || *file == next_file || *file == next_upload
    };
    let is_ours = |name: &String| {
        let rest = name.strip_prefix(&format!("mycert_{key}."));
        rest.is_some_and(|rest| rest.ends_with("pem") || rest.ends_with("crt"))
    };
    let names = files::names(&dir.join(folder(key))).unwrap_or_default();
    let files = names
        .into_iter()
        .filter(is_ours)
        .map(|name| folder(key).join(name));
    files.filter(|file| !kept(file)).collect()
}

/// Certificates of other profiles: SharePoint may use a tenant's.
fn named_by_others(dir: &Path, key: &TenantKey) -> BTreeSet<PathBuf> {
    let mut named = BTreeSet::new();
    for kind in [&TENANTS, &SHAREPOINT] {
        let profiles = profile_files::find(dir, kind)
            .map(|found| found.0)
            .unwrap_or_default();
        for (other, file) in profiles {
            if kind.folder == TENANTS.folder && other == *key {
                continue;
            }
            let Ok(bytes) = files::content(&dir.join(file), json::LIMIT) else {
                continue;
            };
            let registration = match kind.folder == TENANTS.folder {
                true => parse_tenant_profile(&bytes).0.registration,
                false => parse_sharepoint_profile(&bytes).0.registration,
            };
            let path = registration.cert_path.as_deref();
            named.extend(path.and_then(|text| cert_path::relative(dir, text).ok()));
        }
    }
    named
}

#[cfg(test)]
mod tests;
