//! Sets of ids: few of them ([`Flags`]: purposes, features) or up to 65 535 ([`IdSet`]: vendors).

use serde::{Serialize, Serializer};

/// The highest vendor id: 16 bits.
pub const HIGHEST_ID: u16 = u16::MAX;

/// A set of ids from 1 to 64: purposes, special features, custom purposes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Flags(u64);

impl Flags {
    /// From bits, id 1 being bit 0.
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// The bits, id 1 being bit 0.
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// Adds an id; those outside 1 to 64 are left out.
    pub fn insert(&mut self, id: u8) {
        if (1..=64).contains(&id) {
            self.0 |= 1 << (id - 1);
        }
    }

    /// Takes an id out.
    pub fn remove(&mut self, id: u8) {
        if (1..=64).contains(&id) {
            self.0 &= !(1 << (id - 1));
        }
    }

    /// Whether the id is in.
    pub const fn contains(self, id: u8) -> bool {
        id >= 1 && id <= 64 && self.0 >> (id - 1) & 1 == 1
    }

    /// Whether none is in.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The ids, ascending.
    pub fn iter(self) -> impl Iterator<Item = u8> {
        (1..=64).filter(move |id| self.contains(*id))
    }
}

impl FromIterator<u8> for Flags {
    fn from_iter<T: IntoIterator<Item = u8>>(ids: T) -> Self {
        let mut flags = Self::default();
        ids.into_iter().for_each(|id| flags.insert(id));
        flags
    }
}

impl Serialize for Flags {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

/// A set of vendor ids (1 to 65 535) as bits: at most 8 KB whatever ranges a signal claims.
#[derive(Debug, Clone, Default)]
pub struct IdSet {
    /// Id 1 is bit 0 of word 0.
    words: Vec<u64>,
}

impl IdSet {
    /// From words of bits, id 1 being bit 0 of the first.
    pub(crate) fn from_words(words: Vec<u64>) -> Self {
        Self { words }
    }

    /// Adds an id; 0 is no id and is left out.
    pub fn insert(&mut self, id: u16) {
        self.insert_range(id, id);
    }

    /// Adds all ids from `first` to `last`, both included.
    pub fn insert_range(&mut self, first: u16, last: u16) {
        let first = first.max(1);
        if first > last {
            return;
        }
        let (from, to) = (usize::from(first) - 1, usize::from(last) - 1);
        let (low, high) = (from / 64, to / 64);
        if self.words.len() <= high {
            self.words.resize(high + 1, 0);
        }
        let head = u64::MAX << (from % 64);
        let tail = u64::MAX >> (63 - to % 64);
        if low == high {
            self.words[low] |= head & tail;
            return;
        }
        self.words[low] |= head;
        self.words[low + 1..high].fill(u64::MAX);
        self.words[high] |= tail;
    }

    /// Takes an id out.
    pub fn remove(&mut self, id: u16) {
        let Some(at) = usize::from(id).checked_sub(1) else { return };
        if let Some(word) = self.words.get_mut(at / 64) {
            *word &= !(1 << (at % 64));
        }
    }

    /// Whether the id is in.
    pub fn contains(&self, id: u16) -> bool {
        let Some(at) = usize::from(id).checked_sub(1) else { return false };
        self.words.get(at / 64).is_some_and(|word| word >> (at % 64) & 1 == 1)
    }

    /// How many are in.
    pub fn len(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Whether none is in.
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// The highest id, 0 if there is none.
    pub fn highest(&self) -> u16 {
        let Some(last) = self.words.iter().rposition(|word| *word != 0) else { return 0 };
        (last * 64 + 64 - self.words[last].leading_zeros() as usize) as u16
    }

    /// The ids, ascending.
    pub fn iter(&self) -> impl Iterator<Item = u16> {
        self.runs().flat_map(|(first, last)| first..=last)
    }

    /// The longest runs of consecutive ids, as first and last, ascending.
    pub fn runs(&self) -> Runs<'_> {
        Runs { words: &self.words, at: 0 }
    }

    /// The bits of 64 ids, `word * 64 + 1` being bit 0.
    pub(crate) fn word(&self, word: usize) -> u64 {
        self.words.get(word).copied().unwrap_or_default()
    }
}

impl PartialEq for IdSet {
    fn eq(&self, other: &Self) -> bool {
        let words = self.words.len().max(other.words.len());
        (0..words).all(|at| self.word(at) == other.word(at))
    }
}

impl Eq for IdSet {}

impl FromIterator<u16> for IdSet {
    fn from_iter<T: IntoIterator<Item = u16>>(ids: T) -> Self {
        let mut set = Self::default();
        ids.into_iter().for_each(|id| set.insert(id));
        set
    }
}

impl Serialize for IdSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

/// Iterator over the runs of an [`IdSet`].
pub struct Runs<'a> {
    words: &'a [u64],
    /// Bits looked at so far.
    at: usize,
}

impl Runs<'_> {
    /// The next bit at or after `from` that is `wanted`; the end of the words if there is none.
    fn next_bit(&self, from: usize, wanted: bool) -> usize {
        let mut at = from;
        while let Some(word) = self.words.get(at / 64) {
            let word = if wanted { *word } else { !*word };
            let ahead = word >> (at % 64);
            if ahead != 0 {
                return at + ahead.trailing_zeros() as usize;
            }
            at = (at / 64 + 1) * 64;
        }
        self.words.len() * 64
    }
}

impl Iterator for Runs<'_> {
    type Item = (u16, u16);

    fn next(&mut self) -> Option<Self::Item> {
        let first = self.next_bit(self.at, true);
        if first >= self.words.len() * 64 {
            return None;
        }
        let after = self.next_bit(first, false);
        self.at = after;
        Some((first as u16 + 1, after as u16))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_highest_id_has_its_place() {
        let mut set = IdSet::default();
        set.insert_range(65_530, HIGHEST_ID);
        assert_eq!(set.highest(), HIGHEST_ID);
        assert_eq!(set.runs().collect::<Vec<_>>(), [(65_530, HIGHEST_ID)]);
        assert_eq!(set.len(), 6);
    }

    proptest! {
        #[test]
        fn a_set_of_bits_is_a_set(ranges in prop::collection::vec((0u16.., 0u16..300), 0..20), gone in 0u16..) {
            let (mut ours, mut plain) = (IdSet::default(), BTreeSet::new());
            for (first, more) in ranges {
                let last = first.saturating_add(more);
                ours.insert_range(first, last);
                plain.extend(first.max(1)..=last);
            }
            ours.remove(gone);
            plain.remove(&gone);
            prop_assert_eq!(ours.iter().collect::<Vec<_>>(), plain.iter().copied().collect::<Vec<_>>());
            prop_assert_eq!(ours.len(), plain.len());
            prop_assert_eq!(ours.highest(), plain.last().copied().unwrap_or_default());
            prop_assert_eq!(ours.is_empty(), plain.is_empty());
            prop_assert!(ours.runs().zip(ours.runs().skip(1)).all(|(a, b)| a.1 + 1 < b.0));
        }
    }
}
