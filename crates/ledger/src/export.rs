//! A whole log in a file: a header with the checkpoint, then every leaf as entry bundles hold them
//! (two bytes of length, big-endian, and the leaf), from the first to the checkpoint's size.
//!
//! ```text
//! privet-log-v1
//! 187                      bytes of the checkpoint that follow
//! …                        the signed note
//! ```

use std::io::{self, BufRead, Read as _, Write};

use crate::{Checkpoint, Edge, Hash, Leaf, Note, NoteError, NoteKey, PublicKey};

const MAGIC: &str = "privet-log-v1\n";
/// Bytes of a checkpoint at most.
const LARGEST_NOTE: u64 = 64 << 10;

/// Why an export proves nothing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// Cannot be read.
    #[error("the file could not be read: {0}")]
    Read(#[from] io::Error),
    /// Not an export.
    #[error("this is not an exported log")]
    NotAnExport,
    /// The checkpoint is not accepted.
    #[error("the export's checkpoint: {0}")]
    Checkpoint(#[from] NoteError),
    /// A leaf is missing, out of place or not one.
    #[error("entry {0} is missing or not in its place")]
    Entry(u64),
    /// The leaves make another tree.
    #[error("an entry was changed, added or removed: the entries' root is not the checkpoint's")]
    Root,
    /// There is more than the checkpoint covers.
    #[error("there are entries after the last one of the checkpoint")]
    Beyond,
}

/// The beginning of an export.
#[derive(Debug)]
pub struct ExportHeader;

impl ExportHeader {
    /// Writes it.
    pub fn write(out: &mut impl Write, checkpoint: &str) -> io::Result<()> {
        write!(out, "{MAGIC}{}\n{checkpoint}", checkpoint.len())
    }

    /// Writes a leaf after it.
    pub fn leaf(out: &mut impl Write, leaf: &[u8]) -> io::Result<()> {
        let length = u16::try_from(leaf.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
        out.write_all(&length.to_be_bytes())?;
        out.write_all(leaf)
    }

    /// Whether bytes begin an export.
    pub fn begins(bytes: &[u8]) -> bool {
        bytes.starts_with(MAGIC.as_bytes())
    }
}

/// What an export proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// The log's state.
    pub checkpoint: Checkpoint,
    /// The note that said so, with all its signatures.
    pub note: String,
    /// When its newest entry was made (µs); 0 without one.
    pub newest: i64,
}

/// Checks a whole export with the log's key, reading it once.
pub fn check_export(mut file: impl BufRead, key: &PublicKey) -> Result<Exported, ExportError> {
    let mut line = String::new();
    file.by_ref().take(64).read_line(&mut line)?;
    if line != MAGIC {
        return Err(ExportError::NotAnExport);
    }
    line.clear();
    file.by_ref().take(64).read_line(&mut line)?;
    let length: u64 = line.trim_end().parse().map_err(|_| ExportError::NotAnExport)?;
    if length > LARGEST_NOTE {
        return Err(ExportError::NotAnExport);
    }
    let mut note = vec![0; length as usize];
    file.read_exact(&mut note)?;
    let note = String::from_utf8(note).map_err(|_| ExportError::NotAnExport)?;
    let parsed = Note::parse(&note)?;
    let checkpoint = Checkpoint::parse(&parsed.text)?;
    parsed.check(&NoteKey::log(&checkpoint.origin, key.clone())?)?;
    let (mut edge, mut newest) = (Edge::default(), 0);
    let mut leaf = Vec::with_capacity(1024);
    while edge.size() < checkpoint.size {
        let position = edge.size() + 1;
        let mut length = [0; 2];
        let missing = |_| ExportError::Entry(position);
        file.read_exact(&mut length).map_err(missing)?;
        leaf.resize(usize::from(u16::from_be_bytes(length)), 0);
        file.read_exact(&mut leaf).map_err(missing)?;
        // Positions are in the same place of every leaf: no need to read the rest.
        let number = |from: usize| -> Option<i64> {
            Some(i64::from_be_bytes(leaf.get(from..from + 8)?.try_into().ok()?))
        };
        if number(1) != i64::try_from(position).ok() {
            return Err(ExportError::Entry(position));
        }
        newest = number(9).unwrap_or_default();
        edge.push(Hash::of_leaf(&leaf));
    }
    if Leaf::decode(&leaf).is_none() && checkpoint.size > 0 {
        return Err(ExportError::Entry(checkpoint.size));
    }
    if edge.root() != checkpoint.root {
        return Err(ExportError::Root);
    }
    if !file.fill_buf()?.is_empty() {
        return Err(ExportError::Beyond);
    }
    Ok(Exported { checkpoint, note, newest })
}
