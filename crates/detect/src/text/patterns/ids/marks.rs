//! Marks that give a value away without a label: prefixes of keys, PEM armour, schemes of password
//! hashes, cookies, and the `<<` of machine-readable zones.

use super::super::super::{Layer, Span};
use crate::{
    Entity,
    checks::{device, mrz, secrets},
};

/// What a mark starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// A key by its issuer's prefix.
    Key,
    /// A JSON Web Token.
    Token,
    /// PEM armour.
    Pem,
    /// A password hash.
    Hash,
    /// A measuring service's cookie.
    Cookie,
    /// A machine-readable zone holds the mark.
    Zone,
    /// The middle of a Telegram bot's token.
    Telegram,
}

/// Every mark and what it starts.
pub fn all() -> impl Iterator<Item = (&'static str, Mark)> {
    const HASHES: [&str; 24] = [
        "$1$",
        "$2a$",
        "$2b$",
        "$2x$",
        "$2y$",
        "$5$",
        "$6$",
        "$7$",
        "$y$",
        "$gy$",
        "$apr1$",
        "$scrypt",
        "$argon2",
        "$pbkdf2",
        "pbkdf2_sha256$",
        "pbkdf2:sha256",
        "scrypt:",
        "{SSHA}",
        "{SHA512}",
        "{bcrypt}",
        "{CRYPT}",
        "argon2$",
        "bcrypt$",
        "$bcrypt",
    ];
    let others = [
        ("eyJ", Mark::Token),
        ("-----BEGIN ", Mark::Pem),
        ("GA1.", Mark::Cookie),
        ("fb.1.", Mark::Cookie),
        ("<<", Mark::Zone),
        (":AA", Mark::Telegram),
    ];
    secrets::marks()
        .map(|word| (word, Mark::Key))
        .chain(HASHES.map(|word| (word, Mark::Hash)))
        .chain(others)
}

/// Longest secret or block.
const LONGEST: usize = 16 * 1024;

/// What the mark at `at` starts, and up to where later marks say nothing new.
pub fn read(text: &str, at: usize, mark: Mark) -> (Option<Span>, usize) {
    let span = match mark {
        Mark::Zone => return zone(text, at),
        Mark::Pem => pem(text, at),
        Mark::Telegram => telegram(text, at),
        _ if at > 0 && is_inner(text.as_bytes()[at - 1]) => None,
        Mark::Key => secrets::marked_key(&text[at..])
            .map(|length| found(at, length, Entity::ApiKey, "api_key")),
        Mark::Token => word_span(text, at, secrets::jwt, Entity::ApiKey, "jwt"),
        Mark::Hash => {
            word_span(text, at, secrets::password_hash, Entity::PasswordHash, "password_hash")
        }
        Mark::Cookie => {
            word_span(text, at, device::analytics_cookie, Entity::CookieId, "analytics_cookie")
        }
    };
    let end = span.as_ref().map_or_else(|| long_word_end(text, at, mark), |span| span.end);
    (span, end)
}

/// End of a long word that is no secret after all: looking at it again from each mark inside would
/// take time by the square of its length.
fn long_word_end(text: &str, at: usize, mark: Mark) -> usize {
    const LONG: usize = 1024;
    if !matches!(mark, Mark::Token | Mark::Hash | Mark::Cookie) {
        return 0;
    }
    let length = word_length(text, at);
    if length > LONG { at + length } else { 0 }
}

/// Bytes of the word that starts here.
fn word_length(text: &str, at: usize) -> usize {
    let part = |b: &u8| b.is_ascii_alphanumeric() || b"_-.$/=,+:{}".contains(b);
    text.as_bytes()[at..].iter().take(LONGEST).take_while(|b| part(b)).count()
}

fn found(start: usize, length: usize, entity: Entity, rule: &'static str) -> Span {
    Span::new(start..start + length, entity, 0.97, Layer::Checked, rule)
}

const fn is_inner(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// The word that starts here, without the punctuation of a sentence behind it.
fn word_span(
    text: &str,
    at: usize,
    check: fn(&str) -> bool,
    entity: Entity,
    rule: &'static str,
) -> Option<Span> {
    let length = word_length(text, at);
    let word = text[at..at + length].trim_end_matches(['.', ',', ':', '-', '/', '}']);
    check(word).then(|| found(at, word.len(), entity, rule))
}

/// A private key's block, up to its end line when it is there.
fn pem(text: &str, at: usize) -> Option<Span> {
    if !secrets::private_key(text.get(at..)?) {
        return None;
    }
    let bytes = &text.as_bytes()[at..text.len().min(at + LONGEST)];
    let find = |needle: &[u8], from: usize| {
        bytes[from..].windows(needle.len()).position(|w| w == needle).map(|found| from + found)
    };
    let head = find(b"-----", 5).map_or(bytes.len(), |place| place + 5);
    let length = find(b"-----END ", head)
        .and_then(|end| find(b"-----", end + 9).map(|place| place + 5))
        .unwrap_or(head);
    Some(found(at, length, Entity::PrivateKey, "pem"))
}

/// `123456789:AA…`: eight to ten digits before the mark.
fn telegram(text: &str, at: usize) -> Option<Span> {
    let bytes = text.as_bytes();
    let digits = bytes[..at].iter().rev().take(11).take_while(|b| b.is_ascii_digit()).count();
    let end = bytes[at + 1..]
        .iter()
        .take(40)
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
        .count();
    let range = at - digits..at + 1 + end;
    secrets::telegram_bot(&text[range.clone()])
        .then(|| found(range.start, range.len(), Entity::ApiKey, "telegram"))
}

/// Longest line of a zone, with room to tell that a line is too long.
const LINE: usize = 46;

/// The machine-readable zone around a `<<`.
fn zone(text: &str, at: usize) -> (Option<Span>, usize) {
    let bytes = text.as_bytes();
    let start = line_start(bytes, at);
    let end = line_end(bytes, at);
    // The mark may stand in the first line of a card, or in its last.
    let first = previous(bytes, start, 2).or_else(|| previous(bytes, start, 1)).unwrap_or(start);
    for start in [start, first] {
        let lines = lines(bytes, start);
        for count in [3, 2] {
            let Some(lines) = lines.get(..count) else { continue };
            let Some(lines) = lines.iter().copied().collect::<Option<Vec<_>>>() else { continue };
            let slices: Vec<&[u8]> = lines.iter().map(|(from, to)| &bytes[*from..*to]).collect();
            if mrz::document(&slices).is_some() {
                let stop = lines[count - 1].1;
                let span = Span::new(start..stop, Entity::Mrz, 0.99, Layer::Checked, "mrz");
                return (Some(span), stop);
            }
        }
    }
    let line = &bytes[start..end];
    let alone = mrz::is_passport_name_line(line) || mrz::is_second_line(line);
    let span = alone.then(|| Span::new(start..end, Entity::Mrz, 0.9, Layer::Checked, "mrz_line"));
    (span, end)
}

const fn in_zone(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'<'
}

fn line_start(bytes: &[u8], at: usize) -> usize {
    at - bytes[..at].iter().rev().take(LINE).take_while(|b| in_zone(**b)).count()
}

fn line_end(bytes: &[u8], at: usize) -> usize {
    at + bytes[at..].iter().take(LINE).take_while(|b| in_zone(**b)).count()
}

/// Start of the line `count` lines before the one at `start`.
fn previous(bytes: &[u8], start: usize, count: usize) -> Option<usize> {
    let mut at = start;
    for _ in 0..count {
        let breaks = bytes[..at]
            .iter()
            .rev()
            .take(2)
            .take_while(|b| matches!(b, b'\n' | b'\r' | b' '))
            .count();
        let end = at - breaks;
        let begin = line_start(bytes, end);
        if breaks == 0 || begin == end {
            return None;
        }
        at = begin;
    }
    Some(at)
}

/// Up to three lines of a zone from `start`.
fn lines(bytes: &[u8], start: usize) -> [Option<(usize, usize)>; 3] {
    let mut found = [None; 3];
    let mut at = start;
    for slot in &mut found {
        let end = line_end(bytes, at);
        if end == at {
            break;
        }
        *slot = Some((at, end));
        at = end
            + bytes[end..].iter().take(2).take_while(|b| matches!(b, b'\n' | b'\r' | b' ')).count();
    }
    found
}
