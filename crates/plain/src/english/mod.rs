//! English: words of the rules, passives, double negatives, sentences, reading level.

mod negatives;
mod passive;
mod sentences;
mod syllable;

use std::{collections::HashSet, sync::OnceLock};

use serde::Deserialize;

use crate::{
    matcher,
    model::{Language, Spot},
    reading::Reading,
    rules::{Rule, rule},
};
pub use syllable::syllables;

/// Forms of words, from `data/english_words.toml`.
struct Forms {
    be: HashSet<&'static str>,
    between: HashSet<&'static str>,
    irregular: HashSet<&'static str>,
    adjectives: HashSet<&'static str>,
    abbreviations: HashSet<&'static str>,
    negatives: HashSet<&'static str>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    be: &'static str,
    between: &'static str,
    irregular: &'static str,
    adjectives: &'static str,
    abbreviations: &'static str,
    negatives: &'static str,
}

/// # Panics
/// Never in a released build: a test parses the embedded file.
fn forms() -> &'static Forms {
    static FORMS: OnceLock<Forms> = OnceLock::new();
    FORMS.get_or_init(|| {
        let file: File = match toml::from_str(include_str!("../../data/english_words.toml")) {
            Ok(file) => file,
            Err(why) => panic!("the embedded english_words.toml is broken: {why}"),
        };
        let set = |words: &'static str| words.split_whitespace().collect();
        Forms {
            be: set(file.be),
            between: set(file.between),
            irregular: set(file.irregular),
            adjectives: set(file.adjectives),
            abbreviations: set(file.abbreviations),
            negatives: set(file.negatives),
        }
    })
}

fn get(code: &str) -> Option<&'static Rule> {
    rule(code, Some(Language::English))
}

/// Adds what is found and says what was measured.
pub fn check(text: &str, spots: &mut Vec<Spot>) -> Reading {
    matcher::words(text, Language::English, spots);
    let sentences = sentences::sentences(text);
    let mut lengths = Vec::with_capacity(sentences.len());
    let mut sum = 0;
    for sentence in &sentences {
        sum += sentence.words.iter().map(|word| syllables(&text[word.clone()])).sum::<usize>();
        lengths.push(sentence.words.len());
        too_long(sentence, spots);
        passive::find(text, &sentence.words, spots);
        negatives::find(text, &sentence.words, spots);
    }
    let reading = Reading::of(&lengths, sum).with_formulas();
    level(text, &sentences, &reading, spots);
    reading
}

fn too_long(sentence: &sentences::Sentence, spots: &mut Vec<Spot>) {
    let count = sentence.words.len() as f64;
    let passed = |rule: &&Rule| rule.limit.is_some_and(|limit| count > limit);
    let rule = get("endless-sentence").filter(passed).or(get("long-sentence").filter(passed));
    let ends = sentence.words.first().zip(sentence.words.last());
    if let (Some(rule), Some((first, last))) = (rule, ends) {
        spots.push(Spot::measured(rule, first.start..last.end, count));
    }
}

/// The reading level of the whole text.
fn level(text: &str, sentences: &[sentences::Sentence], reading: &Reading, spots: &mut Vec<Spot>) {
    let Some(grade) = reading.grade else { return };
    let passed = |rule: &&Rule| rule.limit.is_some_and(|limit| grade > limit);
    let rule = get("very-hard-to-read").filter(passed).or(get("hard-to-read").filter(passed));
    let words = || sentences.iter().flat_map(|sentence| &sentence.words);
    let start = words().next().map_or(0, |word| word.start);
    let end = words().next_back().map_or(text.len(), |word| word.end);
    if let Some(rule) = rule {
        spots.push(Spot::measured(rule, start..end, (grade * 10.0).round() / 10.0));
    }
}
