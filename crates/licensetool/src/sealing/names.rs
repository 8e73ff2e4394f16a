//! Which secret holds what of the home folder: one table, read both ways.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Variables of `licensetool.env`, and files of `secrets/`.
pub(super) const ENV: &str = "licensetool-env";
pub(super) const ENV_FILE: &str = "licensetool.env";
pub(super) const SECRETS: &str = "secrets";

pub(super) const TENANTS: (&str, &str) =
    ("licensetool-profiles-tenants", "config-profiles/tenants");
pub(super) const SHAREPOINT: (&str, &str) = (
    "licensetool-profiles-sharepoint",
    "config-profiles/sharepoint",
);
pub(super) const AUTH: (&str, &str) = ("licensetool-profiles-auth", "config-profiles/auth");
pub(super) const INFOS: (&str, &str) = ("licensetool-cert-infos", "certs/infos");
pub(super) const TLS: (&str, &str) = ("licensetool-tls", "tls");
pub(super) const TLS_CERTIFICATE: &str = "tls.crt";
pub(super) const TLS_KEY: &str = "tls.key";
pub(super) const DATABASE: &str = "licensetool-database";
pub(super) const DATABASE_FOLDER: &str = "database";
/// The overlay of the database has a namespace of its own, whatever the program's is called: what
/// was sealed for another one is not opened there.
pub(super) const DATABASE_NAMESPACE: &str = "licensetool-database";

/// By which Argo CD reads a private repository.
pub(super) const REPOSITORY: (&str, &str) = ("licensetool-repository", "repository");
pub(super) const REPOSITORY_URL: &str = "url";
/// Argo CD looks for such secrets in its own namespace, by their label.
const REPOSITORY_NAMESPACE: &str = "argocd";
const REPOSITORY_LABEL: (&str, &str) = ("argocd.argoproj.io/secret-type", "repository");
/// `cluster up` makes this secret before there is a controller, which may take it over.
const REPOSITORY_ANNOTATION: (&str, &str) = ("sealedsecrets.bitnami.com/managed", "true");

/// Folders of which each file is an item of one secret.
const FOLDERS: [(&str, &str); 7] = [
    TENANTS,
    SHAREPOINT,
    AUTH,
    INFOS,
    TLS,
    (DATABASE, DATABASE_FOLDER),
    REPOSITORY,
];

/// What Kubernetes gives to a registry of images.
pub(super) const REGISTRY: &str = "regcred";
pub(super) const REGISTRY_FILE: &str = "registry/config.json";
pub(super) const REGISTRY_ITEM: &str = ".dockerconfigjson";

/// With the folder's name behind: a tenant's key, or a service's name.
pub(super) const CERT: &str = "licensetool-cert-";
pub(super) const CERTS: &str = "certs";
/// The folder below `certs/` that is not a certificate's.
pub(super) const INFOS_FOLDER: &str = "infos";

/// Where an item lies in the home folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum HomePlace {
    File(PathBuf),
    /// A line of this file.
    Line(&'static str),
}

/// Where in the home folder an item of a secret of ours comes from, and goes to again.
pub(super) fn home_place(secret: &str, item: &str) -> Option<HomePlace> {
    let file = |folder: &str| Some(HomePlace::File(Path::new(folder).join(item)));
    if secret == ENV {
        return match is_variable(item) {
            true => Some(HomePlace::Line(ENV_FILE)),
            false => file(SECRETS),
        };
    }
    if secret == REGISTRY {
        return Some(HomePlace::File(REGISTRY_FILE.into()));
    }
    if let Some((_, folder)) = FOLDERS.iter().find(|(name, _)| *name == secret) {
        return file(folder);
    }
    let folder = secret.strip_prefix(CERT)?;
    file(&format!("{CERTS}/{folder}"))
}

/// The namespace that a secret is opened in, if the program runs in `program`.
pub(super) fn namespace_of<'a>(secret: &str, program: &'a str) -> &'a str {
    match secret {
        DATABASE => DATABASE_NAMESPACE,
        name if name == REPOSITORY.0 => REPOSITORY_NAMESPACE,
        _ => program,
    }
}

/// Labels and annotations of the secret that becomes of a sealed one.
pub(super) fn marks_of(secret: &str) -> [BTreeMap<String, String>; 2] {
    let mark = |(name, value): (&str, &str)| BTreeMap::from([(name.to_owned(), value.to_owned())]);
    match secret == REPOSITORY.0 {
        true => [mark(REPOSITORY_LABEL), mark(REPOSITORY_ANNOTATION)],
        false => [BTreeMap::new(), BTreeMap::new()],
    }
}

/// A name of the environment, as distinct from one of a file.
pub(super) fn is_variable(name: &str) -> bool {
    let letter = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    name.starts_with(|c: char| c.is_ascii_uppercase()) && name.chars().all(letter)
}

/// Secrets that the manifests of the app mount by name. What is sealed for an overlay that stands
/// alone is held against these.
pub(super) fn is_fixed(name: &str) -> bool {
    let of_folder = FOLDERS.iter().any(|(fixed, _)| *fixed == name);
    of_folder || [ENV, REGISTRY].contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_item_has_one_place_in_the_home_folder() {
        let check = |secret: &str, item: &str, expected: &str| {
            let place = home_place(secret, item);
            assert_eq!(place, Some(HomePlace::File(expected.into())), "{secret}");
        };
        check(TENANTS.0, "a.json", "config-profiles/tenants/a.json");
        check("licensetool-cert-infos", "a", "certs/infos/a");
        check("licensetool-cert-ise", "a.pem", "certs/ise/a.pem");
        check("regcred", ".dockerconfigjson", "registry/config.json");
        check(ENV, "session", "secrets/session");
        let line = Some(HomePlace::Line("licensetool.env"));
        assert_eq!(home_place(ENV, "SECRET_KEY"), line);
        assert_eq!(home_place("other", "a"), None);
    }

    #[test]
    fn the_database_has_the_namespace_that_its_overlay_gives_it() {
        let overlay =
            include_str!("../../../../infra/k8s/apps/database/overlays/dev/kustomization.yaml");
        let namespace = namespace_of(DATABASE, "licensetool");
        let line = format!("namespace: {namespace}");
        assert!(overlay.lines().any(|it| it == line), "{line}");
        assert_eq!(namespace_of(ENV, "elsewhere"), "elsewhere");
    }
}
