//! Finds the words of all rules of a language in one pass.

use std::{ops::Range, sync::OnceLock};

use aho_corasick::{AhoCorasick, MatchKind};

use crate::{
    model::{Language, Spot},
    rules::{Rule, Word, rules},
};

struct Matcher {
    automaton: AhoCorasick,
    meanings: Vec<(&'static Rule, &'static Word)>,
    /// Of each word the others it begins with, the longest first: “shall” of “shall not”.
    beginnings: Vec<Vec<usize>>,
}

/// `None` only if the automaton cannot be built, which a test excludes.
fn matcher(language: Language) -> Option<&'static Matcher> {
    static ENGLISH: OnceLock<Option<Matcher>> = OnceLock::new();
    static CHINESE: OnceLock<Option<Matcher>> = OnceLock::new();
    let cell = match language {
        Language::English => &ENGLISH,
        Language::Chinese => &CHINESE,
    };
    cell.get_or_init(|| build(language)).as_ref()
}

fn build(language: Language) -> Option<Matcher> {
    let of_language = rules().iter().filter(|rule| rule.language == Some(language));
    let meanings: Vec<(&'static Rule, &'static Word)> =
        of_language.flat_map(|rule| rule.words.iter().map(move |word| (rule, word))).collect();
    let automaton = AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::LeftmostLongest)
        .build(meanings.iter().map(|(_, word)| &word.text))
        .ok()?;
    let beginnings = meanings.iter().map(|(_, word)| {
        let mut shorter: Vec<usize> = (0..meanings.len())
            .filter(|other| {
                let other = &meanings[*other].1.text;
                word.text.len() > other.len() && word.text.starts_with(other.as_str())
            })
            .collect();
        shorter.sort_by_key(|other| std::cmp::Reverse(meanings[*other].1.text.len()));
        shorter
    });
    let beginnings = beginnings.collect();
    Some(Matcher { automaton, meanings, beginnings })
}

/// Adds the words of the rules.
pub fn words(text: &str, language: Language, spots: &mut Vec<Spot>) {
    let Some(matcher) = matcher(language) else { return };
    let mut at = 0;
    while let Some(hit) = matcher.automaton.find(aho_corasick::Input::new(text).range(at..)) {
        let longest = hit.pattern().as_usize();
        let all = std::iter::once(&longest).chain(&matcher.beginnings[longest]);
        let found = all.map(|at| matcher.meanings[*at]).find_map(|(rule, word)| {
            let range = hit.start()..hit.start() + word.text.len();
            stands(text, range.clone(), word, language).then_some((rule, word, range))
        });
        // Where none stands, another rule's word may begin within the one refused.
        let next = text[hit.start()..].chars().next().map_or(1, char::len_utf8);
        at = found.as_ref().map_or(hit.start() + next, |(_, _, range)| range.end);
        spots.extend(found.map(|(rule, word, range)| Spot {
            rule,
            range,
            instead: Some(&word.instead),
            measure: None,
        }));
    }
}

fn stands(text: &str, range: Range<usize>, word: &Word, language: Language) -> bool {
    match language {
        Language::English => stands_in_english(text, range, word),
        Language::Chinese => {
            let (before, after) = (&text[..range.start], &text[range.end..]);
            !word.after_not.iter().any(|piece| before.ends_with(piece))
                && !word.before_not.iter().any(|piece| after.starts_with(piece))
        }
    }
}

/// A word of its own, with nothing beside it that makes it harmless.
fn stands_in_english(text: &str, range: Range<usize>, word: &Word) -> bool {
    let (before, after) = (&text[..range.start], &text[range.end..]);
    let glued = |c: char| c.is_alphanumeric() || c == '_';
    if before.ends_with(glued) || after.starts_with(glued) {
        return false;
    }
    let capital = text[range].starts_with(char::is_uppercase);
    if word.lower && capital && !begins_sentence(before) {
        return false;
    }
    let last = word_before(before);
    let next = word_after(after);
    !word.after_not.iter().any(|piece| piece.eq_ignore_ascii_case(last))
        && !word.before_not.iter().any(|piece| piece.eq_ignore_ascii_case(next))
}

fn begins_sentence(before: &str) -> bool {
    let rest = before.trim_end_matches([' ', '"', '“', '(', '*', '-', '\t']);
    rest.is_empty() || rest.ends_with(['.', '!', '?', ':', '\n', '\r'])
}

/// The word that ends right before; looks at forty bytes at most.
fn word_before(before: &str) -> &str {
    let from = before.ceil_char_boundary(before.len().saturating_sub(40));
    let near = before[from..].trim_end();
    let start = near.rfind(|c: char| !c.is_alphanumeric() && c != '\'').map_or(0, |at| at + 1);
    near.get(start..).unwrap_or_default()
}

fn word_after(after: &str) -> &str {
    let near = &after[..after.floor_char_boundary(40.min(after.len()))];
    let near = near.trim_start();
    let end = near.find(|c: char| !c.is_alphanumeric() && c != '\'').unwrap_or(near.len());
    &near[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_automata_are_built_and_no_word_stands_twice() {
        for language in [Language::English, Language::Chinese] {
            let matcher = matcher(language).expect("the automaton");
            let mut words: Vec<&str> =
                matcher.meanings.iter().map(|(_, word)| word.text.as_str()).collect();
            assert!(words.len() > 50);
            words.sort_unstable();
            assert_eq!(words.windows(2).find(|pair| pair[0] == pair[1]), None);
            assert!(words.iter().all(|word| *word == word.to_lowercase()));
        }
    }
}
