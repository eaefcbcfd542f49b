//! Carries a plan out: groups of tables at the same time, one connection to each source, rows to the
//! sink as they come.

mod down;
mod reading;
mod source;
mod take;
mod up;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex as Short, PoisonError},
    time::Duration,
};

use purge::{Flow, Shelf, Target};
use serde::{Deserialize, Serialize};
use tokio::{
    sync::{Mutex, Semaphore, mpsc, watch},
    task::JoinSet,
};

use crate::{
    bag::{Bag, Spool},
    error::{Mishap, Result, TraceError},
    found::Found,
    ground::{Ground, Start, State},
    plan::{Plan, refs},
    sink::{Head, Place, Row, Sink},
};
use reading::Ready;
pub(crate) use source::{Door, Way};

/// How a walk works.
#[derive(Debug, Clone)]
pub struct Options {
    /// Sources that are read at once. Each is read over one connection, so that all its rows are of
    /// one moment and no source gets more than one statement at a time.
    pub sources: usize,
    /// Values in one list of a statement.
    pub batch: usize,
    /// Rows handed out at once, at most; fewer when they are wide.
    pub piece: usize,
    /// How long a lock is waited for.
    pub lock_timeout: Duration,
    /// How long one statement may take, with what the sink takes to store its rows.
    pub statement_timeout: Duration,
    /// Bytes of keys remembered in memory, about; more go to a temporary file.
    pub memory: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            sources: 16,
            batch: 500,
            piece: 500,
            lock_timeout: Duration::from_secs(5),
            statement_timeout: Duration::from_mins(10),
            memory: 8 << 20,
        }
    }
}

/// How a walk ended.
#[derive(Debug)]
pub struct Outcome {
    /// What was found, by the plan's nodes.
    pub counts: Vec<Counts>,
    /// What befell sources and tables. Everything else was looked through.
    pub failed: Vec<Failed>,
    /// Nodes that rows may be missing from: those that failed and those that they lead to.
    pub incomplete: BTreeSet<usize>,
    /// Where a walk goes on to look for the rest.
    pub place: Place,
    /// The sink asked to stop.
    pub stopped: bool,
}

/// What was found in a table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Rows of the person's.
    pub own: u64,
    /// Rows that are somebody else's, too.
    pub shared: u64,
    /// Rows with a shared identifier and another that speaks against it. Not taken; somebody must look.
    pub doubtful: u64,
}

/// A source, or a table of it, that could not be read.
#[derive(Debug, Clone)]
pub struct Failed {
    /// The source's id.
    pub source: String,
    /// The table, or "" for the whole source.
    pub table: String,
    /// What befell it.
    pub mishap: Mishap,
}

/// What all jobs of a walk share.
pub(crate) struct Work {
    pub doors: Vec<Option<Door>>,
    pub ready: Ready,
    pub plan: Plan,
    pub heads: Vec<Head>,
    pub tallies: Vec<Mutex<Tally>>,
    pub spool: Spool,
    pub options: Options,
    /// Values go to a sink; else keys are kept for a deletion.
    pub values: bool,
    pub permits: Semaphore,
    /// Nodes whose rows are wanted by nobody any more: done, and no later step needs their values.
    pub idle: BTreeSet<usize>,
    pub place: Place,
    pub failed: Short<Vec<(usize, Failed)>>,
    pub fatal: Short<Option<TraceError>>,
}

/// What is remembered of a node's rows.
#[derive(Default)]
pub(crate) struct Tally {
    /// Keys of all rows that were taken, where they may come twice.
    pub seen: Bag,
    pub doubtful: Bag,
    pub counts: Counts,
    /// Values that later steps look for: of the person's own rows, and of shared ones.
    pub facets: Vec<[Bag; 2]>,
    /// Values of references that exclusive steps follow, of own rows, by the reference's number.
    pub ups: BTreeMap<usize, Bag>,
    /// Keys for a deletion: own rows', shared rows'.
    pub keys: [Bag; 2],
}

/// What a job tells.
pub(crate) enum Event {
    Rows(usize, Vec<Row>),
    Done(usize),
}

/// Finds the person's rows and hands them to the sink. It begins anew, or goes on from a place.
///
/// A source that fails does not stop the others; see [`Outcome::failed`]. When it can be read again, a
/// walk from the outcome's place hands out what is missing: tables that were finished are read again
/// only as far as other tables need their keys.
///
/// # Errors
/// [`TraceError`], when nothing sensible can be done any more.
pub async fn walk(
    ground: &Ground,
    plan: &Plan,
    start: &Start,
    from: Option<Place>,
    options: &Options,
    sink: &mut dyn Sink,
) -> Result<Outcome> {
    run(ground, plan, start, from, options, Some(sink)).await.map(|(outcome, _)| outcome)
}

/// Finds the keys of the person's rows and no values: what a deletion is made from.
///
/// # Errors
/// As [`walk()`].
pub async fn locate(
    ground: &Ground,
    plan: &Plan,
    start: &Start,
    options: &Options,
) -> Result<(Outcome, Found)> {
    let (outcome, work) = run(ground, plan, start, None, options, None).await?;
    Ok((outcome, Found::new(work)))
}

async fn run(
    ground: &Ground,
    plan: &Plan,
    start: &Start,
    from: Option<Place>,
    options: &Options,
    sink: Option<&mut dyn Sink>,
) -> Result<(Outcome, Arc<Work>)> {
    let found: usize = start.0.values().map(Vec::len).sum();
    if found > Start::MOST {
        return Err(TraceError::TooMany { found, most: Start::MOST });
    }
    let work = Arc::new(prepare(ground, plan, start, from, options, sink.is_some())?);
    let (out, events) = mpsc::channel(4);
    let jobs = spawn(&work, &out);
    drop(out);
    let (place, stopped) = listen(&work, events, sink).await?;
    drop(jobs);
    let fatal = work.fatal.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(error) = fatal.filter(|_| !stopped) {
        return Err(error);
    }
    futures::future::join_all(work.doors.iter().flatten().map(Door::close)).await;
    let outcome = outcome(&work, place, stopped).await;
    Ok((outcome, work))
}

fn prepare(
    ground: &Ground,
    plan: &Plan,
    start: &Start,
    from: Option<Place>,
    options: &Options,
    values: bool,
) -> Result<Work> {
    let foreign = || TraceError::Foreign("plan");
    if start.kinds() != plan.kinds {
        return Err(foreign());
    }
    let mark = plan.mark();
    let place = match from {
        Some(place) if place.plan != mark => return Err(TraceError::Foreign("place")),
        Some(place) => place,
        None => Place { plan: mark, done: BTreeMap::new() },
    };
    let ready = reading::ready(ground, plan, start, values).ok_or_else(foreign)?;
    let heads =
        plan.nodes.iter().zip(&ready.readings).enumerate().map(|(n, (node, reading))| Head {
            node: n,
            source: node.source.clone(),
            table: node.table.clone(),
            columns: reading.columns[..reading.shown].to_vec(),
            key: reading.key.iter().map(|at| reading.columns[*at].clone()).collect(),
        });
    let tallies = ready.readings.iter().map(|reading| {
        let facets = reading.facets.iter().map(|_| <[Bag; 2]>::default()).collect();
        let ups = reading.ups.iter().map(|(n, _)| (*n, Bag::default())).collect();
        Mutex::new(Tally { facets, ups, ..Tally::default() })
    });
    let mut opened = ground.opened.take();
    let mut door = |source: &crate::ground::Source| match &source.state {
        State::Connected { target, .. } => {
            let reader = opened.remove(&source.id);
            Some(Door::new(source.id.clone(), Way::Database(Target::clone(target)), reader))
        }
        State::Shelf { shelf, .. } => {
            Some(Door::new(source.id.clone(), Way::Files(Shelf::clone(shelf)), None))
        }
        State::Missing(_) => None,
    };
    Ok(Work {
        doors: ground.sources.iter().map(&mut door).collect(),
        heads: heads.collect(),
        tallies: tallies.collect(),
        spool: Spool::new(options.memory),
        permits: Semaphore::new(options.sources.max(1)),
        idle: idle(plan, &place),
        place,
        failed: Short::default(),
        fatal: Short::default(),
        plan: plan.clone(),
        ready,
        options: options.clone(),
        values,
    })
}

/// Nodes that are done and lead only to such nodes.
fn idle(plan: &Plan, place: &Place) -> BTreeSet<usize> {
    let mut needed: BTreeSet<usize> =
        (0..plan.nodes.len()).filter(|n| !place.done.contains_key(n)).collect();
    loop {
        let before = needed.len();
        for step in plan.steps.iter().filter(|step| needed.contains(&step.to)).collect::<Vec<_>>() {
            needed.extend(step.how.from());
        }
        if needed.len() == before {
            return (0..plan.nodes.len()).filter(|n| !needed.contains(n)).collect();
        }
    }
}

/// One task for each group, which waits for those that lead to it.
fn spawn(work: &Arc<Work>, out: &mpsc::Sender<Event>) -> JoinSet<()> {
    let mut jobs = JoinSet::new();
    let wanted = (0..work.plan.nodes.len()).filter(|node| !work.idle.contains(node));
    let sources: BTreeSet<usize> = wanted.map(|node| work.ready.readings[node].source).collect();
    for source in sources {
        let work = Arc::clone(work);
        jobs.spawn(async move { work.open_early(source).await });
    }
    let all: Vec<(bool, &Vec<usize>)> = work
        .plan
        .groups
        .iter()
        .map(|group| (false, group))
        .chain(work.plan.upward.iter().map(|group| (true, group)))
        .collect();
    let mut group_of = vec![usize::MAX; work.plan.nodes.len()];
    for (n, (_, group)) in all.iter().enumerate() {
        for node in *group {
            group_of[*node] = n;
        }
    }
    let ends: Vec<watch::Sender<bool>> = all.iter().map(|_| watch::channel(false).0).collect();
    for (n, (upward, group)) in all.iter().enumerate() {
        let mut before: BTreeSet<usize> = BTreeSet::new();
        for step in work.plan.steps.iter().filter(|step| group.contains(&step.to)) {
            before.extend(step.how.from().map(|from| group_of[from]));
        }
        before.remove(&n);
        let waits: Vec<watch::Receiver<bool>> =
            before.into_iter().filter_map(|n| Some(ends.get(n)?.subscribe())).collect();
        let (work, out, end) = (Arc::clone(work), out.clone(), ends[n].clone());
        let (upward, group) = (*upward, (*group).clone());
        jobs.spawn(async move {
            for mut wait in waits {
                // An error is an end, too: the other task is gone.
                let _ = wait.wait_for(|ended| *ended).await;
            }
            let mut fall = Fall(&work, true);
            let done = match upward {
                _ if work.is_stopped() => Ok(()),
                true => up::group(&work, &group, &out).await,
                false => down::group(&work, &group, &out).await,
            };
            if let Err(error) = done {
                work.stop(error);
            }
            // Where one had to stop, what hangs on it is not whole.
            for node in group.into_iter().filter(|_| !work.is_stopped()) {
                let _ = out.send(Event::Done(node)).await;
            }
            fall.1 = false;
            end.send_replace(true);
        });
    }
    jobs
}

/// A job that falls over takes the walk with it: else tables would look finished that are not. It is
/// dropped before the job's end is told.
struct Fall<'a>(&'a Work, bool);

impl Drop for Fall<'_> {
    fn drop(&mut self) {
        if self.1 {
            self.0.stop(TraceError::Broken);
        }
    }
}

async fn listen(
    work: &Work,
    mut events: mpsc::Receiver<Event>,
    mut sink: Option<&mut dyn Sink>,
) -> Result<(Place, bool)> {
    let mut place = work.place.clone();
    let stored = |error: purge::SinkError| TraceError::Sink(error.to_string());
    while let Some(event) = events.recv().await {
        match (event, sink.as_deref_mut()) {
            (Event::Rows(node, rows), Some(sink)) => {
                sink.rows(&work.heads[node], rows).await.map_err(stored)?;
            }
            (Event::Rows(..), None) => {}
            (Event::Done(node), sink) => {
                if place.done.contains_key(&node) || work.incomplete().contains(&node) {
                    continue;
                }
                place.done.insert(node, work.tallies[node].lock().await.counts);
                let Some(sink) = sink else { continue };
                let flow = sink.done(&work.heads[node], &place).await.map_err(stored)?;
                if flow == Flow::Stop {
                    return Ok((place, true));
                }
            }
        }
    }
    Ok((place, false))
}

async fn outcome(work: &Work, place: Place, stopped: bool) -> Outcome {
    let mut counts = Vec::with_capacity(work.tallies.len());
    for (node, tally) in work.tallies.iter().enumerate() {
        let known = place.done.get(&node).copied();
        counts.push(match known {
            Some(counts) => counts,
            None => tally.lock().await.counts,
        });
    }
    let incomplete = work.incomplete();
    let failed = work.failed();
    Outcome {
        counts,
        failed: failed.into_iter().map(|(_, failed)| failed).collect(),
        incomplete,
        place,
        stopped,
    }
}

impl Work {
    /// Nothing sensible can be done any more.
    pub fn stop(&self, error: TraceError) {
        let mut fatal = self.fatal.lock().unwrap_or_else(PoisonError::into_inner);
        fatal.get_or_insert(error);
    }

    fn is_stopped(&self) -> bool {
        self.fatal.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    fn failed(&self) -> Vec<(usize, Failed)> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Notes what befell a source; once.
    pub fn fail(&self, source: usize, table: &str, mishap: Mishap) {
        let mut all = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        if all.iter().any(|(known, failed)| *known == source && failed.table == table) {
            return;
        }
        let id = self.doors[source].as_ref().map_or(String::new(), |door| door.id.clone());
        all.push((source, Failed { source: id, table: table.to_owned(), mishap }));
    }

    /// The table cannot be read, as far as is known now.
    pub fn is_shut(&self, node: usize) -> bool {
        let reading = &self.ready.readings[node];
        let table = &reading.table.name;
        self.failed().iter().any(|(source, failed)| {
            *source == reading.source && (failed.table.is_empty() || failed.table == *table)
        })
    }

    /// A table that refers to another, and its node if it has one.
    pub fn child(&self, at: refs::At) -> Option<(&purge::Table, Option<usize>)> {
        Some((self.ready.tables.get(&at)?, self.ready.places.get(&at).copied()))
    }

    /// Nodes that rows may be missing from.
    fn incomplete(&self) -> BTreeSet<usize> {
        let mut nodes: BTreeSet<usize> =
            (0..self.plan.nodes.len()).filter(|node| self.is_shut(*node)).collect();
        if nodes.is_empty() {
            return nodes;
        }
        // Whether somebody else's rows refer to it could not be seen.
        let failed = self.failed();
        let is_shut = |at: &refs::At| {
            let name = self.ready.tables.get(at).map(|table| table.name.as_str());
            let of =
                |failed: &Failed| failed.table.is_empty() || Some(failed.table.as_str()) == name;
            failed.iter().any(|(source, failed)| *source == at.0 && of(failed))
        };
        nodes.extend((0..self.plan.nodes.len()).filter(|node| {
            let mut referred = self.ready.readings[*node].referred.iter();
            referred.any(|(n, _)| is_shut(&self.ready.references[*n].from))
        }));
        loop {
            let before = nodes.len();
            for step in &self.plan.steps {
                if step.how.from().is_some_and(|from| nodes.contains(&from)) {
                    nodes.insert(step.to);
                }
            }
            if nodes.len() == before {
                return nodes;
            }
        }
    }
}
