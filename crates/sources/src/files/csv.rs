//! CSV, TSV and their relatives.

use std::{collections::HashSet, path::Path, time::Instant};

use encoding_rs::Encoding;

use super::{
    COLUMNS, Shape, column,
    pieces::{Piece, TextFile, decode},
    sniff::{self, Dialect, HEAD},
};
use crate::{
    error::SourceError,
    model::{Limits, StoreInfo},
    rows::Collector,
};

/// Places tried for the beginning of a record inside a file.
const STARTS: usize = 40;
/// Records that must look right after such a place.
const LOOK: usize = 5;

struct Table {
    encoding: &'static Encoding,
    dialect: Dialect,
    names: Vec<String>,
    rows_estimate: u64,
}

pub(super) fn shape(path: &Path, name: &str) -> Result<Shape, SourceError> {
    let mut file = TextFile::open(path, name, true)?;
    let table = open(&mut file, path)?;
    let columns = table.names.iter().enumerate().map(|(i, n)| column(n, i, "text")).collect();
    Ok(Shape { columns, rows_estimate: Some(table.rows_estimate) })
}

pub(super) fn sample(
    path: &Path,
    store: &StoreInfo,
    limits: &Limits,
    deadline: Instant,
    rows: &mut Collector,
) -> Result<(), SourceError> {
    let mut file = TextFile::open(path, &store.name, true)?;
    let table = open(&mut file, path)?;
    // The file may have been replaced since the listing: columns are found by name.
    let places: Vec<Option<usize>> = table
        .names
        .iter()
        .enumerate()
        .map(|(i, name)| match store.columns.get(i) {
            Some(c) if c.name == *name => Some(i),
            _ => store.columns.iter().position(|c| c.name == *name),
        })
        .collect();
    if !table.names.is_empty() && places.iter().all(Option::is_none) {
        return Err(SourceError::Vanished(store.name.clone()));
    }
    let dialect = &table.dialect;
    let mut replaced = false;
    let mut cells: Vec<Option<String>> = vec![None; store.columns.len()];
    file.spread(
        table.encoding,
        limits.rows as usize,
        deadline,
        |piece, most| records(piece, dialect, most),
        |record| {
            cells.fill(None);
            for (field, place) in record.into_iter().zip(&places) {
                replaced |= field.contains('\u{fffd}');
                if let Some(place) = place
                    && !field.is_empty()
                    && field != "\\N"
                {
                    cells[*place] = Some(field);
                }
            }
            for (i, cell) in cells.iter().enumerate() {
                match cell {
                    Some(text) => rows.text(i, text),
                    None => rows.null(i),
                }
            }
            rows.end_row()
        },
    )?;
    if replaced {
        rows.mark_invalid_text();
    }
    Ok(())
}

/// Encoding, dialect and column names.
pub(super) fn opened(
    file: &mut TextFile,
    path: &Path,
) -> Result<(&'static Encoding, Dialect, Vec<String>), SourceError> {
    let table = open(file, path)?;
    Ok((table.encoding, table.dialect, table.names))
}

/// Encoding, dialect, column names and size by the head of the file.
fn open(file: &mut TextFile, path: &Path) -> Result<Table, SourceError> {
    let head = file.bytes(0, HEAD)?;
    let complete = head.len() as u64 >= file.len;
    if sniff::is_binary(&head) {
        return Err(SourceError::NotADatabase(file.name.clone()));
    }
    let encoding = sniff::encoding(&head, complete);
    let text = decode(&head, encoding, true);
    let tab = path
        .extension()
        .is_some_and(|e| e.eq_ignore_ascii_case("tsv") || e.eq_ignore_ascii_case("tab"));
    let dialect = sniff::dialect(&text, complete, tab.then_some(b'\t'));

    let with_header = Dialect { header: false, ..dialect.clone() };
    let piece = Piece { text, at_start: true, at_end: complete };
    let records = records(&piece, &with_header, usize::MAX);
    let count = records.len() as u64;
    let names = names(records.first(), &dialect);
    let header = u64::from(dialect.header && count > 0);
    let total = if complete || count == 0 {
        count
    } else {
        (u128::from(count) * u128::from(file.len) / head.len() as u128) as u64
    };
    Ok(Table { encoding, dialect, names, rows_estimate: total - header.min(total) })
}

/// Names from the header, made unique and whole: `column_3` where there is none.
fn names(first: Option<&Vec<String>>, dialect: &Dialect) -> Vec<String> {
    let empty = Vec::new();
    let header = if dialect.header { first.unwrap_or(&empty) } else { &empty };
    let width = header.len().max(dialect.most_fields).min(COLUMNS);
    let mut taken = HashSet::new();
    (0..width)
        .map(|i| {
            let given = header.get(i).map_or("", |n| n.trim());
            let base =
                if given.is_empty() { format!("column_{}", i + 1) } else { given.to_owned() };
            let mut name = base.clone();
            let mut n = 2;
            while !taken.insert(name.clone()) {
                name = format!("{base}_{n}");
                n += 1;
            }
            name
        })
        .collect()
}

/// Whole data records of a piece.
fn records(piece: &Piece, dialect: &Dialect, most: usize) -> Vec<Vec<String>> {
    let start = if piece.at_start {
        dialect.skip.min(piece.text.len())
    } else {
        record_start(&piece.text, dialect)
    };
    let header = usize::from(piece.at_start && dialect.header);
    let most = most.saturating_add(header);
    let mut found = parse(&piece.text[start..], dialect, most.saturating_add(1));
    // The last record may be cut off, unless there is more behind it or the file ends.
    if found.len() > most || !piece.at_end {
        found.pop();
    }
    found.drain(..header.min(found.len()));
    found
}

fn parse(text: &str, dialect: &Dialect, most: usize) -> Vec<Vec<String>> {
    csv::ReaderBuilder::new()
        .delimiter(dialect.delimiter)
        .quoting(dialect.quotes)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes())
        .into_records()
        .filter_map(Result::ok)
        .take(most)
        .map(|record| record.iter().map(str::to_owned).collect())
        .collect()
}

/// Where a record begins in text cut out of the middle. A line break may lie inside quotes, so the
/// first one after which the next records have the table's number of fields is taken; if none
/// fits (a ragged file), the first line break of all.
fn record_start(text: &str, dialect: &Dialect) -> usize {
    let ends = if text.contains('\n') { '\n' } else { '\r' };
    let mut breaks = text.match_indices(ends).map(|(i, _)| i + 1).take(STARTS);
    let Some(first) = breaks.next() else { return text.len() };
    if !dialect.quotes || dialect.fields < 2 {
        return first;
    }
    let fits = |start: &usize| {
        let next = parse(&text[*start..], dialect, LOOK + 1);
        let whole = next.len().saturating_sub(1).min(LOOK);
        whole > 0
            && next[..whole].iter().all(|r| {
                // The end of a quoted field leaves a single quote behind.
                r.len() == dialect.fields && r.iter().all(|f| f.matches('"').count() % 2 == 0)
            })
    };
    std::iter::once(first).chain(breaks).find(fits).unwrap_or(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_start_is_found_behind_quoted_line_breaks() {
        let text = "lo, wor\nld, x\",9\n1,\"a\nb\",3\n4,\"c\",6\n7,d,9\n1,\"a\nb\",3\n";
        let dialect = Dialect {
            delimiter: b',',
            quotes: true,
            header: true,
            fields: 3,
            most_fields: 3,
            skip: 0,
        };
        let start = record_start(text, &dialect);
        assert!(text[start..].starts_with("1,\"a\nb\",3"), "{:?}", &text[start..]);
    }

    #[test]
    fn header_names_are_made_unique() {
        let dialect = sniff::dialect("a,a,,b\n1,2,3,4,5\n", true, None);
        let header = vec!["a".to_owned(), "a".to_owned(), String::new(), "b".to_owned()];
        let dialect = Dialect { header: true, ..dialect };
        assert_eq!(names(Some(&header), &dialect), ["a", "a_2", "column_3", "b", "column_5"]);
    }
}
