//! Sensitive terms in English text: who people are (nationality, religion, politics …) and how their
//! health is. Languages, dishes and translations are left alone: “speaks German”, “an Italian
//! restaurant”.

use std::{collections::HashMap, sync::OnceLock};

use super::{
    tokens::{Case, TokenKind, tokens},
    words::{Block, GIVEN, INSTITUTION, NOT_PEOPLE, SPEECH, TERM, lowered},
};
use crate::text::{
    Layer, Span,
    terms::{Topic, english},
};

/// A term: what it tells, and whether it counts only when written with a capital.
#[derive(Clone, Copy)]
struct Term {
    topic: Topic,
    capital: bool,
}

struct Terms {
    terms: HashMap<String, Term>,
    /// Most tokens of a term that starts with this word.
    longest: HashMap<String, usize>,
}

/// Words that mean something else when written small.
const CAPITAL_ONLY: [&str; 22] = [
    "polish",
    "pole",
    "poles",
    "dane",
    "finn",
    "kiwi",
    "kiwis",
    "swede",
    "swedes",
    "scot",
    "lao",
    "thai",
    "copt",
    "pagan",
    "turk",
    "republican",
    "democrat",
    "tory",
    "catholic",
    "puritan",
    "sti",
    "als",
];

fn all() -> &'static Terms {
    static TERMS: OnceLock<Terms> = OnceLock::new();
    TERMS.get_or_init(|| {
        let mut all = Terms { terms: HashMap::new(), longest: HashMap::new() };
        for (term, topic) in english() {
            let key = key_of(term);
            let capital = CAPITAL_ONLY.contains(&key.as_str());
            let words = key.split(' ').count();
            if let Some(first) = key.split(' ').next() {
                let longest = all.longest.entry(first.to_owned()).or_default();
                *longest = words.max(*longest);
            }
            all.terms.insert(key, Term { topic, capital });
        }
        all
    })
}

/// A term as it is looked up: its tokens in lower case, without hyphens.
fn key_of(term: &str) -> String {
    let mut key = String::new();
    for token in tokens(term) {
        let word = token.text(term);
        if word != "-" {
            push_word(&mut key, word);
        }
    }
    key
}

fn push_word(key: &mut String, word: &str) {
    if !key.is_empty() {
        key.push(' ');
    }
    lowered(word, |lower| key.push_str(lower));
}

/// The words that terms start with, for the table of words: with their plurals.
pub fn first_words() -> Vec<String> {
    let mut words: Vec<String> = all().longest.keys().cloned().collect();
    let plurals: Vec<String> = words.iter().map(|word| format!("{word}s")).collect();
    words.extend(plurals);
    words
}

/// Adds the sensitive terms of a block.
pub fn find(block: &Block, found: &mut Vec<Span>) {
    if block.all & TERM == 0 {
        return;
    }
    let mut at = 0;
    let mut key = String::new();
    while at < block.len() {
        if !block.is(at, TERM) {
            at += 1;
            continue;
        }
        let Some((last, term)) = longest_at(block, at, &mut key) else {
            at += 1;
            continue;
        };
        if let Some(span) = judge(block, at, last, term) {
            found.push(span);
        }
        at = last + 1;
    }
}

/// The longest term that starts with token `at`: its last token and what it is.
fn longest_at(block: &Block, at: usize, key: &mut String) -> Option<(usize, Term)> {
    let all = all();
    key.clear();
    push_word(key, block.word(at).trim_end_matches('.'));
    let limit = all.longest.get(key.as_str()).or_else(|| all.longest.get(singular(key)))?;
    let mut best = None;
    let mut words = 1;
    let mut to = at;
    loop {
        let term = all.terms.get(key.as_str()).or_else(|| all.terms.get(singular(key)));
        best = term.map_or(best, |term| Some((to, *term)));
        to += 1;
        if block.mark(to, "-") && block.glued(to) {
            to += 1;
        }
        if words >= *limit || to >= block.len() || block.lines(to) > 0 {
            return best;
        }
        push_word(key, block.word(to));
        words += 1;
    }
}

fn singular(word: &str) -> &str {
    word.strip_suffix('s').filter(|base| base.len() > 3).unwrap_or(word)
}

fn judge(block: &Block, first: usize, last: usize, term: Term) -> Option<Span> {
    let token = block.tokens[first];
    if term.capital && token.case == Case::Lower {
        return None;
    }
    let topic = term.topic;
    let mut end = last;
    if topic == Topic::Allergy && block.says(last, "allergic") && block.says(last + 1, "to") {
        end = allergen(block, last + 2).unwrap_or(last);
    }
    let people = matches!(topic, Topic::Nationality | Topic::Ethnicity | Topic::Religion);
    if people && about_no_people(block, first, last) {
        return None;
    }
    let score = match token.case {
        _ if topic.is_health() => 0.5,
        Case::Lower => 0.6,
        _ if block.capital(last + 1) && block.lines(last + 1) == 0 => 0.6,
        _ => 0.85,
    };
    Some(Span::new(block.range(first, end), topic.entity(), score, Layer::Grammar, topic.rule()))
}

/// The last token of what somebody is allergic to: `peanuts and penicillin`.
fn allergen(block: &Block, from: usize) -> Option<usize> {
    let word = |at: usize| {
        block.tokens.get(at).is_some_and(|t| t.kind == TokenKind::Word && t.lines == 0)
            && !block.is(at, super::words::COMMON)
    };
    if !word(from) {
        return None;
    }
    let mut last = from;
    while last < from + 5 {
        if block.says(last + 1, "and") && word(last + 2) {
            last += 2;
        } else if word(last + 1) && last == from {
            last += 1;
        } else {
            break;
        }
    }
    Some(last)
}

/// A language, a dish, a name: `speaks German`, `in English`, `French fries`, `Christian Bale`.
fn about_no_people(block: &Block, first: usize, last: usize) -> bool {
    let before = first.checked_sub(1);
    if block.is(last + 1, NOT_PEOPLE) && block.lines(last + 1) == 0 {
        return true;
    }
    if before.is_some_and(|b| block.is(b, SPEECH)) {
        return true;
    }
    let ends = last + 1 >= block.len()
        || block.lines(last + 1) > 0
        || block.tokens[last + 1].kind == TokenKind::Mark;
    if ends && before.is_some_and(|b| block.says(b, "in") || block.says(b, "into")) {
        return true;
    }
    // `Moira Pagan`, `European Commission`
    let surname =
        before.is_some_and(|b| block.is(b, GIVEN) && block.capital(b) && block.lines(first) == 0);
    let body =
        block.is(last + 1, INSTITUTION) && block.capital(last + 1) && block.lines(last + 1) == 0;
    if surname || body {
        return true;
    }
    // A given name that is also a belief, before a family name.
    block.is(first, GIVEN) && block.capital(last + 1) && block.lines(last + 1) == 0
}

#[cfg(test)]
mod tests {
    use super::super::tests::found_by;

    fn terms(text: &str) -> Vec<(&'static str, String)> {
        found_by(text, super::find)
    }

    #[test]
    fn who_people_are_is_found() {
        for (text, rule, term) in [
            ("She is Slovenian.", "nationality", "Slovenian"),
            ("two saudis and a new zealander", "nationality", "saudis"),
            ("My neighbour is a New Zealander", "nationality", "New Zealander"),
            ("He is Kurdish", "ethnicity", "Kurdish"),
            ("an African-American lawyer", "ethnicity", "African-American"),
            ("They are Jehovah's Witnesses", "religion", "Jehovah's Witnesses"),
            ("most of them are Sunnis", "religion", "Sunnis"),
            (
                "a member of the Communist Party since 1990",
                "politics",
                "member of the Communist Party",
            ),
            ("she is a shop steward", "union", "shop steward"),
            ("he came out as bisexual", "orientation", "bisexual"),
        ] {
            let all = terms(text);
            assert!(all.iter().any(|(r, t)| *r == rule && t == term), "{text}: {all:?}");
        }
    }

    #[test]
    fn languages_dishes_and_names_tell_nothing_of_people() {
        for text in [
            "She speaks German",
            "written in English.",
            "the Danish translation",
            "an Italian restaurant",
            "please polish the floor",
            "a pole stood there",
            "Christian Meyer called",
            "Moira Pagan called",
            "the European Commission",
        ] {
            assert!(terms(text).is_empty(), "{text}: {:?}", terms(text));
        }
    }

    #[test]
    fn health_is_found_with_what_it_is_about() {
        for (text, rule, term) in [
            ("has type 2 diabetes", "condition", "type 2 diabetes"),
            ("Diagnosed with Parkinson's disease", "condition", "Parkinson's disease"),
            (
                "is allergic to peanuts and shellfish.",
                "allergy",
                "allergic to peanuts and shellfish",
            ),
            ("takes 20 mg of Fluoxetine daily", "medication", "Fluoxetine"),
            ("she is pregnant", "reproductive", "pregnant"),
            ("tested HIV-positive", "condition", "HIV-positive"),
            ("a wheelchair user", "disability", "wheelchair user"),
            ("suffers from PTSD", "mental", "PTSD"),
        ] {
            let all = terms(text);
            assert!(all.iter().any(|(r, t)| *r == rule && t == term), "{text}: {all:?}");
        }
        assert!(terms("the great depression of prices, a stroke of luck").is_empty());
    }
}
