//! Where a person's data is: a plan over all databases of the map, and how many rows of theirs each
//! table holds. It reads only; what is kept of it are names and counts.

mod ground;
pub mod picture;

pub(crate) use ground::{answers, start as starting};

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Actor, Entry, JobContext, JobError, JobHandler, NewJob, WriteTx, now};
use trace::{How, Options, Plan, Why};

use crate::{Kind, Request, Result, Rights, RightsError, task, told};

/// The job's kind.
pub(crate) const KIND: &str = "rights_search";

/// How far a search is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Asked for, or running.
    Running,
    /// Done.
    Done,
    /// It could not be done; [`Search::error`] says why.
    Failed,
}

/// A search.
#[derive(Debug, Clone)]
pub struct Search {
    /// How far it is.
    pub stage: Stage,
    /// Asked for (µs).
    pub asked_at: i64,
    /// By whom, as the ledger writes it.
    pub asked_by: String,
    /// Ended (µs), or 0.
    pub ended_at: i64,
    /// What went wrong, or "".
    pub error: String,
    /// What was found.
    pub findings: Findings,
}

/// What was found: names and counts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Findings {
    /// Tables with rows of the person, or that could hold some, in the order of the plan.
    pub places: Vec<Place>,
    /// What is out of reach.
    pub unreached: Vec<Unreached>,
    /// Only what several people may share is known of the person.
    pub only_shareable: bool,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The source's id.
    pub source: String,
    /// The table.
    pub table: String,
    /// The shortest way to it: 0 by an identifier, 1 over one reference …
    pub hop: usize,
    /// The ways to it: `email` of a column, or the table it hangs on.
    pub ways: Vec<Way>,
    /// Rows of the person alone.
    pub own: u64,
    /// Rows that are somebody else's, too.
    pub shared: u64,
    /// Rows that somebody has to look at: what stands in them contradicts itself.
    pub doubtful: u64,
    /// Why it could not be read to its end, or "".
    pub failed: String,
}

/// How a table is reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "by")]
pub enum Way {
    /// A column holds an identifier.
    Identifier {
        /// The column.
        column: String,
    },
    /// Its rows refer to rows of another table.
    Below {
        /// That table.
        table: String,
    },
    /// Rows of another table refer to it, and nobody else's do.
    Above {
        /// That table.
        table: String,
    },
}

/// A table, or a whole source, that was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unreached {
    /// The source's id.
    pub source: String,
    /// The table; "" for the whole source.
    pub table: String,
    /// The end of `rights-why-…`.
    pub why: String,
    /// A name or a reason that belongs to it, or "".
    pub detail: String,
}

/// Why something is out of reach that holds nothing of the person, as far as anybody knows.
const NOBODY: [&str; 6] =
    ["excluded", "file-gone", "mentions", "no-way", "other-kinds", "own-people"];

impl Rights {
    /// Has a person's rows looked for in the background. A search that runs is not doubled.
    ///
    /// # Errors
    /// [`RightsError::Conflict`] while we are not sure of the person.
    pub async fn search(&self, actor: &Actor, request: &Request) -> Result<()> {
        if !request.is_verified() || request.proved()?.is_none() {
            return Err(RightsError::Conflict("rights-error-unverified"));
        }
        if request.state.is_closed() {
            return Err(RightsError::Conflict("rights-error-closed"));
        }
        let entry = Entry::new(actor.clone(), "rights.searched", "rights_request", &request.id);
        let mut tx = self.store().begin(entry).await?;
        begin(&mut tx, actor, &request.id).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The last search for a request's person.
    ///
    /// # Errors
    /// Those of Privet's own database.
    pub async fn found(&self, request: &str) -> Result<Option<Search>> {
        let row: Option<(String, i64, String, i64, String, String)> = sqlx::query_as(
            "SELECT stage, asked_at, asked_by, ended_at, error, findings FROM rights_search
             WHERE request = $1",
        )
        .bind(request)
        .fetch_optional(self.store().reader())
        .await?;
        let Some((stage, asked_at, asked_by, ended_at, error, findings)) = row else {
            return Ok(None);
        };
        let stage = match stage.as_str() {
            "running" => Stage::Running,
            "done" => Stage::Done,
            _ => Stage::Failed,
        };
        let findings = serde_json::from_str(&findings).unwrap_or_default();
        Ok(Some(Search { stage, asked_at, asked_by, ended_at, error, findings }))
    }

    async fn look(&self, request: &str) -> Result<Findings> {
        let person = self.request(request).await?.proved()?;
        let person = person.ok_or(RightsError::Conflict("rights-error-unverified"))?;
        let ground = self.ground().await?;
        let start = starting(&person);
        let plan = trace::plan(&ground, &start.kinds());
        let (outcome, _) = trace::locate(&ground, &plan, &start, &Options::default()).await?;
        let failed = |source: &str, table: &str| {
            let all = outcome.failed.iter();
            let mine = all.filter(|one| one.source == source);
            mine.filter(|one| one.table.is_empty() || one.table == table)
                .map(|one| one.mishap.to_string())
                .next()
                .unwrap_or_default()
        };
        let place = |(at, node): (usize, &trace::Node)| {
            let counts = outcome.counts.get(at).copied().unwrap_or_default();
            Place {
                source: node.source.clone(),
                table: node.table.clone(),
                hop: node.hop,
                ways: ways(&plan, at),
                own: counts.own,
                shared: counts.shared,
                doubtful: counts.doubtful,
                failed: failed(&node.source, &node.table),
            }
        };
        Ok(Findings {
            places: plan.nodes.iter().enumerate().map(place).collect(),
            unreached: plan.unreached.iter().filter(|one| one.personal).map(unreached).collect(),
            only_shareable: plan.only_shareable,
        })
    }

    /// Recipients who have to be told of a restriction (GDPR Art 19): of the systems that hold the
    /// person's data, and of those where that could not be seen.
    async fn who_received(&self, findings: &Findings) -> Result<BTreeMap<String, String>> {
        let may = |one: &&Place| one.own + one.shared + one.doubtful > 0 || !one.failed.is_empty();
        let places = findings.places.iter().filter(may).map(|one| one.source.as_str());
        let unseen = |one: &&Unreached| !NOBODY.contains(&one.why.as_str());
        let unseen = findings.unreached.iter().filter(unseen).map(|one| one.source.as_str());
        told::of(self, &places.chain(unseen).collect()).await
    }

    async fn end_search(&self, request: &str, ended: Result<Findings, String>) -> Result<()> {
        // A restriction asks for nothing but to know who has to be told; once it is lifted, nobody has.
        let restricts = self.request(request).await?.kind == Kind::Restriction;
        let recipients = match &ended {
            Ok(findings) if restricts && !self.is_lifted(request).await? => {
                self.who_received(findings).await?
            }
            _ => BTreeMap::new(),
        };
        let by = Actor::System("rights");
        let entry = Entry::new(by, "rights.search_ended", "rights_request", request);
        let mut tx = self.store().begin(entry).await?;
        // What was found before stays, with the time it was found.
        let (stage, error, findings) = match ended {
            Ok(findings) => ("done", String::new(), findings),
            Err(error) => {
                let before = self.found(request).await?.map(|one| one.findings);
                ("failed", error, before.unwrap_or_default())
            }
        };
        tx.states(None, Some(self.store().digest(&findings)));
        sqlx::query(
            "UPDATE rights_search SET stage = $1, error = $2, findings = $3, ended_at = $4
             WHERE request = $5",
        )
        .bind(stage)
        .bind(error)
        .bind(serde_json::to_string(&findings).unwrap_or_default())
        .bind(now())
        .bind(request)
        .execute(tx.conn())
        .await?;
        told::insert(&mut tx, request, &recipients).await?;
        if stage == "done" && !restricts {
            tx.enqueue(task::job(request, task::Step::Search)).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}

/// Has the search made, in the transaction that asks for it.
pub(crate) async fn begin(tx: &mut WriteTx, actor: &Actor, request: &str) -> Result<()> {
    sqlx::query(
        "INSERT INTO rights_search (request, stage, asked_at, asked_by)
         VALUES ($1, 'running', $2, $3)
         ON CONFLICT (request) DO UPDATE SET stage = 'running', asked_at = $2, asked_by = $3,
           ended_at = 0, error = ''",
    )
    .bind(request)
    .bind(now())
    .bind(actor.to_text())
    .execute(tx.conn())
    .await?;
    let payload = json!({ "request": request });
    let dedupe = Some(format!("rights-search:{request}"));
    tx.enqueue_anew(NewJob { kind: KIND, payload, dedupe, max_attempts: 3 }).await?;
    Ok(())
}

/// How a table of a plan is reached.
pub(crate) fn ways(plan: &Plan, at: usize) -> Vec<Way> {
    let table = |node: usize| plan.nodes.get(node).map_or("", |one| &one.table).to_owned();
    let mut ways = Vec::new();
    for step in plan.steps.iter().filter(|step| step.to == at) {
        let way = match &step.how {
            How::Identifier { column, .. } => Way::Identifier { column: column.clone() },
            How::Refers { from, .. } => Way::Below { table: table(*from) },
            How::Exclusive { from, .. } => Way::Above { table: table(*from) },
        };
        if !ways.contains(&way) {
            ways.push(way);
        }
    }
    ways
}

pub(crate) fn unreached(one: &trace::Unreached) -> Unreached {
    let (why, detail) = match &one.why {
        Why::Missing(detail) => ("missing", detail.clone()),
        Why::Excluded(detail) => ("excluded", detail.clone()),
        Why::NoKey(detail) => ("no-key", detail.clone()),
        Why::Unsafe(detail) => ("unsafe", detail.clone()),
        Why::Unread(code) => match code.as_str() {
            "object" => ("file-object", String::new()),
            "gone" => ("file-gone", String::new()),
            words => ("file-unread", words.to_owned()),
        },
        Why::KeysDiffer(detail) => ("keys-differ", detail.clone()),
        Why::OwnPeople(detail) => ("own-people", detail.clone()),
        Why::Mentions(detail) => ("mentions", detail.clone()),
        Why::Shared => ("shared", String::new()),
        Why::Unsure(detail) => ("unsure", detail.clone()),
        Why::OtherKinds(kinds) => {
            let kinds: Vec<String> = kinds.iter().map(ToString::to_string).collect();
            ("other-kinds", kinds.join(", "))
        }
        Why::NoWay => ("no-way", String::new()),
    };
    Unreached { source: one.source.clone(), table: one.table.clone(), why: why.to_owned(), detail }
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
        let findings = self.rights.look(&request).await?;
        self.rights.end_search(&request, Ok(findings)).await?;
        Ok(())
    }

    async fn ended(&self, _: &store::Store, job: &store::JobRow) {
        let request = job.payload["request"].as_str().unwrap_or_default();
        let kept = match self.rights.found(request).await {
            Ok(Some(search)) if search.stage == Stage::Running => {
                let why = "rights-search-failed".to_owned();
                self.rights.end_search(request, Err(why)).await
            }
            Ok(_) => Ok(()),
            Err(error) => Err(error),
        };
        if let Err(error) = kept {
            tracing::warn!(%error, "the end of a search could not be kept");
        }
    }
}
