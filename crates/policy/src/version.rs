//! Versions: what was published, whole, and never changed afterwards.

use law::Text;
use serde::{Deserialize, Serialize};

use crate::{
    changes::{self, SectionChanges},
    document::{Asks, Audience, Document, fresh},
};

/// Everything a version holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Body {
    /// What customers read.
    pub document: Document,
    /// Why it changed, in the words of who approved it.
    pub reason: Text,
    /// Items of checklists that were open when it was published, as `regime/fact`.
    pub lacks: Vec<String>,
    /// The packs of law it was checked against, as `eu 2026.11.24`.
    pub packs: Vec<String>,
}

/// A published version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PolicyVersion {
    /// The policy.
    pub policy: String,
    /// 1, 2, 3 …
    pub version: i64,
    /// What it holds.
    pub body: Body,
    /// SHA-256 of the canonical JSON of what it holds.
    pub digest: String,
    /// From when it applies (µs).
    pub effective_at: i64,
    /// Who asked for its publication, as the ledger names them.
    pub written_by: String,
    /// Who approved it.
    pub approved_by: String,
    /// When (µs).
    pub published_at: i64,
}

/// A published policy, for rooms that look at it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Published {
    /// Its id.
    pub policy: String,
    /// Of which property.
    pub property: String,
    /// For whom.
    pub audience: Audience,
    /// Its newest version.
    pub version: i64,
    /// The languages it can be read in.
    pub languages: Vec<String>,
    /// From when that applies (µs).
    pub effective_at: i64,
    /// Open items of its checklists, as `regime/fact`.
    pub lacks: Vec<String>,
    /// Sentences that would change if it were published now.
    pub stale: usize,
}

/// What a version changed.
pub(crate) fn told(before: &PolicyVersion, after: &PolicyVersion) -> Vec<SectionChanges> {
    changes::changes(&before.body.document, &after.body.document)
}

/// Whom it asks again for what.
pub(crate) fn asks(before: &PolicyVersion, after: &PolicyVersion) -> Vec<Asks> {
    fresh(&before.body.document, &after.body.document)
}
