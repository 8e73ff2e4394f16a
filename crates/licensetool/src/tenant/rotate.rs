//! `licensetool tenant rotate`: a new certificate beside the old one, which gives way only when
//! Entra has accepted the new one.

mod words;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use domain::{Deed, TenantKey};
use graph::{Credential, Error};
use home::{Certificate, Rotation, StagedCertificate, WriteError};
use store::By;

use super::{audit, off_thread};
use crate::config::Config;
use crate::exit::Outcome;
use crate::microsoft::{self, Waiting};
use crate::{clock, output};

use words::Words;

pub(crate) async fn rotate(
    config: &Config,
    by: By<'_>,
    key: &TenantKey,
) -> anyhow::Result<Outcome> {
    let (known, app) = known(config, key).await?;
    let words = Words::new(config, key, &app, &known);
    let Some(staged) = &known.staged else {
        let staged = stage(config, key).await?;
        audit::note(config, by, Deed::CertificateStaged, key, "").await;
        output::say(&words.staged(&staged))?;
        return Ok(Outcome::Fine);
    };
    match accepted(config, &app, &staged.certificate).await? {
        Ok(()) => {
            let old = activate(config, key, &staged.certificate).await?;
            audit::note(config, by, Deed::CertificateActivated, key, "").await;
            output::say(&words.activated(staged, &old, clock::now()))?;
            Ok(Outcome::Fine)
        }
        Err(error) if is_unknown_certificate(&error) => {
            output::say(&words.not_yet(staged, &error))?;
            Ok(Outcome::Found)
        }
        Err(error) => bail!("{error}. {} Nothing was changed", error.advice()),
    }
}

/// Everything else that Entra refuses has nothing to do with the new certificate.
pub(super) fn is_unknown_certificate(error: &Error) -> bool {
    error.failure().code.as_deref() == Some("AADSTS700027")
}

pub(crate) async fn abandon(
    config: &Config,
    by: By<'_>,
    key: &TenantKey,
) -> anyhow::Result<Outcome> {
    let (dir, of) = (config.home.clone(), key.clone());
    let removed = off_thread(move || home::abandon_certificate(&dir, &of)).await?;
    let removed = removed.map_err(on_mount)?;
    if !removed.is_empty() {
        audit::note(config, by, Deed::CertificateAbandoned, key, "").await;
    }
    output::say(&words::removed(&removed, config.language))?;
    Ok(Outcome::Fine)
}

/// Removes the files of earlier certificates after a token was had with the one in use.
pub(crate) async fn remove_old(config: &Config, key: &TenantKey) -> anyhow::Result<Outcome> {
    let (known, app) = known(config, key).await?;
    let certificate = known.certificate.with_context(|| {
        let check = config.command(&format!("tenant check {key}"));
        format!("the certificate in use cannot be read: `{check}` says why")
    })?;
    if let Err(error) = accepted(config, &app, &certificate).await? {
        bail!(
            "Entra gives no token for the certificate in use, so the old files stay: {error}. {}",
            error.advice()
        );
    }
    let (dir, of) = (config.home.clone(), key.clone());
    let removed = off_thread(move || home::remove_retired(&dir, &of)).await?;
    output::say(&words::removed(
        &removed.map_err(on_mount)?,
        config.language,
    ))?;
    Ok(Outcome::Fine)
}

/// Who signs in.
pub(crate) struct App {
    tenant_id: String,
    client_id: String,
}

pub(super) async fn known(config: &Config, key: &TenantKey) -> anyhow::Result<(Rotation, App)> {
    let (dir, of) = (config.home.clone(), key.clone());
    let known = off_thread(move || home::rotation(&dir, &of)).await?;
    let known = known.map_err(anyhow::Error::new)?;
    let registration = &known.fields.registration;
    let (Some(tenant_id), Some(client_id)) = (&registration.tenant_id, &registration.client_id)
    else {
        bail!(
            "the profile of {key} is not complete, so there is nothing to replace: `{}` says what \
             is missing",
            config.command(&format!("tenant new {key}"))
        );
    };
    let (tenant_id, client_id) = (tenant_id.clone(), client_id.clone());
    Ok((
        known,
        App {
            tenant_id,
            client_id,
        },
    ))
}

/// Whether Entra gives a token for a certificate.
pub(super) async fn accepted(
    config: &Config,
    app: &App,
    certificate: &Certificate,
) -> anyhow::Result<Result<(), Error>> {
    let client = microsoft::client(&config.microsoft, Waiting::Person)?;
    let credential = Credential::new(
        &app.tenant_id,
        &app.client_id,
        &certificate.der,
        certificate.key_pem.expose(),
    );
    Ok(client.tenant(credential?).warm_up().await)
}

pub(super) async fn stage(config: &Config, key: &TenantKey) -> anyhow::Result<StagedCertificate> {
    let (dir, of) = (config.home.clone(), key.clone());
    let staged = off_thread(move || home::stage_certificate(&dir, &of, clock::now())).await?;
    staged.map_err(on_mount)
}

/// Lets the certificate take over that Entra has accepted. Answers the files that may be removed.
pub(super) async fn activate(
    config: &Config,
    key: &TenantKey,
    accepted: &Certificate,
) -> anyhow::Result<Vec<PathBuf>> {
    let (dir, of) = (config.home.clone(), key.clone());
    let accepted = accepted.thumbprint_sha256.clone();
    let activated = off_thread(move || {
        home::activate_certificate(&dir, &of, &accepted, clock::now())?;
        home::retired_certificates(&dir, &of)
    });
    activated.await?.map_err(on_mount)
}

fn on_mount(error: WriteError) -> anyhow::Error {
    match &error {
        WriteError::ReadOnly { folder } => anyhow::anyhow!(
            "{} is a read-only mount: run this on the folder from which its secrets are made, \
             `licensetool --home DIR tenant rotate …`, and mount its files then",
            folder.display()
        ),
        _ => error.into(),
    }
}

fn absolute(home: &Path, file: &Path) -> PathBuf {
    let file = home.join(file);
    std::path::absolute(&file).unwrap_or(file)
}
