//! Masks: of examples that people see, and of values that are written.

use crate::{request::MaskKind, value::Value};

const DOT: char = '•';

/// Hides a value: its first character and its length up to eight stay.
pub(crate) fn hidden(value: &str) -> String {
    let mut characters = value.trim().chars().map(|c| if c.is_control() { ' ' } else { c });
    let Some(first) = characters.next() else { return String::new() };
    let more = characters.take(7).count();
    if more == 0 {
        return DOT.to_string();
    }
    std::iter::once(first).chain(std::iter::repeat_n(DOT, more)).collect()
}

/// The masked value. Masking twice changes nothing, so a row is masked once. What cannot be masked in
/// the way asked for (too short, no e-mail address, no date) is hidden whole.
pub(crate) fn masked(kind: MaskKind, value: &Value) -> Value {
    let Some(text) = value.text() else {
        return if value.is_null() { Value::Null } else { Value::Text(DOT.to_string()) };
    };
    let characters: Vec<char> = text.chars().collect();
    let whole = || DOT.to_string();
    Value::Text(match kind {
        _ if characters.is_empty() => String::new(),
        MaskKind::Last4 if characters.len() < 8 => whole(),
        MaskKind::Last4 => {
            let tail: String = characters[characters.len() - 4..].iter().collect();
            format!("{}{tail}", DOT.to_string().repeat(4))
        }
        MaskKind::EmailDomain => match text.rsplit_once('@') {
            Some((_, domain)) if !domain.is_empty() => format!("{DOT}@{domain}"),
            _ => whole(),
        },
        MaskKind::First if characters.len() < 2 => whole(),
        MaskKind::First => format!("{}{DOT}", characters[0]),
        MaskKind::Year => match text.get(..5) {
            Some(year) if year.ends_with('-') && year[..4].bytes().all(|b| b.is_ascii_digit()) => {
                format!("{year}01-01")
            }
            _ => whole(),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masking_twice_is_masking_once() {
        for kind in [MaskKind::Last4, MaskKind::EmailDomain, MaskKind::First, MaskKind::Year] {
            for text in
                ["", "x", "xy", "6222021234567890128", "li@example.com", "1987-03-04", "王小明"]
            {
                let once = masked(kind, &Value::Text(text.to_owned()));
                assert!(masked(kind, &once) == once, "{kind:?} {text}");
                assert!(text.is_empty() || once.text().as_deref() != Some(text), "{kind:?} {text}");
            }
        }
    }

    #[test]
    fn masks_leave_what_they_say() {
        for (kind, value, left) in [
            (MaskKind::Last4, "6222021234567890128", "••••0128"),
            (MaskKind::Last4, "1234567", "•"),
            (MaskKind::EmailDomain, "li.lei@example.com", "•@example.com"),
            (MaskKind::First, "Li Lei", "L•"),
            (MaskKind::Year, "1987-03-04", "1987-01-01"),
        ] {
            assert_eq!(masked(kind, &Value::Text(value.into())).text().as_deref(), Some(left));
        }
        assert_eq!(hidden("li@example.com"), "l•••••••");
        assert_eq!(hidden("x"), "•");
    }
}
