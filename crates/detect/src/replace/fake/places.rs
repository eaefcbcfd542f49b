//! Places and postal addresses: invented names and numbers between the words that say what is what.

use super::{
    Stream, shape,
    words::{each_word, han, lists},
};
use crate::words::{has_han, is_han};

/// What a Chinese name of a place ends in; longer ones first where one ends in another.
const ZH_MARKS: [&str; 44] = [
    "特别行政区",
    "自治区",
    "自治州",
    "自治县",
    "自治旗",
    "开发区",
    "高新区",
    "工业园",
    "科技园",
    "街道",
    "小区",
    "花园",
    "公寓",
    "大厦",
    "广场",
    "中心",
    "大道",
    "胡同",
    "单元",
    "号楼",
    "省",
    "市",
    "区",
    "县",
    "旗",
    "盟",
    "州",
    "镇",
    "乡",
    "村",
    "里",
    "路",
    "街",
    "道",
    "巷",
    "弄",
    "苑",
    "号",
    "栋",
    "幢",
    "座",
    "层",
    "楼",
    "室",
];

/// Words of Western addresses that say what is what.
const KEPT: [&str; 86] = [
    "street",
    "st",
    "avenue",
    "ave",
    "av",
    "road",
    "rd",
    "lane",
    "ln",
    "drive",
    "dr",
    "boulevard",
    "blvd",
    "court",
    "ct",
    "place",
    "pl",
    "square",
    "sq",
    "terrace",
    "ter",
    "way",
    "parkway",
    "pkwy",
    "highway",
    "hwy",
    "circle",
    "cir",
    "crescent",
    "close",
    "grove",
    "gardens",
    "mews",
    "row",
    "walk",
    "alley",
    "apartment",
    "apt",
    "suite",
    "ste",
    "unit",
    "flat",
    "floor",
    "fl",
    "room",
    "rm",
    "building",
    "bldg",
    "block",
    "house",
    "po",
    "box",
    "postfach",
    "north",
    "south",
    "east",
    "west",
    "n",
    "s",
    "e",
    "w",
    "ne",
    "nw",
    "se",
    "sw",
    "rue",
    "avenida",
    "calle",
    "via",
    "viale",
    "piazza",
    "plaza",
    "platz",
    "strasse",
    "straße",
    "str",
    "weg",
    "allee",
    "gasse",
    "de",
    "la",
    "le",
    "du",
    "des",
    "der",
    "no",
];

/// German street names end in what they are.
const GERMAN: [&str; 7] = ["strasse", "straße", "platz", "weg", "allee", "gasse", "str"];

/// The two-letter codes of the states of the USA (USPS Publication 28, Appendix B).
const STATES: &str = "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT \
                      NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY PR";

/// Another town, region or place.
pub(super) fn place(value: &str, stream: &mut Stream) -> String {
    if has_han(value) {
        if ZH_MARKS.iter().any(|mark| value.ends_with(mark) && value.len() > mark.len()) {
            return chinese(value, stream);
        }
        let known = lists().zh_provinces.contains(&value);
        let list = if known { &lists().zh_provinces } else { &lists().zh_cities };
        return stream.pick(list).to_owned();
    }
    if STATES.split(' ').any(|state| state == value) {
        return STATES.split_whitespace().nth(stream.below(52)).unwrap_or(value).to_owned();
    }
    shape::cased_like(value, stream.pick(&lists().places))
}

/// Another country.
pub(super) fn country(value: &str, stream: &mut Stream) -> String {
    if has_han(value) {
        stream.pick(&lists().zh_countries).to_owned()
    } else if value.len() <= 3 {
        // A code; which one it stands for need not be known.
        shape::cased_like(
            value,
            stream.pick(&["AT", "BE", "CA", "CL", "DK", "EE", "FI", "GR", "HU", "IS"]),
        )
    } else {
        shape::cased_like(value, stream.pick(&lists().countries))
    }
}

/// An invented address with the same parts.
pub(super) fn address(value: &str, stream: &mut Stream) -> String {
    if has_han(value) {
        return chinese(value, stream);
    }
    each_word(value, |word| {
        let lower = word.to_lowercase();
        if KEPT.contains(&lower.as_str()) || STATES.split_whitespace().any(|state| state == word) {
            return word.to_owned();
        }
        if word.chars().any(|c| c.is_ascii_digit()) {
            return number(word, stream);
        }
        if let Some(end) =
            GERMAN.iter().find(|end| lower.ends_with(*end) && lower.len() > end.len() + 2)
        {
            let stem = stream.pick(&lists().places);
            return shape::cased_like(word, &format!("{stem}{end}"));
        }
        if word.chars().all(char::is_lowercase) && word.chars().count() <= 3 {
            return word.to_owned();
        }
        shape::cased_like(word, stream.pick(&lists().places))
    })
}

/// Another number as long; its first digit is no 0 unless it was.
fn number(word: &str, stream: &mut Stream) -> String {
    let mut first = true;
    word.chars()
        .map(|c| {
            let lead = std::mem::take(&mut first);
            match shape::digit(c) {
                Some(1..=9) if lead => shape::written_like(c, stream.leading_digit() - b'0'),
                _ => shape::other(c, stream),
            }
        })
        .collect()
}

fn chinese(value: &str, stream: &mut Stream) -> String {
    let mut out = String::new();
    let mut name = String::new();
    let mut rest = value;
    while let Some(c) = rest.chars().next() {
        // A name has at least two characters before a mark is one: 上海市 is not 上 + 海市.
        let mark = ZH_MARKS.iter().find(|mark| rest.starts_with(**mark));
        if let Some(mark) = mark.filter(|_| name.is_empty() || name.chars().count() >= 2) {
            out.push_str(&part(&name, mark, stream));
            out.push_str(mark);
            name.clear();
            rest = &rest[mark.len()..];
            continue;
        }
        if is_han(c) {
            name.push(c);
        } else {
            out.push_str(&part(&name, "", stream));
            name.clear();
            let run = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
            let end = run.max(c.len_utf8());
            out.push_str(&number(&rest[..end], stream));
            rest = &rest[end..];
            continue;
        }
        rest = &rest[c.len_utf8()..];
    }
    out + &part(&name, "", stream)
}

/// An invented name for what a mark says it is.
fn part(name: &str, mark: &str, stream: &mut Stream) -> String {
    if name.is_empty() {
        return String::new();
    }
    match mark {
        "省" => stream.pick(&lists().zh_provinces).to_owned(),
        "市" | "自治州" | "盟" => stream.pick(&lists().zh_cities).to_owned(),
        "区" | "县" | "自治县" | "旗" => stream.pick(&lists().zh_districts).to_owned(),
        "自治区" | "特别行政区" => name.to_owned(),
        _ => han(&lists().zh_place, name.chars().count(), stream),
    }
}
