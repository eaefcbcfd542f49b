//! The connection to a company's database that may write: apart from the sources' connections, which
//! only read, with an address and account given for this.

use std::{path::Path, time::Duration};

use sources::{Address, SourceKind, TlsMode};
use sqlx::{
    ConnectOptions as _, Connection as _, MySqlConnection, PgConnection,
    mysql::{MySqlConnectOptions, MySqlSslMode},
    postgres::{PgConnectOptions, PgSslMode},
};

use super::{Place, Row, mysql, postgres};
use crate::{Fault, Reach, reach::CONNECT};

/// An open connection.
pub(crate) enum Target {
    Postgres(PgConnection),
    MySql(MySqlConnection),
}

/// Connects to the first checked address that answers.
pub(crate) async fn open(
    address: &str,
    password: Option<&str>,
    ca: &str,
    reach: &Reach,
    statement: Duration,
) -> Result<Target, Fault> {
    let (address, _) = Address::parse(address).map_err(|_| Fault::new("other"))?;
    let parts = address.net_parts().map_err(|_| Fault::new("other"))?;
    let found =
        reach.addresses(&parts.host, parts.port).await.map_err(|error| Fault::from(&error))?;
    let tls = parts.tls.unwrap_or(TlsMode::Prefer);
    // With full verification the driver needs the name; a rebound one has no certificate for it.
    let hosts: Vec<String> = if tls == TlsMode::VerifyFull {
        vec![parts.host.clone()]
    } else {
        found.iter().map(|address| address.ip().to_string()).collect()
    };
    let ca = (!ca.is_empty()).then(|| Path::new(ca));
    let mut last = Fault::new("dns");
    for host in hosts {
        let dial = async {
            Ok(if address.kind == SourceKind::Mysql {
                let options = mysql_options(&parts, &host, password, tls, ca);
                let mut conn = MySqlConnection::connect_with(&options).await?;
                mysql::prepare(&mut conn, statement).await?;
                Target::MySql(conn)
            } else {
                let options = postgres_options(&parts, &host, password, tls, ca);
                let mut conn = PgConnection::connect_with(&options).await?;
                postgres::prepare(&mut conn, statement).await?;
                Target::Postgres(conn)
            })
        };
        match tokio::time::timeout(CONNECT, dial).await {
            Ok(Ok(target)) => return Ok(target),
            Ok(Err(error)) => last = fault_of(&error),
            Err(_) => last = Fault::new("timeout"),
        }
    }
    Err(last)
}

fn postgres_options(
    parts: &sources::NetParts,
    host: &str,
    password: Option<&str>,
    tls: TlsMode,
    ca: Option<&Path>,
) -> PgConnectOptions {
    let mut options = PgConnectOptions::new_without_pgpass()
        .host(host)
        .port(parts.port)
        .username(&parts.user)
        .database(&parts.database)
        // Always set: else the driver would send this process's PGPASSWORD to any server.
        .password(password.unwrap_or_default())
        .application_name("privet")
        .ssl_mode(match tls {
            TlsMode::Disable => PgSslMode::Disable,
            TlsMode::Prefer => PgSslMode::Prefer,
            TlsMode::Require => PgSslMode::Require,
            TlsMode::VerifyFull => PgSslMode::VerifyFull,
        })
        .disable_statement_logging();
    if let Some(ca) = ca {
        options = options.ssl_root_cert(ca);
    }
    options
}

fn mysql_options(
    parts: &sources::NetParts,
    host: &str,
    password: Option<&str>,
    tls: TlsMode,
    ca: Option<&Path>,
) -> MySqlConnectOptions {
    let mut options = MySqlConnectOptions::new()
        .host(host)
        .port(parts.port)
        .username(&parts.user)
        .database(&parts.database)
        .charset("utf8mb4")
        .ssl_mode(match tls {
            TlsMode::Disable => MySqlSslMode::Disabled,
            TlsMode::Prefer => MySqlSslMode::Preferred,
            TlsMode::Require => MySqlSslMode::Required,
            TlsMode::VerifyFull => MySqlSslMode::VerifyIdentity,
        })
        .disable_statement_logging();
    if let Some(password) = password {
        options = options.password(password);
    }
    if let Some(ca) = ca {
        options = options.ssl_ca(ca);
    }
    options
}

impl Target {
    /// The comment of the table of that name; `None` when there is no such table.
    pub async fn mark(&mut self, place: &Place) -> Result<Option<String>, Fault> {
        match self {
            Self::Postgres(conn) => postgres::mark(conn, place).await,
            Self::MySql(conn) => mysql::mark(conn, place).await,
        }
        .map_err(|error| fault_of(&error))
    }

    /// The statements that make the table.
    pub fn ddl(&self, place: &Place) -> String {
        match self {
            Self::Postgres(_) => postgres::ddl(place),
            Self::MySql(_) => mysql::ddl(place),
        }
    }

    /// Makes the table.
    pub async fn make(&mut self, place: &Place) -> Result<(), Fault> {
        let sql = sqlx::AssertSqlSafe(self.ddl(place));
        match self {
            Self::Postgres(conn) => sqlx::raw_sql(sql).execute(conn).await.map(drop),
            Self::MySql(conn) => sqlx::raw_sql(sql).execute(conn).await.map(drop),
        }
        .map_err(|error| fault_of(&error))
    }

    /// Rows in the table.
    pub async fn count(&mut self, place: &Place) -> Result<i64, Fault> {
        match self {
            Self::Postgres(conn) => postgres::count(conn, place).await,
            Self::MySql(conn) => mysql::count(conn, place).await,
        }
        .map_err(|error| fault_of(&error))
    }

    /// Makes the rows of these subjects what `rows` say, in one transaction.
    pub async fn write(
        &mut self,
        place: &Place,
        subjects: &[String],
        rows: &[Row],
    ) -> Result<(), Fault> {
        match self {
            Self::Postgres(conn) => postgres::write(conn, place, subjects, rows).await,
            Self::MySql(conn) => mysql::write(conn, place, subjects, rows).await,
        }
        .map_err(|error| fault_of(&error))
    }
}

/// The code of a driver's error; its text may quote a row.
pub(crate) fn fault_of(error: &sqlx::Error) -> Fault {
    let code = match error {
        sqlx::Error::Database(found) => {
            let code = found.code().unwrap_or_default().into_owned();
            match code.as_str() {
                "28P01" | "28000" => "login",
                "42501" | "42000" => "denied",
                "3D000" | "3F000" | "42P01" | "42S02" => "missing",
                "57014" | "55P03" => "timeout",
                other if other.starts_with("08") || other.starts_with("57") => "lost",
                _ => "other",
            }
        }
        sqlx::Error::Io(io) if io.kind() == std::io::ErrorKind::ConnectionRefused => "refused",
        sqlx::Error::Io(_) => "lost",
        sqlx::Error::Tls(_) => "tls",
        _ => "other",
    };
    Fault::new(code)
}
