//! Numbers with rules: identity numbers, cards, accounts, dates. Check digits wherever the issuer
//! defines one.

/// A value's digits, when everything else in it is space or hyphen.
fn bare_digits(value: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(20);
    for byte in value.bytes() {
        match byte {
            b'0'..=b'9' => out.push(byte - b'0'),
            b' ' | b'-' => {}
            _ => return None,
        }
    }
    Some(out)
}

/// A whole number, signed or not.
pub fn is_integer(value: &str) -> bool {
    let digits = value.strip_prefix(['-', '+']).unwrap_or(value);
    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
}

/// A number with a decimal point.
pub fn is_decimal(value: &str) -> bool {
    let number = value.strip_prefix(['-', '+']).unwrap_or(value);
    number.split_once('.').is_some_and(|(whole, part)| {
        !part.is_empty()
            && whole.bytes().all(|b| b.is_ascii_digit())
            && part.bytes().all(|b| b.is_ascii_digit())
    })
}

/// A truth value.
pub fn is_flag(value: &str) -> bool {
    ["0", "1", "true", "false", "yes", "no", "y", "n", "t", "f"]
        .iter()
        .any(|flag| value.eq_ignore_ascii_case(flag))
}

/// An age in years, or a range of ages: `34`, `25-34`, `65+`.
pub fn is_age(value: &str) -> bool {
    let small = |s: &str| s.len() <= 3 && s.parse::<u8>().is_ok_and(|n| n <= 120);
    value.strip_suffix('+').map_or_else(
        || small(value) || value.split_once('-').is_some_and(|(a, b)| small(a) && small(b)),
        small,
    )
}

/// Luhn's check (ISO/IEC 7812-1 Annex B).
pub fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, &d)| {
            let d = u32::from(d);
            match (at % 2, d * 2) {
                (0, _) => d,
                (_, double) if double > 9 => double - 9,
                (_, double) => double,
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Payment card: known issuer range, length and Luhn digit. UnionPay (62) and older Chinese issuers
/// use 16–19 digits.
pub fn is_card(value: &str) -> bool {
    let Some(d) = bare_digits(value) else { return false };
    if !(13..=19).contains(&d.len()) || d.windows(2).all(|w| w[0] == w[1]) {
        return false;
    }
    let prefix = |n: usize| d[..n].iter().fold(0u32, |sum, &x| sum * 10 + u32::from(x));
    let length = d.len();
    let issuer = match d[0] {
        3 => match prefix(2) {
            34 | 37 => length == 15,
            30 | 36 | 38 | 39 => length == 14 || length == 16,
            35 => (16..=19).contains(&length),
            _ => false,
        },
        1 => prefix(4) == 1800 && length == 15,
        4 => length == 13 || (16..=19).contains(&length),
        5 => (51..=58).contains(&prefix(2)) && (16..=19).contains(&length),
        2 => {
            (2221..=2720).contains(&prefix(4)) && length == 16 || prefix(4) == 2131 && length == 15
        }
        6 | 8 => (16..=19).contains(&length),
        9 => (90..=99).contains(&prefix(2)) && (16..=19).contains(&length),
        _ => false,
    };
    issuer && luhn(&d)
}

/// IMEI: 15 digits, Luhn, a known reporting body in front (TAC).
pub fn is_imei(value: &str) -> bool {
    let Some(d) = bare_digits(value) else { return false };
    d.len() == 15
        && matches!(d[0] * 10 + d[1], 1 | 30..=36 | 44 | 45 | 49..=54 | 86 | 91 | 98 | 99)
        && luhn(&d)
}

/// First two digits of an administrative division (GB/T 2260).
fn is_division(code: u32) -> bool {
    matches!(code, 11..=15 | 21..=23 | 31..=37 | 41..=46 | 50..=54 | 61..=65 | 71 | 81..=83 | 91)
}

/// Resident identity number (GB 11643): division, birth date, and for 18 characters the check
/// character of ISO 7064 MOD 11-2. The 15-digit form, issued until 1999, has no check digit.
pub fn is_chinese_id(value: &str) -> bool {
    let b = value.as_bytes();
    let number = |from: usize, to: usize| {
        b[from..to]
            .iter()
            .try_fold(0u32, |n, c| c.is_ascii_digit().then(|| n * 10 + u32::from(c - b'0')))
    };
    match b.len() {
        18 => {
            let (Some(div), Some(y), Some(m), Some(d), Some(_)) =
                (number(0, 2), number(6, 10), number(10, 12), number(12, 14), number(14, 17))
            else {
                return false;
            };
            is_division(div)
                && number(2, 6).is_some()
                && (1880..=2100).contains(&y)
                && is_day(y, m, d)
                && id_check(b)
        }
        15 => {
            let (Some(div), Some(_), Some(y), Some(m), Some(d), Some(_)) = (
                number(0, 2),
                number(2, 6),
                number(6, 8),
                number(8, 10),
                number(10, 12),
                number(12, 15),
            ) else {
                return false;
            };
            is_division(div) && is_day(1900 + y, m, d)
        }
        _ => false,
    }
}

fn id_check(b: &[u8]) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = WEIGHTS.iter().zip(b).map(|(w, c)| w * u32::from(c - b'0')).sum();
    b"10X98765432"[(sum % 11) as usize] == b[17].to_ascii_uppercase()
}

/// Unified social credit code (GB 32100): 18 characters, check character modulo 31.
pub fn is_uscc(value: &str) -> bool {
    const ALPHABET: &[u8] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
    let b = value.as_bytes();
    if b.len() != 18 || !b"123456789ANY".contains(&b[0]) || !b[2..8].iter().all(u8::is_ascii_digit)
    {
        return false;
    }
    let mut sum = 0usize;
    let mut weight = 1usize;
    for c in &b[..17] {
        let Some(at) = ALPHABET.iter().position(|a| a == c) else { return false };
        sum += at * weight;
        weight = weight * 3 % 31;
    }
    ALPHABET[(31 - sum % 31) % 31] == b[17]
}

/// IBAN (ISO 13616): country, length, MOD 97-10.
pub fn is_iban(value: &str) -> bool {
    let compact: Vec<u8> = value.bytes().filter(|b| *b != b' ').collect();
    let length_ok = match compact.get(..2) {
        Some(b"NO") => compact.len() == 15,
        Some(b"BE") => compact.len() == 16,
        Some(b"DK" | b"FI" | b"NL") => compact.len() == 18,
        Some(b"AT" | b"LU" | b"LT" | b"EE") => compact.len() == 20,
        Some(b"CH" | b"LI" | b"HR" | b"LV") => compact.len() == 21,
        Some(b"DE" | b"GB" | b"IE" | b"BG" | b"GE") => compact.len() == 22,
        Some(b"AE") => compact.len() == 23,
        Some(b"ES" | b"SE" | b"CZ" | b"RO" | b"SK" | b"SA") => compact.len() == 24,
        Some(b"PT") => compact.len() == 25,
        Some(b"IT" | b"FR" | b"GR" | b"SM") => compact.len() == 27,
        Some(b"PL" | b"HU" | b"CY") => compact.len() == 28,
        Some([a, b]) => {
            a.is_ascii_uppercase() && b.is_ascii_uppercase() && (15..=34).contains(&compact.len())
        }
        _ => false,
    };
    if !length_ok || !compact[2..4].iter().all(u8::is_ascii_digit) {
        return false;
    }
    let mut rest = 0u32;
    for &c in compact[4..].iter().chain(&compact[..4]) {
        rest = match c {
            b'0'..=b'9' => (rest * 10 + u32::from(c - b'0')) % 97,
            b'A'..=b'Z' => (rest * 100 + u32::from(c - b'A') + 10) % 97,
            _ => return false,
        };
    }
    rest == 1
}

/// US social security number, dashed, outside the ranges never issued.
pub fn is_ssn(value: &str) -> bool {
    let b = value.as_bytes();
    b.len() == 11
        && b[3] == b'-'
        && b[6] == b'-'
        && [0, 1, 2, 4, 5, 7, 8, 9, 10].iter().all(|&i| b[i].is_ascii_digit())
        && &b[..3] != b"000"
        && &b[..3] != b"666"
        && b[0] != b'9'
        && &b[4..6] != b"00"
        && &b[7..] != b"0000"
}

/// Chinese passport: E, G, P, S, D and digits, or the newer two letters and seven digits.
pub fn is_chinese_passport(value: &str) -> bool {
    let b = value.as_bytes();
    b.len() == 9
        && b"EGPSD".contains(&b[0])
        && (b[1].is_ascii_digit() || b[1].is_ascii_uppercase() && !b"IO".contains(&b[1]))
        && b[2..].iter().all(u8::is_ascii_digit)
}

/// Travel permits to and from Hong Kong, Macau and Taiwan.
pub fn is_travel_permit(value: &str) -> bool {
    let b = value.as_bytes();
    let digits = |from: usize| b[from..].iter().all(u8::is_ascii_digit);
    match b.len() {
        9 => {
            b"CWHM".contains(&b[0])
                && digits(2)
                && (b[1].is_ascii_digit() || b[1].is_ascii_uppercase())
        }
        11 => b"HM".contains(&b[0]) && digits(1),
        _ => false,
    }
}

/// Vehicle identification number (ISO 3779): no I, O, Q; the check digit at place nine where it is
/// used (North America, China).
pub fn is_vin(value: &str) -> bool {
    const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    let b = value.as_bytes();
    if b.len() != 17 {
        return false;
    }
    let mut sum = 0;
    for (c, weight) in b.iter().zip(WEIGHTS) {
        let worth = match c {
            b'0'..=b'9' => u32::from(c - b'0'),
            b'A'..=b'H' => u32::from(c - b'A') + 1,
            b'J'..=b'N' => u32::from(c - b'J') + 1,
            b'P' => 7,
            b'R' => 9,
            b'S'..=b'Z' => u32::from(c - b'S') + 2,
            _ => return false,
        };
        sum += worth * weight;
    }
    b"0123456789X"[(sum % 11) as usize] == b[8] && b[13..].iter().all(u8::is_ascii_digit)
}

/// A day of the calendar.
pub fn is_day(year: u32, month: u32, day: u32) -> bool {
    let leap = year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400);
    let last = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(leap),
        _ => return false,
    };
    (1..=last).contains(&day)
}

/// Hours and minutes, with or without seconds.
pub fn is_clock(value: &str) -> bool {
    let parts: Vec<&str> = value.split(':').collect();
    (2..=3).contains(&parts.len())
        && parts[0].parse::<u8>().is_ok_and(|h| h < 24)
        && parts[1..].iter().all(|p| p.len() == 2 && p.parse::<u8>().is_ok_and(|n| n < 60))
}

/// One or two capital letters and six to eight digits, as passports and many other documents are numbered
/// (ICAO Doc 9303 leaves the form to the issuer: nine characters at most).
pub fn is_document(value: &str) -> bool {
    let letters = value.bytes().take_while(u8::is_ascii_uppercase).count();
    (1..=2).contains(&letters)
        && (6..=8).contains(&(value.len() - letters))
        && value.bytes().skip(letters).all(|b| b.is_ascii_digit())
}

/// The year of [`day_of_date`].
pub fn year_of_date(value: &str) -> Option<i32> {
    day_of_date(value).map(|(year, _, _)| year)
}

/// The day when the value is a date: `1985-03-07`, `1985/3/7`, `7.3.1985`, `3/7/1985`,
/// `1985年3月7日`, `19850307`, each with or without a time after it.
pub fn day_of_date(value: &str) -> Option<(i32, u32, u32)> {
    let head = value.split([' ', 'T']).next()?;
    let parts: Vec<&str> =
        head.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
    if head.chars().any(|c| !(c.is_ascii_digit() || "-/.年月日".contains(c))) {
        return None;
    }
    let number = |s: &str| s.parse::<u32>().ok();
    let (year, month, day) = match parts.as_slice() {
        [one] if one.len() == 8 && head.len() == 8 => {
            (number(&one[..4])?, number(&one[4..6])?, number(&one[6..])?)
        }
        [y, m, d] if y.len() == 4 && m.len() <= 2 && d.len() <= 2 => {
            (number(y)?, number(m)?, number(d)?)
        }
        [a, b, y] if y.len() == 4 && a.len() <= 2 && b.len() <= 2 => {
            let (a, b) = (number(a)?, number(b)?);
            if a > 12 { (number(y)?, b, a) } else { (number(y)?, a, b.min(28)) }
        }
        [y, m] if y.len() == 4 && head.contains('年') => (number(y)?, number(m)?, 1),
        _ => return None,
    };
    let plausible = (1850..=2150).contains(&year) && is_day(year, month, day.max(1));
    plausible.then_some((year as i32, month, day.max(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Completes 17 digits to a valid identity number.
    fn id(first: &str) -> String {
        const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
        let sum: u32 =
            WEIGHTS.iter().zip(first.bytes()).map(|(w, c)| w * u32::from(c - b'0')).sum();
        format!("{first}{}", char::from(b"10X98765432"[(sum % 11) as usize]))
    }

    #[test]
    fn identity_numbers_need_division_date_and_check_digit() {
        assert!(is_chinese_id("11010519491231002X"));
        assert!(is_chinese_id("11010519491231002x"));
        assert!(is_chinese_id(&id("44030619900229123")) == is_day(1990, 2, 29));
        assert!(is_chinese_id(&id("44030619920229123")));
        assert!(!is_chinese_id("110105194912310021"));
        assert!(!is_chinese_id(&id("00010519491231002")));
        assert!(is_chinese_id("110105491231002"));
        assert!(!is_chinese_id("110105491331002"));
        assert!(!is_chinese_id("1234567890"));
    }

    #[test]
    fn cards_need_an_issuer_and_luhn() {
        for good in [
            "4111111111111111",
            "5555 5555 5555 4444",
            "378282246310005",
            "6222021234567890128",
            "2223003122003222",
        ] {
            let digits = bare_digits(good).unwrap();
            assert_eq!(is_card(good), luhn(&digits), "{good}");
        }
        assert!(is_card("4111-1111-1111-1111"));
        assert!(!is_card("4111111111111112"));
        assert!(!is_card("1111111111111117"));
        assert!(!is_card("0000000000000000"));
        assert!(!is_card("41111"));
    }

    #[test]
    fn ibans_need_length_and_remainder() {
        assert!(is_iban("DE89370400440532013000"));
        assert!(is_iban("GB82 WEST 1234 5698 7654 32"));
        assert!(!is_iban("DE89370400440532013001"));
        assert!(!is_iban("DE8937040044053201300"));
        assert!(!is_iban("HELLOWORLDHELLOWORLD"));
    }

    #[test]
    fn other_numbers_follow_their_issuers() {
        assert!(is_ssn("536-90-4399") && !is_ssn("000-12-3456") && !is_ssn("666-12-3456"));
        assert!(is_uscc("91350100M000100Y43") && !is_uscc("91350100M000100Y44"));
        assert!(is_vin("1HGCM82633A004352") && !is_vin("1HGCM82633A004353"));
        assert!(is_imei("490154203237518") && !is_imei("490154203237519"));
        assert!(is_chinese_passport("E12345678") && is_chinese_passport("EA1234567"));
        assert!(!is_chinese_passport("X12345678") && !is_chinese_passport("E1234567"));
        assert!(is_travel_permit("C12345678") && is_travel_permit("H1234567890"));
        assert!(!is_travel_permit("Z12345678"));
    }

    #[test]
    fn dates_come_in_many_forms() {
        for (date, year) in [
            ("1985-03-07", Some(1985)),
            ("1985-03-07 12:30:00", Some(1985)),
            ("1985-03-07T12:30:00Z", Some(1985)),
            ("1985/3/7", Some(1985)),
            ("7.3.1985", Some(1985)),
            ("31/12/1985", Some(1985)),
            ("1985年3月7日", Some(1985)),
            ("1985年3月", Some(1985)),
            ("19850307", Some(1985)),
            ("19851332", None),
            ("1985-02-30", None),
            ("12345", None),
            ("192.168.1.1", None),
            ("hello", None),
        ] {
            assert_eq!(year_of_date(date), year, "{date}");
        }
    }
}
