//! The evidence that the security pages name exists.

use std::{collections::BTreeSet, path::Path};

/// Names of all tests in the repository.
fn tests(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "target") {
            tests(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            let named = |part: &str| {
                part.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>()
            };
            found.extend(text.split("fn ").skip(1).map(named));
            // Tests that a macro runs on both databases are named by it.
            found.extend(text.split_whitespace().map(named));
        }
    }
}

#[test]
fn the_tests_that_the_security_pages_name_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
    let mut known = BTreeSet::new();
    for folder in ["crates", "tests"] {
        tests(&root.join(folder), &mut known);
    }
    let mut missing = Vec::new();
    let mut named = 0;
    for page in ["security.md", "asvs.md", "zh-CN/security.md", "zh-CN/asvs.md"] {
        let text = std::fs::read_to_string(root.join("docs").join(page)).unwrap();
        for word in text.split('`').skip(1).step_by(2) {
            // A sentence with underscores is a test; a path is a file.
            let is_test = word.matches('_').count() > 2 && !word.contains(['/', '.', ' ']);
            if is_test {
                named += 1;
                if !known.contains(word) {
                    missing.push(format!("{page}: {word}"));
                }
            } else if Path::new(word).extension().is_some_and(|end| end == "rs") {
                let file = ["crates", "."].iter().any(|base| root.join(base).join(word).is_file());
                if !file {
                    missing.push(format!("{page}: {word}"));
                }
            }
        }
    }
    assert!(named > 100, "{named}: the pages are not read");
    assert!(missing.is_empty(), "evidence that does not exist:\n{}", missing.join("\n"));
}
