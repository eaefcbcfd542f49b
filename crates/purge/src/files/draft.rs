//! A file written anew without some rows, or with some cells empty: into a file beside it, which takes
//! its place in one step when all of it is on the disk. Whoever is killed before leaves the file as it
//! was; whoever is killed after leaves it as it should be.

use std::{
    collections::{HashMap, HashSet},
    fs::{File, Metadata, OpenOptions},
    io::BufWriter,
    os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, fchown},
    path::{Path, PathBuf},
    time::Duration,
};

use sources::{Fixed, Folder, Part, Piece, Records, SourceError, Stamp, Written};

use super::{
    MORE, Shelf, blocking,
    judge::{Keeping, wanted},
    line::Line,
    place::{barred, beside, fault, lock, obstructed, sweep_up},
    view::{Twins, View, print, print_of},
};
use crate::{
    Alike,
    error::{PurgeError, Result},
    request::{Condition, Literal},
    schema::Table,
};

/// How long another erasure of the same file is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// What becomes of rows of one file.
#[derive(Debug, Clone)]
pub struct Sweep {
    /// The file, as a table.
    pub table: Table,
    /// Keys of the rows that go, or are emptied.
    pub own: Vec<Vec<Literal>>,
    /// They go; else these of their columns are emptied.
    pub delete: bool,
    /// The columns that are emptied.
    pub columns: Vec<String>,
    /// Keys of rows in which only what names the person is emptied.
    pub shared: Vec<Vec<Literal>>,
    /// What names the person there.
    pub naming: Vec<Naming>,
    /// Rows that stay because of a duty.
    pub duties: Vec<Condition>,
    /// Rows that stay because of a legal hold.
    pub holds: Vec<Condition>,
}

/// A column that names the person, and how.
#[derive(Debug, Clone)]
pub struct Naming {
    /// The column.
    pub column: String,
    /// The person's values.
    pub values: Vec<String>,
    /// What makes no difference.
    pub how: Alike,
}

/// What became of the rows, or would.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Swept {
    /// Rows that are gone.
    pub deleted: u64,
    /// Rows that stay with empty cells.
    pub emptied: u64,
    /// Cells of shared rows that are empty.
    pub cells: u64,
    /// Rows that stay because of a duty.
    pub duty: u64,
    /// Rows that stay because of a hold.
    pub hold: u64,
    /// Rows of the lists that are not there.
    pub missing: u64,
}

impl Swept {
    /// Nothing in the file is to be changed.
    pub fn is_idle(&self) -> bool {
        self.deleted + self.emptied + self.cells == 0
    }
}

/// A file written anew that has not taken the place of the old one. Dropped, it is removed. As long as
/// it is there, nobody else can write the same file anew.
pub struct Draft {
    /// What became of the rows.
    pub swept: Swept,
    /// What the file is once it has taken the place.
    pub stamp: Stamp,
    /// What the old file was when it was read.
    pub was: Stamp,
    name: String,
    path: PathBuf,
    /// Under a name of its own: nobody else's file is ever taken for this one.
    pub(super) beside: PathBuf,
    /// The new file.
    file: File,
    /// The old file's lock.
    lock: File,
    published: bool,
}

impl Shelf {
    /// Counts what a sweep would do, and what the file is.
    ///
    /// # Errors
    /// [`PurgeError::Source`].
    pub async fn preview(&self, sweep: Sweep) -> Result<(Swept, Stamp)> {
        let folder = self.folder().await?.clone();
        blocking(move || {
            let (swept, records) = rewrite(&folder, &sweep, None)?;
            Ok((swept, records))
        })
        .await?
    }

    /// Writes a file anew, beside it.
    ///
    /// # Errors
    /// [`PurgeError::File`] where it cannot be written anew, [`PurgeError::Source`].
    pub async fn draft(&self, sweep: Sweep) -> Result<Draft> {
        let folder = self.folder().await?.clone();
        blocking(move || write(&folder, &sweep)).await?
    }

    /// What a killed server left beside a file is removed.
    ///
    /// # Errors
    /// [`PurgeError::Source`].
    pub async fn tidy(&self, name: &str) -> Result<()> {
        let (folder, name) = (self.folder().await?.clone(), name.to_owned());
        blocking(move || {
            let path = match folder.path(&name) {
                Err(SourceError::Vanished(_)) => return Ok(()),
                path => path?,
            };
            match lock(&path, &name, Duration::ZERO) {
                Ok(_lock) => sweep_up(&path, &name),
                // Whoever writes it anew has swept up before.
                Err(PurgeError::File { code: "file-busy" | "file-gone", .. }) => Ok(()),
                Err(error) => Err(error),
            }
        })
        .await?
    }
}

impl Draft {
    /// Puts it in the place of the old file, unless somebody wrote to that meanwhile.
    ///
    /// # Errors
    /// [`PurgeError::File`] `file-busy`; the old file is as it was.
    pub async fn publish(mut self) -> Result<Swept> {
        blocking(move || {
            let meta = std::fs::metadata(&self.path).map_err(|e| fault(&e, &self.name))?;
            if Stamp::of(&meta) != self.was {
                return Err(obstructed(&self.name, "file-busy"));
            }
            if let Some(code) = barred(&meta) {
                return Err(obstructed(&self.name, code));
            }
            // What takes the place is what was written here, whoever was in the folder meanwhile.
            let mine = self.file.metadata().map_err(|e| fault(&e, &self.name))?;
            let there = std::fs::symlink_metadata(&self.beside);
            if !there.is_ok_and(|there| Stamp::of(&there) == Stamp::of(&mine)) {
                return Err(obstructed(&self.name, "file-busy"));
            }
            std::fs::rename(&self.beside, &self.path).map_err(|e| fault(&e, &self.name))?;
            self.published = true;
            let folder = self.path.parent().unwrap_or(Path::new("/"));
            let synced = File::open(folder).and_then(|folder| folder.sync_all());
            synced.map_err(|e| fault(&e, &self.name))?;
            Ok(self.swept)
        })
        .await?
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.published {
            let _ = std::fs::remove_file(&self.beside);
        }
    }
}

fn write(folder: &Folder, sweep: &Sweep) -> Result<Draft> {
    let name = &sweep.table.name;
    let (mut draft, swept) = anew(folder, name, |out| rewrite(folder, sweep, Some(out)))?;
    draft.swept = swept;
    Ok(draft)
}

/// A new file beside the old one. `fill` writes it, and says what the old one was.
pub(super) fn anew<T>(
    folder: &Folder,
    name: &str,
    fill: impl FnOnce(&mut BufWriter<File>) -> Result<(T, Stamp)>,
) -> Result<(Draft, T)> {
    let path = match folder.path(name) {
        Err(SourceError::Vanished(_)) => return Err(obstructed(name, "file-gone")),
        path => path?,
    };
    let old = lock(&path, name, PATIENCE)?;
    let meta = old.metadata().map_err(|e| fault(&e, name))?;
    if let Some(code) = barred(&meta) {
        return Err(obstructed(name, code));
    }
    // What cannot be removed is in nobody's way; who tidies is told of it.
    let _ = sweep_up(&path, name);
    let beside = beside(&path)?;
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside);
    let file = file.map_err(|e| fault(&e, name))?;
    let stamp = Stamp { device: 0, inode: 0, bytes: 0, written_ns: 0 };
    let mut draft = Draft {
        swept: Swept::default(),
        stamp,
        was: stamp,
        name: name.to_owned(),
        path,
        beside,
        file,
        lock: old,
        published: false,
    };
    let mut out = BufWriter::new(draft.file.try_clone().map_err(|e| fault(&e, name))?);
    let (filled, was) = fill(&mut out)?;
    draft.was = was;
    out.into_inner().map_err(|e| fault(e.error(), name))?;
    // What was read is what is locked.
    if (draft.was.device, draft.was.inode) != (meta.dev(), meta.ino()) {
        return Err(obstructed(name, "file-busy"));
    }
    let meta = draft.lock.metadata().map_err(|e| fault(&e, name))?;
    adopt(&draft.file, &meta, name)?;
    draft.file.sync_all().map_err(|e| fault(&e, name))?;
    draft.stamp = Stamp::of(&draft.file.metadata().map_err(|e| fault(&e, name))?);
    Ok((draft, filled))
}

/// The new file is the same people's as the old one.
fn adopt(file: &File, old: &Metadata, name: &str) -> Result<()> {
    let new = file.metadata().map_err(|e| fault(&e, name))?;
    if (new.uid(), new.gid()) != (old.uid(), old.gid()) {
        fchown(file, Some(old.uid()), Some(old.gid()))
            .map_err(|_| obstructed(name, "file-owner"))?;
    }
    // After the owner: a change of that takes away some of these.
    file.set_permissions(old.permissions()).map_err(|e| fault(&e, name))
}

/// A sweep made ready.
struct Work<'a> {
    own: HashMap<[u8; 16], HashSet<String>>,
    shared: HashMap<[u8; 16], HashSet<String>>,
    naming: Vec<(&'a Naming, HashSet<String>)>,
    duties: Keeping<'a>,
    holds: Keeping<'a>,
    sweep: &'a Sweep,
    swept: Swept,
    twins: Twins,
}

/// What becomes of one row.
pub(super) enum Fate {
    Same,
    Gone,
    /// These stretches of it are written otherwise.
    Changed(Vec<Stretch>),
}

/// A stretch of a row's piece, and what is written there.
pub(super) type Stretch = (std::ops::Range<usize>, Vec<u8>);

fn listed(keys: &[Vec<Literal>]) -> HashMap<[u8; 16], HashSet<String>> {
    let mut all: HashMap<[u8; 16], HashSet<String>> = HashMap::new();
    for key in keys.iter().flatten() {
        let Literal::Text(key) = key else { continue };
        all.entry(print_of(key)).or_default().insert(key.clone());
    }
    all
}

/// The records of a file that are read to write it anew.
pub(super) fn records(folder: &Folder, table: &Table, columns: &[String]) -> Result<Records> {
    match folder.records(&table.name, columns) {
        // It has other columns now.
        Err(SourceError::Vanished(_)) => Err(obstructed(&table.name, "file-changed")),
        records => Ok(records?),
    }
}

/// The columns of a file.
pub(super) fn named(table: &Table) -> Vec<String> {
    let names = table.columns.iter().map(|column| column.name.clone());
    names.filter(|one| one != MORE).collect()
}

/// The file can be written anew, as far as its writing goes.
pub(super) fn cuttable(records: &Records, name: &str) -> Result<()> {
    match records.fixed() {
        Some(Fixed::Encoding) => Err(obstructed(name, "file-encoding")),
        Some(Fixed::Parquet) => Err(obstructed(name, "file-parquet")),
        None => Ok(()),
    }
}

fn rewrite(
    folder: &Folder,
    sweep: &Sweep,
    out: Option<&mut BufWriter<File>>,
) -> Result<(Swept, Stamp)> {
    let name = &sweep.table.name;
    let columns = named(&sweep.table);
    let mut records = records(folder, &sweep.table, &columns)?;
    if out.is_some() {
        cuttable(&records, name)?;
    }
    let mut work = Work {
        own: listed(&sweep.own),
        shared: listed(&sweep.shared),
        naming: sweep.naming.iter().map(|one| (one, wanted(one.how, &one.values))).collect(),
        duties: Keeping::new(&sweep.duties),
        holds: Keeping::new(&sweep.holds),
        sweep,
        swept: Swept::default(),
        twins: Twins::default(),
    };
    let stamp = pass(&mut records, (name, &columns), out, |row| work.fate(row))?;
    let left = work.own.values().chain(work.shared.values());
    let left: usize = left.map(HashSet::len).sum();
    work.swept.missing = left as u64;
    Ok((work.swept, stamp))
}

/// Reads a file once; what of it stays goes out.
pub(super) fn pass(
    records: &mut Records,
    (name, columns): (&str, &[String]),
    out: Option<&mut BufWriter<File>>,
    mut fate: impl FnMut(View<'_>) -> Fate,
) -> Result<Stamp> {
    let mut line = Line::new(out);
    while let Some(piece) = records.next()? {
        let written = match &piece.part {
            Part::Row(row) => match fate(View { records, piece: &piece, row, columns, key: "" }) {
                Fate::Gone => {
                    line.gone();
                    Ok(())
                }
                Fate::Same => line.row(&piece.bytes),
                Fate::Changed(cells) => line.row(&changed(&piece, 0..piece.bytes.len(), cells)),
            },
            Part::Between => {
                line.between(piece.bytes);
                Ok(())
            }
            // What cannot be understood stays like a row: with what stands around it.
            Part::Broken => line.row(&piece.bytes),
            Part::Frame => line.frame(&piece.bytes),
        };
        written.map_err(|e| fault(&e, name))?;
    }
    let stamp = records.stamp();
    let now = records.file().metadata().map_err(|e| fault(&e, name))?;
    if Stamp::of(&now) != stamp {
        return Err(obstructed(name, "file-busy"));
    }
    Ok(stamp)
}

impl Work<'_> {
    fn fate(&mut self, row: View<'_>) -> Fate {
        let print = print(row.piece, row.row);
        let is_own = self.own.contains_key(&print);
        if !is_own && !self.shared.contains_key(&print) {
            return Fate::Same;
        }
        let key = self.twins.key(print);
        let row = View { key: &key, ..row };
        let taken = |list: &mut HashMap<[u8; 16], HashSet<String>>| {
            list.get_mut(&print).is_some_and(|keys| keys.remove(&key))
        };
        let (own, shared) = (taken(&mut self.own), taken(&mut self.shared));
        if !own && !shared {
            return Fate::Same;
        }
        let (duty, hold) = (self.duties.holds(&row), self.holds.holds(&row));
        if own && duty {
            self.swept.duty += 1;
        } else if own && hold {
            self.swept.hold += 1;
        }
        if duty || hold {
            return Fate::Same;
        }
        if own { self.own(&row) } else { self.shared(&row) }
    }

    fn own(&mut self, row: &View<'_>) -> Fate {
        if self.sweep.delete {
            self.swept.deleted += 1;
            return Fate::Gone;
        }
        let columns = &self.sweep.columns;
        let named = |at: Option<usize>| at.map_or(MORE, |at| row.columns[at].as_str());
        let mine = row.row.cells.iter().filter(|cell| {
            let name = named(cell.column);
            columns.iter().any(|one| one == name)
        });
        let cells = mine.map(|cell| (cell.range.clone(), nothing(row))).collect();
        self.swept.emptied += 1;
        Fate::Changed(cells)
    }

    fn shared(&mut self, row: &View<'_>) -> Fate {
        let mut cells = Vec::new();
        for (naming, values) in &self.naming {
            let at = row.columns.iter().position(|one| *one == naming.column);
            for cell in row.row.cells.iter().filter(|cell| at.is_some() && cell.column == at) {
                let text = row.text(cell);
                if text.is_some_and(|text| values.contains(&naming.how.fold(&text))) {
                    cells.push((cell.range.clone(), nothing(row)));
                }
            }
        }
        if cells.is_empty() {
            return Fate::Same;
        }
        self.swept.cells += cells.len() as u64;
        Fate::Changed(cells)
    }
}

/// How nothing is written in a row.
fn nothing(row: &View<'_>) -> Vec<u8> {
    match row.records.shape() {
        // A line of nothing would be no row.
        Written::Table if row.row.cells.len() == 1 => b"\"\"".to_vec(),
        Written::Table => Vec::new(),
        Written::Lines | Written::Array => b"null".to_vec(),
    }
}

/// The bytes of a part of a row's piece with some stretches of it written otherwise.
pub(super) fn changed(
    piece: &Piece,
    part: std::ops::Range<usize>,
    mut cells: Vec<Stretch>,
) -> Vec<u8> {
    cells.sort_by_key(|(cell, _)| cell.start);
    cells.dedup_by(|a, b| a.0 == b.0);
    let mut out = Vec::with_capacity(piece.bytes.len());
    let mut at = part.start;
    for (cell, written) in cells {
        out.extend_from_slice(&piece.bytes[at..cell.start]);
        out.extend_from_slice(&written);
        at = cell.end;
    }
    out.extend_from_slice(&piece.bytes[at..part.end]);
    out
}
