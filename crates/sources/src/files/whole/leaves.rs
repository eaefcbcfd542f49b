//! Where the values of a JSON text are. The text was found valid before, so a step is only looked at
//! as far as it decides where the next one begins.

use std::ops::Range;

use super::json::segment;

/// Lists and objects in each other, at most: each costs a piece of the thread's stack, and a file may
/// be anybody's.
const DEEPEST: usize = 128;

/// Tells the path and the place of every value that is no object and no list. Paths are those that a
/// scan shows: `address.city`, `items[].sku`. `None`: the text was not valid after all,
/// or is nested too deeply.
pub(super) fn walk(text: &[u8], see: &mut impl FnMut(&str, Range<usize>)) -> Option<()> {
    let mut path = String::new();
    let from = blanks(text, 0);
    value(text, from, (&mut path, DEEPEST), see).map(drop)
}

fn blanks(text: &[u8], mut at: usize) -> usize {
    while text.get(at).is_some_and(u8::is_ascii_whitespace) {
        at += 1;
    }
    at
}

/// Behind the value that begins here; it may be so deep.
fn value(
    text: &[u8],
    at: usize,
    (path, deep): (&mut String, usize),
    see: &mut impl FnMut(&str, Range<usize>),
) -> Option<usize> {
    let length = path.len();
    let end = match text.get(at)? {
        b'{' => {
            let deep = deep.checked_sub(1)?;
            let end = members(text, at + 1, b'}', &mut |at| {
                let end = string(text, at)?;
                let key: String = match std::str::from_utf8(&text[at..end]) {
                    Ok(key) => serde_json::from_str(key).ok()?,
                    Err(_) => String::from_utf8_lossy(&text[at + 1..end - 1]).into_owned(),
                };
                let at = blanks(text, end);
                let at = blanks(text, (*text.get(at)? == b':').then_some(at + 1)?);
                if length > 0 {
                    path.push('.');
                }
                path.push_str(segment(&key));
                let end = value(text, at, (path, deep), see);
                path.truncate(length);
                end
            })?;
            return Some(end);
        }
        b'[' => {
            let deep = deep.checked_sub(1)?;
            path.push_str("[]");
            let end = members(text, at + 1, b']', &mut |at| value(text, at, (path, deep), see));
            path.truncate(length);
            return end;
        }
        b'"' => string(text, at)?,
        _ => {
            let ends = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b',' | b']' | b'}');
            at + text[at..].iter().position(ends).unwrap_or(text.len() - at)
        }
    };
    see(if path.is_empty() { "value" } else { path }, at..end);
    Some(end)
}

/// Each member of an object or a list, and behind its end.
fn members(
    text: &[u8],
    at: usize,
    close: u8,
    one: &mut impl FnMut(usize) -> Option<usize>,
) -> Option<usize> {
    let mut at = blanks(text, at);
    if *text.get(at)? == close {
        return Some(at + 1);
    }
    loop {
        at = blanks(text, one(at)?);
        match *text.get(at)? {
            b',' => at = blanks(text, at + 1),
            byte if byte == close => return Some(at + 1),
            _ => return None,
        }
    }
}

fn string(text: &[u8], at: usize) -> Option<usize> {
    let mut at = at + 1;
    loop {
        match text.get(at)? {
            b'\\' => at += 2,
            b'"' => return Some(at + 1),
            _ => at += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nested(depth: usize) -> Vec<u8> {
        [vec![b'['; depth], vec![b']'; depth]].concat()
    }

    #[test]
    fn what_is_nested_too_deeply_is_not_followed() {
        let mut see = |_: &str, _: Range<usize>| {};

        assert_eq!(walk(&nested(DEEPEST), &mut see), Some(()));
        assert_eq!(walk(&nested(DEEPEST + 1), &mut see), None);
        assert_eq!(walk(&nested(100_000), &mut see), None);
        assert_eq!(walk("{\"a\":".repeat(100_000).as_bytes(), &mut see), None);
    }
}
