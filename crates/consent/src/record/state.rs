//! What a person's records come to: for each purpose the newest choice.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Choice, Stored};

/// The newest choice for one purpose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PurposeState {
    /// The choice.
    pub choice: Choice,
    /// When it was made (µs).
    pub since: i64,
    /// Under which notice; empty for an import without one.
    pub notice: String,
    /// Its version.
    pub notice_version: i64,
    /// The version's number in memory.
    pub notice_slot: i64,
    /// The record that says so.
    pub record: String,
    /// A minor until then (µs), as that record says.
    pub minor_until: Option<i64>,
    /// The guardian was verified (µs).
    pub guardian_verified_at: Option<i64>,
}

/// For each purpose the newest choice: the later `given_at`, and of two at one time the one recorded
/// later. Records may come in any order.
pub fn states<'a>(records: impl IntoIterator<Item = &'a Stored>) -> BTreeMap<String, PurposeState> {
    let mut newest: BTreeMap<String, (i64, i64, &str, PurposeState)> = BTreeMap::new();
    for record in records {
        let rank = (record.given_at, record.recorded_at, record.id.as_str());
        for (purpose, choice) in &record.choices {
            let known =
                newest.get(purpose).map(|(given, recorded, id, _)| (*given, *recorded, *id));
            if known.is_some_and(|known| known > rank) {
                continue;
            }
            let state = PurposeState {
                choice: *choice,
                since: record.given_at,
                notice: record.notice.clone(),
                notice_version: record.notice_version,
                notice_slot: record.notice_slot,
                record: record.id.clone(),
                minor_until: record.minor_until,
                guardian_verified_at: record.guardian_verified_at,
            };
            newest.insert(purpose.clone(), (rank.0, rank.1, rank.2, state));
        }
    }
    newest.into_iter().map(|(purpose, (_, _, _, state))| (purpose, state)).collect()
}
