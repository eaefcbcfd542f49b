//! National and tax numbers outside Europe, mainland China and the United States. All functions take
//! upper case without separators.

use super::digits::{all_digits, digit, is_yymmdd, luhn, monotone, number, verhoeff, weighted};

/// Hong Kong identity card (Registration of Persons Regulations): one or two letters, six digits, check
/// modulo 11.
pub fn hk_id(b: &[u8]) -> bool {
    let letters = b.iter().take_while(|c| c.is_ascii_uppercase()).count();
    if !matches!(letters, 1 | 2) || b.len() != letters + 7 || monotone(&b[letters..letters + 6]) {
        return false;
    }
    let letter = |c: u8| u32::from(c - b'A') + 10;
    // A missing first letter counts as a space, worth 36.
    let (first, second) =
        if letters == 2 { (letter(b[0]), letter(b[1])) } else { (36, letter(b[0])) };
    let Some(sum) = weighted(&b[letters..letters + 6], &[7, 6, 5, 4, 3, 2]) else { return false };
    let rest = (11 - (sum + first * 9 + second * 8) % 11) % 11;
    b[b.len() - 1] == b"0123456789A"[rest as usize]
}

/// Macau resident card: 1, 5 or 7, six digits, check digit (its rule is not published).
pub fn macau_id(b: &[u8]) -> bool {
    b.len() == 8 && all_digits(b) && matches!(b[0], b'1' | b'5' | b'7') && !monotone(&b[1..])
}

/// Taiwan identity card and resident certificate (戶籍法施行細則): letter of the place, 1 or 2 for the
/// sex (8, 9 for residents), seven digits, check modulo 10.
pub fn taiwan_id(b: &[u8]) -> bool {
    const PLACES: [u32; 26] = [
        10, 11, 12, 13, 14, 15, 16, 17, 34, 18, 19, 20, 21, 22, 35, 23, 24, 25, 26, 27, 28, 29, 32,
        30, 31, 33,
    ];
    if b.len() != 10 || !b[0].is_ascii_uppercase() || !matches!(b[1], b'1' | b'2' | b'8' | b'9') {
        return false;
    }
    let place = PLACES[usize::from(b[0] - b'A')];
    weighted(&b[1..], &[8, 7, 6, 5, 4, 3, 2, 1, 1])
        .is_some_and(|sum| (sum + place / 10 + place % 10 * 9).is_multiple_of(10))
}

/// Indian Aadhaar (Aadhaar Act 2016; UIDAI): twelve digits from 2, Verhoeff.
pub fn aadhaar(b: &[u8]) -> bool {
    b.len() == 12 && b[0] >= b'2' && !monotone(b) && verhoeff(b)
}

/// Indian permanent account number (Income-tax Rules 114): five letters, the fourth the kind of holder,
/// four digits, letter.
pub fn pan(b: &[u8]) -> bool {
    super::digits::is_form(b, b"AAAAA9999A") && b"ABCFGHJLPT".contains(&b[3]) && &b[5..9] != b"0000"
}

/// Check digit modulo 11 of Brazilian registers; remainders below 2 count as 0.
fn br_check(b: &[u8], weights: &[u32]) -> Option<u32> {
    weighted(b, weights).map(|sum| if sum % 11 < 2 { 0 } else { 11 - sum % 11 })
}

/// Brazilian CPF (Receita Federal, IN 2.172/2024): nine digits and two check digits.
pub fn cpf(b: &[u8]) -> bool {
    b.len() == 11
        && !monotone(b)
        && br_check(&b[..9], &[10, 9, 8, 7, 6, 5, 4, 3, 2]) == digit(b[9])
        && br_check(&b[..10], &[11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) == digit(b[10])
        && all_digits(b)
}

/// Brazilian CNPJ of companies and sole traders: twelve digits and two check digits.
pub fn cnpj(b: &[u8]) -> bool {
    b.len() == 14
        && all_digits(b)
        && !monotone(b)
        && br_check(&b[..12], &[5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]) == digit(b[12])
        && br_check(&b[..13], &[6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]) == digit(b[13])
}

/// Korean resident registration number (주민등록법): birth date, sex and century.
pub fn kr_rrn(b: &[u8]) -> bool {
    b.len() == 13 && all_digits(b) && is_yymmdd(&b[..6])
}

/// Korean resident registration number with the check digit of those issued before October 2020.
pub fn kr_rrn_checked(b: &[u8]) -> bool {
    kr_rrn(b)
        && weighted(&b[..12], &[2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]).is_some_and(|sum| {
            let check = (11 - sum % 11) % 10;
            // Foreigners' numbers (5–8) add two.
            digit(b[12]) == Some(check) || digit(b[12]) == Some((check + 2) % 10)
        })
}

/// Japanese individual number (My Number Act; ministerial order 85 of 2014): twelve digits, check
/// modulo 11.
pub fn my_number(b: &[u8]) -> bool {
    b.len() == 12
        && !monotone(b)
        && weighted(&b[..11], &[6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2])
            .is_some_and(|sum| digit(b[11]) == Some(if sum % 11 < 2 { 0 } else { 11 - sum % 11 }))
}

/// Singapore NRIC or FIN (National Registration Act): S, T, F, G or M, seven digits, check letter.
pub fn nric(b: &[u8]) -> bool {
    if b.len() != 9 {
        return false;
    }
    let (offset, letters) = match b[0] {
        b'S' => (0, b"JZIHGFEDCBA"),
        b'T' => (4, b"JZIHGFEDCBA"),
        b'F' => (0, b"XWUTRQPNMLK"),
        b'G' => (4, b"XWUTRQPNMLK"),
        b'M' => (3, b"XWUTRQPNJLK"),
        _ => return false,
    };
    weighted(&b[1..8], &[2, 7, 6, 5, 4, 3, 2])
        .is_some_and(|sum| b[8] == letters[((sum + offset) % 11) as usize])
}

/// Australian tax file number (ATO): eight or nine digits, weights modulo 11.
pub fn tfn(b: &[u8]) -> bool {
    let weights: &[u32] = match b.len() {
        9 => &[1, 4, 3, 7, 5, 8, 6, 9, 10],
        8 => &[10, 7, 8, 4, 6, 3, 5, 1],
        _ => return false,
    };
    !monotone(b) && weighted(b, weights).is_some_and(|sum| sum.is_multiple_of(11))
}

/// Australian Medicare card: eight digits from 2–6, check digit, issue, optionally the person.
pub fn au_medicare(b: &[u8]) -> bool {
    matches!(b.len(), 10 | 11)
        && all_digits(b)
        && matches!(b[0], b'2'..=b'6')
        && b[9] != b'0'
        && weighted(&b[..8], &[1, 3, 7, 9, 1, 3, 7, 9])
            .is_some_and(|sum| digit(b[8]) == Some(sum % 10))
}

/// Australian business number (A New Tax System (ABN) Act 1999): eleven digits, modulo 89.
pub fn abn(b: &[u8]) -> bool {
    // One is taken from the first digit, whose weight is ten.
    b.len() == 11
        && b[0] != b'0'
        && weighted(b, &[10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19])
            .is_some_and(|sum| sum >= 10 && (sum - 10).is_multiple_of(89))
}

/// Canadian social insurance number: nine digits, not from 0 or 8, Luhn.
pub fn ca_sin(b: &[u8]) -> bool {
    b.len() == 9 && !matches!(b[0], b'0' | b'8') && !monotone(b) && luhn(b)
}

/// South African identity number (Identification Act 68 of 1997): birth date, serial, citizenship, Luhn.
pub fn za_id(b: &[u8]) -> bool {
    b.len() == 13 && is_yymmdd(&b[..6]) && matches!(b[10], b'0'..=b'2') && luhn(b)
}

/// Value of a Mexican character in an alphabet with Ñ after N.
fn mx_worth(c: u8) -> Option<u32> {
    match c {
        b'0'..=b'9' => Some(u32::from(c - b'0')),
        b'A'..=b'N' => Some(u32::from(c - b'A') + 10),
        b'O'..=b'Z' => Some(u32::from(c - b'O') + 25),
        _ => None,
    }
}

/// Mexican CURP (Instructivo normativo, DOF 18 October 2021): name letters, birth date, sex, state,
/// consonants, check modulo 10.
pub fn curp(b: &[u8]) -> bool {
    if b.len() != 18 || !b[..4].iter().all(u8::is_ascii_uppercase) || !is_yymmdd(&b[4..10]) {
        return false;
    }
    let letters =
        matches!(b[10], b'H' | b'M' | b'X') && b[11..16].iter().all(u8::is_ascii_uppercase);
    let sum = b[..17]
        .iter()
        .zip((2..=18).rev())
        .try_fold(0, |sum, (c, weight): (&u8, u32)| Some(sum + mx_worth(*c)? * weight));
    letters && sum.is_some_and(|sum| digit(b[17]) == Some((10 - sum % 10) % 10))
}

/// Mexican RFC of a person (Código Fiscal art. 27): four letters, birth date, two characters, check
/// modulo 11.
pub fn rfc(b: &[u8]) -> bool {
    if b.len() != 13 || !b[..4].iter().all(u8::is_ascii_uppercase) || !is_yymmdd(&b[4..10]) {
        return false;
    }
    let sum = b[..12]
        .iter()
        .zip((2..=13).rev())
        .try_fold(0, |sum, (c, weight): (&u8, u32)| Some(sum + mx_worth(*c)? * weight));
    sum.is_some_and(|sum| b[12] == b"0123456789A"[((11 - sum % 11) % 11) as usize])
}

/// Turkish identity number (Nüfus Hizmetleri Kanunu): eleven digits, two check digits.
pub fn tr_kimlik(b: &[u8]) -> bool {
    if b.len() != 11 || b[0] == b'0' || !all_digits(b) {
        return false;
    }
    let d = |at: usize| u32::from(b[at] - b'0');
    let odd = d(0) + d(2) + d(4) + d(6) + d(8);
    let even = d(1) + d(3) + d(5) + d(7);
    d(9) == (odd * 7 + 90 - even) % 10 && d(10) == (odd + even + d(9)) % 10
}

/// Thai identity number: thirteen digits, check modulo 11.
pub fn th_id(b: &[u8]) -> bool {
    b.len() == 13
        && b[0] != b'0'
        && !monotone(b)
        && weighted(&b[..12], &[13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2])
            .is_some_and(|sum| digit(b[12]) == Some((11 - sum % 11) % 10))
}

/// Malaysian MyKad: birth date, place of birth, serial.
pub fn my_kad(b: &[u8]) -> bool {
    b.len() == 12
        && all_digits(b)
        && is_yymmdd(&b[..6])
        && number(&b[6..8]).is_some_and(|place| matches!(place, 1..=16 | 21..=59 | 60..=68 | 71 | 72 | 74..=79 | 82..=93 | 98 | 99))
}

/// Russian SNILS (insurance number): nine digits and a check modulo 101.
pub fn snils(b: &[u8]) -> bool {
    b.len() == 11
        && !monotone(b)
        && weighted(&b[..9], &[9, 8, 7, 6, 5, 4, 3, 2, 1])
            .is_some_and(|sum| number(&b[9..]) == Some(sum % 101 % 100))
}

/// Russian INN of a person: ten digits and two check digits modulo 11.
pub fn inn(b: &[u8]) -> bool {
    b.len() == 12
        && !monotone(b)
        && weighted(&b[..10], &[7, 2, 4, 10, 3, 5, 9, 4, 6, 8])
            .is_some_and(|sum| digit(b[10]) == Some(sum % 11 % 10))
        && weighted(&b[..11], &[3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8])
            .is_some_and(|sum| digit(b[11]) == Some(sum % 11 % 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn greater_china_is_checked() {
        assert!(hk_id(b"A1234563") && hk_id(b"C6686689") && hk_id(b"AB9876543"));
        assert!(!hk_id(b"A1234564") && !hk_id(b"12345678") && !hk_id(b"ABC123456"));
        assert!(taiwan_id(b"A123456789") && taiwan_id(b"A800000014"));
        assert!(!taiwan_id(b"A123456788") && !taiwan_id(b"A323456789"));
        assert!(macau_id(b"51234567") && !macau_id(b"21234567"));
    }

    #[test]
    fn india_and_brazil_are_checked() {
        assert!(aadhaar(b"234123412346") && !aadhaar(b"234123412347") && !aadhaar(b"134123412346"));
        assert!(pan(b"ACUPA7085R") && !pan(b"ACUXA7085R") && !pan(b"ACUPA0000R"));
        assert!(cpf(b"39053344705") && !cpf(b"39053344706") && !cpf(b"11111111111"));
        assert!(cnpj(b"16727230000197") && !cnpj(b"16727230000198"));
    }

    #[test]
    fn east_asia_is_checked() {
        assert!(kr_rrn_checked(b"9710139019902") && !kr_rrn_checked(b"9710139019903"));
        assert!(!kr_rrn(b"9713139019902"));
        assert!(my_number(b"621498320257") && !my_number(b"621498320258"));
        assert!(nric(b"S1234567D") && !nric(b"S1234567C") && nric(b"F1234567N"));
        assert!(th_id(b"3100600445635") && !th_id(b"3100600445634"));
        assert!(my_kad(b"770305021234") && !my_kad(b"771305021234"));
    }

    #[test]
    fn the_commonwealth_is_checked() {
        assert!(tfn(b"123456782") && !tfn(b"999999999") && !tfn(b"123456789"));
        assert!(au_medicare(b"2123456701") && !au_medicare(b"2123456711"));
        assert!(abn(b"83914571673") && !abn(b"99999999999"));
        assert!(ca_sin(b"123456782") && !ca_sin(b"123456781") && !ca_sin(b"046454286"));
        assert!(za_id(b"7503305044089") && !za_id(b"8503305044089"));
    }

    #[test]
    fn mexico_turkey_and_russia_are_checked() {
        assert!(curp(b"BOXW310820HNERXN09") && !curp(b"BOXW310820HNERXN08"));
        assert!(rfc(b"GODE561231GR8") && !rfc(b"GODE561231GR9"));
        assert!(tr_kimlik(b"17291716060") && !tr_kimlik(b"17291716050"));
        assert!(snils(b"11223344595") && !snils(b"11223344596"));
        assert!(inn(b"500100732259") && !inn(b"500100732258"));
    }
}
