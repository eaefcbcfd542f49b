//! Correcting one row of a file: some of its cells get another value, and the file is written anew. It is
//! read again before it may take its place: a value that would make the file read otherwise than before
//! (a first row that looks like a header, another delimiter) is refused.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};
use sources::{Folder, Stamp, Written};

use super::{
    MORE, Shelf, blocking,
    draft::{Draft, Fate, Stretch, anew, changed, cuttable, named, pass, records},
    judge::Keeping,
    place::{obstacle, obstructed},
    view::{Twins, View, print, print_bytes, print_of},
};
use crate::{
    amend::{Amended, Amendment, Edit},
    error::{PurgeError, Result},
    request::Literal,
    schema::Table,
};

/// How rows are called once a file was corrected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moves {
    /// Which rows are called otherwise: from which key to which. The corrected row is one of them, and so
    /// are rows with the same bytes as it had, or has.
    pub keys: Vec<(String, String)>,
    /// A key that some row has before, and none afterwards.
    pub gone: String,
    /// A key that no row has before, and one afterwards.
    pub come: String,
}

/// A correction of a row of a file that has not taken effect.
pub enum Mending {
    /// The new file stands beside the old one; [`Draft::publish`] puts it in its place.
    Ready(Box<Mended>),
    /// Nothing is to be written, and why.
    Not(Amended),
}

/// A file with a corrected row.
pub struct Mended {
    /// The new file.
    pub draft: Draft,
    /// How its rows are called.
    pub moves: Moves,
    /// The bytes that stood in the place of the first edit, for who wants to put exactly them back.
    pub stood: Vec<u8>,
}

/// What a row is to become.
struct Change {
    stretches: Vec<Stretch>,
    stood: Vec<u8>,
    is_json: bool,
    /// The first edit puts back what stood there.
    is_exact: bool,
    /// What its new bytes say who it is.
    print: [u8; 16],
}

/// What looking at the row said.
enum Seen {
    Change(Change),
    Not(Amended),
    Unfit(String, &'static str),
}

/// Rows of the prints that matter: which of the file's rows they are, and how they are called.
struct Calls {
    prints: HashSet<[u8; 16]>,
    twins: Twins,
    row: u64,
    keys: HashMap<u64, String>,
}

impl Shelf {
    /// Writes a file with a corrected row beside the old one, as [`crate::amend()`] corrects rows of
    /// tables. `amendment.triggers` means nothing here. `exact`: bytes that stood in the place of the
    /// first edit before ([`Mended::stood`]), which are written where they mean the new value.
    ///
    /// # Errors
    /// [`PurgeError::Unfit`] for a column or a value that cannot be, [`PurgeError::File`] where the file
    /// cannot be written anew, [`PurgeError::Source`]. Nothing was written then.
    pub async fn amend(
        &self,
        table: &Table,
        amendment: &Amendment,
        exact: Option<Vec<u8>>,
    ) -> Result<Mending> {
        let (folder, table) = (self.folder().await?.clone(), table.clone());
        let amendment = amendment.clone();
        blocking(move || work(&folder, &table, &amendment, exact.as_deref())).await?
    }

    /// A file of this name stands where its rows are called as after a correction, not as before it.
    ///
    /// # Errors
    /// [`PurgeError::File`], [`PurgeError::Source`].
    pub async fn has_moved(&self, table: &Table, moves: &Moves) -> Result<bool> {
        let (folder, table, moves) = (self.folder().await?.clone(), table.clone(), moves.clone());
        blocking(move || {
            let columns = named(&table);
            let mut records = records(&folder, &table, &columns)?;
            let (gone, come) = (moves.gone.as_str(), moves.come.as_str());
            let mut calls = Calls::new(&[print_of(gone), print_of(come)].into());
            let (mut is_there, mut has_come) = (false, false);
            pass(&mut records, (&table.name, &columns), None, |row| {
                let key = calls.next(&row);
                is_there |= key == Some(gone);
                has_come |= key == Some(come);
                Fate::Same
            })?;
            Ok(has_come && !is_there)
        })
        .await?
    }
}

/// Why a column of a file cannot be corrected at all.
pub fn fixed(column: &str) -> Option<&'static str> {
    if column == MORE {
        Some("it is all that stands beside the known columns")
    } else if column.split('.').any(|part| part == "*") {
        Some("it is of an object whose names are values")
    } else {
        None
    }
}

fn unfit(table: &Table, column: &str, why: &str) -> PurgeError {
    PurgeError::Unfit { table: table.name.clone(), column: column.to_owned(), why: why.to_owned() }
}

fn allowed<'a>(table: &Table, amendment: &'a Amendment) -> Result<&'a str> {
    if !table.unsafe_because.is_empty() {
        let gone = table.unsafe_because == "gone";
        return Err(obstructed(&table.name, if gone { "file-gone" } else { "file-object" }));
    }
    if amendment.edits.is_empty() {
        return Err(PurgeError::Request("nothing is to be changed".to_owned()));
    }
    for (at, edit) in amendment.edits.iter().enumerate() {
        table.column(&edit.column)?;
        if let Some(why) = fixed(&edit.column) {
            return Err(unfit(table, &edit.column, why));
        }
        if amendment.edits[..at].iter().any(|one| one.column == edit.column) {
            return Err(unfit(table, &edit.column, "it is named twice"));
        }
    }
    match amendment.key.as_slice() {
        [Literal::Text(key)] => Ok(key),
        _ => Err(PurgeError::Request(format!("the key of {} is one text", table.name))),
    }
}

fn work(
    folder: &Folder,
    table: &Table,
    amendment: &Amendment,
    exact: Option<&[u8]>,
) -> Result<Mending> {
    let key = allowed(table, amendment)?;
    let (name, columns) = (&table.name, named(table));
    let (change, stamp) = match seen(folder, table, (key, &columns), (amendment, exact))? {
        (None, _) => return Ok(Mending::Not(Amended::Gone)),
        (Some(Seen::Not(why)), _) => return Ok(Mending::Not(why)),
        (Some(Seen::Unfit(column, why)), _) => return Err(unfit(table, &column, why)),
        (Some(Seen::Change(change)), stamp) => (change, stamp),
    };
    if let Some(code) = obstacle(&folder.path(name)?, name)? {
        return Err(obstructed(name, code));
    }
    let prints: HashSet<[u8; 16]> = [print_of(key), change.print].into();
    let mut old = records(folder, table, &columns)?;
    cuttable(&old, name)?;
    let mut before = Calls::new(&prints);
    let (draft, which) = anew(folder, name, |out| {
        let mut which = None;
        let was = pass(&mut old, (name, &columns), Some(out), |row| {
            if before.next(&row) != Some(key) {
                return Fate::Same;
            }
            which = Some(before.row);
            Fate::Changed(change.stretches.clone())
        })?;
        if was != stamp {
            return Err(obstructed(name, "file-busy"));
        }
        Ok((which, was))
    })?;
    let other = || PurgeError::Unfit {
        table: name.clone(),
        column: amendment.edits[0].column.clone(),
        why: "the file would be read otherwise than before".to_owned(),
    };
    let mut new = folder.records_instead(name, &draft.beside, &columns).map_err(|_| other())?;
    if !new.is_like(&old) {
        return Err(other());
    }
    let (mut after, mut stands) = (Calls::new(&prints), false);
    pass(&mut new, (name, &columns), None, |row| {
        after.next(&row);
        if Some(after.row) == which {
            stands = print(row.piece, row.row) == change.print && holds(&row, &amendment.edits);
        }
        Fate::Same
    })?;
    if !stands || after.row != before.row {
        return Err(other());
    }
    let (gone, come) = (before.twins.last(print_of(key)), after.twins.last(change.print));
    let keys = before.keys.into_iter().filter_map(|(row, was)| {
        let is = after.keys.get(&row)?;
        (was != *is).then(|| (was, is.clone()))
    });
    let moves = Moves { keys: keys.collect(), gone, come };
    Ok(Mending::Ready(Box::new(Mended { draft, moves, stood: change.stood })))
}

/// Looks for the row, and at it.
fn seen(
    folder: &Folder,
    table: &Table,
    (key, columns): (&str, &[String]),
    (amendment, exact): (&Amendment, Option<&[u8]>),
) -> Result<(Option<Seen>, Stamp)> {
    let mut records = records(folder, table, columns)?;
    let keeping = Keeping::new(&amendment.except);
    let mut calls = Calls::new(&[print_of(key)].into());
    let mut seen = None;
    let mut others = Others::default();
    let is_utf8 = records.is_utf8();
    let stamp = pass(&mut records, (&table.name, columns), None, |row| {
        others.see(&row, &amendment.edits, is_utf8);
        if calls.next(&row) == Some(key) {
            seen = Some(look(&View { key, ..row }, (&amendment.edits, exact), &keeping));
        }
        Fate::Same
    })?;
    if let Some(Seen::Change(change)) = &seen
        && let Some((column, why)) = others.against(change, &amendment.edits)
    {
        return Ok((Some(Seen::Unfit(column, why)), stamp));
    }
    Ok((seen, stamp))
}

/// What stands in the other rows.
#[derive(Default)]
struct Others {
    /// Something is not UTF-8, in a file whose first bytes are.
    is_mixed: bool,
    /// Columns of the edits in which a word stands, a number, a yes or no.
    words: HashSet<usize>,
    values: HashSet<usize>,
}

impl Others {
    fn see(&mut self, row: &View<'_>, edits: &[Edit], is_utf8: bool) {
        self.is_mixed |= is_utf8 && std::str::from_utf8(&row.piece.bytes).is_err();
        if row.records.shape() == Written::Table {
            return;
        }
        for (n, edit) in edits.iter().enumerate() {
            let at = row.columns.iter().position(|one| *one == edit.column);
            for cell in row.row.cells.iter().filter(|cell| at.is_some() && cell.column == at) {
                match row.piece.bytes.get(cell.range.start) {
                    Some(b'"') => drop(self.words.insert(n)),
                    Some(b'n') | None => {}
                    Some(_) => drop(self.values.insert(n)),
                }
            }
        }
    }

    /// The column of an edit that does not go with what stands elsewhere, and why.
    fn against(&self, change: &Change, edits: &[Edit]) -> Option<(String, &'static str)> {
        let written = edits.iter().zip(&change.stretches).enumerate();
        for (n, (edit, (_, bytes))) in written.skip(usize::from(change.is_exact)) {
            if self.is_mixed && !bytes.is_ascii() {
                return Some((edit.column.clone(), "the file has characters of two encodings"));
            }
            let is_word = bytes.first() == Some(&b'"') && change.is_json;
            if is_word && self.values.contains(&n) && !self.words.contains(&n) {
                return Some((edit.column.clone(), "no words stand in this column"));
            }
        }
        None
    }
}

fn look(row: &View<'_>, (edits, exact): (&[Edit], Option<&[u8]>), keeping: &Keeping<'_>) -> Seen {
    let mut cells = Vec::new();
    for edit in edits {
        let at = row.columns.iter().position(|one| *one == edit.column);
        let mut mine = row.row.cells.iter().filter(|cell| at.is_some() && cell.column == at);
        match (mine.next(), mine.next()) {
            (Some(cell), None) => cells.push((edit, cell)),
            (Some(_), Some(_)) => {
                return Seen::Unfit(edit.column.clone(), "it holds more than one value");
            }
            // A row of JSON need not have all of the others' names.
            (None, _) if edit.old.is_some() => return Seen::Not(Amended::Changed),
            (None, _) => return Seen::Unfit(edit.column.clone(), "the row has no such cell"),
        }
    }
    if cells.iter().all(|(edit, cell)| row.text(cell) == edit.new) {
        return Seen::Not(Amended::AlreadyDone);
    }
    if !cells.iter().all(|(edit, cell)| row.text(cell) == edit.old) {
        return Seen::Not(Amended::Changed);
    }
    if keeping.holds(row) {
        return Seen::Not(Amended::Excepted);
    }
    let (mut stretches, mut stood, mut is_exact) = (Vec::new(), Vec::new(), false);
    for (n, (edit, cell)) in cells.into_iter().enumerate() {
        let was = row.piece.bytes.get(cell.range.clone()).unwrap_or_default();
        let exact = exact.filter(|exact| n == 0 && row.records.reads(exact) == edit.new);
        is_exact |= exact.is_some();
        let bytes = match exact {
            Some(exact) => Ok(exact.to_vec()),
            None => row.records.spelled(was, row.row.cells.len() == 1, edit.new.as_deref()),
        };
        match bytes {
            Ok(bytes) => stretches.push((cell.range.clone(), bytes)),
            Err(why) => return Seen::Unfit(edit.column.clone(), why),
        }
        if n == 0 {
            stood = was.to_vec();
        }
    }
    let body = changed(row.piece, row.row.body.clone(), stretches.clone());
    let is_json = row.records.shape() != Written::Table;
    Seen::Change(Change { stretches, stood, is_json, is_exact, print: print_bytes(&body) })
}

/// The row holds the new values.
fn holds(row: &View<'_>, edits: &[Edit]) -> bool {
    edits.iter().all(|edit| match (row.texts(&edit.column).as_slice(), &edit.new) {
        ([], None) => true,
        ([text], Some(new)) => text == new,
        _ => false,
    })
}

impl Calls {
    fn new(prints: &HashSet<[u8; 16]>) -> Self {
        Self { prints: prints.clone(), twins: Twins::default(), row: 0, keys: HashMap::new() }
    }

    /// The next row; how it is called, if it matters.
    fn next(&mut self, row: &View<'_>) -> Option<&str> {
        self.row += 1;
        let print = print(row.piece, row.row);
        if !self.prints.contains(&print) {
            return None;
        }
        let key = self.twins.key(print);
        Some(self.keys.entry(self.row).or_insert(key))
    }
}
