//! Tenants that are added, completed, interrupted and refused.

use std::fs;
use std::io;

use rcgen::KeyPair;
use tempfile::TempDir;

use super::*;
use crate::specimen::{KEY, STRONG_KEY, certificate, now, pem_file, pkcs8};
use crate::tests::interrupted::{Stop, at_every_step, tree};
use crate::{Home, read};

const TENANT: &str = "0f8fad5b-d9cb-469f-a165-000000000001";
const APP: &str = "7c9e6679-7425-40de-944b-e07fc1f90ae7";
const PROFILE: &str = "config-profiles/tenants/config-a-profile.json";
const PEM: &str = "certs/a/mycert_a.pem";
const CRT: &str = "certs/a/mycert_a.crt";
const INFO: &str = "certs/infos/cert-a-info.json";

fn strong_key() -> KeyPair {
    let der = STRONG_KEY.serialized_der().to_vec();
    KeyPair::try_from(der).unwrap()
}

fn school() -> NewTenant {
    NewTenant {
        key: TenantKey::parse("a").unwrap(),
        tenant_id: Some(TENANT.to_uppercase()),
        name: None,
        client_id: None,
    }
}

fn add_in(home: &TempDir, new: &NewTenant) -> Result<AddedTenant, WriteError> {
    add(home.path(), new, now(), &strong_key, &mut || Ok(()))
}

fn app() -> NewTenant {
    NewTenant {
        tenant_id: None,
        client_id: Some(APP.to_owned()),
        ..school()
    }
}

fn profile(home: &TempDir) -> String {
    fs::read_to_string(home.path().join(PROFILE)).unwrap()
}

fn said(home: &Home) -> Vec<String> {
    home.problems.iter().map(ToString::to_string).collect()
}

#[test]
fn a_tenant_is_added_in_two_halves() {
    let home = tempfile::tempdir().unwrap();
    let added = add_in(&home, &school()).unwrap();
    let expected = [PEM, CRT, INFO, PROFILE].map(PathBuf::from);
    assert_eq!(added.written, expected, "the profile comes last");
    assert_eq!((added.tenant_id.as_str(), added.client_id), (TENANT, None));
    let half = read(home.path(), now());
    assert!(half.tenants.is_empty() && half.broken[0].waits_for_app());
    let problems = said(&half);
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].contains("waits for its app"), "{problems:?}");
    assert!(
        problems[0].contains("tenant new a --client-id"),
        "{problems:?}"
    );

    let added = add_in(&home, &app()).unwrap();
    assert_eq!(added.written, [PathBuf::from(PROFILE)]);
    let whole = read(home.path(), now());
    assert_eq!(said(&whole), [""; 0]);
    let tenant = &whole.tenants[0];
    assert_eq!(
        (tenant.tenant_id.as_str(), tenant.name.as_str()),
        (TENANT, "a")
    );
    assert_eq!(tenant.client_id, APP);
    assert_eq!(
        tenant.certificate.thumbprint_sha1,
        added.certificate.thumbprint_sha1
    );
    let upload = fs::read_to_string(home.path().join(CRT)).unwrap();
    assert!(upload.starts_with("-----BEGIN CERTIFICATE-----\n") && !upload.contains("PRIVATE"));

    let before = tree(home.path());
    assert!(add_in(&home, &app()).unwrap().written.is_empty());
    assert_eq!(tree(home.path()), before, "again changes nothing");
}

#[test]
fn the_notes_say_what_the_certificate_is() {
    let home = tempfile::tempdir().unwrap();
    let added = add_in(&home, &school()).unwrap();
    let text = fs::read(home.path().join(INFO)).unwrap();
    let notes: serde_json::Value = serde_json::from_slice(&text).unwrap();
    let is = added.certificate;
    for (field, value) in [
        ("subject", is.subject),
        ("thumbprint_sha1", is.thumbprint_sha1),
        ("thumbprint_sha256", is.thumbprint_sha256),
        ("not_before", is.not_before.to_string()),
        ("not_after", is.not_after.to_string()),
        ("created", now().to_string()),
    ] {
        assert_eq!(notes[field], value, "{field}");
    }
}

#[cfg(unix)]
#[test]
fn only_the_owner_may_read_the_key() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = tempfile::tempdir().unwrap();
    add_in(&home, &school()).unwrap();
    let metadata = fs::metadata(home.path().join(PEM)).unwrap();
    assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
}

/// After a failure nothing is there; after a kill the next run finishes, and in between no profile
/// names a certificate that is not there.
#[test]
fn everything_or_nothing_is_written() {
    let new = NewTenant {
        client_id: Some(APP.to_owned()),
        ..school()
    };
    let write = |gate: Gate<'_>| {
        let home = tempfile::tempdir().unwrap();
        let added = add(home.path(), &new, now(), &strong_key, gate);
        (added.is_ok(), home)
    };
    at_every_step(write, |stop, at, home| {
        if stop == Stop::Failure {
            assert_eq!(tree(home.path()).len(), 0, "after step {at}");
        }
        if home.path().join(PROFILE).exists() {
            assert!(home.path().join(PEM).exists(), "after step {at}");
        }
        add_in(&home, &new).unwrap();
        let whole = read(home.path(), now());
        assert_eq!(said(&whole), [""; 0], "after step {at}");
        assert_eq!(whole.tenants.len(), 1);
    });
}

/// What stands there already is somebody's: it is refused, and nothing changes.
#[test]
fn nothing_is_overwritten() {
    let check = |files: &[(&str, &str)], new: &NewTenant, expected: &str| {
        let home = tempfile::tempdir().unwrap();
        for (file, text) in files {
            let path = home.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let before = tree(home.path());
        let refused = add_in(&home, new).unwrap_err().to_string();
        assert!(refused.contains(expected), "{refused}");
        assert_eq!(tree(home.path()), before, "{expected}");
    };
    check(
        &[(PEM, "my notes")],
        &school(),
        "mycert_a.pem: holds no PEM section",
    );
    check(
        &[(CRT, "another one")],
        &school(),
        "mycert_a.crt: is not the certificate",
    );
    let ended = format!("{}{}", pkcs8(&KEY), certificate(&KEY, "old", -1).pem());
    check(
        &[(PEM, &ended)],
        &school(),
        "mycert_a.pem: the certificate CN=old has ended",
    );
    check(
        &[(PROFILE, "{")],
        &app(),
        "config-a-profile.json: is no JSON",
    );
    let whole = format!(
        "{{\"tenant_id\": \"{TENANT}\", \"tenant_name\": \"A\", \"client_id\": \"{APP}\"}}"
    );
    let there = &[(PROFILE, whole.as_str())];
    let other = |change: fn(&mut NewTenant)| {
        let mut new = app();
        change(&mut new);
        new
    };
    let new = other(|new| new.client_id = Some(APP.replace('7', "8")));
    check(there, &new, "client_id: is \"7c9e");
    let new = other(|new| new.tenant_id = Some(TENANT.replace('1', "2")));
    check(there, &new, "tenant_id: is \"0f8f");
    check(
        there,
        &other(|new| new.name = Some("B".to_owned())),
        "tenant_name: is \"A\" there",
    );
    let named = &[(
        PROFILE,
        "{\"cert_path\": \"certs/x.pem\", \"tenant_id\": \"a.example\"}",
    )];
    check(named, &app(), "cert_path: there is no certs/x.pem");
}

#[test]
fn what_cannot_be_right_is_not_written() {
    let check = |new: NewTenant, expected: &str| {
        let home = tempfile::tempdir().unwrap();
        let refused = add_in(&home, &new).unwrap_err().to_string();
        assert!(refused.contains(expected), "{refused}");
        assert_eq!(tree(home.path()).len(), 0);
    };
    check(
        app(),
        "tenant_id: is missing; say which tenant it is: --domain",
    );
    let nowhere = NewTenant {
        tenant_id: Some("my school".to_owned()),
        ..school()
    };
    check(
        nowhere,
        "tenant_id: \"my school\" is neither a GUID nor a domain",
    );
    let with = |client_id: &str| NewTenant {
        client_id: Some(client_id.to_owned()),
        ..school()
    };
    check(with("soon"), "client_id: \"soon\" is no GUID");
    check(with(TENANT), "client_id: is the same as tenant_id");
}

#[test]
fn a_certificate_that_lies_there_is_taken() {
    let home = tempfile::tempdir().unwrap();
    fs::create_dir_all(home.path().join("certs/a")).unwrap();
    fs::write(home.path().join(PEM), pem_file()).unwrap();
    let added = add_in(&home, &school()).unwrap();
    assert_eq!(added.certificate.subject, "CN=licensetool");
    assert!(!added.written.contains(&PathBuf::from(PEM)));
}

#[test]
fn stand_ins_give_way_and_notes_stay() {
    let home = tempfile::tempdir().unwrap();
    let by_domain = NewTenant {
        tenant_id: Some("School.example".to_owned()),
        ..school()
    };
    add_in(&home, &by_domain).unwrap();
    assert!(profile(&home).contains("\"tenant_id\": \"school.example\""));
    let noted = profile(&home).replacen('{', "{\n  \"_note\": {\"since\": 2024},", 1);
    fs::write(home.path().join(PROFILE), noted).unwrap();
    let known = NewTenant {
        name: Some(" O'Brien & Söhne ".to_owned()),
        client_id: Some(APP.to_owned()),
        ..school()
    };
    add_in(&home, &known).unwrap();
    let text = profile(&home);
    assert!(
        text.starts_with("{\n  \"_note\": {\n    \"since\": 2024\n  },\n"),
        "{text}"
    );
    let tenant = &read(home.path(), now()).tenants[0];
    assert_eq!(tenant.name, "O'Brien & Söhne");
    assert_eq!(tenant.tenant_id, TENANT);
    // A domain says nothing against an id that is known.
    assert_eq!(add_in(&home, &by_domain).unwrap().tenant_id, TENANT);
}

#[test]
fn a_mount_is_an_error_of_its_own() {
    let home = tempfile::tempdir().unwrap();
    fs::create_dir_all(home.path().join("config-profiles/tenants/..data")).unwrap();
    let before = tree(home.path());
    let refused = add_in(&home, &school());
    assert!(
        matches!(refused, Err(WriteError::ReadOnly { .. })),
        "{refused:?}"
    );
    assert_eq!(tree(home.path()), before);
    let mut gate = || Err(io::ErrorKind::ReadOnlyFilesystem.into());
    let empty = tempfile::tempdir().unwrap();
    let refused = add(empty.path(), &school(), now(), &strong_key, &mut gate);
    assert!(
        matches!(refused, Err(WriteError::ReadOnly { .. })),
        "{refused:?}"
    );
}
