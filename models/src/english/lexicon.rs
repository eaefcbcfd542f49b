//! Builds the lexicon: what is known about words and phrases, as fingerprints.

use std::collections::BTreeMap;

use detect::english::features::{PHRASE_LONGEST, knows, phrase_hash, place, word_hash};
use detect::english::tokens::{TokenKind, tokens};

use super::lists::Lists;

/// Collects what is known by hash.
struct Builder {
    known: BTreeMap<u64, u16>,
}

/// The table: its slots, 4 bytes each.
pub fn build(lists: &Lists) -> Vec<[u8; 4]> {
    let mut builder = Builder { known: BTreeMap::new() };
    builder.add_words(lists);
    builder.add_people(lists);
    builder.add_places(lists);
    builder.add_organisations(lists);
    for group in ["nationalities", "groups", "religions"] {
        builder.add_all(lists.own(group), knows::GROUP, 0);
    }
    builder.add_all(lists.own("jobs"), knows::JOB, knows::JOB);
    builder.add_all(lists.own("titles"), knows::TITLE, knows::TITLE);
    builder.add_all(lists.own("streets"), knows::STREET, 0);
    for form in lists.own("foreign streets") {
        let words = form.replace(['*', '#'], " ");
        builder.add(&words, knows::STREET, knows::STREET);
    }
    table(&builder.known)
}

impl Builder {
    fn set(&mut self, hash: u64, bits: u16) {
        *self.known.entry(hash).or_default() |= bits;
    }

    /// A name of one word gets `bits`; each word of a longer one gets `part`, and the whole `bits`.
    fn add(&mut self, name: &str, bits: u16, part: u16) {
        let words: Vec<u64> = tokens(name).map(|token| word_hash(token.text(name))).collect();
        let lettered: Vec<u64> = tokens(name)
            .filter(|token| token.kind == TokenKind::Word && token.text(name).len() > 2)
            .map(|token| word_hash(token.text(name)))
            .collect();
        match words.as_slice() {
            [] => {}
            [word] => self.set(*word, bits),
            many => {
                for word in lettered {
                    if part != 0 {
                        self.set(word, part);
                    }
                }
                if many.len() <= PHRASE_LONGEST {
                    self.set(many[0], knows::STARTS);
                    self.set(phrase_hash(many.iter().copied()), bits);
                }
            }
        }
    }

    fn add_all(&mut self, names: &[String], bits: u16, part: u16) {
        for name in names {
            self.add(name, bits, part);
        }
    }

    fn add_words(&mut self, lists: &Lists) {
        for (class, word) in &lists.words {
            if word.bytes().any(|b| b.is_ascii_uppercase()) {
                continue;
            }
            let level: u16 = match class {
                1 | 2 => 3,
                3 => 2,
                _ => 1,
            };
            let hash = word_hash(word);
            let mask = self.known.entry(hash).or_default();
            let old = *mask >> knows::ENGLISH_SHIFT & 3;
            *mask |= level.max(old) << knows::ENGLISH_SHIFT;
        }
        for word in lists.own("known words") {
            self.set(word_hash(word), 3 << knows::ENGLISH_SHIFT);
        }
    }

    fn add_people(&mut self, lists: &Lists) {
        let [frequent, rare] = &lists.given;
        self.add_all(frequent, knows::GIVEN, 0);
        self.add_all(rare, knows::GIVEN_RARE, knows::GIVEN_RARE);
        let [frequent, rare] = &lists.surnames;
        self.add_all(frequent, knows::SURNAME, 0);
        self.add_all(rare, knows::SURNAME_RARE, 0);
        let mut languages: BTreeMap<&str, usize> = BTreeMap::new();
        for (_, people) in &lists.people {
            for name in &people.given {
                *languages.entry(name).or_default() += 1;
            }
            for name in &people.given {
                self.add(name, knows::GIVEN_RARE, knows::GIVEN_RARE);
            }
            for name in &people.surnames {
                self.add(name, knows::SURNAME_RARE, knows::SURNAME_RARE);
            }
        }
        // A name of many languages is frequent, unless it is an English word.
        for (name, count) in languages {
            let mask = self.known.get(&word_hash(name)).copied().unwrap_or_default();
            if count >= 3 && (mask >> knows::ENGLISH_SHIFT).trailing_zeros() >= 2 {
                self.add(name, knows::GIVEN, 0);
            }
        }
    }

    fn add_places(&mut self, lists: &Lists) {
        for class in &lists.places {
            for place in class {
                let bits = if place.class <= 2 { knows::PLACE } else { knows::PLACE_SMALL };
                self.add(&place.name, bits, knows::PLACE_PART);
            }
        }
        for section in ["countries", "famous places"] {
            self.add_all(lists.own(section), knows::PLACE, knows::PLACE_PART);
        }
    }

    fn add_organisations(&mut self, lists: &Lists) {
        self.add_all(lists.own("organisations"), knows::ORG, 0);
        self.add_all(&lists.companies, knows::ORG, 0);
        for section in ["legal forms", "trades", "organisation words"] {
            for name in lists.own(section) {
                for token in tokens(name).filter(|token| token.kind == TokenKind::Word) {
                    self.set(word_hash(token.text(name)), knows::ORG_WORD);
                }
            }
        }
    }
}

/// Open addressing with fingerprints, four fifths full.
fn table(known: &BTreeMap<u64, u16>) -> Vec<[u8; 4]> {
    let slots = known.len() * 5 / 4 + 1;
    let mut table = vec![[0u8; 4]; slots];
    for (&hash, &mask) in known.iter().filter(|(_, mask)| **mask != 0) {
        let (mut at, print) = place(hash, slots);
        while table[at][2..] != [0, 0] {
            at = (at + 1) % slots;
        }
        let ([a, b], [c, d]) = (print.to_le_bytes(), mask.to_le_bytes());
        table[at] = [a, b, c, d];
    }
    table
}

#[cfg(test)]
mod tests {
    use detect::english::features::Lexicon;

    use super::*;

    #[test]
    fn the_table_answers_for_what_was_put_in_and_rarely_for_else() {
        let known: BTreeMap<u64, u16> = (0..5000u64)
            .map(|n| {
                (word_hash(&format!("w{}x", "a".repeat(n as usize % 7))) ^ n, 1 + (n % 9) as u16)
            })
            .collect();

        let slots = table(&known);

        let lexicon = Lexicon::new(&slots);
        let wrong = known.iter().filter(|(hash, mask)| lexicon.get(**hash) != **mask).count();
        assert!(wrong < 5, "{wrong} of {} share a fingerprint with a neighbour", known.len());
        let strangers =
            (1u64..100_000).filter(|n| lexicon.get(n.wrapping_mul(0x1234_5678_9ABC_DEF1)) != 0);
        assert!(strangers.count() < 20);
    }
}
