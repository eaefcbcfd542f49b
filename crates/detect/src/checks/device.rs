//! Vehicles, devices and browsers.

use super::digits::{all_digits, luhn, monotone, number};

/// Vehicle identification number (ISO 3779): 17 characters without I, O, Q; the check character at place
/// nine (49 CFR 565.15, GB 16735) and a serial that ends in four digits.
pub fn vin(b: &[u8]) -> bool {
    const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    if b.len() != 17 || !all_digits(&b[13..]) || monotone(b) {
        return false;
    }
    let mut sum = 0;
    for (c, weight) in b.iter().zip(WEIGHTS) {
        let Some(worth) = vin_worth(*c) else { return false };
        sum += worth * weight;
    }
    b"0123456789X"[(sum % 11) as usize] == b[8]
}

/// A VIN's form without its check character, which Europe does not use: letters among the first three
/// and digits at the end.
pub fn vin_form(b: &[u8]) -> bool {
    b.len() == 17
        && all_digits(&b[13..])
        && b.iter().all(|c| vin_worth(*c).is_some())
        && b.iter().filter(|c| c.is_ascii_uppercase()).count() >= 3
}

const fn vin_worth(c: u8) -> Option<u32> {
    Some(match c {
        b'0'..=b'9' => (c - b'0') as u32,
        b'A'..=b'H' => (c - b'A') as u32 + 1,
        b'J'..=b'N' => (c - b'J') as u32 + 1,
        b'P' => 7,
        b'R' => 9,
        b'S'..=b'Z' => (c - b'S') as u32 + 2,
        _ => return None,
    })
}

/// IMEI (3GPP TS 23.003 § 6.2.1; GSMA TS.06): reporting body, 15 digits, Luhn.
pub fn imei(b: &[u8]) -> bool {
    b.len() == 15 && reporting_body(b) && !monotone(&b[2..]) && luhn(b)
}

/// IMEISV: the software version of two digits instead of the check digit.
pub fn imeisv(b: &[u8]) -> bool {
    b.len() == 16 && reporting_body(b) && all_digits(b) && !monotone(&b[2..])
}

fn reporting_body(b: &[u8]) -> bool {
    number(&b[..2])
        .is_some_and(|n| matches!(n, 1 | 10 | 30 | 33 | 35 | 44 | 45 | 49..=54 | 86 | 91 | 98 | 99))
}

/// IMSI (ITU-T E.212): mobile country code 200–799, 14 or 15 digits.
pub fn imsi(b: &[u8]) -> bool {
    matches!(b.len(), 14 | 15) && all_digits(b) && matches!(b[0], b'2'..=b'7') && !monotone(&b[3..])
}

/// ICCID of a SIM card (ITU-T E.118): 89, country, 19 digits with Luhn, or 20 as operators print.
pub fn iccid(b: &[u8]) -> bool {
    matches!(b.len(), 19 | 20)
        && b.starts_with(b"89")
        && all_digits(b)
        && !monotone(&b[4..])
        && (luhn(b) || b.len() == 20 && b[2..4] == *b"86")
}

/// MEID (3GPP2 S.R0048): 14 hexadecimal digits, the first of them A–F.
pub fn meid(b: &[u8]) -> bool {
    b.len() == 14
        && matches!(b[0], b'A'..=b'F')
        && b.iter().all(u8::is_ascii_hexdigit)
        && b.iter().filter(|c| c.is_ascii_digit()).count() >= 4
}

/// UUID (RFC 9562) in its form of 8-4-4-4-12 hexadecimal digits; not the nil one.
pub fn uuid(value: &str) -> bool {
    let b = value.as_bytes();
    b.len() == 36
        && b.iter().enumerate().all(|(at, c)| {
            if matches!(at, 8 | 13 | 18 | 23) { *c == b'-' } else { c.is_ascii_hexdigit() }
        })
        && b.iter().any(|c| !matches!(c, b'0' | b'-'))
}

/// Advertising identifier: a UUID (IDFA, AAID), or 16, 32 or 64 hexadecimal digits (OAID of
/// T/TAF 095-2021).
pub fn advertising_id(value: &str) -> bool {
    uuid(value)
        || matches!(value.len(), 16 | 32 | 64)
            && value.bytes().all(|c| c.is_ascii_hexdigit())
            && value.bytes().any(|c| c.is_ascii_digit())
}

/// Cookie of a measuring service: Google Analytics `GA1.2.123456789.1700000000` and `GS1.…`, Meta
/// `fb.1.1700000000000.123456789`.
pub fn analytics_cookie(value: &str) -> bool {
    let parts = || value.split('.');
    let numbers = |skip: usize, least: usize| {
        parts().skip(skip).all(|part| all_digits(part.as_bytes()))
            && parts().skip(skip).map(str::len).sum::<usize>() >= least
    };
    match parts().next() {
        Some("GA1") => matches!(parts().count(), 4 | 5) && numbers(1, 14),
        Some("fb") => parts().count() == 4 && numbers(1, 18) && value.len() <= 48,
        _ => false,
    }
}

/// MAC address (IEEE 802): six pairs of hexadecimal digits, one kind of separator.
pub fn mac(value: &str) -> bool {
    let b = value.as_bytes();
    b.len() == 17
        && matches!(b[2], b':' | b'-')
        && b.iter().enumerate().all(
            |(at, c)| {
                if at % 3 == 2 { *c == b[2] } else { c.is_ascii_hexdigit() }
            },
        )
}

/// WeChat OpenID (`o…`) or UnionID: 28 characters of base64url with capitals and digits.
pub fn wechat_openid(value: &str) -> bool {
    value.len() == 28
        && value.starts_with('o')
        && value.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
        && value.bytes().any(|b| b.is_ascii_uppercase())
        && value.bytes().any(|b| b.is_ascii_lowercase())
        && value.bytes().any(|b| b.is_ascii_digit() || b == b'_' || b == b'-')
}

/// A browser's or app's user agent.
pub fn user_agent(value: &str) -> bool {
    ["Mozilla/", "Opera/", "Dalvik/", "okhttp/", "MicroMessenger/"]
        .iter()
        .any(|prefix| value.starts_with(prefix))
        || value.contains("AppleWebKit/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vehicles_are_checked() {
        assert!(vin(b"1HGCM82633A004352") && vin(b"1M8GDM9AXKP042788"));
        assert!(
            !vin(b"1HGCM82633A004353") && !vin(b"IHGCM82633A004352") && !vin(b"11111111111111111")
        );
        assert!(vin_form(b"WVWZZZ1JZ3W386752") && !vin_form(b"12345678901234567"));
    }

    #[test]
    fn devices_are_checked() {
        assert!(imei(b"490154203237518") && !imei(b"490154203237519") && !imei(b"770154203237518"));
        assert!(imeisv(b"3557800700000112") && !imeisv(b"7757800700000112"));
        assert!(imsi(b"460001234567890") && !imsi(b"160001234567890"));
        assert!(iccid(b"8991101200003204514") && !iccid(b"8991101200003204511"));
        assert!(iccid(b"89860012345678901234") && !iccid(b"78860012345678901234"));
        assert!(meid(b"A10000009296F2") && !meid(b"110000009296F2") && !meid(b"A10000009296FG"));
        assert!(mac("66:54:18:6C:90:F7") && !mac("66:54-18:6C:90:F7"));
    }

    #[test]
    fn browsers_leave_marks() {
        assert!(uuid("0191f6a4-7c1e-7000-8000-0123456789ab") && !uuid("0191f6a47c1e70008000"));
        assert!(!uuid("00000000-0000-0000-0000-000000000000"));
        assert!(analytics_cookie("GA1.2.1033501218.1368477899"));
        assert!(!analytics_cookie("GA1.1-2.1033501218.1368477899"));
        assert!(analytics_cookie("fb.1.1554763741205.1098115397"));
        assert!(!analytics_cookie("GA1.2") && !analytics_cookie("fb.me.com.net"));
        assert!(advertising_id("EA7583CD-A667-48BC-B806-42ECB2B48606"));
        assert!(advertising_id("1f2e3d4c5b6a7988") && !advertising_id("abcdefabcdefabcd"));
        assert!(wechat_openid("oGZUI0egBJY1zhBYw2KhdUfwVJJE"));
        assert!(!wechat_openid("oabcdefghijklmnopqrstuvwxyzab"));
        assert!(user_agent("Mozilla/5.0 (X11; Linux x86_64)") && !user_agent("Mozilla Firefox"));
    }
}
