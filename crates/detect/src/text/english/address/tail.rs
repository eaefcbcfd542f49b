//! What follows a street: units, towns, states, postal codes, countries, on the same line or on the
//! next ones.

use super::{
    super::{
        places::{Place, known},
        tokens::{Case, TokenKind},
        words::{
            AGE_UNIT, Block, COMMON, DEGREE, GIVEN, JOB, LEGAL, PARTICLE, PREPOSITION, STATE,
            STREET, STREET_WEAK, SURNAME, TITLE_SHORT, UNIT, UNIT_WEAK,
        },
    },
    street::{Sure, chain, street},
};

/// What a piece of an address is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A street, a unit, a post box.
    Street,
    /// A town, a region, a country.
    Place,
    /// A postal code.
    Zip,
}

/// A piece of an address, by its tokens.
#[derive(Debug, Clone, Copy)]
pub struct Piece {
    /// First token.
    pub first: usize,
    /// Last token.
    pub last: usize,
    /// What it is.
    pub kind: Kind,
}

/// Most pieces and lines of an address: it ends somewhere.
const MOST: usize = 10;

/// Adds the pieces that follow token `last` of an address.
pub fn tail(block: &Block, last: usize, pieces: &mut Vec<Piece>) {
    let mut last = last;
    let mut lines = 0;
    while pieces.len() < MOST && lines < 5 {
        let (at, comma) = separator(block, last + 1);
        if at >= block.len() {
            return;
        }
        let broken = new_line(block, last, at);
        let Some(piece) = piece(block, at, comma, broken, pieces) else { return };
        lines += usize::from(broken);
        last = piece.last;
        pieces.push(piece);
    }
}

/// A line starts after token `last` and not after token `at`.
pub fn new_line(block: &Block, last: usize, at: usize) -> bool {
    (last + 1..=at).any(|i| block.lines(i) > 0)
}

/// Past commas and the marks of a quotation; whether there was a comma.
fn separator(block: &Block, from: usize) -> (usize, bool) {
    let mut at = from;
    let mut comma = false;
    // Hungary writes a dot after a house number.
    let dot = block.mark(at, ".")
        && block.glued(at)
        && at > 0
        && block.tokens[at - 1].kind != TokenKind::Word
        && (block.lines(at + 1) > 0 || block.is(at + 1, UNIT | UNIT_WEAK));
    if dot {
        at += 1;
    }
    while block.mark(at, ",") && at < from + 2 {
        comma = true;
        at += 1;
    }
    if block.lines(at) > 0 {
        while is_quote(block, at) {
            at += 1;
        }
    }
    (at, comma)
}

/// The mark of a quotation or a list at the start of a line.
pub fn is_quote(block: &Block, at: usize) -> bool {
    matches!(block.word(at), ">" | "|" | "?" | "*" | "•")
}

fn piece(block: &Block, at: usize, comma: bool, broken: bool, before: &[Piece]) -> Option<Piece> {
    if let Some(last) = unit(block, at, comma || broken) {
        return Some(Piece { first: at, last, kind: Kind::Street });
    }
    if broken && !place_line(block, at) {
        return None;
    }
    if let Some(last) = postcode(block, at) {
        let alone = comma || broken || before.last().is_some_and(|p| p.kind == Kind::Place);
        return alone.then_some(Piece { first: at, last, kind: Kind::Zip });
    }
    if let Some(last) = state(block, at, before) {
        return Some(Piece { first: at, last, kind: Kind::Place });
    }
    if let Some(last) = town(block, at, comma, broken, before) {
        return Some(Piece { first: at, last, kind: Kind::Place });
    }
    // The name of a building or a second street after the first: `14 Crown Street Harbour Mews`.
    if before.len() < 2
        && !broken
        && !comma
        && let Some(last) = named_after(block, at)
    {
        return Some(Piece { first: at, last, kind: Kind::Street });
    }
    // A second street: `Flat Gardens, 12 Elm Street`.
    let unit_first = before.len() == 1 && block.is(before[0].first, UNIT);
    if (comma || broken || unit_first) && before.len() < 3 {
        let street =
            street(block, at).filter(|s| s.sure == Sure::House || unit_first && s.numbered)?;
        return Some(Piece { first: at, last: street.last, kind: Kind::Street });
    }
    None
}

/// Capitalised words that end in a type of street and end their line or stand before a unit or comma.
fn named_after(block: &Block, at: usize) -> Option<usize> {
    let last = chain(block, at, false).checked_sub(1)?;
    let next = last + 1;
    let typed = last > at && last < at + 4 && block.is(last, STREET | STREET_WEAK);
    let ends = block.tokens.get(next).is_none_or(|t| t.lines > 0)
        || block.mark(next, ",")
        || block.is(next, UNIT | UNIT_WEAK);
    (typed && ends && block.capital(at)).then_some(last)
}

/// `Apt. 4B`, `Suite 501`, `# 12`, `3rd Floor`, `Unit C`: its last token.
pub fn unit(block: &Block, at: usize, weak: bool) -> Option<usize> {
    let number = |at: usize| {
        block.tokens.get(at).is_some_and(|t| {
            t.lines == 0
                && (matches!(t.kind, TokenKind::Number | TokenKind::Mixed) && t.end - t.start <= 6
                    || t.case == Case::Initial && !t.dotted && !block.says(at, "i"))
        })
    };
    let through = |last: usize| {
        let joined = matches!(block.word(last + 1), "-" | "/")
            && block.glued(last + 1)
            && block.glued(last + 2);
        if joined && number(last + 2) { last + 2 } else { last }
    };
    if block.mark(at, "#") && number(at + 1) {
        return Some(through(at + 1));
    }
    if block.is(at, UNIT | UNIT_WEAK) {
        let mut to = at + 1;
        while matches!(block.word(to), "." | "#" | ":") && block.lines(to) == 0 && to < at + 3 {
            to += 1;
        }
        let named = block.is(at, UNIT) || weak || block.capital(at);
        return (named && number(to)).then(|| through(to));
    }
    let floor =
        block.says(at + 1, "floor") || block.says(at + 1, "fl") || block.says(at + 1, "stock");
    let ordinal = block.tokens.get(at).is_some_and(|t| t.kind == TokenKind::Mixed)
        || ["first", "second", "third", "ground", "top"].iter().any(|w| block.says(at, w));
    (floor && ordinal && block.lines(at + 1) == 0).then_some(at + 1)
}

/// A postal code at `at`: its last token. Forms after the Universal Postal Union's addressing guides.
pub fn postcode(block: &Block, at: usize) -> Option<usize> {
    let token = block.tokens.get(at)?;
    let word = block.word(at);
    let next = block.tokens.get(at + 1).filter(|t| t.lines == 0);
    let glued = |i: usize| block.glued(i);
    match token.kind {
        TokenKind::Number => {
            if !word.bytes().all(|b| b.is_ascii_digit()) {
                return None;
            }
            let dash = block.mark(at + 1, "-") && glued(at + 1) && glued(at + 2);
            let tail = block.word(at + 2);
            let digits = tail.bytes().all(|b| b.is_ascii_digit());
            if dash
                && digits
                && matches!((word.len(), tail.len()), (5, 3..=4) | (3, 4) | (4 | 2, 3))
            {
                return Some(at + 2);
            }
            let second = next.map_or("", |t| t.text(block.text));
            let figures = !second.is_empty() && second.bytes().all(|b| b.is_ascii_digit());
            match (word.len(), second.len()) {
                // 114 55 Sweden, Czechia, Greece
                (3, 2) if figures => Some(at + 1),
                // 1012 AB Netherlands
                (4, 2)
                    if next.is_some_and(|t| t.case == Case::Upper) && !block.is(at + 1, STATE) =>
                {
                    Some(at + 1)
                }
                (3..=6, _) => Some(at),
                _ => None,
            }
        }
        TokenKind::Mixed => british_or_canadian(block, at).or_else(|| {
            let bytes = word.as_bytes();
            let dutch = bytes.len() == 6
                && bytes[..4].iter().all(u8::is_ascii_digit)
                && bytes[4..].iter().all(u8::is_ascii_uppercase);
            dutch.then_some(at)
        }),
        // DK-2100, SE-114 55, D-80331
        TokenKind::Word if token.case == Case::Upper || token.case == Case::Initial => {
            let dash = word.len() <= 2 && block.mark(at + 1, "-") && glued(at + 1) && glued(at + 2);
            if dash && block.tokens.get(at + 2)?.kind == TokenKind::Number {
                postcode(block, at + 2)
            } else {
                None
            }
        }
        _ => None,
    }
}

/// `SW1A 1AA` (UK: Royal Mail), `K1A 0B1` (Canada Post), `B0J2H0`.
pub fn british_or_canadian(block: &Block, at: usize) -> Option<usize> {
    let shape = |word: &str| -> String {
        word.bytes()
            .map(|b| {
                if b.is_ascii_digit() {
                    '9'
                } else if b.is_ascii_alphabetic() {
                    'A'
                } else {
                    '?'
                }
            })
            .collect()
    };
    let word = block.word(at);
    if word.len() > 7 {
        return None;
    }
    let first = shape(word);
    let capitals = !word.bytes().any(|b| b.is_ascii_lowercase());
    if first == "A9A9A9" && capitals {
        return Some(at);
    }
    let inward = block
        .tokens
        .get(at + 1)
        .filter(|t| t.lines == 0 && t.kind == TokenKind::Mixed && t.end - t.start == 3)?;
    let second = shape(inward.text(block.text));
    let fits = match second.as_str() {
        "9A9" => first == "A9A",
        "9AA" => matches!(first.as_str(), "A9" | "A99" | "AA9" | "AA99" | "A9A" | "AA9A"),
        _ => false,
    };
    fits.then_some(at + 1)
}

/// `IL`, `NSW`, after a town or before a postal code.
fn state(block: &Block, at: usize, before: &[Piece]) -> Option<usize> {
    let token = block.tokens.get(at)?;
    if token.kind != TokenKind::Word || !(2..=3).contains(&(token.end - token.start)) {
        return None;
    }
    let code = postcode(block, at + 1).is_some() && block.lines(at + 1) <= 1;
    let ends = block.tokens.get(at + 1).is_none_or(|t| t.lines > 0 || t.kind == TokenKind::Mark);
    let town = before.last().is_some_and(|p| p.kind == Kind::Place);
    let small = token.case == Case::Lower;
    let upper = token.case == Case::Upper || small;
    (upper && (block.is(at, STATE) && !small && (code || town || ends) || town && code))
        .then_some(at)
}

/// A town or country at `at`.
fn town(block: &Block, at: usize, comma: bool, broken: bool, before: &[Piece]) -> Option<usize> {
    let token = block.tokens.get(at)?;
    if token.kind != TokenKind::Word {
        return None;
    }
    let listed = known(block, at);
    let small = token.case == Case::Lower;
    if small {
        // Texts written small throughout: only what the list knows, or a line with its code.
        let (last, place) = listed.filter(|_| !block.is(at, COMMON | PREPOSITION))?;
        let code = postcode(block, last + 1).is_some()
            || block.mark(last + 1, ",") && block.is(last + 2, STATE);
        let sure = place >= Place::Country || code || broken;
        return (sure && (comma || broken || place >= Place::Country))
            .then(|| parenthesis(block, last));
    }
    if block.is(at, JOB | TITLE_SHORT | LEGAL | DEGREE | AGE_UNIT) && listed.is_none()
        || block.is(at, COMMON) && listed.is_none()
    {
        return None;
    }
    let end = chain(block, at, false);
    if end == at {
        return None;
    }
    if let Some((last, place)) = listed
        && (last + 1 >= end || place >= Place::Country || place == Place::City)
    {
        let person = place <= Place::Town && last + 1 < end;
        if !person && (comma || broken || place > Place::Minor || follows_town(block, last + 1)) {
            return Some(parenthesis(block, last));
        }
    }
    // A town no list knows.
    let mut last = end - 1;
    while last > at && block.is(last, STATE) && block.tokens[last].case == Case::Upper {
        last -= 1;
    }
    // `NUNGATTA Australia`: a town and its country without a comma.
    let country = (at + 1..end).find(|&i| {
        known(block, i).is_some_and(|(to, place)| place >= Place::Country && to + 1 >= end)
    });
    if let Some(country) = country {
        last = country - 1;
    }
    let person = block.is(at, GIVEN) && block.is(last, SURNAME) && last > at && country.is_none();
    if person || (at..=last).any(|i| block.is(i, JOB | TITLE_SHORT)) {
        return None;
    }
    let after_unit =
        before.last().is_some_and(|p| p.kind == Kind::Street && p.last != at) && before.len() > 1;
    let follows = country.is_some() || follows_town(block, last + 1);
    let ends = block.tokens.get(last + 1).is_none_or(|t| {
        t.lines > 0
            || t.kind == TokenKind::Mark && !matches!(block.word(last + 1), ":" | "@" | "'" | "’")
    });
    let accepted = follows || broken || ends && (comma || after_unit);
    accepted.then_some(last)
}

/// `Cyprus (Greek)`.
fn parenthesis(block: &Block, last: usize) -> usize {
    let closed =
        block.mark(last + 1, "(") && block.lines(last + 1) == 0 && block.mark(last + 3, ")");
    if closed { last + 3 } else { last }
}

/// A state, a postal code or a country stands there.
fn follows_town(block: &Block, at: usize) -> bool {
    let at = if block.mark(at, ",") { at + 1 } else { at };
    let state = block.is(at, STATE) && block.tokens[at].case == Case::Upper && block.lines(at) == 0;
    state
        || postcode(block, at).is_some() && block.lines(at) <= 1 && block.word(at).len() >= 4
        || known(block, at).is_some_and(|(_, place)| place >= Place::Country)
}

/// The line that starts at `at` may belong to an address: names, numbers and commas, and it or one of
/// the next lines holds a postal code, a state or a known place.
fn place_line(block: &Block, at: usize) -> bool {
    let mut from = at;
    for _ in 0..4 {
        let Some((end, told)) = plain_line(block, from) else { return false };
        if told {
            return true;
        }
        if end >= block.len() {
            return false;
        }
        from = end;
        while is_quote(block, from) {
            from += 1;
        }
    }
    false
}

/// A line of names and numbers: the start of the next one, and whether it tells a place.
fn plain_line(block: &Block, at: usize) -> Option<(usize, bool)> {
    let end = (at + 1..block.len()).find(|&i| block.lines(i) > 0).unwrap_or(block.len());
    let mut told = false;
    let mut figures = 0;
    let mut i = at;
    while i < end {
        let token = block.tokens[i];
        // The sentence ends, or goes on with other words after the address.
        let over = matches!(block.word(i), "." | "?" | "!" | ";")
            || told
                && token.kind == TokenKind::Word
                && (token.case == Case::Lower || block.is(i, COMMON));
        if over && i > at {
            return Some((block.len(), told));
        }
        let state = block.is(i, STATE) && token.case == Case::Upper;
        let place = if token.kind == TokenKind::Word { known(block, i) } else { None };
        let place = place.filter(|(last, _)| *last < end && token.is_capitalised());
        let fits = match token.kind {
            TokenKind::Word => {
                told |= state;
                let small = token.case == Case::Lower && !block.is(i, PARTICLE);
                let other =
                    block.is(i, JOB | TITLE_SHORT | LEGAL | COMMON) && !block.is(i, PARTICLE);
                (!other || state || place.is_some()) && (!small || i - at <= 4) && i - at <= 9
            }
            TokenKind::Number | TokenKind::Mixed => {
                figures += token.end - token.start;
                let code = postcode(block, i);
                told |= code.is_some_and(|last| {
                    let after_word = i > at && block.tokens[i - 1].kind != TokenKind::Mark;
                    after_word
                        || i == at
                            && (last + 1 >= end
                                || block.capital(last + 1)
                                || token.end - token.start == 5)
                });
                figures <= 9
            }
            TokenKind::Clitic => i > at,
            TokenKind::Mark => matches!(block.word(i), "," | "." | "-" | "(" | ")" | "'" | "/"),
            _ => false,
        };
        if !fits {
            return None;
        }
        if let Some((last, place)) = place {
            told |= place >= Place::City || place == Place::Town && i == at && last + 1 == end;
            i = last;
        }
        i += 1;
    }
    Some((end, told))
}
