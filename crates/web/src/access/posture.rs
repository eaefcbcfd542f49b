//! Accounts and rights as compliance checks see them: ids and times, no name.

use super::purposes;
use crate::{ApiToken, Role, Web, WebError};
use std::collections::HashSet;
use store::sqlx::{self, Row};

const DAY: i64 = 24 * 3600 * 1_000_000;

/// Who can do what at one moment.
#[derive(Debug, Clone, Default)]
pub struct Posture {
    /// Accounts that can sign in, oldest first.
    pub users: Vec<UserPosture>,
    /// API tokens that work.
    pub tokens: Vec<ApiToken>,
    /// When the newest access review ended (µs), or 0.
    pub reviewed_at: i64,
    /// When a review that still runs began (µs), or 0.
    pub reviewing_since: i64,
    /// Emergencies that nobody has looked at: id, since when it is over (µs).
    pub emergencies: Vec<(String, i64)>,
    /// Emergencies of the last 90 days that were found to be misused.
    pub misused: i64,
    /// Approvals that wait: id, asked when (µs).
    pub waiting: Vec<(String, i64)>,
    /// Letters of the last week that could not be sent.
    pub failed_mail: i64,
    /// Mail can be sent.
    pub has_mail: bool,
    /// Policies of the organisation's own are at work.
    pub own_policies: bool,
    /// The public address is spoken to with TLS.
    pub is_https: bool,
}

/// One account.
#[derive(Debug, Clone)]
pub struct UserPosture {
    /// Id.
    pub id: String,
    /// Role.
    pub role: Role,
    /// Made (µs).
    pub created_at: i64,
    /// Last signed in (µs), or 0.
    pub seen_at: i64,
    /// Signs in with a code, a passkey, or through the organisation's own provider.
    pub has_second_factor: bool,
    /// Purposes held, each with whether it was used in the last 90 days and since when it is held.
    pub purposes: Vec<(String, bool, i64)>,
}

impl Web {
    /// Accounts and rights as compliance checks see them.
    pub async fn posture(&self) -> Result<Posture, WebError> {
        let now = store::now();
        let row = sqlx::query(
            "SELECT COALESCE((SELECT MAX(closed_at) FROM access_review), 0),
               COALESCE((SELECT MIN(started_at) FROM access_review WHERE closed_at = 0), 0),
               (SELECT COUNT(*) FROM access_glass WHERE verdict = 'misused' AND started_at > $1),
               (SELECT COUNT(*) FROM web_mail WHERE state = 'failed' AND ended_at > $2),
               (SELECT policy FROM access_active WHERE id = 1)",
        )
        .bind(now - 90 * DAY)
        .bind(now - 7 * DAY)
        .fetch_one(self.store().reader())
        .await?;
        Ok(Posture {
            users: self.users_at_work().await?,
            tokens: self.working_tokens(now).await?,
            reviewed_at: row.try_get(0)?,
            reviewing_since: row.try_get(1)?,
            misused: row.try_get(2)?,
            failed_mail: row.try_get(3)?,
            own_policies: !row.try_get::<String, _>(4)?.is_empty(),
            emergencies: self
                .pairs(
                    "SELECT id, CASE WHEN ended_at > 0 THEN ended_at ELSE expires_at END
                     FROM access_glass WHERE verdict = '' AND (ended_at > 0 OR expires_at <= $1)
                     ORDER BY started_at",
                    now,
                )
                .await?,
            waiting: self
                .pairs(
                    "SELECT id, asked_at FROM access_approval
                     WHERE state = 'open' AND expires_at > $1 ORDER BY asked_at",
                    now,
                )
                .await?,
            has_mail: self.has_mail(),
            is_https: self.base_url().starts_with("https://"),
        })
    }

    async fn pairs(&self, sql: &'static str, now: i64) -> Result<Vec<(String, i64)>, WebError> {
        let rows = sqlx::query(sql).bind(now).fetch_all(self.store().reader()).await?;
        rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
    }

    async fn working_tokens(&self, now: i64) -> Result<Vec<ApiToken>, WebError> {
        let works = |token: &ApiToken| {
            token.revoked_at == 0 && (token.expires_at == 0 || token.expires_at > now)
        };
        Ok(self.list_tokens().await?.into_iter().filter(works).collect())
    }

    async fn users_at_work(&self) -> Result<Vec<UserPosture>, WebError> {
        let rows = sqlx::query(
            "SELECT u.id, u.role, u.created_at,
               COALESCE((SELECT MAX(created_at) FROM web_session s WHERE s.user_id = u.id), 0),
               CASE WHEN u.totp_sealed <> '' THEN 1 ELSE 0 END
                 + (SELECT COUNT(*) FROM web_passkey p WHERE p.user_id = u.id AND p.stopped_at = 0)
                 + (SELECT COUNT(*) FROM web_identity i WHERE i.user_id = u.id)
             FROM web_user u WHERE u.disabled_at = 0 ORDER BY u.created_at, u.id",
        )
        .fetch_all(self.store().reader())
        .await?;
        let held = self.purposes_held().await?;
        let used: HashSet<(String, String)> = self.purposes_opened().await?;
        rows.iter()
            .map(|row| {
                let id: String = row.try_get(0)?;
                let of = |one: &purposes::Held| {
                    let key = (id.clone(), one.purpose.clone());
                    (one.purpose.clone(), used.contains(&key), one.given_at)
                };
                Ok(UserPosture {
                    purposes: held.get(&id).into_iter().flatten().map(of).collect(),
                    role: Role::parse(row.try_get(1)?).unwrap_or(Role::Employee),
                    created_at: row.try_get(2)?,
                    seen_at: row.try_get(3)?,
                    has_second_factor: row.try_get::<i64, _>(4)? > 0,
                    id,
                })
            })
            .collect()
    }

    /// Who opened personal data for which purpose in the last 90 days.
    async fn purposes_opened(&self) -> Result<HashSet<(String, String)>, WebError> {
        let seen = self.decisions_since(super::review::UNUSED_DAYS).await?;
        let opened = seen.into_iter().filter(|(seen, _)| seen.allowed && !seen.purpose.is_empty());
        Ok(opened.map(|(seen, _)| (seen.actor, seen.purpose)).collect())
    }
}
