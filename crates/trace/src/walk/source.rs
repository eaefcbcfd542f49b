//! The door to one source: its one connection, opened when it is first needed.

use purge::{Only, PurgeError, Reader, RowKey, Schema, Shelf, Table, Target, Value};
use tokio::sync::{Mutex, mpsc};

use super::{Work, reading::Reading};
use crate::{error::Mishap, pack::Packed};

/// One source of a walk.
pub(crate) struct Door {
    pub id: String,
    way: Way,
    state: Mutex<Inside>,
}

/// What it leads to.
pub(crate) enum Way {
    Database(Target),
    Files(Shelf),
}

enum Inside {
    Unopened,
    Open(Box<Reader>),
    Shut,
}

impl Door {
    /// `opened`: a connection of the moment at which the ground was made.
    pub fn new(id: String, way: Way, opened: Option<Reader>) -> Self {
        let inside = opened.map_or(Inside::Unopened, |reader| Inside::Open(Box::new(reader)));
        Self { id, way, state: Mutex::new(inside) }
    }

    /// Ends its transaction and gives its connection back.
    pub async fn close(&self) {
        if let Inside::Open(reader) = std::mem::replace(&mut *self.state.lock().await, Inside::Shut)
        {
            reader.end().await;
        }
    }
}

impl Work {
    /// Streams columns of a node's rows; what befalls it is noted. False: it cannot be read.
    pub async fn rows(
        &self,
        node: usize,
        only: &Only<'_>,
        out: mpsc::Sender<Vec<Vec<Value>>>,
    ) -> bool {
        let reading = &self.ready.readings[node];
        let piece = self.options.piece;
        self.ask(reading.source, &reading.table.name, async |reader| {
            reader.rows(&reading.table, &reading.columns, only, piece, &out).await
        })
        .await
        .is_some()
    }

    /// How many rows have each of these tuples; `None`: it cannot be read.
    pub async fn counts(
        &self,
        source: usize,
        table: &Table,
        columns: &[String],
        tuples: &[Packed],
    ) -> Option<Vec<(Vec<Value>, u64)>> {
        let tuples: Vec<Vec<Value>> = tuples.iter().map(|one| crate::pack::unpack(one)).collect();
        self.ask(source, &table.name, async |reader| reader.counts(table, columns, &tuples).await)
            .await
    }

    /// Opens a source before its turn, so that connecting costs no time then, and all sources are seen
    /// at about the same moment.
    pub async fn open_early(&self, source: usize) {
        self.ask(source, "", async |_| Ok(())).await;
    }

    async fn ask<T>(
        &self,
        source: usize,
        table: &str,
        work: impl AsyncFnOnce(&mut Reader) -> Result<T, PurgeError>,
    ) -> Option<T> {
        let door = self.doors[source].as_ref()?;
        let mut inside = door.state.lock().await;
        let _permit = self.permits.acquire().await.ok()?;
        if matches!(*inside, Inside::Unopened) {
            *inside = match self.open(source, &door.way).await {
                Ok(reader) => Inside::Open(Box::new(reader)),
                Err(mishap) => {
                    self.fail(source, "", mishap);
                    Inside::Shut
                }
            };
        }
        let Inside::Open(reader) = &mut *inside else { return None };
        if self.is_refused(source, table) {
            return None;
        }
        match work(reader).await {
            Ok(answer) => Some(answer),
            // A file is read by itself: what befalls it keeps nobody from the others.
            Err(error) if reader.is_of_files() => {
                self.fail(source, table, error.into());
                None
            }
            Err(error) => {
                *inside = Inside::Shut;
                self.fail(source, "", error.into());
                None
            }
        }
    }

    fn is_refused(&self, source: usize, table: &str) -> bool {
        self.failed().iter().any(|(at, failed)| *at == source && failed.table == table)
    }

    /// Connects and refuses tables that are not what they were.
    async fn open(&self, source: usize, way: &Way) -> Result<Reader, Mishap> {
        let (lock, statement) = (self.options.lock_timeout, self.options.statement_timeout);
        let target = match way {
            Way::Database(target) => target,
            // A file whose columns changed is refused when it is read.
            Way::Files(shelf) => return Ok(shelf.reader(statement)),
        };
        let mut reader = target.reader(lock, statement).await?;
        let now = reader.schema().await?;
        for reading in self.ready.readings.iter().filter(|reading| reading.source == source) {
            if let Some(why) = changed(reading, &now) {
                let table = reading.table.name.clone();
                self.fail(source, &table.clone(), Mishap::Changed { table, why });
            }
        }
        Ok(reader)
    }
}

/// What is different now, in words; triggers do not matter to reading.
fn changed(was: &Reading, now: &Schema) -> Option<String> {
    let table = &was.table;
    let Ok(is) = now.table(&table.name) else { return Some("it is gone".to_owned()) };
    for before in &table.columns {
        match is.columns.iter().find(|column| column.name == before.name) {
            None => return Some(format!("column {} is gone", before.name)),
            Some(after) if after.data_type != before.data_type => {
                return Some(format!("column {} is now {}", before.name, after.data_type));
            }
            Some(_) => {}
        }
    }
    if let Some(new) = is.columns.iter().find(|column| table.column(&column.name).is_err()) {
        return Some(format!("column {} is new", new.name));
    }
    if is.key != table.key {
        return Some(match &is.key {
            RowKey::Columns(names) => format!("its key is now {}", names.join(", ")),
            _ => "it lost its key".to_owned(),
        });
    }
    let same =
        |a: &purge::Link, b: &purge::Link| a.label() == b.label() && a.to_columns == b.to_columns;
    let touches = |link: &&purge::Link| link.from == table.name || link.to == table.name;
    let mut now_here = now.links.iter().filter(touches);
    if let Some(new) = now_here.find(|link| !was.links.iter().any(|known| same(known, link))) {
        return Some(format!("the reference {} is new", new.label()));
    }
    let gone = was.links.iter().find(|known| !now.links.iter().any(|link| same(known, link)));
    gone.map(|link| format!("the reference {} is gone", link.label()))
}
