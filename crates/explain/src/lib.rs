//! Detection in words. A verdict about a column and a finding in a text come out of `detect` as keys
//! and counts; here they become sentences in the reader's language that a privacy officer can check
//! and repeat. Nothing is decided here and no value is held. Pages need [`Why`] (with the template
//! `explain/why.html`), [`category_name`] and [`category_path`].

mod check;
mod law;
mod names;
mod why;

pub use law::{Law, laws};
pub use names::{category_name, category_path, check_of, kind_name, list_of};
pub use why::{Asked, Inside, Line, Share, Stance, Why};
