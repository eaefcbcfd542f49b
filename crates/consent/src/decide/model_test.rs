//! Memory against a model that keeps every record and looks through all of them.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::{Age, Chosen, Fingerprint, Flags, Memory, New, PurposeSlot, Shape, Standing};
use crate::Choice;

const IDENTIFIERS: usize = 7;
const PURPOSES: PurposeSlot = 4;

#[derive(Debug, Clone)]
enum Event {
    Record {
        who: BTreeSet<usize>,
        at: i64,
        notice: u16,
        said: Vec<(u16, Choice)>,
        age: Option<i64>,
    },
    Flag {
        who: usize,
        erased: bool,
        restricted: bool,
    },
}

fn event() -> impl Strategy<Value = Event> {
    let choice = prop::sample::select(vec![
        Choice::Granted,
        Choice::Denied,
        Choice::Withdrawn,
        Choice::Pending,
    ]);
    let said = prop::collection::vec((0..PURPOSES, choice), 1..4);
    let who = prop::collection::btree_set(0..IDENTIFIERS, 1..3);
    // Few moments, so that records share one and come out of order.
    let record = (who, 0_i64..6, 0_u16..3, said, prop::option::weighted(0.2, 0_i64..3))
        .prop_map(|(who, at, notice, said, age)| Event::Record { who, at, notice, said, age });
    let flag = (0..IDENTIFIERS, any::<bool>(), any::<bool>())
        .prop_map(|(who, erased, restricted)| Event::Flag { who, erased, restricted });
    prop_oneof![6 => record, 1 => flag]
}

/// One customer: identifiers, flags, records in the order in which they were recorded.
#[derive(Debug, Clone, Default)]
struct Customer {
    who: BTreeSet<usize>,
    flags: Flags,
    records: Vec<(i64, usize, New)>,
}

#[derive(Default)]
struct Model {
    customers: BTreeMap<usize, Customer>,
    recorded: usize,
}

impl Model {
    fn of(&self, identifier: usize) -> Option<(usize, &Customer)> {
        let found = self.customers.iter().find(|(_, one)| one.who.contains(&identifier));
        found.map(|(id, one)| (*id, one))
    }

    /// Writes the event; returns the customer, and whether several became one.
    fn write(&mut self, event: &Event) -> Option<(usize, bool)> {
        match event {
            Event::Flag { who, erased, restricted } => {
                let id = self.of(*who)?.0;
                let flags = &mut self.customers.get_mut(&id)?.flags;
                *flags = Flags { erased: *erased, restricted: *restricted };
                Some((id, true))
            }
            Event::Record { who, .. } => {
                let known: BTreeSet<usize> =
                    who.iter().filter_map(|one| Some(self.of(*one)?.0)).collect();
                let target = known.first().copied().unwrap_or(self.recorded + 1000);
                let mut whole = Customer::default();
                for id in &known {
                    let one = self.customers.remove(id)?;
                    whole.who.extend(one.who);
                    whole.records.extend(one.records);
                    whole.flags.erased |= one.flags.erased;
                    whole.flags.restricted |= one.flags.restricted;
                }
                whole.who.extend(who);
                whole.records.push((time(event), self.recorded, new(event)?));
                whole.records.sort_by_key(|(at, recorded, _)| (*at, *recorded));
                self.recorded += 1;
                self.customers.insert(target, whole);
                Some((target, known.len() > 1))
            }
        }
    }

    /// The newest record that says something, looked for among all.
    fn standing(&self, identifier: usize, purpose: PurposeSlot) -> Standing {
        let Some((_, one)) = self.of(identifier) else { return Standing::default() };
        let newest = |speaks: &dyn Fn(&New) -> bool| {
            one.records.iter().map(|(.., new)| new).rfind(|new| speaks(new))
        };
        let chosen = newest(&|new| new.shape.about(purpose).is_some()).map(|new| Chosen {
            choice: new.shape.about(purpose).unwrap(),
            since: new.at,
            notice: new.shape.notice,
        });
        let age = newest(&|new| new.guardian_missing_until.is_some());
        let until = age.and_then(|new| new.guardian_missing_until).unwrap_or(0);
        let rounded = Age { at: 0, guardian_missing_until: until }.rounded();
        Standing {
            erased: one.flags.erased,
            restricted: one.flags.restricted,
            guardian_missing_until: rounded.guardian_missing_until,
            chosen,
        }
    }
}

fn time(event: &Event) -> i64 {
    if let Event::Record { at, .. } = event { *at } else { 0 }
}

fn new(event: &Event) -> Option<New> {
    let Event::Record { at, notice, said, age, .. } = event else { return None };
    let shape = Shape::new(*notice, said.iter().copied());
    Some(New { at: *at, shape, guardian_missing_until: age.map(|age| age * 3_600_000_000 + age) })
}

fn print(identifier: usize) -> Fingerprint {
    let mut bytes = [0; 16];
    // Two shards, neighbours within.
    bytes[0] = if identifier.is_multiple_of(2) { 0x10 } else { 0xf0 };
    bytes[9] = identifier as u8;
    Fingerprint::of(bytes)
}

/// As the feed does with an entry of the ledger.
fn follow(memory: &Memory, model: &Model, event: &Event, id: usize, whole: bool) {
    let customer = &model.customers[&id];
    let reload = || {
        let prints: Vec<_> = customer.who.iter().map(|one| print(*one)).collect();
        let said = customer.records.iter().map(|(.., new)| new.clone()).collect();
        memory.set(&prints, customer.flags, said);
    };
    match (event, new(event)) {
        (Event::Record { who, .. }, Some(new)) if !whole => {
            let prints: Vec<_> = who.iter().map(|one| print(*one)).collect();
            if !memory.answer(&prints, new) {
                reload();
            }
        }
        _ => reload(),
    }
}

fn agree(memory: &Memory, model: &Model) -> Result<(), TestCaseError> {
    for identifier in 0..IDENTIFIERS {
        for purpose in 0..PURPOSES {
            prop_assert_eq!(
                memory.standing(&[print(identifier)], purpose),
                model.standing(identifier, purpose),
                "identifier {} purpose {}",
                identifier,
                purpose
            );
        }
    }
    prop_assert_eq!(memory.counts().people, model.customers.len());
    let identifiers: usize = model.customers.values().map(|one| one.who.len()).sum();
    prop_assert_eq!(memory.counts().identifiers, identifiers);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn memory_answers_as_if_all_records_were_looked_through(
        events in prop::collection::vec(event(), 0..30), again in 0_usize..30,
    ) {
        let (memory, mut model) = (Memory::default(), Model::default());
        let mut entries = Vec::new();
        for event in &events {
            if let Some((id, whole)) = model.write(event) {
                follow(&memory, &model, event, id, whole);
                entries.push((event, whole));
                agree(&memory, &model)?;
            }
        }

        // Entries may be seen twice, as after a start from a snapshot that was already ahead.
        for (event, whole) in entries.iter().skip(again) {
            let who = match event {
                Event::Record { who, .. } => *who.first().unwrap(),
                Event::Flag { who, .. } => *who,
            };
            let id = model.of(who).unwrap().0;
            follow(&memory, &model, event, id, *whole);
        }
        agree(&memory, &model)?;

        // And a start from a snapshot changes nothing.
        let key = vault::Blob::new(&[1; 32]);
        let mut file = Vec::new();
        let at = super::Position { seq: 3, hash: String::new() };
        super::save(&memory, &at, &key, &mut file).unwrap();
        agree(&super::load(&key, &file[..]).unwrap().0, &model)?;
    }
}

#[test]
fn readers_always_see_a_whole_person_while_writers_change_and_link() {
    let memory = Memory::default();
    let shape = |choice| Shape::new(1, [(0, choice), (1, choice)]);
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        for reader in 0..2_usize {
            let (memory, done) = (&memory, &done);
            scope.spawn(move || {
                let mut n = reader;
                while !done.load(std::sync::atomic::Ordering::Relaxed) {
                    n = (n + 1) % IDENTIFIERS;
                    // Both purposes are always chosen together.
                    let pair = memory.with(&[print(n)], |view| {
                        [0, 1].map(|purpose| {
                            memory.with_shapes(|shapes| {
                                super::sieve::standing(view, shapes, purpose).chosen
                            })
                        })
                    });
                    assert_eq!(pair[0], pair[1]);
                }
            });
        }
        for round in 0..4000_i64 {
            let n = round as usize % IDENTIFIERS;
            let choice = if round % 2 == 0 { Choice::Granted } else { Choice::Withdrawn };
            let new = New { at: round, shape: shape(choice), guardian_missing_until: None };
            let both = [print(n), print((n + 1) % IDENTIFIERS)];
            if !memory.answer(&both, new.clone()) {
                memory.set(&both, Flags::default(), vec![new]);
            }
            if round % 3 == 0 {
                memory.forget(print(n));
            }
        }
        done.store(true, std::sync::atomic::Ordering::Relaxed);
    });
}
