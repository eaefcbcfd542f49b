//! A postal code beside an address: 北京市朝阳区建国路88号 100022, 518057 广东省深圳市南山区. One behind a
//! label (邮编：100022) is found by the labels of the pattern layer.

use crate::{
    Entity,
    checks::china,
    text::{Layer, Span},
};

/// Digits of a code.
const LENGTH: usize = 6;

/// Adds the codes right behind or before the places and addresses in `named`.
pub fn beside_addresses(text: &str, named: &[Span], found: &mut Vec<Span>) {
    for span in named {
        let address = span.entity() == Entity::StreetAddress.name();
        if !address && span.entity() != Entity::Location.name() {
            continue;
        }
        let after = &text[span.end..];
        let start = text.len() - after.trim_start_matches(is_gap).len();
        // Glued to a place, six digits are its count or amount; behind a gap only an address has a code.
        if start > span.end && address && is_code(text, start) {
            found.push(code(start));
        }
        let before = text[..span.start].trim_end_matches(is_gap).len();
        if before < span.start
            && let Some(start) = before.checked_sub(LENGTH)
            && text.is_char_boundary(start)
            && is_code(text, start)
        {
            found.push(code(start));
        }
    }
}

fn code(start: usize) -> Span {
    Span::new(start..start + LENGTH, Entity::ZipCode, 0.75, Layer::Grammar, "cn_postcode")
}

fn is_gap(c: char) -> bool {
    matches!(c, ' ' | '\u{3000}' | ',' | '，' | '(' | '（' | '\t')
}

/// Six digits with a province's prefix that nothing goes on: no digit, letter, point or unit.
fn is_code(text: &str, start: usize) -> bool {
    let end = start + LENGTH;
    let alone = !text[..start].ends_with(|c: char| c.is_alphanumeric() || ".-#￥¥$".contains(c));
    let ends = text.get(end..).is_some_and(|rest| {
        !rest.starts_with(|c: char| {
            c.is_ascii_alphanumeric() || "-%元万人个件名户台套张份号次年吨平米亿.".contains(c)
        })
    });
    alone && ends && china::postcode(&text.as_bytes()[start..end])
}
