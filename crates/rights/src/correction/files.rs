//! Corrections in files. A row of a file is called by what stands in it, so a corrected row is called
//! otherwise afterwards: what the new file is and how its rows are called is kept before it takes its
//! place, so that a server killed right after that knows what was done. Whatever finds such a note first
//! settles it.

use std::{collections::BTreeMap, time::Duration};

use purge::{
    Amended, Amendment, Edit, Mended, Mending, Moves, PurgeError, Schema, Shelf, Stamp, Table,
};
use serde::{Deserialize, Serialize};

use super::{
    Correction, State,
    work::{ended, fault},
};
use crate::{Result, Rights};

/// How often a file is tried that somebody else is writing to.
const TRIES: usize = 3;
/// Between two tries.
const PAUSE: Duration = Duration::from_millis(200);

/// The files of a source, and what they are.
pub(super) struct Files {
    shelf: Shelf,
    /// Read when it is needed first.
    schema: Option<Schema>,
}

/// A new file that was about to take the place of an old one.
#[derive(Serialize, Deserialize)]
pub(super) struct Drafted {
    /// What the old file was.
    pub was: Stamp,
    /// What the new one is.
    pub is: Stamp,
    pub moves: Moves,
}

/// How one try to write a place ended.
enum Tried {
    Ended(std::result::Result<(), &'static str>),
    /// Somebody was at the file, or at this very place, meanwhile.
    Again,
}

impl Files {
    pub fn new(shelf: Shelf) -> Self {
        Self { shelf, schema: None }
    }

    /// `all`: whose columns the files have, though a listing may not come upon them.
    async fn read(&mut self, all: &[Correction]) -> std::result::Result<(), PurgeError> {
        if self.schema.is_none() {
            let mut known: BTreeMap<String, Vec<String>> = BTreeMap::new();
            for one in all {
                known.entry(one.table.clone()).or_default().push(one.column.clone());
            }
            self.schema = Some(self.shelf.schema(&known).await?);
        }
        Ok(())
    }
}

impl Rights {
    /// Tries, writes or undoes one place in a file. `all`: the changes of its request.
    pub(super) async fn mend(
        &self,
        files: &mut Files,
        (request, one): (&str, &Correction),
        all: &[Correction],
    ) -> Result<std::result::Result<(), &'static str>> {
        let mine: Vec<Correction> =
            all.iter().filter(|other| other.source == one.source).cloned().collect();
        if let Err(error) = files.read(&mine).await {
            return Ok(Err(fault(&error)));
        }
        let Files { shelf, schema: Some(schema) } = files else { return Ok(Err("other")) };
        let Ok(table) = schema.table(&one.table) else { return Ok(Err("moved")) };
        for _ in 0..TRIES {
            if self.settled(shelf, table, one).await? {
                return Ok(Ok(()));
            }
            // Another job may have been first: the row is called otherwise, or nothing is left to do.
            let now = self.corrections(request).await?.into_iter().find(|now| now.id == one.id);
            let Some(now) = now.filter(|now| now.state == one.state) else { return Ok(Ok(())) };
            match self.tried(shelf, table, &now).await? {
                Tried::Ended(Err("gone")) if self.settled(shelf, table, one).await? => {
                    return Ok(Ok(()));
                }
                Tried::Ended(done) => return Ok(done),
                Tried::Again => tokio::time::sleep(PAUSE).await,
            }
        }
        let settled = self.settled(shelf, table, one).await?;
        Ok(if settled { Ok(()) } else { Err("file-busy") })
    }

    async fn tried(&self, shelf: &Shelf, table: &Table, one: &Correction) -> Result<Tried> {
        let stamp = self.retain().holds_stamp().await?;
        let keeps = self.retain().keeps(&one.source, ::store::now()).await?;
        let stood = match one.state {
            State::Undoing => self.stood(&one.id).await?,
            _ => None,
        };
        let (old, new) = one.sides();
        let amendment = Amendment {
            table: one.table.clone(),
            key: one.key.clone(),
            edits: vec![Edit { column: one.column.clone(), old: old.clone(), new: new.clone() }],
            except: keeps.of(&one.table)?.holds,
            triggers: false,
        };
        let Mended { draft, moves, stood } = match shelf.amend(table, &amendment, stood).await {
            Ok(Mending::Ready(mended)) => *mended,
            Ok(Mending::Not(Amended::Gone)) => return Ok(Tried::Ended(Err("gone"))),
            Ok(Mending::Not(why)) => return Ok(Tried::Ended(ended(why, one.state))),
            Err(PurgeError::File { code: "file-busy", .. }) => return Ok(Tried::Again),
            Err(error) => return Ok(Tried::Ended(Err(fault(&error)))),
        };
        if one.state == State::Checking {
            return Ok(Tried::Ended(Ok(())));
        }
        // A hold that was made meanwhile wins.
        if self.retain().holds_stamp().await? != stamp {
            return Ok(Tried::Again);
        }
        let drafted = Drafted { was: draft.was, is: draft.stamp, moves };
        // As long as the draft is there nobody else can write this file.
        if !self.keep_drafted(one, &drafted, &stood).await? {
            return Ok(Tried::Again);
        }
        match draft.publish().await {
            Ok(_) => {}
            // It may have taken its place all the same.
            Err(_) if self.settled(shelf, table, one).await? => return Ok(Tried::Ended(Ok(()))),
            Err(PurgeError::File { code: "file-busy", .. }) => return Ok(Tried::Again),
            Err(error) => return Ok(Tried::Ended(Err(fault(&error)))),
        }
        self.renamed(one, &drafted.moves).await?;
        Ok(Tried::Ended(Ok(())))
    }

    /// Settles what is noted of new files for this one, whoever's changes they are; says whether that of
    /// this change took its place.
    async fn settled(&self, shelf: &Shelf, table: &Table, one: &Correction) -> Result<bool> {
        let mut mine = false;
        for (other, drafted) in self.drafted(&one.source, &one.table).await? {
            let Ok(is) = shelf.stamp(&one.table).await else { continue };
            let took = is == drafted.is
                || (is != drafted.was
                    && shelf.has_moved(table, &drafted.moves).await.unwrap_or(false));
            if took {
                self.renamed(&other, &drafted.moves).await?;
                mine |= other.id == one.id;
            }
        }
        Ok(mine)
    }

    /// Rows of a file are called otherwise now: so are they in all changes of that file, and where the
    /// request's page shows them. Nothing is awaited of the new file any more.
    async fn renamed(&self, one: &Correction, moves: &Moves) -> Result<()> {
        let keys: BTreeMap<&str, &str> =
            moves.keys.iter().map(|(was, is)| (was.as_str(), is.as_str())).collect();
        let rename = |key: &mut Vec<purge::Literal>| {
            let [purge::Literal::Text(key)] = key.as_mut_slice() else { return false };
            let Some(is) = keys.get(key.as_str()) else { return false };
            (*is).clone_into(key);
            true
        };
        self.rename_rows(one, rename).await
    }
}
