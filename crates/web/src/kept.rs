//! Answers of version 1 that may be given again: whole ones as long as nothing has changed, and a
//! tenant's part as long as that tenant has not. A commit about one tenant so costs one tenant.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use axum::body::Bytes;
use axum::http::HeaderValue;
use domain::{Policies, ProductNames, TenantKey};
use jiff::Timestamp;
use store::{Revision, Tenant};

/// Whole answers together may be this big, in bytes, and parts as well. Beyond it they are made
/// anew each time.
const KEPT_BYTES: usize = 32 * 1024 * 1024;

/// What every answer is made by, besides what was seen. Compared by their place in memory, which
/// stays as long as they do.
#[derive(Clone, Debug)]
pub(crate) struct Grounds {
    pub(crate) names: Arc<ProductNames>,
    pub(crate) policies: Arc<Policies>,
}

impl PartialEq for Grounds {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.names, &other.names) && Arc::ptr_eq(&self.policies, &other.policies)
    }
}

/// What an answer is made from.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Basis {
    pub(crate) revision: Revision,
    pub(crate) grounds: Grounds,
}

/// A body and what its headers are made of.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) body: Bytes,
    pub(crate) etag: HeaderValue,
    /// When the oldest number in it was seen; `None`: it holds none.
    pub(crate) oldest: Option<Timestamp>,
    /// Keys of the tenants that would be in it, had they ever been seen.
    pub(crate) unseen: Option<HeaderValue>,
}

/// A tenant's part of the list of all.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    /// What it depends on besides its grounds: every look that changes a number moves the time.
    changed_at: Option<Timestamp>,
    name: String,
    /// Rows with commas between.
    pub(crate) rows: Bytes,
    pub(crate) hash: u64,
}

impl Part {
    pub(crate) fn new(tenant: &Tenant, rows: Vec<u8>, hash: u64) -> Self {
        Self {
            changed_at: tenant.changed_at,
            name: tenant.name.clone(),
            rows: rows.into(),
            hash,
        }
    }

    fn holds(&self, tenant: &Tenant) -> bool {
        self.changed_at == tenant.changed_at && self.name == tenant.name
    }
}

#[derive(Debug, Default)]
pub(crate) struct Kept {
    of: Option<Basis>,
    answers: Bounded<Option<TenantKey>, Answer>,
    grounds: Option<Grounds>,
    parts: Bounded<TenantKey, Part>,
}

impl Kept {
    /// The answer about `tenant` (`None`: about all), if nothing has changed since.
    pub(crate) fn answer(&self, of: &Basis, tenant: &Option<TenantKey>) -> Option<Answer> {
        let holds = self.of.as_ref() == Some(of);
        holds.then(|| self.answers.get(tenant).cloned())?
    }

    /// Keeps an answer made from what was read after `of` was taken.
    pub(crate) fn keep(&mut self, of: &Basis, tenant: Option<TenantKey>, answer: &Answer) {
        if self.of.as_ref() != Some(of) {
            self.of = Some(of.clone());
            self.answers = Bounded::default();
        }
        self.answers
            .insert(tenant, answer.clone(), answer.body.len());
    }

    /// The tenant's part, if nothing has changed about it since.
    pub(crate) fn part(&self, grounds: &Grounds, tenant: &Tenant) -> Option<Part> {
        let same_grounds = self.grounds.as_ref() == Some(grounds);
        let part = self
            .parts
            .get(&tenant.key)
            .filter(|part| same_grounds && part.holds(tenant));
        part.cloned()
    }

    /// Keeps the parts of all tenants that there are, and no others.
    pub(crate) fn keep_parts(&mut self, grounds: Grounds, parts: &[(Tenant, Part)]) {
        self.grounds = Some(grounds);
        self.parts = Bounded::default();
        for (tenant, part) in parts {
            self.parts
                .insert(tenant.key.clone(), part.clone(), part.rows.len());
        }
    }
}

/// A map whose values take up to [`KEPT_BYTES`].
#[derive(Debug)]
struct Bounded<K, V> {
    values: HashMap<K, (V, usize)>,
    bytes: usize,
}

impl<K, V> Default for Bounded<K, V> {
    fn default() -> Self {
        Self {
            values: HashMap::new(),
            bytes: 0,
        }
    }
}

impl<K: Eq + Hash, V> Bounded<K, V> {
    fn get(&self, key: &K) -> Option<&V> {
        self.values.get(key).map(|(value, _)| value)
    }

    fn insert(&mut self, key: K, value: V, bytes: usize) {
        if self.bytes + bytes > KEPT_BYTES {
            return;
        }
        self.bytes += bytes;
        if let Some((_, replaced)) = self.values.insert(key, (value, bytes)) {
            self.bytes -= replaced;
        }
    }
}
