//! Addresses without a street: post boxes, military mail (USPS Publication 28 §§ 283–286 and 225),
//! rural routes, highways, corners of streets.

use super::{
    super::{
        tokens::{Case, TokenKind},
        words::{
            BOX, Block, MILITARY, POST, POST_OFFICE, POST_REGION, RURAL, SHIP, STREET, STREET_WEAK,
        },
    },
    street::{chain, number},
};

/// The last token of the postal form that starts at `at`.
pub fn mail(block: &Block, at: usize) -> Option<usize> {
    if block.is(at, MILITARY)
        && let Some(last) = military(block, at)
    {
        return Some(last);
    }
    if block.is(at, SHIP)
        && let Some(last) = ship(block, at)
    {
        return Some(last);
    }
    if block.is(at, POST)
        && let Some(last) = region(block, at)
    {
        return Some(last);
    }
    if block.is(at, POST_OFFICE | BOX)
        && let Some(last) = post_box(block, at)
    {
        return Some(last);
    }
    if block.is(at, RURAL) || block.says(at, "rural") && block.says(at + 1, "route") {
        return rural(block, at);
    }
    if block.is(at, STREET)
        || block.says(at, "route")
        || block.says(at, "county")
        || block.says(at, "state")
    {
        return highway(block, at);
    }
    None
}

fn is_number(block: &Block, at: usize) -> bool {
    block.tokens.get(at).is_some_and(|t| matches!(t.kind, TokenKind::Number | TokenKind::Mixed))
}

/// `PSC 1234, Box 5678`, `Unit 1234 Box 5678`, then `APO AE 09012`.
fn military(block: &Block, at: usize) -> Option<usize> {
    if !is_number(block, at + 1) {
        return None;
    }
    let boxed = if block.mark(at + 2, ",") { at + 3 } else { at + 2 };
    if !(block.is(boxed, BOX) && is_number(block, boxed + 1)) {
        return region(block, at + 2);
    }
    Some(region(block, boxed + 2).unwrap_or(boxed + 1))
}

/// `USNS Mercy`, then `FPO AP 96672`.
fn ship(block: &Block, at: usize) -> Option<usize> {
    let end = (at + 1..at + 5).find(|&i| block.is(i, POST))?;
    (end > at + 1).then(|| region(block, end)).flatten()
}

/// `APO AE 09012`, `FPO AP`.
fn region(block: &Block, at: usize) -> Option<usize> {
    let at = if block.mark(at, ",") { at + 1 } else { at };
    if !(block.is(at, POST) && block.is(at + 1, POST_REGION)) {
        return None;
    }
    let code = block.tokens.get(at + 2).is_some_and(|t| t.kind == TokenKind::Number);
    Some(if code { at + 2 } else { at + 1 })
}

/// `PO Box 12`, `P.O. Box 12`, `Post Office Box 12`, `Postfach 12 34`, `GPO Box 9`, `Postbox 53`.
fn post_box(block: &Block, at: usize) -> Option<usize> {
    let mut boxed = at;
    if block.is(at, POST_OFFICE) {
        boxed += 1;
        while block.mark(boxed, ".") || block.says(boxed, "o") || block.says(boxed, "o.") {
            boxed += 1;
        }
    }
    if !block.is(boxed, BOX) || block.lines(boxed) > 0 && boxed > at {
        return None;
    }
    let bare = boxed == at && block.says(at, "box");
    if bare || boxed == at && block.word(at).len() < 3 {
        return None;
    }
    let mut last = boxed + 1;
    if matches!(block.word(last), "#" | ":" | ".") {
        last += 1;
    }
    if !is_number(block, last) || block.lines(last) > 0 {
        return None;
    }
    // `Postfach 12 34` is written in pairs.
    while block.word(last).len() == 2
        && block.word(last + 1).len() == 2
        && is_number(block, last + 1)
        && block.lines(last + 1) == 0
    {
        last += 1;
    }
    Some(last)
}

/// `RR 2 Box 152`, `HC 68 Box 23A`, `Rural Route 3`.
fn rural(block: &Block, at: usize) -> Option<usize> {
    let long = block.says(at, "rural");
    let mut last = if long { at + 2 } else { at + 1 };
    if !is_number(block, last) {
        return None;
    }
    let boxed = if block.mark(last + 1, ",") { last + 2 } else { last + 1 };
    if block.is(boxed, BOX) && is_number(block, boxed + 1) {
        last = boxed + 1;
    } else if !long {
        return None;
    }
    Some(last)
}

/// `Highway 61`, `County Road 12`, `State Route 9`, `Route 66`.
fn highway(block: &Block, at: usize) -> Option<usize> {
    if !block.capital(at) || block.tokens[at].case == Case::Initial {
        return None;
    }
    let pair = (block.says(at, "county") || block.says(at, "state"))
        && ["road", "route", "highway"].iter().any(|w| block.says(at + 1, w));
    let one = ["highway", "hwy", "route"].iter().any(|w| block.says(at, w));
    let last = if pair { at + 2 } else { at + 1 };
    ((pair || one)
        && is_number(block, last)
        && block.word(last).len() <= 4
        && block.lines(last) == 0)
        .then_some(last)
}

/// `the corner of Elm Street and 5th Avenue`, `intersection of A and B`: its last token.
pub fn corner(block: &Block, at: usize) -> Option<usize> {
    let opens =
        (block.says(at, "corner") || block.says(at, "intersection")) && block.says(at + 1, "of");
    if !opens {
        return None;
    }
    let first = side(block, at + 2, true)?;
    let and = block.says(first + 1, "and") || block.mark(first + 1, "&");
    if !and {
        return None;
    }
    let capital = block.capital(number(block, first + 2).map_or(first + 2, |last| last + 1));
    side(block, first + 2, !capital)
}

/// One street of a corner: its last token.
fn side(block: &Block, at: usize, small: bool) -> Option<usize> {
    let name = number(block, at).map_or(at, |last| last + 1);
    if block.lines(name) > 0 {
        return None;
    }
    let mut end = chain(block, name, small);
    // `and` is no part of a side; a text written small goes on after the second name.
    let and = (name..end).find(|&i| block.says(i, "and") || block.says(i, "&"));
    end = and.unwrap_or(if small { end.min(name + 3) } else { end });
    if end == name {
        return None;
    }
    let mut last = number(block, end).filter(|&l| block.lines(l) == 0).unwrap_or(end - 1);
    if last >= end
        && block.mark(last + 1, ".")
        && (block.says(last + 2, "and") || block.mark(last + 2, "&"))
    {
        last += 1;
    }
    if block.is(last + 1, STREET | STREET_WEAK) && block.lines(last + 1) == 0 {
        last += 1;
    }
    Some(last)
}
