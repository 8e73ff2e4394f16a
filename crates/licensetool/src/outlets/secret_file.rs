//! Reads files that hold secrets, and notices when everybody may read them.

use std::io::{ErrorKind, Read as _};
use std::path::Path;

use pipeline::tell::Secret;
use zeroize::Zeroizing;

/// Longest file that is read, in bytes: a few secrets have some hundred.
const LIMIT: u64 = 64 * 1024;

/// The text of a file, with the way out if there is none.
pub(crate) fn text(file: &Path) -> Result<Zeroizing<String>, String> {
    let name = file.display();
    let failed = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound => {
            format!("there is no file {name}: put it there, or correct the path")
        }
        ErrorKind::PermissionDenied => {
            format!("{name} may not be read: give this user the right to read it")
        }
        ErrorKind::IsADirectory => format!("{name} is a folder: name a file in it"),
        ErrorKind::InvalidData => format!("{name} is no text: write it as UTF-8"),
        _ => format!("{name} cannot be read: {error}"),
    };
    // Opening a pipe would wait for its writer.
    let metadata = std::fs::metadata(file).map_err(failed)?;
    if !metadata.is_file() {
        return Err(failed(ErrorKind::IsADirectory.into()));
    }
    let opened = std::fs::File::open(file).map_err(failed)?;
    // Room for all of it at once: a buffer that grows leaves copies behind.
    let room = usize::try_from(metadata.len().min(LIMIT)).unwrap_or_default() + 2;
    let mut text = Zeroizing::new(String::with_capacity(room));
    opened
        .take(LIMIT + 1)
        .read_to_string(&mut text)
        .map_err(failed)?;
    if text.len() as u64 > LIMIT {
        return Err(format!(
            "{name} is too long for a secret: name the right file"
        ));
    }
    Ok(text)
}

/// The first line, which is all that a file with one secret should have.
pub(super) fn first_line(file: &Path) -> Result<Secret, String> {
    let text = text(file)?;
    match text.lines().next().filter(|line| !line.trim().is_empty()) {
        Some(line) => Ok(Secret::new(line)),
        None => Err(format!(
            "{} is empty: write the secret on its first line",
            file.display()
        )),
    }
}

/// A secret a line. Empty lines and those that begin with `#` are left out.
pub(super) fn lines(file: &Path) -> Result<Vec<Secret>, String> {
    let text = text(file)?;
    let lines = text.lines().map(str::trim);
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    let secrets: Vec<Secret> = lines.map(Secret::new).collect();
    if secrets.is_empty() {
        return Err(format!(
            "{} holds no secret: write one on its first line",
            file.display()
        ));
    }
    Ok(secrets)
}

/// What is wrong with the rights to a file that holds a secret.
#[cfg(unix)]
pub(crate) fn too_open(file: &Path) -> Option<String> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(file).ok()?.permissions().mode() & 0o777;
    // The group may read: Kubernetes' fsGroup needs it.
    (mode & 0o007 != 0).then(|| {
        format!(
            "{} holds a secret, and everybody on this machine may use it (mode {mode:04o}): \
             `chmod 600` it; in Kubernetes set `defaultMode: 0440` on the volume",
            file.display()
        )
    })
}

#[cfg(not(unix))]
pub(crate) fn too_open(_: &Path) -> Option<String> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_read_and_what_is_none_is_said_with_the_way_out() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret");
        let said = |content: &str| {
            std::fs::write(&file, content).unwrap();
            (
                first_line(&file).is_ok(),
                lines(&file).map(|lines| lines.len()),
            )
        };
        let empty = Err(format!(
            "{} holds no secret: write one on its first line",
            file.display()
        ));
        assert_eq!(said("one\n"), (true, Ok(1)));
        assert_eq!(said("# of May\none\r\n\n two"), (true, Ok(2)));
        assert_eq!(said("\n"), (false, empty.clone()));
        assert_eq!(said(""), (false, empty));
        std::fs::write(&file, b"\xff").unwrap();
        assert!(first_line(&file).unwrap_err().contains("is no text"));
        std::fs::write(&file, "x".repeat(70_000)).unwrap();
        assert!(first_line(&file).unwrap_err().contains("too long"));
        assert!(lines(folder.path()).unwrap_err().contains("is a folder"));
        let missing = folder.path().join("none");
        assert!(lines(&missing).unwrap_err().starts_with("there is no file"));
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_everybody_may_read_is_noticed() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret");
        std::fs::write(&file, "x").unwrap();
        let check = |mode: u32, open: bool| {
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(too_open(&file).is_some(), open, "{mode:o}");
        };
        check(0o600, false);
        check(0o640, false);
        check(0o644, true);
        check(0o606, true);
    }
}
