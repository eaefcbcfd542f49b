//! E-mail addresses, web addresses and phone numbers.

use super::{Stream, shape};

/// Domains that belong to nobody (RFC 2606 §3).
const DOMAINS: [&str; 3] = ["example.com", "example.net", "example.org"];

/// The same shape of local part under an example domain; the same domain becomes the same domain.
pub(super) fn email(value: &str, stream: impl Fn(&str, &str) -> Stream) -> String {
    let Some((local, host)) = value.rsplit_once('@') else {
        return shape::scramble(value, &mut stream("email", value));
    };
    let new = shape::spoken(local, &mut stream("email", &value.to_lowercase()));
    format!("{new}@{}", domain(host, &stream))
}

/// An invented domain below an example one.
fn domain(host: &str, stream: &impl Fn(&str, &str) -> Stream) -> String {
    let mut stream = stream("domain", &host.to_lowercase());
    format!("{}.{}", shape::spoken("aaaaaa", &mut stream), stream.pick(&DOMAINS))
}

/// The scheme stays, the host becomes an example one, and all else is scrambled in its shape.
pub(super) fn url(value: &str, stream: impl Fn(&str, &str) -> Stream) -> String {
    let start = value.find("://").map_or(0, |at| at + 3);
    let rest = &value[start..];
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let host = authority.rsplit('@').next().unwrap_or_default();
    let (host, port) = match host.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => {
            (host, &authority[authority.len() - port.len() - 1..])
        }
        _ => (host, ""),
    };
    let (www, host) = host.strip_prefix("www.").map_or(("", host), |host| ("www.", host));
    let path = shape::scramble(path, &mut stream("url", value));
    format!("{}{www}{}{port}{path}", &value[..start], domain(host, &stream))
}

/// Country calling codes of two digits (ITU-T E.164, list of assigned codes); 1 and 7 have one digit,
/// all others three.
const TWO_DIGITS: [u8; 42] = [
    20, 27, 30, 31, 32, 33, 34, 36, 39, 40, 41, 43, 44, 45, 46, 47, 48, 49, 51, 52, 53, 54, 55, 56,
    57, 58, 60, 61, 62, 63, 64, 65, 66, 81, 82, 84, 86, 90, 91, 92, 93, 94,
];

/// Country, network or area stay, the subscriber's digits become others; separators and extension
/// keep their places.
pub(super) fn phone(value: &str, stream: &mut Stream) -> String {
    let digits: Vec<u8> = value.chars().filter_map(shape::digit).collect();
    let new = subscriber(value, &digits, stream);
    let mut new = new.iter().copied();
    value
        .chars()
        .map(|c| match shape::digit(c) {
            Some(own) => shape::written_like(c, new.next().unwrap_or(own)),
            None => c,
        })
        .collect()
}

fn subscriber(value: &str, digits: &[u8], stream: &mut Stream) -> Vec<u8> {
    let trimmed = value.trim_start_matches(['(', '（', ' ']);
    let (country, national) = match digits {
        _ if trimmed.starts_with(['+', '＋']) => digits.split_at(country_length(digits)),
        [0, 0, rest @ ..] if rest.len() > 8 => digits.split_at(2 + country_length(rest)),
        [8, 6, rest @ ..] if rest.len() == 11 && rest[0] == 1 => digits.split_at(2),
        [1, rest @ ..] if rest.len() == 10 && rest[0] > 1 => digits.split_at(1),
        _ => digits.split_at(0),
    };
    let code = country.iter().skip_while(|d| **d == 0).fold(0_u32, |n, d| n * 10 + u32::from(*d));
    let mut new = digits.to_vec();
    let from = country.len();
    let kept = kept(code, national);
    for (at, slot) in new.iter_mut().enumerate().skip(from + kept) {
        *slot = stream.below(10) as u8;
        // The North American exchange begins with 2–9 and is none of the service codes N11
        // (NANP, ATIS-0300055).
        let place = at - from;
        if is_american(code, national) && place == 3 {
            *slot = 2 + stream.below(8) as u8;
        }
    }
    if is_american(code, national) && new[from + 4] == 1 && new[from + 5] == 1 {
        new[from + 5] = 2 + stream.below(8) as u8;
    }
    new
}

fn country_length(digits: &[u8]) -> usize {
    match digits {
        [1 | 7, ..] => 1,
        [a, b, ..] if TWO_DIGITS.contains(&(a * 10 + b)) => 2,
        _ => 3.min(digits.len()),
    }
}

fn is_american(code: u32, national: &[u8]) -> bool {
    code <= 1
        && national.len() == 10
        && (2..=9).contains(&national[0])
        && (2..=9).contains(&national[3])
}

/// How many national digits say which network or area it is.
fn kept(code: u32, national: &[u8]) -> usize {
    let chinese = code == 0 || code == 86;
    match national {
        // Mobile: 移动电话网号.
        [1, 3..=9, ..] if chinese && national.len() == 11 => 3,
        // 010 and 02x have three digits with the 0, other areas four; then the exchange's first digit.
        [0, 1, 0, ..] | [0, 2, ..] if chinese && national.len() >= 10 => 4,
        [0, ..] if chinese && national.len() >= 10 => 5,
        [4 | 8, 0, 0, ..] if chinese && national.len() == 10 => 3,
        _ if is_american(code, national) => 3,
        _ => (national.len() / 3).max(2).min(national.len().saturating_sub(3)),
    }
}
