//! Rows of a Parquet file, in order. They have no bytes of their own; each is written down as a JSON
//! object of lists of texts, always in the same way, so that it is known again in a copy.

use std::{collections::VecDeque, fs::File, path::Path};

use parquet::{
    column::reader::ColumnReader,
    file::reader::{FileReader as _, SerializedFileReader},
};
use serde_json::json;

use super::{
    super::parquet::{self as files, Pick, Strip, Value},
    Cell, Part, Piece, Row,
};
use crate::{error::SourceError, model::Limits};

/// Rows read at once.
const BATCH: usize = 256;

pub(super) struct Rows {
    reader: SerializedFileReader<File>,
    name: String,
    /// Paths of the leaves, and the columns that they are.
    leaves: Vec<(String, Option<usize>)>,
    group: usize,
    /// Of the group that is read: its columns, and rows that are left.
    columns: Vec<ColumnReader>,
    left: usize,
    ready: VecDeque<Piece>,
}

impl Rows {
    pub fn open(path: &Path, name: &str, columns: &[String]) -> Result<Self, SourceError> {
        let reader = files::open(path, name)?;
        let names = files::names(reader.metadata().file_metadata().schema_descr().root_schema());
        if columns.iter().any(|one| !names.contains(one)) {
            return Err(SourceError::Vanished(name.to_owned()));
        }
        let place = |name: &String| columns.iter().position(|one| one == name);
        let leaves = names.into_iter().map(|name| {
            let at = place(&name);
            (name, at)
        });
        Ok(Self {
            leaves: leaves.collect(),
            reader,
            name: name.to_owned(),
            group: 0,
            columns: Vec::new(),
            left: 0,
            ready: VecDeque::new(),
        })
    }

    pub fn next(&mut self) -> Result<Option<Piece>, SourceError> {
        while self.ready.is_empty() {
            if self.left == 0 && !self.next_group()? {
                return Ok(None);
            }
            self.batch()?;
        }
        Ok(self.ready.pop_front())
    }

    /// False: there is none.
    fn next_group(&mut self) -> Result<bool, SourceError> {
        if self.group >= self.reader.num_row_groups() {
            return Ok(false);
        }
        let fault = |error| files::error(&error, &self.name);
        let group = self.reader.get_row_group(self.group).map_err(fault)?;
        self.left = usize::try_from(group.metadata().num_rows()).unwrap_or(0);
        let columns = (0..self.leaves.len()).map(|leaf| group.get_column_reader(leaf));
        self.columns = columns.collect::<Result<_, _>>().map_err(fault)?;
        self.group += 1;
        Ok(true)
    }

    fn batch(&mut self) -> Result<(), SourceError> {
        let rows = self.left.min(BATCH);
        let strip = Strip { group: self.group, skip: 0, rows };
        let most = Limits { rows: u32::MAX, value_bytes: usize::MAX - 8, sample_bytes: usize::MAX };
        let schema = self.reader.metadata().file_metadata().schema_descr_ptr();
        let mut values: Vec<Vec<Vec<Value>>> = Vec::with_capacity(self.leaves.len());
        for (leaf, column) in self.columns.iter_mut().enumerate() {
            let how = (&strip, &most, Pick::All);
            let read = files::read(column, &schema.column(leaf), how);
            values.push(read.map_err(|error| files::error(&error, &self.name))?);
        }
        // A group that has fewer rows than it says ends here.
        self.left = if values.iter().all(Vec::is_empty) { 0 } else { self.left - rows };
        let height = values.iter().map(Vec::len).max().unwrap_or(0);
        for row in 0..height {
            let cells = values.iter_mut().map(|leaf| leaf.get_mut(row).map(std::mem::take));
            let piece = written(&self.leaves, cells.map(Option::unwrap_or_default));
            self.ready.push_back(piece);
        }
        Ok(())
    }
}

/// A row as a JSON object, and where its values are in it.
fn written(leaves: &[(String, Option<usize>)], values: impl Iterator<Item = Vec<Value>>) -> Piece {
    let mut bytes = vec![b'{'];
    let mut cells = Vec::new();
    for (n, ((path, column), values)) in leaves.iter().zip(values).enumerate() {
        bytes.extend_from_slice(if n > 0 { b"," } else { b"" });
        bytes.extend_from_slice(json!(path).to_string().as_bytes());
        bytes.extend_from_slice(b":[");
        for (n, value) in values.into_iter().enumerate() {
            bytes.extend_from_slice(if n > 0 { b"," } else { b"" });
            let from = bytes.len();
            bytes.extend_from_slice(text(value).to_string().as_bytes());
            let path = if column.is_some() { String::new() } else { path.clone() };
            cells.push(Cell { column: *column, range: from..bytes.len(), path });
        }
        bytes.push(b']');
    }
    bytes.push(b'}');
    let row = Row { body: 0..bytes.len(), cells };
    Piece { bytes, part: Part::Row(row) }
}

fn text(value: Value) -> serde_json::Value {
    match value {
        Value::Text(text) => json!(text),
        // That there is something, whatever it is.
        Value::Binary => json!("[binary]"),
        Value::Null => serde_json::Value::Null,
    }
}
