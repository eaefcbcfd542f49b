//! The Merkle tree of RFC 6962 §2.1 (RFC 9162 §2.1): hashes, and the right edge of a growing tree.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use sha2::{Digest as _, Sha256};

/// A SHA-256 hash of a leaf or a node.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hash(pub [u8; 32]);

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

/// Standard base64, as checkpoints write it.
impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64.encode(self.0))
    }
}

impl Hash {
    /// Reads what `Display` writes.
    pub fn parse(text: &str) -> Option<Self> {
        BASE64.decode(text).ok()?.try_into().ok().map(Self)
    }

    /// The root of a tree without leaves (RFC 6962 §2.1): the hash of nothing.
    pub fn empty() -> Self {
        Self(Sha256::digest(b"").into())
    }

    /// A leaf: `SHA-256(0x00 ‖ data)`.
    pub fn of_leaf(data: &[u8]) -> Self {
        Self(Sha256::new().chain_update([0]).chain_update(data).finalize().into())
    }

    /// A node: `SHA-256(0x01 ‖ left ‖ right)`.
    pub fn of_node(left: &Self, right: &Self) -> Self {
        let mut bytes = [1_u8; 65];
        bytes[1..33].copy_from_slice(&left.0);
        bytes[33..].copy_from_slice(&right.0);
        Self(Sha256::digest(bytes).into())
    }
}

/// The right edge of a tree: one hash per perfect subtree, largest first; as many as the size has
/// ones in binary. Enough to append and to know the root, and tiny (64 hashes at most).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Edge {
    size: u64,
    peaks: Vec<Hash>,
}

impl Edge {
    /// An edge as stored; `None` when there is not one hash for each one of the size.
    pub fn from_parts(size: u64, peaks: Vec<Hash>) -> Option<Self> {
        (size.count_ones() as usize == peaks.len()).then_some(Self { size, peaks })
    }

    /// How many leaves the tree has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The subtrees' hashes, largest first.
    pub fn peaks(&self) -> &[Hash] {
        &self.peaks
    }

    /// Appends a leaf's hash.
    pub fn push(&mut self, leaf: Hash) {
        let mut hash = leaf;
        for _ in 0..self.size.trailing_ones() {
            // One peak for each trailing one: they merge like digits that carry.
            let Some(left) = self.peaks.pop() else { break };
            hash = Hash::of_node(&left, &hash);
        }
        self.peaks.push(hash);
        self.size += 1;
    }

    /// The root (RFC 6962 §2.1: the largest subtree is left of all the rest).
    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev();
        let Some(last) = peaks.next() else { return Hash::empty() };
        peaks.fold(*last, |right, left| Hash::of_node(left, &right))
    }
}

/// The root of a perfect or ragged row of hashes.
pub(crate) fn root_of(hashes: &[Hash]) -> Hash {
    let mut edge = Edge::default();
    for hash in hashes {
        edge.push(*hash);
    }
    edge.root()
}
