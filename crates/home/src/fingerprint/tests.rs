//! Every way in which a profile or certificate comes to be another, and what is no change.

use super::*;
use tempfile::TempDir;

const PROFILE: &str = "config-profiles/tenants/config-a-profile.json";
const PEM: &str = "certs/a/mycert_a.pem";

fn home() -> TempDir {
    let home = tempfile::tempdir().unwrap();
    for file in [PROFILE, PEM] {
        write(home.path(), file, "first");
    }
    home
}

fn write(home: &Path, file: &str, text: &str) {
    let path = home.join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

#[track_caller]
fn check(changes: bool, act: impl FnOnce(&Path)) {
    let home = home();
    let before = fingerprint(home.path());
    act(home.path());
    assert_eq!(fingerprint(home.path()) != before, changes);
}

#[test]
fn a_changed_profile_or_certificate_is_noticed() {
    check(true, |home| write(home, PROFILE, "longer than before"));
    check(true, |home| write(home, PEM, "longer than before"));
    check(true, |home| fs::remove_file(home.join(PROFILE)).unwrap());
    check(true, |home| fs::remove_dir_all(home.join("certs")).unwrap());
    check(true, |home| fs::remove_dir_all(home).unwrap());
    check(true, |home| {
        write(home, "config-profiles/tenants/config-b-profile.json", "");
    });
    check(true, |home| write(home, "certs/b/mycert_b.pem", ""));
    check(true, |home| {
        write(home, "certs/infos/cert-a-info.json", "{}");
    });
    check(true, |home| {
        fs::rename(home.join(PEM), home.join("certs/a/other.pem")).unwrap();
    });
}

#[test]
fn what_is_no_profile_or_certificate_changes_nothing() {
    check(false, |_| {});
    check(false, |home| drop(fs::read(home.join(PEM)).unwrap()));
    check(false, |home| write(home, "licensetool.db", "rows"));
    check(false, |home| {
        write(home, "certs/a/.mycert_a.pem.swp", "an editor's");
    });
}

#[cfg(unix)]
#[test]
fn a_file_replaced_by_one_of_the_same_size_and_time_is_noticed() {
    check(true, |home| {
        let time = fs::metadata(home.join(PEM)).unwrap().modified().unwrap();
        write(home, "new", "other");
        let new = fs::File::options()
            .write(true)
            .open(home.join("new"))
            .unwrap();
        new.set_modified(time).unwrap();
        fs::rename(home.join("new"), home.join(PEM)).unwrap();
    });
}

#[test]
fn a_missing_home_has_a_fingerprint_too() {
    let home = tempfile::tempdir().unwrap();
    let missing = home.path().join("missing");
    let before = fingerprint(&missing);
    assert_eq!(before, fingerprint(&missing));
    fs::create_dir_all(missing.join("certs")).unwrap();
    assert_ne!(before, fingerprint(&missing));
}

/// Kubernetes mounts a secret as `file → ..data/file` and `..data → ..2026_x`, and changes it by
/// pointing `..data` to a new folder.
#[cfg(unix)]
#[test]
fn a_swapped_mount_is_noticed_and_a_mount_that_stays_is_not() {
    use std::os::unix::fs::symlink;
    let home = tempfile::tempdir().unwrap();
    let mount = home.path().join("certs/a");
    write(&mount, "..first/mycert_a.pem", "same");
    symlink("..first", mount.join("..data")).unwrap();
    symlink("..data/mycert_a.pem", mount.join("mycert_a.pem")).unwrap();
    let first = fingerprint(home.path());
    write(&mount, "..second/mycert_a.pem", "same");
    assert_eq!(fingerprint(home.path()), first);

    symlink("..second", mount.join("..data_tmp")).unwrap();
    fs::rename(mount.join("..data_tmp"), mount.join("..data")).unwrap();
    assert_ne!(fingerprint(home.path()), first);
    assert_eq!(fingerprint(home.path()), fingerprint(home.path()));
}
