//! The script that brings a source to its standard: every right is taken where it comes from, and who
//! lawfully lived on what is taken gets it for itself. The steps are worked out on a copy of the
//! grants until the judgement finds nothing more to mend; nothing is ever run by us.

mod plan;
mod sql;

pub use plan::plan;
pub use sql::render;

use std::collections::BTreeSet;

/// One statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Takes a privilege.
    Revoke {
        /// From whom; "" is everybody.
        holder: String,
        /// What.
        privilege: String,
        /// On what, as the grant names it.
        on: On,
        /// Single columns; empty: all of it.
        columns: BTreeSet<String>,
    },
    /// Gives a privilege on a table.
    Grant {
        /// To whom.
        holder: String,
        /// What.
        privilege: String,
        /// On what.
        on: On,
        /// Single columns; empty: all of it.
        columns: BTreeSet<String>,
    },
    /// Lets a role look into a schema (PostgreSQL).
    Usage {
        /// Who.
        holder: String,
        /// Where.
        schema: String,
    },
    /// Ends a membership.
    Leave {
        /// Who leaves.
        member: String,
        /// What it leaves.
        role: String,
    },
    /// Must be done by hand, because only people can say how.
    ByHand(ByHand),
}

/// What a grant is on: a table, all of a schema (`store` is ""), or everything (both are "").
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct On {
    /// Schema.
    pub schema: String,
    /// Table or view.
    pub store: String,
}

/// What no statement of ours can decide.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ByHand {
    /// A role owns a table with data it has no purpose for; owners can always grant themselves anew.
    Owner {
        /// The owner.
        holder: String,
        /// The table.
        on: On,
    },
    /// A superuser without a reason to be one.
    Superuser(String),
    /// An account without a line in the standard.
    Unbound(String),
    /// A role of the standard that the database does not know.
    Absent(String),
}

/// Why a step is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// No purpose of these roles needs the data.
    Excess {
        /// The role that has too much.
        role: String,
        /// Columns that no purpose needs.
        columns: BTreeSet<String>,
    },
    /// What stays allowed of a wider grant that was taken in the step before.
    Stays,
    /// A purpose needs it and the role cannot read it.
    Missing,
    /// It came through a membership, a grant to everybody or a wider right that is taken.
    Instead,
    /// Only people can decide.
    ByHand,
}

/// A statement with its reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stated {
    /// What to do.
    pub step: Step,
    /// Why.
    pub why: Why,
    /// Accounts without a line that lose something by it.
    pub others: BTreeSet<String>,
}
