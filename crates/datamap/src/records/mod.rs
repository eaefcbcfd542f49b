//! Records of processing activities, computed from the map and never typed twice: what a law asks
//! for is data ([`law`]), what the map knows are [`Facts`], what is missing is a [`Gap`].

mod compute;
mod forms;
mod law;
mod model;
mod pages;
mod sheet;
pub(crate) mod store;
mod words;

pub use compute::{
    CategoryFact, Cell, Facts, Fix, FlowFact, Gap, Line, OriginFact, Part, RecipientFact, Record,
    Suggestion, SystemFact,
};
pub use law::{Bases, Duty, Fact, Field, Law, View, law};
pub(crate) use model::free_key;
pub use model::{Activity, ActivityRole, Organisation};
pub(crate) use pages::router;
pub use sheet::{rows, workbook};
pub use words::{CellText, GapText, RecordText, Voice};
