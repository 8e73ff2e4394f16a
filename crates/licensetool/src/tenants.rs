//! From the home folder to the tenants that can be asked, keeping what has not changed.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use graph::{Client, Credential};
use home::{BrokenTenant, Home, TenantProfile};
use pipeline::roster::{Access, Entry, Roster};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::sharepoint::Profiles;
use crate::{clock, sign_in};

/// Where what the home folder says is handed on.
#[derive(Clone, Debug)]
pub(crate) struct Readers {
    pub(crate) roster: watch::Sender<Arc<Roster>>,
    /// Changes only when a profile or its certificate does.
    pub(crate) profiles: watch::Sender<Arc<Profiles>>,
    /// The same of the profile for sign-in; one that is gone or broken is no change.
    pub(crate) sign_in: watch::Sender<sign_in::Profile>,
}

/// The tenants of `home`. One whose profile is what it was in `before` keeps its token.
pub(crate) fn roster(home: &Home, client: &Client, before: &Roster) -> Roster {
    let usable = home
        .tenants
        .iter()
        .map(|profile| (profile.key.clone(), entry(profile, client, before)));
    let broken = home
        .broken
        .iter()
        .map(|tenant| (tenant.key.clone(), broken_entry(tenant)));
    usable.chain(broken).collect()
}

fn entry(profile: &TenantProfile, client: &Client, before: &Roster) -> Entry {
    let certificate = &profile.certificate;
    let made_of = format!(
        "{} {} {}",
        profile.tenant_id, profile.client_id, certificate.thumbprint_sha256
    );
    let kept = before
        .get(&profile.key)
        .filter(|entry| entry.made_of == made_of);
    let access = kept.map_or_else(|| access(profile, client), |entry| entry.access.clone());
    Entry {
        name: profile.name.clone(),
        tenant_id: profile.tenant_id.clone(),
        access,
        certificate: Some(domain::Certificate {
            thumbprint: certificate.thumbprint_sha256.clone(),
            ends: certificate.not_after,
        }),
        made_of,
    }
}

fn access(profile: &TenantProfile, client: &Client) -> Access {
    let certificate = &profile.certificate;
    let credential = Credential::new(
        &profile.tenant_id,
        &profile.client_id,
        &certificate.der,
        certificate.key_pem.expose(),
    );
    match credential {
        Ok(credential) => Access::Ready(client.tenant(credential)),
        Err(error) => Access::Broken {
            message: format!("the certificate of {} cannot be used: {error}", profile.key),
            advice: "`licensetool config check` names the file and the way out".to_owned(),
        },
    }
}

fn broken_entry(tenant: &BrokenTenant) -> Entry {
    let problems = &tenant.problems;
    let message = joined(problems.iter().map(|problem| {
        let field = problem
            .field
            .as_ref()
            .map_or_else(String::new, |field| format!(" {field}:"));
        format!("{}:{field} {}", problem.file.display(), problem.message)
    }));
    Entry {
        name: tenant
            .name
            .clone()
            .unwrap_or_else(|| tenant.key.to_string()),
        tenant_id: String::new(),
        certificate: None,
        made_of: message.clone(),
        access: Access::Broken {
            advice: joined(problems.iter().map(|problem| problem.advice.clone())),
            message,
        },
    }
}

/// One text of many; what several of them say stands there once.
fn joined(texts: impl Iterator<Item = String>) -> String {
    let mut said: Vec<String> = Vec::new();
    for text in texts {
        if !said.contains(&text) {
            said.push(text);
        }
    }
    said.join("; ")
}

/// Reads the home folder, off the async threads: network mounts can be slow, and ten thousand
/// keys are checked in seconds, not in no time.
pub(crate) async fn load(
    dir: &Path,
    client: &Client,
    before: &Arc<Roster>,
) -> anyhow::Result<(Home, Roster)> {
    load_parts(dir, home::Parts::ALL, Some(client), before).await
}

/// The same of parts of it. Without a client nobody can be asked.
async fn load_parts(
    dir: &Path,
    parts: home::Parts,
    client: Option<&Client>,
    before: &Arc<Roster>,
) -> anyhow::Result<(Home, Roster)> {
    let (dir, client, before) = (dir.to_owned(), client.cloned(), Arc::clone(before));
    let read = move || {
        let home = home::read_parts(&dir, parts, clock::now());
        let roster = client.map(|client| roster(&home, &client, &before));
        (home, roster.unwrap_or_default())
    };
    tokio::task::spawn_blocking(read)
        .await
        .context("reading the home folder")
}

/// What the home folder was when it was read, and how long that stays true.
#[derive(Clone, Copy)]
pub(crate) struct Known {
    fingerprint: home::Fingerprint,
    changes_at: Option<jiff::Timestamp>,
}

impl Known {
    fn of(home: &Home) -> Self {
        Self {
            fingerprint: home.fingerprint,
            changes_at: home.changes_at,
        }
    }

    /// Whether nothing has changed: no file, and no certificate by the passing of time.
    async fn still_holds(self, dir: &Path) -> anyhow::Result<bool> {
        let in_time = self.changes_at.is_none_or(|turn| clock::now() < turn);
        Ok(in_time && fingerprint(dir).await? == self.fingerprint)
    }
}

/// Reads the home folder, says what is wrong there and hands on what stands there.
/// Of parts that are not wanted nothing is read.
pub(crate) async fn take_over(
    dir: &Path,
    parts: home::Parts,
    client: Option<&Client>,
    readers: &Readers,
) -> anyhow::Result<Known> {
    let before = Arc::clone(&readers.roster.borrow());
    let (home, roster) = load_parts(dir, parts, client, &before).await?;
    log_problems(&home);
    let known = Known::of(&home);
    if parts.tenants && !hand_on_tenants(dir, roster, &before, readers) {
        return Ok(known);
    }
    hand_on_sign_in(home.sign_in, readers);
    if parts.sharepoint {
        hand_on_sharepoint(home.sharepoint, readers);
    }
    Ok(known)
}

/// Answers whether the folder is there as far as anybody can tell.
fn hand_on_tenants(dir: &Path, roster: Roster, before: &Roster, readers: &Readers) -> bool {
    if roster.is_empty() && !before.is_empty() {
        tracing::error!(
            home = %dir.display(),
            "the home folder has no tenant profile any more: is its mount away? The tenants that \
             were there stay watched until it has one again"
        );
        return false;
    }
    if roster.is_empty() {
        tracing::warn!(
            home = %dir.display(),
            "no tenant profile yet: add config-profiles/tenants/config-<key>-profile.json"
        );
    }
    readers.roster.send_replace(Arc::new(roster));
    true
}

fn hand_on_sharepoint(found: Vec<home::SharepointProfile>, readers: &Readers) {
    let profiles = Profiles::new(found);
    readers.profiles.send_if_modified(|before| {
        let changed = !before.is_same(&profiles);
        if changed {
            *before = Arc::new(profiles);
        }
        changed
    });
}

fn hand_on_sign_in(found: Option<home::SignInProfile>, readers: &Readers) {
    let Some(found) = found else { return };
    readers.sign_in.send_if_modified(|before| {
        let changed = before.as_ref().is_none_or(|before| **before != found);
        if changed {
            *before = Some(Arc::new(found));
        }
        changed
    });
}

/// Looks at the home folder every `poll` and hands on what changed since `known`, until `stop`.
/// What nobody has read yet is read at once.
pub(crate) async fn follow(
    dir: PathBuf,
    parts: home::Parts,
    client: Option<Client>,
    readers: Readers,
    mut known: Option<Known>,
    poll: Duration,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    loop {
        let holds = match known {
            Some(known) => known.still_holds(&dir).await?,
            None => false,
        };
        if !holds {
            known = Some(take_over(&dir, parts, client.as_ref(), &readers).await?);
        }
        let sleep = tokio::time::sleep(poll);
        if stop.run_until_cancelled(sleep).await.is_none() {
            return Ok(());
        }
    }
}

async fn fingerprint(dir: &Path) -> anyhow::Result<home::Fingerprint> {
    let dir = dir.to_owned();
    tokio::task::spawn_blocking(move || home::fingerprint(&dir))
        .await
        .context("looking at the home folder")
}

/// Every problem of the home folder, a log line each.
pub(crate) fn log_problems(home: &Home) {
    for problem in &home.problems {
        match problem.severity {
            home::Severity::Error => tracing::error!("{problem}"),
            home::Severity::Warning => tracing::warn!("{problem}"),
        }
    }
}
