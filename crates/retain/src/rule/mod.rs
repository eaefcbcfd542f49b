//! Rules: what they say, whether they fit the tables they are about, the sentence people read, and the
//! request they become for the engine.

pub(crate) mod check;
pub(crate) mod compile;
mod conflict;
mod model;
mod propose;
mod store;
mod words;

pub use check::Fault;
pub use compile::{Compiled, Held};
pub use conflict::Conflict;
pub(crate) use conflict::obliges;
pub use model::{
    Act, Change, Event, Ground, How, Kind, Only, Pace, Period, Related, RuleBody, Step, Summary,
    Test, Unit,
};
pub use propose::{Path, guess_time, paths, related_to, time_like};
pub use store::{Rule, RuleFilter, RuleVersion};
pub use words::{Names, duration, sentence};
