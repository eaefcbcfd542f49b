//! Dates move by the same number of days under one key; their form stays.

use super::{Stream, shape};

/// Days since 1970-01-01 in the proleptic Gregorian calendar (H. Hinnant, “chrono-Compatible
/// Low-Level Date Algorithms”, days_from_civil).
pub(super) fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year - era * 400;
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Year, month and day (the same source, civil_from_days).
pub(super) fn date_of(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted - era * 146_097;
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

/// How far dates move: never 0, at most `most` days either way.
pub(super) fn shift(stream: &mut Stream, most: u16) -> i64 {
    let days = 1 + stream.below(usize::from(most.max(1))) as i64;
    if stream.below(2) == 0 { days } else { -days }
}

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
const WEEKDAYS: [&str; 7] =
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// A piece of a date as written.
struct Piece {
    start: usize,
    end: usize,
    what: What,
}

#[derive(Clone, Copy, PartialEq)]
enum What {
    Number(i64),
    Month(i64),
    Weekday,
}

/// The date some days off, in the same form. What is no date that we can read gets other digits,
/// months and weekdays.
pub(super) fn date(value: &str, shift: i64, stream: &mut Stream) -> String {
    if let Some(moved) = without_separators(value, shift) {
        return moved;
    }
    let pieces = pieces(value);
    match read(value, &pieces) {
        Some(found) => write(value, &pieces, &found, shift),
        None => scramble(value, &pieces, stream),
    }
}

/// `19900503`.
fn without_separators(value: &str, shift: i64) -> Option<String> {
    if value.len() != 8 || !value.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let number = |range: std::ops::Range<usize>| value[range].parse::<u32>().ok();
    let (year, month, day) = (number(0..4)?, number(4..6)?, number(6..8)?);
    let ok = year >= 1000 && crate::checks::digits::is_day(year, month, day);
    ok.then(|| {
        let (y, m, d) = date_of(days(year.into(), month.into(), day.into()) + shift);
        format!("{y:04}{m:02}{d:02}")
    })
}

fn pieces(value: &str) -> Vec<Piece> {
    let mut out: Vec<Piece> = Vec::new();
    let class = |c: char| (c.is_ascii_digit(), c.is_ascii_alphabetic());
    let mut start = 0;
    for (at, c) in value.char_indices().chain(std::iter::once((value.len(), '\0'))) {
        let before = value[start..at].chars().next();
        if before.is_some_and(|first| class(first) == class(c)) {
            continue;
        }
        let word = &value[start..at];
        let what = match before.map(class) {
            Some((true, _)) if word.len() <= 8 => word.parse().ok().map(What::Number),
            Some((_, true)) => named(word),
            _ => None,
        };
        out.extend(what.map(|what| Piece { start, end: at, what }));
        start = at;
    }
    out
}

fn named(word: &str) -> Option<What> {
    let lower = word.to_lowercase();
    if lower.len() < 3 {
        return None;
    }
    let begins = |full: &&'static str| {
        **full == lower || lower == full[..3] || lower == "sept" && *full == "september"
    };
    match MONTHS.iter().position(begins) {
        Some(at) => Some(What::Month(at as i64 + 1)),
        None => WEEKDAYS.iter().any(begins).then_some(What::Weekday),
    }
}

/// Which pieces are year, month and day.
struct Found {
    year: usize,
    month: Option<usize>,
    day: Option<usize>,
    date: (i64, i64, i64),
}

fn read(value: &str, pieces: &[Piece]) -> Option<Found> {
    let mut order: Vec<usize> =
        (0..pieces.len()).filter(|at| pieces[*at].what != What::Weekday).collect();
    order.truncate(3);
    let length = |at: usize| pieces[at].end - pieces[at].start;
    let number = |at: usize| match pieces[at].what {
        What::Number(number) | What::Month(number) => number,
        What::Weekday => 0,
    };
    let is_month = |at: usize| matches!(pieces[at].what, What::Month(_));
    let found = |year: usize, month: Option<usize>, day: Option<usize>| {
        let full = match length(year) {
            2 if number(year) <= 30 => 2000 + number(year),
            2 => 1900 + number(year),
            _ => number(year),
        };
        let date = (full, month.map_or(6, number), day.map_or(15, number));
        let ok = (1..=9999).contains(&date.0)
            && (1..=12).contains(&date.1)
            && crate::checks::digits::is_day(date.0 as u32, date.1 as u32, date.2 as u32);
        ok.then_some(Found { year, month, day, date })
    };
    match *order.as_slice() {
        // 1990年5月3日, 1990-05-03; 3 May 1990, May 3, 1990; 03.05.1990, 5/3/1990.
        [a, b, c] if length(a) == 4 && !is_month(a) => found(a, Some(b), Some(c)),
        [a, b, c] if is_month(b) => found(c, Some(b), Some(a)),
        [a, b, c] if is_month(a) => found(c, Some(a), Some(b)),
        [a, b, c] => {
            let american = value[pieces[a].end..pieces[b].start].trim() == "/" && number(a) <= 12;
            if american { found(c, Some(a), Some(b)) } else { found(c, Some(b), Some(a)) }
        }
        // 1990-05, May 1990.
        [a, b] if length(a) == 4 && !is_month(a) => found(a, Some(b), None),
        [a, b] if is_month(a) && length(b) == 4 => found(b, Some(a), None),
        [a] if length(a) == 4 && (1000..=2999).contains(&number(a)) => found(a, None, None),
        _ => None,
    }
}

fn write(value: &str, pieces: &[Piece], found: &Found, shift: i64) -> String {
    let (y, m, d) = found.date;
    // A year alone must move by years.
    let shift =
        if found.month.is_none() { shift.signum() * 365 * (1 + shift.abs() / 180) } else { shift };
    let shift = if found.day.is_none() && shift.abs() < 31 { shift.signum() * 31 } else { shift };
    let moved = days(y, m, d) + shift;
    let (y, m, d) = date_of(moved);
    let weekday = (moved + 3).rem_euclid(7) as usize;
    let mut out = String::with_capacity(value.len() + 6);
    let mut at = 0;
    for (index, piece) in pieces.iter().enumerate() {
        let word = &value[piece.start..piece.end];
        out.push_str(&value[at..piece.start]);
        at = piece.end;
        let new = match piece.what {
            What::Weekday => like(word, WEEKDAYS[weekday]),
            What::Month(_) if found.month == Some(index) => like(word, MONTHS[(m - 1) as usize]),
            _ if index == found.year && word.len() == 2 => format!("{:02}", y % 100),
            _ if index == found.year => format!("{y:04}"),
            _ if found.month == Some(index) => padded(word, m),
            _ if found.day == Some(index) => padded(word, d),
            _ => word.to_owned(),
        };
        out.push_str(&new);
        // 3rd May becomes 2nd June.
        let ordinal = ["st", "nd", "rd", "th"].iter().any(|end| value[at..].starts_with(end));
        if found.day == Some(index) && ordinal {
            out.push_str(match (d % 10, d) {
                (_, 11..=13) => "th",
                (1, _) => "st",
                (2, _) => "nd",
                (3, _) => "rd",
                _ => "th",
            });
            at += 2;
        }
    }
    out + &value[at..]
}

/// `03` stays of two digits, `3` becomes as long as it must.
fn padded(model: &str, number: i64) -> String {
    if model.len() == 2 { format!("{number:02}") } else { number.to_string() }
}

/// A name as long as its model was: `Jan` or `January`, in its case.
fn like(model: &str, name: &str) -> String {
    let short = model.len() == 3 || model.eq_ignore_ascii_case("sept");
    let name = if short { &name[..3] } else { name };
    let mut title = name.to_owned();
    title[..1].make_ascii_uppercase();
    shape::cased_like(model, &title)
}

fn scramble(value: &str, pieces: &[Piece], stream: &mut Stream) -> String {
    let mut out = String::with_capacity(value.len());
    let mut at = 0;
    for piece in pieces {
        out.push_str(&digits_only(&value[at..piece.start], stream));
        let word = &value[piece.start..piece.end];
        out.push_str(&match piece.what {
            What::Month(_) => like(word, stream.pick(&MONTHS)),
            What::Weekday => like(word, stream.pick(&WEEKDAYS)),
            What::Number(_) => digits_only(word, stream),
        });
        at = piece.end;
    }
    out + &digits_only(&value[at..], stream)
}

/// Other digits, Chinese ones too; words stay.
fn digits_only(text: &str, stream: &mut Stream) -> String {
    const CHINESE: [char; 9] = ['一', '二', '三', '四', '五', '六', '七', '八', '九'];
    text.chars()
        .map(|c| match c {
            '1'..='9' => char::from(stream.leading_digit()),
            _ if shape::digit(c).is_some() => shape::other(c, stream),
            _ if CHINESE.contains(&c) => stream.pick(&CHINESE),
            _ => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replace::Key;

    #[test]
    fn days_and_dates_are_each_others_inverse() {
        for day in (-300_000..300_000).step_by(37) {
            let (y, m, d) = date_of(day);
            assert_eq!(days(y, m, d), day);
        }
        assert_eq!((days(1970, 1, 1), days(2000, 3, 1)), (0, 11_017));
    }

    #[test]
    fn forms_stay_and_the_calendar_is_kept() {
        let key = Key::new(&[1; 16]).unwrap();
        for (value, moved) in [
            ("1990-05-03", "1990-06-02"),
            ("1990/5/3", "1990/6/2"),
            ("1990年5月3日", "1990年6月2日"),
            ("03.05.1990", "02.06.1990"),
            ("5/3/1990", "6/2/1990"),
            ("25/12/1990", "24/01/1991"),
            ("3 March 1990", "2 April 1990"),
            ("May 3rd, 1990", "Jun 2nd, 1990"),
            ("Thursday, 3 May 1990", "Saturday, 2 Jun 1990"),
            ("3-MAY-90", "2-JUN-90"),
            ("1990-05-03T12:30:00Z", "1990-06-02T12:30:00Z"),
            ("1999-12-31 23:59", "2000-01-30 23:59"),
            ("2000-01-30", "2000-02-29"),
            ("1990年5月", "1990年6月"),
            ("April 1990", "May 1990"),
            ("19900503", "19900602"),
        ] {
            assert_eq!(date(value, 30, &mut key.stream("d", value, 0)), moved, "{value}");
        }
        assert_eq!(date("1990", 30, &mut key.stream("d", "", 0)), "1991");
    }

    #[test]
    fn what_is_no_date_keeps_its_words() {
        let key = Key::new(&[1; 16]).unwrap();
        let fake = date("in 3 weeks", 30, &mut key.stream("d", "in 3 weeks", 0));

        assert!(fake.starts_with("in ") && fake.ends_with(" weeks"), "{fake}");
        let none = date("1990-13-45", 30, &mut key.stream("d", "x", 0));
        assert!(none.len() == 10 && none != "1990-13-45");
    }
}
