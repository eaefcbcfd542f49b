//! The SQL that reads SQLite's tables, and what its answers mean.

use sqlx::{Row, TypeInfo, ValueRef, sqlite::SqliteRow};

use crate::{
    error::{Place, SourceError},
    model::{ColumnInfo, Limits, StoreInfo, StoreKind},
    rows::Collector,
};

/// Columns packed into one text; a function of SQLite takes 127 arguments at most.
const PACK: usize = 60;

/// A table with more rows than are wanted, as far as is known: the estimate is the highest rowid or
/// ANALYZE's count. A small one is read whole.
pub(super) fn is_big(store: &StoreInfo, limits: &Limits) -> bool {
    store.kind == StoreKind::Table
        && store.rows_estimate.is_none_or(|rows| rows > u64::from(limits.rows))
}

/// One SELECT for the whole sample. Spread: seeks at `rows` evenly spaced rowids, so a table of any
/// size costs that many B-tree descents; ids that hit the same row collapse. Where rowids are so
/// uneven that few are hit, rows from the head fill the sample up.
///
/// Packed: the driver pays for each value it hands over, so up to [`PACK`] columns come as one text,
/// joined by a control character. In the rare row where a value contains it the number of parts does
/// not fit, and the sample is read again unpacked.
pub(super) fn select(store: &StoreInfo, limits: &Limits, spread: bool, packed: bool) -> String {
    let bytes = limits.value_bytes;
    let value = |c: &ColumnInfo| {
        let c = quote(&c.name);
        // `typeof` and the blob branch never load the value.
        if packed {
            format!(
                "CASE typeof({c}) WHEN 'text' THEN substr({c},1,{bytes}) WHEN 'null' THEN char(30) WHEN 'blob' THEN char(29) ELSE {c} END"
            )
        } else {
            format!(
                "CASE typeof({c}) WHEN 'text' THEN substr({c},1,{bytes}) WHEN 'blob' THEN x'' ELSE {c} END"
            )
        }
    };
    let columns: Vec<String> = if packed {
        let packs = store.columns.chunks(PACK);
        packs
            .map(|pack| {
                let values: Vec<String> = pack.iter().map(value).collect();
                format!("concat({})", values.join(",char(31),"))
            })
            .collect()
    } else {
        store.columns.iter().map(value).collect()
    };
    let columns = columns.join(",");
    let table = quote(&store.name);
    let n = limits.rows;
    if !spread {
        return format!("SELECT {columns} FROM {table} LIMIT {n}");
    }
    format!(
        "WITH RECURSIVE b(lo, hi) AS (SELECT (SELECT min(rowid) FROM {table}), (SELECT max(rowid) FROM {table})), \
         s(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM s WHERE i < {n}), \
         spots(id) AS MATERIALIZED (SELECT DISTINCT (SELECT t.rowid FROM {table} t WHERE t.rowid >= \
           b.lo + CAST((CAST(b.hi AS REAL) - b.lo) * s.i / {n} AS INTEGER) ORDER BY t.rowid LIMIT 1) FROM b, s), \
         head(id) AS MATERIALIZED (SELECT rowid FROM {table} ORDER BY rowid \
           LIMIT CASE WHEN (SELECT count(*) FROM spots) * 2 < {n} THEN {n} ELSE 0 END) \
         SELECT {columns} FROM {table} WHERE rowid IN (SELECT id FROM spots UNION SELECT id FROM head) LIMIT {n}"
    )
}

/// The values of a packed row; false if they do not fit.
pub(super) fn unpack(
    row: &SqliteRow,
    columns: usize,
    rows: &mut Collector,
) -> Result<bool, sqlx::Error> {
    for first in (0..columns).step_by(PACK) {
        let text: &[u8] = row.try_get_unchecked(first / PACK)?;
        let last = columns.min(first + PACK);
        let mut next = first;
        for part in text.split(|byte| *byte == 31) {
            if next == last {
                return Ok(false);
            }
            match part {
                [30] => rows.null(next),
                [29] => rows.binary(next),
                text => rows.bytes(next, Some(text)),
            }
            next += 1;
        }
        if next < last {
            return Ok(false);
        }
    }
    Ok(true)
}

pub(super) fn plain(
    row: &SqliteRow,
    columns: usize,
    rows: &mut Collector,
) -> Result<(), sqlx::Error> {
    for i in 0..columns {
        let raw = row.try_get_raw(i)?;
        if !raw.is_null() && raw.type_info().name() == "BLOB" {
            rows.binary(i);
        } else {
            rows.bytes(i, row.try_get_unchecked(i)?);
        }
    }
    Ok(())
}

/// SQLite's extended codes, of which the low byte is the primary one.
pub(super) fn by_code(code: &str, place: Place<'_>) -> Option<SourceError> {
    let subject = place.subject();
    let code: u32 = code.parse().ok()?;
    Some(match code & 0xff {
        5 | 6 => SourceError::Busy(place.host.to_owned()),
        9 => SourceError::Slow(subject),
        11 => SourceError::Malformed {
            file: place.host.to_owned(),
            why: "the database file is damaged; its owner can check it with PRAGMA integrity_check"
                .to_owned(),
        },
        3 | 8 | 14 | 23 => SourceError::Denied(subject),
        26 => SourceError::NotADatabase(place.host.to_owned()),
        _ => return None,
    })
}

pub(super) fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

pub(super) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
