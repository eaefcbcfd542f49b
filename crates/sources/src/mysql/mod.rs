//! MySQL and MariaDB, read in read-only transactions over the text protocol.

mod sql;

use std::{
    collections::{BTreeSet, HashMap},
    net::SocketAddr,
    time::Duration,
};

use futures::TryStreamExt;
use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, MySqlConnection, Row,
    mysql::{MySqlConnectOptions, MySqlDatabaseError, MySqlRow, MySqlSslMode},
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
    viewtext::tables_read,
};
use sql::{
    ValueKind, by_number, grants_writing, head, is_integer, kind_of, literal, product, quote,
    seeking, skipping, table_of,
};

/// Seeks a sample of a big table makes.
const SEEKS: u32 = 32;
/// Rows a sample without a number to seek by may skip at a time.
const SKIP: u64 = 50_000;

pub(crate) struct MySql {
    /// `host:port`, for messages.
    host: String,
    /// The database in the address, or "" for all the account sees.
    database: String,
    connect: MySqlConnectOptions,
    /// Checked addresses, dialled in this order.
    addresses: Vec<SocketAddr>,
    /// With full verification the host name is dialled, as in `postgres.rs`.
    by_name: bool,
    connect_timeout: Duration,
    statement_timeout: Duration,
    pool: Pool<MySqlConnection>,
}

impl MySql {
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
        let mut connect = MySqlConnectOptions::new()
            .host(&parts.host)
            .port(parts.port)
            .username(&parts.user)
            .ssl_mode(match tls {
                TlsMode::Disable => MySqlSslMode::Disabled,
                TlsMode::Prefer => MySqlSslMode::Preferred,
                TlsMode::Require => MySqlSslMode::Required,
                TlsMode::VerifyFull => MySqlSslMode::VerifyIdentity,
            })
            .pipes_as_concat(false)
            .no_engine_substitution(false)
            .statement_cache_capacity(0)
            .disable_statement_logging();
        if !parts.database.is_empty() {
            connect = connect.database(&parts.database);
        }
        if let Some(password) = password {
            connect = connect.password(&password.0);
        }
        if let Some(ca) = &options.tls_ca {
            connect = connect.ssl_ca(ca);
        }
        let this = Self {
            host: format!("{}:{}", parts.host, parts.port),
            database: parts.database,
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

    async fn open(&self) -> Result<MySqlConnection, SourceError> {
        let mut last = SourceError::Dns(self.host.clone());
        let targets: Vec<MySqlConnectOptions> = if self.by_name {
            vec![self.connect.clone()]
        } else {
            self.addresses.iter().map(|a| self.connect.clone().host(&a.ip().to_string())).collect()
        };
        for target in targets {
            let dial = MySqlConnection::connect_with(&target);
            match tokio::time::timeout(self.connect_timeout, dial).await {
                Ok(Ok(mut conn)) => {
                    self.prepare(&mut conn).await.map_err(|e| self.error(&e, ""))?;
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

    /// Makes the session read-only and sets its time-outs, which the two servers name differently.
    async fn prepare(&self, conn: &mut MySqlConnection) -> Result<(), sqlx::Error> {
        // An empty mode reads zero dates and truncated values as they are.
        sqlx::raw_sql(
            "SET SESSION TRANSACTION READ ONLY; SET SESSION sql_mode = ''; \
             SET SESSION lock_wait_timeout = 5, SESSION group_concat_max_len = 65536",
        )
        .execute(&mut *conn)
        .await?;
        let row = sqlx::raw_sql("SELECT VERSION()").fetch_one(&mut *conn).await?;
        let limit = if text(&row, 0).contains("MariaDB") {
            format!("SET SESSION max_statement_time = {}", self.statement_timeout.as_secs_f64())
        } else {
            format!("SET SESSION max_execution_time = {}", self.statement_timeout.as_millis())
        };
        // Servers older than MySQL 5.7.8 have no time-out of their own; ours in `read` remains.
        match sqlx::raw_sql(AssertSqlSafe(limit)).execute(conn).await {
            Ok(_) | Err(sqlx::Error::Database(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn lease(&self) -> Result<Lease<'_, MySqlConnection>, SourceError> {
        self.pool.get(async || self.open().await).await
    }

    fn error(&self, error: &sqlx::Error, store: &str) -> SourceError {
        let place = Place { host: &self.host, database: &self.database, store };
        if let sqlx::Error::Database(db) = error
            && let Some(db) = db.try_downcast_ref::<MySqlDatabaseError>()
        {
            return by_number(db.number(), place);
        }
        if let sqlx::Error::Configuration(why) = error
            && why.to_string().contains("RSA")
        {
            let why = "the server wants this account's password over TLS, but offers none";
            return SourceError::Tls { host: self.host.clone(), why: why.to_owned() };
        }
        map_sqlx(error, place, |_, _| None)
    }

    /// The only way statements reach the server once a session is prepared.
    fn read_only(sql: &str) -> String {
        format!("START TRANSACTION READ ONLY; {sql}; ROLLBACK")
    }

    pub async fn rows(&self, sql: &str) -> Result<Vec<MySqlRow>, SourceError> {
        let asking = async {
            let mut conn = self.lease().await?;
            let rows = sqlx::raw_sql(AssertSqlSafe(Self::read_only(sql)))
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
        {
            let mut stream = sqlx::raw_sql(AssertSqlSafe(Self::read_only(sql))).fetch(&mut *conn);
            let mut more = true;
            while let Some(row) = stream.try_next().await.map_err(|e| self.error(&e, &name))? {
                if !more {
                    continue; // beyond the row bound: only the end of the answer is waited for
                }
                for i in 0..store.columns.len() {
                    let value: Option<&[u8]> =
                        row.try_get_unchecked(i).map_err(|e| self.error(&e, &name))?;
                    rows.bytes(i, value);
                }
                more = rows.end_row();
                if rows.was_cut() {
                    break;
                }
            }
        }
        if !rows.was_cut() {
            conn.give_back();
        }
        for (i, column) in store.columns.iter().enumerate() {
            if kind_of(&column.data_type) == ValueKind::Binary {
                rows.mark_binary(i);
            }
        }
        Ok(rows)
    }

    /// Every column the account may read, when it may not read all.
    async fn readable(&self, store: &StoreInfo) -> Result<BTreeSet<String>, SourceError> {
        let sql = format!(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = {} \
             AND table_name = {} AND privileges LIKE '%select%'",
            if store.schema.is_empty() { "DATABASE()".to_owned() } else { literal(&store.schema) },
            literal(&store.name)
        );
        Ok(self.rows(&sql).await?.iter().map(|row| text(row, 0)).collect())
    }

    /// The statement that reads rows from all over a big table, if there is a way.
    async fn spread(
        &self,
        store: &StoreInfo,
        limits: &Limits,
    ) -> Result<Option<String>, SourceError> {
        let estimate = store.rows_estimate.unwrap_or(0);
        if store.kind != StoreKind::Table || estimate <= u64::from(limits.rows) * 4 {
            return Ok(None);
        }
        let mut key = store.columns.iter().filter(|c| c.primary_key);
        let (Some(key), None) = (key.next(), key.next()) else {
            return Ok(Some(skipping(store, limits, estimate)));
        };
        if !is_integer(&key.data_type) {
            return Ok(Some(skipping(store, limits, estimate)));
        }
        let (column, table) = (quote(&key.name), table_of(store));
        let sql = format!("SELECT MIN({column}), MAX({column}) FROM {table}");
        let rows = self.rows(&sql).await?;
        let number = |i| rows.first().and_then(|row| text(row, i).parse::<i128>().ok());
        Ok(match (number(0), number(1)) {
            (Some(low), Some(high)) if high > low => Some(seeking(store, limits, low, high)),
            _ => None,
        })
    }
}

#[async_trait::async_trait]
impl Source for MySql {
    async fn test(&self) -> Result<ServerInfo, SourceError> {
        let lost = || SourceError::Lost(self.host.clone());
        let rows = self
            .rows(&format!(
                "SELECT VERSION(), COUNT(*) FROM information_schema.tables WHERE {}",
                self.user_schema("table_schema")
            ))
            .await?;
        let row = rows.first().ok_or_else(lost)?;
        let stores: u64 = text(row, 1).parse().unwrap_or(0);
        let cipher = self.rows("SHOW SESSION STATUS LIKE 'Ssl_cipher'").await?;
        let encrypted = cipher.first().is_some_and(|row| !text(row, 1).is_empty());
        let grants = self.rows("SHOW GRANTS").await.unwrap_or_default();
        let mut advice = Vec::new();
        if grants.iter().any(|row| grants_writing(&text(row, 0))) {
            advice.push("account_can_write".to_owned());
        }
        if !encrypted && !self.addresses.iter().all(|a| a.ip().is_loopback()) {
            advice.push("not_encrypted".to_owned());
        }
        if stores == 0 {
            advice.push("no_stores".to_owned());
        }
        Ok(ServerInfo { product: product(&text(row, 0)), encrypted, stores: Some(stores), advice })
    }

    async fn introspect(&self, filter: &StoreFilter) -> Result<Catalog, SourceError> {
        let matcher = Matcher::new(filter)?;
        let mut stores: Vec<StoreInfo> = Vec::new();
        let mut index: HashMap<(String, String), usize> = HashMap::new();
        let tables = format!(
            "SELECT table_schema, table_name, table_type, table_rows, \
             CASE WHEN table_type = 'VIEW' THEN '' ELSE table_comment END \
             FROM information_schema.tables WHERE {} ORDER BY table_schema, table_name",
            self.user_schema("table_schema")
        );
        for row in self.rows(&tables).await? {
            index.insert((text(&row, 0), text(&row, 1)), stores.len());
            stores.push(self.relation(&row));
        }
        let columns = format!(
            "SELECT table_schema, table_name, column_name, column_type, is_nullable, column_key, column_comment \
             FROM information_schema.columns WHERE {} ORDER BY table_schema, table_name, ordinal_position",
            self.user_schema("table_schema")
        );
        for row in self.rows(&columns).await? {
            let place = index.get(&(text(&row, 0), text(&row, 1)));
            let Some(store) = place.and_then(|i| stores.get_mut(*i)) else { continue };
            let position = u32::try_from(store.columns.len()).unwrap_or(0) + 1;
            store.columns.push(ColumnInfo {
                name: text(&row, 2),
                position,
                data_type: text(&row, 3),
                nullable: text(&row, 4) == "YES",
                primary_key: text(&row, 5) == "PRI",
                comment: text(&row, 6),
            });
        }
        let views = format!(
            "SELECT table_schema, table_name, view_definition FROM information_schema.views WHERE {}",
            self.user_schema("table_schema")
        );
        for row in self.rows(&views).await? {
            let (schema, name) = (text(&row, 0), text(&row, 1));
            let reads = tables_read(&text(&row, 2))
                .into_iter()
                .map(|(s, n)| if s.is_empty() { (schema.clone(), n) } else { (s, n) })
                .filter_map(|key| index.get(&key).map(|i| stores[*i].display_name()))
                .collect();
            if let Some(i) = index.get(&(schema, name)) {
                stores[*i].reads_from = reads;
            }
        }
        let mut links = self.links().await?;
        stores.retain(|s| matcher.matches(s, &self.database));
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

    async fn sample(&self, store: &StoreInfo, limits: &Limits) -> Result<Sample, SourceError> {
        if store.columns.is_empty() || limits.rows == 0 {
            return Ok(Collector::new(store.columns.len(), limits).finish());
        }
        let spread = match self.spread(store, limits).await {
            Ok(Some(sql)) => self.read(store, &sql, limits).await.ok(),
            // Reading the key may be what is denied; the plain statement below says so.
            Ok(None) | Err(SourceError::Denied(_) | SourceError::Vanished(_)) => None,
            Err(error) => return Err(error),
        };
        if let Some(rows) = spread
            && (rows.rows() * 2 >= u64::from(limits.rows) || rows.was_cut())
        {
            return Ok(rows.finish());
        }
        match self.read(store, &head(store, limits, |_| true), limits).await {
            Err(SourceError::Denied(name)) => {
                let readable = self.readable(store).await?;
                if readable.is_empty() || readable.len() == store.columns.len() {
                    return Err(SourceError::Denied(name));
                }
                let sql = head(store, limits, |column| readable.contains(column));
                Ok(self.read(store, &sql, limits).await?.finish())
            }
            other => Ok(other?.finish()),
        }
    }
}

impl MySql {
    /// The connected database, or every one that is not the server's own.
    fn user_schema(&self, column: &str) -> String {
        if self.database.is_empty() {
            format!("{column} NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys')")
        } else {
            format!("{column} = DATABASE()")
        }
    }

    /// "" for the connected database.
    fn shown(&self, schema: String) -> String {
        if schema.eq_ignore_ascii_case(&self.database) { String::new() } else { schema }
    }

    fn display(&self, schema: String, name: String) -> String {
        let schema = self.shown(schema);
        if schema.is_empty() { name } else { format!("{schema}.{name}") }
    }

    fn relation(&self, row: &MySqlRow) -> StoreInfo {
        let view = text(row, 2).contains("VIEW");
        StoreInfo {
            schema: self.shown(text(row, 0)),
            name: text(row, 1),
            kind: if view { StoreKind::View } else { StoreKind::Table },
            comment: text(row, 4),
            columns: Vec::new(),
            rows_estimate: if view { None } else { text(row, 3).parse().ok() },
            reads_from: Vec::new(),
        }
    }

    async fn links(&self) -> Result<Vec<ForeignKey>, SourceError> {
        let sql = format!(
            "SELECT table_schema, table_name, constraint_name, column_name, \
             referenced_table_schema, referenced_table_name, referenced_column_name \
             FROM information_schema.key_column_usage \
             WHERE referenced_table_name IS NOT NULL AND {} \
             ORDER BY table_schema, table_name, constraint_name, ordinal_position",
            self.user_schema("table_schema")
        );
        let mut links: Vec<ForeignKey> = Vec::new();
        let mut last = (String::new(), String::new());
        for row in self.rows(&sql).await? {
            let from = self.display(text(&row, 0), text(&row, 1));
            let this = (from.clone(), text(&row, 2));
            if this != last {
                last = this;
                links.push(ForeignKey {
                    from_store: from,
                    from_columns: vec![],
                    to_store: self.display(text(&row, 4), text(&row, 5)),
                    to_columns: vec![],
                });
            }
            if let Some(link) = links.last_mut() {
                link.from_columns.push(text(&row, 3));
                link.to_columns.push(text(&row, 6));
            }
        }
        Ok(links)
    }
}

/// The text protocol sends everything as text.
fn text(row: &MySqlRow, i: usize) -> String {
    let bytes: Option<&[u8]> = row.try_get_unchecked(i).unwrap_or_default();
    String::from_utf8_lossy(bytes.unwrap_or_default()).into_owned()
}
