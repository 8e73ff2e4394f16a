//! Makes a certificate that waits, and lets it take over.

use std::path::{Path, PathBuf};

use domain::TenantKey;
use jiff::Timestamp;
use rcgen::KeyPair;
use zeroize::Zeroizing;

use super::{Rotation, StagedCertificate, content, fields, next, rotation, staged};
use crate::adding::{folder, slashed};
use crate::cert_path;
use crate::certificate::Certificate;
use crate::disk::{Access, Disk, Gate, refuse_mount};
use crate::entries::Entries;
use crate::expiry::day;
use crate::files;
use crate::finding::{Finding, Severity};
use crate::info;
use crate::json;
use crate::new_certificate::{pem_text, public_text, rsa_key};
use crate::profile_files::{self, TENANTS};
use crate::validity;
use crate::write_error::WriteError;

/// Makes a new key and certificate beside the ones in use, or gives those that wait already.
/// Takes seconds.
///
/// # Errors
/// If there is no such tenant, or the disk refuses; then nothing was added.
pub fn stage_certificate(
    dir: &Path,
    key: &TenantKey,
    now: Timestamp,
) -> Result<StagedCertificate, WriteError> {
    stage(dir, key, now, &rsa_key, &mut || Ok(()))
}

/// The same with a given source of keys, interrupted by `gate`.
pub(crate) fn stage(
    dir: &Path,
    key: &TenantKey,
    now: Timestamp,
    new_key: &dyn Fn() -> KeyPair,
    gate: Gate<'_>,
) -> Result<StagedCertificate, WriteError> {
    fields(dir, key)?;
    let mut disk = Disk::claim(dir, key, &folder(key), gate)?;
    let staged = staged_within(&mut disk, key, || pem_text(&new_key(), key, now));
    if staged.is_err() {
        disk.undo();
    }
    staged
}

fn staged_within(
    disk: &mut Disk<'_>,
    key: &TenantKey,
    new_text: impl FnOnce() -> Zeroizing<String>,
) -> Result<StagedCertificate, WriteError> {
    if rotation(disk.home, key)?.staged.is_some() {
        return put_next(disk, key, None);
    }
    // What an earlier rotation left behind.
    let (file, upload) = next(key);
    disk.remove(&file)?;
    disk.remove(&upload)?;
    put_next(disk, key, Some(&new_text()))
}

fn put_next(
    disk: &mut Disk<'_>,
    key: &TenantKey,
    text: Option<&Zeroizing<String>>,
) -> Result<StagedCertificate, WriteError> {
    let (file, upload) = next(key);
    if let Some(text) = text {
        disk.place(&file, text.as_bytes(), Access::Owner)?;
    }
    let staged = staged(disk.home, key).ok_or_else(|| {
        let advice = format!("`licensetool tenant rotate {key} --abandon` removes it");
        WriteError::of(&file, key, Finding::error("cannot be read again", advice))
    })?;
    if !disk.home.join(&upload).exists() {
        let text = public_text(&staged.certificate.der);
        disk.place(&upload, text.as_bytes(), Access::Everybody)?;
    }
    Ok(staged)
}

/// Changes the profile to the certificate that waits: from then on that one signs. Call it when
/// Entra has accepted it, with its SHA-256 thumbprint as `accepted`: while Entra was asked, another
/// one may have begun to wait. Gives what the tenant has then; the file of the old one is among
/// [`super::retired_certificates`].
///
/// # Errors
/// If nothing waits, if what waits is another one or not valid now, or the disk refuses. The
/// profile then names the old one still, or already the new one; either is there.
pub fn activate_certificate(
    dir: &Path,
    key: &TenantKey,
    accepted: &str,
    now: Timestamp,
) -> Result<Rotation, WriteError> {
    activate(dir, key, accepted, now, &mut || Ok(()))
}

/// The same, interrupted by `gate`.
pub(crate) fn activate(
    dir: &Path,
    key: &TenantKey,
    accepted: &str,
    now: Timestamp,
    gate: Gate<'_>,
) -> Result<Rotation, WriteError> {
    fields(dir, key)?;
    let mut disk = Disk::claim(dir, key, &folder(key), gate)?;
    let activated = activate_within(&mut disk, key, accepted, now);
    if activated.is_err() {
        disk.undo();
    }
    activated
}

fn activate_within(
    disk: &mut Disk<'_>,
    key: &TenantKey,
    accepted: &str,
    now: Timestamp,
) -> Result<Rotation, WriteError> {
    let dir = disk.home;
    let (next_file, next_upload) = next(key);
    let certificate = &ready(dir, key, accepted, now)?.certificate;
    refuse_mount(dir, Path::new(TENANTS.folder))?;
    let file = own_name(key, certificate);
    if !dir.join(&file).exists() {
        let bytes = cert_path::content(dir, &next_file);
        let bytes = bytes.map_err(|finding| WriteError::of(&next_file, key, finding))?;
        disk.place(&file, &bytes, Access::Owner)?;
    }
    let upload = file.with_extension("crt");
    if !dir.join(&upload).exists() {
        let text = public_text(&certificate.der);
        disk.place(&upload, text.as_bytes(), Access::Everybody)?;
    }
    change_profile(disk, key, &file, certificate)?;
    describe(disk, key, certificate, now)?;
    disk.remove(&next_file)?;
    disk.remove(&next_upload)?;
    rotation(dir, key)
}

/// The certificate that waits, if it is the accepted one and valid now.
fn ready(
    dir: &Path,
    key: &TenantKey,
    accepted: &str,
    now: Timestamp,
) -> Result<StagedCertificate, WriteError> {
    let refused = |finding| Err(WriteError::of(&next(key).0, key, finding));
    let Some(staged) = rotation(dir, key)?.staged else {
        let advice = format!("`licensetool tenant rotate {key}` makes one");
        let message = "is not there: no certificate waits";
        return refused(Finding::error(message, advice));
    };
    let certificate = &staged.certificate;
    if certificate.thumbprint_sha256 != accepted {
        return refused(Finding::error(
            "is another certificate than the one that Entra was asked about",
            "run this again, so that Entra is asked about this one",
        ));
    }
    match validity::by_the_clock(certificate, Some(key), now) {
        Some(finding) if finding.severity == Severity::Error => {
            let advice = format!("`licensetool tenant rotate {key} --abandon`, then begin anew");
            refused(Finding { advice, ..finding })
        }
        _ => Ok(staged),
    }
}

fn change_profile(
    disk: &mut Disk<'_>,
    key: &TenantKey,
    file: &Path,
    certificate: &Certificate,
) -> Result<(), WriteError> {
    let profile = profile_files::path(key, &TENANTS);
    let bytes = content(disk.home, &profile, key)?;
    let entries = Entries::parse(&bytes);
    let mut entries = entries.map_err(|finding| WriteError::of(&profile, key, finding))?;
    entries.set("cert_path", &slashed(file));
    entries.set("thumbprint", &certificate.thumbprint_sha1);
    entries.set("expires", &day(certificate.not_after).to_string());
    disk.replace(&profile, entries.text().as_bytes())
}

/// Notes for people: one that cannot be read is left to them.
fn describe(
    disk: &mut Disk<'_>,
    key: &TenantKey,
    certificate: &Certificate,
    now: Timestamp,
) -> Result<(), WriteError> {
    let file = info::path(key);
    let Ok(bytes) = files::content(&disk.home.join(&file), json::LIMIT) else {
        let text = info::text(Entries::default(), certificate, Some(now));
        return disk.place(&file, text.as_bytes(), Access::Everybody);
    };
    match Entries::parse(&bytes) {
        Ok(before) => disk.replace(&file, info::text(before, certificate, Some(now)).as_bytes()),
        Err(_) => Ok(()),
    }
}

/// No two certificates have the same, so that none ever takes the place of another.
fn own_name(key: &TenantKey, certificate: &Certificate) -> PathBuf {
    let ends = day(certificate.not_after);
    let begins = certificate.thumbprint_sha1[..8].to_ascii_lowercase();
    folder(key).join(format!("mycert_{key}.{ends}.{begins}.pem"))
}
