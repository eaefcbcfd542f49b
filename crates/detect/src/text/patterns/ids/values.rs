//! Values behind a label: how long the value at the start of a text is, if it is one of the kind.

use crate::checks::{bank, china, device, digits, plates, secrets, us, wallets};

/// Length in bytes of the value at the start, if it is one.
pub type Value = fn(&str) -> Option<usize>;

/// The run of letters and digits (and `inner` between them) at the start; at most 80 bytes.
fn run<'t>(text: &'t str, inner: &[u8]) -> &'t str {
    let bytes = text.as_bytes();
    let mut end = 0;
    while end < bytes.len().min(80) {
        let byte = bytes[end];
        let joins = inner.contains(&byte)
            && end > 0
            && bytes.get(end + 1).is_some_and(u8::is_ascii_alphanumeric);
        if !byte.is_ascii_alphanumeric() && !joins {
            break;
        }
        end += 1;
    }
    &text[..end]
}

fn count(value: &str, of: fn(&u8) -> bool) -> usize {
    value.bytes().filter(of).count()
}

/// A run that passes `test`.
fn taken(value: &str, test: bool) -> Option<usize> {
    test.then_some(value.len())
}

/// Letters and digits with at least `least` digits and a length within bounds; small letters only as a
/// prefix would have them.
fn code(
    text: &str,
    inner: &[u8],
    length: std::ops::RangeInclusive<usize>,
    least: usize,
) -> Option<usize> {
    let value = run(text, inner);
    let digits = count(value, u8::is_ascii_digit);
    let letters = count(value, u8::is_ascii_alphabetic);
    taken(value, length.contains(&(digits + letters)) && digits >= least && letters <= digits + 4)
}

/// A date is no number of a person.
fn is_date(value: &str) -> bool {
    let parts = || value.split(['-', '/', '.']);
    let all = parts().all(|part| digits::all_digits(part.as_bytes()));
    all && parts().count() == 3 && parts().any(|part| part.len() == 4) && value.len() <= 10
}

pub fn bic(text: &str) -> Option<usize> {
    let value = run(text, b"");
    taken(value, bank::bic(value.as_bytes()))
}

pub fn us_bank(text: &str) -> Option<usize> {
    let value = run(text, b"- ");
    let digits = count(value, u8::is_ascii_digit);
    let whole = digits + count(value, |b| matches!(b, b'-' | b' ')) == value.len();
    if whole && (7..=17).contains(&digits) && !is_date(value) {
        return Some(value.len());
    }
    let first = run(text, b"");
    taken(first, (7..=17).contains(&first.len()) && bank::account(first.as_bytes()))
}

pub fn bank_account(text: &str) -> Option<usize> {
    let value = run(text, b"- ");
    let digits = count(value, u8::is_ascii_digit);
    let letters = count(value, u8::is_ascii_alphabetic);
    let whole = taken(value, letters == 0 && (8..=30).contains(&digits) && !is_date(value));
    whole.or_else(|| {
        let first = run(text, b"");
        taken(first, (8..=30).contains(&first.len()) && digits::all_digits(first.as_bytes()))
    })
}

pub fn driver_licence(text: &str) -> Option<usize> {
    let value = run(text, b"-");
    let bare = crate::checks::Bare::of(value)?;
    let form = us::driver_licence(bare.bytes());
    let digits = count(value, u8::is_ascii_digit);
    let like = value.contains('-') && (7..=15).contains(&digits) && bare.bytes().len() <= 17;
    taken(
        value,
        (form || like) && !is_date(value) && !value.bytes().any(|b| b.is_ascii_lowercase()),
    )
}

pub fn passport(text: &str) -> Option<usize> {
    let value = run(text, b"");
    let digits = count(value, u8::is_ascii_digit);
    let letters = count(value, u8::is_ascii_uppercase);
    let fits = (6..=10).contains(&value.len()) && digits >= 4 && letters + digits == value.len();
    // A Chinese one is found by its own form.
    taken(value, fits && !china::passport(value.as_bytes()))
}

/// A postal code of China; seven digits and more are another number.
pub fn cn_postcode(text: &str) -> Option<usize> {
    let value = run(text, b"");
    taken(value, china::postcode(value.as_bytes()))
}

pub fn us_passport(text: &str) -> Option<usize> {
    let value = run(text, b"");
    taken(value, us::passport(value.as_bytes()))
}

pub fn person_code(text: &str) -> Option<usize> {
    code(text, b"-_", 4..=20, 3).filter(|length| !is_date(&text[..*length]))
}

pub fn long_person_code(text: &str) -> Option<usize> {
    code(text, b"-", 6..=22, 5).filter(|length| !is_date(&text[..*length]))
}

pub fn user_code(text: &str) -> Option<usize> {
    uuid(text).or_else(|| code(text, b"-_", 4..=32, 3).filter(|l| !is_date(&text[..*l])))
}

fn uuid(text: &str) -> Option<usize> {
    text.get(..36).filter(|value| device::uuid(value)).map(str::len)
}

pub fn advertising_id(text: &str) -> Option<usize> {
    uuid(text).or_else(|| {
        let value = run(text, b"");
        taken(value, device::advertising_id(value))
    })
}

pub fn cookie(text: &str) -> Option<usize> {
    let dotted = run(text, b".-_");
    if device::analytics_cookie(dotted) {
        return Some(dotted.len());
    }
    let client = dotted.split_once('.').is_some_and(|(a, b)| {
        digits::all_digits(a.as_bytes()) && digits::all_digits(b.as_bytes()) && dotted.len() >= 16
    });
    if client {
        return Some(dotted.len());
    }
    uuid(text).or_else(|| {
        let value = run(text, b"-_");
        taken(value, value.len() >= 16 && count(value, u8::is_ascii_digit) >= 4)
    })
}

pub fn device_id(text: &str) -> Option<usize> {
    uuid(text).or_else(|| {
        let value = run(text, b"-:");
        let digits = count(value, u8::is_ascii_digit);
        taken(value, (8..=64).contains(&value.len()) && digits >= 4 && !is_date(value))
    })
}

pub fn wechat(text: &str) -> Option<usize> {
    let value = run(text, b"-_");
    if device::wechat_openid(value) {
        return Some(value.len());
    }
    let told = value.bytes().any(|b| b.is_ascii_digit() || b == b'_');
    let first = value.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && value.bytes().any(|b| b.is_ascii_lowercase());
    taken(value, first && told && (6..=20).contains(&value.len()))
}

pub fn qq(text: &str) -> Option<usize> {
    let value = run(text, b"");
    taken(
        value,
        (5..=11).contains(&value.len())
            && digits::all_digits(value.as_bytes())
            && !value.starts_with('0'),
    )
}

pub fn alipay(text: &str) -> Option<usize> {
    let value = run(text, b"");
    taken(
        value,
        value.len() == 16 && value.starts_with("2088") && digits::all_digits(value.as_bytes()),
    )
}

pub fn plate(text: &str) -> Option<usize> {
    let written = run(text, b"- ");
    // The longest row of groups that is a plate: `AB12 CDE was` ends before the word.
    let mut end = written.len();
    while end > 0 {
        let value = &written[..end];
        let upper = !value.bytes().any(|b| b.is_ascii_lowercase());
        if upper
            && value.len() <= 12
            && crate::checks::Bare::of(value).is_some_and(|bare| plates::any_latin(bare.bytes()))
        {
            return Some(end);
        }
        end = value.rfind([' ', '-']).unwrap_or(0);
    }
    None
}

pub fn solana(text: &str) -> Option<usize> {
    let value = run(text, b"");
    taken(value, wallets::solana(value))
}

/// A secret behind `api_key:` and the like.
pub fn secret(text: &str) -> Option<usize> {
    let value = token(text);
    taken(value, secrets::random_secret(value))
}

/// A password behind its label.
pub fn password(text: &str) -> Option<usize> {
    let value = token(text);
    taken(value, secrets::written_password(value))
}

/// Everything up to space, quote, comma, closing bracket or a character outside ASCII.
fn token(text: &str) -> &str {
    let end = text
        .bytes()
        .take(520)
        .position(|b| !b.is_ascii_graphic() || b"\"'`,;<>)]}|".contains(&b))
        .unwrap_or(text.len().min(520));
    let value = text.get(..end).unwrap_or_default();
    value.trim_end_matches(['.', ':', '?'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_end_where_their_form_ends() {
        assert_eq!(bic("DEUTDEFF500 please"), Some(11));
        assert_eq!(us_bank("945456787654."), Some(12));
        assert_eq!(driver_licence("D1234567, issued"), Some(8));
        assert_eq!(passport("C01X00T47"), Some(9));
        assert_eq!(qq("823910472，"), Some(9));
        assert_eq!(plate("AB12 CDE was"), Some(8));
        assert_eq!(cookie("GA1.2.1033501218.1368477899;"), Some(27));
        assert_eq!(password("S3cure!pass\" more"), Some(11));
    }

    #[test]
    fn other_values_are_refused() {
        for (value, text) in [
            (bic as Value, "ABCDEFGH"),
            (us_bank, "2024-01-02"),
            (driver_licence, "number"),
            (passport, "photo"),
            (person_code, "2024-01-02"),
            (qq, "012345"),
            (alipay, "1088102146225135"),
            (plate, "ABCDEF"),
            (password, "required"),
            (secret, "internationalization"),
            (user_code, "unknown"),
        ] {
            assert_eq!(value(text), None, "{text}");
        }
    }
}
