//! Organisations by the form of their names: a legal form (`Acme Ltd`), a word of trade (`Acme
//! Technologies`), an institution (`University of X`, `X Hospital`), partners (`Able, Baker and Cole`,
//! `Able & Cole`). The tagger finds the names that no form tells.

use super::{
    places::{Place, known},
    tokens::{Case, TokenKind},
    words::{
        AGE_PERSON, Block, CALENDAR, COMMON, FIRM, GIVEN, INSTITUTION, JOB, LEGAL, PREPOSITION,
        STREET_MIDDLE, SURNAME, TITLE_SHORT, lowered,
    },
};
use crate::{
    Entity,
    text::{Layer, Span},
};

/// Legal forms that are also words or letters of other use: only after a name, in capitals.
const LOOSE_LEGAL: [&str; 19] = [
    "co",
    "company",
    "as",
    "a/s",
    "ab",
    "sa",
    "spa",
    "pc",
    "ag",
    "lp",
    "sl",
    "kk",
    "kg",
    "oy",
    "nv",
    "bv",
    "pte",
    "limited",
    "corporation",
];

/// Most tokens of a name before its form.
const LONGEST: usize = 7;

/// Adds the organisations of a block.
pub fn find(block: &Block, found: &mut Vec<Span>) {
    let mut at = 0;
    while at < block.len() {
        let read = by_legal_form(block, at)
            .or_else(|| institution(block, at))
            .or_else(|| by_trade(block, at))
            .or_else(|| partners(block, at));
        let Some(read) = read else {
            at += 1;
            continue;
        };
        let range = block.range(read.first, read.last);
        found.push(Span::new(range, Entity::Organization, read.score, Layer::Grammar, read.rule));
        at = read.last.max(at) + 1;
    }
}

/// First and last token of a name, and by what it was found.
struct Read {
    first: usize,
    last: usize,
    score: f64,
    rule: &'static str,
}

/// A word that may be part of an organisation's name.
fn name_word(block: &Block, at: usize) -> bool {
    block.tokens.get(at).is_some_and(|t| {
        t.is_capitalised() && t.kind == TokenKind::Word
            || t.kind == TokenKind::Mixed && t.case != Case::Lower
    })
}

/// The first token of the name that ends at token `last`; `None` when there is none.
fn name_before(block: &Block, last: usize) -> Option<usize> {
    let mut first = None;
    let mut at = last;
    loop {
        let inner = first.is_some();
        if name_word(block, at) && !block.is(at, TITLE_SHORT) {
            first = Some(at);
        } else {
            let joins = inner
                && (matches!(block.word(at), "&" | "-" | "'s" | "’s" | "+")
                    || ["and", "of", "the", "for", "de", "du", "di", "und"]
                        .iter()
                        .any(|w| block.says(at, w)))
                && at > 0
                && block.lines(at) == 0
                && name_word(block, at - 1)
                // `Anna Berg of Acme Ltd` is a person and a firm.
                && (!block.says(at, "of") || block.is(at - 1, INSTITUTION | FIRM));
            if !joins {
                break;
            }
        }
        if block.lines(at) > 0 || at == 0 || last - at >= LONGEST {
            break;
        }
        at -= 1;
    }
    let mut first = first?;
    // `The Acme Group` keeps no article; `Dear Acme Ltd` no greeting.
    while first < last && block.is(first, COMMON | PREPOSITION) {
        first += 1;
        while first < last && !name_word(block, first) {
            first += 1;
        }
    }
    (!block.is(first, COMMON | PREPOSITION | CALENDAR)).then_some(first)
}

/// `Acme Ltd`, `Able, Baker & Co.`, `Muster GmbH & Co. KG`.
fn by_legal_form(block: &Block, at: usize) -> Option<Read> {
    let sons = (block.says(at, "sons") || block.says(at, "bros"))
        && at > 0
        && (block.mark(at - 1, "&") || block.says(at - 1, "and"));
    if !block.is(at, LEGAL) && !sons || at == 0 || block.lines(at) > 0 {
        return None;
    }
    let token = block.tokens[at];
    let loose = lowered(block.word(at).trim_end_matches('.'), |w| LOOSE_LEGAL.contains(&w));
    let small = token.case == Case::Lower;
    if loose && small
        || small
            && !token.dotted
            && !block.says(at, "llc")
            && !block.says(at, "gmbh")
            && !block.says(at, "ltd")
            && !block.says(at, "inc")
            && !sons
    {
        return None;
    }
    let mut name = at - 1;
    while name > 0 && (matches!(block.word(name), "," | "&" | ".") || block.says(name, "and")) {
        name -= 1;
    }
    let first = if small && !sons { small_name(block, name)? } else { name_before(block, name)? };
    // A surname alone before `Co` is enough; a place and `AB`, `AS`, `SA` may be a state.
    let short_loose = loose && token.end - token.start <= 2;
    if short_loose
        && first == name
        && known(block, name).is_some_and(|(_, place)| place >= Place::Town)
    {
        return None;
    }
    Some(Read { first, last: legal_end(block, at), score: 0.88, rule: "legal_form" })
}

/// A name written small before its legal form: `stillwater supercomputing inc.`, as far as its line or
/// the words that are never part of a name.
fn small_name(block: &Block, last: usize) -> Option<usize> {
    let mut first = None;
    for at in (last.saturating_sub(3)..=last).rev() {
        let word = block.tokens[at].kind == TokenKind::Word || matches!(block.word(at), "-" | "&");
        if !word || block.is(at, COMMON | PREPOSITION) {
            break;
        }
        first = Some(at);
        if block.lines(at) > 0 {
            break;
        }
    }
    first.filter(|&f| block.tokens[f].kind == TokenKind::Word)
}

/// The last token of a chain of legal forms: `Co., Ltd.`, `Pty Ltd`, `GmbH & Co. KG`.
fn legal_end(block: &Block, at: usize) -> usize {
    let mut last = at;
    loop {
        if block.mark(last + 1, ".") && block.glued(last + 1) && block.is(last, LEGAL) {
            let more = (last + 2..last + 4).any(|i| block.is(i, LEGAL) && block.lines(i) == 0);
            if more {
                last += 1;
            }
        }
        let mut next = last + 1;
        if matches!(block.word(next), "," | "&") {
            next += 1;
        }
        let capital = block.capital(next) || block.tokens.get(next).is_some_and(|t| t.dotted);
        if block.is(next, LEGAL) && capital && block.lines(next) == 0 {
            last = next;
        } else {
            return last;
        }
    }
}

/// `Northwind Technologies`, `Jones Group`.
fn by_trade(block: &Block, at: usize) -> Option<Read> {
    if !block.is(at, FIRM) || at == 0 || block.lines(at) > 0 || block.tokens[at].case != Case::Title
    {
        return None;
    }
    if name_word(block, at + 1) && block.lines(at + 1) == 0 {
        return None;
    }
    let first = name_before(block, at - 1)?;
    let only_place = (first..at).all(|i| block.is(i, JOB | AGE_PERSON | CALENDAR));
    (!only_place).then_some(Read { first, last: at, score: 0.7, rule: "trade" })
}

/// `University of Exampleton`, `Ministry of Health`, `Exampleton General Hospital`.
fn institution(block: &Block, at: usize) -> Option<Read> {
    if !block.is(at, INSTITUTION) || !matches!(block.tokens[at].case, Case::Title | Case::Upper) {
        return None;
    }
    let of =
        ["of", "for", "de", "di"].iter().any(|w| block.says(at + 1, w)) && block.lines(at + 1) == 0;
    let named = if block.says(at + 2, "the") { at + 3 } else { at + 2 };
    if of && name_word(block, named) && block.lines(named) == 0 && !block.is(named, CALENDAR) {
        let mut last = named;
        while last < named + 5 {
            let next = last + 1;
            let and = ["and", "of", "&", "for"].iter().any(|w| block.says(next, w));
            if name_word(block, next) && block.lines(next) == 0 {
                last = next;
            } else if and
                && name_word(block, next + 1)
                && !block.is(next + 1, GIVEN)
                && block.lines(next + 1) == 0
                && last == named
            {
                last = next + 1;
            } else {
                break;
            }
        }
        let first = at
            .checked_sub(1)
            .and_then(|b| if block.lines(at) == 0 { name_before(block, b) } else { None })
            .unwrap_or(at);
        return Some(Read { first, last, score: 0.8, rule: "institution" });
    }
    if at == 0 || block.lines(at) > 0 || name_word(block, at + 1) && block.lines(at + 1) == 0 {
        return None;
    }
    let first = name_before(block, at - 1)?;
    let plain = (first..at).all(|i| block.is(i, COMMON | JOB | CALENDAR | STREET_MIDDLE));
    (!plain).then_some(Read { first, last: at, score: 0.75, rule: "institution" })
}

/// `Able, Baker and Cole` where the words around make a firm of them; `Able & Cole`.
fn partners(block: &Block, at: usize) -> Option<Read> {
    if !name_word(block, at) || block.tokens[at].kind != TokenKind::Word {
        return None;
    }
    let single = |i: usize| {
        block.capital(i)
            && block.tokens[i].case != Case::Initial
            && !block.is(i, COMMON | CALENDAR | TITLE_SHORT | PREPOSITION)
            && (!block.is(i, JOB) || block.is(i, SURNAME))
            && !known(block, i)
                .is_some_and(|(_, place)| place >= Place::City && !block.is(i, SURNAME))
    };
    let starts =
        at == 0 || block.lines(at) > 0 || !name_word(block, at - 1) || block.is(at - 1, COMMON);
    let same_line = |to: usize| (at + 1..=to).all(|i| block.lines(i) == 0);
    if block.mark(at + 1, "&") && single(at) && single(at + 2) && same_line(at + 2) && starts {
        let people = block.is(at, GIVEN) && block.is(at + 2, GIVEN);
        let family = block.is(at, SURNAME) || block.is(at + 2, SURNAME);
        return (family && !people).then_some(Read {
            first: at,
            last: at + 2,
            score: 0.7,
            rule: "partners",
        });
    }
    let listed = block.mark(at + 1, ",")
        && single(at)
        && single(at + 2)
        && (block.says(at + 3, "and") || block.mark(at + 3, "&"))
        && single(at + 4)
        && same_line(at + 4)
        && starts
        && !(name_word(block, at + 5)
            && block.lines(at + 5) == 0
            && !block.is(at + 5, FIRM | INSTITUTION));
    if !listed {
        return None;
    }
    let names = [at, at + 2, at + 4];
    let given = names.iter().filter(|&&i| block.is(i, GIVEN) && !block.is(i, SURNAME)).count();
    let surnames = names.iter().filter(|&&i| block.is(i, SURNAME)).count();
    let alone = block.lines(at) > 0 || at == 0;
    let after = block.tokens.get(at + 5);
    let line = alone && after.is_none_or(|t| t.lines > 0);
    let cue = at > 0
        && ["at", "for", "of", "from", "joined", "the", "called", "company", "firm", "support"]
            .iter()
            .any(|w| block.says(at - 1, w));
    let verb = ["is", "has", "was", "'s", "’s"].iter().any(|w| block.says(at + 5, w));
    let firm = given == 0 && surnames >= 1 && (cue || line || verb);
    firm.then_some(Read { first: at, last: at + 4, score: 0.75, rule: "partners" })
}

#[cfg(test)]
mod tests {
    use super::super::tests::found_by;

    fn organisations(text: &str) -> Vec<String> {
        found_by(text, super::find).into_iter().map(|(_, name)| name).collect()
    }

    #[test]
    fn organisations_are_found_by_their_form() {
        for (text, name) in [
            ("She joined Northwind Widgets Ltd last year", "Northwind Widgets Ltd"),
            ("invoice from Acme, Inc. of May", "Acme, Inc."),
            ("bei der Muster GmbH & Co. KG in Bonn", "Muster GmbH & Co. KG"),
            ("ordered from stillwater widgets inc. yesterday", "stillwater widgets inc."),
            ("Miller and Sons delivers", "Miller and Sons"),
            ("works for the Northwind Group in Oslo", "Northwind Group"),
            ("studied at the University of Exampleton", "University of Exampleton"),
            ("the Ministry of Foreign Affairs said", "Ministry of Foreign Affairs"),
            ("treated at Exampleton General Hospital", "Exampleton General Hospital"),
            ("a lawyer at Walker, Turner and Cooper", "Walker, Turner and Cooper"),
            ("bought at Baxter & Miller", "Baxter & Miller"),
            ("Anna Berg of Acme Ltd said", "Acme Ltd"),
        ] {
            assert_eq!(organisations(text), [name], "{text}");
        }
    }

    #[test]
    fn people_places_and_common_words_are_no_organisations() {
        for text in [
            "Tom, Dick and Harry came",
            "in London, Paris and Rome",
            "The company and the group",
            "Anna & Peter got married",
            "lives in Lund, AB",
            "The Office is closed",
            "on Monday, Tuesday and Friday",
            "see the council",
            "Action & Adventure",
        ] {
            assert!(organisations(text).is_empty(), "{text}: {:?}", organisations(text));
        }
    }
}
