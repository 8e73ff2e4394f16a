//! One folder of sealed secrets: whether they are what they should be, listed and mounted.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use seal::{Scope, SealedSecret};
use serde_json::Value;

use super::{Finding, NO_YAML, documents, overlay};
use crate::sealing::folder::{KUSTOMIZATION, SUFFIX};
use crate::sealing::names::{self, HomePlace};
use crate::sealing::references::{Reference, References};
use crate::sealing::repository::{Listed, Repository};
use crate::sealing::restart::{self, Restart};

/// Below the folder of an app.
const OVERLAYS: &str = "overlays/";

pub(super) struct CheckedFolder<'a> {
    pub(super) repository: &'a Repository,
    pub(super) dir: &'a str,
    pub(super) sealed: &'a BTreeMap<String, Result<SealedSecret, String>>,
    pub(super) findings: &'a mut Vec<Finding>,
}

impl CheckedFolder<'_> {
    fn find(&mut self, name: &str, kind: &'static str, what: String, way_out: &str) {
        self.findings.push(Finding {
            path: format!("{}{name}", self.dir),
            line: 0,
            kind,
            what,
            way_out: way_out.to_owned(),
        });
    }

    /// Each secret is what its file says, where it is meant to be.
    pub(super) fn names(&mut self, namespace: &str, scope: Scope) {
        const AGAIN: &str = "Run `licensetool seal` again, with --all if it does not mend that";
        let sealed = self.sealed;
        for (file, read) in sealed {
            let secret = match read {
                Ok(secret) => secret,
                Err(error) => {
                    self.find(file, "sealed-secret", error.clone(), AGAIN);
                    continue;
                }
            };
            let place = &secret.place;
            let namespace = names::namespace_of(&place.name, namespace);
            if Some(place.name.as_str()) != file.strip_suffix(SUFFIX) {
                let what = format!("it is called \"{}\", unlike its file", place.name);
                self.find(file, "name", what, AGAIN);
            }
            if place.namespace != namespace {
                let what = format!(
                    "its namespace is \"{}\", not \"{namespace}\"",
                    place.namespace
                );
                self.find(file, "namespace", what, AGAIN);
            }
            if secret.scope != scope {
                let (is, meant) = (secret.scope.as_str(), scope.as_str());
                self.find(
                    file,
                    "scope",
                    format!("its scope is {is}, not {meant}"),
                    AGAIN,
                );
            }
            for oddity in &secret.oddities {
                self.find(file, "sealed-secret", oddity.clone(), AGAIN);
            }
        }
    }

    /// The folder's kustomization lists each secret, and nothing that is not there.
    pub(super) fn kustomization(&mut self) -> anyhow::Result<()> {
        const LIST: &str = "Run `licensetool seal`, which lists them, or correct the list";
        let Some(documents) = self.documents(KUSTOMIZATION)? else {
            return Ok(());
        };
        let Some(document) = documents.first() else {
            let what = "there is none beside the sealed secrets, or it is empty".to_owned();
            self.find(KUSTOMIZATION, "kustomization", what, LIST);
            return Ok(());
        };
        let resources = overlay::texts(document, "resources");
        let patches = overlay::patches(document);
        let sealed = self.sealed;
        for name in sealed.keys().filter(|name| !resources.contains(name)) {
            let what = format!("{name} is not listed, so that nobody applies it");
            self.find(KUSTOMIZATION, "kustomization", what, LIST);
        }
        let unlisted = self.mounts_files();
        for name in unlisted.iter().filter(|name| !patches.contains(name)) {
            let what = format!("{name} is not listed, so that its certificates are not mounted");
            self.find(KUSTOMIZATION, "kustomization", what, LIST);
        }
        for name in resources.iter().chain(&patches) {
            if !self.repository.has(&format!("{}{name}", self.dir)) {
                let what = format!("{name} is listed and not there");
                self.find(KUSTOMIZATION, "kustomization", what, LIST);
            }
        }
        let is_listed = patches.iter().any(|name| name == restart::FILE);
        if let Some(secret) = self.restarts().filter(|_| !is_listed) {
            let what = format!(
                "{} is not listed, so that pods which read {secret} when they start would not be \
                 replaced when it changes",
                restart::FILE
            );
            self.find(KUSTOMIZATION, "kustomization", what, LIST);
        }
        Ok(())
    }

    /// What patches is read, and what the pods carry of a secret belongs to what is sealed.
    pub(super) fn patches(&mut self) -> anyhow::Result<()> {
        const AGAIN: &str = "Run `licensetool seal`, which writes it";
        for name in self.mounts_files() {
            self.documents(&name)?;
        }
        let Some(patch) = self.documents(restart::FILE)? else {
            return Ok(());
        };
        let patch = patch.into_iter().next().unwrap_or_default();
        let told = restart::told(&patch);
        if let Some(secret) = self.restarts()
            && !told.iter().any(|(name, _)| *name == secret)
        {
            let what = format!(
                "it lacks the checksum of {secret}, so that pods which read that when they start \
                 would not be replaced when it changes"
            );
            self.find(restart::FILE, "kustomization", what, AGAIN);
        }
        for (secret, checksum) in told {
            let sealed = self.bytes(&format!("{secret}{SUFFIX}"))?;
            if restart::checksum(&sealed) != checksum {
                let what =
                    format!("{secret} has changed since, and its pods would not be replaced");
                self.find(restart::FILE, "kustomization", what, AGAIN);
            }
        }
        Ok(())
    }

    /// The secret whose checksum the pods must carry.
    fn restarts(&self) -> Option<&'static str> {
        let has = |restart: &Restart| self.sealed.contains_key(&restart.file());
        // With --out the database's lies beside the program's, and is somebody's to put elsewhere.
        let is_overlays = self.dir.contains(OVERLAYS);
        let with = [(restart::PROGRAM, true), (restart::DATABASE, is_overlays)];
        let mut with = with.into_iter().filter(|(it, counts)| *counts && has(it));
        with.next().map(|(restart, _)| restart.secret)
    }

    /// Names of the files that mount certificates.
    fn mounts_files(&self) -> Vec<String> {
        let here = self.repository.yaml_below(self.dir);
        let here = here.filter_map(|file| file.name.strip_prefix(self.dir));
        let ours = here.filter(|name| name.starts_with("mounts-") && !name.contains('/'));
        ours.map(str::to_owned).collect()
    }

    fn bytes(&self, name: &str) -> anyhow::Result<Vec<u8>> {
        let file = format!("{}{name}", self.dir);
        self.repository.bytes_at(Path::new(&file))
    }

    /// What a file of ours holds; what cannot be read is a finding.
    fn documents(&mut self, name: &str) -> anyhow::Result<Option<Vec<Value>>> {
        let documents = documents(&self.bytes(name)?);
        if documents.is_none() {
            let way_out = "Run `licensetool seal` with the home folder, then `scripts/render`";
            self.find(name, "kustomization", NO_YAML.to_owned(), way_out);
        }
        Ok(documents)
    }

    /// Every mount has its secret, and every secret its mount.
    pub(super) fn mounts(&mut self) -> anyhow::Result<()> {
        let mut references = References::default();
        let (mut has_base, mut broken) = (false, Vec::new());
        for file in self.app()? {
            has_base |= !file.name.starts_with(self.dir);
            let text = self.repository.bytes(file)?;
            match documents(&text) {
                Some(documents) => {
                    for document in &documents {
                        references.read(&file.name, document);
                    }
                }
                None => broken.push(file.name.clone()),
            }
        }
        let is_whole = broken.is_empty();
        // Of this folder's own files it is said already.
        broken.retain(|file| !file.starts_with(self.dir));
        for file in &broken {
            let way_out = "Mend it, or take one side of it with `git checkout`".to_owned();
            self.find_at(file, NO_YAML.to_owned(), way_out);
        }
        let references = references.all();
        let readable = self.sealed.values().flatten();
        let sealed: BTreeMap<&str, &SealedSecret> = readable
            .map(|secret| (secret.place.name.as_str(), secret))
            .collect();
        self.needed(&references, &sealed);
        let is_used = |name: &str| {
            let is_named = references.iter().any(|it| it.secret == name);
            is_named || (!has_base && names::is_fixed(name))
        };
        // What cannot be read may mount it.
        let unused = sealed.into_keys().filter(|name| is_whole && !is_used(name));
        for name in unused {
            let what = "nothing mounts it, or reads it".to_owned();
            let way_out = "Mount it, or take its source out of the home folder and seal again";
            self.find(&format!("{name}{SUFFIX}"), "mount", what, way_out);
        }
        Ok(())
    }

    /// What pods do not start without: secrets, and items of them. Each is told once.
    fn needed(&mut self, references: &[Reference], sealed: &BTreeMap<&str, &SealedSecret>) {
        let mut told = BTreeSet::new();
        for it in references.iter().filter(|it| !it.optional) {
            let secret = it.secret.as_str();
            let Some(held) = sealed.get(secret) else {
                if told.insert((secret, "")) {
                    let what =
                        format!("it needs the secret \"{secret}\", which {} lacks", self.dir);
                    let way_out = "Put its source into the home folder and run `licensetool seal`";
                    self.find_at(&it.file, what, way_out.to_owned());
                }
                continue;
            };
            for item in it
                .items
                .iter()
                .filter(|item| !held.values.contains_key(*item))
            {
                if told.insert((secret, item)) {
                    let what = format!(
                        "it needs the item \"{item}\" of the secret \"{secret}\", which {} lacks",
                        self.dir
                    );
                    self.find_at(&it.file, what, source(secret, item));
                }
            }
        }
    }

    fn find_at(&mut self, path: &str, what: String, way_out: String) {
        self.findings.push(Finding {
            path: path.to_owned(),
            line: 0,
            kind: "mount",
            what,
            way_out,
        });
    }

    /// What makes up the overlay; of one that is no overlay of ours, all that lies around. A folder
    /// that stands alone is its own app.
    fn app(&self) -> anyhow::Result<Vec<&Listed>> {
        let repository = self.repository;
        let is_read = |file: &&Listed| !file.name.ends_with(SUFFIX);
        let Some(at) = self.dir.rfind(OVERLAYS) else {
            return Ok(repository.yaml_below(self.dir).filter(is_read).collect());
        };
        let parent = self.dir.trim_end_matches('/').rfind('/');
        let here = parent.map_or("", |end| &self.dir[..=end]);
        let (app, overlays) = (&self.dir[..at], &self.dir[..at + OVERLAYS.len()]);
        let built = overlay::files(repository, here)?;
        let is_ours = |file: &&Listed| {
            let name = file.name.as_str();
            match &built {
                Some(built) => built.contains(name) || name.starts_with(self.dir),
                None => {
                    name.starts_with(app) && (!name.starts_with(overlays) || name.starts_with(here))
                }
            }
        };
        let files = repository.yaml_below("").filter(is_read);
        Ok(files.filter(is_ours).collect())
    }
}

/// What to do about an item that is missing.
fn source(secret: &str, item: &str) -> String {
    let source = match names::home_place(secret, item) {
        Some(HomePlace::File(file)) => format!("{}", file.display()).replace('\\', "/"),
        Some(HomePlace::Line(file)) => format!("a line {item}=… of {file}"),
        None => "its source".to_owned(),
    };
    format!(
        "Put {source} into the home folder and run `licensetool seal`, or take it out of what \
         mounts it"
    )
}
