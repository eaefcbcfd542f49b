//! Resident identity numbers of China (GB 11643-1999): six digits of a place, eight of a date, three of
//! a sequence, a check character. A number is counted among all that have a province there is and a
//! date between 1900 and 2099, so that what stands for it passes the checks that systems make.

use jiff::{ToSpan as _, Unit, civil::Date};

/// Two digits of the province, GB/T 2260; 83 is of residence permits.
const PROVINCES: [u8; 35] = [
    11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52,
    53, 54, 61, 62, 63, 64, 65, 71, 81, 82, 83,
];
/// Days from 1900-01-01 to 2099-12-31.
const DAYS: u128 = 73_049;
/// How many numbers there are.
pub(crate) const SIZE: u128 = 35 * 10_000 * DAYS * 1_000;

fn first_day() -> Date {
    jiff::civil::date(1900, 1, 1)
}

/// Its place among all numbers; `None` for what is none.
pub(crate) fn rank(value: &str) -> Option<u128> {
    let bytes = value.as_bytes();
    if bytes.len() != 18 || !bytes[..17].iter().all(u8::is_ascii_digit) {
        return None;
    }
    if bytes[17].to_ascii_uppercase() != check(&bytes[..17]) {
        return None;
    }
    let part = |from: usize, to: usize| value[from..to].parse::<u32>().ok();
    let province = PROVINCES.iter().position(|one| Some(u32::from(*one)) == part(0, 2))?;
    let (year, month, day) = (part(6, 10)?, part(10, 12)?, part(12, 14)?);
    let date = Date::new(year.try_into().ok()?, month.try_into().ok()?, day.try_into().ok()?);
    let since = first_day().until((Unit::Day, date.ok()?)).ok()?.get_days();
    let day = u128::try_from(since).ok().filter(|day| *day < DAYS)?;
    let place = province as u128 * 10_000 + u128::from(part(2, 6)?);
    Some((place * DAYS + day) * 1_000 + u128::from(part(14, 17)?))
}

/// The number at a place.
pub(crate) fn written(rank: u128) -> String {
    let (rest, sequence) = (rank / 1_000, rank % 1_000);
    let (place, day) = (rest / DAYS, rest % DAYS);
    let province = PROVINCES[(place / 10_000) as usize % PROVINCES.len()];
    // Within the years of the table, which no overflow can leave.
    let date = first_day().saturating_add((day as i64).days());
    let mut text = format!(
        "{province}{:04}{:04}{:02}{:02}{sequence:03}",
        place % 10_000,
        date.year(),
        date.month(),
        date.day()
    );
    let check = check(text.as_bytes());
    text.push(char::from(check));
    text
}

/// ISO 7064 MOD 11-2 over seventeen digits.
fn check(digits: &[u8]) -> u8 {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = digits.iter().zip(WEIGHTS).map(|(d, w)| u32::from(d - b'0') * w).sum();
    b"10X98765432"[(sum % 11) as usize]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::{Maker, Shape};
    use proptest::prelude::*;

    #[test]
    fn the_standards_own_example_is_one() {
        // GB 11643-1999, annex A.
        for value in ["11010519491231002X", "440524188001010014"] {
            let read = rank(value);
            assert_eq!(read.is_some(), value.starts_with("11"), "1880 is before our years");
            if let Some(rank) = read {
                assert_eq!(written(rank), value);
            }
        }
        assert!(rank("11010519490231002X").is_none(), "no 31 February");
        assert!(rank("99010519491231002X").is_none());
        assert_eq!(rank("11010519491231002x"), rank("11010519491231002X"));
    }

    #[test]
    fn the_first_and_the_last_are_numbers() {
        assert_eq!(rank(&written(0)), Some(0));
        assert_eq!(rank(&written(SIZE - 1)), Some(SIZE - 1));
        assert!(written(SIZE - 1).starts_with("83999920991231999"));
    }

    #[test]
    fn the_detector_takes_a_token_for_a_resident_number() {
        for key in 0..20 {
            let maker = Maker::new(&[key; 32]);
            let token = maker
                .preserving("identity.national_id", Shape::ResidentId, "11010519491231002X", 0)
                .unwrap();
            assert!(rank(&token).is_some(), "{token}");
            assert_ne!(token, "11010519491231002X");
        }
    }

    proptest! {
        #[test]
        fn every_place_is_a_number_and_back(at in 0..SIZE) {
            prop_assert_eq!(rank(&written(at)), Some(at));
        }
    }
}
