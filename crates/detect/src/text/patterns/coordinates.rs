//! Places by latitude and longitude (ISO 6709): pairs of decimals, degrees with minutes and seconds,
//! and single values that a name such as `lat` explains.

use std::ops::Range;

use super::context::{ContextWords, distance};

/// Words right before one coordinate or before a pair.
static COORDINATE: ContextWords = ContextWords::new(
    &[
        "lat",
        "latitude",
        "lon",
        "lng",
        "long",
        "longitude",
        "gps",
        "coordinates",
        "coords",
        "position",
        "location",
    ],
    &["纬度", "经度", "坐标", "定位", "北纬", "东经", "南纬", "西经", "经纬度"],
);

/// Decimals that tell a place to some ten metres; fewer need a word.
const SURE_DECIMALS: usize = 4;

/// The coordinates whose first number has its first digit at `start`.
pub fn at(text: &str, start: usize) -> Option<Range<usize>> {
    let first = Number::read(text, start)?;
    let told = distance(text, &first.range, &COORDINATE).is_some_and(|bytes| bytes <= 12);
    if first.decimals < 2 && !first.degrees {
        return None;
    }
    if let Some(second) = first.next(text)
        && is_pair(&first, &second)
    {
        let sure = first.degrees && second.degrees
            || first.decimals >= SURE_DECIMALS && second.decimals >= SURE_DECIMALS
            || told && second.decimals >= 2;
        if sure {
            return Some(first.range.start..second.range.end);
        }
    }
    let alone = told && first.decimals >= SURE_DECIMALS && first.value.abs() <= 180.0;
    alone.then_some(first.range)
}

fn is_pair(first: &Number, second: &Number) -> bool {
    let (a, b) = (first.value.abs(), second.value.abs());
    // Chinese texts often give the longitude first.
    a <= 90.0 && b <= 180.0 || a <= 180.0 && b <= 90.0
}

/// A coordinate: decimals, or degrees with minutes and seconds, with a sign or a letter.
struct Number {
    range: Range<usize>,
    value: f64,
    decimals: usize,
    degrees: bool,
}

impl Number {
    fn read(text: &str, start: usize) -> Option<Self> {
        let bytes = text.as_bytes();
        let mut end = start;
        while end - start < 3 && bytes.get(end).is_some_and(u8::is_ascii_digit) {
            end += 1;
        }
        let mut decimals = 0;
        if bytes.get(end) == Some(&b'.') {
            while bytes.get(end + 1 + decimals).is_some_and(u8::is_ascii_digit) {
                decimals += 1;
            }
            end += if decimals > 0 { 1 + decimals } else { 0 };
        }
        let value = text.get(start..end)?.parse::<f64>().ok()?;
        let mut from = start;
        if from > 0 && matches!(bytes[from - 1], b'-' | b'+') {
            from -= 1;
        }
        for word in ["北纬", "南纬", "东经", "西经"] {
            if text[..from].ends_with(word) {
                from -= word.len();
            }
        }
        if from.checked_sub(1).is_some_and(|at| joins(bytes[at])) || decimals > 15 {
            return None;
        }
        let mut number = Self { range: from..end, value, decimals, degrees: false };
        number.read_degrees(text);
        let joined = bytes.get(number.range.end).is_some_and(|after| joins(*after));
        (!joined).then_some(number)
    }

    /// `°`, minutes, seconds and a letter of direction after the number.
    fn read_degrees(&mut self, text: &str) {
        let rest = &text[self.range.end..];
        let marked = ["°", "º", "度"].iter().find_map(|mark| rest.strip_prefix(mark));
        let after = if let Some(after) = marked {
            let mut after = after;
            for marks in [&["'", "′", "’", "分"][..], &["\"", "″", "”", "''", "秒"][..]] {
                after = part(after, marks).unwrap_or(after);
            }
            after
        } else {
            rest
        };
        let letter = after.strip_prefix(' ').unwrap_or(after);
        let directed = letter.starts_with(['N', 'S', 'E', 'W'])
            && !letter[1..].starts_with(|c: char| c.is_alphanumeric());
        let named = !text[self.range.start..].starts_with(|c: char| c.is_ascii());
        let end = if directed { text.len() - letter.len() + 1 } else { text.len() - after.len() };
        if marked.is_some() && (directed || named || after.len() < rest.len())
            || directed && self.decimals >= 2
        {
            self.degrees = directed || marked.is_some() && named;
            self.range.end = end;
        }
    }

    /// The number after this one, over a comma, a space or both.
    fn next(&self, text: &str) -> Option<Self> {
        let rest = &text[self.range.end..];
        let trimmed = rest.trim_start_matches([',', ' ', ';', '，', '、', '/']);
        let gap = rest.len() - trimmed.len();
        if gap == 0 && !self.degrees || gap > 4 {
            return None;
        }
        let place = text.len()
            - trimmed.trim_start_matches(['-', '+', '东', '西', '南', '北', '经', '纬']).len();
        Self::read(text, place).filter(|number| number.range.start >= self.range.end)
    }
}

/// Minutes or seconds: up to 60 with decimals, then one of the marks.
fn part<'t>(text: &'t str, marks: &[&str]) -> Option<&'t str> {
    let text = text.strip_prefix(' ').unwrap_or(text);
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let value = text[..end].parse::<f64>().ok().filter(|value| *value < 60.0);
    value.and(marks.iter().find_map(|mark| text[end..].strip_prefix(mark)))
}

fn joins(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_')
}

#[cfg(test)]
mod tests {
    use crate::find_in_text;

    fn found(text: &str) -> Vec<&str> {
        find_in_text(text)
            .iter()
            .filter(|span| span.entity() == "COORDINATES")
            .map(|span| &text[span.start..span.end])
            .collect()
    }

    #[test]
    fn coordinates_are_found_in_all_forms() {
        for (text, place) in [
            ("met at 39.9042, 116.4074 today", "39.9042, 116.4074"),
            ("(-33.8688,151.2093)", "-33.8688,151.2093"),
            ("位置116.4074,39.9042。", "116.4074,39.9042"),
            ("坐标：39.90，116.41", "39.90，116.41"),
            ("39°54'15\"N 116°24'27\"E", "39°54'15\"N 116°24'27\"E"),
            ("48.8584° N, 2.2945° E", "48.8584° N, 2.2945° E"),
            ("北纬39.9042° 东经116.4074°", "北纬39.9042° 东经116.4074°"),
            ("\"lat\":39.90421,", "39.90421"),
            ("纬度：39.90421", "39.90421"),
            ("geo:37.786971,-122.399677", "geo:37.786971,-122.399677"),
        ] {
            assert_eq!(found(text), [place], "{text}");
        }
    }

    #[test]
    fn other_decimals_are_no_places() {
        for text in [
            "3.1415",
            "prices 12.50, 13.75",
            "39.9042 and more",
            "99.1234, 199.5678",
            "36.5°",
            "金额128.00，余额256.00",
            "it is 21° outside",
            "v1.2.3",
        ] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
    }
}
