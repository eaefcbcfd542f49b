//! Everybody's choices in memory: fingerprints lead to numbers, numbers to people, answers to shapes.
//! Several shards of each, so that a writer stops few readers; one writer at a time.
//!
//! Locks, in this order: the writers' mutex, one shard of the index, one shard of people. A reader
//! holds the index's shard while it reads the person, and a writer forgets a person only after no
//! index leads there: so nobody ever reads another person under a number that was used again.

use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::{
    SHARD_BITS, SHARDS,
    index::{Fingerprint, Table},
    people::{Age, Answer, People, Person, View},
    shapes::{Shape, ShapeId, Shapes},
};

/// The state of all people.
pub struct Memory {
    pub(super) index: Vec<RwLock<Table>>,
    pub(super) people: Vec<RwLock<People>>,
    pub(super) shapes: RwLock<Shapes>,
    writer: Mutex<u32>,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            index: (0..SHARDS).map(|_| RwLock::default()).collect(),
            people: (0..SHARDS).map(|_| RwLock::default()).collect(),
            shapes: RwLock::default(),
            writer: Mutex::new(0),
        }
    }
}

/// A number's shard, and its place there.
pub(super) fn place(number: u32) -> (usize, u32) {
    (number as usize % SHARDS, number >> SHARD_BITS)
}

pub(super) fn number(shard: usize, place: u32) -> u32 {
    place << SHARD_BITS | shard as u32
}

pub(super) fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

pub(super) fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}

impl Memory {
    /// Reads the person to whom the identifiers lead. Identifiers of different people (nobody has
    /// linked them yet) are read as one person with the newest answers of all.
    pub fn with<R>(&self, prints: &[Fingerprint], look: impl FnOnce(Option<View<'_>>) -> R) -> R {
        if let [print] = prints {
            return self.with_one(*print, look);
        }
        let mut found: Vec<Person> = Vec::new();
        for print in prints {
            let person = self.with_one(*print, |view| view.map(View::person));
            found.extend(person.filter(|person| !found.contains(person)));
        }
        match found.len() {
            0 => look(None),
            1 => found[0].viewed(|view| look(Some(view))),
            _ => self.joined(found).viewed(|view| look(Some(view))),
        }
    }

    fn with_one<R>(&self, print: Fingerprint, look: impl FnOnce(Option<View<'_>>) -> R) -> R {
        let table = read(&self.index[print.shard()]);
        let Some(number) = table.get(print) else { return look(None) };
        let (shard, place) = place(number);
        let people = read(&self.people[shard]);
        look(people.get(place))
    }

    /// Several people as one: what stands against any of them stands against all.
    fn joined(&self, all: Vec<Person>) -> Person {
        let shapes = read(&self.shapes);
        let mut whole = Person::default();
        for person in all {
            whole.erased |= person.erased;
            whole.restricted |= person.restricted;
            whole.age = newer(whole.age, person.age);
            for answer in person.answers.iter().rev() {
                add(&mut whole.answers, *answer, &shapes);
            }
        }
        whole
    }

    /// The shape of an answer.
    pub fn shape(&self, id: ShapeId) -> Option<Shape> {
        read(&self.shapes).get(id)
    }

    /// Reads the dictionary of shapes.
    pub(super) fn with_shapes<R>(&self, look: impl FnOnce(&Shapes) -> R) -> R {
        look(&read(&self.shapes))
    }

    /// The number of a shape in the dictionary.
    pub fn intern(&self, shape: Shape) -> ShapeId {
        if let Some(id) = read(&self.shapes).known(shape) {
            return id;
        }
        write(&self.shapes).intern(shape)
    }

    /// All that is known of a person, in place of what was known. The identifiers lead to this person
    /// from now on, and to nobody else.
    pub fn set(&self, prints: &[Fingerprint], flags: Flags, said: Vec<New>) {
        let mut person =
            Person { erased: flags.erased, restricted: flags.restricted, ..Person::default() };
        for new in said {
            let age = new.age();
            let answer = Answer { at: new.at, shape: self.intern(new.shape) };
            self.with_shapes(|shapes| add(&mut person.answers, answer, shapes));
            person.age = newer(person.age, age);
        }
        let mut writer = self.write_turn();
        self.settle(&mut writer, prints, |_| person);
    }

    /// One more answer of a person. Answers may come in any order and twice: the newest counts for
    /// each purpose, and of two of one time the one that came last. False, and nothing is changed, when
    /// the identifiers lead to different people: then somebody was linked, and all that is known of
    /// them must be [set](Self::set).
    #[must_use]
    pub fn answer(&self, prints: &[Fingerprint], new: New) -> bool {
        let age = new.age();
        let answer = Answer { at: new.at, shape: self.intern(new.shape) };
        let mut writer = self.write_turn();
        let mut known = prints.iter().filter_map(|print| self.leads_to(*print));
        if let Some(first) = known.next()
            && known.any(|other| other != first)
        {
            return false;
        }
        self.settle(&mut writer, prints, |mut person| {
            self.with_shapes(|shapes| add(&mut person.answers, answer, shapes));
            person.age = newer(person.age, age);
            person
        });
        true
    }

    fn leads_to(&self, print: Fingerprint) -> Option<u32> {
        read(&self.index[print.shard()]).get(print)
    }

    /// Whether an identifier leads to somebody.
    pub fn knows(&self, print: Fingerprint) -> bool {
        self.leads_to(print).is_some()
    }

    /// An identifier leads to nobody any more.
    pub fn forget(&self, print: Fingerprint) {
        let _writer = self.write_turn();
        let person = write(&self.index[print.shard()]).remove(print);
        if let Some(person) = person {
            self.leave(person);
        }
    }

    pub(super) fn write_turn(&self) -> MutexGuard<'_, u32> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the person of the first identifier that leads to one, or makes a new one; then all
    /// identifiers lead there.
    fn settle(
        &self,
        next_shard: &mut u32,
        prints: &[Fingerprint],
        change: impl FnOnce(Person) -> Person,
    ) {
        if prints.is_empty() {
            return;
        }
        let known = prints.iter().find_map(|print| self.leads_to(*print));
        let target = if let Some(known) = known {
            let (shard, place) = place(known);
            let mut people = write(&self.people[shard]);
            let before = people.get(place).map(View::person).unwrap_or_default();
            people.set(place, &change(before));
            known
        } else {
            *next_shard = (*next_shard + 1) % SHARDS as u32;
            let shard = *next_shard as usize;
            let place = write(&self.people[shard]).add(&change(Person::default()));
            number(shard, place)
        };
        for print in prints {
            self.lead(*print, target);
        }
    }

    fn lead(&self, print: Fingerprint, target: u32) {
        if self.leads_to(print) == Some(target) {
            return;
        }
        let (shard, place) = place(target);
        write(&self.people[shard]).hold(place);
        let before = write(&self.index[print.shard()]).insert(print, target);
        if let Some(before) = before {
            self.leave(before);
        }
    }

    fn leave(&self, person: u32) {
        let (shard, place) = place(person);
        write(&self.people[shard]).drop_one(place);
    }

    /// What there is.
    pub fn counts(&self) -> Counts {
        Counts {
            identifiers: self.index.iter().map(|table| read(table).len()).sum(),
            people: self.people.iter().map(|people| read(people).len()).sum(),
            shapes: read(&self.shapes).len(),
        }
    }
}

/// What stands for or against a person beside their answers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Flags {
    /// Erased.
    pub erased: bool,
    /// Processing is restricted.
    pub restricted: bool,
}

/// An answer on its way into memory.
#[derive(Debug, Clone)]
pub struct New {
    /// When it was given (µs).
    pub at: i64,
    /// What it said.
    pub shape: Shape,
    /// It speaks of the person's age: until when a guardian is missing (µs), 0 if none is missing.
    pub guardian_missing_until: Option<i64>,
}

impl New {
    fn age(&self) -> Option<Age> {
        let age = |guardian_missing_until| Age { at: self.at, guardian_missing_until }.rounded();
        self.guardian_missing_until.map(age)
    }
}

/// Of two that speak of age the newer counts, of two of one time the later.
fn newer(known: Option<Age>, next: Option<Age>) -> Option<Age> {
    match (known, next) {
        (Some(known), Some(next)) if next.at < known.at => Some(known),
        (known, next) => next.or(known),
    }
}

/// How much is in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Identifiers.
    pub identifiers: usize,
    /// People.
    pub people: usize,
    /// Different answers.
    pub shapes: usize,
}

/// Adds an answer to a list that is newest first, and drops what no longer counts: an answer all of
/// whose purposes were spoken of later.
pub(super) fn add(answers: &mut Vec<Answer>, answer: Answer, shapes: &Shapes) {
    let same_time = answers.iter().position(|known| known.at == answer.at);
    if let Some(first) = same_time
        && answers[first] == answer
    {
        return;
    }
    answers.retain(|known| *known != answer);
    let at = answers.iter().position(|known| known.at <= answer.at).unwrap_or(answers.len());
    answers.insert(at, answer);
    if answers.len() == 1 {
        return;
    }
    let mut spoken = 0;
    answers.retain(|answer| {
        let Some(shape) = shapes.get(answer.shape) else { return false };
        let fresh = shape.spoken() & !spoken;
        spoken |= fresh;
        fresh != 0
    });
}
