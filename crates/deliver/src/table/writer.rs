//! Keeps one state table as the ledger says: fills it person by person, then follows.

use std::{collections::BTreeSet, time::Duration};

use serde_json::Value;
use store::{Actor, Entry, now};

use super::{Place, Target, rows_of};
use crate::{
    Deliver, DeliverError, Destination, Event, EventKind, Fault, Person, Result, pump::Next,
};

/// People written in one transaction.
const PEOPLE: usize = 500;
/// Events looked at in one round.
const EVENTS: usize = 1000;
/// An idle writer looks again after this; new events wake it earlier.
const IDLE: Duration = Duration::from_secs(5);
const LONGEST_WAIT: Duration = Duration::from_mins(1);
/// Entries passed over that say nothing of people, before that is written down.
const FORGET: i64 = 10_000;

pub(crate) struct Writer {
    deliver: Deliver,
    /// Open while it works; made anew after a fault or a change of the destination.
    target: Option<(String, Target)>,
    seen: i64,
    closed_until: i64,
}

/// How far a round has come.
enum Progress {
    /// The first filling: up to this person; `None` when everybody is written.
    Filled(Option<String>),
    /// Following: up to this entry.
    Followed(i64),
    /// The same, and everybody has to be written anew.
    Again(i64),
}

impl Writer {
    pub fn new(deliver: Deliver) -> Self {
        Self { deliver, target: None, seen: 0, closed_until: 0 }
    }

    /// One round: some people written, or nothing to do.
    pub async fn round(&mut self, destination: &Destination) -> Result<Next> {
        let wait = self.closed_until - now();
        if destination.failures > 0 && wait > 0 {
            return Ok(Next::After(Duration::from_micros(wait.unsigned_abs())));
        }
        self.seen = self.seen.max(destination.position);
        let round = match &destination.filled_to {
            Some(after) => self.fill(destination, after).await,
            None => self.follow(destination).await,
        };
        match round {
            Err(DeliverError::Fault(fault)) => {
                self.target = None;
                self.failed(destination, &fault).await?;
                let failures = (destination.failures + 1).clamp(1, 6);
                let wait = Duration::from_secs(1 << failures).min(LONGEST_WAIT);
                self.closed_until = now() + wait.as_micros() as i64;
                Ok(Next::After(wait))
            }
            other => other,
        }
    }

    async fn fill(&mut self, destination: &Destination, after: &str) -> Result<Next> {
        let people = self.deliver.source.people_after(after, PEOPLE).await?;
        let subjects: Vec<String> = people.iter().map(|person| person.subject.clone()).collect();
        self.write(destination, &subjects, &people).await?;
        let filled = Progress::Filled(subjects.last().cloned());
        self.settle(destination, &subjects, filled).await?;
        Ok(Next::AtOnce)
    }

    async fn follow(&mut self, destination: &Destination) -> Result<Next> {
        let batch = self.deliver.source.events_after(self.seen, EVENTS).await?;
        let upto = batch.upto.max(self.seen);
        let subjects: Vec<String> =
            batch.events.iter().flat_map(concerned).collect::<BTreeSet<_>>().into_iter().collect();
        // What a purpose or a notice says decides for everybody.
        let everybody = batch.events.iter().any(|event| {
            matches!(event.kind, EventKind::PurposeChanged | EventKind::NoticePublished)
        });
        if subjects.is_empty() && !everybody {
            let advanced = upto > self.seen;
            self.seen = upto;
            if upto - destination.position > FORGET {
                self.settle(destination, &[], Progress::Followed(upto)).await?;
            }
            return Ok(if advanced { Next::AtOnce } else { Next::After(IDLE) });
        }
        for part in subjects.chunks(PEOPLE) {
            let people = self.deliver.source.people(part).await?;
            self.write(destination, part, &people).await?;
        }
        let progress = if everybody { Progress::Again(upto) } else { Progress::Followed(upto) };
        self.settle(destination, &subjects, progress).await?;
        self.seen = upto;
        Ok(Next::AtOnce)
    }

    async fn write(
        &mut self,
        destination: &Destination,
        subjects: &[String],
        people: &[Person],
    ) -> Result<()> {
        let place = Place::of(destination);
        let mut target = self.open(destination, &place).await?;
        target.write(&place, subjects, &rows_of(people, destination)).await?;
        let wanted = identity(destination);
        self.target = Some((wanted, target));
        Ok(())
    }

    /// The open connection, or a new one whose table is there and ours.
    async fn open(&mut self, destination: &Destination, place: &Place) -> Result<Target> {
        if let Some((known, target)) = self.target.take()
            && known == identity(destination)
        {
            return Ok(target);
        }
        let mut target = self.deliver.open_table(destination).await?;
        match target.mark(place).await? {
            Some(mark) if mark == place.mark => {}
            // Somebody else's table is never written, whatever stands in it.
            Some(_) => return Err(Fault::new("foreign").into()),
            None => {
                target.make(place).await?;
                if destination.filled_to.as_deref() != Some("") {
                    // It was dropped: everybody is written anew.
                    self.refill(destination).await?;
                }
            }
        }
        Ok(target)
    }

    async fn refill(&self, destination: &Destination) -> Result<()> {
        let entry =
            Entry::new(Actor::System("deliver"), "table.refilled", "destination", &destination.id);
        let mut tx = self.deliver.store().begin(entry).await?;
        sqlx::query("UPDATE destination SET filled_to = '' WHERE id = $1")
            .bind(&destination.id)
            .execute(tx.conn())
            .await?;
        tx.commit().await?;
        Err(Fault::new("missing").into())
    }

    async fn settle(
        &self,
        destination: &Destination,
        subjects: &[String],
        progress: Progress,
    ) -> Result<()> {
        let action = match &progress {
            Progress::Filled(None) => "table.filled",
            Progress::Again(_) => "table.refilled",
            _ if subjects.is_empty() => "delivery.passed",
            _ => "table.written",
        };
        let mut entry =
            Entry::new(Actor::System("deliver"), action, "destination", &destination.id);
        entry.after = Some(self.deliver.store().digest(&subjects));
        let (filled, position) = match progress {
            Progress::Filled(person) => (person, destination.position),
            Progress::Followed(upto) => (destination.filled_to.clone(), upto),
            Progress::Again(upto) => (Some(String::new()), upto),
        };
        let mut tx = self.deliver.store().begin(entry).await?;
        sqlx::query(
            "UPDATE destination SET filled_to = $1, sent_at = $2, fault = '', failures = 0,
               position = CASE WHEN position < $3 THEN $3 ELSE position END WHERE id = $4",
        )
        .bind(filled)
        .bind(now())
        .bind(position)
        .bind(&destination.id)
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(())
    }

    async fn failed(&self, destination: &Destination, fault: &Fault) -> Result<()> {
        let entry =
            Entry::new(Actor::System("deliver"), "delivery.failed", "destination", &destination.id);
        let mut tx = self.deliver.store().begin(entry).await?;
        sqlx::query(
            "UPDATE destination SET fault = $1, fault_at = $2, failures = failures + 1
             WHERE id = $3",
        )
        .bind(fault.code)
        .bind(now())
        .bind(&destination.id)
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(())
    }
}

/// What a connection belongs to.
fn identity(destination: &Destination) -> String {
    format!("{} {:?} {:?}", destination.address, destination.config, destination.secret_sealed)
}

/// Everybody an event is about: a merge names two.
fn concerned(event: &Event) -> Vec<String> {
    let named = ["from", "into"].into_iter().filter_map(|key| event.data.get(key));
    let named = named.filter_map(Value::as_str).map(str::to_owned);
    event.subject.iter().cloned().chain(named).collect()
}
