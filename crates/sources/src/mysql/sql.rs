//! The SQL that reads MySQL's and MariaDB's tables, and what their answers mean.

use std::fmt::Write as _;

use super::{SEEKS, SKIP};
use crate::{
    error::{Place, SourceError},
    model::{Limits, StoreInfo},
};

#[derive(PartialEq, Eq)]
pub(super) enum ValueKind {
    Text,
    Bits,
    Shape,
    Binary,
}

/// How a column's values become text, by the first word of its type.
pub(super) fn kind_of(data_type: &str) -> ValueKind {
    match first_word(data_type).as_str() {
        "tinyblob" | "blob" | "mediumblob" | "longblob" | "binary" | "varbinary" | "vector" => {
            ValueKind::Binary
        }
        "bit" => ValueKind::Bits,
        "geometry" | "point" | "linestring" | "polygon" | "multipoint" | "multilinestring"
        | "multipolygon" | "geometrycollection" | "geomcollection" => ValueKind::Shape,
        _ => ValueKind::Text,
    }
}

pub(super) fn is_integer(data_type: &str) -> bool {
    matches!(
        first_word(data_type).as_str(),
        "tinyint" | "smallint" | "mediumint" | "int" | "integer" | "bigint"
    )
}

pub(super) fn first_word(data_type: &str) -> String {
    data_type.chars().take_while(char::is_ascii_alphabetic).collect::<String>().to_lowercase()
}

pub(super) fn columns_sql(
    store: &StoreInfo,
    limits: &Limits,
    readable: impl Fn(&str) -> bool,
) -> String {
    let bytes = limits.value_bytes;
    let mut sql = String::new();
    for (i, column) in store.columns.iter().enumerate() {
        if i > 0 {
            sql.push(',');
        }
        let name = quote(&column.name);
        // Writing to a String cannot fail.
        let _ = match kind_of(&column.data_type) {
            _ if !readable(&column.name) => write!(sql, "NULL"),
            ValueKind::Binary => write!(sql, "NULL"),
            ValueKind::Bits => write!(sql, "CAST({name}+0 AS CHAR)"),
            ValueKind::Shape => write!(sql, "LEFT(ST_AsText({name}),{bytes})"),
            ValueKind::Text => write!(sql, "LEFT({name},{bytes})"),
        };
    }
    sql
}

pub(super) fn table_of(store: &StoreInfo) -> String {
    if store.schema.is_empty() {
        quote(&store.name)
    } else {
        format!("{}.{}", quote(&store.schema), quote(&store.name))
    }
}

pub(super) fn head(store: &StoreInfo, limits: &Limits, readable: impl Fn(&str) -> bool) -> String {
    let columns = columns_sql(store, limits, readable);
    format!("SELECT {columns} FROM {} LIMIT {}", table_of(store), limits.rows)
}

/// Index seeks into equal ranges of an integer primary key, each reading a few rows.
pub(super) fn seeking(store: &StoreInfo, limits: &Limits, low: i128, high: i128) -> String {
    let key = store.columns.iter().find(|c| c.primary_key).map(|c| quote(&c.name));
    let key = key.unwrap_or_default();
    let columns = columns_sql(store, limits, |_| true);
    let table = table_of(store);
    let seeks = i128::from(SEEKS.min(limits.rows));
    let each = limits.rows.div_ceil(SEEKS.min(limits.rows));
    let bound = |i: i128| low + (high + 1 - low) * i / seeks;
    let parts: Vec<String> = (0..seeks)
        .map(|i| {
            format!(
                "(SELECT {columns} FROM {table} WHERE {key} >= {} AND {key} < {} ORDER BY {key} LIMIT {each})",
                bound(i),
                bound(i + 1)
            )
        })
        .collect();
    parts.join(" UNION ALL ")
}

/// Without a number to seek by: four places, none so far in that skipping to it takes long.
pub(super) fn skipping(store: &StoreInfo, limits: &Limits, estimate: u64) -> String {
    let columns = columns_sql(store, limits, |_| true);
    let table = table_of(store);
    let each = limits.rows.div_ceil(4);
    let parts: Vec<String> = (0..4u64)
        .map(|i| {
            // Estimates are often too high, so the last place stays well inside.
            let offset = (estimate * i / 5).min(SKIP * i);
            format!("(SELECT {columns} FROM {table} LIMIT {each} OFFSET {offset})")
        })
        .collect();
    parts.join(" UNION ALL ")
}

/// One line of SHOW GRANTS: `GRANT SELECT, INSERT (a) ON x.* TO …`.
pub(super) fn grants_writing(grant: &str) -> bool {
    let Some((privileges, _)) = grant.split_once(" ON ") else { return false };
    let privileges = privileges.trim_start_matches("GRANT ").to_ascii_uppercase();
    privileges.split(',').any(|p| {
        matches!(
            p.split('(').next().unwrap_or_default().trim(),
            "ALL PRIVILEGES"
                | "ALL"
                | "INSERT"
                | "UPDATE"
                | "DELETE"
                | "CREATE"
                | "DROP"
                | "ALTER"
                | "SUPER"
                | "FILE"
        )
    })
}

pub(super) fn product(version: &str) -> String {
    let number = version.split('-').next().unwrap_or_default();
    if !version.contains("MariaDB") {
        return format!("MySQL {number}");
    }
    // Some servers prefix `5.5.5-` for old replicas.
    let parts: Vec<&str> = version.split('-').collect();
    let number = match parts.iter().position(|p| p.starts_with("MariaDB")) {
        Some(i) if i > 0 => parts[i - 1],
        _ => number,
    };
    format!("MariaDB {number}")
}

/// Error numbers of both servers.
pub(super) fn by_number(number: u16, place: Place<'_>) -> SourceError {
    let subject = place.subject();
    let host = place.host.to_owned();
    match number {
        1045 | 1130 | 1251 | 1524 | 1698 | 1862 => SourceError::Password(host),
        1044 | 1049 if place.store.is_empty() => SourceError::NoDatabase(place.database.to_owned()),
        1044 | 1142 | 1143 | 1227 | 1345 | 1356 | 1370 => SourceError::Denied(subject),
        1049 | 1051 | 1054 | 1146 => SourceError::Vanished(subject),
        1317 | 1969 | 3024 => SourceError::Slow(subject),
        1205 | 1213 => SourceError::Busy(subject),
        1040 | 1203 | 1226 => SourceError::Full(host),
        1053 | 1158..=1161 | 1927 => SourceError::Lost(host),
        _ => SourceError::Other {
            what: subject,
            why: format!("the server answered with error number {number}"),
        },
    }
}

pub(super) fn quote(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// Backslashes escape here, as the session's SQL mode is empty.
pub(super) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_and_grants_are_understood() {
        assert_eq!(product("8.4.3"), "MySQL 8.4.3");
        assert_eq!(product("5.5.5-10.11.6-MariaDB-0+deb12u1"), "MariaDB 10.11.6");
        assert!(grants_writing("GRANT SELECT, INSERT (`a`) ON `x`.* TO `u`@`%`"));
        assert!(grants_writing("GRANT ALL PRIVILEGES ON *.* TO `root`@`localhost`"));
        assert!(!grants_writing("GRANT SELECT, SHOW VIEW ON `insert`.* TO `u`@`%`"));
        assert!(!grants_writing("GRANT USAGE ON *.* TO `u`@`%` IDENTIFIED BY PASSWORD '*'"));
    }
}
