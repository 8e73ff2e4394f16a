//! Reads what the profile of the app for sign-in says, without looking at anything else.

use crate::fields::{Fields, Need, as_guid};
use crate::finding::{Finding, excerpt};
use crate::json;
use crate::registration::{self, Registration};

const CREDENTIAL: &str = "write cert_path, where certificate and key lie in the home folder, such \
                          as certs/sign-in/sign-in.pem (or client_secret_file)";
const AUTHORITY: &str = "write the provider's issuer, such as https://login.company.example/, or \
                         leave it out for Entra";

/// What a profile in `config-profiles/auth` says, as far as it could be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SignInFields {
    /// The company's own tenant and its app. `cert_path` is `None` where there is a secret.
    pub registration: Registration,
    /// As written: relative to the home folder.
    pub client_secret_file: Option<String>,
    /// The issuer of another provider than Entra.
    pub authority: Option<String>,
    /// Whose users may sign in besides the company's own: tenant ids.
    pub allowed_tenants: Vec<String>,
    /// Whether somebody without an app role is kept out.
    pub require_role: bool,
}

/// Reads the profile of the app for sign-in; never panics. An error among the findings means that
/// it cannot be used.
pub fn parse_sign_in_profile(bytes: &[u8]) -> (SignInFields, Vec<Finding>) {
    let entries = match json::parse_object(bytes) {
        Ok(entries) => entries,
        Err(finding) => return (SignInFields::default(), vec![finding]),
    };
    let mut fields = Fields::new("", entries);
    let authority = fields.text("authority", Need::May, AUTHORITY);
    let client_secret_file = fields.text("client_secret_file", Need::May, CREDENTIAL);
    let registration = registration(&mut fields, authority.is_some(), &client_secret_file);
    let profile = SignInFields {
        registration,
        client_secret_file,
        authority: authority.filter(|text| is_authority(text, &mut fields)),
        allowed_tenants: allowed_tenants(&mut fields),
        require_role: fields.flag("require_role").unwrap_or(false),
    };
    (profile, fields.finish())
}

fn registration(
    fields: &mut Fields<'_>,
    is_elsewhere: bool,
    client_secret_file: &Option<String>,
) -> Registration {
    let cert_path_need = if client_secret_file.is_some() {
        Need::May
    } else {
        Need::Must
    };
    let cert_path = fields.text("cert_path", cert_path_need, CREDENTIAL);
    if cert_path.is_some() && client_secret_file.is_some() {
        let advice = "leave one of them, best cert_path";
        let finding = Finding::error("stands there beside cert_path", advice);
        fields.find("client_secret_file", finding);
    }
    let thumbprint = match cert_path {
        Some(_) => registration::thumbprint(fields, Need::Should),
        None => registration::thumbprint(fields, Need::May),
    };
    Registration {
        tenant_id: id(fields, "tenant_id", registration::TENANT_ID, is_elsewhere),
        client_id: id(fields, "client_id", registration::CLIENT_ID, is_elsewhere),
        thumbprint,
        cert_path,
        expires: None,
    }
}

/// Entra's ids are GUIDs; other providers have words.
fn id(
    fields: &mut Fields<'_>,
    name: &'static str,
    advice: &str,
    is_elsewhere: bool,
) -> Option<String> {
    if !is_elsewhere {
        return fields.guid(name, advice);
    }
    let text = fields.text(name, Need::Must, advice)?;
    Some(as_guid(&text).unwrap_or(text))
}

/// Whether it is an address that nobody on the way can read or change.
fn is_authority(text: &str, fields: &mut Fields<'_>) -> bool {
    let is_safe = text
        .strip_prefix("https://")
        .is_some_and(|rest| !rest.is_empty())
        || ["http://127.0.0.1", "http://localhost", "http://[::1]"]
            .iter()
            .any(|here| {
                let rest = text.strip_prefix(here);
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']))
            });
    if !is_safe || text.contains(['?', '#', '@', ' ']) {
        let message = format!(
            "{} must be an address that begins with https://",
            excerpt(text)
        );
        fields.find("authority", Finding::error(message, AUTHORITY));
        return false;
    }
    true
}

fn allowed_tenants(fields: &mut Fields<'_>) -> Vec<String> {
    let advice = "write the tenants' ids (GUIDs) as a list of texts";
    let texts = fields.texts("allowed_tenants", advice);
    let mut tenants = Vec::with_capacity(texts.len());
    for text in texts {
        match as_guid(&text) {
            Some(guid) => tenants.push(guid),
            None => {
                let message = format!("{} is no GUID", excerpt(&text));
                fields.find("allowed_tenants", Finding::error(message, advice));
            }
        }
    }
    tenants
}

#[cfg(test)]
mod tests;
