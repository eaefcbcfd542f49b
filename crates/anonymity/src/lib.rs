//! How anonymous a table of people is before it leaves, and how little must be coarsened until it is
//! anonymous enough. Pure: rows come in as text, numbers and rules come out; nothing is kept after the
//! answer and no value appears in an error. Callers need [`Frame`] (what was read), [`Goal`] (what is
//! asked of it) and [`search`] (the coarsening that reaches it).
//!
//! Being k-anonymous is not being anonymous: a release is judged against singling out, linking and
//! inference (Article 29 Working Party, Opinion 05/2014). The numbers here measure the first and the
//! third; what an attacker may link is for a person to say.

mod frame;
mod ladder;
mod measure;
mod search;

pub use frame::{Frame, FrameError, MAX_COMBINATIONS};
pub use ladder::{Ladder, Shape};
pub use measure::{Report, SensitiveReport, measure};
pub use search::{Found, Goal, search};
