//! Counting visitors: each once per experiment while this process remembers (a day), gathered in
//! memory and written every two seconds, so that a popular site costs one small write.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use store::Store;

use super::{Visitor, store::add_shown};

/// How long a visitor is remembered, as a hash with a key, in memory only.
const MEMORY: Duration = Duration::from_hours(24);
/// More and memory starts over: some visitors count twice, evenly over the variants.
const MOST: usize = 500_000;
/// How long counts wait for company.
const WAIT: Duration = Duration::from_secs(2);

#[derive(Default)]
struct Inner {
    seen: HashSet<Visitor>,
    since: Option<Instant>,
    /// By experiment and variant.
    gathered: HashMap<(String, String), i64>,
    writing: bool,
}

/// The counter; cheap to clone.
#[derive(Clone)]
pub(crate) struct Counts {
    store: Store,
    inner: Arc<Mutex<Inner>>,
}

impl Counts {
    pub fn new(store: Store) -> Self {
        Self { store, inner: Arc::default() }
    }

    /// Notes that a visitor saw the banner.
    pub fn shown(&self, experiment: &str, variant: &str, visitor: Visitor) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let old = inner.since.is_none_or(|since| since.elapsed() > MEMORY);
        if old || inner.seen.len() >= MOST {
            inner.seen.clear();
            inner.since = Some(Instant::now());
        }
        if !inner.seen.insert(visitor) {
            return;
        }
        let key = (experiment.to_owned(), variant.to_owned());
        *inner.gathered.entry(key).or_default() += 1;
        if !inner.writing {
            inner.writing = true;
            let later = self.clone();
            tokio::spawn(async move {
                tokio::time::sleep(WAIT).await;
                later.write().await;
            });
        }
    }

    /// Writes what is gathered now.
    pub async fn write(&self) {
        let gathered = {
            let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
            inner.writing = false;
            std::mem::take(&mut inner.gathered)
        };
        if gathered.is_empty() {
            return;
        }
        if let Err(error) = add_shown(&self.store, &gathered).await {
            tracing::warn!(%error, "visitors of an experiment could not be counted");
        }
    }
}
