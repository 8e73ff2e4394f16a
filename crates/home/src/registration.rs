//! Reads the fields that every profile has: which app signs in where, and with which certificate.

use jiff::civil::Date;

use crate::expiry;
use crate::fields::{Fields, Need, as_guid};
use crate::finding::{Finding, excerpt};
use crate::thumbprint::Thumbprint;

pub(crate) const TENANT_ID: &str =
    "copy \"Directory (tenant) ID\" from the app's overview in Entra";
pub(crate) const CLIENT_ID: &str =
    "copy \"Application (client) ID\" from the app's overview in Entra";

/// The app registration that a profile names. A field is `None` if it is missing or unusable.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Registration {
    /// A GUID in lower case, or a domain.
    pub tenant_id: Option<String>,
    /// A GUID in lower case.
    pub client_id: Option<String>,
    pub thumbprint: Option<Thumbprint>,
    /// As written: relative to the home folder, with `/` or `\`.
    pub cert_path: Option<String>,
    /// The day on which the certificate is said to end.
    pub expires: Option<Date>,
}

/// Reads them; `Need::May` for `expires` where the kind of profile does not have it.
pub(crate) fn read(fields: &mut Fields<'_>, expires: Need) -> Registration {
    let registration = Registration {
        tenant_id: tenant_id(fields),
        client_id: fields.guid("client_id", CLIENT_ID),
        thumbprint: thumbprint(fields, Need::Should),
        cert_path: fields.text(
            "cert_path",
            Need::Must,
            "write where the certificate lies in the home folder, such as \
             certs/<key>/mycert_<key>.pem",
        ),
        expires: expires_on(fields, expires),
    };
    let id = &registration.client_id;
    if id.is_some() && *id == registration.tenant_id {
        let finding = Finding::error("is the same as tenant_id", CLIENT_ID);
        fields.find("client_id", finding);
    }
    registration
}

fn tenant_id(fields: &mut Fields<'_>) -> Option<String> {
    let text = fields.text("tenant_id", Need::Must, TENANT_ID)?;
    if let Some(guid) = as_guid(&text) {
        return Some(guid);
    }
    let shown = excerpt(&text);
    if is_domain(&text) {
        let message = format!("is the domain {shown}, which can move to another tenant");
        fields.find("tenant_id", Finding::warning(message, TENANT_ID));
        return Some(text.to_ascii_lowercase());
    }
    fields.find(
        "tenant_id",
        Finding::error(format!("{shown} is no GUID"), TENANT_ID),
    );
    None
}

/// It becomes a part of an address, so nothing but the plain letters of a domain.
pub(crate) fn is_domain(text: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    text.len() <= 253 && text.contains('.') && text.split('.').all(is_label)
}

pub(crate) fn thumbprint(fields: &mut Fields<'_>, need: Need) -> Option<Thumbprint> {
    let text = fields.text(
        "thumbprint",
        need,
        "write the certificate's SHA-1 or SHA-256, so that a mix-up is noticed",
    )?;
    let thumbprint = Thumbprint::parse(&text);
    if thumbprint.is_none() {
        let message = format!("{} is neither a SHA-1 nor a SHA-256", excerpt(&text));
        let advice = "copy it from Entra, or take it from `openssl x509 -fingerprint -noout -in …`";
        fields.find("thumbprint", Finding::error(message, advice));
    }
    thumbprint
}

fn expires_on(fields: &mut Fields<'_>, need: Need) -> Option<Date> {
    let advice = "write the day on which the certificate ends, such as 2027-08-01";
    let text = fields.text("expires", need, advice)?;
    let day = expiry::parse(&text);
    if day.is_none() {
        let message = format!("{} is not understood as a day", excerpt(&text));
        fields.find("expires", Finding::error(message, advice));
    }
    day
}
