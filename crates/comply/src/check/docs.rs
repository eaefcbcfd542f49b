//! The table of checks as the documentation shows it. A test compares it with what is written there.

use std::fmt::Write as _;

use law::Law;

use super::{Check, checks};
use crate::model::{Owner, Severity};

/// Between these lines of the pages in `docs/` the table stands.
pub const MARKS: (&str, &str) = ("<!-- checks -->", "<!-- /checks -->");

/// All checks by group, as Markdown.
pub fn table(zh: bool) -> String {
    let pick = |en: &'static str, chinese: &'static str| if zh { chinese } else { en };
    let mut out = String::new();
    let mut last = "";
    for whole in checks() {
        let check = &whole.check;
        if whole.group != last {
            last = whole.group;
            let head = pick(
                "| Check | Weight | Mended by | Law |",
                "| 检查项 | 严重程度 | 整改方 | 法律依据 |",
            );
            let _ = write!(out, "\n### {}\n\n{head}\n|---|---|---|---|\n", group(last, zh));
        }
        let _ = writeln!(
            out,
            "| {} (`{}`) | {} | {} | {} |",
            check.title.get(zh),
            check.id,
            severity(check.severity, zh),
            owner(check.owner, zh),
            laws(check, zh),
        );
    }
    out
}

/// Where the law says so; each citation once.
fn laws(check: &Check, zh: bool) -> String {
    let law = Law::shipped();
    let mut cites: Vec<&str> = Vec::new();
    for id in &check.facts {
        let fact = law.facts().find(|fact| fact.id == *id);
        let cite = fact.map(|fact| fact.cite.get(zh));
        cites.extend(cite.filter(|one| !cites.contains(one)));
    }
    if cites.is_empty() {
        if zh { "良好实践" } else { "good practice" }.to_owned()
    } else {
        cites.join("; ")
    }
}

fn severity(one: Severity, zh: bool) -> &'static str {
    match (one, zh) {
        (Severity::Error, false) => "error",
        (Severity::Warning, false) => "warning",
        (Severity::Info, false) => "advice",
        (Severity::Error, true) => "错误",
        (Severity::Warning, true) => "警告",
        (Severity::Info, true) => "建议",
    }
}

fn owner(one: Owner, zh: bool) -> &'static str {
    match (one, zh) {
        (Owner::Dpo, false) => "privacy officer",
        (Owner::Marketing, false) => "marketing",
        (Owner::Engineering, false) => "engineering",
        (Owner::Security, false) => "security",
        (Owner::Dpo, true) => "个人信息保护负责人",
        (Owner::Marketing, true) => "市场",
        (Owner::Engineering, true) => "技术",
        (Owner::Security, true) => "安全",
    }
}

fn group(name: &str, zh: bool) -> &'static str {
    match (name, zh) {
        ("records", false) => "Records of processing",
        ("map", false) => "Systems and fields",
        ("recipients", false) => "Recipients and transfers",
        ("consent", false) => "Consent and notices",
        ("access", false) => "Accounts and rights",
        ("records", true) => "处理活动记录",
        ("map", true) => "系统与字段",
        ("recipients", true) => "接收方与出境",
        ("consent", true) => "同意与告知",
        ("access", true) => "账号与权限",
        (_, false) => "The house itself",
        (_, true) => "平台自身",
    }
}
