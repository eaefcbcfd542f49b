//! Systems and recipients: the rooms and the ends of the data-flow picture.

pub mod countries;
mod recipients;
mod store;

pub use recipients::{RECIPIENT_KINDS, RecipientDraft, RecipientRow, SAFEGUARDS};
pub use store::{SystemDraft, SystemSummary};
