//! The lists of words inventions are made of; organisations; values of closed lists.

use std::sync::OnceLock;

use serde::Deserialize;

use super::{Stream, shape};
use crate::words::{has_han, is_han};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    given: String,
    family: String,
    places: String,
    zh_family: String,
    zh_given: String,
    zh_place: String,
    zh_provinces: String,
    zh_cities: String,
    zh_districts: String,
    countries: String,
    zh_countries: String,
}

/// `data/fakes.toml`, split.
pub(super) struct Lists {
    pub given: Vec<&'static str>,
    pub family: Vec<&'static str>,
    pub places: Vec<&'static str>,
    pub zh_family: Vec<char>,
    pub zh_given: Vec<char>,
    pub zh_place: Vec<char>,
    pub zh_provinces: Vec<&'static str>,
    pub zh_cities: Vec<&'static str>,
    pub zh_districts: Vec<&'static str>,
    pub countries: Vec<&'static str>,
    pub zh_countries: Vec<&'static str>,
}

/// The lists, parsed once.
///
/// # Panics
/// Never in a released build: a test parses the embedded file.
pub(super) fn lists() -> &'static Lists {
    static FILE: OnceLock<File> = OnceLock::new();
    static LISTS: OnceLock<Lists> = OnceLock::new();
    let file =
        FILE.get_or_init(|| match toml::from_str(include_str!("../../../data/fakes.toml")) {
            Ok(file) => file,
            Err(why) => panic!("the embedded fakes.toml is broken: {why}"),
        });
    LISTS.get_or_init(|| {
        let words = |text: &'static String| text.split_whitespace().collect();
        Lists {
            given: words(&file.given),
            family: words(&file.family),
            places: words(&file.places),
            zh_family: file.zh_family.chars().collect(),
            zh_given: file.zh_given.chars().collect(),
            zh_place: file.zh_place.chars().collect(),
            zh_provinces: words(&file.zh_provinces),
            zh_cities: words(&file.zh_cities),
            zh_districts: words(&file.zh_districts),
            countries: words(&file.countries),
            zh_countries: words(&file.zh_countries),
        }
    })
}

/// So many Chinese characters.
pub(super) fn han(from: &[char], count: usize, stream: &mut Stream) -> String {
    (0..count).map(|_| stream.pick(from)).collect()
}

/// Words of companies and institutions that say what they are and not who.
const KINDS: [&str; 64] = [
    "inc",
    "incorporated",
    "ltd",
    "limited",
    "llc",
    "llp",
    "plc",
    "corp",
    "corporation",
    "co",
    "company",
    "group",
    "holding",
    "holdings",
    "gmbh",
    "ag",
    "kg",
    "ug",
    "se",
    "sa",
    "sas",
    "sarl",
    "bv",
    "nv",
    "ab",
    "as",
    "oy",
    "spa",
    "srl",
    "sl",
    "pty",
    "university",
    "college",
    "school",
    "academy",
    "institute",
    "hospital",
    "clinic",
    "bank",
    "trust",
    "fund",
    "foundation",
    "church",
    "council",
    "ministry",
    "department",
    "agency",
    "association",
    "society",
    "club",
    "union",
    "partners",
    "services",
    "solutions",
    "systems",
    "international",
    "global",
    "of",
    "the",
    "and",
    "for",
    "de",
    "und",
    "et",
];

/// Chinese endings of the same sort, longest first.
const ZH_KINDS: [&str; 40] = [
    "股份有限公司",
    "有限责任公司",
    "科技有限公司",
    "贸易有限公司",
    "集团有限公司",
    "有限公司",
    "人民检察院",
    "人民法院",
    "人民政府",
    "委员会",
    "研究院",
    "研究所",
    "事务所",
    "基金会",
    "俱乐部",
    "公安局",
    "分公司",
    "派出所",
    "大学",
    "学院",
    "中学",
    "小学",
    "医院",
    "银行",
    "集团",
    "公司",
    "协会",
    "学会",
    "中心",
    "酒店",
    "商店",
    "超市",
    "工厂",
    "法院",
    "局",
    "厅",
    "社",
    "店",
    "厂",
    "队",
];

/// An invented organisation of the same kind.
pub(super) fn organisation(value: &str, stream: &mut Stream) -> String {
    if has_han(value) {
        let kind = ZH_KINDS.iter().find(|kind| value.ends_with(*kind) && value.len() > kind.len());
        let body = kind.map_or(value, |kind| &value[..value.len() - kind.len()]);
        let new: String =
            body.chars()
                .map(|c| {
                    if is_han(c) { stream.pick(&lists().zh_place) } else { shape::other(c, stream) }
                })
                .collect();
        return new + kind.copied().unwrap_or_default();
    }
    each_word(value, |word| {
        let bare = word.to_lowercase();
        if KINDS.contains(&bare.as_str()) {
            word.to_owned()
        } else if word.chars().any(|c| c.is_ascii_digit()) {
            shape::scramble(word, stream)
        } else {
            shape::cased_like(word, stream.pick(&lists().places))
        }
    })
}

/// Replaces runs of letters and digits and lets everything between them stand.
pub(super) fn each_word(text: &str, mut replace: impl FnMut(&str) -> String) -> String {
    let mut out = String::with_capacity(text.len());
    let mut word = String::new();
    for c in text.chars().chain(std::iter::once(' ')) {
        // An apostrophe within a word belongs to it: O'Neil, Queen's.
        if c.is_alphanumeric() || matches!(c, '\'' | '’') && !word.is_empty() {
            word.push(c);
            continue;
        }
        if !word.is_empty() {
            out.push_str(&replace(&word));
            word.clear();
        }
        out.push(c);
    }
    out.pop();
    out
}

/// Closed lists, one for each way of writing them.
pub(super) const GENDERS: &[&[&str]] =
    &[&["男", "女"], &["男性", "女性"], &["male", "female"], &["M", "F"], &["man", "woman"]];
pub(super) const MARITAL: &[&[&str]] =
    &[&["未婚", "已婚", "离异", "丧偶"], &["single", "married", "divorced", "widowed"]];
pub(super) const ETHNIC: &[&[&str]] = &[
    &["汉族", "壮族", "回族", "满族", "苗族", "土家族", "彝族", "侗族", "瑶族", "白族"],
    &["汉", "壮", "回", "满", "苗", "彝", "侗", "瑶", "白"],
];

/// Another member of the list a value stands in; an unknown value becomes a member of the first list
/// of its script.
pub(super) fn choice(value: &str, lists: &[&[&str]], stream: &mut Stream) -> String {
    let own = |list: &&&[&str]| list.iter().any(|word| word.eq_ignore_ascii_case(value));
    let script = |list: &&&[&str]| has_han(list[0]) == has_han(value);
    let list = lists.iter().find(own).or_else(|| lists.iter().find(script)).or(lists.first());
    list.map_or_else(String::new, |list| {
        let word = stream.pick(list);
        if value.chars().all(|c| !c.is_lowercase()) { word.to_uppercase() } else { word.to_owned() }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_lists_are_there_and_hold_each_word_once() {
        let lists = lists();
        for list in [&lists.given, &lists.family, &lists.places, &lists.zh_cities] {
            let mut sorted = list.clone();
            sorted.sort_unstable();
            sorted.dedup();
            assert!(sorted.len() == list.len() && list.len() >= 50, "{list:?}");
        }
        for list in [&lists.zh_given, &lists.zh_family, &lists.zh_place] {
            let mut sorted = list.clone();
            sorted.sort_unstable();
            sorted.dedup();
            assert!(sorted.len() == list.len() && list.len() >= 60, "{list:?}");
        }
        assert!(lists.given.len() * lists.family.len() > 40_000);
    }
}
