//! References between databases that no database declares: a ticket's contact is a contact of the CRM,
//! an order's customer is a customer of the shop. Staff declare them; looking for a person, copies,
//! corrections and erasures follow them as they follow foreign keys.

mod pages;
mod store;

pub(crate) use pages::router;
pub(crate) use store::links;
pub use store::{End, Reference};
