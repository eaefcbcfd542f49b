//! A row of a file as a row of a table.

use std::collections::HashMap;

use serde_json::{Map, Value as Json};
use sha2::{Digest as _, Sha256};
use sources::{FileCell as Cell, Piece, Records, Row};

use super::{KEY, MORE};
use crate::value::Value;

/// Stands between the values of a cell that holds several: `emails[]` of a row with two of them.
pub const LIST: char = '\u{1f}';

/// A row under the eyes of somebody.
pub(super) struct View<'a> {
    pub records: &'a Records,
    pub piece: &'a Piece,
    pub row: &'a Row,
    /// Names of the columns that were asked for, in order.
    pub columns: &'a [String],
    /// The row's key, where it is known already.
    pub key: &'a str,
}

impl View<'_> {
    /// Texts of a column: none, one, or those of a list.
    pub fn texts(&self, column: &str) -> Vec<String> {
        let Some(at) = self.columns.iter().position(|one| one == column) else { return Vec::new() };
        let mine = self.row.cells.iter().filter(|cell| cell.column == Some(at));
        mine.filter_map(|cell| self.text(cell)).collect()
    }

    pub fn text(&self, cell: &Cell) -> Option<String> {
        self.records.text(&self.piece.bytes, cell)
    }

    /// The value of a column as a table would have it.
    pub fn value(&self, column: &str) -> Value {
        match column {
            KEY => Value::Text(self.key.to_owned()),
            MORE => self.more(),
            _ => {
                let mut texts = self.texts(column);
                texts.dedup();
                match texts.len() {
                    0 => Value::Null,
                    _ => Value::Text(texts.join(&LIST.to_string())),
                }
            }
        }
    }

    /// All columns that are asked for, in one go over the cells.
    pub fn values(&self, wanted: &[String]) -> Vec<Value> {
        wanted.iter().map(|column| self.value(column)).collect()
    }

    /// What is of no known column, as a JSON object.
    fn more(&self) -> Value {
        let mut all = Map::new();
        for cell in self.row.cells.iter().filter(|cell| cell.column.is_none()) {
            let Some(text) = self.text(cell) else { continue };
            match all.get_mut(&cell.path) {
                None => drop(all.insert(cell.path.clone(), Json::String(text))),
                Some(Json::Array(list)) => list.push(Json::String(text)),
                Some(one) => *one = Json::Array(vec![one.take(), Json::String(text)]),
            }
        }
        if all.is_empty() { Value::Null } else { Value::Text(Json::Object(all).to_string()) }
    }
}

/// What the bytes of a row say who it is.
pub(super) fn print(piece: &Piece, row: &Row) -> [u8; 16] {
    print_bytes(&piece.bytes[row.body.clone()])
}

/// The same of the bytes themselves.
pub(super) fn print_bytes(body: &[u8]) -> [u8; 16] {
    let mut half = [0; 16];
    half.copy_from_slice(&Sha256::digest(body)[..16]);
    half
}

/// The same out of a row's key.
pub(super) fn print_of(key: &str) -> [u8; 16] {
    let mut print = [0; 16];
    for (at, byte) in print.iter_mut().enumerate() {
        let hex = key.get(at * 2..at * 2 + 2).unwrap_or_default();
        *byte = u8::from_str_radix(hex, 16).unwrap_or_default();
    }
    print
}

/// Counts rows with the same bytes.
#[derive(Default)]
pub(super) struct Twins(HashMap<[u8; 16], u32>);

impl Twins {
    /// The key of the last row so far with these bytes.
    pub fn last(&self, print: [u8; 16]) -> String {
        called(print, self.0.get(&print).copied().unwrap_or_default())
    }

    /// The key of the next row with these bytes.
    pub fn key(&mut self, print: [u8; 16]) -> String {
        let count = self.0.entry(print).or_default();
        *count += 1;
        called(print, *count)
    }
}

fn called(print: [u8; 16], count: u32) -> String {
    use std::fmt::Write as _;
    let mut key = String::with_capacity(40);
    for byte in print {
        let _ = write!(key, "{byte:02x}");
    }
    let _ = write!(key, "-{count}");
    key
}
