//! Judges rows as they come, remembers what later steps need, hands them on.

use purge::Value;
use tokio::sync::mpsc;

use super::{Event, Tally, Work, reading::Reading};
use crate::{
    error::Result,
    judge::{Reach, Said, Verdict},
    pack::{Packed, pack, pack_reference},
    sink::Row,
};

/// One step's rows on their way.
pub(super) struct Taking<'a> {
    work: &'a Work,
    pub node: usize,
    step: usize,
    reach: Reach,
    out: &'a mpsc::Sender<Event>,
    /// They go to the sink (or their keys to a deletion); else they were, the last time.
    wanted: bool,
}

/// A row and what it is.
struct Judged {
    row: Vec<Value>,
    verdict: Verdict,
    redact: Vec<usize>,
    key: Packed,
}

impl<'a> Taking<'a> {
    pub fn new(
        work: &'a Work,
        node: usize,
        step: usize,
        reach: Reach,
        out: &'a mpsc::Sender<Event>,
    ) -> Self {
        let wanted = !work.place.done.contains_key(&node);
        Self { work, node, step, reach, out, wanted }
    }

    /// Rows that may be the person's; how many were taken.
    pub async fn take(&mut self, rows: Vec<Vec<Value>>) -> Result<usize> {
        if rows.is_empty() {
            return Ok(0);
        }
        let judged = self.judge(rows).await?;
        let taken = self.remember(judged).await?;
        let count = taken.len();
        if self.wanted && self.work.values && count > 0 {
            let reading = &self.work.ready.readings[self.node];
            let rows = taken.into_iter().map(|one| self.row(reading, one)).collect();
            // Nobody listens any more: the walk is being stopped.
            let _ = self.out.send(Event::Rows(self.node, rows)).await;
        }
        Ok(count)
    }

    async fn judge(&self, rows: Vec<Vec<Value>>) -> Result<Vec<Judged>> {
        let reading = &self.work.ready.readings[self.node];
        let strangers = strangers(self.work, reading, &rows).await?;
        let mut judged = Vec::with_capacity(rows.len());
        for (row, naming) in rows.into_iter().zip(strangers) {
            let said = Said::new(&reading.looked, &row);
            let verdict = said.verdict(reading.about, self.reach, !naming.is_empty());
            if verdict == Verdict::Other {
                continue;
            }
            let mut redact = said.redacted(reading.about, verdict, &reading.cells, &naming);
            redact.retain(|at| *at < reading.shown);
            let key = pack(reading.key.iter().map(|at| &row[*at]));
            judged.push(Judged { row, verdict, redact, key });
        }
        Ok(judged)
    }

    /// Keeps those that come for the first time.
    async fn remember(&self, judged: Vec<Judged>) -> Result<Vec<Judged>> {
        let work = self.work;
        let spool = &work.spool;
        let reading = &work.ready.readings[self.node];
        let mut guard = work.tallies[self.node].lock().await;
        let tally = &mut *guard;
        let (mut taken, doubtful): (Vec<Judged>, Vec<Judged>) =
            judged.into_iter().partition(|one| one.verdict != Verdict::Doubtful);
        if !doubtful.is_empty() {
            // Not those that were taken before, by another identifier.
            let keys: Vec<Packed> = doubtful.into_iter().map(|one| one.key).collect();
            let known = tally.seen.get(spool, &keys).await?;
            let fresh = keys.into_iter().zip(known).filter(|(_, known)| *known == 0);
            let new = tally.doubtful.add(spool, fresh.map(|(key, _)| key).collect()).await?;
            tally.counts.doubtful += new.iter().filter(|new| **new).count() as u64;
        }
        if reading.several && !taken.is_empty() {
            let keys = taken.iter().map(|one| one.key.clone()).collect();
            let mut new = tally.seen.add(spool, keys).await?.into_iter();
            taken.retain(|_| new.next().unwrap_or(false));
        }
        if tally.counts.doubtful > 0 && !taken.is_empty() {
            let keys: Vec<Packed> = taken.iter().map(|one| one.key.clone()).collect();
            let were = tally.doubtful.get(spool, &keys).await?;
            let cleared = were.iter().filter(|were| **were > 0).count() as u64;
            tally.counts.doubtful = tally.counts.doubtful.saturating_sub(cleared);
        }
        self.note(tally, reading, &taken).await?;
        Ok(taken)
    }

    /// What later steps look for.
    async fn note(&self, tally: &mut Tally, reading: &Reading, taken: &[Judged]) -> Result<()> {
        let spool = &self.work.spool;
        for shared in [false, true] {
            let of = |one: &&Judged| (one.verdict == Verdict::Shared) == shared;
            let some: Vec<&Judged> = taken.iter().filter(of).collect();
            if some.is_empty() {
                continue;
            }
            let tuples = |places: &[usize]| -> Vec<Packed> {
                let one = |one: &&Judged| pack_reference(places.iter().map(|at| &one.row[*at]));
                some.iter().filter_map(one).collect()
            };
            for (places, bags) in reading.facets.iter().zip(&mut tally.facets) {
                bags[usize::from(shared)].add(spool, tuples(places)).await?;
            }
            if !shared {
                for (n, places) in &reading.ups {
                    if let Some(bag) = tally.ups.get_mut(n) {
                        bag.add(spool, tuples(places)).await?;
                    }
                }
            }
            if !self.work.values {
                let keys = some.iter().map(|one| one.key.clone()).collect();
                tally.keys[usize::from(shared)].add(spool, keys).await?;
            }
            let count = some.len() as u64;
            let all = &mut tally.counts;
            *(if shared { &mut all.shared } else { &mut all.own }) += count;
        }
        Ok(())
    }

    fn row(&self, reading: &Reading, one: Judged) -> Row {
        let key = reading.key.iter().map(|at| one.row[*at].clone()).collect();
        let mut values = one.row;
        values.truncate(reading.shown);
        Row {
            key,
            values,
            step: self.step,
            shared: one.verdict == Verdict::Shared,
            redact: one.redact,
        }
    }
}

/// Of each row, the places of references that lead to other people's rows.
async fn strangers(work: &Work, reading: &Reading, rows: &[Vec<Value>]) -> Result<Vec<Vec<usize>>> {
    let mut found = vec![Vec::new(); rows.len()];
    for naming in &reading.naming {
        let tuples: Vec<Option<Packed>> = rows
            .iter()
            .map(|row| pack_reference(naming.places.iter().map(|at| &row[*at])))
            .collect();
        let wanted: Vec<Packed> = tuples.iter().flatten().cloned().collect();
        if wanted.is_empty() {
            continue;
        }
        let known = match naming.person {
            None => vec![0; wanted.len()],
            Some((node, facet)) => {
                let tally = work.tallies[node].lock().await;
                tally.facets[facet][0].get(&work.spool, &wanted).await?
            }
        };
        let mut known = known.into_iter();
        for (tuple, places) in tuples.iter().zip(&mut found) {
            if tuple.is_some() && known.next().unwrap_or(0) == 0 {
                places.extend_from_slice(&naming.places);
            }
        }
    }
    Ok(found)
}
