//! Numbers of mainland China. All functions take the number in upper case without separators.

use super::digits::{all_digits, is_day, is_yyyymmdd, mod_11_2, mod_11_10, monotone, number};

/// Prefectures by province (GB/T 2260, with the divisions dissolved since 1980: numbers keep the code
/// of the place where they were issued): last city (`01`…), last prefecture, league or autonomous
/// prefecture (`21`…), and whether counties stand directly below the province (`90`).
const DIVISIONS: [(u8, u8, u8, bool); 31] = [
    (11, 2, 0, false),
    (12, 3, 0, false),
    (13, 11, 33, true),
    (14, 11, 27, false),
    (15, 9, 29, false),
    (21, 14, 24, true),
    (22, 8, 24, true),
    (23, 12, 27, false),
    (31, 3, 0, false),
    (32, 13, 29, true),
    (33, 11, 29, true),
    (34, 18, 29, true),
    (35, 9, 27, true),
    (36, 11, 27, true),
    (37, 17, 29, true),
    (41, 18, 30, true),
    (42, 13, 32, true),
    (43, 13, 32, true),
    (44, 20, 30, true),
    (45, 14, 32, true),
    (46, 4, 0, true),
    (50, 3, 0, false),
    (51, 20, 37, true),
    (52, 6, 28, false),
    (53, 9, 38, true),
    (54, 7, 28, false),
    (61, 10, 31, true),
    (62, 12, 33, true),
    (63, 2, 28, false),
    (64, 5, 23, true),
    (65, 5, 43, true),
];

/// First two digits of a province-level division, with Taiwan (71, 83), Hong Kong (81) and Macau (82).
pub fn is_province(code: u32) -> bool {
    matches!(code, 11..=15 | 21..=23 | 31..=37 | 41..=46 | 50..=54 | 61..=65 | 71 | 81..=83)
}

/// A postal code: six digits of which the first two are a province's, from 01 (Inner Mongolia) to 86
/// (Tibet); Hong Kong and Macau share a code each in forms of the mainland.
pub fn postcode(b: &[u8]) -> bool {
    if b.len() != 6 || !all_digits(b) {
        return false;
    }
    let province = matches!(
        b.get(..2).and_then(number),
        Some(
            1..=7
            | 10..=13
            | 15
            | 16
            | 20..=27
            | 30..=36
            | 40..=47
            | 51..=57
            | 61..=67
            | 71..=75
            | 81
            | 83..=86,
        )
    );
    province || matches!(b, b"999077" | b"999078")
}

/// Six digits of an administrative division: province and prefecture exist (GB/T 2260), and the
/// county lies in the standard's ranges. `00` stands for the level itself.
pub fn is_division(b: &[u8]) -> bool {
    let (Some(province), Some(prefecture), Some(_)) =
        (b.get(..2).and_then(number), b.get(2..4).and_then(number), b.get(4..6).and_then(number))
    else {
        return false;
    };
    if matches!(province, 71 | 81..=83) {
        return true;
    }
    let Some((_, cities, prefectures, direct)) =
        DIVISIONS.iter().find(|(code, ..)| u32::from(*code) == province)
    else {
        return false;
    };
    match prefecture {
        0..=20 => prefecture <= u32::from(*cities),
        21..=50 => prefecture <= u32::from(*prefectures),
        // Guangdong went on at 51 when its cities reached 20.
        51..=53 => province == 44,
        90 => *direct,
        _ => false,
    }
}

/// Resident identity number of 18 characters (GB 11643-1999): division, date of birth, order, check
/// character of ISO 7064 MOD 11-2. Residence permits of people from Hong Kong, Macau and Taiwan follow
/// the same form with 81, 82, 83.
pub fn resident_id(b: &[u8]) -> bool {
    b.len() == 18 && is_division(b) && is_yyyymmdd(&b[6..14]) && mod_11_2(b)
}

/// Resident identity number of 15 digits (GB 11643-1989, issued until 1999): no check digit.
pub fn resident_id_15(b: &[u8]) -> bool {
    b.len() == 15
        && all_digits(b)
        && is_division(b)
        && match (number(&b[6..8]), number(&b[8..10]), number(&b[10..12])) {
            (Some(y), Some(m), Some(d)) => is_day(1900 + y, m, d),
            _ => false,
        }
}

/// Foreign permanent resident's number of the 2023 card (National Immigration Administration, notice of
/// 15 September 2023): `9`, province, nationality by ISO 3166-1 numeric, birth date, order, check
/// character of MOD 11-2.
pub fn permanent_resident(b: &[u8]) -> bool {
    b.len() == 18
        && b[0] == b'9'
        && number(&b[1..3]).is_some_and(is_province)
        && number(&b[3..6]).is_some_and(|country| (4..=894).contains(&country))
        && is_yyyymmdd(&b[6..14])
        && mod_11_2(b)
}

/// Foreign permanent resident's number of the 2004 and 2017 cards: nationality in three letters, place
/// of four digits, birth date, order and check digit.
pub fn permanent_resident_2017(b: &[u8]) -> bool {
    b.len() == 15
        && b[..3].iter().all(u8::is_ascii_uppercase)
        && all_digits(&b[3..])
        && number(&b[3..5]).is_some_and(is_province)
        && super::digits::is_yymmdd(&b[7..13])
}

/// Unified social credit code (GB 32100-2015): authority and kind of organisation, division, organisation
/// code, check character modulo 31.
pub fn social_credit_code(b: &[u8]) -> bool {
    if b.len() != 18 || !b[2..8].iter().all(u8::is_ascii_digit) || !kind_of_organisation(b) {
        return false;
    }
    let division = number(&b[2..4]).is_some_and(|code| code == 10 || is_province(code));
    let mut sum = 0u32;
    let mut weight = 1u32;
    for c in &b[..17] {
        let Some(worth) = credit_worth(*c) else { return false };
        sum += worth * weight;
        weight = weight * 3 % 31;
    }
    division && credit_worth(b[17]) == Some((31 - sum % 31) % 31)
}

/// Registering authority and kind of organisation (GB 32100-2015 table 1 with amendment 1).
fn kind_of_organisation(b: &[u8]) -> bool {
    match b[0] {
        b'1' | b'5' | b'9' => matches!(b[1], b'1'..=b'3' | b'9'),
        b'2' | b'4' | b'6'..=b'8' | b'A' => matches!(b[1], b'1' | b'2' | b'9'),
        b'3' => matches!(b[1], b'1'..=b'5' | b'9'),
        b'N' => matches!(b[1], b'1'..=b'3' | b'9'),
        b'Y' => b[1] == b'1',
        _ => false,
    }
}

/// Value of a character of the code: digits, then letters without I, O, S, V, Z.
fn credit_worth(c: u8) -> Option<u32> {
    const LETTERS: &[u8] = b"ABCDEFGHJKLMNPQRTUWXY";
    match c {
        b'0'..=b'9' => Some(u32::from(c - b'0')),
        _ => LETTERS.iter().position(|l| *l == c).map(|at| at as u32 + 10),
    }
}

/// Organisation code (GB 11714-1997): eight characters and a check character modulo 11.
pub fn organisation_code(b: &[u8]) -> bool {
    const WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
    if b.len() != 9 {
        return false;
    }
    let mut sum = 0;
    for (c, weight) in b.iter().zip(WEIGHTS) {
        sum += weight
            * match c {
                b'0'..=b'9' => u32::from(c - b'0'),
                b'A'..=b'Z' => u32::from(c - b'A') + 10,
                _ => return false,
            };
    }
    !monotone(b) && b"0X987654321"[(sum % 11) as usize] == b[8]
}

/// Number of an old business licence (GS 15-2006): division, order, kind, check digit of MOD 11,10.
pub fn business_licence(b: &[u8]) -> bool {
    let place = |b: &[u8]| b.starts_with(b"100000") || is_division(b);
    b.len() == 15 && place(b) && mod_11_10(b)
}

/// Passport: E, G and eight digits, the electronic E with a letter and seven digits, and the service,
/// diplomatic and public affairs booklets (D, S, P with or without E; K, H, M of Hong Kong and Macau).
pub fn passport(b: &[u8]) -> bool {
    if b.len() != 9 || !all_digits(&b[2..]) || monotone(&b[2..]) {
        return false;
    }
    matches!(
        (b[0], b[1]),
        (b'E' | b'G' | b'D' | b'S' | b'P', b'0'..=b'9')
            | (b'E', b'A'..=b'H' | b'J'..=b'N' | b'P'..=b'Z')
            | (b'D' | b'S' | b'P', b'E')
            | (b'K' | b'H', b'J' | b'A' | b'B')
            | (b'M', b'A' | b'B')
    )
}

/// Permit of Hong Kong and Macau residents to the mainland (回乡证): H or M and eight digits of the
/// person, until 2013 followed by two digits of the issue.
pub fn home_return_permit(b: &[u8]) -> bool {
    matches!(b.len(), 9 | 11)
        && matches!(b[0], b'H' | b'M')
        && all_digits(&b[1..])
        && !monotone(&b[1..])
}

/// Permit of Taiwan residents to the mainland (台胞证): eight digits, before 2015 with two digits of
/// the issue and a letter.
pub fn taiwan_permit(b: &[u8]) -> bool {
    let person = b.len() >= 8 && all_digits(&b[..8]) && !monotone(&b[..8]);
    person
        && match b.len() {
            8 => true,
            10 => all_digits(&b[8..]),
            11 => all_digits(&b[8..10]) && b[10].is_ascii_uppercase(),
            _ => false,
        }
}

/// Permit of mainland residents to Hong Kong and Macau (C, W) or to Taiwan (T, L).
pub fn mainland_permit(b: &[u8]) -> bool {
    b.len() == 9
        && all_digits(&b[2..])
        && !monotone(&b[2..])
        && match b[0] {
            b'C' => {
                b[1].is_ascii_digit() || b[1].is_ascii_uppercase() && !matches!(b[1], b'I' | b'O')
            }
            b'W' | b'T' | b'L' => b[1].is_ascii_digit(),
            _ => false,
        }
}

/// Any of the travel permits between the mainland, Hong Kong, Macau and Taiwan that carry a letter.
pub fn travel_permit(b: &[u8]) -> bool {
    home_return_permit(b) || mainland_permit(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_postal_code_begins_with_its_province() {
        for code in ["010010", "100022", "518057", "300074", "850000", "999077"] {
            assert!(postcode(code.as_bytes()), "{code}");
        }
        for code in ["000000", "082000", "140000", "990000", "999079", "51805", "5180577", "51805X"]
        {
            assert!(!postcode(code.as_bytes()), "{code}");
        }
    }

    /// Completes 17 digits to a valid number, by the weights the standard prints.
    fn with_check(first: &str) -> String {
        const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
        let sum: u32 =
            WEIGHTS.iter().zip(first.bytes()).map(|(w, c)| w * u32::from(c - b'0')).sum();
        format!("{first}{}", char::from(b"10X98765432"[(sum % 11) as usize]))
    }

    #[test]
    fn resident_numbers_need_division_date_and_check() {
        // The example of GB 11643-1999.
        assert!(resident_id(b"11010519491231002X"));
        assert!(!resident_id(b"110105194912310021"));
        assert!(resident_id(with_check("44030619920229123").as_bytes()));
        assert!(!resident_id(with_check("44030619900229123").as_bytes()), "no leap year");
        assert!(!resident_id(with_check("00010519491231002").as_bytes()), "no province");
        assert!(!resident_id(with_check("44660519491231002").as_bytes()), "no prefecture");
        assert!(resident_id(with_check("81000019900101001").as_bytes()));
        assert!(resident_id_15(b"110105491231002") && !resident_id_15(b"110105491331002"));
        assert!(!resident_id_15(b"116605491231002"));
    }

    #[test]
    fn permanent_residents_have_two_forms() {
        assert!(permanent_resident(with_check("91184019850307001").as_bytes()));
        assert!(!permanent_resident(with_check("99984019850307001").as_bytes()));
        assert!(permanent_resident_2017(b"USA110085030712"));
        assert!(!permanent_resident_2017(b"USA990085030712"));
        assert!(!permanent_resident_2017(b"USA110085130712"));
    }

    #[test]
    fn organisations_are_checked() {
        // The example of GB 32100-2015.
        assert!(social_credit_code(b"91350100M000100Y43"));
        assert!(!social_credit_code(b"91350100M000100Y44"));
        assert!(!social_credit_code(b"98350100M000100Y43"));
        assert!(organisation_code(b"D2143569X") && !organisation_code(b"D21435691"));
        assert!(!organisation_code(b"000000000"));
        assert!(business_licence(b"110108000000016") && !business_licence(b"110108000000017"));
    }

    #[test]
    fn papers_have_their_letters() {
        assert!(passport(b"E12345678") && passport(b"EA1234567") && passport(b"PE1234567"));
        assert!(!passport(b"X12345678") && !passport(b"E1234567") && !passport(b"EI1234567"));
        assert!(home_return_permit(b"H12345678") && home_return_permit(b"M1234567801"));
        assert!(!home_return_permit(b"K12345678") && !home_return_permit(b"H1234567"));
        assert!(mainland_permit(b"C12345678") && mainland_permit(b"CA1234567"));
        assert!(!mainland_permit(b"Z12345678") && !mainland_permit(b"CI1234567"));
        assert!(taiwan_permit(b"12345678") && taiwan_permit(b"1234567801B"));
        assert!(!taiwan_permit(b"1234567"));
    }
}
