//! E-mail addresses (RFC 5322 §3.4.1, internationalised by RFC 6531), found at their `@`.

use std::ops::Range;

/// Bytes of a local part (RFC 5321 §4.5.3.1.1) and of a domain (§4.5.3.1.2).
const LOCAL: usize = 64;
const DOMAIN: usize = 255;

/// Last parts of file names that follow an `@` as often as domains do: `logo@2x.png`.
const FILES: [&str; 10] = ["png", "jpg", "jpeg", "gif", "svg", "webp", "css", "js", "ts", "json"];

/// Top-level domains outside ASCII, longest first where one starts another (IANA root zone). Chinese
/// text goes on right after a domain, so that only known ones end it.
const WIDE_DOMAINS: [&str; 24] = [
    "中国",
    "中國",
    "公司",
    "网络",
    "網路",
    "网址",
    "网站",
    "香港",
    "台湾",
    "台灣",
    "新加坡",
    "澳門",
    "商城",
    "商标",
    "集团",
    "在线",
    "政务",
    "公益",
    "我爱你",
    "рф",
    "рус",
    "укр",
    "한국",
    "भारत",
];

/// The address around the `@` at `at`.
pub fn at(text: &str, at: usize) -> Option<Range<usize>> {
    let end = at + 1 + domain(&text[at + 1..])?;
    let start = local(text, at)?;
    Some(start..end)
}

/// Where the local part before the `@` starts.
fn local(text: &str, at: usize) -> Option<usize> {
    let mut from = at.saturating_sub(LOCAL);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let before = &text[from..at];
    if let Some(body) = before.strip_suffix('"') {
        let open = body.rfind('"')?;
        return (open + 1 < body.len() && !body[open..].contains('\n')).then_some(from + open);
    }
    let mut start = before.len();
    let mut wide = false;
    for (place, c) in before.char_indices().rev() {
        let plain = c.is_ascii_alphanumeric() || "._%+-'".contains(c);
        // Chinese text runs into an address without a space: letters of both do not mix.
        let han = crate::words::is_han(c);
        let first = start == before.len();
        if plain && !wide || !c.is_ascii() && c.is_alphanumeric() && (!han || first || wide) {
            wide = han;
            start = place;
        } else {
            break;
        }
    }
    if wide {
        // Words that lead to an address: `我的邮箱是王@例子.中国`.
        let mut lead =
            before[start..].char_indices().filter(|(_, c)| "是为箱址件到给".contains(*c));
        start = lead.next_back().map_or(start, |(place, c)| start + place + c.len_utf8());
    }
    let body = before[start..].trim_start_matches(['.', '\'', '+', '-', '%']);
    let start = at - body.len();
    let sound = !body.is_empty() && !body.ends_with('.') && !body.contains("..");
    sound.then_some(start)
}

/// Length of the domain that `rest` starts with.
fn domain(rest: &str) -> Option<usize> {
    if let Some(literal) = rest.strip_prefix('[') {
        let end = literal.find(']').filter(|end| *end < 45)?;
        let address = literal[..end].strip_prefix("IPv6:").unwrap_or(&literal[..end]);
        return address.parse::<std::net::IpAddr>().is_ok().then_some(end + 2);
    }
    let (mut end, mut labels, mut last) = (0, 0, 0..0);
    loop {
        let length = label(&rest[end..]);
        if length == 0 || end + length > DOMAIN {
            break;
        }
        last = end..end + length;
        end += length;
        labels += 1;
        if !rest[end..].starts_with('.') {
            break;
        }
        end += 1;
    }
    let top = &rest[last.clone()];
    if labels < 2 {
        return None;
    }
    let (known, end) = if top.is_ascii() {
        let letters = top.bytes().all(|b| b.is_ascii_alphabetic()) && top.len() <= 24;
        let file = FILES.iter().any(|file| top.eq_ignore_ascii_case(file));
        (letters && !file || top.starts_with("xn--"), last.end)
    } else {
        let wide = WIDE_DOMAINS.iter().find(|wide| top.starts_with(**wide));
        (wide.is_some(), last.start + wide.map_or(0, |wide| wide.len()))
    };
    (known && last.len() >= 2).then_some(end)
}

/// Length of the label at the start: ASCII to the first other character, or letters of other scripts.
fn label(rest: &str) -> usize {
    let ascii = rest.starts_with(|c: char| c.is_ascii_alphanumeric());
    let inside = |c: char| {
        if ascii {
            c.is_ascii_alphanumeric()
                || c == '-'
                || !c.is_ascii() && c.is_alphabetic() && !crate::words::is_han(c)
        } else {
            !c.is_ascii() && c.is_alphanumeric() || c == '-' || c.is_ascii_digit()
        }
    };
    let end = rest.find(|c: char| !inside(c)).unwrap_or(rest.len());
    rest[..end].trim_end_matches('-').len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<&str> {
        let place = text.rfind('@')?;
        at(text, place).map(|range| &text[range])
    }

    #[test]
    fn addresses_are_found_whole() {
        for (text, address) in [
            ("write to li.lei@example.com.", "li.lei@example.com"),
            ("<o'neil+shop@mail.example.co.uk>", "o'neil+shop@mail.example.co.uk"),
            ("email=a_b@example.org&x=1", "a_b@example.org"),
            ("mailto:a%b@example.org?x", "a%b@example.org"),
            ("邮箱li.lei@example.com，谢谢", "li.lei@example.com"),
            ("邮箱：li@example.com请回复", "li@example.com"),
            ("我的邮箱是王@例子.中国请回复", "王@例子.中国"),
            ("müller@bücher.example", "müller@bücher.example"),
            ("иван@почта.рф", "иван@почта.рф"),
            ("\"john doe\"@example.com", "\"john doe\"@example.com"),
            ("root@[192.0.2.1]", "root@[192.0.2.1]"),
            ("'x@example.com'", "x@example.com"),
            ("LI@EXAMPLE.COM", "LI@EXAMPLE.COM"),
            ("13812345678@example.cn", "13812345678@example.cn"),
        ] {
            assert_eq!(found(text), Some(address), "{text}");
        }
    }

    #[test]
    fn other_signs_are_not_addresses() {
        for text in [
            "@example.com",
            "a@b",
            "logo@2x.png",
            "node@18.2.0",
            "a b@",
            "a@.com",
            "a@@",
            "@王小明",
            "meet @ 5.30",
            "转发@新华社.今天",
            "a..@b",
            "user@host",
            ".@b.com",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }
}
