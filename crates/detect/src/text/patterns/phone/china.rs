//! Mainland numbers (电信网编号计划, 2017): mobile numbers of all allocated prefixes, landlines with
//! area codes, 400 and 800 numbers.

use super::written::{Group, Written};

/// Second and third digit of the mobile numbers that are allocated to people, a bit each.
const MOBILE: [[u8; 10]; 7] = [
    *b"0123456789", // 13x
    *b"-----56789", // 14x
    *b"0123-56789", // 15x
    *b"--2--567--", // 16x
    *b"012345678-", // 17x
    *b"0123456789", // 18x
    *b"0123-56789", // 19x
];

/// Eleven digits of a mobile number with an allocated prefix.
pub fn is_mobile(digits: &[u8]) -> bool {
    digits.len() == 11
        && digits[0] == b'1'
        && digits[1] >= b'3'
        && MOBILE[usize::from(digits[1] - b'3')][usize::from(digits[2] - b'0')] == digits[2]
}

/// Groups as people cut a mobile number: 3-4-4, 3-8, 3-3-5, 4-3-4, 3-2-2-2-2 or none.
pub fn is_mobile_cut(groups: &[Group]) -> bool {
    let lengths: Vec<usize> = groups.iter().map(Group::len).collect();
    matches!(
        lengths.as_slice(),
        [11] | [3, 4, 4] | [3, 8] | [7, 4] | [3, 3, 5] | [4, 3, 4] | [3, 2, 2, 2, 2] | [4, 4, 3]
    )
}

/// Digits of the area code at the start, with its zero: 010, 02x, 03xx–09xx.
pub fn area_code(digits: &[u8]) -> Option<usize> {
    match digits {
        [b'0', b'1', b'0', ..] | [b'0', b'2', b'0'..=b'5' | b'7'..=b'9', ..] => Some(3),
        [b'0', b'3'..=b'9', b'1'..=b'9', _, ..] => Some(4),
        _ => None,
    }
}

/// Landline: area code and seven or eight digits, cut after the area code or not at all.
pub fn is_landline(written: &Written, count: usize) -> bool {
    let digits = written.digits(count);
    let Some(area) = area_code(digits) else { return false };
    let subscriber = &digits[area..];
    let groups = &written.groups()[..count];
    let cut = groups[0].len() == area || count == 1;
    (7..=8).contains(&subscriber.len())
        && (b'2'..=b'8').contains(&subscriber[0])
        && cut
        && count <= 3
        && groups.iter().all(|group| !matches!(group.sign, b'.' | b'/'))
}

/// 400 and 800 numbers: `400-810-8888`, `400 8108888`, `4008-108-888`.
pub fn is_service(written: &Written, count: usize) -> bool {
    let digits = written.digits(count);
    digits.len() == 10
        && (digits.starts_with(b"400") || digits.starts_with(b"800"))
        && (2..=4).contains(&count)
        && written.groups()[..count].iter().all(|group| matches!(group.sign, 0 | b' ' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_allocated_prefixes_are_mobile_numbers() {
        for prefix in ["133", "145", "149", "153", "166", "173", "178", "180", "192", "195", "199"]
        {
            assert!(is_mobile(format!("{prefix}12345678").as_bytes()), "{prefix}");
        }
        for prefix in ["123", "154", "160", "179", "194", "213"] {
            assert!(!is_mobile(format!("{prefix}12345678").as_bytes()), "{prefix}");
        }
    }

    #[test]
    fn landlines_have_an_area_code() {
        for good in ["010-62345678", "0755 83765566", "02162345678", "(021)62345678"] {
            let start = usize::from(good.starts_with('('));
            let written = Written::read(good, start);
            assert!(is_landline(&written, written.groups().len()), "{good}");
        }
        for bad in ["0101234567", "026-62345678", "010-12345678", "0755.83765566"] {
            let written = Written::read(bad, 0);
            assert!(!is_landline(&written, written.groups().len()), "{bad}");
        }
    }
}
