//! Personal data in places where nobody expects it: notes, logs, test databases, copies.

use datamap::{FieldPosture, StorePosture};

use super::{Code, fields};
use crate::{model::Hit, snapshot::Snapshot};

pub(super) const CODE: &[Code] = &[
    ("free-text", |s| {
        fields::stores(s, |one| is_note(&one.name) && !one.category.starts_with("free_text"))
    }),
    ("personal-logs", |s| named(s, |_, store| has_word(store, &LOGS))),
    ("test-data", |s| {
        named(s, |source, store| has_word(source, &TESTS) || has_word(store, &TESTS))
    }),
    ("left-copies", |s| named(s, |_, store| has_word(store, &COPIES))),
];

const NOTES: [&str; 14] = [
    "note",
    "notes",
    "comment",
    "comments",
    "remark",
    "remarks",
    "memo",
    "message",
    "body",
    "description",
    "备注",
    "说明",
    "留言",
    "beizhu",
];
const LOGS: [&str; 8] = ["log", "logs", "trace", "traces", "debug", "stderr", "日志", "rizhi"];
const TESTS: [&str; 10] =
    ["test", "tests", "testing", "dev", "staging", "stage", "sandbox", "qa", "uat", "测试"];
const COPIES: [&str; 11] =
    ["backup", "backups", "bak", "copy", "old", "tmp", "temp", "dump", "export", "备份", "临时"];

/// Words of a name: split at everything that is no letter, and before capitals.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for c in name.chars() {
        let cut = !c.is_alphabetic() || (c.is_uppercase() && before.is_lowercase());
        if cut && words.last().is_some_and(|word| !word.is_empty()) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c.is_alphabetic()) {
            word.extend(c.to_lowercase());
        }
        before = c;
    }
    words
}

/// Latin words must stand alone; Chinese ones stand in a name without spaces.
fn has_word(name: &str, wanted: &[&str]) -> bool {
    let words = words(name);
    wanted.iter().any(|one| {
        if one.is_ascii() { words.iter().any(|word| word == one) } else { name.contains(one) }
    })
}

fn is_note(name: &str) -> bool {
    has_word(name, &NOTES)
}

/// Stores with personal data whose name, or whose source's name, says what they are.
fn named(s: &Snapshot, is_it: impl Fn(&str, &str) -> bool) -> Vec<Hit> {
    let fits = |store: &StorePosture| {
        is_it(s.source(&store.source_id).map_or("", |one| &one.name), &store.name)
    };
    s.by_store()
        .filter(|(store, _)| fits(store))
        .map(|(store, all)| fields::hit(s, store, &all.iter().collect::<Vec<&FieldPosture>>()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_alone_and_chinese_ones_anywhere() {
        assert!(has_word("web_access_log", &LOGS) && has_word("accessLog", &LOGS));
        assert!(!has_word("catalog", &LOGS) && !has_word("login", &LOGS));
        assert!(has_word("客户备注", &NOTES) && has_word("customers_old", &COPIES));
        assert!(!has_word("contest", &TESTS) && has_word("CRM (test)", &TESTS));
        assert!(!has_word("golden", &COPIES));
    }
}
