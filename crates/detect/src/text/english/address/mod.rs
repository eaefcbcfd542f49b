//! Postal addresses of the West: a street, a post box or a military unit, and what follows it (unit,
//! town, state, postal code, country).
//!
//! An address inside a sentence or after a label (`Address:`) is one span, over line breaks too: whoever masks it
//! wants all of it gone. In a block of lines, as on an envelope or in a signature, each line keeps its
//! own: street and unit are `STREET_ADDRESS`, town and country `LOCATION`, the code `ZIP_CODE`, so that
//! the masked block keeps its form and each part its category. A place without a street is left to
//! [`super::places`]; a postal code alone is a `ZIP_CODE`.

mod mail;
mod street;
mod tail;

use super::{
    tokens::TokenKind,
    words::{ADDRESS_CUE, Block, COMMON, STATE, UNIT, ZIP_CUE},
};
use crate::{
    Entity,
    text::{Layer, Span},
};
use street::{Sure, street};
use tail::{Kind, Piece, british_or_canadian, is_quote, new_line, postcode, tail, unit};

/// The heart of an address: where it starts and ends, and how sure it is alone.
struct Core {
    first: usize,
    last: usize,
    sure: Sure,
    rule: &'static str,
}

/// Adds the addresses and postal codes of a block.
pub fn find(block: &Block, found: &mut Vec<Span>) {
    let mut pieces = Vec::new();
    let mut at = 0;
    while at < block.len() {
        if let Some(core) = core(block, at) {
            pieces.clear();
            pieces.push(Piece { first: core.first, last: core.last, kind: Kind::Street });
            tail(block, core.last, &mut pieces);
            if stands(block, &core, &pieces) {
                at = report(block, &core, &pieces, found) + 1;
                continue;
            }
        }
        at = code(block, at, found).unwrap_or(at) + 1;
    }
}

fn core(block: &Block, at: usize) -> Option<Core> {
    let token = block.tokens[at];
    if !token.is_wordlike() && !block.mark(at, "#") {
        return None;
    }
    if let Some(last) = mail::mail(block, at) {
        return Some(Core { first: at, last, sure: Sure::House, rule: "mail" });
    }
    if let Some(last) = mail::corner(block, at) {
        let first = if at > 0 && block.says(at - 1, "the") { at - 1 } else { at };
        return Some(Core { first, last, sure: Sure::House, rule: "corner" });
    }
    if block.is(at, UNIT)
        && let Some(last) = unit(block, at, false)
    {
        return Some(Core { first: at, last, sure: Sure::House, rule: "unit" });
    }
    let start = at == 0
        || token.lines > 0
        || !block.capital(at - 1)
        || !block.capital(at)
        || block.is(at - 1, COMMON);
    if !start {
        return None;
    }
    // `The Old Kent Road`: the article is no part of it.
    let street =
        street(block, at).filter(|_| !block.is(at, COMMON) || token.kind != TokenKind::Word)?;
    Some(Core { first: at, last: street.last, sure: street.sure, rule: "street" })
}

/// Whether the words around make an address of it.
fn stands(block: &Block, core: &Core, pieces: &[Piece]) -> bool {
    match core.sure {
        Sure::House => true,
        Sure::Street => block.lines(core.last) == 0 || core.last > core.first,
        Sure::InContext => {
            let unit = pieces.get(1).is_some_and(|p| p.kind == Kind::Street);
            let code = pieces.iter().any(|p| p.kind == Kind::Zip);
            let numbered = block.tokens[core.first].kind == TokenKind::Number;
            let line = core.first == 0 || block.lines(core.first) > 0;
            let ends = core.last + 1 == block.len() || block.lines(core.last + 1) > 0;
            unit || code
                || cued(block, core.first) && pointed(block, core.first)
                || numbered && pieces.len() > 1
                || pieces.len() > 1 && line && ends
                || block.says(core.last + 1, "st.")
                || block.says(core.last + 1, "street")
        }
    }
}

/// A word like `address`, `located`, `deliver` stands shortly before, in the same sentence.
fn cued(block: &Block, at: usize) -> bool {
    for back in 1..=7 {
        let Some(b) = at.checked_sub(back) else { return false };
        if block.is(b, ADDRESS_CUE) {
            return true;
        }
        if matches!(block.word(b), "." | "!" | "?" | ";") || block.lines(b + 1) > 1 {
            return false;
        }
    }
    false
}

/// A preposition, a colon or a verb of being stands right before, or a line starts.
fn pointed(block: &Block, at: usize) -> bool {
    let Some(before) = at.checked_sub(1) else { return true };
    block.lines(at) > 0
        || [
            "at", "on", "to", "in", "is", "are", ":", "from", "into", "address", "=", "and", "of",
            "the", "(", "same",
        ]
        .iter()
        .any(|w| block.says(before, w))
}

/// Reports an address; the last token that belongs to it.
fn report(block: &Block, core: &Core, pieces: &[Piece], found: &mut Vec<Span>) -> usize {
    let last = pieces.last().map_or(core.last, |p| p.last);
    let score = match core.sure {
        Sure::House => 0.9,
        Sure::InContext => 0.75,
        Sure::Street if pieces.len() > 1 => 0.85,
        Sure::Street => 0.6,
    };
    let mut line = core.first;
    while line > 0 && block.lines(line) == 0 && is_quote(block, line - 1) {
        line -= 1;
    }
    // `Address:` owns what follows, on its own line too.
    let labelled = block.text[..block.tokens[line].start].trim_end().ends_with(':');
    let starts_line = !labelled && (line == 0 || block.lines(line) > 0);
    let lines = new_line(block, core.first, last);
    if !(starts_line && lines) {
        let range = block.range(core.first, last);
        found.push(Span::new(range, Entity::StreetAddress, score, Layer::Grammar, core.rule));
        return last;
    }
    let mut at = 0;
    while let Some(piece) = pieces.get(at) {
        let (entity, rule) = match piece.kind {
            Kind::Street => (Entity::StreetAddress, core.rule),
            Kind::Place => (Entity::Location, "address_line"),
            Kind::Zip => (Entity::ZipCode, "address_line"),
        };
        // Street and unit of one line are one.
        let mut end = piece.last;
        while piece.kind == Kind::Street
            && let Some(next) = pieces.get(at + 1)
            && next.kind == Kind::Street
            && !new_line(block, end, next.first)
        {
            end = next.last;
            at += 1;
        }
        found.push(Span::new(block.range(piece.first, end), entity, score, Layer::Grammar, rule));
        at += 1;
    }
    last
}

/// A postal code alone: after `ZIP:`, or in a form that is nothing else, or after `City, ST`.
fn code(block: &Block, at: usize, found: &mut Vec<Span>) -> Option<usize> {
    let token = block.tokens[at];
    let number = token.kind == TokenKind::Number
        || token.kind == TokenKind::Mixed
        || token.kind == TokenKind::Word && block.mark(at + 1, "-");
    if !number {
        return None;
    }
    let before = at.checked_sub(1);
    let state = before.is_some_and(|b| {
        block.is(b, STATE)
            && block.tokens[b].case == super::tokens::Case::Upper
            && b > 0
            && (block.mark(b - 1, ",") || block.capital(b - 1))
    });
    let (last, score) = if called_code(block, at) {
        (postcode(block, at)?, 0.9)
    } else if state && block.word(at).len() >= 4 {
        (postcode(block, at)?, 0.85)
    } else if block.word(at).bytes().any(|b| b.is_ascii_uppercase()) {
        (british_or_canadian(block, at)?, 0.7)
    } else {
        return None;
    };
    found.push(Span::new(
        block.range(at, last),
        Entity::ZipCode,
        score,
        Layer::Grammar,
        "postcode",
    ));
    Some(last)
}

/// `ZIP:`, `zip code is`, `postcode` before it.
fn called_code(block: &Block, at: usize) -> bool {
    let mut b = at;
    for _ in 0..4 {
        let Some(before) = b.checked_sub(1) else { return false };
        b = before;
        if block.is(b, ZIP_CUE) {
            return true;
        }
        let filler = ["code", ":", "is", "=", "-", "no", "number", "#", "/", "."]
            .iter()
            .any(|w| block.says(b, w));
        if !filler {
            return false;
        }
    }
    false
}

#[cfg(test)]
mod tests;
