//! Whether what somebody told is what is held. Pure.

use jiff::civil::Date;

/// Characters without case, width, spaces and signs: how people write the same thing differently.
fn folded(text: &str) -> String {
    let narrow = |c: char| match c {
        // Full-width forms of ASCII (U+FF01–U+FF5E).
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        other => other,
    };
    text.chars().map(narrow).filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn digits(text: &str) -> String {
    folded(text).chars().filter(char::is_ascii_digit).collect()
}

/// A day as people and databases write it: `1990-12-31`, `1990/12/31`, `19901231`, `1990年12月31日`,
/// with or without a time after it. A day that begins with the day of the month is not guessed at.
fn day(text: &str) -> Option<Date> {
    let parts: Vec<&str> =
        text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
    let number = |text: &str| text.parse::<i16>().ok();
    match parts.as_slice() {
        [whole, ..] if whole.len() == 8 => {
            let (year, rest) = whole.split_at_checked(4)?;
            let (month, day) = rest.split_at_checked(2)?;
            Date::new(number(year)?, month.parse().ok()?, day.parse().ok()?).ok()
        }
        [year, month, day, ..] if year.len() == 4 => {
            Date::new(number(year)?, month.parse().ok()?, day.parse().ok()?).ok()
        }
        _ => None,
    }
}

/// A telephone number, with or without its country code (three digits at most).
fn same_number(held: &str, told: &str) -> bool {
    let (held, told) = (digits(held), digits(told));
    let shorter = held.len().min(told.len());
    let national = |text: &str| text.trim_start_matches('0').to_owned();
    let (held, told) = (national(&held), national(&told));
    let code = held.len().abs_diff(told.len());
    shorter >= 7 && code <= 3 && (held.ends_with(&told) || told.ends_with(&held))
}

/// Whether they are the same, for a category of the data map.
pub(super) fn agrees(category: &str, held: &str, told: &str) -> bool {
    match category {
        "contact.phone" => same_number(held, told),
        "identity.birth_date" => match (day(held), day(told)) {
            (Some(held), Some(told)) => held == told,
            _ => false,
        },
        // An address in which a dot stands elsewhere is another person's.
        "contact.email" => held.trim().eq_ignore_ascii_case(told.trim()),
        _ => {
            let (held, told) = (folded(held), folded(told));
            !told.is_empty() && held == told
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_thing_written_differently_agrees() {
        for (category, held, told) in [
            ("identity.birth_date", "1990-12-31T00:00:00", "1990/12/31"),
            ("identity.birth_date", "19901231", "1990年12月31日"),
            ("contact.phone", "+86 138 0013 8000", "13800138000"),
            ("contact.phone", "0041 44 668 18 00", "044 668 18 00"),
            ("location.address", "12, High Street", "12 high street"),
            ("identity.name", "李 雷", "李雷"),
            ("location.postal_code", "ＳＷ１Ａ 1AA", "sw1a1aa"),
            ("contact.email", "Li@Example.com", "li@example.com "),
        ] {
            assert!(agrees(category, held, told), "{category}: {held} / {told}");
        }
    }

    #[test]
    fn parts_and_look_alikes_do_not() {
        for (category, held, told) in [
            ("identity.birth_date", "1990-12-31", "1990"),
            ("identity.birth_date", "1990-12-31", "31.12.1990"),
            ("contact.phone", "+8613800138000", "8000"),
            ("contact.phone", "0", "0"),
            ("contact.phone", "+8613800138000", "0138000"),
            ("contact.phone", "+8613800138000", "800138000"),
            ("location.address", "12 High Street", "High Street"),
            ("contact.email", "l.i@example.com", "li@example.com"),
            ("identity.name", "Li Lei", ""),
            ("identity.name", "李雷", "。"),
            // Cyrillic і in place of i.
            ("identity.name", "Li Lei", "Lі Lei"),
        ] {
            assert!(!agrees(category, held, told), "{category}: {held} / {told}");
        }
    }
}
