//! SQL of experiments.

use std::collections::{BTreeMap, HashMap};

use sqlx::FromRow;
use store::{Actor, Entry, Store, new_id, now};

use super::{Count, Experiment, ExperimentBody, Outcome, State};
use crate::{Banner, BannerError, Result};

#[derive(FromRow)]
struct Row {
    id: String,
    property: String,
    body: String,
    state: String,
    started_at: Option<i64>,
    ended_at: Option<i64>,
}

impl Row {
    fn read(self) -> Result<Experiment> {
        Ok(Experiment {
            body: serde_json::from_str(&self.body)?,
            state: State::parse(&self.state),
            id: self.id,
            property: self.property,
            started_at: self.started_at,
            ended_at: self.ended_at,
        })
    }
}

const COLUMNS: &str =
    "SELECT id, property, body, state, started_at, ended_at FROM banner_experiment";

impl Banner {
    /// A property's experiments, newest first.
    pub async fn experiments(&self, property: &str) -> Result<Vec<Experiment>> {
        let sql = format!("{COLUMNS} WHERE property = $1 ORDER BY created_at DESC, id DESC");
        let rows: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(property)
            .fetch_all(self.store().reader())
            .await?;
        rows.into_iter().map(Row::read).collect()
    }

    /// One experiment.
    pub async fn experiment(&self, id: &str) -> Result<Experiment> {
        let row: Option<Row> =
            sqlx::query_as(sqlx::AssertSqlSafe(format!("{COLUMNS} WHERE id = $1")))
                .bind(id)
                .fetch_optional(self.store().reader())
                .await?;
        row.ok_or(BannerError::NotFound)?.read()
    }

    /// The experiment a property's visitors take part in now.
    pub async fn running(&self, property: &str) -> Result<Option<Experiment>> {
        let sql = format!("{COLUMNS} WHERE property = $1 AND state = 'running'");
        let row: Option<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(property)
            .fetch_optional(self.store().reader())
            .await?;
        row.map(Row::read).transpose()
    }

    /// Creates a draft; returns its id.
    pub async fn create_experiment(
        &self,
        actor: Actor,
        property: &str,
        body: &ExperimentBody,
    ) -> Result<String> {
        let id = new_id();
        let entry = Entry::new(actor, "experiment.created", "experiment", &*id);
        let mut tx = self.store().begin(entry).await?;
        tx.states(None, Some(self.store().digest(body)));
        sqlx::query(
            "INSERT INTO banner_experiment (id, property, body, state, created_at)
             VALUES ($1, $2, $3, 'draft', $4)",
        )
        .bind(&id)
        .bind(property)
        .bind(serde_json::to_string(body)?)
        .bind(now())
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Starts a draft; a property has one running experiment at a time.
    pub async fn start_experiment(&self, actor: Actor, id: &str) -> Result<()> {
        let experiment = self.experiment(id).await?;
        if self.running(&experiment.property).await?.is_some() {
            return Err(BannerError::Conflict("banner-experiment-error-running"));
        }
        let sql = "UPDATE banner_experiment SET state = 'running', started_at = $1
                   WHERE id = $2 AND state = 'draft'
                   AND NOT EXISTS (SELECT 1 FROM banner_experiment o
                     WHERE o.property = banner_experiment.property AND o.state = 'running')";
        self.turn(actor, id, "experiment.started", sql).await
    }

    /// Ends a running experiment; its numbers stay.
    pub async fn end_experiment(&self, actor: Actor, id: &str) -> Result<()> {
        self.counts.write().await;
        let sql = "UPDATE banner_experiment SET state = 'ended', ended_at = $1
                   WHERE id = $2 AND state = 'running'";
        self.turn(actor, id, "experiment.ended", sql).await
    }

    async fn turn(
        &self,
        actor: Actor,
        id: &str,
        action: &'static str,
        sql: &'static str,
    ) -> Result<()> {
        let mut tx = self.store().begin(Entry::new(actor, action, "experiment", id)).await?;
        let done = sqlx::query(sql).bind(now()).bind(id).execute(tx.conn()).await?;
        if done.rows_affected() == 0 {
            return Err(BannerError::Conflict("banner-experiment-error-state"));
        }
        tx.commit().await?;
        self.forget();
        Ok(())
    }

    /// Visitors by variant, with what is still in memory.
    pub async fn experiment_counts(&self, id: &str) -> Result<BTreeMap<String, Count>> {
        self.counts.write().await;
        let mut counts: BTreeMap<String, Count> = BTreeMap::new();
        let shown: Vec<(String, i64)> =
            sqlx::query_as("SELECT variant, shown FROM banner_count WHERE experiment = $1")
                .bind(id)
                .fetch_all(self.store().reader())
                .await?;
        for (variant, shown) in shown {
            counts.entry(variant).or_default().shown = shown;
        }
        let answers: Vec<(String, String, i64)> = sqlx::query_as(
            "SELECT variant, outcome, COUNT(*) FROM banner_answer WHERE experiment = $1
             GROUP BY variant, outcome",
        )
        .bind(id)
        .fetch_all(self.store().reader())
        .await?;
        for (variant, outcome, n) in answers {
            let count = counts.entry(variant).or_default();
            match Outcome::parse(&outcome) {
                Outcome::Accepted => count.accepted = n,
                Outcome::Refused => count.refused = n,
                Outcome::Partly => count.partly = n,
            }
        }
        Ok(counts)
    }

    /// Notes which wording a recorded consent answered; once per consent.
    pub(crate) async fn note_answer(
        &self,
        consent: &str,
        experiment: &str,
        variant: &str,
        outcome: Outcome,
    ) -> Result<()> {
        let entry = Entry::new(Actor::System("banner"), "experiment.answered", "consent", consent);
        let mut tx = self.store().begin(entry).await?;
        sqlx::query(
            "INSERT INTO banner_answer (consent, experiment, variant, outcome, at)
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (consent) DO NOTHING",
        )
        .bind(consent)
        .bind(experiment)
        .bind(variant)
        .bind(outcome.as_str())
        .bind(now())
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(())
    }
}

/// Adds gathered displays; one ledger entry for all, because it says that we counted, not whom.
pub(super) async fn add_shown(
    store: &Store,
    gathered: &HashMap<(String, String), i64>,
) -> Result<()> {
    let entry = Entry::new(Actor::System("banner"), "experiment.counted", "experiment", "all");
    let mut tx = store.begin(entry).await?;
    // In one order everywhere: two servers on PostgreSQL must not wait for each other in a circle.
    let mut all: Vec<_> = gathered.iter().collect();
    all.sort();
    for ((experiment, variant), shown) in all {
        sqlx::query(
            "INSERT INTO banner_count (experiment, variant, shown) VALUES ($1, $2, $3)
             ON CONFLICT (experiment, variant) DO UPDATE SET
               shown = banner_count.shown + excluded.shown",
        )
        .bind(experiment)
        .bind(variant)
        .bind(shown)
        .execute(tx.conn())
        .await?;
    }
    tx.commit().await?;
    Ok(())
}
