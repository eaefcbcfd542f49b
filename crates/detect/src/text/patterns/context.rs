//! Words around a finding: they raise its score, and some rules speak only beside one.

use std::ops::Range;

/// Characters looked at before a finding …
const BEFORE: usize = 40;
/// … and after it.
const AFTER: usize = 15;

/// Words that speak for a finding, in English and in Chinese.
#[derive(Debug)]
pub struct ContextWords {
    english: &'static [&'static str],
    chinese: &'static [&'static str],
    /// First letters of the English words, a bit each; other first characters set bit 31.
    firsts: u32,
}

impl ContextWords {
    /// Lists of words: English in lower case (phrases with single spaces), Chinese as written. English
    /// words match whole, in any case, also inside `snake_case` and `camelCase`, and with a plural s.
    pub const fn new(english: &'static [&'static str], chinese: &'static [&'static str]) -> Self {
        let mut firsts = 0;
        let mut at = 0;
        while at < english.len() {
            firsts |= bit(english[at].as_bytes()[0]);
            at += 1;
        }
        Self { english, chinese, firsts }
    }
}

const fn bit(byte: u8) -> u32 {
    match byte {
        b'a'..=b'z' => 1 << (byte - b'a'),
        b'A'..=b'Z' => 1 << (byte - b'A'),
        _ => 1 << 31,
    }
}

/// One of the words stands within some 40 characters before or 15 after the range.
pub fn near(text: &str, range: &Range<usize>, words: &'static ContextWords) -> bool {
    distance(text, range, words).is_some()
}

/// Bytes between the range and the nearest of the words within reach. Tells which of several meanings
/// a number has: the nearer word decides.
pub fn distance(text: &str, range: &Range<usize>, words: &'static ContextWords) -> Option<usize> {
    let from = back(text, range.start, BEFORE);
    let to = forth(text, range.end, AFTER);
    let before =
        find(text, from..range.start, words, Pick::Last).map(|word| range.start - word.end);
    let after = find(text, range.end..to, words, Pick::First).map(|word| word.start - range.end);
    match (before, after) {
        (Some(before), Some(after)) => Some(before.min(after)),
        (one, other) => one.or(other),
    }
}

/// Which occurrence counts.
#[derive(Clone, Copy, PartialEq)]
enum Pick {
    First,
    Last,
}

fn find(
    text: &str,
    window: Range<usize>,
    words: &ContextWords,
    pick: Pick,
) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let mut found = None;
    let mut at = window.start;
    while at < window.end {
        let byte = bytes[at];
        let end = if byte >= 0x80 {
            starts_chinese(&text[at..window.end], words)
        } else if words.firsts & bit(byte) != 0 && starts_word(bytes, at) {
            starts_english(bytes, at, window.end, words)
        } else {
            None
        };
        if let Some(length) = end {
            found = Some(at..at + length);
            if pick == Pick::First {
                return found;
            }
        }
        at += utf8_length(byte);
    }
    found
}

fn starts_chinese(rest: &str, words: &ContextWords) -> Option<usize> {
    words.chinese.iter().filter(|word| rest.starts_with(**word)).map(|word| word.len()).max()
}

fn starts_english(bytes: &[u8], at: usize, end: usize, words: &ContextWords) -> Option<usize> {
    words
        .english
        .iter()
        .filter(|word| {
            let stop = at + word.len();
            // The first letters tell nearly all apart, without a call.
            stop <= end
                && (bytes[at] ^ word.as_bytes()[0]) & !0x20 == 0
                && bytes[at..stop].eq_ignore_ascii_case(word.as_bytes())
                && (ends_word(bytes, stop)
                    || bytes[stop].eq_ignore_ascii_case(&b's') && ends_word(bytes, stop + 1))
        })
        .map(|word| word.len())
        .max()
}

/// A word starts here: after no letter, or as the capital of a `camelCase` word.
fn starts_word(bytes: &[u8], at: usize) -> bool {
    let Some(before) = at.checked_sub(1).map(|before| bytes[before]) else { return true };
    !before.is_ascii_alphabetic()
        || before.is_ascii_lowercase() && bytes[at].is_ascii_uppercase()
        || !bytes[at].is_ascii_alphabetic()
}

fn ends_word(bytes: &[u8], stop: usize) -> bool {
    bytes.get(stop).is_none_or(|after| {
        !after.is_ascii_alphabetic()
            || bytes[stop - 1].is_ascii_lowercase() && after.is_ascii_uppercase()
    })
}

/// Length of the character that starts with this byte.
const fn utf8_length(first: u8) -> usize {
    match first {
        0xF0.. => 4,
        0xE0.. => 3,
        0xC0.. => 2,
        _ => 1,
    }
}

/// So many characters back, as a byte offset.
fn back(text: &str, from: usize, characters: usize) -> usize {
    text[..from].char_indices().rev().take(characters).last().map_or(from, |(at, _)| at)
}

/// So many characters on, as a byte offset.
fn forth(text: &str, from: usize, characters: usize) -> usize {
    text[from..].char_indices().nth(characters).map_or(text.len(), |(at, _)| from + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    static PHONE: ContextWords =
        ContextWords::new(&["phone", "call me", "24h line"], &["电话", "手机"]);

    fn seen(text: &str) -> bool {
        let start = text.find("4711").expect("the test's number");
        near(text, &(start..start + 4), &PHONE)
    }

    #[test]
    fn words_match_whole_in_any_case() {
        for text in [
            "Phone 4711",
            "PHONE: 4711",
            "phones 4711",
            "my_phone=4711",
            "\"phoneNumber\":4711",
            "customerPhone 4711",
            "call me at 4711",
            "4711 (phone)",
            "24h line 4711",
        ] {
            assert!(seen(text), "{text}");
        }
        for text in ["phoned 4711", "microphone 4711", "fone 4711", "calling me 4711", "4711"] {
            assert!(!seen(text), "{text}");
        }
    }

    #[test]
    fn chinese_words_match_anywhere_within_reach() {
        assert!(seen("联系电话是4711"));
        assert!(seen("4711是他的手机"));
        assert!(!seen("编号4711"));
        assert!(!seen(&format!("电话{}4711", "很".repeat(45))));
        assert!(!seen(&format!("4711{}电话", "很".repeat(16))));
    }

    #[test]
    fn the_distance_is_that_of_the_nearest_word() {
        let text = "phone or phone 4711 手机";
        let start = text.find("4711").expect("the test's number");
        assert_eq!(distance(text, &(start..start + 4), &PHONE), Some(1));
        assert_eq!(distance("电话4711", &(6..10), &PHONE), Some(0));
    }
}
