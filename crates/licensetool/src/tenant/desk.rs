//! Does for the pages of administrators what `licensetool tenant` does on the command line.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use domain::{Language, TenantKey};
use home::{Rotation, WriteError};
use web::{Desk, NewTenant, Order, Refused, Standing, Task};

use super::off_thread;
use super::steps::{self, Steps};
use super::{new, rotate};
use crate::clock;
use crate::columns;
use crate::config::Config;

pub(crate) fn desk(config: Arc<Config>) -> Desk {
    Desk::new(move |order| {
        let config = Arc::clone(&config);
        Box::pin(async move { done(&config, order).await })
    })
}

async fn done(config: &Config, order: Order) -> Result<Standing, Refused> {
    let Order {
        key,
        task,
        language,
    } = order;
    let changed = match task {
        Task::Look => false,
        Task::Add(wish) => add(config, &key, wish, language).await?,
        Task::Stage => {
            known(config, &key).await?;
            rotate::stage(config, &key).await.map_err(because)?;
            true
        }
        Task::Activate => {
            activate(config, &key).await?;
            true
        }
        Task::Abandon => {
            let (dir, of) = (config.home.clone(), key.clone());
            let removed = off_thread(move || home::abandon_certificate(&dir, &of)).await;
            !removed
                .map_err(because)?
                .map_err(|error| refused(&error))?
                .is_empty()
        }
    };
    let standing = look(config, &key, language).await?;
    Ok(Standing {
        changed,
        ..standing
    })
}

/// Answers whether anything was written.
async fn add(
    config: &Config,
    key: &TenantKey,
    wish: NewTenant,
    language: Language,
) -> Result<bool, Refused> {
    let domain = wish.domain.as_deref().map(new::domain_name).transpose();
    let wish = new::NewTenant {
        key: key.clone(),
        domain: domain.map_err(Refused::Because)?,
        tenant_id: wish.tenant_id,
        name: wish.name,
        client_id: wish.client_id,
        out: None,
    };
    let found = new::tenant_id(config, &config.home, &wish).await;
    let found = found.map_err(because)?;
    let wanted = home::NewTenant {
        key: wish.key,
        tenant_id: found.id,
        name: wish.name,
        client_id: wish.client_id,
    };
    let dir = config.home.clone();
    let added = off_thread(move || home::add_tenant(&dir, &wanted, clock::now())).await;
    match added.map_err(because)? {
        Ok(added) => Ok(!added.written.is_empty()),
        Err(WriteError::ReadOnly { folder }) => {
            let domain = wish.domain.as_deref().unwrap_or("…");
            let again = format!("tenant new {key} --domain {domain} --out DIR");
            let again = config.command(&again);
            let text = steps::elsewhere(key, &folder, &again, language);
            Err(Refused::ReadOnly(text))
        }
        Err(other) => Err(refused(&other)),
    }
}

async fn activate(config: &Config, key: &TenantKey) -> Result<(), Refused> {
    let (known, app) = rotate::known(config, key).await.map_err(because)?;
    let Some(staged) = known.staged else {
        return Err(Refused::Because(
            "No new certificate waits: make one first.".to_owned(),
        ));
    };
    let accepted = rotate::accepted(config, &app, &staged.certificate).await;
    if let Err(error) = accepted.map_err(because)? {
        return Err(Refused::Because(format!("{error}. {}", error.advice())));
    }
    let activated = rotate::activate(config, key, &staged.certificate).await;
    activated.map_err(because)?;
    Ok(())
}

async fn known(config: &Config, key: &TenantKey) -> Result<Rotation, Refused> {
    let (dir, of) = (config.home.clone(), key.clone());
    let known = off_thread(move || home::rotation(&dir, &of)).await;
    known.map_err(because)?.map_err(|error| refused(&error))
}

async fn look(config: &Config, key: &TenantKey, language: Language) -> Result<Standing, Refused> {
    let Rotation {
        fields,
        certificate,
        staged,
        ..
    } = known(config, key).await?;
    let certificate = certificate.ok_or_else(|| {
        let check = config.command(&format!("tenant check {key}"));
        Refused::Because(format!(
            "The certificate cannot be used: `{check}` says why."
        ))
    })?;
    let registration = fields.registration;
    let tenant_id = registration.tenant_id.unwrap_or_default();
    let file = PathBuf::from(format!("licensetool-{key}.crt"));
    let steps = match &staged {
        Some(staged) => {
            let thumbprint = &staged.certificate.thumbprint_sha1;
            vec![steps::upload(&file, thumbprint, language)]
        }
        None => {
            let steps = Steps {
                key: key.clone(),
                tenant_id: tenant_id.clone(),
                client_id: registration.client_id.clone(),
                authority: config.microsoft.authority.clone(),
                thumbprint: certificate.thumbprint_sha1.clone(),
                ends: columns::date(certificate.not_after, &config.time_zone),
                upload: file,
                written: Vec::new(),
                home: config.named_home().map(Path::to_owned),
                out: None,
            };
            steps.on_page(language)
        }
    };
    Ok(Standing {
        tenant_id,
        client_id: registration.client_id,
        certificate: shown(&certificate),
        staged: staged.map(|staged| shown(&staged.certificate)),
        steps,
        changed: false,
    })
}

fn shown(certificate: &home::Certificate) -> web::Certificate {
    web::Certificate {
        thumbprint: certificate.thumbprint_sha1.clone(),
        ends: certificate.not_after,
        pem: certificate.public_pem(),
    }
}

fn refused(error: &WriteError) -> Refused {
    match error {
        WriteError::NoTenant(_) => Refused::Unknown,
        WriteError::ReadOnly { .. } => Refused::ReadOnly(error.to_string()),
        WriteError::Problem(_) => Refused::Because(error.to_string()),
    }
}

fn because(error: impl Into<anyhow::Error>) -> Refused {
    Refused::Because(format!("{:#}", error.into()))
}
