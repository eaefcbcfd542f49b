//! Personal data in free text: structured identifiers by the same rules as columns, names and
//! addresses by the words around them.

use std::sync::OnceLock;

use regex::Regex;

use super::super::{Layer, Span};
use crate::{
    Entity,
    lexicon::lexicon,
    values::{people, places},
};

/// What a text must hold for a pattern to be worth trying.
#[derive(Debug, Clone, Copy)]
enum Needs {
    Han,
    HanDigits,
    HanTitle,
    Upper,
}

/// What a text holds.
struct Holds {
    digits: usize,
    han: bool,
    upper: usize,
}

impl Holds {
    fn of(text: &str) -> Self {
        let mut holds = Self { digits: 0, han: false, upper: 0 };
        for c in text.chars() {
            match c {
                '0'..='9' => holds.digits += 1,
                'A'..='Z' => holds.upper += 1,
                _ if crate::words::is_han(c) => holds.han = true,
                _ if c.is_uppercase() => holds.upper += 1,
                _ => {}
            }
        }
        holds
    }

    fn meets(&self, needs: Needs, text: &str) -> bool {
        match needs {
            Needs::Han => self.han,
            Needs::HanDigits => self.han && self.digits >= 1,
            Needs::HanTitle => self.han && TITLES.iter().any(|title| text.contains(title)),
            Needs::Upper => self.upper > 0,
        }
    }
}

/// Chinese forms of address that follow a name.
const TITLES: [&str; 13] = [
    "先生", "女士", "小姐", "太太", "老师", "医生", "教授", "经理", "主任", "师傅", "同学", "阿姨",
    "大爷",
];

/// A regular expression whose matches (or first group) a check confirms.
struct Finder {
    needs: Needs,
    regex: Regex,
    check: fn(&str) -> Option<(&'static str, f64)>,
}

/// Patterns and their checks, most certain first. Word borders are those of ASCII (`(?-u:\b)`): a
/// number right after a Chinese character stands alone, and the fast engine can be used.
type Pattern = (Needs, &'static str, fn(&str) -> Option<(&'static str, f64)>);

const PATTERNS: [Pattern; 1] = [(
    Needs::HanDigits,
    r"[\p{Han}]{2,8}(?:省|市|自治区|区|县)[\p{Han}0-9A-Za-z#-]{2,40}(?:号楼|号|室|栋|幢|单元|楼|村|弄|路|街|大厦|小区)(?:[0-9A-Za-z#-]{1,8}(?:号楼|室|号|单元|楼|层)?)*",
    |m| places::is_chinese_address(m).then_some(("location.address", 0.85)),
)];

/// Names by the words around them; the first group is the name.
const NAMES: [Pattern; 7] = [
    (
        Needs::Upper,
        r"(?i:my name is|my name's|name is|named|姓名[:：])\s*(\p{Lu}[\p{Ll}'’-]+(?: \p{Lu}\b\.?)?(?: \p{Lu}[\p{L}'’-]+){0,2})",
        stated_name,
    ),
    (
        Needs::HanTitle,
        r"([\p{Han}]{1,4})(?:先生|女士|小姐|太太|老师|医生|教授|经理|主任|师傅|同学|阿姨|大爷)",
        |m| chinese_before_title(m),
    ),
    (
        Needs::Han,
        r"(?:姓名|联系人|收件人|收货人|寄件人|客户|患者|顾客|会员|监护人|家长|持卡人|户名|经办人|本人|我叫|我是|名叫|叫做|转告|联系|找|致|转|给)\s*[:：是为]?\s*([\p{Han}]{2,4})",
        |m| chinese_in_context(m, 0.85),
    ),
    (
        Needs::Han,
        r"(?:小朋友|宝宝|孩子|儿子|女儿|学生|爱人|老公|老婆|妻子|丈夫|父亲|母亲|同事|朋友)\s*[:：叫是]?\s*([\p{Han}]{2,4})",
        |m| chinese_in_context(m, 0.7),
    ),
    (
        Needs::Upper,
        r"(?-u:\b)(?:Mr|Mrs|Ms|Miss|Dr|Prof|Sir|Madam|Herr|Frau)\.? ((?:[A-Z][\w'’-]+ ?){1,3})",
        |m| Some(("identity.name", if m.contains(' ') { 0.92 } else { 0.85 })),
    ),
    (
        Needs::Upper,
        r"(?i:(?-u:\b)(?:name is|my name's|named|called|i am|i'm|this is|contact|attn:?|dear|regards,|sincerely,|thanks,|spoke (?:to|with)|customer|name:)) ((?:[A-Z][\w'’-]+)(?: [A-Z](?-u:\b)\.?)?(?: [A-Z][\w'’-]+){0,2})",
        latin_in_context,
    ),
    (
        Needs::Upper,
        r"(?:^|[^\p{L}\p{N}])(\p{Lu}[\p{Ll}'’-]+(?: \p{Lu}\.?)?(?: (?:de|da|van|von|del|la|bin|al|der|di))?(?: \p{Lu}[\p{L}'’-]+){1,2})",
        |m| {
            let name = people::latin_name(m);
            if !name.full {
                return None;
            }
            if both_known(m) { Some(("identity.name", 0.85)) } else { likely_name(m) }
        },
    ),
];

fn finders() -> &'static [Finder] {
    static FINDERS: OnceLock<Vec<Finder>> = OnceLock::new();
    FINDERS.get_or_init(|| {
        // A test compiles every pattern, so that none is lost here.
        PATTERNS
            .iter()
            .chain(&NAMES)
            .filter_map(|(needs, pattern, check)| {
                let regex = Regex::new(pattern).ok()?;
                Some(Finder { needs: *needs, regex, check: *check })
            })
            .collect()
    })
}

/// A match of a pattern on the way to a span.
struct Match {
    start: usize,
    end: usize,
    score: f64,
}

/// Adds what the patterns find in `text`.
pub fn find(text: &str, spans: &mut Vec<Span>) {
    let holds = Holds::of(text);
    for finder in finders() {
        if !holds.meets(finder.needs, text) {
            continue;
        }
        for found in finder.regex.captures_iter(text) {
            let Some(whole) = found.get(1).or_else(|| found.get(0)) else { continue };
            let trimmed = whole.as_str().trim_end_matches([' ', '.', ',', '-', '(']);
            let Some((category, score)) = (finder.check)(trimmed) else { continue };
            let mut span =
                Match { start: whole.start(), end: whole.start() + trimmed.len(), score };
            if category == "identity.name" {
                trim_name(text, &mut span);
            }
            if standing_alone(text, &span)
                && let Some(entity) = entity_of(category)
            {
                let range = span.start..span.end;
                let layer = if entity == Entity::Person { Layer::Model } else { Layer::Pattern };
                if entity == Entity::Person
                    && spans.iter().any(|s| s.start < span.end && span.start < s.end)
                {
                    continue;
                }
                spans.push(Span::new(range, entity, span.score, layer, "pattern"));
            }
        }
    }
}

/// The entity a category stands for in these patterns.
fn entity_of(category: &str) -> Option<Entity> {
    Entity::ALL.iter().copied().find(|entity| entity.category() == category)
}

/// Digits right before or after a number make it part of a longer one.
fn standing_alone(text: &str, span: &Match) -> bool {
    let first_digit = text[span.start..].starts_with(|c: char| c.is_ascii_digit() || c == '+');
    let last_digit = text[..span.end].ends_with(|c: char| c.is_ascii_digit());
    let before = text[..span.start].chars().next_back();
    let after = text[span.end..].chars().next();
    let joins = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_');
    !(first_digit && joins(before) || last_digit && joins(after))
}

/// `张伟先生` found as `致电张伟`: keep what is a name.
fn trim_name(text: &str, span: &mut Match) {
    let piece = &text[span.start..span.end];
    let chars: Vec<(usize, char)> = piece.char_indices().collect();
    if !chars.iter().all(|(_, c)| crate::words::is_han(*c)) {
        return;
    }
    let title_follows = TITLES.iter().any(|title| text[span.end..].starts_with(title));
    if title_follows {
        // The name is at the end: the longest tail that is one.
        for at in 0..chars.len() {
            let tail = &piece[chars[at].0..];
            if is_short_name(tail) {
                span.start += chars[at].0;
                return;
            }
        }
    } else {
        for length in [3, 2, 4] {
            let end = chars.get(length).map_or(piece.len(), |(at, _)| *at);
            if length <= chars.len() && people::is_chinese_name(&piece[..end]) {
                span.end = span.start + end;
                return;
            }
        }
    }
}

fn is_short_name(text: &str) -> bool {
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        (Some(one), None) => lexicon().cn_surnames.contains(&one),
        _ => people::is_chinese_name(text),
    }
}

fn chinese_in_context(m: &str, score: f64) -> Option<(&'static str, f64)> {
    let chars: Vec<char> = m.chars().collect();
    let named = [3usize, 2, 4].iter().any(|n| {
        chars.len() >= *n && people::is_chinese_name(&chars[..*n].iter().collect::<String>())
    });
    named.then_some(("identity.name", score))
}

fn chinese_before_title(m: &str) -> Option<(&'static str, f64)> {
    let chars: Vec<char> = m.chars().collect();
    (0..chars.len())
        .any(|at| is_short_name(&chars[at..].iter().collect::<String>()))
        .then_some(("identity.name", 0.85))
}

fn latin_in_context(m: &str) -> Option<(&'static str, f64)> {
    let name = people::latin_name(m);
    let first = m.split(' ').next().unwrap_or_default().to_lowercase();
    let known = lexicon().given.contains(first.as_str());
    (name.full || name.given || known).then_some(("identity.name", 0.82))
}

/// A known given name and an unknown capitalised word. Given names that are words as well open too
/// many sentences.
fn likely_name(m: &str) -> Option<(&'static str, f64)> {
    const WORDS: [&str; 26] = [
        "will", "may", "mark", "grace", "hope", "joy", "april", "june", "august", "rose", "faith",
        "chase", "max", "jack", "bill", "rich", "dean", "sky", "summer", "holly", "ivy", "robin",
        "daisy", "amber", "crystal", "virginia",
    ];
    let first = m.split(' ').next().unwrap_or_default().to_lowercase();
    let open = lexicon().given.contains(first.as_str()) && !WORDS.contains(&first.as_str());
    open.then_some(("identity.name", 0.65))
}

/// After “my name is”, any capitalised word is a name.
fn stated_name(m: &str) -> Option<(&'static str, f64)> {
    let name = people::latin_name(m);
    name.shaped.then_some(("identity.name", 0.85))
}

/// First and last word are in the lists: without context one known word is too little.
fn both_known(m: &str) -> bool {
    let lists = lexicon();
    let words: Vec<String> = m.split(' ').map(str::to_lowercase).collect();
    match (words.first(), words.last()) {
        (Some(first), Some(last)) => {
            lists.given.contains(first.as_str()) && lists.surnames.contains(last.as_str())
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::find_in_text;

    fn found(text: &str) -> Vec<(&'static str, &str)> {
        find_in_text(text)
            .into_iter()
            .map(|s| match s.kind {
                crate::text::Kind::Known(entity) => (entity.category(), &text[s.start..s.end]),
                crate::text::Kind::Custom { .. } => ("custom", &text[s.start..s.end]),
            })
            .collect()
    }

    #[test]
    fn every_pattern_compiles() {
        assert_eq!(finders().len(), PATTERNS.len() + NAMES.len());
    }

    #[test]
    fn a_stated_name_is_found_whole() {
        for (text, name) in [
            ("My name is John Smith", "John Smith"),
            ("My name is John Q. Smith, hello", "John Q. Smith"),
            ("my name is Anna Maria Schmidt.", "Anna Maria Schmidt"),
        ] {
            assert!(found(text).contains(&("identity.name", name)), "{text}: {:?}", found(text));
        }
    }

    #[test]
    fn identifiers_are_found_in_chinese_text() {
        let text = "客户张伟先生来电，手机13812345678，邮箱 li.lei@example.com，身份证11010519491231002X，车牌粤B12345。";
        let all = found(text);
        for expected in [
            ("identity.name", "张伟"),
            ("contact.phone", "13812345678"),
            ("contact.email", "li.lei@example.com"),
            ("identity.national_id", "11010519491231002X"),
            ("vehicle.plate", "粤B12345"),
        ] {
            assert!(all.contains(&expected), "{expected:?} in {all:?}");
        }
    }

    #[test]
    fn identifiers_are_found_in_english_text() {
        let text = "Spoke with Jane Smith (jane@example.org, +1 425-555-0142). Card 4111 1111 1111 1111, lives at 12 Main Street.";
        let all = found(text);
        for expected in [
            ("identity.name", "Jane Smith"),
            ("contact.email", "jane@example.org"),
            ("contact.phone", "+1 425-555-0142"),
            ("finance.bank_card", "4111 1111 1111 1111"),
            ("location.address", "12 Main Street"),
        ] {
            assert!(all.contains(&expected), "{expected:?} in {all:?}");
        }
    }

    #[test]
    fn addresses_and_names_are_found_by_their_words() {
        assert!(
            found("送到广东省深圳市南山区科技园路12号3栋")
                .iter()
                .any(|f| f.0 == "location.address")
        );
        assert!(found("收件人：王小明，请电联").contains(&("identity.name", "王小明")));
        assert!(found("请联系李女士").contains(&("identity.name", "李")));
        assert!(found("Dear Mr. Anderson, thank you").contains(&("identity.name", "Anderson")));
    }

    #[test]
    fn ordinary_text_holds_nothing() {
        for text in [
            "A Epic Drama of a Feminist And a Mad Scientist who must Battle a Teacher in The Canadian Rockies",
            "订单号20240131123456已发货，共3件，金额128.00元",
            "10 boxes x 20 bags, released 15",
            "Version 1.2.3 of the product, see page 12",
            "这款茉莉花茶香气清新，适合送礼",
            "",
        ] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
    }

    #[test]
    fn spans_are_in_order_and_do_not_overlap() {
        let spans = find_in_text("a@b.com 13812345678 c@d.org 王先生 4111111111111111");
        assert!(spans.windows(2).all(|w| w[0].end <= w[1].start));
        assert!(spans.len() >= 4);
    }
}
