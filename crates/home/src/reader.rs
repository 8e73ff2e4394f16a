//! Goes through the home folder once and gathers what can be used and everything that is wrong.

mod sign_in;

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use domain::TenantKey;
use jiff::Timestamp;
use zeroize::Zeroizing;

use crate::cert_path;
use crate::certificate::{Certificate, parse_pem};
use crate::files;
use crate::finding::{Finding, Problem, Severity};
use crate::fingerprint::fingerprint;
use crate::json;
use crate::profile_files::{self, Kind, SHAREPOINT, TENANTS};
use crate::registration::Registration;
use crate::sharepoint_profile::parse_sharepoint_profile;
use crate::tenant_profile::{TenantFields, parse_tenant_profile};
use crate::validity;
use crate::{BrokenTenant, Home, SharepointProfile, TenantProfile};

const TRY: &str = "`licensetool simulate --home <empty folder>` writes one to try, docs/home.md \
                   says what belongs into a real one";

/// The home as far as it is read, and the moment of reading.
pub(crate) struct Reader {
    pub(crate) home: Home,
    now: Timestamp,
}

/// One profile among the others: where a finding about it belongs.
struct Place<'a> {
    file: &'a Path,
    tenant: Option<&'a TenantKey>,
}

impl Reader {
    pub(crate) fn new(dir: &Path, now: Timestamp) -> Self {
        let home = Home {
            dir: dir.to_owned(),
            tenants: Vec::new(),
            broken: Vec::new(),
            sharepoint: Vec::new(),
            sign_in: None,
            problems: Vec::new(),
            fingerprint: fingerprint(dir),
            changes_at: None,
        };
        Self { home, now }
    }

    /// Whether there is a home folder at all.
    pub(crate) fn is_there(&mut self) -> bool {
        let dir = self.home.dir.clone();
        let finding = match files::names(&dir) {
            Ok(_) => return true,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let message = "there is no such home folder";
                Finding::error(message, format!("name another one with --home; {TRY}"))
            }
            Err(error) => files::unreadable(&error),
        };
        self.report(&dir, None, finding);
        false
    }

    pub(crate) fn tenants(&mut self) {
        let profiles = self.profiles(&TENANTS);
        if profiles.is_empty() {
            let message = "there is no tenant profile";
            let advice = format!("add config-<key>-profile.json to it; {TRY}");
            self.report(
                Path::new(TENANTS.folder),
                None,
                Finding::error(message, advice),
            );
        }
        let mut twins = Twins::default();
        for (key, file) in profiles {
            let fields = self.add(&key, &file);
            twins.add(&file, &key, &fields);
        }
        self.home.problems.extend(twins.problems());
    }

    /// One tenant, if it has a profile.
    pub(crate) fn only_tenant(&mut self, key: &TenantKey) {
        let file = profile_files::path(key, &TENANTS);
        if self.home.dir.join(&file).exists() {
            self.add(key, &file);
        }
    }

    /// Puts the tenant among those that can be asked, or among the broken.
    fn add(&mut self, key: &TenantKey, file: &Path) -> TenantFields {
        let before = self.home.problems.len();
        let (fields, certificate) = self.tenant(key, file);
        match usable_tenant(key.clone(), fields.clone(), certificate) {
            Some(tenant) if !self.has_errors_since(before) => self.home.tenants.push(tenant),
            _ => {
                let errors = self.home.problems[before..].iter();
                let errors = errors.filter(|problem| problem.severity == Severity::Error);
                let problems = errors.cloned().collect();
                self.home.broken.push(BrokenTenant {
                    key: key.clone(),
                    name: fields.name.clone(),
                    problems,
                });
            }
        }
        fields
    }

    pub(crate) fn sharepoint(&mut self) {
        let before = self.home.problems.len();
        for (key, file) in self.profiles(&SHAREPOINT) {
            let profile = self.sharepoint_profile(key, &file);
            self.home.sharepoint.extend(profile);
        }
        let news = self.home.problems.split_off(before);
        // A tenant and SharePoint may share a certificate, which is not worse for it.
        let is_new = |news: &Problem| {
            let said = |old: &Problem| old.file == news.file && old.message == news.message;
            !self.home.problems.iter().any(said)
        };
        let news: Vec<Problem> = news.into_iter().filter(is_new).collect();
        self.home.problems.extend(news);
    }

    fn sharepoint_profile(&mut self, key: TenantKey, file: &Path) -> Option<SharepointProfile> {
        let before = self.home.problems.len();
        let bytes = self.content(file, None)?;
        let (fields, findings) = parse_sharepoint_profile(&bytes);
        let place = Place { file, tenant: None };
        self.report_all(&place, findings);
        let registration = fields.registration;
        let certificate = self.certificate(&place, &registration)?;
        if self.has_errors_since(before) {
            return None;
        }
        Some(SharepointProfile {
            key,
            tenant_id: registration.tenant_id?,
            client_id: registration.client_id?,
            certificate,
            lists: fields.lists?,
        })
    }

    fn profiles(&mut self, kind: &Kind) -> BTreeMap<TenantKey, PathBuf> {
        match profile_files::find(&self.home.dir, kind) {
            Ok((profiles, others)) => {
                for (file, finding) in others {
                    self.report(&file, None, finding);
                }
                profiles
            }
            Err(error) => {
                if error.kind() != ErrorKind::NotFound {
                    self.report(Path::new(kind.folder), None, files::unreadable(&error));
                }
                BTreeMap::new()
            }
        }
    }

    fn tenant(&mut self, key: &TenantKey, file: &Path) -> (TenantFields, Option<Certificate>) {
        let Some(bytes) = self.content(file, Some(key)) else {
            return (TenantFields::default(), None);
        };
        let (fields, mut findings) = parse_tenant_profile(&bytes);
        say_wait(&mut findings, key);
        let place = Place {
            file,
            tenant: Some(key),
        };
        self.report_all(&place, findings);
        let certificate = self.certificate(&place, &fields.registration);
        if let Some(certificate) = &certificate {
            self.info(key, certificate);
        }
        (fields, certificate)
    }

    fn content(&mut self, file: &Path, tenant: Option<&TenantKey>) -> Option<Zeroizing<Vec<u8>>> {
        match files::content(&self.home.dir.join(file), json::LIMIT) {
            Ok(bytes) => Some(bytes),
            Err(error) => {
                self.report(file, tenant, files::unreadable(&error));
                None
            }
        }
    }

    /// The certificate that a profile names. What is wrong with its content is said of its own
    /// file, what is wrong with the naming of the profile.
    fn certificate(&mut self, place: &Place<'_>, said: &Registration) -> Option<Certificate> {
        let home = self.home.dir.clone();
        let text = said.cert_path.as_deref()?;
        let found = cert_path::relative(&home, text)
            .and_then(|path| cert_path::content(&home, &path).map(|bytes| (path, bytes)));
        let (path, bytes) = match found {
            Ok(found) => found,
            Err(finding) => {
                self.report_all(place, vec![finding.of("cert_path")]);
                return None;
            }
        };
        let own_place = Place {
            file: &path,
            tenant: place.tenant,
        };
        self.report_all(
            &own_place,
            cert_path::remarks(&home, &path, "a private key"),
        );
        match parse_pem(&bytes) {
            Ok(certificate) => {
                let by_the_clock = validity::by_the_clock(&certificate, place.tenant, self.now);
                self.report_all(&own_place, by_the_clock.into_iter().collect());
                self.report_all(place, validity::against_profile(said, &certificate));
                self.remember(validity::changes_at(&certificate, self.now));
                Some(certificate)
            }
            Err(findings) => {
                self.report_all(&own_place, findings);
                None
            }
        }
    }

    fn info(&mut self, key: &TenantKey, certificate: &Certificate) {
        let file = format!("{}/infos/cert-{key}-info.json", cert_path::CERTS);
        // Nothing depends on it, so one that is missing or unreadable is no news.
        let Ok(bytes) = files::content(&self.home.dir.join(&file), json::LIMIT) else {
            return;
        };
        let place = Place {
            file: Path::new(&file),
            tenant: Some(key),
        };
        self.report_all(&place, validity::against_info(&bytes, certificate));
    }

    fn remember(&mut self, turn: Option<Timestamp>) {
        let turns = self.home.changes_at.into_iter().chain(turn);
        self.home.changes_at = turns.min();
    }

    fn report_all(&mut self, place: &Place<'_>, findings: Vec<Finding>) {
        for finding in findings {
            self.report(place.file, place.tenant, finding);
        }
    }

    fn report(&mut self, file: &Path, tenant: Option<&TenantKey>, finding: Finding) {
        let problem = Problem::new(file.to_owned(), tenant, finding);
        self.home.problems.push(problem);
    }

    fn has_errors_since(&self, before: usize) -> bool {
        let mut since = self.home.problems[before..].iter();
        since.any(|problem| problem.severity == Severity::Error)
    }
}

const WAITS: &str = "is missing: the profile waits for its app in Entra";

/// A profile that lacks nothing but its app is half done, not broken.
fn say_wait(findings: &mut [Finding], key: &TenantKey) {
    let of = |finding: &Finding, field: &str| finding.field.as_deref() == Some(field);
    let is_wait = |finding: &Finding| {
        of(finding, "client_id") && matches!(&*finding.message, "is missing" | "is empty")
    };
    let is_harmless = |finding: &Finding| {
        finding.severity == Severity::Warning
            && (of(finding, "tenant_id") || of(finding, "tenant_name"))
    };
    if !findings.iter().all(|it| is_wait(it) || is_harmless(it)) {
        return;
    }
    for finding in findings.iter_mut().filter(|finding| is_wait(finding)) {
        WAITS.clone_into(&mut finding.message);
        finding.advice = format!(
            "register the app (`licensetool tenant new {key}` says how), then `licensetool tenant \
             new {key} --client-id …`"
        );
    }
}

pub(crate) fn is_wait_for_app(problem: &Problem) -> bool {
    problem.message == WAITS
}

fn usable_tenant(
    key: TenantKey,
    fields: TenantFields,
    certificate: Option<Certificate>,
) -> Option<TenantProfile> {
    Some(TenantProfile {
        tenant_id: fields.registration.tenant_id?,
        name: fields.name.unwrap_or_else(|| key.to_string()),
        client_id: fields.registration.client_id?,
        certificate: certificate?,
        key,
    })
}

/// Who has which tenant and which name: two profiles for one tenant ask it twice, and two tenants
/// of one name cannot be told apart in lists.
#[derive(Default)]
struct Twins {
    seen: BTreeMap<(&'static str, String), Vec<(PathBuf, TenantKey)>>,
}

impl Twins {
    fn add(&mut self, file: &Path, key: &TenantKey, fields: &TenantFields) {
        let tenant_id = fields.registration.tenant_id.clone();
        let values = [
            ("tenant_id", tenant_id),
            ("tenant_name", fields.name.clone()),
        ];
        for (field, value) in values {
            if let Some(value) = value {
                let same = self.seen.entry((field, value)).or_default();
                same.push((file.to_owned(), key.clone()));
            }
        }
    }

    fn problems(self) -> Vec<Problem> {
        let mut problems = Vec::new();
        for ((field, _), profiles) in self.seen {
            for (file, key) in &profiles {
                let others = profiles
                    .iter()
                    .map(|(_, other)| other)
                    .filter(|other| *other != key);
                let others: Vec<&str> = others.take(3).map(TenantKey::as_str).collect();
                if others.is_empty() {
                    continue;
                }
                let message = format!("is the same as in the profile of {}", others.join(", "));
                let advice = "leave one profile a tenant, and give each tenant a name of its own";
                let finding = Finding::warning(message, advice).of(field);
                problems.push(Problem::new(file.clone(), Some(key), finding));
            }
        }
        problems
    }
}
