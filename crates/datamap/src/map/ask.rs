//! Search as questions: "where do we keep phone numbers?" names a category; the answer comes from
//! the counts in memory and the list from an index.

use std::collections::{BTreeMap, BTreeSet};

use super::{filter::FieldFilter, summary::Summary};

/// Where a category is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The categories that were understood, best first.
    pub categories: Vec<String>,
    /// Fields of them.
    pub fields: i64,
    /// Systems they are in; sources without a system count as one each.
    pub systems: i64,
    /// Field counts by system and source, most first.
    pub groups: Vec<AnswerGroup>,
}

/// One line of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerGroup {
    /// System, or "".
    pub system_id: String,
    /// Its name, or "".
    pub system_name: String,
    /// Source.
    pub source_id: String,
    /// Its name.
    pub source_name: String,
    /// Fields.
    pub fields: i64,
    /// The highest sensitivity among them, 0..=3.
    pub level: i64,
}

/// The sensitivity that a question names in the words of the console or of the law.
fn sensitivity_named(typed: &str) -> Option<&'static str> {
    const WORDS: [(&str, &str); 7] = [
        ("sensitive", "sensitive"),
        ("敏感", "sensitive"),
        ("special categor", "sensitive"),
        ("特殊类别", "sensitive"),
        ("confidential", "confidential"),
        ("高风险", "confidential"),
        ("机密", "confidential"),
    ];
    let typed = typed.to_lowercase();
    WORDS.iter().find(|(word, _)| typed.contains(word)).map(|(_, level)| *level)
}

/// Understands what was typed into the search box. A question ("where …?") is about categories
/// alone; a word or two may also be part of a name.
pub(super) fn interpret(filter: &mut FieldFilter, typed: &str) -> Vec<String> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Vec::new();
    }
    let found: Vec<&str> = detect::taxonomy()
        .find(typed)
        .into_iter()
        .take(3)
        .map(|category| category.key.as_str())
        .collect();
    // A parent already covers its children.
    let categories: Vec<String> = found
        .iter()
        .filter(|key| {
            !found
                .iter()
                .any(|other| key.strip_prefix(other).is_some_and(|rest| rest.starts_with('.')))
        })
        .map(|key| (*key).to_owned())
        .collect();
    if categories.is_empty() {
        match sensitivity_named(typed) {
            Some(level) if filter.sensitivity.is_empty() => {
                level.clone_into(&mut filter.sensitivity);
            }
            _ => typed.clone_into(&mut filter.words),
        }
        return categories;
    }
    if !is_question(typed) {
        typed.clone_into(&mut filter.words);
        filter.either = true;
    }
    if filter.categories.is_empty() {
        filter.categories.clone_from(&categories);
    }
    categories
}

fn is_question(typed: &str) -> bool {
    const SIGNS: [&str; 8] = ["?", "？", "哪", "where", "which", "what", "什么", "在何处"];
    let lower = typed.to_lowercase();
    SIGNS.iter().any(|sign| lower.contains(sign)) || lower.split_whitespace().count() > 2
}

/// Where the categories are kept, from the counts in memory.
pub(super) fn answer(summary: &Summary, filter: &FieldFilter, categories: Vec<String>) -> Answer {
    let about =
        FieldFilter { words: String::new(), categories: categories.clone(), ..filter.clone() };
    let mut by_source: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
    for group in summary.matching(&about) {
        let entry = by_source.entry(&group.source_id).or_default();
        entry.0 += group.fields;
        entry.1 = entry.1.max(group.level);
    }
    let mut groups: Vec<AnswerGroup> = by_source
        .into_iter()
        .filter_map(|(id, (fields, level))| {
            let source = summary.sources.get(id)?;
            Some(AnswerGroup {
                system_id: source.system_id.clone(),
                system_name: source.system_name.clone(),
                source_id: source.id.clone(),
                source_name: source.name.clone(),
                fields,
                level,
            })
        })
        .collect();
    groups.sort_by(|a, b| b.fields.cmp(&a.fields).then_with(|| a.source_name.cmp(&b.source_name)));
    let systems: BTreeSet<&str> = groups
        .iter()
        .map(|g| if g.system_id.is_empty() { g.source_id.as_str() } else { &g.system_id })
        .collect();
    Answer {
        fields: groups.iter().map(|group| group.fields).sum(),
        systems: systems.len() as i64,
        categories,
        groups,
    }
}
