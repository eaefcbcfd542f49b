//! SQLite files, opened read-only.

mod sql;

use std::{
    collections::{BTreeSet, HashMap},
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use futures::TryStreamExt;
use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, Row, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteRow},
};

use crate::{
    Source,
    error::{Place, SourceError, map_sqlx},
    filter::Matcher,
    lease::{Lease, Pool},
    model::{
        Address, Catalog, ColumnInfo, ForeignKey, Limits, Options, Sample, ServerInfo, StoreFilter,
        StoreInfo, StoreKind, StoreProblem,
    },
    rows::Collector,
    viewtext::tables_read,
};
use sql::{by_code, is_big, literal, plain, quote, select, unpack};

/// Virtual-machine steps between two looks at the clock.
const STEPS: i32 = 20_000;
/// `SELECT`s in one statement when asking every table for its highest rowid; SQLite allows 500.
const UNION: usize = 200;

pub(crate) struct Sqlite {
    file: String,
    path: PathBuf,
    connect: SqliteConnectOptions,
    /// The last connection was opened as to a file that does not change.
    unchanging: AtomicBool,
    pool: Pool<SqliteConnection>,
    statement_timeout: Duration,
}

impl Sqlite {
    pub async fn connect(address: &Address, options: &Options) -> Result<Self, SourceError> {
        let path = address.path();
        let file = path.display().to_string();
        check_file(path, &file)?;
        let connect = SqliteConnectOptions::new()
            .filename(path)
            .read_only(true)
            .create_if_missing(false)
            // Waits for the owner's locks, but not for long: the scan has other tables to read.
            .busy_timeout(options.statement_timeout.min(Duration::from_secs(5)))
            .pragma("query_only", "ON")
            // A hostile schema must not run functions with side effects from its views.
            .pragma("trusted_schema", "OFF")
            .statement_cache_capacity(0)
            .row_buffer_size(512)
            .disable_statement_logging();
        let this = Self {
            file,
            path: path.to_owned(),
            connect,
            unchanging: AtomicBool::new(false),
            pool: Pool::new(options.max_connections),
            statement_timeout: options.statement_timeout,
        };
        let conn = this.open().await?;
        this.pool.put(conn);
        Ok(this)
    }

    /// A database in WAL mode that nobody has open is opened as unchanging: else SQLite would put
    /// `-shm` and `-wal` files beside it that belong to us, and leave them there, where the owner's
    /// program may not be able to write them.
    async fn open(&self) -> Result<SqliteConnection, SourceError> {
        let unchanging = wal_without_writer(&self.path);
        let options = self.connect.clone().immutable(unchanging);
        self.unchanging.store(unchanging, Ordering::Relaxed);
        let mut conn =
            SqliteConnection::connect_with(&options).await.map_err(|e| self.error(&e, ""))?;
        // Opening reads nothing; this does, and finds files that are no database.
        sqlx::query("SELECT count(*) FROM sqlite_master")
            .execute(&mut conn)
            .await
            .map_err(|e| self.error(&e, ""))?;
        Ok(conn)
    }

    /// A connection whose statements are interrupted after the statement time-out.
    pub async fn lease(&self) -> Result<Lease<'_, SqliteConnection>, SourceError> {
        if self.unchanging.load(Ordering::Relaxed) && !wal_without_writer(&self.path) {
            self.pool.clear(); // the owner came back: from now on with SQLite's locks
        }
        let mut conn = self.pool.get(async || self.open().await).await?;
        let deadline = Instant::now() + self.statement_timeout;
        let mut handle = conn.lock_handle().await.map_err(|e| self.error(&e, ""))?;
        handle.set_progress_handler(STEPS, move || Instant::now() < deadline);
        drop(handle);
        Ok(conn)
    }

    async fn rows(
        &self,
        conn: &mut SqliteConnection,
        sql: String,
    ) -> Result<Vec<SqliteRow>, sqlx::Error> {
        sqlx::query(AssertSqlSafe(sql)).persistent(false).fetch_all(conn).await
    }

    fn error(&self, error: &sqlx::Error, store: &str) -> SourceError {
        let place = Place { host: &self.file, database: &self.file, store };
        // Code 1 is SQLite's for everything; its own words tell a missing table from a view that
        // calls a function we do not have.
        if let sqlx::Error::Database(db) = error
            && (db.message().starts_with("no such table")
                || db.message().starts_with("no such column"))
        {
            return SourceError::Vanished(place.subject());
        }
        map_sqlx(error, place, by_code)
    }

    async fn columns(
        &self,
        conn: &mut SqliteConnection,
        which: &str,
    ) -> Result<Vec<SqliteRow>, sqlx::Error> {
        let sql = format!(
            "SELECT l.name, l.type, l.wr, coalesce(m.sql, ''), p.name, p.type, p.\"notnull\", p.pk, p.cid \
             FROM pragma_table_list l LEFT JOIN sqlite_master m ON m.name = l.name AND m.type IN ('table', 'view') \
             JOIN pragma_table_xinfo(l.name) p \
             WHERE l.schema = 'main' AND l.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND p.hidden <> 1 AND {which} \
             ORDER BY l.name, p.cid"
        );
        self.rows(conn, sql).await
    }

    /// Views and virtual tables one by one: one whose module or table is missing spoils only itself.
    async fn fragile_columns(
        &self,
        conn: &mut SqliteConnection,
        problems: &mut Vec<StoreProblem>,
    ) -> Result<Vec<SqliteRow>, SourceError> {
        if let Ok(rows) = self.columns(conn, "l.type IN ('view', 'virtual')").await {
            return Ok(rows);
        }
        let sql = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('view', 'virtual')";
        let names = self.rows(conn, sql.to_owned()).await.map_err(|e| self.error(&e, ""))?;
        let mut found = Vec::new();
        for row in names {
            let name = text(&row, 0);
            match self.columns(conn, &format!("l.name = {}", literal(&name))).await {
                Ok(rows) => found.extend(rows),
                Err(error) => {
                    problems.push(StoreProblem { error: self.error(&error, &name), store: name });
                }
            }
        }
        Ok(found)
    }

    async fn links(&self, conn: &mut SqliteConnection) -> Result<Vec<ForeignKey>, SourceError> {
        let sql = "SELECT l.name, f.id, f.\"table\", f.\"from\", coalesce(f.\"to\", '') \
                   FROM pragma_table_list l JOIN pragma_foreign_key_list(l.name) f \
                   WHERE l.schema = 'main' AND l.type = 'table' ORDER BY l.name, f.id, f.seq";
        let rows = self.rows(conn, sql.to_owned()).await.map_err(|e| self.error(&e, ""))?;
        let mut links: Vec<ForeignKey> = Vec::new();
        let mut last = (String::new(), -1);
        for row in rows {
            let this = (text(&row, 0), int(&row, 1));
            if this != last {
                links.push(ForeignKey {
                    from_store: this.0.clone(),
                    from_columns: vec![],
                    to_store: text(&row, 2),
                    to_columns: vec![],
                });
                last = this;
            }
            if let Some(link) = links.last_mut() {
                link.from_columns.push(text(&row, 3));
                link.to_columns.push(text(&row, 4));
            }
        }
        Ok(links)
    }

    /// `ANALYZE`'s counts where the owner ran it, else the highest rowid, a few hundred tables a
    /// statement.
    async fn estimates(
        &self,
        conn: &mut SqliteConnection,
        rowid_tables: &[String],
    ) -> HashMap<String, u64> {
        let mut counts = HashMap::new();
        let stat = "SELECT tbl, max(CAST(stat AS INTEGER)) FROM sqlite_stat1 GROUP BY tbl";
        for row in self.rows(conn, stat.to_owned()).await.unwrap_or_default() {
            counts.insert(text(&row, 0), int(&row, 1).unsigned_abs());
        }
        let unknown: Vec<_> = rowid_tables.iter().filter(|t| !counts.contains_key(*t)).collect();
        for chunk in unknown.chunks(UNION) {
            let parts: Vec<_> = chunk
                .iter()
                .enumerate()
                .map(|(i, name)| {
                    // Unqualified `rowid` may be a column of the owner's; then it is still a bound.
                    format!("SELECT {i}, (SELECT max(rowid) FROM {})", quote(name))
                })
                .collect();
            for row in self.rows(conn, parts.join(" UNION ALL ")).await.unwrap_or_default() {
                if let Some(name) = chunk.get(int(&row, 0).unsigned_abs() as usize) {
                    counts.insert((*name).clone(), int(&row, 1).max(0).unsigned_abs());
                }
            }
        }
        counts
    }

    async fn read(&self, store: &StoreInfo, limits: &Limits) -> Result<Sample, SourceError> {
        let mut conn = self.lease().await?;
        let spread = is_big(store, limits) && self.has_rowid(&mut conn, &store.name).await;
        let mut rows = self.collect(&mut conn, store, limits, (spread, true)).await?;
        if rows.is_none() {
            rows = self.collect(&mut conn, store, limits, (spread, false)).await?;
        }
        let rows = rows.ok_or_else(|| SourceError::Vanished(store.display_name()))?;
        if !rows.was_cut() {
            conn.give_back();
        }
        Ok(rows.finish())
    }

    /// `None`: a value contains the separator, so the rows cannot be unpacked.
    async fn collect(
        &self,
        conn: &mut SqliteConnection,
        store: &StoreInfo,
        limits: &Limits,
        (spread, packed): (bool, bool),
    ) -> Result<Option<Collector>, SourceError> {
        let sql = select(store, limits, spread, packed);
        let name = store.display_name();
        let mut rows = Collector::new(store.columns.len(), limits);
        let mut stream = sqlx::query(AssertSqlSafe(sql)).persistent(false).fetch(conn);
        while let Some(row) = stream.try_next().await.map_err(|e| self.error(&e, &name))? {
            let unpacked = if packed {
                unpack(&row, store.columns.len(), &mut rows)
            } else {
                plain(&row, store.columns.len(), &mut rows).map(|()| true)
            };
            if !unpacked.map_err(|e| self.error(&e, &name))? {
                return Ok(None);
            }
            if !rows.end_row() {
                break;
            }
        }
        Ok(Some(rows))
    }

    /// A rowid table that leaves the name `rowid` free, so that we can seek in it.
    async fn has_rowid(&self, conn: &mut SqliteConnection, table: &str) -> bool {
        let sql = format!(
            "SELECT wr = 0 AND NOT EXISTS (SELECT 1 FROM pragma_table_xinfo({0}) WHERE name = 'rowid' COLLATE NOCASE) \
             FROM pragma_table_list({0}) WHERE schema = 'main' AND type = 'table'",
            literal(table)
        );
        let rows = self.rows(conn, sql).await.unwrap_or_default();
        rows.first().is_some_and(|row| int(row, 0) == 1)
    }
}

#[async_trait::async_trait]
impl Source for Sqlite {
    async fn test(&self) -> Result<ServerInfo, SourceError> {
        let mut conn = self.lease().await?;
        let sql = "SELECT sqlite_version(), count(*) FROM sqlite_master \
                   WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
        let rows = self.rows(&mut conn, sql.to_owned()).await.map_err(|e| self.error(&e, ""))?;
        let (version, stores) = rows.first().map(|r| (text(r, 0), int(r, 1))).unwrap_or_default();
        conn.give_back();
        Ok(ServerInfo {
            product: format!("SQLite {version}"),
            encrypted: true, // a file never crosses the network by our doing
            stores: Some(stores.unsigned_abs()),
            advice: if stores == 0 { vec!["no_stores".to_owned()] } else { vec![] },
        })
    }

    async fn introspect(&self, filter: &StoreFilter) -> Result<Catalog, SourceError> {
        let matcher = Matcher::new(filter)?;
        let mut conn = self.lease().await?;
        let mut catalog = Catalog::default();
        let mut rows =
            self.columns(&mut conn, "l.type = 'table'").await.map_err(|e| self.error(&e, ""))?;
        rows.extend(self.fragile_columns(&mut conn, &mut catalog.problems).await?);

        let mut rowid_tables = Vec::new();
        let mut view_texts = HashMap::new();
        for row in rows {
            let name = text(&row, 0);
            if catalog.stores.last().is_none_or(|s: &StoreInfo| s.name != name) {
                let kind = text(&row, 1);
                if kind == "table" && int(&row, 2) == 0 {
                    rowid_tables.push(name.clone());
                }
                let view = kind == "view";
                if view {
                    view_texts.insert(name.clone(), text(&row, 3));
                }
                catalog.stores.push(empty_store(&name, view));
            }
            if let Some(store) = catalog.stores.last_mut() {
                let position = u32::try_from(store.columns.len()).unwrap_or(0) + 1;
                store.columns.push(column(&row, position));
            }
        }
        let estimates = self.estimates(&mut conn, &rowid_tables).await;
        catalog.links = self.links(&mut conn).await?;
        conn.give_back();

        let names: HashMap<String, String> =
            catalog.stores.iter().map(|s| (s.name.to_lowercase(), s.name.clone())).collect();
        complete_links(&mut catalog.links, &catalog.stores, &names);
        for store in &mut catalog.stores {
            store.rows_estimate = estimates.get(&store.name).copied();
            if let Some(sql) = view_texts.get(&store.name) {
                store.reads_from = reads_from(sql, &store.name, &names);
            }
        }
        catalog.stores.retain(|s| matcher.matches(s, "main"));
        let kept: BTreeSet<&str> = catalog.stores.iter().map(|s| s.name.as_str()).collect();
        catalog.links.retain(|l| kept.contains(l.from_store.as_str()));
        Ok(catalog)
    }

    fn statement(&self, store: &StoreInfo, limits: &Limits) -> Option<String> {
        Some(select(store, limits, is_big(store, limits), true))
    }

    async fn sample(&self, store: &StoreInfo, limits: &Limits) -> Result<Sample, SourceError> {
        if store.columns.is_empty() || limits.rows == 0 {
            return Ok(Collector::new(store.columns.len(), limits).finish());
        }
        self.read(store, limits).await
    }
}

fn empty_store(name: &str, view: bool) -> StoreInfo {
    StoreInfo {
        schema: String::new(),
        name: name.to_owned(),
        kind: if view { StoreKind::View } else { StoreKind::Table },
        comment: String::new(),
        columns: Vec::new(),
        rows_estimate: None,
        reads_from: Vec::new(),
    }
}

fn column(row: &SqliteRow, position: u32) -> ColumnInfo {
    let primary_key = int(row, 7) > 0;
    ColumnInfo {
        name: text(row, 4),
        position,
        data_type: text(row, 5),
        nullable: int(row, 6) == 0 && !primary_key,
        primary_key,
        comment: String::new(),
    }
}

/// `REFERENCES t` without columns means t's primary key; names are written in any case.
fn complete_links(links: &mut [ForeignKey], stores: &[StoreInfo], names: &HashMap<String, String>) {
    let keys: HashMap<&str, Vec<&str>> = stores
        .iter()
        .map(|s| {
            let key = s.columns.iter().filter(|c| c.primary_key).map(|c| c.name.as_str());
            (s.name.as_str(), key.collect())
        })
        .collect();
    for link in links {
        if let Some(name) = names.get(&link.to_store.to_lowercase()) {
            link.to_store.clone_from(name);
        }
        if link.to_columns.iter().any(String::is_empty)
            && let Some(key) = keys.get(link.to_store.as_str())
        {
            for (to, name) in link.to_columns.iter_mut().zip(key) {
                (*name).clone_into(to);
            }
        }
    }
}

fn reads_from(sql: &str, own: &str, names: &HashMap<String, String>) -> Vec<String> {
    let mut found: Vec<String> = tables_read(sql)
        .into_iter()
        .filter_map(|(_, name)| names.get(&name.to_lowercase()).cloned())
        .filter(|name| name != own)
        .collect();
    found.dedup();
    found
}

fn check_file(path: &Path, file: &str) -> Result<(), SourceError> {
    // Looked at before it is opened: opening a named pipe waits for its writer, for ever.
    if std::fs::metadata(path).is_ok_and(|meta| !meta.is_file()) {
        return Err(SourceError::NotADatabase(file.to_owned()));
    }
    match std::fs::File::open(path) {
        Ok(_) => Ok(()),
        Err(e) if e.kind() == std::io::ErrorKind::PermissionDenied => {
            Err(SourceError::Denied(file.to_owned()))
        }
        Err(_) => Err(SourceError::Missing(file.to_owned())),
    }
}

/// Bytes 18 and 19 of the header are 2 in WAL mode; without a `-wal` file nobody has it open.
fn wal_without_writer(path: &Path) -> bool {
    use std::io::Read;
    let mut head = [0u8; 20];
    let read = std::fs::File::open(path).and_then(|mut f| f.read_exact(&mut head));
    let mut wal = path.as_os_str().to_owned();
    wal.push("-wal");
    read.is_ok() && head[18..20] == [2, 2] && !Path::new(&wal).exists()
}

/// Catalogue text; names with invalid UTF-8 are shown with replacements.
fn text(row: &SqliteRow, i: usize) -> String {
    let bytes: Option<&[u8]> = row.try_get_unchecked(i).unwrap_or_default();
    String::from_utf8_lossy(bytes.unwrap_or_default()).into_owned()
}

fn int(row: &SqliteRow, i: usize) -> i64 {
    row.try_get_unchecked::<Option<i64>, _>(i).ok().flatten().unwrap_or_default()
}
