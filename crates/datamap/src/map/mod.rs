//! The map itself: every field with its verdict, the decisions people make about it, search in the
//! words people use ("where do we keep phone numbers?"), and the counts of the dashboard.

mod ask;
mod decide;
mod field_page;
mod filter;
mod home;
mod pages;
mod store;
mod summary;
mod tables;

pub use ask::{Answer, AnswerGroup};
pub use decide::{Decided, Decision, MOST as MOST_DECIDED};
pub use filter::{FieldFilter, Scope, Sort};
pub(crate) use pages::people_name;
pub use store::{ColumnFact, FieldDetail, FieldList, FieldListRow, LinkRow};
pub(crate) use summary::name as level_name;
pub use summary::{Group, Summary, SummaryCache};
pub use tables::{Link, PersonalTable, Table, TableField, Tables};

/// The pages of the map: dashboard, list, field.
pub(crate) fn router() -> axum::Router<crate::room::Room> {
    pages::router().merge(field_page::router()).merge(home::router())
}
