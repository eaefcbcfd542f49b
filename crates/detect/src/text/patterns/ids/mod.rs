//! Identity papers, cards, accounts, devices and secrets: numbers that an issuer's rule confirms.
//! [`judge`] looks at pieces with digits; [`labelled`] finds in one pass what only a label or a mark in
//! front gives away.

mod labels;
mod marks;
mod plates;
mod rules;
mod values;
mod words;

use std::ops::Range;

pub use labels::labelled;
use rules::{Rule, Speaks, rules};

use super::{
    super::{Layer, Span},
    candidate::{Candidate, separator},
    context::distance,
};
use crate::{
    Entity,
    checks::{bank, cards, secrets, wallets, world},
};

/// Shortest number with a rule, separators apart.
const SHORTEST: usize = 8;
/// Longest: the IBAN.
const LONGEST: usize = 34;
/// Fewest digits of one with letters (PAN of India).
const FEWEST_DIGITS: usize = 4;
/// How sure a number with its word beside it is …
const NAMED: f64 = 0.95;
/// … and one that passes a weak check and fills its text.
const SOFT: f64 = 0.65;
/// Most groups of a number written apart (French social security: seven; IBAN: nine).
const MOST_GROUPS: usize = 9;

/// The finding a candidate stands for, if an issuer's rule confirms it.
pub fn judge(candidate: &Candidate<'_>) -> Option<Span> {
    let length = candidate.compact.len();
    if length < SHORTEST {
        return plates::find(candidate).or_else(|| bracketed(candidate));
    }
    if candidate.separators == 0 {
        return judge_word(candidate);
    }
    if candidate.digits < FEWEST_DIGITS {
        return plates::find(candidate);
    }
    let groups = Groups::of(candidate);
    judge_whole(candidate, &groups)
        .or_else(|| judge_within(candidate, &groups))
        .or_else(|| judge_glued(candidate, &groups.lengths[..groups.count]))
        .or_else(|| plates::find(candidate))
}

/// One group of letters and digits.
fn judge_word(candidate: &Candidate<'_>) -> Option<Span> {
    let length = candidate.compact.len();
    if candidate.digits < FEWEST_DIGITS {
        return None;
    }
    if length <= LONGEST {
        let number = Number {
            text: candidate.text,
            range: candidate.range.clone(),
            bytes: candidate.compact.as_bytes(),
            groups: &[length as u8],
        };
        if let Some(span) = number.judge().or_else(|| judge_glued(candidate, &[length as u8])) {
            return Some(span);
        }
    }
    if candidate.letters > 0 && (25..=62).contains(&length) {
        let word = candidate.written();
        if wallets::wallet(word) {
            return span(candidate.range.clone(), Entity::Crypto, 0.97, "wallet");
        }
        if secrets::twilio(word) {
            return span(candidate.range.clone(), Entity::ApiKey, 0.95, "twilio");
        }
    }
    bracketed(candidate)
}

/// A number glued to its Latin label, as happens in Chinese text: `身份证ID11010519491231002X`.
fn judge_glued(candidate: &Candidate<'_>, groups: &[u8]) -> Option<Span> {
    let bytes = candidate.compact.as_bytes();
    let label = bytes.iter().take_while(|b| b.is_ascii_uppercase()).count();
    let (first, rest) = groups.split_first()?;
    if !(2..=9).contains(&label)
        || label >= usize::from(*first)
        || !(label + SHORTEST..=label + LONGEST).contains(&bytes.len())
        || rest.len() + 1 > MOST_GROUPS
    {
        return None;
    }
    let mut lengths = [0u8; MOST_GROUPS];
    lengths[..groups.len()].copy_from_slice(groups);
    lengths[0] -= label as u8;
    let number = Number {
        text: candidate.text,
        range: candidate.range.start + label..candidate.range.end,
        bytes: &bytes[label..],
        groups: &lengths[..groups.len()],
    };
    number.judge().filter(|span| span.score >= 0.85)
}

#[allow(clippy::unnecessary_wraps)] // reads as an answer at every call
fn span(range: Range<usize>, entity: Entity, score: f64, rule: &'static str) -> Option<Span> {
    Some(Span::new(range, entity, score, Layer::Checked, rule))
}

/// Groups of a candidate: places and lengths, on the stack.
struct Groups {
    ranges: [(usize, usize); Self::MOST],
    lengths: [u8; Self::MOST],
    count: usize,
}

impl Groups {
    /// A joined candidate of 64 bytes holds at most 32 groups.
    const MOST: usize = 40;

    fn of(candidate: &Candidate<'_>) -> Self {
        let mut groups = Self { ranges: [(0, 0); Self::MOST], lengths: [0; Self::MOST], count: 0 };
        for range in candidate.groups().take(Self::MOST) {
            groups.ranges[groups.count] = (range.start, range.end);
            groups.lengths[groups.count] = range.len().min(255) as u8;
            groups.count += 1;
        }
        groups
    }
}

/// The candidate as one number.
fn judge_whole(candidate: &Candidate<'_>, groups: &Groups) -> Option<Span> {
    if candidate.compact.len() > LONGEST {
        return None;
    }
    let lengths = &groups.lengths[..groups.count];
    // Sixteen digits and a security code look like a longer card: the sixteen win.
    if let [4, 4, 4, 4, rest @ ..] = lengths
        && !rest.is_empty()
        && cards::network_card(&candidate.compact.as_bytes()[..16])
        && !candidate.compact.starts_with("62")
    {
        let range = groups.ranges[0].0..groups.ranges[3].1;
        return span(range, Entity::CreditCard, 0.95, "luhn");
    }
    Number {
        text: candidate.text,
        range: candidate.range.clone(),
        bytes: candidate.compact.as_bytes(),
        groups: lengths,
    }
    .judge()
}

/// A number with other groups beside it: `4111 1111 1111 1111 12/29`, `NI AB 12 34 56 C`.
fn judge_within(candidate: &Candidate<'_>, groups: &Groups) -> Option<Span> {
    let bytes = candidate.compact.as_bytes();
    let mut from = 0;
    for first in 0..groups.count {
        let mut to = from;
        for last in first..groups.count.min(first + MOST_GROUPS) {
            to += usize::from(groups.lengths[last]);
            let length = to - from;
            let whole = first == 0 && last + 1 == groups.count;
            if to > bytes.len() || length > LONGEST {
                break;
            }
            if last == first || whole || length < SHORTEST {
                continue;
            }
            let number = Number {
                text: candidate.text,
                range: groups.ranges[first].0..groups.ranges[last].1,
                bytes: &bytes[from..to],
                groups: &groups.lengths[first..=last],
            };
            if let Some(span) = number.judge() {
                return Some(span);
            }
        }
        from += usize::from(groups.lengths[first]);
    }
    None
}

/// A number as written.
struct Number<'c> {
    text: &'c str,
    range: Range<usize>,
    /// Upper case without separators.
    bytes: &'c [u8],
    /// Lengths of its groups.
    groups: &'c [u8],
}

impl Number<'_> {
    /// What its checks and the words around it make of it.
    fn judge(&self) -> Option<Span> {
        let letters = !self.bytes.iter().all(u8::is_ascii_digit);
        if letters && self.is_iban() {
            return span(self.range.clone(), Entity::Iban, 0.98, "iban");
        }
        // A rule that speaks for itself looks for its word only against a rule that has one.
        let mut speaking: Option<(&Rule, f64)> = None;
        let mut named: Option<(&Rule, usize)> = None;
        for rule in rules(self.bytes.len(), letters) {
            if !(rule.test)(self.bytes) {
                continue;
            }
            if let Some(score) = self.speaks(rule) {
                // The first in the table; a cell of its own speaks more softly than a form.
                if speaking.is_none_or(|(_, best)| best <= SOFT && score > SOFT) {
                    speaking = Some((rule, score));
                }
                if score > SOFT {
                    continue;
                }
            }
            if let Some(away) = self.away(rule)
                && named.is_none_or(|(_, least)| away < least)
            {
                named = Some((rule, away));
            }
        }
        let (rule, score) = match (speaking, named) {
            (Some((own, score)), Some((rule, least))) if score > SOFT => {
                let nearer = self.away(own).is_some_and(|away| away <= least);
                if nearer { (own, NAMED) } else { (rule, NAMED) }
            }
            (_, Some((rule, _))) => (rule, NAMED),
            (own, None) => own?,
        };
        let layer = if score <= SOFT { Layer::Pattern } else { Layer::Checked };
        Some(Span::new(self.range.clone(), rule.entity, score, layer, rule.key))
    }

    /// How far the rule's own word is, unless a word for things is nearer or longer code surrounds the
    /// number.
    fn away(&self, rule: &Rule) -> Option<usize> {
        let away = distance(self.text, &self.range, rule.words)?;
        if matches!(rule.speaks, Speaks::Alone) {
            return Some(away);
        }
        let thing = || distance(self.text, &self.range, &words::THINGS);
        (self.stands_free() && thing().is_none_or(|thing| away <= thing)).then_some(away)
    }

    /// How sure without a word beside it; `None` when the rule needs one.
    fn speaks(&self, rule: &Rule) -> Option<f64> {
        match rule.speaks {
            Speaks::Alone => (self.is_plainly_written() && !self.is_fraction()).then_some(0.93),
            Speaks::Likely => {
                let printed = self.groups.len() == 1
                    || rule.entity != Entity::CreditCard
                    || self.is_evenly_written();
                let clear = printed
                    && self.is_plainly_written()
                    && self.stands_free()
                    && (self.groups.len() > 1
                        || distance(self.text, &self.range, &words::THINGS).is_none());
                clear.then_some(0.9)
            }
            Speaks::Written(forms) => {
                let written = forms.iter().any(|form| self.is_written(form));
                (written && self.stands_free() && !self.goes_on() && self.is_upper())
                    .then_some(0.85)
            }
            Speaks::WholeText => {
                let printed = rule.entity == Entity::CreditCard && self.groups.len() > 1 && {
                    let mut lengths = [0; MOST_GROUPS];
                    let groups = self.groups.len().min(MOST_GROUPS);
                    for (slot, group) in lengths.iter_mut().zip(self.groups) {
                        *slot = usize::from(*group);
                    }
                    cards::printed_as_card(&lengths[..groups])
                };
                if printed && self.stands_free() {
                    return Some(0.85);
                }
                (self.is_whole_text() && self.is_upper()).then_some(SOFT)
            }
            Speaks::Beside => None,
        }
    }

    /// In the form: `9` stands for a letter or digit, a separator for itself.
    fn is_written(&self, form: &str) -> bool {
        let written = &self.text.as_bytes()[self.range.clone()];
        written.len() == form.len()
            && written
                .iter()
                .zip(form.bytes())
                .all(|(c, f)| if f == b'9' { c.is_ascii_alphanumeric() } else { *c == f })
    }

    /// More digits follow or precede over the separator that stands inside: part of a longer number.
    fn goes_on(&self) -> bool {
        let bytes = self.text.as_bytes();
        let (start, end) = (self.range.start, self.range.end);
        let inside = |separator: u8| bytes[start..end].contains(&separator);
        let digit = |place: Option<&u8>| place.is_some_and(u8::is_ascii_digit);
        start >= 2 && inside(bytes[start - 1]) && digit(bytes.get(start - 2))
            || bytes.get(end).is_some_and(|after| inside(*after)) && digit(bytes.get(end + 1))
    }

    /// An IBAN, alone or in groups.
    fn is_iban(&self) -> bool {
        self.bytes.len() >= 15
            && bank::iban(self.bytes)
            && (self.groups.len() == 1
                || self.groups[..self.groups.len() - 1].iter().all(|n| *n >= 2))
    }

    /// The text is nothing else, such as a cell of a table.
    fn is_whole_text(&self) -> bool {
        self.range.len() + 8 >= self.text.len() && self.text.trim().len() == self.range.len()
    }

    /// Groups of one size except the first or the last (`41 11 11 …`, `4111-1111-…`, `3782 822463 10005`).
    fn is_evenly_written(&self) -> bool {
        let one = |groups: &[u8]| groups.windows(2).all(|w| w[0] == w[1]);
        matches!(self.groups, [4, 6, 4 | 5] | [6, 13])
            || one(&self.groups[..self.groups.len() - 1]) && self.groups[0] > 1
            || self.groups.iter().all(|n| *n == 1)
    }

    /// Capitals only.
    fn is_upper(&self) -> bool {
        !self.text.as_bytes()[self.range.clone()].iter().any(u8::is_ascii_lowercase)
    }

    /// In capitals, or in small letters throughout where it is long: mixed case is a code's.
    fn is_plainly_written(&self) -> bool {
        let written = &self.text.as_bytes()[self.range.clone()];
        let lower = written.iter().any(u8::is_ascii_lowercase);
        let upper = written.iter().any(u8::is_ascii_uppercase);
        !lower || !upper && written.len() >= 15
    }

    /// No part of a longer code, path, address, amount or decimal fraction.
    fn stands_free(&self) -> bool {
        let bytes = self.text.as_bytes();
        let (start, end) = (self.range.start, self.range.end);
        let at = |place: Option<usize>| place.and_then(|p| bytes.get(p)).copied().unwrap_or(b' ');
        let (before, beyond) = (at(start.checked_sub(1)), at(start.checked_sub(2)));
        let (after, next) = (at(Some(end)), at(Some(end + 1)));
        let held_left = match before {
            b'-' | b'.' => beyond.is_ascii_digit(),
            b'_' | b'/' | b'\\' | b'@' | b'&' | b'%' | b'+' => beyond.is_ascii_alphanumeric(),
            b'$' => true,
            _ => false,
        };
        let held_right = match after {
            b'-' | b'_' | b'/' | b'\\' | b'@' | b'+' => next.is_ascii_alphanumeric(),
            b'.' => next.is_ascii_digit(),
            b'%' => true,
            _ => false,
        };
        !held_left && !held_right
    }

    /// Digits behind or before a decimal point.
    fn is_fraction(&self) -> bool {
        let bytes = self.text.as_bytes();
        let (start, end) = (self.range.start, self.range.end);
        let digit = |place: Option<&u8>| place.is_some_and(u8::is_ascii_digit);
        start >= 2 && bytes[start - 1] == b'.' && digit(bytes.get(start - 2))
            || bytes.get(end) == Some(&b'.') && digit(bytes.get(end + 1))
    }
}

/// Cards of Hong Kong and Macau print their check digit in brackets: `A123456(3)`, `5123456(7)`.
fn bracketed(candidate: &Candidate<'_>) -> Option<Span> {
    let length = candidate.compact.len();
    if !matches!(length, 7 | 8) {
        return None;
    }
    let end = candidate.range.end;
    let [b'(', check, b')'] = candidate.text.as_bytes().get(end..end + 3)? else { return None };
    let mut number = [0u8; 9];
    number[..length].copy_from_slice(candidate.compact.as_bytes());
    number[length] = check.to_ascii_uppercase();
    let number = &number[..=length];
    let range = candidate.range.start..end + 3;
    if candidate.letters > 0 && world::hk_id(number) {
        return span(range, Entity::HkId, 0.95, "hk_id");
    }
    let named = || super::context::near(candidate.text, &range, &words::MACAU_ID);
    let slash = candidate.separators & !separator::SLASH == 0;
    if slash && world::macau_id(number) && named() {
        return span(range, Entity::MoId, 0.9, "macau_id");
    }
    None
}

#[cfg(test)]
mod tests;
