//! What is on the disk after each thing that can happen.

use super::*;

fn key() -> TenantKey {
    TenantKey::parse("a").unwrap()
}

fn always() -> io::Result<()> {
    Ok(())
}

#[test]
fn a_file_is_never_put_in_the_place_of_another() {
    let home = tempfile::tempdir().unwrap();
    let (key, file) = (key(), Path::new("certs/a/x"));
    let mut gate = always;
    let mut disk = Disk::claim(home.path(), &key, Path::new("certs/a"), &mut gate).unwrap();
    disk.place(file, b"one", Access::Owner).unwrap();
    let refused = disk.place(file, b"two", Access::Owner).unwrap_err();
    assert!(
        refused.to_string().contains("never overwritten"),
        "{refused}"
    );
    assert_eq!(fs::read(home.path().join(file)).unwrap(), b"one");
    disk.replace(file, b"three").unwrap();
    assert_eq!(fs::read(home.path().join(file)).unwrap(), b"three");
    let names = fs::read_dir(home.path().join("certs/a")).unwrap();
    assert_eq!(names.count(), 1, "nothing is left under a hidden name");
}

#[test]
fn what_a_killed_run_left_under_a_hidden_name_goes_with_the_next() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("certs/a");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(".new-x-123456"), "half a key").unwrap();
    fs::write(folder.join(".new-xy-123456"), "of another file").unwrap();
    let (key, mut gate) = (key(), always);
    let mut disk = Disk::claim(home.path(), &key, Path::new("certs/a"), &mut gate).unwrap();
    disk.place(Path::new("certs/a/x"), b"one", Access::Owner)
        .unwrap();
    assert!(!folder.join(".new-x-123456").exists());
    assert!(folder.join(".new-xy-123456").exists());
}

#[cfg(unix)]
#[test]
fn rights_are_those_asked_for_and_stay() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = tempfile::tempdir().unwrap();
    let (key, mut gate) = (key(), always);
    let mut disk = Disk::claim(home.path(), &key, Path::new("certs/a"), &mut gate).unwrap();
    let mode = |file: &str| {
        let metadata = fs::metadata(home.path().join(file)).unwrap();
        metadata.permissions().mode() & 0o777
    };
    disk.place(Path::new("certs/a/key"), b"", Access::Owner)
        .unwrap();
    assert_eq!(mode("certs/a/key"), 0o600);
    disk.place(Path::new("certs/a/crt"), b"", Access::Everybody)
        .unwrap();
    assert_eq!(mode("certs/a/crt") & 0o700, 0o600);
    let group = fs::Permissions::from_mode(0o640);
    fs::set_permissions(home.path().join("certs/a/crt"), group).unwrap();
    disk.replace(Path::new("certs/a/crt"), b"new").unwrap();
    assert_eq!(mode("certs/a/crt"), 0o640);
}

#[cfg(unix)]
#[test]
fn two_runs_do_not_write_at_the_same_time() {
    let home = tempfile::tempdir().unwrap();
    let (key, folder) = (key(), Path::new("certs/a"));
    let (mut one, mut two) = (always, always);
    let first = Disk::claim(home.path(), &key, folder, &mut one).unwrap();
    let refused = Disk::claim(home.path(), &key, folder, &mut two)
        .err()
        .unwrap();
    assert!(refused.to_string().contains("by another run"), "{refused}");
    drop(first);
    assert!(Disk::claim(home.path(), &key, folder, &mut two).is_ok());
}

/// Kubernetes keeps a mounted secret behind `..data`.
#[test]
fn a_mount_takes_nothing() {
    let home = tempfile::tempdir().unwrap();
    fs::create_dir_all(home.path().join("certs/a/..data")).unwrap();
    let (key, mut gate) = (key(), always);
    let refused = Disk::claim(home.path(), &key, Path::new("certs/a"), &mut gate).err();
    assert!(matches!(refused, Some(WriteError::ReadOnly { .. })));
}
