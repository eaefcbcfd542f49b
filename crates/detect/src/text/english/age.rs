//! Ages: `34 years old`, `aged 34`, `a 34-year-old`, `34 y/o`, `turned thirty-four`. The span is the
//! number alone, as Presidio's data sets label it: the words around it tell nothing about the person.

use super::{
    tokens::TokenKind,
    words::{AGE_CUE, AGE_PERSON, AGE_UNIT, Block},
};
use crate::{
    Entity,
    text::{Layer, Span},
};

/// Things whose age is nobody's: `a 12-year-old whisky`.
const THINGS: [&str; 24] = [
    "company",
    "firm",
    "business",
    "whisky",
    "whiskey",
    "wine",
    "rum",
    "scotch",
    "house",
    "building",
    "car",
    "tradition",
    "dispute",
    "bridge",
    "tree",
    "church",
    "bug",
    "problem",
    "law",
    "treaty",
    "bond",
    "mortgage",
    "plan",
    "record",
];

/// Words after a number that `turned` or `age` leaves an age.
const AFTER: [&str; 28] = [
    "years",
    "year",
    "today",
    "this",
    "last",
    "on",
    "in",
    "yesterday",
    "tomorrow",
    "and",
    "next",
    "old",
    "soon",
    "recently",
    "when",
    "but",
    "or",
    "at",
    "with",
    "from",
    "who",
    "years-old",
    "yrs",
    "now",
    "to",
    "was",
    "is",
    "has",
];

const ONES: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 8] =
    ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

/// Adds the ages of a block.
pub fn find(block: &Block, found: &mut Vec<Span>) {
    let mut at = 0;
    while at < block.len() {
        let Some(number) = number_at(block, at) else {
            at += 1;
            continue;
        };
        if let Some((score, rule)) = judge(block, at, &number) {
            let start = block.tokens[at].start;
            found.push(Span::new(start..number.end, Entity::Age, score, Layer::Grammar, rule));
        }
        at = number.last + 1;
    }
}

/// A number in figures or words.
struct Number {
    /// Its last token.
    last: usize,
    /// Byte after its last digit.
    end: usize,
    value: u32,
    /// A unit is glued to it: `34yo`.
    unit: bool,
}

fn number_at(block: &Block, at: usize) -> Option<Number> {
    let token = block.tokens.get(at)?;
    let word = block.word(at);
    match token.kind {
        TokenKind::Number => {
            let joined = at > 0
                && block.glued(at)
                && matches!(block.word(at - 1), "." | "," | "/" | "$" | "€" | "£" | "+" | "#");
            let value: u32 = word.parse().ok()?;
            (!joined && value <= 120).then_some(Number {
                last: at,
                end: token.end,
                value,
                unit: false,
            })
        }
        TokenKind::Mixed => {
            let digits = word.bytes().take_while(u8::is_ascii_digit).count();
            let tail = word.get(digits..)?;
            let unit = ["yo", "y", "yr", "yrs"].iter().any(|u| tail.eq_ignore_ascii_case(u));
            let value: u32 = word.get(..digits)?.parse().ok()?;
            let spelled =
                !tail.eq_ignore_ascii_case("y") || (block.mark(at + 1, "/") && is_o(block, at + 2));
            (unit && spelled && value <= 120).then_some(Number {
                last: at,
                end: token.start + digits,
                value,
                unit,
            })
        }
        TokenKind::Word => spelled_number(block, at),
        _ => None,
    }
}

/// `thirty-four`, `forty`, `seven`.
fn spelled_number(block: &Block, at: usize) -> Option<Number> {
    let place = |at: usize, words: &[&str]| words.iter().position(|w| block.says(at, w));
    let end = |at: usize| block.tokens[at].end;
    if let Some(tens) = place(at, &TENS) {
        let value = 20 + 10 * tens as u32;
        let next = if block.mark(at + 1, "-") { at + 2 } else { at + 1 };
        return match place(next, &ONES[1..10]) {
            Some(ones) => Some(Number {
                last: next,
                end: end(next),
                value: value + ones as u32 + 1,
                unit: false,
            }),
            None => Some(Number { last: at, end: end(at), value, unit: false }),
        };
    }
    let value = place(at, &ONES)? as u32;
    Some(Number { last: at, end: end(at), value, unit: false })
}

/// The second half of `y/o`, which the end of a sentence may follow.
fn is_o(block: &Block, at: usize) -> bool {
    block.word(at).trim_end_matches('.').eq_ignore_ascii_case("o")
}

/// Whether the words around make an age of the number.
fn judge(block: &Block, at: usize, number: &Number) -> Option<(f64, &'static str)> {
    if number.unit {
        return Some((0.85, "years_old"));
    }
    if years_old(block, number) {
        return Some((0.9, "years_old"));
    }
    if called(block, at, number) {
        return Some((0.85, "aged"));
    }
    person_is(block, at, number).then_some((0.6, "person_is"))
}

/// `34 years old`, `34-year-old`, `34 y/o`, `34 year female`, `34 years of age`.
fn years_old(block: &Block, number: &Number) -> bool {
    let dash = |at: usize| if matches!(block.word(at), "-" | "–" | "‐") { at + 1 } else { at };
    let unit = dash(number.last + 1);
    if !block.is(unit, AGE_UNIT) || block.lines(unit) > 0 {
        return false;
    }
    let word = block.word(unit).trim_end_matches('.');
    if word.eq_ignore_ascii_case("y") {
        return block.mark(unit + 1, "/") && is_o(block, unit + 2);
    }
    if ["yo", "y.o"].iter().any(|w| word.eq_ignore_ascii_case(w)) {
        return true;
    }
    let next = dash(unit + 1);
    if block.says(next, "old") || block.says(next, "olds") {
        let thing = dash(next + 1);
        return !THINGS.iter().any(|w| block.says(thing, w));
    }
    if block.says(next, "of") && block.says(next + 1, "age") {
        return true;
    }
    let years = ["year", "yr"].iter().any(|w| word.eq_ignore_ascii_case(w));
    years && number.value >= 1 && block.is(next, AGE_PERSON)
}

/// `when he was 78.`, `she is 34`: nothing is counted after the number.
fn person_is(block: &Block, at: usize, number: &Number) -> bool {
    let says = |at: usize, words: &[&str]| words.iter().any(|w| block.says(at, w));
    let ends = block.tokens.get(number.last + 1).is_none_or(|t| {
        t.lines > 0 || matches!(block.word(number.last + 1), "." | "," | "!" | "?" | ";" | ")")
    });
    let figures = block.tokens[at].kind == TokenKind::Number;
    let person = at > 1 && says(at - 1, &["is", "was"]) && says(at - 2, &["he", "she"])
        || at > 1
            && (says(at - 1, &["am", "was"]) && says(at - 2, &["i"])
                || says(at - 1, &["'s", "’s"]) && says(at - 2, &["he", "she"])
                || says(at - 1, &["'m", "’m"]) && says(at - 2, &["i"]));
    figures && ends && person && (1..=110).contains(&number.value)
}

/// `aged 34`, `age: 34`, `at the age of 71`, `I'll turn 21`.
fn called(block: &Block, at: usize, number: &Number) -> bool {
    let mut before = at;
    for _ in 0..3 {
        let Some(b) = before.checked_sub(1) else { return false };
        before = b;
        if block.is(b, AGE_CUE) {
            break;
        }
        let filler = ["of", ":", "=", "is", "was", "-", "around", "about", "at"]
            .iter()
            .any(|w| block.says(b, w));
        if !filler {
            return false;
        }
    }
    if !block.is(before, AGE_CUE) {
        return false;
    }
    let next = number.last + 1;
    let after = block.tokens.get(next);
    after.is_none_or(|t| {
        t.lines > 0
            || (t.kind == TokenKind::Mark && !matches!(block.word(next), "%" | "/" | "°" | "-"))
            || AFTER.iter().any(|w| block.says(next, w))
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::found_by;

    fn ages(text: &str) -> Vec<String> {
        found_by(text, super::find).into_iter().map(|(_, age)| age).collect()
    }

    #[test]
    fn ages_are_found_as_numbers() {
        for (text, age) in [
            ("She is 34 years old.", "34"),
            ("a 34-year-old nurse", "34"),
            ("Patient, 34 y/o, male", "34"),
            ("34yo female", "34"),
            ("Anna, aged 41, left", "41"),
            ("Age: 52", "52"),
            ("retired at the age of 71", "71"),
            ("she just turned 32", "32"),
            ("I'll turn 21.", "21"),
            ("the baby is 5 months old", "5"),
            ("he is thirty-four years old", "thirty-four"),
            ("This 61 year female has a cough", "61"),
            ("he died when he was 78.", "78"),
            ("and I'm 31 y/o.", "31"),
        ] {
            assert_eq!(ages(text), [age], "{text}");
        }
    }

    #[test]
    fn other_numbers_are_no_ages() {
        for text in [
            "a 12-year-old whisky",
            "turned 90 degrees",
            "5 years of experience",
            "the page 34 of the report",
            "140 years old is too much",
            "she turned 3 pages",
            "a 10 year contract",
            "she was 5 minutes late",
            "it was 34.",
        ] {
            assert!(ages(text).is_empty(), "{text}: {:?}", ages(text));
        }
    }
}
