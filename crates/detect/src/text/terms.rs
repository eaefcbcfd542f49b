//! Sensitive words in both languages: nationality, ethnic origin, religion, politics, unions, sexual
//! orientation (`data/nrp.toml`) and health (`data/health.toml`). The words name nobody by
//! themselves, so health terms score low; masking a text covers them, and a column of notes that
//! holds them is more sensitive.

use std::{collections::HashMap, sync::OnceLock};

use serde::Deserialize;

use super::{Layer, Span};
use crate::{Entity, words::is_han};

/// What a sensitive term tells. The key of the rule it is reported by, its entity and the category
/// of the data map are finer than the entity alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// `Slovenian`
    Nationality,
    /// `Kurdish`
    Ethnicity,
    /// `Sunni`
    Religion,
    /// `socialist`
    Politics,
    /// `shop steward`
    Union,
    /// `bisexual`
    Orientation,
    /// `asthma`
    Condition,
    /// `insulin`
    Medication,
    /// `dialysis`
    Treatment,
    /// `allergic to nuts`
    Allergy,
    /// `wheelchair user`
    Disability,
    /// `PTSD`
    Mental,
    /// `pregnant`
    Reproductive,
}

impl Topic {
    /// Rule key, entity and category.
    const fn facts(self) -> (&'static str, Entity, &'static str) {
        match self {
            Self::Nationality => ("nationality", Entity::Nrp, "identity.nationality"),
            Self::Ethnicity => ("ethnicity", Entity::Nrp, "identity.ethnicity"),
            Self::Religion => ("religion", Entity::Nrp, "belief.religion"),
            Self::Politics => ("politics", Entity::Nrp, "belief.politics"),
            Self::Union => ("union", Entity::TradeUnion, "belief.union"),
            Self::Orientation => ("orientation", Entity::SexualOrientation, "orientation"),
            Self::Condition => ("condition", Entity::Health, "health.condition"),
            Self::Medication => ("medication", Entity::Health, "health.medication"),
            Self::Treatment => ("treatment", Entity::Health, "health.treatment"),
            Self::Allergy => ("allergy", Entity::Health, "health.allergy"),
            Self::Disability => ("disability", Entity::Health, "health.disability"),
            Self::Mental => ("mental", Entity::Health, "health.mental"),
            Self::Reproductive => ("reproductive", Entity::Health, "health.reproductive"),
        }
    }

    /// The stable key of the rule.
    pub const fn rule(self) -> &'static str {
        self.facts().0
    }

    /// The entity that it is reported as.
    pub const fn entity(self) -> Entity {
        self.facts().1
    }

    /// A term of health.
    pub fn is_health(self) -> bool {
        self.entity() == Entity::Health
    }

    const ALL: [Self; 13] = [
        Self::Nationality,
        Self::Ethnicity,
        Self::Religion,
        Self::Politics,
        Self::Union,
        Self::Orientation,
        Self::Condition,
        Self::Medication,
        Self::Treatment,
        Self::Allergy,
        Self::Disability,
        Self::Mental,
        Self::Reproductive,
    ];
}

/// The category of the data map that a rule tells more exactly than its entity does.
pub fn category_of_rule(entity: Entity, rule: &str) -> Option<&'static str> {
    if entity == Entity::Title && rule.starts_with("job") {
        return Some("work.job_title");
    }
    let topic = Topic::ALL.into_iter().find(|t| t.entity() == entity && t.rule() == rule)?;
    Some(topic.facts().2)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    group: Vec<Group>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    kind: Topic,
    en: String,
    zh: String,
}

/// The terms as the files write them: topic, English terms, Chinese terms.
fn groups() -> &'static [Group] {
    static GROUPS: OnceLock<Vec<Group>> = OnceLock::new();
    GROUPS.get_or_init(|| {
        [include_str!("../../data/nrp.toml"), include_str!("../../data/health.toml")]
            .into_iter()
            .flat_map(|file| match toml::from_str::<File>(file) {
                Ok(file) => file.group,
                Err(why) => panic!("an embedded list of terms is broken: {why}"),
            })
            .collect()
    })
}

fn split(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(str::trim).filter(|term| !term.is_empty())
}

/// Every English term with its topic.
pub fn english() -> impl Iterator<Item = (&'static str, Topic)> {
    groups().iter().flat_map(|group| split(&group.en).map(|term| (term, group.kind)))
}

/// Chinese terms by their first character, longest first.
fn chinese() -> &'static HashMap<char, Vec<(&'static str, Topic)>> {
    static TERMS: OnceLock<HashMap<char, Vec<(&'static str, Topic)>>> = OnceLock::new();
    TERMS.get_or_init(|| {
        let mut terms: HashMap<char, Vec<(&'static str, Topic)>> = HashMap::new();
        for group in groups() {
            for term in split(&group.zh) {
                if let Some(first) = term.chars().next() {
                    terms.entry(first).or_default().push((term, group.kind));
                }
            }
        }
        for list in terms.values_mut() {
            list.sort_by_key(|(term, _)| std::cmp::Reverse(term.len()));
        }
        terms
    })
}

/// Characters that turn a term into another word: 手术刀 is a thing, 处方权 a right.
const NOT_AFTER: [(&str, &[&str]); 8] = [
    ("手术", &["刀", "台", "灯"]),
    ("处方", &["权"]),
    ("血型", &["性格"]),
    ("肿瘤", &["医院", "科", "学"]),
    ("住院", &["部", "楼", "医师"]),
    ("轮椅", &["厂", "品牌"]),
    ("居士", &["林", "路"]),
    ("水族", &["馆", "箱", "店"]),
];

/// Characters before a term that make another word of it: 高土族… no people; 生白族.
const NOT_BEFORE: [(&str, &[&str]); 5] = [
    ("白人", &["明", "表", "告"]),
    ("居士", &["易安", "香山", "六一", "东坡", "青莲"]),
    ("右翼", &["军", "机"]),
    ("左翼", &["军", "机"]),
    ("土族", &["本"]),
];

/// Adds the sensitive terms of Chinese text.
pub fn find_chinese(text: &str, found: &mut Vec<Span>) {
    let terms = chinese();
    let mut from = 0;
    for (at, c) in text.char_indices() {
        if at < from || !is_han(c) {
            continue;
        }
        let Some(list) = terms.get(&c) else { continue };
        let rest = &text[at..];
        let Some((term, topic)) = list.iter().find(|(term, _)| rest.starts_with(term)) else {
            continue;
        };
        from = at + term.len();
        let other_word = NOT_AFTER.iter().any(|(word, tails)| {
            word == term && tails.iter().any(|tail| text[from..].starts_with(tail))
        }) || NOT_BEFORE.iter().any(|(word, heads)| {
            word == term && heads.iter().any(|head| text[..at].ends_with(head))
        });
        if !other_word {
            let score = if topic.is_health() { 0.5 } else { 0.7 };
            found.push(Span::new(at..from, topic.entity(), score, Layer::Grammar, topic.rule()));
        }
    }
}

/// Sensitive topics that a text touches, as keys of categories: health so far. The words themselves
/// name nobody; a column of notes is more sensitive for them.
pub fn topics(text: &str) -> Vec<&'static str> {
    let mut found = Vec::new();
    find_chinese(text, &mut found);
    super::english::find_terms(text, &mut found);
    let health = found.iter().any(|span| span.kind == super::Kind::Known(Entity::Health));
    if health { vec!["health"] } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::taxonomy;

    fn terms(text: &str) -> Vec<(&'static str, &str)> {
        let mut found = Vec::new();
        find_chinese(text, &mut found);
        found.into_iter().map(|s| (s.rule, &text[s.start..s.end])).collect()
    }

    #[test]
    fn every_topic_has_a_known_category_and_terms_in_both_languages() {
        for topic in Topic::ALL {
            let (rule, entity, category) = topic.facts();
            assert!(taxonomy().get(category).is_some(), "{category}");
            assert_eq!(category_of_rule(entity, rule), Some(category));
            let group = groups().iter().find(|group| group.kind == topic).unwrap();
            assert!(split(&group.en).count() > 5 && split(&group.zh).count() > 3, "{rule}");
        }
    }

    #[test]
    fn chinese_terms_are_found_whole() {
        assert_eq!(
            terms("患者有妊娠糖尿病，对青霉素过敏，中共党员，回族，现服用二甲双胍"),
            [
                ("condition", "妊娠糖尿病"),
                ("allergy", "青霉素过敏"),
                ("politics", "中共党员"),
                ("ethnicity", "回族"),
                ("medication", "二甲双胍"),
            ]
        );
        assert_eq!(
            terms("她是佛教徒，也是工会会员"),
            [("religion", "佛教徒"), ("union", "工会会员")]
        );
        assert_eq!(terms("他是双性恋"), [("orientation", "双性恋")]);
    }

    #[test]
    fn health_topics_are_noticed() {
        assert_eq!(topics("顾客对坚果过敏"), ["health"]);
        assert_eq!(topics("She is pregnant"), ["health"]);
        assert!(topics("great tea").is_empty());
    }

    #[test]
    fn other_words_that_hold_a_term_are_none() {
        for text in ["手术刀一把", "周末去水族馆", "易安居士的词", "订单已发货，请查收"]
        {
            assert!(terms(text).is_empty(), "{text}: {:?}", terms(text));
        }
    }
}
