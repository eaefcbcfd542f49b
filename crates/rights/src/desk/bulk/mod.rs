//! Several requests of the queue at once. The first click shows what will be done to which request, and
//! where it cannot be done and why; the second does it, one request after the other, each with its own
//! entry of the ledger. A request that changed in between is left alone.

mod carry;
mod link;
mod pages;

pub(super) use pages::router;

use web::{Choice, Page, Permission};

/// Requests at once.
const MOST: usize = 200;

/// What can be done to several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    /// Somebody works on them.
    Assign,
    /// Their deadlines become longer, and their people are told.
    Extend,
    /// Their people are asked to show who they are.
    Remind,
    /// Each is closed in favour of an earlier one of the same person.
    Duplicate,
    /// They are written into a file.
    Csv,
}

impl Act {
    const ALL: [Self; 5] = [Self::Assign, Self::Extend, Self::Remind, Self::Duplicate, Self::Csv];

    fn as_str(self) -> &'static str {
        match self {
            Self::Assign => "assign",
            Self::Extend => "extend",
            Self::Remind => "remind",
            Self::Duplicate => "duplicate",
            Self::Csv => "csv",
        }
    }

    /// What the reader needs beside seeing the queue.
    fn needs(self) -> Permission {
        if self == Self::Csv { Permission::Export } else { Permission::EditRecords }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }
}

/// What the reader may do to several.
pub(super) fn acts(p: &Page) -> Vec<Choice> {
    let may = |act: &Act| p.can(act.needs());
    let choice =
        |act: Act| Choice::new(act.as_str(), p.t(&format!("rights-bulk-{}", act.as_str())));
    Act::ALL.into_iter().filter(may).map(choice).collect()
}
