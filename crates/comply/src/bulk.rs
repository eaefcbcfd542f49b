//! Many rows in one statement: they travel as one JSON text, so that their number changes neither the
//! statement nor what binding costs (SQLite looks each parameter's name up along a list).

use serde_json::Value as Json;
use sqlx::AssertSqlSafe;
use store::WriteTx;

use crate::Result;

/// Rows of one statement.
pub(crate) const ROWS: usize = 1_000;

/// A column and whether it holds a number; all others hold text.
pub(crate) type Column = (&'static str, bool);

/// The statement that inserts rows given as arrays, in the columns' order.
fn statement(table: &str, columns: &[Column], postgres: bool) -> String {
    let names: Vec<&str> = columns.iter().map(|one| one.0).collect();
    let value = |(at, (_, number)): (usize, &Column)| match (postgres, number) {
        (true, true) => format!("(line->>{at})::bigint"),
        (true, false) => format!("line->>{at}"),
        (false, _) => format!("json_extract(line.value, '$[{at}]')"),
    };
    let values: Vec<String> = columns.iter().enumerate().map(value).collect();
    let lines = if postgres { "json_array_elements($1::json)" } else { "json_each($1)" };
    let (names, values) = (names.join(", "), values.join(", "));
    format!("INSERT INTO {table} ({names}) SELECT {values} FROM {lines} AS line")
}

/// Inserts rows, so many at a time.
pub(crate) async fn insert(
    tx: &mut WriteTx,
    postgres: bool,
    (table, columns): (&str, &[Column]),
    rows: &[Vec<Json>],
) -> Result<()> {
    let sql = statement(table, columns, postgres);
    for part in rows.chunks(ROWS) {
        let text = serde_json::to_string(part).unwrap_or_default();
        sqlx::query(AssertSqlSafe(sql.clone())).bind(text).execute(tx.conn()).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_engine_takes_its_rows_apart_in_its_way() {
        let columns: &[Column] = &[("id", false), ("at", true)];
        let lite = statement("t", columns, false);
        assert_eq!(
            lite,
            "INSERT INTO t (id, at) SELECT json_extract(line.value, '$[0]'), json_extract(line.value, '$[1]') FROM json_each($1) AS line"
        );
        let postgres = statement("t", columns, true);
        assert!(postgres.contains("SELECT line->>0, (line->>1)::bigint FROM json_array_elements"));
    }
}
