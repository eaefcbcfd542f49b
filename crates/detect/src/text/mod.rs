//! Personal data in running text. Three layers find, one place decides:
//!
//! 1. `fold` undoes disguises (full-width digits, zero-width characters) and keeps the way back;
//! 2. `patterns` finds everything with a rule and a check, in one pass over the bytes;
//! 3. `english` and `chinese` find what needs language: names, organisations, places, addresses;
//! 4. `resolve` lets the surest of overlapping findings stand.

mod chinese;
#[doc(hidden)] // for the trainer, which must see texts as the tagger does
pub mod english;
mod fold;
mod patterns;
mod resolve;
mod span;
mod terms;
#[cfg(test)]
mod tests;

pub use span::{Kind, Layer, Span};
pub use terms::topics;

use crate::CustomDetectors;

/// What to look for and in which language.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Language of the text; `Auto` looks at the script of each piece.
    pub language: Language,
    /// Only the pattern layer: no names, organisations or places.
    pub patterns_only: bool,
    /// A company's own detectors; of overlapping findings theirs stand.
    pub custom: Option<CustomDetectors>,
}

/// Language of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// By script, piece by piece.
    #[default]
    Auto,
    /// English (and other Latin script).
    English,
    /// Chinese.
    Chinese,
}

/// Finds personal data in a text: spans in order, none overlapping another; offsets are bytes.
pub fn find_in_text(text: &str) -> Vec<Span> {
    find_with(text, &Options::default())
}

/// The English tagger knows sentences. Single Latin words among Chinese ones (brands, games, cheers)
/// are outside of what it learnt: there only names of several words stand, or very sure ones, and
/// none that reaches over Chinese words.
fn leave_chinese_alone(text: &str, from: usize, found: &mut Vec<Span>) {
    /// Bytes on either side that make a neighbourhood; about ten Chinese characters.
    const NEAR: usize = 30;
    /// How sure a finding of one word must be.
    const SURE: f64 = 0.9;
    let mut at = 0;
    found.retain(|span| {
        at += 1;
        if at <= from || span.layer != Layer::Model {
            return true;
        }
        let piece = &text[span.start..span.end];
        if piece.chars().any(crate::words::is_han) {
            return false;
        }
        let before = text.floor_char_boundary(span.start.saturating_sub(NEAR));
        let after = text.ceil_char_boundary((span.end + NEAR).min(text.len()));
        let beside = [&text[before..span.start], &text[span.end..after]];
        let chinese = beside.iter().any(|side| side.chars().any(crate::words::is_han));
        let capital = piece.starts_with(char::is_uppercase);
        !chinese || piece.trim().contains(' ') || capital && span.score >= SURE
    });
}

/// The same with options.
pub fn find_with(text: &str, options: &Options) -> Vec<Span> {
    let folded = fold::fold(text);
    let mut found = options.custom.as_ref().map_or_else(Vec::new, |own| own.find(folded.text()));
    patterns::find(folded.text(), &mut found);
    if !options.patterns_only {
        if options.language != Language::Chinese {
            let from = found.len();
            english::find(folded.text(), &mut found);
            leave_chinese_alone(folded.text(), from, &mut found);
        }
        if options.language != Language::English {
            chinese::find(folded.text(), &mut found);
            terms::find_chinese(folded.text(), &mut found);
        }
    }
    let mut spans = resolve::resolve(found);
    folded.unfold(&mut spans);
    spans
}
