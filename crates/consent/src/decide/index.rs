//! Which person a fingerprint belongs to: a table that is at once a hash table and nearly a sorted
//! array. Blind indexes are uniformly distributed, so an entry's home is its value scaled to the
//! table's length; entries stand in rising order, gaps between them (ordered linear probing: O. Amble,
//! D. E. Knuth, “Ordered hash tables”, 1974). A search ends at the first larger entry, growing is one
//! walk from left to right, and a sixteenth of slack is enough where tables that double waste half.

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

/// Fourteen bytes: a company of ten million has thirty million of them.
#[derive(Clone, Copy)]
#[repr(C, packed(2))]
struct Entry {
    high: u64,
    person: u32,
    low: u16,
}

/// The person of an empty place.
const NOBODY: u32 = u32::MAX;
const EMPTY: Entry = Entry { high: 0, low: 0, person: NOBODY };
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
}

/// One shard.
#[derive(Default)]
pub(super) struct Table {
    places: Vec<Entry>,
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
        self.places.get(self.home(key)).map_or(NOBODY, |entry| entry.person)
    }

    pub(super) fn get(&self, key: Fingerprint) -> Option<u32> {
        let rest = self.places.get(self.home(key)..)?;
        for entry in rest {
            if entry.person == NOBODY {
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
        loop {
            let Some(entry) = self.places.get_mut(at) else { return Placed::NoRoom };
            if entry.person == NOBODY || entry.key() > fresh.key() {
                break;
            }
            if entry.key() == fresh.key() {
                let before = entry.person;
                entry.person = fresh.person;
                return Placed::Was(before);
            }
            at += 1;
        }
        // From here on everybody moves one place to the right, up to the next gap.
        let Some(gap) = self.places[at..].iter().position(|entry| entry.person == NOBODY) else {
            return Placed::NoRoom;
        };
        self.places.copy_within(at..at + gap, at + 1);
        self.places[at] = fresh;
        self.used += 1;
        Placed::New
    }

    pub(super) fn remove(&mut self, key: Fingerprint) -> Option<u32> {
        let mut at = self.home(key);
        loop {
            let entry = self.places.get(at)?;
            if entry.person == NOBODY || entry.key() > key {
                return None;
            }
            if entry.key() == key {
                break;
            }
            at += 1;
        }
        let person = self.places[at].person;
        // Those who were pushed to the right may come back.
        while let Some(next) = self.places.get(at + 1).copied() {
            if next.person == NOBODY || self.home(next.key()) > at {
                break;
            }
            self.places[at] = next;
            at += 1;
        }
        self.places[at] = EMPTY;
        self.used -= 1;
        Some(person)
    }

    /// More homes, in place: two tables at once would need twice the room, and leave holes.
    fn grow(&mut self) {
        // Past the bound by load; or a run of entries reached the end, where more homes spread them.
        let wanted = ((self.used + 1) * 100 / GROWN + 8).max(self.homes + self.homes / 64 + 1);
        let (old, length) = (self.places.len(), (wanted + TAIL).max(self.places.len()));
        self.homes = wanted;
        self.places.reserve_exact(length - old);
        self.places.resize(length, EMPTY);
        // Everybody to the right end, then each to the new home or behind the one before. Nobody is
        // written over: behind each entry there is room for all larger ones.
        let mut start = length;
        for from in (0..old).rev() {
            if self.places[from].person != NOBODY {
                start -= 1;
                self.places[start] = self.places[from];
            }
        }
        let mut next = 0;
        for from in start..length {
            let entry = self.places[from];
            let at = self.home(entry.key()).max(next);
            if at > from {
                // The last homes are so crowded that the end is not far enough.
                let rest = self.places.split_off(from);
                self.places.truncate(next);
                self.places.resize(at, EMPTY);
                self.used -= rest.len();
                for entry in rest {
                    self.push(entry);
                }
                next = self.places.len();
                break;
            }
            self.places[next..at].fill(EMPTY);
            self.places[at] = entry;
            next = at + 1;
        }
        if next < self.places.len() {
            self.places[next..].fill(EMPTY);
        } else {
            self.places.resize(next + TAIL, EMPTY);
        }
    }

    fn sized(homes: usize) -> Self {
        let mut places = Vec::new();
        places.reserve_exact(homes + TAIL);
        places.resize(homes + TAIL, EMPTY);
        Self { places, homes, used: 0 }
    }

    /// Adds an entry that is larger than all others.
    fn push(&mut self, entry: Entry) {
        // Larger entries have later homes, so nobody has to move: the next gap is behind the last.
        let mut at = self.home(entry.key());
        while self.places.get(at).is_some_and(|there| there.person != NOBODY) {
            at += 1;
        }
        if at == self.places.len() {
            self.places.push(entry);
        } else {
            self.places[at] = entry;
        }
        self.used += 1;
    }

    /// All entries in rising order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Fingerprint, u32)> {
        let taken = self.places.iter().filter(|entry| entry.person != NOBODY);
        taken.map(|entry| (entry.key(), entry.person))
    }

    /// Without the entries whose person is not `alive`.
    pub(super) fn pruned(&self, alive: impl Fn(u32) -> bool) -> Option<Self> {
        let dead = self.iter().filter(|(_, person)| !alive(*person)).count();
        if dead == 0 {
            return None;
        }
        let mut table = Self::sized((self.used - dead) * 100 / GROWN + 8);
        for entry in self.places.iter().filter(|entry| entry.person != NOBODY) {
            if alive(entry.person) {
                table.push(*entry);
            }
        }
        Some(table)
    }

    /// The entries in rising order, 14 bytes each.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        for (key, person) in self.iter() {
            out.extend_from_slice(&key.high.to_le_bytes());
            out.extend_from_slice(&key.low.to_le_bytes());
            out.extend_from_slice(&person.to_le_bytes());
        }
    }

    /// From what [`Table::write`] wrote; `None` if the bytes are not that.
    pub(super) fn read(shard: usize, bytes: &[u8]) -> Option<Self> {
        let (records, []) = bytes.as_chunks::<14>() else { return None };
        let mut table = Self::sized(records.len() * 100 / GROWN + 8);
        let mut last = None;
        for record in records {
            let mut padded = [0; 16];
            padded[..14].copy_from_slice(record);
            let whole = u128::from_le_bytes(padded);
            let entry = Entry {
                high: whole as u64,
                low: (whole >> 64) as u16,
                person: (whole >> 80) as u32,
            };
            let key = Some(entry.key());
            if key <= last || entry.person == NOBODY || entry.key().shard() != shard {
                return None;
            }
            last = key;
            table.push(entry);
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
        let spread =
            (0_u64..1 << 58, any::<u16>()).prop_map(|(high, low)| Fingerprint { high, low });
        let end = (0_u16..400).prop_map(|low| Fingerprint { high: (1 << 58) - 1, low });
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
            table.insert(
                Fingerprint { high: n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 6, low: 0 },
                1,
            );
            if table.len() > 20_000 {
                assert!(table.places.len() * 83 <= table.len() * 100, "{}", table.len());
            }
        }
    }
}
