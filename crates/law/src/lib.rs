//! The law as data. Rule packs (`data/packs/*.toml`) hold facts, each with its citation, how well it
//! was checked and when it is in force; this room reads them, refuses bad ones with file, line and
//! reason, and answers what applies. It knows no database, no page and no clock of the machine: the
//! caller says which day it is. Callers need [`Law`], [`Fact`] and [`Pack`].

mod calendar;
mod check;
pub mod clock;
mod judge;
mod metric;
mod model;
mod pack;
mod problem;

pub use calendar::{Calendar, Calendars, Working, Year};
pub use judge::{Applying, Judged, Judgement, Profile, Truth, Value, code};
pub use model::{
    Condition, Confidence, Extension, Fact, Kind, List, Metric, PackHead, Regime, Status, Text,
    Unit,
};
pub use pack::{Law, Pack};
pub use problem::{Problem, Reason};
