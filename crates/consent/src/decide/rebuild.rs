//! Everybody's choices from their records, when there is no snapshot.

use std::collections::HashMap;

use vault::BlindIndex;

use super::{
    Fingerprint, Flags, Memory, New,
    feed::{guardian_missing, print},
};
use crate::{
    Catalogue, Consent, Result,
    ranges::{number, optional, rows},
};

impl Consent {
    /// Reads all records; everything up to the returned position of the ledger is in it.
    pub(super) async fn rebuild(&self) -> Result<(Memory, i64)> {
        let position = self.ledger_head().await?;
        self.refresh_catalogue().await?;
        let memory = Memory::default();
        let mut merged = Vec::new();
        let mut after = String::new();
        while let Some(until) = self.range_after(&after).await? {
            let range = self.range(&after, &until).await?;
            // Opened before anything of it is put into memory, so that it can be done once more.
            let people = self.opening(|catalogue| range.people(self, catalogue)).await?;
            merged.extend(put(&memory, people));
            after = until;
        }
        // Whoever was merged is read together with whom they were merged into.
        merged.sort();
        merged.dedup();
        for (root, _) in &merged {
            self.reload(&memory, root).await?;
        }
        Ok((memory, position))
    }

    async fn range(&self, after: &str, until: &str) -> Result<Range> {
        let subjects = self
            .together(
                &["id", "COALESCE(merged_into, '')", "CASE WHEN erased_at IS NULL THEN '' ELSE '1' END", "CASE WHEN restricted_at IS NULL THEN '' ELSE '1' END"],
                "subject WHERE id > $1 AND id <= $2 AND (merged_into IS NOT NULL OR erased_at IS NOT NULL OR restricted_at IS NOT NULL)",
                after,
                until,
            )
            .await?;
        let identifiers = self
            .together(
                &["subject", "blind"],
                "identifier WHERE subject > $1 AND subject <= $2",
                after,
                until,
            )
            .await?;
        let records = self
            .together(
                &[
                    "subject",
                    "CAST(given_at AS TEXT)",
                    "CAST(recorded_at AS TEXT)",
                    "id",
                    "CAST(notice_slot AS TEXT)",
                    "COALESCE(CAST(minor_until AS TEXT), '')",
                    "COALESCE(CAST(guardian_verified_at AS TEXT), '')",
                    "choices",
                ],
                "consent_record WHERE subject > $1 AND subject <= $2",
                after,
                until,
            )
            .await?;
        Ok(Range { subjects, identifiers, records })
    }
}

/// The rows of a range of customers.
struct Range {
    subjects: String,
    identifiers: String,
    records: String,
}

/// A record's place in time: the later one counts.
type Rank<'t> = (i64, i64, &'t str);

#[derive(Default)]
struct Whole<'t> {
    flags: Flags,
    merged_into: &'t str,
    prints: Vec<Fingerprint>,
    said: Vec<(Rank<'t>, New)>,
}

impl Range {
    fn people(&self, consent: &Consent, catalogue: &Catalogue) -> Result<HashMap<&str, Whole<'_>>> {
        let mut all: HashMap<&str, Whole<'_>> = HashMap::new();
        for [id, merged_into, erased, restricted] in rows::<4>(&self.subjects) {
            let whole = all.entry(id).or_default();
            whole.merged_into = merged_into;
            whole.flags = Flags { erased: erased == "1", restricted: restricted == "1" };
        }
        for [subject, blind] in rows::<2>(&self.identifiers) {
            let whole = all.entry(subject).or_default();
            whole.prints.extend(BlindIndex::parse(blind).map(print));
        }
        for [subject, given, recorded, id, slot, minor, verified, choices] in
            rows::<8>(&self.records)
        {
            let Some(said) = consent.said(id, subject, choices, number(slot)?)? else { continue };
            let (at, shape) = (number(given)?, said.shape(catalogue));
            let (minor, verified) = (optional(minor)?, optional(verified)?);
            let guardian_missing_until = guardian_missing(minor, verified);
            let new = New { at, shape, guardian_missing_until };
            all.entry(subject).or_default().said.push(((at, number(recorded)?, id), new));
        }
        Ok(all)
    }
}

/// Puts customers into memory. Returns the merged ones, as (into whom, who).
fn put(memory: &Memory, people: HashMap<&str, Whole<'_>>) -> Vec<(String, String)> {
    let mut merged = Vec::new();
    for (id, mut whole) in people {
        if !whole.merged_into.is_empty() {
            merged.push((whole.merged_into.to_owned(), id.to_owned()));
        }
        whole.said.sort_by_key(|(rank, _)| *rank);
        let said = whole.said.into_iter().map(|(_, new)| new).collect();
        memory.set(&whole.prints, whole.flags, said);
    }
    merged
}
