//! How many agreed: choices counted by day, purpose, notice, channel and origin. Counting follows the
//! ledger ([`Consent::keep_counts`]) into a table of days; what it has not reached yet is counted when
//! it is asked for, so that an answer is complete and its cost does not grow with the records.

mod count;
mod model;
mod query;

pub use model::{By, CLASSES, Cell, DAY, Effect, Share, Tally, class_of};
pub use query::{Counts, Period};

use ::store::Migration;

pub(crate) const MIGRATIONS: [Migration; 1] =
    [Migration { room: "consent-statistics", version: 1, sql: include_str!("schema.sql") }];
