//! Hides a value's content and keeps its kind.

/// What stands for a hidden character.
const DOT: char = '•';
/// Longest output, in characters.
const MOST: usize = 40;

/// Masks a value so that a person can recognise the kind but not the content:
/// `li.lei@example.com` → `l•••@e•••.com`, `13812345678` → `138••••••78`.
/// Output is at most 40 characters. Unknown categories keep the first character only. Control
/// characters never pass.
pub fn mask(category: Option<&str>, value: &str) -> String {
    let chars: Vec<char> =
        value.trim().chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if chars.is_empty() {
        return String::new();
    }
    let masked = match category.unwrap_or_default() {
        "contact.email" => email(&chars),
        "contact.phone" | "contact.fax" => ends(&chars, 3, 2),
        "identity.national_id" => ends(&chars, 3, 1),
        "finance.bank_card" | "finance.bank_account" | "finance.iban" => ends(&chars, 0, 4),
        "device.ip_address" | "device.mac" => ends(&chars, 3, 0),
        "location.postal_code" | "identity.birth_date" => ends(&chars, 2, 0),
        other if other.starts_with("credential") => DOT.to_string().repeat(8),
        "free_text" => format!("{}{}", chars[0], DOT.to_string().repeat(8)),
        _ => ends(&chars, 1, 0),
    };
    let cut: String = masked.chars().take(MOST).collect();
    // Nothing may come out as it went in: a value of hidden characters only becomes one longer.
    if cut == value { DOT.to_string().repeat(if chars.len() == 8 { 7 } else { 8 }) } else { cut }
}

/// Keeps some characters at both ends, never more than a third of the value.
fn ends(chars: &[char], head: usize, tail: usize) -> String {
    let third = chars.len() / 3;
    let head = head.min(third.max(usize::from(chars.len() > 1 && head > 0)));
    let tail = tail.min(third);
    let hidden = chars.len() - head - tail;
    let mut out: String = chars[..head].iter().collect();
    out.extend(std::iter::repeat_n(DOT, hidden.min(MOST - head - tail)));
    out.extend(&chars[chars.len() - tail..]);
    out
}

fn email(chars: &[char]) -> String {
    let text: String = chars.iter().collect();
    let Some((local, domain)) = text.split_once('@') else { return ends(chars, 1, 0) };
    let first = |part: &str| part.chars().next().map_or(String::new(), |c| c.to_string());
    let top = domain.rsplit_once('.').map_or("", |(_, top)| top);
    let top: String = top.chars().take(8).collect();
    format!("{}•••@{}•••.{top}", first(local), first(domain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_stay_recognisable() {
        for (category, value, masked) in [
            (Some("contact.email"), "li.lei@example.com", "l•••@e•••.com"),
            (Some("contact.phone"), "13812345678", "138••••••78"),
            (Some("identity.national_id"), "11010519491231002X", "110••••••••••••••X"),
            (Some("finance.bank_card"), "6222021234567890128", "•••••••••••••••0128"),
            (Some("identity.name"), "王小明", "王••"),
            (Some("credential.password"), "hunter2", "••••••••"),
            (None, "anything", "a•••••••"),
            (None, "x", "•"),
            (None, "", ""),
        ] {
            assert_eq!(mask(category, value), masked, "{value}");
        }
    }

    #[test]
    fn long_values_are_cut() {
        assert!(mask(None, &"长".repeat(500)).chars().count() <= 40);
    }
}
