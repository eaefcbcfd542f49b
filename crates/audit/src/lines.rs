//! Reading the ledger: filters, pages, and the trace of one customer. All SQL of the audit view.

use std::fmt::Write as _;

use consent::SubjectId;
use futures::{Stream, TryStreamExt as _};
use sqlx::{AssertSqlSafe, Row as _, any::AnyRow};

use crate::{Audit, AuditError, Result, words::Group};

/// Rows read at a time when much is exported.
pub(crate) const WALK: i64 = 1000;
/// A clock may have been set back by as much, in µs; searching by time allows for it.
const SLACK: i64 = 3600 * 1_000_000;
const COLUMNS: &str = "seq, at, actor, action, object_kind, object_id, purpose, subject";

/// One entry of the ledger. Nothing in it is personal data in clear: people are ids.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Line {
    /// Position.
    pub seq: i64,
    /// When (µs).
    pub at: i64,
    /// Who: `person:ID`, `token:ID`, `system:PART` or `cli`.
    pub actor: String,
    /// What, as `object.verb`.
    pub action: String,
    /// On what kind of object.
    pub object_kind: String,
    /// On which.
    pub object_id: String,
    /// For which purpose personal data was used.
    pub purpose: Option<String>,
    /// Whose data.
    pub subject: Option<String>,
}

impl Line {
    fn read(row: &AnyRow) -> Result<Self> {
        Ok(Self {
            seq: row.try_get(0)?,
            at: row.try_get(1)?,
            actor: row.try_get(2)?,
            action: row.try_get(3)?,
            object_kind: row.try_get(4)?,
            object_id: row.try_get(5)?,
            purpose: row.try_get(6)?,
            subject: row.try_get(7)?,
        })
    }

    /// Whose data it is about, whichever way the entry says so.
    pub fn about(&self) -> Option<&str> {
        let object = (self.object_kind == "subject").then_some(self.object_id.as_str());
        self.subject.as_deref().or(object)
    }
}

/// How often an action was done, and the last time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// The action.
    pub action: String,
    /// How often.
    pub count: i64,
    /// The last entry.
    pub seq: i64,
    /// When it was made (µs).
    pub at: i64,
    /// Who made it, as the ledger writes it.
    pub actor: String,
}

/// Which lines. Empty fields do not narrow.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Exactly this actor.
    pub actor: String,
    /// A group of actions, by its name.
    pub group: String,
    /// Exactly this action.
    pub action: String,
    /// A kind of object.
    pub kind: String,
    /// An object.
    pub object: String,
    /// A purpose.
    pub purpose: String,
    /// A customer's id.
    pub customer: String,
    /// At or after (µs).
    pub from: Option<i64>,
    /// Before (µs).
    pub until: Option<i64>,
}

impl Filter {
    /// Which fields narrow, without what they are: `actor,from`; `all` if none does.
    pub fn shape(&self) -> String {
        let fields = [
            ("actor", !self.actor.is_empty()),
            ("group", !self.group.is_empty()),
            ("action", !self.action.is_empty()),
            ("kind", !self.kind.is_empty()),
            ("object", !self.object.is_empty()),
            ("purpose", !self.purpose.is_empty()),
            ("customer", !self.customer.is_empty()),
            ("from", self.from.is_some()),
            ("until", self.until.is_some()),
        ];
        let set: Vec<&str> =
            fields.into_iter().filter(|(_, set)| *set).map(|(name, _)| name).collect();
        if set.is_empty() { "all".into() } else { set.join(",") }
    }

    /// The actions that it lets through; empty: all.
    fn actions(&self) -> Vec<String> {
        if !self.action.is_empty() {
            return vec![self.action.clone()];
        }
        Group::parse(&self.group)
            .map(|group| group.actions().map(str::to_owned).collect())
            .unwrap_or_default()
    }
}

/// A piece of the ledger to read.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Piece {
    /// Below this position, newest first.
    Before(i64),
    /// Above the first, up to the second, oldest first.
    After(i64, i64),
}

/// SQL with its values, in the order of their numbers.
#[derive(Default)]
struct Query {
    sql: String,
    texts: Vec<Value>,
}

enum Value {
    Text(String),
    Number(i64),
}

impl Query {
    fn text(&mut self, value: &str) -> String {
        self.texts.push(Value::Text(value.to_owned()));
        format!("${}", self.texts.len())
    }

    fn number(&mut self, value: i64) -> String {
        self.texts.push(Value::Number(value));
        format!("${}", self.texts.len())
    }

    async fn run(self, pool: &sqlx::AnyPool) -> Result<Vec<Line>> {
        let mut query = sqlx::query(AssertSqlSafe(self.sql));
        for value in self.texts {
            query = match value {
                Value::Text(text) => query.bind(text),
                Value::Number(number) => query.bind(number),
            };
        }
        query.fetch_all(pool).await?.iter().map(Line::read).collect()
    }
}

impl Audit {
    /// Up to `limit` lines of a piece.
    pub(crate) async fn lines(
        &self,
        filter: &Filter,
        piece: Piece,
        limit: i64,
    ) -> Result<Vec<Line>> {
        let (low, high) = self.bounds(filter).await?;
        let mut query = Query::default();
        let mut tests = String::new();
        let (above, below, order) = match piece {
            Piece::Before(before) => (low - 1, before.min(high), "DESC"),
            Piece::After(after, upto) => (after.max(low - 1), (upto + 1).min(high), "ASC"),
        };
        let (above, below) = (query.number(above), query.number(below));
        let _ = write!(tests, "seq > {above} AND seq < {below}");
        for (column, value) in [
            ("actor", &filter.actor),
            ("object_kind", &filter.kind),
            ("object_id", &filter.object),
            ("purpose", &filter.purpose),
        ] {
            if !value.is_empty() {
                let value = query.text(value);
                let _ = write!(tests, " AND {column} = {value}");
            }
        }
        if let Some(from) = filter.from {
            let from = query.number(from);
            let _ = write!(tests, " AND at >= {from}");
        }
        if let Some(until) = filter.until {
            let until = query.number(until);
            let _ = write!(tests, " AND at < {until}");
        }
        if !filter.customer.is_empty() {
            let id = query.text(&filter.customer);
            tests.push_str(" AND seq IN (");
            tests.push_str(&trace(&id));
            tests.push(')');
        }
        let actions = filter.actions();
        let narrow =
            !filter.customer.is_empty() || !filter.actor.is_empty() || !filter.object.is_empty();
        let limit = query.number(limit.max(0));
        query.sql = if actions.is_empty() {
            format!(
                "SELECT {COLUMNS} FROM ledger_entry WHERE {tests} ORDER BY seq {order} LIMIT {limit}"
            )
        } else if narrow {
            let names: Vec<String> = actions.iter().map(|action| query.text(action)).collect();
            format!(
                "SELECT {COLUMNS} FROM ledger_entry WHERE {tests} AND action IN ({}) ORDER BY seq {order} LIMIT {limit}",
                names.join(", ")
            )
        } else {
            // One walk of the index per action, merged: what is rare costs as little as what is common.
            let walks: Vec<String> = actions
                .iter()
                .map(|action| {
                    let action = query.text(action);
                    format!(
                        "SELECT * FROM (SELECT {COLUMNS} FROM ledger_entry WHERE action = {action} AND {tests} ORDER BY seq {order} LIMIT {limit}) w"
                    )
                })
                .collect();
            format!("{} ORDER BY seq {order} LIMIT {limit}", walks.join(" UNION ALL "))
        };
        query.run(self.store().reader()).await
    }

    /// One line.
    pub async fn line(&self, seq: i64) -> Result<Line> {
        let sql = format!("SELECT {COLUMNS} FROM ledger_entry WHERE seq = $1");
        let row = sqlx::query(AssertSqlSafe(sql))
            .bind(seq)
            .fetch_optional(self.store().reader())
            .await?
            .ok_or(AuditError::NotFound("entry"))?;
        Line::read(&row)
    }

    /// How often each action of some groups, and each of some more, was done above a position; the one
    /// that was done last first. One walk of the index by action, and one read for who did it.
    pub async fn tally(
        &self,
        groups: &[&str],
        more: &[&'static str],
        above: i64,
    ) -> Result<Vec<Tally>> {
        let groups = groups.iter().filter_map(|name| Group::parse(name));
        let actions = groups.flat_map(Group::actions).chain(more.iter().copied());
        let names: Vec<String> = actions.map(|action| format!("'{action}'")).collect();
        let sql = format!(
            "SELECT e.action, t.n, e.seq, e.at, e.actor FROM ledger_entry e JOIN
               (SELECT action, COUNT(*) AS n, MAX(seq) AS seq FROM ledger_entry
                WHERE action IN ({}) AND seq > $1 GROUP BY action) t ON t.seq = e.seq
             ORDER BY e.seq DESC",
            names.join(", ")
        );
        let rows = sqlx::query(AssertSqlSafe(sql));
        let rows = rows.bind(above).fetch_all(self.store().reader()).await?;
        let read = rows.iter().map(|row| {
            Ok(Tally {
                action: row.try_get(0)?,
                count: row.try_get(1)?,
                seq: row.try_get(2)?,
                at: row.try_get(3)?,
                actor: row.try_get(4)?,
            })
        });
        read.collect()
    }

    /// The newest position.
    pub async fn newest(&self) -> Result<i64> {
        let newest: Option<i64> = sqlx::query_scalar("SELECT MAX(seq) FROM ledger_entry")
            .fetch_one(self.store().reader())
            .await?;
        Ok(newest.unwrap_or(0))
    }

    /// Lines after a position up to another, oldest first, read page by page: memory is bounded, and
    /// what is written meanwhile (the note of this export, for one) is not in it.
    pub(crate) fn walk(
        &self,
        filter: Filter,
        after: i64,
        upto: i64,
    ) -> impl Stream<Item = Result<Line>> + use<> {
        let audit = self.clone();
        futures::stream::try_unfold(Some(after), move |after| {
            let (audit, filter) = (audit.clone(), filter.clone());
            async move {
                let Some(after) = after else { return Ok(None) };
                let lines = audit.lines(&filter, Piece::After(after, upto), WALK).await?;
                let next = lines.last().map(|line| line.seq);
                Ok::<_, AuditError>(Some((futures::stream::iter(lines.into_iter().map(Ok)), next)))
            }
        })
        .try_flatten()
    }

    /// Positions from and below which entries of the wanted time can stand. Positions are in the order
    /// of time, so they are found by halving, without an index that every write would pay for.
    async fn bounds(&self, filter: &Filter) -> Result<(i64, i64)> {
        let low = match filter.from {
            Some(from) => self.first_at(from.saturating_sub(SLACK)).await?,
            None => 1,
        };
        let high = match filter.until {
            Some(until) => self.first_at(until.saturating_add(SLACK)).await?,
            None => i64::MAX,
        };
        Ok((low, high))
    }

    /// The first position at or after a time.
    pub async fn first_at(&self, at: i64) -> Result<i64> {
        let (mut low, mut high) = (1, self.newest().await? + 1);
        while low < high {
            let middle = low + (high - low) / 2;
            let found: Option<i64> =
                sqlx::query_scalar("SELECT at FROM ledger_entry WHERE seq = $1")
                    .bind(middle)
                    .fetch_optional(self.store().reader())
                    .await?;
            if found.is_some_and(|found| found < at) { low = middle + 1 } else { high = middle }
        }
        Ok(low)
    }

    /// The customer that a typed identifier leads to, found by its blind index.
    pub(crate) async fn customer(&self, subject: &consent::Subject) -> Result<Option<SubjectId>> {
        let blind = subject.blind(self.consent().vault());
        Ok(self.consent().find(&blind).await?.people.into_iter().next())
    }
}

/// The positions of a customer's entries: what says so itself, and what is about an object of theirs.
/// Customers that became one are one.
fn trace(id: &str) -> String {
    let ids = format!("SELECT id FROM subject WHERE id = {id} OR merged_into = {id}");
    format!(
        "SELECT seq FROM ledger_entry WHERE subject IN ({ids}) \
         UNION SELECT seq FROM ledger_entry WHERE object_kind = 'subject' AND object_id IN ({ids}) \
         UNION SELECT e.seq FROM consent_record r JOIN ledger_entry e \
         ON e.object_kind = 'consent' AND e.object_id = r.id WHERE r.subject IN ({ids})"
    )
}
