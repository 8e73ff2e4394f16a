//! A home folder for a test, written file by file.

use std::fs;

use tempfile::TempDir;

use crate::specimen::{now, pem_file};
use crate::{Home, Problem, Severity, parse_pem, read};

/// A home folder in which `a` is sound.
pub(super) struct Folder(pub(super) TempDir);

impl Folder {
    pub(super) fn new() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        folder.tenant("a", 1);
        folder
    }

    pub(super) fn write(&self, file: &str, text: impl AsRef<[u8]>) -> &Self {
        let path = self.0.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        }
        self
    }

    /// A sound profile and its certificate; `id` is the end of its tenant's id.
    pub(super) fn tenant(&self, key: &str, id: u32) -> &Self {
        let pem = pem_file();
        let thumbprint = parse_pem(pem.as_bytes()).unwrap().thumbprint_sha1;
        self.write(&format!("certs/{key}/mycert_{key}.pem"), pem);
        self.profile(
            key,
            &format!("0f8fad5b-d9cb-469f-a165-{id:012}"),
            &thumbprint,
        )
    }

    pub(super) fn profile(&self, key: &str, tenant_id: &str, thumbprint: &str) -> &Self {
        let file = format!("config-profiles/tenants/config-{key}-profile.json");
        self.write(&file, profile(key, tenant_id, thumbprint))
    }

    pub(super) fn read(&self) -> Home {
        read(self.0.path(), now())
    }

    /// The problems, without advice.
    pub(super) fn said(&self) -> Vec<String> {
        said(&self.read())
    }
}

pub(super) fn profile(key: &str, tenant_id: &str, thumbprint: &str) -> String {
    format!(
        r#"{{
  "tenant_id": "{tenant_id}",
  "tenant_name": "School {key}",
  "client_id": "7c9e6679-7425-40de-944b-e07fc1f90ae7",
  "thumbprint": "{thumbprint}",
  "cert_path": "certs/{key}/mycert_{key}.pem",
  "expires": "2027-11-23"
}}"#
    )
}

pub(super) fn said(home: &Home) -> Vec<String> {
    let line = |problem: &Problem| {
        let field = problem
            .field
            .as_ref()
            .map_or_else(String::new, |field| format!("{field}: "));
        let word = match problem.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        assert!(!problem.advice.is_empty());
        format!(
            "{word}: {}: {field}{}",
            problem.file.display(),
            problem.message
        )
    };
    home.problems.iter().map(line).collect()
}
