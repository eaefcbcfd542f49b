//! Web addresses (RFC 3986): with a scheme, with `www.`, and bare domains where no file or sentence
//! looks the same.

use std::ops::Range;

/// Longest scheme and longest address looked at.
const SCHEME: usize = 12;
const LONGEST: usize = 2048;
/// Longest domain (RFC 1035 §2.3.4).
const DOMAIN: usize = 253;

/// Top-level domains that neither end files nor read as words (IANA root zone).
const SURE: [&str; 34] = [
    "com", "net", "org", "edu", "gov", "mil", "info", "biz", "cn", "de", "fr", "uk", "nl", "ch",
    "jp", "kr", "ru", "pl", "se", "dk", "fi", "cz", "hu", "ro", "gr", "pt", "es", "br", "au", "nz",
    "eu", "tw", "hk", "ie",
];

/// Places where a person shows: profiles, and parameters that carry who it is.
const PERSONAL: [&str; 22] = [
    "/users/",
    "/user/",
    "/u/",
    "/@",
    "/~",
    "/in/",
    "/profile/",
    "/people/",
    "/members/",
    "email=",
    "mail=",
    "phone=",
    "mobile=",
    "user=",
    "userid=",
    "user_id=",
    "uid=",
    "username=",
    "name=",
    "openid=",
    "token=",
    "session",
];

/// A web address.
#[derive(Debug, PartialEq, Eq)]
pub struct Url {
    /// Where it stands.
    pub range: Range<usize>,
    /// It tells of a person by itself: a profile, an address or a token in it.
    pub personal: bool,
}

impl Url {
    fn new(text: &str, range: Range<usize>) -> Self {
        let address = &text[range.clone()];
        let path = address.find("://").map_or(0, |at| at + 3);
        let rest = address[path..].to_ascii_lowercase();
        let personal = rest.contains('@') || PERSONAL.iter().any(|mark| rest.contains(mark));
        Self { range, personal }
    }
}

/// The address whose `://` stands at `colon`.
pub fn with_scheme(text: &str, colon: usize) -> Option<Url> {
    let bytes = text.as_bytes();
    if !bytes[colon..].starts_with(b"://") {
        return None;
    }
    let inside = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    let mut start = colon;
    while start > 0 && colon - start < SCHEME && inside(bytes[start - 1]) {
        start -= 1;
    }
    start += bytes[start..colon].iter().take_while(|b| !b.is_ascii_alphabetic()).count();
    let authority_end = (colon + 3 + DOMAIN).min(bytes.len());
    let dotted = bytes[colon + 3..authority_end]
        .iter()
        .take_while(|b| !matches!(b, b'/' | b' ' | b'"'))
        .any(|b| matches!(b, b'.' | b'['));
    if !dotted && bytes[colon + 3..].first().is_some_and(u8::is_ascii) {
        return None;
    }
    let end = end_of(text, colon + 3);
    let authority = text[colon + 3..end].split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let sound = host.starts_with('[')
        || host.trim_matches('.').contains('.')
            && host.starts_with(char::is_alphanumeric)
            && host.split(':').next().is_some_and(|name| name.ends_with(char::is_alphanumeric));
    (start < colon && sound).then(|| Url::new(text, start..end))
}

/// The address without scheme around the dot at `dot`: `www.example.com/x`, `example.com`. Answers the
/// end of the dotted word, too: its other dots need no look.
pub fn without_scheme(text: &str, dot: usize) -> (usize, Option<Url>) {
    let bytes = text.as_bytes();
    let part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
    let mut start = dot;
    while start > 0 && dot - start < DOMAIN && part(&bytes[start - 1]) {
        start -= 1;
    }
    let mut end = dot;
    while end - start < DOMAIN && bytes.get(end).is_some_and(part) {
        end += 1;
    }
    (end, bare(text, start, end))
}

/// The address in the dotted word, if it is one.
fn bare(text: &str, start: usize, end: usize) -> Option<Url> {
    let bytes = text.as_bytes();
    // Part of an e-mail address, of a path, of a name in a program.
    if start.checked_sub(1).is_some_and(|at| b"@_/\\$#=&".contains(&bytes[at]))
        || bytes.get(end).is_some_and(|byte| b"@_(".contains(byte))
    {
        return None;
    }
    let host = text[start..end].trim_end_matches(['.', '-']);
    let www = host.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("www."));
    let (name, top) = host.rsplit_once('.')?;
    let label = name.rsplit('.').next().unwrap_or_default();
    let written = top.bytes().all(|b| b.is_ascii_lowercase())
        || host.bytes().all(|b| !b.is_ascii_lowercase());
    let sure = SURE.iter().any(|sure| top.eq_ignore_ascii_case(sure)) && written;
    let sound = name.split('.').all(|label| !label.is_empty())
        && label.bytes().any(|b| b.is_ascii_alphabetic())
        && label.len() >= 2
        && top.bytes().all(|b| b.is_ascii_alphabetic())
        && top.len() >= 2
        && !label.eq_ignore_ascii_case("asp");
    if !sound || !(sure || www && name.contains('.')) {
        return None;
    }
    let end = start + host.len();
    let tail = match bytes.get(end) {
        Some(b'/' | b'?') => end_of(text, end),
        Some(b':') if bytes.get(end + 1).is_some_and(u8::is_ascii_digit) => end_of(text, end),
        _ => end,
    };
    Some(Url::new(text, start..tail))
}

/// Where the address that goes on at `from` ends: at a space, a quote or a Chinese character; without
/// the punctuation of the sentence around it.
fn end_of(text: &str, from: usize) -> usize {
    let mut host = true;
    let (mut opened, mut end) = (0, from);
    for (at, c) in text[from..].char_indices().take(LONGEST) {
        host &= !"/?#".contains(c);
        let wide = !c.is_ascii() && !(c.is_alphanumeric() && (host || !crate::words::is_han(c)));
        if c.is_whitespace() || c.is_control() || "<>\"{}|\\^`".contains(c) || wide {
            break;
        }
        match c {
            '(' | '[' => opened += 1,
            ')' | ']' if opened == 0 => break,
            ')' | ']' => opened -= 1,
            _ => {}
        }
        end = from + at + c.len_utf8();
    }
    from + text[from..end].trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '*']).len()
}

/// A place by its coordinates (RFC 5870) whose `geo:` ends at `colon`.
pub fn geo(text: &str, colon: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let start = colon.checked_sub(3)?;
    if !bytes[start..colon].eq_ignore_ascii_case(b"geo")
        || start.checked_sub(1).is_some_and(|at| bytes[at].is_ascii_alphanumeric())
    {
        return None;
    }
    let rest = &text[colon + 1..];
    let length = rest
        .find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ',' | '-')))
        .unwrap_or(rest.len());
    let place = rest[..length].trim_end_matches(['.', ',']);
    let mut numbers = place.split(',').map(str::parse::<f64>);
    let (Some(Ok(latitude)), Some(Ok(longitude))) = (numbers.next(), numbers.next()) else {
        return None;
    };
    let sound = latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
    sound.then_some(start..colon + 1 + place.len())
}

#[cfg(test)]
mod tests {
    use crate::find_in_text;

    fn found(text: &str) -> Vec<&str> {
        find_in_text(text)
            .iter()
            .filter(|span| span.entity() == "URL")
            .map(|span| &text[span.start..span.end])
            .collect()
    }

    #[test]
    fn addresses_are_found_whole() {
        for (text, url) in [
            ("see https://www.Example.com.pt/.", "https://www.Example.com.pt/"),
            ("(http://example.org/a_(b)?x=1#y)", "http://example.org/a_(b)?x=1#y"),
            ("请访问https://example.com/abc，谢谢", "https://example.com/abc"),
            ("打开https://example.com/abc查看", "https://example.com/abc"),
            ("网址www.example.cn。", "www.example.cn"),
            ("go to www.example.photos/me today", "www.example.photos/me"),
            ("at example.com, or", "example.com"),
            ("在shop.example.com.cn下单", "shop.example.com.cn"),
            ("ftp://files.example.net:2121/x", "ftp://files.example.net:2121/x"),
            ("postgres://u:p@db.example.com/x", "postgres://u:p@db.example.com/x"),
            ("http://[2001:db8::1]:80/", "http://[2001:db8::1]:80/"),
            ("\"url\":\"https://example.com/\"", "https://example.com/"),
            (
                "https://example.com/?email=a@example.org",
                "https://example.com/?email=a@example.org",
            ),
        ] {
            assert_eq!(found(text), [url], "{text}");
        }
    }

    #[test]
    fn files_sentences_and_programs_are_no_addresses() {
        for text in [
            "main.rs",
            "readme.md",
            "end.The next",
            "self.app.run()",
            "ASP.NET",
            "e.g. this",
            "a@example.com",
            "http://",
            "file:///etc/passwd",
            "http://localhost/x",
            "java.lang.String",
            "see fig.com_x",
            "3.de",
            "他说.com是",
        ] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
    }

    #[test]
    fn an_address_that_shows_a_person_says_so() {
        let personal = |text: &str| find_in_text(text)[0].rule == "url_personal";
        assert!(personal("https://example.com/users/li.lei"));
        assert!(personal("https://example.com/?uid=4711"));
        assert!(!personal("https://example.com/tea"));
        assert!(!personal("网址https://example.com/茶"));
    }
}
