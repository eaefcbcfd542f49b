//! Imports: consents that another system kept, read from its export and recorded one by one, with
//! what the file says of when and how. Repeating an import records nothing twice.

mod profile;
mod read;

pub use profile::Profile;

use std::collections::BTreeMap;

use ::store::Actor;
use futures::{StreamExt as _, stream};

use crate::{Consent, ConsentError, Recording, Result};
use read::Line;

/// Records on their way at once: enough for the store's group commit to be worth it.
const AT_ONCE: usize = 256;
/// Lines whose fault is told; of the others only the number.
const TOLD: usize = 100;

/// What is imported and how.
#[derive(Debug, Clone)]
pub struct Import {
    /// How the file is read; `None`: by its headings.
    pub profile: Option<Profile>,
    /// The property the consents belong to.
    pub property: String,
    /// The notice they were given under, `newsletter@2`; empty: nobody can say, and the file does not.
    pub notice: String,
    /// The file's words for purposes, and ours: `{"Marketing": "email_marketing"}`.
    pub purposes: BTreeMap<String, String>,
    /// Read and check only.
    pub dry_run: bool,
}

/// What an import came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Report {
    /// The profile that was used.
    pub profile: String,
    /// Lines read.
    pub lines: u64,
    /// Lines recorded, or with a dry run those that would be; those recorded by an earlier run too.
    pub recorded: u64,
    /// Lines that say nothing for any purpose.
    pub empty: u64,
    /// Lines that could not be taken.
    pub wrong: u64,
    /// The first of them: line number and why, without what it says.
    pub faults: Vec<(u64, String)>,
    /// Purposes in the file that are none of ours, with how often; give them a name of ours.
    pub unknown_purposes: BTreeMap<String, u64>,
}

impl Report {
    fn wrong(&mut self, line: u64, why: String) {
        self.wrong += 1;
        if self.faults.len() < TOLD {
            self.faults.push((line, why));
        }
    }
}

impl Consent {
    /// Reads an export (CSV, UTF-8, with headings) and records what it says. `told` hears how many
    /// lines are done. A line that cannot be taken is told and the others are.
    pub async fn import(
        &self,
        actor: &Actor,
        file: impl std::io::Read + Send + 'static,
        import: &Import,
        told: impl Fn(u64),
    ) -> Result<Report> {
        let catalogue = self.catalogue();
        catalogue.property(&import.property)?;
        if !import.notice.is_empty() {
            catalogue.notice(&import.notice)?;
        }
        let mut lines = read::Lines::open(&catalogue, file, import)?;
        let mut report = Report { profile: lines.profile().to_owned(), ..Report::default() };
        loop {
            // Parsing blocks: a batch at a time, beside the runtime.
            let (back, batch) = tokio::task::spawn_blocking(move || {
                let batch = lines.batch(AT_ONCE * 4);
                (lines, batch)
            })
            .await
            .map_err(|_| ConsentError::Invalid("the file could not be read".to_owned()))?;
            lines = back;
            if batch.is_empty() {
                break;
            }
            self.take(actor, batch, import.dry_run, &mut report).await?;
            told(report.lines);
        }
        report.unknown_purposes = lines.unknown_purposes();
        Ok(report)
    }

    async fn take(
        &self,
        actor: &Actor,
        batch: Vec<(u64, Line)>,
        dry_run: bool,
        report: &mut Report,
    ) -> Result<()> {
        let work = stream::iter(batch.into_iter().map(|(number, line)| async move {
            let outcome = match line {
                Line::Empty => Ok(None),
                Line::Wrong(why) => Err(ConsentError::Invalid(why)),
                Line::Choice(recording) => {
                    self.take_one(actor, *recording, dry_run).await.map(Some)
                }
            };
            (number, outcome)
        }));
        let mut outcomes: Vec<_> = work.buffer_unordered(AT_ONCE).collect().await;
        outcomes.sort_by_key(|(number, _)| *number);
        for (number, outcome) in outcomes {
            report.lines += 1;
            match outcome {
                Ok(Some(())) => report.recorded += 1,
                Ok(None) => report.empty += 1,
                // The database is away: the lines after this one would all fail for the same reason.
                Err(error @ ConsentError::Store(_)) => return Err(error),
                Err(error) => report.wrong(number, error.to_string()),
            }
        }
        Ok(())
    }

    async fn take_one(&self, actor: &Actor, mut recording: Recording, dry_run: bool) -> Result<()> {
        if dry_run {
            return recording.check(&self.catalogue(), ::store::now()).map(|_| ());
        }
        recording.idempotency = Some(format!("import:{}", self.line_key(&recording)));
        self.record(actor, &recording).await.map(|_| ())
    }
}
