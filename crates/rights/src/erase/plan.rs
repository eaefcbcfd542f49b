//! The plan of an erasure: the person's rows looked for, their keys kept, what would become of them
//! counted. Nothing is touched.

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicI64, Ordering},
};

use ::store::{Actor, Entry, JobContext, JobError, JobHandler, JobRow, NewJob, Store, now};
use futures::StreamExt as _;
use purge::{DryOptions, Literal, Reason, Schema, Session};
use retain::{Keeps, Kept, RetainError};
use serde_json::json;
use trace::{Found, Ground, Holds, Options, Outcome, Start};

use super::{
    Act, BY, Cell, Done, Erasure, Stage, Step, files,
    store::{self, drop_step, put_step},
    treat::{self, CHUNK},
    work::SOURCES,
};
use crate::{
    Kind, Request, Result, Rights, RightsError,
    find::{Unreached, starting, unreached, ways},
    request::{NewEvent, insert_event},
    task,
};

/// The job's kind.
pub(super) const KIND: &str = "rights_erasure_plan";

impl Rights {
    /// Has the erasure of a request's person planned in the background. Planned again after it was
    /// begun, it only looks into what was missing or has changed.
    ///
    /// # Errors
    /// [`RightsError::Conflict`] while we are not sure of the person, or while it is at work.
    pub async fn plan_erasure(&self, actor: &Actor, request: &Request) -> Result<()> {
        if request.kind != Kind::Erasure {
            return Err(RightsError::Conflict("rights-error-no-erasure"));
        }
        if !request.is_verified() || request.proved()?.is_none() {
            return Err(RightsError::Conflict("rights-error-unverified"));
        }
        if request.state.is_closed() {
            return Err(RightsError::Conflict("rights-error-closed"));
        }
        let entry =
            Entry::new(actor.clone(), "rights.erasure_asked", "rights_request", &request.id);
        let mut tx = self.store().begin(entry).await?;
        store::begin_plan(&mut tx, &request.id, actor).await?;
        let payload = json!({ "request": request.id });
        let dedupe = Some(format!("rights-erasure-plan:{}", request.id));
        tx.enqueue_anew(NewJob { kind: KIND, payload, dedupe, max_attempts: 3 }).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn draw_plan(&self, context: &JobContext, id: &str) -> Result<()> {
        let Some(before) = self.erasure(id).await?.filter(|one| one.stage == Stage::Planning)
        else {
            return Ok(());
        };
        let person = self.request(id).await?.proved()?;
        let person = person.ok_or(RightsError::Conflict("rights-error-unverified"))?;
        let mut ground = self.ground().await?;
        let start = starting(&person);
        let begun = Erasure {
            steps: if before.begun_at > 0 { before.steps } else { Vec::new() },
            ..before
        };
        let free = begun.steps.iter().map(|step| step.at + 1).max().unwrap_or(0);
        if begun.steps.is_empty() {
            self.forget_plan(id).await?;
        } else {
            self.forget_keys(id, free).await?;
        }
        // What was done is not planned again beside what has to be.
        ground.sources.retain(|source| begun.wants(&source.id));
        let plan = trace::plan(&ground, &start.kinds());
        let (outcome, found) = trace::locate(&ground, &plan, &start, &Options::default()).await?;
        let mut places = Vec::new();
        for (wave, one) in plan.deletion.iter().enumerate() {
            for node in &one.nodes {
                let counts = outcome.counts.get(*node).copied().unwrap_or_default();
                let covered = |one: &trace::Node| begun.covers(&one.source, &one.table);
                let is_begun = plan.nodes.get(*node).is_some_and(covered);
                if counts.own + counts.shared + counts.doubtful > 0 && !is_begun {
                    let at = free + i64::try_from(places.len()).unwrap_or(i64::MAX - free);
                    places.push(Place { at, wave, circular: one.circular, node: *node, counts });
                }
            }
        }
        let known = Known { rights: self, id, ground: &ground, start: &start, plan: &plan };
        let steps = known.steps(context, &found, &places).await?;
        let left = left(&plan, &outcome);
        let lapsed = begun.steps.iter().filter(|step| begun.lapsed(step)).map(|step| step.at);
        self.planned(id, &steps, &lapsed.collect::<Vec<_>>(), &left).await
    }

    /// The plan is made; steps that have lapsed make room for those that were planned anew.
    async fn planned(
        &self,
        id: &str,
        steps: &[Step],
        lapsed: &[i64],
        left: &[Unreached],
    ) -> Result<()> {
        let stages = (&[Stage::Planning][..], Stage::Planned);
        let mut tx = self.erasure_moved(&BY, "rights.erasure_planned", id, stages, "").await?;
        tx.states(None, Some(self.store().digest(&steps)));
        for at in lapsed {
            drop_step(&mut tx, id, *at).await?;
        }
        for step in steps {
            put_step(&mut tx, id, step).await?;
        }
        sqlx::query("UPDATE rights_erasure SET planned_at = $1, unreached = $2 WHERE request = $3")
            .bind(now())
            .bind(serde_json::to_string(left).unwrap_or_default())
            .bind(id)
            .execute(tx.conn())
            .await?;
        let event = NewEvent { request: id, what: "erasure-planned", detail: "" };
        insert_event(&mut tx, &BY, &event).await?;
        tx.enqueue(task::job(id, task::Step::Erasure)).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// What is out of reach, and what broke off on the way: both are missing from the plan.
fn left(plan: &trace::Plan, outcome: &Outcome) -> Vec<Unreached> {
    let mut all: Vec<Unreached> =
        plan.unreached.iter().filter(|one| one.personal).map(unreached).collect();
    all.extend(outcome.failed.iter().map(|one| Unreached {
        source: one.source.clone(),
        table: one.table.clone(),
        why: "missing".to_owned(),
        detail: one.mishap.to_string(),
    }));
    all
}

/// A table of the plan in which there is something.
struct Place {
    at: i64,
    wave: usize,
    circular: bool,
    node: usize,
    counts: trace::Counts,
}

/// What steps are made from.
pub(super) struct Known<'a> {
    pub rights: &'a Rights,
    pub id: &'a str,
    ground: &'a Ground,
    pub start: &'a Start,
    plan: &'a trace::Plan,
}

impl Known<'_> {
    /// The steps of all places: databases beside each other, in each one after the other.
    async fn steps(
        &self,
        context: &JobContext,
        found: &Found,
        places: &[Place],
    ) -> Result<Vec<Step>> {
        let source = |place: &Place| self.plan.nodes[place.node].source.as_str();
        let sources: BTreeSet<&str> = places.iter().map(source).collect();
        let total = i64::try_from(places.len()).unwrap_or(i64::MAX);
        let done = &AtomicI64::new(0);
        let of = |name: &str| {
            let name = name.to_owned();
            let mine: Vec<&Place> = places.iter().filter(|one| source(one) == name).collect();
            async move {
                let mut draft = Draft::new(self, &name).await?;
                let mut steps = Vec::new();
                for place in mine {
                    steps.push(draft.step(place, found, &steps).await?);
                    // Not where the tasks are waited for: one that stands still there could hold what
                    // this needs.
                    let done = done.fetch_add(1, Ordering::Relaxed) + 1;
                    let said = context.progress(done, total, "").await;
                    said.map_err(|error| RightsError::Search(error.to_string()))?;
                }
                Ok::<_, RightsError>(steps)
            }
        };
        let tasks: Vec<_> = sources.into_iter().map(of).collect();
        let mut work = futures::stream::iter(tasks).buffer_unordered(SOURCES);
        let mut steps: Vec<Step> = Vec::new();
        while let Some(some) = work.next().await {
            steps.extend(some?);
        }
        steps.sort_by_key(|step| step.at);
        Ok(steps)
    }
}

/// The plan of one database.
struct Draft<'a> {
    known: &'a Known<'a>,
    source: &'a trace::Source,
    /// What must stay in it.
    keeps: Result<Keeps, RetainError>,
    session: Option<Session>,
}

impl<'a> Draft<'a> {
    async fn new(known: &'a Known<'a>, source: &str) -> Result<Self> {
        let keeps = known.rights.retain().keeps(source, now()).await;
        let source = known.ground.source(source).ok_or(RightsError::NotFound("source"))?;
        let session = match &source.state {
            trace::State::Connected { target, .. } => Some(Session::new(target.clone())),
            trace::State::Shelf { .. } | trace::State::Missing(_) => None,
        };
        Ok(Self { known, source, keeps, session })
    }

    async fn step(
        &mut self,
        &Place { at, wave, circular, node, counts }: &Place,
        found: &Found,
        before: &[Step],
    ) -> Result<Step> {
        let Known { rights, id, plan, .. } = *self.known;
        let one = &plan.nodes[node];
        let mut step = Step {
            at,
            source: one.source.clone(),
            table: one.table.clone(),
            wave,
            circular,
            act: if one.keyed { Act::Delete } else { Act::Keep },
            ground: String::new(),
            columns: Vec::new(),
            stuck: Vec::new(),
            cells: Vec::new(),
            hop: one.hop,
            ways: ways(plan, node),
            own: counts.own,
            shared: counts.shared,
            doubtful: counts.doubtful,
            expected: Done::default(),
            done: Done::default(),
            is_done: false,
            error: String::new(),
            why: String::new(),
            left: 0,
        };
        if !one.keyed {
            // Its rows cannot be told apart: somebody has to do it by hand.
            step.expected.stays = counts.own;
            "no-key".clone_into(&mut step.error);
            return Ok(step);
        }
        for shared in [false, true] {
            for n in 0.. {
                let keys = found.keys(node, shared, n * CHUNK, CHUNK).await?;
                if keys.is_empty() {
                    break;
                }
                rights.keep_keys((id, at, shared, 1), n, &keys).await?;
            }
        }
        if let trace::State::Shelf { shelf, schema } = &self.source.state {
            let keeps = self.keeps.as_ref().map_err(ToString::to_string);
            let nobody = Holds::default();
            let holds = self.source.tables.get(&step.table).unwrap_or(&nobody);
            files::expect(self.known, &mut step, (shelf, schema, holds), keeps).await;
            return Ok(step);
        }
        let tables: BTreeSet<&str> = plan
            .nodes
            .iter()
            .filter(|other| other.source == one.source)
            .map(|other| other.table.as_str())
            // Where something stays, it keeps what it refers to.
            .filter(|table| {
                let step = before.iter().find(|step| step.table == *table);
                step.is_none_or(|step| step.expected.kept() + step.expected.emptied == 0)
            })
            .collect();
        if let Err(error) = self.expect(&mut step, &tables).await {
            // The plan says what it can; the work will say the same and stand still there.
            error.code().clone_into(&mut step.error);
            step.why = error.to_string();
            step.expected = Done { deleted: counts.own, ..Done::default() };
        }
        Ok(step)
    }

    /// Which personal columns can be emptied, and in which the person is named.
    fn columns(&self, step: &mut Step, schema: &Schema, holds: &Holds) {
        let mut names: Vec<&str> = holds.fields.iter().map(|one| one.column.as_str()).collect();
        names.extend(holds.identifiers.iter().map(|one| one.column.as_str()));
        names.extend(holds.hidden.iter().map(String::as_str));
        let mut seen = BTreeSet::new();
        names.retain(|name| seen.insert(*name));
        for name in names {
            match treat::neutral(schema, &step.table, name) {
                Some(neutral) => step.columns.push((name.to_owned(), neutral)),
                None => step.stuck.push(name.to_owned()),
            }
        }
        for one in &holds.identifiers {
            let trace::Spelling::Alike(how) = one.spelling else { continue };
            let neutral = step.columns.iter().find(|(name, _)| *name == one.column);
            let Some((_, neutral)) = neutral.filter(|_| self.known.start.0.contains_key(&one.kind))
            else {
                continue;
            };
            step.cells.push(Cell {
                column: one.column.clone(),
                kind: one.kind.0.clone(),
                how,
                neutral: neutral.clone(),
                named: 0,
            });
        }
    }

    /// Counts what would become of the rows now.
    async fn expect(
        &mut self,
        step: &mut Step,
        plan: &BTreeSet<&str>,
    ) -> Result<(), purge::PurgeError> {
        let sink = |error: RightsError| purge::PurgeError::Sink(error.to_string());
        let Some(mut session) = self.session.take() else { return Ok(()) };
        let counted = async {
            let schema = session.schema().await?;
            let nobody = Holds::default();
            let holds = self.source.tables.get(&step.table).unwrap_or(&nobody);
            self.columns(step, &schema, holds);
            self.rows(step, &mut session, plan).await?;
            let Known { rights, id, start, .. } = *self.known;
            let mut cells = std::mem::take(&mut step.cells);
            for cell in &mut cells {
                let named = named(rights, (id, start), step, cell, &mut session).await;
                cell.named = named.map_err(|error| match error {
                    RightsError::Purge(error) => error,
                    other => sink(other),
                })?;
            }
            step.expected.cells = cells.iter().map(|cell| cell.named).sum();
            step.cells = cells;
            Ok(())
        };
        let counted = counted.await;
        self.session = Some(session);
        counted
    }

    /// Counts what would become of the rows that are the person's alone.
    async fn rows(
        &self,
        step: &mut Step,
        session: &mut Session,
        plan: &BTreeSet<&str>,
    ) -> Result<(), purge::PurgeError> {
        let sink = |error: RightsError| purge::PurgeError::Sink(error.to_string());
        let Known { rights, id, .. } = *self.known;
        let keeps = self.keeps.as_ref().map_err(|error| purge::PurgeError::Sink(error.to_string()));
        let keeps = keeps?.of(&step.table).map_err(|e| sink(e.into()))?;
        let mut all = Done::default();
        for n in 0.. {
            let keys = rights.keys((id, step.at, false, 1), n).await.map_err(sink)?;
            if keys.is_empty() {
                break;
            }
            let rows = keys.len() as u64;
            let held = held(session, step, keys.clone(), &keeps).await?;
            let duty = match (keeps.duties.is_empty(), keeps.holds.is_empty()) {
                (_, true) => held.0,
                (true, false) => 0,
                (false, false) => {
                    let duties = Kept { duties: keeps.duties.clone(), ..Kept::default() };
                    self::held(session, step, keys, &duties).await?.0
                }
            };
            let bound = held.1.iter().filter(|(table, _)| !plan.contains(table.as_str()));
            let bound: u64 = bound.map(|one| one.1).sum();
            all.duty += duty;
            all.hold += held.0.saturating_sub(duty);
            if step.columns.is_empty() {
                all.stays += bound;
            } else {
                all.emptied += bound;
            }
            all.deleted += rows.saturating_sub(held.0 + bound);
        }
        step.expected = all;
        Ok(())
    }
}

/// Shared rows of a step in which a cell names the person now.
pub(super) async fn named(
    rights: &Rights,
    (id, start): (&str, &Start),
    step: &Step,
    cell: &Cell,
    session: &mut Session,
) -> Result<u64> {
    let mut count = 0;
    for n in 0.. {
        let keys = rights.keys((id, step.at, true, 1), n).await?;
        if keys.is_empty() {
            break;
        }
        let mut request = treat::cells(step, cell, start, keys, &Kept::default());
        request.allow.triggers = true;
        let plan = purge::plan(&*session.schema().await?, request)?;
        count += session.dry_run(&plan, &look_only()).await?.counts.roots;
    }
    Ok(count)
}

/// A count without examples.
pub(super) fn look_only() -> DryOptions<'static> {
    DryOptions { examples: 0, ..DryOptions::default() }
}

/// Rows of the root that a duty or hold keeps, and those that others keep, by the others' table.
async fn held(
    session: &mut Session,
    step: &Step,
    keys: Vec<Vec<Literal>>,
    keeps: &Kept,
) -> Result<(u64, Vec<(String, u64)>), purge::PurgeError> {
    let mut request = treat::delete(step, keys, keeps);
    request.allow.triggers = true;
    let plan = purge::plan(&*session.schema().await?, request)?;
    let dry = session.dry_run(&plan, &look_only()).await?;
    let mut held = 0;
    let mut bound = Vec::new();
    for one in &dry.counts.kept {
        match &one.reason {
            Reason::Held { .. } => held += one.rows,
            Reason::Referenced { table, .. } => bound.push((table.clone(), one.rows)),
            Reason::Circle { .. } => {}
        }
    }
    Ok((held, bound))
}

/// The job that plans.
pub(crate) struct Plan {
    pub rights: Rights,
}

#[async_trait::async_trait]
impl JobHandler for Plan {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, context: JobContext) -> Result<(), JobError> {
        let request = context.payload["request"].as_str().unwrap_or_default().to_owned();
        Box::pin(self.rights.draw_plan(&context, &request)).await?;
        Ok(())
    }

    async fn ended(&self, _: &Store, job: &JobRow) {
        let request = job.payload["request"].as_str().unwrap_or_default();
        let stages = (&[Stage::Planning][..], Stage::Failed);
        let moved = self
            .rights
            .erasure_moved(&BY, "rights.erasure_failed", request, stages, &job.error)
            .await;
        let ended = match moved {
            Ok(tx) => tx.commit().await.map(drop).map_err(RightsError::from),
            Err(error) => Err(error),
        };
        if let Err(error) = ended {
            tracing::warn!(%error, "the end of a plan could not be kept");
        }
    }
}
