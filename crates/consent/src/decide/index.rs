//! Which person a fingerprint belongs to: a table that is at once a hash table and nearly a sorted
//! array. Blind indexes are uniformly distributed, so an entry's home is its value scaled to the
//! table's length; entries stand in rising order, gaps between them (ordered linear probing: O. Amble,
//! D. E. Knuth, “Ordered hash tables”, 1974). A search ends at the first larger entry, growing is one
//! walk from left to right, and a sixteenth of slack is enough where tables that double waste half.

use super::rows::Rows;

/// 80 bits of a blind index. Among thirty million fingerprints the chance that any two are equal is
/// 4 · 10⁻¹⁰.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint {
    high: u64,
    low: u16,
}

impl Fingerprint {
    /// The first 80 of an index's 128 bits.
    pub fn of(index: [u8; 16]) -> Self {
        let whole = u128::from_be_bytes(index);
        Self { high: (whole >> 64) as u64, low: (whole >> 48) as u16 }
    }

    /// Which of `SHARDS` tables it is kept in.
    pub(super) fn shard(self) -> usize {
        (self.high >> (64 - super::SHARD_BITS)) as usize
    }
}

impl std::fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // A pseudonym: enough to tell two apart in a test, not to join by.
        write!(f, "Fingerprint({:02x}…)", self.high >> 56)
    }
}

/// A fingerprint and the person it leads to.
#[derive(Clone, Copy)]
struct Entry {
    high: u64,
    low: u16,
    person: u32,
}

/// An entry as it is kept, little-endian and without gaps: a company of ten million has thirty million
/// of them.
type Kept = [u8; 14];

/// The person of an empty place.
const NOBODY: u32 = u32::MAX;
const EMPTY: Kept = Entry { high: 0, low: 0, person: NOBODY }.kept();
/// Places behind the last home, for entries that are pushed past it.
const TAIL: usize = 256;
/// Entries in 100 homes at most, when a place is added …
const FULL: usize = 92;
/// … and after growing.
const GROWN: usize = 87;

impl Entry {
    fn key(self) -> Fingerprint {
        Fingerprint { high: self.high, low: self.low }
    }

    const fn kept(self) -> Kept {
        // The first 14 of 16 bytes.
        let all = self.high as u128 | (self.low as u128) << 64 | (self.person as u128) << 80;
        match all.to_le_bytes().first_chunk() {
            Some(kept) => *kept,
            None => [0; 14],
        }
    }

    fn of(kept: &Kept) -> Self {
        let word = |at: usize| kept[at..].first_chunk().copied().unwrap_or_default();
        // Bytes 6 to 13 hold the end of the high part, the low part and the person.
        let rest = u64::from_le_bytes(word(6));
        Self {
            high: u64::from_le_bytes(word(0)),
            low: (rest >> 16) as u16,
            person: (rest >> 32) as u32,
        }
    }

    fn is_empty(self) -> bool {
        self.person == NOBODY
    }
}

/// One shard.
#[derive(Default)]
pub(super) struct Table {
    places: Rows<Kept>,
    homes: usize,
    used: usize,
}

impl Table {
    pub(super) fn len(&self) -> usize {
        self.used
    }

    /// Where the key's entry is or would stand, were there no others.
    fn home(&self, key: Fingerprint) -> usize {
        // The shard's bits are the same for all keys of a shard.
        let spread = key.high << super::SHARD_BITS;
        ((u128::from(spread) * self.homes as u128) >> 64) as usize
    }

    /// Reads the first place a search will look at: with several searches under way, their waits for
    /// memory overlap.
    pub(super) fn touch(&self, key: Fingerprint) -> u32 {
        self.places.get(self.home(key)).map_or(NOBODY, |kept| Entry::of(kept).person)
    }

    pub(super) fn get(&self, key: Fingerprint) -> Option<u32> {
        let rest = self.places.get(self.home(key)..)?;
        for entry in rest.iter().map(Entry::of) {
            if entry.is_empty() {
                return None;
            }
            if entry.high >= key.high && entry.key() >= key {
                return (entry.key() == key).then_some(entry.person);
            }
        }
        None
    }

    /// Sets the key's person; returns the one before.
    pub(super) fn insert(&mut self, key: Fingerprint, person: u32) -> Option<u32> {
        let fresh = Entry { high: key.high, low: key.low, person };
        loop {
            if (self.used + 1) * 100 <= self.homes * FULL {
                match self.place(fresh) {
                    Placed::Was(before) => return Some(before),
                    Placed::New => return None,
                    Placed::NoRoom => {}
                }
            }
            self.grow();
        }
    }

    fn place(&mut self, fresh: Entry) -> Placed {
        let mut at = self.home(fresh.key());
        let places = &mut *self.places;
        loop {
            let Some(entry) = places.get(at).map(Entry::of) else { return Placed::NoRoom };
            if entry.is_empty() || entry.key() > fresh.key() {
                break;
            }
            if entry.key() == fresh.key() {
                places[at] = fresh.kept();
                return Placed::Was(entry.person);
            }
            at += 1;
        }
        // From here on everybody moves one place to the right, up to the next gap.
        let Some(gap) = places[at..].iter().position(|kept| Entry::of(kept).is_empty()) else {
            return Placed::NoRoom;
        };
        places.copy_within(at..at + gap, at + 1);
        places[at] = fresh.kept();
        self.used += 1;
        Placed::New
    }

    pub(super) fn remove(&mut self, key: Fingerprint) -> Option<u32> {
        let mut at = self.home(key);
        let person = loop {
            let entry = Entry::of(self.places.get(at)?);
            if entry.is_empty() || entry.key() > key {
                return None;
            }
            if entry.key() == key {
                break entry.person;
            }
            at += 1;
        };
        // Those who were pushed to the right may come back.
        while let Some(next) = self.places.get(at + 1).copied() {
            let entry = Entry::of(&next);
            if entry.is_empty() || self.home(entry.key()) > at {
                break;
            }
            self.places[at] = next;
            at += 1;
        }
        self.places[at] = EMPTY;
        self.used -= 1;
        Some(person)
    }

    /// More homes: everybody moves to a larger table, in order.
    fn grow(&mut self) {
        // Past the bound by load; or a run of entries reached the end, where more homes spread them.
        let wanted = ((self.used + 1) * 100 / GROWN + 8).max(self.homes + self.homes / 64 + 1);
        let (mut table, mut next) = (Self::sized(wanted), 0);
        for kept in self.taken() {
            table.add(kept, &mut next);
        }
        if table.places.last() != Some(&EMPTY) {
            // The last homes are so crowded that their entries reached the end.
            let rows = table.places.len() + TAIL;
            table.places.resize(rows, EMPTY);
        }
        *self = table;
    }

    fn sized(homes: usize) -> Self {
        let mut places = Rows::with_capacity(homes + TAIL);
        places.resize(homes + TAIL, EMPTY);
        Self { places, homes, used: 0 }
    }

    /// Adds an entry that is larger than all others; `next` is the place behind the last one.
    fn add(&mut self, kept: &Kept, next: &mut usize) {
        // Larger entries have later homes, so nobody has to move.
        let at = self.home(Entry::of(kept).key()).max(*next);
        *next = at + 1;
        if at == self.places.len() {
            self.places.push(*kept);
        } else {
            self.places[at] = *kept;
        }
        self.used += 1;
    }

    fn taken(&self) -> impl Iterator<Item = &Kept> {
        self.places.iter().filter(|kept| !Entry::of(kept).is_empty())
    }

    /// All entries in rising order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Fingerprint, u32)> {
        self.taken().map(Entry::of).map(|entry| (entry.key(), entry.person))
    }

    /// Without the entries whose person is not `alive`.
    pub(super) fn pruned(&self, alive: impl Fn(u32) -> bool) -> Option<Self> {
        let dead = self.iter().filter(|(_, person)| !alive(*person)).count();
        if dead == 0 {
            return None;
        }
        let (mut table, mut next) = (Self::sized((self.used - dead) * 100 / GROWN + 8), 0);
        for kept in self.taken().filter(|kept| alive(Entry::of(kept).person)) {
            table.add(kept, &mut next);
        }
        Some(table)
    }

    /// The entries in rising order, 14 bytes each.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        self.taken().for_each(|kept| out.extend_from_slice(kept));
    }

    /// From what [`Table::write`] wrote; `None` if the bytes are not that.
    pub(super) fn read(shard: usize, bytes: &[u8]) -> Option<Self> {
        let (records, []) = bytes.as_chunks::<14>() else { return None };
        let (mut table, mut next) = (Self::sized(records.len() * 100 / GROWN + 8), 0);
        let mut last = None;
        for kept in records {
            let entry = Entry::of(kept);
            let key = Some(entry.key());
            if key <= last || entry.is_empty() || entry.key().shard() != shard {
                return None;
            }
            last = key;
            table.add(kept, &mut next);
        }
        Some(table)
    }
}

enum Placed {
    Was(u32),
    New,
    NoRoom,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    /// Keys that crowd: few high parts, so that runs and pushes happen.
    fn key() -> impl Strategy<Value = Fingerprint> {
        let crowded = (0_u64..6, 0_u16..5)
            .prop_map(|(high, low)| Fingerprint { high: high * 0x0000_1000_0000_0001, low });
        let spread = (0_u64..1 << (64 - crate::decide::SHARD_BITS), any::<u16>())
            .prop_map(|(high, low)| Fingerprint { high, low });
        let last = (1 << (64 - crate::decide::SHARD_BITS)) - 1;
        let end = (0_u16..400).prop_map(move |low| Fingerprint { high: last, low });
        prop_oneof![crowded, spread, end]
    }

    proptest! {
        #[test]
        fn it_behaves_like_a_map(steps in prop::collection::vec((key(), 0_u32..9, any::<bool>()), 0..900)) {
            let mut table = Table::default();
            let mut model = BTreeMap::new();
            for (key, person, add) in steps {
                if add {
                    prop_assert_eq!(table.insert(key, person), model.insert(key, person));
                } else {
                    prop_assert_eq!(table.remove(key), model.remove(&key));
                }
            }
            prop_assert_eq!(table.len(), model.len());
            prop_assert!(table.iter().eq(model.iter().map(|(key, person)| (*key, *person))));
            for (key, person) in &model {
                prop_assert_eq!(table.get(*key), Some(*person));
            }
            let mut bytes = Vec::new();
            table.write(&mut bytes);
            let again = Table::read(0, &bytes).unwrap();
            prop_assert!(again.iter().eq(table.iter()));
        }

        #[test]
        fn bytes_that_are_no_table_are_refused_and_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Some(table) = Table::read(0, &bytes) {
                let mut again = Vec::new();
                table.write(&mut again);
                prop_assert_eq!(again, bytes);
            }
        }
    }

    #[test]
    fn slack_stays_a_fifth_at_most() {
        let mut table = Table::default();
        for n in 0..100_000_u64 {
            let spread = n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> crate::decide::SHARD_BITS;
            table.insert(Fingerprint { high: spread, low: 0 }, 1);
            if table.len() > 20_000 {
                assert!(table.places.len() * 83 <= table.len() * 100, "{}", table.len());
            }
        }
    }
}
