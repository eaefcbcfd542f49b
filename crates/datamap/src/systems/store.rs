//! All SQL of systems.

use std::collections::HashMap;

use sqlx::FromRow;
use store::{Actor, Entry, new_id, now};

use super::countries;
use crate::model::{Origin, System};
use crate::sources::{FieldError, bump, free_key};
use crate::{DataMap, DataMapError, Result};

/// What a person says about a system.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct SystemDraft {
    /// Name.
    pub name: String,
    /// What it is.
    pub description: String,
    /// Owning team or function.
    pub owner: String,
    /// What it is for.
    pub purpose: String,
    /// Hosting country, ISO 3166-1 alpha-2, or "".
    pub country: String,
}

impl SystemDraft {
    fn check(&self) -> Result<()> {
        let mut errors = Vec::new();
        let mut wrong = |field, key: &str| errors.push(FieldError { field, key: key.into() });
        let length = self.name.trim().chars().count();
        if length == 0 {
            wrong("name", "systems-error-name");
        }
        if length > 120 {
            wrong("name", "systems-error-name-long");
        }
        if !self.country.is_empty() && countries::find(&self.country).is_none() {
            wrong("country", "systems-error-country");
        }
        if errors.is_empty() { Ok(()) } else { Err(DataMapError::Form(errors)) }
    }
}

/// A system as the list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SystemSummary {
    /// The system.
    pub system: System,
    /// Sources that belong to it.
    pub sources: i64,
    /// Personal fields found in them.
    pub fields: i64,
    /// Highest level, 0..=3.
    pub level: i64,
    /// Arrows that begin or end in it.
    pub flows: i64,
}

#[derive(FromRow)]
struct Count {
    id: String,
    n: i64,
}

impl DataMap {
    /// One system.
    pub async fn system(&self, id: &str) -> Result<System> {
        sqlx::query_as("SELECT * FROM system WHERE id = $1")
            .bind(id)
            .fetch_optional(self.store().reader())
            .await?
            .ok_or(DataMapError::NotFound("system"))
    }

    /// All systems with what is known about them, by name.
    pub async fn system_summaries(&self) -> Result<Vec<SystemSummary>> {
        let reader = self.store().reader();
        let systems = self.systems_by_name().await?;
        let summary = self.summary().await?;
        let counts =
            |rows: Vec<Count>| rows.into_iter().map(|c| (c.id, c.n)).collect::<HashMap<_, _>>();
        let sources = counts(
            sqlx::query_as(
                "SELECT system_id AS id, COUNT(*) AS n FROM source
                 WHERE system_id IS NOT NULL GROUP BY system_id",
            )
            .fetch_all(reader)
            .await?,
        );
        let flows = counts(
            sqlx::query_as(
                "SELECT e.id, COUNT(*) AS n FROM
                   (SELECT from_end AS id FROM flow WHERE state = 'active'
                    UNION ALL SELECT to_end AS id FROM flow WHERE state = 'active') e
                 GROUP BY e.id",
            )
            .fetch_all(reader)
            .await?,
        );
        let mut found: HashMap<&str, (i64, i64)> = HashMap::new();
        for group in summary.groups.iter().filter(|g| g.level > 0 && g.vanished == 0) {
            let entry = found.entry(summary.system_of(&group.source_id)).or_default();
            entry.0 += group.fields;
            entry.1 = entry.1.max(group.level);
        }
        Ok(systems
            .into_iter()
            .map(|system| {
                let (fields, level) = found.get(system.id.as_str()).copied().unwrap_or_default();
                SystemSummary {
                    sources: sources.get(&system.id).copied().unwrap_or(0),
                    flows: flows.get(&format!("system:{}", system.id)).copied().unwrap_or(0),
                    fields,
                    level,
                    system,
                }
            })
            .collect())
    }

    /// Where the data of a system's sources came from.
    pub async fn origins_of_system(&self, id: &str) -> Result<Vec<Origin>> {
        Ok(sqlx::query_as(
            "SELECT o.* FROM origin o JOIN source s ON s.id = o.source_id
             WHERE s.system_id = $1 ORDER BY o.kind, o.touchpoint, o.provider, o.id",
        )
        .bind(id)
        .fetch_all(self.store().reader())
        .await?)
    }

    /// Creates a system; returns its id.
    pub async fn create_system(&self, actor: Actor, draft: &SystemDraft) -> Result<String> {
        draft.check()?;
        let id = new_id();
        let mut entry = Entry::new(actor, "system.created", "system", &id);
        entry.after = Some(self.store().digest(draft));
        let mut tx = self.store().begin(entry).await?;
        let key = free_key(&mut tx, "system", &draft.name).await?;
        let at = now();
        sqlx::query(
            "INSERT INTO system (id, key, name, description, owner, purpose, country, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(&id)
        .bind(key)
        .bind(draft.name.trim())
        .bind(draft.description.trim())
        .bind(draft.owner.trim())
        .bind(draft.purpose.trim())
        .bind(draft.country.trim().to_uppercase())
        .bind(at)
        .bind(at)
        .execute(tx.conn())
        .await?;
        bump(&mut tx).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Changes a system.
    pub async fn update_system(&self, actor: Actor, id: &str, draft: &SystemDraft) -> Result<()> {
        draft.check()?;
        let old = self.system(id).await?;
        let mut entry = Entry::new(actor, "system.changed", "system", id);
        entry.before = Some(self.store().digest(&old));
        entry.after = Some(self.store().digest(draft));
        let mut tx = self.store().begin(entry).await?;
        sqlx::query(
            "UPDATE system SET name = $1, description = $2, owner = $3, purpose = $4, country = $5,
               updated_at = $6 WHERE id = $7",
        )
        .bind(draft.name.trim())
        .bind(draft.description.trim())
        .bind(draft.owner.trim())
        .bind(draft.purpose.trim())
        .bind(draft.country.trim().to_uppercase())
        .bind(now())
        .bind(id)
        .execute(tx.conn())
        .await?;
        bump(&mut tx).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Deletes a system and its arrows. Refused while sources belong to it: their data would lose
    /// its place.
    pub async fn delete_system(&self, actor: Actor, id: &str) -> Result<()> {
        let old = self.system(id).await?;
        let mut entry = Entry::new(actor, "system.deleted", "system", id);
        entry.before = Some(self.store().digest(&old));
        let mut tx = self.store().begin(entry).await?;
        let (sources,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM source WHERE system_id = $1")
            .bind(id)
            .fetch_one(tx.conn())
            .await?;
        if sources > 0 {
            return Err(DataMapError::Conflict("systems-error-has-sources"));
        }
        sqlx::query("DELETE FROM flow WHERE from_end = $1 OR to_end = $1")
            .bind(format!("system:{id}"))
            .execute(tx.conn())
            .await?;
        for sql in
            ["DELETE FROM activity_system WHERE system_id = $1", "DELETE FROM system WHERE id = $1"]
        {
            sqlx::query(sql).bind(id).execute(tx.conn()).await?;
        }
        bump(&mut tx).await?;
        tx.commit().await?;
        Ok(())
    }
}
