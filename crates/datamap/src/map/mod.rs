//! The map itself: every field with its verdict, the decisions people make about it, search in the
//! words people use ("where do we keep phone numbers?"), and the counts of the dashboard.

mod ask;
mod decide;
mod filter;
mod store;
mod summary;

pub use ask::{Answer, AnswerGroup};
pub use decide::{Decided, Decision};
pub use filter::{FieldFilter, Scope, Sort};
pub use store::{FieldDetail, FieldList, FieldListRow, LinkRow};
pub use summary::{Group, Summary, SummaryCache};
