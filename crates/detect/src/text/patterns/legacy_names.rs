//! Names in Latin script by the words around them, until the English tagger finds them.

use std::sync::OnceLock;

use regex::Regex;

use super::super::{Layer, Span};
use crate::{Entity, lexicon::lexicon, values::people};

/// A regular expression whose matches (or first group) a check confirms.
struct Finder {
    regex: Regex,
    check: Check,
}

type Check = fn(&str) -> Option<f64>;

/// Names by the words around them; the first group is the name. Word borders are those of ASCII
/// (`(?-u:\b)`), so that the fast engine can be used.
const NAMES: [(&str, Check); 4] = [
    (
        r"(?i:my name is|my name's|name is|named|姓名[:：])\s*(\p{Lu}[\p{Ll}'’-]+(?: \p{Lu}\b\.?)?(?: \p{Lu}[\p{L}'’-]+){0,2})",
        stated_name,
    ),
    (
        r"(?-u:\b)(?:Mr|Mrs|Ms|Miss|Dr|Prof|Sir|Madam|Herr|Frau)\.? ((?:[A-Z][\w'’-]+ ?){1,3})",
        |m| Some(if m.contains(' ') { 0.92 } else { 0.85 }),
    ),
    (
        r"(?i:(?-u:\b)(?:name is|my name's|named|called|i am|i'm|this is|contact|attn:?|dear|regards,|sincerely,|thanks,|spoke (?:to|with)|customer|name:)) ((?:[A-Z][\w'’-]+)(?: [A-Z](?-u:\b)\.?)?(?: [A-Z][\w'’-]+){0,2})",
        latin_in_context,
    ),
    (
        r"(?:^|[^\p{L}\p{N}])(\p{Lu}[\p{Ll}'’-]+(?: \p{Lu}\.?)?(?: (?:de|da|van|von|del|la|bin|al|der|di))?(?: \p{Lu}[\p{L}'’-]+){1,2})",
        |m| {
            let name = people::latin_name(m);
            if !name.full {
                return None;
            }
            if both_known(m) { Some(0.85) } else { likely_name(m) }
        },
    ),
];

fn finders() -> &'static [Finder] {
    static FINDERS: OnceLock<Vec<Finder>> = OnceLock::new();
    FINDERS.get_or_init(|| {
        // A test compiles every pattern, so that none is lost here.
        let compiled = NAMES.iter().filter_map(|(pattern, check)| {
            let regex = Regex::new(pattern).ok()?;
            Some(Finder { regex, check: *check })
        });
        compiled.collect()
    })
}

/// Adds what the patterns find in `text`.
pub fn find(text: &str, spans: &mut Vec<Span>) {
    if !text.chars().any(char::is_uppercase) {
        return;
    }
    for finder in finders() {
        for found in finder.regex.captures_iter(text) {
            let Some(whole) = found.get(1).or_else(|| found.get(0)) else { continue };
            let trimmed = whole.as_str().trim_end_matches([' ', '.', ',', '-', '(']);
            let Some(score) = (finder.check)(trimmed) else { continue };
            let range = whole.start()..whole.start() + trimmed.len();
            if spans.iter().all(|s| s.end <= range.start || range.end <= s.start) {
                spans.push(Span::new(range, Entity::Person, score, Layer::Model, "pattern"));
            }
        }
    }
}

fn latin_in_context(m: &str) -> Option<f64> {
    let name = people::latin_name(m);
    let first = m.split(' ').next().unwrap_or_default().to_lowercase();
    let known = lexicon().given.contains(first.as_str());
    (name.full || name.given || known).then_some(0.82)
}

/// A known given name and an unknown capitalised word. Given names that are words as well open too
/// many sentences.
fn likely_name(m: &str) -> Option<f64> {
    const WORDS: [&str; 26] = [
        "will", "may", "mark", "grace", "hope", "joy", "april", "june", "august", "rose", "faith",
        "chase", "max", "jack", "bill", "rich", "dean", "sky", "summer", "holly", "ivy", "robin",
        "daisy", "amber", "crystal", "virginia",
    ];
    let first = m.split(' ').next().unwrap_or_default().to_lowercase();
    let open = lexicon().given.contains(first.as_str()) && !WORDS.contains(&first.as_str());
    open.then_some(0.65)
}

/// After “my name is”, any capitalised word is a name.
fn stated_name(m: &str) -> Option<f64> {
    let name = people::latin_name(m);
    name.shaped.then_some(0.85)
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
        assert_eq!(finders().len(), NAMES.len());
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
    fn a_text_full_of_capitals_holds_no_person() {
        // It does hold a place, the Rockies.
        let text = "A Epic Drama of a Feminist And a Mad Scientist who must Battle a Teacher in \
                    The Canadian Rockies";
        assert!(found(text).iter().all(|f| f.0 != "identity.name"), "{:?}", found(text));
    }

    #[test]
    fn spans_are_in_order_and_do_not_overlap() {
        let spans = find_in_text("a@b.com 13812345678 c@d.org 王先生 4111111111111111");
        assert!(spans.windows(2).all(|w| w[0].end <= w[1].start));
        assert!(spans.len() >= 4);
    }
}
