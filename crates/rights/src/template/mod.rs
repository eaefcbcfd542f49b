//! Answer templates: words that staff use again, by kind and language, with places that are filled in
//! from the request. Some come with Privet, from its texts; one that was changed or deleted stands in
//! the database and hides what came.

mod model;
mod pages;
mod store;

pub use model::{Draft, Template};
pub(crate) use model::{Filling, fill};
pub(crate) use pages::router;
