//! Licence plates with Chinese characters: `粤B12345`, `粤B·D12345`, `京A1234警`, `使224001`.

use super::{
    super::{
        super::{Layer, Span},
        candidate::Candidate,
        context::near,
    },
    words::PLATE,
};
use crate::{Entity, checks::plates};

/// The plate that a candidate is the Latin part of.
pub fn find(candidate: &Candidate<'_>) -> Option<Span> {
    if !(4..=8).contains(&candidate.compact.len()) || candidate.digits < 2 {
        return None;
    }
    let (text, range) = (candidate.text, &candidate.range);
    let after = text[range.end..].chars().next();
    let last =
        after.filter(|c| plates::ENDINGS.contains(*c) || *c == '使').map_or(0, char::len_utf8);
    let start = start(candidate)?;
    let end = [range.end + last, range.end]
        .into_iter()
        .find(|end| plates::chinese(&text[start..*end]))?;
    let lower = text.as_bytes()[start..end].iter().any(u8::is_ascii_lowercase);
    if lower && !near(text, &(start..end), &PLATE) {
        return None;
    }
    Some(Span::new(start..end, Entity::CnPlate, 0.94, Layer::Checked, "plate"))
}

/// Where the plate starts: at the province before the candidate, with the letter of the city between
/// when it stands apart (`粤B·12345`), or at the candidate (`WJ京12345`, `224001使`).
fn start(candidate: &Candidate<'_>) -> Option<usize> {
    let (text, at) = (candidate.text, candidate.range.start);
    let before = &text[..at];
    // Cheap refusal: most numbers stand behind ASCII.
    let near = before.as_bytes().last().copied().unwrap_or(b' ');
    if near.is_ascii() && !matches!(near, b' ' | b'-' | b'.') && candidate.letters > 0 {
        return None;
    }
    let head = before.trim_end_matches(['·', '•', '・', ' ', '-', '.']);
    let mut chars = head.char_indices().rev();
    let Some((first_at, first)) = chars.next() else {
        return (candidate.letters == 0).then_some(at);
    };
    if plates::PROVINCES.contains(first) {
        let armed = head[..first_at].strip_suffix("WJ").map(str::len);
        return Some(armed.unwrap_or(first_at));
    }
    if first == '使' {
        return Some(first_at);
    }
    if first.is_ascii_alphabetic()
        && let Some((place, province)) = chars.next()
        && plates::PROVINCES.contains(province)
    {
        return Some(place);
    }
    (candidate.letters == 0 && candidate.digits == 6).then_some(at)
}
