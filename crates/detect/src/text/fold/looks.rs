//! Which characters disguise plain ones, and what they look like.

/// What a character becomes: one ASCII character, or nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plain {
    bytes: [u8; 1],
    length: usize,
}

impl Plain {
    const NOTHING: Self = Self { bytes: [0], length: 0 };

    fn of(c: u8) -> Self {
        Self { bytes: [c], length: 1 }
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.length]).unwrap_or_default()
    }
}

/// Bytes looked at together while all are ASCII.
const STRIDE: usize = 32;

/// The next place from `from` on where a character stands that may be a disguise. Only its first bytes
/// are looked at; [`plain`] decides.
pub fn first_suspect(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = from;
    loop {
        while bytes.get(at..at + STRIDE).is_some_and(<[u8]>::is_ascii) {
            at += STRIDE;
        }
        let stop = (at + STRIDE).min(bytes.len());
        while at < stop {
            let next = |ahead: usize| bytes.get(at + ahead).copied().unwrap_or_default();
            at += match bytes[at] {
                0..0x80 => 1,
                0xC2 if matches!(next(1), 0xA0 | 0xAD) => return Some(at),
                // Greek, Cyrillic, Arabic; digits of the Indic scripts and of Thai, Lao, Tibetan …
                0xCD..=0xD2 | 0xD9 | 0xDB | 0xE0 => return Some(at),
                0xC0..0xE0 => 2,
                0xE1 if matches!(next(1), 0x80..=0x82 | 0x9A | 0x9F | 0xA0) => return Some(at),
                0xE2 if matches!(next(1), 0x80 | 0x81 | 0x88)
                    && is_general_suspect(next(1), next(2)) =>
                {
                    return Some(at);
                }
                0xE3 if next(1) == 0x80 && next(2) == 0x80 => return Some(at),
                0xEF if is_wide_suspect(next(1), next(2)) => return Some(at),
                0xE0..0xF0 => 3,
                0xF0 if next(1) == 0x9D => return Some(at),
                _ => 4,
            };
        }
        if at >= bytes.len() {
            return None;
        }
    }
}

/// Of the block of general punctuation: spaces, hyphens and what has no width. Quotes are no disguise.
fn is_general_suspect(second: u8, third: u8) -> bool {
    match second {
        0x80 => third <= 0x95 || third == 0xAF || (0xAA..=0xAE).contains(&third),
        0x81 => third == 0x9F || third >= 0xA0,
        _ => third == 0x92,
    }
}

/// Of the full-width forms: digits, letters and the signs of addresses and numbers; not `，` or `：`.
fn is_wide_suspect(second: u8, third: u8) -> bool {
    match second {
        0xBB => third == 0xBF,
        0xBC => {
            !matches!(third, 0x81 | 0x82 | 0x87 | 0x8A | 0x8C | 0x9A | 0x9B | 0x9C | 0x9E | 0x9F)
        }
        0xBD => third <= 0x9A,
        _ => false,
    }
}

/// What the character `c` at `at` disguises, if it does.
pub fn plain(text: &str, at: usize, c: char) -> Option<Plain> {
    let code = u32::from(c);
    match code {
        // Soft hyphen, zero-width space, joiners and marks of direction, word joiner, byte order mark.
        0xAD | 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x2064 | 0x2066..=0x2069 | 0xFEFF => {
            // A joiner holds emoji together, and letters of Indic scripts and Persian.
            (!joins_others(text, at, c)).then_some(Plain::NOTHING)
        }
        0xA0 | 0x2000..=0x200A | 0x202F | 0x205F => Some(Plain::of(b' ')),
        0x3000 => beside_plain(text, at, c).then(|| Plain::of(b' ')),
        0x2010..=0x2012 | 0x2212 => Some(Plain::of(b'-')),
        // Dashes between digits stand for hyphens, elsewhere they part sentences.
        0x2013..=0x2015 => between_digits(text, at, c).then(|| Plain::of(b'-')),
        0xFF10..=0xFF19 | 0xFF21..=0xFF3A | 0xFF41..=0xFF5A => ascii(code - 0xFEE0),
        0xFF01..=0xFF5E => beside_plain(text, at, c).then(|| ascii(code - 0xFEE0)).flatten(),
        0x1D400..=0x1D6A3 => mathematical_letter(code),
        0x1D7CE..=0x1D7FF => ascii(u32::from(b'0') + (code - 0x1D7CE) % 10),
        0x370..=0x52F => look_alike(c).filter(|_| in_latin_word(text, at, c)).map(Plain::of),
        _ => decimal(code),
    }
}

fn ascii(code: u32) -> Option<Plain> {
    u8::try_from(code).ok().filter(u8::is_ascii).map(Plain::of)
}

/// Decimal digits of other scripts (Unicode category Nd); each block starts with its zero.
fn decimal(code: u32) -> Option<Plain> {
    const ZEROES: [u32; 21] = [
        0x660, 0x6F0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xDE6, 0xE50,
        0xED0, 0xF20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0,
    ];
    let zero = ZEROES.iter().find(|zero| (**zero..**zero + 10).contains(&code))?;
    ascii(u32::from(b'0') + code - zero)
}

/// Letters of the mathematical alphabets: thirteen alphabets of 52 letters each.
fn mathematical_letter(code: u32) -> Option<Plain> {
    let letter = (code - 0x1D400) % 52;
    ascii(if letter < 26 { u32::from(b'A') + letter } else { u32::from(b'a') + letter - 26 })
}

/// Latin letter that a Cyrillic or Greek one looks like (UTS #39, confusables).
fn look_alike(c: char) -> Option<u8> {
    const FROM: &str = "АВСЕНІЈКМОРЅТХУасеіјорѕхуԁһԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧοανικρυ";
    const TO: &str = "ABCEHIJKMOPSTXYaceijopsxydhqwABEZHIKMNOPTYXoavikpu";
    let place = FROM.chars().position(|from| from == c)?;
    TO.as_bytes().get(place).copied()
}

/// The word around the character is Latin but for look-alikes: it holds a Latin letter, and every
/// other letter looks like one.
fn in_latin_word(text: &str, at: usize, c: char) -> bool {
    /// Letters looked at on each side.
    const REACH: usize = 24;
    let mut latin = false;
    let mut fits = |letter: char| {
        latin |= letter.is_ascii_alphabetic();
        letter.is_ascii() || look_alike(letter).is_some()
    };
    let inside = |letter: &char| letter.is_alphabetic();
    text[..at].chars().rev().take(REACH).take_while(inside).all(&mut fits)
        && text[at + c.len_utf8()..].chars().take(REACH).take_while(inside).all(&mut fits)
        && latin
}

/// A neighbour is a digit or a Latin letter, plain or full-width: the sign belongs to a number or an
/// address, not to a Chinese sentence.
fn beside_plain(text: &str, at: usize, c: char) -> bool {
    let part = |c: char| {
        c.is_ascii_alphanumeric()
            || matches!(u32::from(c), 0xFF10..=0xFF19 | 0xFF21..=0xFF3A | 0xFF41..=0xFF5A)
    };
    let before = text[..at].chars().next_back();
    let after = text[at + c.len_utf8()..].chars().next();
    match c {
        '＋' | '＃' => after.is_some_and(part),
        // Round an area code, not round a remark.
        '（' => area_code(text[at + c.len_utf8()..].chars(), '）'),
        '）' => area_code(text[..at].chars().rev(), '（'),
        _ => before.is_some_and(part) && after.is_some_and(part),
    }
}

/// Up to five digits and then the other parenthesis.
fn area_code(mut chars: impl Iterator<Item = char>, close: char) -> bool {
    let digit = |c: char| c.is_ascii_digit() || ('０'..='９').contains(&c);
    let mut digits = 0;
    loop {
        match chars.next() {
            Some(c) if digit(c) && digits < 5 => digits += 1,
            Some(c) => return c == close && digits >= 2,
            None => return false,
        }
    }
}

fn between_digits(text: &str, at: usize, c: char) -> bool {
    let digit = |c: Option<char>| c.is_some_and(char::is_numeric);
    digit(text[..at].chars().next_back()) && digit(text[at + c.len_utf8()..].chars().next())
}

/// The joiner or mark stands between characters that need it.
fn joins_others(text: &str, at: usize, c: char) -> bool {
    if !matches!(u32::from(c), 0x200C | 0x200D) {
        return false;
    }
    let other = |c: Option<char>| {
        c.is_some_and(|c| {
            !c.is_ascii()
                && !crate::words::is_han(c)
                && decimal(u32::from(c)).is_none()
                && !matches!(u32::from(c), 0xFF00..=0xFF5E)
        })
    };
    other(text[..at].chars().next_back()) && other(text[at + c.len_utf8()..].chars().next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_look_alike_has_its_letter() {
        let letters: Vec<char> =
            ('\u{370}'..='\u{52F}').filter(|c| look_alike(*c).is_some()).collect();
        assert_eq!(letters.len(), 50);
        assert_eq!(look_alike('ԝ'), Some(b'w'));
        assert_eq!(look_alike('υ'), Some(b'u'));
    }
}
