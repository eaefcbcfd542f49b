//! Places: a gazetteer (countries, regions, cities; GeoNames and CLDR, see `models/README.md`) and
//! the words around a place: “moved to …”, “born in …”, `Springfield, IL`.
//!
//! The gazetteer is a sorted array of hashes: 200,000 names in one megabyte. Many of them are also
//! words, given names or family names, so each carries how sure it is by itself.

use std::sync::OnceLock;

use super::{
    tokens::{Case, TokenKind},
    words::{
        AGE_PERSON, Block, CALENDAR, COMMON, FIRM, GIVEN, INSTITUTION, JOB, LEGAL, PARTICLE,
        PLACE_CUE, PREPOSITION, STATE, STREET, SURNAME, TITLE, lowered,
    },
};
use crate::{
    Entity,
    text::{Layer, Span},
};

/// How sure a name of the gazetteer is a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// A small town, or one whose name is also a word or a person's name.
    Minor,
    /// A town of 15,000 people or more.
    Town,
    /// A capital or a city of 300,000 or more.
    City,
    /// A state, province or other region.
    Region,
    /// A country.
    Country,
    /// A country or region whose name people bear too: `Jordan`, `Georgia`.
    Named,
}

/// Most words of a place's name that are looked up.
const LONGEST: usize = 6;

/// Hashes by their upper 16 bits, so that a look-up compares a handful.
struct Gazetteer {
    entries: Vec<u32>,
    starts: Vec<u32>,
}

fn gazetteer() -> &'static Gazetteer {
    static PLACES: OnceLock<Gazetteer> = OnceLock::new();
    PLACES.get_or_init(|| {
        let (words, _) = include_bytes!("../../../models/places.bin").as_chunks::<4>();
        let entries: Vec<u32> = words.iter().map(|w| u32::from_le_bytes(*w)).collect();
        let mut starts = Vec::with_capacity(1 << 16 | 1);
        for bucket in 0..=1u32 << 16 {
            starts.push(entries.partition_point(|e| e >> 16 < bucket) as u32);
        }
        Gazetteer { entries, starts }
    })
}

impl Gazetteer {
    fn get(&self, hash: u32) -> Option<Place> {
        let bucket = (hash >> 16) as usize;
        let (from, to) = (self.starts[bucket] as usize, self.starts[bucket + 1] as usize);
        let entry = self.entries[from..to].iter().find(|e| **e >> 3 == hash >> 3)?;
        Some(match entry & 7 {
            1 => Place::Minor,
            2 => Place::Town,
            3 => Place::City,
            4 => Place::Region,
            5 => Place::Country,
            _ => Place::Named,
        })
    }
}

/// FNV-1a (32 bits), a word at a time with one space between.
fn add(hash: u32, word: &str) -> u32 {
    let mut hash = if hash == 0 { 0x811c_9dc5 } else { step(hash, b' ') };
    if word.is_ascii() {
        for byte in word.bytes().filter(|b| *b != b'.') {
            hash = step(hash, byte.to_ascii_lowercase());
        }
        return hash;
    }
    lowered(word, |lower| {
        for (at, piece) in lower.split('’').enumerate() {
            if at > 0 {
                hash = step(hash, b'\'');
            }
            for byte in piece.bytes().filter(|b| *b != b'.') {
                hash = step(hash, byte);
            }
        }
    });
    hash
}

fn step(hash: u32, byte: u8) -> u32 {
    (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
}

/// The longest name of the gazetteer that starts at token `at`: its last token and what it is.
pub fn known(block: &Block, at: usize) -> Option<(usize, Place)> {
    let places = gazetteer();
    let mut best = None;
    let mut hash = 0;
    let mut to = at;
    for _ in 0..LONGEST {
        let token = block.tokens.get(to)?;
        if token.kind != TokenKind::Word || (to > at && token.lines > 0) {
            break;
        }
        hash = add(hash, block.word(to));
        if let Some(place) = places.get(hash) {
            best = Some((to, place));
        }
        to += 1;
        if matches!(block.word(to), "-" | "–") && block.glued(to) && block.glued(to + 1) {
            to += 1;
        }
        if block.tokens.get(to).is_none() {
            break;
        }
    }
    best
}

/// Adds the places of a block.
pub fn find(block: &Block, found: &mut Vec<Span>) {
    let mut at = 0;
    while at < block.len() {
        let token = block.tokens[at];
        let name = token.kind == TokenKind::Word
            && (token.is_capitalised() || at > 0 && block.is(at - 1, PREPOSITION));
        if !name || block.is(at, CALENDAR) {
            at += 1;
            continue;
        }
        match listed(block, at).or_else(|| told(block, at)) {
            Some((last, score, rule)) => {
                let range = block.range(at, last);
                found.push(Span::new(range, Entity::Location, score, Layer::Model, rule));
                at = state_after(block, last, found) + 1;
            }
            None => at += 1,
        }
    }
}

/// `, IL` after a city: a place of its own.
fn state_after(block: &Block, city: usize, found: &mut Vec<Span>) -> usize {
    let at = city + 2;
    let token = block.tokens.get(at);
    let state = block.mark(city + 1, ",")
        && token.is_some_and(|t| t.case == Case::Upper && t.lines == 0)
        && block.is(at, STATE);
    if state {
        found.push(Span::new(block.range(at, at), Entity::Location, 0.8, Layer::Model, "state"));
        return at;
    }
    city
}

/// A place of the list, with how sure the words around make it.
fn listed(block: &Block, at: usize) -> Option<(usize, f64, &'static str)> {
    let (mut last, place) = known(block, at)?;
    // `Cyprus (Greek)`
    if place == Place::Country
        && block.mark(last + 1, "(")
        && block.capital(last + 2)
        && block.mark(last + 3, ")")
    {
        last += 3;
    }
    if place < Place::City && (at..=last).all(|i| block.is(i, COMMON | INSTITUTION | FIRM | JOB)) {
        return None;
    }
    let small = !block.capital(at);
    let before = at.checked_sub(1);
    let preposition = before.is_some_and(|b| block.is(b, PREPOSITION)) && block.lines(at) == 0;
    let cue = cued(block, at);
    let joined = |at: usize| block.capital(at) && block.lines(at) == 0;
    let neighbour = joined(last + 1) && !block.is(last + 1, COMMON)
        || before.is_some_and(|b| {
            block.lines(at) == 0 && block.capital(b) && !block.is(b, COMMON | PREPOSITION | TITLE)
        })
        || before.is_some_and(|b| block.lines(at) == 0 && block.is(b, TITLE) && block.capital(b));
    // Part of a longer name: `Paris-Roubaix`, `'s` after it is fine.
    let hyphen = block.mark(last + 1, "-") && block.glued(last + 1) && block.glued(last + 2)
        || at > 1 && block.mark(at - 1, "-") && block.glued(at) && block.glued(at - 1);
    let state = block.mark(last + 1, ",")
        && block.is(last + 2, STATE)
        && block.tokens[last + 2].case == Case::Upper;
    let several = last > at;
    if hyphen && place < Place::Country {
        return None;
    }
    if small {
        let sure =
            matches!(place, Place::Country | Place::City) || place == Place::Region && several;
        return (preposition && cue && sure).then_some((last, 0.6, "gazetteer"));
    }
    let alone = !neighbour;
    let plain =
        !block.is(at, COMMON | GIVEN | JOB | AGE_PERSON) && block.tokens[at].case == Case::Title;
    let score = match place {
        Place::Country if neighbour => 0.7,
        Place::Country | Place::Region => 0.85,
        Place::City if neighbour => 0.5,
        Place::City => 0.8,
        Place::Town if state => 0.85,
        Place::Town if alone && (preposition || cue) => 0.7,
        Place::Town if alone && several => 0.6,
        Place::Named if alone && preposition => 0.75,
        Place::Named if alone => 0.5,
        Place::Minor if state => 0.8,
        Place::Minor if alone && cue && preposition => 0.65,
        Place::Minor if alone && preposition && plain => 0.5,
        _ => return None,
    };
    Some((last, score, "gazetteer"))
}

/// A preposition before token `at`, and a word of moving, living or being born before that:
/// `moved here from`, `grew up in`, `based in`.
fn cued(block: &Block, at: usize) -> bool {
    let Some(before) = at.checked_sub(1) else { return false };
    if block.lines(at) > 0 || !block.is(before, PREPOSITION) {
        return false;
    }
    (1..=4).any(|back| {
        before.checked_sub(back).is_some_and(|b| {
            block.is(b, PLACE_CUE)
                && !(b + 1..before).any(|i| block.tokens[i].kind == TokenKind::Mark)
        })
    })
}

/// A name no list knows, where the words say that a place stands: `grew up in Vilsbach`.
fn told(block: &Block, at: usize) -> Option<(usize, f64, &'static str)> {
    if !block.capital(at) || !cued(block, at) {
        return None;
    }
    let mut last = at;
    while last < at + 4 {
        let next = last + 1;
        let Some(token) = block.tokens.get(next) else { break };
        if token.lines > 0 {
            break;
        }
        let hyphen = block.mark(next, "-")
            && token.start == block.tokens[last].end
            && block.capital(next + 1);
        let particle = block.is(next, PARTICLE)
            && block.tokens[next].case == Case::Lower
            && !block.is(next, COMMON)
            && block.capital(next + 1)
            && block.lines(next + 1) == 0;
        if hyphen || particle {
            last = next + 1;
        } else if token.kind == TokenKind::Word && token.is_capitalised() {
            last = next;
        } else {
            break;
        }
    }
    let bad = COMMON | CALENDAR | JOB | LEGAL | FIRM | INSTITUTION | STREET | TITLE;
    let person = block.is(at, GIVEN) && (last == at || block.is(last, SURNAME));
    let single_letter = block.tokens[at].case == Case::Initial;
    if (at..=last).any(|i| block.is(i, bad)) || person || single_letter {
        return None;
    }
    Some((last, 0.6, "told"))
}

#[cfg(test)]
mod tests {
    use super::super::tests::found_by;

    fn places(text: &str) -> Vec<String> {
        found_by(text, super::find).into_iter().map(|(_, place)| place).collect()
    }

    #[test]
    fn countries_and_cities_are_found() {
        assert_eq!(
            places("She flew from New Zealand to Buenos Aires."),
            ["New Zealand", "Buenos Aires"]
        );
        assert_eq!(places("Estonia and Côte d'Ivoire signed"), ["Estonia", "Côte d'Ivoire"]);
        assert_eq!(places("The office in Springfield, IL is closed"), ["Springfield", "IL"]);
        assert_eq!(places("i moved here from switzerland"), ["switzerland"]);
        assert_eq!(places("He lives in Reading"), ["Reading"]);
    }

    #[test]
    fn unknown_places_are_found_by_the_words_before_them() {
        assert_eq!(places("She grew up in Vilsbachau am Qend."), ["Vilsbachau am Qend"]);
        assert_eq!(places("We moved here from Xylotown"), ["Xylotown"]);
    }

    #[test]
    fn names_and_words_are_no_places() {
        for text in [
            "Jordan Smith called",
            "Reading is fun",
            "Jackson came too late",
            "It was in May",
            "Of course it is Nice",
            "talked to Anna",
        ] {
            assert!(places(text).is_empty(), "{text}: {:?}", places(text));
        }
    }
}
