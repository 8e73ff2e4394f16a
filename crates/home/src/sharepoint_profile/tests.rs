//! The oddities of a SharePoint profile that a tenant's profile cannot have.

use super::*;
use proptest::prelude::*;

const VALID: &str = r#"{
  "tenant_id": "0f8fad5b-d9cb-469f-a165-70867728950e",
  "client_id": "7c9e6679-7425-40de-944b-e07fc1f90ae7",
  "thumbprint": "DA39A3EE5E6B4B0D3255BFEF95601890AFD80709",
  "cert_path": "certs/company/mycert_company.pem",
  "sharepoint_infos": {
    "site_id": "contoso.sharepoint.com,2C712604-1370-44E7-A1F5-426573FDA80A,2D2244C3",
    "license_list_id": "b57af081-936c-4803-a120-d94887b03864",
    "tenant_list_id": "1c4f5a9e-0b52-4a27-9a5e-62f0f0b4b1aa",
    "tenant_field": "Title",
    "field_mapping": {
      "Tenant": "Tenant",
      "Lizenzname": "Title",
      "Frei": "field_3",
      "Gebraucht": "field_2",
      "Verfügbar": "field_1",
      "Infosup": "trigger_inform_supporter"
    }
  }
}"#;

#[track_caller]
fn check(from: &str, to: &str, expected: &[&str]) -> SharepointFields {
    assert!(VALID.contains(from), "{from}");
    let (profile, findings) = parse_sharepoint_profile(VALID.replace(from, to).as_bytes());
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
    let lists = check("", "", &[]).lists.unwrap();
    assert_eq!(lists.tenant_field, "Title");
    assert_eq!(lists.parameter_list_id, None);
    assert_eq!(lists.columns.available, "field_1");
    assert_eq!(lists.columns.inform, "trigger_inform_supporter");
    let with_parameters = check(
        "\"tenant_field\"",
        "\"parameter_list_id\": \"p1\", \"tenant_field\"",
        &[],
    );
    assert_eq!(
        with_parameters.lists.unwrap().parameter_list_id.as_deref(),
        Some("p1")
    );
}

#[test]
fn oddities_are_said_with_the_whole_path() {
    let gone = check(
        "Verfügbar",
        "Verfuegbar",
        &[
            "Error sharepoint_infos.field_mapping.Verfügbar: is missing",
            "Warning sharepoint_infos.field_mapping.Verfuegbar: is not a field of this profile",
        ],
    );
    assert_eq!(gone.lists, None);
    check(
        "\"site_id\"",
        "\"siteId\"",
        &[
            "Error sharepoint_infos.site_id: is missing",
            "Warning sharepoint_infos.siteId: is not a field of this profile",
        ],
    );
    check(
        "sharepoint_infos",
        "infos",
        &[
            "Error sharepoint_infos: is missing",
            "Warning infos: is not a field of this profile",
        ],
    );
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        drop(parse_sharepoint_profile(&bytes));
    }

    #[test]
    fn no_change_of_a_valid_profile_panics(at in 0..VALID.len(), len in 0usize..20, new: Vec<u8>) {
        let mut bytes = VALID.as_bytes().to_vec();
        bytes.splice(at..(at + len).min(VALID.len()), new);
        drop(parse_sharepoint_profile(&bytes));
    }
}
