//! A phone number as written: its groups of digits and the signs between them.

/// Groups and digits looked at; longer runs are no phone numbers.
const MOST_GROUPS: usize = 8;
const MOST_DIGITS: usize = 20;

/// What stands before the first digit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lead {
    /// Nothing.
    None,
    /// `+`: an international number.
    Plus,
}

/// A group of digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Group {
    /// First byte and byte after the last.
    pub start: usize,
    /// Byte after the last digit.
    pub end: usize,
    /// It stands in parentheses.
    pub paren: bool,
    /// The sign before it: a space, `-`, `.`, `/`, or zero right after a parenthesis and for the first.
    pub sign: u8,
}

impl Group {
    /// Number of digits.
    pub fn len(&self) -> usize {
        self.end - self.start
    }
}

/// The groups of digits from a place on.
#[derive(Debug, Clone)]
pub struct Written {
    /// Where it starts, with `+` and parenthesis.
    pub start: usize,
    /// What stands before.
    pub lead: Lead,
    groups: [Group; MOST_GROUPS],
    count: usize,
    digits: [u8; MOST_DIGITS],
    total: usize,
}

impl Written {
    /// Reads the number whose first digit stands at `start`; the byte before is no digit.
    pub fn read(text: &str, start: usize) -> Self {
        let bytes = text.as_bytes();
        let (from, lead, open) = lead(bytes, start);
        let none = Group { start: 0, end: 0, paren: false, sign: 0 };
        let mut written = Self {
            start: from,
            lead,
            groups: [none; MOST_GROUPS],
            count: 0,
            digits: [0; MOST_DIGITS],
            total: 0,
        };
        let (mut at, mut sign, mut paren) = (start, 0, open);
        loop {
            let end = at
                + bytes[at..]
                    .iter()
                    .take(MOST_DIGITS + 1)
                    .take_while(|b| b.is_ascii_digit())
                    .count();
            if written.count == MOST_GROUPS || written.total + end - at > MOST_DIGITS {
                break;
            }
            written.digits[written.total..written.total + end - at]
                .copy_from_slice(&bytes[at..end]);
            written.total += end - at;
            written.groups[written.count] = Group { start: at, end, paren, sign };
            written.count += 1;
            let Some(next) = next_group(bytes, end, paren) else { break };
            (at, sign, paren) = next;
        }
        written
    }

    /// Groups of digits.
    pub fn groups(&self) -> &[Group] {
        &self.groups[..self.count]
    }

    /// Digits of the first `count` groups.
    pub fn digits(&self, count: usize) -> &[u8] {
        let total: usize = self.groups()[..count].iter().map(Group::len).sum();
        &self.digits[..total]
    }

    /// Byte after the first `count` groups.
    pub fn end(&self, bytes: &[u8], count: usize) -> usize {
        let last = self.groups[count - 1];
        last.end + usize::from(last.paren && bytes.get(last.end) == Some(&b')'))
    }
}

/// Where `+`, `(` or both before the first digit start.
fn lead(bytes: &[u8], start: usize) -> (usize, Lead, bool) {
    let before = |at: usize| at.checked_sub(1).map(|at| bytes[at]);
    match before(start) {
        Some(b'+') => match before(start - 1) {
            Some(b'(') => (start - 2, Lead::Plus, true),
            _ => (start - 1, Lead::Plus, false),
        },
        Some(b'(') => match before(start - 1) {
            Some(b'+') => (start - 2, Lead::Plus, true),
            _ => (start - 1, Lead::None, true),
        },
        _ => (start, Lead::None, false),
    }
}

/// Place, sign and parenthesis of the group after the one that ends at `end`: over a sign, a
/// parenthesis and at most a space with them.
fn next_group(bytes: &[u8], end: usize, in_paren: bool) -> Option<(usize, u8, bool)> {
    let mut at = end;
    let mut sign = 0;
    if in_paren {
        if bytes.get(at) == Some(&b')') {
            at += 1;
        } else if !matches!(bytes.get(at), Some(b' ' | b'-')) {
            return None;
        }
    }
    if let Some(byte) = bytes.get(at).filter(|byte| matches!(byte, b' ' | b'-' | b'.' | b'/')) {
        sign = *byte;
        at += 1;
        // ` - ` and `- ` between groups are sentences, save after a parenthesis.
        if bytes.get(at) == Some(&b'-') && sign == b' ' && in_paren {
            at += 1;
        }
    }
    let still_open = in_paren && bytes[end] != b')';
    let paren = bytes.get(at) == Some(&b'(');
    at += usize::from(paren);
    let moved = at > end;
    (moved && bytes.get(at).is_some_and(u8::is_ascii_digit)).then_some((
        at,
        sign,
        paren || still_open,
    ))
}

/// End of the extension after a number: ` x769`, ` ext. 12`, `转801`, ` #5`.
pub fn extension(text: &str, end: usize) -> usize {
    const MARKS: [&str; 9] = ["extension", "ext.", "ext", "分机号", "分机", "转接", "转", "x", "#"];
    let rest = text[end..].trim_start_matches([' ', ',']);
    if text.len() - rest.len() - end > 2 {
        return end;
    }
    let lower =
        |mark: &str| rest.get(..mark.len()).is_some_and(|head| head.eq_ignore_ascii_case(mark));
    let Some(mark) = MARKS.iter().find(|mark| lower(mark)) else { return end };
    let after = rest[mark.len()..].trim_start_matches([' ', ':', '-']);
    let digits = after.bytes().take(7).take_while(u8::is_ascii_digit).count();
    let place = text.len() - after.len() + digits;
    let whole = !text[place..].starts_with(|c: char| c.is_ascii_alphanumeric());
    if (1..=6).contains(&digits) && whole { place } else { end }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_read_with_their_signs() {
        let text = "call (030) 123-45.67, x";
        let written = Written::read(text, 6);
        let lengths: Vec<usize> = written.groups().iter().map(Group::len).collect();
        assert_eq!(lengths, [3, 3, 2, 2]);
        assert_eq!(&text[written.start..written.end(text.as_bytes(), 4)], "(030) 123-45.67");
        assert_eq!(written.digits(2), b"030123");
    }

    #[test]
    fn long_runs_are_cut() {
        assert!(Written::read(&"1".repeat(50), 0).groups().is_empty());
        assert_eq!(Written::read(&"1 ".repeat(50), 0).groups().len(), MOST_GROUPS);
        assert_eq!(Written::read("+46 (0)8 928 571 38", 1).groups().len(), 6);
    }

    #[test]
    fn extensions_belong_to_the_number() {
        for (text, extension_text) in [
            ("x769", "x769"),
            (" ext. 12 or", " ext. 12"),
            ("转801", "转801"),
            (" x12b", ""),
            (" x", ""),
        ] {
            assert_eq!(&text[..extension(text, 0)], extension_text, "{text}");
        }
    }
}
