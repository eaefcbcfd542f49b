//! National numbers of northern and eastern Europe and Ireland. All functions take upper case without
//! separators.

use super::digits::{
    all_digits, digit, is_day, luhn, mod_11_10, monotone, number, remainder, weighted,
};

/// Polish PESEL (ustawa of 24 September 2010): birth date with the century in the month, weights
/// 1, 3, 7, 9.
pub fn pl_pesel(b: &[u8]) -> bool {
    if b.len() != 11 {
        return false;
    }
    let (Some(y), Some(m), Some(d)) = (number(&b[..2]), number(&b[2..4]), number(&b[4..6])) else {
        return false;
    };
    let century = [1900, 2000, 2100, 2200, 1800][(m / 20) as usize % 5];
    is_day(century + y, m % 20, d)
        && weighted(b, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]).is_some_and(|s| s.is_multiple_of(10))
}

/// Polish tax number NIP: weights modulo 11.
pub fn pl_nip(b: &[u8]) -> bool {
    b.len() == 10
        && !monotone(b)
        && weighted(&b[..9], &[6, 5, 7, 2, 3, 4, 5, 6, 7])
            .is_some_and(|sum| digit(b[9]) == Some(sum % 11))
}

/// Swedish personnummer or coordination number (Folkbokföringslagen § 18): birth date (day + 60),
/// serial, Luhn; ten digits or twelve with the century.
pub fn se_personnummer(b: &[u8]) -> bool {
    let short = match b.len() {
        10 => b,
        12 if matches!(&b[..2], b"18" | b"19" | b"20") => &b[2..],
        _ => return false,
    };
    let (Some(y), Some(m), Some(d)) =
        (number(&short[..2]), number(&short[2..4]), number(&short[4..6]))
    else {
        return false;
    };
    let day = if d > 60 { d - 60 } else { d };
    (is_day(1900 + y, m, day) || is_day(2000 + y, m, day)) && &short[6..9] != b"000" && luhn(short)
}

/// Danish CPR number (CPR-loven): birth date and serial.
pub fn dk_cpr(b: &[u8]) -> bool {
    b.len() == 10 && all_digits(b) && super::digits::is_ddmmyy(&b[..6]) && !monotone(&b[6..])
}

/// Danish CPR number whose check modulo 11 holds; since 2007 not all do.
pub fn dk_cpr_checked(b: &[u8]) -> bool {
    dk_cpr(b)
        && weighted(b, &[4, 3, 2, 7, 6, 5, 4, 3, 2, 1]).is_some_and(|sum| sum.is_multiple_of(11))
}

/// Norwegian fødselsnummer or D-number (Folkeregisterloven): birth date (day or month + 40), two check
/// digits modulo 11.
pub fn no_fodselsnummer(b: &[u8]) -> bool {
    if b.len() != 11 {
        return false;
    }
    let (Some(d), Some(m), Some(y)) = (number(&b[..2]), number(&b[2..4]), number(&b[4..6])) else {
        return false;
    };
    let day = if d > 40 { d - 40 } else { d };
    let month = if m > 40 { m - 40 } else { m };
    (is_day(1900 + y, month, day) || is_day(2000 + y, month, day))
        && weighted(b, &[3, 7, 6, 1, 8, 9, 4, 5, 2, 1]).is_some_and(|s| s.is_multiple_of(11))
        && weighted(b, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]).is_some_and(|s| s.is_multiple_of(11))
}

/// Finnish henkilötunnus (Asetus 1133/2022): birth date, sign of the century (`-` dropped with the
/// separators, or a letter), serial, check character modulo 31.
pub fn fi_hetu(b: &[u8]) -> bool {
    const CHECKS: &[u8] = b"0123456789ABCDEFHJKLMNPRSTUVWXY";
    let serial = match b.len() {
        10 => &b[6..9],
        11 if matches!(b[6], b'A'..=b'F' | b'U'..=b'Y') => &b[7..10],
        _ => return false,
    };
    if !super::digits::is_ddmmyy(&b[..6]) {
        return false;
    }
    let (Some(date), Some(order)) = (number(&b[..6]), number(serial)) else { return false };
    order >= 2 && b[b.len() - 1] == CHECKS[((date * 1000 + order) % 31) as usize]
}

/// Irish personal public service number (Social Welfare Consolidation Act 2005 s. 262): seven digits,
/// check letter modulo 23, optionally a second letter.
pub fn ie_pps(b: &[u8]) -> bool {
    if !matches!(b.len(), 8 | 9) || monotone(&b[..7]) {
        return false;
    }
    let Some(sum) = weighted(&b[..7], &[8, 7, 6, 5, 4, 3, 2]) else { return false };
    let second = match b.get(8) {
        None | Some(b'W') => 0,
        Some(c @ (b'A'..=b'I' | b'T')) => u32::from(c - b'A') + 1,
        Some(_) => return false,
    };
    b[7] == b"WABCDEFGHIJKLMNOPQRSTUV"[((sum + second * 9) % 23) as usize]
        || b.get(8) == Some(&b'T') && b[7] == b"WABCDEFGHIJKLMNOPQRSTUV"[(sum % 23) as usize]
}

/// Czech and Slovak rodné číslo (zákon 133/2000 Sb. § 13): birth date (month + 50 for women, + 20 when a
/// day is full), serial, divisible by 11.
pub fn cz_rodne_cislo(b: &[u8]) -> bool {
    if b.len() != 10 {
        return false;
    }
    let (Some(y), Some(m), Some(d)) = (number(&b[..2]), number(&b[2..4]), number(&b[4..6])) else {
        return false;
    };
    let month = if m > 50 { m - 50 } else { m };
    let month = if month > 20 { month - 20 } else { month };
    let year = if y < 54 { 2000 + y } else { 1900 + y };
    // Until 1985 a remainder of 10 was written as 0.
    let check = match (remainder(b, 11), remainder(&b[..9], 11)) {
        (Some(0), _) => true,
        (_, Some(10)) => b[9] == b'0' && year < 1986,
        _ => false,
    };
    check && is_day(year, month, d)
}

/// Croatian OIB (Zakon o osobnom identifikacijskom broju): eleven digits, MOD 11,10.
pub fn hr_oib(b: &[u8]) -> bool {
    b.len() == 11 && !monotone(b) && mod_11_10(b)
}

/// Romanian CNP (OUG 97/2005): sex and century, birth date, county, order, check modulo 11.
pub fn ro_cnp(b: &[u8]) -> bool {
    if b.len() != 13 || !matches!(b[0], b'1'..=b'9') {
        return false;
    }
    let county = number(&b[7..9]).is_some_and(|c| matches!(c, 1..=48 | 51 | 52 | 70..=83));
    super::digits::is_yymmdd(&b[1..7])
        && county
        && weighted(&b[..12], &[2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9])
            .is_some_and(|sum| digit(b[12]) == Some(if sum % 11 == 10 { 1 } else { sum % 11 }))
}

/// Bulgarian EGN (Civil Registration Act art. 11): birth date with the century in the month, check
/// modulo 11.
pub fn bg_egn(b: &[u8]) -> bool {
    if b.len() != 10 {
        return false;
    }
    let (Some(y), Some(m), Some(d)) = (number(&b[..2]), number(&b[2..4]), number(&b[4..6])) else {
        return false;
    };
    let (century, month) = match m {
        41.. => (2000, m - 40),
        21..=40 => (1800, m - 20),
        _ => (1900, m),
    };
    is_day(century + y, month, d)
        && weighted(&b[..9], &[2, 4, 8, 5, 10, 9, 7, 3, 6])
            .is_some_and(|sum| digit(b[9]) == Some(sum % 11 % 10))
}

/// Estonian isikukood and Lithuanian asmens kodas: century and sex, birth date, serial, check modulo 11
/// in two rounds (EVS 585:2007).
pub fn baltic_personal_code(b: &[u8]) -> bool {
    if b.len() != 11 || !matches!(b[0], b'1'..=b'8') || !super::digits::is_yymmdd(&b[1..7]) {
        return false;
    }
    let round = |weights| weighted(&b[..10], weights).map(|sum| sum % 11);
    let check = match round(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) {
        Some(10) => round(&[3, 4, 5, 6, 7, 8, 9, 1, 2, 3]).map(|rest| rest % 10),
        other => other,
    };
    check.is_some() && check == digit(b[10])
}

/// Greek AMKA (law 3655/2008): birth date, serial, Luhn.
pub fn gr_amka(b: &[u8]) -> bool {
    b.len() == 11 && super::digits::is_ddmmyy(&b[..6]) && luhn(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polish_numbers_are_checked() {
        assert!(pl_pesel(b"44051401359") && !pl_pesel(b"44051401358") && !pl_pesel(b"44053401359"));
        assert!(pl_nip(b"8567346215") && !pl_nip(b"8567346216"));
    }

    #[test]
    fn nordic_numbers_are_checked() {
        assert!(se_personnummer(b"8803200016") && se_personnummer(b"198803200016"));
        assert!(!se_personnummer(b"8803200018") && !se_personnummer(b"8813200016"));
        assert!(dk_cpr(b"2110625629") && dk_cpr_checked(b"2110625629"));
        assert!(!dk_cpr(b"2113625629") && !dk_cpr_checked(b"2110625628"));
        assert!(no_fodselsnummer(b"15108695088") && !no_fodselsnummer(b"15108695077"));
        assert!(fi_hetu(b"131052308T") && fi_hetu(b"131052A308T") && !fi_hetu(b"131052308U"));
    }

    #[test]
    fn irish_and_czech_numbers_are_checked() {
        assert!(ie_pps(b"6433435F") && ie_pps(b"6433435FT") && ie_pps(b"6433435FW"));
        assert!(!ie_pps(b"6433435E") && !ie_pps(b"6433435EA"));
        assert!(cz_rodne_cislo(b"7103192745") && !cz_rodne_cislo(b"7103192746"));
        assert!(!cz_rodne_cislo(b"1103492745"));
    }

    #[test]
    fn the_east_is_checked() {
        assert!(hr_oib(b"33392005961") && !hr_oib(b"33392005962"));
        assert!(ro_cnp(b"1630615123457") && !ro_cnp(b"1630615123458"));
        assert!(bg_egn(b"7523169263") && bg_egn(b"8032056031") && !bg_egn(b"8032056030"));
        assert!(baltic_personal_code(b"36805280109") && baltic_personal_code(b"33309240064"));
        assert!(!baltic_personal_code(b"36805280108"));
        assert!(gr_amka(b"01013099997") && !gr_amka(b"01013099996"));
    }
}
