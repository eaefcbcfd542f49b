//! The statements for MySQL and MariaDB.

use std::{collections::HashSet, time::Duration};

use sqlx::{AssertSqlSafe, Connection as _, MySqlConnection, Row as _};

use super::{Place, Row};

/// Rows in one statement.
const CHUNK: usize = 500;
/// People in one statement that names all their rows: a statement takes 65,535 values.
const PEOPLE: usize = 50;

fn name(place: &Place) -> String {
    if place.schema.is_empty() {
        format!("`{}`", place.table)
    } else {
        format!("`{}`.`{}`", place.schema, place.table)
    }
}

pub(super) async fn prepare(
    conn: &mut MySqlConnection,
    limit: Duration,
) -> Result<(), sqlx::Error> {
    let sql = format!(
        "SET SESSION time_zone = '+00:00', SESSION lock_wait_timeout = 5, \
         SESSION innodb_lock_wait_timeout = {}",
        limit.as_secs().max(1)
    );
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(conn).await.map(drop)
}

pub(super) async fn mark(
    conn: &mut MySqlConnection,
    place: &Place,
) -> Result<Option<String>, sqlx::Error> {
    let row = sqlx::query(
        "SELECT CONVERT(table_comment USING utf8mb4) FROM information_schema.tables
         WHERE table_schema = IF(? = '', DATABASE(), ?) AND table_name = ?",
    )
    .bind(&place.schema)
    .bind(&place.schema)
    .bind(&place.table)
    .fetch_optional(conn)
    .await?;
    row.map(|row| row.try_get(0)).transpose()
}

/// Keys compare byte for byte: two spellings are two identifiers.
pub(super) fn ddl(place: &Place) -> String {
    let table = name(place);
    format!(
        "CREATE TABLE {table} (
    subject VARCHAR(64) NOT NULL,
    identifier_kind VARCHAR(32) NOT NULL,
    identifier VARCHAR(320) NOT NULL,
    purpose VARCHAR(128) NOT NULL,
    state VARCHAR(32) NOT NULL,
    since DATETIME(6) NOT NULL,
    notice VARCHAR(191) NOT NULL,
    expires_at DATETIME(6) NULL,
    updated_at DATETIME(6) NOT NULL,
    PRIMARY KEY (identifier_kind, identifier, purpose),
    KEY (subject)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin COMMENT = '{}';",
        place.mark
    )
}

pub(super) async fn count(conn: &mut MySqlConnection, place: &Place) -> Result<i64, sqlx::Error> {
    let sql = format!("SELECT COUNT(*) FROM {}", name(place));
    sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(conn).await
}

pub(super) async fn write(
    conn: &mut MySqlConnection,
    place: &Place,
    subjects: &[String],
    rows: &[Row],
) -> Result<(), sqlx::Error> {
    let table = name(place);
    let mut tx = conn.begin().await?;
    for part in subjects.chunks(PEOPLE) {
        let mut stale =
            format!("DELETE FROM {table} WHERE subject IN ({})", marks(part.len(), "?"));
        let people: HashSet<&String> = part.iter().collect();
        let mine: Vec<&Row> = rows.iter().filter(|row| people.contains(&row.subject)).collect();
        if !mine.is_empty() {
            stale.push_str(" AND (subject, identifier_kind, identifier, purpose) NOT IN (");
            stale.push_str(&marks(mine.len(), "(?, ?, ?, ?)"));
            stale.push(')');
        }
        let query = part.iter().fold(sqlx::query(AssertSqlSafe(stale)), sqlx::query::Query::bind);
        let query = mine.iter().fold(query, |query, row| {
            query.bind(&row.subject).bind(&row.kind).bind(&row.identifier).bind(&row.purpose)
        });
        query.execute(&mut *tx).await?;
    }
    for part in rows.chunks(CHUNK) {
        let at = "TIMESTAMPADD(MICROSECOND, ?, '1970-01-01 00:00:00')";
        let one = format!("(?, ?, ?, ?, ?, ?, {at}, {at}, UTC_TIMESTAMP(6))");
        let sql = format!(
            "INSERT INTO {table} (subject, identifier_kind, identifier, purpose, state, notice,
                 since, expires_at, updated_at)
             VALUES {} ON DUPLICATE KEY UPDATE
             updated_at = IF(subject = VALUES(subject) AND state = VALUES(state)
                 AND notice = VALUES(notice) AND since = VALUES(since)
                 AND expires_at <=> VALUES(expires_at), updated_at, VALUES(updated_at)),
             subject = VALUES(subject), state = VALUES(state), notice = VALUES(notice),
             since = VALUES(since), expires_at = VALUES(expires_at)",
            marks(part.len(), &one)
        );
        let query = part.iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, row| {
            query
                .bind(&row.subject)
                .bind(&row.kind)
                .bind(&row.identifier)
                .bind(&row.purpose)
                .bind(&row.state)
                .bind(&row.notice)
                .bind(row.since)
                .bind(row.expires_at)
        });
        query.execute(&mut *tx).await?;
    }
    tx.commit().await
}

fn marks(count: usize, one: &str) -> String {
    vec![one; count].join(", ")
}
