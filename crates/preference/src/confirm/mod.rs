//! Double opt-in: who follows the ledger for agreements that wait, writes the letters; the page with
//! one button confirms. Both events, their times, the notice's version and the network they came from
//! are records of `consent`, each with its receipt.

mod follow;
mod pages;

pub use follow::Follower;
pub(crate) use pages::router;
