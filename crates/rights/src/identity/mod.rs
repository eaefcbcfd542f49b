//! Showing who somebody is where a link is not enough (GDPR Art 12(6); 11 CCR §§7060–7062): staff ask for
//! a few facts about the person, which are compared with what is held, or for a picture of a document.
//!
//! What it promises: the person never learns whether a fact agreed, so nobody learns anything by
//! guessing; what they told is compared in the background, in their own time, and wiped; tries are few.
//! How many agree is shown to staff, who decide. A document's picture is opened by staff only, each time
//! with an entry of the ledger, and removed once somebody decided, once the request is closed, and in any
//! case after a week.

mod compare;
mod degree;
mod pages;
mod papers;
mod points;
mod store;

pub use degree::{Degree, Standing, Waiver};
pub use points::Verdict;
pub use store::{Paper, Proof, Stage};

pub(crate) use pages::router;
pub(crate) use points::Compare;
pub(crate) use store::{forget, settle};

/// Facts that may be asked for, by category of the data map: what somebody knows of themselves and a
/// stranger rarely does. Nothing that is sensitive by itself is asked for (11 CCR §7060(c)).
pub const FACTS: [&str; 8] = [
    "contact.phone",
    "contact.email",
    "identity.customer_id",
    "identity.birth_date",
    "identity.name",
    "location.address",
    "location.postal_code",
    "identity.username",
];
/// Facts that are asked for at once.
pub const MOST: usize = 5;
/// How often somebody may tell.
pub const TRIES: i64 = 3;

/// The category of the data map that an identifier is, or "".
fn fact_of(kind: consent::IdentifierKind) -> &'static str {
    match kind {
        consent::IdentifierKind::Email => "contact.email",
        consent::IdentifierKind::Phone => "contact.phone",
        consent::IdentifierKind::CustomerId => "identity.customer_id",
        _ => "",
    }
}
