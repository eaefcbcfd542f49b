//! Machine-readable zones of travel documents (ICAO Doc 9303, parts 4–6): lines of capitals, digits and
//! `<`, with check digits by weights 7, 3, 1.

use super::digits::digit;

/// What a zone is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Document {
    /// Three lines of 30 (identity cards).
    Td1,
    /// Two lines of 36 (visas, older identity cards).
    Td2,
    /// Two lines of 44 (passports).
    Td3,
}

/// The check digit of a field (Doc 9303-3 § 4.9).
pub fn check_digit(field: &[u8]) -> Option<u32> {
    field.iter().zip([7u32, 3, 1].into_iter().cycle()).try_fold(0, |sum, (c, weight)| {
        let worth = match c {
            b'0'..=b'9' => u32::from(c - b'0'),
            b'A'..=b'Z' => u32::from(c - b'A') + 10,
            b'<' => 0,
            _ => return None,
        };
        Some((sum + worth * weight) % 10)
    })
}

fn checked(field: &[u8], check: u8) -> bool {
    let filler = check == b'<' && field.iter().all(|c| *c == b'<');
    filler || check_digit(field).is_some() && check_digit(field) == digit(check)
}

/// Only the characters of a zone.
pub fn is_line(line: &[u8]) -> bool {
    line.iter().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || *c == b'<')
}

/// The document whose zone these lines are: first letter, birth and expiry date and number with right
/// check digits.
pub fn document(lines: &[&[u8]]) -> Option<Document> {
    if !lines.iter().all(|line| is_line(line)) {
        return None;
    }
    match lines {
        [one, two, three] if [one, two, three].iter().all(|line| line.len() == 30) => {
            let fields = checked(&one[5..14], one[14])
                && checked(&two[..6], two[6])
                && checked(&two[8..14], two[14]);
            (matches!(one[0], b'A' | b'C' | b'I') && fields).then_some(Document::Td1)
        }
        [one, two] if one.len() == two.len() && matches!(one.len(), 36 | 44) => {
            let kind = if one.len() == 44 {
                (matches!(one[0], b'P' | b'V'), Document::Td3)
            } else {
                (matches!(one[0], b'A' | b'C' | b'I' | b'P' | b'V'), Document::Td2)
            };
            (kind.0 && is_second_line(two)).then_some(kind.1)
        }
        _ => None,
    }
}

/// The second line of a TD2 or TD3 zone: number, birth date and expiry date with their check digits.
pub fn is_second_line(line: &[u8]) -> bool {
    matches!(line.len(), 36 | 44)
        && is_line(line)
        && line[0] != b'<'
        && checked(&line[..9], line[9])
        && line[13..19].iter().all(|c| c.is_ascii_digit() || *c == b'<')
        && checked(&line[13..19], line[19])
        && matches!(line[20], b'M' | b'F' | b'X' | b'<')
        && checked(&line[21..27], line[27])
}

/// The first line of a TD3 zone (passports, visas): kind, issuer, name with `<<`.
pub fn is_passport_name_line(line: &[u8]) -> bool {
    line.len() == 44
        && matches!(line[0], b'P' | b'V')
        && line[2..5].iter().all(|c| c.is_ascii_uppercase() || *c == b'<')
        && line[5].is_ascii_uppercase()
        && line[5..].iter().all(|c| c.is_ascii_uppercase() || *c == b'<')
        && line[5..].windows(2).any(|pair| pair == b"<<")
}

/// One value that is a zone: its lines joined with or without line breaks or spaces.
pub fn zone(value: &str) -> bool {
    let mut bytes = [0u8; 92];
    let mut len = 0;
    for byte in value.bytes().filter(|b| !b.is_ascii_whitespace()) {
        if len == bytes.len() {
            return false;
        }
        bytes[len] = byte;
        len += 1;
    }
    let b = &bytes[..len];
    match len {
        90 => document(&[&b[..30], &b[30..60], &b[60..]]).is_some(),
        88 => document(&[&b[..44], &b[44..]]).is_some(),
        72 => document(&[&b[..36], &b[36..]]).is_some(),
        44 | 36 => is_second_line(b) || is_passport_name_line(b),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // The specimens of Doc 9303, parts 4, 5 and 6.
    const TD3: [&str; 2] = [
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
        "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
    ];
    const TD2: [&str; 2] =
        ["I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6"];
    const TD1: [&str; 3] = [
        "I<UTOD231458907<<<<<<<<<<<<<<<",
        "7408122F1204159UTO<<<<<<<<<<<6",
        "ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
    ];

    #[test]
    fn the_specimens_pass() {
        assert_eq!(document(&TD3.map(str::as_bytes)), Some(Document::Td3));
        assert_eq!(document(&TD2.map(str::as_bytes)), Some(Document::Td2));
        assert_eq!(document(&TD1.map(str::as_bytes)), Some(Document::Td1));
        assert!(zone(&TD3.join("\n")) && zone(&TD2.concat()) && zone(&TD1.join(" ")));
        assert!(is_passport_name_line(TD3[0].as_bytes()) && zone(TD3[1]));
    }

    #[test]
    fn a_wrong_digit_or_length_fails() {
        let wrong = TD3[1].replace("7408122", "7408123");
        assert_eq!(document(&[TD3[0].as_bytes(), wrong.as_bytes()]), None);
        assert!(!zone("P<UTO") && !zone(&"<".repeat(88)) && !zone(&"A".repeat(500)));
        assert!(!zone(&wrong) && !zone("P<é"));
    }
}
