//! Looks after an erasure: is anything of the person there again? Right afterwards it is seen what had
//! to stay; a day, a week, a month later and then every three months nothing else may be there. Rows
//! whose keys were erased and that are back tell of a database that was put back: the shred list of
//! their keys is applied again. Rows that were never seen are for people to judge: the person may have
//! come back of their own will.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use ::store::{JobContext, JobError, JobHandler, NewJob, now};
use purge::Literal;
use serde_json::json;
use trace::Options;

use super::{
    BY, Done, Erasure, Looked, Stage, Step,
    files::Files,
    site::{Halt, Open, Site},
    store::put_step,
    treat::CHUNK,
};
use crate::{
    Result, Rights, RightsError,
    find::starting,
    request::{NewEvent, insert_event},
};

/// The job's kind.
const KIND: &str = "rights_erasure_look";
const DAY: i64 = 24 * 3600 * 1_000_000;
/// Days until the next look, after each.
const NEXT: [i64; 4] = [1, 7, 30, 90];
/// Looks end with the records of the request (11 CCR §7101: 24 months).
const LAST: i64 = 730 * DAY;

pub(super) fn job(request: &str) -> NewJob {
    let payload = json!({ "request": request });
    let dedupe = Some(format!("rights-erasure-look:{request}"));
    NewJob { kind: KIND, payload, dedupe, max_attempts: 5 }
}

/// Keys of found rows that are compared with the shred lists at once.
const WINDOW: usize = 20 * CHUNK;

/// A key as it is compared.
fn print(key: &[Literal]) -> String {
    serde_json::to_string(key).unwrap_or_default()
}

/// What a look found.
#[derive(Default)]
struct Seen {
    /// Rows of the shred list that are there, by step.
    listed: BTreeMap<i64, u64>,
    /// Rows that the erasure never saw.
    fresh: u64,
    /// Something could not be read.
    partly: bool,
}

impl Rights {
    /// Has a look in the background.
    ///
    /// # Errors
    /// [`RightsError::Conflict`] while the erasure is not done.
    pub async fn look_after(&self, by: &::store::Actor, request: &str) -> Result<()> {
        let stages = (&[Stage::Done][..], Stage::Done);
        let mut tx =
            self.erasure_moved(by, "rights.erasure_look_asked", request, stages, "").await?;
        tx.enqueue(job(request)).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Asks for the looks whose time has come.
    ///
    /// # Errors
    /// Those of Privet's own database.
    pub async fn looks_due(&self) -> Result<usize> {
        let due = self.erasures_to_look_after().await?;
        for id in &due {
            self.look_after(&BY, id).await?;
        }
        Ok(due.len())
    }

    async fn look_now(&self, context: &JobContext, id: &str) -> Result<(), JobError> {
        let erasure = self.erasure(id).await?.filter(|one| one.stage == Stage::Done);
        let Some(mut erasure) = erasure else { return Ok(()) };
        let round = 2 + erasure.looks;
        let seen = self.see(&erasure, round).await?;
        let there = |step: &Step| seen.listed.get(&step.at).copied().unwrap_or(0);
        let first = erasure.looks == 0;
        if first {
            for step in &mut erasure.steps {
                step.left = there(step);
            }
        }
        let back = |step: &Step| there(step).saturating_sub(step.left);
        let rows: u64 = erasure.steps.iter().map(back).sum();
        let mut again = 0;
        if rows > 0 {
            let steps: Vec<Step> =
                erasure.steps.iter().filter(|step| back(step) > 0).cloned().collect();
            let those = steps.iter().map(|step| Step { own: there(step), ..step.clone() });
            again = self.erase_again(context, id, round, those.collect()).await?;
        }
        let looked = match () {
            () if rows > 0 => Looked::Back,
            () if seen.fresh > 0 => Looked::Fresh,
            () if seen.partly => Looked::Partly,
            () => Looked::Clean,
        };
        self.looked(&erasure, (looked, rows, seen.fresh), (again, first)).await?;
        Ok(())
    }

    /// What of the person is there; the keys of rows on the shred list are kept as those of a round.
    async fn see(&self, erasure: &Erasure, round: i64) -> Result<Seen> {
        let id = &erasure.request;
        let person = self.request(id).await?.proved()?;
        let person = person.ok_or(RightsError::Conflict("rights-error-unverified"))?;
        let (ground, start) = (self.ground().await?, starting(&person));
        let plan = trace::plan(&ground, &start.kinds());
        let (outcome, found) = trace::locate(&ground, &plan, &start, &Options::default()).await?;
        let known: BTreeSet<(&str, &str)> =
            erasure.unreached.iter().map(|one| (&*one.source, &*one.table)).collect();
        let down = |one: &&trace::Unreached| match &one.why {
            trace::Why::Missing(_) => true,
            // A file that has no rows, or is not there any more, is no file that could not be read.
            trace::Why::Unread(code) => one.personal && !matches!(code.as_str(), "object" | "gone"),
            _ => false,
        };
        let unread = plan.unreached.iter().filter(down);
        let unread = unread.map(|one| (one.source.as_str(), one.table.as_str()));
        let failed = outcome.failed.iter().map(|one| (one.source.as_str(), one.table.as_str()));
        let mut seen = Seen {
            // What was out of reach when it was planned says nothing new.
            partly: unread.chain(failed).any(|one| !known.contains(&one)),
            ..Seen::default()
        };
        for (node, one) in plan.nodes.iter().enumerate() {
            let own = outcome.counts.get(node).copied().unwrap_or_default().own;
            if own == 0 {
                continue;
            }
            let mine = |step: &&Step| step.source == one.source && step.table == one.table;
            let steps: Vec<&Step> = erasure.steps.iter().filter(mine).collect();
            let mut sorting = Sorting { rights: self, id, round, steps, lists: BTreeMap::new() };
            let mut window = HashMap::new();
            for n in 0.. {
                let keys = found.keys(node, false, n * CHUNK, CHUNK).await?;
                let ended = keys.is_empty();
                window.extend(keys.into_iter().map(|key| (print(&key), key)));
                if ended || window.len() >= WINDOW {
                    seen.fresh += sorting.sort(std::mem::take(&mut window)).await?;
                }
                if ended {
                    break;
                }
            }
            seen.listed.extend(sorting.end().await?);
        }
        Ok(seen)
    }

    /// Applies the shred list again; says how many rows went or were emptied.
    async fn erase_again(
        &self,
        context: &JobContext,
        id: &str,
        round: i64,
        steps: Vec<Step>,
    ) -> Result<u64, JobError> {
        let person = self.request(id).await?.proved()?;
        let person = person.ok_or(RightsError::Conflict("rights-error-unverified"))?;
        let start = starting(&person);
        let triggers = self.erasure(id).await?.is_some_and(|one| one.triggers);
        let places: BTreeSet<(&str, usize)> =
            steps.iter().map(|step| (step.source.as_str(), step.wave)).collect();
        let mut rows = 0;
        let mut before = None;
        for source in steps.iter().map(|step| step.source.as_str()).collect::<BTreeSet<_>>() {
            if !self.is_files(source).await? {
                continue;
            }
            let mine = steps.iter().filter(|step| step.source == source);
            let mut mine: Vec<Step> =
                mine.map(|step| Step { shared: 0, cells: Vec::new(), ..step.clone() }).collect();
            let files = Files { rights: self, id, start: &start, context, round };
            Box::pin(files.sweep(source, &mut mine, false)).await.map_err(job_error)?;
            rows += mine.iter().map(|step| step.done.deleted + step.done.emptied).sum::<u64>();
        }
        for (source, wave) in places {
            if self.is_files(source).await? {
                continue;
            }
            let mine = steps.iter().filter(|step| step.source == source && step.wave == wave);
            let mut mine: Vec<Step> =
                mine.map(|step| Step { shared: 0, cells: Vec::new(), ..step.clone() }).collect();
            let open = Open::new(self, source, before.take()).await.map_err(job_error)?;
            let site = Site { rights: self, id, start: &start, context, triggers, round, open };
            Box::pin(site.wave(&mut mine)).await.map_err(job_error)?;
            before = Some(site.open);
            let mut done = Done::default();
            for step in &mine {
                done.add(step.done);
            }
            rows += done.deleted + done.emptied;
        }
        Ok(rows)
    }

    async fn looked(
        &self,
        erasure: &Erasure,
        (looked, back, fresh): (Looked, u64, u64),
        (again, first): (u64, bool),
    ) -> Result<()> {
        let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        let id = &erasure.request;
        let at = usize::try_from(erasure.looks).unwrap_or(usize::MAX).min(NEXT.len() - 1);
        let days = if looked == Looked::Partly || looked == Looked::Back { 1 } else { NEXT[at] };
        let next = now() + days * DAY;
        let next = if next > erasure.ended_at + LAST { 0 } else { next };
        let stages = (&[Stage::Done][..], Stage::Done);
        let mut tx = self.erasure_moved(&BY, "rights.erasure_looked", id, stages, "").await?;
        tx.states(None, Some(self.store().digest(&(looked.as_str(), back, fresh, again))));
        sqlx::query(
            "UPDATE rights_erasure SET looks = looks + 1, looked_at = $1, looked = $2, back = $3,
               fresh = $4, again = again + $5, next_look = $6 WHERE request = $7",
        )
        .bind(now())
        .bind(looked.as_str())
        .bind(number(back))
        .bind(number(fresh))
        .bind(number(again))
        .bind(next)
        .bind(id)
        .execute(tx.conn())
        .await?;
        if first {
            for step in &erasure.steps {
                put_step(&mut tx, id, step).await?;
            }
        }
        // The rows of this look's round are done with; the lists of the erasure itself stay.
        sqlx::query("DELETE FROM rights_erasure_keys WHERE request = $1 AND round > 1")
            .bind(id)
            .execute(tx.conn())
            .await?;
        let what = match looked {
            Looked::Back => "erasure-back",
            Looked::Fresh => "erasure-fresh",
            Looked::Partly => "erasure-looked-partly",
            Looked::Not | Looked::Clean => "erasure-clean",
        };
        insert_event(&mut tx, &BY, &NewEvent { request: id, what, detail: "" }).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// Tells rows of a table that stand on the shred lists from others. Neither the lists nor the rows are
/// ever in memory as a whole: a list goes by piece by piece, for a window of rows at a time.
struct Sorting<'a> {
    rights: &'a Rights,
    id: &'a str,
    round: i64,
    steps: Vec<&'a Step>,
    /// Of each step the keys that are not kept yet, the pieces that are, and how many keys there were.
    lists: BTreeMap<i64, (Vec<Vec<Literal>>, usize, u64)>,
}

impl Sorting<'_> {
    /// Keeps those that are listed; says how many are not.
    async fn sort(&mut self, mut window: HashMap<String, Vec<Literal>>) -> Result<u64> {
        for at in self.steps.iter().map(|step| step.at).collect::<Vec<_>>() {
            for n in 0.. {
                let keys = self.rights.keys((self.id, at, false, 1), n).await?;
                if keys.is_empty() || window.is_empty() {
                    break;
                }
                let there: Vec<_> =
                    keys.iter().filter_map(|key| window.remove(&print(key))).collect();
                let (open, _, rows) = self.lists.entry(at).or_default();
                *rows += there.len() as u64;
                open.extend(there);
                if open.len() >= CHUNK {
                    self.keep(at).await?;
                }
            }
        }
        Ok(window.len() as u64)
    }

    /// Keeps a piece of a step's keys as one of this look's round.
    async fn keep(&mut self, at: i64) -> Result<()> {
        let Some((open, pieces, _)) = self.lists.get_mut(&at) else { return Ok(()) };
        let piece: Vec<_> = open.drain(..open.len().min(CHUNK)).collect();
        if !piece.is_empty() {
            self.rights.keep_keys((self.id, at, false, self.round), *pieces, &piece).await?;
            *pieces += 1;
        }
        Ok(())
    }

    /// How many rows of each step's list are there.
    async fn end(mut self) -> Result<BTreeMap<i64, u64>> {
        for at in self.lists.keys().copied().collect::<Vec<_>>() {
            self.keep(at).await?;
        }
        let counts = self.lists.into_iter().map(|(at, (_, _, rows))| (at, rows));
        Ok(counts.filter(|(_, rows)| *rows > 0).collect())
    }
}

fn job_error(halt: Halt) -> JobError {
    match halt {
        Halt::Job(error) => error,
        Halt::Room(error) => error.into(),
        Halt::Fault(code, why) => JobError::Retry(format!("{code}: {why}")),
        Halt::Holds | Halt::Stopped => JobError::Retry("what must stay has changed".into()),
    }
}

/// The job that looks.
pub(crate) struct Look {
    pub rights: Rights,
}

#[async_trait::async_trait]
impl JobHandler for Look {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, context: JobContext) -> Result<(), JobError> {
        let request = context.payload["request"].as_str().unwrap_or_default().to_owned();
        Box::pin(self.rights.look_now(&context, &request)).await
    }
}
