//! Whole home folders: what can be used, what is said, and that one file never harms another.

mod folder;
pub(crate) mod interrupted;
#[cfg(unix)]
mod mounts;

use std::fs;
use std::path::Path;

use crate::specimen::{KEY, OTHER_KEY, certificate, now, pkcs8};
use crate::{SignInCredential, parse_pem, read};

use folder::{Folder, profile, said};

const A: &str = "config-profiles/tenants/config-a-profile.json";
const A_PEM: &str = "certs/a/mycert_a.pem";

#[test]
fn a_sound_home_has_tenants_and_no_problems() {
    let folder = Folder::new();
    folder.tenant("b", 2);
    let home = folder.read();
    assert_eq!(said(&home), [""; 0]);
    let keys: Vec<&str> = home
        .tenants
        .iter()
        .map(|tenant| tenant.key.as_str())
        .collect();
    assert_eq!(keys, ["a", "b"]);
    let a = &home.tenants[0];
    assert_eq!(a.name, "School a");
    assert_eq!(a.tenant_id, "0f8fad5b-d9cb-469f-a165-000000000001");
    assert_eq!(a.client_id, "7c9e6679-7425-40de-944b-e07fc1f90ae7");
    assert!(a.certificate.key_pem.expose().contains("PRIVATE KEY"));
    assert!(home.broken.is_empty() && home.sharepoint.is_empty());
    let in_335_days = now() + jiff::SignedDuration::from_hours(335 * 24);
    assert_eq!(home.changes_at, Some(in_335_days));
}

#[test]
fn a_missing_or_empty_home_is_a_problem_with_a_way_out() {
    let empty = tempfile::tempdir().unwrap();
    let check = |dir: &Path, expected: &str| {
        let home = read(dir, now());
        assert_eq!(home.problems.len(), 1);
        let line = home.problems[0].to_string();
        assert!(
            line.contains(expected) && line.contains("docs/home.md"),
            "{line}"
        );
        assert!(line.contains("licensetool simulate --home"), "{line}");
    };
    check(
        &empty.path().join("missing"),
        "there is no such home folder",
    );
    check(
        empty.path(),
        "config-profiles/tenants: there is no tenant profile",
    );
    fs::create_dir_all(empty.path().join("config-profiles/tenants")).unwrap();
    check(
        empty.path(),
        "config-profiles/tenants: there is no tenant profile",
    );
    let file = empty.path().join("file");
    fs::write(&file, "").unwrap();
    let home = read(&file, now());
    assert_eq!(home.problems[0].message, "is a file, not a folder");
}

#[test]
fn one_broken_profile_never_stops_the_others() {
    let folder = Folder::new();
    folder
        .write("config-profiles/tenants/config-b-profile.json", "{")
        .write("config-profiles/tenants/config-c-profile.json", "")
        .write("config-profiles/tenants/config-d-profile.json", b"\xFF")
        .tenant("e", 5);
    fs::create_dir(
        folder
            .0
            .path()
            .join("config-profiles/tenants/config-f-profile.json"),
    )
    .unwrap();
    let home = folder.read();
    let tenants = "config-profiles/tenants";
    let expected = [
        format!(
            "error: {tenants}/config-b-profile.json: is no JSON: line 1, column 1: EOF while \
             parsing an object"
        ),
        format!("error: {tenants}/config-c-profile.json: is empty"),
        format!("error: {tenants}/config-d-profile.json: line 1 is not UTF-8"),
        format!("error: {tenants}/config-f-profile.json: is a folder, not a file"),
    ];
    assert_eq!(said(&home), expected);
    assert_eq!(home.tenants.len(), 2);
    let broken: Vec<&str> = home
        .broken
        .iter()
        .map(|tenant| tenant.key.as_str())
        .collect();
    assert_eq!(broken, ["b", "c", "d", "f"]);
    for tenant in &home.broken {
        assert_eq!(tenant.problems.len(), 1);
        assert_eq!(tenant.problems[0].tenant.as_ref(), Some(&tenant.key));
    }
}

#[test]
fn all_problems_of_a_profile_and_its_certificate_are_said_at_once() {
    let folder = Folder::new();
    let thumbprint = "A".repeat(40);
    let profile = profile("a", "<tenant-id>", &thumbprint).replace("client_id", "clientId");
    let info = r#"{"not_after": "2020-01-01"}"#;
    folder
        .write(A, profile)
        .write("certs/infos/cert-a-info.json", info);
    let home = folder.read();
    let is = parse_pem(&fs::read(folder.0.path().join(A_PEM)).unwrap())
        .unwrap()
        .thumbprint_sha1;
    let expected = [
        format!("error: {A}: tenant_id: still holds the placeholder \"<tenant-id>\""),
        format!("error: {A}: client_id: is missing"),
        format!("warning: {A}: clientId: is not a field of this profile"),
        format!("error: {A}: thumbprint: is {thumbprint} here, but {is} in the certificate"),
        "warning: certs/infos/cert-a-info.json: not_after: is 2020-01-01 here, but 2027-11-23 in \
         the certificate"
            .to_owned(),
    ];
    assert_eq!(said(&home), expected);
    assert_eq!(home.broken[0].name.as_deref(), Some("School a"));
    assert_eq!(home.broken[0].problems.len(), 3);
}

#[test]
fn a_certificate_that_is_not_there_or_outside_is_said_of_cert_path() {
    let check = |path: &str, expected: &str| {
        let folder = Folder::new();
        let text = fs::read_to_string(folder.0.path().join(A)).unwrap();
        folder.write(A, text.replace(A_PEM, path));
        assert_eq!(
            folder.said(),
            [format!("error: {A}: cert_path: {expected}")]
        );
    };
    check(
        "certs/a/mycert.pem",
        "there is no certs/a/mycert.pem: certs/a holds mycert_a.pem",
    );
    check("../a.pem", "\"../a.pem\" leads out of its folder with ..");
    check("/a.pem", "\"/a.pem\" is not relative to the home folder");
    check("certs/a", "certs/a is a folder, not a file");
}

#[test]
fn a_path_with_backslashes_is_understood() {
    let folder = Folder::new();
    let text = fs::read_to_string(folder.0.path().join(A)).unwrap();
    folder.write(A, text.replace(A_PEM, r"certs\\a\\mycert_a.pem"));
    assert_eq!(folder.said(), [""; 0]);
}

#[test]
fn a_certificate_elsewhere_is_used_with_a_warning() {
    let folder = Folder::new();
    let text = fs::read_to_string(folder.0.path().join(A)).unwrap();
    folder.write(A, text.replace(A_PEM, "secrets/a.pem"));
    fs::create_dir(folder.0.path().join("secrets")).unwrap();
    fs::rename(
        folder.0.path().join(A_PEM),
        folder.0.path().join("secrets/a.pem"),
    )
    .unwrap();
    let expected =
        "warning: secrets/a.pem: lies outside certs/, where a change is noticed only by a restart";
    assert_eq!(folder.said(), [expected]);
    assert_eq!(folder.read().tenants.len(), 1);
}

#[test]
fn what_is_wrong_with_a_certificate_is_said_of_its_file() {
    let check = |pem: String, usable: usize, expected: &str| {
        let folder = Folder::new();
        let text = fs::read_to_string(folder.0.path().join(A)).unwrap();
        let unchecked = text.replace("\"thumbprint\"", "\"_thumbprint\"");
        folder
            .write(A, unchecked.replace("\"expires\"", "\"_expires\""))
            .write(A_PEM, pem);
        let home = folder.read();
        assert_eq!(said(&home)[2..], [expected.to_owned()]);
        assert_eq!(
            (home.tenants.len(), home.broken.len()),
            (usable, 1 - usable)
        );
    };
    let with_key = |days| format!("{}{}", pkcs8(&KEY), certificate(&KEY, "own", days).pem());
    let ended = "the certificate CN=own has ended on 2026-11-22";
    check(with_key(-1), 0, &format!("error: {A_PEM}: {ended}"));
    let soon = "the certificate CN=own ends on 2026-11-30 (7 days left)";
    check(with_key(7), 1, &format!("warning: {A_PEM}: {soon}"));
    let foreign = format!(
        "{}{}",
        pkcs8(&OTHER_KEY),
        certificate(&OTHER_KEY, "own", 365).pem()
    );
    check(
        foreign.replace("PRIVATE KEY", "OTHER"),
        0,
        &format!("error: {A_PEM}: holds no private key"),
    );
}

#[test]
fn names_that_do_not_fit_are_said_and_hidden_ones_are_not() {
    let folder = Folder::new();
    let tenants = "config-profiles/tenants";
    for name in [
        "config-B_C-profile.json",
        "notes.txt",
        ".config-d-profile.json.swp",
    ] {
        folder.write(&format!("{tenants}/{name}"), "{}");
    }
    folder.write(
        &format!("{tenants}/..2026_11_23/config-e-profile.json"),
        "{}",
    );
    let expected = [
        format!(
            "error: {tenants}/config-B_C-profile.json: is not read, because its key \"B_C\" is \
             not 1 to 40 of a-z, 0-9 and -"
        ),
        format!(
            "warning: {tenants}/notes.txt: is not read, because its name is not that of a profile"
        ),
    ];
    assert_eq!(folder.said(), expected);
    assert_eq!(folder.read().tenants.len(), 1);
}

#[test]
fn twins_are_said_of_each() {
    let folder = Folder::new();
    folder.tenant("b", 1).tenant("c", 3);
    let text = profile("b", "0f8fad5b-d9cb-469f-a165-000000000003", "");
    folder.write(
        "config-profiles/tenants/config-c-profile.json",
        text.replace("000000000003", "000000000001"),
    );
    let home = folder.read();
    let same = said(&home)
        .into_iter()
        .filter(|line| line.contains("is the same as"))
        .collect::<Vec<_>>();
    let file = |key| format!("warning: config-profiles/tenants/config-{key}-profile.json");
    let expected = [
        format!(
            "{}: tenant_id: is the same as in the profile of b, c",
            file("a")
        ),
        format!(
            "{}: tenant_id: is the same as in the profile of a, c",
            file("b")
        ),
        format!(
            "{}: tenant_id: is the same as in the profile of a, b",
            file("c")
        ),
        format!(
            "{}: tenant_name: is the same as in the profile of c",
            file("b")
        ),
        format!(
            "{}: tenant_name: is the same as in the profile of b",
            file("c")
        ),
    ];
    assert_eq!(same, expected);
    assert_eq!(home.tenants.len(), 3);
}

const SHAREPOINT: &str = r#"{
  "tenant_id": "0f8fad5b-d9cb-469f-a165-000000000009",
  "client_id": "7c9e6679-7425-40de-944b-e07fc1f90ae7",
  "thumbprint": "PRINT",
  "cert_path": "certs/a/mycert_a.pem",
  "sharepoint_infos": {
    "site_id": "site", "license_list_id": "l1", "tenant_list_id": "l2", "tenant_field": "Title",
    "field_mapping": {"Tenant": "T", "Lizenzname": "Title", "Frei": "f", "Gebraucht": "g",
      "Verfügbar": "v", "Infosup": "i"}
  }
}"#;

fn company() -> domain::TenantKey {
    domain::TenantKey::parse("company").unwrap()
}

#[test]
fn sharepoint_profiles_are_read_and_share_certificates() {
    let folder = Folder::new();
    let pem = fs::read(folder.0.path().join(A_PEM)).unwrap();
    let thumbprint = parse_pem(&pem).unwrap().thumbprint_sha1;
    let file = "config-profiles/sharepoint/sp-config-company-profile.json";
    folder.write(file, SHAREPOINT.replace("PRINT", &thumbprint));
    let home = folder.read();
    assert_eq!(said(&home), [""; 0]);
    assert_eq!(home.sharepoint[0].key.as_str(), "company");
    assert_eq!(home.sharepoint[0].lists.columns.available, "v");
    assert_eq!(home.sharepoint[0].certificate.thumbprint_sha1, thumbprint);
    let alone = crate::read_sharepoint(folder.0.path(), now());
    assert_eq!(alone.sharepoint[0].key.as_str(), "company");
    assert!(alone.tenants.is_empty() && alone.broken.is_empty() && alone.problems.is_empty());

    folder.write(A_PEM, "");
    let home = folder.read();
    assert_eq!(
        said(&home),
        [format!(
            "error: {A_PEM}: holds no PEM section (-----BEGIN …)"
        )]
    );
    assert!(home.sharepoint.is_empty());
    // Its name says that it is there, whatever else is wrong.
    assert_eq!(crate::sharepoint_keys(folder.0.path()), [company()]);
    let no_tenants = crate::Parts {
        tenants: false,
        ..crate::Parts::ALL
    };
    let home = crate::read_parts(folder.0.path(), no_tenants, now());
    assert!(home.broken.is_empty() && !home.problems.is_empty());
    fs::remove_dir_all(folder.0.path().join("config-profiles/sharepoint")).unwrap();
    assert_eq!(crate::sharepoint_keys(folder.0.path()), []);

    folder
        .write(A_PEM, pem)
        .write(file, SHAREPOINT.replace("site_id", "site"));
    let expected = [
        format!("error: {file}: thumbprint: \"PRINT\" is neither a SHA-1 nor a SHA-256"),
        format!("error: {file}: sharepoint_infos.site_id: is missing"),
        format!("warning: {file}: sharepoint_infos.site: is not a field of this profile"),
    ];
    assert_eq!(folder.said(), expected);
    assert!(folder.read().sharepoint.is_empty());
    assert_eq!(folder.read().tenants.len(), 1);
}

/// What the operators' page shows must be what is read.
#[test]
fn the_profiles_of_the_documentation_have_no_problems() {
    let page = include_str!("../../../docs/home.md");
    let examples: Vec<&str> = page.split("```json\n").skip(1).collect();
    let [tenant, sharepoint] = examples[..] else {
        panic!("{} examples", examples.len());
    };
    let json = |text: &str| text.split("```").next().unwrap().as_bytes().to_vec();
    let (fields, findings) = crate::parse_tenant_profile(&json(tenant));
    assert_eq!(
        (fields.name.as_deref(), findings),
        (Some("ISE School"), vec![])
    );
    let (fields, findings) = crate::parse_sharepoint_profile(&json(sharepoint));
    assert_eq!((fields.lists.is_some(), findings), (true, vec![]));
}

const SIGN_IN: &str = r#"{
  "tenant_id": "0f8fad5b-d9cb-469f-a165-70867728950e",
  "client_id": "7c9e6679-7425-40de-944b-e07fc1f90ae7",
  "cert_path": "certs/a/mycert_a.pem",
  "thumbprint": "%"
}"#;

#[test]
fn the_profile_for_sign_in_is_read_and_there_is_one() {
    let folder = Folder::new();
    let thumbprint = folder.read().tenants[0].certificate.thumbprint_sha1.clone();
    let profile = SIGN_IN.replace('%', &thumbprint);
    let file = "config-profiles/auth/auth-config-company-profile.json";
    folder.write(file, &profile);
    let home = folder.read();
    assert_eq!(said(&home), [""; 0]);
    let sign_in = home.sign_in.unwrap();
    assert!(matches!(
        &sign_in.credential,
        SignInCredential::Certificate(found) if found.thumbprint_sha1 == thumbprint
    ));
    let alone = crate::read_sign_in(folder.0.path(), now());
    assert!(alone.sign_in.is_some() && alone.tenants.is_empty());

    folder.write("config-profiles/auth/notes.txt", "x");
    folder.write("config-profiles/auth/second.json", "{}");
    let several = "holds several profiles: config-profiles/auth/auth-config-company-profile.json, \
                   config-profiles/auth/second.json";
    assert_eq!(
        folder.said(),
        [
            "warning: config-profiles/auth/notes.txt: is not read, because its name is not that \
             of a profile"
                .to_owned(),
            format!("error: config-profiles/auth: {several}"),
        ]
    );
    assert!(folder.read().sign_in.is_none());
}

#[test]
fn a_secret_for_sign_in_is_the_first_line_of_its_file() {
    let folder = Folder::new();
    let profile = SIGN_IN
        .replace("cert_path", "client_secret_file")
        .replace("certs/a/mycert_a.pem", "certs/sign-in/secret")
        .replace(",\n  \"thumbprint\": \"%\"", "");
    let file = "config-profiles/auth/auth.json";
    folder.write(file, &profile);
    let missing = "there is no certs/sign-in/secret: certs holds a";
    assert_eq!(
        folder.said(),
        [format!("error: {file}: client_secret_file: {missing}")]
    );
    folder.write("certs/sign-in/secret", "\nhush");
    let none = "error: certs/sign-in/secret: holds no secret on its first line";
    assert_eq!(folder.said(), [none]);
    folder.write("certs/sign-in/secret", "hush\n");
    let home = folder.read();
    assert_eq!(said(&home), [""; 0]);
    assert!(matches!(
        home.sign_in.unwrap().credential,
        SignInCredential::Secret(secret) if secret.expose() == "hush"
    ));
}
