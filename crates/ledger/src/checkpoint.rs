//! Checkpoints (C2SP tlog-checkpoint): a log's size and root, signed by the log, cosigned by witnesses.

use crate::{
    Hash, Signer,
    note::{Note, NoteError, NoteKey},
};

/// A log's state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log.
    pub origin: String,
    /// How many leaves.
    pub size: u64,
    /// Their root.
    pub root: Hash,
}

impl Checkpoint {
    /// The text that is signed: three lines.
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, self.root)
    }

    /// Reads the text. Further lines (extensions) are let pass, as C2SP asks.
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let mut lines = text.lines();
        let mut line = || lines.next().ok_or(NoteError::Form("a checkpoint has three lines"));
        let (origin, size, root) = (line()?, line()?, line()?);
        let number = size.parse().ok().filter(|number: &u64| number.to_string() == size);
        let size = number.ok_or(NoteError::Form("its second line is not a size"))?;
        let root = Hash::parse(root).ok_or(NoteError::Form("its third line is not a hash"))?;
        if origin.is_empty() {
            return Err(NoteError::Form("its origin is empty"));
        }
        Ok(Self { origin: origin.to_owned(), size, root })
    }

    /// The note, signed by the log.
    pub fn sign(&self, key: &NoteKey, signer: &Signer) -> String {
        let text = self.text();
        format!("{text}\n{}", key.sign(signer, &text))
    }

    /// Opens a note: its checkpoint, if the key signed it under the log's name.
    pub fn open(note: &str, key: &NoteKey) -> Result<Self, NoteError> {
        let note = Note::parse(note)?;
        note.check(key)?;
        let checkpoint = Self::parse(&note.text)?;
        if checkpoint.origin == key.name() {
            Ok(checkpoint)
        } else {
            Err(NoteError::NotSigned(key.name().to_owned()))
        }
    }
}
