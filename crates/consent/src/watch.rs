//! Watched customers: planted ones, whom nobody has a reason to ask about. Whether a question or a list
//! holds one is looked up in a small set; without one nothing is looked up at all.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use ::store::{Actor, Entry, HotWrite};
use vault::BlindIndex;

use crate::{
    Consent, Result, SubjectId,
    decide::{Fingerprint, feed},
};

/// Whom an identifier of a watched customer leads to.
pub(crate) type People = HashMap<Fingerprint, SubjectId>;

/// The set, as it is now.
#[derive(Default)]
pub(crate) struct Watched(RwLock<Arc<People>>);

impl Consent {
    /// Watches these customers from now on, and no others.
    pub fn watch(&self, people: impl IntoIterator<Item = (BlindIndex, SubjectId)>) {
        let people = people.into_iter().map(|(blind, id)| (feed::print(blind), id)).collect();
        *self.inner.watched.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(people);
    }

    pub(crate) fn watched(&self) -> Arc<People> {
        Arc::clone(&self.inner.watched.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The watched ones among these.
    pub(crate) fn watched_among(&self, people: &[Vec<BlindIndex>]) -> Vec<SubjectId> {
        let watched = self.watched();
        if watched.is_empty() {
            return Vec::new();
        }
        let all = people.iter().flatten();
        let mut found: Vec<SubjectId> =
            all.filter_map(|blind| watched.get(&feed::print(*blind)).cloned()).collect();
        found.sort();
        found.dedup();
        found
    }

    /// Writes down that it was asked whether these watched customers may be used for a purpose.
    pub async fn asked_about(
        &self,
        by: &Actor,
        purpose: &str,
        people: impl IntoIterator<Item = SubjectId>,
    ) -> Result<()> {
        for id in people {
            let mut entry =
                Entry::new(by.clone(), "subject.asked", "subject", &*id.0).about(&*id.0);
            if !purpose.is_empty() {
                entry = entry.for_purpose(purpose);
            }
            self.store().submit(HotWrite { entry, rows: Vec::new() }).await?;
        }
        Ok(())
    }
}
