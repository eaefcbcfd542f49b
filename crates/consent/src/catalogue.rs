//! Everything that decides beside people's choices, in memory: purposes, published notices,
//! properties. Small, read whole, replaced whole when something in it changes.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use crate::{
    Consent, ConsentError, Result,
    notice::{self, NoticeVersion},
    property::{self, Property},
    purpose::{self, Purpose},
};

/// Purposes, notices and properties as they stand.
#[derive(Debug, Default)]
pub struct Catalogue {
    purposes: BTreeMap<String, Arc<Purpose>>,
    properties: BTreeMap<String, Property>,
    /// All published versions of each notice, oldest first.
    notices: BTreeMap<String, Vec<Arc<NoticeVersion>>>,
    by_slot: HashMap<u16, Arc<NoticeVersion>>,
    /// By a notice version's slot, the purposes (bits by slot) whose consents given under it hold.
    covers: Vec<u64>,
    /// For each (notice, purpose) the oldest version whose consents still hold.
    oldest: HashMap<(String, String), i64>,
}

impl Catalogue {
    pub(crate) fn new(
        purposes: Vec<Purpose>,
        versions: Vec<NoticeVersion>,
        properties: Vec<Property>,
    ) -> Self {
        let mut catalogue = Self {
            purposes: purposes.into_iter().map(|p| (p.key.clone(), Arc::new(p))).collect(),
            properties: properties.into_iter().map(|p| (p.key.clone(), p)).collect(),
            ..Self::default()
        };
        for version in versions.into_iter().map(Arc::new) {
            catalogue.by_slot.insert(version.slot, Arc::clone(&version));
            catalogue.notices.entry(version.notice.clone()).or_default().push(version);
        }
        for (key, versions) in &catalogue.notices {
            let versions: Vec<&NoticeVersion> = versions.iter().map(AsRef::as_ref).collect();
            for (purpose, version) in notice::oldest_that_holds(&versions) {
                catalogue.oldest.insert((key.clone(), purpose), version);
            }
        }
        catalogue.covers = catalogue.all_covers();
        catalogue
    }

    fn all_covers(&self) -> Vec<u64> {
        let last = self.by_slot.keys().max().map_or(0, |slot| usize::from(*slot) + 1);
        let mut covers = vec![0; last];
        for (slot, version) in &self.by_slot {
            let held = self
                .purposes
                .values()
                .filter(|purpose| self.holds(&version.notice, version.version, &purpose.key));
            covers[usize::from(*slot)] = held.fold(0, |bits, purpose| bits | 1 << purpose.slot);
        }
        covers
    }

    /// Whether a consent to the purpose given under a notice version, both by their slots, still holds.
    pub fn covers(&self, notice: u16, purpose: u16) -> bool {
        self.covers.get(usize::from(notice)).is_some_and(|bits| bits >> (purpose & 63) & 1 == 1)
    }

    /// All purposes, by key; the retired ones too.
    pub fn purposes(&self) -> impl Iterator<Item = &Arc<Purpose>> {
        self.purposes.values()
    }

    /// A purpose.
    pub fn purpose(&self, key: &str) -> Result<&Arc<Purpose>> {
        self.purposes.get(key).ok_or_else(|| unknown("purpose", key))
    }

    /// All properties, by key.
    pub fn properties(&self) -> impl Iterator<Item = &Property> {
        self.properties.values()
    }

    /// A property.
    pub fn property(&self, key: &str) -> Result<&Property> {
        self.properties.get(key).ok_or_else(|| unknown("property", key))
    }

    /// The newest version of each published notice.
    pub fn newest(&self) -> impl Iterator<Item = &Arc<NoticeVersion>> {
        self.notices.values().filter_map(|versions| versions.last())
    }

    /// All versions of a notice, oldest first; empty when there is none.
    pub fn versions(&self, notice: &str) -> &[Arc<NoticeVersion>] {
        self.notices.get(notice).map_or(&[], Vec::as_slice)
    }

    /// A notice's newest version (`newsletter`) or the one named (`newsletter@3`).
    pub fn notice(&self, name: &str) -> Result<&Arc<NoticeVersion>> {
        let (key, version) = match name.split_once('@') {
            Some((key, version)) => (key, Some(version)),
            None => (name, None),
        };
        let versions = self.versions(key);
        let found = match version {
            None => versions.last(),
            Some(text) => {
                let number: Option<i64> = text.parse().ok();
                versions.iter().find(|one| Some(one.version) == number)
            }
        };
        found.ok_or_else(|| unknown("published notice", name))
    }

    /// The version with a number in memory.
    pub fn notice_by_slot(&self, slot: u16) -> Option<&Arc<NoticeVersion>> {
        self.by_slot.get(&slot)
    }

    /// Whether a consent to `purpose` given under `version` of `notice` still holds.
    pub fn holds(&self, notice: &str, version: i64, purpose: &str) -> bool {
        self.oldest
            .get(&(notice.to_owned(), purpose.to_owned()))
            .is_some_and(|oldest| version >= *oldest)
    }
}

fn unknown(kind: &'static str, key: &str) -> ConsentError {
    // What was asked for may be anything a caller sent: short, and without control characters.
    let key = key.chars().filter(|c| !c.is_control()).take(64).collect();
    ConsentError::Unknown { kind, key }
}

impl Consent {
    /// Purposes, notices and properties as they stand.
    pub fn catalogue(&self) -> Arc<Catalogue> {
        let current = self.inner.catalogue.read();
        Arc::clone(&current.unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    /// Reads it again; called after every change here and when another server changed something.
    pub async fn refresh_catalogue(&self) -> Result<()> {
        let mut conn = self.store().reader().acquire().await?;
        let purposes = purpose::read_all(&mut conn).await?;
        let versions = notice::read_published(&mut conn).await?;
        let properties = property::read_all(&mut conn).await?;
        let fresh = Arc::new(Catalogue::new(purposes, versions, properties));
        let mut current =
            self.inner.catalogue.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        *current = fresh;
        Ok(())
    }
}
