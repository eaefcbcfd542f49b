//! What each person chose, in as few bytes as will do. A person's slot, half a cache line, holds the two
//! newest answers, so that most questions are answered by reading one place of memory; what else there
//! is stands in a block of 32-bit words, blocks of a shard one after another, freed blocks used again
//! by size.
//!
//! | word of a slot | what |
//! |---|---|
//! | 0 | flags (5 bits), identifiers that lead here (11 bits), words of the block (16 bits) |
//! | 1–3 | the newest answer: time in µs (two words, low first), number of its shape |
//! | 4–6 | the one before |
//! | 7 | where the block begins |
//!
//! | words of a block | what |
//! |---|---|
//! | 3, if a record speaks of their age | its time in µs (two words, low first), the hour since 1970 until which a guardian is missing (0: not missing) |
//! | 3 for each older answer, newest first | as in the slot |

use std::collections::BTreeMap;

use super::{rows::Rows, shapes::ShapeId};

const ERASED: u32 = 1;
const RESTRICTED: u32 = 2;
const AGE: u32 = 4;
/// There is a newest answer …
const NEWEST: u32 = 8;
/// … and one before it.
const SECOND: u32 = 16;
/// In the first word of a number that is nobody's: more flags than anybody can have.
const VACANT: Slot = [u32::MAX, 0, 0, 0, 0, 0, 0, 0];
const HOUR: i64 = 3_600_000_000;
/// The last hour whose µs can be counted; it fits into 32 bits.
const LAST_HOUR: i64 = i64::MAX / HOUR;
/// Identifiers counted at most; a person with so many is never freed.
const MANY: u32 = 0x7ff;
const REFS: u32 = 5;
/// Answers kept at most. One that says nothing that newer answers do not say is dropped, so this is
/// also more purposes than anybody has.
const ANSWERS: usize = 0xffff / 3 - 2;
type Slot = [u32; 8];

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

/// A person, read in place.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    slot: &'a Slot,
    block: &'a [u32],
}

impl<'a> View<'a> {
    fn has(self, flag: u32) -> bool {
        self.slot[0] & flag != 0
    }

    /// The answers in the slot.
    fn inline(self) -> &'a [u32] {
        &self.slot[1..=inline(self.slot[0])]
    }

    /// Neither erased nor restricted, and no record speaks of their age.
    pub(super) fn is_plain(self) -> bool {
        !self.has(ERASED | RESTRICTED | AGE)
    }

    /// Erased.
    pub fn erased(self) -> bool {
        self.has(ERASED)
    }

    /// Restricted.
    pub fn restricted(self) -> bool {
        self.has(RESTRICTED)
    }

    /// Newest first.
    pub fn answers(self) -> impl DoubleEndedIterator<Item = Answer> + use<'a> {
        let older = self.block.get(if self.has(AGE) { 3 } else { 0 }..).unwrap_or(&[]);
        self.inline().as_chunks().0.iter().chain(older.as_chunks().0).map(Answer::of)
    }

    /// What the newest record that speaks of their age says.
    pub fn age(self) -> Option<Age> {
        let [low, high, hour] = *self.block.first_chunk().filter(|_| self.has(AGE))?;
        Some(Age { at: time(low, high), guardian_missing_until: i64::from(hour) * HOUR })
    }

    /// The words are those of a person, with no identifier counted.
    fn is_whole(self) -> bool {
        let older = self.block.len().checked_sub(if self.has(AGE) { 3 } else { 0 });
        refs(self.slot[0]) == 0
            && (self.has(NEWEST) || !self.has(SECOND))
            && older.is_some_and(|words| words % 3 == 0 && (words == 0 || self.has(SECOND)))
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

impl Answer {
    fn of([low, high, shape]: &[u32; 3]) -> Self {
        Self { at: time(*low, *high), shape: *shape }
    }

    fn words(self) -> [u32; 3] {
        [self.at as u32, (self.at >> 32) as u32, self.shape]
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
    /// The slot, without its count of identifiers and the block's place; and the block.
    fn encode(&self) -> (Slot, Vec<u32>) {
        let answers = &self.answers[..self.answers.len().min(ANSWERS)];
        let flag = |on: bool, bit: u32| if on { bit } else { 0 };
        let mut block = Vec::with_capacity(3 * (answers.len() + 1));
        if let Some(age) = self.age.map(Age::rounded) {
            let hour = (age.guardian_missing_until / HOUR) as u32;
            block.extend([age.at as u32, (age.at >> 32) as u32, hour]);
        }
        let (newest, older) = answers.split_at(answers.len().min(2));
        block.extend(older.iter().flat_map(|answer| answer.words()));
        let mut slot = [0; 8];
        let places = slot[1..7].as_chunks_mut().0;
        newest.iter().zip(places).for_each(|(answer, place)| *place = answer.words());
        slot[0] = flag(self.erased, ERASED)
            | flag(self.restricted, RESTRICTED)
            | flag(self.age.is_some(), AGE)
            | flag(!newest.is_empty(), NEWEST)
            | flag(newest.len() == 2, SECOND)
            | (block.len() as u32) << 16;
        (slot, block)
    }

    /// A view of a person who is in no shard.
    pub(super) fn viewed<R>(&self, read: impl FnOnce(View<'_>) -> R) -> R {
        let (slot, block) = self.encode();
        read(View { slot: &slot, block: &block })
    }
}

/// Words of the block of a slot that begins with `meta`.
fn size(meta: u32) -> usize {
    (meta >> 16) as usize
}

fn refs(meta: u32) -> u32 {
    meta >> REFS & MANY
}

/// Words of the answers in a slot that begins with `meta`.
fn inline(meta: u32) -> usize {
    3 * (usize::from(meta & NEWEST != 0) + usize::from(meta & SECOND != 0))
}

/// One shard of people, by their number in it.
#[derive(Default)]
pub(super) struct People {
    slots: Rows<Slot>,
    words: Rows<u32>,
    /// Freed blocks by size.
    free: BTreeMap<usize, Vec<u32>>,
    /// Freed numbers.
    vacant: Vec<u32>,
}

impl People {
    pub(super) fn get(&self, number: u32) -> Option<View<'_>> {
        let slot = self.slots.get(number as usize)?;
        if slot[0] == VACANT[0] {
            return None;
        }
        let at = slot[7] as usize;
        Some(View { slot, block: self.words.get(at..at + size(slot[0]))? })
    }

    /// Reads a person's first word: see `Table::touch`.
    pub(super) fn touch(&self, number: u32) -> u32 {
        self.slots.get(number as usize).map_or(0, |slot| slot[0])
    }

    /// A new person, to whom no identifier leads yet.
    pub(super) fn add(&mut self, person: &Person) -> u32 {
        let (mut slot, block) = person.encode();
        slot[7] = self.store(&block);
        if let Some(number) = self.vacant.pop() {
            self.slots[number as usize] = slot;
            return number;
        }
        self.slots.push(slot);
        self.slots.len() as u32 - 1
    }

    pub(super) fn set(&mut self, number: u32, person: &Person) {
        let Some(before) = self.slot(number).copied() else { return };
        let (mut slot, block) = person.encode();
        slot[0] |= refs(before[0]) << REFS;
        let at = before[7] as usize;
        if size(before[0]) == block.len() {
            self.words[at..at + block.len()].copy_from_slice(&block);
            slot[7] = before[7];
        } else {
            self.release(&before);
            slot[7] = self.store(&block);
        }
        self.slots[number as usize] = slot;
    }

    /// One more identifier leads to the person.
    pub(super) fn hold(&mut self, number: u32) {
        if let Some(slot) = self.slot(number)
            && refs(slot[0]) < MANY
        {
            slot[0] += 1 << REFS;
        }
    }

    /// One less; with the last the person is forgotten.
    pub(super) fn drop_one(&mut self, number: u32) {
        let Some(slot) = self.slot(number) else { return };
        match refs(slot[0]) {
            MANY => {}
            0 | 1 => {
                let before = std::mem::replace(slot, VACANT);
                self.release(&before);
                self.vacant.push(number);
            }
            _ => slot[0] -= 1 << REFS,
        }
    }

    /// How many people there are.
    pub(super) fn len(&self) -> usize {
        self.slots.len() - self.vacant.len()
    }

    fn slot(&mut self, number: u32) -> Option<&mut Slot> {
        self.slots.get_mut(number as usize).filter(|slot| slot[0] != VACANT[0])
    }

    /// Where the block stands from now on; an empty one stands anywhere.
    fn store(&mut self, block: &[u32]) -> u32 {
        if block.is_empty() {
            return 0;
        }
        if let Some(at) = self.free.get_mut(&block.len()).and_then(Vec::pop) {
            self.words[at as usize..at as usize + block.len()].copy_from_slice(block);
            return at;
        }
        self.words.extend_from_slice(block);
        (self.words.len() - block.len()) as u32
    }

    fn release(&mut self, slot: &Slot) {
        if size(slot[0]) > 0 {
            self.free.entry(size(slot[0])).or_default().push(slot[7]);
        }
    }

    /// All people in the order of their numbers: first word, answers, block; a vacant number is a word
    /// of ones. The counts of identifiers are left out: whoever reads this counts them anew.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let mut put = |word: u32| out.extend_from_slice(&word.to_le_bytes());
        for number in 0..self.slots.len() as u32 {
            let Some(view) = self.get(number) else {
                put(VACANT[0]);
                continue;
            };
            put(view.slot[0] & !(MANY << REFS));
            for word in view.inline().iter().chain(view.block) {
                put(*word);
            }
        }
    }

    /// From what [`People::write`] wrote; `None` if the bytes are not that. `shapes` is how many
    /// shapes there are.
    pub(super) fn read(bytes: &[u8], shapes: usize) -> Option<Self> {
        let (records, []) = bytes.as_chunks::<4>() else { return None };
        let mut people = Self::default();
        let mut words = records.iter().map(|word| u32::from_le_bytes(*word));
        while let Some(meta) = words.next() {
            if meta == VACANT[0] {
                people.vacant.push(people.slots.len() as u32);
                people.slots.push(VACANT);
                continue;
            }
            let mut slot = [0; 8];
            slot[0] = meta;
            slot[7] = people.words.len() as u32;
            for word in &mut slot[1..=inline(meta)] {
                *word = words.next()?;
            }
            let before = people.words.len();
            for _ in 0..size(meta) {
                people.words.push(words.next()?);
            }
            let view = View { slot: &slot, block: &people.words[before..] };
            let known = view.answers().all(|one| (one.shape as usize) < shapes);
            if !view.is_whole() || !known {
                return None;
            }
            people.slots.push(slot);
        }
        Some(people)
    }

    /// Sets how many identifiers lead to each person; to whom none leads is forgotten.
    pub(super) fn count(&mut self, counts: &[u16]) {
        for number in 0..self.slots.len() as u32 {
            let Some(slot) = self.slot(number) else { continue };
            let count = u32::from(counts.get(number as usize).copied().unwrap_or(0)).min(MANY);
            slot[0] = slot[0] & !(MANY << REFS) | count << REFS;
            if count == 0 {
                self.drop_one(number);
            }
        }
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
