//! Why a pack is refused.

use std::fmt;

/// One fault of a pack: where, and what to mend.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Problem {
    /// The file as the caller named it.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// What is wrong.
    pub reason: Reason,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.reason)
    }
}

/// What is wrong with a pack.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// Not TOML, an unknown name, a missing field, a wrong unit or date: the parser's words.
    #[error("{0}")]
    Form(String),
    /// Two statements with one id that hold on the same day.
    #[error("`{id}` stands twice for {day}; end one before the other begins")]
    Overlap {
        /// The fact's id.
        id: String,
        /// A day on which both hold.
        day: String,
    },
    /// A regime that the pack does not describe.
    #[error("unknown regime `{0}`; describe it in a [[regime]] of this pack")]
    UnknownRegime(String),
    /// A reference to a fact that is in no pack.
    #[error("refers to `{0}`, which no pack has")]
    UnknownReference(String),
    /// A unit that does not fit: a clock in people, a number without a unit.
    #[error("{0}")]
    Unit(String),
    /// A condition that can never be judged.
    #[error("{0}")]
    Condition(String),
    /// Any other rule of the form: an empty text, an id with a space, dates in the wrong order.
    #[error("{0}")]
    Rule(String),
}
