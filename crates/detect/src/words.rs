//! Words: splitting names and questions into them.

/// Splits text into lower-case runs of letters or digits; camelCase and letter–digit borders split
/// too, Chinese runs stay whole.
pub fn split(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut last = Kind::Other;
    let chars: Vec<char> = text.chars().collect();
    for (at, &c) in chars.iter().enumerate() {
        let kind = kind(c);
        let next_lower = chars.get(at + 1).is_some_and(|n| n.is_lowercase());
        let border = match (last, kind) {
            (Kind::Other, _) | (Kind::Upper, Kind::Lower) => false,
            (Kind::Upper, Kind::Upper) => next_lower && word.len() > 1,
            (a, b) => a != b,
        };
        if (kind == Kind::Other || border) && !word.is_empty() {
            out.push(std::mem::take(&mut word));
        }
        if kind != Kind::Other {
            word.extend(c.to_lowercase());
        }
        last = kind;
    }
    if !word.is_empty() {
        out.push(word);
    }
    out
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Lower,
    Upper,
    Digit,
    Han,
    Other,
}

fn kind(c: char) -> Kind {
    if is_han(c) {
        Kind::Han
    } else if c.is_numeric() {
        Kind::Digit
    } else if c.is_uppercase() {
        Kind::Upper
    } else if c.is_alphabetic() {
        Kind::Lower
    } else {
        Kind::Other
    }
}

/// The singular of an English plural, near enough to compare words.
pub fn stem(word: &str) -> String {
    if let Some(base) = word.strip_suffix("ies").filter(|b| b.len() > 2) {
        return format!("{base}y");
    }
    if let Some(base) = word.strip_suffix("sses").or_else(|| word.strip_suffix("xes")) {
        let tail = if word.ends_with("sses") { "ss" } else { "x" };
        return format!("{base}{tail}");
    }
    if word.ends_with("ss") || word.ends_with("us") || word.ends_with("is") {
        return word.to_owned();
    }
    match word.strip_suffix('s') {
        Some(base) if base.len() > 2 => base.to_owned(),
        _ => word.to_owned(),
    }
}

/// A Chinese character.
pub fn is_han(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}' | '\u{20000}'..='\u{2a6df}' | '〇' | '·')
        && c != '·'
}

/// Holds a Chinese character.
pub fn has_han(text: &str) -> bool {
    text.chars().any(is_han)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_split_at_case_digits_and_signs() {
        assert_eq!(split("firstName"), ["first", "name"]);
        assert_eq!(split("CUST_NM"), ["cust", "nm"]);
        assert_eq!(split("PhoneNumber2"), ["phone", "number", "2"]);
        assert_eq!(split("customerIPAddress"), ["customer", "ip", "address"]);
        assert_eq!(split("客户_姓名"), ["客户", "姓名"]);
        assert_eq!(split("user.address[].zip-code"), ["user", "address", "zip", "code"]);
        assert_eq!(split("e-mail"), ["e", "mail"]);
        assert_eq!(split("CustomerID"), ["customer", "id"]);
        assert!(split("__ --").is_empty());
    }

    #[test]
    fn plurals_lose_their_ending() {
        for (word, base) in [
            ("phones", "phone"),
            ("addresses", "address"),
            ("cities", "city"),
            ("boxes", "box"),
            ("status", "status"),
            ("gps", "gps"),
            ("sex", "sex"),
        ] {
            assert_eq!(stem(word), base);
        }
    }
}
