//! The answer before every use: may this person's data be used for this purpose now? Every answer says
//! which rule decided. [`rule`] holds the rules; [`memory`] everybody's choices in a few dozen bytes
//! each; [`feed`] keeps them up to date with the ledger; [`sieve`] answers for lists of millions.
//!
//! A server calls [`Consent::keep_decisions`] once. Before that (and in commands that never do) answers
//! come from the database. An answer from memory is never older than the bound of the settings: a
//! server that cannot keep it says [`ConsentError::Stale`](crate::ConsentError::Stale).

mod explain;
pub(crate) mod feed;
mod index;
mod keep;
mod memory;
#[cfg(test)]
mod model_test;
mod normal;
mod people;
mod rebuild;
mod rows;
mod rule;
mod shapes;
mod sieve;
mod sift;
mod snapshot;

pub use explain::{Explanation, Step, Under};
pub use feed::BOUND;
pub use index::Fingerprint;
pub use memory::{Counts, Flags, Memory, New};
pub use people::{Age, Answer, Person, View};
pub use rule::{Ask, Chosen, Decision, Question, Reason, Rule, Standing, Verdict, expiry};
pub use shapes::{Shape, ShapeId};
pub use sieve::{Form, List, Sieve, Tally};
pub use sift::Sift;
pub use snapshot::{Position, SnapshotError, load, save};

use vault::BlindIndex;

use crate::{
    Consent, ConsentError, Purpose, PurposeState, Result, Stored, Subject, record::states,
};

/// A purpose's number in memory.
pub type PurposeSlot = u16;
/// A notice version's number in memory; 0 stands for none.
pub type NoticeSlot = u16;

/// Few enough that the last, half-used page of each does not matter, enough that a writer stops few
/// readers.
const SHARD_BITS: u32 = 4;
const SHARDS: usize = 1 << SHARD_BITS;

impl Consent {
    /// Decides for one person. Identifiers that lead to different people are decided for as one person
    /// with the newest choices of all.
    pub async fn decide(&self, subject: &Subject, purpose: &str, ask: &Ask) -> Result<Decision> {
        let mut answers = self.decide_all(&[subject.blind(self.vault())], purpose, ask).await?;
        // One question, one answer.
        answers.pop().ok_or_else(|| ConsentError::Invalid("nothing was asked".to_owned()))
    }

    /// Decides for several people, by the blind indexes of each, as of one moment and in their order.
    pub async fn decide_all(
        &self,
        people: &[Vec<BlindIndex>],
        purpose: &str,
        ask: &Ask,
    ) -> Result<Vec<Decision>> {
        let catalogue = self.catalogue();
        let purpose = catalogue.purpose(purpose)?;
        let question = Question::new(&catalogue, purpose, ask, ::store::now());
        let mut answers = Vec::with_capacity(people.len());
        if let Some(memory) = self.fresh_memory()? {
            for blind in people {
                let standing = memory.standing(&feed::prints(blind), purpose.slot);
                answers.push(question.judge(&standing).decision(&catalogue));
            }
        } else {
            for blind in people {
                let standing = self.standing_from_database(blind, purpose).await?;
                answers.push(question.judge(&standing).decision(&catalogue));
            }
        }
        Ok(answers)
    }

    async fn standing(&self, blind: &[BlindIndex], purpose: &Purpose) -> Result<Standing> {
        match self.fresh_memory()? {
            Some(memory) => Ok(memory.standing(&feed::prints(blind), purpose.slot)),
            None => self.standing_from_database(blind, purpose).await,
        }
    }

    /// What is known of a person for a purpose, without memory.
    pub async fn standing_from_database(
        &self,
        blind: &[BlindIndex],
        purpose: &Purpose,
    ) -> Result<Standing> {
        let known = self.find(blind).await?;
        let mut records = Vec::new();
        let mut restricted = false;
        for id in &known.people {
            records.extend(self.records_of(id).await?);
            restricted |= self.is_restricted(&id.0).await?;
        }
        let state = states(&records).remove(&purpose.key);
        Ok(Standing { erased: known.erased, restricted, ..Standing::of(&records, state.as_ref()) })
    }

    async fn is_restricted(&self, id: &str) -> Result<bool> {
        let restricted: Option<i64> = sqlx::query_scalar(
            "SELECT MAX(restricted_at) FROM subject WHERE id = $1 OR merged_into = $1",
        )
        .bind(id)
        .fetch_one(self.store().reader())
        .await?;
        Ok(restricted.is_some())
    }
}

impl Standing {
    /// What a person's records, all of them, say; `state` is what they come to for the purpose.
    pub(crate) fn of(records: &[Stored], state: Option<&PurposeState>) -> Self {
        let chosen = state.map(|state| Chosen {
            choice: state.choice,
            since: state.since,
            notice: state.notice_slot as NoticeSlot,
        });
        let guardian_missing_until = guardian_missing_until(records);
        Self { guardian_missing_until, chosen, ..Self::default() }
    }
}

/// What the newest record that speaks of age says: until when a guardian is missing; 0 if none is.
fn guardian_missing_until(records: &[Stored]) -> i64 {
    let speaks = records.iter().filter(|record| record.minor_until.is_some());
    let newest = speaks.max_by_key(|record| (record.given_at, record.recorded_at, &record.id));
    let missing = newest
        .and_then(|one| feed::guardian_missing(one.minor_until, one.guardian_verified_at))
        .unwrap_or(0);
    // To the hour, as in memory: both ways must answer alike.
    Age { at: 0, guardian_missing_until: missing }.rounded().guardian_missing_until
}

impl Memory {
    /// What is known of the person to whom the identifiers lead, for a purpose.
    pub fn standing(&self, prints: &[Fingerprint], purpose: PurposeSlot) -> Standing {
        self.with(prints, |view| self.with_shapes(|shapes| sieve::standing(view, shapes, purpose)))
    }
}
