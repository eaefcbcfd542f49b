//! Addresses of networks and devices, from the ranges kept for documentation and tests.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{Stream, shape};

/// Private addresses stay in their block; public ones move to 198.18.0.0/15, kept for tests
/// (RFC 2544, RFC 6890), IPv6 to 2001:db8::/32, kept for documentation (RFC 3849).
pub(super) fn ip(value: &str, stream: &mut Stream) -> String {
    let (address, rest) = match value.split_once('/') {
        Some((address, _)) => (address, &value[address.len()..]),
        None => (value, ""),
    };
    match address.parse() {
        Ok(IpAddr::V4(address)) => format!("{}{rest}", v4(address, stream)),
        Ok(IpAddr::V6(address)) => format!("{}{rest}", v6(address, stream)),
        Err(_) => shape::scramble(value, stream),
    }
}

fn v4(address: Ipv4Addr, stream: &mut Stream) -> Ipv4Addr {
    let mut byte = || stream.below(256) as u8;
    match address.octets() {
        [10, ..] => Ipv4Addr::new(10, byte(), byte(), byte()),
        [172, 16..=31, ..] => Ipv4Addr::new(172, 16 + byte() % 16, byte(), byte()),
        [192, 168, ..] => Ipv4Addr::new(192, 168, byte(), byte()),
        [127, ..] => Ipv4Addr::new(127, byte(), byte(), byte()),
        _ => Ipv4Addr::new(198, 18 + byte() % 2, byte(), byte()),
    }
}

fn v6(address: Ipv6Addr, stream: &mut Stream) -> Ipv6Addr {
    let segments = address.segments();
    let mut new = segments.map(|segment| match segment {
        0 => 0,
        _ => 1 + stream.below(0xffff) as u16,
    });
    // Link-local and unique local addresses stay what they are (RFC 4291 §2.5.6, RFC 4193).
    if matches!(segments[0] >> 8, 0xfc..=0xfe) {
        new[0] = segments[0];
    } else {
        (new[0], new[1]) = (0x2001, 0x0db8);
    }
    if new[7] == 0 {
        new[7] = 1 + stream.below(0xffff) as u16;
    }
    Ipv6Addr::from(new)
}

/// A locally administered address (IEEE 802, second bit of the first octet): no maker's device has it.
pub(super) fn mac(value: &str, stream: &mut Stream) -> String {
    let mut nibble = 0;
    value
        .chars()
        .map(|c| {
            if !c.is_ascii_hexdigit() {
                return c;
            }
            nibble += 1;
            let new =
                if nibble == 2 { stream.pick(b"26ae") } else { stream.pick(b"0123456789abcdef") };
            let upper = value.chars().any(|c| c.is_ascii_uppercase());
            let new = char::from(new);
            if upper { new.to_ascii_uppercase() } else { new }
        })
        .collect()
}
