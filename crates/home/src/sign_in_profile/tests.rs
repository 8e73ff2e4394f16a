//! The oddities of the profile for sign-in.

use super::*;
use proptest::prelude::*;

const VALID: &str = r#"{
  "tenant_id": "0F8FAD5B-d9cb-469f-a165-70867728950e",
  "client_id": "7c9e6679-7425-40de-944b-e07fc1f90ae7",
  "thumbprint": "DA39A3EE5E6B4B0D3255BFEF95601890AFD80709",
  "cert_path": "certs/sign-in/sign-in.pem"
}"#;

#[track_caller]
fn check(from: &str, to: &str, expected: &[&str]) -> SignInFields {
    assert!(VALID.contains(from), "{from}");
    let (profile, findings) = parse_sign_in_profile(VALID.replace(from, to).as_bytes());
    let line = |finding: &Finding| {
        let field = finding.field.as_deref().unwrap_or("-");
        format!("{:?} {field}: {}", finding.severity, finding.message)
    };
    let said: Vec<String> = findings.iter().map(line).collect();
    assert_eq!(said, expected);
    profile
}

#[test]
fn a_valid_profile_says_everything() {
    let profile = check("", "", &[]);
    let registration = &profile.registration;
    let tenant = "0f8fad5b-d9cb-469f-a165-70867728950e";
    assert_eq!(registration.tenant_id.as_deref(), Some(tenant));
    assert!(profile.allowed_tenants.is_empty() && !profile.require_role);
    let more = "{\"require_role\": true,\n\
                \"allowed_tenants\": [\"0F8FAD5B-D9CB-469F-A165-70867728950E\"],";
    let profile = check("{", more, &[]);
    assert_eq!(profile.allowed_tenants, [tenant]);
    assert!(profile.require_role);
}

#[test]
fn a_secret_takes_the_place_of_a_certificate() {
    let secret = "\"client_secret_file\": \"certs/sign-in/secret\"";
    let profile = check("\"cert_path\": \"certs/sign-in/sign-in.pem\"", secret, &[]);
    assert_eq!(
        profile.client_secret_file.as_deref(),
        Some("certs/sign-in/secret")
    );
    check(
        "{",
        &format!("{{{secret},"),
        &["Error client_secret_file: stands there beside cert_path"],
    );
    check("cert_path", "_cert_path", &["Error cert_path: is missing"]);
}

#[test]
fn another_provider_has_an_address_and_ids_of_its_own() {
    let provider = "{\"authority\": \"https://login.company.example/realm\",";
    check("{", provider, &[]);
    let (profile, findings) = parse_sign_in_profile(
        br#"{"authority": "http://127.0.0.1:9000", "tenant_id": "company",
             "client_id": "licensetool", "client_secret_file": "certs/secret"}"#,
    );
    assert_eq!(findings, []);
    assert_eq!(
        profile.registration.client_id.as_deref(),
        Some("licensetool")
    );
    for wrong in [
        "http://login.company.example",
        "https://",
        "login.company.example",
        "https://u@login.company.example",
        "https://login.company.example/?x",
        "http://localhost.company.example",
    ] {
        let expected =
            format!("Error authority: \"{wrong}\" must be an address that begins with https://");
        check("{", &format!("{{\"authority\": \"{wrong}\","), &[&expected]);
    }
}

#[test]
fn oddities_are_said() {
    check(
        "0F8FAD5B-d9cb-469f-a165-70867728950e",
        "company.example",
        &["Error tenant_id: \"company.example\" is no GUID"],
    );
    check(
        "{",
        "{\"require_role\": \"yes\", \"allowed_tenants\": [\"x.example\", 3],",
        &[
            "Error allowed_tenants: is a number where a text is expected",
            "Error allowed_tenants: \"x.example\" is no GUID",
            "Error require_role: is a text where true or false is expected",
        ],
    );
}

#[test]
fn the_profile_of_the_documentation_has_no_problems() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/sign-in.md");
    let page = std::fs::read_to_string(path).unwrap();
    let example = page.split("```json").nth(1).unwrap();
    let example = example.split("```").next().unwrap();
    let (profile, findings) = parse_sign_in_profile(example.as_bytes());
    assert_eq!(findings, []);
    assert!(profile.require_role);
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        drop(parse_sign_in_profile(&bytes));
    }

    #[test]
    fn no_change_of_a_valid_profile_panics(at in 0..VALID.len(), len in 0usize..20, new: Vec<u8>) {
        let mut bytes = VALID.as_bytes().to_vec();
        bytes.splice(at..(at + len).min(VALID.len()), new);
        drop(parse_sign_in_profile(&bytes));
    }
}
