//! Rows of a person as they are found: one sealed file for each table, a line of JSON for each row.
//! Other people's cells never reach the disk.

use std::{
    collections::HashMap,
    fs::File,
    io::Write as _,
    path::PathBuf,
    time::{Duration, Instant},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use purge::{Flow, SinkError, Value};
use serde::{Serialize, Serializer, ser::SerializeMap};
use trace::{Head, Place, Row, Sink};
use vault::Blob;

use super::spool::Sealing;
use crate::{Rights, request};

/// What stands where somebody else's data was.
pub(super) const REDACTED: &str = "[…]";

/// The sealed file of a table's rows.
pub(super) fn file(node: usize) -> String {
    format!("{node}.rows")
}

/// How often it is written down how far the collecting has come: a killed server collects so much again.
const KEEP: Duration = Duration::from_secs(1);

/// Takes rows in.
pub(super) struct Collect<'a> {
    pub rights: &'a Rights,
    pub request: &'a str,
    pub blob: &'a Blob,
    pub folder: PathBuf,
    pub open: HashMap<usize, Sealing<'a>>,
    /// Files that are whole and perhaps not on the disk yet.
    ended: Vec<PathBuf>,
    kept: Instant,
}

impl<'a> Collect<'a> {
    /// Collects into a folder.
    pub fn new(rights: &'a Rights, request: &'a str, blob: &'a Blob, folder: PathBuf) -> Self {
        let (open, ended) = (HashMap::new(), Vec::new());
        Self { rights, request, blob, folder, open, ended, kept: Instant::now() }
    }

    /// Begins anew.
    pub fn clear(&mut self) {
        self.open.clear();
        self.ended.clear();
    }

    /// Writes down that what came so far need not come again. Waiting for the disk once for many tables
    /// costs as much as for one.
    async fn keep(&mut self, place: &Place) -> Result<(), SinkError> {
        let ended = std::mem::take(&mut self.ended);
        let synced = tokio::task::spawn_blocking(move || {
            ended.iter().try_for_each(|path| File::open(path)?.sync_all())
        });
        synced.await??;
        let text = serde_json::to_string(place)?;
        request::keep_place(self.rights, self.request, &text).await?;
        self.kept = Instant::now();
        Ok(())
    }
}

/// A cell as JSON writes it; bytes in base64.
struct Cell<'a>(&'a Value);

impl Serialize for Cell<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Null => to.serialize_unit(),
            Value::Int(number) => to.serialize_i64(*number),
            Value::Unsigned(number) => to.serialize_u64(*number),
            Value::Real(number) => to.serialize_f64(*number),
            // A cell of a file that holds several values.
            Value::Text(text) if text.contains(purge::LIST) => {
                to.collect_seq(text.split(purge::LIST))
            }
            Value::Text(text) => to.serialize_str(text),
            Value::Bytes(bytes) => to.collect_map([("base64", STANDARD.encode(bytes))]),
        }
    }
}

/// Writes a row as JSON, without what is other people's.
fn write(out: &mut Vec<u8>, head: &Head, row: &Row) -> serde_json::Result<()> {
    let mut to = serde_json::Serializer::new(&mut *out);
    let mut cells = to.serialize_map(None)?;
    for (at, (column, value)) in head.columns.iter().zip(&row.values).enumerate() {
        if *column == purge::MORE && value.is_null() {
            // What stands beside a file's columns is nothing mostly.
        } else if row.redact.contains(&at) {
            cells.serialize_entry(column, REDACTED)?;
        } else {
            cells.serialize_entry(column, &Cell(value))?;
        }
    }
    SerializeMap::end(cells)?;
    out.push(b'\n');
    Ok(())
}

#[async_trait::async_trait]
impl Sink for Collect<'_> {
    async fn rows(&mut self, head: &Head, rows: Vec<Row>) -> Result<(), SinkError> {
        let out = match self.open.entry(head.node) {
            std::collections::hash_map::Entry::Occupied(entry) => entry.into_mut(),
            std::collections::hash_map::Entry::Vacant(entry) => {
                let name = file(head.node);
                let path = self.folder.join(&name);
                entry.insert(Sealing::create(self.blob, &path, name)?)
            }
        };
        let mut lines = Vec::new();
        for row in &rows {
            write(&mut lines, head, row)?;
        }
        out.write_all(&lines)?;
        Ok(())
    }

    async fn done(&mut self, head: &Head, place: &Place) -> Result<Flow, SinkError> {
        if let Some(out) = self.open.remove(&head.node) {
            out.end()?;
            self.ended.push(self.folder.join(file(head.node)));
        }
        if self.kept.elapsed() >= KEEP {
            self.keep(place).await?;
        }
        Ok(Flow::Continue)
    }
}
