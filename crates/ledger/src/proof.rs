//! Proofs: that a leaf is in a tree, that a tree is the beginning of another (RFC 9162 §2.1.3, §2.1.4).

use crate::{Hash, merkle::Edge};

/// The path from a leaf to the root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InclusionProof {
    /// The leaf's index, from 0.
    pub index: u64,
    /// Leaves of the tree.
    pub size: u64,
    /// Hashes from the leaf upwards.
    pub path: Vec<Hash>,
}

/// What an old tree needs to be seen as the beginning of a new one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsistencyProof {
    /// Leaves of the old tree.
    pub old: u64,
    /// Leaves of the new tree.
    pub new: u64,
    /// The hashes.
    pub path: Vec<Hash>,
}

/// Where proofs get hashes of perfect subtrees from: level 0 is leaves, `index` counts subtrees of
/// `2^level` leaves.
pub trait Nodes {
    /// The hash; `None` when it is not known.
    fn node(&mut self, level: u32, index: u64) -> Option<Hash>;
}

impl<F: FnMut(u32, u64) -> Option<Hash>> Nodes for F {
    fn node(&mut self, level: u32, index: u64) -> Option<Hash> {
        self(level, index)
    }
}

/// Proves that leaf `index` is in the tree of `size` leaves; `None` when it is not, or a node is
/// missing.
pub fn prove_inclusion(index: u64, size: u64, nodes: &mut impl Nodes) -> Option<InclusionProof> {
    if index >= size {
        return None;
    }
    let mut path = Vec::new();
    inclusion(index, 0, size, nodes, &mut path)?;
    Some(InclusionProof { index, size, path })
}

/// RFC 6962 §2.1.1, PATH(m, D\[lo:hi\]).
fn inclusion(m: u64, lo: u64, hi: u64, nodes: &mut impl Nodes, path: &mut Vec<Hash>) -> Option<()> {
    if hi - lo == 1 {
        return Some(());
    }
    let mid = lo + split(hi - lo);
    if m < mid {
        inclusion(m, lo, mid, nodes, path)?;
        path.push(range(mid, hi, nodes)?);
    } else {
        inclusion(m, mid, hi, nodes, path)?;
        path.push(range(lo, mid, nodes)?);
    }
    Some(())
}

/// Proves that the tree of `old` leaves is the beginning of the one of `new`.
pub fn prove_consistency(old: u64, new: u64, nodes: &mut impl Nodes) -> Option<ConsistencyProof> {
    if old > new {
        return None;
    }
    let mut path = Vec::new();
    if 0 < old && old < new {
        consistency(old, 0, new, true, nodes, &mut path)?;
    }
    Some(ConsistencyProof { old, new, path })
}

/// RFC 6962 §2.1.2, SUBPROOF(m, D\[lo:hi\], b).
fn consistency(
    m: u64,
    lo: u64,
    hi: u64,
    whole: bool,
    nodes: &mut impl Nodes,
    path: &mut Vec<Hash>,
) -> Option<()> {
    if m == hi {
        if !whole {
            path.push(range(lo, hi, nodes)?);
        }
        return Some(());
    }
    let mid = lo + split(hi - lo);
    if m <= mid {
        consistency(m, lo, mid, whole, nodes, path)?;
        path.push(range(mid, hi, nodes)?);
    } else {
        consistency(m, mid, hi, false, nodes, path)?;
        path.push(range(lo, mid, nodes)?);
    }
    Some(())
}

/// The largest power of two below `n` (n ≥ 2).
fn split(n: u64) -> u64 {
    1 << (n - 1).ilog2()
}

/// The hash of leaves `lo..hi`, where `lo` is a multiple of the largest power of two in it.
fn range(lo: u64, hi: u64, nodes: &mut impl Nodes) -> Option<Hash> {
    let size = hi - lo;
    if size.is_power_of_two() {
        let level = size.trailing_zeros();
        return nodes.node(level, lo >> level);
    }
    let mid = lo + split(size);
    Some(Hash::of_node(&range(lo, mid, nodes)?, &range(mid, hi, nodes)?))
}

impl InclusionProof {
    /// Whether the leaf is in the tree with that root (RFC 9162 §2.1.3.2).
    pub fn proves(&self, leaf: &Hash, root: &Hash) -> bool {
        if self.index >= self.size {
            return false;
        }
        let (mut fn_, mut sn, mut hash) = (self.index, self.size - 1, *leaf);
        for p in &self.path {
            if sn == 0 {
                return false;
            }
            if fn_ & 1 == 1 || fn_ == sn {
                hash = Hash::of_node(p, &hash);
                while fn_ & 1 == 0 && fn_ != 0 {
                    (fn_, sn) = (fn_ >> 1, sn >> 1);
                }
            } else {
                hash = Hash::of_node(&hash, p);
            }
            (fn_, sn) = (fn_ >> 1, sn >> 1);
        }
        sn == 0 && hash == *root
    }
}

impl ConsistencyProof {
    /// Whether the tree with the old root is the beginning of the one with the new root
    /// (RFC 9162 §2.1.4.2).
    pub fn proves(&self, old_root: &Hash, new_root: &Hash) -> bool {
        if self.old > self.new {
            return false;
        }
        if self.old == self.new {
            return self.path.is_empty() && old_root == new_root;
        }
        if self.old == 0 {
            return self.path.is_empty() && *old_root == Hash::empty();
        }
        let mut path = self.path.iter();
        let first = if self.old.is_power_of_two() { Some(old_root) } else { path.next() };
        let Some(first) = first else { return false };
        let (mut fn_, mut sn) = (self.old - 1, self.new - 1);
        while fn_ & 1 == 1 {
            (fn_, sn) = (fn_ >> 1, sn >> 1);
        }
        let (mut fr, mut sr) = (*first, *first);
        for c in path {
            if sn == 0 {
                return false;
            }
            if fn_ & 1 == 1 || fn_ == sn {
                fr = Hash::of_node(c, &fr);
                sr = Hash::of_node(c, &sr);
                while fn_ & 1 == 0 && fn_ != 0 {
                    (fn_, sn) = (fn_ >> 1, sn >> 1);
                }
            } else {
                sr = Hash::of_node(&sr, c);
            }
            (fn_, sn) = (fn_ >> 1, sn >> 1);
        }
        sn == 0 && fr == *old_root && sr == *new_root
    }
}

/// The root of all leaves given one after another: for checking a whole log.
pub fn root(leaves: impl IntoIterator<Item = Hash>) -> Hash {
    let mut edge = Edge::default();
    leaves.into_iter().for_each(|leaf| edge.push(leaf));
    edge.root()
}
