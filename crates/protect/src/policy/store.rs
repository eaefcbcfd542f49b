//! All SQL of policies.

use std::collections::{BTreeMap, BTreeSet};

use ::store::{Actor, Entry, WriteTx, now};
use consent::api::SERVICE;
use sqlx::{AssertSqlSafe, FromRow, Row as _};
use web::access::PURPOSES;

use super::{PER_MINUTE_MOST, Policy};
use crate::{Protect, ProtectError, Result};

/// A policy as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The category.
    pub category: String,
    /// Counts its changes, from 1.
    pub version: i64,
    /// The rules.
    pub policy: Policy,
    /// Changed (µs).
    pub updated_at: i64,
}

/// One line of a policy's history.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Change {
    /// Counts from 1.
    pub version: i64,
    /// The rules as JSON from then on; empty: removed.
    pub body: String,
    /// Who, as the ledger writes it.
    pub actor: String,
    /// When (µs).
    pub at: i64,
}

impl Protect {
    /// All policies by category.
    pub async fn policies(&self) -> Result<Vec<Kept>> {
        let rows = sqlx::query(
            "SELECT category, version, body, updated_at FROM protect_policy ORDER BY category",
        )
        .fetch_all(self.store().reader())
        .await?;
        rows.iter().map(kept).collect()
    }

    /// The policy of a category.
    pub async fn policy(&self, category: &str) -> Result<Option<Kept>> {
        let mut found = self.policies_of(&BTreeSet::from([category])).await?;
        Ok(found.remove(category))
    }

    /// The policies of some categories.
    pub(crate) async fn policies_of(
        &self,
        categories: &BTreeSet<&str>,
    ) -> Result<BTreeMap<String, Kept>> {
        if categories.is_empty() {
            return Ok(BTreeMap::new());
        }
        let places: Vec<String> = (1..=categories.len()).map(|at| format!("${at}")).collect();
        let sql = format!(
            "SELECT category, version, body, updated_at FROM protect_policy WHERE category IN ({})",
            places.join(", ")
        );
        let query = categories
            .iter()
            .fold(sqlx::query(AssertSqlSafe(sql)), |query, category| query.bind(*category));
        let rows = query.fetch_all(self.store().reader()).await?;
        let all: Result<Vec<Kept>> = rows.iter().map(kept).collect();
        Ok(all?.into_iter().map(|one| (one.category.clone(), one)).collect())
    }

    /// The versions of a policy, newest first.
    pub async fn policy_history(&self, category: &str) -> Result<Vec<Change>> {
        let rows = sqlx::query_as(
            "SELECT version, body, actor, at FROM protect_policy_version
             WHERE category = $1 ORDER BY version DESC LIMIT 100",
        );
        Ok(rows.bind(category).fetch_all(self.store().reader()).await?)
    }

    /// Purposes that a policy may name: those of staff, the company's own, and what programs say when
    /// they serve the customer.
    pub fn known_purposes(&self) -> Vec<String> {
        let catalogue = self.consent().catalogue();
        let staff = PURPOSES.iter().map(|key| (*key).to_owned());
        let own = catalogue.purposes().map(|purpose| purpose.key.clone());
        [SERVICE.to_owned()].into_iter().chain(staff).chain(own).collect()
    }

    /// What is wrong with a policy: the field and the key of the sentence.
    pub fn check_policy(
        &self,
        category: &str,
        policy: &Policy,
    ) -> Vec<(&'static str, &'static str)> {
        let mut faults = Vec::new();
        if detect::taxonomy().get(category).is_none() {
            faults.push(("category", "protect-fault-category"));
        }
        let known = self.known_purposes();
        if policy.purposes.keys().any(|purpose| !known.contains(purpose)) {
            faults.push(("purposes", "protect-fault-purpose"));
        }
        if policy.purposes.is_empty() {
            faults.push(("purposes", "protect-fault-no-purpose"));
        }
        if policy.per_minute > PER_MINUTE_MOST {
            faults.push(("per_minute", "protect-fault-per-minute"));
        }
        faults
    }

    /// Keeps a policy. `seen` is the version the change was made from (0: a new one), so that two
    /// people do not undo each other's work unseen. Nothing is written when nothing changes.
    pub async fn save_policy(
        &self,
        by: &Actor,
        category: &str,
        seen: i64,
        policy: &Policy,
    ) -> Result<i64> {
        let faults = self.check_policy(category, policy);
        if !faults.is_empty() {
            return Err(ProtectError::Policy(faults));
        }
        let body = serde_json::to_string(policy).map_err(|error| {
            ProtectError::Invalid(format!("the policy cannot be written as JSON: {error}"))
        })?;
        let action = if seen == 0 { "vault.policy_created" } else { "vault.policy_changed" };
        let mut tx = self.store().begin(Entry::new(by.clone(), action, "vault", category)).await?;
        let before = current(&mut tx, category).await?;
        if before.as_ref().map_or(0, |kept| kept.version) != seen {
            return Err(ProtectError::Changed);
        }
        if before.as_ref().is_some_and(|kept| kept.policy == *policy) {
            return Ok(seen);
        }
        let version = last_version(&mut tx, category).await? + 1;
        sqlx::query(
            "INSERT INTO protect_policy (category, version, body, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $4)
             ON CONFLICT (category) DO UPDATE
             SET version = excluded.version, body = excluded.body, updated_at = excluded.updated_at",
        )
        .bind(category)
        .bind(version)
        .bind(&body)
        .bind(now())
        .execute(tx.conn())
        .await?;
        remember(&mut tx, category, version, &body, by).await?;
        let digest = |policy: &Policy| self.store().digest(policy);
        tx.states(before.map(|kept| digest(&kept.policy)), Some(digest(policy)));
        tx.commit().await?;
        Ok(version)
    }

    /// Removes a policy: nothing of the category can be sealed or opened until there is one again.
    /// Values and tokens stay as they are.
    pub async fn remove_policy(&self, by: &Actor, category: &str) -> Result<()> {
        let entry = Entry::new(by.clone(), "vault.policy_removed", "vault", category);
        let mut tx = self.store().begin(entry).await?;
        let before = current(&mut tx, category).await?.ok_or(ProtectError::NoPolicy)?;
        sqlx::query("DELETE FROM protect_policy WHERE category = $1")
            .bind(category)
            .execute(tx.conn())
            .await?;
        let version = last_version(&mut tx, category).await? + 1;
        remember(&mut tx, category, version, "", by).await?;
        tx.states(Some(self.store().digest(&before.policy)), None);
        tx.commit().await?;
        Ok(())
    }
}

fn kept(row: &sqlx::any::AnyRow) -> Result<Kept> {
    let category: String = row.try_get(0)?;
    let body: String = row.try_get(2)?;
    let policy = serde_json::from_str(&body).map_err(|error| {
        ProtectError::Invalid(format!("the policy of {category} cannot be read: {error}"))
    })?;
    Ok(Kept { category, version: row.try_get(1)?, policy, updated_at: row.try_get(3)? })
}

async fn current(tx: &mut WriteTx, category: &str) -> Result<Option<Kept>> {
    let row = sqlx::query(
        "SELECT category, version, body, updated_at FROM protect_policy WHERE category = $1",
    )
    .bind(category)
    .fetch_optional(tx.conn())
    .await?;
    row.as_ref().map(kept).transpose()
}

/// Versions go on after a policy was removed and made anew.
async fn last_version(tx: &mut WriteTx, category: &str) -> Result<i64> {
    let last: Option<i64> =
        sqlx::query_scalar("SELECT MAX(version) FROM protect_policy_version WHERE category = $1")
            .bind(category)
            .fetch_one(tx.conn())
            .await?;
    Ok(last.unwrap_or(0))
}

async fn remember(
    tx: &mut WriteTx,
    category: &str,
    version: i64,
    body: &str,
    by: &Actor,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO protect_policy_version (category, version, body, actor, at)
         VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(category)
    .bind(version)
    .bind(body)
    .bind(by.to_text())
    .bind(now())
    .execute(tx.conn())
    .await
    .map_err(|error| match ::store::StoreError::from(error) {
        // Two people saved at the same moment: one of them has not seen the other's version.
        error if consent::Consent::is_taken(&error) => ProtectError::Changed,
        error => error.into(),
    })?;
    Ok(())
}
