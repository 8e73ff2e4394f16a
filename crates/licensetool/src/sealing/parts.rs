//! Which secret goes into which folder of the repository.

use std::path::{Path, PathBuf};

use seal::Secret;

use super::restart::{self, Restart};
use super::{Wish, names};

/// A folder that is written, and all that belongs there.
pub(super) struct Part {
    pub(super) dir: PathBuf,
    /// Whether the certificates of profiles are mounted from here.
    pub(super) has_mounts: bool,
    /// Who is replaced when it changes.
    pub(super) restart: Option<Restart>,
    pub(super) secrets: Vec<Secret>,
}

impl Wish {
    /// What goes where: by default the database's secret lies with the database, and Argo CD's with
    /// the cluster's applications.
    pub(super) fn parts(
        &self,
        top: &Path,
        secrets: Vec<Secret>,
        remarks: &mut Vec<String>,
    ) -> Vec<Part> {
        let program = |dir, secrets| Part {
            dir,
            has_mounts: true,
            restart: Some(restart::PROGRAM),
            secrets,
        };
        if let Some(dir) = &self.out {
            return vec![program(dir.clone(), secrets)];
        }
        let database = self.overlay_of(top, "database");
        let cluster = top.join(format!("infra/k8s/clusters/{}", self.overlay));
        let elsewhere = [
            Elsewhere {
                secret: names::DATABASE,
                source: names::DATABASE_FOLDER,
                dir: database.join("secrets"),
                needs: database,
                why_not: "because this overlay's database is somebody else's",
                restart: Some(restart::DATABASE),
            },
            Elsewhere {
                secret: names::REPOSITORY.0,
                source: names::REPOSITORY.1,
                dir: cluster.join("secrets"),
                needs: cluster.join("applications"),
                why_not: "because Argo CD does not run this overlay",
                restart: None,
            },
        ];
        let mut ours = secrets;
        let mut parts = Vec::new();
        for it in elsewhere {
            let is_its = |secret: &Secret| secret.place.name == it.secret;
            let (its, others): (Vec<_>, Vec<_>) = ours.into_iter().partition(is_its);
            ours = others;
            if it.needs.is_dir() && (!its.is_empty() || it.dir.exists()) {
                parts.push(Part {
                    dir: it.dir,
                    has_mounts: false,
                    restart: it.restart,
                    secrets: its,
                });
            } else if !its.is_empty() {
                remarks.push(format!(
                    "{}/ is left out: there is no {}, {}; take the folder out of this home folder",
                    it.source,
                    it.needs.display(),
                    it.why_not
                ));
            }
        }
        let dir = self.overlay_of(top, "licensetool").join("secrets");
        parts.insert(0, program(dir, ours));
        parts
    }
}

/// A secret that does not lie with those of the program.
struct Elsewhere {
    secret: &'static str,
    /// The folder of the home folder.
    source: &'static str,
    dir: PathBuf,
    /// A folder without which nobody would apply it.
    needs: PathBuf,
    why_not: &'static str,
    restart: Option<Restart>,
}
