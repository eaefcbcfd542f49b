//! Licence plates. Chinese ones hold Chinese characters and are told at sight; those of other countries
//! are only letters and digits and need a word beside them.

use super::digits::is_form;

/// Provinces in front of a plate (GA 36-2018).
pub const PROVINCES: &str = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼";
/// Characters that end special plates: trailer, learner, police, Hong Kong and Macau, consulate,
/// embassy, test, oversize, airport, temporary.
pub const ENDINGS: &str = "挂学警港澳领使试超民航临";

/// A plate of mainland China (GA 36-2018): province, letter of the city, five letters and digits (at
/// most two letters, no I or O) or six for new-energy vehicles; the last may be a special character.
/// Embassies: `使` before or behind six digits. Armed police: `WJ`, province, five characters.
pub fn chinese(value: &str) -> bool {
    let mut chars = ['\0'; 9];
    let mut len = 0;
    for c in value.chars().filter(|c| !" ·•・.-\u{3000}".contains(*c)) {
        if len == chars.len() {
            return false;
        }
        chars[len] = c.to_ascii_uppercase();
        len += 1;
    }
    let chars = &chars[..len];
    let digits = |part: &[char]| part.iter().filter(|c| c.is_ascii_digit()).count();
    match chars {
        ['W', 'J', province, rest @ ..] if PROVINCES.contains(*province) => {
            rest.len() == 5 && rest.iter().all(|c| is_serial(*c)) && digits(rest) >= 4
        }
        ['使', rest @ ..] | [rest @ .., '使'] if rest.len() == 6 => digits(rest) == 6,
        [province, city, rest @ ..] if PROVINCES.contains(*province) => {
            city.is_ascii_uppercase() && *city != 'I' && is_rest(rest)
        }
        _ => false,
    }
}

fn is_rest(rest: &[char]) -> bool {
    let Some((last, body)) = rest.split_last() else { return false };
    let digits = rest.iter().filter(|c| c.is_ascii_digit()).count();
    let letters = rest.iter().filter(|c| c.is_ascii_alphabetic()).count();
    if !body.iter().all(|c| is_serial(*c)) {
        return false;
    }
    if is_serial(*last) {
        return matches!(rest.len(), 5 | 6) && letters <= 3 && digits >= 2;
    }
    rest.len() == 5 && ENDINGS.contains(*last) && digits >= 2
}

const fn is_serial(c: char) -> bool {
    c.is_ascii_digit() || c.is_ascii_uppercase() && c != 'I' && c != 'O'
}

/// Plates of the United Kingdom (DVLA INF104): the current form `AB12CDE`, the prefix form `A123BCD`
/// and the suffix form `ABC123D`. In upper case without spaces.
pub fn british(b: &[u8]) -> bool {
    if is_form(b, b"AA99AAA") {
        return !matches!(b[0], b'I' | b'Q' | b'Z') && !b[4..].contains(&b'I');
    }
    let prefix = (5..=7).contains(&b.len())
        && b[0].is_ascii_uppercase()
        && b[b.len() - 3..].iter().all(u8::is_ascii_uppercase)
        && b[1..b.len() - 3].iter().all(u8::is_ascii_digit);
    let suffix = (5..=7).contains(&b.len())
        && b[..3].iter().all(u8::is_ascii_uppercase)
        && b[b.len() - 1].is_ascii_uppercase()
        && b[3..b.len() - 1].iter().all(u8::is_ascii_digit);
    prefix || suffix
}

/// Plates of Germany (FZV § 9): one to three letters of the place, one or two letters, up to four
/// digits, `E` or `H` behind.
pub fn german(b: &[u8]) -> bool {
    let b = b.strip_suffix(b"E").or_else(|| b.strip_suffix(b"H")).unwrap_or(b);
    let letters = b.iter().take_while(|c| c.is_ascii_uppercase()).count();
    let digits = &b[letters..];
    (2..=5).contains(&letters)
        && (1..=4).contains(&digits.len())
        && digits[0] != b'0'
        && digits.iter().all(u8::is_ascii_digit)
        && b.len() <= 8
}

/// Plates of France and Italy: `AB123CD` (arrêté of 9 February 2009; Italian law since 1994).
pub fn french(b: &[u8]) -> bool {
    is_form(b, b"AA999AA") && !b.iter().any(|c| matches!(c, b'I' | b'O' | b'U'))
}

/// Plates of Spain: four digits, three consonants (Orden PRE/3298/2000).
pub fn spanish(b: &[u8]) -> bool {
    is_form(b, b"9999AAA") && !b[4..].iter().any(|c| b"AEIOUQ".contains(c))
}

/// Plates of India: state, district, series, four digits (Central Motor Vehicles Rules 1989, rule 50).
pub fn indian(b: &[u8]) -> bool {
    [b"AA99A9999".as_slice(), b"AA99AA9999", b"AA9AA9999", b"AA9A9999", b"AA99AAA9999"]
        .iter()
        .any(|form| is_form(b, form))
}

/// A plate of some country other than China: two to eight letters and digits, both present or at least
/// four digits.
pub fn any_latin(b: &[u8]) -> bool {
    let letters = b.iter().filter(|c| c.is_ascii_uppercase()).count();
    let digits = b.iter().filter(|c| c.is_ascii_digit()).count();
    letters + digits == b.len()
        && (5..=8).contains(&b.len())
        && letters >= 1
        && (2..=6).contains(&digits)
        || british(b)
        || german(b)
        || indian(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_plates_follow_the_standard() {
        for good in [
            "粤B12345",
            "京A·12345",
            "苏E D12345",
            "沪AD12345",
            "京A1234警",
            "粤Z1234港",
            "鲁A1234挂",
            "使224001",
            "224001使",
            "沪A1234领",
            "津A1234学",
            "WJ京12345",
            "川A-8K888",
            "粤bd12345",
        ] {
            assert!(chinese(good), "{good}");
        }
        for bad in [
            "粤12345",
            "张B12345",
            "粤BI2345",
            "粤B1234",
            "粤B1234567",
            "京IABCDE",
            "京A",
            "",
            "川ABCDEF",
            "使22400",
            "京AABCDE",
        ] {
            assert!(!chinese(bad), "{bad}");
        }
    }

    #[test]
    fn other_plates_have_their_countries_forms() {
        assert!(british(b"AB12CDE") && british(b"A123BCD") && british(b"ABC123D"));
        assert!(!british(b"AB1CDE") && !british(b"1234567"));
        assert!(
            german(b"BMW1234") && german(b"MAB12E") && !german(b"B12345") && !german(b"BMW0123")
        );
        assert!(french(b"AB123CD") && !french(b"AI123CD"));
        assert!(spanish(b"1234BCD") && !spanish(b"1234ABC"));
        assert!(indian(b"MH12AB1234") && !indian(b"MH12AB12345"));
        assert!(any_latin(b"8ABC123") && !any_latin(b"ABCDEFG") && !any_latin(b"12"));
    }
}
