//! Payment cards: issuer ranges (ISO/IEC 7812, the networks' published ranges), lengths, Luhn's digit.

use super::digits::{all_digits, luhn, monotone, number};

/// How telling the first digits of a card are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Issuer {
    /// A range in which banks issue, too wide to speak without a word beside it.
    Domestic,
    /// A network's published range.
    Network,
}

/// A payment card's issuer range when number, length and Luhn's digit agree; digits only.
pub fn issuer(b: &[u8]) -> Option<Issuer> {
    if !(12..=19).contains(&b.len()) || !all_digits(b) {
        return None;
    }
    let found = range(b)?;
    (!monotone(b) && luhn(b)).then_some(found)
}

/// A payment card of any issuer.
pub fn card(b: &[u8]) -> bool {
    issuer(b).is_some()
}

/// A card of a network: the range alone says so.
pub fn network_card(b: &[u8]) -> bool {
    issuer(b) == Some(Issuer::Network)
}

/// UnionPay's own range.
pub fn unionpay(b: &[u8]) -> bool {
    b.starts_with(b"62") && network_card(b)
}

/// A number of a card's length that passes Luhn's check, of any issuer (ISO/IEC 7812-1).
pub fn luhn_number(b: &[u8]) -> bool {
    (12..=19).contains(&b.len()) && !monotone(b) && luhn(b)
}

/// A card of a Chinese bank: UnionPay's 62 and the older domestic ranges; 16–19 digits.
pub fn chinese_bank_card(b: &[u8]) -> bool {
    b.len() >= 16 && (b.starts_with(b"62") || domestic_chinese(b)) && card(b)
}

/// | network | first digits | length |
/// |---|---|---|
/// | Visa | 4 | 13, 16–19 |
/// | Mastercard | 51–55, 2221–2720 | 16 |
/// | American Express | 34, 37 | 15 |
/// | Diners Club | 300–305, 3095, 36, 38, 39 | 14, 16–19 |
/// | JCB | 3528–3589; 2131, 1800 | 16–19; 15 |
/// | Discover | 6011, 644–649, 65 | 16–19 |
/// | UnionPay | 62, 81 | 16–19 |
/// | Maestro | 5018, 5020, 5038, 5893, 6304, 6759, 676 | 12–19 |
/// | Mir | 2200–2204 | 16–19 |
/// | RuPay | 508, 353, 356, 60, 82 | 16 |
/// | Troy, Elo, Verve, Humo, Uzcard | 9792; 5067, 509, 6277, 6362, 6363; 506; 9860; 8600 | 16 (Verve to 19) |
fn range(b: &[u8]) -> Option<Issuer> {
    let four = number(&b[..4])?;
    let (two, three, length) = (four / 100, four / 10, b.len());
    let long = (16..=19).contains(&length);
    let network = match b[0] {
        b'4' => length == 13 || long,
        b'3' => match two {
            34 | 37 => length == 15,
            30 => (matches!(three, 300..=305) || four == 3095) && (length == 14 || long),
            36 | 38 | 39 => length == 14 || long,
            35 => (3528..=3589).contains(&four) && long,
            _ => false,
        },
        b'5' => match four {
            5018 | 5020 | 5038 | 5893 => true,
            5100..=5599 => length == 16,
            5060..=5099 => long,
            _ => false,
        },
        b'2' => match four {
            2221..=2720 => length == 16,
            2200..=2204 => long,
            2131 => length == 15,
            _ => false,
        },
        b'1' => four == 1800 && length == 15,
        b'6' => match four {
            6304 | 6759 | 6761..=6763 => true,
            6011 | 6200..=6299 | 6440..=6599 | 6362 | 6363 => long,
            6000..=6099 => length == 16,
            _ => false,
        },
        b'8' => matches!(two, 81 | 82) && long || four == 8600 && length == 16,
        b'9' => matches!(four, 9792 | 9860) && length == 16,
        _ => false,
    };
    if network {
        return Some(Issuer::Network);
    }
    let fives_and_sixes = (50..=69).contains(&two);
    (fives_and_sixes || long && domestic_chinese(b)).then_some(Issuer::Domestic)
}

/// Ranges in which Chinese banks issued before UnionPay got 62 in 2002 and a few co-branded ones:
/// 103 (Agricultural Bank), 60, 66, 68, 69, 84, 87, 90–99 (95588 ICBC, 9559 Agricultural Bank …).
fn domestic_chinese(b: &[u8]) -> bool {
    matches!(&b[..2], b"60" | b"66" | b"68" | b"69" | b"84" | b"87")
        || b[0] == b'9'
        || b.starts_with(b"103")
}

/// Group lengths in which cards are printed: 4-4-4-4, American Express 4-6-5, Diners Club 4-6-4,
/// UnionPay 4-4-4-4-3 and 6-13.
pub fn printed_as_card(groups: &[usize]) -> bool {
    matches!(groups, [4, 6, 4 | 5] | [4, 4, 4, 1 | 4] | [4, 4, 4, 4, 1..=3] | [6, 13])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_networks_test_numbers_are_cards() {
        for good in [
            "4111111111111111",
            "4222222222222",
            "5555555555554444",
            "2223003122003222",
            "378282246310005",
            "30569309025904",
            "38520000023237",
            "6011111111111117",
            "3530111333300000",
            "6759649826438453",
            "630490017740292441",
            "2200000000000004",
            "6200000000000005",
            "6205500000000000004",
            "8171999927660000",
            "9792030394440796",
        ] {
            assert_eq!(issuer(good.as_bytes()), Some(Issuer::Network), "{good}");
        }
    }

    #[test]
    fn other_numbers_are_none() {
        for bad in [
            "4111111111111112",
            "1111111111111117",
            "0000000000000000",
            "41111",
            "4111a11111111111",
            "7992739871300000",
            "4000000000000000",
        ] {
            assert!(!card(bad.as_bytes()), "{bad}");
        }
    }

    #[test]
    fn chinese_cards_have_domestic_ranges() {
        assert_eq!(issuer(b"9558800200135073266"), Some(Issuer::Domestic));
        assert!(
            chinese_bank_card(b"9558800200135073266") && chinese_bank_card(b"6200000000000005")
        );
        assert!(!chinese_bank_card(b"4111111111111111"));
    }

    #[test]
    fn groups_are_those_on_the_plastic() {
        assert!(printed_as_card(&[4, 4, 4, 4]) && printed_as_card(&[4, 6, 5]));
        assert!(!printed_as_card(&[3, 3, 4]) && !printed_as_card(&[16]));
    }
}
