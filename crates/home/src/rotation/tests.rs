//! Certificates that wait, take over, are given up and are cleared away.

use std::fs;
use std::io;

use rcgen::KeyPair;
use tempfile::TempDir;

use super::taking_over::{activate, stage};
use super::*;
use crate::Severity;
use crate::disk::Gate;
use crate::specimen::{KEY, OTHER_KEY, certificate, now, pem_file, pkcs8};
use crate::tests::interrupted::{Stop, at_every_step, tree};
use crate::{Home, read as read_home};

const PROFILE: &str = "config-profiles/tenants/config-a-profile.json";
const INFO: &str = "certs/infos/cert-a-info.json";
const PEM: &str = "certs/a/mycert_a.pem";
const NEXT: &str = "certs/a/mycert_a.next.pem";

fn a() -> TenantKey {
    TenantKey::parse("a").unwrap()
}

/// Any key will do where none is looked at.
fn some_key() -> KeyPair {
    KeyPair::try_from(OTHER_KEY.serialized_der().to_vec()).unwrap()
}

/// A sound tenant `a` that some person wrote, with notes.
fn home() -> TempDir {
    let home = tempfile::tempdir().unwrap();
    let write = |file: &str, text: &str| {
        let path = home.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        }
    };
    let pem = pem_file();
    let is = parse_pem(pem.as_bytes()).unwrap();
    write(PEM, &pem);
    write(
        PROFILE,
        &format!(
            "{{\"_note\": 1, \"tenant_id\": \"0f8fad5b-d9cb-469f-a165-000000000001\", \
             \"tenant_name\": \"A\", \"client_id\": \"7c9e6679-7425-40de-944b-e07fc1f90ae7\", \
             \"thumbprint\": \"{}\", \"cert_path\": \"{PEM}\", \"expires\": \"23.11.2027\"}}",
            is.thumbprint_sha256
        ),
    );
    write(
        INFO,
        &format!(
            "{{\"thumbprint\": \"{}\", \"by\": \"me\"}}",
            is.thumbprint_sha1
        ),
    );
    home
}

fn staged_in(home: &TempDir) -> StagedCertificate {
    stage(home.path(), &a(), now(), &some_key, &mut || Ok(())).unwrap()
}

/// As if Entra had accepted what waits.
fn take_over(dir: &Path) -> Rotation {
    activate_certificate(dir, &a(), &waiting(dir), now()).unwrap()
}

/// The thumbprint of what waits.
fn waiting(dir: &Path) -> String {
    let staged = rotation(dir, &a()).unwrap().staged.unwrap();
    staged.certificate.thumbprint_sha256
}

fn in_use(home: &Home) -> &str {
    assert_eq!(home.tenants.len(), 1, "{:?}", home.problems);
    &home.tenants[0].certificate.subject
}

fn said(home: &Home) -> Vec<String> {
    home.problems.iter().map(ToString::to_string).collect()
}

#[test]
fn a_certificate_waits_takes_over_and_the_old_one_stays() {
    let home = home();
    let dir = home.path();
    let staged = staged_in(&home);
    assert_eq!(staged.file, Path::new(NEXT));
    assert!(dir.join(&staged.upload).exists());
    assert_eq!(staged.certificate.subject, "CN=licensetool a");
    let before = read_home(dir, now());
    assert_eq!((in_use(&before), said(&before)), ("CN=licensetool", vec![]));
    let again = staged_in(&home);
    assert_eq!(
        again.certificate.der, staged.certificate.der,
        "one waits already"
    );

    let after = take_over(dir);
    assert!(after.staged.is_none() && !dir.join(NEXT).exists());
    let name = after.in_use.to_str().unwrap();
    let start = staged.certificate.thumbprint_sha1[..8].to_lowercase();
    assert_eq!(
        name,
        format!("certs/a/mycert_a.2027-11-24.{start}.pem").replace("-24", "-23")
    );
    let home_after = read_home(dir, now());
    assert_eq!(
        (in_use(&home_after), said(&home_after)),
        ("CN=licensetool a", vec![])
    );
    let profile = fs::read_to_string(dir.join(PROFILE)).unwrap();
    assert!(profile.contains("\"_note\": 1"), "{profile}");
    assert!(
        fs::read_to_string(dir.join(INFO))
            .unwrap()
            .contains("\"by\": \"me\"")
    );

    assert_eq!(
        retired_certificates(dir, &a()).unwrap(),
        [PathBuf::from(PEM)]
    );
    assert_eq!(remove_retired(dir, &a()).unwrap(), [PathBuf::from(PEM)]);
    assert_eq!(said(&read_home(dir, now())), [""; 0]);
    assert!(remove_retired(dir, &a()).unwrap().is_empty());
}

/// At whatever step it ends: the profile is sound, and names the old or the new one.
#[test]
fn there_is_no_moment_without_a_certificate() {
    let write = |gate: Gate<'_>| {
        let home = home();
        let accepted = staged_in(&home).certificate.thumbprint_sha256;
        let done = activate(home.path(), &a(), &accepted, now(), gate);
        (done.is_ok(), home)
    };
    at_every_step(write, |stop, at, home| {
        let dir = home.path();
        let found = read_home(dir, now());
        let errors = found
            .problems
            .iter()
            .filter(|it| it.severity == Severity::Error);
        assert_eq!(errors.count(), 0, "{stop:?} at {at}: {:?}", found.problems);
        if in_use(&found) == "CN=licensetool" {
            take_over(dir);
        } else {
            assert!(
                rotation(dir, &a()).unwrap().staged.is_none(),
                "it is in use already"
            );
        }
        assert_eq!(in_use(&read_home(dir, now())), "CN=licensetool a");
        assert_ne!(
            retired_certificates(dir, &a()).unwrap(),
            [""; 0].map(PathBuf::from)
        );
    });
}

#[test]
fn an_interrupted_staging_leaves_nothing_or_is_finished_by_the_next() {
    let write = |gate: Gate<'_>| {
        let home = home();
        let before = tree(home.path());
        let done = stage(home.path(), &a(), now(), &some_key, gate);
        (done.is_ok(), (home, before))
    };
    at_every_step(write, |stop, at, (home, before)| {
        if stop == Stop::Failure {
            assert_eq!(tree(home.path()), before, "at {at}");
        }
        let staged = staged_in(&home);
        assert!(home.path().join(staged.upload).exists(), "at {at}");
        assert_eq!(said(&read_home(home.path(), now())), [""; 0]);
    });
}

#[test]
fn what_waits_can_be_given_up() {
    let home = home();
    let before = tree(home.path());
    assert!(abandon_certificate(home.path(), &a()).unwrap().is_empty());
    staged_in(&home);
    assert_eq!(abandon_certificate(home.path(), &a()).unwrap().len(), 2);
    assert_eq!(tree(home.path()), before);
}

/// Just before the profile names it, a new certificate looks like one that nothing needs.
#[test]
fn what_takes_over_meanwhile_is_not_cleared_away() {
    let home = home();
    let dir = home.path();
    let accepted = staged_in(&home).certificate.thumbprint_sha256;
    let mut gate = || match retired_certificates(dir, &a()).unwrap().len() {
        0 | 1 => Ok(()),
        _ => Err(io::Error::other("interrupted")),
    };
    assert!(activate(dir, &a(), &accepted, now(), &mut gate).is_err());
    let mut looks = 0;
    let removed = remove_all(dir, &a(), || {
        let retired = retired_certificates(dir, &a())?;
        looks += 1;
        if looks == 1 {
            assert_eq!(retired.len(), 2, "key and certificate: {retired:?}");
            take_over(dir);
        }
        Ok(retired)
    });
    assert_eq!(removed.unwrap(), [PathBuf::from(PEM)]);
    assert_eq!(in_use(&read_home(dir, now())), "CN=licensetool a");
}

#[test]
fn what_cannot_take_over_does_not() {
    let home = home();
    let check = |accepted: &str, expected: &str| {
        let before = tree(home.path());
        let refused = activate_certificate(home.path(), &a(), accepted, now())
            .unwrap_err()
            .to_string();
        assert!(refused.contains(expected), "{refused}");
        assert_eq!(tree(home.path()), before);
    };
    check("", "no certificate waits");
    let accepted = staged_in(&home).certificate.thumbprint_sha256;
    // While Entra was asked, somebody gave it up and began anew.
    let another = format!("{}{}", pkcs8(&KEY), certificate(&KEY, "new", 365).pem());
    fs::write(home.path().join(NEXT), another).unwrap();
    check(&accepted, "another certificate than the one that Entra");
    let ended = format!(
        "{}{}",
        pkcs8(&OTHER_KEY),
        certificate(&OTHER_KEY, "old", -1).pem()
    );
    fs::write(home.path().join(NEXT), ended).unwrap();
    check(&waiting(home.path()), "has ended on");
    let b = TenantKey::parse("b").unwrap();
    let unknown = rotation(home.path(), &b).unwrap_err();
    assert!(matches!(unknown, WriteError::NoTenant(_)));
    assert!(stage_certificate(home.path(), &b, now()).is_err());
    assert!(!home.path().join("certs/b").exists());
}

/// An ended certificate is the best reason for a new one.
#[test]
fn an_ended_certificate_is_replaced() {
    let home = home();
    let accepted = staged_in(&home).certificate.thumbprint_sha256;
    let later = now() + jiff::SignedDuration::from_hours(364 * 24 + 23);
    let at_night = later + jiff::SignedDuration::from_mins(59);
    assert!(activate_certificate(home.path(), &a(), &accepted, at_night).is_ok());
}

#[test]
fn a_certificate_that_another_profile_names_is_not_cleared_away() {
    let home = home();
    staged_in(&home);
    take_over(home.path());
    let other = home
        .path()
        .join("config-profiles/sharepoint/sp-config-x-profile.json");
    fs::create_dir_all(other.parent().unwrap()).unwrap();
    fs::write(other, format!("{{\"cert_path\": \"{PEM}\"}}")).unwrap();
    assert!(retired_certificates(home.path(), &a()).unwrap().is_empty());
}
