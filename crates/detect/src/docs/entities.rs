//! What the handbook and the console tell about entities, and the tables of the handbook.

use std::{fmt::Write as _, sync::OnceLock};

use serde::Deserialize;

use crate::{Entity, taxonomy};

/// What people read about an entity; from `data/entities.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// The entity's stable name, e.g. `PHONE_NUMBER`.
    pub name: String,
    /// English name.
    pub en: String,
    /// Chinese name.
    pub zh: String,
    /// What makes a piece of text one, in English.
    pub check_en: String,
    /// The same in Chinese.
    pub check_zh: String,
    /// The standard, law or document behind the rule.
    pub source: String,
    /// English texts in which it is found, `«…»` around the finding.
    #[serde(default)]
    pub examples_en: Vec<String>,
    /// Chinese texts in which it is found.
    #[serde(default)]
    pub examples_zh: Vec<String>,
    /// English texts that look alike and in which it is not found.
    #[serde(default)]
    pub negatives_en: Vec<String>,
    /// Chinese texts in which it is not found.
    #[serde(default)]
    pub negatives_zh: Vec<String>,
    /// Why English has neither, if it has none.
    pub none_en: Option<String>,
    /// Why Chinese has neither.
    pub none_zh: Option<String>,
}

#[derive(Deserialize)]
struct File {
    entity: Vec<About>,
}

/// All entities, in the order of [`Entity::ALL`].
///
/// # Panics
/// Never in a released build: a test parses the embedded file.
pub fn entities() -> &'static [About] {
    static ALL: OnceLock<Vec<About>> = OnceLock::new();
    ALL.get_or_init(|| match toml::from_str(include_str!("../../data/entities.toml")) {
        Ok(File { entity }) => entity,
        Err(why) => panic!("the embedded entities.toml is broken: {why}"),
    })
}

/// What people read about this entity.
pub fn about(entity: Entity) -> Option<&'static About> {
    entities().iter().find(|about| about.name == entity.name())
}

/// The table of all entities as Markdown, in Chinese (`zh`) or English.
pub fn table(zh: bool) -> String {
    let mut out = String::from(if zh {
        "| 实体 | 名称 | 类别 | 敏感程度 | 判定 | 示例 | 依据 |\n|---|---|---|---|---|---|---|\n"
    } else {
        "| entity | name | category | sensitivity | check | example | source |\n|---|---|---|---|---|---|---|\n"
    });
    for about in entities() {
        let Ok(entity) = about.name.parse::<Entity>() else { continue };
        let sensitivity =
            taxonomy().get(entity.category()).map_or("", |c| super::level(c.sensitivity, zh));
        let (name, check, examples, none) = if zh {
            (&about.zh, &about.check_zh, &about.examples_zh, &about.none_zh)
        } else {
            (&about.en, &about.check_en, &about.examples_en, &about.none_en)
        };
        let shown = examples.iter().map(|e| shown(e)).chain(none.clone()).collect::<Vec<_>>();
        let _ = writeln!(
            out,
            "| `{}` | {name} | `{}` | {sensitivity} | {check} | {} | {} |",
            about.name,
            entity.category(),
            shown.join("<br>"),
            about.source,
        );
    }
    out
}

/// An example as Markdown: the finding in bold, marks of Markdown escaped.
fn shown(example: &str) -> String {
    let mut out = String::new();
    for c in example.chars() {
        match c {
            '«' | '»' => out.push_str("**"),
            '\n' => out.push(' '),
            '|' | '*' | '_' | '<' | '`' | '[' | '\\' | '~' => out.extend(['\\', c]),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::find_in_text;

    #[test]
    fn the_handbook_knows_the_entities_of_the_code() {
        let told: Vec<&str> = entities().iter().map(|about| about.name.as_str()).collect();
        let known: Vec<&str> = Entity::ALL.iter().map(|entity| entity.name()).collect();
        assert_eq!(told, known, "data/entities.toml follows the order of Entity::ALL");
    }

    #[test]
    fn every_example_is_found() {
        let mut wrong = Vec::new();
        for about in entities() {
            for example in about.examples_en.iter().chain(&about.examples_zh) {
                let text = example.replace(['«', '»'], "");
                let start = example.find('«').expect("an example marks what is found");
                let end =
                    example.find('»').expect("an example marks where it ends") - '«'.len_utf8();
                let spans = find_in_text(&text);
                if !spans
                    .iter()
                    .any(|s| s.entity() == about.name && (s.start, s.end) == (start, end))
                {
                    wrong.push(format!("{}: {example}: {spans:?}", about.name));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn nothing_is_found_where_it_only_looks_so() {
        let mut wrong = Vec::new();
        for about in entities() {
            for text in about.negatives_en.iter().chain(&about.negatives_zh) {
                let spans = find_in_text(text);
                if spans.iter().any(|span| span.entity() == about.name) {
                    wrong.push(format!("{}: {text}: {spans:?}", about.name));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn every_entity_is_shown_and_told_apart_in_both_languages_or_says_why_not() {
        for about in entities() {
            for (shown, apart, none) in [
                (&about.examples_en, &about.negatives_en, &about.none_en),
                (&about.examples_zh, &about.negatives_zh, &about.none_zh),
            ] {
                match none {
                    Some(why) => {
                        assert!(shown.is_empty() && apart.is_empty() && !why.is_empty());
                    }
                    None => assert!(!shown.is_empty() && !apart.is_empty(), "{}", about.name),
                }
            }
        }
    }

    #[test]
    fn the_handbook_shows_the_entities_as_they_are() {
        for (page, zh) in [
            (include_str!("../../../../docs/entities.md"), false),
            (include_str!("../../../../docs/zh-CN/entities.md"), true),
        ] {
            assert!(
                page.contains(&table(zh)),
                "run `cargo run -p privet-detect --example categories`"
            );
        }
    }
}
