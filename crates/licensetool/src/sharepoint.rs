//! SharePoint profiles of the home folder as the pipeline takes them.

mod admin;

use std::path::Path;

use anyhow::Context as _;
use domain::TenantKey;
use graph::{Client, Credential};
use home::SharepointProfile;
use jiff::SignedDuration;
use pipeline::deliver::sharepoint::{LicenseColumns, Lists, Sharepoint, TenantColumns};

use crate::clock;
use crate::config::{Config, SHAREPOINT};

pub(crate) use admin::{SharepointCommand, check_lists, sharepoint};

/// The SharePoint profiles that can be used, and what they were made of, to notice a change.
#[derive(Clone, Debug, Default)]
pub(crate) struct Profiles {
    all: Vec<SharepointProfile>,
    /// Of all, or of those that are known by name alone.
    keys: Vec<TenantKey>,
    made_of: String,
}

impl Profiles {
    pub(crate) fn new(all: Vec<SharepointProfile>) -> Self {
        let of = |profile: &SharepointProfile| {
            format!(
                "{} {} {} {} {:?}",
                profile.key,
                profile.tenant_id,
                profile.client_id,
                profile.certificate.thumbprint_sha256,
                profile.lists
            )
        };
        let made_of = all.iter().map(of).collect::<Vec<_>>().join("\n");
        let keys = all.iter().map(|profile| profile.key.clone()).collect();
        Self { all, keys, made_of }
    }

    /// Which profiles there are, for whoever writes messages that others deliver: without their
    /// content and their certificates.
    pub(crate) async fn names_only(dir: &Path) -> anyhow::Result<Self> {
        let dir = dir.to_owned();
        let keys = tokio::task::spawn_blocking(move || home::sharepoint_keys(&dir)).await;
        Ok(Self {
            keys: keys.context("looking into the home folder")?,
            ..Self::default()
        })
    }

    /// Reads them, off the async threads. What is wrong with a profile is said where the whole
    /// home folder is read.
    pub(crate) async fn read(dir: &Path) -> anyhow::Result<Self> {
        let dir = dir.to_owned();
        let read = move || home::read_sharepoint(&dir, clock::now());
        let home = tokio::task::spawn_blocking(read).await;
        Ok(Self::new(
            home.context("reading the home folder")?.sharepoint,
        ))
    }

    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.made_of == other.made_of
    }

    /// Those whose lists are kept up to date: none, if SharePoint is switched off.
    pub(crate) fn in_use(&self, config: &Config) -> &[SharepointProfile] {
        match config.sharepoint_interval {
            Some(_) => &self.all,
            None => &[],
        }
    }

    /// The keys of those whose lists are kept up to date, by whomever.
    pub(crate) fn keys_in_use(&self, config: &Config) -> &[TenantKey] {
        match config.sharepoint_interval {
            Some(_) => &self.keys,
            None => &[],
        }
    }

    /// The one of this key; without one, the only one there is. The error says the way out.
    pub(crate) fn one(&self, key: Option<&str>) -> Result<&SharepointProfile, String> {
        let keys: Vec<&str> = self.all.iter().map(|it| it.key.as_str()).collect();
        let known = keys.join(", ");
        match (key, self.all.as_slice()) {
            (_, []) => Err("there is no SharePoint profile that can be used: add \
                 config-profiles/sharepoint/sp-config-<key>-profile.json; `licensetool config \
                 check` says what is wrong with one"
                .to_owned()),
            (None, [only]) => Ok(only),
            (None, _) => Err(format!(
                "there are several SharePoint profiles: name one of {known}"
            )),
            (Some(key), all) => all
                .iter()
                .find(|profile| profile.key.as_str() == key)
                .ok_or_else(|| format!("there is no SharePoint profile {key}; there are: {known}")),
        }
    }
}

/// Under which name messages and syncs of a profile's lists are kept.
pub(crate) fn channel_name(key: &TenantKey) -> String {
    format!("{SHAREPOINT}{key}")
}

/// The lists of a profile, reached with its certificate.
pub(crate) fn lists(
    profile: &SharepointProfile,
    client: &Client,
    interval: SignedDuration,
) -> anyhow::Result<Sharepoint> {
    let certificate = &profile.certificate;
    let credential = Credential::new(
        &profile.tenant_id,
        &profile.client_id,
        &certificate.der,
        certificate.key_pem.expose(),
    );
    let credential = credential.with_context(|| {
        format!(
            "the certificate of the SharePoint profile {} cannot be used; `licensetool config \
             check` names the file and the way out",
            profile.key
        )
    })?;
    Ok(Sharepoint {
        name: channel_name(&profile.key),
        site: client.tenant(credential).site(&profile.lists.site_id),
        lists: of_profile(&profile.lists),
        interval,
    })
}

/// Columns that no profile names are called the same everywhere.
fn of_profile(lists: &home::Lists) -> Lists {
    let columns = lists.columns.clone();
    Lists {
        licenses: lists.license_list_id.clone(),
        license_columns: LicenseColumns {
            title: columns.license,
            tenant: columns.tenant,
            available: columns.available,
            used: columns.used,
            free: columns.free,
            inform: columns.inform,
            informed: "technician_informed".to_owned(),
        },
        tenants: lists.tenant_list_id.clone(),
        tenant_columns: TenantColumns {
            name: lists.tenant_field.clone(),
            enabled: "enabled".to_owned(),
            monitoring: "monitoring".to_owned(),
            cert_expires: "cert_expires".to_owned(),
        },
        parameters: lists.parameter_list_id.clone(),
    }
}
