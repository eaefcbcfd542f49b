//! How wide a text is drawn, without a font at hand: system fonts differ by a few per cent, so the
//! widths below are those of the widest common one and boxes get a little air.

/// Width of a text in pixels at a font size.
pub fn width(text: &str, size: f64) -> f64 {
    text.chars().map(em).sum::<f64>() * size
}

fn em(c: char) -> f64 {
    match c {
        'i' | 'j' | 'l' | '\'' | '|' | '.' | ',' | ':' | ';' | '!' | 'I' => 0.3,
        'f' | 't' | 'r' | ' ' | '(' | ')' | '[' | ']' | '/' | '-' | '·' => 0.38,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 0.92,
        'A'..='Z' => 0.7,
        '0'..='9' => 0.6,
        c if is_wide(c) => 1.0,
        _ => 0.57,
    }
}

/// East Asian wide and full-width characters and emoji: one em, and a line may break on both sides.
fn is_wide(c: char) -> bool {
    matches!(c as u32,
        0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xfe30..=0xfe6f
        | 0xff00..=0xff60 | 0xffe0..=0xffe6 | 0x1f300..=0x1faff | 0x20000..=0x3fffd)
}

/// Breaks a text into at most `lines` lines of at most `max` pixels; what does not fit ends in “…”.
pub fn wrap(text: &str, size: f64, max: f64, lines: usize) -> Vec<String> {
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let mut out: Vec<String> = Vec::new();
    let mut line = String::new();
    for piece in pieces(&clean) {
        if line.is_empty() && piece.trim().is_empty() {
            continue;
        }
        if width(line.trim_end(), size) + width(piece.trim_end(), size) + 0.1 <= max {
            line.push_str(&piece);
            continue;
        }
        if !line.trim().is_empty() {
            out.push(line.trim_end().to_owned());
        }
        piece.trim_start().clone_into(&mut line);
        while width(line.trim_end(), size) > max && line.chars().count() > 1 {
            let head = fitting(&line, size, max);
            let tail = line[head.len()..].to_owned();
            out.push(head);
            line = tail;
        }
    }
    if !line.trim().is_empty() {
        out.push(line.trim_end().to_owned());
    }
    shorten(out, size, max, lines)
}

fn shorten(mut out: Vec<String>, size: f64, max: f64, lines: usize) -> Vec<String> {
    if out.len() <= lines {
        return out;
    }
    out.truncate(lines);
    if let Some(last) = out.last_mut() {
        let head = fitting(last, size, max - width("…", size));
        *last = format!("{}…", head.trim_end());
    }
    out
}

/// The longest beginning that fits, at least one character.
fn fitting(text: &str, size: f64, max: f64) -> String {
    let mut sum = 0.0;
    let mut out = String::new();
    for c in text.chars() {
        sum += em(c) * size;
        if sum > max && !out.is_empty() {
            break;
        }
        out.push(c);
    }
    out
}

/// Words with the space that follows them; wide characters each alone.
fn pieces(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut word = String::new();
    for c in text.chars() {
        if is_wide(c) {
            if !word.is_empty() {
                out.push(std::mem::take(&mut word));
            }
            out.push(c.to_string());
        } else {
            word.push(c);
            if c.is_whitespace() || matches!(c, '-' | '/' | '_') {
                out.push(std::mem::take(&mut word));
            }
        }
    }
    if !word.is_empty() {
        out.push(word);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn chinese_breaks_anywhere_and_english_between_words() {
        assert_eq!(wrap("客户关系管理系统", 14.0, 60.0, 3), ["客户关系", "管理系统"]);
        assert_eq!(wrap("Customer support desk", 14.0, 90.0, 3), ["Customer", "support desk"]);
    }

    proptest! {
        #[test]
        fn no_line_is_too_wide_and_no_line_too_many(text in "\\PC{0,80}", lines in 1_usize..4) {
            let out = wrap(&text, 14.0, 80.0, lines);
            prop_assert!(out.len() <= lines);
            for line in &out { prop_assert!(width(line, 14.0) <= 80.0 + 14.0, "{line}"); }
        }
    }
}
