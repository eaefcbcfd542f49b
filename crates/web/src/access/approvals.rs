//! Four eyes: what one person asks for, another approves or refuses. An approval is for one action on
//! one object, runs out, and is used once. Each step is one conditional `UPDATE`, so that of two
//! people (or two servers) deciding or using at once exactly one succeeds.

use crate::{ListQuery, Look, Web, WebError};
use ::access::Action;
use store::sqlx::{self, Row};
use store::{Actor, Entry, WriteTx};

/// An approval, or the question for one, is good for three days.
const LIFE: i64 = 3 * 24 * 3600 * 1_000_000;
/// Approvals listed where nobody pages.
const LISTED: i64 = 200;

/// Its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovalId(pub String);

/// How far it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApprovalState {
    /// Nobody has decided.
    Open,
    /// Somebody else agreed; not used yet.
    Approved,
    /// Somebody else said no.
    Refused,
    /// The asker took it back.
    Withdrawn,
    /// Used up.
    Used,
    /// Nobody decided, or it was not used, in time.
    Expired,
}

impl ApprovalState {
    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Approved => "approved",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
            Self::Used => "used",
            Self::Expired => "expired",
        }
    }

    fn parse(text: &str) -> Self {
        match text {
            "open" => Self::Open,
            "approved" => Self::Approved,
            "refused" => Self::Refused,
            "withdrawn" => Self::Withdrawn,
            "used" => Self::Used,
            _ => Self::Expired,
        }
    }
}

/// One question and what became of it.
#[derive(Debug, Clone)]
pub struct Approval {
    /// Id.
    pub id: String,
    /// For what.
    pub action: String,
    /// On what kind of object.
    pub object_kind: String,
    /// On which.
    pub object_id: String,
    /// Why, in the asker's words.
    pub reason: String,
    /// Who asked (a person's id).
    pub asked_by: String,
    /// When (µs).
    pub asked_at: i64,
    /// Good until (µs).
    pub expires_at: i64,
    /// State now.
    pub state: ApprovalState,
    /// Who decided; empty while nobody has.
    pub decided_by: String,
}

impl Approval {
    /// Nobody has decided, and it has not run out.
    pub fn is_open(&self) -> bool {
        self.state == ApprovalState::Open
    }

    /// What is asked for, in words: which list, where one is.
    pub fn what(&self, p: &Look) -> String {
        match (self.action.as_str(), self.object_kind.as_str()) {
            ("bulk_export", "audit") => p.t("access-export-audit"),
            ("bulk_export", "token") => p.t("access-export-token"),
            (_, "retention_undo") => p.t("access-undo-retention"),
            (action, _) => p.t(&format!("access-action-{}", action.replace('_', "-"))),
        }
    }

    /// Where the object can be looked at; empty where it has no page.
    pub fn link(&self) -> String {
        let id = &self.object_id;
        match self.object_kind.as_str() {
            "policy" => format!("/console/access/policies/{id}"),
            "campaign" => "/console/consents/campaigns".to_owned(),
            "subject" => format!("/console/consents/people/{id}/erase"),
            "rights_request" => format!("/console/requests/{id}/erasure"),
            "audit" if id == "all" => "/console/audit".to_owned(),
            "audit" => format!("/console/audit?{id}"),
            "token" => "/console/tokens".to_owned(),
            "retention" | "retention_undo" => format!("/console/retention/runs/{id}"),
            _ => String::new(),
        }
    }
}

/// Asking and answering. Made by [`Web::approvals`].
#[derive(Clone)]
pub struct Approvals {
    web: Web,
}

impl Web {
    /// Four-eyes approvals.
    pub fn approvals(&self) -> Approvals {
        Approvals { web: self.clone() }
    }
}

fn context(id: &str) -> String {
    format!("approval:{id}:reason")
}

/// Who asked, as stored: a person's bare id, or the ledger's name of anybody else.
fn actor(asker: &str) -> Actor {
    match asker.split_once(':') {
        Some(("token", id)) => Actor::Token(id.to_owned()),
        None if asker == Actor::CommandLine.to_text() => Actor::CommandLine,
        _ => Actor::Person(asker.to_owned()),
    }
}

/// How [`Approvals::ask`] names whoever asks: people by their id, programs and the command line as the
/// ledger names them.
pub fn asker(actor: &Actor) -> String {
    match actor {
        Actor::Person(id) => id.clone(),
        other => other.to_text(),
    }
}

/// An entry about an approval. One about a customer shows where that customer is followed.
fn entry(by: &str, action: &'static str, id: &str, (kind, object): (&str, &str)) -> Entry {
    let entry = Entry::new(actor(by), action, "approval", id);
    if kind == "subject" { entry.about(object) } else { entry }
}

impl Web {
    /// Names of whoever may have asked for something: people, and programs by `token:ID`.
    pub async fn askers(&self) -> Result<std::collections::HashMap<String, String>, WebError> {
        let mut names = self.names().await?;
        names.extend(
            self.list_tokens()
                .await?
                .into_iter()
                .map(|token| (Actor::Token(token.id).to_text(), token.name)),
        );
        Ok(names)
    }
}

impl Approvals {
    /// Asks for an action on an object; `by` is what [`asker`] says. Asking again while a question is open, or its approval
    /// unused, gives the same one back.
    pub async fn ask(
        &self,
        by: &str,
        action: Action,
        object_kind: &str,
        object_id: &str,
        reason: &str,
    ) -> Result<ApprovalId, WebError> {
        if let Some(open) = self.standing(by, action, object_kind, object_id).await? {
            return Ok(ApprovalId(open.id));
        }
        let (id, now) = (store::new_id(), store::now());
        let entry = entry(by, "approval.asked", &id, (object_kind, object_id));
        let mut tx = self.web.store().begin(entry).await?;
        let sealed = self.web.store().seal(&context(&id), reason.trim());
        tx.states(None, Some(self.web.store().digest(&(action.as_str(), object_kind, object_id))));
        sqlx::query(
            "INSERT INTO access_approval (id, action, object_kind, object_id, reason_sealed,
                 asked_by, asked_at, expires_at, state, decided_by, decided_at, used_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'open', '', 0, 0)",
        )
        .bind(&id)
        .bind(action.as_str())
        .bind(object_kind)
        .bind(object_id)
        .bind(sealed)
        .bind(by)
        .bind(now)
        .bind(now + LIFE)
        .execute(tx.conn())
        .await?;
        self.web.tell_watchers(&mut tx, "access-mail-approval", by).await?;
        tx.commit().await?;
        Ok(ApprovalId(id))
    }

    /// Agrees. The caller has checked that `by` may approve; that `by` is another person is checked
    /// here, in the statement.
    pub async fn approve(&self, by: &str, id: &str) -> Result<(), WebError> {
        self.decide(by, id, "approval.approved", ApprovalState::Approved).await
    }

    /// Says no.
    pub async fn refuse(&self, by: &str, id: &str) -> Result<(), WebError> {
        self.decide(by, id, "approval.refused", ApprovalState::Refused).await
    }

    async fn decide(
        &self,
        by: &str,
        id: &str,
        action: &'static str,
        state: ApprovalState,
    ) -> Result<(), WebError> {
        let found = self.find(id).await?.ok_or(WebError::NotFound)?;
        // Who made a token must not approve what it asks for: that is one pair of eyes.
        if found.asked_by == by || self.maker_of(&found.asked_by).await?.as_deref() == Some(by) {
            return Err(WebError::Conflict("access-error-own".into()));
        }
        let entry = entry(by, action, id, (&found.object_kind, &found.object_id));
        let mut tx = self.web.store().begin(entry).await?;
        let done = sqlx::query(
            "UPDATE access_approval SET state = $1, decided_by = $2, decided_at = $3
             WHERE id = $4 AND state = 'open' AND asked_by <> $2 AND expires_at > $3",
        )
        .bind(state.as_str())
        .bind(by)
        .bind(store::now())
        .bind(id)
        .execute(&mut *tx.conn())
        .await?;
        if done.rows_affected() == 0 {
            return Err(WebError::Conflict("access-error-decided".into()));
        }
        if state == ApprovalState::Approved {
            super::exports::agreed(&mut tx, &found, by).await?;
        }
        tx.commit().await?;
        self.web.inner.tokens.forget();
        Ok(())
    }

    /// Who made the token that asked; nobody for other askers.
    async fn maker_of(&self, asker: &str) -> Result<Option<String>, WebError> {
        let Some(token) = asker.strip_prefix("token:") else { return Ok(None) };
        let row = sqlx::query("SELECT created_by FROM api_token WHERE id = $1")
            .bind(token)
            .fetch_optional(self.web.store().reader())
            .await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }

    /// Takes one's own question, or its unused approval, back. Somebody else's is "not found".
    pub async fn withdraw(&self, by: &str, id: &str) -> Result<(), WebError> {
        let found = self.find(id).await?.ok_or(WebError::NotFound)?;
        let object = (found.object_kind.as_str(), found.object_id.as_str());
        let entry = entry(by, "approval.withdrawn", id, object);
        let mut tx = self.web.store().begin(entry).await?;
        let done = sqlx::query(
            "UPDATE access_approval SET state = 'withdrawn'
             WHERE id = $1 AND asked_by = $2 AND state IN ('open', 'approved')",
        )
        .bind(id)
        .bind(by)
        .execute(&mut *tx.conn())
        .await?;
        if done.rows_affected() == 0 {
            return Err(WebError::NotFound);
        }
        tx.commit().await?;
        Ok(())
    }

    /// Uses an approval up, in the transaction of what it allows: both happen or neither. Of two
    /// callers with one approval, one gets a conflict.
    pub async fn use_in(&self, tx: &mut WriteTx, by: &str, id: &str) -> Result<(), WebError> {
        let done = sqlx::query(
            "UPDATE access_approval SET state = 'used', used_at = $1
             WHERE id = $2 AND asked_by = $3 AND state = 'approved' AND expires_at > $1",
        )
        .bind(store::now())
        .bind(id)
        .bind(by)
        .execute(&mut *tx.conn())
        .await?;
        if done.rows_affected() == 0 {
            return Err(WebError::Conflict("access-error-used".into()));
        }
        tx.also(Entry::new(actor(by), "approval.used", "approval", id));
        Ok(())
    }

    /// The same on its own, for what is no write of ours, such as a download.
    pub async fn used_once(&self, by: &str, id: &str) -> Result<(), WebError> {
        let entry = Entry::new(actor(by), "approval.spent", "approval", id);
        let mut tx = self.web.store().begin(entry).await?;
        self.use_in(&mut tx, by, id).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The open or approved question of a person for an action on an object.
    pub async fn standing(
        &self,
        by: &str,
        action: Action,
        object_kind: &str,
        object_id: &str,
    ) -> Result<Option<Approval>, WebError> {
        let row = sqlx::query(sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM access_approval
             WHERE asked_by = $1 AND action = $2 AND object_kind = $3 AND object_id = $4
               AND state IN ('open', 'approved') AND expires_at > $5
             ORDER BY asked_at DESC LIMIT 1",
        )))
        .bind(by)
        .bind(action.as_str())
        .bind(object_kind)
        .bind(object_id)
        .bind(store::now())
        .fetch_optional(self.web.store().reader())
        .await?;
        row.map(|row| self.read(&row)).transpose()
    }

    /// What was last asked about an object, by anybody: what still waits comes first, and of that what
    /// the reader asked.
    pub async fn last_about(
        &self,
        reader: &str,
        action: Action,
        object_kind: &str,
        object_id: &str,
    ) -> Result<Option<Approval>, WebError> {
        let row = sqlx::query(sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM access_approval
             WHERE action = $1 AND object_kind = $2 AND object_id = $3
             ORDER BY CASE WHEN state IN ('open', 'approved') AND expires_at > $4 THEN 0 ELSE 1 END,
                      CASE WHEN asked_by = $5 THEN 0 ELSE 1 END, asked_at DESC LIMIT 1",
        )))
        .bind(action.as_str())
        .bind(object_kind)
        .bind(object_id)
        .bind(store::now())
        .bind(reader)
        .fetch_optional(self.web.store().reader())
        .await?;
        row.map(|row| self.read(&row)).transpose()
    }

    /// One by id.
    pub async fn find(&self, id: &str) -> Result<Option<Approval>, WebError> {
        let sql = format!("SELECT {COLUMNS} FROM access_approval WHERE id = $1");
        let row = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(id)
            .fetch_optional(self.web.store().reader())
            .await?;
        row.map(|row| self.read(&row)).transpose()
    }

    /// The newest, undecided ones first; `only` narrows to one person's own.
    pub async fn list(&self, only: Option<&str>) -> Result<Vec<Approval>, WebError> {
        self.slice(only, LISTED, 0).await
    }

    /// One page of them, and how many there are.
    pub(crate) async fn page(
        &self,
        only: Option<&str>,
        l: &ListQuery,
    ) -> Result<(Vec<Approval>, i64), WebError> {
        let row =
            sqlx::query("SELECT COUNT(*) FROM access_approval WHERE ($1 = '' OR asked_by = $1)")
                .bind(only.unwrap_or(""))
                .fetch_one(self.web.store().reader())
                .await?;
        Ok((self.slice(only, l.limit(), l.offset()).await?, row.try_get(0)?))
    }

    async fn slice(
        &self,
        only: Option<&str>,
        limit: i64,
        offset: i64,
    ) -> Result<Vec<Approval>, WebError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM access_approval WHERE ($1 = '' OR asked_by = $1)
             ORDER BY CASE WHEN state = 'open' THEN 0 ELSE 1 END, asked_at DESC, id DESC
             LIMIT $2 OFFSET $3"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(only.unwrap_or(""))
            .bind(limit)
            .bind(offset)
            .fetch_all(self.web.store().reader())
            .await?;
        rows.iter().map(|row| self.read(row)).collect()
    }

    fn read(&self, row: &sqlx::any::AnyRow) -> Result<Approval, WebError> {
        let id: String = row.try_get(0)?;
        let (expires_at, state): (i64, String) = (row.try_get(7)?, row.try_get(8)?);
        let state = match ApprovalState::parse(&state) {
            ApprovalState::Open | ApprovalState::Approved if expires_at <= store::now() => {
                ApprovalState::Expired
            }
            state => state,
        };
        Ok(Approval {
            reason: self.web.store().unseal(&context(&id), row.try_get(4)?)?,
            action: row.try_get(1)?,
            object_kind: row.try_get(2)?,
            object_id: row.try_get(3)?,
            asked_by: row.try_get(5)?,
            asked_at: row.try_get(6)?,
            expires_at,
            state,
            decided_by: row.try_get(9)?,
            id,
        })
    }
}

const COLUMNS: &str = "id, action, object_kind, object_id, reason_sealed, asked_by, asked_at, \
                       expires_at, state, decided_by";
