//! Who may do what: Cedar policies, parsed once, asked in microseconds. Pure: it opens nothing,
//! keeps nothing and knows no other room. Callers need [`Engine`] (the shipped set, alone or with
//! policies of one's own), [`Action`] (what can be done) and [`check`] (what is wrong with a text).
//! Whether *customers* agreed to a use is no question for this room; that is `consent`.

mod check;
mod engine;
mod model;
mod slice;

pub use check::{Fault, check};
pub use engine::{AccessError, Engine, Principal};
pub use model::{Action, Actor, Context, Decision, PROGRAM, Program, Resource};

/// The shipped policies, as people read them.
pub const SHIPPED: &str = include_str!("../policies/shipped.cedar");
/// What policies may speak of.
pub const SCHEMA: &str = include_str!("../policies/privet.cedarschema");
