//! The connection that may write: apart from the sources' connections, which only read.

use std::{path::PathBuf, time::Duration};

use serde::{Deserialize, Serialize};
use sources::{Address, NetParts, Options, Secret, SourceError, SourceKind, TlsMode};
use sqlx::{
    ConnectOptions as _, Connection as _, MySqlConnection, PgConnection, SqliteConnection,
    mysql::{MySqlConnectOptions, MySqlSslMode},
    postgres::{PgConnectOptions, PgSslMode},
    sqlite::SqliteConnectOptions,
};

use crate::{
    Alike,
    conn::{Conn, Inner, STATEMENTS},
    error::{PurgeError, Result},
    pool::{Known, Pool},
    schema::{self, Schema},
};

/// A connection that was kept is left if it does not answer in this time.
const ANSWERS: Duration = Duration::from_secs(1);

/// The engines in which rows can be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Engine {
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgres,
    /// MySQL or MariaDB.
    Mysql,
}

/// A customer's database in which rows may be changed. The network and file guards of the options are
/// checked on every connection, as `sources` checks them.
#[derive(Debug, Clone)]
pub struct Target {
    address: Address,
    password: Option<Secret>,
    options: Options,
    engine: Engine,
    pool: Option<Pool>,
}

/// How patient a connection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Patience {
    pub lock: Duration,
    pub statement: Duration,
}

impl Target {
    /// A target; nothing is connected yet. The account must be allowed to read the catalogue and to
    /// change the tables; it may be another than the one a source is scanned with.
    ///
    /// # Errors
    /// [`PurgeError::Kind`] for files.
    pub fn new(address: Address, password: Option<Secret>, options: Options) -> Result<Self> {
        let engine = match address.kind {
            SourceKind::Sqlite => Engine::Sqlite,
            SourceKind::Postgres => Engine::Postgres,
            SourceKind::Mysql => Engine::Mysql,
            SourceKind::Files => return Err(PurgeError::Kind),
        };
        Ok(Self { address, password, options, engine, pool: None })
    }

    /// Takes connections that others gave back, and gives its own back.
    #[must_use]
    pub fn with_pool(mut self, pool: &Pool) -> Self {
        self.pool = Some(pool.clone());
        self
    }

    /// Which engine.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// It is the same place, reached with the same account in the same way. Which addresses may be dialled
    /// is the server's to say, once for all.
    pub(crate) fn is(&self, other: &Self) -> bool {
        let secret = |of: &Self| of.password.as_ref().map(|secret| secret.0.clone());
        let tls = |of: &Self| (of.options.tls, of.options.tls_ca.clone());
        self.address == other.address && secret(self) == secret(other) && tls(self) == tls(other)
    }

    /// The catalogue that [`crate::plan`] needs.
    ///
    /// # Errors
    /// [`PurgeError::Source`].
    pub async fn schema(&self) -> Result<Schema> {
        let patience =
            Patience { lock: Duration::from_secs(5), statement: self.options.statement_timeout };
        let mut conn = self.connect(patience).await?;
        schema::read(&mut conn).await
    }

    /// A connection.
    pub(crate) async fn connect(&self, patience: Patience) -> Result<Conn> {
        Ok(self.enter(patience).await?.0)
    }

    /// A connection, and what its catalogue was a moment ago, if somebody read it over this one.
    pub(crate) async fn enter(&self, patience: Patience) -> Result<(Conn, Option<Known>)> {
        while let Some((mut conn, known)) = self.pool.as_ref().and_then(|pool| pool.take(self)) {
            // The server may have gone, or closed it.
            if matches!(tokio::time::timeout(ANSWERS, conn.again(patience)).await, Ok(Ok(()))) {
                return Ok((conn, known));
            }
        }
        Ok((self.dial(patience).await?, None))
    }

    /// Gives back a connection that is in no transaction.
    pub(crate) fn leave(&self, conn: Conn, known: Option<Known>) {
        if let Some(pool) = self.pool.as_ref().filter(|_| self.engine != Engine::Sqlite) {
            pool.give(Self { pool: None, ..self.clone() }, conn, known);
        }
    }

    async fn dial(&self, patience: Patience) -> Result<Conn> {
        if self.engine == Engine::Sqlite {
            return self.open_sqlite(patience).await;
        }
        if let Some(ca) = &self.options.tls_ca {
            std::fs::File::open(ca).map_err(|_| SourceError::Missing(ca.display().to_string()))?;
        }
        let parts = self.address.net_parts()?;
        let place = format!("{}:{}", parts.host, parts.port);
        let timeout = self.options.connect_timeout;
        let guard = |ip| self.options.guard.allows(&parts.host, ip);
        let found = sources::resolve_allowed(&parts.host, parts.port, timeout, guard).await?;
        let tls = parts.tls.unwrap_or(self.options.tls);
        // With full verification the driver needs the name; a rebound one has no certificate for it.
        let hosts: Vec<String> = if tls == TlsMode::VerifyFull {
            vec![parts.host.clone()]
        } else {
            found.iter().map(|address| address.ip().to_string()).collect()
        };
        let mut last = PurgeError::Source(SourceError::Dns(place.clone()));
        for host in hosts {
            let dial = async {
                if self.engine == Engine::Mysql {
                    let options = self.mysql(&parts, &host, tls);
                    MySqlConnection::connect_with(&options).await.map(Inner::My)
                } else {
                    let options = self.postgres(&parts, &host, tls);
                    PgConnection::connect_with(&options).await.map(Inner::Pg)
                }
            };
            match tokio::time::timeout(timeout, dial).await {
                Ok(Ok(inner)) => return Conn::prepare(inner, place, patience).await,
                Ok(Err(error)) => last = crate::fault::fault(&error, &place, ""),
                Err(_) => last = SourceError::Timeout(place.clone()).into(),
            }
        }
        Err(last)
    }

    async fn open_sqlite(&self, patience: Patience) -> Result<Conn> {
        let path: PathBuf = self.address.path().to_owned();
        self.options.files.check(&path)?;
        let place = path.display().to_string();
        // Looked at before it is opened: opening a named pipe waits for its writer, for ever.
        match std::fs::metadata(&path) {
            Ok(meta) if meta.is_file() => {}
            Ok(_) => return Err(SourceError::NotADatabase(place).into()),
            Err(_) => return Err(SourceError::Missing(place).into()),
        }
        let mut options = SqliteConnectOptions::new()
            .filename(&path)
            .create_if_missing(false)
            .foreign_keys(true)
            .busy_timeout(patience.lock)
            .disable_statement_logging();
        for alike in Alike::ALL {
            options = options.collation(alike.collation(), move |a, b| alike.order(a, b));
        }
        let inner = SqliteConnection::connect_with(&options)
            .await
            .map_err(|error| crate::fault::fault(&error, &place, ""))?;
        Conn::prepare(Inner::Lite(inner), place, patience).await
    }

    fn postgres(&self, parts: &NetParts, host: &str, tls: TlsMode) -> PgConnectOptions {
        let database = if parts.database.is_empty() { &parts.user } else { &parts.database };
        let mut options = PgConnectOptions::new_without_pgpass()
            .host(host)
            .port(parts.port)
            .username(&parts.user)
            .database(database)
            // Always set: else the driver would send this process's PGPASSWORD to any server.
            .password(self.password.as_ref().map_or("", |secret| &secret.0))
            .application_name("privet purge")
            .ssl_mode(match tls {
                TlsMode::Disable => PgSslMode::Disable,
                TlsMode::Prefer => PgSslMode::Prefer,
                TlsMode::Require => PgSslMode::Require,
                TlsMode::VerifyFull => PgSslMode::VerifyFull,
            })
            .disable_statement_logging();
        if let Some(ca) = &self.options.tls_ca {
            options = options.ssl_root_cert(ca);
        }
        options
    }

    fn mysql(&self, parts: &NetParts, host: &str, tls: TlsMode) -> MySqlConnectOptions {
        let mut options = MySqlConnectOptions::new()
            .host(host)
            .port(parts.port)
            .username(&parts.user)
            .charset("utf8mb4")
            .pipes_as_concat(false)
            .no_engine_substitution(false)
            .statement_cache_capacity(STATEMENTS)
            .ssl_mode(match tls {
                TlsMode::Disable => MySqlSslMode::Disabled,
                TlsMode::Prefer => MySqlSslMode::Preferred,
                TlsMode::Require => MySqlSslMode::Required,
                TlsMode::VerifyFull => MySqlSslMode::VerifyIdentity,
            })
            .disable_statement_logging();
        if !parts.database.is_empty() {
            options = options.database(&parts.database);
        }
        if let Some(password) = &self.password {
            options = options.password(&password.0);
        }
        if let Some(ca) = &self.options.tls_ca {
            options = options.ssl_ca(ca);
        }
        options
    }
}
