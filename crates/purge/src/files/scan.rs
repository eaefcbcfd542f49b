//! Rows of a file that somebody asked for, read from its first byte to its last.

use std::{
    collections::{HashMap, HashSet},
    time::{Duration, Instant},
};

use sources::{Folder, Part, SourceError, Stamp};
use tokio::sync::mpsc;

use super::{
    KEY, MORE, Shelf, blocking,
    judge::wanted,
    view::{Twins, View, print},
};
use crate::{
    Alike, Only,
    error::Result,
    schema::Table,
    value::{Key, Value},
};

/// Records between two looks at the clock.
const LOOK: u64 = 4096;

/// Reads of one walk: every file as it was when it was read first.
pub(crate) struct Reading {
    pub shelf: Shelf,
    pub stamps: HashMap<String, Stamp>,
    pub statement: Duration,
}

/// What is asked of a row, without a lifetime.
enum Wanted {
    Alike(String, Alike, HashSet<String>),
    Tuples(Vec<String>, HashSet<Vec<String>>),
}

impl Wanted {
    fn new(only: &Only<'_>) -> Self {
        match only {
            Only::Alike { column, values, how } => {
                Self::Alike((*column).to_owned(), *how, wanted(*how, values))
            }
            Only::Tuples { columns, tuples } => {
                let texts =
                    |tuple: &Vec<Value>| tuple.iter().map(Value::text).collect::<Option<Vec<_>>>();
                Self::Tuples(columns.to_vec(), tuples.iter().filter_map(texts).collect())
            }
        }
    }

    fn is_none(&self) -> bool {
        match self {
            Self::Alike(_, _, values) => values.is_empty(),
            Self::Tuples(columns, tuples) => columns.is_empty() || tuples.is_empty(),
        }
    }

    fn meets(&self, row: &View<'_>) -> bool {
        match self {
            Self::Alike(column, how, values) => {
                row.texts(column).iter().any(|text| values.contains(&how.fold(text)))
            }
            Self::Tuples(columns, tuples) => {
                let values = columns.iter().map(|column| row.value(column).text());
                values.collect::<Option<Vec<_>>>().is_some_and(|tuple| tuples.contains(&tuple))
            }
        }
    }
}

/// One reading of one file.
struct Scan {
    folder: Folder,
    name: String,
    columns: Vec<String>,
    before: Option<Stamp>,
    until: Instant,
}

impl Scan {
    /// Tells every row with its key; stops when it answers no. What the file was.
    fn run(
        &self,
        meets: impl Fn(&View<'_>) -> bool,
        mut tell: impl FnMut(&View<'_>) -> bool,
    ) -> std::result::Result<Stamp, SourceError> {
        let mut records = self.folder.records(&self.name, &self.columns)?;
        let stamp = records.stamp();
        if self.before.is_some_and(|before| before != stamp) {
            return Err(self.changed());
        }
        let mut twins = Twins::default();
        let (mut count, mut broken) = (0_u64, 0_u64);
        while let Some(piece) = records.next()? {
            count += 1;
            if count.is_multiple_of(LOOK) && Instant::now() > self.until {
                return Err(SourceError::Slow(self.name.clone()));
            }
            let row = match &piece.part {
                Part::Row(row) => row,
                Part::Broken => {
                    broken += 1;
                    continue;
                }
                Part::Frame | Part::Between => continue,
            };
            let columns = &self.columns;
            let mut view = View { records: &records, piece: &piece, row, columns, key: "" };
            if !meets(&view) {
                continue;
            }
            let key = twins.key(print(&piece, row));
            view.key = &key;
            if !tell(&view) {
                return Ok(stamp);
            }
        }
        let now = records.file().metadata().map(|meta| Stamp::of(&meta));
        if now.is_ok_and(|now| now != stamp) {
            return Err(self.changed());
        }
        if broken > 0 {
            let why = format!(
                "{broken} of {count} records cannot be understood (an open quote, broken JSON); mend them and look again"
            );
            return Err(SourceError::Malformed { file: self.name.clone(), why });
        }
        Ok(stamp)
    }

    fn changed(&self) -> SourceError {
        SourceError::Malformed {
            file: self.name.clone(),
            why: "it was written to while it was read; look again when it is at rest".to_owned(),
        }
    }
}

impl Reading {
    async fn scan(&self, table: &Table) -> Result<Scan> {
        let folder = self.shelf.folder().await?.clone();
        let named = table.columns.iter().map(|column| column.name.clone());
        Ok(Scan {
            folder,
            name: table.name.clone(),
            columns: named.filter(|name| name != MORE && name != KEY).collect(),
            before: self.stamps.get(&table.name).copied(),
            until: Instant::now() + self.statement,
        })
    }

    /// As [`crate::Reader::rows`].
    pub async fn rows(
        &mut self,
        table: &Table,
        columns: &[String],
        only: &Only<'_>,
        piece: usize,
        out: &mpsc::Sender<Vec<Vec<Value>>>,
    ) -> Result<()> {
        let wanted = Wanted::new(only);
        if wanted.is_none() {
            return Ok(());
        }
        let (scan, columns, out) = (self.scan(table).await?, columns.to_vec(), out.clone());
        let stamp = blocking(move || {
            let mut some = Vec::new();
            let stamp = scan.run(
                |row| wanted.meets(row),
                |row| {
                    some.push(row.values(&columns));
                    some.len() < piece || out.blocking_send(std::mem::take(&mut some)).is_ok()
                },
            );
            // What was found before something befell the file is the person's all the same.
            if !some.is_empty() {
                let _ = out.blocking_send(some);
            }
            stamp
        })
        .await??;
        self.stamps.insert(table.name.clone(), stamp);
        Ok(())
    }

    /// As [`crate::Reader::counts`].
    pub async fn counts(
        &mut self,
        table: &Table,
        columns: &[String],
        tuples: &[Vec<Value>],
    ) -> Result<Vec<(Key, u64)>> {
        let wanted = Wanted::new(&Only::Tuples { columns, tuples });
        if wanted.is_none() {
            return Ok(Vec::new());
        }
        let (scan, columns) = (self.scan(table).await?, columns.to_vec());
        let (stamp, found) = blocking(move || {
            let mut found: HashMap<Key, u64> = HashMap::new();
            let stamp = scan.run(
                |row| wanted.meets(row),
                |row| {
                    *found.entry(row.values(&columns)).or_default() += 1;
                    true
                },
            );
            (stamp, found)
        })
        .await?;
        self.stamps.insert(table.name.clone(), stamp?);
        Ok(found.into_iter().collect())
    }
}
