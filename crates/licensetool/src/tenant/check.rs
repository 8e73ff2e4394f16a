//! `licensetool tenant check`: proves one thing after the other, so that the first that fails is
//! the one to mend.

use anyhow::bail;
use domain::TenantKey;
use graph::{Client, Credential, Error, Tenant};
use home::{Certificate, Home, Problem, Severity, TenantProfile, WriteError};
use jiff::Timestamp;

use super::off_thread;
use super::proof::{Proof, Step};
use crate::columns::{Format, date};
use crate::config::Config;
use crate::exit::Outcome;
use crate::microsoft::{self, Waiting};
use crate::{clock, output};

pub(crate) async fn check(
    config: &Config,
    key: &TenantKey,
    format: Format,
) -> anyhow::Result<Outcome> {
    let proof = prove(config, key).await?.finish();
    output::say(&match format {
        Format::Table => proof.lines(),
        Format::Json => serde_json::to_string_pretty(&proof.json(key.as_str()))?,
    })?;
    Ok(match proof.holds() {
        true => Outcome::Fine,
        false => Outcome::Blind,
    })
}

async fn prove(config: &Config, key: &TenantKey) -> anyhow::Result<Proof> {
    let (dir, of) = (config.home.clone(), key.clone());
    let (home, rotation) = off_thread(move || {
        let home = home::read_tenant(&dir, &of, clock::now());
        (home, home::rotation(&dir, &of))
    })
    .await?;
    let mut proof = Proof::default();
    at_home(&home, key, &mut proof)?;
    let certificate = rotation.ok().and_then(|rotation| rotation.certificate);
    if let Some(certificate) = certificate.filter(|_| !proof.has(Step::Certificate)) {
        proof.proven(
            Step::Certificate,
            described(config, &certificate, clock::now()),
        );
    }
    let Some(profile) = home.tenants.first() else {
        return Ok(proof);
    };
    let client = microsoft::client(&config.microsoft, Waiting::Person)?;
    if !exists(&client, profile, &mut proof).await {
        return Ok(proof);
    }
    let certificate = &profile.certificate;
    let credential = Credential::new(
        &profile.tenant_id,
        &profile.client_id,
        &certificate.der,
        certificate.key_pem.expose(),
    );
    let tenant = client.tenant(credential?);
    if signs_in(&tenant, profile, &mut proof).await {
        may_read(&tenant, &mut proof).await;
    }
    Ok(proof)
}

/// What the profile is worth, and what is wrong with the certificate.
fn at_home(home: &Home, key: &TenantKey, proof: &mut Proof) -> anyhow::Result<()> {
    if home.tenants.is_empty() && home.broken.is_empty() {
        if let Some(problem) = home.problems.first() {
            bail!("{problem}");
        }
        bail!("{}", WriteError::NoTenant(key.clone()));
    }
    let is_profile = |problem: &&Problem| problem.file.starts_with("config-profiles");
    let errors = || {
        home.problems
            .iter()
            .filter(|it| it.severity == Severity::Error)
    };
    let warnings = home
        .problems
        .iter()
        .filter(|it| it.severity == Severity::Warning);
    proof.remarks.extend(warnings.map(ToString::to_string));
    for (step, is_of_profile) in [(Step::Profile, true), (Step::Certificate, false)] {
        for problem in errors().filter(|problem| is_profile(problem) == is_of_profile) {
            let field = problem.field.iter().map(|field| format!(" {field}"));
            let place = format!("{}:{}", problem.file.display(), field.collect::<String>());
            proof.failed(
                step,
                format!("{place} {}", problem.message),
                &problem.advice,
            );
        }
    }
    if !errors().any(|problem| is_profile(&problem)) {
        proof.proven(Step::Profile, "it can be read, and says all that is needed");
    }
    Ok(())
}

fn described(config: &Config, is: &Certificate, now: Timestamp) -> String {
    let days = is.not_after.duration_since(now).as_hours() / 24;
    format!(
        "{}, SHA-1 {}, valid from {} to {} ({days} days left)",
        is.subject,
        is.thumbprint_sha1,
        date(is.not_before, &config.time_zone),
        date(is.not_after, &config.time_zone)
    )
}

async fn exists(client: &Client, profile: &TenantProfile, proof: &mut Proof) -> bool {
    let id = &profile.tenant_id;
    match client.find_tenant(id).await {
        Ok(Some(found)) => {
            let message = match found.to_string() == *id {
                true => format!("{id} exists"),
                false => format!("{id} is the tenant {found}"),
            };
            proof.proven(Step::Tenant, message);
            return true;
        }
        Ok(None) => {
            let advice = "Check tenant_id in the tenant's profile.";
            proof.failed(Step::Tenant, format!("Entra knows no tenant {id}"), advice);
        }
        Err(error) => proof.unproven(Step::Tenant, said(&error)),
    }
    false
}

/// Entra looks for the app before it looks at the certificate.
async fn signs_in(tenant: &Tenant, profile: &TenantProfile, proof: &mut Proof) -> bool {
    let app = &profile.client_id;
    let known = format!("the app {app} is known there");
    let Err(error) = tenant.warm_up().await else {
        proof.proven(Step::App, known);
        proof.proven(
            Step::Registration,
            "Entra gives a token for this certificate",
        );
        return true;
    };
    match error.failure().code.as_deref() {
        Some("AADSTS700016" | "AADSTS7000112") => {
            proof.failed(Step::App, error.to_string(), error.advice());
        }
        Some("AADSTS700027" | "AADSTS53003") => {
            proof.proven(Step::App, known);
            proof.failed(Step::Registration, error.to_string(), error.advice());
        }
        _ if matches!(error, Error::Refused { .. }) => {
            proof.unproven(
                Step::App,
                "Entra does not say, because it refuses the request itself",
            );
            proof.failed(Step::Registration, error.to_string(), error.advice());
        }
        _ => proof.unproven(Step::App, said(&error)),
    }
    false
}

async fn may_read(tenant: &Tenant, proof: &mut Proof) {
    match tenant.subscribed_skus().await {
        Ok(skus) => {
            let count = skus.items.len();
            proof.proven(
                Step::Permission,
                format!("subscribedSkus answers with {count} products"),
            );
        }
        Err(error) => return refused(Step::Permission, &error, proof),
    }
    match tenant.subscriptions().await {
        Ok(subscriptions) => {
            let count = subscriptions.items.len();
            proof.proven(
                Step::Subscriptions,
                format!("there are {count} subscriptions"),
            );
        }
        Err(error) => refused(Step::Subscriptions, &error, proof),
    }
}

fn refused(step: Step, error: &Error, proof: &mut Proof) {
    match error {
        Error::Denied { .. } | Error::Refused { .. } | Error::Gone { .. } => {
            proof.failed(step, error.to_string(), error.advice());
        }
        _ => proof.unproven(step, said(error)),
    }
}

fn said(error: &Error) -> String {
    format!("{error}. {}", error.advice())
}
