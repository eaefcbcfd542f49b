//! Opens the database: data directory, key file, pools, the store's own schema.

use crate::{
    Migration, Result, Store, StoreConfig, StoreError, group,
    keys::{self, KeySettings, Root},
    ledger::Tree,
    secret::Key,
};
use fs4::FileExt;
use sqlx::{
    Any, AnyConnection, AnyPool, ConnectOptions as _, Connection as _, Row as _, Transaction,
    any::{AnyConnectOptions, AnyPoolOptions},
    pool::PoolOptions,
};
use std::{
    collections::HashMap,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::{mpsc, watch};

const SCHEMA: &[Migration] = &[
    Migration { room: "store", version: 1, sql: include_str!("schema.sql") },
    Migration { room: "store", version: 2, sql: include_str!("schema-2.sql") },
    Migration { room: "store", version: 3, sql: include_str!("schema-3.sql") },
    Migration { room: "store", version: 4, sql: include_str!("schema-4.sql") },
];
/// The embedded database's name in the data directory.
pub(crate) const FILE: &str = "privet.db";
/// Held by the one server or runner of a data directory.
const LOCK: &str = "server.lock";
/// How long a write waits for its turn.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long [`Store::health`] waits.
const HEALTH: Duration = Duration::from_secs(5);

/// What all clones of a [`Store`] share.
pub(crate) struct Inner {
    pub(crate) reader: AnyPool,
    pub(crate) writer: AnyPool,
    pub(crate) postgres: bool,
    pub(crate) key: Arc<Key>,
    pub(crate) ring: keys::Ring,
    pub(crate) root_provider: String,
    pub(crate) keys: KeySettings,
    pub(crate) log: Tree,
    /// One round of publishing the log at a time in this process.
    pub(crate) publishing: tokio::sync::Mutex<()>,
    pub(crate) data_dir: PathBuf,
    /// Counts up when a job may be due: the runner of this process looks at once.
    pub(crate) wake: watch::Sender<u64>,
    /// The jobs this process is running, by id.
    pub(crate) claims: Mutex<HashMap<String, crate::runner::Claim>>,
    pub(crate) hot: mpsc::Sender<group::Queued>,
    damage: Mutex<Option<(i64, String)>>,
    server_lock: tokio::sync::Mutex<Option<fs::File>>,
}

impl Store {
    pub(crate) async fn open_at(config: StoreConfig, keys: KeySettings) -> Result<Self> {
        sqlx::any::install_default_drivers();
        make_data_dir(&config.data_dir)?;
        let file = config.data_dir.join(FILE);
        let postgres = config.database.is_some();
        let root = Root::load(&config.data_dir, postgres || !file.exists(), &keys).await?;
        let (writer, reader) = match &config.database {
            Some(address) => postgres_pools(address).await?,
            None => sqlite_pools(&file).await?,
        };
        let mut tx = begin_on(&writer, begin(postgres, Wait::Disk)).await?;
        let root = keys::settle_root(&reader, postgres, &config.data_dir, root, &keys).await?;
        let (key, ring, root) =
            keys::load(&reader, &mut tx, postgres, root, &config.data_dir, keys.profile).await?;
        tx.commit().await?;
        let (key, adopted) = (Arc::new(key), ring.adopted);
        let (hot, queue) = mpsc::channel(group::QUEUE);
        let log = Tree::new(key.clone(), postgres);
        let inner = Arc::new(Inner {
            reader,
            writer,
            postgres,
            key,
            ring,
            root_provider: root.provider().to_owned(),
            keys,
            log,
            publishing: tokio::sync::Mutex::default(),
            data_dir: config.data_dir,
            wake: watch::channel(0).0,
            claims: Mutex::default(),
            hot,
            damage: Mutex::default(),
            server_lock: tokio::sync::Mutex::default(),
        });
        let store = Self { inner };
        store.apply(SCHEMA).await?;
        store.settle().await?;
        if adopted {
            let by = crate::Actor::System("setup");
            let entry = crate::Entry::new(by, "key.adopted", "key", "root");
            // It is done already: a damaged log must not keep an operator out.
            store.begin_forgetting(entry).await?.commit().await?;
        }
        group::start(&store, queue);
        Ok(store)
    }

    /// Claims the database for this key file (the first time), or checks that it is its own; looks
    /// at the ledger's end.
    async fn settle(&self) -> Result<()> {
        let mut tx = self.raw_begin().await?;
        let claimed = sqlx::query(
            "INSERT INTO deployment (id, key_check, created_at) VALUES (1, $1, $2) \
             ON CONFLICT (id) DO NOTHING",
        )
        .bind(self.inner.key.check())
        .bind(crate::now())
        .execute(&mut *tx)
        .await?;
        if claimed.rows_affected() == 1 {
            self.inner.log.begin(&mut tx).await?;
            tx.commit().await?;
            return Ok(());
        }
        let known: String = sqlx::query_scalar("SELECT key_check FROM deployment WHERE id = 1")
            .fetch_one(&mut *tx)
            .await?;
        if known != self.inner.key.check() {
            return Err(keys::not_the_one(&self.inner.data_dir));
        }
        drop(tx);
        self.check_start().await
    }

    pub(crate) async fn deployment_exists(&self, conn: &mut AnyConnection) -> Result<bool> {
        let count: i64 =
            sqlx::query_scalar("SELECT COUNT(*) FROM deployment").fetch_one(conn).await?;
        Ok(count > 0)
    }

    /// A write transaction without an entry: for what is no change of state (leases, progress) and
    /// for [`Store::begin`] itself. Not for rooms.
    pub(crate) async fn raw_begin(&self) -> Result<Transaction<'static, Any>> {
        begin_on(&self.inner.writer, begin(self.inner.postgres, Wait::Disk)).await
    }

    /// The same for what is found again or done again after a power failure (claims, leases, progress
    /// of jobs): it is not waited until it is on the disk. It survives the end of this process, and is
    /// on the disk at the latest with the next transaction that waits.
    pub(crate) async fn raw_begin_soft(&self) -> Result<Transaction<'static, Any>> {
        begin_on(&self.inner.writer, begin(self.inner.postgres, Wait::No)).await
    }

    /// Remembers that the ledger is damaged: every later write is refused.
    pub(crate) fn stop_writes(&self, position: i64, why: &str) {
        tracing::error!(position, why, "the ledger is damaged; writes are stopped");
        *self.inner.damage.lock().unwrap_or_else(PoisonError::into_inner) =
            Some((position, why.to_owned()));
    }

    /// An operator accepted the damage.
    pub(crate) fn resume_writes(&self) {
        *self.inner.damage.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Fails once the ledger is known to be damaged.
    pub(crate) fn check_ledger(&self) -> Result<()> {
        match &*self.inner.damage.lock().unwrap_or_else(PoisonError::into_inner) {
            Some((position, why)) => {
                Err(StoreError::Ledger { position: *position, why: why.clone() })
            }
            None => Ok(()),
        }
    }

    /// Makes this process the server of its data directory (embedded database only): there is one
    /// at a time, while commands like `export` and `apply` may work beside it. Jobs that a crashed
    /// server left running are queued again. Further calls change nothing.
    pub async fn become_server(&self) -> Result<()> {
        if self.inner.postgres {
            return Ok(());
        }
        let mut held = self.inner.server_lock.lock().await;
        if held.is_some() {
            return Ok(());
        }
        let path = self.inner.data_dir.join(LOCK);
        let cannot = |error: &std::io::Error| {
            StoreError::DataDir(format!("{} cannot be locked: {error}", path.display()))
        };
        let file = fs::OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(|error| cannot(&error))?;
        match FileExt::try_lock(&file) {
            Ok(()) => {}
            Err(fs4::TryLockError::WouldBlock) => {
                return Err(StoreError::DataDir(format!(
                    "another Privet uses {}: stop it first, or start this one with another --data",
                    self.inner.data_dir.display()
                )));
            }
            Err(fs4::TryLockError::Error(error)) => return Err(cannot(&error)),
        }
        *held = Some(file);
        let mut tx = self.raw_begin().await?;
        let orphans =
            sqlx::query("UPDATE job SET lease_until = 0, leased_by = '' WHERE state = 'running'")
                .execute(&mut *tx)
                .await?
                .rows_affected();
        tx.commit().await?;
        if orphans > 0 {
            tracing::info!(orphans, "jobs left by a stopped server will be resumed");
        }
        Ok(())
    }

    /// Can this process read and write? For readiness checks.
    pub async fn health(&self) -> Result<()> {
        self.check_ledger()?;
        let row = sqlx::query("SELECT seq FROM ledger_head WHERE id = 1")
            .fetch_one(self.reader())
            .await?;
        row.try_get::<i64, _>(0)?;
        let writing = async { Ok(self.raw_begin().await?.rollback().await?) };
        tokio::time::timeout(HEALTH, writing).await.unwrap_or_else(|_| {
            Err(StoreError::Unavailable("no write was possible for five seconds".into()))
        })
    }

    /// The files of the data directory that nobody but Privet may read: key and database.
    pub fn own_files(&self) -> Vec<PathBuf> {
        let database = ["", "-wal", "-shm"].map(|end| format!("{FILE}{end}"));
        let names = database.into_iter().chain([keys::FILE, keys::NEXT, LOCK].map(str::to_owned));
        names.map(|name| self.inner.data_dir.join(name)).collect()
    }

    /// The data directory.
    pub fn data_dir(&self) -> &Path {
        &self.inner.data_dir
    }

    /// Closes all connections; open transactions finish first. A server calls it last.
    pub async fn close(&self) {
        self.inner.reader.close().await;
        self.inner.writer.close().await;
    }
}

/// Whether a commit waits until it is on the disk.
enum Wait {
    Disk,
    No,
}

/// SQLite has the setting for a connection and outside of a transaction, so each one says what it wants;
/// in WAL mode a commit that waits syncs what earlier ones left (<https://sqlite.org/pragma.html#pragma_synchronous>).
fn begin(postgres: bool, wait: Wait) -> &'static str {
    match (postgres, wait) {
        (true, Wait::Disk) => "BEGIN",
        (true, Wait::No) => "BEGIN; SET LOCAL synchronous_commit = off",
        (false, Wait::Disk) => "PRAGMA synchronous = FULL; BEGIN IMMEDIATE",
        (false, Wait::No) => "PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE",
    }
}

async fn begin_on(writer: &AnyPool, begin: &'static str) -> Result<Transaction<'static, Any>> {
    match writer.begin_with(begin).await {
        // On a full disk SQLite ends a transaction by itself; sqlx goes on counting it, and the
        // connection is of no use any more.
        Err(sqlx::Error::InvalidSavePointStatement) => {
            let _ = writer.acquire().await?.close().await;
            Ok(writer.begin_with(begin).await?)
        }
        begun => Ok(begun?),
    }
}

pub(crate) fn make_data_dir(dir: &Path) -> Result<()> {
    let cannot = |error: std::io::Error| {
        StoreError::DataDir(format!(
            "the data directory {} cannot be used: {error}; choose another with --data",
            dir.display()
        ))
    };
    if dir.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir).map_err(cannot)
}

fn options(max: u32) -> PoolOptions<Any> {
    AnyPoolOptions::new()
        .max_connections(max)
        .acquire_timeout(PATIENCE)
        .idle_timeout(Duration::from_mins(5))
}

async fn sqlite_pools(file: &Path) -> Result<(AnyPool, AnyPool)> {
    let path = std::path::absolute(file)
        .map_err(|error| StoreError::DataDir(format!("{}: {error}", file.display())))?;
    make_private(&path)
        .map_err(|error| StoreError::DataDir(format!("{}: {error}", path.display())))?;
    let address = format!("sqlite://{}?mode=rwc", percent(&path.to_string_lossy()));
    let quiet = parse(&address)?;
    // One writer: SQLite has one anyway, and waiting in our own queue is fair and in order.
    let writer = options(1)
        .max_lifetime(None)
        .test_before_acquire(false)
        .after_connect(|conn, _| Box::pin(pragmas(conn, false)))
        .connect_with(quiet.clone())
        .await?;
    let reader = options(6)
        .test_before_acquire(false)
        .after_connect(|conn, _| Box::pin(pragmas(conn, true)))
        .connect_lazy_with(quiet);
    Ok((writer, reader))
}

/// Creates the database file readable by its owner only, whatever the directory and umask allow.
/// SQLite gives its `-wal` and `-shm` files the same mode.
pub(crate) fn make_private(path: &Path) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

async fn pragmas(conn: &mut AnyConnection, reading: bool) -> sqlx::Result<()> {
    // The writer copies its log into the file each 32 MB: a full batch of recordings would otherwise
    // do so each time. It keeps more pages, as new blind indexes fall everywhere.
    let (rest, cache) = if reading {
        ("PRAGMA query_only = ON", "PRAGMA cache_size = -4000")
    } else {
        // What is deleted or replaced is overwritten: an erased customer's key is to be nowhere.
        (
            "PRAGMA wal_autocheckpoint = 8000; PRAGMA secure_delete = ON",
            "PRAGMA cache_size = -64000",
        )
    };
    for pragma in [
        "PRAGMA busy_timeout = 30000",
        "PRAGMA journal_mode = WAL",
        "PRAGMA synchronous = FULL",
        "PRAGMA foreign_keys = ON",
        "PRAGMA temp_store = MEMORY",
        cache,
        rest,
    ] {
        sqlx::raw_sql(pragma).execute(&mut *conn).await?;
    }
    Ok(())
}

async fn postgres_pools(address: &str) -> Result<(AnyPool, AnyPool)> {
    let config = parse(address)?;
    if !["postgres", "postgresql"].contains(&config.database_url.scheme()) {
        return Err(bad_address());
    }
    let host = config.database_url.host_str().unwrap_or("the local socket").to_owned();
    let unreachable = |error: sqlx::Error| {
        StoreError::Unavailable(format!("PostgreSQL at {host} could not be opened: {error}"))
    };
    // A pool would go on trying and then report a time-out; a connection of its own says why at once.
    config.connect().await.map_err(unreachable)?.close().await.map_err(unreachable)?;
    let writer = options(8).connect_lazy_with(config.clone());
    let reader = options(12)
        .after_connect(|conn, _| {
            Box::pin(async move {
                sqlx::raw_sql("SET default_transaction_read_only = on").execute(conn).await?;
                Ok(())
            })
        })
        .connect_lazy_with(config);
    Ok((writer, reader))
}

/// Parses an address; its text (which holds a password) goes into no error and no log.
fn parse(address: &str) -> Result<AnyConnectOptions> {
    let options: AnyConnectOptions = address.parse().map_err(|_| bad_address())?;
    Ok(options.disable_statement_logging())
}

fn bad_address() -> StoreError {
    StoreError::Unavailable(
        "the --database address is not of the form postgres://USER:PASSWORD@HOST:PORT/NAME".into(),
    )
}

/// Percent-encodes what would end the path of an address.
fn percent(path: &str) -> String {
    path.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"/._-~".contains(&byte) {
            out.push(byte as char);
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}
