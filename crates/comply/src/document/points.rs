//! Points that a document must speak of: what is looked at, by which checks, and what people answer by
//! hand. They are data; a test holds that every check and every fact they name exists.

use std::sync::OnceLock;

use law::Text;
use serde::Deserialize;

use super::Kind;

/// A point.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Point {
    /// Stable name.
    pub id: String,
    /// What it is about.
    pub title: Text,
    /// What an auditor looks at.
    pub look: Text,
    /// Facts of the law it stands on.
    pub facts: Vec<String>,
    /// Ids of the checks that see something of it; none: only people can answer.
    #[serde(default)]
    pub checks: Vec<String>,
    /// Where the console shows it, or "".
    #[serde(default)]
    pub href: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    point: Vec<Point>,
}

/// The points of a document.
pub fn points(kind: Kind) -> &'static [Point] {
    static FILES: OnceLock<[Vec<Point>; 2]> = OnceLock::new();
    let read = |text: &str| toml::from_str::<File>(text).map(|file| file.point).unwrap_or_default();
    let [accountability, china] = FILES.get_or_init(|| {
        [
            read(include_str!("../../data/documents/accountability.toml")),
            read(include_str!("../../data/documents/cn-audit.toml")),
        ]
    });
    match kind {
        Kind::Accountability => accountability,
        Kind::ChinaAudit => china,
    }
}

/// A point of any document.
pub fn point(id: &str) -> Option<(Kind, &'static Point)> {
    Kind::ALL
        .into_iter()
        .find_map(|kind| points(kind).iter().find(|one| one.id == id).map(|point| (kind, point)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_point_names_checks_and_facts_that_are_there() {
        let law = law::Law::shipped();
        let mut ids = std::collections::BTreeSet::new();
        for point in Kind::ALL.into_iter().flat_map(points) {
            assert!(ids.insert(&point.id), "{} twice", point.id);
            for check in &point.checks {
                assert!(crate::check::check(check).is_some(), "{}: {check}", point.id);
            }
            assert!(!point.facts.is_empty(), "{}", point.id);
            for fact in &point.facts {
                assert!(law.facts().any(|one| one.id == *fact), "{}: {fact}", point.id);
            }
            for text in [&point.title, &point.look] {
                assert!(text.en.len() > 3 && text.zh.chars().any(|c| c > '\u{3000}'));
            }
        }
        assert!(points(Kind::ChinaAudit).len() >= 20, "{}", points(Kind::ChinaAudit).len());
        assert!(points(Kind::Accountability).len() >= 4);
    }

    #[test]
    fn every_check_of_chinas_law_stands_at_a_point_of_the_audit() {
        let law = law::Law::shipped();
        let of_china =
            |id: &String| law.facts().any(|fact| fact.id == *id && fact.regime == "cn-pipl");
        for one in crate::check::checks() {
            let asked = one.check.facts.iter().any(of_china);
            let seen = points(Kind::ChinaAudit).iter().any(|p| p.checks.contains(&one.check.id));
            assert!(!asked || seen, "{} is seen by no point", one.check.id);
        }
    }
}
