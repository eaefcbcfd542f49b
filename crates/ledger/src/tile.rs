//! Tiles of 256 hashes (C2SP tlog-tiles): how a log is stored and published.

use std::fmt;

use crate::{Hash, merkle::root_of};

/// Hashes of a full tile.
pub const TILE_WIDTH: u64 = 256;

/// A tile's place and width: level 0 holds leaves, level n the roots of full tiles of level n−1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tile {
    /// 0 to 5 in practice, 63 at most.
    pub level: u8,
    /// From the left, from 0.
    pub index: u64,
    /// 1 to 256.
    pub width: u16,
}

impl Tile {
    /// The tile of a tree of `size` leaves that holds a perfect subtree (level 0 is leaves).
    pub fn holding(level: u32, index: u64, size: u64) -> Option<Self> {
        let tile_level = level / 8;
        let first = index.checked_shl(level % 8)?;
        Self::in_tree(tile_level as u8, first >> 8, size)
    }

    /// The tile as wide as it is in a tree of that size; `None` when it has no hash there.
    pub fn in_tree(level: u8, index: u64, size: u64) -> Option<Self> {
        let row = size.checked_shr(8 * u32::from(level)).unwrap_or_default();
        let width = row.checked_sub(index.checked_mul(TILE_WIDTH)?)?.min(TILE_WIDTH);
        (width > 0).then_some(Self { level, index, width: width as u16 })
    }

    /// The hash of a perfect subtree from the tile's hashes.
    pub fn node(hashes: &[Hash], level: u32, index: u64) -> Option<Hash> {
        let count = 1_usize << (level % 8);
        let first = (index.checked_shl(level % 8)? % TILE_WIDTH) as usize;
        hashes.get(first..first + count).map(root_of)
    }

    /// Every tile that is new or wider in a tree of `new` leaves than in one of `old`.
    pub fn grown(old: u64, new: u64) -> Vec<Self> {
        let mut tiles = Vec::new();
        for level in 0..8_u8 {
            let (from, to) = (old >> (8 * u32::from(level)), new >> (8 * u32::from(level)));
            if from == to {
                break;
            }
            let indices = from / TILE_WIDTH..=(to - 1) / TILE_WIDTH;
            tiles.extend(indices.filter_map(|index| Self::in_tree(level, index, new)));
        }
        tiles
    }

    /// Reads the part of a path after `tile/`: `0/x001/234` or `1/000.p/12`.
    pub fn parse(path: &str) -> Option<Self> {
        let (level, rest) = path.split_once('/')?;
        let level: u8 = level.parse().ok().filter(|level| *level <= 63)?;
        let (index, width) = match rest.split_once(".p/") {
            Some((index, width)) => {
                (index, width.parse().ok().filter(|width| (1..TILE_WIDTH as u16).contains(width))?)
            }
            None => (rest, TILE_WIDTH as u16),
        };
        let index = index.split('/').try_fold(0_u64, |index, group| {
            let digits = group.strip_prefix('x').unwrap_or(group);
            let number: u64 = (digits.len() == 3).then(|| digits.parse().ok())??;
            index.checked_mul(1000)?.checked_add(number)
        })?;
        let tile = Self { level, index, width };
        // One tile has one path: leading zeros and missing x are told by writing it again.
        (tile.to_string() == path).then_some(tile)
    }
}

/// The path after `tile/`.
impl fmt::Display for Tile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/", self.level)?;
        let mut groups = vec![self.index % 1000];
        let mut rest = self.index / 1000;
        while rest > 0 {
            groups.push(rest % 1000);
            rest /= 1000;
        }
        for group in groups[1..].iter().rev() {
            write!(f, "x{group:03}/")?;
        }
        write!(f, "{:03}", groups[0])?;
        if u64::from(self.width) < TILE_WIDTH {
            write!(f, ".p/{}", self.width)?;
        }
        Ok(())
    }
}
