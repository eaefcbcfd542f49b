//! A run: its states and what it says. No SQL.

use serde::{Deserialize, Serialize};

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// Rows are being counted.
    Planning,
    /// Counted; nothing was changed. It waits to be carried out, or is a dry run only.
    Planned,
    /// Agreed to; it begins in a moment.
    Queued,
    /// Rows are being changed.
    Running,
    /// It pauses after the batch under way.
    Pausing,
    /// It stops after the batch under way.
    Stopping,
    /// Paused at the border of a batch.
    Paused,
    /// Stopped by a person or by a new legal hold, at the border of a batch.
    Stopped,
    /// It could not go on; at the border of a batch.
    Failed,
    /// Everything is done.
    Finished,
    /// A plan that nobody carried out and nobody will.
    Discarded,
}

impl RunState {
    /// All, in the order in which a run comes to them.
    pub const ALL: [Self; 11] = [
        Self::Planning,
        Self::Planned,
        Self::Queued,
        Self::Running,
        Self::Pausing,
        Self::Stopping,
        Self::Paused,
        Self::Stopped,
        Self::Failed,
        Self::Finished,
        Self::Discarded,
    ];

    /// Stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Planning => "planning",
            Self::Planned => "planned",
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Pausing => "pausing",
            Self::Stopping => "stopping",
            Self::Paused => "paused",
            Self::Stopped => "stopped",
            Self::Failed => "failed",
            Self::Finished => "finished",
            Self::Discarded => "discarded",
        }
    }

    /// Reads the stable name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// A server works on it, or will in a moment.
    pub fn is_moving(self) -> bool {
        matches!(
            self,
            Self::Planning | Self::Queued | Self::Running | Self::Pausing | Self::Stopping
        )
    }

    /// Rows may be changed by it just now.
    pub fn is_at_work(self) -> bool {
        matches!(self, Self::Queued | Self::Running | Self::Pausing | Self::Stopping)
    }

    /// It can go on where it stands.
    pub fn can_resume(self) -> bool {
        matches!(self, Self::Paused | Self::Stopped | Self::Failed)
    }

    /// Colour and shape of its badge.
    pub fn badge(self) -> &'static str {
        match self {
            Self::Finished => "ok",
            Self::Failed => "danger",
            Self::Planned | Self::Paused | Self::Stopped | Self::Pausing | Self::Stopping => "warn",
            Self::Planning | Self::Queued | Self::Running => "info",
            Self::Discarded => "none",
        }
    }
}

/// Why a plan waits for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Nobody agreed to this version of the rule yet.
    First,
    /// More rows than the rule's bound allows without a person.
    Bound,
    /// It was asked for by hand: a person looks at it and begins it.
    Asked,
}

impl Why {
    /// Stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Bound => "bound",
            Self::Asked => "asked",
        }
    }

    /// Reads the stable name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::First, Self::Bound, Self::Asked].into_iter().find(|one| one.as_str() == text)
    }
}

/// One step of a plan: a table and what becomes of its rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanStep {
    /// The table.
    pub table: String,
    /// `delete` | `anonymise` | `mask` | `aggregate` | `unlink`.
    pub act: String,
    /// The columns that are written.
    #[serde(default)]
    pub columns: Vec<String>,
    /// The references through which its rows are reached; none for the rule's own table.
    #[serde(default)]
    pub through: Vec<String>,
}

/// Rows by step, and those left alone by reason.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// Rows of the rule's own table.
    pub roots: u64,
    /// Rows changed by each step.
    pub steps: Vec<u64>,
    /// Rows that already were as they should be.
    #[serde(default)]
    pub already: u64,
    /// Aggregate: rows of groups too small to be kept.
    #[serde(default)]
    pub suppressed: u64,
    /// Rows left alone.
    #[serde(default)]
    pub kept: Vec<Kept>,
    /// The counts are exact for the moment they were taken.
    #[serde(default = "yes")]
    pub exact: bool,
}

fn yes() -> bool {
    true
}

impl Done {
    /// All changed rows.
    pub fn changed(&self) -> u64 {
        self.steps.iter().sum()
    }

    /// All rows left alone.
    pub fn kept_rows(&self) -> u64 {
        self.kept.iter().map(|one| one.rows).sum()
    }
}

/// Rows left alone for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// `referenced` | `held` | `circle`.
    pub reason: String,
    /// The table, or the references of a circle.
    pub table: String,
    /// How many.
    pub rows: u64,
}

/// A plan and its run.
#[derive(Debug, Clone)]
pub struct Run {
    /// Id.
    pub id: String,
    /// The rule.
    pub rule: String,
    /// Its name now.
    pub rule_name: String,
    /// The version that is carried out.
    pub version: i64,
    /// The source.
    pub source: String,
    /// Who began it, as the ledger writes it.
    pub started_by: String,
    /// By the rule's schedule.
    pub by_schedule: bool,
    /// Where it stands.
    pub state: RunState,
    /// What a plan waits for.
    pub waits: Option<Why>,
    /// Its job, or "".
    pub job: String,
    /// The moment from which periods are counted back (µs).
    pub cutoff: i64,
    /// What is done must be this plan.
    pub fingerprint: String,
    /// Tables and what becomes of them.
    pub steps: Vec<PlanStep>,
    /// What the dry run counted.
    pub planned: Done,
    /// Masked examples.
    pub examples: Vec<purge::Example>,
    /// Ids of duties and holds that stood in it.
    pub held: Vec<String>,
    /// What was done so far.
    pub done: Done,
    /// Batches so far.
    pub batches: i64,
    /// Why it could not go on: a code, or "".
    pub error: String,
    /// About which table or column; never a value.
    pub error_why: String,
    /// Created (µs).
    pub created_at: i64,
    /// Counted (µs), or 0.
    pub planned_at: i64,
    /// The first batch began (µs), or 0.
    pub begun_at: i64,
    /// Ended (µs), or 0.
    pub ended_at: i64,
    /// Copies for undoing: "" none, `kept`, `queued`, `restoring`, `restored`, `failed`, `gone`.
    pub undo: String,
    /// Until when they are kept (µs).
    pub undo_until: i64,
    /// What was put back.
    pub undo_done: Restored,
}

/// What an undo put back.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restored {
    /// Rows put back.
    pub rows: u64,
    /// Rows that could not be, because others stand in their place.
    pub left: u64,
}

impl Run {
    /// Changed any row.
    pub fn changed_any(&self) -> bool {
        self.begun_at > 0
    }

    /// Rows of a step: planned and done.
    pub fn rows_of(&self, at: usize) -> (u64, u64) {
        let of = |done: &Done| done.steps.get(at).copied().unwrap_or(0);
        (of(&self.planned), of(&self.done))
    }

    /// A document says what it did: it began and stands still.
    pub fn has_certificate(&self) -> bool {
        self.begun_at > 0
            && matches!(self.state, RunState::Finished | RunState::Stopped | RunState::Failed)
    }
}

/// Which runs to list. Empty fields do not narrow.
#[derive(Debug, Clone, Copy, Default)]
pub struct RunFilter<'a> {
    /// Of this rule.
    pub rule: &'a str,
    /// In this state.
    pub state: &'a str,
    /// `1`: only those that changed rows.
    pub changed: &'a str,
}
