//! Systems and recipients: the rooms and the ends of the data-flow picture.

pub mod countries;
mod pages;
mod recipient_pages;
mod recipients;
mod store;

pub use countries::name as country_name;
pub(crate) use pages::router;
pub use recipients::{RECIPIENT_KINDS, RecipientDraft, RecipientRow, SAFEGUARDS};
pub use store::{SystemDraft, SystemSummary};
