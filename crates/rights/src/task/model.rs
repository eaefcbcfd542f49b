//! What a task is. Pure.

use crate::{Kind, report::DAY};

/// Days before a request's answer on which its tasks are due.
const BEFORE: i64 = 5;

/// What of a request could not be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Looking where the person's data is.
    Search,
    /// The person's copy.
    Copy,
    /// Looking at what is held, or correcting it.
    Correction,
    /// Planning an erasure, or carrying it out.
    Erasure,
}

impl Step {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Search, Self::Copy, Self::Correction, Self::Erasure];

    /// Stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Search => "search",
            Self::Copy => "copy",
            Self::Correction => "correction",
            Self::Erasure => "erasure",
        }
    }

    /// The step of that name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }
}

/// Why it could not be done; of several reasons the first counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// The source does not answer.
    Down,
    /// The account may not do it, or there is none.
    Rights,
    /// Its tables are not as the map knows them.
    Changed,
    /// It is only declared: Privet has no connection.
    Declared,
    /// Rows of a person cannot be told apart there.
    Hands,
    /// Anything else that the source said.
    Other,
}

impl Why {
    const ALL: [Self; 6] =
        [Self::Down, Self::Rights, Self::Changed, Self::Declared, Self::Hands, Self::Other];

    /// Stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Down => "down",
            Self::Rights => "rights",
            Self::Changed => "changed",
            Self::Declared => "declared",
            Self::Hands => "hands",
            Self::Other => "other",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        // Tasks of old, when files were not searched: people still have to look there.
        let text = if text == "files" { "hands" } else { text };
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }

    /// Trying again may help without anybody working by hand.
    pub fn passes(self) -> bool {
        !matches!(self, Self::Declared | Self::Hands)
    }
}

/// How a task stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stand {
    /// Somebody has to see to it.
    Open,
    /// Somebody did, and said what.
    Done,
    /// Somebody said why nothing is needed.
    Dropped,
    /// The source was reached after all.
    Reached,
    /// The request was closed before.
    Closed,
}

impl Stand {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Open, Self::Done, Self::Dropped, Self::Reached, Self::Closed];

    /// Stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Done => "done",
            Self::Dropped => "dropped",
            Self::Reached => "reached",
            Self::Closed => "closed",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }

    /// The badge that shows it.
    pub fn badge(self) -> &'static str {
        match self {
            Self::Open => "warn",
            Self::Done | Self::Reached => "ok",
            Self::Dropped | Self::Closed => "none",
        }
    }
}

/// A task. `Debug` shows nothing of what was said: it may name a person.
#[derive(Clone, PartialEq, Eq)]
pub struct Task {
    /// Its id.
    pub id: String,
    /// The request's id.
    pub request: String,
    /// What people call the request: 17 is `R-17`.
    pub number: i64,
    /// What the request asks.
    pub kind: Kind,
    /// The request's clock stands still.
    pub paused: bool,
    /// The source's id in the data map.
    pub source: String,
    /// What the source was called when the task was made.
    pub name: String,
    /// What could not be done.
    pub step: Step,
    /// Why.
    pub why: Why,
    /// Names of tables, or words of the database; no value.
    pub detail: String,
    /// Whose it is: a member of staff's id, or "".
    pub owner: String,
    /// How it stands.
    pub stand: Stand,
    /// Due (µs): some days before the request's answer, wherever that moves; 0 where the request has
    /// no day.
    pub due_at: i64,
    /// Made (µs).
    pub made_at: i64,
    /// Last tried in vain (µs).
    pub seen_at: i64,
    /// Tried in vain so often.
    pub tries: i64,
    /// Ended (µs), or 0.
    pub ended_at: i64,
    /// By whom, as the ledger writes it.
    pub ended_by: String,
    /// What they said.
    pub said: String,
}

impl std::fmt::Debug for Task {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Task")
            .field("source", &self.source)
            .field("step", &self.step)
            .field("stand", &self.stand)
            .finish_non_exhaustive()
    }
}

impl Task {
    /// `R-17`.
    pub fn request_name(&self) -> String {
        format!("R-{}", self.number)
    }

    /// Whether it is past its day at a moment.
    pub fn is_late(&self, now: i64) -> bool {
        self.stand == Stand::Open && !self.paused && self.due_at > 0 && self.due_at < now
    }
}

/// How long before a request's answer a task made now is due (µs): five days, or half of what is left
/// where that is less, so that somebody can still act on it.
pub(super) fn margin(now: i64, due: i64) -> i64 {
    (BEFORE * DAY).min((due - now).max(0) / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_survive_storage() {
        for step in Step::ALL {
            assert_eq!(Step::parse(step.as_str()), Some(step));
        }
        for why in Why::ALL {
            assert_eq!(Why::parse(why.as_str()), Some(why));
        }
        assert_eq!(Why::parse("files"), Some(Why::Hands), "as it was called once");
        for stand in Stand::ALL {
            assert_eq!(Stand::parse(stand.as_str()), Some(stand));
        }
    }

    #[test]
    fn a_task_is_due_five_days_before_the_answer_or_half_way() {
        assert_eq!(margin(0, 30 * DAY), 5 * DAY);
        assert_eq!(margin(0, 4 * DAY), 2 * DAY);
        assert_eq!(margin(10 * DAY, 4 * DAY), 0, "a late request's task is due at once");
    }
}
