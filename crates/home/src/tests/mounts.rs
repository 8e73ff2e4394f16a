//! Home folders as operating systems make them: rights and links.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use super::folder::{Folder, said};
use super::{A, A_PEM};

#[test]
fn a_key_that_everybody_may_read_is_warned_of() {
    let folder = Folder::new();
    let check = |mode: u32, expected: &[&str]| {
        let path = folder.0.path().join(A_PEM);
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        let prefix = format!("warning: {A_PEM}: holds a private key, and ");
        let expected: Vec<String> = expected
            .iter()
            .map(|said| format!("{prefix}{said}"))
            .collect();
        assert_eq!(folder.said(), expected);
    };
    check(0o400, &[]);
    check(0o440, &[]);
    check(0o640, &[]);
    check(0o644, &["everybody on this machine may use it (mode 0644)"]);
    check(0o604, &["everybody on this machine may use it (mode 0604)"]);
    check(0o660, &["its group may change it (mode 0660)"]);
}

/// Profiles and certificate as Kubernetes mounts secrets: names are links into a hidden folder.
#[test]
fn a_mounted_home_is_read() {
    let folder = Folder::new();
    for file in [A, A_PEM] {
        let path = folder.0.path().join(file);
        let (mount, name) = (path.parent().unwrap(), path.file_name().unwrap());
        fs::create_dir(mount.join("..2026_11_23")).unwrap();
        fs::rename(&path, mount.join("..2026_11_23").join(name)).unwrap();
        symlink("..2026_11_23", mount.join("..data")).unwrap();
        symlink(Path::new("..data").join(name), &path).unwrap();
    }
    let home = folder.read();
    assert_eq!(said(&home), [""; 0]);
    assert_eq!(home.tenants.len(), 1);
}
