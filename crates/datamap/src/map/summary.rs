//! Counts of fields by everything people filter on, kept in memory until the map changes. A group is
//! one combination that occurs; a hundred thousand fields make a few thousand groups, so totals and
//! facets cost no query.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use sqlx::FromRow;

use super::filter::{FieldFilter, Scope};
use crate::{DataMap, Result};

/// Fields that are alike in everything one can filter on.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Group {
    /// The source.
    pub source_id: String,
    /// Category that counts, or "".
    pub category: String,
    /// 0..=3.
    pub level: i64,
    /// "" | `confirmed` | `corrected` | `dismissed`.
    pub decision: String,
    /// The people are children.
    pub minor: i64,
    /// Whose data.
    pub people: String,
    /// The field is gone.
    pub vanished: i64,
    /// How many fields.
    pub fields: i64,
}

/// Names of a source and of its system.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct SourceName {
    /// The source.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its system, or "".
    pub system_id: String,
    /// Its system's name, or "".
    pub system_name: String,
}

/// All counts at one version of the map.
#[derive(Debug, Default)]
pub struct Summary {
    version: i64,
    /// Every group.
    pub groups: Vec<Group>,
    /// Every source, by id.
    pub sources: HashMap<String, SourceName>,
    /// Stores that are there.
    pub stores: i64,
}

impl Summary {
    /// Fields that a filter without words finds.
    pub fn count(&self, filter: &FieldFilter) -> i64 {
        self.matching(filter).map(|group| group.fields).sum()
    }

    /// Groups that a filter without words finds.
    pub fn matching<'a>(&'a self, filter: &'a FieldFilter) -> impl Iterator<Item = &'a Group> {
        self.groups.iter().filter(|group| self.fits(group, filter))
    }

    fn fits(&self, group: &Group, filter: &FieldFilter) -> bool {
        let is = |wanted: &str, has: &str| wanted.is_empty() || wanted == has;
        let in_scope = match filter.scope {
            Scope::Personal => group.level > 0,
            Scope::Plain => group.level == 0,
            Scope::All => true,
        };
        let decided = match filter.decision.as_str() {
            "open" => group.decision.is_empty(),
            other => is(other, &group.decision),
        };
        let system =
            self.sources.get(&group.source_id).map_or("", |source| source.system_id.as_str());
        in_scope
            && decided
            && (group.vanished == 1) == filter.vanished
            && (!filter.minors || group.minor == 1)
            && is(&filter.source, &group.source_id)
            && is(&filter.people, &group.people)
            && is(&filter.sensitivity, name(group.level))
            && is(&filter.system, system)
            && filter.in_categories(&group.category)
    }

    /// Counts by one property under a filter; sorted by the property.
    pub fn facet(&self, filter: &FieldFilter, by: impl Fn(&Group) -> String) -> Vec<(String, i64)> {
        let mut counts: BTreeMap<String, i64> = BTreeMap::new();
        for group in self.matching(filter) {
            *counts.entry(by(group)).or_default() += group.fields;
        }
        counts.into_iter().collect()
    }

    /// The system of a source, or "".
    pub fn system_of(&self, source_id: &str) -> &str {
        self.sources.get(source_id).map_or("", |source| &source.system_id)
    }

    /// Sources of a system.
    pub fn sources_of<'a>(&'a self, system_id: &'a str) -> impl Iterator<Item = &'a str> {
        self.sources.values().filter(move |s| s.system_id == system_id).map(|s| s.id.as_str())
    }
}

/// The stable name of a level.
pub(crate) fn name(level: impl std::borrow::Borrow<i64>) -> &'static str {
    match level.borrow() {
        1 => "personal",
        2 => "confidential",
        3 => "sensitive",
        _ => "none",
    }
}

/// The newest summary, shared by all clones of the map.
#[derive(Clone, Default)]
pub struct SummaryCache(Arc<Mutex<Arc<Summary>>>);

impl DataMap {
    /// The counts as of now: one read of one row when nothing has changed.
    pub async fn summary(&self) -> Result<Arc<Summary>> {
        let (version,): (i64,) = sqlx::query_as("SELECT version FROM map_version WHERE id = 'map'")
            .fetch_one(self.store().reader())
            .await?;
        let kept = self.summary.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if kept.version == version {
            return Ok(kept);
        }
        let fresh = Arc::new(self.count_all(version).await?);
        *self.summary.0.lock().unwrap_or_else(PoisonError::into_inner) = fresh.clone();
        Ok(fresh)
    }

    /// Rows of the largest store that holds customers' data of at least this level (0..=3): more people
    /// than that are in none. 0 where nothing was estimated.
    pub async fn rows_of_customers(&self, level: i64) -> Result<i64> {
        Ok(sqlx::query_scalar(
            "SELECT COALESCE(MAX(d.rows_estimate), 0) FROM data_store d
             WHERE d.vanished_at IS NULL
               AND CASE WHEN d.people_decided <> '' THEN d.people_decided ELSE d.people END
                   = 'customers'
               AND EXISTS (SELECT 1 FROM field f WHERE f.store_id = d.id AND f.level >= $1
                   AND f.vanished_at IS NULL)",
        )
        .bind(level)
        .fetch_one(self.store().reader())
        .await?)
    }

    async fn count_all(&self, version: i64) -> Result<Summary> {
        let reader = self.store().reader();
        let groups = sqlx::query_as(
            "SELECT f.source_id, f.category, f.level, f.decision, f.minor,
               CASE WHEN d.people_decided <> '' THEN d.people_decided ELSE d.people END AS people,
               CAST(CASE WHEN f.vanished_at IS NULL THEN 0 ELSE 1 END AS BIGINT) AS vanished,
               COUNT(*) AS fields
             FROM field f JOIN data_store d ON d.id = f.store_id
             GROUP BY 1, 2, 3, 4, 5, 6, 7",
        )
        .fetch_all(reader)
        .await?;
        let sources: Vec<SourceName> = sqlx::query_as(
            "SELECT s.id, s.name, COALESCE(y.id, '') AS system_id, COALESCE(y.name, '') AS system_name
             FROM source s LEFT JOIN system y ON y.id = s.system_id",
        )
        .fetch_all(reader)
        .await?;
        let (stores,): (i64,) =
            sqlx::query_as("SELECT COUNT(*) FROM data_store WHERE vanished_at IS NULL")
                .fetch_one(reader)
                .await?;
        let sources = sources.into_iter().map(|source| (source.id.clone(), source)).collect();
        Ok(Summary { version, groups, sources, stores })
    }
}
