//! The parts of a Chinese address in their order: province, city, district, town, road, number,
//! building, unit, room (GB/T 23705; UPU S42, China).

use std::ops::Range;

use super::lists::{COUNTRIES, ROADS, UNITS};
use crate::{lexicon::lexicon, words::is_han};

/// How far down a part of an address stands.
fn level(piece: &str) -> Option<u8> {
    if COUNTRIES.contains(&piece) {
        return Some(0);
    }
    let lists = lexicon();
    let named = |ending: &str| piece.len() > ending.len() && piece.ends_with(ending);
    let any = |endings: &[&str]| endings.iter().any(|ending| named(ending));
    if lists.provinces.iter().any(|p| p == piece) || any(&["省", "自治区", "特别行政区"]) {
        return Some(1);
    }
    if lists.provinces.iter().any(|p| piece.strip_suffix('市') == Some(p)) {
        return Some(1);
    }
    if lists.cities.contains(piece) || any(&["市", "自治州", "盟", "地区"]) {
        return Some(2);
    }
    if any(&["区", "县", "旗"]) {
        return Some(3);
    }
    if any(&["镇", "乡", "街道"]) {
        return Some(4);
    }
    None
}

/// Whether a place may follow another in one address: it stands lower, or nobody knows.
pub fn continues(before: &str, next: &str) -> bool {
    match (level(before), level(next)) {
        (Some(0), _) | (_, Some(0)) => false,
        // A county-level city stands below its city: 苏州市昆山市.
        (Some(2), Some(2)) => before.ends_with('市') && next.ends_with('市') && before != next,
        (Some(before), Some(next)) => next > before,
        (None, Some(next)) => next > 3,
        (_, None) => true,
    }
}

/// Whether a part has a known place in the order.
pub fn is_unit(piece: &str) -> bool {
    level(piece).is_some_and(|level| level > 0)
}

/// Whether a piece names a house: 王府井大街218号.
pub fn has_detail(piece: &str) -> bool {
    house(piece) == Some(piece.len())
}

/// End of the house number within a piece: 文一西路969号|阿里巴巴.
pub fn house(piece: &str) -> Option<usize> {
    let (at, _) = piece.char_indices().find(|(_, c)| c.is_ascii_digit())?;
    if at > 0 { numbers(piece, 0..at, false) } else { None }
}

/// End of the house number, building, unit and room that follow a place, if any does.
///
/// A number without a unit (…3号楼501) counts only after one with. A date is no number of a house:
/// 号 follows a road or building, not a city (去上海8号回来).
pub fn numbers(text: &str, place: Range<usize>, detail: bool) -> Option<usize> {
    let piece = &text[place.clone()];
    if !detail && !ROADS.iter().any(|road| piece.ends_with(road)) {
        return None;
    }
    let mut end = place.end;
    let mut found = None;
    loop {
        let start = if detail || found.is_some() { joint(text, end) } else { gap(text, end) };
        let rest = &text[start..];
        let length = numeral_length(rest);
        if length == 0 {
            return found;
        }
        let after = rest[length..].strip_prefix(' ').unwrap_or(&rest[length..]);
        let length = rest.len() - after.len();
        if let Some(unit) = UNITS.iter().find(|unit| after.starts_with(**unit)) {
            let behind = &after[unit.len()..];
            // 地铁8号线, 3楼盘: the unit is the beginning of another word.
            if behind.starts_with(['线', '盘', '长', '员', '别', '间', '票']) {
                return found;
            }
            end = start + length + unit.len();
            found = Some(end);
            continue;
        }
        let digits = rest[..length].bytes().filter(u8::is_ascii_digit).count();
        let counts = after
            .starts_with(['年', '月', '日', '元', '人', '个', '万', '岁', '点', '时', '%', '.']);
        if found.is_some() && (2..=5).contains(&digits) && length <= 10 && !counts {
            return Some(start + rest[..length].trim_end().len());
        }
        return found;
    }
}

/// Bytes of a number at the start of a text: digits, Chinese numerals, letters and dashes among
/// them; at most ten characters.
fn numeral_length(text: &str) -> usize {
    let length = text
        .char_indices()
        .take(10)
        .find(|(_, c)| {
            !(is_numeral(*c)
                || c.is_ascii_alphabetic()
                || matches!(c, '-' | '－' | '#' | '甲' | '乙' | '丙' | '之'))
        })
        .map_or_else(|| text.chars().take(10).map(char::len_utf8).sum(), |(at, _)| at);
    let number = text[..length].trim_end_matches(['-', '－']);
    let letters = number.chars().filter(char::is_ascii_alphabetic).count();
    if letters > 2 { 0 } else { number.len() }
}

fn is_numeral(c: char) -> bool {
    c.is_ascii_digit()
        || ('０'..='９').contains(&c)
        || matches!(
            c,
            '零' | '〇'
                | '一'
                | '二'
                | '三'
                | '四'
                | '五'
                | '六'
                | '七'
                | '八'
                | '九'
                | '十'
                | '百'
        )
}

/// Where the next part may begin: behind one space, if one follows.
pub fn gap(text: &str, at: usize) -> usize {
    let mut rest = text[at..].chars();
    match (rest.next(), rest.next()) {
        (Some(' '), Some(next)) if is_han(next) || next.is_ascii_digit() => at + 1,
        _ => at,
    }
}

/// The same behind a number, where a dash may stand too (12号-3-501).
fn joint(text: &str, at: usize) -> usize {
    let mut rest = text[at..].chars();
    match (rest.next(), rest.next()) {
        (Some(' ' | '-'), Some(next)) if is_numeral(next) || next.is_ascii_alphabetic() => at + 1,
        _ => at,
    }
}
