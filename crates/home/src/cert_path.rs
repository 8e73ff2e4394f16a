//! Finds the file that a profile names as its certificate, inside the home folder and nowhere else.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::certificate;
use crate::files;
use crate::finding::{Finding, excerpt};
use crate::guess::farness;

/// The folder whose changes are noticed while the program runs.
pub(crate) const CERTS: &str = "certs";

/// How many names of a folder a message repeats.
const NEAR: usize = 5;

/// The path relative to home. What lies outside is refused, as it would lie elsewhere, or not at
/// all, in a container.
pub(crate) fn relative(home: &Path, text: &str) -> Result<PathBuf, Finding> {
    let slashed = text.replace('\\', "/");
    let shown = excerpt(text);
    if text.contains(char::is_control) {
        let message = format!("{shown} holds a control character");
        return Err(Finding::error(message, "write / (or \\\\) in place of \\"));
    }
    let has_drive = slashed.as_bytes().get(1) == Some(&b':');
    if slashed.starts_with('/') || has_drive {
        let inside = Path::new(&slashed).strip_prefix(home);
        let advice = inside.map_or_else(
            |_| "copy the file into the home folder and write the path from there".to_owned(),
            |inside| format!("write \"{}\"", inside.display()),
        );
        let message = format!("{shown} is not relative to the home folder");
        return Err(Finding::error(message, advice));
    }
    let parts = slashed
        .split('/')
        .filter(|part| !part.is_empty() && *part != ".");
    let parts: Vec<&str> = parts.collect();
    if parts.contains(&"..") {
        let message = format!("{shown} leads out of its folder with ..");
        let advice = "write the path from the home folder, such as certs/<key>/mycert_<key>.pem";
        return Err(Finding::error(message, advice));
    }
    Ok(parts.iter().collect())
}

/// What is worth a word about where a file that holds `what` lies, and who may read it.
pub(crate) fn remarks(home: &Path, relative: &Path, what: &str) -> Vec<Finding> {
    let mut remarks = Vec::new();
    if !relative.starts_with(CERTS) {
        remarks.push(Finding::warning(
            "lies outside certs/, where a change is noticed only by a restart",
            "move it to certs/<key>/ and write that path into cert_path",
        ));
    }
    remarks.extend(too_open(&home.join(relative), what));
    remarks
}

/// The group may read (Kubernetes' `fsGroup` needs it), everybody may not.
#[cfg(unix)]
fn too_open(path: &Path, what: &str) -> Option<Finding> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = fs::metadata(path).ok()?.permissions().mode() & 0o777;
    let message = if mode & 0o007 != 0 {
        format!("holds {what}, and everybody on this machine may use it (mode {mode:04o})")
    } else if mode & 0o020 != 0 {
        format!("holds {what}, and its group may change it (mode {mode:04o})")
    } else {
        return None;
    };
    let advice = "`chmod 600` it; in Kubernetes set `defaultMode: 0440` on the volume and \
                  `fsGroup` on the pod";
    Some(Finding::warning(message, advice))
}

#[cfg(not(unix))]
fn too_open(_: &Path, _: &str) -> Option<Finding> {
    None
}

/// The file's content.
pub(crate) fn content(home: &Path, relative: &Path) -> Result<Zeroizing<Vec<u8>>, Finding> {
    files::content(&home.join(relative), certificate::LIMIT).map_err(|error| {
        let name = relative.display();
        if error.kind() == ErrorKind::NotFound {
            let advice = "correct the path, or put the file there";
            let message = format!("there is no {name}: {}", instead(home, relative));
            return Finding::error(message, advice);
        }
        let finding = files::unreadable(&error);
        Finding {
            message: format!("{name} {}", finding.message),
            ..finding
        }
    })
}

/// What there is in the nearest folder on the way to a file that is not there.
fn instead(home: &Path, relative: &Path) -> String {
    let mut wanted = relative;
    while let Some(folder) = wanted.parent() {
        let shown = match folder.as_os_str().is_empty() {
            true => "the home folder".to_owned(),
            false => folder.display().to_string(),
        };
        if let Ok(names) = files::names(&home.join(folder)) {
            let name = wanted.file_name().unwrap_or_default().to_string_lossy();
            return format!(
                "{shown} holds {}",
                nearest(&name, names.into_iter().collect())
            );
        }
        wanted = folder;
    }
    "the home folder cannot be read".to_owned()
}

fn nearest(wanted: &str, mut names: Vec<String>) -> String {
    if names.is_empty() {
        return "nothing".to_owned();
    }
    names.sort_by_cached_key(|name| farness(name, wanted));
    let more = names.len().saturating_sub(NEAR);
    names.truncate(NEAR);
    let listed = names.join(", ");
    if more == 0 {
        listed
    } else {
        format!("{listed} and {more} more")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_paths_inside_home_are_taken() {
        let home = Path::new("/app");
        let fine = |text: &str| {
            assert_eq!(
                relative(home, text).unwrap(),
                Path::new("certs/a/b.pem"),
                "{text}"
            );
        };
        fine("certs/a/b.pem");
        fine("./certs//a/b.pem");
        fine("certs\\a\\b.pem");
        fine("certs\\a/b.pem");
        let refused = |text: &str, advice: &str| {
            assert_eq!(relative(home, text).unwrap_err().advice, advice, "{text}");
        };
        let outside = "copy the file into the home folder and write the path from there";
        refused("/app/certs/a/b.pem", "write \"certs/a/b.pem\"");
        refused("/etc/ssl/b.pem", outside);
        refused("\\\\server\\share\\b.pem", outside);
        refused("C:\\certs\\b.pem", outside);
        let inside = "write the path from the home folder, such as certs/<key>/mycert_<key>.pem";
        refused("../b.pem", inside);
        refused("certs/../../b.pem", inside);
        refused("certs\\..\\b.pem", inside);
        refused("certs\test.pem", "write / (or \\\\) in place of \\");
    }

    #[test]
    fn what_is_there_instead_is_said() {
        let home = tempfile::tempdir().unwrap();
        let said = |path: &str| content(home.path(), Path::new(path)).unwrap_err().message;
        assert_eq!(
            said("b.pem"),
            "there is no b.pem: the home folder holds nothing"
        );
        fs::create_dir_all(home.path().join("certs/ise")).unwrap();
        assert_eq!(
            said("certs/iseschool/my.pem"),
            "there is no certs/iseschool/my.pem: certs holds ise"
        );
        for name in ["5", "4", "3", "2", "1", "mycert-ise.pem", ".hidden"] {
            fs::write(home.path().join("certs/ise").join(name), "").unwrap();
        }
        assert_eq!(
            said("certs/ise/mycert_ise.pem"),
            "there is no certs/ise/mycert_ise.pem: certs/ise holds mycert-ise.pem, 1, 2, 3, 4 and \
             1 more"
        );
        assert_eq!(said("certs/ise"), "certs/ise is a folder, not a file");
    }

    proptest! {
        #[test]
        fn no_text_leads_out_of_home(text in "[./\\\\a:]{0,12}|.{0,20}") {
            if let Ok(path) = relative(Path::new("/app"), &text) {
                let plain = |part| matches!(part, std::path::Component::Normal(_));
                prop_assert!(path.components().all(plain), "{path:?}");
            }
        }
    }
}
