//! Facts about themselves that a person is asked to tell, and the job that compares them with what is
//! held of whom the proved address or number names.

use std::collections::{BTreeMap, BTreeSet};

use ::store::{Actor, Entry, JobContext, JobError, JobHandler, JobRow, NewJob, Store, now};
use purge::{Flow, SinkError};
use serde::{Deserialize, Serialize};
use serde_json::json;
use trace::{Ground, Head, Options, Place, Row, Sink};
use web::Lang;

use super::{
    FACTS, MOST, Stage, TRIES, compare, fact_of,
    store::{begin, told_context},
};
use crate::{
    Request, Result, Rights, RightsError, State,
    find::starting,
    request::{NewEvent, insert_event},
};

const KIND: &str = "rights_compare";
const BY: Actor = Actor::System("rights");
/// Characters of a fact at most.
const LONGEST: usize = 400;

/// What came of one fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It is what is held.
    Agrees,
    /// Something else is held.
    Differs,
    /// Nothing of that kind is held.
    Nothing,
    /// The person left it out.
    Blank,
}

impl Verdict {
    /// Stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Agrees => "agrees",
            Self::Differs => "differs",
            Self::Nothing => "nothing",
            Self::Blank => "blank",
        }
    }
}

impl Rights {
    /// Facts that can be asked for: those that some database holds, without the one that is proved
    /// already. The same for everybody, whatever is held of them.
    ///
    /// # Errors
    /// Those of Privet's own database.
    pub async fn facts_to_ask(&self, request: &Request) -> Result<Vec<&'static str>> {
        let map = self.regimes().map();
        let mut held = BTreeSet::new();
        for source in map.sources().await? {
            for table in map.tables_of(&source.id).await?.tables {
                held.extend(table.fields.into_iter().map(|field| field.category));
            }
        }
        let proved = request.proved()?;
        let kinds = proved.iter().flat_map(consent::Subject::identifiers);
        let known: Vec<&str> = kinds.map(|one| fact_of(one.kind())).collect();
        let may = |key: &&'static str| held.contains(*key) && !known.contains(key);
        Ok(FACTS.into_iter().filter(|key| may(key)).collect())
    }

    /// Asks the person for facts about themselves, and stops the clocks that stand still for that.
    ///
    /// # Errors
    /// [`RightsError::Asked`] without facts, or with some that are not asked for;
    /// [`RightsError::Conflict`] if it is not worked on, or after [`TRIES`] tries.
    pub async fn ask_facts(
        &self,
        actor: &Actor,
        request: Request,
        facts: &[String],
        declares: bool,
    ) -> Result<()> {
        let may = self.facts_to_ask(&request).await?;
        let fits = |one: &String| may.contains(&one.as_str());
        if facts.is_empty() || facts.len() > MOST || !facts.iter().all(fits) {
            return Err(RightsError::Asked("rights-error-facts"));
        }
        if request.state != State::Open || request.proved()?.is_none() {
            return Err(RightsError::Conflict("rights-error-not-open"));
        }
        if self.proof(&request.id).await?.is_some_and(|one| one.tries >= TRIES) {
            return Err(RightsError::Conflict("rights-error-tries"));
        }
        let entry = Entry::new(actor.clone(), "rights.facts_asked", "rights_request", &request.id);
        let mut tx = self.store().begin(entry).await?;
        begin(&mut tx, &request.id).await?;
        let done = sqlx::query(
            "UPDATE rights_identity SET stage = 'asked', asked = $1, asked_at = $2, declares = $3,
               declared = 0, told_sealed = '', result = '{}'
             WHERE request = $4 AND stage <> 'given'",
        )
        .bind(serde_json::to_string(facts).unwrap_or_default())
        .bind(now())
        .bind(i64::from(declares))
        .bind(&request.id)
        .execute(tx.conn())
        .await?;
        if done.rows_affected() == 0 {
            return Err(RightsError::Conflict("rights-error-facts-given"));
        }
        tx.commit().await?;
        let lang = Lang::from_tag(&request.lang).unwrap_or_default();
        let text = web::translate(lang, "rights-facts-asked-text", &[]);
        self.ask_person(actor, request, "identity", &text).await
    }

    /// Asks for nothing more to see who somebody is.
    ///
    /// # Errors
    /// Those of Privet's own database.
    pub async fn end_asking(&self, actor: &Actor, request: &str) -> Result<()> {
        let entry = Entry::new(actor.clone(), "rights.facts_ended", "rights_request", request);
        let mut tx = self.store().begin(entry).await?;
        super::settle(&mut tx, request).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Takes what a person told. They learn that it came, and nothing else.
    ///
    /// # Errors
    /// [`RightsError::Conflict`] if nothing is asked for (any more), [`RightsError::Asked`] where the
    /// declaration is missing, or nothing was told.
    pub async fn tell_facts(
        &self,
        request: &Request,
        mut told: BTreeMap<String, String>,
        declared: bool,
    ) -> Result<()> {
        let proof = self.proof(&request.id).await?.filter(|one| one.stage == Stage::Asked);
        let proof = proof.ok_or(RightsError::Conflict("rights-error-facts-over"))?;
        if request.state.is_closed() || proof.tries >= TRIES {
            return Err(RightsError::Conflict("rights-error-facts-over"));
        }
        told.retain(|key, value| {
            *value = value.trim().to_owned();
            proof.asked.contains(key) && !value.is_empty()
        });
        if told.is_empty() {
            return Err(RightsError::Asked("rights-error-facts-empty"));
        }
        if told.values().any(|value| value.chars().count() > LONGEST) {
            return Err(RightsError::Asked("rights-error-long"));
        }
        if proof.declares && !declared {
            return Err(RightsError::Asked("rights-error-declare"));
        }
        let entry = Entry::new(crate::CUSTOMER, "rights.facts_told", "rights_request", &request.id);
        let mut tx = self.store().begin(entry).await?;
        let text = serde_json::to_string(&told).unwrap_or_default();
        let done = sqlx::query(
            "UPDATE rights_identity SET stage = 'given', tries = tries + 1, given_at = $1,
               declared = $2, told_sealed = $3
             WHERE request = $4 AND stage = 'asked' AND tries < $5
               AND EXISTS (SELECT 1 FROM rights_request r WHERE r.id = $4 AND r.closed_at = 0)",
        )
        .bind(now())
        .bind(i64::from(proof.declares && declared))
        .bind(self.store().seal(&told_context(&request.id), &text))
        .bind(&request.id)
        .bind(TRIES)
        .execute(tx.conn())
        .await?;
        if done.rows_affected() == 0 {
            return Err(RightsError::Conflict("rights-error-facts-over"));
        }
        let payload = json!({ "request": request.id, "try": proof.tries + 1 });
        tx.enqueue(NewJob { kind: KIND, payload, dedupe: None, max_attempts: 6 }).await?;
        tx.commit().await?;
        // At once, not when it is compared: how long that takes must tell nothing.
        self.goes_on(request.clone(), "facts-told").await
    }

    async fn compare(&self, id: &str, tried: i64) -> Result<()> {
        let request = self.request(id).await?;
        let Some(proof) = self.proof(id).await? else { return Ok(()) };
        if proof.stage == Stage::Given && proof.tries == tried && !request.state.is_closed() {
            let told = self.told_facts(id).await?;
            let found = self.agreeing(&request, &proof.asked, &told).await?;
            self.keep_compared(id, tried, &found).await?;
        }
        // A crash just after they told left the clock standing.
        self.goes_on(self.request(id).await?, "facts-told").await
    }

    async fn agreeing(
        &self,
        request: &Request,
        asked: &[String],
        told: &BTreeMap<String, String>,
    ) -> Result<BTreeMap<String, Verdict>> {
        let person = request.proved()?.ok_or(RightsError::Conflict("rights-error-unverified"))?;
        let mut ground = self.ground().await?;
        // Files are what was exported once: what a person knows is compared with what is kept now.
        ground.sources.retain(|source| !source.is_files());
        // What a database that is down holds might agree: look again later.
        let holds =
            |table: &trace::Holds| table.fields.iter().any(|field| asked.contains(&field.category));
        let down = ground.sources.iter().find_map(|one| match &one.state {
            trace::State::Missing(why) => one.tables.values().any(holds).then(|| why.clone()),
            _ => None,
        });
        if let Some(why) = down {
            return Err(RightsError::Search(why));
        }
        let start = starting(&person);
        let plan = trace::plan(&ground, &start.kinds());
        let blank = |key: &String| {
            let verdict = if told.contains_key(key) { Verdict::Nothing } else { Verdict::Blank };
            (key.clone(), verdict)
        };
        let found = asked.iter().map(blank).collect();
        let mut sink = Agreeing { ground: &ground, told, found };
        let outcome =
            trace::walk(&ground, &plan, &start, None, &Options::default(), &mut sink).await?;
        if let Some(failed) = outcome.failed.first() {
            return Err(RightsError::Search(failed.mishap.to_string()));
        }
        Ok(sink.found)
    }

    async fn keep_compared(
        &self,
        id: &str,
        tried: i64,
        found: &BTreeMap<String, Verdict>,
    ) -> Result<()> {
        let entry = Entry::new(BY, "rights.facts_compared", "rights_request", id);
        let mut tx = self.store().begin(entry).await?;
        tx.states(None, Some(self.store().digest(found)));
        let done = sqlx::query(
            "UPDATE rights_identity SET stage = 'compared', result = $1, told_sealed = ''
             WHERE request = $2 AND stage = 'given' AND tries = $3",
        )
        .bind(serde_json::to_string(found).unwrap_or_default())
        .bind(id)
        .bind(tried)
        .execute(tx.conn())
        .await?;
        if done.rows_affected() == 0 {
            return Ok(());
        }
        let agree = found.values().filter(|one| **one == Verdict::Agrees).count();
        let detail = format!("{agree}/{}", found.len());
        let event = NewEvent { request: id, what: "facts-compared", detail: &detail };
        insert_event(&mut tx, &BY, &event).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn give_up_comparing(&self, id: &str) -> Result<()> {
        let entry = Entry::new(BY, "rights.facts_compared", "rights_request", id);
        let mut tx = self.store().begin(entry).await?;
        sqlx::query(
            "UPDATE rights_identity SET stage = 'failed', told_sealed = ''
             WHERE request = $1 AND stage = 'given'",
        )
        .bind(id)
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        self.goes_on(self.request(id).await?, "facts-told").await
    }
}

/// Compares as rows come; keeps nothing of them.
struct Agreeing<'a> {
    ground: &'a Ground,
    told: &'a BTreeMap<String, String>,
    found: BTreeMap<String, Verdict>,
}

impl Agreeing<'_> {
    fn row(&mut self, head: &Head, row: &Row) {
        let source = self.ground.sources.iter().find(|one| one.id == head.source);
        let Some(holds) = source.and_then(|one| one.tables.get(&head.table)) else { return };
        for (at, (column, value)) in head.columns.iter().zip(&row.values).enumerate() {
            let field = holds.fields.iter().find(|field| field.column == *column);
            let Some(category) = field.map(|field| &field.category) else { continue };
            let (Some(told), Some(held)) = (self.told.get(category), value.text()) else {
                continue;
            };
            if row.redact.contains(&at) || held.trim().is_empty() {
                continue;
            }
            let agrees = compare::agrees(category, &held, told);
            let verdict = self.found.entry(category.clone()).or_insert(Verdict::Nothing);
            *verdict = match (agrees, *verdict) {
                (true, _) | (_, Verdict::Agrees) => Verdict::Agrees,
                _ => Verdict::Differs,
            };
        }
    }
}

#[async_trait::async_trait]
impl Sink for Agreeing<'_> {
    async fn rows(&mut self, head: &Head, rows: Vec<Row>) -> Result<(), SinkError> {
        for row in rows.iter().filter(|row| !row.shared) {
            self.row(head, row);
        }
        Ok(())
    }

    async fn done(&mut self, _: &Head, _: &Place) -> Result<Flow, SinkError> {
        Ok(Flow::Continue)
    }
}

/// The job that compares.
pub(crate) struct Compare {
    pub rights: Rights,
}

#[async_trait::async_trait]
impl JobHandler for Compare {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, context: JobContext) -> Result<(), JobError> {
        let request = context.payload["request"].as_str().unwrap_or_default().to_owned();
        let tried = context.payload["try"].as_i64().unwrap_or_default();
        Box::pin(self.rights.compare(&request, tried)).await?;
        Ok(())
    }

    async fn ended(&self, _: &Store, job: &JobRow) {
        let request = job.payload["request"].as_str().unwrap_or_default();
        if let Err(error) = self.rights.give_up_comparing(request).await {
            tracing::warn!(%error, "the end of a comparison could not be kept");
        }
    }
}
