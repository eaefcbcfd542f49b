//! Correcting what the company holds about a person (GDPR Art 16; PIPL Art 46): their own rows are
//! shown to staff, a new value is checked and tried in every place at once, and then written into the
//! databases and files, place by place, so that it can be undone.
//!
//! Only rows that are the person's alone are shown: what is somebody else's, too, or doubtful, is not
//! theirs to change. Values, keys and both sides of a change are sealed, and removed 30 days afterwards;
//! what stays are names of tables and categories. Who changes a way in (an address, a telephone, an
//! account that money goes to) must be known better than by that very address: whoever took over a
//! mailbox could otherwise take over the rest.

mod drafted;
mod files;
mod judge;
mod look;
mod model;
mod pages;
mod propose;
mod store;
mod work;

pub use model::{Cell, Correction, Held, HeldRow, HeldTable, Look, Proposal, Stage, State};

pub(crate) use look::Find;
pub(crate) use pages::router;
pub(crate) use store::forget;
pub(crate) use work::Write;

use ::store::Actor;

/// Who writes.
const BY: Actor = Actor::System("rights");
/// Rows that are shown at most.
pub const MOST: usize = 500;
/// How long values stay with us, and a change can be undone (µs).
pub const KEPT: i64 = 30 * 24 * 3600 * 1_000_000;
