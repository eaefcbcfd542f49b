//! What each person chose, in as few bytes as will do: a block of 32-bit words for a person, blocks
//! of a shard one after another, freed blocks used again by size.
//!
//! | word | what |
//! |---|---|
//! | 0 | flags (4 bits), identifiers that lead here (12 bits), words of the block (16 bits) |
//! | 1–3 | if a record speaks of their age: its time in µs (two words, low first), the hour since 1970 until which a guardian is missing (0: not missing) |
//! | then, for each answer, newest first | time in µs (two words, low first), number of its shape |

use std::collections::BTreeMap;

use super::shapes::ShapeId;

const ERASED: u32 = 1;
const RESTRICTED: u32 = 2;
const AGE: u32 = 4;
const HOUR: i64 = 3_600_000_000;
/// The last hour whose µs can be counted; it fits into 32 bits.
const LAST_HOUR: i64 = i64::MAX / HOUR;
/// Identifiers counted at most; a person with so many is never freed.
const MANY: u32 = 0xfff;
/// Answers kept at most. One that says nothing that newer answers do not say is dropped, so this is
/// also more purposes than anybody has.
const ANSWERS: usize = 0xffff / 3 - 2;
/// The block of nobody.
const NONE: u32 = u32::MAX;

/// One answer of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// When it was given (µs).
    pub at: i64,
    /// What it said.
    pub shape: ShapeId,
}

/// What the newest record that speaks of a person's age says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Age {
    /// When it was given (µs).
    pub at: i64,
    /// Until when a guardian is missing (µs, rounded up to the hour); 0 when one was verified.
    pub guardian_missing_until: i64,
}

/// What decisions need to know of a person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    /// Erased: nothing is allowed any more.
    pub erased: bool,
    /// Processing is restricted (GDPR Art 18).
    pub restricted: bool,
    /// Set for people who are or were minors.
    pub age: Option<Age>,
    /// Newest first; of two of one time, the one recorded last comes first.
    pub answers: Vec<Answer>,
}

/// A person's block, read in place.
#[derive(Debug, Clone, Copy)]
pub struct View<'a>(&'a [u32]);

impl<'a> View<'a> {
    /// Neither erased nor restricted, and no record speaks of their age.
    pub(super) fn is_plain(self) -> bool {
        self.0[0] & (ERASED | RESTRICTED | AGE) == 0
    }

    /// Erased.
    pub fn erased(self) -> bool {
        self.0[0] & ERASED != 0
    }

    /// Restricted.
    pub fn restricted(self) -> bool {
        self.0[0] & RESTRICTED != 0
    }

    /// Newest first.
    pub fn answers(self) -> impl DoubleEndedIterator<Item = Answer> + use<'a> {
        let start = if self.0[0] & AGE == 0 { 1 } else { 4 };
        let triples = self.0[start..].as_chunks::<3>().0.iter();
        triples.map(|[low, high, shape]| Answer { at: time(*low, *high), shape: *shape })
    }

    /// What the newest record that speaks of their age says.
    pub fn age(self) -> Option<Age> {
        let &[low, high, hour] = self.0[1..].first_chunk::<3>()?;
        let age = Age { at: time(low, high), guardian_missing_until: i64::from(hour) * HOUR };
        (self.0[0] & AGE != 0).then_some(age)
    }

    pub(super) fn person(self) -> Person {
        Person {
            erased: self.erased(),
            restricted: self.restricted(),
            age: self.age(),
            answers: self.answers().collect(),
        }
    }
}

fn time(low: u32, high: u32) -> i64 {
    (u64::from(high) << 32 | u64::from(low)) as i64
}

impl Age {
    /// As it comes back from memory: at a full hour, too long rather than too short.
    pub(super) fn rounded(self) -> Self {
        let until = self.guardian_missing_until.max(0);
        let hours = (until / HOUR + i64::from(until % HOUR > 0)).min(LAST_HOUR);
        Self { at: self.at, guardian_missing_until: hours * HOUR }
    }
}

impl Person {
    /// The block, without its count of identifiers.
    fn encode(&self) -> Vec<u32> {
        let answers = &self.answers[..self.answers.len().min(ANSWERS)];
        let flag = |on: bool, bit: u32| if on { bit } else { 0 };
        let mut words = Vec::with_capacity(4 + 3 * answers.len());
        let age = flag(self.age.is_some(), AGE);
        words.push(flag(self.erased, ERASED) | flag(self.restricted, RESTRICTED) | age);
        let time = |at: i64| [at as u32, (at >> 32) as u32];
        if let Some(age) = self.age.map(Age::rounded) {
            words.extend(time(age.at));
            words.push((age.guardian_missing_until / HOUR) as u32);
        }
        for answer in answers {
            words.extend(time(answer.at));
            words.push(answer.shape);
        }
        words[0] |= (words.len() as u32) << 16;
        words
    }

    /// A view of a person who is in no shard.
    pub(super) fn viewed<R>(&self, read: impl FnOnce(View<'_>) -> R) -> R {
        read(View(&self.encode()))
    }
}

/// Words of the block that begins with `meta`.
fn size(meta: u32) -> usize {
    (meta >> 16) as usize
}

fn refs(meta: u32) -> u32 {
    meta >> 4 & MANY
}

/// One shard of people, by their number in it.
#[derive(Default)]
pub(super) struct People {
    heads: Vec<u32>,
    words: Vec<u32>,
    /// Freed blocks by size.
    free: BTreeMap<usize, Vec<u32>>,
    /// Freed numbers.
    vacant: Vec<u32>,
}

impl People {
    pub(super) fn get(&self, number: u32) -> Option<View<'_>> {
        let at = *self.heads.get(number as usize)? as usize;
        let block = self.words.get(at..)?;
        block.get(..size(*block.first()?)).map(View)
    }

    /// Reads a person's first word: see `Table::touch`.
    pub(super) fn touch(&self, number: u32) -> u32 {
        let at = self.heads.get(number as usize).copied().unwrap_or(NONE);
        self.words.get(at as usize).copied().unwrap_or(0)
    }

    /// A new person, to whom no identifier leads yet.
    pub(super) fn add(&mut self, person: &Person) -> u32 {
        let at = self.store(&person.encode(), 0);
        if let Some(number) = self.vacant.pop() {
            self.heads[number as usize] = at;
            return number;
        }
        sparing(&mut self.heads, 1);
        self.heads.push(at);
        self.heads.len() as u32 - 1
    }

    pub(super) fn set(&mut self, number: u32, person: &Person) {
        let words = person.encode();
        let Some((at, meta)) = self.block(number) else { return };
        if size(meta) == words.len() {
            self.words[at..at + words.len()].copy_from_slice(&words);
            self.words[at] |= refs(meta) << 4;
            return;
        }
        self.release(at, meta);
        self.heads[number as usize] = self.store(&words, refs(meta));
    }

    /// One more identifier leads to the person.
    pub(super) fn hold(&mut self, number: u32) {
        if let Some((at, meta)) = self.block(number)
            && refs(meta) < MANY
        {
            self.words[at] += 1 << 4;
        }
    }

    /// One less; with the last the person is forgotten.
    pub(super) fn drop_one(&mut self, number: u32) {
        let Some((at, meta)) = self.block(number) else { return };
        match refs(meta) {
            MANY => {}
            0 | 1 => {
                self.release(at, meta);
                self.heads[number as usize] = NONE;
                self.vacant.push(number);
            }
            _ => self.words[at] -= 1 << 4,
        }
    }

    /// How many people there are.
    pub(super) fn len(&self) -> usize {
        self.heads.len() - self.vacant.len()
    }

    fn block(&self, number: u32) -> Option<(usize, u32)> {
        let at = *self.heads.get(number as usize)? as usize;
        self.words.get(at).map(|meta| (at, *meta))
    }

    fn store(&mut self, words: &[u32], refs: u32) -> u32 {
        let reused = self.free.get_mut(&words.len()).and_then(Vec::pop);
        let at = if let Some(at) = reused {
            self.words[at as usize..at as usize + words.len()].copy_from_slice(words);
            at
        } else {
            sparing(&mut self.words, words.len());
            self.words.extend_from_slice(words);
            (self.words.len() - words.len()) as u32
        };
        self.words[at as usize] |= refs << 4;
        at
    }

    fn release(&mut self, at: usize, meta: u32) {
        self.free.entry(size(meta)).or_default().push(at as u32);
    }

    /// All blocks in the order of their numbers; a vacant number is a word of ones. The counts of
    /// identifiers are left out: whoever reads this counts them anew.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        for number in 0..self.heads.len() as u32 {
            match self.get(number) {
                None => out.extend_from_slice(&NONE.to_le_bytes()),
                Some(View(words)) => {
                    out.extend_from_slice(&(words[0] & !(MANY << 4)).to_le_bytes());
                    words[1..].iter().for_each(|word| out.extend_from_slice(&word.to_le_bytes()));
                }
            }
        }
    }

    /// From what [`People::write`] wrote; `None` if the bytes are not that. `shapes` is how many
    /// shapes there are.
    pub(super) fn read(bytes: &[u8], shapes: usize) -> Option<Self> {
        let (records, []) = bytes.as_chunks::<4>() else { return None };
        let mut people = Self::default();
        people.words.reserve_exact(records.len());
        let mut rest = records;
        while let Some(first) = rest.first() {
            let meta = u32::from_le_bytes(*first);
            if meta == NONE {
                people.vacant.push(people.heads.len() as u32);
                people.heads.push(NONE);
                rest = &rest[1..];
                continue;
            }
            let (block, after) = rest.split_at_checked(size(meta))?;
            let before = if meta & AGE == 0 { 1 } else { 4 };
            let whole = block.len() >= before && (block.len() - before).is_multiple_of(3);
            if !whole || meta & 0xffff & !(ERASED | RESTRICTED | AGE) != 0 {
                return None;
            }
            let at = people.words.len();
            people.words.extend(block.iter().map(|word| u32::from_le_bytes(*word)));
            if !View(&people.words[at..]).answers().all(|one| (one.shape as usize) < shapes) {
                return None;
            }
            people.heads.push(at as u32);
            rest = after;
        }
        people.heads.shrink_to_fit();
        Some(people)
    }

    /// Sets how many identifiers lead to each person; to whom none leads is forgotten.
    pub(super) fn count(&mut self, counts: &[u16]) {
        for number in 0..self.heads.len() as u32 {
            let Some((at, meta)) = self.block(number) else { continue };
            let count = u32::from(counts.get(number as usize).copied().unwrap_or(0)).min(MANY);
            self.words[at] = meta & !(MANY << 4) | count << 4;
            if count == 0 {
                self.drop_one(number);
            }
        }
    }
}

/// Makes room for a few more with a sixteenth to spare, where a vector would double.
fn sparing(list: &mut Vec<u32>, more: usize) {
    if list.len() + more > list.capacity() {
        list.reserve_exact(more + list.len() / 16 + 64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn person() -> impl Strategy<Value = Person> {
        let age = prop::option::of((any::<i64>(), 0_i64..5_000_000))
            .prop_map(|age| age.map(|(at, hour)| Age { at, guardian_missing_until: hour * HOUR }));
        let answer = (any::<i64>(), 0_u32..50).prop_map(|(at, shape)| Answer { at, shape });
        (any::<bool>(), any::<bool>(), age, prop::collection::vec(answer, 0..5)).prop_map(
            |(erased, restricted, age, answers)| Person { erased, restricted, age, answers },
        )
    }

    proptest! {
        #[test]
        fn people_come_back_as_they_were_set(
            steps in prop::collection::vec((0_u32..12, person(), 0_u8..4), 0..200)
        ) {
            let mut people = People::default();
            let mut model: BTreeMap<u32, (Person, u32)> = BTreeMap::new();
            for (number, person, what) in steps {
                match what {
                    0 => {
                        let number = people.add(&person);
                        people.hold(number);
                        prop_assert!(model.insert(number, (person, 1)).is_none());
                    }
                    1 => {
                        people.set(number, &person);
                        if let Some(known) = model.get_mut(&number) {
                            known.0 = person;
                        }
                    }
                    2 => {
                        people.hold(number);
                        if let Some(known) = model.get_mut(&number) {
                            known.1 += 1;
                        }
                    }
                    _ => {
                        people.drop_one(number);
                        if let Some(known) = model.get_mut(&number) {
                            known.1 -= 1;
                            if known.1 == 0 {
                                model.remove(&number);
                            }
                        }
                    }
                }
            }
            let mut bytes = Vec::new();
            people.write(&mut bytes);
            let mut again = People::read(&bytes, 50).unwrap();
            let counts: Vec<u16> =
                (0..300).map(|n| model.get(&n).map_or(0, |known| known.1 as u16)).collect();
            again.count(&counts);
            for people in [&people, &again] {
                prop_assert_eq!(people.len(), model.len());
                for number in 0..14 {
                    let found = people.get(number).map(View::person);
                    prop_assert_eq!(found, model.get(&number).map(|known| known.0.clone()));
                }
            }
        }

        #[test]
        fn bytes_that_are_no_people_are_refused_and_never_panic(
            bytes in prop::collection::vec(any::<u8>(), 0..120)
        ) {
            if let Some(people) = People::read(&bytes, 4) {
                let mut again = Vec::new();
                people.write(&mut again);
                prop_assert_eq!(again, bytes);
            }
        }
    }

    #[test]
    fn a_guardian_is_missing_until_the_hour_is_over() {
        let hours = |until| {
            Age { at: 5, guardian_missing_until: until }.rounded().guardian_missing_until / HOUR
        };

        let rounded = [-1, 0, 1, HOUR, HOUR + 1, i64::MAX].map(hours);

        assert_eq!(rounded, [0, 0, 1, 1, 2, LAST_HOUR]);
    }
}
