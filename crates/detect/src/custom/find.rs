//! Looks for one detector in a text, in time linear in its length whatever the pattern.

use std::ops::Range;

use regex::Regex;

use super::{Checksum, CustomDetector};
use crate::text::{Kind, Layer, Span};

/// Bytes of one match at most; what is longer is no finding.
pub const MATCH_MAX: usize = 512;
/// A pattern without bound of its own sees so many bytes at a time: regular expressions are linear for
/// one match, yet quadratic for all of them (`.*X|.` on a text without `X`).
const WINDOW: usize = 2 * MATCH_MAX;
/// Characters before and after a match in which a context word counts.
const BEFORE: usize = 40;
const AFTER: usize = 15;

/// A pattern with its checks.
#[derive(Debug)]
pub(super) struct Finder {
    /// Anywhere in a text.
    pub(super) regex: Regex,
    /// The whole of a value.
    pub(super) whole: Regex,
    /// No match can be longer than [`MATCH_MAX`].
    pub(super) bounded: bool,
    /// The groups `value` (the finding) and `check` (what the check digits cover).
    pub(super) value: Option<usize>,
    pub(super) check: Option<usize>,
}

impl Finder {
    /// Calls back with the place of each match and what its check digits cover.
    pub(super) fn each(&self, text: &str, mut found: impl FnMut(Range<usize>, &str)) {
        let mut at = 0;
        // Where a match too long to be one was cut off: what touches it is its rest.
        let mut cut = usize::MAX;
        while at < text.len() {
            let end = if self.bounded { text.len() } else { floor(text, at + WINDOW) };
            let seen = &text[..end];
            let Some(hit) = self.regex.find_at(seen, at) else {
                if end == text.len() {
                    return;
                }
                at = floor(text, end - MATCH_MAX).max(next(text, at));
                continue;
            };
            // At the window's edge a match may be cut short: look again with a window of its own.
            let cut_short = hit.end() == end && end < text.len();
            if cut_short && hit.start() > at {
                at = hit.start();
                continue;
            }
            let too_long = cut_short || hit.len() > MATCH_MAX || hit.start() == cut;
            if too_long {
                cut = hit.end();
            } else if !hit.is_empty() {
                let (place, checked) = self.parts(seen, hit.range());
                found(place, checked);
            }
            at = if hit.is_empty() { next(text, hit.end()) } else { hit.end() };
        }
    }

    fn parts<'t>(&self, text: &'t str, hit: Range<usize>) -> (Range<usize>, &'t str) {
        if self.value.is_none() && self.check.is_none() {
            return (hit.clone(), &text[hit]);
        }
        let groups = self.regex.captures_at(text, hit.start);
        let group = |at: Option<usize>| {
            let found = groups.as_ref().zip(at).and_then(|(groups, at)| groups.get(at));
            found.map(|found| found.range()).filter(|range| !range.is_empty())
        };
        let place = group(self.value).unwrap_or(hit);
        let checked = group(self.check).unwrap_or_else(|| place.clone());
        (place, &text[checked])
    }

    /// Whether a value is a match from end to end, its check digits included.
    pub(super) fn is_value(&self, value: &str, checksum: Checksum) -> bool {
        if value.len() > MATCH_MAX || !self.whole.is_match(value) {
            return false;
        }
        match self.check.or(self.value).zip(self.whole.captures(value)) {
            Some((at, groups)) => {
                checksum.holds(groups.get(at).map_or(value, |found| found.as_str()))
            }
            None => checksum.holds(value),
        }
    }
}

impl CustomDetector {
    /// Adds its findings in a text.
    pub(super) fn find(&self, text: &str, found: &mut Vec<Span>) {
        let Some(finder) = &self.finder else { return };
        finder.each(text, |place, checked| {
            if !self.checksum.holds(checked) {
                return;
            }
            let near = has_context(text, &place, &self.context);
            if self.context_required && !near {
                return;
            }
            found.push(self.span(place, near));
        });
    }

    fn span(&self, place: Range<usize>, near: bool) -> Span {
        let score = if near { 1.0 - (1.0 - self.score) * 0.4 } else { self.score };
        let rule = match (near, self.checksum) {
            (true, _) => "custom_context",
            (false, Checksum::None) => "custom",
            (false, _) => "custom_checksum",
        };
        Span {
            start: place.start,
            end: place.end,
            kind: Kind::Custom { entity: self.name.clone(), category: self.category.clone() },
            score: score.min(0.99),
            layer: Layer::Custom,
            rule,
        }
    }
}

/// One of the words, in lower case, stands near the place. A Latin word must begin where a word
/// begins; its end is free, so that `card` is found in `cards`.
pub(super) fn has_context(text: &str, place: &Range<usize>, words: &[String]) -> bool {
    if words.is_empty() {
        return false;
    }
    let from = text[..place.start]
        .char_indices()
        .rev()
        .take(BEFORE)
        .last()
        .map_or(place.start, |(at, _)| at);
    let to = text[place.end..].chars().take(AFTER).map(char::len_utf8).sum::<usize>() + place.end;
    let (before, after) = (&text[from..place.start], &text[place.end..to]);
    // What the window cuts through on its left is no beginning of a word.
    let joined = text[..from].chars().next_back().is_some_and(char::is_alphanumeric);
    holds(before, words, joined) || holds(after, words, true)
}

/// Whether a text holds one of the words, which are in lower case. `joined`: a word goes on before it.
pub(super) fn holds(text: &str, words: &[String], joined: bool) -> bool {
    let lower = text.to_lowercase();
    words.iter().any(|word| {
        let latin = word.starts_with(|c: char| c.is_alphanumeric() && !crate::words::is_han(c));
        lower.match_indices(word.as_str()).any(|(at, _)| {
            let before = lower[..at].chars().next_back();
            !latin
                || match before {
                    None => !joined,
                    Some(c) => !c.is_alphanumeric() || crate::words::is_han(c),
                }
        })
    })
}

/// The last place for a cut at or before a byte.
fn floor(text: &str, at: usize) -> usize {
    text.floor_char_boundary(at)
}

/// The place after the character that begins here.
fn next(text: &str, at: usize) -> usize {
    at + text[at..].chars().next().map_or(1, char::len_utf8)
}
