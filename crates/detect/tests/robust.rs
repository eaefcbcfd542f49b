//! Detection in text holds on any input: it ends, in time linear in the text, with spans in order that
//! lie on characters.

use std::time::{Duration, Instant};

use detect::{Options, Span, find_with};
use proptest::prelude::*;

fn patterns(text: &str) -> Vec<Span> {
    find_with(text, &Options { patterns_only: true, ..Options::default() })
}

fn check(text: &str) {
    let spans = patterns(text);
    let mut last = 0;
    for span in &spans {
        assert!(last <= span.start && span.start < span.end && span.end <= text.len(), "{span:?}");
        assert!(text.is_char_boundary(span.start) && text.is_char_boundary(span.end), "{span:?}");
        assert!((0.0..=1.0).contains(&span.score));
        last = span.end;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        check(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn random_characters_are_read(text in "\\PC{0,200}") {
        check(&text);
    }

    #[test]
    fn soup_of_digits_and_signs_is_read(text in "[0-9 ().+/:@x年月日°−\u{200b}１–A-F-]{0,200}") {
        check(&text);
    }

    #[test]
    fn soup_of_pieces_is_read(
        pieces in proptest::collection::vec(
            prop_oneof![
                Just("+86 "), Just("138"), Just("1234"), Just("-"), Just("@"), Just("example.com"),
                Just("https://"), Just("电话"), Just("（"), Just("010"), Just("）"), Just("1990"),
                Just("年"), Just("March "), Just("39.9042"), Just(", "), Just("°"), Just("'"),
                Just("fe80::"), Just("00:1A:"), Just("ext "), Just("\u{200d}"), Just("１２"),
                Just("born "), Just("geo:"), Just("京"), Just("A12345"), Just("0"), Just("."),
            ],
            0..40,
        )
    ) {
        check(&pieces.concat());
    }
}

/// A rule that looks back over everything, or again at what it has seen, would take minutes.
#[test]
fn time_is_linear_in_long_lines() {
    for piece in [
        "1", "1 ", "1.", "1-", "12:", "a.", "a.b@", "@", "a@b.", "+1 (", "http://", "fe80:",
        "1990-01-", "１", "\u{200b}", "а", "-A", "AA-", "0x1f", "March ", "年1", "39.9042,",
        "eyJ.", "$2b$1",
    ] {
        let size = 1 << 17;
        let long = piece.repeat(size / piece.len());
        let start = Instant::now();
        check(&long);
        let time = start.elapsed();
        assert!(time < Duration::from_secs(30), "{piece:?}: {time:?} for 128 KiB");
    }
}
