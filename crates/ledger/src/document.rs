//! A document with its place in the log. Any signed document (a receipt, a deletion certificate) that
//! says `"ledger": {"position": N}` and its own id can be accompanied by
//!
//! ```json
//! {"leaf": "BASE64", "index": 41, "path": ["BASE64", …], "checkpoint": "NOTE"}
//! ```
//!
//! as the member `log_proof` beside it. It proves that the log holds, at that position, an entry
//! about that id, and that the checkpoint's signer and witnesses stand for a log that has it.

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use serde_json::{Value, json};

use crate::{Checkpoint, Hash, InclusionProof, Leaf, Note, NoteError, NoteKey, PublicKey};

/// The member that carries it beside a document.
pub const MEMBER: &str = "log_proof";

/// An entry's leaf, its path, and the checkpoint the path leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogProof {
    /// The leaf's canonical bytes.
    pub leaf: Vec<u8>,
    /// Its path.
    pub inclusion: InclusionProof,
    /// The signed note.
    pub checkpoint: String,
}

/// Why a proof proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LogProofError {
    /// Not of the form.
    #[error("the proof of the log is malformed: {0}")]
    Form(&'static str),
    /// The checkpoint is not accepted.
    #[error("the proof's checkpoint: {0}")]
    Checkpoint(#[from] NoteError),
    /// The path leads elsewhere.
    #[error("the entry is not in the log of the checkpoint: the path leads to another root")]
    NotIncluded,
    /// The entry belongs to another document.
    #[error("the entry in the log is not about this document: {0}")]
    OtherDocument(&'static str),
}

/// What was proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// The entry.
    pub leaf: Leaf,
    /// The log's state it is in.
    pub checkpoint: Checkpoint,
}

impl LogProof {
    /// As JSON.
    pub fn to_json(&self) -> Value {
        json!({
            "leaf": BASE64.encode(&self.leaf),
            "index": self.inclusion.index,
            "path": self.inclusion.path.iter().map(Hash::to_string).collect::<Vec<_>>(),
            "checkpoint": self.checkpoint,
        })
    }

    /// Reads the JSON.
    pub fn from_json(value: &Value) -> Result<Self, LogProofError> {
        let form = LogProofError::Form;
        let leaf = value["leaf"].as_str().and_then(|text| BASE64.decode(text).ok());
        let path = value["path"].as_array().and_then(|path| {
            path.iter().map(|hash| Hash::parse(hash.as_str()?)).collect::<Option<Vec<_>>>()
        });
        let checkpoint = value["checkpoint"].as_str().ok_or(form("no checkpoint"))?;
        let size = Checkpoint::parse(&Note::parse(checkpoint)?.text)?.size;
        Ok(Self {
            leaf: leaf.ok_or(form("no leaf"))?,
            inclusion: InclusionProof {
                index: value["index"].as_u64().ok_or(form("no index"))?,
                size,
                path: path.ok_or(form("no path"))?,
            },
            checkpoint: checkpoint.to_owned(),
        })
    }

    /// Checks the proof by itself: the key signed the checkpoint, and the entry is in its tree.
    pub fn check(&self, key: &PublicKey) -> Result<Placed, LogProofError> {
        let note = Note::parse(&self.checkpoint)?;
        let checkpoint = Checkpoint::parse(&note.text)?;
        note.check(&NoteKey::log(&checkpoint.origin, key.clone())?)?;
        let leaf = Leaf::decode(&self.leaf).ok_or(LogProofError::Form("the leaf is not one"))?;
        let proved = self.inclusion.size == checkpoint.size
            && self.inclusion.proves(&Hash::of_leaf(&self.leaf), &checkpoint.root);
        if !proved {
            return Err(LogProofError::NotIncluded);
        }
        // A leaf says its own position: an entry cannot be passed off as another's.
        if u64::try_from(leaf.seq).ok() != self.inclusion.index.checked_add(1) {
            return Err(LogProofError::Form("the leaf is of another position"));
        }
        Ok(Placed { leaf, checkpoint })
    }

    /// Checks the proof for a document whose own signature is checked already.
    pub fn check_for(
        &self,
        document: &Value,
        id: &str,
        key: &PublicKey,
    ) -> Result<Placed, LogProofError> {
        let placed = self.check(key)?;
        if document["ledger"]["position"].as_i64() != Some(placed.leaf.seq) {
            return Err(LogProofError::OtherDocument("the document names another position"));
        }
        if placed.leaf.object_id != id {
            return Err(LogProofError::OtherDocument("the entry is about another id"));
        }
        Ok(placed)
    }
}
