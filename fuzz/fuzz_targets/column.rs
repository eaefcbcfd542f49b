//! Any column: name, comment, type and values from the input's lines; no panic, confidence in 0..=1,
//! and masked values never as they came.
#![no_main]

use detect::{Column, classify, mask};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let mut lines = text.split('\n');
    let (name, comment, kind) = (
        lines.next().unwrap_or_default(),
        lines.next().unwrap_or_default(),
        lines.next().unwrap_or_default(),
    );
    let values: Vec<&str> = lines.take(300).collect();
    let verdict = classify(&Column {
        store: "t",
        store_comment: "",
        name,
        comment,
        data_type: kind,
        primary_key: false,
        references: None,
        siblings: &[name],
        values: &values,
    });
    assert!((0.0..=1.0).contains(&verdict.confidence), "{verdict:?}");
    let category = verdict.category.as_ref().map(|c| c.as_str());
    for value in values {
        let masked = mask(category, value);
        assert!(value.trim().is_empty() || masked != value.trim(), "{masked:?}");
    }
});
