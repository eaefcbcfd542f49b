//! National and tax numbers of continental Europe, west and south. All functions take upper case
//! without separators.

use super::digits::{
    all_digits, digit, is_day, is_ddmmyy, is_form, luhn, luhn_sum, mod_11_10, mod_97, monotone,
    number, remainder, weighted,
};

/// German tax identification number (§ 139b AO; check of ISO 7064 MOD 11,10): eleven digits, among the
/// first ten one digit stands two or three times.
pub fn de_tax_id(b: &[u8]) -> bool {
    if b.len() != 11 || b[0] == b'0' || !all_digits(b) {
        return false;
    }
    let mut counts = [0u8; 10];
    for c in &b[..10] {
        counts[usize::from(c - b'0')] += 1;
    }
    let repeated = counts.iter().filter(|n| **n > 1).count();
    repeated == 1 && counts.iter().all(|n| *n <= 3) && mod_11_10(b)
}

/// Weights 7, 3, 1 over digits and letters (A = 10): ICAO 9303-3 § 4.9, used on German papers too.
fn check_731(b: &[u8]) -> Option<u32> {
    b.iter().zip([7, 3, 1].into_iter().cycle()).try_fold(0, |sum, (c, weight)| {
        let worth = match c {
            b'0'..=b'9' => u32::from(c - b'0'),
            b'A'..=b'Z' => u32::from(c - b'A') + 10,
            _ => return None,
        };
        Some((sum + worth * weight) % 10)
    })
}

/// German identity card or passport with its check digit (PAuswV annex 3): letter, eight characters
/// without vowels, check; optionally `D`.
pub fn de_id_card(b: &[u8]) -> bool {
    let b = match b {
        [rest @ .., b'D'] if rest.len() == 10 => rest,
        _ => b,
    };
    b.len() == 10
        && b"CFGHJKLMNPRTVWXYZ".contains(&b[0])
        && b[..9].iter().all(|c| c.is_ascii_digit() || b"CFGHJKLMNPRTVWXYZ".contains(c))
        && b[1..9].iter().filter(|c| c.is_ascii_digit()).count() >= 2
        && b[9].is_ascii_digit()
        && check_731(&b[..9]) == digit(b[9])
}

/// German pension insurance number (§ 147 SGB VI, VKVV § 4): area, birth date, initial, serial, check.
pub fn de_social_security(b: &[u8]) -> bool {
    if !is_form(b, b"99999999A999") {
        return false;
    }
    let born = match (number(&b[2..4]), number(&b[4..6]), number(&b[6..8])) {
        // The day of a second number in one day carries no meaning beyond 31.
        (Some(d), Some(m), Some(y)) => is_day(2000 + y, m, d) || is_day(1900 + y, m, d),
        _ => false,
    };
    let letter = b[8] - b'A' + 1;
    let mut digits = [0u8; 12];
    digits[..8].copy_from_slice(&b[..8]);
    digits[8] = b'0' + letter / 10;
    digits[9] = b'0' + letter % 10;
    digits[10..].copy_from_slice(&b[9..11]);
    let sum = digits.iter().zip([2u32, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1]).map(|(c, weight)| {
        let product = u32::from(c - b'0') * weight;
        product / 10 + product % 10
    });
    born && digit(b[11]) == Some(sum.sum::<u32>() % 10)
}

/// French registration number (NIR, Code de la sécurité sociale R115-1; INSEE): sex, year, month,
/// department, commune, order, key 97 − remainder. Corsica counts 2A as 19 and 2B as 18.
pub fn fr_nir(b: &[u8]) -> bool {
    if b.len() != 15 || !matches!(b[0], b'1'..=b'4' | b'7' | b'8') {
        return false;
    }
    let mut n = [0u8; 13];
    n.copy_from_slice(&b[..13]);
    match &b[5..7] {
        b"2A" => n[5..7].copy_from_slice(b"19"),
        b"2B" => n[5..7].copy_from_slice(b"18"),
        _ => {}
    }
    let month = number(&b[3..5]).is_some_and(|m| matches!(m, 1..=12 | 20..=42 | 50..=99));
    let key = remainder(&n, 97).map(|rest| 97 - rest);
    month && &b[5..7] != b"00" && key.is_some() && key == number(&b[13..])
}

/// French tax number (SPI, CGI art. L. 287 LPF): thirteen digits, the last three the remainder by 511.
pub fn fr_tax_id(b: &[u8]) -> bool {
    b.len() == 13
        && matches!(b[0], b'0'..=b'3')
        && !monotone(b)
        && remainder(&b[..10], 511).is_some_and(|rest| number(&b[10..]) == Some(rest))
}

/// French company number behind a VAT number: Luhn, nine digits.
fn fr_siren(b: &[u8]) -> bool {
    b.len() == 9 && luhn(b) && !monotone(b)
}

/// Letter of a Spanish number modulo 23 (Real Decreto 1553/2005).
fn es_letter(n: u32) -> u8 {
    b"TRWAGMYFPDXBNJZSQVHLCKE"[(n % 23) as usize]
}

/// Spanish DNI: eight digits and their letter.
pub fn es_dni(b: &[u8]) -> bool {
    b.len() == 9 && !monotone(&b[..8]) && number(&b[..8]).is_some_and(|n| es_letter(n) == b[8])
}

/// Spanish NIE of foreigners: X, Y or Z for 0, 1, 2, seven digits, letter.
pub fn es_nie(b: &[u8]) -> bool {
    b.len() == 9
        && matches!(b[0], b'X'..=b'Z')
        && number(&b[1..8])
            .is_some_and(|n| es_letter(u32::from(b[0] - b'X') * 10_000_000 + n) == b[8])
}

/// Spanish CIF of organisations (Orden EHA/451/2008): kind, seven digits, check digit or letter.
pub fn es_cif(b: &[u8]) -> bool {
    if b.len() != 9 || !b"ABCDEFGHJKLMNPQRSUVW".contains(&b[0]) || !all_digits(&b[1..8]) {
        return false;
    }
    let sum: u32 = b[1..8]
        .iter()
        .enumerate()
        .map(|(at, c)| {
            let d = u32::from(c - b'0');
            if at % 2 == 0 { d * 2 / 10 + d * 2 % 10 } else { d }
        })
        .sum();
    let check = ((10 - sum % 10) % 10) as usize;
    b[8] == b"0123456789"[check] || b[8] == b"JABCDEFGHI"[check]
}

/// Italian codice fiscale (DM 23 December 1976): surname, given name, birth, place, check letter; digits
/// may be replaced by letters where two people would share one (omocodia).
pub fn it_fiscal_code(b: &[u8]) -> bool {
    const ODD: [u8; 26] = [
        1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24,
        23,
    ];
    if b.len() != 16 || !b[..6].iter().all(u8::is_ascii_uppercase) {
        return false;
    }
    let figure = |c: u8| c.is_ascii_digit() || b"LMNPQRSTUV".contains(&c);
    let placed = [6, 7, 9, 10, 12, 13, 14].iter().all(|at| figure(b[*at]))
        && b"ABCDEHLMPRST".contains(&b[8])
        && b[11].is_ascii_uppercase();
    if !placed {
        return false;
    }
    let sum: u32 = b[..15]
        .iter()
        .enumerate()
        .map(|(at, c)| {
            let index = if c.is_ascii_digit() { c - b'0' } else { c - b'A' };
            // Places count from one: the first is odd.
            u32::from(if at % 2 == 0 { ODD[usize::from(index)] } else { index })
        })
        .sum();
    b[15] == b'A' + (sum % 26) as u8
}

/// Italian VAT number: eleven digits, Luhn (DPR 633/1972 art. 35).
pub fn it_vat(b: &[u8]) -> bool {
    b.len() == 11 && !monotone(b) && luhn(b)
}

/// Dutch citizen service number (Wabb; the “elfproef”): weights 9…2 and −1 modulo 11.
pub fn nl_bsn(b: &[u8]) -> bool {
    b.len() == 9
        && !monotone(b)
        && weighted(b, &[9, 8, 7, 6, 5, 4, 3, 2, 10]).is_some_and(|sum| sum.is_multiple_of(11))
}

/// Portuguese tax number (Decreto-Lei 14/2013): nine digits, weights 9…2 modulo 11.
pub fn pt_nif(b: &[u8]) -> bool {
    b.len() == 9
        && matches!(b[0], b'1'..=b'3' | b'5' | b'6' | b'8' | b'9')
        && !monotone(b)
        && weighted(&b[..8], &[9, 8, 7, 6, 5, 4, 3, 2])
            .is_some_and(|sum| digit(b[8]) == Some(if sum % 11 < 2 { 0 } else { 11 - sum % 11 }))
}

/// Belgian national number (arrêté royal of 3 April 1984): birth date, order, 97 − remainder; people
/// born from 2000 count with a 2 in front.
pub fn be_national(b: &[u8]) -> bool {
    if b.len() != 11 || !all_digits(b) {
        return false;
    }
    let (Some(y), Some(m), Some(d), Some(check)) =
        (number(&b[..2]), number(&b[2..4]), number(&b[4..6]), number(&b[9..]))
    else {
        return false;
    };
    // Bis numbers of people without residence add 20 or 40 to the month.
    let month = if m > 40 {
        m - 40
    } else if m > 20 {
        m - 20
    } else {
        m
    };
    let day = is_day(1900 + y, month, d) || is_day(2000 + y, month, d);
    let rest = |prefix: u32| b[..9].iter().fold(prefix, |r, c| (r * 10 + u32::from(c - b'0')) % 97);
    day && (97 - rest(0) == check || 97 - rest(2) == check)
}

/// Austrian social insurance number (§ 31 ASVG): serial, check digit, birth date.
pub fn at_social_security(b: &[u8]) -> bool {
    const WEIGHTS: [u32; 10] = [3, 7, 9, 0, 5, 8, 4, 2, 1, 6];
    b.len() == 10
        && all_digits(b)
        && b[0] != b'0'
        && is_ddmmyy(&b[4..])
        && weighted(b, &WEIGHTS).is_some_and(|sum| digit(b[3]) == Some(sum % 11))
}

/// Swiss AHV number (AHVG art. 50c): 756 and an EAN-13 check digit.
pub fn ch_ahv(b: &[u8]) -> bool {
    const WEIGHTS: [u32; 13] = [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1];
    b.len() == 13
        && b.starts_with(b"756")
        && weighted(b, &WEIGHTS).is_some_and(|sum| sum.is_multiple_of(10))
}

/// VAT number of the European Union with its country (Directive 2006/112/EC art. 215; each state's
/// check): a person's where the trader is one.
pub fn eu_vat(b: &[u8]) -> bool {
    let Some((country, rest)) = b.split_at_checked(2) else { return false };
    match country {
        b"DE" => rest.len() == 9 && mod_11_10(rest) && rest[0] != b'0',
        b"AT" => {
            rest.len() == 9
                && rest[0] == b'U'
                && luhn_sum(&rest[1..8])
                    .zip(digit(rest[8]))
                    .is_some_and(|(sum, check)| (sum + check) % 10 == 6)
        }
        b"BE" => {
            rest.len() == 10
                && matches!(rest[0], b'0' | b'1')
                && remainder(&rest[..8], 97).is_some_and(|r| number(&rest[8..]) == Some(97 - r))
        }
        b"NL" => {
            is_form(rest, b"999999999B99") && (nl_bsn(&rest[..9]) || mod_97(b.iter()) == Some(1))
        }
        b"FR" => {
            rest.len() == 11
                && fr_siren(&rest[2..])
                && match (number(&rest[..2]), remainder(&rest[2..], 97)) {
                    (Some(key), Some(siren)) => key == (12 + 3 * siren) % 97,
                    _ => rest[..2].iter().all(u8::is_ascii_alphanumeric),
                }
        }
        b"ES" => es_dni(rest) || es_nie(rest) || es_cif(rest),
        b"IT" => it_vat(rest),
        b"PL" => super::north_east::pl_nip(rest),
        b"PT" => pt_nif(rest),
        b"IE" => super::north_east::ie_pps(rest),
        b"DK" => {
            rest.len() == 8
                && weighted(rest, &[2, 7, 6, 5, 4, 3, 2, 1])
                    .is_some_and(|sum| sum.is_multiple_of(11))
        }
        b"SE" => rest.len() == 12 && rest.ends_with(b"01") && luhn(&rest[..10]),
        b"FI" => {
            rest.len() == 8
                && weighted(rest, &[7, 9, 10, 5, 8, 4, 2, 1])
                    .is_some_and(|sum| sum.is_multiple_of(11))
        }
        b"LU" => {
            rest.len() == 8
                && number(&rest[..6]).is_some_and(|n| number(&rest[6..]) == Some(n % 89))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn german_numbers_are_checked() {
        assert!(de_tax_id(b"36574261809") && !de_tax_id(b"36574261890"));
        assert!(!de_tax_id(b"12345678901"));
        assert!(de_id_card(b"T220001293") && de_id_card(b"L01X00T471"));
        assert!(!de_id_card(b"T220001294") && !de_id_card(b"A220001293"));
        assert!(de_social_security(b"15070649C103") && !de_social_security(b"15070649C104"));
        assert!(!de_social_security(b"15073249C103"));
    }

    #[test]
    fn french_numbers_are_checked() {
        assert!(fr_nir(b"295109912611193") && !fr_nir(b"295109912611192"));
        assert!(!fr_nir(b"595109912611193") && !fr_nir(b"295159912611193"));
        assert!(fr_tax_id(b"3023217600053") && !fr_tax_id(b"3023217600054"));
    }

    #[test]
    fn spanish_and_portuguese_numbers_are_checked() {
        assert!(es_dni(b"54362315K") && !es_dni(b"54362315Z"));
        assert!(es_nie(b"X2482300W") && !es_nie(b"X2482300A"));
        assert!(es_cif(b"J99216582") && !es_cif(b"J99216583"));
        assert!(pt_nif(b"501964843") && !pt_nif(b"501964842"));
    }

    #[test]
    fn italian_numbers_are_checked() {
        assert!(it_fiscal_code(b"RCCMNL83S18D969H") && !it_fiscal_code(b"RCCMNL83S18D969G"));
        assert!(!it_fiscal_code(b"RCCMNL83S18D96AH"));
        assert!(it_vat(b"00743110157") && !it_vat(b"00743110158"));
    }

    #[test]
    fn the_low_countries_and_the_alps_are_checked() {
        assert!(nl_bsn(b"111222333") && !nl_bsn(b"111252333") && !nl_bsn(b"000000000"));
        assert!(be_national(b"85073003328") && !be_national(b"85073003329"));
        assert!(be_national(b"17073003384") && !be_national(b"85133003328"));
        assert!(at_social_security(b"1237010180") && !at_social_security(b"2237010180"));
        assert!(ch_ahv(b"7569217076985") && !ch_ahv(b"7569217076984"));
    }

    #[test]
    fn vat_numbers_follow_their_states() {
        for good in [
            "DE136695976",
            "ATU13585627",
            "BE0428759497",
            "NL004495445B01",
            "FR40303265045",
            "IT00743110157",
            "PT501964843",
            "DK13585628",
            "FI20774740",
            "LU15027442",
            "SE123456789701",
            "PL8567346215",
        ] {
            assert!(eu_vat(good.as_bytes()), "{good}");
        }
        for bad in ["DE136695978", "ATU13585626", "FR41303265045", "US123456789", "D", "DK13585627"]
        {
            assert!(!eu_vat(bad.as_bytes()), "{bad}");
        }
    }
}
