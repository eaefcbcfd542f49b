//! What a text tells about a person besides the name: age, nationality, occupation.

use super::lists::{COUNTRIES, JOBS, NATIONALITIES};
use crate::{
    Entity,
    text::{Layer, Span},
};

/// Ages: 35岁, 三十五周岁, 年龄：35.
pub fn ages(text: &str, found: &mut Vec<Span>) {
    for (at, year) in text.match_indices('岁') {
        let end = at + year.len();
        let after = &text[end..];
        // An age limit is nobody's age, and 岁月, 岁数 are other words.
        if ["以上", "以下", "以内", "之前", "月", "数", "末"]
            .iter()
            .any(|word| after.starts_with(word))
        {
            continue;
        }
        let before = text[..at].strip_suffix('周').unwrap_or(&text[..at]);
        let before = before.trim_end_matches(' ');
        let Some((start, age)) = number_before(before) else { continue };
        let ranged = before[..start].ends_with(['-', '~', '～', '至', '到', '第', '.']);
        if age <= 120 && !ranged {
            let end = end + if after.starts_with('半') { "半".len() } else { 0 };
            found.push(Span::new(start..end, Entity::Age, 0.9, Layer::Grammar, "age"));
        }
    }
    for (at, label) in text.match_indices("年龄") {
        let after = at + label.len();
        let value = text[after..].trim_start_matches([':', '：', ' ', '\t', '为', '是']);
        let start = text.len() - value.len();
        let digits = value.bytes().take_while(u8::is_ascii_digit).count();
        let told = start > after && value[..digits].parse().is_ok_and(|age: u32| age <= 120);
        if told && !value[digits..].starts_with(['周', '岁', '-', '~', '%', '.']) {
            found.push(Span::new(start..start + digits, Entity::Age, 0.9, Layer::Grammar, "age"));
        }
    }
}

/// The number that ends a text, and where it begins: ASCII digits or Chinese numerals.
fn number_before(text: &str) -> Option<(usize, u32)> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_digit());
    if digits.len() < text.len() {
        return Some((digits.len(), text[digits.len()..].parse().ok()?));
    }
    let start = text.trim_end_matches(|c| CHINESE_DIGITS.contains(c) || c == '十').len();
    let numeral = &text[start..];
    let digit = |piece: &str| -> Option<u32> {
        let mut chars = piece.chars();
        let value = CHINESE_DIGITS.chars().position(|c| Some(c) == chars.clone().next())?;
        chars.next();
        chars.next().is_none().then_some(value as u32)
    };
    let value = match numeral.split_once('十') {
        None => digit(numeral)?,
        Some((tens, ones)) => {
            let tens = if tens.is_empty() { 1 } else { digit(tens)? };
            tens * 10 + if ones.is_empty() { 0 } else { digit(ones)? }
        }
    };
    // 几十岁, 百岁: no number of years.
    let vague = text[..start].ends_with(['几', '百', '多', '数', '千', '两']);
    (!vague).then_some((start, value))
}

const CHINESE_DIGITS: &str = "零一二三四五六七八九";

/// Nationality and ethnic group where a country or a label tells them; `terms` finds the words that
/// tell them alone.
pub fn origins(text: &str, found: &mut Vec<Span>) {
    let mut push = |range| {
        found.push(Span::new(range, Entity::Nrp, 0.85, Layer::Grammar, "nrp"));
    };
    for mark in ["籍", "国籍", "裔"] {
        for (at, _) in text.match_indices(mark) {
            let country = COUNTRIES.iter().find(|country| text[..at].ends_with(**country));
            if let Some(country) = country {
                push(at - country.len()..at + mark.len());
            }
        }
    }
    for (label, values) in [("国籍", COUNTRIES), ("民族", NATIONALITIES)] {
        for (at, _) in text.match_indices(label) {
            let after = at + label.len();
            let value = text[after..].trim_start_matches([':', '：', ' ', '\t']);
            let start = text.len() - value.len();
            let named = values.iter().filter(|name| value.starts_with(**name));
            if let Some(name) = named.max_by_key(|name| name.len()).filter(|_| start > after) {
                let rest = &value[name.len()..];
                let end =
                    start + name.len() + if rest.starts_with('族') { "族".len() } else { 0 };
                push(start..end);
            }
        }
    }
}

/// Occupations right beside a person or behind an organisation, or behind a label.
pub fn jobs(text: &str, named: &[Span], found: &mut Vec<Span>) {
    let mut push = |start: usize, job: &str| {
        let range = start..start + job.len();
        found.push(Span::new(range, Entity::JobTitle, 0.8, Layer::Grammar, "job"));
    };
    for span in named {
        let is = |entity: Entity| span.entity() == entity.name();
        let (person, organisation) = (is(Entity::Person), is(Entity::Organization));
        if !person && !organisation {
            continue;
        }
        let after = text[span.end..].trim_start_matches([' ', '的']);
        if let Some(job) = longest(JOBS, |job| after.starts_with(job)) {
            push(text.len() - after.len(), job);
        }
        let before = text[..span.start].trim_end_matches(' ');
        if let Some(job) = longest(JOBS, |job| person && before.ends_with(job)) {
            push(before.len() - job.len(), job);
        }
    }
    for label in ["职务", "职位", "职业", "岗位", "职称"] {
        for (at, _) in text.match_indices(label) {
            let after = at + label.len();
            let value = text[after..].trim_start_matches([':', '：', ' ', '\t', '是', '为']);
            let start = text.len() - value.len();
            if let Some(job) = longest(JOBS, |job| start > after && value.starts_with(job)) {
                push(start, job);
            }
        }
    }
}

fn longest<'a>(words: &[&'a str], fits: impl Fn(&str) -> bool) -> Option<&'a str> {
    words.iter().copied().filter(|word| fits(word)).max_by_key(|word| word.len())
}
