//! Numbers with rules: identity numbers, cards, accounts (their checks are those of `checks`), dates.

use crate::checks::{bank, bare, cards, china, device, digits::is_day, us};

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

/// Payment card: issuer range, length and Luhn digit.
pub fn is_card(value: &str) -> bool {
    bare(value, cards::card)
}

/// IMEI: 15 digits, Luhn, a known reporting body in front.
pub fn is_imei(value: &str) -> bool {
    bare(value, device::imei)
}

/// Resident identity number of 18 characters with its check, or the old form of 15 digits.
pub fn is_chinese_id(value: &str) -> bool {
    bare(value, china::resident_id) || bare(value, china::resident_id_15)
}

/// Unified social credit code.
pub fn is_uscc(value: &str) -> bool {
    bare(value, china::social_credit_code)
}

/// IBAN: country, length, MOD 97-10.
pub fn is_iban(value: &str) -> bool {
    bare(value, bank::iban)
}

/// US social security number, dashed, outside the ranges never issued.
pub fn is_ssn(value: &str) -> bool {
    let b = value.as_bytes();
    b.len() == 11 && b[3] == b'-' && b[6] == b'-' && bare(value, us::ssn)
}

/// Chinese passport.
pub fn is_chinese_passport(value: &str) -> bool {
    bare(value, china::passport)
}

/// Travel permits between the mainland, Hong Kong, Macau and Taiwan.
pub fn is_travel_permit(value: &str) -> bool {
    bare(value, china::travel_permit)
}

/// Vehicle identification number with its check character.
pub fn is_vin(value: &str) -> bool {
    bare(value, device::vin)
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

    #[test]
    fn values_are_checked_as_people_write_them() {
        assert!(is_chinese_id("11010519491231002x") && is_chinese_id("110105491231002"));
        assert!(!is_chinese_id("110105194912310021") && !is_chinese_id("1234567890"));
        assert!(is_card("4111-1111-1111-1111") && is_card("5555 5555 5555 4444"));
        assert!(!is_card("4111111111111112") && !is_card("41111"));
        assert!(is_iban("GB82 WEST 1234 5698 7654 32") && !is_iban("DE89370400440532013001"));
        assert!(is_ssn("536-90-4399") && !is_ssn("536904399") && !is_ssn("000-12-3456"));
        assert!(is_uscc("91350100M000100Y43") && !is_uscc("91350100M000100Y44"));
        assert!(is_vin("1HGCM82633A004352") && !is_vin("1HGCM82633A004353"));
        assert!(is_imei("490154203237518") && !is_imei("490154203237519"));
        assert!(is_chinese_passport("E12345678") && !is_chinese_passport("X12345678"));
        assert!(is_travel_permit("C12345678") && !is_travel_permit("Z12345678"));
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
