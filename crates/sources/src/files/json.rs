//! JSON Lines, and JSON documents (an array of objects, or one object), flattened to paths.

use std::{
    collections::{BTreeSet, HashMap},
    path::Path,
    time::{Duration, Instant},
};

use encoding_rs::Encoding;
use serde_json::Value;

use super::{
    COLUMNS, Shape, column,
    pieces::{Piece, TextFile, decode},
    sniff::{self, HEAD},
};
use crate::{
    error::SourceError,
    model::{Limits, StoreInfo},
    rows::Collector,
};

/// Bytes of a JSON document read at most; its later elements are not seen.
const DOCUMENT: usize = 16 << 20;
/// Levels of nesting followed.
const DEPTH: usize = 32;
/// Records a listing looks at to learn the paths.
const LEARN: usize = 500;

/// How a file is laid out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Layout {
    /// One value a line.
    Lines,
    /// One array.
    Array,
    /// One object over several lines.
    Object,
}

pub(super) fn shape(path: &Path, name: &str) -> Result<Shape, SourceError> {
    let mut paths = Paths::default();
    let mut count = 0u64;
    let mut bytes = 0u64;
    let deadline = Instant::now() + Duration::from_secs(30);
    let mut file = TextFile::open(path, name, true)?;
    let len = file.len;
    read(&mut file, LEARN, deadline, |record, size| {
        count += 1;
        bytes += size as u64;
        flatten(&record.value, record.turn, &mut |path, value| paths.see(path, value));
        true
    })?;
    let columns = paths.order.iter().enumerate();
    Ok(Shape {
        columns: columns.map(|(i, (path, types))| column(path, i, types.name())).collect(),
        // A line break or comma a record; exact enough for an estimate.
        rows_estimate: Some(if bytes == 0 { 0 } else { (len * count).div_ceil(bytes + count) }),
    })
}

pub(super) fn sample(
    path: &Path,
    store: &StoreInfo,
    limits: &Limits,
    deadline: Instant,
    rows: &mut Collector,
) -> Result<(), SourceError> {
    let places: HashMap<&str, usize> =
        store.columns.iter().enumerate().map(|(i, c)| (c.name.as_str(), i)).collect();
    let mut file = TextFile::open(path, &store.name, true)?;
    let mut replaced = false;
    let mut cells: Vec<Option<String>> = vec![None; store.columns.len()];
    read(&mut file, limits.rows as usize, deadline, |record, _| {
        cells.fill(None);
        flatten(&record.value, record.turn, &mut |path, value| {
            if let Some(i) = places.get(path)
                && let Some(text) = text_of(value)
            {
                replaced |= text.contains('\u{fffd}');
                cells[*i].get_or_insert(text);
            }
        });
        for (i, cell) in cells.iter().enumerate() {
            match cell {
                Some(text) => rows.text(i, text),
                None => rows.null(i),
            }
        }
        rows.end_row()
    })?;
    if replaced {
        rows.mark_invalid_text();
    }
    Ok(())
}

/// A value and which element of its arrays to look at.
struct Record {
    value: Value,
    turn: usize,
}

fn read(
    file: &mut TextFile,
    want: usize,
    deadline: Instant,
    mut take: impl FnMut(Record, usize) -> bool,
) -> Result<(), SourceError> {
    let head = file.bytes(0, HEAD)?;
    let complete = head.len() as u64 >= file.len;
    if sniff::is_binary(&head) {
        return Err(SourceError::NotADatabase(file.name.clone()));
    }
    let encoding = sniff::encoding(&head, complete);
    let text = decode(&head, encoding, true);
    if text.trim().is_empty() {
        return Ok(());
    }
    match layout(&text, complete) {
        Layout::Lines => {
            let mut turn = 0;
            file.spread(encoding, want, deadline, lines, |(value, size)| {
                turn += 1;
                take(Record { value, turn: turn - 1 }, size)
            })?;
            if turn == 0 {
                return Err(malformed(&file.name, 1, "no line is a JSON value"));
            }
            Ok(())
        }
        Layout::Array => array(file, encoding, want, take),
        Layout::Object => object(file, encoding, want, take),
    }
}

pub(super) fn layout(head: &str, complete: bool) -> Layout {
    let text = head.trim_start();
    if text.starts_with('[') {
        // JSON Lines may have arrays for records; then the first line is a whole one.
        let mut lines = text.lines();
        let first = lines.next().unwrap_or_default();
        let second = lines.next().unwrap_or_default();
        let whole = serde_json::from_str::<Value>(first).is_ok();
        return if whole && second.trim_start().starts_with('[') {
            Layout::Lines
        } else {
            Layout::Array
        };
    }
    let first = text.lines().next().unwrap_or_default();
    let whole = serde_json::from_str::<Value>(first).is_ok();
    let longer = !complete && !text.contains('\n');
    if text.starts_with('{') && !whole && !longer && !first.trim_end().ends_with('}') {
        Layout::Object
    } else {
        Layout::Lines
    }
}

/// Whole lines of a piece that are JSON; malformed ones are passed over.
fn lines(piece: &Piece, most: usize) -> Vec<(Value, usize)> {
    let text = if piece.at_start {
        &piece.text
    } else {
        piece.text.split_once('\n').map_or("", |(_, rest)| rest)
    };
    let text = if piece.at_end { text } else { text.rsplit_once('\n').map_or("", |(t, _)| t) };
    text.lines()
        .filter(|line| !line.trim().is_empty())
        .filter_map(|line| Some((serde_json::from_str(line).ok()?, line.len())))
        .take(most)
        .collect()
}

/// The elements of one array, in order, from the first [`DOCUMENT`] bytes.
fn array(
    file: &mut TextFile,
    encoding: &'static Encoding,
    want: usize,
    mut take: impl FnMut(Record, usize) -> bool,
) -> Result<(), SourceError> {
    let text = decode(&file.bytes(0, DOCUMENT)?, encoding, true);
    let found = elements(&text);
    let want = want.min(found.len());
    let mut read = 0;
    for (i, element) in found.iter().enumerate() {
        if (i + 1) * want / found.len() == i * want / found.len() {
            continue; // the rest is spread evenly
        }
        let Ok(value) = serde_json::from_str(element) else {
            if read == 0 {
                return Err(malformed(&file.name, 1, "the array's elements are no JSON values"));
            }
            break;
        };
        read += 1;
        if !take(Record { value, turn: i }, element.len()) {
            break;
        }
    }
    Ok(())
}

/// One object: the elements of its longest array take turns, so that `customers[]` is seen whole.
fn object(
    file: &mut TextFile,
    encoding: &'static Encoding,
    want: usize,
    mut take: impl FnMut(Record, usize) -> bool,
) -> Result<(), SourceError> {
    if file.len > DOCUMENT as u64 {
        return Err(malformed(
            &file.name,
            1,
            "one JSON object of more than 16 MB; write JSON Lines",
        ));
    }
    let text = decode(&file.bytes(0, DOCUMENT)?, encoding, true);
    let value: Value = match serde_json::from_str(&text) {
        Ok(value) => value,
        // Several pretty-printed objects one after the other are a stream of values.
        Err(e) => return stream(file, &text, e.line(), want, take),
    };
    let longest = match &value {
        Value::Object(map) => map.values().map(|v| v.as_array().map_or(1, Vec::len)).max(),
        _ => None,
    };
    let turns = longest.unwrap_or(1).clamp(1, want);
    let mut value = Some(value);
    for turn in 0..turns {
        // The last turn takes the value, the others a copy of the part they look at.
        let part = match (&value, turn + 1 == turns) {
            (Some(v), false) => one_of_each(v, turn),
            _ => value.take().unwrap_or(Value::Null),
        };
        if !take(Record { value: part, turn }, text.len() / turns) {
            break;
        }
    }
    Ok(())
}

fn stream(
    file: &TextFile,
    text: &str,
    line: usize,
    want: usize,
    mut take: impl FnMut(Record, usize) -> bool,
) -> Result<(), SourceError> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    let mut last = 0;
    for turn in 0..want {
        match values.next() {
            Some(Ok(value)) => {
                let size = values.byte_offset() - last;
                last = values.byte_offset();
                if !take(Record { value, turn }, size) {
                    break;
                }
            }
            Some(Err(_)) if turn == 0 => return Err(malformed(&file.name, line, "not valid JSON")),
            _ => break,
        }
    }
    Ok(())
}

/// The object with the turn's element of each array only.
fn one_of_each(value: &Value, turn: usize) -> Value {
    let Value::Object(map) = value else { return value.clone() };
    let part = map.iter().map(|(key, value)| {
        let value = match value {
            Value::Array(items) if !items.is_empty() => {
                Value::Array(vec![items[turn % items.len()].clone()])
            }
            other => other.clone(),
        };
        (key.clone(), value)
    });
    Value::Object(part.collect())
}

/// Texts of the whole elements of the array that `text` begins with.
fn elements(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut depth, mut quoted, mut escaped) = (0usize, false, false);
    let mut start = None;
    for (i, byte) in text.bytes().enumerate() {
        if quoted {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => quoted = false,
                _ => {}
            }
            continue;
        }
        let ends = depth == 1 && matches!(byte, b',' | b']');
        match byte {
            b'"' => quoted = true,
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if ends {
            found.extend(start.take().map(|s| text[s..i].trim()));
            if depth == 0 {
                break;
            }
        } else if start.is_none()
            && !byte.is_ascii_whitespace()
            && !(depth == 1 && i == first(text))
        {
            start = Some(i);
        }
    }
    found.retain(|e| !e.is_empty());
    found
}

/// Where the array's bracket is.
fn first(text: &str) -> usize {
    text.len() - text.trim_start().len()
}

fn malformed(name: &str, line: usize, why: &str) -> SourceError {
    SourceError::Malformed { file: name.to_owned(), why: format!("line {line}: {why}") }
}

/// Calls `see` with the path and value of every leaf: `address.city`, `items[].sku`. Of an array
/// one element is looked at, another one each turn, so that siblings stay together.
fn flatten(value: &Value, turn: usize, see: &mut impl FnMut(&str, &Value)) {
    let mut path = String::new();
    descend(value, turn, 0, &mut path, see);
}

fn descend(
    value: &Value,
    turn: usize,
    depth: usize,
    path: &mut String,
    see: &mut impl FnMut(&str, &Value),
) {
    if depth > DEPTH {
        return;
    }
    let length = path.len();
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                if length > 0 {
                    path.push('.');
                }
                path.push_str(segment(key));
                descend(value, turn, depth + 1, path, see);
                path.truncate(length);
            }
        }
        Value::Array(items) => {
            path.push_str("[]");
            if !items.is_empty() {
                descend(&items[turn % items.len()], turn, depth + 1, path, see);
            }
            path.truncate(length);
        }
        leaf => see(if path.is_empty() { "value" } else { path }, leaf),
    }
}

/// A key that looks like a value (objects keyed by e-mail, phone or id) becomes `*`: column names
/// are shown and stored, so no personal data may get into them.
pub(super) fn segment(key: &str) -> &str {
    let digits = key.chars().filter(char::is_ascii_digit).count();
    let hex = key.len() >= 16 && key.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
    if key.contains('@') || digits >= 6 || hex || key.chars().count() > 120 { "*" } else { key }
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// Paths in the order they first appear, and what was seen there.
#[derive(Default)]
struct Paths {
    order: Vec<(String, Types)>,
    index: HashMap<String, usize>,
}

impl Paths {
    fn see(&mut self, path: &str, value: &Value) {
        let i = match self.index.get(path) {
            Some(i) => *i,
            None if self.order.len() >= COLUMNS => return,
            None => {
                self.order.push((path.to_owned(), Types::default()));
                self.index.insert(path.to_owned(), self.order.len() - 1);
                self.order.len() - 1
            }
        };
        self.order[i].1.see(value);
    }
}

#[derive(Default)]
struct Types(BTreeSet<&'static str>);

impl Types {
    fn see(&mut self, value: &Value) {
        let name = match value {
            Value::Null | Value::Array(_) | Value::Object(_) => return,
            Value::Bool(_) => "boolean",
            Value::Number(n) if n.is_f64() => "number",
            Value::Number(_) => "integer",
            Value::String(_) => "string",
        };
        self.0.insert(name);
    }

    fn name(&self) -> &'static str {
        let mut seen = self.0.iter();
        match (seen.next(), seen.next()) {
            (None, _) => "null",
            (Some(one), None) => one,
            (Some(&"integer"), Some(&"number")) if self.0.len() == 2 => "number",
            _ => "mixed",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(json: &str, turn: usize) -> Vec<(String, String)> {
        let mut found = Vec::new();
        flatten(&serde_json::from_str(json).unwrap(), turn, &mut |path, value| {
            found.push((path.to_owned(), value.to_string()));
        });
        found
    }

    #[test]
    fn nested_values_become_paths_and_arrays_take_turns() {
        let json =
            r#"{"address": {"city": "杭州"}, "items": [{"sku": 1, "q": 9}, {"sku": 2, "q": 8}]}"#;
        let of = |turn| {
            let found = paths(json, turn);
            found.into_iter().map(|(p, v)| format!("{p}={v}")).collect::<Vec<_>>()
        };
        assert_eq!(of(0), ["address.city=\"杭州\"", "items[].sku=1", "items[].q=9"]);
        assert_eq!(of(3), ["address.city=\"杭州\"", "items[].sku=2", "items[].q=8"]);
    }

    #[test]
    fn keys_that_are_values_do_not_become_names() {
        let json = r#"{"li@example.com": {"age": 1}, "13800138000": 2, "plain": 3}"#;
        let names: Vec<_> = paths(json, 0).into_iter().map(|(p, _)| p).collect();
        assert!(names.contains(&"*.age".to_owned()) && names.contains(&"*".to_owned()));
        assert!(!names.iter().any(|n| n.contains('@') || n.contains("138")));
    }

    #[test]
    fn layouts_are_told_apart_and_arrays_taken_apart() {
        assert_eq!(layout("{\"a\": 1}\n{\"a\": 2}\n", true), Layout::Lines);
        assert_eq!(layout("[1,\n2]", true), Layout::Array);
        assert_eq!(layout("{\n \"a\": 1\n}", true), Layout::Object);
        assert_eq!(
            elements(r#" [ {"a": "],["}, [1, 2] ,3,"x\"" ] "#),
            [r#"{"a": "],["}"#, "[1, 2]", "3", r#""x\"""#]
        );
        assert!(elements("[]").is_empty());
        assert_eq!(elements("[1, 2, {\"cut").len(), 2);
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[\\[\\]{}\",:a1\\\\ \n灯]{0,200}") {
            let _ = (layout(&text, true), elements(&text));
            let piece = Piece { text: text.clone(), at_start: false, at_end: false };
            let _ = lines(&piece, 10);
            if let Ok(value) = serde_json::from_str::<Value>(&text) {
                flatten(&value, 3, &mut |_, _| {});
            }
        }
    }
}
