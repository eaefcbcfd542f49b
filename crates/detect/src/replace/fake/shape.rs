//! Other characters of the same kinds: digits for digits, small letters for small letters, Chinese for
//! Chinese, separators as they are.

use super::{Stream, words::lists};
use crate::words::is_han;

/// A digit's value, in ASCII or full width.
pub(super) fn digit(c: char) -> Option<u8> {
    match c {
        '0'..='9' => Some(c as u8 - b'0'),
        '０'..='９' => Some((c as u32 - '０' as u32) as u8),
        _ => None,
    }
}

/// A digit written as another one was.
pub(super) fn written_like(c: char, value: u8) -> char {
    let zero = if c.is_ascii() { '0' } else { '０' };
    char::from_u32(zero as u32 + u32::from(value)).unwrap_or('0')
}

/// A value without its separators, in upper case and ASCII: what is the same number written otherwise
/// becomes the same invention.
pub(super) fn compact(value: &str) -> String {
    value
        .chars()
        .filter_map(|c| match digit(c) {
            Some(value) => Some(char::from(b'0' + value)),
            None if c.is_alphanumeric() => Some(c.to_ascii_uppercase()),
            None => None,
        })
        .collect()
}

/// The separators of a value around other letters and digits, one for each of its own, in its case.
pub(super) fn dress(value: &str, compact: &str) -> String {
    let mut inner = compact.chars();
    value
        .chars()
        .map(|c| {
            if !c.is_alphanumeric() {
                return c;
            }
            match inner.next() {
                Some(new) if digit(c).is_some() && new.is_ascii_digit() => {
                    written_like(c, new as u8 - b'0')
                }
                Some(new) if c.is_lowercase() => new.to_ascii_lowercase(),
                Some(new) => new,
                None => c,
            }
        })
        .collect()
}

/// Another character of the same kind.
pub(super) fn other(c: char, stream: &mut Stream) -> char {
    if digit(c).is_some() {
        return written_like(c, stream.below(10) as u8);
    }
    match c {
        'a'..='z' => char::from(b'a' + stream.below(26) as u8),
        'A'..='Z' => char::from(b'A' + stream.below(26) as u8),
        _ if is_han(c) => stream.pick(&lists().zh_given),
        _ if c.is_alphabetic() => neighbour(c, stream),
        _ => c,
    }
}

/// A letter of the same alphabet and case: one that stands near it in Unicode.
fn neighbour(c: char, stream: &mut Stream) -> char {
    let row = c as u32 & !0x1f;
    for _ in 0..32 {
        let near = char::from_u32(row + stream.below(32) as u32).unwrap_or(c);
        let alike = near.is_alphabetic()
            && near.is_lowercase() == c.is_lowercase()
            && near.is_uppercase() == c.is_uppercase();
        if alike {
            return near;
        }
    }
    c
}

/// Every letter and digit becomes another of its kind.
pub(super) fn scramble(value: &str, stream: &mut Stream) -> String {
    value.chars().map(|c| other(c, stream)).collect()
}

/// A word of the same length and case that can be spoken: consonant, vowel, consonant …
pub(super) fn spoken(word: &str, stream: &mut Stream) -> String {
    let mut vowel = stream.below(2) == 0;
    word.chars()
        .map(|c| {
            if !c.is_ascii_alphabetic() {
                return other(c, stream);
            }
            vowel = !vowel;
            let letter =
                if vowel { stream.pick(b"aeiou") } else { stream.pick(b"bcdfghklmnprstvz") };
            let letter = char::from(letter);
            if c.is_ascii_uppercase() { letter.to_ascii_uppercase() } else { letter }
        })
        .collect()
}

/// A word in the case of another: `SMITH`, `Smith`, `smith`.
pub(super) fn cased_like(model: &str, word: &str) -> String {
    let letters = || model.chars().filter(|c| c.is_alphabetic());
    if letters().count() > 1 && letters().all(char::is_uppercase) {
        word.to_uppercase()
    } else if letters().all(char::is_lowercase) {
        word.to_lowercase()
    } else {
        word.to_owned()
    }
}
