//! Addresses of networks and of network cards.

use std::{net::Ipv6Addr, ops::Range};

use super::context::{ContextWords, distance, near};

/// Words before four numbers that make them a version.
static VERSION: ContextWords = ContextWords::new(
    &["version", "ver", "v", "release", "firmware", "build", "section", "chapter", "kernel"],
    &["版本", "固件", "章节"],
);
/// Words beside an address.
static ADDRESS: ContextWords = ContextWords::new(
    &[
        "ip", "ipv4", "ipv6", "address", "addr", "host", "server", "client", "gateway", "ping",
        "dns",
    ],
    &["地址", "主机", "服务器", "网关", "登录"],
);

/// IPv4 address (RFC 791) whose first group starts at `start`; not a version or a chapter.
pub fn ipv4(text: &str, start: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    if start.checked_sub(1).is_some_and(|before| matches!(bytes[before], b'.' | b'_' | b'-')) {
        return None;
    }
    let (mut at, mut parts) = (start, [0u16; 4]);
    for (place, part) in parts.iter_mut().enumerate() {
        if place > 0 {
            at += 1;
        }
        let from = at;
        while at - from < 3 && bytes.get(at).is_some_and(u8::is_ascii_digit) {
            *part = *part * 10 + u16::from(bytes[at] - b'0');
            at += 1;
        }
        let zero = at - from > 1 && bytes[from] == b'0';
        if at == from || zero || *part > 255 || place < 3 && bytes.get(at) != Some(&b'.') {
            return None;
        }
    }
    let joined = match bytes.get(at) {
        Some(b'.' | b'-') => bytes.get(at + 1).is_some_and(u8::is_ascii_alphanumeric),
        Some(next) => next.is_ascii_alphanumeric() || *next == b'_',
        None => false,
    };
    let range = start..at;
    if joined || distance(text, &range, &VERSION).is_some_and(|bytes| bytes <= 10) {
        return None;
    }
    // Small numbers all over are rather a version, except in the ranges that networks use.
    let small = parts.iter().all(|part| *part < 32);
    let common = matches!(parts[0], 10) && !(parts[2] == 0 && parts[3] == 0);
    (!small || common || near(text, &range, &ADDRESS)).then_some(range)
}

/// IPv6 address (RFC 4291 §2.2) around the colon at `colon`, looking back no further than `floor`.
pub fn ipv6(text: &str, colon: usize, floor: usize) -> Option<Range<usize>> {
    /// Longest written form, `ffff:…:255.255.255.255`.
    const LONGEST: usize = 45;
    let bytes = text.as_bytes();
    let part = |byte: &u8| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.');
    let mut start = colon;
    while start > floor && colon - start < 5 && bytes[start - 1].is_ascii_hexdigit() {
        start -= 1;
    }
    let mut end = colon + 1;
    while end - start <= LONGEST && bytes.get(end).is_some_and(part) {
        end += 1;
    }
    let written = text[start..end].trim_end_matches('.');
    let written = if written.ends_with("::") { written } else { written.trim_end_matches(':') };
    let end = start + written.len();
    let word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let joined = start.checked_sub(1).is_some_and(|before| word(&bytes[before]))
        || bytes.get(end).is_some_and(word);
    let colons = written.bytes().filter(|b| *b == b':').count();
    let digits = written.bytes().filter(u8::is_ascii_digit).count();
    if joined || colons < 2 || digits == 0 || written.parse::<Ipv6Addr>().is_err() {
        return None;
    }
    let range = start..end;
    // `a1::b2` names things in programs, too.
    let sure = colons >= 3 || near(text, &range, &ADDRESS);
    sure.then_some(range)
}

/// Hardware address (EUI-48, IEEE 802) whose group with a digit starts at `start`: pairs with `:` or
/// `-`, or groups of four with dots.
pub fn mac(text: &str, start: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let pair = |at: usize| {
        bytes.get(at..at + 2).is_some_and(|pair| pair.iter().all(u8::is_ascii_hexdigit))
    };
    if matches!(bytes.get(start + 2), Some(b':' | b'-')) || is_last_pair(bytes, start) {
        let sign = if is_last_pair(bytes, start) { bytes[start - 1] } else { bytes[start + 2] };
        let mut first = start;
        while first >= 3 && bytes[first - 1] == sign && pair(first - 3) && start - first < 15 {
            first -= 3;
        }
        let end = first + 17;
        let whole = (0..6).all(|at| pair(first + 3 * at))
            && (0..5).all(|at| bytes.get(first + 3 * at + 2) == Some(&sign));
        return (whole && alone(bytes, first, end, sign)).then_some(first..end);
    }
    let end = start + 14;
    let four =
        bytes.get(start..end).is_some_and(|group| {
            group.iter().enumerate().all(|(at, byte)| {
                if at % 5 == 4 { *byte == b'.' } else { byte.is_ascii_hexdigit() }
            }) && group.iter().any(u8::is_ascii_alphabetic)
        });
    (four && alone(bytes, start, end, b'.')).then_some(start..end)
}

fn is_last_pair(bytes: &[u8], start: usize) -> bool {
    start >= 15
        && matches!(bytes[start - 1], b':' | b'-')
        && bytes.get(start + 2).is_none_or(|next| !matches!(next, b':' | b'-'))
}

/// No letter, digit or further group touches the address.
fn alone(bytes: &[u8], start: usize, end: usize, sign: u8) -> bool {
    let joins = |byte: u8| byte.is_ascii_alphanumeric() || byte == sign || byte == b'_';
    !start.checked_sub(1).is_some_and(|before| joins(bytes[before]))
        && bytes.get(end).is_none_or(|after| {
            !joins(*after)
                || *after == sign
                    && bytes.get(end + 1).is_none_or(|next| !next.is_ascii_alphanumeric())
        })
}

#[cfg(test)]
mod tests {
    use crate::find_in_text;

    fn found(text: &str, entity: &str) -> Vec<String> {
        find_in_text(text)
            .iter()
            .filter(|span| span.entity() == entity)
            .map(|span| text[span.start..span.end].to_owned())
            .collect()
    }

    #[test]
    fn addresses_are_found_in_all_forms() {
        for (text, address) in [
            ("from 203.0.113.77:443", "203.0.113.77"),
            ("来自203.0.113.77的请求", "203.0.113.77"),
            ("net 198.51.100.0/24", "198.51.100.0"),
            ("host 10.1.2.3 up", "10.1.2.3"),
            ("client 2.3.4.5", "2.3.4.5"),
            ("服务器2.3.4.5", "2.3.4.5"),
            ("at 2001:db8::8a2e:370:7334.", "2001:db8::8a2e:370:7334"),
            ("[2001:db8:0:1:1:1:1:1]:80", "2001:db8:0:1:1:1:1:1"),
            ("地址fe80::1ff:fe23:4567:890a", "fe80::1ff:fe23:4567:890a"),
            ("::ffff:192.0.2.128", "::ffff:192.0.2.128"),
        ] {
            assert_eq!(found(text, "IP_ADDRESS"), [address], "{text}");
        }
    }

    #[test]
    fn versions_times_and_scopes_are_no_addresses() {
        for text in [
            "version 1.2.3.4",
            "版本 12.0.32.77",
            "v192.168.1.1",
            "see 1.2.3.4",
            "1.2.3.4.5",
            "256.1.1.1",
            "at 12:34:56",
            "std::fmt",
            "a::b",
            "01.02.03.04",
            "ratio 1:2:3",
        ] {
            assert!(found(text, "IP_ADDRESS").is_empty(), "{text}");
        }
    }

    #[test]
    fn hardware_addresses_are_found_in_all_forms() {
        for (text, address) in [
            ("card 00:1A:2b:3C:4d:5E,", "00:1A:2b:3C:4d:5E"),
            ("网卡AA-BB-CC-DD-EE-0F。", "AA-BB-CC-DD-EE-0F"),
            ("AA:BB:0C:DD:EE:FF", "AA:BB:0C:DD:EE:FF"),
            ("port 001a.2b3c.4d5e", "001a.2b3c.4d5e"),
        ] {
            assert_eq!(found(text, "MAC_ADDRESS"), [address], "{text}");
        }
        for text in ["00:1A:2b:3C:4d", "00:1A:2b:3C:4d:5E:6F", "1234.5678.9012", "2024-01-02"] {
            assert!(found(text, "MAC_ADDRESS").is_empty(), "{text}");
        }
    }
}
