//! The witness protocol (C2SP tlog-witness): what a log asks of a witness, and how a witness judges it.
//!
//! ```text
//! old 20852014
//! PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
//! …
//!
//! (the checkpoint, signed by the log)
//! ```

use crate::{Checkpoint, ConsistencyProof, Hash, Note, NoteKey};

/// Hashes of a proof at most (tlog-witness, “add-checkpoint”).
const LONGEST_PROOF: usize = 63;
/// Bytes of a request at most: a proof and a note.
pub const LARGEST_REQUEST: usize = 128 << 10;

/// A checkpoint to cosign, with the proof that it continues the one the witness cosigned last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddCheckpoint {
    /// Size of the checkpoint that the witness is thought to have cosigned last; 0: none.
    pub old: u64,
    /// The consistency proof from there.
    pub path: Vec<Hash>,
    /// The signed checkpoint.
    pub note: String,
}

/// Why a witness does not cosign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// Not a request, or its old size is above the new one (400).
    #[error("this is not a request to cosign a checkpoint")]
    Malformed,
    /// The witness does not know the log (404).
    #[error("this log is not known here")]
    UnknownLog,
    /// The log did not sign it (403).
    #[error("the checkpoint is not signed with the log's key")]
    NotSigned,
    /// The witness cosigned another size last (409); the number is that size.
    #[error("the last cosigned size is {0}")]
    OtherSize(u64),
    /// Another root for the size that was cosigned (409): the log has two pasts.
    #[error("another root was cosigned for this size")]
    OtherRoot,
    /// The proof does not hold (422).
    #[error("the proof does not show that this log continues the one that was cosigned")]
    NotContinued,
}

impl Refusal {
    /// The answer's HTTP status.
    pub fn status(self) -> u16 {
        match self {
            Self::Malformed => 400,
            Self::NotSigned => 403,
            Self::UnknownLog => 404,
            Self::OtherSize(_) | Self::OtherRoot => 409,
            Self::NotContinued => 422,
        }
    }
}

impl AddCheckpoint {
    /// Writes the request's body.
    pub fn to_text(&self) -> String {
        let mut text = format!("old {}\n", self.old);
        for hash in &self.path {
            text.push_str(&hash.to_string());
            text.push('\n');
        }
        text + "\n" + &self.note
    }

    /// Reads it.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let (head, note) = text.split_once("\n\n").ok_or(Refusal::Malformed)?;
        let mut lines = head.split('\n');
        let old = lines.next().and_then(|line| line.strip_prefix("old "));
        let old = old.and_then(|old| Some((old, old.parse::<u64>().ok()?)));
        // No leading zeros, no sign.
        let (_, old) = old.filter(|(o, size)| size.to_string() == *o).ok_or(Refusal::Malformed)?;
        let path = lines.map(Hash::parse).collect::<Option<Vec<_>>>();
        let path = path.filter(|path| path.len() <= LONGEST_PROOF).ok_or(Refusal::Malformed)?;
        Ok(Self { old, path, note: note.to_owned() })
    }

    /// The log's name; nothing is checked yet.
    pub fn origin(&self) -> Result<String, Refusal> {
        Ok(self.checkpoint()?.1.origin)
    }

    fn checkpoint(&self) -> Result<(Note, Checkpoint), Refusal> {
        let note = Note::parse(&self.note).map_err(|_| Refusal::Malformed)?;
        let checkpoint = Checkpoint::parse(&note.text).map_err(|_| Refusal::Malformed)?;
        Ok((note, checkpoint))
    }

    /// Judges the request as a witness that knows the log by `key` and cosigned `last` (nothing yet:
    /// `None`). What it answers may be cosigned, once it is kept durably in place of `last`.
    pub fn judge(&self, key: &NoteKey, last: Option<&Checkpoint>) -> Result<Checkpoint, Refusal> {
        let (note, new) = self.checkpoint()?;
        if new.origin != key.name() {
            return Err(Refusal::UnknownLog);
        }
        note.check(key).map_err(|_| Refusal::NotSigned)?;
        if self.old > new.size {
            return Err(Refusal::Malformed);
        }
        let known = last.map_or(0, |last| last.size);
        if self.old != known {
            return Err(Refusal::OtherSize(known));
        }
        let root = last.map_or_else(Hash::empty, |last| last.root);
        if known == new.size && root != new.root {
            return Err(Refusal::OtherRoot);
        }
        let proof = ConsistencyProof { old: known, new: new.size, path: self.path.clone() };
        if proof.proves(&root, &new.root) { Ok(new) } else { Err(Refusal::NotContinued) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Edge, Signer, prove_consistency};

    fn log() -> (NoteKey, Signer) {
        let signer = Signer::from_seed(&[7; 32]);
        (NoteKey::log("example.org/log", signer.public().clone()).unwrap(), signer)
    }

    fn leaves(count: u64) -> Vec<Hash> {
        (0..count).map(|at| Hash::of_leaf(&at.to_be_bytes())).collect()
    }

    fn point(leaves: &[Hash]) -> Checkpoint {
        let mut edge = Edge::default();
        for leaf in leaves {
            edge.push(*leaf);
        }
        Checkpoint { origin: "example.org/log".into(), size: edge.size(), root: edge.root() }
    }

    fn asking(old: u64, leaves: &[Hash]) -> AddCheckpoint {
        let (key, signer) = log();
        let new = point(leaves);
        let mut nodes = |level: u32, index: u64| {
            let (from, count) = ((index << level) as usize, 1 << level);
            Some(crate::root(leaves.get(from..from + count)?.iter().copied()))
        };
        let path = prove_consistency(old, new.size, &mut nodes).map(|proof| proof.path);
        AddCheckpoint { old, path: path.unwrap_or_default(), note: new.sign(&key, &signer) }
    }

    #[test]
    fn a_log_that_grows_is_cosigned_and_every_other_is_not() {
        let (key, _) = log();
        let (old, new) = (point(&leaves(5)), leaves(9));
        let asked = asking(5, &new);
        let read = AddCheckpoint::parse(&asked.to_text()).unwrap();
        assert_eq!(read, asked);

        assert_eq!(asking(0, &leaves(5)).judge(&key, None), Ok(old.clone()));
        assert_eq!(asked.judge(&key, Some(&old)), Ok(point(&new)));
        assert_eq!(asking(5, &leaves(5)).judge(&key, Some(&old)), Ok(old.clone()), "again");

        assert_eq!(asked.judge(&key, None), Err(Refusal::OtherSize(0)));
        let back = asking(4, &leaves(4)).judge(&key, Some(&old));
        assert_eq!(back, Err(Refusal::OtherSize(5)), "a rollback");
        let mut other = leaves(9);
        other[2] = Hash([1; 32]);
        assert_eq!(asking(5, &other).judge(&key, Some(&old)), Err(Refusal::NotContinued));
        assert_eq!(asking(5, &other[..5]).judge(&key, Some(&old)), Err(Refusal::OtherRoot));
        let above = AddCheckpoint { old: 10, ..asked.clone() };
        assert_eq!(above.judge(&key, Some(&old)), Err(Refusal::Malformed));
        let stranger = Signer::from_seed(&[8; 32]);
        let forged = NoteKey::log("example.org/log", stranger.public().clone()).unwrap();
        let forged = point(&new).sign(&forged, &stranger);
        let forged = AddCheckpoint { note: forged, ..asked.clone() };
        assert_eq!(forged.judge(&key, Some(&old)), Err(Refusal::NotSigned));
        let name = NoteKey::log("example.org/other", key.public().clone()).unwrap();
        assert_eq!(asked.judge(&name, Some(&old)), Err(Refusal::UnknownLog));
        let padded = AddCheckpoint { path: vec![Hash([2; 32])], ..asking(0, &leaves(5)) };
        assert_eq!(padded.judge(&key, None), Err(Refusal::NotContinued), "a proof from nothing");
    }

    #[test]
    fn what_is_no_request_is_refused() {
        for text in
            ["", "old 5", "old 05\n\nx\n1\nAA==\n", "old -1\n\nx", "new 5\n\nx", "old 1\nx\n\ny"]
        {
            assert_eq!(AddCheckpoint::parse(text), Err(Refusal::Malformed), "{text:?}");
        }
        let long = format!("old 1\n{}\nx", format!("{}\n", Hash([0; 32])).repeat(64));
        assert_eq!(AddCheckpoint::parse(&long), Err(Refusal::Malformed));
    }
}
