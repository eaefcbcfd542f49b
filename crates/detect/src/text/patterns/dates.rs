//! Days of the calendar as people write them (ISO 8601, GB/T 7408; American, British and Chinese
//! forms), told from other numbers by the calendar. A date beside “born” is a date of birth.

use std::ops::Range;

use super::context::{ContextWords, distance};
use crate::checks::digits::is_day;

/// Words beside a date of birth.
static BIRTH: ContextWords = ContextWords::new(
    &["born", "birth", "birthday", "birthdate", "dob", "d.o.b", "date of birth", "birth date"],
    &["出生", "生日", "生于", "生辰", "诞生"],
);
/// Words after which a number of four digits is a year.
const BEFORE_YEAR: [&str; 21] = [
    "in", "since", "during", "of", "until", "till", "by", "from", "before", "after", "around",
    "circa", "year", "a", "the", "between", "early", "late", "mid", "spring", "summer",
];
/// Months by their first three letters and their full names.
const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// A date in a text.
#[derive(Debug, PartialEq, Eq)]
pub struct Date {
    /// Where it stands, with the time of day behind it.
    pub range: Range<usize>,
    /// What words say it is.
    pub birth: bool,
    /// Year, month and day are all there.
    pub whole: bool,
}

/// The date one of whose numbers starts at `start`, looking back no further than `floor`.
pub fn at(text: &str, start: usize, floor: usize) -> Option<Date> {
    let (range, whole) = numbers(text, start)
        .or_else(|| chinese(text, start))
        .or_else(|| month_first(text, start, floor))
        .or_else(|| day_first(text, start))
        .or_else(|| year(text, start))?;
    let range = range.start..if whole { with_time(text, range.end) } else { range.end };
    let birth = distance(text, &range, &BIRTH).is_some_and(|bytes| bytes <= 24);
    Some(Date { range, birth, whole })
}

/// The weekday whose `day` ends at `end`: `Monday`, `Tuesdays`.
pub fn weekday(text: &str, end: usize) -> Option<Range<usize>> {
    const DAYS: [&str; 7] =
        ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
    let bytes = text.as_bytes();
    let day = DAYS.iter().find(|day| {
        let word = end.checked_sub(day.len()).map(|start| &bytes[start..end]);
        word.is_some_and(|word| word.eq_ignore_ascii_case(day.as_bytes()))
    })?;
    let start = end - day.len();
    let joins = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80;
    let joined = start.checked_sub(1).is_some_and(|at| joins(&bytes[at]))
        || bytes.get(end).is_some_and(joins);
    (!joined).then_some(start..end)
}

/// Digits from `at` on: their value and their number, at most `most`.
fn digits(bytes: &[u8], at: usize, most: usize) -> Option<(u32, usize)> {
    let count = bytes[at.min(bytes.len())..]
        .iter()
        .take(most + 1)
        .take_while(|b| b.is_ascii_digit())
        .count();
    let value = || bytes[at..at + count].iter().fold(0, |n, b| n * 10 + u32::from(b - b'0'));
    ((1..=most).contains(&count)).then(|| (value(), count))
}

fn is_year(year: u32) -> bool {
    (1850..=2150).contains(&year)
}

/// No letter, digit or further part touches the date.
fn stands_alone(text: &str, range: &Range<usize>) -> bool {
    let bytes = text.as_bytes();
    let before = range.start.checked_sub(1).map(|at| bytes[at]);
    let joins = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let dotted = |byte: u8| matches!(byte, b'.' | b'/' | b'-');
    let digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
    let joined_before =
        before.is_some_and(|byte| joins(byte) || dotted(byte) && digit(range.start.checked_sub(2)));
    let joined_after = bytes.get(range.end).is_some_and(|byte| {
        let time = *byte == b'T' && digit(Some(range.end + 1));
        joins(*byte) && !time || dotted(*byte) && digit(Some(range.end + 1))
    });
    !joined_before && !joined_after
}

/// `2000-04-16`, `2/8/1935`, `16.4.2000`, `12/31/85`.
fn numbers(text: &str, start: usize) -> Option<(Range<usize>, bool)> {
    let bytes = text.as_bytes();
    let (first, length) = digits(bytes, start, 4)?;
    let sign = *bytes.get(start + length)?;
    if !matches!(sign, b'-' | b'/' | b'.') {
        return None;
    }
    let second_at = start + length + 1;
    let (second, second_length) = digits(bytes, second_at, 2)?;
    let third_at = second_at + second_length + 1;
    if bytes.get(third_at - 1) != Some(&sign) {
        return None;
    }
    let (third, third_length) = digits(bytes, third_at, 4)?;
    let sound = match (length, third_length) {
        (4, 1 | 2) => is_year(first) && is_day(first, second, third),
        (1 | 2, 4) => is_year(third) && is_either_day(third, first, second),
        // Two digits of a year: only with the signs of dates, and never `1.2.34`.
        (1 | 2, 2) => sign == b'/' && is_either_day(1904, first, second),
        _ => false,
    };
    let range = start..third_at + third_length;
    (sound && stands_alone(text, &range)).then_some((range, true))
}

/// Day and month in the American or the British order.
fn is_either_day(year: u32, first: u32, second: u32) -> bool {
    is_day(year, first, second) || is_day(year, second, first)
}

/// `2000年4月16日`, `2000年4月`, `4月16日`, `2000年`.
fn chinese(text: &str, start: usize) -> Option<(Range<usize>, bool)> {
    let bytes = text.as_bytes();
    if start.checked_sub(1).is_some_and(|at| bytes[at].is_ascii_alphanumeric() || bytes[at] == b'.')
    {
        return None;
    }
    let (first, length) = digits(bytes, start, 4)?;
    let rest = &text[start + length..];
    let (year, month_text) = match rest.strip_prefix('年') {
        Some(after) if length == 4 && is_year(first) => (Some(first), after),
        Some(after) if length == 2 => (Some(1900 + first), after),
        Some(_) => return None,
        None => (None, &text[start..]),
    };
    let end = |rest: &str| text.len() - rest.len();
    let month_text = month_text.trim_start_matches(' ');
    let Some((month, after)) =
        part(month_text, &["月份", "月"]).filter(|(m, _)| (1..=12).contains(m))
    else {
        // A year of two digits is told by its month only.
        let alone = year.is_some() && length == 4;
        return alone.then(|| (start..start + length + '年'.len_utf8(), false));
    };
    match part(after.trim_start_matches(' '), &["日", "号", "號"]) {
        Some((day, after)) if is_day(year.unwrap_or(1904), month, day) => {
            Some((start..end(after), year.is_some()))
        }
        _ if year.is_some() => Some((start..end(after), false)),
        _ => None,
    }
}

fn part<'t>(text: &'t str, marks: &[&str]) -> Option<(u32, &'t str)> {
    let (value, length) = digits(text.as_bytes(), 0, 2)?;
    marks.iter().find_map(|mark| text[length..].strip_prefix(mark)).map(|rest| (value, rest))
}

/// The month whose name or short form stands in `word`.
fn is_month(word: &str) -> bool {
    word.len() >= 3
        && MONTHS.iter().any(|month| {
            word.eq_ignore_ascii_case(month)
                || (word.len() == 3 || word.len() == 4 && word.eq_ignore_ascii_case("sept"))
                    && word.is_ascii()
                    && month.get(..word.len()).is_some_and(|short| word.eq_ignore_ascii_case(short))
        })
}

/// `March 5, 1990`, `Mar. 5th 1990`, `March 1990`, `March 5`: the number after a month.
fn month_first(text: &str, start: usize, floor: usize) -> Option<(Range<usize>, bool)> {
    let bytes = text.as_bytes();
    let gap = text[floor.min(start)..start].trim_end_matches([' ', '.', ',', '-']);
    let month_end = floor.min(start) + gap.len();
    if start - month_end == 0 || start - month_end > 2 {
        return None;
    }
    let mut month_start = month_end;
    while month_start > floor
        && month_end - month_start < 10
        && bytes[month_start - 1].is_ascii_alphabetic()
    {
        month_start -= 1;
    }
    let word = &text[month_start..month_end];
    // `may 5` is a verb as often as a month.
    if !is_month(word) || word.starts_with("may") || word.starts_with("march ") {
        return None;
    }
    let (number, length) = digits(bytes, start, 4)?;
    let range = |end| month_start..end;
    if length == 4 && is_year(number) {
        let range = range(start + 4);
        return stands_alone(text, &range).then_some((range, false));
    }
    if length > 2 || !(1..=31).contains(&number) {
        return None;
    }
    let day_end = start + length + ordinal(&text[start + length..]);
    if let Some(end) = year_after(text, day_end) {
        return Some((range(end), true));
    }
    let range = range(day_end);
    stands_alone(text, &range).then_some((range, false))
}

/// `5 March 1990`, `5th of March`, `05-Mar-1990`: the number before a month.
fn day_first(text: &str, start: usize) -> Option<(Range<usize>, bool)> {
    let bytes = text.as_bytes();
    let (number, length) = digits(bytes, start, 2)?;
    let mut at = start + length;
    at += ordinal(&text[at..]);
    if !(1..=31).contains(&number)
        || start
            .checked_sub(1)
            .is_some_and(|at| bytes[at].is_ascii_alphanumeric() || b"._-/".contains(&bytes[at]))
    {
        return None;
    }
    let gap = [" of ", " ", "-", "."].iter().find(|gap| text[at..].starts_with(**gap))?;
    at += gap.len();
    let letters = bytes[at..].iter().take(10).take_while(|b| b.is_ascii_alphabetic()).count();
    let word = &text[at..at + letters];
    if !is_month(word) || word.starts_with("may") && !gap.contains("of") {
        return None;
    }
    let month_end = at + letters;
    if let Some(end) = year_after(text, month_end) {
        return Some((start..end, true));
    }
    let range = start..month_end;
    stands_alone(text, &range).then_some((range, false))
}

/// Length of `st`, `nd`, `rd` or `th`.
fn ordinal(rest: &str) -> usize {
    let suffix = rest.get(..2).unwrap_or_default().to_ascii_lowercase();
    let ends = !rest.get(2..).unwrap_or_default().starts_with(|c: char| c.is_alphanumeric());
    if ends && ["st", "nd", "rd", "th"].contains(&suffix.as_str()) { 2 } else { 0 }
}

/// End of the year that follows over a space, a comma, a dot or a hyphen.
fn year_after(text: &str, at: usize) -> Option<usize> {
    let rest = &text[at..];
    let trimmed = rest.trim_start_matches([' ', ',', '.', '-']);
    let gap = rest.len() - trimmed.len();
    let place = at + gap;
    let (year, length) = digits(text.as_bytes(), place, 4)?;
    let range = place..place + length;
    ((1..=2).contains(&gap) && length == 4 && is_year(year) && stands_alone_after(text, &range))
        .then_some(range.end)
}

fn stands_alone_after(text: &str, range: &Range<usize>) -> bool {
    stands_alone(text, &(range.start..range.end))
        || !text.as_bytes().get(range.end).is_some_and(u8::is_ascii_alphanumeric)
}

/// A year after a word that leads to one: `in 1977`, `since 2001`.
fn year(text: &str, start: usize) -> Option<(Range<usize>, bool)> {
    let (year, length) = digits(text.as_bytes(), start, 4)?;
    let range = start..start + length;
    if length != 4 || !(1900..=2049).contains(&year) || !stands_alone(text, &range) {
        return None;
    }
    let before = text[..start].strip_suffix(' ')?;
    let word = before.rsplit(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
    let led = BEFORE_YEAR.iter().any(|lead| word.eq_ignore_ascii_case(lead));
    // `of 1900 people`, `a 2000 mile run`: an amount.
    let after = text[range.end..].strip_prefix(' ').unwrap_or_default();
    let next = after.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
    let counted = ["of", "a", "the", "from", "by", "around"]
        .iter()
        .any(|lead| word.eq_ignore_ascii_case(lead))
        && (UNITS.contains(&next)
            || next.ends_with('s')
                && !next.ends_with("ss")
                && word.eq_ignore_ascii_case("of")
                && next.len() > 4
                && !VERBS.contains(&next));
    (led && !counted && !after.starts_with(['%', '$', '€'])).then_some((range, false))
}

/// What four digits may count.
const UNITS: [&str; 22] = [
    "people", "men", "women", "dollars", "euros", "pounds", "yuan", "miles", "mile", "km",
    "metres", "meters", "metre", "meter", "feet", "foot", "units", "unit", "watts", "watt",
    "hours", "hour",
];
/// Words with an s that follow a year.
const VERBS: [&str; 6] = ["protects", "allows", "requires", "states", "prohibits", "provides"];

/// Where a time of day after the date ends: ` 11:34:35`, `T11:34:35.5Z`, `, 9:05 pm`.
fn with_time(text: &str, end: usize) -> usize {
    let bytes = text.as_bytes();
    let rest = &text[end..];
    let lead = ["T", " ", ", ", " at "]
        .iter()
        .filter(|lead| rest.starts_with(**lead))
        .map(|lead| lead.len())
        .max();
    let Some(lead) = lead else { return end };
    let hour_at = end + lead;
    let Some((hour, length)) = digits(bytes, hour_at, 2).filter(|(hour, _)| *hour <= 24) else {
        return end;
    };
    let _ = hour;
    let mut at = hour_at + length;
    let mut parts = 0;
    while parts < 2 && bytes.get(at) == Some(&b':') {
        match digits(bytes, at + 1, 2).filter(|(part, length)| *part < 61 && *length == 2) {
            Some((_, length)) => at += 1 + length,
            None => break,
        }
        parts += 1;
    }
    if parts == 0 {
        return end;
    }
    if bytes.get(at) == Some(&b'.')
        && let Some((_, length)) = digits(bytes, at + 1, 9)
    {
        at += 1 + length;
    }
    at + zone(&text[at..])
}

/// Length of `Z`, `+08:00`, ` am`, ` p.m.` or ` UTC`.
fn zone(rest: &str) -> usize {
    let named = [" a.m.", " p.m.", " am", " pm", " AM", " PM", "am", "pm", "AM", "PM", " UTC", "Z"];
    if let Some(name) = named.iter().find(|name| rest.starts_with(**name)) {
        return name.len();
    }
    let bytes = rest.as_bytes();
    if matches!(bytes.first(), Some(b'+' | b'-')) && digits(bytes, 1, 4).is_some() {
        let (_, length) = digits(bytes, 1, 4).unwrap_or((0, 0));
        if length == 4 {
            return 5;
        }
        if length == 2
            && bytes.get(3) == Some(&b':')
            && digits(bytes, 4, 2).is_some_and(|d| d.1 == 2)
        {
            return 6;
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use crate::find_in_text;

    fn found(text: &str) -> Vec<(&str, &str)> {
        find_in_text(text)
            .iter()
            .filter(|span| span.entity().starts_with("DATE_"))
            .map(|span| match span.kind {
                crate::Kind::Known(entity) => (entity.name(), &text[span.start..span.end]),
                crate::Kind::Custom { .. } => ("custom", ""),
            })
            .collect()
    }

    #[test]
    fn dates_are_found_in_all_forms() {
        for (text, date) in [
            ("on 2000-04-16 11:34:35,", "2000-04-16 11:34:35"),
            ("at 2000-04-16T11:34:35.123Z ok", "2000-04-16T11:34:35.123Z"),
            ("since 2/8/1935.", "2/8/1935"),
            ("bis 16.4.2000.", "16.4.2000"),
            ("expires 12/31/85", "12/31/85"),
            ("on March 5, 1990 we", "March 5, 1990"),
            ("on Mar. 5th we", "Mar. 5th"),
            ("the 5th of March 1990", "5th of March 1990"),
            ("05-Mar-1990", "05-Mar-1990"),
            ("in March 1990", "March 1990"),
            ("于2000年4月16日签订", "2000年4月16日"),
            ("自2000年4月起", "2000年4月"),
            ("4月16日见", "4月16日"),
            ("成立于2000年", "2000年"),
            ("founded in 1977.", "1977"),
            ("meet Thursday at", "Thursday"),
        ] {
            assert_eq!(found(text), [("DATE_TIME", date)], "{text}");
        }
    }

    #[test]
    fn dates_of_birth_are_told_by_words() {
        for (text, date) in [
            ("Date of birth: 7/3/1985", "7/3/1985"),
            ("born on March 5, 1990", "March 5, 1990"),
            ("\"dob\":\"1985-03-07\"", "1985-03-07"),
            ("出生日期：1985年3月7日", "1985年3月7日"),
            ("1985年3月7日出生", "1985年3月7日"),
            ("生日是3月7日", "3月7日"),
        ] {
            assert_eq!(found(text), [("DATE_OF_BIRTH", date)], "{text}");
        }
    }

    #[test]
    fn other_numbers_are_no_dates() {
        for text in [
            "2000-13-16",
            "version 2.0.2000.1",
            "31/2/1999",
            "1.2.34",
            "10-12-14",
            "room 1977",
            "1977 boxes",
            "a 2000 mile run",
            "of 1900 people",
            "you may 5",
            "订单1977",
            "3个月",
            "13月5日",
            "12:34:56",
            "192.168.19.10",
            "holiday",
            "doomsday",
        ] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
    }
}
