//! Requests whose time is over are removed: 24 months after they were closed (11 CCR §7101 wants them
//! kept so long; GDPR Art 5(1)(e) no longer than needed). Their numbers stay, so that figures of past
//! years do not change. Never removed are open requests, those that another request is about, those of
//! an erasure that is still looked after, and those of a person under a legal hold.

mod store;

use std::collections::BTreeSet;

use ::store::{Actor, Entry, JobContext, JobError, JobHandler, now};
use consent::{Identifier, IdentifierKind, Subject};
use jiff::{Timestamp, ToSpan as _, tz::TimeZone};
use retain::Scope;
use serde_json::json;

use crate::{Result, Rights};

pub use store::TABLES;

/// The job's kind.
const KIND: &str = "rights_keep";
/// Every night.
const CRON: &str = "25 3 * * *";
const BY: Actor = Actor::System("rights");
/// Requests of one transaction.
const BATCH: i64 = 200;
/// Months, where no rule pack says more.
const MONTHS: u64 = 24;

pub(crate) async fn schedule(rights: &Rights) -> Result<()> {
    rights.store().schedule("rights:keep", KIND, CRON, "UTC", json!({}), BY).await?;
    Ok(())
}

impl Rights {
    /// Months for which a closed request is kept: the longest that a rule pack names.
    pub fn kept_months(&self) -> u64 {
        let law = self.regimes().law();
        let facts = law.facts().filter(|fact| {
            fact.kind == law::Kind::Clock
                && fact.code == "retention"
                && fact.clock_start == "request"
        });
        let months = facts.filter_map(|fact| match (fact.unit, fact.value) {
            (Some(law::Unit::CalendarMonths), Some(months)) => Some(months),
            (Some(law::Unit::Years), Some(years)) => Some(years * 12),
            _ => None,
        });
        months.max().unwrap_or(MONTHS).max(MONTHS)
    }

    /// Removes what was closed longer ago than that at a moment (µs); says how many requests went.
    /// Killed in the middle, it goes on with the next batch.
    ///
    /// # Errors
    /// Those of Privet's own database.
    pub async fn remove_old(&self, at: i64) -> Result<u64> {
        let before = months_before(at, self.kept_months());
        let mut after = (0, String::new());
        let mut removed = 0;
        loop {
            let old = self.old_requests(before, &after, BATCH).await?;
            let Some(last) = old.last() else { break };
            after.clone_from(last);
            let ids: Vec<String> = old.into_iter().map(|one| one.1).collect();
            // A hold counts from the next batch on.
            let held = self.held_people().await?;
            let kept = self.of_people(&ids, &held).await?;
            let ids: Vec<&String> = ids.iter().filter(|id| !kept.contains(*id)).collect();
            removed += self.remove_batch(&ids, before).await?;
        }
        self.forget_digests(before).await?;
        Ok(removed)
    }

    async fn remove_batch(&self, ids: &[&String], before: i64) -> Result<u64> {
        if ids.is_empty() {
            return Ok(0);
        }
        let entry = Entry::new(BY, "rights.requests_removed", "rights_batch", ::store::new_id());
        let mut tx = self.store().begin(entry).await?;
        let removed = store::remove(&mut tx, ids, before).await?;
        // Nothing happened: nothing is written down.
        if removed.is_empty() {
            return Ok(0);
        }
        for id in &removed {
            tx.also(Entry::new(BY, "rights.removed", "rights_request", id.as_str()));
        }
        let removed = removed.len() as u64;
        tx.states(None, Some(self.store().digest(&removed)));
        tx.commit().await?;
        Ok(removed)
    }

    /// Blind indexes of people under a legal hold that stands or is to come.
    async fn held_people(&self) -> Result<BTreeSet<String>> {
        let (holds, _) = self.retain().holds("open", i64::MAX, 0).await?;
        let mut held = BTreeSet::new();
        for hold in holds {
            let Scope::Customer { kind, values } = hold.scope else { continue };
            let Some(kind) = IdentifierKind::parse(&kind) else { continue };
            let known = values.iter().filter_map(|one| Identifier::parse(kind, one, "").ok());
            for one in known {
                let Ok(person) = Subject::new(vec![one]) else { continue };
                let blind = person.blind(self.consent().vault());
                held.extend(blind.iter().map(|one| one.to_text()));
            }
        }
        Ok(held)
    }
}

/// So many months before a moment (µs).
fn months_before(at: i64, months: u64) -> i64 {
    let at = Timestamp::from_microsecond(at).unwrap_or(Timestamp::UNIX_EPOCH);
    let months = i64::try_from(months).unwrap_or(i64::MAX).min(12_000);
    let day = at.to_zoned_datetime(TimeZone::UTC).checked_sub(months.months());
    day.map_or(0, |day| day.timestamp().as_microsecond())
}

/// The job that removes.
pub(crate) struct Keep {
    pub rights: Rights,
}

#[async_trait::async_trait]
impl JobHandler for Keep {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, _: JobContext) -> Result<(), JobError> {
        self.rights.remove_old(now()).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> i64 {
        text.parse::<Timestamp>().expect("a time").as_microsecond()
    }

    #[test]
    fn months_are_calendar_months() {
        assert_eq!(months_before(at("2028-02-29T10:00:00Z"), 24), at("2026-02-28T10:00:00Z"));
        assert_eq!(months_before(at("2028-11-30T10:00:00Z"), 24), at("2026-11-30T10:00:00Z"));
    }
}
