//! Findings in the reader's words.

use std::collections::BTreeMap;

use ::sources::Right;
use web::Page;

use crate::model::{By, Finding, From, Kind};

/// Text key of a kind.
pub(super) fn kind_key(kind: Kind) -> String {
    format!("grants-kind-{}", kind.as_str())
}

/// Badge of a kind.
pub(super) fn badge(kind: Kind) -> &'static str {
    match kind {
        Kind::Superuser | Kind::Excess => "danger",
        Kind::Unbound => "warn",
        Kind::Missing => "info",
    }
}

/// The role, or the word for everybody.
pub(super) fn holder(p: &Page, name: &str) -> String {
    if name.is_empty() { p.t("grants-everybody") } else { name.to_owned() }
}

/// Reading or writing.
pub(super) fn right(p: &Page, right: Right) -> String {
    p.t(if right == Right::Read { "grants-reads" } else { "grants-writes" })
}

/// By what, one sentence for each place a right comes from, with all its privileges.
pub(super) fn by(p: &Page, by: &[By]) -> Vec<String> {
    let mut grouped: BTreeMap<_, Vec<&str>> = BTreeMap::new();
    for one in by {
        let privileges = grouped.entry((one.from, one.role.as_str(), one.reach)).or_default();
        privileges.push(&one.privilege);
    }
    let sentence = |((from, role, reach), privileges): ((From, &str, _), Vec<&str>)| {
        let from = match from {
            From::Own => "own",
            From::Member => "member",
            From::Everybody => "everybody",
            From::Owner => "owner",
            From::Unlimited => "unlimited",
        };
        let said =
            p.t2(&format!("grants-by-{from}"), "role", role, "privileges", privileges.join(", "));
        let wide = match reach {
            crate::model::Reach::Everything if from != "unlimited" => "grants-reach-everything",
            crate::model::Reach::Schema => "grants-reach-schema",
            crate::model::Reach::Columns => "grants-reach-columns",
            _ => return said,
        };
        p.t1(wide, "said", said)
    };
    grouped.into_iter().map(sentence).collect()
}

/// A column with its categories, for a list.
pub(super) struct Col {
    pub name: String,
    pub categories: String,
}

/// Columns shown of one finding; the rest is in the CSV.
pub(super) const SHOWN: usize = 12;

/// A finding as the page shows it.
pub(super) struct Row {
    pub kind: String,
    pub badge: &'static str,
    pub table: String,
    pub right: String,
    pub columns: Vec<Col>,
    pub more: usize,
    pub by: Vec<String>,
}

/// A finding in words.
pub(super) fn row(p: &Page, finding: &Finding) -> Row {
    let table = match finding.store.as_str() {
        "" => String::new(),
        store => format!("{}.{store}", finding.schema),
    };
    Row {
        kind: p.t(&kind_key(finding.kind)),
        badge: badge(finding.kind),
        table,
        right: right(p, finding.right),
        columns: finding
            .columns
            .iter()
            .take(SHOWN)
            .map(|held| Col {
                name: held.column.clone(),
                categories: categories(p, &held.categories),
            })
            .collect(),
        more: finding.columns.len().saturating_sub(SHOWN),
        by: by(p, &finding.by),
    }
}

/// Names of categories.
pub(super) fn categories<'a>(p: &Page, keys: impl IntoIterator<Item = &'a String>) -> String {
    let names: Vec<String> =
        keys.into_iter().map(|key| explain::category_name(p.lang, key)).collect();
    explain::list_of(p.lang, &names)
}
