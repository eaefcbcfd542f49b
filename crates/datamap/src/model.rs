//! The rows of the map, as the whole room speaks of them. Flags are 0/1, times are microseconds UTC.

use serde::{Deserialize, Serialize};
use sqlx::FromRow;

/// What people name: "CRM", "Web shop".
#[derive(Debug, Clone, PartialEq, Eq, FromRow, Serialize, Deserialize)]
pub struct System {
    /// Id.
    pub id: String,
    /// Stable name for privacy as code.
    pub key: String,
    /// Name.
    pub name: String,
    /// Description.
    pub description: String,
    /// Owning team or function.
    pub owner: String,
    /// What it is for.
    pub purpose: String,
    /// Hosting country, ISO 3166-1 alpha-2, or "".
    pub country: String,
    /// Created (µs).
    pub created_at: i64,
    /// Changed (µs).
    pub updated_at: i64,
}

/// One database or folder that can be scanned. `Debug` leaves the password out.
#[derive(Clone, PartialEq, Eq, FromRow, Serialize)]
pub struct Source {
    /// Id.
    pub id: String,
    /// Stable name for privacy as code.
    pub key: String,
    /// The system it belongs to.
    pub system_id: Option<String>,
    /// Name.
    pub name: String,
    /// `sqlite` | `postgres` | `mysql` | `files`.
    pub kind: String,
    /// Address without the password.
    pub address: String,
    /// The sealed password.
    #[serde(skip)]
    pub password_sealed: Option<String>,
    /// `disable` | `prefer` | `require` | `verify-full`.
    pub tls: String,
    /// Path of a private CA's PEM file, or "".
    pub tls_ca: String,
    /// Rows sampled in each store.
    pub rows_per_store: i64,
    /// Which stores; "" is all.
    pub tables_glob: String,
    /// Schedule; "" is by hand only.
    pub cron: String,
    /// The schedule's IANA zone.
    pub zone: String,
    /// The last scan that finished.
    pub last_scan_id: Option<String>,
    /// Created (µs).
    pub created_at: i64,
    /// Changed (µs).
    pub updated_at: i64,
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Source")
            .field("id", &self.id)
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

/// Where the data of a source came from.
#[derive(Debug, Clone, PartialEq, Eq, FromRow, Serialize, Deserialize)]
pub struct Origin {
    /// Id.
    pub id: String,
    /// The source.
    pub source_id: String,
    /// `direct` | `third_party`.
    pub kind: String,
    /// Direct: "registration form", "app", "shop counter".
    pub touchpoint: String,
    /// Third party: who.
    pub provider: String,
    /// Third party: under which contract.
    pub contract: String,
    /// Country of the provider, ISO 3166-1 alpha-2, or "".
    pub country: String,
}

/// One scan of one source.
#[derive(Debug, Clone, PartialEq, Eq, FromRow, Serialize)]
pub struct Scan {
    /// Id.
    pub id: String,
    /// The source.
    pub source_id: String,
    /// Its job.
    pub job_id: Option<String>,
    /// `queued` | `running` | `finished` | `failed` | `cancelled`.
    pub state: String,
    /// `person` | `schedule` | `demo` | `api`.
    pub started_by: String,
    /// Started (µs).
    pub started_at: Option<i64>,
    /// Ended (µs).
    pub finished_at: Option<i64>,
    /// Stores in the source.
    pub stores_total: i64,
    /// Stores read.
    pub stores_done: i64,
    /// Stores that could not be read.
    pub stores_failed: i64,
    /// Fields seen.
    pub fields_seen: i64,
    /// Of them personal.
    pub fields_personal: i64,
    /// Why it failed: a `SourceError` code.
    pub error_code: String,
    /// What it was about: a host, a file, a store.
    pub error_subject: String,
    /// The cause, where the code leaves it open.
    pub error_why: String,
    /// Queued (µs).
    pub created_at: i64,
}

/// One store that a scan could not read.
#[derive(Debug, Clone, PartialEq, Eq, FromRow, Serialize)]
pub struct ScanProblem {
    /// The scan.
    pub scan_id: String,
    /// The store's display name.
    pub store_name: String,
    /// `SourceError` code.
    pub code: String,
    /// What it was about: the store, a file and position.
    pub subject: String,
    /// The cause, where the code leaves it open.
    pub why: String,
}

/// A table, view or file.
#[derive(Debug, Clone, PartialEq, Eq, FromRow, Serialize)]
pub struct StoreRow {
    /// Id.
    pub id: String,
    /// The source.
    pub source_id: String,
    /// Display name.
    pub name: String,
    /// `table` | `view` | `file`.
    pub kind: String,
    /// Comment.
    pub comment: String,
    /// Rows by the catalogue's estimate.
    pub rows_estimate: Option<i64>,
    /// Rows looked at.
    pub rows_sampled: i64,
    /// Whose data, as found.
    pub people: String,
    /// Whose data, as decided by a person; wins.
    pub people_decided: String,
    /// A view's stores, JSON array of display names.
    pub reads_from: String,
    /// The last scan that saw it.
    pub seen_scan_id: String,
    /// First seen (µs).
    pub first_seen_at: i64,
    /// Gone since (µs).
    pub vanished_at: Option<i64>,
}

/// A column, or a path inside nested data.
#[derive(Debug, Clone, PartialEq, FromRow, Serialize)]
pub struct FieldRow {
    /// Id.
    pub id: String,
    /// Its store.
    pub store_id: String,
    /// Its source.
    pub source_id: String,
    /// Name.
    pub name: String,
    /// 1-based.
    pub position: i64,
    /// The source's own type name.
    pub data_type: String,
    /// May hold nulls.
    pub nullable: i64,
    /// Part of the primary key.
    pub primary_key: i64,
    /// Comment.
    pub comment: String,
    /// Category found by the last scan, or "".
    pub found_category: String,
    /// Sensitivity found.
    pub found_sensitivity: String,
    /// 0..=1.
    pub found_confidence: f64,
    /// The field says that the person is a child.
    pub found_minor: i64,
    /// `detect::Evidence` as JSON.
    pub evidence: String,
    /// Masked samples, JSON array.
    pub samples: String,
    /// Keyed sketch, or "".
    pub sketch: String,
    /// "" | `confirmed` | `corrected` | `dismissed`.
    pub decision: String,
    /// Category decided, or "".
    pub decided_category: String,
    /// Sensitivity decided, or "".
    pub decided_sensitivity: String,
    /// Who decided (id of a person or token), or "".
    pub decided_by: String,
    /// When (µs).
    pub decided_at: Option<i64>,
    /// Note.
    pub decided_note: String,
    /// What counts: category or "".
    pub category: String,
    /// What counts: sensitivity.
    pub sensitivity: String,
    /// `sensitivity` as a number, 0 (none) to 3 (sensitive), for sorting.
    pub level: i64,
    /// The person is a child.
    pub minor: i64,
    /// The last scan that saw it.
    pub seen_scan_id: String,
    /// First seen (µs).
    pub first_seen_at: i64,
    /// Gone since (µs).
    pub vanished_at: Option<i64>,
}

/// A change between two scans.
#[derive(Debug, Clone, PartialEq, Eq, FromRow, Serialize)]
pub struct Drift {
    /// Id.
    pub id: String,
    /// The source.
    pub source_id: String,
    /// The scan that saw it.
    pub scan_id: String,
    /// `new_store` | `vanished_store` | `new_field` | `vanished_field` | `changed_type` | `changed_category`.
    pub kind: String,
    /// The store's display name.
    pub store_name: String,
    /// The field, or "".
    pub field_name: String,
    /// Its id, or "".
    pub field_id: String,
    /// Before: a type or a category.
    pub before_value: String,
    /// After.
    pub after_value: String,
    /// Sensitivity of the field now.
    pub sensitivity: String,
    /// When (µs).
    pub at: i64,
    /// `open` | `acknowledged`.
    pub state: String,
    /// Who acknowledged it.
    pub handled_by: String,
    /// When (µs).
    pub handled_at: Option<i64>,
}

/// A stable key from a name: lower-case letters and digits of any script, other runs become `-`.
pub fn slug(name: &str) -> String {
    let mut key = String::new();
    for c in name.chars().flat_map(char::to_lowercase) {
        if c.is_alphanumeric() {
            key.push(c);
        } else if !key.is_empty() && !key.ends_with('-') {
            key.push('-');
        }
    }
    let key = key.trim_end_matches('-');
    if key.is_empty() { "unnamed".into() } else { key.chars().take(60).collect() }
}

/// A sensitivity's name as a number, 0 (none) to 3 (sensitive).
pub fn level(sensitivity: &str) -> i64 {
    match sensitivity {
        "personal" => 1,
        "confidential" => 2,
        "sensitive" => 3,
        _ => 0,
    }
}

/// The people a store can be about; keys of `map-people-KEY`.
pub const PEOPLE: &[&str] = &[
    "customers",
    "prospects",
    "members",
    "subscribers",
    "users",
    "visitors",
    "guests",
    "contacts",
    "employees",
    "candidates",
    "suppliers",
    "patients",
    "students",
    "children",
    "tenants",
    "authors",
    "other",
];

/// A flag of the database.
pub(crate) fn flag(value: bool) -> i64 {
    i64::from(value)
}

/// `$n, $n+1, …` for `count` values from `first` on.
pub(crate) fn placeholders(first: usize, count: usize) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(count * 5);
    for n in first..first + count {
        let _ = write!(text, "{}${n}", if n == first { "" } else { ", " });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_keep_every_script_and_never_end_in_a_dash() {
        assert_eq!(slug("Web Shop (EU)"), "web-shop-eu");
        assert_eq!(slug("灯下茶铺 CRM"), "灯下茶铺-crm");
        assert_eq!(slug("!!"), "unnamed");
    }

    #[test]
    fn placeholders_count_from_the_first() {
        assert_eq!(placeholders(3, 2), "$3, $4");
        assert_eq!(placeholders(1, 0), "");
    }
}
