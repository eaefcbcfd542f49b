//! Decisions: a person confirms, corrects or dismisses what was found, singly or many at once, and
//! may take it back. Every field gets its own ledger entry.

use serde::{Deserialize, Serialize};
use sqlx::{AssertSqlSafe, FromRow};
use store::{Actor, Entry, WriteTx, new_id, now};

use crate::{
    DataMap, DataMapError, Result,
    model::{level, placeholders},
    sources::bump,
};

/// Fields in one decision at most.
pub const MOST: usize = 5_000;

/// What a person says about a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// The finding is right.
    Confirm,
    /// It is this category; the sensitivity is the category's unless given.
    Correct {
        /// Category key.
        category: String,
        /// Another sensitivity than the category's, or "".
        sensitivity: String,
    },
    /// It is no personal data.
    Dismiss,
    /// Back to what the scan found.
    Reopen,
}

impl Decision {
    fn action(&self) -> &'static str {
        match self {
            Self::Confirm => "field.confirmed",
            Self::Correct { .. } => "field.corrected",
            Self::Dismiss => "field.dismissed",
            Self::Reopen => "field.reopened",
        }
    }
}

/// What was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// Fields that changed.
    pub fields: i64,
    /// Takes it back: [`DataMap::undo_decision`].
    pub undo: String,
}

/// A field's decision and what counts, before or after.
#[derive(Debug, Clone, PartialEq, Eq, FromRow, Serialize, Deserialize)]
struct State {
    id: String,
    decision: String,
    decided_category: String,
    decided_sensitivity: String,
    decided_by: String,
    decided_at: Option<i64>,
    decided_note: String,
    category: String,
    sensitivity: String,
    minor: i64,
    found_category: String,
    found_sensitivity: String,
    found_minor: i64,
}

const STATE: &str = "id, decision, decided_category, decided_sensitivity, decided_by, decided_at,
    decided_note, category, sensitivity, minor, found_category, found_sensitivity, found_minor";

impl State {
    /// The state after a decision.
    fn decide(&self, decision: &Decision, by: &str, note: &str, at: i64) -> Self {
        let (name, category, sensitivity, minor) = match decision {
            Decision::Confirm => (
                "confirmed",
                self.found_category.clone(),
                self.found_sensitivity.clone(),
                self.found_minor,
            ),
            Decision::Correct { category, sensitivity } => {
                ("corrected", category.clone(), sensitivity.clone(), self.found_minor)
            }
            Decision::Dismiss => ("dismissed", String::new(), "none".to_owned(), 0),
            Decision::Reopen => {
                return Self {
                    decision: String::new(),
                    decided_category: String::new(),
                    decided_sensitivity: String::new(),
                    decided_by: String::new(),
                    decided_at: None,
                    decided_note: String::new(),
                    category: self.found_category.clone(),
                    sensitivity: self.found_sensitivity.clone(),
                    minor: self.found_minor,
                    ..self.clone()
                };
            }
        };
        Self {
            decision: name.to_owned(),
            decided_category: category.clone(),
            decided_sensitivity: sensitivity.clone(),
            decided_by: by.to_owned(),
            decided_at: Some(at),
            decided_note: note.to_owned(),
            category,
            sensitivity,
            minor,
            ..self.clone()
        }
    }
}

impl DataMap {
    /// Decides about fields; unknown ids are left out. A correction names a category of the taxonomy.
    pub async fn decide(
        &self,
        actor: Actor,
        ids: &[String],
        decision: &Decision,
        note: &str,
    ) -> Result<Decided> {
        if ids.is_empty() {
            return Err(DataMapError::Invalid("map-error-nothing-chosen"));
        }
        if ids.len() > MOST {
            return Err(DataMapError::Invalid("map-error-too-many"));
        }
        if note.chars().count() > 2_000 {
            return Err(DataMapError::Invalid("map-error-note"));
        }
        let decision = complete(decision)?;
        let batch = new_id();
        let at = now();
        let mut tx = self
            .store()
            .begin(Entry::new(actor.clone(), decision.action(), "decision", &batch))
            .await?;
        let before = states(&mut tx, ids).await?;
        if before.is_empty() {
            return Err(DataMapError::NotFound("field"));
        }
        let by = who(&actor);
        let after: Vec<State> =
            before.iter().map(|state| state.decide(&decision, &by, note.trim(), at)).collect();
        self.write_states(&mut tx, &actor, decision.action(), &before, &after).await?;
        sqlx::query(
            "INSERT INTO decision_batch (id, made_by, at, before_states) VALUES ($1, $2, $3, $4)",
        )
        .bind(&batch)
        .bind(&by)
        .bind(at)
        .bind(serde_json::to_string(&Undo { before: &before, after: &after }).unwrap_or_default())
        .execute(tx.conn())
        .await?;
        // Undo is for a slip of the hand: a week is plenty.
        sqlx::query("DELETE FROM decision_batch WHERE at < $1")
            .bind(at - 7 * 86_400_000_000)
            .execute(tx.conn())
            .await?;
        bump(&mut tx).await?;
        tx.commit().await?;
        Ok(Decided { fields: after.len() as i64, undo: batch })
    }

    /// Takes a decision back, where nobody has decided anew since; says for how many fields.
    pub async fn undo_decision(&self, actor: Actor, batch: &str) -> Result<i64> {
        let mut tx = self
            .store()
            .begin(Entry::new(actor.clone(), "decision.undone", "decision", batch))
            .await?;
        let kept: Option<(String,)> =
            sqlx::query_as("SELECT before_states FROM decision_batch WHERE id = $1")
                .bind(batch)
                .fetch_optional(tx.conn())
                .await?;
        let (kept,) = kept.ok_or(DataMapError::NotFound("decision"))?;
        let undo: UndoOwned = serde_json::from_str(&kept).unwrap_or_default();
        let ids: Vec<String> = undo.before.iter().map(|state| state.id.clone()).collect();
        let current = states(&mut tx, &ids).await?;
        let mut before = Vec::new();
        let mut after = Vec::new();
        for now in current {
            let same = |list: &[State]| list.iter().find(|state| state.id == now.id).cloned();
            let Some((was, made)) = same(&undo.before).zip(same(&undo.after)) else { continue };
            if now.decision != made.decision || now.decided_at != made.decided_at {
                continue;
            }
            // A scan may have found something new meanwhile: an undecided field takes it.
            let mut back = State {
                found_category: now.found_category.clone(),
                found_sensitivity: now.found_sensitivity.clone(),
                found_minor: now.found_minor,
                ..was
            };
            if back.decision.is_empty() {
                back = back.decide(&Decision::Reopen, "", "", 0);
            }
            before.push(now);
            after.push(back);
        }
        self.write_states(&mut tx, &actor, "field.undone", &before, &after).await?;
        sqlx::query("DELETE FROM decision_batch WHERE id = $1")
            .bind(batch)
            .execute(tx.conn())
            .await?;
        bump(&mut tx).await?;
        tx.commit().await?;
        Ok(after.len() as i64)
    }

    /// Says whose data a store holds; "" goes back to what was found.
    pub async fn decide_people(&self, actor: Actor, store_id: &str, people: &str) -> Result<()> {
        if !people.is_empty() && !crate::model::PEOPLE.contains(&people) {
            return Err(DataMapError::Invalid("map-error-people"));
        }
        let mut tx =
            self.store().begin(Entry::new(actor, "store.people", "store", store_id)).await?;
        let changed = sqlx::query("UPDATE data_store SET people_decided = $1 WHERE id = $2")
            .bind(people)
            .bind(store_id)
            .execute(tx.conn())
            .await?;
        if changed.rows_affected() == 0 {
            return Err(DataMapError::NotFound("store"));
        }
        bump(&mut tx).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn write_states(
        &self,
        tx: &mut WriteTx,
        actor: &Actor,
        action: &'static str,
        before: &[State],
        after: &[State],
    ) -> Result<()> {
        for (was, is) in before.iter().zip(after) {
            sqlx::query(
                "UPDATE field SET decision = $1, decided_category = $2, decided_sensitivity = $3,
                   decided_by = $4, decided_at = $5, decided_note = $6, category = $7,
                   sensitivity = $8, level = $9, minor = $10 WHERE id = $11",
            )
            .bind(&is.decision)
            .bind(&is.decided_category)
            .bind(&is.decided_sensitivity)
            .bind(&is.decided_by)
            .bind(is.decided_at)
            .bind(&is.decided_note)
            .bind(&is.category)
            .bind(&is.sensitivity)
            .bind(level(&is.sensitivity))
            .bind(is.minor)
            .bind(&is.id)
            .execute(tx.conn())
            .await?;
            let mut entry = Entry::new(actor.clone(), action, "field", &is.id);
            entry.before = Some(self.store().digest(was));
            entry.after = Some(self.store().digest(is));
            tx.also(entry);
        }
        Ok(())
    }
}

#[derive(Serialize)]
struct Undo<'a> {
    before: &'a [State],
    after: &'a [State],
}

#[derive(Deserialize, Default)]
struct UndoOwned {
    before: Vec<State>,
    after: Vec<State>,
}

/// Checks a correction's category and fills in its sensitivity.
fn complete(decision: &Decision) -> Result<Decision> {
    let Decision::Correct { category, sensitivity } = decision else {
        return Ok(decision.clone());
    };
    let known =
        detect::taxonomy().get(category).ok_or(DataMapError::Invalid("map-error-category"))?;
    let sensitivity = match sensitivity.as_str() {
        "" => known.sensitivity.as_str().to_owned(),
        "personal" | "confidential" | "sensitive" => sensitivity.clone(),
        _ => return Err(DataMapError::Invalid("map-error-sensitivity")),
    };
    Ok(Decision::Correct { category: category.clone(), sensitivity })
}

async fn states(tx: &mut WriteTx, ids: &[String]) -> Result<Vec<State>> {
    let mut all = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(500) {
        let sql =
            format!("SELECT {STATE} FROM field WHERE id IN ({})", placeholders(1, chunk.len()));
        let mut query = sqlx::query_as(AssertSqlSafe(sql));
        for id in chunk {
            query = query.bind(id);
        }
        let found: Vec<State> = query.fetch_all(tx.conn()).await?;
        all.extend(found);
    }
    Ok(all)
}

/// The id behind an actor, for the field's own row.
fn who(actor: &Actor) -> String {
    match actor {
        Actor::Person(id) | Actor::Token(id) => id.clone(),
        Actor::System(name) => (*name).to_owned(),
        Actor::CommandLine => "command-line".to_owned(),
    }
}
