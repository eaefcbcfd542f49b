//! Documents that prove something to whoever holds them, without asking us: a JSON object signed with
//! Ed25519 over its canonical form; and the log that everything enters: leaves, an RFC 6962 Merkle
//! tree in C2SP tiles, checkpoints, proofs. It does no I/O and knows no room. Callers need [`Signer`],
//! [`verify`] and [`PublicKey`] for documents; [`Leaf`], [`Edge`], [`Tile`], [`Checkpoint`] and the
//! two proofs for the log; [`LogProof`] to put both together;
//! [`AddCheckpoint`] to be witnessed and to be a witness.
//!
//! A signed document is the JSON object itself with one more member:
//! `"proof": {"type": "Ed25519", "key": "ed25519:BASE64URL", "signature": "BASE64URL"}`. What is
//! signed is the text `privet-document-v1` and a line feed, followed by the canonical JSON (RFC 8785)
//! of the object without `proof`.

mod canonical;
mod checkpoint;
mod document;
mod export;
mod leaf;
mod merkle;
mod note;
mod proof;
mod sign;
mod tile;
mod witness;

pub use canonical::canonical;
pub use checkpoint::Checkpoint;
pub use document::{LogProof, LogProofError, MEMBER, Placed};
pub use export::{ExportError, ExportHeader, Exported, check_export};
pub use leaf::{LARGEST_LEAF, Leaf};
pub use merkle::{Edge, Hash};
pub use note::{Note, NoteError, NoteKey};
pub use proof::{
    ConsistencyProof, InclusionProof, Nodes, prove_consistency, prove_inclusion, root,
};
pub use sign::{PublicKey, Signer, VerifyError, new_seed, verify};
pub use tile::{TILE_WIDTH, Tile};
pub use witness::{AddCheckpoint, LARGEST_REQUEST, Refusal};

use sha2::{Digest as _, Sha256};

/// SHA-256 of bytes in lower-case hexadecimal.
pub fn sha256_hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
