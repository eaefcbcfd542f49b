//! Personal data inside text and JSON.

use std::{borrow::Cow, collections::BTreeMap};

use serde_json::Value;

use crate::{
    Entity,
    classify::classify_in,
    model::{CategoryKey, Column, InnerFinding},
    names::Said,
    stores::{About, Look},
    text,
    values::{Kind, Tally},
};

/// Values read for what is inside; more would cost more than it tells.
pub const MOST: usize = 120;
/// Characters of one value that are read.
const MOST_BYTES: usize = 2000;
/// Levels of JSON inside JSON text.
const MOST_DEPTH: u8 = 2;

/// The column holds prose or JSON, or its name says that it does.
pub fn worth_reading(tally: &Tally, said: Said) -> bool {
    let named = matches!(said, Said::Personal(hint) if hint.category == "free_text" || hint.category.starts_with("communication."));
    tally.checked > 0
        && (named
            || tally.share(&[Kind::Prose]) >= 0.1
            || tally.share(&[Kind::Json]) > 0.5
            || tally.mean_chars > 60.0)
}

/// Kinds of personal data inside the values, with the number of values that hold each.
pub fn read(
    column: &Column<'_>,
    look: Look,
    tally: &Tally,
    said: Said,
    depth: u8,
) -> Vec<InnerFinding> {
    let values: Vec<&str> =
        column.values.iter().map(|v| v.trim()).filter(|v| !v.is_empty()).take(MOST).collect();
    let mut rows: BTreeMap<Cow<'static, str>, u32> = BTreeMap::new();
    let mut nested = Leaves::new();
    for value in &values {
        match json(value) {
            Some(tree) if depth < MOST_DEPTH => flatten(&tree, "", &mut nested, 0),
            _ => {
                let mut seen: Vec<Cow<'static, str>> = text::find_in_text(cut(value))
                    .into_iter()
                    .filter(speaks_of_people)
                    .map(|span| match &span.kind {
                        // A column's notes are about health, whichever word of it they use.
                        text::Kind::Known(Entity::Health) => Cow::Borrowed("health"),
                        _ => Cow::Owned(span.category().to_owned()),
                    })
                    .collect();
                seen.extend(text::topics(cut(value)).into_iter().map(Cow::Borrowed));
                seen.sort_unstable();
                seen.dedup();
                for category in seen {
                    *rows.entry(category).or_default() += 1;
                }
            }
        }
    }
    let paths: Vec<&str> = nested.keys().map(String::as_str).collect();
    for (path, leaves) in &nested {
        let leaf_values: Vec<&str> = leaves.iter().map(String::as_str).collect();
        let inner = Column {
            store: column.store,
            store_comment: column.store_comment,
            name: path,
            comment: "",
            data_type: "",
            primary_key: false,
            references: None,
            siblings: &paths,
            values: &leaf_values,
        };
        // Keys inside JSON speak for themselves: neighbours there are the siblings.
        let inner_look = crate::stores::look(column.store, column.store_comment, &paths);
        let look = if inner_look.personal_neighbours { inner_look } else { look };
        let verdict = classify_in(&inner, look, depth + 1);
        if let Some(category) = verdict.category {
            let count = leaves.len().min(values.len()) as u32;
            let entry = rows.entry(category.0).or_default();
            *entry = (*entry).max(count);
        }
        for deeper in verdict.evidence.inside {
            let entry = rows.entry(deeper.category.0).or_default();
            *entry = (*entry).max(deeper.rows);
        }
    }
    rows.remove("free_text");
    if look.about == About::Things || said == Said::Never {
        // Names of works and of stars are not what a column about things is for.
        rows.retain(|category, _| !is_soft(category));
    }
    let named = matches!(said, Said::Personal(_));
    if !named && rows.keys().all(|category| is_soft(category)) && tally.share(&[Kind::Prose]) < 0.3
    {
        rows.clear();
    }
    if !named && rows.keys().all(|category| only_accompanies(category)) {
        rows.clear();
    }
    let mut found: Vec<InnerFinding> = rows
        .into_iter()
        .map(|(category, rows)| InnerFinding { category: CategoryKey(category), rows })
        .collect();
    found.sort_by_key(|f| std::cmp::Reverse(f.rows));
    found
}

/// Days and plain web addresses stand in every text: they tell nothing about a column.
fn speaks_of_people(span: &text::Span) -> bool {
    match span.kind {
        text::Kind::Known(Entity::DateTime) => false,
        text::Kind::Known(Entity::Url) => span.rule != "url",
        _ => true,
    }
}

/// Found by words and not by form: likely to be wrong in titles and lists.
fn is_soft(category: &str) -> bool {
    const SOFT: [&str; 12] = [
        "identity.name",
        "identity.salutation",
        "identity.nationality",
        "identity.ethnicity",
        "identity.age",
        "location.address",
        "location.city",
        "location.postal_code",
        "work",
        "belief",
        "orientation",
        "health",
    ];
    SOFT.iter().any(|soft| {
        category.strip_prefix(soft).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    })
}

/// Places, nations and employers stand in titles and descriptions of anything: they count beside a person.
fn only_accompanies(category: &str) -> bool {
    matches!(
        category,
        "identity.salutation"
            | "identity.nationality"
            | "identity.ethnicity"
            | "identity.age"
            | "location.city"
            | "location.postal_code"
    ) || category.starts_with("work")
        || category.starts_with("belief")
}

/// Leaves of JSON values by path, in order of the paths.
pub type Leaves = BTreeMap<String, Vec<String>>;

/// Adds the leaves of a value to `out` if it is JSON; says whether it was.
pub fn leaves(value: &str, out: &mut Leaves) -> bool {
    let tree = json(value);
    if let Some(tree) = &tree {
        flatten(tree, "", out, 0);
    }
    tree.is_some()
}

/// The value as JSON, when it is an object or array of bounded size.
fn json(value: &str) -> Option<Value> {
    let open = value.starts_with('{') && value.ends_with('}')
        || value.starts_with('[') && value.ends_with(']');
    (open && value.len() <= 64 * 1024).then(|| serde_json::from_str(value).ok()).flatten()
}

/// Collects leaves by path.
fn flatten(tree: &Value, path: &str, out: &mut Leaves, level: u8) {
    if level > 8 || out.len() > 200 {
        return;
    }
    match tree {
        Value::Object(map) => {
            for (key, value) in map {
                let inner = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                flatten(value, &inner, out, level + 1);
            }
        }
        Value::Array(items) => {
            for item in items.iter().take(20) {
                flatten(item, &format!("{path}[]"), out, level + 1);
            }
        }
        Value::String(text) => out.entry(path.to_owned()).or_default().push(text.clone()),
        Value::Number(number) => out.entry(path.to_owned()).or_default().push(number.to_string()),
        Value::Bool(flag) => out.entry(path.to_owned()).or_default().push(flag.to_string()),
        Value::Null => {}
    }
}

/// The beginning of a value that is read.
pub fn cut(value: &str) -> &str {
    let mut end = value.len().min(MOST_BYTES);
    while !value.is_char_boundary(end) {
        end -= 1;
    }
    &value[..end]
}
