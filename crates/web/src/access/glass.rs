//! Breaking the glass: access in an emergency, with a reason, an alarm, an end that comes by itself,
//! and somebody else who looks at it afterwards.

use crate::mail::{Letter, Recipient};
use crate::{Lang, ListQuery, Permission, Role, Web, WebError};
use store::sqlx::{self, Row};
use store::{Actor, Entry, WriteTx};

/// Durations to choose from, in minutes; the second is the default.
pub(crate) const MINUTES: [i64; 3] = [15, 60, 240];
const MINUTE: i64 = 60 * 1_000_000;

/// One time the glass was broken.
#[derive(Debug, Clone)]
pub(crate) struct Glass {
    pub id: String,
    pub user_id: String,
    pub reason: String,
    pub started_at: i64,
    pub expires_at: i64,
    /// 0 while it is open.
    pub ended_at: i64,
    /// `justified`, `misused`, or empty while nobody looked.
    pub verdict: String,
    pub reviewed_by: String,
    /// Entries the person made in the ledger meanwhile.
    pub acts: i64,
}

fn context(id: &str) -> String {
    format!("glass:{id}:reason")
}

impl Web {
    /// Opens emergency access. Rings the alarm: an entry, and mail to owners and privacy officers.
    pub(crate) async fn break_glass(
        &self,
        user: &str,
        reason: &str,
        minutes: i64,
    ) -> Result<(), WebError> {
        let minutes = if MINUTES.contains(&minutes) { minutes } else { MINUTES[1] };
        let (id, now) = (store::new_id(), store::now());
        let by = Actor::Person(user.to_owned());
        let mut tx =
            self.store().begin(Entry::new(by, "access.break_glass", "glass", &*id)).await?;
        // Takes the person's row, so that two requests at once come one after the other.
        sqlx::query("UPDATE web_user SET id = id WHERE id = $1")
            .bind(user)
            .execute(&mut *tx.conn())
            .await?;
        // One at a time: breaking it again would only hide when it began.
        let done = sqlx::query(
            "INSERT INTO access_glass (id, user_id, reason_sealed, started_at, expires_at, ended_at,
                 verdict, reviewed_by, reviewed_at)
             SELECT $1, $2, $3, $4, $5, 0, '', '', 0 WHERE NOT EXISTS (
                 SELECT 1 FROM access_glass
                 WHERE user_id = $2 AND ended_at = 0 AND expires_at > $4)",
        )
        .bind(&id)
        .bind(user)
        .bind(self.store().seal(&context(&id), reason.trim()))
        .bind(now)
        .bind(now + minutes * MINUTE)
        .execute(&mut *tx.conn())
        .await?;
        if done.rows_affected() == 0 {
            return Err(WebError::Conflict("access-error-glass".into()));
        }
        self.tell_watchers(&mut tx, "access-mail-glass", user).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Ends one's own emergency access before its time.
    pub(crate) async fn end_glass(&self, user: &str) -> Result<(), WebError> {
        let by = Actor::Person(user.to_owned());
        let entry = Entry::new(by, "access.break_glass_ended", "user", user);
        let mut tx = self.store().begin(entry).await?;
        let done = sqlx::query(
            "UPDATE access_glass SET ended_at = $1 WHERE user_id = $2 AND ended_at = 0",
        )
        .bind(store::now())
        .bind(user)
        .execute(&mut *tx.conn())
        .await?;
        if done.rows_affected() == 0 {
            return Err(WebError::NotFound);
        }
        tx.commit().await?;
        Ok(())
    }

    /// Notes the end of what ran out. Access itself ended with the minute: every request compares.
    pub(crate) async fn end_expired_glass(&self) -> Result<(), WebError> {
        let now = store::now();
        let rows = sqlx::query(
            "SELECT id FROM access_glass WHERE ended_at = 0 AND expires_at <= $1 LIMIT 100",
        )
        .bind(now)
        .fetch_all(self.store().reader())
        .await?;
        for row in &rows {
            let id: String = row.try_get(0)?;
            let by = Actor::System("access");
            let entry = Entry::new(by, "access.break_glass_ended", "glass", &*id);
            let mut tx = self.store().begin(entry).await?;
            let done = sqlx::query(
                "UPDATE access_glass SET ended_at = expires_at WHERE id = $1 AND ended_at = 0",
            )
            .bind(&id)
            .execute(&mut *tx.conn())
            .await?;
            if done.rows_affected() == 1 {
                tx.commit().await?;
            }
        }
        Ok(())
    }

    /// Keeps what somebody else found when looking at an emergency that is over.
    pub(crate) async fn review_glass(
        &self,
        by: &str,
        id: &str,
        verdict: &str,
    ) -> Result<(), WebError> {
        if !["justified", "misused"].contains(&verdict) {
            return Err(WebError::BadRequest("web-error-bad-form".into()));
        }
        let action = if verdict == "justified" {
            "access.break_glass_justified"
        } else {
            "access.break_glass_misused"
        };
        let entry = Entry::new(Actor::Person(by.to_owned()), action, "glass", id);
        let mut tx = self.store().begin(entry).await?;
        let done = sqlx::query(
            "UPDATE access_glass SET verdict = $1, reviewed_by = $2, reviewed_at = $3
             WHERE id = $4 AND verdict = '' AND user_id <> $2
               AND (ended_at > 0 OR expires_at <= $3)",
        )
        .bind(verdict)
        .bind(by)
        .bind(store::now())
        .bind(id)
        .execute(&mut *tx.conn())
        .await?;
        if done.rows_affected() == 0 {
            return Err(WebError::Conflict("access-error-review".into()));
        }
        tx.commit().await?;
        Ok(())
    }

    /// What was broken, unreviewed first; `only` narrows to one person's own.
    pub(crate) async fn glasses(
        &self,
        only: Option<&str>,
        l: &ListQuery,
    ) -> Result<(Vec<Glass>, i64), WebError> {
        let total =
            sqlx::query("SELECT COUNT(*) FROM access_glass WHERE ($1 = '' OR user_id = $1)")
                .bind(only.unwrap_or(""))
                .fetch_one(self.store().reader())
                .await?
                .try_get(0)?;
        let rows = sqlx::query(
            "SELECT g.id, g.user_id, g.reason_sealed, g.started_at, g.expires_at, g.ended_at, g.verdict,
                    g.reviewed_by,
                    (SELECT COUNT(*) FROM ledger_entry e
                     WHERE e.actor = 'person:' || g.user_id AND e.at >= g.started_at
                       AND e.at < CASE WHEN g.ended_at > 0 THEN g.ended_at
                                       WHEN g.expires_at <= $3 THEN g.expires_at ELSE $3 END)
             FROM access_glass g WHERE ($1 = '' OR g.user_id = $1)
             ORDER BY CASE WHEN g.verdict = '' THEN 0 ELSE 1 END, g.started_at DESC, g.id
             LIMIT $2 OFFSET $4",
        )
        .bind(only.unwrap_or(""))
        .bind(l.limit())
        .bind(store::now())
        .bind(l.offset())
        .fetch_all(self.store().reader())
        .await?;
        let mut all = Vec::with_capacity(rows.len());
        for row in &rows {
            let id: String = row.try_get(0)?;
            let mut glass = Glass {
                reason: self.store().unseal(&context(&id), row.try_get(2)?)?,
                user_id: row.try_get(1)?,
                started_at: row.try_get(3)?,
                expires_at: row.try_get(4)?,
                ended_at: row.try_get(5)?,
                verdict: row.try_get(6)?,
                reviewed_by: row.try_get(7)?,
                acts: row.try_get(8)?,
                id,
            };
            if glass.ended_at == 0 && glass.expires_at <= store::now() {
                glass.ended_at = glass.expires_at;
            }
            all.push(glass);
        }
        Ok((all, total))
    }

    /// Writes to everybody who watches over access (by the shipped roles: owners and privacy
    /// officers), save the one it is about. Without mail, or without addresses, the entry and the
    /// banner must do.
    pub(crate) async fn tell_watchers(
        &self,
        tx: &mut WriteTx,
        kind: &'static str,
        about: &str,
    ) -> Result<(), WebError> {
        if !self.has_mail() {
            return Ok(());
        }
        let people = self.people().await?;
        let askers = self.askers().await?;
        let name = askers.get(about).map_or("privet", String::as_str);
        let organisation = self.organisation();
        let url = format!("{}/console/access/approvals", self.base_url());
        for person in people.iter().filter(|one| watches(one.role) && !one.disabled) {
            let Some(to) = Recipient::parse(&person.login).filter(|_| person.id != about) else {
                continue;
            };
            let args = [("name", name), ("organisation", organisation.as_str())];
            let letter = Letter::new(kind, self.lang_of(&person.id).await?, to, &args);
            self.queue_mail(tx, &letter.with_action(&url)).await?;
        }
        Ok(())
    }

    async fn lang_of(&self, user: &str) -> Result<Lang, WebError> {
        let row = sqlx::query("SELECT lang FROM web_user WHERE id = $1")
            .bind(user)
            .fetch_optional(self.store().reader())
            .await?;
        let tag: String = row.map_or(Ok(String::new()), |row| row.try_get(0))?;
        Ok(Lang::from_tag(&tag).unwrap_or_default())
    }
}

fn watches(role: Role) -> bool {
    role.can(Permission::ReviewAccess)
}
