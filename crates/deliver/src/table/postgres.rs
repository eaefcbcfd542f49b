//! The statements for PostgreSQL.

use std::time::Duration;

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use super::{Place, Row};

/// The table's quoted name. Names are checked to be plain words, so no quote can stand in them.
pub(crate) fn name(place: &Place) -> String {
    if place.schema.is_empty() {
        format!("\"{}\"", place.table)
    } else {
        format!("\"{}\".\"{}\"", place.schema, place.table)
    }
}

pub(super) async fn prepare(conn: &mut PgConnection, limit: Duration) -> Result<(), sqlx::Error> {
    let sql = format!(
        "SET statement_timeout = {}; SET lock_timeout = 5000; SET client_min_messages = warning",
        limit.as_millis()
    );
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(conn).await.map(drop)
}

pub(super) async fn mark(
    conn: &mut PgConnection,
    place: &Place,
) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT coalesce(obj_description(c.oid, 'pg_class'), '') FROM pg_class c
         JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE c.relname = $2 AND n.nspname = CASE WHEN $1 = '' THEN current_schema() ELSE $1 END",
    )
    .bind(&place.schema)
    .bind(&place.table)
    .fetch_optional(conn)
    .await
}

pub(super) fn ddl(place: &Place) -> String {
    let table = name(place);
    let schema = if place.schema.is_empty() {
        String::new()
    } else {
        format!("CREATE SCHEMA IF NOT EXISTS \"{}\";\n", place.schema)
    };
    format!(
        "{schema}CREATE TABLE {table} (
    subject text NOT NULL,
    identifier_kind text NOT NULL,
    identifier text NOT NULL,
    purpose text NOT NULL,
    state text NOT NULL,
    since timestamptz NOT NULL,
    notice text NOT NULL,
    expires_at timestamptz,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (identifier_kind, identifier, purpose)
);
CREATE INDEX ON {table} (subject);
CREATE INDEX ON {table} (purpose, identifier_kind, identifier) WHERE state = 'granted';
COMMENT ON TABLE {table} IS '{}';",
        place.mark
    )
}

pub(super) async fn count(conn: &mut PgConnection, place: &Place) -> Result<i64, sqlx::Error> {
    let sql = format!("SELECT count(*) FROM {}", name(place));
    sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(conn).await
}

/// The rows as a set: arrays bound once, whatever their number.
const NEW: &str = "unnest($2::text[], $3::text[], $4::text[], $5::text[]) AS n(subject, kind, identifier, purpose)";

pub(super) async fn write(
    conn: &mut PgConnection,
    place: &Place,
    subjects: &[String],
    rows: &[Row],
) -> Result<(), sqlx::Error> {
    let table = name(place);
    let column = |of: fn(&Row) -> &String| -> Vec<String> {
        rows.iter().map(|row| of(row).clone()).collect()
    };
    let keys: [Vec<String>; 4] = [
        column(|row| &row.subject),
        column(|row| &row.kind),
        column(|row| &row.identifier),
        column(|row| &row.purpose),
    ];
    let mut tx = conn.begin().await?;
    let stale = format!(
        "DELETE FROM {table} t WHERE t.subject = ANY($1) AND NOT EXISTS (SELECT 1 FROM {NEW}
           WHERE n.subject = t.subject AND n.kind = t.identifier_kind
             AND n.identifier = t.identifier AND n.purpose = t.purpose)"
    );
    keys.iter()
        .fold(sqlx::query(AssertSqlSafe(stale)).bind(subjects), sqlx::query::Query::bind)
        .execute(&mut *tx)
        .await?;
    let upsert = format!(
        "INSERT INTO {table} AS t (subject, identifier_kind, identifier, purpose, state, notice,
             since, expires_at, updated_at)
         SELECT s, k, i, p, st, n, timestamptz 'epoch' + at * interval '1 microsecond',
             timestamptz 'epoch' + until * interval '1 microsecond', now()
         FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
             $7::bigint[], $8::bigint[]) AS r(s, k, i, p, st, n, at, until)
         ON CONFLICT (identifier_kind, identifier, purpose) DO UPDATE SET
             subject = excluded.subject, state = excluded.state, notice = excluded.notice,
             since = excluded.since, expires_at = excluded.expires_at,
             updated_at = excluded.updated_at
         WHERE (t.subject, t.state, t.notice, t.since, t.expires_at) IS DISTINCT FROM
             (excluded.subject, excluded.state, excluded.notice, excluded.since,
              excluded.expires_at)"
    );
    keys.iter()
        .fold(sqlx::query(AssertSqlSafe(upsert)), sqlx::query::Query::bind)
        .bind(column(|row| &row.state))
        .bind(column(|row| &row.notice))
        .bind(rows.iter().map(|row| row.since).collect::<Vec<i64>>())
        .bind(rows.iter().map(|row| row.expires_at).collect::<Vec<Option<i64>>>())
        .execute(&mut *tx)
        .await?;
    tx.commit().await
}
