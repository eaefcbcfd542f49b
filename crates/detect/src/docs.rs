//! The tables of categories in the handbook, written from the taxonomy so that they stay true.

use std::fmt::Write as _;

use crate::{Category, Sensitivity, taxonomy};

/// Marks in the page around the table.
const OPEN: &str = "<!-- categories -->";
const CLOSE: &str = "<!-- /categories -->";

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

/// The page with its table replaced; a page without marks comes back as it is.
pub fn with_table(page: &str, zh: bool) -> String {
    let Some((before, rest)) = page.split_once(OPEN) else { return page.to_owned() };
    let Some((_, after)) = rest.split_once(CLOSE) else { return page.to_owned() };
    format!("{before}{OPEN}\n\n{}\n{CLOSE}{after}", table(zh))
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
            (include_str!("../../../docs/detection.md"), false),
            (include_str!("../../../docs/zh-CN/detection.md"), true),
        ] {
            assert!(page.contains(OPEN) && page.contains(CLOSE));
            assert_eq!(
                page,
                with_table(page, zh),
                "run `cargo run -p privet-detect --example categories`"
            );
        }
    }
}
