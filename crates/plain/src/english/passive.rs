//! Passives: a form of “be”, adverbs, and a participle.

use std::ops::Range;

use super::{forms, get};
use crate::model::Spot;

/// Words between the form of “be” and the participle at most.
const BETWEEN: usize = 3;

/// Adds the passives of a sentence.
pub fn find(text: &str, words: &[Range<usize>], spots: &mut Vec<Spot>) {
    let Some(rule) = get("passive") else { return };
    let mut at = 0;
    while at < words.len() {
        let lower = text[words[at].clone()].to_ascii_lowercase();
        if forms().be.contains(lower.as_str())
            && let Some(last) = participle(text, words, at)
        {
            let range = words[at].start..words[last].end;
            spots.push(Spot { rule, range, instead: None, measure: None });
            at = last;
        }
        at += 1;
    }
}

/// The participle behind a form of “be”.
fn participle(text: &str, words: &[Range<usize>], be: usize) -> Option<usize> {
    for at in be + 1..(be + 2 + BETWEEN).min(words.len()) {
        // Something stands between: `is, they said, shared`.
        if text[words[at - 1].end..words[at].start].contains([',', ';', ':', '(']) {
            return None;
        }
        let word = text[words[at].clone()].to_ascii_lowercase();
        let word = word.as_str();
        if forms().adjectives.contains(word) {
            return None;
        }
        if forms().irregular.contains(word) || word.len() > 4 && word.ends_with("ed") {
            return Some(at);
        }
        let adverb = forms().between.contains(word) || word.len() > 4 && word.ends_with("ly");
        if !adverb {
            return None;
        }
    }
    None
}
