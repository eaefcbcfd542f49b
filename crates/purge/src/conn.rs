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
    Arguments as _, AssertSqlSafe, Executor as _, MySqlConnection, PgConnection, Row,
    SqliteConnection, TypeInfo as _, ValueRef as _,
    mysql::{MySqlArguments, MySqlDatabaseError, MySqlRow},
    postgres::{PgArguments, PgRow},
    sqlite::{SqliteArguments, SqliteRow},
};
use tokio::sync::mpsc;

use crate::{
    error::{PurgeError, Result},
    sql::{Arg, Shape, Sql},
    target::{Engine, Patience},
    value::Value,
};

/// Virtual-machine steps of SQLite between two looks at the clock.
const STEPS: i32 = 20_000;
/// A piece of a streamed answer ends with the row that fills it.
const PIECE_BYTES: usize = 1 << 20;

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
}

/// One row of an answer.
pub(crate) type Answer = Vec<Value>;

impl Conn {
    /// Sets the session's time-outs and ways.
    pub async fn prepare(inner: Inner, place: String, patience: Patience) -> Result<Self> {
        let (opened, deadline) = (Instant::now(), Arc::default());
        let mut this = Self { inner, place, patience, opened, deadline };
        let lock = patience.lock.as_millis().max(1);
        let statement = patience.statement.as_millis().max(1);
        match this.engine() {
            Engine::Sqlite => this.watch().await?,
            Engine::Postgres => {
                // With row security off a policy that would hide rows is an error, not a silence.
                this.raw(&format!(
                    "SET lock_timeout = {lock}; SET statement_timeout = {statement}; \
                     SET idle_in_transaction_session_timeout = 600000; SET row_security = off; \
                     SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'; SET IntervalStyle = 'postgres'; \
                     SET bytea_output = 'hex'; SET client_min_messages = error; SET extra_float_digits = 3"
                ))
                .await?;
            }
            Engine::Mysql => {
                let seconds = lock.div_ceil(1000);
                this.raw(&format!(
                    "SET SESSION time_zone = '+00:00', SESSION lock_wait_timeout = {seconds}, \
                     SESSION innodb_lock_wait_timeout = {seconds}, \
                     SESSION group_concat_max_len = 65536, SESSION foreign_key_checks = 1, \
                     SESSION sql_mode = 'STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO'; \
                     SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED"
                ))
                .await?;
                // MariaDB's name; MySQL has a time-out for SELECT only, ours below remains.
                let limit = patience.statement.as_secs_f64();
                let _ = this.raw(&format!("SET SESSION max_statement_time = {limit}")).await;
            }
        }
        Ok(this)
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
        let _ = self.raw("ROLLBACK").await;
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
                        return Ok(());
                    }
                }
                if !some.is_empty() {
                    let _ = out.send(some).await;
                }
                Ok(())
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
        self.done(done, table)
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
    fn arm(&self) {
        let until = self.opened.elapsed() + self.patience.statement;
        self.deadline.store(millis(until), Ordering::Relaxed);
    }

    fn done<T>(
        &self,
        done: std::result::Result<sqlx::Result<T>, tokio::time::error::Elapsed>,
        table: &str,
    ) -> Result<T> {
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

/// What a driver's error means. Servers' messages are never repeated: they may quote a value.
pub(crate) fn fault(error: &sqlx::Error, place: &str, table: &str) -> PurgeError {
    let subject = if table.is_empty() { place } else { table };
    let other =
        |why: String| PurgeError::from(SourceError::Other { what: subject.to_owned(), why });
    match error {
        sqlx::Error::Database(db) => {
            let code = match db.try_downcast_ref::<MySqlDatabaseError>() {
                Some(db) => format!("M{}", db.number()),
                None => db.code().unwrap_or_default().into_owned(),
            };
            if db.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some() {
                return lite_fault(&code, db.message(), place, subject);
            }
            by_code(&code, place, subject)
                .unwrap_or_else(|| other(format!("the server answered with error code {code}")))
        }
        sqlx::Error::Io(io) => match io.kind() {
            std::io::ErrorKind::ConnectionRefused => SourceError::Refused(place.to_owned()),
            std::io::ErrorKind::TimedOut => SourceError::Timeout(place.to_owned()),
            _ => SourceError::Lost(place.to_owned()),
        }
        .into(),
        sqlx::Error::Tls(why) => {
            SourceError::Tls { host: place.to_owned(), why: why.to_string() }.into()
        }
        sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed => {
            SourceError::Lost(place.to_owned()).into()
        }
        sqlx::Error::Encode(_) | sqlx::Error::Decode(_) | sqlx::Error::ColumnDecode { .. } => {
            other("a value could not be read or written by the driver".to_owned())
        }
        _ => other("the driver could not read the answer".to_owned()),
    }
}

fn by_code(code: &str, place: &str, subject: &str) -> Option<PurgeError> {
    let named = subject.to_owned();
    let host = place.to_owned();
    let refused = |why: &str| PurgeError::Refused { table: named.clone(), why: why.to_owned() };
    Some(match code {
        // SQLSTATE, PostgreSQL manual appendix A; `M…` are MySQL's and MariaDB's numbers.
        "55P03" | "40P01" | "40001" | "M1205" | "M1213" | "M1020" => PurgeError::Locked(named),
        "23503" | "23001" | "M1451" | "M1452" => refused("a foreign key"),
        "23505" | "M1062" => refused("a unique key"),
        "23502" | "M1048" | "M1364" => refused("a column that may not be NULL"),
        "23514" | "M4025" | "M3819" => refused("a check"),
        "22001" | "22003" | "22P02" | "22007" | "22008" | "M1406" | "M1264" | "M1292" | "M1366"
        | "M1265" | "M1367" | "M1411" | "22021" | "22P05" => {
            refused("a value that does not fit the column")
        }
        "P0001" | "P0000" | "P0004" | "M1644" => refused("a trigger raised an error"),
        "57014" | "M1969" | "M3024" | "M1317" => SourceError::Slow(named).into(),
        "42501" | "M1142" | "M1143" | "M1044" | "M1227" | "M1356" => {
            SourceError::Denied(named).into()
        }
        "28P01" | "28000" | "M1045" | "M1698" => SourceError::Password(host).into(),
        "3D000" | "M1049" => SourceError::NoDatabase(host).into(),
        "53300" | "M1040" | "M1203" | "M1226" => SourceError::Full(host).into(),
        "57P01" | "57P02" | "57P03" | "25P03" | "25P04" | "M1053" | "M1158" | "M1159" | "M1160"
        | "M1161" | "M1927" | "M3168" => SourceError::Lost(host).into(),
        "42P01" | "42703" | "3F000" | "M1146" | "M1054" => SourceError::Vanished(named).into(),
        _ => return None,
    })
}

/// SQLite's extended codes, of which the low byte is the primary one.
fn lite_fault(code: &str, message: &str, place: &str, subject: &str) -> PurgeError {
    let named = subject.to_owned();
    let refused = |why: &str| PurgeError::Refused { table: named.clone(), why: why.to_owned() };
    match code.parse::<u32>().unwrap_or(0) {
        787 => refused("a foreign key"),
        1811 => refused("a trigger raised an error"),
        2067 | 1555 | 2579 => refused("a unique key"),
        1299 => refused("a column that may not be NULL"),
        275 => refused("a check"),
        n => match n & 0xff {
            5 | 6 => PurgeError::Locked(named),
            9 => SourceError::Slow(named).into(),
            3 | 8 | 14 | 23 => SourceError::Denied(place.to_owned()).into(),
            11 => SourceError::Malformed {
                file: place.to_owned(),
                why: "the database file is damaged".to_owned(),
            }
            .into(),
            26 => SourceError::NotADatabase(place.to_owned()).into(),
            13 => refused("the disk is full"),
            19 => refused("a constraint"),
            _ if message.starts_with("no such table") || message.starts_with("no such column") => {
                SourceError::Vanished(named).into()
            }
            n => SourceError::Other { what: named, why: format!("SQLite's error code {n}") }.into(),
        },
    }
}
