//! Deadlines are watched: at half of the term, five days and a day before, whoever works on a request
//! is told, or everybody who may if nobody does; what is late goes to the privacy officer, and again
//! every week. Tasks of owners are told in the same letter. Nobody gets more than one letter a day, and no letter names a person. Clocks that stand
//! still tell nothing. What was told is kept in the transaction that queues the letter, so that a
//! killed server tells nothing twice.

mod letter;
mod step;
mod store;
mod task;

use std::collections::{BTreeMap, BTreeSet};

use ::store::{Actor, Entry, JobContext, JobError, JobHandler, now};
use jiff::{Timestamp, ToSpan as _, tz::TimeZone};
use serde_json::json;
use web::{Colleague, Permission, Role};

use crate::{
    Result, Rights,
    request::{NewEvent, insert_event},
};

use step::{Clock, Step};
use store::Watched;
use task::TaskTelling;

/// The job's kind.
const KIND: &str = "rights_watch";
/// Every hour.
const CRON: &str = "20 * * * *";
const BY: Actor = Actor::System("rights");

pub(crate) async fn schedule(rights: &Rights) -> Result<()> {
    rights.store().schedule("rights:watch", KIND, CRON, "UTC", json!({}), BY).await?;
    Ok(())
}

/// Something to tell of one request.
struct Telling<'a> {
    request: &'a Watched,
    clock: Clock,
    /// The deadline (µs).
    until: i64,
    /// What has passed and was not told yet; the last one is what is told.
    steps: Vec<Step>,
    /// Both the answer and the notice of an extension are due by then.
    either: bool,
}

impl Telling<'_> {
    fn is_late(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, Step::Late(_)))
    }

    /// The end of `rights-event-…`.
    fn event(&self) -> &'static str {
        match self.clock {
            _ if self.is_late() => "escalated",
            Clock::Due => "reminded",
            Clock::Notice => "reminded-notice",
            Clock::Confirm => "reminded-confirm",
        }
    }
}

/// What one letter tells.
#[derive(Default)]
struct News<'a> {
    requests: Vec<&'a Telling<'a>>,
    tasks: Vec<&'a TaskTelling>,
}

impl News<'_> {
    fn is_empty(&self) -> bool {
        self.requests.is_empty() && self.tasks.is_empty()
    }
}

impl Rights {
    /// Tells staff of deadlines at a moment (µs); says how many people were written to. Without mail
    /// nothing is written and nothing marked.
    ///
    /// # Errors
    /// Those of Privet's own database.
    pub async fn watch(&self, at: i64) -> Result<usize> {
        if !self.web().has_mail() {
            return Ok(0);
        }
        let (day, ends) = day_of(at);
        let watched = self.watched().await?;
        let told = self.reminded().await?;
        let mut tellings = Vec::new();
        for request in &watched {
            tellings.extend(self.tellings(request, &told, (at, ends)).await?);
        }
        let tasks = self.task_tellings(&told, (at, ends)).await?;
        if tellings.is_empty() && tasks.is_empty() {
            return Ok(0);
        }
        let staff = self.web().colleagues().await?;
        let written = self.digests(&day).await?;
        // Whoever had today's letter hears of it tomorrow, and everybody with them: it is told once.
        let may_hear = |readers: &[&Colleague]| {
            !readers.is_empty() && !readers.iter().any(|one| written.contains(&one.id))
        };
        let mut letters: BTreeMap<&str, News<'_>> = BTreeMap::new();
        let mut kept = News::default();
        for telling in &tellings {
            let readers = readers((&telling.request.assignee, telling.is_late()), &staff);
            if may_hear(&readers) {
                kept.requests.push(telling);
                for reader in readers {
                    letters.entry(&reader.id).or_default().requests.push(telling);
                }
            }
        }
        for telling in &tasks {
            let readers = readers((&telling.task.owner, telling.late), &staff);
            if may_hear(&readers) {
                kept.tasks.push(telling);
                for reader in readers {
                    letters.entry(&reader.id).or_default().tasks.push(telling);
                }
            }
        }
        if kept.is_empty() {
            return Ok(0);
        }
        self.send(&day, at, (&letters, &staff), &kept).await
    }

    async fn tellings<'a>(
        &self,
        request: &'a Watched,
        told: &BTreeSet<(String, String, i64)>,
        (at, ends): (i64, i64),
    ) -> Result<Vec<Telling<'a>>> {
        let mut all = Vec::new();
        let may_extend = request.may_extend(at);
        for (clock, until) in request.clocks(at) {
            let steps = step::passed(clock, (request.received_at, until), (at, ends));
            let new = |step: &Step| !told.contains(&(request.id.clone(), step.name(clock), until));
            let steps: Vec<Step> = steps.into_iter().filter(new).collect();
            if steps.is_empty() {
                continue;
            }
            // Only then is the person's address looked at: whether a letter confirmed receipt.
            if clock == Clock::Confirm && self.is_confirmed(&request.id).await? {
                continue;
            }
            let either = clock == Clock::Due && may_extend && request.notice_by == request.due_at;
            all.push(Telling { request, clock, until, steps, either });
        }
        Ok(all)
    }

    /// Whether the person was told that their request is here: by the letter that goes out by itself,
    /// or in words of staff.
    async fn is_confirmed(&self, id: &str) -> Result<bool> {
        let request = self.request(id).await?;
        if self.can_write(&request)? {
            return Ok(true);
        }
        self.has_written(id).await
    }

    async fn send(
        &self,
        day: &str,
        at: i64,
        (letters, staff): (&BTreeMap<&str, News<'_>>, &[Colleague]),
        kept: &News<'_>,
    ) -> Result<usize> {
        let entry = Entry::new(BY, "rights.watch_told", "rights_digest", day);
        let mut tx = self.store().begin(entry).await?;
        for telling in &kept.requests {
            for step in &telling.steps {
                let name = step.name(telling.clock);
                let line = (telling.request.id.as_str(), name.as_str(), telling.until, at);
                // Another server was quicker: it told all of this.
                if !store::remind(&mut tx, line).await? {
                    return Ok(0);
                }
            }
            let detail = self.day_at(telling.request, telling.until);
            let what = telling.event();
            let event = NewEvent { request: &telling.request.id, what, detail: &detail };
            insert_event(&mut tx, &BY, &event).await?;
            let action = if telling.is_late() { "rights.escalated" } else { "rights.reminded" };
            tx.also(Entry::new(BY, action, "rights_request", &telling.request.id));
        }
        for telling in &kept.tasks {
            let request = telling.task.request.as_str();
            for (step, until) in &telling.steps {
                if !store::remind(&mut tx, (request, step, *until, at)).await? {
                    return Ok(0);
                }
            }
            let action =
                if telling.late { "rights.task_escalated" } else { "rights.task_reminded" };
            tx.also(Entry::new(BY, action, "rights_request", request));
        }
        for (reader, news) in letters {
            let Some(reader) = staff.iter().find(|one| one.id == *reader) else { continue };
            if !store::digest(&mut tx, day, &reader.id, at).await? {
                return Ok(0);
            }
            let letter = self.digest_letter(reader, news);
            self.web().queue_mail(&mut tx, &letter).await?;
        }
        tx.states(
            None,
            Some(self.store().digest(&(kept.requests.len(), kept.tasks.len(), letters.len()))),
        );
        tx.commit().await?;
        Ok(letters.len())
    }

    /// A deadline of a request as a day, in the zone of the law that set it.
    fn day_at(&self, request: &Watched, until: i64) -> String {
        let law = self.regimes().law();
        let fact = law.facts().find(|fact| fact.id == request.due_by);
        let zone = fact
            .and_then(|fact| law.regime(&fact.regime))
            .or_else(|| request.regimes().first().and_then(|key| law.regime(key)))
            .map_or(TimeZone::UTC, crate::clock::zone);
        let at = Timestamp::from_microsecond(until).unwrap_or(Timestamp::UNIX_EPOCH);
        at.to_zoned_datetime(zone).date().to_string()
    }
}

/// Whom something is told: whose it is, or all who may work on requests; what is late also the privacy
/// officers, or the owners where there are none.
fn readers<'a>((whose, is_late): (&str, bool), staff: &'a [Colleague]) -> Vec<&'a Colleague> {
    let mut all: Vec<&Colleague> = match staff.iter().find(|one| one.id == whose) {
        Some(one) => vec![one],
        None => staff.iter().filter(|one| works(one.role)).collect(),
    };
    if is_late {
        let officer = |role: Role| staff.iter().filter(move |one| one.role == role);
        let mut officers: Vec<&Colleague> = officer(Role::PrivacyOfficer).collect();
        if officers.is_empty() {
            officers = officer(Role::Owner).collect();
        }
        for one in officers {
            if !all.iter().any(|other| other.id == one.id) {
                all.push(one);
            }
        }
    }
    all
}

fn works(role: Role) -> bool {
    role.can(Permission::LookUpPeople) && role.can(Permission::EditRecords)
}

/// The day of a moment, and its end (µs), in UTC.
fn day_of(at: i64) -> (String, i64) {
    let at = Timestamp::from_microsecond(at).unwrap_or(Timestamp::UNIX_EPOCH);
    let at = at.to_zoned_datetime(TimeZone::UTC);
    let next = at.start_of_day().ok().and_then(|day| day.checked_add(1.day()).ok());
    let ends = next.map_or(0, |next| next.timestamp().as_microsecond());
    (at.date().to_string(), ends)
}

/// The job that watches.
pub(crate) struct Watch {
    pub rights: Rights,
}

#[async_trait::async_trait]
impl JobHandler for Watch {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, _: JobContext) -> Result<(), JobError> {
        self.rights.watch(now()).await?;
        Ok(())
    }
}
