//! What all handlers share: the options, product names, rules, and answers that may be given again.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::{Language, Policies, ProductNames};
use jiff::{SignedDuration, Timestamp};
use store::{AlertTotal, Revision, Store};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::Options;
use crate::auth::Auth;
use crate::kept::{Basis, Grounds, Kept};
use crate::overview::KeptOverview;
use crate::pages::Sparks;
use crate::problem::Error;
use crate::v2::renewals::dates::KeptUnused;

/// A workbook of a thousand tenants takes some two hundred megabytes while it is made.
const WORKBOOKS: usize = 2;

/// Imported names are read again after this long.
const NAMES_HOLD: SignedDuration = SignedDuration::from_secs(60);

#[derive(Clone, Debug)]
pub(crate) struct App(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    options: Options,
    auth: Option<Auth>,
    started_at: Timestamp,
    names: Mutex<Option<(Timestamp, Arc<ProductNames>)>>,
    policies: Mutex<Option<(Revision, Arc<Policies>)>>,
    kept: Mutex<Kept>,
    overview: Mutex<KeptOverview>,
    sparks: Mutex<Sparks>,
    unused: Mutex<KeptUnused>,
    totals: Mutex<Option<(Revision, Arc<[AlertTotal]>)>>,
    workbooks: Arc<Semaphore>,
}

impl App {
    pub(crate) fn new(options: Options) -> Self {
        let started_at = (options.clock)();
        Self(Arc::new(Shared {
            auth: options.sign_in.clone().map(Auth::new),
            options,
            started_at,
            names: Mutex::default(),
            policies: Mutex::default(),
            kept: Mutex::default(),
            overview: Mutex::default(),
            sparks: Mutex::default(),
            unused: Mutex::default(),
            totals: Mutex::default(),
            workbooks: Arc::new(Semaphore::new(WORKBOOKS)),
        }))
    }

    /// Leave to make a workbook, as long as it is held; `None`: enough are being made already.
    pub(crate) fn workbook(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.0.workbooks).try_acquire_owned().ok()
    }

    pub(crate) fn options(&self) -> &Options {
        &self.0.options
    }

    /// `None`: there is no sign-in.
    pub(crate) fn auth(&self) -> Option<&Auth> {
        self.0.auth.as_ref()
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
        let names = product_names(self.store()).await?;
        // The same names keep their place in memory, so that kept answers go on holding. So do the
        // same rules below.
        let names = match known {
            Some((_, old)) if *old == names => old,
            _ => Arc::new(names),
        };
        *lock(&self.0.names) = Some((now, names.clone()));
        Ok(names)
    }

    /// The rules in force at this moment.
    pub(crate) async fn policies(&self) -> Result<Arc<Policies>, Error> {
        let revision = self.store().revision().await?;
        self.policies_at(revision).await
    }

    /// The rules that were in force at a revision that was just taken, or newer ones.
    async fn policies_at(&self, revision: Revision) -> Result<Arc<Policies>, Error> {
        let known = lock(&self.0.policies).clone();
        if let Some((read_at, policies)) = &known
            && *read_at == revision
        {
            return Ok(policies.clone());
        }
        let policies = self.store().policies(self.options().company).await?;
        let policies = match known {
            Some((_, old)) if *old == policies => old,
            _ => Arc::new(policies),
        };
        *lock(&self.0.policies) = Some((revision, policies.clone()));
        Ok(policies)
    }

    /// How many alerts go on, of each severity and state.
    pub(crate) async fn alert_totals(&self) -> Result<Arc<[AlertTotal]>, Error> {
        let revision = self.store().revision().await?;
        if let Some((read_at, totals)) = &*lock(&self.0.totals)
            && *read_at == revision
        {
            return Ok(totals.clone());
        }
        let totals: Arc<[AlertTotal]> = self.store().alert_totals().await?.into();
        *lock(&self.0.totals) = Some((revision, totals.clone()));
        Ok(totals)
    }

    /// What an answer may be made from now. To be taken before the store is read.
    pub(crate) async fn basis(&self) -> Result<Basis, Error> {
        let names = self.names().await?;
        let revision = self.store().revision().await?;
        let policies = self.policies_at(revision).await?;
        let grounds = Grounds { names, policies };
        Ok(Basis { revision, grounds })
    }

    /// To be held for moments only, as the others below: everybody comes by here.
    pub(crate) fn overview(&self) -> MutexGuard<'_, KeptOverview> {
        lock(&self.0.overview)
    }

    pub(crate) fn sparks(&self) -> MutexGuard<'_, Sparks> {
        lock(&self.0.sparks)
    }

    pub(crate) fn unused(&self) -> MutexGuard<'_, KeptUnused> {
        lock(&self.0.unused)
    }

    pub(crate) fn kept(&self) -> MutexGuard<'_, Kept> {
        lock(&self.0.kept)
    }
}

/// The built-in names and those that the store has.
pub(crate) async fn product_names(store: &Store) -> Result<ProductNames, Error> {
    let mut names = ProductNames::built_in();
    for (id, english) in store.names().await? {
        names.import(id, &english);
    }
    Ok(names)
}

/// A panic elsewhere leaves whole values behind: each is replaced in one step.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
