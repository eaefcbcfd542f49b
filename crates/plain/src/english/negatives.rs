//! Double negatives: two negatives in one clause, or “not … unless/without”.

use std::ops::Range;

use super::{forms, get};
use crate::model::Spot;

/// Words between two negatives of one clause at most.
const NEAR: usize = 8;

/// Adds the double negatives of a sentence, one a pair.
pub fn find(text: &str, words: &[Range<usize>], spots: &mut Vec<Spot>) {
    let Some(rule) = get("double-negative") else { return };
    let mut before: Option<usize> = None;
    for (at, word) in words.iter().enumerate() {
        let lower = text[word.clone()].replace('’', "'").to_ascii_lowercase();
        if !forms().negatives.contains(lower.as_str()) {
            continue;
        }
        if let Some(first) =
            before.filter(|first| at - first <= NEAR && one_clause(text, words, *first, at))
        {
            let range = words[first].start..word.end;
            let known = spots.iter().rev().take(4).any(|spot| {
                spot.rule.code == rule.code
                    && spot.range.start <= range.end
                    && range.start <= spot.range.end
            });
            if !known {
                spots.push(Spot { rule, range, instead: None, measure: None });
            }
            before = None;
        } else {
            before = Some(at);
        }
    }
}

/// No colon, semicolon or comma ends a clause between the two; “neither … nor” is one negative.
fn one_clause(text: &str, words: &[Range<usize>], first: usize, second: usize) -> bool {
    let between = &text[words[first].end..words[second].start];
    let second = text[words[second].clone()].to_ascii_lowercase();
    !between.contains([',', ';', ':', '(', ')']) && second != "nor"
}
