//! Access reviews: who can see what, which rights nobody used for 90 days, and a campaign in which
//! each right is certified or taken away, on record (ISO/IEC 27001 A.5.18, PIPL Art 51(3)).

use crate::access::purposes;
use crate::{ListQuery, Permission, Role, Web, WebError};
use std::collections::{HashMap, HashSet};
use store::sqlx::{self, Row};
use store::{Actor, Entry};

/// Days after which a right counts as unused.
pub(crate) const UNUSED_DAYS: i64 = 90;
const DAY: i64 = 24 * 3600 * 1_000_000;

/// A right somebody holds.
#[derive(Debug, Clone)]
pub(crate) struct Right {
    /// `role`, `purpose` or `token`.
    pub kind: &'static str,
    /// A person's or token's id.
    pub holder: String,
    /// The person's or token's name (personal data).
    pub name: String,
    /// The role, the purpose, or the token's scopes.
    pub what: String,
    /// Whether it was used in the last 90 days.
    pub used: bool,
}

/// A campaign.
#[derive(Debug, Clone)]
pub(crate) struct Review {
    pub id: String,
    pub started_at: i64,
    pub closed_at: i64,
    pub total: i64,
    pub decided: i64,
    pub revoked: i64,
}

/// One right in a campaign.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub id: String,
    pub kind: String,
    pub holder: String,
    pub what: String,
    pub used: bool,
    /// `certified`, `revoked` or empty.
    pub verdict: String,
    pub decided_by: String,
}

impl Web {
    /// All rights held now: roles, purposes, tokens.
    pub(crate) async fn rights(&self) -> Result<Vec<Right>, WebError> {
        let since = store::now() - UNUSED_DAYS * DAY;
        let (people, held) = (self.people().await?, self.purposes_held().await?);
        let actors = self.actors_since(since).await?;
        let used = self.used_purposes().await?;
        let mut rights = Vec::new();
        for person in people.iter().filter(|person| !person.disabled) {
            let right = |kind, what: &str, used| Right {
                kind,
                holder: person.id.clone(),
                name: person.name.clone(),
                what: what.to_owned(),
                used,
            };
            let active = actors.contains(&format!("person:{}", person.id));
            rights.push(right("role", person.role.as_str(), active));
            for one in held.get(&person.id).into_iter().flatten() {
                let used = used.contains(&(person.id.clone(), one.purpose.clone()));
                rights.push(right("purpose", &one.purpose, used));
            }
        }
        for token in self.list_tokens().await?.into_iter().filter(|one| one.revoked_at == 0) {
            rights.push(Right {
                kind: "token",
                used: token.used_at > since,
                what: token.scopes.join(", "),
                name: token.name,
                holder: token.id,
            });
        }
        Ok(rights)
    }

    /// Everybody who made an entry since.
    async fn actors_since(&self, since: i64) -> Result<HashSet<String>, WebError> {
        let rows = sqlx::query("SELECT DISTINCT actor FROM ledger_entry WHERE at >= $1")
            .bind(since)
            .fetch_all(self.store().reader())
            .await?;
        Ok(rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
    }

    /// Who opened personal data for which purpose in the last 90 days.
    async fn used_purposes(&self) -> Result<HashSet<(String, String)>, WebError> {
        let seen = self.decisions_since(UNUSED_DAYS).await?;
        Ok(seen
            .into_iter()
            .filter(|(seen, _)| seen.allowed && !seen.purpose.is_empty())
            .map(|(seen, _)| (seen.actor, seen.purpose))
            .collect())
    }

    /// How many may do each thing, by the shipped roles and the people who hold them.
    pub(crate) async fn reach(&self) -> Result<Vec<(Permission, Vec<String>)>, WebError> {
        let active = self.active_policy().await?.map_or(String::new(), |policy| policy.id);
        let engine = self.engine_of(&active).await?;
        let (held, groups) = (self.purposes_held().await?, self.groups_held().await?);
        let people: Vec<_> =
            self.people().await?.into_iter().filter(|person| !person.disabled).collect();
        let mut all: Vec<(Permission, Vec<String>)> =
            Permission::ALL.map(|permission| (permission, Vec::new())).to_vec();
        for person in &people {
            let actor = ::access::Actor {
                id: person.id.clone(),
                role: person.role.as_str().to_owned(),
                groups: groups.get(&person.id).cloned().unwrap_or_default(),
                purposes: held
                    .get(&person.id)
                    .into_iter()
                    .flatten()
                    .map(|one| one.purpose.clone())
                    .collect(),
            };
            let principal = engine.principal(&actor).map_err(WebError::internal)?;
            for (permission, names) in &mut all {
                let answer = engine.decide(
                    &principal,
                    permission.action(),
                    &::access::Resource::CONSOLE,
                    &::access::Context::default(),
                );
                if answer.map_err(WebError::internal)?.allow {
                    names.push(person.name.clone());
                }
            }
        }
        Ok(all)
    }

    /// Starts a campaign over every right held now; one at a time.
    pub(crate) async fn start_review(&self, by: &str) -> Result<String, WebError> {
        let rights = self.rights().await?;
        let id = store::new_id();
        let entry =
            Entry::new(Actor::Person(by.to_owned()), "access.review_started", "review", &*id);
        let mut tx = self.store().begin(entry).await?;
        let done = sqlx::query(
            "INSERT INTO access_review (id, started_by, started_at, closed_at)
             SELECT $1, $2, $3, 0
             WHERE NOT EXISTS (SELECT 1 FROM access_review WHERE closed_at = 0)",
        )
        .bind(&id)
        .bind(by)
        .bind(store::now())
        .execute(&mut *tx.conn())
        .await?;
        if done.rows_affected() == 0 {
            return Err(WebError::Conflict("access-error-running".into()));
        }
        for right in &rights {
            sqlx::query(
                "INSERT INTO access_review_item
                   (id, review, kind, holder, what, used_at, verdict, decided_by, decided_at)
                 VALUES ($1, $2, $3, $4, $5, $6, '', '', 0)",
            )
            .bind(store::new_id())
            .bind(&id)
            .bind(right.kind)
            .bind(&right.holder)
            .bind(&right.what)
            .bind(i64::from(right.used))
            .execute(&mut *tx.conn())
            .await?;
        }
        tx.commit().await?;
        Ok(id)
    }

    /// A page of the campaigns, newest first; how many there are, and how many are running.
    pub(crate) async fn reviews(&self, l: &ListQuery) -> Result<(Vec<Review>, i64, i64), WebError> {
        let counts = sqlx::query(
            "SELECT COUNT(*),
                    CAST(COALESCE(SUM(CASE WHEN closed_at = 0 THEN 1 ELSE 0 END), 0) AS BIGINT)
             FROM access_review",
        )
        .fetch_one(self.store().reader())
        .await?;
        let page = self.campaigns("", l.limit(), l.offset()).await?;
        Ok((page, counts.try_get(0)?, counts.try_get(1)?))
    }

    /// One campaign.
    pub(crate) async fn review(&self, id: &str) -> Result<Option<Review>, WebError> {
        Ok(self.campaigns(id, 1, 0).await?.into_iter().next())
    }

    async fn campaigns(&self, id: &str, limit: i64, offset: i64) -> Result<Vec<Review>, WebError> {
        let rows = sqlx::query(
            "SELECT r.id, r.started_at, r.closed_at, COUNT(i.id),
                    CAST(COALESCE(SUM(CASE WHEN i.verdict <> '' THEN 1 ELSE 0 END), 0) AS BIGINT),
                    CAST(COALESCE(SUM(CASE WHEN i.verdict = 'revoked' THEN 1 ELSE 0 END), 0) AS BIGINT)
             FROM access_review r LEFT JOIN access_review_item i ON i.review = r.id
             WHERE ($1 = '' OR r.id = $1)
             GROUP BY r.id, r.started_at, r.closed_at ORDER BY r.started_at DESC, r.id
             LIMIT $2 OFFSET $3",
        )
        .bind(id)
        .bind(limit)
        .bind(offset)
        .fetch_all(self.store().reader())
        .await?;
        let read = |row: &sqlx::any::AnyRow| {
            Ok::<_, sqlx::Error>(Review {
                id: row.try_get(0)?,
                started_at: row.try_get(1)?,
                closed_at: row.try_get(2)?,
                total: row.try_get(3)?,
                decided: row.try_get(4)?,
                revoked: row.try_get(5)?,
            })
        };
        Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
    }

    /// The rights of a campaign, undecided first.
    pub(crate) async fn review_items(&self, review: &str) -> Result<Vec<Item>, WebError> {
        let rows = sqlx::query(
            "SELECT id, kind, holder, what, used_at, verdict, decided_by FROM access_review_item
             WHERE review = $1
             ORDER BY CASE WHEN verdict = '' THEN 0 ELSE 1 END, used_at, holder, kind DESC, what",
        )
        .bind(review)
        .fetch_all(self.store().reader())
        .await?;
        let read = |row: &sqlx::any::AnyRow| {
            Ok::<_, sqlx::Error>(Item {
                id: row.try_get(0)?,
                kind: row.try_get(1)?,
                holder: row.try_get(2)?,
                what: row.try_get(3)?,
                used: row.try_get::<i64, _>(4)? != 0,
                verdict: row.try_get(5)?,
                decided_by: row.try_get(6)?,
            })
        };
        Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
    }

    /// Certifies a right or takes it away. Taking away a role leaves the least one, `employee`; the
    /// last owner stays. Nobody certifies their own rights.
    pub(crate) async fn decide_right(
        &self,
        by: &str,
        id: &str,
        revoke: bool,
    ) -> Result<String, WebError> {
        let row = sqlx::query(
            "SELECT i.kind, i.holder, i.what, i.review FROM access_review_item i
             JOIN access_review r ON r.id = i.review
             WHERE i.id = $1 AND i.verdict = '' AND r.closed_at = 0",
        )
        .bind(id)
        .fetch_optional(self.store().reader())
        .await?
        .ok_or(WebError::NotFound)?;
        let (kind, holder): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        let (what, review): (String, String) = (row.try_get(2)?, row.try_get(3)?);
        if holder == by {
            return Err(WebError::Conflict("access-error-own-right".into()));
        }
        let who = Actor::Person(by.to_owned());
        if revoke {
            self.revoke_right(&who, &kind, &holder, &what).await?;
        }
        let action = if revoke { "access.right_revoked" } else { "access.right_certified" };
        let mut tx = self.store().begin(Entry::new(who, action, "right", id)).await?;
        let done = sqlx::query(
            "UPDATE access_review_item SET verdict = $1, decided_by = $2, decided_at = $3
             WHERE id = $4 AND verdict = ''",
        )
        .bind(if revoke { "revoked" } else { "certified" })
        .bind(by)
        .bind(store::now())
        .bind(id)
        .execute(&mut *tx.conn())
        .await?;
        if done.rows_affected() == 0 {
            // Somebody else decided in the meantime; their verdict stays the one on record.
            return Err(WebError::Conflict("access-error-decided".into()));
        }
        close_when_done(tx.conn(), &review).await?;
        tx.commit().await?;
        Ok(review)
    }

    /// Closes a campaign; what nobody decided stays undecided on record.
    pub(crate) async fn close_review(&self, by: &str, id: &str) -> Result<(), WebError> {
        let who = Actor::Person(by.to_owned());
        let entry = Entry::new(who, "access.review_closed", "review", id);
        let mut tx = self.store().begin(entry).await?;
        let done =
            sqlx::query("UPDATE access_review SET closed_at = $1 WHERE id = $2 AND closed_at = 0")
                .bind(store::now())
                .bind(id)
                .execute(&mut *tx.conn())
                .await?;
        if done.rows_affected() == 0 {
            return Err(WebError::NotFound);
        }
        tx.commit().await?;
        Ok(())
    }

    async fn revoke_right(
        &self,
        by: &Actor,
        kind: &str,
        holder: &str,
        what: &str,
    ) -> Result<(), WebError> {
        match kind {
            "role" => self.set_role(by.clone(), holder, Role::Employee).await,
            "token" => self.revoke_token(by.clone(), holder).await.map(|_| ()),
            _ => {
                let entry = Entry::new(by.clone(), "access.purpose_taken", "user", holder);
                let mut tx = self.store().begin(entry).await?;
                purposes::take(tx.conn(), holder, what).await?;
                tx.commit().await?;
                Ok(())
            }
        }
    }

    /// Names of everything a campaign names, by id.
    pub(crate) async fn holders(&self) -> Result<HashMap<String, String>, WebError> {
        let mut names = self.names().await?;
        names.extend(self.list_tokens().await?.into_iter().map(|token| (token.id, token.name)));
        Ok(names)
    }
}

async fn close_when_done(conn: &mut sqlx::AnyConnection, review: &str) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE access_review SET closed_at = $1 WHERE id = $2 AND NOT EXISTS (
             SELECT 1 FROM access_review_item WHERE review = $2 AND verdict = '')",
    )
    .bind(store::now())
    .bind(review)
    .execute(conn)
    .await
    .map(|_| ())
}
