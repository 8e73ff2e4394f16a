//! What all handlers share: the options, product names, and answers that may be given again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::FromRef;
use axum::http::HeaderValue;
use domain::{Language, ProductNames, TenantKey};
use jiff::{SignedDuration, Timestamp};
use store::{Revision, Store};

use crate::problem::Error;
use crate::{Options, Requests};

/// Imported names are read again after this long.
const NAMES_HOLD: SignedDuration = SignedDuration::from_secs(60);

/// All kept answers together may be this big, in bytes; beyond it they are made anew each time.
const KEPT_BYTES: usize = 32 * 1024 * 1024;

#[derive(Clone, Debug)]
pub(crate) struct App(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    options: Options,
    started_at: Timestamp,
    names: Mutex<Option<(Timestamp, Arc<ProductNames>)>>,
    kept: Mutex<Kept>,
}

/// Answers of version 1 that hold as long as the store and the names are as they were.
#[derive(Debug, Default)]
struct Kept {
    of: Option<Basis>,
    answers: HashMap<Option<TenantKey>, Answer>,
    bytes: usize,
}

/// What an answer is made from. The names are compared by their place in memory, which
/// [`App::names`] keeps as long as they stay the same.
#[derive(Clone, Debug)]
pub(crate) struct Basis {
    revision: Revision,
    pub(crate) names: Arc<ProductNames>,
}

impl PartialEq for Basis {
    fn eq(&self, other: &Self) -> bool {
        self.revision == other.revision && Arc::ptr_eq(&self.names, &other.names)
    }
}

/// A body and what its headers are made of.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) body: axum::body::Bytes,
    pub(crate) etag: HeaderValue,
    /// When the oldest number in it was seen; `None`: it holds none.
    pub(crate) oldest: Option<Timestamp>,
    /// Keys of the tenants that would be in it, had they ever been seen.
    pub(crate) unseen: Option<HeaderValue>,
}

impl App {
    pub(crate) fn new(options: Options) -> Self {
        let started_at = (options.clock)();
        Self(Arc::new(Shared {
            options,
            started_at,
            names: Mutex::default(),
            kept: Mutex::default(),
        }))
    }

    pub(crate) fn options(&self) -> &Options {
        &self.0.options
    }

    pub(crate) fn store(&self) -> &Store {
        &self.0.options.store
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.0.options.clock)()
    }

    pub(crate) fn started_at(&self) -> Timestamp {
        self.0.started_at
    }

    pub(crate) fn language(&self) -> Language {
        self.0.options.language
    }

    /// The built-in names and the imported ones, at most a minute old.
    pub(crate) async fn names(&self) -> Result<Arc<ProductNames>, Error> {
        let now = self.now();
        let known = lock(&self.0.names).clone();
        if let Some((read_at, names)) = &known
            && now.duration_since(*read_at).abs() < NAMES_HOLD
        {
            return Ok(names.clone());
        }
        let mut names = ProductNames::built_in();
        for (id, english) in self.store().names().await? {
            names.import(id, &english);
        }
        // The same names keep their place in memory, so that kept answers go on holding.
        let names = match known {
            Some((_, old)) if *old == names => old,
            _ => Arc::new(names),
        };
        *lock(&self.0.names) = Some((now, names.clone()));
        Ok(names)
    }

    /// What an answer may be made from now. To be taken before the store is read.
    pub(crate) async fn basis(&self) -> Result<Basis, Error> {
        let names = self.names().await?;
        let revision = self.store().revision().await?;
        Ok(Basis { revision, names })
    }

    /// The kept answer about `tenant` (`None`: about all), if nothing has changed since.
    pub(crate) fn kept(&self, of: &Basis, tenant: &Option<TenantKey>) -> Option<Answer> {
        let kept = lock(&self.0.kept);
        let holds = kept.of.as_ref() == Some(of);
        holds.then(|| kept.answers.get(tenant).cloned())?
    }

    /// Keeps an answer made from what was read after `of` was taken.
    pub(crate) fn keep(&self, of: &Basis, tenant: Option<TenantKey>, answer: &Answer) {
        let mut kept = lock(&self.0.kept);
        if kept.of.as_ref() != Some(of) {
            *kept = Kept {
                of: Some(of.clone()),
                ..Kept::default()
            };
        }
        if kept.bytes + answer.body.len() <= KEPT_BYTES {
            kept.bytes += answer.body.len();
            if let Some(old) = kept.answers.insert(tenant, answer.clone()) {
                kept.bytes -= old.body.len();
            }
        }
    }
}

/// A panic elsewhere leaves whole values behind: each is replaced in one step.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl FromRef<App> for Requests {
    fn from_ref(app: &App) -> Self {
        app.options().requests.clone()
    }
}
