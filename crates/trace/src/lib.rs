//! Finds one person's rows across customers' databases: which tables can hold them ([`plan()`]), and
//! the rows themselves ([`walk()`] with their values, [`locate()`] only their keys). It reads, and
//! knows no request, no law and no data map; whoever calls it says in a [`Ground`] what columns hold,
//! and in a [`Start`] what is verified about the person.
//!
//! # Whose row it is
//!
//! These rules decide whose data is handed out or deleted. Where a row could be somebody else's, they
//! err on the side of leaving it.
//!
//! An identifier cell of a row *names the person* if its kind is verified and its value, folded as the
//! column's [`Spelling`] says, is one of the verified ones; it *names somebody else* if its kind is
//! verified and its value is none of them; NULL, blanks and kinds that are not verified say nothing.
//! A kind that several people may share ([`Ground::shareable`]: a telephone) is weaker than the others:
//! beside one of those that names the person, another telephone is only another number. A foreign key
//! or link of a table of things to a table of people names whoever is meant by it, like an identifier;
//! a *mention* ([`Holds::mentions`]) names nobody.
//!
//! 1. **By an identifier.** A row in which a verified identifier stands is the person's. If something
//!    else in it names somebody else, it is *shared*. But if only a shareable identifier names the
//!    person, and an identifier of another kind, or a reference, names somebody else, the row is
//!    *doubtful*: counted, not taken. In a table of people ([`About::Person`]) a row is one person, so
//!    it is never shared: an identifier of another kind that names somebody else makes it doubtful.
//! 2. **By reference, down.** A row that refers to a row of the person's is the person's: orders of a
//!    customer, items of the order, tickets by a declared link. It is shared if something in it names
//!    somebody else, or if it refers to shared rows only. Rows of people are never taken by a foreign
//!    key (who was recommended by a person is not that person), only by a declared link, which says
//!    “the same person”; not if an identifier that nobody shares names somebody else, nor over a
//!    shared row.
//! 3. **By reference, up.** A row that rows of the person's refer to (an address) is the person's if
//!    its table holds personal data and is not of people, nothing leads down to that table, every row
//!    anywhere that refers to it (but itself) is the person's own, not shared, and no identifier cell
//!    of it holds anything but the person's. Else it is left: a catalogue, a company, a household's
//!    address.
//! 4. **What is redacted.** In a row of the person's alone, nothing; in a table of people, cells that
//!    name somebody else. In a shared row, cells that name somebody else, references that do, and every
//!    personal cell that is not said to be the person's: an identifier that names the person stays, a
//!    field [`Whose::Owner`] stays, a field [`Whose::With`] an identifier stays if that names the
//!    person. Columns without personal data stay.
//!
//! Each row comes once, with the step that found it first. Steps are asked in the plan's order, own
//! rows before shared ones, so the same databases give the same answer.

mod bag;
mod error;
mod found;
mod ground;
mod judge;
mod opened;
mod pack;
mod plan;
mod sink;
mod walk;

pub use error::{Mishap, Result, TraceError};
pub use found::Found;
pub use ground::{
    About, Field, Ground, Holds, Identifier, Kind, Link, Side, Source, Spelling, Start, State,
    Whose,
};
pub use opened::Opened;
pub use plan::{How, Node, Plan, Step, Unreached, Wave, Why, plan};
pub use purge::{Flow, SinkError};
pub use sink::{Head, Place, Row, Sink};
pub use walk::{Counts, Failed, Options, Outcome, locate, walk};
