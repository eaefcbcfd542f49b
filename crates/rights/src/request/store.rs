//! All SQL of requests.

use ::store::{Actor, WriteTx, new_id, now};
use serde::Serialize;
use sqlx::{AnyConnection, AssertSqlSafe, Row as _, any::AnyRow};

use super::{By, Channel, Kind, Level, Private, Request, State};
use crate::{Result, Rights, RightsError};

const COLUMNS: &str = "id, number, kind, by_whom, channel, property, lang, regimes, state, level,
    received_at, verified_at, due_at, due_by, confirm_by, extended_at, extendable_to, notice_by,
    closed_at, refusal, assignee, about, version, private_sealed, paused";

/// Which requests to list. Empty texts do not narrow.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// `work` (everything that is not closed), `late`, or the name of a [`State`].
    pub state: String,
    /// The name of a [`Kind`].
    pub kind: String,
    /// A member of staff's id; `nobody` for those without.
    pub assignee: String,
    /// A number: `R-17` or `17`.
    pub number: String,
}

/// How many there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Somebody has to work on.
    pub open: i64,
    /// Past their day.
    pub late: i64,
    /// Due within a week.
    pub soon: i64,
    /// Whose person has not shown who they are.
    pub unverified: i64,
}

/// Who wrote something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Author {
    /// The person.
    Person,
    /// Us, to the person.
    Staff,
    /// Us, for ourselves.
    Note,
}

impl Author {
    /// Stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Staff => "staff",
            Self::Note => "note",
        }
    }
}

/// Something that was written.
#[derive(Clone)]
pub struct Message {
    /// By whom.
    pub author: Author,
    /// As the ledger names them.
    pub actor: String,
    /// When (µs).
    pub at: i64,
    /// The words.
    pub text: String,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// When (µs).
    pub at: i64,
    /// Who, as the ledger names them.
    pub actor: String,
    /// What: the end of `rights-event-…`.
    pub what: String,
    /// A day, a level, a key.
    pub detail: String,
}

pub(crate) struct NewEvent<'a> {
    pub request: &'a str,
    pub what: &'a str,
    pub detail: &'a str,
}

/// What the ledger's digests are made of.
#[derive(Serialize)]
pub(super) struct Stood<'a> {
    kind: Kind,
    state: State,
    level: Level,
    due_at: i64,
    extended_at: i64,
    refusal: &'a str,
    assignee: &'a str,
    regimes: &'a [String],
    private: &'a Private,
}

pub(super) fn state_of(request: &Request) -> Stood<'_> {
    Stood {
        kind: request.kind,
        state: request.state,
        level: request.level,
        due_at: request.due_at,
        extended_at: request.extended_at,
        refusal: &request.refusal,
        assignee: &request.assignee,
        regimes: &request.regimes,
        private: &request.private,
    }
}

fn context(id: &str) -> String {
    format!("rights-request:{id}")
}

pub(super) async fn next_number(tx: &mut WriteTx) -> Result<i64> {
    let sql = "UPDATE rights_counter SET number = number + 1 WHERE id = 1 RETURNING number";
    Ok(sqlx::query_scalar(sql).fetch_one(tx.conn()).await?)
}

pub(super) async fn insert(rights: &Rights, tx: &mut WriteTx, request: &Request) -> Result<()> {
    let private = serde_json::to_string(&request.private).unwrap_or_default();
    let marks: Vec<String> = (1..=25).map(|n| format!("${n}")).collect();
    let sql = format!("INSERT INTO rights_request ({COLUMNS}) VALUES ({})", marks.join(", "));
    sqlx::query(AssertSqlSafe(sql))
        .bind(&request.id)
        .bind(request.number)
        .bind(request.kind.as_str())
        .bind(request.by.as_str())
        .bind(request.channel.as_str())
        .bind(&request.property)
        .bind(&request.lang)
        .bind(serde_json::to_string(&request.regimes).unwrap_or_default())
        .bind(request.state.as_str())
        .bind(request.level.as_str())
        .bind(request.received_at)
        .bind(request.verified_at)
        .bind(request.due_at)
        .bind(&request.due_by)
        .bind(request.confirm_by)
        .bind(request.extended_at)
        .bind(request.extendable_to)
        .bind(request.notice_by)
        .bind(request.closed_at)
        .bind(&request.refusal)
        .bind(&request.assignee)
        .bind(&request.about)
        .bind(request.version)
        .bind(rights.store().seal(&context(&request.id), &private))
        .bind(i64::from(request.paused))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Writes what may change, if nobody else changed the request since it was read.
pub(super) async fn update(tx: &mut WriteTx, request: &Request) -> Result<()> {
    let done = sqlx::query(
        "UPDATE rights_request SET state = $1, level = $2, verified_at = $3, due_at = $4,
           due_by = $5, confirm_by = $6, extended_at = $7, extendable_to = $8, notice_by = $9,
           closed_at = $10, refusal = $11, assignee = $12, paused = $15, version = version + 1
         WHERE id = $13 AND version = $14",
    )
    .bind(request.state.as_str())
    .bind(request.level.as_str())
    .bind(request.verified_at)
    .bind(request.due_at)
    .bind(&request.due_by)
    .bind(request.confirm_by)
    .bind(request.extended_at)
    .bind(request.extendable_to)
    .bind(request.notice_by)
    .bind(request.closed_at)
    .bind(&request.refusal)
    .bind(&request.assignee)
    .bind(&request.id)
    .bind(request.version)
    .bind(i64::from(request.paused))
    .execute(tx.conn())
    .await?;
    if done.rows_affected() == 0 {
        return Err(RightsError::Conflict("rights-error-changed"));
    }
    crate::agents::queue(tx, request).await
}

pub(super) async fn insert_origin(tx: &mut WriteTx, origin: &str, request: &str) -> Result<()> {
    sqlx::query("INSERT INTO rights_origin (origin, request) VALUES ($1, $2)")
        .bind(origin)
        .bind(request)
        .execute(tx.conn())
        .await?;
    Ok(())
}

pub(super) async fn insert_person(tx: &mut WriteTx, request: &str, blind: &str) -> Result<()> {
    sqlx::query("INSERT INTO rights_person (request, blind) VALUES ($1, $2)")
        .bind(request)
        .bind(blind)
        .execute(tx.conn())
        .await?;
    Ok(())
}

pub(crate) async fn insert_event(
    tx: &mut WriteTx,
    actor: &Actor,
    event: &NewEvent<'_>,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO rights_event (id, request, at, actor, what, detail)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(new_id())
    .bind(event.request)
    .bind(now())
    .bind(actor.to_text())
    .bind(event.what)
    .bind(event.detail)
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(crate) async fn insert_message(
    rights: &Rights,
    tx: &mut WriteTx,
    request: &str,
    author: Author,
    (actor, text): (&Actor, &str),
) -> Result<()> {
    let id = new_id();
    sqlx::query(
        "INSERT INTO rights_message (id, request, author, actor, at, text_sealed)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&id)
    .bind(request)
    .bind(author.as_str())
    .bind(actor.to_text())
    .bind(now())
    .bind(rights.store().seal(&format!("rights-message:{id}"), text))
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(super) async fn insert_link(
    tx: &mut WriteTx,
    request: &str,
    hash: &str,
    until: i64,
) -> Result<()> {
    sqlx::query("INSERT INTO rights_link (hash, request, expires_at) VALUES ($1, $2, $3)")
        .bind(hash)
        .bind(request)
        .bind(until)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Uses a link up; the request it opens. Exactly one caller wins: the condition is in the statement.
pub(super) async fn use_link(tx: &mut WriteTx, hash: &str) -> Result<String> {
    let sql = "UPDATE rights_link SET used_at = $1 WHERE hash = $2 AND used_at = 0
               AND expires_at > $1 RETURNING request";
    let request: Option<String> =
        sqlx::query_scalar(sql).bind(now()).bind(hash).fetch_optional(tx.conn()).await?;
    request.ok_or(RightsError::NotFound("link"))
}

pub(super) async fn open_pauses(tx: &mut WriteTx, request: &str) -> Result<Vec<crate::Awaited>> {
    read_pauses(tx.conn(), request).await
}

async fn read_pauses(conn: &mut AnyConnection, request: &str) -> Result<Vec<crate::Awaited>> {
    let rows: Vec<(String, i64, i64)> = sqlx::query_as(
        "SELECT reason, from_at, to_at FROM rights_pause WHERE request = $1 ORDER BY from_at, id",
    )
    .bind(request)
    .fetch_all(conn)
    .await?;
    let at = |micros| {
        jiff::Timestamp::from_microsecond(micros).map_err(|_| RightsError::Damaged("pause"))
    };
    let read = |(reason, from, to): (String, i64, i64)| {
        let to = if to > 0 { Some(at(to)?) } else { None };
        Ok(crate::Awaited { reason, pause: law::clock::Pause { from: at(from)?, to } })
    };
    rows.into_iter().map(read).collect()
}

pub(super) async fn begin_pause(tx: &mut WriteTx, request: &str, reason: &str) -> Result<()> {
    sqlx::query("INSERT INTO rights_pause (id, request, reason, from_at) VALUES ($1, $2, $3, $4)")
        .bind(new_id())
        .bind(request)
        .bind(reason)
        .bind(now())
        .execute(tx.conn())
        .await?;
    Ok(())
}

pub(super) async fn end_pauses(tx: &mut WriteTx, request: &str) -> Result<()> {
    sqlx::query("UPDATE rights_pause SET to_at = $1 WHERE request = $2 AND to_at = 0")
        .bind(now())
        .bind(request)
        .execute(tx.conn())
        .await?;
    Ok(())
}

pub(super) async fn end_pause(tx: &mut WriteTx, request: &str, reason: &str) -> Result<()> {
    let sql = "UPDATE rights_pause SET to_at = $1 WHERE request = $2 AND to_at = 0 AND reason = $3";
    sqlx::query(sql).bind(now()).bind(request).bind(reason).execute(tx.conn()).await?;
    Ok(())
}

pub(super) async fn find(rights: &Rights, tx: &mut WriteTx, id: &str) -> Result<Request> {
    let sql = format!("SELECT {COLUMNS} FROM rights_request WHERE id = $1");
    let row = sqlx::query(AssertSqlSafe(sql)).bind(id).fetch_optional(tx.conn()).await?;
    rights.read(&row.ok_or(RightsError::NotFound("request"))?)
}

/// The filter as SQL; `$5` is now.
const TESTS: &str = "($1 = '' OR state = $1
      OR ($1 = 'work' AND state IN ('unverified', 'open', 'waiting'))
      OR ($1 = 'late' AND state IN ('unverified', 'open', 'waiting') AND paused = 0 AND due_at > 0
        AND due_at < $5))
    AND ($2 = '' OR kind = $2)
    AND ($3 = '' OR assignee = $3 OR ($3 = 'nobody' AND assignee = ''))
    AND ($4 = 0 OR number = $4)";

/// The number of `R-17` or `17`; 0 for nothing, −1 for what is none, so that nothing is found.
pub(crate) fn number_of(text: &str) -> i64 {
    match text.trim().trim_start_matches(['R', 'r', '-']) {
        "" if text.trim().is_empty() => 0,
        number => number.parse().unwrap_or(-1),
    }
}

impl Rights {
    fn read(&self, row: &AnyRow) -> Result<Request> {
        let damaged = || RightsError::Damaged("request");
        let text = |at: usize| row.try_get::<String, _>(at);
        let id = text(0)?;
        let private = self.store().unseal(&context(&id), &text(23)?)?;
        Ok(Request {
            number: row.try_get(1)?,
            kind: Kind::parse(&text(2)?).ok_or_else(damaged)?,
            by: By::parse(&text(3)?).ok_or_else(damaged)?,
            channel: Channel::parse(&text(4)?).ok_or_else(damaged)?,
            property: text(5)?,
            lang: text(6)?,
            regimes: serde_json::from_str(&text(7)?).map_err(|_| damaged())?,
            state: State::parse(&text(8)?).ok_or_else(damaged)?,
            level: Level::parse(&text(9)?).ok_or_else(damaged)?,
            received_at: row.try_get(10)?,
            verified_at: row.try_get(11)?,
            due_at: row.try_get(12)?,
            due_by: text(13)?,
            confirm_by: row.try_get(14)?,
            extended_at: row.try_get(15)?,
            extendable_to: row.try_get(16)?,
            notice_by: row.try_get(17)?,
            paused: row.try_get::<i64, _>(24)? != 0,
            closed_at: row.try_get(18)?,
            refusal: text(19)?,
            assignee: text(20)?,
            about: text(21)?,
            version: row.try_get(22)?,
            private: serde_json::from_str(&private).map_err(|_| damaged())?,
            id,
        })
    }

    /// One by id.
    ///
    /// # Errors
    /// [`RightsError::NotFound`].
    pub async fn request(&self, id: &str) -> Result<Request> {
        let sql = format!("SELECT {COLUMNS} FROM rights_request WHERE id = $1");
        let row = sqlx::query(AssertSqlSafe(sql)).bind(id);
        let row = row.fetch_optional(self.store().reader()).await?;
        self.read(&row.ok_or(RightsError::NotFound("request"))?)
    }

    /// A page of requests, the most urgent first, and how many there are.
    ///
    /// # Errors
    /// Those of Privet's own database.
    pub async fn requests(
        &self,
        filter: &Filter,
        limit: i64,
        offset: i64,
    ) -> Result<(Vec<Request>, i64)> {
        let order =
            "ORDER BY CASE WHEN closed_at = 0 THEN 0 ELSE 1 END, closed_at DESC, due_at, id";
        let sql = format!(
            "SELECT {COLUMNS} FROM rights_request WHERE {TESTS} {order} LIMIT $6 OFFSET $7"
        );
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(&filter.state)
            .bind(&filter.kind)
            .bind(&filter.assignee)
            .bind(number_of(&filter.number))
            .bind(now())
            .bind(limit)
            .bind(offset)
            .fetch_all(self.store().reader())
            .await?;
        let sql = format!("SELECT COUNT(*) FROM rights_request WHERE {TESTS}");
        let total = sqlx::query_scalar(AssertSqlSafe(sql))
            .bind(&filter.state)
            .bind(&filter.kind)
            .bind(&filter.assignee)
            .bind(number_of(&filter.number))
            .bind(now())
            .fetch_one(self.store().reader())
            .await?;
        Ok((rows.iter().map(|row| self.read(row)).collect::<Result<_>>()?, total))
    }

    /// Requests of one person, by any identifier of theirs, the newest first; at most 100.
    ///
    /// # Errors
    /// Those of Privet's own database.
    pub async fn requests_of(&self, person: &consent::Subject) -> Result<Vec<Request>> {
        let blind = person.blind(self.consent().vault());
        let marks: Vec<String> = (1..=blind.len()).map(|n| format!("${n}")).collect();
        let sql = format!(
            "SELECT {COLUMNS} FROM rights_request WHERE id IN
               (SELECT request FROM rights_person WHERE blind IN ({}))
             ORDER BY received_at DESC, id DESC LIMIT 100",
            marks.join(", ")
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for one in &blind {
            query = query.bind(one.to_text());
        }
        let rows = query.fetch_all(self.store().reader()).await?;
        let mut own = Vec::with_capacity(rows.len());
        for row in &rows {
            let request = self.read(row)?;
            if is_theirs(&request, person)? {
                own.push(request);
            }
        }
        Ok(own)
    }

    /// A request, for its person only: for anybody else there is none.
    ///
    /// # Errors
    /// [`RightsError::NotFound`].
    pub async fn own(&self, id: &str, person: &consent::Subject) -> Result<Request> {
        let request = self.request(id).await?;
        if is_theirs(&request, person)? {
            Ok(request)
        } else {
            Err(RightsError::NotFound("request"))
        }
    }

    /// How many wait.
    ///
    /// # Errors
    /// Those of Privet's own database.
    pub async fn counts(&self) -> Result<Counts> {
        const WEEK: i64 = 7 * 24 * 3600 * 1_000_000;
        let row = sqlx::query(
            "SELECT CAST(COALESCE(SUM(CASE WHEN state = 'open' THEN 1 ELSE 0 END), 0)
                 AS BIGINT),
               CAST(COALESCE(SUM(CASE WHEN paused = 0 AND due_at > 0 AND due_at < $1 THEN 1 ELSE 0 END), 0)
                 AS BIGINT),
               CAST(COALESCE(SUM(CASE WHEN due_at >= $1 AND due_at < $2 THEN 1 ELSE 0 END), 0)
                 AS BIGINT),
               CAST(COALESCE(SUM(CASE WHEN state = 'unverified' THEN 1 ELSE 0 END), 0) AS BIGINT)
             FROM rights_request WHERE state IN ('unverified', 'open', 'waiting')",
        )
        .bind(now())
        .bind(now() + WEEK)
        .fetch_one(self.store().reader())
        .await?;
        Ok(Counts {
            open: row.try_get(0)?,
            late: row.try_get(1)?,
            soon: row.try_get(2)?,
            unverified: row.try_get(3)?,
        })
    }

    /// When something was awaited.
    ///
    /// # Errors
    /// Those of Privet's own database.
    pub async fn awaited(&self, request: &str) -> Result<Vec<crate::Awaited>> {
        let mut conn = self.store().reader().acquire().await?;
        read_pauses(&mut conn, request).await
    }

    /// What happened, the oldest first.
    ///
    /// # Errors
    /// Those of Privet's own database.
    pub async fn events(&self, request: &str) -> Result<Vec<Event>> {
        let rows: Vec<(i64, String, String, String)> = sqlx::query_as(
            "SELECT at, actor, what, detail FROM rights_event WHERE request = $1 ORDER BY at, id",
        )
        .bind(request)
        .fetch_all(self.store().reader())
        .await?;
        let read = |(at, actor, what, detail)| Event { at, actor, what, detail };
        Ok(rows.into_iter().map(read).collect())
    }

    /// What was written, the oldest first; notes only if they are asked for.
    ///
    /// # Errors
    /// Those of Privet's own database.
    pub async fn messages(&self, request: &str, notes: bool) -> Result<Vec<Message>> {
        let rows: Vec<(String, String, String, i64, String)> = sqlx::query_as(
            "SELECT id, author, actor, at, text_sealed FROM rights_message WHERE request = $1
             AND ($2 = 1 OR author <> 'note') ORDER BY at, id",
        )
        .bind(request)
        .bind(i64::from(notes))
        .fetch_all(self.store().reader())
        .await?;
        let read = |(id, author, actor, at, sealed): (String, String, String, i64, String)| {
            let author = [Author::Person, Author::Staff, Author::Note]
                .into_iter()
                .find(|one| one.as_str() == author)
                .ok_or(RightsError::Damaged("message"))?;
            let text = self.store().unseal(&format!("rights-message:{id}"), &sealed)?;
            Ok(Message { author, actor, at, text })
        };
        rows.into_iter().map(read).collect()
    }

    /// The request that a link opens, as long as it works.
    ///
    /// # Errors
    /// [`RightsError::NotFound`].
    pub async fn behind(&self, secret: &str) -> Result<Request> {
        let sql = "SELECT request FROM rights_link WHERE hash = $1 AND used_at = 0
                   AND expires_at > $2";
        let id: Option<String> = sqlx::query_scalar(sql)
            .bind(crate::token::hash(secret))
            .bind(now())
            .fetch_optional(self.store().reader())
            .await?;
        self.request(&id.ok_or(RightsError::NotFound("link"))?).await
    }
}

/// Whether a request is a person's, by an identifier of both. A telephone may be a household's: it
/// does not speak for a request that names somebody by more than that. Nor does an identifier that was
/// only told beside the address that the link went to: its owner may be somebody else.
fn is_theirs(request: &Request, person: &consent::Subject) -> Result<bool> {
    let proved = if request.level == Level::Contact { request.proved()? } else { None };
    let asked = proved.map_or_else(|| request.private.person(), Ok)?;
    let phone = consent::IdentifierKind::Phone;
    let only_phones = asked.identifiers().iter().all(|one| one.kind() == phone);
    let mut same = person.identifiers().iter().filter(|one| asked.identifiers().contains(one));
    Ok(same.any(|one| only_phones || one.kind() != phone))
}
