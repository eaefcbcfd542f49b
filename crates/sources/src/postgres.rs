//! PostgreSQL, read in read-only transactions over the simple protocol: one round trip a store.

use std::{
    collections::{BTreeSet, HashMap},
    net::SocketAddr,
    time::Duration,
};

use futures::TryStreamExt;
use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, PgConnection, Row, ValueRef,
    postgres::{PgConnectOptions, PgRow, PgSslMode},
};

use crate::{
    Source,
    error::{Place, SourceError, map_sqlx},
    filter::Matcher,
    guard,
    lease::{Lease, Pool, patience, within},
    model::{
        Address, Catalog, ColumnInfo, ForeignKey, Limits, Options, Sample, Secret, ServerInfo,
        StoreFilter, StoreInfo, StoreKind, TlsMode,
    },
    rows::Collector,
};

/// Where a schema is ours to look at.
const USER_SCHEMA: &str = "n.nspname NOT IN ('pg_catalog', 'information_schema') \
    AND n.nspname NOT LIKE 'pg\\_toast%' AND n.nspname NOT LIKE 'pg\\_temp\\_%'";

pub(crate) struct Postgres {
    /// `host:port`, for messages.
    host: String,
    database: String,
    connect: PgConnectOptions,
    /// Checked addresses, dialled in this order.
    addresses: Vec<SocketAddr>,
    /// With full verification the host name is dialled, see [`Postgres::open`].
    by_name: bool,
    connect_timeout: Duration,
    statement_timeout: Duration,
    pool: Pool<PgConnection>,
}

impl Postgres {
    pub async fn connect(
        address: &Address,
        password: Option<&Secret>,
        options: &Options,
    ) -> Result<Self, SourceError> {
        let parts = address.net_parts()?;
        let tls = parts.tls.unwrap_or(options.tls);
        let addresses =
            guard::resolve(&options.guard, &parts.host, parts.port, options.connect_timeout)
                .await?;
        let database =
            if parts.database.is_empty() { parts.user.clone() } else { parts.database.clone() };
        let mut connect = PgConnectOptions::new_without_pgpass()
            .host(&parts.host)
            .port(parts.port)
            .username(&parts.user)
            .database(&database)
            .application_name("privet")
            .ssl_mode(match tls {
                TlsMode::Disable => PgSslMode::Disable,
                TlsMode::Prefer => PgSslMode::Prefer,
                TlsMode::Require => PgSslMode::Require,
                TlsMode::VerifyFull => PgSslMode::VerifyFull,
            })
            .statement_cache_capacity(0)
            .disable_statement_logging();
        // Always set: else the driver would send this process's PGPASSWORD to whatever server a
        // person names.
        connect = connect.password(password.map_or("", |secret| &secret.0));
        if let Some(ca) = &options.tls_ca {
            connect = connect.ssl_root_cert(ca);
        }
        let this = Self {
            host: format!("{}:{}", parts.host, parts.port),
            database,
            connect,
            addresses,
            by_name: tls == TlsMode::VerifyFull,
            connect_timeout: options.connect_timeout,
            statement_timeout: options.statement_timeout,
            pool: Pool::new(options.max_connections),
        };
        let conn = this.open().await?;
        this.pool.put(conn);
        Ok(this)
    }

    /// Dials the addresses the guard has checked, not the name: resolving again could lead
    /// elsewhere. With full verification the driver needs the name; a server reached by a rebound
    /// name then has to show a certificate for it before anything of ours is sent.
    async fn open(&self) -> Result<PgConnection, SourceError> {
        let mut last = SourceError::Dns(self.host.clone());
        let targets: Vec<PgConnectOptions> = if self.by_name {
            vec![self.connect.clone()]
        } else {
            self.addresses.iter().map(|a| self.connect.clone().host(&a.ip().to_string())).collect()
        };
        for target in targets {
            let dial = PgConnection::connect_with(&target);
            match tokio::time::timeout(self.connect_timeout, dial).await {
                Ok(Ok(mut conn)) => {
                    let session = format!(
                        "SET default_transaction_read_only = on; SET statement_timeout = {}; SET lock_timeout = 5000",
                        self.statement_timeout.as_millis()
                    );
                    sqlx::raw_sql(AssertSqlSafe(session))
                        .execute(&mut conn)
                        .await
                        .map_err(|e| self.error(&e, ""))?;
                    return Ok(conn);
                }
                Ok(Err(error)) => last = self.error(&error, ""),
                Err(_) => last = SourceError::Timeout(self.host.clone()),
            }
            if matches!(last, SourceError::Password(_) | SourceError::NoDatabase(_)) {
                break;
            }
        }
        Err(last)
    }

    async fn lease(&self) -> Result<Lease<'_, PgConnection>, SourceError> {
        self.pool.get(async || self.open().await).await
    }

    fn error(&self, error: &sqlx::Error, store: &str) -> SourceError {
        map_sqlx(error, Place { host: &self.host, database: &self.database, store }, by_code)
    }

    /// The only way statements reach the server: inside a read-only transaction that is rolled back.
    fn read_only(&self, sql: &str) -> String {
        format!(
            "BEGIN READ ONLY; SET LOCAL statement_timeout = {}; {sql}; ROLLBACK",
            self.statement_timeout.as_millis()
        )
    }

    pub async fn rows(&self, sql: &str) -> Result<Vec<PgRow>, SourceError> {
        let asking = async {
            let mut conn = self.lease().await?;
            let rows = sqlx::raw_sql(AssertSqlSafe(self.read_only(sql)))
                .fetch_all(&mut *conn)
                .await
                .map_err(|e| self.error(&e, ""))?;
            conn.give_back();
            Ok(rows)
        };
        let late = || SourceError::Timeout(self.host.clone());
        within(patience(self.statement_timeout), asking, late).await
    }

    /// Rows of a statement about the catalogue, as text.
    pub async fn words(&self, sql: &str) -> Result<Vec<Vec<String>>, SourceError> {
        let rows = self.rows(sql).await?;
        Ok(rows.iter().map(|row| (0..row.len()).map(|i| text(row, i)).collect()).collect())
    }

    /// One statement of a sample.
    async fn read(
        &self,
        store: &StoreInfo,
        sql: &str,
        limits: &Limits,
    ) -> Result<Collector, SourceError> {
        let late = || SourceError::Slow(store.display_name());
        within(patience(self.statement_timeout), self.read_rows(store, sql, limits), late).await
    }

    async fn read_rows(
        &self,
        store: &StoreInfo,
        sql: &str,
        limits: &Limits,
    ) -> Result<Collector, SourceError> {
        let name = store.display_name();
        let mut rows = Collector::new(store.columns.len(), limits);
        let mut conn = self.lease().await?;
        let mut complete = true;
        {
            let mut stream = sqlx::raw_sql(AssertSqlSafe(self.read_only(sql))).fetch(&mut *conn);
            while let Some(row) = stream.try_next().await.map_err(|e| self.error(&e, &name))? {
                for i in 0..store.columns.len() {
                    let raw = row.try_get_raw(i).map_err(|e| self.error(&e, &name))?;
                    rows.bytes(i, if raw.is_null() { None } else { raw.as_bytes().ok() });
                }
                if !rows.end_row() {
                    // At the row bound only the end of the answer is left; at the byte bound the
                    // rest must not be read, so the connection is given up.
                    complete = !rows.was_cut();
                    if rows.was_cut() {
                        break;
                    }
                }
            }
        }
        if complete {
            conn.give_back();
        }
        for (i, column) in store.columns.iter().enumerate() {
            if is_binary(&column.data_type) {
                rows.mark_binary(i);
            }
        }
        Ok(rows)
    }

    /// The names of the columns this account may read, when it may not read all of them.
    async fn readable(&self, store: &StoreInfo) -> Result<BTreeSet<String>, SourceError> {
        let rows = self
            .rows(&format!(
                "SELECT a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid \
                 JOIN pg_namespace n ON n.oid = c.relnamespace \
                 WHERE n.nspname = {} AND c.relname = {} AND a.attnum > 0 AND NOT a.attisdropped \
                 AND has_column_privilege(c.oid, a.attnum, 'SELECT') \
                 AND has_schema_privilege(n.oid, 'USAGE')",
                literal(schema_of(store)),
                literal(&store.name)
            ))
            .await?;
        Ok(rows.iter().map(|row| text(row, 0)).collect())
    }
}

#[async_trait::async_trait]
impl Source for Postgres {
    async fn test(&self) -> Result<ServerInfo, SourceError> {
        let rows = self
            .rows(&format!(
                "SELECT current_setting('server_version'), \
                 coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false)::int, \
                 count(*), coalesce(bool_or(has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')), false)::int \
                 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
                 WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition AND {USER_SCHEMA}"
            ))
            .await?;
        let Some(row) = rows.first() else {
            return Err(SourceError::Lost(self.host.clone()));
        };
        let version = text(row, 0);
        let encrypted = int(row, 1) == 1;
        let stores = int(row, 2).unsigned_abs();
        let mut advice = Vec::new();
        if int(row, 3) == 1 {
            advice.push("account_can_write".to_owned());
        }
        if !encrypted && !self.addresses.iter().all(|a| a.ip().is_loopback()) {
            advice.push("not_encrypted".to_owned());
        }
        if stores == 0 {
            advice.push("no_stores".to_owned());
        }
        let version = version.split_whitespace().next().unwrap_or_default();
        Ok(ServerInfo {
            product: format!("PostgreSQL {version}"),
            encrypted,
            stores: Some(stores),
            advice,
        })
    }

    async fn introspect(&self, filter: &StoreFilter) -> Result<Catalog, SourceError> {
        let matcher = Matcher::new(filter)?;
        let mut stores: Vec<StoreInfo> = Vec::new();
        let mut by_oid: HashMap<String, usize> = HashMap::new();
        for row in self.rows(&relations_sql()).await? {
            by_oid.insert(text(&row, 0), stores.len());
            stores.push(relation(&row));
        }
        for row in self.rows(&columns_sql()).await? {
            let Some(store) = by_oid.get(&text(&row, 0)).and_then(|i| stores.get_mut(*i)) else {
                continue;
            };
            let position = u32::try_from(store.columns.len()).unwrap_or(0) + 1;
            store.columns.push(ColumnInfo {
                name: text(&row, 1),
                position,
                data_type: text(&row, 2),
                nullable: int(&row, 3) == 0,
                primary_key: int(&row, 4) == 1,
                comment: text(&row, 5),
            });
        }
        let name_of = |oid: &str| by_oid.get(oid).map(|i| stores[*i].display_name());
        let mut reads: HashMap<usize, Vec<String>> = HashMap::new();
        for row in self.rows(&view_sql()).await? {
            if let (Some(view), Some(table)) = (by_oid.get(&text(&row, 0)), name_of(&text(&row, 1)))
            {
                reads.entry(*view).or_default().push(table);
            }
        }
        let mut links: Vec<ForeignKey> = Vec::new();
        let mut last = String::new();
        for row in self.rows(&links_sql()).await? {
            let (Some(from), Some(to)) = (name_of(&text(&row, 1)), name_of(&text(&row, 2))) else {
                continue;
            };
            if text(&row, 0) != last {
                last = text(&row, 0);
                links.push(ForeignKey {
                    from_store: from,
                    from_columns: vec![],
                    to_store: to,
                    to_columns: vec![],
                });
            }
            if let Some(link) = links.last_mut() {
                link.from_columns.push(text(&row, 3));
                link.to_columns.push(text(&row, 4));
            }
        }
        for (view, tables) in reads {
            stores[view].reads_from = tables;
        }
        stores.retain(|s| matcher.matches(s, "public"));
        let kept: BTreeSet<String> = stores.iter().map(StoreInfo::display_name).collect();
        links.retain(|l| kept.contains(&l.from_store));
        Ok(Catalog { stores, links, problems: vec![] })
    }

    async fn access(&self) -> Result<Option<crate::Access>, SourceError> {
        self.read_access().await.map(Some)
    }

    async fn usage(&self) -> Result<Option<crate::Usage>, SourceError> {
        self.read_usage().await
    }

    fn statement(&self, store: &StoreInfo, limits: &Limits) -> Option<String> {
        let how = percentage(store, limits).map(spread).unwrap_or_default();
        Some(select(store, limits, &how, |_| true))
    }

    async fn sample(&self, store: &StoreInfo, limits: &Limits) -> Result<Sample, SourceError> {
        if store.columns.is_empty() || limits.rows == 0 {
            return Ok(Collector::new(store.columns.len(), limits).finish());
        }
        let all = |_: &str| true;
        if let Some(percent) = percentage(store, limits) {
            let how = spread(percent);
            // Foreign tables cannot be sampled, and a stale estimate can give too few rows: then
            // the head of the table is better than nothing.
            match self.read(store, &select(store, limits, &how, all), limits).await {
                Ok(rows) if rows.rows() * 2 >= u64::from(limits.rows) || rows.was_cut() => {
                    return Ok(rows.finish());
                }
                Ok(_) | Err(SourceError::Other { .. } | SourceError::Denied(_)) => {}
                Err(error) => return Err(error),
            }
        }
        match self.read(store, &select(store, limits, "", all), limits).await {
            Err(SourceError::Denied(name)) => {
                let readable = self.readable(store).await?;
                if readable.is_empty() {
                    return Err(SourceError::Denied(name));
                }
                let sql = select(store, limits, "", |column| readable.contains(column));
                Ok(self.read(store, &sql, limits).await?.finish())
            }
            other => Ok(other?.finish()),
        }
    }
}

/// Share of a big table's pages to read, in percent: twice what is needed, as pages differ.
fn percentage(store: &StoreInfo, limits: &Limits) -> Option<f64> {
    let estimate = store.rows_estimate.filter(|_| store.kind == StoreKind::Table)? as f64;
    let wanted = f64::from(limits.rows);
    (estimate > wanted * 8.0).then(|| (wanted * 200.0 / estimate).clamp(0.000_001, 100.0))
}

/// Pages come in file order and their number varies, so more than needed are read and LIMIT keeps
/// rows from all of them: by a hash of their place, the same every time.
fn spread(percent: f64) -> String {
    format!(
        "TABLESAMPLE SYSTEM ({percent}) REPEATABLE (7) ORDER BY pg_catalog.hashtext(ctid::text)"
    )
}

fn select(
    store: &StoreInfo,
    limits: &Limits,
    how: &str,
    readable: impl Fn(&str) -> bool,
) -> String {
    let columns: Vec<String> = store
        .columns
        .iter()
        .map(|c| {
            if is_binary(&c.data_type) || !readable(&c.name) {
                "NULL::text".to_owned()
            } else {
                format!("pg_catalog.left({}::text,{})", quote(&c.name), limits.value_bytes)
            }
        })
        .collect();
    format!(
        "SELECT {} FROM {}.{} {how} LIMIT {}",
        columns.join(","),
        quote(schema_of(store)),
        quote(&store.name),
        limits.rows
    )
}

fn is_binary(data_type: &str) -> bool {
    matches!(data_type, "bytea" | "bytea[]")
}

fn schema_of(store: &StoreInfo) -> &str {
    if store.schema.is_empty() { "public" } else { &store.schema }
}

fn relations_sql() -> String {
    format!(
        "SELECT c.oid, n.nspname, c.relname, c.relkind, \
         CASE WHEN c.relkind = 'p' THEN \
             (SELECT sum(greatest(k.reltuples, 0))::bigint FROM pg_inherits i JOIN pg_class k ON k.oid = i.inhrelid WHERE i.inhparent = c.oid) \
         WHEN c.relkind IN ('v', 'f') THEN nullif(c.reltuples::bigint, 0) \
         WHEN c.reltuples < 0 OR c.relpages = 0 THEN pg_relation_size(c.oid) / 100 \
         ELSE c.reltuples::bigint END, \
         coalesce(obj_description(c.oid, 'pg_class'), '') \
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition AND {USER_SCHEMA} \
         ORDER BY n.nspname, c.relname"
    )
}

fn columns_sql() -> String {
    format!(
        "SELECT a.attrelid, a.attname, \
         CASE WHEN t.typtype = 'd' AND t.typbasetype = 'bytea'::regtype THEN 'bytea' \
              ELSE format_type(a.atttypid, a.atttypmod) END, \
         (a.attnotnull OR (t.typtype = 'd' AND t.typnotnull))::int, \
         coalesce(a.attnum = ANY (k.conkey), false)::int, \
         coalesce(col_description(a.attrelid, a.attnum), '') \
         FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid \
         JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_type t ON t.oid = a.atttypid \
         LEFT JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'p' \
         WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition AND {USER_SCHEMA} \
         AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attrelid, a.attnum"
    )
}

/// A view depends, through its rewrite rule, on what it reads.
fn view_sql() -> String {
    format!(
        "SELECT DISTINCT r.ev_class, d.refobjid FROM pg_rewrite r \
         JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass \
         JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE c.relkind IN ('v', 'm') AND d.refobjid <> r.ev_class AND {USER_SCHEMA} ORDER BY 1, 2"
    )
}

fn links_sql() -> String {
    format!(
        "SELECT k.oid, k.conrelid, k.confrelid, f.attname, t.attname \
         FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
         CROSS JOIN LATERAL unnest(k.conkey, k.confkey) WITH ORDINALITY u(a, b, i) \
         JOIN pg_attribute f ON f.attrelid = k.conrelid AND f.attnum = u.a \
         JOIN pg_attribute t ON t.attrelid = k.confrelid AND t.attnum = u.b \
         WHERE k.contype = 'f' AND {USER_SCHEMA} ORDER BY k.oid, u.i"
    )
}

fn relation(row: &PgRow) -> StoreInfo {
    let schema = text(row, 1);
    StoreInfo {
        schema: if schema == "public" { String::new() } else { schema },
        name: text(row, 2),
        kind: match text(row, 3).as_str() {
            "v" | "m" => StoreKind::View,
            _ => StoreKind::Table,
        },
        comment: text(row, 5),
        columns: Vec::new(),
        rows_estimate: text(row, 4).parse().ok(),
        reads_from: Vec::new(),
    }
}

/// SQLSTATE, PostgreSQL manual appendix A.
fn by_code(code: &str, place: Place<'_>) -> Option<SourceError> {
    let subject = place.subject();
    Some(match code {
        "28P01" | "28000" => SourceError::Password(place.host.to_owned()),
        "3D000" => SourceError::NoDatabase(place.database.to_owned()),
        "42501" if place.store.is_empty() => SourceError::Denied(place.database.to_owned()),
        "42501" => SourceError::Denied(subject),
        "42P01" | "42703" | "3F000" | "40001" => SourceError::Vanished(subject),
        "57014" => SourceError::Slow(subject),
        "55P03" => SourceError::Busy(subject),
        "53300" => SourceError::Full(place.host.to_owned()),
        "57P01" | "57P02" | "57P03" => SourceError::Lost(place.host.to_owned()),
        _ => return None,
    })
}

fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A string constant that means the same whatever `standard_conforming_strings` says.
fn literal(text: &str) -> String {
    format!("E'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

/// The text protocol sends everything as text.
fn text(row: &PgRow, i: usize) -> String {
    match row.try_get_raw(i) {
        Ok(raw) if !raw.is_null() => {
            String::from_utf8_lossy(raw.as_bytes().unwrap_or_default()).into_owned()
        }
        _ => String::new(),
    }
}

fn int(row: &PgRow, i: usize) -> i64 {
    text(row, i).parse().unwrap_or_default()
}
