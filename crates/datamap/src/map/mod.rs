//! The map itself: every field with its verdict, the decisions people make about it, search in the
//! words people use ("where do we keep phone numbers?"), and the counts of the dashboard.

mod ask;
mod decide;
#[cfg(any())]
mod field_page;
mod filter;
#[cfg(any())]
mod home;
#[cfg(any())]
mod pages;
mod store;
mod summary;

pub use ask::{Answer, AnswerGroup};
pub use decide::{Decided, Decision, MOST as MOST_DECIDED};
pub use filter::{FieldFilter, Scope, Sort};
pub use store::{FieldDetail, FieldList, FieldListRow, LinkRow};
pub use summary::{Group, Summary, SummaryCache};

#[cfg(any())]
/// The pages of the map: dashboard, list, field.
pub(crate) fn router() -> axum::Router<crate::room::Room> {
    pages::router().merge(field_page::router()).merge(home::router())
}
