//! Holds a certificate against the clock and against what the files around it say about it.

use domain::TenantKey;
use jiff::{SignedDuration, Timestamp};

use crate::certificate::Certificate;
use crate::expiry::{agrees, day};
use crate::finding::{Finding, Problem};
use crate::json::{self, Json};
use crate::registration::Registration;
use crate::thumbprint::Thumbprint;

/// A new certificate needs people and appointments.
const SOON: SignedDuration = SignedDuration::from_hours(30 * 24);

/// What leads through the replacement; `tenant`: whose certificate it is, if it is one's.
fn renewal(tenant: Option<&TenantKey>) -> String {
    match tenant {
        Some(key) => {
            format!("replace it: `licensetool tenant rotate {key}` leads through that")
        }
        None => "replace it, as docs/home.md says of certificates that are no tenant's".to_owned(),
    }
}

/// By these words [`is_end`] knows it again.
const ENDED: &str = "has ended on";

/// Whether a problem is that a certificate has ended, and nothing else.
pub(crate) fn is_end(problem: &Problem) -> bool {
    problem.message.starts_with("the certificate ") && problem.message.contains(ENDED)
}

/// What the clock says about a certificate, and whose it is.
pub(crate) fn by_the_clock(
    certificate: &Certificate,
    tenant: Option<&TenantKey>,
    now: Timestamp,
) -> Option<Finding> {
    let Certificate {
        subject,
        not_before,
        not_after,
        ..
    } = certificate;
    if now >= *not_after {
        let message = format!("the certificate {subject} {ENDED} {}", day(*not_after));
        Some(Finding::error(message, renewal(tenant)))
    } else if now < *not_before {
        let message = format!("the certificate {subject} is valid from {not_before} on");
        let advice = "wait until then, or correct this machine's clock";
        Some(Finding::error(message, advice))
    } else if now >= soon(*not_after) {
        let days = not_after.duration_since(now).as_hours() / 24;
        let left = if days == 1 {
            "1 day"
        } else {
            &format!("{days} days")
        };
        let message = format!(
            "the certificate {subject} ends on {} ({left} left)",
            day(*not_after)
        );
        Some(Finding::warning(message, renewal(tenant)))
    } else {
        None
    }
}

/// The next moment at which [`by_the_clock`] will say something else.
pub(crate) fn changes_at(certificate: &Certificate, now: Timestamp) -> Option<Timestamp> {
    let not_after = certificate.not_after;
    let turns = [certificate.not_before, soon(not_after), not_after];
    turns.into_iter().filter(|turn| *turn > now).min()
}

impl Certificate {
    /// Whether it has ended, or will so soon that it is time to replace it.
    pub fn ends_soon(&self, now: Timestamp) -> bool {
        now >= soon(self.not_after)
    }
}

fn soon(not_after: Timestamp) -> Timestamp {
    not_after
        .saturating_sub(SOON)
        .expect("an absolute duration saturates")
}

/// Where a profile says something else than its certificate.
pub(crate) fn against_profile(
    registration: &Registration,
    certificate: &Certificate,
) -> Vec<Finding> {
    let advice = "correct the profile if the certificate is the right one, or replace the \
                  certificate";
    let thumbprint = registration.thumbprint.as_ref();
    let thumbprint = thumbprint.and_then(|said| other_thumbprint(said, certificate));
    let expires = registration.expires.and_then(|said| {
        let ends = day(certificate.not_after);
        (!agrees(said, ends)).then(|| disagree(&said.to_string(), &ends.to_string()))
    });
    let finding = |field: &str, message| Finding::error(message, advice).of(field);
    let thumbprint = thumbprint.map(|message| finding("thumbprint", message));
    let expires = expires.map(|message| finding("expires", message));
    thumbprint.into_iter().chain(expires).collect()
}

fn other_thumbprint(said: &Thumbprint, certificate: &Certificate) -> Option<String> {
    let is = match said {
        Thumbprint::Sha1(_) => &certificate.thumbprint_sha1,
        Thumbprint::Sha256(_) => &certificate.thumbprint_sha256,
    };
    (said.as_str() != is).then(|| disagree(said.as_str(), is))
}

fn disagree(said: &str, is: &str) -> String {
    format!("is {said} here, but {is} in the certificate")
}

/// Where `certs/infos/cert-<key>-info.json` says something else than the certificate. Nothing is
/// read from that file, so it only ever makes warnings.
pub(crate) fn against_info(info: &[u8], certificate: &Certificate) -> Vec<Finding> {
    let entries = match json::parse_object(info) {
        Ok(entries) => entries,
        Err(Finding {
            message, advice, ..
        }) => return vec![Finding::warning(message, advice)],
    };
    let mut findings = Vec::new();
    for (name, value) in entries {
        let Json::Text(text) = value else { continue };
        if let Some(message) = other_info(&name, &text, certificate) {
            let advice = "write the file anew; it is only for people, and the certificate counts";
            findings.push(Finding::warning(message, advice).of(name));
        }
    }
    findings
}

fn other_info(name: &str, text: &str, certificate: &Certificate) -> Option<String> {
    let other_day = |is: Timestamp| {
        let said = crate::expiry::parse(text)?;
        (!agrees(said, day(is))).then(|| disagree(&said.to_string(), &day(is).to_string()))
    };
    match name {
        "thumbprint" | "fingerprint" | "sha1" | "sha256" | "thumbprint_sha1"
        | "thumbprint_sha256" => other_thumbprint(&Thumbprint::parse(text)?, certificate),
        "expires" | "not_after" | "notAfter" | "valid_to" => other_day(certificate.not_after),
        "not_before" | "notBefore" | "valid_from" => other_day(certificate.not_before),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
