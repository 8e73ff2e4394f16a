//! Reads what is to be sealed out of the home folder: all of it sound, or nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use home::{Problem, Severity};
use jiff::Timestamp;
use seal::{Data, OPAQUE, Place, Secret};
use zeroize::Zeroizing;

use super::mounts::{Component, Mounts};
use super::{check_item, check_name, names, way_in};
use crate::config::{TlsFiles, check_variable};
use crate::run;

/// Kubernetes takes no larger secret.
const LARGEST: usize = 1024 * 1024;

/// What the home folder holds for a cluster.
pub(super) struct Found {
    pub(super) secrets: Vec<Secret>,
    pub(super) mounts: Mounts,
    /// What was left out, and why.
    pub(super) remarks: Vec<String>,
}

/// Reads it. `repository` is the address under which Argo CD reads the repository, if it stands
/// there.
pub(super) fn read(
    home: &Path,
    namespace: &str,
    repository: Option<&str>,
    now: Timestamp,
    allow_expired: bool,
) -> anyhow::Result<Found> {
    check_name(namespace)?;
    let mut reader = Reader {
        home,
        namespace,
        secrets: BTreeMap::new(),
        mounts: Mounts::default(),
        problems: Vec::new(),
        remarks: Vec::new(),
    };
    reader.profiles(now, allow_expired)?;
    reader.environment()?;
    reader.folder(names::INFOS, OPAQUE)?;
    reader.folder(names::TLS, "kubernetes.io/tls")?;
    reader.pair();
    reader.folder((names::DATABASE, names::DATABASE_FOLDER), OPAQUE)?;
    reader.registry()?;
    reader.folder(names::REPOSITORY, OPAQUE)?;
    if let Some(secret) = reader.secrets.get(names::REPOSITORY.0) {
        reader.problems.extend(way_in::problems(secret, repository));
    }
    reader.sizes();
    if !reader.problems.is_empty() {
        bail!(
            "the home folder is not sealed while something is wrong in it:\nlicensetool: {}",
            reader.problems.join("\nlicensetool: ")
        );
    }
    Ok(Found {
        secrets: reader.secrets.into_values().collect(),
        mounts: reader.mounts,
        remarks: reader.remarks,
    })
}

struct Reader<'a> {
    home: &'a Path,
    namespace: &'a str,
    /// By name.
    secrets: BTreeMap<String, Secret>,
    mounts: Mounts,
    problems: Vec<String>,
    remarks: Vec<String>,
}

impl Reader<'_> {
    /// The profiles of all three kinds, with the certificates that they name.
    fn profiles(&mut self, now: Timestamp, allow_expired: bool) -> anyhow::Result<()> {
        let home = home::read(self.home, now);
        let waiting: BTreeSet<&Path> = home
            .broken
            .iter()
            .filter(|tenant| tenant.waits_for_app())
            .filter_map(|tenant| Some(tenant.problems.first()?.file.as_path()))
            .collect();
        for problem in home
            .problems
            .iter()
            .filter(|it| it.severity == Severity::Error)
        {
            if problem.file == Path::new(names::TENANTS.1) && home.tenants.is_empty() {
                // No tenant yet: the rest can be sealed all the same.
                continue;
            }
            if problem.is_wait_for_app() && waiting.contains(problem.file.as_path()) {
                let file = problem.file.display();
                self.remarks
                    .push(format!("{file} is left out: it waits for its app in Entra"));
            } else {
                self.problem(problem, allow_expired);
            }
        }
        let cert_path = |fields: home::Registration| fields.cert_path;
        self.profiles_of(names::TENANTS, Component::Collect, &waiting, |bytes| {
            cert_path(home::parse_tenant_profile(bytes).0.registration)
        })?;
        self.profiles_of(names::SHAREPOINT, Component::Deliver, &waiting, |bytes| {
            cert_path(home::parse_sharepoint_profile(bytes).0.registration)
        })?;
        self.profiles_of(names::AUTH, Component::Web, &waiting, |bytes| {
            cert_path(home::parse_sign_in_profile(bytes).0.registration)
        })
    }

    fn problem(&mut self, problem: &Problem, allow_expired: bool) {
        match problem.is_ended_certificate() {
            true if allow_expired => self.remarks.push(problem.to_string()),
            true => self
                .problems
                .push(format!("{problem} (--allow-expired seals it all the same)")),
            false => self.problems.push(problem.to_string()),
        }
    }

    /// Profiles of one kind; `cert_path` reads which certificate one names.
    fn profiles_of(
        &mut self,
        (name, folder): (&str, &str),
        component: Component,
        left_out: &BTreeSet<&Path>,
        cert_path: impl Fn(&[u8]) -> Option<String>,
    ) -> anyhow::Result<()> {
        for (file, bytes) in self.files(folder)? {
            if !file.ends_with(".json")
                || left_out.contains(Path::new(folder).join(&file).as_path())
            {
                continue;
            }
            if let Some(path) = cert_path(&bytes) {
                self.certificate(&format!("{folder}/{file}"), &path, component)?;
            }
            self.item(name, OPAQUE, &file, bytes);
        }
        Ok(())
    }

    /// The one file that a profile names, in the secret of its folder.
    fn certificate(
        &mut self,
        profile: &str,
        cert_path: &str,
        component: Component,
    ) -> anyhow::Result<()> {
        let slashed = cert_path.replace('\\', "/");
        let parts = slashed
            .split('/')
            .filter(|part| !part.is_empty() && *part != ".");
        let parts: Vec<&str> = parts.collect();
        let [names::CERTS, folder, file] = parts[..] else {
            self.problems.push(format!(
                "{profile}: cert_path: {cert_path} lies in no folder of its own: move it to \
                 certs/<name>/, which a cluster can mount"
            ));
            return Ok(());
        };
        if folder == names::INFOS_FOLDER || check_name(folder).is_err() || folder.contains('.') {
            self.problems.push(format!(
                "{profile}: cert_path: no secret can be called after the folder certs/{folder}: \
                 choose another name of a-z, 0-9 and -"
            ));
            return Ok(());
        }
        let path: PathBuf = [names::CERTS, folder, file].iter().collect();
        let Some(bytes) = self.file(&path)? else {
            // The reading of the home folder has said that it is missing.
            return Ok(());
        };
        self.item(&format!("{}{folder}", names::CERT), OPAQUE, file, bytes);
        self.mounts.add(component, folder);
        Ok(())
    }

    /// `licensetool.env`, and the files that settings name.
    fn environment(&mut self) -> anyhow::Result<()> {
        self.variables()?;
        self.left_out(names::SECRETS)?;
        for (file, bytes) in self.files(names::SECRETS)? {
            if names::is_variable(&file) {
                self.problems.push(format!(
                    "secrets/{file}: its name is that of a variable: give it one in small letters"
                ));
            }
            self.item(names::ENV, OPAQUE, &file, bytes);
        }
        Ok(())
    }

    /// The lines of `licensetool.env`, each a name that the program takes, once.
    fn variables(&mut self) -> anyhow::Result<()> {
        let Some(bytes) = self.file(Path::new(names::ENV_FILE))? else {
            return Ok(());
        };
        let text = Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned());
        let mut first: BTreeMap<&str, usize> = BTreeMap::new();
        for (number, line) in (1..).zip(text.lines().map(str::trim)) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let place = format!("{}: line {number}", names::ENV_FILE);
            let Some((name, value)) = variable(line) else {
                let what = "is no NAME=value, with a name of A-Z, 0-9 and _";
                self.problems.push(format!("{place} {what}"));
                continue;
            };
            // Every pod that gets it would end at once, and say the same.
            if let Err(problem) = check_variable(name) {
                self.problems.push(format!("{place}: {problem}"));
            }
            if let Some(before) = first.insert(name, number) {
                self.problems.push(format!(
                    "{place}: {name} stands in line {before}, too: delete one of them"
                ));
            }
            let value = Zeroizing::new(value.as_bytes().to_vec());
            self.item(names::ENV, OPAQUE, name, value);
        }
        Ok(())
    }

    /// Remarks on what a folder holds besides visible files: nobody shall take it for sealed.
    fn left_out(&mut self, folder: &str) -> anyhow::Result<()> {
        let dir = self.home.join(folder);
        let entries = match fs::read_dir(&dir) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            entries => entries.with_context(|| format!("{folder} cannot be read"))?,
        };
        let mut names = Vec::new();
        for entry in entries {
            let name = entry.with_context(|| format!("{folder} cannot be read"))?;
            let name = name.file_name();
            let is_sealed = name.to_str().is_some_and(|name| !name.starts_with('.'))
                && fs::metadata(dir.join(&name)).is_ok_and(|is| is.is_file());
            if !is_sealed {
                names.push(format!("{folder}/{}", name.to_string_lossy()));
            }
        }
        if !names.is_empty() {
            names.sort();
            self.remarks.push(format!(
                "left out, because only files are sealed, and no hidden ones: {}; rename or move \
                 what the cluster needs, and take away the rest",
                names.join(", ")
            ));
        }
        Ok(())
    }

    /// All files of a folder, if it is there.
    fn folder(&mut self, (name, folder): (&str, &str), kind: &str) -> anyhow::Result<()> {
        self.left_out(folder)?;
        for (file, bytes) in self.files(folder)? {
            self.item(name, kind, &file, bytes);
        }
        Ok(())
    }

    /// The host's certificate and its key: both, and of each other.
    fn pair(&mut self) {
        let Some(secret) = self.secrets.get(names::TLS.0) else {
            return;
        };
        let needed = [names::TLS_CERTIFICATE, names::TLS_KEY];
        if needed.iter().any(|item| !secret.data.contains_key(*item)) {
            self.problems.push(
                "tls/ must hold tls.crt and tls.key: `licensetool seal tls --replace` puts them \
                 there"
                    .to_owned(),
            );
            return;
        }
        let [cert, key] = needed.map(|file| self.home.join(names::TLS.1).join(file));
        if let Err(error) = run::tls::check(&TlsFiles { cert, key }) {
            self.problems.push(format!(
                "tls/: {error:#}: `licensetool seal tls --replace` puts both there anew"
            ));
        }
    }

    fn registry(&mut self) -> anyhow::Result<()> {
        if let Some(bytes) = self.file(Path::new(names::REGISTRY_FILE))? {
            let kind = "kubernetes.io/dockerconfigjson";
            self.item(names::REGISTRY, kind, names::REGISTRY_ITEM, bytes);
        }
        Ok(())
    }

    fn item(&mut self, name: &str, kind: &str, item: &str, bytes: Zeroizing<Vec<u8>>) {
        if let Err(error) = check_item(item) {
            self.problems
                .push(format!("{name}: {error}: rename the file"));
            return;
        }
        let place = Place {
            namespace: names::namespace_of(name, self.namespace).to_owned(),
            name: name.to_owned(),
        };
        let secret = self.secrets.entry(name.to_owned()).or_insert_with(|| {
            let [labels, annotations] = names::marks_of(name);
            Secret {
                place,
                kind: kind.to_owned(),
                labels,
                annotations,
                data: Data::new(),
            }
        });
        secret.data.insert(item.to_owned(), bytes);
    }

    fn sizes(&mut self) {
        for (name, secret) in &self.secrets {
            let size: usize = secret.data.values().map(|bytes| bytes.len()).sum();
            if size > LARGEST {
                self.problems.push(format!(
                    "{name} would hold {size} bytes, and Kubernetes takes {LARGEST} at most: watch \
                     some tenants from another cluster"
                ));
            }
        }
    }

    /// Visible files of a folder by name; none if there is no such folder.
    fn files(&self, folder: &str) -> anyhow::Result<Vec<(String, Zeroizing<Vec<u8>>)>> {
        let entries = match fs::read_dir(self.home.join(folder)) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.with_context(|| format!("{folder} cannot be read"))?,
        };
        let mut names = Vec::new();
        for entry in entries {
            let name = entry
                .with_context(|| format!("{folder} cannot be read"))?
                .file_name();
            names.push(name.to_string_lossy().into_owned());
        }
        names.retain(|name| !name.starts_with('.'));
        names.sort();
        let mut files = Vec::new();
        for name in names {
            if let Some(bytes) = self.file(&Path::new(folder).join(&name))? {
                files.push((name, bytes));
            }
        }
        Ok(files)
    }

    /// A file's content; `None` if it is not there or is a folder.
    fn file(&self, path: &Path) -> anyhow::Result<Option<Zeroizing<Vec<u8>>>> {
        let whole = self.home.join(path);
        match fs::metadata(&whole) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Ok(is) if !is.is_file() => return Ok(None),
            _ => {}
        }
        let bytes = fs::read(&whole);
        let bytes = bytes.with_context(|| format!("{} cannot be read", path.display()))?;
        Ok(Some(Zeroizing::new(bytes)))
    }
}

/// Name and value of a line of `licensetool.env`. Quotes around a value are not part of it.
fn variable(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line
        .strip_prefix("export ")
        .unwrap_or(line)
        .split_once('=')?;
    let (name, value) = (name.trim(), value.trim());
    let quoted = ['"', '\'']
        .into_iter()
        .find_map(|quote| value.strip_prefix(quote)?.strip_suffix(quote));
    names::is_variable(name).then_some((name, quoted.unwrap_or(value)))
}

/// A line of `licensetool.env` of which [`variable`] reads this value.
pub(super) fn line(name: &str, value: &str) -> Zeroizing<String> {
    let plain = Zeroizing::new(format!("{name}={value}\n"));
    match variable(plain.trim()) == Some((name, value)) {
        true => plain,
        false => Zeroizing::new(format!("{name}='{value}'\n")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_environment_is_a_name_and_a_value() {
        let check = |line: &str, expected| assert_eq!(variable(line), expected, "{line}");
        check("A_1=b", Some(("A_1", "b")));
        check("export A = \"b c\"", Some(("A", "b c")));
        check("A='b=c'", Some(("A", "b=c")));
        check("A=", Some(("A", "")));
        check("a=b", None);
        check("A", None);
    }

    #[test]
    fn a_value_is_read_again_as_it_was_written() {
        for value in ["b", "", "b c", " b ", "\"b\"", "'b'", "b='c'"] {
            let line = line("A", value);
            assert_eq!(variable(line.trim()), Some(("A", value)), "{value}");
        }
    }
}
