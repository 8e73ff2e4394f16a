//! The oddities of a tenant's profile, one by one.

use super::*;
use crate::Severity;
use crate::thumbprint::Thumbprint;
use jiff::civil::date;
use proptest::prelude::*;

const VALID: &str = r#"{
  "tenant_id": "0f8fad5b-d9cb-469f-a165-70867728950e",
  "tenant_name": "ISE School",
  "client_id": "7c9e6679-7425-40de-944b-e07fc1f90ae7",
  "thumbprint": "DA39A3EE5E6B4B0D3255BFEF95601890AFD80709",
  "cert_path": "certs/iseschool/mycert_iseschool.pem",
  "expires": "2027-08-01"
}"#;

/// Replaces one part of the valid profile and renders what is found.
#[track_caller]
fn check(from: &str, to: &str, expected: &[&str]) -> TenantFields {
    assert!(VALID.contains(from), "{from}");
    let (profile, findings) = parse_tenant_profile(VALID.replace(from, to).as_bytes());
    let said: Vec<String> = findings
        .iter()
        .map(|f| {
            format!(
                "{:?} {}: {}",
                f.severity,
                f.field.as_deref().unwrap_or("-"),
                f.message
            )
        })
        .collect();
    assert_eq!(said, expected);
    profile
}

#[test]
fn a_valid_profile_says_everything() {
    let profile = check("", "", &[]);
    assert_eq!(profile.name.as_deref(), Some("ISE School"));
    let app = profile.registration;
    assert_eq!(
        app.tenant_id.as_deref(),
        Some("0f8fad5b-d9cb-469f-a165-70867728950e")
    );
    assert_eq!(
        app.client_id.as_deref(),
        Some("7c9e6679-7425-40de-944b-e07fc1f90ae7")
    );
    let sha1 = "DA39A3EE5E6B4B0D3255BFEF95601890AFD80709".to_owned();
    assert_eq!(app.thumbprint, Some(Thumbprint::Sha1(sha1)));
    assert_eq!(
        app.cert_path.as_deref(),
        Some("certs/iseschool/mycert_iseschool.pem")
    );
    assert_eq!(app.expires, Some(date(2027, 8, 1)));
}

#[test]
fn ids_are_guids() {
    check(
        "0f8fad5b-d9cb-469f-a165-70867728950e",
        "<tenant-id>",
        &["Error tenant_id: still holds the placeholder \"<tenant-id>\""],
    );
    check(
        "7c9e6679-7425-40de-944b-e07fc1f90ae7",
        "00000000-0000-0000-0000-000000000000",
        &["Error client_id: \"00000000-0000-0000-0000-000000000000\" is nobody's id, only zeros"],
    );
    check(
        "7c9e6679-7425-40de-944b-e07fc1f90ae7",
        "7c9e6679",
        &["Error client_id: \"7c9e6679\" is no GUID"],
    );
    check(
        "7c9e6679-7425-40de-944b-e07fc1f90ae7",
        "0F8FAD5B-d9cb-469f-a165-70867728950e",
        &["Error client_id: is the same as tenant_id"],
    );
    check(
        "0f8fad5b-d9cb-469f-a165-70867728950e",
        "a/../b",
        &["Error tenant_id: \"a/../b\" is no GUID"],
    );
    let profile = check(
        "0f8fad5b-d9cb-469f-a165-70867728950e",
        "Contoso.com",
        &["Warning tenant_id: is the domain \"Contoso.com\", which can move to another tenant"],
    );
    assert_eq!(
        profile.registration.tenant_id.as_deref(),
        Some("contoso.com")
    );
}

#[test]
fn what_only_helps_may_be_missing() {
    check(
        "\"tenant_name\": \"ISE School\",",
        "",
        &["Warning tenant_name: is missing"],
    );
    check(
        "\"DA39A3EE5E6B4B0D3255BFEF95601890AFD80709\"",
        "null",
        &["Warning thumbprint: is missing"],
    );
    check("2027-08-01", "", &["Warning expires: is empty"]);
    check(
        "certs/iseschool/mycert_iseschool.pem",
        "",
        &["Error cert_path: is empty"],
    );
}

#[test]
fn what_is_there_must_be_understood() {
    check(
        "DA39A3EE",
        "DA39",
        &[
            "Error thumbprint: \"DA395E6B4B0D3255BFEF95601890AFD80709\" is neither a SHA-1 nor a \
           SHA-256",
        ],
    );
    check(
        "2027-08-01",
        "next year",
        &["Error expires: \"next year\" is not understood as a day"],
    );
}

#[test]
fn several_oddities_are_said_at_once() {
    let (_, findings) = parse_tenant_profile(b"{\"tenantid\": 1}");
    let errors = findings.iter().filter(|f| f.severity == Severity::Error);
    assert_eq!(errors.count(), 3);
    assert_eq!(findings.len(), 7);
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        drop(parse_tenant_profile(&bytes));
    }

    #[test]
    fn no_change_of_a_valid_profile_panics(at in 0..VALID.len(), len in 0usize..20, new: Vec<u8>) {
        let mut bytes = VALID.as_bytes().to_vec();
        bytes.splice(at..(at + len).min(VALID.len()), new);
        let (profile, findings) = parse_tenant_profile(&bytes);
        let fine = findings.iter().all(|f| f.severity == Severity::Warning);
        let app = profile.registration;
        let needed = [app.tenant_id, app.client_id, app.cert_path];
        prop_assert!(!fine || needed.iter().all(Option::is_some));
    }
}
