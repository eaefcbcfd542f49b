//! Corrections in files. A row of a file is called by what stands in it, so a corrected row is called
//! otherwise afterwards: what the new file is and how its rows are called is noted before it takes its
//! place, so that a server killed right after that knows what was done. There is one such note for a file
//! at most; whoever corrects it settles what he finds before he writes his own.

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
/// Somebody else is at the file.
const BUSY: &str = "file-busy";
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
    /// Somebody was at the file, or at this very place, meanwhile; what to say if it stays so: the end of
    /// `rights-correction-fault-…`.
    Again(&'static str),
}

/// What came of the notes of a file.
enum Settled {
    /// None of a file that took its place.
    Nothing,
    /// The file of this change took its place.
    Mine,
    /// That of another one.
    Others,
    /// The file cannot be read, and why: the end of `rights-correction-fault-…`.
    Unknown(&'static str),
}

impl Settled {
    /// Nothing is left to be tried, or nothing can be.
    fn ended(self) -> Option<Tried> {
        match self {
            Self::Nothing | Self::Others => None,
            Self::Mine => Some(Tried::Ended(Ok(()))),
            Self::Unknown(code) => Some(Tried::Again(code)),
        }
    }
}

impl Files {
    pub fn new(shelf: Shelf) -> Self {
        Self { shelf, schema: None }
    }

    /// `all`: changes of a request. The files have the columns of those of this source, though a listing may
    /// not come upon them.
    async fn read(
        &mut self,
        source: &str,
        all: &[Correction],
    ) -> std::result::Result<(), PurgeError> {
        if self.schema.is_none() {
            let mut known: BTreeMap<String, Vec<String>> = BTreeMap::new();
            for one in all.iter().filter(|one| one.source == source) {
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
        if let Err(error) = files.read(&one.source, all).await {
            return Ok(Err(fault(&error)));
        }
        let Files { shelf, schema: Some(schema) } = files else { return Ok(Err("other")) };
        let Ok(table) = schema.table(&one.table) else { return Ok(Err("moved")) };
        let mut why = "other";
        for _ in 0..TRIES {
            match self.round(shelf, table, (request, one)).await? {
                Tried::Ended(done) => return Ok(done),
                Tried::Again(code) => why = code,
            }
            tokio::time::sleep(PAUSE).await;
        }
        Ok(match self.settle_notes(shelf, table, one).await? {
            Settled::Mine => Ok(()),
            _ => Err(why),
        })
    }

    /// One try, with what is noted before it and after it.
    async fn round(
        &self,
        shelf: &Shelf,
        table: &Table,
        (request, one): (&str, &Correction),
    ) -> Result<Tried> {
        if let Some(ended) = self.settle_notes(shelf, table, one).await?.ended() {
            return Ok(ended);
        }
        // Another job may have been first: the row is called otherwise, or nothing is left to do.
        let Some(now) = self.still(request, one).await? else { return Ok(Tried::Ended(Ok(()))) };
        let tried = self.tried(shelf, table, &now).await?;
        if !matches!(tried, Tried::Ended(Err("gone"))) {
            return Ok(tried);
        }
        // It may have put a new file there since, in which the row is called otherwise.
        if let Some(ended) = self.settle_notes(shelf, table, one).await?.ended() {
            return Ok(ended);
        }
        Ok(match self.still(request, one).await? {
            None => Tried::Ended(Ok(())),
            Some(renamed) if renamed.key != now.key => Tried::Again("gone"),
            Some(_) => tried,
        })
    }

    /// The change as it is now, if nobody else has moved it on.
    async fn still(&self, request: &str, one: &Correction) -> Result<Option<Correction>> {
        let all = self.corrections(request).await?;
        Ok(all.into_iter().find(|now| now.id == one.id && now.state == one.state))
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
            Err(PurgeError::File { code: BUSY, .. }) => return Ok(Tried::Again(BUSY)),
            Err(error) => return Ok(Tried::Ended(Err(fault(&error)))),
        };
        if one.state == State::Checking {
            return Ok(Tried::Ended(Ok(())));
        }
        // A hold that was made meanwhile wins.
        if self.retain().holds_stamp().await? != stamp {
            return Ok(Tried::Again(BUSY));
        }
        // As long as the draft is there nobody else can write this file, or note that he will: what is noted
        // now is to be settled first, or did not come to pass.
        if !matches!(self.settle_notes(shelf, table, one).await?, Settled::Nothing) {
            return Ok(Tried::Again(BUSY));
        }
        let drafted = Drafted { was: draft.was, is: draft.stamp, moves };
        let Some(note) = self.keep_drafted(one, &drafted, &stood).await? else {
            return Ok(Tried::Again(BUSY));
        };
        match draft.publish().await {
            Ok(_) => {
                self.renamed(one, (&one.id, &note), &drafted.moves).await?;
                Ok(Tried::Ended(Ok(())))
            }
            // It may have taken its place all the same; the note says so to whoever comes next.
            Err(PurgeError::File { code: BUSY, .. }) => Ok(Tried::Again(BUSY)),
            Err(error) => match self.settle_notes(shelf, table, one).await? {
                Settled::Nothing | Settled::Others => Ok(Tried::Ended(Err(fault(&error)))),
                Settled::Mine => Ok(Tried::Ended(Ok(()))),
                Settled::Unknown(code) => Ok(Tried::Again(code)),
            },
        }
    }

    /// Settles what is noted of a new file for this one, whoever's change it is.
    async fn settle_notes(
        &self,
        shelf: &Shelf,
        table: &Table,
        one: &Correction,
    ) -> Result<Settled> {
        let mut settled = Settled::Nothing;
        for (id, note, drafted) in self.drafted(&one.source, &one.table).await? {
            let is = match shelf.stamp(&one.table).await {
                Ok(is) => is,
                Err(error) => return Ok(Settled::Unknown(fault(&error))),
            };
            let took = if is == drafted.is {
                true
            } else if is == drafted.was {
                false
            } else {
                // Somebody else wrote to it since.
                match shelf.has_moved(table, &drafted.moves).await {
                    Ok(took) => took,
                    Err(error) => return Ok(Settled::Unknown(fault(&error))),
                }
            };
            if took {
                self.renamed(one, (&id, &note), &drafted.moves).await?;
                let mine = id == one.id || matches!(settled, Settled::Mine);
                settled = if mine { Settled::Mine } else { Settled::Others };
            }
        }
        Ok(settled)
    }

    /// Rows of this change's file are called otherwise now: so are they in all changes of it, and where the
    /// pages of their requests show them. The note is done with.
    async fn renamed(&self, one: &Correction, note: (&str, &str), moves: &Moves) -> Result<()> {
        let keys: BTreeMap<&str, &str> =
            moves.keys.iter().map(|(was, is)| (was.as_str(), is.as_str())).collect();
        let rename = |key: &mut Vec<purge::Literal>| {
            let [purge::Literal::Text(key)] = key.as_mut_slice() else { return false };
            let Some(is) = keys.get(key.as_str()) else { return false };
            (*is).clone_into(key);
            true
        };
        self.rename_rows((&one.source, &one.table), note, rename).await
    }
}
