//! The table of checks in the documentation is the one of the data.

#![allow(clippy::unwrap_used)]

use std::path::PathBuf;

use comply::check::docs::{MARKS, table};

fn compare(page: &str, zh: bool) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(page);
    let text = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once(MARKS.0).unwrap();
    let (written, after) = rest.split_once(MARKS.1).unwrap();
    let wanted = format!("\n{}\n", table(zh));
    if std::env::var_os("PRIVET_WRITE_DOCS").is_some() {
        let text = format!("{before}{}{wanted}{}{after}", MARKS.0, MARKS.1);
        std::fs::write(&path, text).unwrap();
    } else {
        let how = "write it with PRIVET_WRITE_DOCS=1 cargo test -p privet-comply --test docs";
        assert!(written == wanted, "the table in docs/{page} is not the one of the data; {how}");
    }
}

#[test]
fn the_english_page_has_the_table_of_checks() {
    compare("compliance-checks.md", false);
}

#[test]
fn the_chinese_page_has_the_table_of_checks() {
    compare("zh-CN/compliance-checks.md", true);
}
