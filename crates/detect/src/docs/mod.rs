//! The tables of the handbook, written from the data files so that they stay true.

pub mod entities;

use std::fmt::Write as _;

use crate::{Category, Sensitivity, taxonomy};

/// Marks in the page around the table of categories …
const CATEGORIES: [&str; 2] = ["<!-- categories -->", "<!-- /categories -->"];
/// … and around that of entities.
const ENTITIES: [&str; 2] = ["<!-- entities -->", "<!-- /entities -->"];

/// The table of all categories as Markdown, in Chinese (`zh`) or English.
pub fn table(zh: bool) -> String {
    let mut out = String::from(if zh {
        "| 类别 | 名称 | 敏感程度 | 法律 | GB/T 43697 | DPV | Fideslang |\n|---|---|---|---|---|---|---|\n"
    } else {
        "| category | name | sensitivity | law | GB/T 43697 | DPV | Fideslang |\n|---|---|---|---|---|---|---|\n"
    });
    for category in &taxonomy().categories {
        let _ = writeln!(
            out,
            "| `{}` | {} | {} | {} | {} | `{}` | `{}` |",
            category.key,
            category.name(zh),
            level(category.sensitivity, zh),
            laws(category, zh),
            category.gbt_level,
            category.dpv,
            category.fides,
        );
    }
    out
}

/// The page with its tables replaced; a page without marks comes back as it is.
pub fn with_tables(page: &str, zh: bool) -> String {
    let page = between(page, CATEGORIES, || table(zh));
    between(&page, ENTITIES, || entities::table(zh))
}

fn between(page: &str, [open, close]: [&str; 2], table: impl Fn() -> String) -> String {
    let Some((before, rest)) = page.split_once(open) else { return page.to_owned() };
    let Some((_, after)) = rest.split_once(close) else { return page.to_owned() };
    format!("{before}{open}\n\n{}\n{close}{after}", table())
}

fn level(sensitivity: Sensitivity, zh: bool) -> &'static str {
    match (sensitivity, zh) {
        (Sensitivity::None, false) => "none",
        (Sensitivity::Personal, false) => "personal",
        (Sensitivity::Confidential, false) => "confidential",
        (Sensitivity::Sensitive, false) => "sensitive",
        (Sensitivity::None, true) => "无",
        (Sensitivity::Personal, true) => "个人信息",
        (Sensitivity::Confidential, true) => "高风险",
        (Sensitivity::Sensitive, true) => "敏感",
    }
}

fn laws(category: &Category, zh: bool) -> String {
    let mut out = Vec::new();
    if category.pipl_sensitive {
        out.push(if zh { "个保法" } else { "PIPL" });
    }
    if category.gdpr_special {
        out.push("GDPR");
    }
    if category.cpra_sensitive {
        out.push("CPRA");
    }
    out.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_handbook_shows_the_categories_as_they_are() {
        for (page, zh) in [
            (include_str!("../../../../docs/detection.md"), false),
            (include_str!("../../../../docs/zh-CN/detection.md"), true),
        ] {
            assert!(CATEGORIES.iter().all(|mark| page.contains(mark)));
            assert_eq!(
                page,
                with_tables(page, zh),
                "run `cargo run -p privet-detect --example categories`"
            );
        }
    }
}
