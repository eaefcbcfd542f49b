//! Bank accounts and banks.

use super::digits::{all_digits, mod_97, monotone, number, weighted};

/// Length of an IBAN by country (SWIFT IBAN registry, release 99).
const IBAN_LENGTHS: [(&[u8; 2], u8); 89] = [
    (b"AD", 24),
    (b"AE", 23),
    (b"AL", 28),
    (b"AT", 20),
    (b"AZ", 28),
    (b"BA", 20),
    (b"BE", 16),
    (b"BG", 22),
    (b"BH", 22),
    (b"BI", 27),
    (b"BR", 29),
    (b"BY", 28),
    (b"CH", 21),
    (b"CR", 22),
    (b"CY", 28),
    (b"CZ", 24),
    (b"DE", 22),
    (b"DJ", 27),
    (b"DK", 18),
    (b"DO", 28),
    (b"EE", 20),
    (b"EG", 29),
    (b"ES", 24),
    (b"FI", 18),
    (b"FK", 18),
    (b"FO", 18),
    (b"FR", 27),
    (b"GB", 22),
    (b"GE", 22),
    (b"GI", 23),
    (b"GL", 18),
    (b"GR", 27),
    (b"GT", 28),
    (b"HN", 28),
    (b"HR", 21),
    (b"HU", 28),
    (b"IE", 22),
    (b"IL", 23),
    (b"IQ", 23),
    (b"IS", 26),
    (b"IT", 27),
    (b"JO", 30),
    (b"KW", 30),
    (b"KZ", 20),
    (b"LB", 28),
    (b"LC", 32),
    (b"LI", 21),
    (b"LT", 20),
    (b"LU", 20),
    (b"LV", 21),
    (b"LY", 25),
    (b"MC", 27),
    (b"MD", 24),
    (b"ME", 22),
    (b"MK", 19),
    (b"MN", 20),
    (b"MR", 27),
    (b"MT", 31),
    (b"MU", 30),
    (b"NI", 28),
    (b"NL", 18),
    (b"NO", 15),
    (b"OM", 23),
    (b"PK", 24),
    (b"PL", 28),
    (b"PS", 29),
    (b"PT", 25),
    (b"QA", 29),
    (b"RO", 24),
    (b"RS", 22),
    (b"RU", 33),
    (b"SA", 24),
    (b"SC", 31),
    (b"SD", 18),
    (b"SE", 24),
    (b"SI", 19),
    (b"SK", 24),
    (b"SM", 27),
    (b"SO", 23),
    (b"ST", 25),
    (b"SV", 28),
    (b"TL", 23),
    (b"TN", 24),
    (b"TR", 26),
    (b"UA", 29),
    (b"VA", 22),
    (b"VG", 24),
    (b"XK", 20),
    (b"YE", 30),
];

/// Length of the IBANs of a country, from its two letters.
pub fn iban_length(country: &[u8]) -> Option<usize> {
    IBAN_LENGTHS
        .binary_search_by(|(code, _)| code.as_slice().cmp(country))
        .ok()
        .map(|at| usize::from(IBAN_LENGTHS[at].1))
}

/// IBAN (ISO 13616-1): country, its length, remainder 1 of MOD 97-10. Upper case without separators.
pub fn iban(b: &[u8]) -> bool {
    b.len() >= 15
        && iban_length(&b[..2]) == Some(b.len())
        && b[2..4].iter().all(u8::is_ascii_digit)
        && mod_97(b[4..].iter().chain(&b[..4])) == Some(1)
}

/// Countries in a BIC (ISO 3166-1 alpha-2 of SWIFT members, with XK).
const COUNTRIES: &str = " AD AE AF AG AI AL AM AO AR AT AU AW AZ BA BB BD BE BF BG BH BI BJ BM BN BO BQ BR BS BT BW BY BZ CA CD CF CG CH CI CK CL CM CN CO CR CU CV CW CY CZ DE DJ DK DM DO DZ EC EE EG ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GT GU GW GY HK HN HR HT HU ID IE IL IM IN IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NG NI NL NO NP NR NZ OM PA PE PF PG PH PK PL PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TG TH TJ TL TM TN TO TR TT TV TW TZ UA UG US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW ";

/// Business identifier code (ISO 9362): four letters or digits of the party, country, two of the place,
/// optionally three of the branch. The words of a language pass too: it needs a label.
pub fn bic(b: &[u8]) -> bool {
    if !matches!(b.len(), 8 | 11) || !b[..6].iter().all(u8::is_ascii_uppercase) {
        return false;
    }
    let Ok(country) = std::str::from_utf8(&b[4..6]) else { return false };
    b[6..].iter().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
        && COUNTRIES.split(' ').any(|code| code == country)
}

/// American Bankers Association routing number: Federal Reserve district and weights 3, 7, 1
/// (ABA Key to Routing Numbers).
pub fn aba_routing(b: &[u8]) -> bool {
    b.len() == 9
        && number(&b[..2]).is_some_and(|d| matches!(d, 1..=12 | 21..=32 | 61..=72 | 80))
        && weighted(b, &[3, 7, 1, 3, 7, 1, 3, 7, 1]).is_some_and(|sum| sum.is_multiple_of(10))
}

/// A bank account of any country by its length: 6–17 digits.
pub fn account(b: &[u8]) -> bool {
    (6..=19).contains(&b.len()) && all_digits(b) && !monotone(b)
}

/// British sort code and account: six and eight digits.
pub fn sort_code_and_account(b: &[u8]) -> bool {
    b.len() == 14 && all_digits(b) && !monotone(&b[6..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ibans_need_country_length_and_remainder() {
        for good in [
            "DE89370400440532013000",
            "GB82WEST12345698765432",
            "FR1420041010050500013M02606",
            "NO9386011117947",
            "MT84MALT011000012345MTLCAST001S",
            "SA0380000000608010167519",
            "BR1800360305000010009795493C1",
        ] {
            assert!(iban(good.as_bytes()), "{good}");
        }
        for bad in
            ["DE89370400440532013001", "DE8937040044053201300", "HELLOWORLDHELLOWORLD", "", "DE"]
        {
            assert!(!iban(bad.as_bytes()), "{bad}");
        }
    }

    #[test]
    fn the_registry_is_sorted_for_searching() {
        assert!(IBAN_LENGTHS.windows(2).all(|w| w[0].0 < w[1].0));
        assert_eq!(iban_length(b"YE"), Some(30));
        assert_eq!(iban_length(b"US"), None);
    }

    #[test]
    fn banks_are_checked() {
        assert!(bic(b"DEUTDEFF") && bic(b"NEDSZAJJXXX") && bic(b"ICBKCNBJ"));
        assert!(!bic(b"ABCDEFGH") && !bic(b"DEUTDEF") && !bic(b"12345678"));
        assert!(aba_routing(b"111000025") && aba_routing(b"021000021"));
        assert!(!aba_routing(b"111000026") && !aba_routing(b"991000025"));
        assert!(account(b"12345670") && !account(b"12") && !account(b"000000000"));
    }
}
