//! Reads, checks and writes the home folder: profiles, certificates, and everything that is wrong
//! in them.
//!
//! Nothing here stops at the first problem. [`read`] gives what can be used and a list of all
//! [`Problem`]s of all files, each with file, field and the way out, and one broken profile never
//! takes another with it. An [`Severity::Error`] makes its tenant a [`BrokenTenant`], which stays
//! visible; a [`Severity::Warning`] does not.
//!
//! The parsers of what people write are pure and total: [`parse_tenant_profile`],
//! [`parse_sharepoint_profile`], [`parse_sign_in_profile`] and [`parse_pem`] take any bytes.
//!
//! [`add_tenant`] and the functions around [`rotation()`] write: each file wholly or not at all,
//! none over another, a certificate before the profile that names it. They block, and making a key
//! takes seconds: call them off the async threads.

mod finding;
mod secret;
mod guess;
mod json;
mod fields;
mod thumbprint;
mod expiry;
mod registration;
mod tenant_profile;
mod sharepoint_profile;
mod sign_in_profile;
mod pem;
mod key;
mod certificate;
mod files;
mod profile_files;
mod cert_path;
mod validity;
mod reader;
mod fingerprint;
mod write_error;
mod disk;
mod new_certificate;
mod entries;
mod info;
mod adding;
mod rotation;

#[cfg(test)]
mod specimen;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use domain::TenantKey;
use jiff::Timestamp;

pub use adding::{AddedTenant, NewTenant, add_tenant};
pub use certificate::{Certificate, parse_pem};
pub use finding::{Finding, Problem, Severity};
pub use fingerprint::{Fingerprint, fingerprint};
pub use registration::Registration;
pub use rotation::{
    Rotation, StagedCertificate, abandon_certificate, activate_certificate, remove_retired,
    retired_certificates, rotation, stage_certificate,
};
pub use secret::SecretText;
pub use sharepoint_profile::{Columns, Lists, SharepointFields, parse_sharepoint_profile};
pub use sign_in_profile::{SignInFields, parse_sign_in_profile};
pub use tenant_profile::{TenantFields, parse_tenant_profile};
pub use thumbprint::Thumbprint;
pub use write_error::WriteError;

/// What a home folder holds.
#[derive(Debug)]
pub struct Home {
    pub dir: PathBuf,
    /// The tenants that can be asked, by key.
    pub tenants: Vec<TenantProfile>,
    /// Those that cannot, by key.
    pub broken: Vec<BrokenTenant>,
    pub sharepoint: Vec<SharepointProfile>,
    /// The app for sign-in, if there is one that can be used.
    pub sign_in: Option<SignInProfile>,
    /// All problems of all files, those of broken tenants included.
    pub problems: Vec<Problem>,
    /// Taken before anything was read, so that a change during the reading is noticed later.
    pub fingerprint: Fingerprint,
    /// When time alone will change what was found: a certificate begins or ends to be valid, or
    /// comes near its end. The folder is worth reading again then.
    pub changes_at: Option<Timestamp>,
}

/// A tenant that can be asked.
#[derive(Clone, Debug)]
pub struct TenantProfile {
    pub key: TenantKey,
    /// A GUID in lower case, or a domain.
    pub tenant_id: String,
    /// The key, if the profile names none.
    pub name: String,
    /// A GUID in lower case.
    pub client_id: String,
    pub certificate: Certificate,
}

/// A tenant whose profile or certificate cannot be used.
#[derive(Clone, Debug)]
pub struct BrokenTenant {
    pub key: TenantKey,
    /// If the profile could be read that far.
    pub name: Option<String>,
    /// The errors, at least one.
    pub problems: Vec<Problem>,
}

impl Problem {
    /// Whether nothing is wrong but that a certificate has ended.
    pub fn is_ended_certificate(&self) -> bool {
        validity::is_end(self)
    }

    /// Whether nothing is wrong but that the app in Entra is not named yet.
    pub fn is_wait_for_app(&self) -> bool {
        reader::is_wait_for_app(self)
    }
}

impl BrokenTenant {
    /// Whether nothing is wrong but that the app in Entra is not named yet: the first half of
    /// adding a tenant is done.
    pub fn waits_for_app(&self) -> bool {
        self.problems.iter().all(Problem::is_wait_for_app)
    }
}

/// SharePoint lists of the company, and the app that may write them.
#[derive(Clone, Debug)]
pub struct SharepointProfile {
    /// From the file's name, under the rules of a tenant's key.
    pub key: TenantKey,
    /// A GUID in lower case, or a domain.
    pub tenant_id: String,
    /// A GUID in lower case.
    pub client_id: String,
    pub certificate: Certificate,
    pub lists: Lists,
}

/// The company's app by which people sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInProfile {
    /// The company's own tenant: a GUID in lower case, with another provider any name.
    pub tenant_id: String,
    /// A GUID in lower case, with another provider any name.
    pub client_id: String,
    pub credential: SignInCredential,
    /// The issuer of another provider than Entra.
    pub authority: Option<String>,
    /// Whose users may sign in besides the company's own: GUIDs in lower case.
    pub allowed_tenants: Vec<String>,
    /// Whether somebody without an app role is kept out.
    pub require_role: bool,
}

/// By what the provider knows the app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignInCredential {
    Certificate(Certificate),
    Secret(SecretText),
}

/// Parts of a home folder. Of those that are not wanted nothing is read and nothing is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts {
    pub tenants: bool,
    pub sharepoint: bool,
    pub sign_in: bool,
}

impl Parts {
    /// The whole folder.
    pub const ALL: Self = Self {
        tenants: true,
        sharepoint: true,
        sign_in: true,
    };

    /// Whether nothing is wanted.
    pub fn is_none(self) -> bool {
        !(self.tenants || self.sharepoint || self.sign_in)
    }
}

/// Reads the home folder `dir` as it is at the moment `now`. Never fails as a whole: what cannot
/// be read is among the problems.
pub fn read(dir: &Path, now: Timestamp) -> Home {
    read_parts(dir, Parts::ALL, now)
}

/// Reads parts of the home folder alone.
pub fn read_parts(dir: &Path, parts: Parts, now: Timestamp) -> Home {
    let mut reader = reader::Reader::new(dir, now);
    if reader.is_there() {
        if parts.tenants {
            reader.tenants();
        }
        if parts.sharepoint {
            reader.sharepoint();
        }
        if parts.sign_in {
            reader.sign_in();
        }
    }
    reader.home
}

/// The keys of the SharePoint profiles, by the names of their files: nothing in them is read, and
/// no certificate is needed.
pub fn sharepoint_keys(dir: &Path) -> Vec<TenantKey> {
    let found = profile_files::find(dir, &profile_files::SHAREPOINT);
    let profiles = found.map(|(profiles, _)| profiles).unwrap_or_default();
    profiles.into_keys().collect()
}

/// Reads the profile of the app for sign-in alone.
pub fn read_sign_in(dir: &Path, now: Timestamp) -> Home {
    let parts = Parts {
        tenants: false,
        sharepoint: false,
        sign_in: true,
    };
    read_parts(dir, parts, now)
}

/// Reads one tenant of the home folder alone: it is among the tenants, or broken, or neither if
/// there is no profile of this key.
pub fn read_tenant(dir: &Path, key: &TenantKey, now: Timestamp) -> Home {
    let mut reader = reader::Reader::new(dir, now);
    if reader.is_there() {
        reader.only_tenant(key);
    }
    reader.home
}

/// Reads the SharePoint profiles of the home folder alone: they are few, where tenants may be
/// thousands. Nothing is said of tenants, neither what there is nor what is wrong.
pub fn read_sharepoint(dir: &Path, now: Timestamp) -> Home {
    let parts = Parts {
        tenants: false,
        sharepoint: true,
        sign_in: false,
    };
    read_parts(dir, parts, now)
}
