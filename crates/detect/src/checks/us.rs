//! Numbers of the United States. All functions take upper case without separators.

use super::digits::{all_digits, digit, is_form, luhn_sum, monotone, number, staircase};

/// Social security number: area not 000, 666 or 900–999, group not 00, serial not 0000 (SSA POMS RM
/// 10201.035); nor the numbers that were printed on sample cards.
pub fn ssn(b: &[u8]) -> bool {
    b.len() == 9
        && all_digits(b)
        && b[0] != b'9'
        && !b.starts_with(b"000")
        && !b.starts_with(b"666")
        && &b[3..5] != b"00"
        && &b[5..] != b"0000"
        && !monotone(b)
        && !staircase(b)
        && !matches!(b, b"078051120" | b"219099999" | b"457555462")
}

/// Individual taxpayer identification number: 9xx, group 50–65, 70–88, 90–92 or 94–99 (IRS
/// Publication 1915; 93 is the adoption number).
pub fn itin(b: &[u8]) -> bool {
    b.len() == 9
        && all_digits(b)
        && b[0] == b'9'
        && !monotone(b)
        && number(&b[3..5]).is_some_and(|g| matches!(g, 50..=65 | 70..=88 | 90..=99))
}

/// National provider identifier: Luhn with the prefix 80840 (45 CFR 162.406).
pub fn npi(b: &[u8]) -> bool {
    // The prefix adds 24 to the sum.
    b.len() == 10
        && matches!(b[0], b'1' | b'2')
        && luhn_sum(b).is_some_and(|sum| (sum + 24).is_multiple_of(10))
}

/// Medicare beneficiary identifier: eleven characters in a fixed order of digits and letters, none of
/// S, L, O, I, B, Z (CMS, “Understanding the MBI”).
pub fn mbi(b: &[u8]) -> bool {
    is_form(b, b"9AX9AX9AA99")
        && b[0] != b'0'
        && !b.iter().any(|c| matches!(c, b'S' | b'L' | b'O' | b'I' | b'B' | b'Z'))
}

/// Drug Enforcement Administration number: registrant, initial, six digits and their check.
pub fn dea(b: &[u8]) -> bool {
    if b.len() != 9 || !b"ABCDEFGHJKLMPRSTUX".contains(&b[0]) {
        return false;
    }
    if !(b[1].is_ascii_uppercase() || b[1] == b'9') || monotone(&b[2..]) {
        return false;
    }
    let d = |at: usize| digit(b[at]);
    let sum = || Some(d(2)? + d(4)? + d(6)? + 2 * (d(3)? + d(5)? + d(7)?));
    all_digits(&b[2..]) && sum().is_some_and(|s| digit(b[8]) == Some(s % 10))
}

/// Passport: nine digits, or a letter and eight digits since 2021 (State Department, Next Generation
/// Passport).
pub fn passport(b: &[u8]) -> bool {
    b.len() == 9 && b[0].is_ascii_alphanumeric() && all_digits(&b[1..]) && !monotone(&b[1..])
}

/// Forms of drivers' licences by state (AAMVA's list of formats): `A` a letter, `9` a digit.
const LICENCES: [(&str, &[&[u8]]); 51] = [
    ("AL", &[b"9999999", b"99999999"]),
    ("AK", &[b"9999999"]),
    ("AZ", &[b"A99999999", b"999999999"]),
    ("AR", &[b"99999999", b"999999999"]),
    ("CA", &[b"A9999999"]),
    ("CO", &[b"999999999", b"AA999999"]),
    ("CT", &[b"999999999"]),
    ("DE", &[b"9999999"]),
    ("DC", &[b"9999999", b"999999999"]),
    ("FL", &[b"A999999999999"]),
    ("GA", &[b"999999999"]),
    ("HI", &[b"A99999999", b"999999999"]),
    ("ID", &[b"AA999999A", b"999999999"]),
    ("IL", &[b"A99999999999", b"A999999999999"]),
    ("IN", &[b"9999999999", b"999999999", b"A999999999"]),
    ("IA", &[b"999999999", b"999AA9999"]),
    ("KS", &[b"A99999999", b"A9A9A", b"999999999"]),
    ("KY", &[b"A99999999", b"A999999999", b"999999999"]),
    ("LA", &[b"999999999"]),
    ("ME", &[b"9999999", b"9999999A", b"99999999"]),
    ("MD", &[b"A999999999999"]),
    ("MA", &[b"A99999999", b"999999999", b"AA9999999"]),
    ("MI", &[b"A9999999999", b"A999999999999"]),
    ("MN", &[b"A999999999999"]),
    ("MS", &[b"999999999"]),
    (
        "MO",
        &[
            b"A999999",
            b"A9999999",
            b"A99999999",
            b"A999999999",
            b"999999999",
            b"99999999A",
            b"999999999A",
            b"999A999999",
        ],
    ),
    ("MT", &[b"A99999999", b"9999999999999", b"999999999", b"99999999999999"]),
    ("NE", &[b"A99999999", b"A9999999", b"A999999"]),
    ("NV", &[b"9999999999", b"999999999999", b"X99999999", b"999999999"]),
    ("NH", &[b"99AAA99999", b"AAA99999999"]),
    ("NJ", &[b"A99999999999999"]),
    ("NM", &[b"99999999", b"999999999"]),
    (
        "NY",
        &[
            b"A9999999",
            b"A999999999999999999",
            b"99999999",
            b"999999999",
            b"9999999999999999",
            b"AAAAAAAA",
        ],
    ),
    ("NC", &[b"999999999999", b"99999999", b"9999999"]),
    ("ND", &[b"AAA999999", b"999999999"]),
    ("OH", &[b"AA999999", b"A9999999", b"99999999"]),
    ("OK", &[b"A999999999", b"999999999"]),
    ("OR", &[b"A999999", b"9999999", b"99999999"]),
    ("PA", &[b"99999999"]),
    ("RI", &[b"9999999", b"A999999"]),
    ("SC", &[b"99999999", b"999999999", b"9999999999", b"99999999999"]),
    ("SD", &[b"9999999999", b"99999999", b"999999999999"]),
    ("TN", &[b"9999999", b"99999999", b"999999999"]),
    ("TX", &[b"9999999", b"99999999"]),
    ("UT", &[b"9999999", b"99999999", b"999999999"]),
    ("VT", &[b"99999999", b"9999999A"]),
    ("VA", &[b"A99999999", b"A999999999", b"999999999"]),
    ("WA", &[b"AAA99AA9999A", b"AAAAAAA999AA", b"WDL99999999A"]),
    ("WV", &[b"9999999", b"A999999", b"AA99999"]),
    ("WI", &[b"A9999999999999"]),
    ("WY", &[b"9999999999", b"999999999"]),
];

/// A driver's licence of one of the states. Only its form is known: a label is needed.
pub fn driver_licence(b: &[u8]) -> bool {
    (5..=19).contains(&b.len())
        && b.iter().any(u8::is_ascii_digit)
        && !monotone(b)
        && LICENCES.iter().any(|(_, forms)| forms.iter().any(|form| is_form(b, form)))
}

/// The states whose licences have this form, by their postal abbreviation.
pub fn states_of_licence(b: &[u8]) -> impl Iterator<Item = &'static str> {
    LICENCES
        .iter()
        .filter(move |(_, forms)| forms.iter().any(|form| is_form(b, form)))
        .map(|(state, _)| *state)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn social_security_numbers_avoid_what_is_never_issued() {
        assert!(ssn(b"536904399"));
        for never in
            [b"000123456", b"666123456", b"912345678", b"536004399", b"536900000", b"078051120"]
        {
            assert!(!ssn(never), "{never:?}");
        }
        assert!(!ssn(b"123456789") && !ssn(b"53690439") && !ssn(b"53690439a"));
    }

    #[test]
    fn taxpayers_and_medicine_have_their_forms() {
        assert!(itin(b"912703456") && !itin(b"912453456") && !itin(b"812703456"));
        // CMS's own examples.
        assert!(npi(b"1234567893") && !npi(b"1234567894") && !npi(b"3234567893"));
        assert!(mbi(b"1EG4TE5MK73") && !mbi(b"1EG4TE5MK7A") && !mbi(b"0EG4TE5MK73"));
        assert!(!mbi(b"1SG4TE5MK73"));
        assert!(dea(b"AB1234563") && !dea(b"AB1234564") && !dea(b"QB1234563"));
        assert!(passport(b"A12345678") && passport(b"512345678") && !passport(b"AB1234567"));
    }

    #[test]
    fn licences_have_the_forms_of_states() {
        assert!(driver_licence(b"D1234567") && driver_licence(b"S12345678901"));
        assert!(!driver_licence(b"ABCDEFGH") && !driver_licence(b"0000000"));
        assert!(states_of_licence(b"A12345678901234").eq(["NJ"]));
    }
}
