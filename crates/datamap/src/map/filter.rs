//! What the list shows: a filter and an order, and their SQL.

use super::summary::Summary;
use crate::model::placeholders;

/// Fields with personal data, without, or all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scope {
    /// With personal data.
    #[default]
    Personal,
    /// Without.
    Plain,
    /// All.
    All,
}

/// Order of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// Most sensitive first, then by category.
    #[default]
    Sensitivity,
    /// By name.
    Name,
    /// By category.
    Category,
    /// By confidence, least sure first.
    Confidence,
    /// Newest first.
    New,
}

impl Sort {
    /// Stable name, as in addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sensitivity => "sensitivity",
            Self::Name => "name",
            Self::Category => "category",
            Self::Confidence => "confidence",
            Self::New => "new",
        }
    }

    /// Reads a stable name; unknown ones are the default.
    pub fn from_name(name: &str) -> Self {
        [Self::Name, Self::Category, Self::Confidence, Self::New]
            .into_iter()
            .find(|sort| sort.name() == name)
            .unwrap_or_default()
    }
}

/// What the list shows. Empty texts filter nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FieldFilter {
    /// Words in names and comments.
    pub words: String,
    /// Categories, each with its subtree; empty: any.
    pub categories: Vec<String>,
    /// Words and categories are alternatives, not both required.
    pub either: bool,
    /// Sensitivity.
    pub sensitivity: String,
    /// System.
    pub system: String,
    /// Source.
    pub source: String,
    /// Store.
    pub store: String,
    /// People category.
    pub people: String,
    /// `open` (undecided) | `confirmed` | `corrected` | `dismissed`.
    pub decision: String,
    /// Only children's data.
    pub minors: bool,
    /// With personal data, without, or all.
    pub scope: Scope,
    /// Fields that are gone instead of those that are there.
    pub vanished: bool,
    /// Order.
    pub sort: Sort,
    /// The other way round.
    pub reverse: bool,
}

/// A piece of SQL and the values of its placeholders.
pub(super) struct Clause {
    pub sql: String,
    pub values: Vec<String>,
}

impl Clause {
    fn value(&mut self, value: impl Into<String>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }

    fn and(&mut self, text: &str) {
        if !self.sql.is_empty() {
            self.sql.push_str(" AND ");
        }
        self.sql.push_str(text);
    }
}

impl FieldFilter {
    /// A category is wanted, itself or through one above it.
    pub(super) fn in_categories(&self, category: &str) -> bool {
        self.categories.is_empty()
            || self.categories.iter().any(|wanted| {
                category
                    .strip_prefix(wanted.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            })
    }

    /// The summary can count it: nothing in it depends on names.
    pub(super) fn is_countable(&self) -> bool {
        self.words.is_empty() && self.store.is_empty()
    }

    /// The condition on `field f`.
    pub(super) fn clause(&self, summary: &Summary) -> Clause {
        let mut clause = Clause { sql: String::new(), values: Vec::new() };
        clause.and(if self.vanished {
            "f.vanished_at IS NOT NULL"
        } else {
            "f.vanished_at IS NULL"
        });
        match self.scope {
            Scope::Personal => clause.and("f.level > 0"),
            Scope::Plain => clause.and("f.level = 0"),
            Scope::All => {}
        }
        self.names(&mut clause);
        if !self.sensitivity.is_empty() {
            // A number of ours, not a text of the reader's: no placeholder needed.
            clause.and(&format!("f.level = {}", crate::model::level(&self.sensitivity)));
        }
        if !self.source.is_empty() {
            let value = clause.value(&self.source);
            clause.and(&format!("f.source_id = {value}"));
        }
        if !self.store.is_empty() {
            let value = clause.value(&self.store);
            clause.and(&format!("f.store_id = {value}"));
        }
        if !self.system.is_empty() {
            let sources: Vec<&str> = summary.sources_of(&self.system).collect();
            let list = placeholders(clause.values.len() + 1, sources.len());
            clause.values.extend(sources.into_iter().map(String::from));
            clause.and(&if list.is_empty() {
                "1 = 0".into()
            } else {
                format!("f.source_id IN ({list})")
            });
        }
        if !self.people.is_empty() {
            let value = clause.value(&self.people);
            clause.and(&format!(
                "f.store_id IN (SELECT id FROM data_store WHERE
                   CASE WHEN people_decided <> '' THEN people_decided ELSE people END = {value})"
            ));
        }
        match self.decision.as_str() {
            "" => {}
            "open" => clause.and("f.decision = ''"),
            _ => {
                let value = clause.value(&self.decision);
                clause.and(&format!("f.decision = {value}"));
            }
        }
        if self.minors {
            clause.and("f.minor = 1");
        }
        clause
    }

    fn names(&self, clause: &mut Clause) {
        let mut parts: Vec<String> = Vec::new();
        let subtree: Vec<String> = self
            .categories
            .iter()
            .map(|key| {
                let exact = clause.value(key.as_str());
                // '/' follows '.', so this range is the subtree and an index can walk it.
                let (from, to) = (clause.value(format!("{key}.")), clause.value(format!("{key}/")));
                format!("f.category = {exact} OR (f.category >= {from} AND f.category < {to})")
            })
            .collect();
        if !subtree.is_empty() {
            parts.push(format!("({})", subtree.join(" OR ")));
        }
        let words: Vec<String> = self
            .words
            .split_whitespace()
            .map(|word| {
                let value = clause.value(format!("%{}%", escape(&word.to_lowercase())));
                format!("f.search LIKE {value} ESCAPE '\\'")
            })
            .collect();
        if !words.is_empty() {
            parts.push(format!("({})", words.join(" AND ")));
        }
        if !parts.is_empty() {
            let joint = if self.either { " OR " } else { " AND " };
            clause.and(&format!("({})", parts.join(joint)));
        }
    }

    /// The order, fit for an index where one exists.
    pub(super) fn order(&self) -> &'static str {
        match (self.sort, self.reverse) {
            (Sort::Sensitivity, false) => "f.level DESC, f.category, f.id",
            (Sort::Sensitivity, true) => "f.level, f.category DESC, f.id DESC",
            (Sort::Name, false) => "f.search, f.id",
            (Sort::Name, true) => "f.search DESC, f.id DESC",
            (Sort::Category, false) => "f.category, f.id",
            (Sort::Category, true) => "f.category DESC, f.id DESC",
            (Sort::Confidence, false) => "f.found_confidence, f.id",
            (Sort::Confidence, true) => "f.found_confidence DESC, f.id DESC",
            (Sort::New, false) => "f.first_seen_at DESC, f.id DESC",
            (Sort::New, true) => "f.first_seen_at, f.id",
        }
    }
}

/// A text as part of a LIKE pattern.
fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_category_filter_takes_the_subtree_and_nothing_beside_it() {
        let filter = FieldFilter { categories: vec!["contact".into()], ..FieldFilter::default() };
        assert!(filter.in_categories("contact"));
        assert!(filter.in_categories("contact.email"));
        assert!(!filter.in_categories("contacts.email"));
        assert!(!filter.in_categories(""));
    }

    #[test]
    fn no_typed_text_reaches_the_sql() {
        let nasty = "x' OR 1=1 --";
        let filter = FieldFilter {
            words: nasty.into(),
            categories: vec![nasty.into()],
            source: nasty.into(),
            people: nasty.into(),
            decision: nasty.into(),
            sensitivity: nasty.into(),
            ..FieldFilter::default()
        };
        let clause = filter.clause(&Summary::default());
        assert!(!clause.sql.contains("1=1"), "{}", clause.sql);
    }

    #[test]
    fn percent_and_underscore_are_just_characters() {
        assert_eq!(escape("a_b%c\\"), "a\\_b\\%c\\\\");
    }
}
