//! Addresses of the network and the telephone, licence plates.

/// An e-mail address of the common form (RFC 5321 without quoted local parts).
pub fn is_email(value: &str) -> bool {
    let Some((local, domain)) = value.split_once('@') else { return false };
    let local_ok = (1..=64).contains(&local.len())
        && !local.starts_with('.')
        && !local.ends_with('.')
        && local.chars().all(|c| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c));
    local_ok && is_domain(domain)
}

/// A domain name with at least one dot and a top level of letters.
pub fn is_domain(value: &str) -> bool {
    if value.len() > 253 {
        return false;
    }
    let mut last = "";
    let mut labels = 0;
    for label in value.split('.') {
        let ok = !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_');
        if !ok {
            return false;
        }
        labels += 1;
        last = label;
    }
    labels >= 2
        && last.chars().count() >= 2
        && (last.starts_with("xn--") || last.chars().all(char::is_alphabetic))
}

/// A web or file address.
pub fn is_url(value: &str) -> bool {
    value.split_once("://").is_some_and(|(scheme, rest)| {
        matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https" | "ftp")
            && rest.len() > 2
            && !rest.contains(' ')
    })
}

/// What sort of phone number a value looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phone {
    /// 11 digits from 13… to 19…, with or without +86.
    MobileCn,
    /// Area code and number.
    LandlineCn,
    /// `+` or `00` and a country code.
    International,
    /// Punctuated as phones are: brackets, or three groups of digits.
    Shaped,
    /// Only digits and perhaps one sign: could be anything.
    Loose,
}

/// Recognises a phone number. Dates, decimals, IP addresses and bare numbers are never more than
/// [`Phone::Loose`].
pub fn phone(value: &str) -> Option<Phone> {
    let main = strip_extension(value.trim());
    if !main.chars().all(|c| c.is_ascii_digit() || "+-() ./（）".contains(c)) {
        return None;
    }
    let digits: String = main.chars().filter(char::is_ascii_digit).collect();
    let groups = main.split(|c: char| !c.is_ascii_digit()).filter(|g| !g.is_empty()).count();
    let plus = main.starts_with('+') || main.starts_with("(+");
    let bracket = main.contains(['(', '（']);
    if let Some(national) = chinese_national(&digits, plus) {
        if is_mobile_cn(national) {
            return Some(Phone::MobileCn);
        }
        if is_landline_cn(national, main, bracket || plus) {
            return Some(Phone::LandlineCn);
        }
    }
    if plus {
        return (7..=15).contains(&digits.len()).then_some(Phone::International);
    }
    if digits.starts_with("00") && (10..=17).contains(&digits.len()) && !main.contains('.') {
        return Some(Phone::International);
    }
    if !(6..=15).contains(&digits.len()) || looks_like_another(main, &digits) {
        return None;
    }
    // Punctuation that people use for phones only: (425) 555-0142, 030-0074321, 555.123.4567.
    let shaped = (bracket && (8..=15).contains(&digits.len()))
        || (groups >= 3
            && (9..=14).contains(&digits.len())
            && main.len() <= digits.len() + groups + 2);
    Some(if shaped { Phone::Shaped } else { Phone::Loose })
}

/// Cuts `ext. 12`, `x12`, `转12` off.
fn strip_extension(value: &str) -> &str {
    let cut = value.find(|c: char| c.is_ascii_alphabetic() || c == '转' || c == '#');
    match cut {
        Some(at) if at >= 7 => {
            let tail = value[at..].to_ascii_lowercase();
            let known = ["ext", "x", "转", "#"].iter().any(|mark| tail.starts_with(mark));
            if known { value[..at].trim_end() } else { value }
        }
        _ => value,
    }
}

/// The number without China's country code, if that is where it could belong.
fn chinese_national(digits: &str, plus: bool) -> Option<&str> {
    if let Some(rest) = digits.strip_prefix("0086") {
        return Some(rest);
    }
    match digits.strip_prefix("86") {
        Some(rest) if plus || rest.len() == 11 => Some(rest),
        _ if plus => None,
        _ => Some(digits),
    }
}

fn is_mobile_cn(digits: &str) -> bool {
    let b = digits.as_bytes();
    b.len() == 11 && b[0] == b'1' && (b'3'..=b'9').contains(&b[1])
}

/// Area codes: 010, 02x, and four digits from 03xx to 09xx. Without punctuation the leading zero is
/// required, and the whole must be 11 or 12 digits.
fn is_landline_cn(digits: &str, main: &str, marked: bool) -> bool {
    let b = digits.as_bytes();
    let with_zero = b.first() == Some(&b'0');
    if !with_zero && !main.starts_with("+86") && !main.starts_with("86") {
        return main.len() >= 10
            && (main.starts_with("400") || main.starts_with("800"))
            && main.contains('-')
            && b.len() == 10;
    }
    let national = if with_zero { &b[1..] } else { b };
    let area = match national {
        [b'1', b'0', ..] | [b'2', b'0'..=b'9', ..] => 2,
        [b'3'..=b'9', b'0'..=b'9', ..] => 3,
        _ => return false,
    };
    let subscriber = national.len().saturating_sub(area);
    let number_ok = (7..=8).contains(&subscriber) && national.get(area).is_some_and(|c| *c >= b'2');
    // Two digit groups at most of the usual cut: 0755-83765566, (010)62345678.
    let first = main
        .trim_start_matches(['(', '（', '+'])
        .split(|c: char| !c.is_ascii_digit())
        .next()
        .unwrap_or_default();
    let cut = marked || first.len() == area + 1 || first.len() == b.len();
    number_ok && cut && !main.contains(['/', '.'])
}

/// Dates, decimals and dotted quads have digits and punctuation too.
fn looks_like_another(main: &str, digits: &str) -> bool {
    let dated = main
        .split([' ', '('])
        .any(|part| part.len() >= 8 && super::numbers::year_of_date(part).is_some());
    (dated && (digits.len() <= 8 || main.contains(' ')))
        || super::numbers::is_decimal(main)
        || super::device::is_ip(main)
}

pub use crate::checks::plates::chinese as is_chinese_plate;

/// Numbers of companies that callers share: 400 and 800 in mainland China, 95xxx and 96xxx of banks and insurers,
/// freephone in North America and by +800 (ITU-T E.169.1).
pub fn is_shared_phone(value: &str) -> bool {
    let digits: String = value.chars().filter(char::is_ascii_digit).collect();
    let plain = value.chars().all(|c| c.is_ascii_digit() || "+-() ".contains(c));
    let toll_free = |d: &str| {
        d.len() == 10
            && ["800", "888", "877", "866", "855", "844", "833"].iter().any(|p| d.starts_with(p))
    };
    plain
        && (digits.len() == 10 && (digits.starts_with("400") || digits.starts_with("800"))
            || digits.len() == 5 && (digits.starts_with("95") || digits.starts_with("96"))
            || toll_free(&digits)
            || digits.strip_prefix('1').is_some_and(toll_free)
            || value.starts_with("+800"))
}

/// Letters and a few digits in groups, as on licence plates of many countries.
pub fn is_plate_shaped(value: &str) -> bool {
    let chars: Vec<char> = value.chars().filter(|c| !" -·".contains(*c)).collect();
    let letters = chars.iter().filter(|c| c.is_ascii_uppercase()).count();
    let digits = chars.iter().filter(|c| c.is_ascii_digit()).count();
    (4..=8).contains(&chars.len())
        && letters + digits == chars.len()
        && (1..=5).contains(&letters)
        && (1..=5).contains(&digits)
}

/// QQ number: 5–11 digits, no leading zero.
pub fn is_qq(value: &str) -> bool {
    (5..=11).contains(&value.len())
        && !value.starts_with('0')
        && value.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emails_need_a_local_part_and_a_domain() {
        for good in
            ["li.lei@example.com", "a+b@mail.example.co.uk", "王@例子.中国", "x_y-z@sub.domain.io"]
        {
            assert!(is_email(good), "{good}");
        }
        for bad in [
            "li.lei",
            "@example.com",
            "a@b",
            "a@@b.com",
            "a b@c.com",
            "a@b.c0m1",
            "v1.2@3.4",
            ".a@b.com",
        ] {
            assert!(!is_email(bad), "{bad}");
        }
    }

    #[test]
    fn phones_are_told_from_numbers() {
        for (value, expected) in [
            ("13812345678", Some(Phone::MobileCn)),
            ("+86 138-1234-5678", Some(Phone::MobileCn)),
            ("+86166-4802-8243", Some(Phone::MobileCn)),
            ("8613812345678", Some(Phone::MobileCn)),
            ("(0359)5782263", Some(Phone::LandlineCn)),
            ("(0895)-5983597", Some(Phone::LandlineCn)),
            ("010-62345678", Some(Phone::LandlineCn)),
            ("0755 83765566", Some(Phone::LandlineCn)),
            ("+86-21-62345678", Some(Phone::LandlineCn)),
            ("+49 30 1234567", Some(Phone::International)),
            ("+1 (425) 555-0142", Some(Phone::International)),
            ("(425) 555-0142", Some(Phone::Shaped)),
            ("206-555-9857", Some(Phone::Shaped)),
            ("030-0074321", Some(Phone::Loose)),
            ("12345678", Some(Phone::Loose)),
            ("20240131", None),
            ("2024-01-31", None),
            ("192.168.1.10", None),
            ("1234.56", None),
            ("12", None),
            ("A1234567", None),
        ] {
            assert_eq!(phone(value), expected, "{value}");
        }
    }

    #[test]
    fn plates_follow_the_standard() {
        for good in ["京A12345", "粤B·D12345", "苏UFP0513", "沪AD12345", "粤Z1234港", "京A1234警"]
        {
            assert!(is_chinese_plate(good), "{good}");
        }
        for bad in ["京12345", "ABCDEFG", "京AABCDE", "李A12345", "京A123"] {
            assert!(!is_chinese_plate(bad), "{bad}");
        }
    }

    #[test]
    fn urls_and_domains_are_told_apart() {
        assert!(is_url("https://example.com/a?b") && !is_url("example.com"));
        assert!(is_domain("bxb.org.cn") && !is_domain("AC/DC") && !is_domain("1.5"));
        assert!(is_qq("10001") && !is_qq("01234") && !is_qq("123"));
    }
}
