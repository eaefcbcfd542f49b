//! The law as data. Rule packs (`data/packs/*.toml`) hold facts, each with its citation, how well it
//! was checked and when it is in force; this room reads them, refuses bad ones with file, line and
//! reason, and answers what applies. It knows no database, no page and no clock of the machine: the
//! caller says which day it is. Callers need [`Law`], [`Fact`] and [`Pack`].

mod calendar;
mod check;
pub mod clock;
mod diff;
mod judge;
mod metric;
mod model;
mod pack;
mod problem;
mod several;

pub use calendar::{Calendar, Calendars, Holiday, Working, Year};
pub use diff::{Changed, Diff, Field, Pace};
pub use judge::{Applying, Judged, Judgement, Profile, Truth, Value, code};
pub use model::{
    Condition, Confidence, Extension, Fact, Kind, List, Metric, PackHead, Regime, Status, Text,
    Unit,
};
pub use pack::{Law, Pack};
pub use problem::{Problem, Reason};
pub use several::{Answer, Answers, ConsentRule, Matter};

/// Month and day of a day of the year as facts write it: `01-31`.
pub fn day_of_year(text: &str) -> Option<(i8, i8)> {
    check::day_of_year(text)
}
