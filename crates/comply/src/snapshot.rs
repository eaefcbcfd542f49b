//! The live state at one moment, assembled by a few set queries of the rooms' faces, with the indexes
//! that checks need. Pure once it is read.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use datamap::{
    FieldPosture, SourcePosture, StorePosture,
    records::{Activity, CategoryFact, RecipientFact},
};
use jiff::civil::Date;
use law::{Fact, Law};
use store::{KeyStatus, ScheduleRow};

/// A day in µs.
pub(crate) const DAY: i64 = 24 * 3600 * 1_000_000;

/// What the rooms tell.
#[derive(Debug, Default)]
pub struct Parts {
    /// The data map.
    pub map: datamap::Posture,
    /// Purposes, notices, choices.
    pub consent: consent::Posture,
    /// Accounts and rights.
    pub web: web::access::Posture,
    /// The log, jobs, what was done last.
    pub store: store::Posture,
    /// Early warning.
    pub warn: warn::Posture,
    /// Propagation.
    pub deliver: deliver::Posture,
    /// Banners of properties.
    pub banners: Vec<banner::site::Site>,
    /// What is done at set times.
    pub schedules: Vec<ScheduleRow>,
    /// Key hierarchy.
    pub keys: Option<KeyStatus>,
    /// Policies that are published.
    pub policies: Vec<policy::Published>,
    /// Rules that are carried out.
    pub retention: Retention,
    /// The last look at each source's grants.
    pub grants: Vec<grants::Worst>,
    /// What crosses borders, judged.
    pub transfers: Option<transfer::Report>,
    /// Laws that apply by the profile, and by which conditions.
    pub applying: Vec<regime::Applying>,
}

/// Retention at one moment.
#[derive(Debug, Default)]
pub struct Retention {
    /// All rules.
    pub rules: Vec<retain::Rule>,
    /// The newest plans and runs, the newest first.
    pub runs: Vec<retain::Run>,
    /// Legal holds that stand.
    pub holds: Vec<retain::Hold>,
    /// What is enforced, in sentences.
    pub enforced: Vec<retain::Enforced>,
}

/// The live state at one moment.
#[derive(Debug)]
pub struct Snapshot {
    /// When (µs).
    pub now: i64,
    /// The day whose law counts: today in UTC, or one that is looked ahead to.
    pub day: Date,
    /// Laws that apply.
    pub regimes: BTreeSet<String>,
    /// What they say.
    pub law: Arc<Law>,
    /// What the rooms tell.
    pub parts: Parts,
    sources: HashMap<String, usize>,
    stores: HashMap<String, usize>,
    activities: HashMap<String, Vec<usize>>,
    received: HashMap<String, BTreeSet<String>>,
}

impl Snapshot {
    /// Puts the parts together.
    pub fn new(
        now: i64,
        day: Date,
        law: Arc<Law>,
        regimes: BTreeSet<String>,
        parts: Parts,
    ) -> Self {
        let map = &parts.map;
        let place = |ids: &mut dyn Iterator<Item = &String>| -> HashMap<String, usize> {
            ids.enumerate().map(|(at, id)| (id.clone(), at)).collect()
        };
        let mut activities: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, activity) in map.facts.activities.iter().enumerate() {
            for system in &activity.systems {
                activities.entry(system.clone()).or_default().push(at);
            }
        }
        let mut received: HashMap<String, BTreeSet<String>> = HashMap::new();
        for flow in &map.facts.flows {
            received.entry(flow.system.clone()).or_default().insert(flow.recipient.clone());
        }
        Self {
            now,
            day,
            sources: place(&mut map.sources.iter().map(|source| &source.id)),
            stores: place(&mut map.stores.iter().map(|store| &store.id)),
            activities,
            received,
            regimes,
            law,
            parts,
        }
    }

    /// Whether one of these laws applies.
    pub fn under(&self, regimes: &[&str]) -> bool {
        regimes.iter().any(|one| self.regimes.contains(*one))
    }

    /// The number of a fact of the law as it stands on the day.
    pub fn number(&self, fact: &str) -> Option<u64> {
        self.law.fact(fact, self.day).and_then(|fact| fact.value)
    }

    /// Facts that hold today under the laws that apply.
    pub fn holding<'a>(&'a self, ids: &'a [String]) -> impl Iterator<Item = &'a Fact> {
        ids.iter()
            .filter_map(|id| self.law.fact(id, self.day))
            .filter(|fact| self.regimes.contains(&fact.regime))
    }

    /// Days since a moment.
    pub fn days_since(&self, at: i64) -> i64 {
        (self.now - at).max(0) / DAY
    }

    /// Whether a moment is more than so many days ago.
    pub fn older(&self, at: i64, days: i64) -> bool {
        self.now - at > days * DAY
    }

    /// The activities of the records.
    pub fn activities(&self) -> &[Activity] {
        &self.parts.map.facts.activities
    }

    /// Activities that use a system.
    pub fn activities_of(&self, system: &str) -> impl Iterator<Item = &Activity> {
        let places = self.activities.get(system).into_iter().flatten();
        places.filter_map(|at| self.activities().get(*at))
    }

    /// Categories an activity uses: those it names, else all found in its systems.
    pub fn categories<'a>(&'a self, activity: &'a Activity) -> BTreeMap<&'a str, CategoryFact> {
        let mut found: BTreeMap<&str, CategoryFact> = BTreeMap::new();
        for system in &activity.systems {
            let Some(system) = self.parts.map.facts.systems.get(system) else { continue };
            for (key, fact) in &system.categories {
                let one = found.entry(key).or_default();
                one.fields += fact.fields;
                one.level = one.level.max(fact.level);
                one.minor |= fact.minor;
            }
        }
        if activity.categories.is_empty() {
            return found;
        }
        let named = |key: &'a String| {
            let level = detect::taxonomy().get(key).map_or(1, |one| level(one.sensitivity));
            let seen = found.get(key.as_str()).copied();
            (key.as_str(), seen.unwrap_or(CategoryFact { level, ..CategoryFact::default() }))
        };
        activity.categories.iter().map(named).collect()
    }

    /// Recipients of an activity: those it names, and those its systems send data to.
    pub fn recipients<'a>(
        &'a self,
        activity: &'a Activity,
    ) -> BTreeMap<&'a str, &'a RecipientFact> {
        let flowing = activity.systems.iter().filter_map(|system| self.received.get(system));
        let ids = activity.recipients.iter().chain(flowing.flatten());
        let all = &self.parts.map.facts.recipients;
        ids.filter_map(|id| all.get(id).map(|one| (id.as_str(), one))).collect()
    }

    /// Recipients that a system sends data to.
    pub fn receivers(&self, system: &str) -> impl Iterator<Item = &str> {
        self.received.get(system).into_iter().flatten().map(String::as_str)
    }

    /// A source.
    pub fn source(&self, id: &str) -> Option<&SourcePosture> {
        self.sources.get(id).and_then(|at| self.parts.map.sources.get(*at))
    }

    /// The system of a source, or "".
    pub fn system_of(&self, source: &str) -> &str {
        self.source(source).map_or("", |source| &source.system_id)
    }

    /// A system's name, or "".
    pub fn system_name(&self, id: &str) -> &str {
        self.parts.map.facts.systems.get(id).map_or("", |system| &system.name)
    }

    /// A store with personal data.
    pub fn store(&self, id: &str) -> Option<&StorePosture> {
        self.stores.get(id).and_then(|at| self.parts.map.stores.get(*at))
    }

    /// Fields with personal data, store by store.
    pub fn by_store(&self) -> impl Iterator<Item = (&StorePosture, &[FieldPosture])> {
        self.parts
            .map
            .fields
            .chunk_by(|one, next| one.store_id == next.store_id)
            .filter_map(|fields| self.store(&fields.first()?.store_id).map(|store| (store, fields)))
    }

    /// Fields with personal data, by source.
    pub fn by_source(&self) -> BTreeMap<&str, Vec<&FieldPosture>> {
        let mut by: BTreeMap<&str, Vec<&FieldPosture>> = BTreeMap::new();
        for field in &self.parts.map.fields {
            by.entry(&field.source_id).or_default().push(field);
        }
        by
    }
}

/// A sensitivity as a number, as the map keeps it.
pub(crate) fn level(sensitivity: detect::Sensitivity) -> i64 {
    datamap::model::level(sensitivity.as_str())
}

pub(crate) fn day_of(now: i64) -> Date {
    jiff::Timestamp::from_microsecond(now)
        .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
        .to_zoned_datetime(jiff::tz::TimeZone::UTC)
        .date()
}
