//! Puts words together to whole names of places and organisations.
//!
//! The model cuts “北京市公安局朝阳分局刑侦支队” or “中山北路三十号二栋” where its training data did;
//! a person means the whole. Words join only without a gap, and only by the endings of `lists.rs`.

use std::ops::Range;

use super::{
    address,
    lists::{COUNTRIES, DEPARTMENTS, ORGANISATIONS, PLACES},
    people,
    tagger::{Part, Word},
};
use crate::{Entity, words::is_han};

/// Something named in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
    /// Its bytes.
    pub range: Range<usize>,
    /// What it is.
    pub entity: Entity,
}

/// Most words behind a name that may belong to it.
const MOST_WORDS: usize = 4;

/// The named things among words, in order.
pub fn chunks(text: &str, words: &[Word]) -> Vec<Chunk> {
    let mut chunks = Vec::new();
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let chunk = match word.part {
            Part::Person => Some(person(text, words, at)),
            Part::Place => Some(place(text, words, at)),
            Part::Organisation => Some(housed(text, words, at)),
            Part::Proper | Part::Noun | Part::Work => {
                named_organisation(text, words, at).or_else(|| alone(text, word))
            }
            _ => None,
        };
        match chunk {
            Some(chunk) => {
                at += words[at..].partition_point(|w| w.range.start < chunk.range.end);
                chunks.push(chunk);
            }
            None => at += 1,
        }
    }
    chunks
}

/// A person, unless the name is that of a place or organisation (盖蒂中心, 恒晟超市).
fn person(text: &str, words: &[Word], at: usize) -> Chunk {
    if let Some(end) = ending(text, words, at + 1, ORGANISATIONS) {
        return organisation(text, words, at, end);
    }
    let next = words.get(at + 1).filter(|next| joins(&words[at], next));
    if let Some(next) =
        next.filter(|w| w.part == Part::Noun && ends(&text[w.range.clone()], PLACES))
    {
        return Chunk { range: words[at].range.start..next.range.end, entity: Entity::Location };
    }
    Chunk { range: people::whole_name(text, words, at), entity: Entity::Person }
}

/// A place: from province to house number, as far as the words go on.
fn place(text: &str, words: &[Word], at: usize) -> Chunk {
    let Range { start, mut end } = words[at].range;
    let mut next = at + 1;
    let mut last = &text[start..end];
    let mut detail = address::has_detail(last);
    loop {
        if let Some(further) = address::numbers(text, start..end, detail) {
            (end, detail) = (further, true);
            last = "";
        }
        let gap = address::gap(text, end);
        next += words[next..].partition_point(|w| w.range.start < gap);
        let Some(word) = words.get(next).filter(|w| w.range.start == gap) else { break };
        let piece = &text[word.range.clone()];
        // What the model added behind a house number is another name: 文一西路969号|阿里巴巴.
        let whole = address::house(piece).unwrap_or(piece.len());
        let joins = match word.part {
            Part::Place => {
                address::continues(last, piece) && (gap == end || detail || address::is_unit(last))
            }
            Part::Noun | Part::Proper | Part::Side | Part::Organisation => {
                let named = ends(piece, PLACES) && !ends(piece, ORGANISATIONS);
                gap == end && (named || address::house(piece).is_some())
            }
            _ => false,
        };
        if !joins {
            break;
        }
        detail |= address::house(piece).is_some();
        (end, last, next) = (word.range.start + whole, piece, next + 1);
        if whole < piece.len() {
            break;
        }
    }
    if !detail && let Some(until) = organisation_behind(text, words, next, start..end) {
        return organisation(text, words, at, until);
    }
    let entity = if detail { Entity::StreetAddress } else { Entity::Location };
    Chunk { range: start..end, entity }
}

/// Index behind an organisation's name that a place begins: 深圳|总行, 北京|保利. A country's name is
/// no part of the next one.
fn organisation_behind(
    text: &str,
    words: &[Word],
    next: usize,
    place: Range<usize>,
) -> Option<usize> {
    if let Some(until) = ending(text, words, next, ORGANISATIONS) {
        return Some(until);
    }
    let word = words.get(next).filter(|w| w.range.start == place.end)?;
    let piece = &text[word.range.clone()];
    let joins = word.part == Part::Organisation
        && piece.chars().any(is_han)
        && address::house(piece).is_none()
        && !COUNTRIES.contains(&&text[place]);
    joins.then_some(next + 1)
}

/// An organisation, unless the model took its address for a part of its name.
fn housed(text: &str, words: &[Word], at: usize) -> Chunk {
    let Range { start, end } = words[at].range;
    match address::house(&text[start..end]) {
        Some(house) => Chunk { range: start..start + house, entity: Entity::StreetAddress },
        None => organisation(text, words, at, at + 1),
    }
}

/// An organisation whose name reaches from the word at `from` up to `until`, and whatever of it
/// follows: branches, departments, organisations within it.
fn organisation(text: &str, words: &[Word], from: usize, mut until: usize) -> Chunk {
    loop {
        if let Some(further) = ending(text, words, until, ORGANISATIONS) {
            until = further;
            continue;
        }
        let Some(next) = words.get(until).filter(|next| joins(&words[until - 1], next)) else {
            break;
        };
        let piece = &text[next.range.clone()];
        let belongs = match next.part {
            Part::Organisation => true,
            Part::Noun => piece.chars().count() > 1 && ends(piece, DEPARTMENTS),
            _ => false,
        };
        if !belongs {
            break;
        }
        until += 1;
    }
    let range = words[from].range.start..words[until - 1].range.end;
    Chunk { range, entity: Entity::Organization }
}

/// A proper name that an organisation's ending follows: 思源经纪公司.
fn named_organisation(text: &str, words: &[Word], at: usize) -> Option<Chunk> {
    if words[at].part != Part::Proper {
        return None;
    }
    let until = ending(text, words, at + 1, ORGANISATIONS)?;
    Some(organisation(text, words, at, until))
}

/// A word that the model did not take for a name but that ends like one and is long enough to hold
/// one: 从化报社.
fn alone(text: &str, word: &Word) -> Option<Chunk> {
    if word.part != Part::Proper {
        return None;
    }
    let piece = &text[word.range.clone()];
    let ending = ORGANISATIONS.iter().find(|ending| piece.ends_with(**ending))?;
    let name = piece.len() - ending.len();
    (name >= 2 * "名".len())
        .then(|| Chunk { range: word.range.clone(), entity: Entity::Organization })
}

/// Index behind the word that ends with one of the endings, if only words that can stand in a name
/// lie before it.
fn ending(text: &str, words: &[Word], from: usize, endings: &[&str]) -> Option<usize> {
    for (index, word) in words.iter().enumerate().skip(from).take(MOST_WORDS) {
        let named =
            matches!(word.part, Part::Noun | Part::Proper | Part::Verb | Part::Organisation);
        if !named || !joins(&words[index - 1], word) {
            return None;
        }
        let piece = &text[word.range.clone()];
        if word.part != Part::Verb && ends(piece, endings) {
            return Some(index + 1);
        }
    }
    None
}

fn joins(word: &Word, next: &Word) -> bool {
    word.range.end == next.range.start
}

fn ends(piece: &str, endings: &[&str]) -> bool {
    endings.iter().any(|ending| piece.ends_with(ending))
}
