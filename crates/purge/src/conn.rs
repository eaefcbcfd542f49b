//! One connection to one of three engines, behind the few calls that this room makes.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use futures::TryStreamExt as _;
use sources::SourceError;
use sqlx::{
    Arguments as _, AssertSqlSafe, Connection as _, Executor as _, MySqlConnection, PgConnection,
    Row, SqliteConnection, TypeInfo as _, ValueRef as _,
    mysql::{MySqlArguments, MySqlRow},
    postgres::{PgArguments, PgRow},
    sqlite::{SqliteArguments, SqliteRow},
};
use tokio::sync::mpsc;

use crate::{
    error::Result,
    fault::fault,
    sql::{Arg, Shape, Sql},
    target::{Engine, Patience},
    value::Value,
};

/// Virtual-machine steps of SQLite between two looks at the clock.
const STEPS: i32 = 20_000;
/// A piece of a streamed answer ends with the row that fills it.
const PIECE_BYTES: usize = 1 << 20;
/// Statements that a connection to MariaDB keeps prepared.
pub(crate) const STATEMENTS: usize = 250;
/// How old a connection may become that serves others, so that what a server keeps for it does not grow
/// for ever.
const AGE: Duration = Duration::from_mins(1);

pub(crate) enum Inner {
    Lite(SqliteConnection),
    Pg(PgConnection),
    My(MySqlConnection),
}

pub(crate) struct Conn {
    inner: Inner,
    /// `host:port` or the file.
    place: String,
    patience: Patience,
    /// When it was opened.
    opened: Instant,
    /// SQLite: a statement is broken off at this many milliseconds after that.
    deadline: Arc<AtomicU64>,
    /// The last statement did not come to its end: what the server says next may be of that one.
    is_busy: bool,
    /// Another was sent all the same.
    is_broken: bool,
}

/// One row of an answer.
pub(crate) type Answer = Vec<Value>;

impl Conn {
    /// Sets the session's time-outs and ways.
    pub async fn prepare(inner: Inner, place: String, patience: Patience) -> Result<Self> {
        let (opened, deadline) = (Instant::now(), Arc::default());
        let mut this =
            Self { inner, place, patience, opened, deadline, is_busy: false, is_broken: false };
        if this.engine() == Engine::Sqlite {
            this.watch().await?;
        } else {
            this.set_ways().await?;
        }
        Ok(this)
    }

    /// Makes a connection that was in use before ready for new work. An error means that it cannot be
    /// used. On MariaDB what a session holds beside its settings stays; nothing of ours leaves any, and
    /// where triggers could have, a connection is not kept.
    pub async fn again(&mut self, patience: Patience) -> Result<()> {
        self.patience = patience;
        // PostgreSQL prepares a statement for the columns that a table has then, and refuses it when they
        // change; MariaDB prepares it anew by itself.
        if let Inner::Pg(conn) = &mut self.inner {
            let forgotten = conn.clear_cached_statements().await;
            forgotten.map_err(|error| fault(&error, &self.place, ""))?;
            self.raw("DISCARD ALL").await?;
        }
        self.set_ways().await
    }

    /// It can serve others yet: nothing is under way, it is not old, and no statement has to go for a new
    /// one. MariaDB is told of such without an answer, and what comes next waits 40 ms in the network then
    /// (Nagle's algorithm and delayed acknowledgement), as the driver does not ask it not to.
    pub fn can_serve(&self) -> bool {
        let is_full = match &self.inner {
            Inner::My(conn) => conn.cached_statements_size() > STATEMENTS / 2,
            Inner::Lite(_) | Inner::Pg(_) => false,
        };
        !self.is_busy() && !is_full && self.opened.elapsed() < AGE
    }

    async fn set_ways(&mut self) -> Result<()> {
        let lock = self.patience.lock.as_millis().max(1);
        let statement = self.patience.statement.as_millis().max(1);
        match self.engine() {
            Engine::Sqlite => self.raw(&format!("PRAGMA busy_timeout = {lock}")).await,
            Engine::Postgres => {
                // With row security off a policy that would hide rows is an error, not a silence.
                self.raw(&format!(
                    "SET lock_timeout = {lock}; SET statement_timeout = {statement}; \
                     SET idle_in_transaction_session_timeout = 600000; SET row_security = off; \
                     SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'; SET IntervalStyle = 'postgres'; \
                     SET bytea_output = 'hex'; SET client_min_messages = error; SET extra_float_digits = 3"
                ))
                .await
            }
            Engine::Mysql => {
                let seconds = lock.div_ceil(1000);
                self.raw(&format!(
                    "SET SESSION time_zone = '+00:00', SESSION lock_wait_timeout = {seconds}, \
                     SESSION innodb_lock_wait_timeout = {seconds}, \
                     SESSION group_concat_max_len = 65536, SESSION foreign_key_checks = 1, \
                     SESSION sql_mode = 'STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO'; \
                     SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED"
                ))
                .await?;
                // MariaDB's name; MySQL has a time-out for SELECT only, ours below remains.
                let limit = self.patience.statement.as_secs_f64();
                let _ = self.raw(&format!("SET SESSION max_statement_time = {limit}")).await;
                Ok(())
            }
        }
    }

    /// Tells the server that nothing comes any more; one that does not hear it is left.
    pub async fn close(self) {
        let close = async {
            match self.inner {
                Inner::Lite(conn) => conn.close().await,
                Inner::Pg(conn) => conn.close().await,
                Inner::My(conn) => conn.close().await,
            }
        };
        let _ = tokio::time::timeout(Duration::from_secs(1), close).await;
    }

    pub fn engine(&self) -> Engine {
        match self.inner {
            Inner::Lite(_) => Engine::Sqlite,
            Inner::Pg(_) => Engine::Postgres,
            Inner::My(_) => Engine::Mysql,
        }
    }

    pub fn patience(&self) -> Patience {
        self.patience
    }

    /// The last statement did not come to its end.
    pub fn is_busy(&self) -> bool {
        self.is_busy || self.is_broken
    }

    /// A statement of ours without values.
    pub async fn raw(&mut self, text: &str) -> Result<()> {
        self.arm();
        let sql = AssertSqlSafe(text.to_owned());
        let limit = self.limit();
        let work = async {
            match &mut self.inner {
                Inner::Lite(conn) => sqlx::raw_sql(sql).execute(conn).await.map(drop),
                Inner::Pg(conn) => sqlx::raw_sql(sql).execute(conn).await.map(drop),
                Inner::My(conn) => sqlx::raw_sql(sql).execute(conn).await.map(drop),
            }
        };
        let done = tokio::time::timeout(limit, work).await;
        self.done(done, "")
    }

    /// Begins a transaction that will write.
    pub async fn begin(&mut self) -> Result<()> {
        self.raw(match self.inner {
            Inner::Lite(_) => "BEGIN IMMEDIATE",
            Inner::Pg(_) => "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE",
            Inner::My(_) => "START TRANSACTION READ WRITE",
        })
        .await
    }

    /// Begins a transaction that selects first and then writes. SQLite lets it write only if nobody has
    /// written since it selected; others are not kept waiting while it looks.
    pub async fn begin_taking(&mut self) -> Result<()> {
        match self.inner {
            Inner::Lite(_) => self.raw("BEGIN DEFERRED").await,
            _ => self.begin().await,
        }
    }

    /// Begins a transaction that sees one moment and cannot write.
    pub async fn begin_reading(&mut self) -> Result<()> {
        self.raw(match self.inner {
            Inner::Lite(_) => "PRAGMA query_only = ON; BEGIN",
            Inner::Pg(_) => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            // Without SESSION the level is that of the next transaction alone.
            Inner::My(_) => {
                "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; \
                 START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"
            }
        })
        .await
    }

    /// Ends it; the next transaction may write again.
    pub async fn end_reading(&mut self) -> Result<()> {
        self.raw(match self.inner {
            Inner::Lite(_) => "ROLLBACK; PRAGMA query_only = OFF",
            _ => "ROLLBACK",
        })
        .await
    }

    pub async fn commit(&mut self) -> Result<()> {
        self.raw("COMMIT").await
    }

    /// Rolls back; an error means that the connection is gone, which rolls back as well.
    pub async fn rollback(&mut self) {
        self.is_broken |= self.raw("ROLLBACK").await.is_err();
    }

    /// Reads; `table` is named in errors.
    pub async fn fetch(&mut self, sql: &Sql, table: &str) -> Result<Vec<Answer>> {
        self.arm();
        let limit = self.limit();
        let text = AssertSqlSafe(sql.text.clone());
        let shapes = &sql.shapes;
        let work = async {
            match &mut self.inner {
                Inner::Lite(conn) => {
                    let rows = sqlx::query_with(text, lite_args(sql)?).fetch_all(conn).await?;
                    rows.iter().map(|row| lite_row(row, shapes)).collect()
                }
                Inner::Pg(conn) => {
                    let rows = sqlx::query_with(text, pg_args(sql)?).fetch_all(conn).await?;
                    rows.iter().map(|row| pg_row(row, shapes)).collect()
                }
                Inner::My(conn) => {
                    let rows = sqlx::query_with(text, my_args(sql)?).fetch_all(conn).await?;
                    rows.iter().map(|row| my_row(row, shapes)).collect()
                }
            }
        };
        let done = tokio::time::timeout(limit, work).await;
        self.done(done, table)
    }

    /// Reads with a statement of ours without values that is asked once: servers need not prepare it,
    /// which for a catalogue takes as long as the answer.
    pub async fn fetch_once(&mut self, text: String, shapes: &[Shape]) -> Result<Vec<Answer>> {
        self.arm();
        let limit = self.limit();
        let text = AssertSqlSafe(text);
        let work = async {
            match &mut self.inner {
                Inner::Lite(conn) => {
                    let rows = sqlx::raw_sql(text).fetch_all(conn).await?;
                    rows.iter().map(|row| lite_row(row, shapes)).collect()
                }
                Inner::Pg(conn) => {
                    let rows = sqlx::raw_sql(text).fetch_all(conn).await?;
                    rows.iter().map(|row| pg_row(row, shapes)).collect()
                }
                Inner::My(conn) => {
                    let rows = sqlx::raw_sql(text).fetch_all(conn).await?;
                    rows.iter().map(|row| my_row(row, shapes)).collect()
                }
            }
        };
        let done = tokio::time::timeout(limit, work).await;
        self.done(done, "")
    }

    /// Reads without holding the answer: pieces of rows go out as they come. The statement's time-out
    /// counts from the first row to the last.
    pub async fn stream(
        &mut self,
        sql: &Sql,
        table: &str,
        piece: usize,
        out: &mpsc::Sender<Vec<Answer>>,
    ) -> Result<()> {
        self.arm();
        let limit = self.limit();
        let text = AssertSqlSafe(sql.text.clone());
        let shapes = &sql.shapes;
        macro_rules! send {
            ($conn:expr, $args:ident, $row:ident) => {{
                let mut rows = sqlx::query_with(text, $args(sql)?).fetch($conn);
                let mut some = Vec::new();
                let mut bytes = 0;
                while let Some(row) = rows.try_next().await? {
                    let row = $row(&row, shapes)?;
                    bytes += row.iter().map(Value::size).sum::<usize>();
                    some.push(row);
                    if some.len() < piece && bytes < PIECE_BYTES {
                        continue;
                    }
                    bytes = 0;
                    if out.send(std::mem::take(&mut some)).await.is_err() {
                        return Ok(false);
                    }
                }
                if !some.is_empty() {
                    let _ = out.send(some).await;
                }
                Ok(true)
            }};
        }
        let work = async {
            match &mut self.inner {
                Inner::Lite(conn) => send!(conn, lite_args, lite_row),
                Inner::Pg(conn) => send!(conn, pg_args, pg_row),
                Inner::My(conn) => send!(conn, my_args, my_row),
            }
        };
        let done = tokio::time::timeout(limit, work).await;
        // Where nobody receives any more, the rest of the answer is on its way.
        self.is_busy = !self.done(done, table)?;
        Ok(())
    }

    /// Writes; how many rows were changed.
    pub async fn execute(&mut self, sql: &Sql, table: &str) -> Result<u64> {
        self.arm();
        let limit = self.limit();
        let text = AssertSqlSafe(sql.text.clone());
        let work = async {
            Ok(match &mut self.inner {
                Inner::Lite(conn) => {
                    conn.execute(sqlx::query_with(text, lite_args(sql)?)).await?.rows_affected()
                }
                Inner::Pg(conn) => {
                    conn.execute(sqlx::query_with(text, pg_args(sql)?)).await?.rows_affected()
                }
                Inner::My(conn) => {
                    conn.execute(sqlx::query_with(text, my_args(sql)?)).await?.rows_affected()
                }
            })
        };
        let done = tokio::time::timeout(limit, work).await;
        self.done(done, table)
    }

    /// The server's time-out speaks first; ours is for connections that a firewall dropped.
    fn limit(&self) -> Duration {
        self.patience.statement + self.patience.lock + Duration::from_secs(5)
    }

    /// SQLite has no time-out of its own.
    async fn watch(&mut self) -> Result<()> {
        if let Inner::Lite(conn) = &mut self.inner {
            let (opened, deadline) = (self.opened, self.deadline.clone());
            let mut handle =
                conn.lock_handle().await.map_err(|error| fault(&error, &self.place, ""))?;
            handle.set_progress_handler(STEPS, move || {
                millis(opened.elapsed()) < deadline.load(Ordering::Relaxed)
            });
        }
        Ok(())
    }

    /// A statement begins.
    fn arm(&mut self) {
        self.is_broken |= self.is_busy;
        self.is_busy = true;
        let until = self.opened.elapsed() + self.patience.statement;
        self.deadline.store(millis(until), Ordering::Relaxed);
    }

    fn done<T>(
        &mut self,
        done: std::result::Result<sqlx::Result<T>, tokio::time::error::Elapsed>,
        table: &str,
    ) -> Result<T> {
        self.is_busy = !matches!(done, Ok(Ok(_) | Err(sqlx::Error::Database(_))));
        match done {
            Ok(done) => done.map_err(|error| fault(&error, &self.place, table)),
            Err(_) => Err(SourceError::Timeout(self.place.clone()).into()),
        }
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

fn bad(error: sqlx::error::BoxDynError) -> sqlx::Error {
    sqlx::Error::Encode(error)
}

fn lite_args(sql: &Sql) -> sqlx::Result<SqliteArguments> {
    let mut args = SqliteArguments::default();
    for arg in &sql.args {
        match arg {
            Arg::One(Value::Int(number)) => args.add(*number),
            Arg::One(Value::Unsigned(number)) => args.add(number.cast_signed()),
            Arg::One(Value::Real(number)) => args.add(*number),
            Arg::One(Value::Text(text)) => args.add(text.clone()),
            Arg::One(Value::Bytes(bytes)) => args.add(bytes.clone()),
            Arg::One(Value::Null) | Arg::Texts(_) => args.add(None::<String>),
        }
        .map_err(bad)?;
    }
    Ok(args)
}

fn pg_args(sql: &Sql) -> sqlx::Result<PgArguments> {
    let mut args = PgArguments::default();
    for arg in &sql.args {
        match arg {
            Arg::One(value) => args.add(value.text()),
            Arg::Texts(texts) => args.add(texts.clone()),
        }
        .map_err(bad)?;
    }
    Ok(args)
}

fn my_args(sql: &Sql) -> sqlx::Result<MySqlArguments> {
    let mut args = MySqlArguments::default();
    for arg in &sql.args {
        match arg {
            Arg::One(Value::Int(number)) => args.add(*number),
            Arg::One(Value::Unsigned(number)) => args.add(*number),
            Arg::One(Value::Real(number)) => args.add(*number),
            Arg::One(Value::Text(text)) => args.add(text.clone()),
            Arg::One(Value::Bytes(bytes)) => args.add(bytes.clone()),
            Arg::One(Value::Null) | Arg::Texts(_) => args.add(None::<String>),
        }
        .map_err(bad)?;
    }
    Ok(args)
}

fn lite_row(row: &SqliteRow, shapes: &[Shape]) -> sqlx::Result<Answer> {
    (0..shapes.len())
        .map(|i| {
            let raw = row.try_get_raw(i)?;
            if raw.is_null() {
                return Ok(Value::Null);
            }
            Ok(match raw.type_info().name() {
                "INTEGER" | "BOOLEAN" => Value::Int(row.try_get_unchecked(i)?),
                "REAL" => Value::Real(row.try_get_unchecked(i)?),
                "BLOB" => Value::Bytes(row.try_get_unchecked(i)?),
                _ => Value::Text(row.try_get_unchecked(i)?),
            })
        })
        .collect()
}

fn pg_row(row: &PgRow, shapes: &[Shape]) -> sqlx::Result<Answer> {
    (0..shapes.len())
        .map(|i| Ok(row.try_get::<Option<String>, _>(i)?.map_or(Value::Null, Value::Text)))
        .collect()
}

fn my_row(row: &MySqlRow, shapes: &[Shape]) -> sqlx::Result<Answer> {
    let one = |i: usize, shape: Shape| -> sqlx::Result<Option<Value>> {
        Ok(match shape {
            Shape::Int => row.try_get_unchecked::<Option<i64>, _>(i)?.map(Value::Int),
            Shape::Unsigned => row.try_get_unchecked::<Option<u64>, _>(i)?.map(Value::Unsigned),
            Shape::Real => row.try_get_unchecked::<Option<f64>, _>(i)?.map(Value::Real),
            Shape::Bytes => row.try_get_unchecked::<Option<Vec<u8>>, _>(i)?.map(Value::Bytes),
            Shape::Text | Shape::Any => {
                row.try_get_unchecked::<Option<String>, _>(i)?.map(Value::Text)
            }
        })
    };
    shapes.iter().enumerate().map(|(i, shape)| Ok(one(i, *shape)?.unwrap_or(Value::Null))).collect()
}
