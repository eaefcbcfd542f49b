//! Everything with a rule and a check, in one pass over the bytes.
//!
//! A table names the few bytes at which anything can begin: digits, `@`, `:`, `.` and the end of a
//! weekday. All others are stepped over. Each rule looks a bounded way around its byte, so that the
//! time is linear in the text.

mod candidate;
pub mod context;
mod coordinates;
mod dates;
mod email;
mod ids;
mod net;
mod phone;
mod url;

use std::ops::Range;

use candidate::Cutter;

use super::{Layer, Span};
use crate::Entity;

/// What a byte may begin or be part of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Plain,
    Digit,
    At,
    Colon,
    Dot,
    /// The last letter of a weekday.
    Day,
}

const CLASSES: [Class; 256] = {
    let mut table = [Class::Plain; 256];
    let mut digit = b'0';
    while digit <= b'9' {
        table[digit as usize] = Class::Digit;
        digit += 1;
    }
    table[b'@' as usize] = Class::At;
    table[b':' as usize] = Class::Colon;
    table[b'.' as usize] = Class::Dot;
    table[b'y' as usize] = Class::Day;
    table
};

/// Adds what the patterns find in `text`.
pub fn find(text: &str, spans: &mut Vec<Span>) {
    let mut scan = Scan {
        text,
        bytes: text.as_bytes(),
        cutter: Cutter::default(),
        judged: 0,
        settled: 0,
        hosts: 0,
        spans,
    };
    let mut at = 0;
    while let Some(ahead) =
        scan.bytes[at..].iter().position(|b| CLASSES[usize::from(*b)] != Class::Plain)
    {
        at = scan.look(at + ahead);
    }
    ids::labelled(text, spans);
}

/// A walk through a text.
struct Scan<'t, 's> {
    text: &'t str,
    bytes: &'t [u8],
    cutter: Cutter,
    /// Candidates before this byte have been judged.
    judged: usize,
    /// Sure findings end here; what stands before needs no other rule.
    settled: usize,
    /// Bare domains before this byte have been looked at.
    hosts: usize,
    spans: &'s mut Vec<Span>,
}

impl Scan<'_, '_> {
    /// Looks at a byte that may begin something; answers where to go on, always after it.
    fn look(&mut self, at: usize) -> usize {
        let end = match CLASSES[usize::from(self.bytes[at])] {
            Class::Digit => return self.digit(at),
            Class::At => email::at(self.text, at)
                .map(|range| self.found(range, Entity::Email, 0.99, Layer::Checked, "email")),
            Class::Colon => self.colon(at),
            Class::Dot => self.dot(at),
            Class::Day if self.bytes[..at].ends_with(b"da") => dates::weekday(self.text, at + 1)
                .map(|range| self.found(range, Entity::DateTime, 0.6, Layer::Pattern, "weekday")),
            Class::Day | Class::Plain => None,
        };
        end.unwrap_or(at + 1)
    }

    /// Notes a finding; answers its end.
    fn found(
        &mut self,
        range: Range<usize>,
        entity: Entity,
        score: f64,
        layer: Layer,
        rule: &'static str,
    ) -> usize {
        let end = range.end;
        self.spans.push(Span::new(range, entity, score, layer, rule));
        end
    }

    /// A number starts or goes on here.
    fn digit(&mut self, at: usize) -> usize {
        if at >= self.judged {
            self.judge(at);
        }
        if at < self.settled {
            return self.settled;
        }
        let end = at + self.bytes[at..].iter().take_while(|b| b.is_ascii_digit()).count();
        let start = word_start(self.bytes, at);
        // Four more tell that the word is too long; all of it would be read again at every digit.
        let word_end = end
            + self.bytes[end..].iter().take(4).take_while(|b| b.is_ascii_alphanumeric()).count();
        if matches!(word_end - start, 2 | 4)
            && let Some(range) = net::mac(self.text, start)
        {
            return self.found(range, Entity::Mac, 0.95, Layer::Checked, "mac");
        }
        if start < at {
            return end;
        }
        self.number(at, end).unwrap_or(end)
    }

    /// Offers the candidates around the digit to the rules of identity numbers.
    fn judge(&mut self, at: usize) {
        let (text, spans, settled) = (self.text, &mut *self.spans, &mut self.settled);
        self.judged = self.cutter.offer(text, at, self.judged, |candidate| {
            let span = ids::judge(candidate)?;
            let range = span.start..span.end;
            if span.layer == Layer::Checked && span.score >= 0.9 && range.contains(&at) {
                *settled = range.end;
            }
            spans.push(span);
            Some(range)
        });
    }

    /// The number `at..end` stands alone: an address of a network, a date, a place, a phone?
    fn number(&mut self, at: usize, end: usize) -> Option<usize> {
        let text = self.text;
        let dotted = self.bytes.get(end) == Some(&b'.');
        if dotted
            && end - at <= 3
            && let Some(range) = net::ipv4(text, at)
        {
            return Some(self.found(range, Entity::Ip, 0.9, Layer::Pattern, "ipv4"));
        }
        if end - at <= 4
            && let Some(date) = dates::at(text, at, self.settled)
        {
            let entity = if date.birth { Entity::DateOfBirth } else { Entity::DateTime };
            let score = if date.birth {
                0.9
            } else if date.whole {
                0.85
            } else {
                0.6
            };
            return Some(self.found(date.range, entity, score, Layer::Pattern, "date"));
        }
        let marked = dotted || matches!(self.bytes.get(end), Some(0xC2 | 0xE5 | b' '));
        if marked
            && end - at <= 3
            && let Some(range) = coordinates::at(text, at)
        {
            return Some(self.found(
                range,
                Entity::Coordinates,
                0.85,
                Layer::Pattern,
                "coordinates",
            ));
        }
        let phone = phone::at(text, at)?;
        Some(self.found(phone.range, Entity::Phone, phone.score, Layer::Pattern, phone.rule))
    }

    /// `://`, `geo:`, or the parts of an address of a network.
    fn colon(&mut self, at: usize) -> Option<usize> {
        let next = *self.bytes.get(at + 1)?;
        if next == b'/' {
            let url = url::with_scheme(self.text, at)?;
            let rule = if url.personal { "url_personal" } else { "url" };
            return Some(self.found(url.range, Entity::Url, 0.97, Layer::Checked, rule));
        }
        if !(next.is_ascii_hexdigit() || matches!(next, b':' | b'-')) {
            return None;
        }
        if let Some(range) = url::geo(self.text, at) {
            return Some(self.found(range, Entity::Coordinates, 0.95, Layer::Checked, "geo"));
        }
        if self.bytes.get(at + 3) == Some(&b':')
            && let Some(range) = at.checked_sub(2).and_then(|pair| net::mac(self.text, pair))
        {
            return Some(self.found(range, Entity::Mac, 0.95, Layer::Checked, "mac"));
        }
        let range = net::ipv6(self.text, at, 0)?;
        Some(self.found(range, Entity::Ip, 0.95, Layer::Checked, "ipv6"))
    }

    /// A dot between letters may stand in a domain.
    fn dot(&mut self, at: usize) -> Option<usize> {
        let joins = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
        if at < self.hosts
            || !joins(self.bytes.get(at + 1))
            || !joins(at.checked_sub(1).and_then(|before| self.bytes.get(before)))
        {
            return None;
        }
        let (host, url) = url::without_scheme(self.text, at);
        self.hosts = host;
        let url = url?;
        let rule = if url.personal { "url_personal" } else { "url" };
        Some(self.found(url.range, Entity::Url, 0.85, Layer::Pattern, rule))
    }
}

/// Where the letters and digits before `at` start; no further back than a pair of hexadecimal digits
/// needs.
fn word_start(bytes: &[u8], at: usize) -> usize {
    let back = bytes[..at].iter().rev().take(4).take_while(|b| b.is_ascii_alphanumeric()).count();
    at - back
}
