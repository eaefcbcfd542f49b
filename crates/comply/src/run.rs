//! One run: read the state, judge it, and bring the findings up to date in one transaction.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
    time::Instant,
};

use futures::TryStreamExt as _;
use jiff::civil::Date;
use law::Law;
use serde_json::Value as Json;
use sqlx::Row as _;
use store::{Actor, Entry, WriteTx, new_id, now};

use crate::{
    Comply, ComplyError, Result, bulk,
    check::{Standing, Whole, checks},
    findings::search_of,
    model::{Hit, Severity, State, finding_id},
    snapshot::{DAY, Parts, Retention, Snapshot},
};

/// Plans and runs of retention that are looked at, the newest.
const RUNS: i64 = 2_000;
/// Legal holds that are looked at.
const HOLDS: i64 = 10_000;
/// Actions that use one customer's data.
const USES: [&str; 3] = ["personal_data.read", "subject.looked_up", "subject.revealed"];

/// Why a run was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Something changed.
    Change,
    /// It was due.
    Schedule,
    /// Somebody pressed the button.
    Asked,
    /// The command line.
    CommandLine,
    /// The API.
    Api,
}

impl Reason {
    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Change => "change",
            Self::Schedule => "schedule",
            Self::Asked => "asked",
            Self::CommandLine => "cli",
            Self::Api => "api",
        }
    }

    /// Reads the stored name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Change, Self::Schedule, Self::Asked, Self::CommandLine, Self::Api]
            .into_iter()
            .find(|one| one.as_str() == text)
    }
}

/// A run as kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Run {
    /// Id.
    pub id: String,
    /// When (µs).
    pub at: i64,
    /// How long it took (µs).
    pub took_us: i64,
    /// Why: the name of a [`Reason`].
    pub reason: String,
    /// Checks that a law in force, or good practice, asks for.
    pub checks: i64,
    /// Those without a finding that stands.
    pub passed: i64,
    /// Findings that stand, by severity; accepted ones are not among them.
    pub errors: i64,
    /// The same.
    pub warnings: i64,
    /// The same.
    pub infos: i64,
    /// Findings that are accepted.
    pub accepted: i64,
    /// Findings that this run opened or opened again.
    pub opened: i64,
    /// Findings that this run no longer found.
    pub fixed: i64,
    /// Regime → 0 to 100; "" is all checks.
    pub scores: BTreeMap<String, i64>,
}

/// What a check found, with how it stands.
#[derive(Debug)]
pub struct Judged {
    /// The check.
    pub whole: &'static Whole,
    /// Under which laws, how grave.
    pub standing: Standing,
    /// What does not pass.
    pub hits: Vec<Hit>,
}

/// Runs every check that is asked for.
pub fn judge(snapshot: &Snapshot) -> Vec<Judged> {
    checks()
        .iter()
        .filter_map(|whole| {
            let standing = whole.standing(snapshot)?;
            Some(Judged { whole, standing, hits: whole.run(snapshot) })
        })
        .collect()
}

/// A finding as it was before the run.
struct Known {
    state: State,
    accepted_until: i64,
    /// What may change while it stays the same finding.
    said: String,
}

fn room<T, E: std::fmt::Display>(name: &'static str, result: Result<T, E>) -> Result<T> {
    result.map_err(|error| ComplyError::Room(name, error.to_string()))
}

impl Comply {
    /// The live state now, by a few set queries of each room.
    pub async fn snapshot(&self) -> Result<Snapshot> {
        room("the laws", self.rooms.regimes.refresh().await)?;
        self.snapshot_under(self.rooms.regimes.law(), crate::snapshot::day_of(now())).await
    }

    /// The live state now, as another law sees it on a day.
    pub(crate) async fn snapshot_under(&self, law: Arc<Law>, day: Date) -> Result<Snapshot> {
        let rooms = &self.rooms;
        let at = now();
        let known = room("the laws", rooms.regimes.known().await)?;
        let map = room("the data map", rooms.map.posture().await)?;
        let transfers = rooms.transfers.report_of(&law, day, &map.facts).await;
        let parts = Parts {
            consent: room("consents", rooms.consent.posture().await)?,
            web: room("accounts", rooms.web.posture().await)?,
            store: self.store.posture(&[crate::check::BACKUP], &USES, at - 90 * DAY).await?,
            warn: room("early warning", rooms.warn.posture().await)?,
            deliver: room("propagation", rooms.deliver.posture().await)?,
            banners: room("banners", rooms.banner.sites().await)?,
            schedules: self.store.schedules().await?,
            keys: Some(self.store.key_status().await?),
            policies: room("policies", rooms.policy.published_from(map.facts.clone()).await)?,
            retention: self.retention().await?,
            grants: room("the access standard", rooms.grants.last().await)?,
            transfers: Some(room("transfers", transfers)?),
            applying: law.applying(&known, day),
            map,
        };
        let judged_by = crate::laws::judged_by(&parts.applying, &parts.consent.catalogue);
        Ok(Snapshot::new(at, day, law, judged_by, parts))
    }

    async fn retention(&self) -> Result<Retention> {
        let retain = &self.rooms.retain;
        Ok(Retention {
            rules: room("retention", retain.rules().await)?,
            runs: room("retention", retain.runs(RUNS).await)?,
            holds: room("retention", retain.holds("open", HOLDS, 0).await)?.0,
            enforced: room("retention", retain.enforced().await)?,
        })
    }

    /// Looks at everything once and brings the findings up to date.
    pub async fn run(&self, by: Actor, reason: Reason) -> Result<Run> {
        let begun = Instant::now();
        let snapshot = Box::pin(self.snapshot()).await?;
        // A hundred thousand fields are work for a while: not on a thread that answers requests.
        let judged = tokio::task::spawn_blocking(move || {
            let judged = judge(&snapshot);
            (snapshot, judged)
        });
        let (snapshot, judged) =
            judged.await.map_err(|error| ComplyError::Room("the checks", error.to_string()))?;
        let run = Run {
            id: new_id(),
            at: snapshot.now,
            reason: reason.as_str().into(),
            ..Run::default()
        };
        let who = by.to_text();
        let mut tx =
            self.store.begin(Entry::new(by, "comply.checked", "audit_run", &run.id)).await?;
        // One run writes at a time, and none that looked before what another has written.
        if newest_run(&mut tx).await? > snapshot.now {
            drop(tx);
            return self.runs(1).await?.pop().ok_or(ComplyError::Damaged("run"));
        }
        let mut keeper = Keeper {
            run,
            snapshot: &snapshot,
            postgres: self.store.is_postgres(),
            standing: HashSet::new(),
            events: Vec::new(),
        };
        Box::pin(keeper.merge(&mut tx, &judged)).await?;
        keeper.score(&judged);
        let mut run = keeper.run;
        run.took_us = i64::try_from(begun.elapsed().as_micros()).unwrap_or(i64::MAX);
        write_events(&mut tx, self.store.is_postgres(), &keeper.events).await?;
        write_run(&mut tx, &run, &who, snapshot.parts.map.version).await?;
        tx.states(None, Some(self.store.digest(&(&keeper.events, &run.scores))));
        tx.commit().await?;
        self.count_grave().await?;
        Ok(run)
    }
}

/// An event that a run makes: finding, what.
type Happened = (String, &'static str);

/// Brings findings up to date.
struct Keeper<'a> {
    run: Run,
    snapshot: &'a Snapshot,
    postgres: bool,
    /// Checks with a finding that stands.
    standing: HashSet<&'static str>,
    events: Vec<Happened>,
}

impl Keeper<'_> {
    async fn merge(&mut self, tx: &mut WriteTx, judged: &[Judged]) -> Result<()> {
        let mut known = load_known(tx).await?;
        let mut fresh = Vec::with_capacity(bulk::ROWS);
        for one in judged {
            for hit in &one.hits {
                let row = self.row(one, hit);
                match known.remove(&row.id) {
                    None => {
                        self.opened(&row, "found");
                        fresh.push(row.line());
                    }
                    Some(before) => self.again(tx, &row, &before).await?,
                }
                if fresh.len() == bulk::ROWS {
                    self.insert(tx, &mut fresh).await?;
                }
            }
        }
        self.insert(tx, &mut fresh).await?;
        // What is left was not found: it is fixed, whatever was said about it.
        for (id, before) in known {
            if before.state != State::Fixed {
                close(tx, &id, self.run.at).await?;
                self.run.fixed += 1;
                self.events.push((id, "fixed"));
            }
        }
        Ok(())
    }

    async fn insert(&self, tx: &mut WriteTx, fresh: &mut Vec<Vec<Json>>) -> Result<()> {
        bulk::insert(tx, self.postgres, ("comply_finding", &COLUMNS), fresh).await?;
        fresh.clear();
        Ok(())
    }

    fn row(&self, one: &Judged, hit: &Hit) -> Row {
        let check = &one.whole.check;
        let regimes =
            one.standing.regimes.iter().fold(String::from(" "), |text, key| text + key + " ");
        let system_name = self.snapshot.system_name(&hit.system).to_owned();
        Row {
            id: finding_id(&check.id, hit.kind, &hit.id),
            check: &check.id,
            kind: hit.kind,
            object: hit.id.clone(),
            search: search_of(check, &hit.name, &system_name),
            name: hit.name.clone(),
            system: hit.system.clone(),
            system_name,
            href: hit.href.clone(),
            severity: one.standing.severity,
            owner: check.owner.as_str(),
            regimes,
            evidence: serde_json::to_string(&hit.evidence).unwrap_or_else(|_| "[]".into()),
            at: self.run.at,
        }
    }

    fn opened(&mut self, row: &Row, what: &'static str) {
        self.run.opened += 1;
        self.stands(row);
        self.events.push((row.id.clone(), what));
    }

    fn stands(&mut self, row: &Row) {
        self.standing.insert(row.check);
        match row.severity {
            Severity::Error => self.run.errors += 1,
            Severity::Warning => self.run.warnings += 1,
            Severity::Info => self.run.infos += 1,
        }
    }

    /// A finding that was known is found again.
    async fn again(&mut self, tx: &mut WriteTx, row: &Row, before: &Known) -> Result<()> {
        let expired = before.state == State::Accepted && before.accepted_until <= self.run.at;
        let state = match before.state {
            State::Accepted if !expired => State::Accepted,
            _ => State::Open,
        };
        match before.state {
            State::Accepted if expired => self.opened(row, "expired"),
            State::Accepted => self.run.accepted += 1,
            State::Fixed => self.opened(row, "found_again"),
            State::Mended => {
                self.stands(row);
                self.events.push((row.id.clone(), "still"));
            }
            State::Open => self.stands(row),
        }
        if state != before.state || row.said() != before.said {
            update(tx, row, state, before.state == State::Fixed || expired).await?;
        }
        Ok(())
    }

    /// By each law: the weight of the checks that pass, of all that it asks for.
    fn score(&mut self, judged: &[Judged]) {
        let mut sums: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
        for one in judged {
            let passes = !self.standing.contains(one.whole.check.id.as_str());
            let weight = one.standing.severity.weight();
            self.run.checks += 1;
            self.run.passed += i64::from(passes);
            for regime in one.standing.regimes.iter().map(String::as_str).chain([""]) {
                let sum = sums.entry(regime).or_default();
                sum.0 += if passes { weight } else { 0 };
                sum.1 += weight;
            }
        }
        self.run.scores = sums
            .into_iter()
            .map(|(regime, (good, all))| (regime.to_owned(), good * 100 / all.max(1)))
            .collect();
    }
}

/// A finding to write.
struct Row {
    id: String,
    check: &'static str,
    kind: &'static str,
    object: String,
    name: String,
    search: String,
    system: String,
    system_name: String,
    href: String,
    severity: Severity,
    owner: &'static str,
    regimes: String,
    evidence: String,
    at: i64,
}

impl Row {
    /// What may change while it stays the same finding.
    fn said(&self) -> String {
        let severity = self.severity.as_str();
        [
            &self.name,
            &self.system_name,
            &self.href,
            severity,
            &self.regimes,
            &self.evidence,
            self.owner,
        ]
        .join("\u{1f}")
    }

    fn due(&self) -> i64 {
        self.at + self.severity.days() * DAY
    }

    /// As it is inserted, in the order of [`COLUMNS`].
    fn line(&self) -> Vec<Json> {
        vec![
            self.id.as_str().into(),
            self.check.into(),
            self.kind.into(),
            self.object.as_str().into(),
            self.name.as_str().into(),
            self.search.as_str().into(),
            self.system.as_str().into(),
            self.system_name.as_str().into(),
            self.href.as_str().into(),
            self.severity.as_str().into(),
            self.severity.weight().into(),
            self.owner.into(),
            self.regimes.as_str().into(),
            self.evidence.as_str().into(),
            State::Open.as_str().into(),
            self.at.into(),
            self.at.into(),
            self.at.into(),
            self.due().into(),
            "".into(),
            "".into(),
            0_i64.into(),
            "".into(),
        ]
    }
}

/// A finding's columns as a new one fills them, and which hold numbers.
const COLUMNS: [bulk::Column; 23] = [
    ("id", false),
    ("check_id", false),
    ("object_kind", false),
    ("object_id", false),
    ("object_name", false),
    ("search", false),
    ("system_id", false),
    ("system_name", false),
    ("href", false),
    ("severity", false),
    ("weight", true),
    ("owner", false),
    ("regimes", false),
    ("evidence", false),
    ("state", false),
    ("first_at", true),
    ("opened_at", true),
    ("changed_at", true),
    ("due_at", true),
    ("assignee", false),
    ("accepted_by", false),
    ("accepted_until", true),
    ("reason_sealed", false),
];

async fn load_known(tx: &mut WriteTx) -> Result<HashMap<String, Known>> {
    let mut rows = sqlx::query(
        "SELECT id, state, accepted_until, object_name, system_name, href, severity, regimes,
           evidence, owner FROM comply_finding",
    )
    .fetch(tx.conn());
    let mut known = HashMap::new();
    while let Some(row) = rows.try_next().await? {
        let texts: Result<Vec<String>, sqlx::Error> = (3..10).map(|at| row.try_get(at)).collect();
        let before = Known {
            state: State::parse(row.try_get(1)?).ok_or(ComplyError::Damaged("finding"))?,
            accepted_until: row.try_get(2)?,
            said: texts?.join("\u{1f}"),
        };
        known.insert(row.try_get(0)?, before);
    }
    Ok(known)
}

/// When the newest run looked (µs); holds others back until this one is written.
async fn newest_run(tx: &mut WriteTx) -> Result<i64> {
    sqlx::query("UPDATE comply_state SET position = position WHERE id = 1")
        .execute(tx.conn())
        .await?;
    let newest = sqlx::query_scalar("SELECT COALESCE(MAX(at), 0) FROM comply_run");
    Ok(newest.fetch_one(tx.conn()).await?)
}

async fn update(tx: &mut WriteTx, row: &Row, state: State, anew: bool) -> Result<()> {
    sqlx::query(
        "UPDATE comply_finding SET object_name = $1, search = $2, system_name = $3, href = $4,
           severity = $5, weight = $6, owner = $7, regimes = $8, evidence = $9, state = $10,
           changed_at = $11, system_id = $12,
           opened_at = CASE WHEN $13 = 1 THEN $11 ELSE opened_at END,
           due_at = CASE WHEN $13 = 1 THEN $14 ELSE due_at END
         WHERE id = $15",
    )
    .bind(&row.name)
    .bind(&row.search)
    .bind(&row.system_name)
    .bind(&row.href)
    .bind(row.severity.as_str())
    .bind(row.severity.weight())
    .bind(row.owner)
    .bind(&row.regimes)
    .bind(&row.evidence)
    .bind(state.as_str())
    .bind(row.at)
    .bind(&row.system)
    .bind(i64::from(anew))
    .bind(row.due())
    .bind(&row.id)
    .execute(tx.conn())
    .await?;
    Ok(())
}

async fn close(tx: &mut WriteTx, id: &str, at: i64) -> Result<()> {
    sqlx::query("UPDATE comply_finding SET state = 'fixed', changed_at = $1 WHERE id = $2")
        .bind(at)
        .bind(id)
        .execute(tx.conn())
        .await?;
    Ok(())
}

async fn write_events(tx: &mut WriteTx, postgres: bool, events: &[Happened]) -> Result<()> {
    const COLUMNS: [bulk::Column; 7] = [
        ("id", false),
        ("finding", false),
        ("at", true),
        ("actor", false),
        ("what", false),
        ("detail", false),
        ("note_sealed", false),
    ];
    let at = now();
    let line = |(finding, what): &Happened| -> Vec<Json> {
        vec![
            new_id().into(),
            finding.as_str().into(),
            at.into(),
            "system:comply".into(),
            (*what).into(),
            "".into(),
            "".into(),
        ]
    };
    for part in events.chunks(bulk::ROWS) {
        let lines: Vec<Vec<Json>> = part.iter().map(line).collect();
        bulk::insert(tx, postgres, ("comply_event", &COLUMNS), &lines).await?;
    }
    Ok(())
}

async fn write_run(tx: &mut WriteTx, run: &Run, actor: &str, version: i64) -> Result<()> {
    sqlx::query(
        "INSERT INTO comply_run (id, at, took_us, reason, actor, checks, passed, errors, warnings,
           infos, accepted, opened, fixed, scores, map_version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
    )
    .bind(&run.id)
    .bind(run.at)
    .bind(run.took_us)
    .bind(&run.reason)
    .bind(actor)
    .bind(run.checks)
    .bind(run.passed)
    .bind(run.errors)
    .bind(run.warnings)
    .bind(run.infos)
    .bind(run.accepted)
    .bind(run.opened)
    .bind(run.fixed)
    .bind(serde_json::to_string(&run.scores).unwrap_or_else(|_| "{}".into()))
    .bind(version)
    .execute(tx.conn())
    .await?;
    Ok(())
}
