//! All SQL of rules and their versions.

use serde::Serialize;
use sqlx::FromRow;
use store::{Actor, Entry, WriteTx, new_id, now};

use super::{Conflict, Kind, Names, RuleBody, check::check, conflict};
use crate::{Result, Retain, RetainError, run::PLAN_JOB};

/// A rule as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// Id.
    pub id: String,
    /// Stable name.
    pub key: String,
    /// 1, 2, 3 …: each change of what it says is a new one.
    pub version: i64,
    /// `on` | `off`.
    pub state: String,
    /// What it says.
    pub body: RuleBody,
    /// The newest version whose first run a second person agreed to; 0 for none.
    pub agreed_version: i64,
    /// Rows due when last counted; `None` if never.
    pub due_rows: Option<i64>,
    /// When they were counted (µs).
    pub due_at: i64,
    /// Created (µs).
    pub created_at: i64,
    /// Changed (µs).
    pub updated_at: i64,
}

impl Rule {
    /// Whether it is enforced.
    pub fn is_on(&self) -> bool {
        self.state == "on"
    }

    /// Whether a second person agreed to this version.
    pub fn is_agreed(&self) -> bool {
        self.agreed_version == self.version
    }

    /// Whether it removes or changes anything (a duty only keeps).
    pub fn is_limit(&self) -> bool {
        self.body.kind == Kind::Limit
    }
}

/// A version of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleVersion {
    /// Its number.
    pub version: i64,
    /// What it said.
    pub body: RuleBody,
    /// Who wrote it, as the ledger writes it.
    pub made_by: String,
    /// When (µs).
    pub made_at: i64,
}

/// Which rules to list. Empty fields do not narrow.
#[derive(Debug, Clone, Copy, Default)]
pub struct RuleFilter<'a> {
    /// Words in its name or table, as a `LIKE` pattern; "" is all.
    pub like: &'a str,
    /// `on` | `off`.
    pub state: &'a str,
    /// `limit` | `duty`.
    pub kind: &'a str,
    /// Id of a source.
    pub source: &'a str,
}

#[derive(FromRow)]
struct Line {
    id: String,
    key: String,
    version: i64,
    state: String,
    body: String,
    agreed_version: i64,
    due_rows: i64,
    due_at: i64,
    created_at: i64,
    updated_at: i64,
}

impl TryFrom<Line> for Rule {
    type Error = RetainError;

    fn try_from(line: Line) -> Result<Self> {
        Ok(Self {
            body: read_body(&line.body)?,
            id: line.id,
            key: line.key,
            version: line.version,
            state: line.state,
            agreed_version: line.agreed_version,
            due_rows: (line.due_rows >= 0).then_some(line.due_rows),
            due_at: line.due_at,
            created_at: line.created_at,
            updated_at: line.updated_at,
        })
    }
}

pub(crate) fn read_body(text: &str) -> Result<RuleBody> {
    serde_json::from_str(text).map_err(|_| RetainError::Damaged("retention rule"))
}

fn write_body(body: &RuleBody) -> String {
    // Only maps with keys that are no text fail to become JSON; there are none.
    serde_json::to_string(body).unwrap_or_default()
}

/// The name of a rule's schedule.
pub(crate) fn schedule_key(id: &str) -> String {
    format!("retain:{id}")
}

const COLUMNS: &str = "id, key, version, state, body, agreed_version, due_rows, due_at, \
                       created_at, updated_at";

impl Retain {
    /// A page of rules by name, and how many there are.
    pub async fn list_rules(
        &self,
        filter: RuleFilter<'_>,
        limit: i64,
        offset: i64,
    ) -> Result<(Vec<Rule>, i64)> {
        const WHERE: &str = "($1 = '' OR state = $1) AND ($2 = '' OR kind = $2)
             AND ($3 = '' OR source_id = $3)
             AND ($4 = '' OR LOWER(name || ' ' || table_name) LIKE $4 ESCAPE '\\')";
        let sql = format!(
            "SELECT {COLUMNS} FROM retention_rule WHERE {WHERE}
             ORDER BY state DESC, name, id LIMIT $5 OFFSET $6"
        );
        let lines: Vec<Line> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(filter.state)
            .bind(filter.kind)
            .bind(filter.source)
            .bind(filter.like)
            .bind(limit)
            .bind(offset)
            .fetch_all(self.store().reader())
            .await?;
        let count = format!("SELECT COUNT(*) FROM retention_rule WHERE {WHERE}");
        let total: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(count))
            .bind(filter.state)
            .bind(filter.kind)
            .bind(filter.source)
            .bind(filter.like)
            .fetch_one(self.store().reader())
            .await?;
        Ok((lines.into_iter().map(Rule::try_from).collect::<Result<_>>()?, total))
    }

    /// Every rule, switched on or off, by name: for the audit and for records and policies.
    pub async fn rules(&self) -> Result<Vec<Rule>> {
        Ok(self.list_rules(RuleFilter::default(), i64::MAX, 0).await?.0)
    }

    /// A rule by id or by key.
    pub async fn rule(&self, id: &str) -> Result<Rule> {
        let sql = format!("SELECT {COLUMNS} FROM retention_rule WHERE id = $1 OR key = $1");
        let line: Option<Line> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(id)
            .fetch_optional(self.store().reader())
            .await?;
        line.ok_or(RetainError::NotFound("retention rule"))?.try_into()
    }

    /// A version's text.
    pub async fn rule_at(&self, id: &str, version: i64) -> Result<RuleBody> {
        let body: Option<String> = sqlx::query_scalar(
            "SELECT body FROM retention_rule_version WHERE rule_id = $1 AND version = $2",
        )
        .bind(id)
        .bind(version)
        .fetch_optional(self.store().reader())
        .await?;
        read_body(&body.ok_or(RetainError::NotFound("version of the rule"))?)
    }

    /// All versions, the newest first.
    pub async fn rule_versions(&self, id: &str) -> Result<Vec<RuleVersion>> {
        let rows: Vec<(i64, String, String, i64)> = sqlx::query_as(
            "SELECT version, body, made_by, made_at FROM retention_rule_version
             WHERE rule_id = $1 ORDER BY version DESC",
        )
        .bind(id)
        .fetch_all(self.store().reader())
        .await?;
        rows.into_iter()
            .map(|(version, body, made_by, made_at)| {
                Ok(RuleVersion { version, body: read_body(&body)?, made_by, made_at })
            })
            .collect()
    }

    /// What stands beside a rule.
    pub async fn conflicts_of(&self, rule: &Rule) -> Result<Vec<Conflict>> {
        Ok(conflict::conflicts(rule, &self.rules().await?))
    }

    /// Names that a rule's sentence needs.
    pub async fn names_of(&self, body: &RuleBody, lang: web::Lang) -> Result<Names> {
        let source = match self.map().source(&body.source).await {
            Ok(source) => source.name,
            Err(datamap::DataMapError::NotFound(_)) => String::new(),
            Err(error) => return Err(error.into()),
        };
        let purpose = match &body.event {
            super::Event::Withdrawn { purpose, .. } => self.purpose_name(purpose, lang),
            _ => String::new(),
        };
        Ok(Names { source, purpose })
    }

    /// What is wrong with a rule, without asking the database.
    pub async fn check_rule(&self, body: &RuleBody) -> Result<Vec<super::Fault>> {
        let source = self.map().source(&body.source).await;
        let kind = match &source {
            Ok(source) => source.kind.as_str(),
            Err(datamap::DataMapError::NotFound(_)) => "",
            Err(_) => return Err(source.err().map_or(RetainError::NotFound("source"), Into::into)),
        };
        if !matches!(kind, "sqlite" | "postgres" | "mysql") {
            let what = String::new();
            return Ok(vec![super::Fault { field: "source", key: "retain-error-source", what }]);
        }
        Ok(check(body, &self.map().tables_of(&body.source).await?))
    }

    /// Makes a rule; it is on.
    pub async fn create_rule(&self, by: &Actor, body: &RuleBody) -> Result<String> {
        self.create_rule_as(by, None, body).await
    }

    /// Makes a rule under a stable name of its own, or one made from its name.
    pub(crate) async fn create_rule_as(
        &self,
        by: &Actor,
        key: Option<&str>,
        body: &RuleBody,
    ) -> Result<String> {
        let faults = self.check_rule(body).await?;
        if !faults.is_empty() {
            return Err(RetainError::Form(faults));
        }
        let (id, at) = (new_id(), now());
        let mut tx = self
            .store()
            .begin(Entry::new(by.clone(), "retention.created", "retention", &id))
            .await?;
        tx.states(None, Some(self.store().digest(body)));
        let key = match key {
            Some(key) => key.to_owned(),
            None => free_key(&mut tx, &body.name).await?,
        };
        sqlx::query(
            "INSERT INTO retention_rule (id, key, name, source_id, table_name, kind, version, state,
               body, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, 1, 'on', $7, $8, $8)",
        )
        .bind(&id)
        .bind(key)
        .bind(body.name.trim())
        .bind(&body.source)
        .bind(&body.table)
        .bind(body.kind.as_str())
        .bind(write_body(body))
        .bind(at)
        .execute(tx.conn())
        .await?;
        remember(&mut tx, &id, 1, body, by).await?;
        tx.commit().await?;
        self.plan_schedule(&id, by).await?;
        Ok(id)
    }

    /// Changes what a rule says: a new version, which needs a second person's agreement anew. The same
    /// text again changes nothing.
    pub async fn change_rule(&self, by: &Actor, id: &str, body: &RuleBody) -> Result<()> {
        let old = self.rule(id).await?;
        if old.body == *body {
            return Ok(());
        }
        let faults = self.check_rule(body).await?;
        if !faults.is_empty() {
            return Err(RetainError::Form(faults));
        }
        let version = old.version + 1;
        let mut tx = self
            .store()
            .begin(Entry::new(by.clone(), "retention.changed", "retention", &old.id))
            .await?;
        tx.states(Some(self.store().digest(&old.body)), Some(self.store().digest(body)));
        let changed = sqlx::query(
            "UPDATE retention_rule SET name = $1, source_id = $2, table_name = $3, kind = $4,
               version = $5, body = $6, updated_at = $7, due_rows = -1
             WHERE id = $8 AND version = $9",
        )
        .bind(body.name.trim())
        .bind(&body.source)
        .bind(&body.table)
        .bind(body.kind.as_str())
        .bind(version)
        .bind(write_body(body))
        .bind(now())
        .bind(&old.id)
        .bind(old.version)
        .execute(tx.conn())
        .await?;
        if changed.rows_affected() == 0 {
            return Err(RetainError::Conflict("retain-error-changed"));
        }
        remember(&mut tx, &old.id, version, body, by).await?;
        tx.commit().await?;
        self.plan_schedule(&old.id, by).await
    }

    /// Switches a rule on or off. What ran and its certificates stay.
    pub async fn switch_rule(&self, by: &Actor, id: &str, on: bool) -> Result<()> {
        let rule = self.rule(id).await?;
        if rule.is_on() == on {
            return Ok(());
        }
        let action = if on { "retention.enabled" } else { "retention.disabled" };
        let mut tx =
            self.store().begin(Entry::new(by.clone(), action, "retention", &rule.id)).await?;
        sqlx::query("UPDATE retention_rule SET state = $1, updated_at = $2 WHERE id = $3")
            .bind(if on { "on" } else { "off" })
            .bind(now())
            .bind(&rule.id)
            .execute(tx.conn())
            .await?;
        tx.commit().await?;
        self.plan_schedule(&rule.id, by).await
    }

    /// Makes the schedule what the rule says.
    async fn plan_schedule(&self, id: &str, by: &Actor) -> Result<()> {
        let rule = self.rule(id).await?;
        let cron = if rule.is_on() && rule.is_limit() { rule.body.pace.cron.as_str() } else { "" };
        let payload = serde_json::json!({ "rule": rule.id });
        let (key, zone) = (schedule_key(&rule.id), &rule.body.pace.zone);
        self.store().schedule(&key, PLAN_JOB, cron, zone, payload, by.clone()).await?;
        Ok(())
    }

    /// Makes all schedules what the rules say: a crash may have come between the two writes. For
    /// server starts.
    pub async fn mend_schedules(&self) -> Result<()> {
        for rule in self.rules().await? {
            self.plan_schedule(&rule.id, &Actor::System("scheduler")).await?;
        }
        Ok(())
    }
}

async fn remember(
    tx: &mut WriteTx,
    id: &str,
    version: i64,
    body: &RuleBody,
    by: &Actor,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO retention_rule_version (rule_id, version, body, made_by, made_at)
         VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(id)
    .bind(version)
    .bind(write_body(body))
    .bind(by.to_text())
    .bind(now())
    .execute(tx.conn())
    .await?;
    Ok(())
}

async fn free_key(tx: &mut WriteTx, name: &str) -> Result<String> {
    let base = datamap::model::slug(name);
    let taken: Vec<(String,)> = sqlx::query_as("SELECT key FROM retention_rule WHERE key LIKE $1")
        .bind(format!("{base}%"))
        .fetch_all(tx.conn())
        .await?;
    let is_free = |key: &str| taken.iter().all(|(other,)| other != key);
    if is_free(&base) {
        return Ok(base);
    }
    let numbered = (2..100_000).map(|n| format!("{base}-{n}")).find(|key| is_free(key));
    Ok(numbered.unwrap_or_else(new_id))
}
