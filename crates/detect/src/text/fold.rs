//! Undoes disguises so that the layers see plain text, and keeps the way back to the original.
//!
//! What is undone: zero-width characters and soft hyphens go; full-width, mathematical, Arabic-Indic
//! and other decimal digits become ASCII, as do full-width and mathematical letters, full-width signs
//! beside them, Unicode hyphens and spaces; Cyrillic and Greek letters that look like Latin ones do so
//! inside otherwise Latin words (UTS #39 calls such words mixed-script confusables). Chinese
//! punctuation stays: the Chinese layer reads it. Plain text is borrowed.

mod looks;

use std::borrow::Cow;

use super::Span;

/// A text with its disguises undone.
pub struct Folded<'a> {
    text: Cow<'a, str>,
    /// What was changed, in order; empty for borrowed texts.
    changes: Vec<Change>,
}

/// A character that was replaced or dropped.
#[derive(Debug, Clone, Copy)]
struct Change {
    /// Where its replacement starts and ends in the folded text; the same place when it was dropped.
    folded: (usize, usize),
    /// Where the character starts and ends in the original.
    original: (usize, usize),
}

/// Folds a text; plain text is borrowed.
pub fn fold(text: &str) -> Folded<'_> {
    let Some(first) = looks::first_suspect(text, 0) else {
        return Folded { text: Cow::Borrowed(text), changes: Vec::new() };
    };
    let mut out = String::new();
    let mut changes = Vec::new();
    // Plain stretches are copied whole.
    let mut copied = 0;
    let mut at = first;
    while let Some(c) = text[at..].chars().next() {
        let end = at + c.len_utf8();
        if let Some(plain) = looks::plain(text, at, c) {
            if changes.is_empty() {
                out.reserve(text.len());
            }
            out.push_str(&text[copied..at]);
            let start = out.len();
            out.push_str(plain.as_str());
            changes.push(Change { folded: (start, out.len()), original: (at, end) });
            copied = end;
        }
        let Some(next) = looks::first_suspect(text, end) else { break };
        at = next;
    }
    if changes.is_empty() {
        return Folded { text: Cow::Borrowed(text), changes };
    }
    out.push_str(&text[copied..]);
    Folded { text: Cow::Owned(out), changes }
}

impl Folded<'_> {
    /// The folded text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Moves spans of the folded text to their places in the original. A span covers every character
    /// that it came from; dropped characters at its borders stay outside.
    pub fn unfold(&self, spans: &mut [Span]) {
        if self.changes.is_empty() {
            return;
        }
        for span in spans {
            (span.start, span.end) = (self.start(span.start), self.end(span.end));
        }
    }

    /// The original place of the folded character at `at`.
    fn start(&self, at: usize) -> usize {
        // The last change that starts at or before the place; dropped ones before it do not count.
        let after = self.changes.partition_point(|change| change.folded.0 <= at);
        match after.checked_sub(1).map(|last| self.changes[last]) {
            None => at,
            Some(change) if at < change.folded.1 => change.original.0,
            Some(change) => change.original.1 + (at - change.folded.1),
        }
    }

    /// The original place after the folded character that ends at `at`.
    fn end(&self, at: usize) -> usize {
        let after = self.changes.partition_point(|change| change.folded.0 < at);
        match after.checked_sub(1).map(|last| self.changes[last]) {
            None => at,
            Some(change) if at <= change.folded.1 => change.original.1,
            Some(change) => change.original.1 + (at - change.folded.1),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Entity, find_in_text, text::Layer};

    fn folded(text: &str) -> String {
        fold(text).text().to_owned()
    }

    #[test]
    fn plain_text_is_borrowed() {
        for text in
            ["", "plain ASCII.", "你好，世界！（2024年）", "Ünïcödé café", "Привет, мир", "🎉"]
        {
            assert!(matches!(fold(text).text, Cow::Borrowed(_)), "{text}");
        }
    }

    #[test]
    fn disguises_are_undone() {
        for (text, plain) in [
            ("１３８１２３４５６７８", "13812345678"),
            ("ａｂｃ＠ｅｘａｍｐｌｅ．ｃｏｍ", "abc@example.com"),
            ("138\u{200b}1234\u{feff}5678", "13812345678"),
            ("4111\u{2011}1111\u{2013}1111\u{2212}1111", "4111-1111-1111-1111"),
            ("4111\u{a0}1111\u{2009}1111\u{3000}1111", "4111 1111 1111 1111"),
            ("٤١١١ ۱۲ ९", "4111 12 9"),
            ("𝟒𝟏𝟏𝟏 𝐉𝐨𝐡𝐧", "4111 John"),
            ("jоhn@ехаmple.com", "john@example.com"),
            ("exam\u{ad}ple", "example"),
            ("电话：１３８，好", "电话：138，好"),
            ("（０１０）６２３４", "(010)6234"),
        ] {
            assert_eq!(folded(text), plain, "{text}");
        }
    }

    #[test]
    fn other_scripts_stay_as_they_are() {
        for text in
            ["Москва 2024", "Αθήνα", "你好，世界。", "“quoted” text", "（注）", "ＷｅＣhat好"]
        {
            let plain = folded(text);
            assert!(text.starts_with('Ｗ') || plain == text, "{text}: {plain}");
        }
    }

    #[test]
    fn findings_point_at_the_original() {
        for (text, piece, entity) in [
            ("电话：１３８１２３４５６７８。", "１３８１２３４５６７８", "PHONE_NUMBER"),
            (
                "a\u{200b}b 138\u{200b}1234\u{200b}5678\u{200b} c",
                "138\u{200b}1234\u{200b}5678",
                "PHONE_NUMBER",
            ),
            (
                "卡４１１１　１１１１　１１１１　１１１１，",
                "４１１１　１１１１　１１１１　１１１１",
                "CREDIT_CARD",
            ),
            ("mail jоhn@example.com now", "jоhn@example.com", "EMAIL_ADDRESS"),
        ] {
            let spans = find_in_text(text);
            let found =
                spans.iter().any(|s| &text[s.start..s.end] == piece && s.entity() == entity);
            assert!(found, "{text}: {spans:?}");
        }
    }

    proptest! {
        #[test]
        fn every_character_finds_its_place(text in "[a-z0-9 １-９ａ-ｃ\u{200b}\u{ad}　–а-я你，]{0,40}") {
            let folded = fold(&text);
            let plain = folded.text();
            let mut last = 0;
            for (at, c) in plain.char_indices() {
                let range = at..at + c.len_utf8();
                let mut spans = [Span::new(range, Entity::Person, 1.0, Layer::Model, "test")];
                folded.unfold(&mut spans);
                let [span] = spans;
                prop_assert!(last <= span.start && span.start < span.end && span.end <= text.len());
                let origin = &text[span.start..span.end];
                prop_assert_eq!(origin.chars().count(), 1);
                prop_assert!(fold(origin).text() == c.to_string() || origin == c.to_string()
                    || c.is_ascii());
                last = span.end;
            }
        }
    }
}
