//! Any text: no panic, spans in order, apart and on borders of characters, never outside.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let spans = detect::find_in_text(&text);
    let mut end = 0;
    for span in &spans {
        assert!(span.start >= end && span.end > span.start, "order: {spans:?}");
        assert!(text.get(span.start..span.end).is_some(), "border: {span:?}");
        assert!((0.0..=1.0).contains(&span.score), "score: {span:?}");
        end = span.end;
    }
});
