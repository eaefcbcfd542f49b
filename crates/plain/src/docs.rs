//! The handbook's list of rules, written from the data files so that it stays true.

use std::fmt::Write as _;

use crate::{
    model::{Language, Severity},
    rules::{Rule, rules},
};

/// Marks in the page around the list.
const MARKS: [&str; 2] = ["<!-- rules -->", "<!-- /rules -->"];
/// Words of a rule shown at most.
const SHOWN: usize = 8;

/// The page with its list replaced, in Chinese (`zh`) or English; a page without marks stays as it is.
pub fn with_rules(page: &str, zh: bool) -> String {
    let [open, close] = MARKS;
    let Some((before, rest)) = page.split_once(open) else { return page.to_owned() };
    let Some((_, after)) = rest.split_once(close) else { return page.to_owned() };
    format!("{before}{open}\n{}\n{close}{after}", list(zh))
}

/// All rules as Markdown.
fn list(zh: bool) -> String {
    let mut out = String::new();
    for (language, title_en, title_zh) in [
        (Some(Language::English), "English texts", "英文文本"),
        (Some(Language::Chinese), "Chinese texts", "中文文本"),
        (None, "Choices", "选择界面"),
    ] {
        let _ = writeln!(out, "\n### {}\n", if zh { title_zh } else { title_en });
        out.push_str(if zh {
            "| 规则 | 程度 | 为什么 | 怎么改 | 例如 | 依据 |\n|---|---|---|---|---|---|\n"
        } else {
            "| rule | weight | why | what to do | for example | source |\n|---|---|---|---|---|---|\n"
        });
        for rule in rules().iter().filter(|rule| rule.language == language) {
            row(&mut out, rule, zh);
        }
    }
    out
}

fn row(out: &mut String, rule: &Rule, zh: bool) {
    let (why, advice) =
        if zh { (&rule.why_zh, &rule.advice_zh) } else { (&rule.why_en, &rule.advice_en) };
    let sources: Vec<&str> = rule.sources().map(|source| source.name(zh)).collect();
    let _ = writeln!(
        out,
        "| `{}` | {} | {why} | {advice} | {} | {} |",
        rule.code,
        weight(rule.severity, zh),
        examples(rule),
        sources.join("<br>"),
    );
}

fn examples(rule: &Rule) -> String {
    let own = rule.words.iter().map(|word| format!("{} → {}", word.text, word.instead));
    let choice = rule.words_en.iter().take(SHOWN / 2).chain(rule.words_zh.iter().take(SHOWN / 2));
    let mut shown: Vec<String> = own.take(SHOWN).chain(choice.cloned()).collect();
    let all = rule.words.len() + rule.words_en.len() + rule.words_zh.len();
    if all > shown.len() {
        shown.push("…".to_owned());
    }
    shown.join("; ")
}

fn weight(severity: Severity, zh: bool) -> &'static str {
    match (severity, zh) {
        (Severity::Info, false) => "hint",
        (Severity::Warning, false) => "warning",
        (Severity::Serious, false) => "serious",
        (Severity::Info, true) => "提示",
        (Severity::Warning, true) => "警告",
        (Severity::Serious, true) => "严重",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_handbook_shows_the_rules_as_they_are() {
        for (page, zh) in [
            (include_str!("../../../docs/plain-language.md"), false),
            (include_str!("../../../docs/zh-CN/plain-language.md"), true),
        ] {
            assert!(MARKS.iter().all(|mark| page.contains(mark)));
            assert_eq!(
                page,
                with_rules(page, zh),
                "run `cargo run -p privet-plain --example rules`"
            );
        }
    }
}
