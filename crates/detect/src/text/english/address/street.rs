//! Streets: how a street and a house number are written, in English-speaking countries and in Europe.
//!
//! | form | example |
//! |---|---|
//! | number, name, type | `12 Elm Street`, `119 Countess Close` |
//! | type, name, number | `Rue de la Gare 12`, `ul. Jasna 7`, `12 Rua Direita` |
//! | name with the type in it, number | `Hauptstraße 5`, `Storgatan 12`, `Sahantie 68` |
//! | name, type, number | `Erzsébet tér 19.`, `Narva mnt 5` |
//! | name, number | `Allika 46`: only where other words make an address of it |

use super::super::{
    tokens::{Case, TokenKind},
    words::{
        AGE_UNIT, Block, CALENDAR, COMMON, DIRECTION, JOB, NUMBERED, PARTICLE, PREPOSITION, STREET,
        STREET_MIDDLE, STREET_PREFIX, STREET_WEAK, TITLE_SHORT, UNIT, lowered,
    },
};

/// How sure a street is by its own form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sure {
    /// `Allika 46`: an address if the words around say so.
    InContext,
    /// `Wall Street`: a street, no house.
    Street,
    /// A house.
    House,
}

/// A street with or without its number.
#[derive(Debug, Clone, Copy)]
pub struct Street {
    /// Last token.
    pub last: usize,
    /// How sure.
    pub sure: Sure,
    /// A number stands before the name.
    pub numbered: bool,
}

/// Most tokens of a street's name.
const LONGEST: usize = 7;

/// Ends of one-word street names.
const COMPOUND: [&str; 65] = [
    "straße", "strasse", "straat", "gasse", "weg", "allee", "platz", "ufer", "chaussee", "damm",
    "steig", "stieg", "graben", "gatan", "gata", "gränd", "gränden", "vägen", "torget", "gaten",
    "veien", "vegen", "plassen", "bakken", "vej", "vejen", "gade", "gaden", "stræde", "torvet",
    "plads", "vænget", "parken", "toften", "laan", "singel", "gracht", "plein", "dijk", "dreef",
    "steeg", "katu", "kuja", "tie", "tori", "kaari", "polku", "raitti", "aukio", "maantee", "iela",
    "götu", "braut", "stígur", "vegur", "utca", "útja", "väg", "vei", "vegi", "strada", "ulica",
    "stræti", "straeti", "svingen",
];

/// Words that look as if they ended like a street.
const NOT_COMPOUND: [&str; 12] = [
    "norweg",
    "victory",
    "necktie",
    "lottie",
    "hattie",
    "charlotte",
    "bertie",
    "auntie",
    "cutie",
    "hogtie",
    "bowtie",
    "movie",
];

/// Types that are also words of other languages: they open a street only with a number.
const LOOSE_PREFIX: [&str; 34] = [
    "r", "c", "c/", "cl", "av", "al", "ch", "pl", "place", "square", "route", "via", "cours",
    "str", "sos", "gang", "bd", "rod", "cr", "bul", "loc", "camino", "cesta", "trg", "passage",
    "bloc", "rte", "largo", "ronda", "largo", "os", "nova", "est", "tr",
];

/// A house number at token `at`: its last token. `12`, `12b`, `12-14`, `12/3`, `No. 12`, `nº 5`.
pub fn number(block: &Block, at: usize) -> Option<usize> {
    let word = block.word(at);
    let sign = ["no", "no.", "nr", "nr.", "nº", "n°", "num", "núm", "number"]
        .iter()
        .any(|w| word.eq_ignore_ascii_case(w))
        || word == "#";
    let mut first = at;
    if sign {
        first += 1;
        if matches!(block.word(first), "." | "º" | "°") {
            first += 1;
        }
    }
    let token = block.tokens.get(first)?;
    if first > at && token.lines > 0 {
        return None;
    }
    let digits = block.word(first).bytes().take_while(u8::is_ascii_digit).count();
    let fits = match token.kind {
        TokenKind::Number => digits == token.end - token.start && digits <= 6,
        TokenKind::Mixed => (1..=5).contains(&digits) && token.end - token.start - digits == 1,
        _ => false,
    };
    if !fits {
        return None;
    }
    let joins = matches!(block.word(first + 1), "-" | "/" | "–")
        && block.glued(first + 1)
        && block.glued(first + 2)
        && block.word(first + 2).len() <= 4
        && block
            .tokens
            .get(first + 2)
            .is_some_and(|t| matches!(t.kind, TokenKind::Number | TokenKind::Mixed));
    Some(if joins { first + 2 } else { first })
}

/// The street that starts at token `at`: with its number before the name, or with the name.
pub fn street(block: &Block, at: usize) -> Option<Street> {
    let mut name = at;
    let mut numbered = false;
    // Two at most: numbers of building and house.
    for _ in 0..2 {
        let Some(last) = number(block, name) else { break };
        if block.lines(last + 1) > 0 || is_glued_before(block, name) {
            break;
        }
        name = if block.mark(last + 1, ",") { last + 2 } else { last + 1 };
        numbered = true;
    }
    if numbered && (year(block, at) || block.lines(name) > 0) {
        return None;
    }
    let token = block.tokens.get(name)?;
    let ordinal = numbered && is_ordinal(block, name);
    if token.kind != TokenKind::Word && !ordinal {
        return None;
    }
    let mut street = prefixed(block, name, numbered)
        .or_else(|| typed(block, name, numbered))
        .or_else(|| followed_by_number(block, name, numbered))?;
    street.numbered = numbered;
    Some(street)
}

fn is_glued_before(block: &Block, at: usize) -> bool {
    at > 0
        && block.glued(at)
        && matches!(block.word(at - 1), "." | "," | "-" | "/" | "$" | "€" | "£" | "+" | ":")
}

/// `in 2019 Hyde Park …`: a year, no house number.
fn year(block: &Block, at: usize) -> bool {
    let word = block.word(at);
    let digits = word.len() == 4 && (word.starts_with("19") || word.starts_with("20"));
    digits
        && at > 0
        && ["in", "since", "of", "by", "until", "from"].iter().any(|w| block.says(at - 1, w))
}

fn is_ordinal(block: &Block, at: usize) -> bool {
    let word = block.word(at);
    let digits = word.bytes().take_while(u8::is_ascii_digit).count();
    digits > 0
        && digits <= 3
        && word.get(digits..).is_some_and(|tail| {
            ["st", "nd", "rd", "th"].iter().any(|end| tail.eq_ignore_ascii_case(end))
        })
}

/// Words of a name from `at`: capitalised, with small particles between. The index after the last.
pub fn chain(block: &Block, at: usize, small: bool) -> usize {
    let mut end = at;
    while end < at + LONGEST {
        let Some(token) = block.tokens.get(end) else { break };
        if end > at && token.lines > 0 {
            break;
        }
        let fits = match token.kind {
            TokenKind::Word => {
                token.is_capitalised()
                    || block.is(end, PARTICLE)
                        && end + 1 < at + LONGEST
                        && named(block, end + 1, small)
                    || small && plain_small(block, end) && token.case != Case::Mixed
                    || token.case == Case::None
            }
            TokenKind::Mixed => is_ordinal(block, end),
            TokenKind::Mark => {
                let hyphen = matches!(block.word(end), "-" | "–")
                    && block.glued(end)
                    && block.glued(end + 1);
                // `Ln.`, `ks.`: the dot of an abbreviation inside a name.
                let dot = block.mark(end, ".")
                    && block.glued(end)
                    && end > at
                    && block.is(end - 1, STREET_PREFIX | PARTICLE | STREET_WEAK)
                    && named(block, end + 1, small);
                end > at && (hyphen || dot) && named(block, end + 1, true)
            }
            TokenKind::Clitic => end > at && named(block, end + 1, small),
            _ => false,
        };
        if !fits {
            break;
        }
        end += 1;
    }
    end
}

/// A word that may stand in a street's name though the text is written small.
fn plain_small(block: &Block, at: usize) -> bool {
    !block.is(at, COMMON | PREPOSITION)
        || block.is(at, STREET | STREET_WEAK) && !block.is(at, PREPOSITION)
}

fn named(block: &Block, at: usize, small: bool) -> bool {
    block.tokens.get(at).is_some_and(|t| {
        t.lines == 0
            && t.kind == TokenKind::Word
            && (t.is_capitalised()
                || t.case == Case::None
                || block.is(at, PARTICLE)
                || small && plain_small(block, at))
    })
}

/// Type first: `Rue de la Gare 12`, `12 Rua Direita`, `Piazza del Popolo`.
fn prefixed(block: &Block, at: usize, numbered: bool) -> Option<Street> {
    if !block.is(at, STREET_PREFIX) {
        return None;
    }
    let token = block.tokens[at];
    let mut name = at + 1;
    // `ul.`, `C/ Mayor`
    let sign =
        block.mark(name, ".") && block.glued(name) || block.mark(name, "/") && block.says(at, "c");
    name += usize::from(sign);
    let dotted = token.dotted || name > at + 1;
    let loose = lowered(block.word(at).trim_end_matches('.'), |w| LOOSE_PREFIX.contains(&w));
    let small = token.case == Case::Lower;
    if block.lines(name) > 0 {
        return None;
    }
    let end = chain(block, name, small && !loose);
    // `31 Rue tanger`: the name written small.
    let lower_name = end == name
        && numbered
        && !loose
        && block
            .tokens
            .get(name)
            .is_some_and(|t| t.kind == TokenKind::Word && t.case == Case::Lower)
        && !block.is(name, COMMON | PREPOSITION);
    if lower_name {
        return Some(house(name));
    }
    if end == name || block.is(name, NUMBERED) && loose {
        return None;
    }
    if let Some(last) = number_after(block, end) {
        let sure = !loose || dotted || numbered || token.is_capitalised();
        return sure.then_some(house(last));
    }
    let capital = block.capital(name) || block.is(name, PARTICLE) && end > name + 1;
    if !capital || (small && loose) || block.is(name, COMMON) {
        return None;
    }
    if numbered && (!loose || token.is_capitalised() && token.end - token.start > 1) {
        return Some(house(trimmed(block, name, end)));
    }
    let clear = !loose && !block.is(at, STREET | STREET_WEAK);
    (clear && (token.is_capitalised() || dotted)).then(|| Street {
        last: trimmed(block, name, end),
        sure: Sure::Street,
        numbered,
    })
}

fn house(last: usize) -> Street {
    Street { last, sure: Sure::House, numbered: false }
}

/// A house number after a name, a comma between or not: `12`, `, nº 12`, `12.` (Hungary).
fn number_after(block: &Block, at: usize) -> Option<usize> {
    let from = if block.mark(at, ",") { at + 1 } else { at };
    if block.lines(from) > 0 {
        return None;
    }
    let last = number(block, from)?;
    // After a comma four digits and more are a postal code or a year.
    if from > at && block.word(last).len() > 3 {
        return None;
    }
    (block.word(last).len() <= 5).then_some(last)
}

/// Where a name without a type ends: at the first capitalised word that is followed by no other.
fn trimmed(block: &Block, from: usize, end: usize) -> usize {
    let mut last = end - 1;
    while last > from && (block.is(last, UNIT) || block.tokens[last].kind == TokenKind::Mark) {
        last -= 1;
    }
    last
}

/// Type last: `12 Elm Street`, `Wall Street`.
fn typed(block: &Block, at: usize, numbered: bool) -> Option<Street> {
    let small = numbered && !block.capital(at) && !is_ordinal(block, at);
    if !small && !block.capital(at) && !is_ordinal(block, at) {
        return None;
    }
    let end = chain(block, at, small);
    let is_type = |i: usize| {
        let upper = block.capital(i) || small;
        upper
            && (block.is(i, STREET)
                || numbered && block.is(i, STREET_WEAK) && (!small || is_short_type(block, i)))
    };
    let mut kind = (at + 1..end).rev().find(|&i| is_type(i))?;
    // `12 St John Street Springfield`: the first strong type ends it when no other follows at once.
    if let Some(first) = (at + 1..kind).find(|&i| block.is(i, STREET) && block.capital(i))
        && kind > first + 1
    {
        kind = first;
    }
    let next = kind + 1;
    let name_follows = block.capital(next) && block.lines(next) == 0;
    if !numbered {
        let person = block.is(kind, TITLE_SHORT) || block.says(kind, "st");
        let generic = (at..kind).all(|i| block.is(i, COMMON | DIRECTION | CALENDAR));
        if person && name_follows
            || generic
            || block.is(kind, STREET_WEAK) && !block.is(kind, STREET)
        {
            return None;
        }
        if block.is(kind, STREET_MIDDLE)
            && let Some(last) = number_after(block, after_type(block, kind) + 1)
            && block.word(last).len() <= 4
        {
            return Some(house(last));
        }
        // `The Old Kent Road`, without its article.
        return Some(Street { last: after_type(block, kind), sure: Sure::Street, numbered });
    }
    if small && (at..kind).any(|i| block.is(i, COMMON)) || kind > at + 5 {
        return None;
    }
    // `Koepenicker Str. 74`
    if block.is(kind, STREET_MIDDLE)
        && let Some(last) = number_after(block, after_type(block, kind) + 1)
        && block.word(last).len() <= 4
    {
        return Some(house(last));
    }
    let doctor = block.is(kind, TITLE_SHORT) && name_follows && block.tokens[kind].dotted;
    (!doctor).then(|| Street { last: after_type(block, kind), sure: Sure::House, numbered })
}

/// Types that a text written small throughout may use after a number: `12 elm st`.
fn is_short_type(block: &Block, at: usize) -> bool {
    [
        "st", "ct", "court", "close", "ter", "terrace", "way", "place", "pl", "square", "sq",
        "cir", "circle", "loop",
    ]
    .iter()
    .any(|w| block.says(at, w) || block.word(at).trim_end_matches('.').eq_ignore_ascii_case(w))
}

/// A dot and a direction belong to the type: `Main St. NW`.
fn after_type(block: &Block, kind: usize) -> usize {
    let mut last = kind;
    if block.mark(last + 1, ".") && block.glued(last + 1) && !ends_there(block, last + 2) {
        last += 1;
    }
    let direction =
        block.is(last + 1, DIRECTION) && block.lines(last + 1) == 0 && block.capital(last + 1);
    if direction { last + 1 } else { last }
}

/// After a dot: the sentence is over.
fn ends_there(block: &Block, at: usize) -> bool {
    block.tokens.get(at).is_none_or(|t| t.lines > 0)
}

/// A name and a number: with the type in the name (`Storgatan 12`) or after it (`Erzsébet tér 19`),
/// or with none, which needs the words around it.
fn followed_by_number(block: &Block, at: usize, numbered: bool) -> Option<Street> {
    let small = block.tokens[at].case == Case::Lower;
    let end = if small {
        (at + 1..at + 4).find(|&i| number(block, i).is_some()).unwrap_or(at + 1)
    } else {
        chain(block, at, false)
    };
    if end == at {
        return None;
    }
    // `Király u. 15.` `Liszt Ferenc utca 5`, `Narva mnt 5`, also written small after a large name.
    let mut middle = end;
    let mut typed = block.is(middle, STREET_MIDDLE) && block.lines(middle) == 0;
    if typed {
        middle += 1;
    } else if block.is(end - 1, STREET_MIDDLE) && end > at + 1 {
        typed = true;
    }
    if typed && block.mark(middle, ".") && block.glued(middle) {
        middle += 1;
    }
    let Some(last) = number_after(block, middle) else {
        return bare(block, at, end, numbered);
    };
    let name = middle.checked_sub(1)?;
    let compound = (at..end).any(|i| is_compound(block.word(i)));
    let dated = (at..end).any(|i| block.is(i, CALENDAR));
    let count = (at..end).all(|i| block.is(i, COMMON)) || block.is(name, NUMBERED);
    let mixed = small && (at..end).any(|i| block.capital(i));
    if dated || mixed || small && !compound && !typed {
        return None;
    }
    if compound || typed {
        return (block.lines(last) == 0).then_some(house(last));
    }
    let digits = block.word(last).bytes().filter(u8::is_ascii_digit).count();
    let plain =
        !count && !block.is(at, COMMON) && digits <= 4 && end <= at + 5 && !block.is(name, UNIT);
    plain.then_some(Street { last, sure: Sure::InContext, numbered })
}

/// `12 Broadway`: a number and a name, an address if the words around say so.
fn bare(block: &Block, at: usize, end: usize, numbered: bool) -> Option<Street> {
    let next = block.tokens.get(end);
    let ends = next.is_none_or(|t| t.lines > 0 || matches!(block.word(end), "." | "," | "?" | "!"));
    let words = (at..end).all(|i| block.is(i, COMMON | CALENDAR | NUMBERED | AGE_UNIT));
    let plain = numbered
        && ends
        && !words
        && block.capital(at)
        && end <= at + 4
        && !(at..end).any(|i| block.is(i, CALENDAR | JOB));
    plain.then_some(Street { last: end - 1, sure: Sure::InContext, numbered })
}

/// `Hauptstraße`, `Storgatan`, `Sahantie`.
fn is_compound(word: &str) -> bool {
    word.len() >= 6
        && lowered(word.trim_end_matches('.'), |lower| {
            let ends =
                COMPOUND.iter().any(|end| lower.len() >= end.len() + 3 && lower.ends_with(end));
            let short = lower.len() >= 6 && (lower.ends_with("str") || lower.ends_with("gt"));
            (ends || short && word.ends_with('.') || lower.ends_with("str") && lower.len() > 7)
                && !NOT_COMPOUND.contains(&lower)
        })
}
