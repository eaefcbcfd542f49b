//! What an erasure is: its stages, its steps (one table each), what became of their rows. Pure.

use purge::{Alike, Neutral};
use serde::{Deserialize, Serialize};

use crate::find::{Unreached, Way};

/// Why a table's rows stay though the person asked: ends of `rights-ground-…` (GDPR Art 17(3); Cal. Civ.
/// Code §1798.105(d); PIPL Art 47 ¶2).
pub const GROUNDS: [&str; 4] = ["duty", "claims", "expression", "public"];

/// How far an erasure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Rows are looked for and counted; nothing is touched.
    Planning,
    /// Somebody has to agree.
    Planned,
    /// It begins with the next free worker.
    Queued,
    /// At work.
    Running,
    /// It stops after the batch under way.
    Stopping,
    /// It stands at the border of a batch.
    Stopped,
    /// Some databases are done, others could not be reached or changed; tried again by itself.
    Partial,
    /// Done.
    Done,
    /// The plan could not be made.
    Failed,
}

impl Stage {
    const ALL: [(Self, &'static str); 9] = [
        (Self::Planning, "planning"),
        (Self::Planned, "planned"),
        (Self::Queued, "queued"),
        (Self::Running, "running"),
        (Self::Stopping, "stopping"),
        (Self::Stopped, "stopped"),
        (Self::Partial, "partial"),
        (Self::Done, "done"),
        (Self::Failed, "failed"),
    ];

    /// Stable name.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|one| one.0 == self).map_or("", |one| one.1)
    }

    /// The stage of that name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|one| one.1 == text).map(|one| one.0)
    }

    /// It changes by itself.
    pub fn moves(self) -> bool {
        matches!(self, Self::Planning | Self::Queued | Self::Running | Self::Stopping)
    }

    /// The badge that shows it.
    pub fn badge(self) -> &'static str {
        match self {
            Self::Planning | Self::Queued | Self::Running | Self::Stopping => "info",
            Self::Planned | Self::Stopped | Self::Partial => "warn",
            Self::Done => "ok",
            Self::Failed => "danger",
        }
    }
}

/// What the last look after an erasure found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Looked {
    /// Nobody looked yet.
    Not,
    /// Nothing of the person is there but what had to stay.
    Clean,
    /// Erased rows were there again: a database had been put back. They were erased again.
    Back,
    /// There are rows of the person that the erasure never saw: the person is back, or something was
    /// missed.
    Fresh,
    /// A database could not be read.
    Partly,
}

impl Looked {
    const ALL: [(Self, &'static str); 5] = [
        (Self::Not, ""),
        (Self::Clean, "clean"),
        (Self::Back, "back"),
        (Self::Fresh, "fresh"),
        (Self::Partly, "partly"),
    ];

    /// Stable name; "" for not.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|one| one.0 == self).map_or("", |one| one.1)
    }

    /// What that name means.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|one| one.1 == text).map(|one| one.0)
    }
}

/// What becomes of a table's rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// They are deleted; those that have to stay lose their personal columns.
    Delete,
    /// They stay without their personal columns.
    Empty,
    /// They stay as they are, for one of [`GROUNDS`].
    Keep,
}

impl Act {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Delete, Self::Empty, Self::Keep];

    /// Stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Delete => "delete",
            Self::Empty => "empty",
            Self::Keep => "keep",
        }
    }

    /// The one of that name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }
}

/// A column that names the person in rows that are somebody else's, too.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// The column.
    pub column: String,
    /// The kind of identifier.
    pub kind: String,
    /// How its spellings are compared.
    pub how: Alike,
    /// What is written instead.
    pub neutral: Neutral,
    /// Shared rows in which it named the person when the plan was made.
    pub named: u64,
}

/// What became of a step's rows. Counted from what is there afterwards, so that a killed server's
/// numbers are right, too.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Done {
    /// Rows that are gone.
    pub deleted: u64,
    /// Rows that stay without their personal columns.
    pub emptied: u64,
    /// Cells of shared rows that named the person and are empty now.
    pub cells: u64,
    /// Rows kept by a duty.
    pub duty: u64,
    /// Rows kept by a legal hold.
    pub hold: u64,
    /// Rows that stay for the ground that staff gave, or because nothing in them could be emptied.
    pub stays: u64,
}

impl Done {
    /// Adds another's numbers.
    pub fn add(&mut self, other: Self) {
        self.deleted += other.deleted;
        self.emptied += other.emptied;
        self.cells += other.cells;
        self.duty += other.duty;
        self.hold += other.hold;
        self.stays += other.stays;
    }

    /// Rows that are as they were.
    pub fn kept(&self) -> u64 {
        self.duty + self.hold + self.stays
    }
}

/// One table of an erasure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Its place in the plan.
    pub at: i64,
    /// The source's id.
    pub source: String,
    /// The table.
    pub table: String,
    /// Tables of one wave go together; what refers comes in an earlier one.
    pub wave: usize,
    /// Rows of the wave may refer to each other in a circle.
    pub circular: bool,
    /// What becomes of its rows.
    pub act: Act,
    /// One of [`GROUNDS`], for rows that staff keep.
    pub ground: String,
    /// Personal columns that can be emptied, and what is written instead.
    pub columns: Vec<(String, Neutral)>,
    /// Personal columns that cannot: keys, references.
    pub stuck: Vec<String>,
    /// What is emptied in shared rows.
    pub cells: Vec<Cell>,
    /// The shortest way to it: 0 by an identifier, 1 over one reference …; plans of old have none.
    #[serde(default)]
    pub hop: usize,
    /// The ways to it.
    #[serde(default)]
    pub ways: Vec<Way>,
    /// Rows of the person alone.
    pub own: u64,
    /// Rows that are somebody else's, too.
    pub shared: u64,
    /// Rows that somebody has to look at.
    pub doubtful: u64,
    /// What is expected; at least so much stays, as it also depends on what other tables keep.
    pub expected: Done,
    /// What was done.
    pub done: Done,
    /// It is done.
    pub is_done: bool,
    /// Why it could not be done: a code, or "".
    pub error: String,
    /// That in words of the database, without values.
    pub why: String,
    /// Rows of the person that were still found right afterwards: those that had to stay.
    pub left: u64,
}

impl Step {
    /// Nobody but people can do it: its rows cannot be told apart, or its file cannot be written anew.
    pub fn by_hand(&self) -> bool {
        matches!(self.error.as_str(), "no-key" | "file-encoding" | "file-object" | "file-parquet")
    }

    /// There is something to do yet.
    pub fn is_open(&self) -> bool {
        !self.is_done && !self.by_hand()
    }

    /// Its file is not what it was when the plan was made: it has to be looked through anew.
    pub fn is_stale(&self) -> bool {
        !self.is_done && matches!(self.error.as_str(), "file-changed" | "file-gone")
    }

    /// What was done, or is expected.
    pub fn numbers(&self) -> Done {
        if self.is_done { self.done } else { self.expected }
    }
}

/// An erasure.
#[derive(Debug, Clone)]
pub struct Erasure {
    /// The request's id.
    pub request: String,
    /// How far it is.
    pub stage: Stage,
    /// The plan was asked for (µs).
    pub asked_at: i64,
    /// By whom, as the ledger writes it.
    pub asked_by: String,
    /// Planned (µs), or 0.
    pub planned_at: i64,
    /// Begun (µs), or 0.
    pub begun_at: i64,
    /// By whom.
    pub begun_by: String,
    /// Ended (µs), or 0.
    pub ended_at: i64,
    /// What went wrong, or "".
    pub error: String,
    /// Tables with triggers may be changed.
    pub triggers: bool,
    /// What is out of reach.
    pub unreached: Vec<Unreached>,
    /// Customers of Privet's own whose keys were destroyed.
    pub customers: i64,
    /// Rows that came back and were erased again.
    pub again: i64,
    /// Looks so far.
    pub looks: i64,
    /// The last look (µs), or 0.
    pub looked_at: i64,
    /// What it found.
    pub looked: Looked,
    /// Erased rows that were there again.
    pub back: i64,
    /// Rows of the person that the erasure never saw.
    pub fresh: i64,
    /// The next look (µs), or 0.
    pub next_look: i64,
    /// Its tables, in the order of the work.
    pub steps: Vec<Step>,
}

impl Erasure {
    /// What was done in all tables.
    pub fn done(&self) -> Done {
        let mut all = Done::default();
        for step in &self.steps {
            all.add(step.done);
        }
        all
    }

    /// Rows of the person alone, in all tables.
    pub fn own(&self) -> u64 {
        self.steps.iter().map(|step| step.own).sum()
    }

    /// Rows that somebody has to look at.
    pub fn doubtful(&self) -> u64 {
        self.steps.iter().map(|step| step.doubtful).sum()
    }

    /// Sources, tables and files that could not be read when the plan was made.
    pub fn missing(&self) -> impl Iterator<Item = &Unreached> {
        self.unreached.iter().filter(|one| matches!(one.why.as_str(), "missing" | "file-unread"))
    }

    /// Of this table only a part could be read when the plan was made.
    fn is_half(&self, source: &str, table: &str) -> bool {
        !table.is_empty() && self.missing().any(|one| one.source == source && one.table == table)
    }

    /// A step that was planned before the work began, and has to be planned anew: its file has changed,
    /// or only a part of its rows is on its list and nothing was done to them.
    pub fn lapsed(&self, step: &Step) -> bool {
        let open = !step.is_done && step.act != Act::Keep;
        step.is_stale() || (open && self.is_half(&step.source, &step.table))
    }

    /// A table is taken care of by the steps that there are.
    pub fn covers(&self, source: &str, table: &str) -> bool {
        // What staff keep is kept whole; of others the rest of the rows is planned.
        let whole = |step: &Step| step.act == Act::Keep || !self.is_half(source, table);
        let mine = self.steps.iter().filter(|one| one.source == source && one.table == table);
        mine.filter(|step| !self.lapsed(step)).any(whole)
    }

    /// A source in which there may be something to plan yet: none of its steps was begun, one has
    /// lapsed, or something of it was out of reach.
    pub fn wants(&self, source: &str) -> bool {
        let mut mine = self.steps.iter().filter(|step| step.source == source).peekable();
        mine.peek().is_none()
            || mine.any(|step| self.lapsed(step))
            || self.unreached.iter().any(|one| one.source == source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(source: &str, table: &str, is_done: bool, error: &str) -> Step {
        Step {
            at: 0,
            source: source.to_owned(),
            table: table.to_owned(),
            wave: 0,
            circular: false,
            act: Act::Delete,
            ground: String::new(),
            columns: Vec::new(),
            stuck: Vec::new(),
            cells: Vec::new(),
            hop: 0,
            ways: Vec::new(),
            own: 1,
            shared: 0,
            doubtful: 0,
            expected: Done::default(),
            done: Done::default(),
            is_done,
            error: error.to_owned(),
            why: String::new(),
            left: 0,
        }
    }

    fn begun(steps: Vec<Step>, unreached: &[(&str, &str, &str)]) -> Erasure {
        let left = unreached.iter().map(|(source, table, why)| Unreached {
            source: (*source).to_owned(),
            table: (*table).to_owned(),
            why: (*why).to_owned(),
            detail: String::new(),
        });
        Erasure {
            request: String::new(),
            stage: Stage::Partial,
            asked_at: 0,
            asked_by: String::new(),
            planned_at: 1,
            begun_at: 1,
            begun_by: String::new(),
            ended_at: 0,
            error: String::new(),
            triggers: false,
            unreached: left.collect(),
            customers: 0,
            again: 0,
            looks: 0,
            looked_at: 0,
            looked: Looked::Not,
            back: 0,
            fresh: 0,
            next_look: 0,
            steps,
        }
    }

    #[test]
    fn the_rest_is_what_was_missing_or_has_changed() {
        let steps = vec![
            step("whole", "a", true, ""),
            step("part", "a.csv", true, ""),
            step("part", "half.csv", true, ""),
            step("part", "open.csv", false, "file-busy"),
            step("changed", "b.csv", false, "file-changed"),
        ];
        let kept = Step { act: Act::Keep, ..step("part", "kept.csv", true, "") };
        let steps: Vec<Step> = steps.into_iter().chain([kept]).collect();
        let one = begun(
            steps,
            &[
                ("part", "unread.csv", "file-unread"),
                ("part", "half.csv", "missing"),
                ("part", "kept.csv", "missing"),
                ("new", "", "missing"),
            ],
        );

        let wanted = ["whole", "part", "changed", "new", "other"].map(|name| one.wants(name));
        assert_eq!(wanted, [false, true, true, true, true]);
        let files = ["a.csv", "open.csv", "kept.csv", "half.csv", "unread.csv"];
        assert_eq!(files.map(|file| one.covers("part", file)), [true, true, true, false, false]);
        assert!(!one.covers("changed", "b.csv"));
        let lapsed = one.steps.iter().filter(|step| one.lapsed(step)).map(|step| &*step.table);
        assert_eq!(lapsed.collect::<Vec<_>>(), ["b.csv"]);
        assert_eq!(one.missing().count(), 4);
    }

    #[test]
    fn names_survive_storage() {
        for (stage, name) in Stage::ALL {
            assert_eq!((stage.as_str(), Stage::parse(name)), (name, Some(stage)));
        }
        for (looked, name) in Looked::ALL {
            assert_eq!((looked.as_str(), Looked::parse(name)), (name, Some(looked)));
        }
        for act in Act::ALL {
            assert_eq!(Act::parse(act.as_str()), Some(act));
        }
    }
}
