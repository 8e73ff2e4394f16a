//! The pretended cluster: what stands in it, kept in a file between the calls.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::stage::base64;

/// What there is. Moments are numbers of calls.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Town {
    pub(crate) machine: bool,
    /// Options with which the machine was started.
    pub(crate) options: Vec<String>,
    pub(crate) ingress: bool,
    pub(crate) argo_cd: bool,
    pub(crate) root: Option<String>,
    /// When the sealing key came, and with which certificate.
    pub(crate) key: Option<(usize, String)>,
    /// The password of the repository, if it is private; in base64.
    #[serde(default)]
    pub(crate) password: Option<String>,
    /// What Argo CD was given to read one: its address and password, in base64.
    #[serde(default)]
    pub(crate) way_in: Option<(String, String)>,
    /// Where the root application finds the repository, and with which it was compared last.
    #[serde(default)]
    pub(crate) address: Option<String>,
    #[serde(default)]
    pub(crate) compared: Option<String>,
    /// When the controller of sealed secrets came.
    pub(crate) controller: Option<usize>,
    /// Since when the program's namespace is there.
    pub(crate) namespace: Option<usize>,
    /// Repo servers whose init container fails; each has a name of its own.
    pub(crate) stuck: BTreeSet<String>,
    /// How many repo servers of those to come will be stuck.
    pub(crate) more_stuck: usize,
    /// Documents that replace what would be answered, by the name of the question.
    #[serde(default)]
    pub(crate) answers: std::collections::BTreeMap<String, serde_json::Value>,
}

impl Town {
    const FILE: &str = "town.json";

    pub(crate) fn read(folder: &Path) -> Self {
        match std::fs::read(folder.join(Self::FILE)) {
            Ok(text) => serde_json::from_slice(&text).unwrap(),
            Err(_) => Self::default(),
        }
    }

    /// Wholly or not at all: the one who writes may be killed.
    pub(crate) fn write(&self, folder: &Path) {
        let new = folder.join("town.new");
        std::fs::write(&new, serde_json::to_vec_pretty(self).unwrap()).unwrap();
        std::fs::rename(new, folder.join(Self::FILE)).unwrap();
    }

    /// The same whenever it came to be.
    pub(crate) fn timeless(mut self) -> Self {
        let is_known = self.key_is_known();
        self.key = self.key.map(|(_, certificate)| (0, certificate));
        // What counts is whether the controller came after the key.
        self.controller = self.controller.map(|_| usize::from(is_known));
        self.namespace = self.namespace.map(|_| 0);
        self
    }

    /// A controller reads the keys when it starts.
    pub(crate) fn key_is_known(&self) -> bool {
        let key = self.key.as_ref().map(|(at, _)| *at);
        key.zip(self.controller)
            .is_some_and(|(key, controller)| key < controller)
    }

    /// Whether Argo CD may read the repository.
    pub(crate) fn is_readable(&self) -> bool {
        let Some(password) = &self.password else {
            return true;
        };
        let address = self.address.as_deref().unwrap_or_default();
        let needed = (base64(address.as_bytes()), password.clone());
        self.way_in == Some(needed)
    }

    /// What its status says, which may be from before the address changed.
    pub(crate) fn says_healthy(&self) -> bool {
        match self.compared == self.address {
            true => self.is_healthy(),
            false => self.compared.is_some(),
        }
    }

    /// Whether everything is as Git says.
    pub(crate) fn is_healthy(&self) -> bool {
        self.root.is_some() && self.key_is_known() && self.stuck.is_empty() && self.is_readable()
    }
}

/// Every call, in the order in which they came.
pub(crate) struct Calls(PathBuf);

impl Calls {
    pub(crate) fn of(folder: &Path) -> Self {
        Self(folder.join("calls"))
    }

    /// Adds one and says its number, counted from 1.
    pub(crate) fn add(&self, call: &str) -> usize {
        let mut file = File::options()
            .create(true)
            .append(true)
            .open(&self.0)
            .unwrap();
        file.lock().unwrap();
        let number = self.all().len() + 1;
        writeln!(file, "{call}").unwrap();
        number
    }

    pub(crate) fn all(&self) -> Vec<String> {
        let text = std::fs::read_to_string(&self.0).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }
}

/// A moment as the cluster writes it.
pub(crate) fn moment(call: usize) -> String {
    format!("2026-01-01T00:{:02}:{:02}Z", call / 60, call % 60)
}
