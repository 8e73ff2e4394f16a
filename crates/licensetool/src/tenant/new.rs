//! `licensetool tenant new`: from a domain to a tenant that waits for nothing but its app in Entra,
//! and with the app's id to a whole one.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use domain::{Deed, TenantKey};
use home::{AddedTenant, WriteError};
use store::By;
use url::Host;

use super::steps::Steps;
use super::{audit, off_thread};
use crate::config::Config;
use crate::exit::Outcome;
use crate::microsoft::{self, Waiting};
use crate::{clock, output};

#[derive(Debug, clap::Args)]
pub(crate) struct NewTenant {
    /// Short name in files, addresses and commands: 1 to 40 of a-z, 0-9 and -
    #[arg(value_parser = TenantKey::parse)]
    pub(super) key: TenantKey,
    /// A domain of the tenant, by which its id is found
    #[arg(long, value_parser = domain_name)]
    pub(super) domain: Option<String>,
    /// "Directory (tenant) ID", if the domain is not known
    #[arg(long)]
    pub(super) tenant_id: Option<String>,
    /// The name that people know
    #[arg(long)]
    pub(super) name: Option<String>,
    /// "Application (client) ID", once the app is registered
    #[arg(long)]
    pub(super) client_id: Option<String>,
    /// Write into this folder, where the home folder is a read-only mount
    #[arg(long)]
    pub(super) out: Option<PathBuf>,
}

/// As the name system knows it: umlauts are written in ASCII.
pub(super) fn domain_name(text: &str) -> Result<String, String> {
    match Host::parse(text.trim()) {
        Ok(Host::Domain(name)) if name.contains('.') && !name.ends_with('.') => Ok(name),
        _ => Err("write a domain such as school.example or school.onmicrosoft.com".to_owned()),
    }
}

pub(crate) async fn new(config: &Config, by: By<'_>, wish: NewTenant) -> anyhow::Result<Outcome> {
    let dir = place(config, &wish)?;
    let found = tenant_id(config, &dir, &wish).await?;
    if let Some(remark) = &found.remark {
        output::complain(remark);
    }
    let wanted = home::NewTenant {
        key: wish.key.clone(),
        tenant_id: found.id,
        name: wish.name.clone(),
        client_id: wish.client_id.clone(),
    };
    let into = dir.clone();
    let added = off_thread(move || home::add_tenant(&into, &wanted, clock::now())).await?;
    match added {
        Ok(added) => {
            note(config, by, &added, wish.domain.as_deref()).await;
            let steps = steps(config, &added, &dir, wish.out.as_deref());
            output::say(&steps.text(config.language))?;
            Ok(Outcome::Fine)
        }
        Err(WriteError::ReadOnly { folder }) => {
            let mut words = vec!["tenant new".to_owned(), wish.key.to_string()];
            for (flag, value) in [
                ("--domain", &wish.domain),
                ("--tenant-id", &wish.tenant_id),
                ("--client-id", &wish.client_id),
            ] {
                words.extend(value.iter().map(|value| format!("{flag} {value}")));
            }
            words.push("--out DIR".to_owned());
            let (key, again) = (&wish.key, config.command(&words.join(" ")));
            let text = super::steps::elsewhere(key, &folder, &again, config.language);
            output::say(&text)?;
            Ok(Outcome::Blind)
        }
        Err(other) => bail!("{other}"),
    }
}

/// One run may do both: what waits for its app is created, what has it is complete.
async fn note(config: &Config, by: By<'_>, added: &AddedTenant, domain: Option<&str>) {
    let key = &added.key;
    if added.written.is_empty() {
        return;
    }
    if added.is_new || added.client_id.is_none() {
        let from = domain.unwrap_or(&added.tenant_id);
        audit::note(config, by, Deed::TenantCreated, key, from).await;
    }
    if let Some(app) = &added.client_id {
        audit::note(config, by, Deed::TenantCompleted, key, app).await;
    }
}

/// Where is written.
fn place(config: &Config, wish: &NewTenant) -> anyhow::Result<PathBuf> {
    let Some(out) = &wish.out else {
        return Ok(config.home.clone());
    };
    let is_known =
        |dir: &Path| !matches!(home::rotation(dir, &wish.key), Err(WriteError::NoTenant(_)));
    ensure!(
        is_known(out) || !is_known(&config.home),
        "the tenant {} is in the home folder {} already: name the folder from which its mounts are \
         made with --out, or replace its certificate with `{}`",
        wish.key,
        config.home.display(),
        config.command(&format!("tenant rotate {}", wish.key))
    );
    let made = std::fs::create_dir_all(out);
    made.with_context(|| format!("the folder {} cannot be made", out.display()))?;
    Ok(out.clone())
}

/// What is known of the tenant's id.
pub(super) struct Found {
    pub(super) id: Option<String>,
    /// Why it is not better known.
    pub(super) remark: Option<String>,
}

/// Asks Entra for the id of a domain, the one given or the one that the profile makes do with.
pub(super) async fn tenant_id(
    config: &Config,
    dir: &Path,
    wish: &NewTenant,
) -> anyhow::Result<Found> {
    let kept = kept_domain(dir, &wish.key);
    let domain = match (&wish.domain, &wish.tenant_id) {
        (Some(domain), _) => domain,
        (None, Some(id)) => {
            return Ok(Found {
                id: Some(id.clone()),
                remark: None,
            });
        }
        (None, None) => match &kept {
            Some(domain) => domain,
            None => {
                return Ok(Found {
                    id: None,
                    remark: None,
                });
            }
        },
    };
    let client = microsoft::client(&config.microsoft, Waiting::Person)?;
    match client.find_tenant(domain).await {
        Ok(Some(id)) => {
            let id = id.to_string();
            let given = wish.tenant_id.as_deref().map(plain);
            ensure!(
                given.as_deref().is_none_or(|given| given == id),
                "the domain {domain} belongs to the tenant {id}, not to {}: leave one of the two",
                given.unwrap_or_default()
            );
            Ok(Found {
                id: Some(id),
                remark: None,
            })
        }
        Ok(None) => bail!(
            "no tenant has the domain {domain} at {}: check its spelling; the one that every \
             tenant has ends with .onmicrosoft.com",
            config.microsoft.authority
        ),
        Err(error) => {
            let id = wish.tenant_id.clone().unwrap_or_else(|| domain.clone());
            let remark = format!(
                "{error}. {} Until then {id} stands as tenant_id in the profile; run this again to \
                 have it looked up",
                error.advice()
            );
            Ok(Found {
                id: Some(id),
                remark: Some(remark),
            })
        }
    }
}

/// A GUID without braces, in lower case.
fn plain(id: &str) -> String {
    id.trim_matches(['{', '}']).to_ascii_lowercase()
}

/// The domain that an earlier run left as tenant id.
fn kept_domain(dir: &Path, key: &TenantKey) -> Option<String> {
    let fields = home::rotation(dir, key).ok()?.fields;
    let id = fields.registration.tenant_id?;
    id.contains('.').then_some(id)
}

fn steps(config: &Config, added: &AddedTenant, dir: &Path, out: Option<&Path>) -> Steps {
    let upload = dir.join(&added.upload);
    Steps {
        key: added.key.clone(),
        tenant_id: added.tenant_id.clone(),
        client_id: added.client_id.clone(),
        authority: config.microsoft.authority.clone(),
        thumbprint: added.certificate.thumbprint_sha1.clone(),
        ends: crate::columns::date(added.certificate.not_after, &config.time_zone),
        upload: std::path::absolute(&upload).unwrap_or(upload),
        written: added.written.clone(),
        home: config.named_home().map(Path::to_owned),
        out: out.map(Path::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_what_the_name_system_knows() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(domain_name(text).ok().as_deref(), expected, "{text}");
        };
        check("School.Example", Some("school.example"));
        check("schüle.example", Some("xn--schle-mva.example"));
        check("school", None);
        check("a b.example", None);
        check("10.0.0.1", None);
        check("https://school.example/", None);
        check("school.example.", None);
        check("", None);
    }
}
