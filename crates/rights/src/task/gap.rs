//! From what a job could not do to tasks: one for each source, with the gravest reason. Pure.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Why;
use crate::{
    correction::{Correction, Look, State},
    erase::Erasure,
    find::{self, Findings, Unreached},
};

/// Characters of what a task tells of the database's words.
const LONGEST: usize = 400;
/// Tables that a task names.
const NAMED: usize = 12;

/// A place that was not reached, as a job tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Gap {
    pub source: String,
    /// "" for the whole source.
    pub table: String,
    /// What the job calls the reason.
    pub code: String,
    /// Words of the database.
    pub detail: String,
}

impl From<&Unreached> for Gap {
    fn from(one: &Unreached) -> Self {
        Self {
            source: one.source.clone(),
            table: one.table.clone(),
            code: one.why.clone(),
            detail: one.detail.clone(),
        }
    }
}

impl Gap {
    /// What could not be read.
    pub fn unread(source: &str, table: &str, words: &str) -> Self {
        Self {
            source: source.to_owned(),
            table: table.to_owned(),
            code: "missing".to_owned(),
            detail: words.to_owned(),
        }
    }

    /// What a search left out or could not read to its end.
    pub fn of_findings(findings: &Findings) -> Vec<Self> {
        let failed = findings.places.iter().filter(|one| !one.failed.is_empty());
        let failed = failed.map(|one| Self::unread(&one.source, &one.table, &one.failed));
        findings.unreached.iter().map(Self::from).chain(failed).collect()
    }

    /// What a walk left out or could not read to its end.
    pub fn of_walk(plan: &trace::Plan, outcome: &trace::Outcome) -> Vec<Self> {
        let left = plan.unreached.iter().filter(|one| one.personal).map(find::unreached);
        let failed = outcome.failed.iter();
        let failed =
            failed.map(|one| Self::unread(&one.source, &one.table, &one.mishap.to_string()));
        left.map(|one| Self::from(&one)).chain(failed).collect()
    }

    /// What an erasure does not reach, and what it could not do.
    pub fn of_erasure(erasure: &Erasure) -> Vec<Self> {
        let steps = erasure.steps.iter().filter(|step| !step.is_done && !step.error.is_empty());
        let steps = steps.map(|step| Self {
            source: step.source.clone(),
            table: step.table.clone(),
            code: step.error.clone(),
            detail: step.why.clone(),
        });
        erasure.unreached.iter().map(Self::from).chain(steps).collect()
    }

    /// What could not be looked at, and what could not be written.
    pub fn of_corrections(look: &Look, corrections: &[Correction]) -> Vec<Self> {
        let unread = look.unreached.iter().map(|(place, words)| {
            let (source, table) = place.split_once(' ').unwrap_or((place, ""));
            Self::unread(source, table, words)
        });
        let failed = corrections.iter().filter(|one| one.state == State::Failed);
        let failed = failed.map(|one| Self {
            source: one.source.clone(),
            table: one.table.clone(),
            code: one.error.clone(),
            detail: String::new(),
        });
        unread.chain(failed).collect()
    }

    /// Why it takes somebody, or `None` where nobody can help: what is left out is nobody's work.
    fn why(&self) -> Option<Why> {
        Some(match self.code.as_str() {
            "missing" | "source" => of_words(&self.detail),
            "denied" | "no-account" | "moved" => Why::Rights,
            "no-table" | "no-column" | "kind" | "row-count" => Why::Changed,
            "declared" => Why::Declared,
            "no-key" | "no-way" | "unsafe" | "keys-differ" | "too-big" | "unstable" => Why::Hands,
            "no-source" | "locked" | "foreign" => Why::Other,
            code => return of_file(code),
        })
    }
}

/// What a file's code tells: its rows cannot be told apart or written anew, it is not what it was, or
/// Privet may not write it.
fn of_file(code: &str) -> Option<Why> {
    Some(match code {
        "file-object" | "file-encoding" | "file-parquet" | "file-linked" => Why::Hands,
        "file-gone" | "file-changed" => Why::Changed,
        "file-denied" | "file-owner" | "file-read-only" => Why::Rights,
        "file-busy" | "file-unread" => Why::Other,
        _ => return None,
    })
}

/// What a source's own words tell: it turned us away, it is not what it was, or it does not answer.
/// Only words that are known say that it is down: anything else may be wrong however often it answers.
fn of_words(words: &str) -> Why {
    const DOWN: [&str; 5] = [
        "could not be resolved",
        "refused the connection",
        "did not answer in time",
        "broke off; check the network",
        "has no free connections",
    ];
    const RIGHTS: [&str; 3] =
        ["rejected the user name", "was denied", "not allowed by the configuration"];
    const CHANGED: [&str; 5] = [
        "has changed since the plan",
        "changed its columns",
        "there is no database",
        "there is no table",
        "has no column",
    ];
    let has = |all: &[&str]| all.iter().any(|one| words.contains(one));
    match () {
        () if has(&RIGHTS) => Why::Rights,
        () if has(&CHANGED) => Why::Changed,
        () if has(&DOWN) => Why::Down,
        () => file_in(words).and_then(of_file).unwrap_or(Why::Other),
    }
}

/// The code that a file's error ends in: `… was left as it is (file-gone)`.
fn file_in(words: &str) -> Option<&str> {
    let (_, rest) = words.split_once("was left as it is (")?;
    Some(rest.split_once(')')?.0)
}

/// What a source needs, once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub source: String,
    pub why: Why,
    pub detail: String,
}

/// One for each source, by its id.
pub(super) fn faults(gaps: &[Gap]) -> Vec<Fault> {
    let mut by_source: BTreeMap<&str, Vec<(Why, &Gap)>> = BTreeMap::new();
    for gap in gaps {
        if let Some(why) = gap.why() {
            by_source.entry(&gap.source).or_default().push((why, gap));
        }
    }
    by_source.into_iter().filter_map(|(source, all)| fault(source, &all)).collect()
}

fn fault(source: &str, all: &[(Why, &Gap)]) -> Option<Fault> {
    let why = all.iter().map(|one| one.0).min()?;
    let same = || all.iter().filter(|one| one.0 == why).map(|one| one.1);
    let mut tables: Vec<&str> = same().map(|gap| gap.table.as_str()).collect();
    tables.retain(|table| !table.is_empty());
    tables.sort_unstable();
    tables.dedup();
    let more = if tables.len() > NAMED { ", …" } else { "" };
    tables.truncate(NAMED);
    // Words of the database help where it turned us away; where hands are needed, names of tables do.
    let words = if why.passes() { same().find(|gap| !gap.detail.is_empty()) } else { None };
    let detail = match words {
        Some(gap) => gap.detail.clone(),
        None => [tables.join(", ").as_str(), more].concat(),
    };
    let detail = detail.chars().take(LONGEST).collect();
    Some(Fault { source: source.to_owned(), why, detail })
}

#[cfg(test)]
mod tests {
    use purge::PurgeError;

    use super::*;

    fn gap(source: &str, table: &str, code: &str, detail: &str) -> Gap {
        Gap { source: source.into(), table: table.into(), code: code.into(), detail: detail.into() }
    }

    #[test]
    fn a_source_is_one_task_with_its_gravest_reason() {
        let gaps = [
            gap("shop", "notes", "no-way", ""),
            gap("shop", "", "missing", "db:5432 refused the connection"),
            gap("files", "", "file-parquet", ""),
            gap("crm", "b", "no-key", "no primary key"),
            gap("crm", "a", "no-key", "no primary key"),
            gap("crm", "c", "mentions", "author"),
        ];
        let told: Vec<(String, Why, String)> =
            faults(&gaps).into_iter().map(|one| (one.source, one.why, one.detail)).collect();
        let expected = [
            ("crm", Why::Hands, "a, b"),
            ("files", Why::Hands, ""),
            ("shop", Why::Down, "db:5432 refused the connection"),
        ];
        let expected: Vec<_> =
            expected.map(|one| (one.0.to_owned(), one.1, one.2.to_owned())).into();
        assert_eq!(told, expected);
    }

    #[test]
    fn what_is_left_out_is_nobodys_task() {
        assert_eq!(faults(&[gap("a", "b", "shared", ""), gap("a", "c", "excluded", "x")]), []);
    }

    /// Codes for which nobody has to do anything: what is left out on purpose is told elsewhere.
    const NOBODYS: [&str; 6] =
        ["excluded", "own-people", "mentions", "shared", "unsure", "other-kinds"];

    #[test]
    fn every_code_of_a_file_and_of_a_search_is_somebodys_or_said_to_be_nobodys() {
        use trace::Why as Left;
        let one = |why: Left| {
            let (source, table) = ("s".to_owned(), "t".to_owned());
            find::unreached(&trace::Unreached { source, table, personal: true, why }).why
        };
        let words = String::new;
        let left = [
            Left::Missing(words()),
            Left::Excluded(words()),
            Left::NoKey(words()),
            Left::Unsafe(words()),
            Left::Unread("object".into()),
            Left::Unread("gone".into()),
            Left::Unread("it is cut off".into()),
            Left::KeysDiffer(words()),
            Left::OwnPeople(words()),
            Left::Mentions(words()),
            Left::Shared,
            Left::Unsure(words()),
            Left::OtherKinds(Vec::new()),
            Left::NoWay,
        ];
        let files = PurgeError::CODES.into_iter().filter(|code| code.starts_with("file-"));
        let codes: Vec<String> = files.map(str::to_owned).chain(left.map(one)).collect();
        for code in codes {
            let why = gap("s", "t", &code, "").why();
            assert_eq!(why.is_none(), NOBODYS.contains(&code.as_str()), "{code}");
        }
    }

    /// The words are those of the connectors: whoever changes them there hears of it here.
    #[test]
    fn words_of_the_connectors_are_understood() {
        use sources::SourceError;
        let of = |error: SourceError| of_words(&PurgeError::Source(error).to_string());
        assert_eq!(of(SourceError::Refused("db:5432".into())), Why::Down);
        assert_eq!(of(SourceError::Timeout("db:5432".into())), Why::Down);
        assert_eq!(of(SourceError::Dns("db".into())), Why::Down);
        assert_eq!(of(SourceError::Lost("db:5432".into())), Why::Down);
        assert_eq!(of(SourceError::Full("db:5432".into())), Why::Down);
        assert_eq!(of(SourceError::Slow("customers".into())), Why::Other);
        assert_eq!(of(SourceError::Busy("customers".into())), Why::Other);
        assert_eq!(of(SourceError::BadAddress("db".into())), Why::Other);
        assert_eq!(of_words("something new"), Why::Other);
        let file = |code| PurgeError::File { file: "people.csv".into(), code }.to_string();
        assert_eq!(of_words(&file("file-gone")), Why::Changed);
        assert_eq!(of_words(&file("file-denied")), Why::Rights);
        assert_eq!(of(SourceError::Password("db:5432".into())), Why::Rights);
        assert_eq!(of(SourceError::Denied("customers".into())), Why::Rights);
        assert_eq!(of(SourceError::Blocked("db".into())), Why::Rights);
        assert_eq!(of(SourceError::Vanished("customers".into())), Why::Changed);
        assert_eq!(of(SourceError::NoDatabase("shop".into())), Why::Changed);
        let changed = trace::Mishap::Changed { table: "orders".into(), why: "a column".into() };
        assert_eq!(of_words(&changed.to_string()), Why::Changed);
    }
}
