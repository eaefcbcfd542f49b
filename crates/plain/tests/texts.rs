//! What the check of texts finds and what it leaves alone, in both languages.
#![allow(clippy::unwrap_used)] // A failure is the test's answer.

use plain::{Language, Severity, check_text, rules};
use proptest::prelude::*;

fn codes(text: &str, language: Language) -> Vec<&'static str> {
    check_text(text, language).findings.iter().map(|finding| finding.code).collect()
}

#[test]
fn every_rule_is_found_where_it_should_and_not_elsewhere() {
    for rule in rules() {
        let Some(language) = rule.language else { continue };
        assert!(!rule.found.is_empty() && !rule.not_found.is_empty(), "{}", rule.code);
        for text in &rule.found {
            let codes = codes(text, language);
            assert!(codes.contains(&rule.code.as_str()), "{}: {text}: {codes:?}", rule.code);
        }
        for text in &rule.not_found {
            let codes = codes(text, language);
            assert!(!codes.contains(&rule.code.as_str()), "{}: {text}: {codes:?}", rule.code);
        }
    }
}

#[test]
fn plain_notices_are_left_alone() {
    for (text, language) in [
        (
            "Acme Ltd sends you its newsletter once a month. We use your e-mail address for this and \
             for nothing else. You can stop it at any time: click “unsubscribe” in any e-mail. We then \
             delete your address within one day.",
            Language::English,
        ),
        (
            "顶新公司每月给您发一封新品邮件。我们只把您的邮箱用于发邮件，不作他用。您可以随时点击邮件里的“退订”，我们当天删除您的邮箱。",
            Language::Chinese,
        ),
    ] {
        let report = check_text(text, language);

        assert_eq!(report.findings, [], "{text}");
    }
}

#[test]
fn every_finding_of_a_word_has_friendlier_words_and_its_place() {
    let text = "“Héllo” – we may, pursuant to law, share data with third parties etc.";

    let report = check_text(text, Language::English);

    let found: Vec<(String, &str)> = report
        .findings
        .iter()
        .map(|f| (text.chars().skip(f.start).take(f.end - f.start).collect(), f.instead.unwrap()))
        .collect();
    let words: Vec<&str> = found.iter().map(|(word, _)| word.as_str()).collect();
    assert_eq!(words, ["may", "pursuant to", "third parties", "etc"]);
    assert!(found.iter().all(|(_, instead)| !instead.is_empty()));
    let finding = &report.findings[0];
    assert!(finding.why(false) != finding.why(true) && finding.sources().count() > 0);
}

#[test]
fn a_lawyers_notice_is_serious_and_measured() {
    let text = "Notwithstanding the foregoing, the Company, its affiliates and such other entities as may be \
        designated from time to time shall, to the extent permitted by applicable legislation and subject to \
        the provisions hereinafter set forth, be entitled to process, disclose and otherwise utilise personal \
        information provided by data subjects for legitimate business purposes.";

    let report = check_text(text, Language::English);

    assert_eq!(report.worst(), Some(Severity::Serious));
    assert_eq!(report.reading.sentences, 1);
    assert!(report.reading.grade.unwrap() > 20.0 && report.reading.ease.unwrap() < 10.0);
    assert!(report.count(Severity::Warning) >= 4, "{:?}", codes(text, Language::English));
}

#[test]
fn chinese_sentences_are_counted_in_characters() {
    let report = check_text("我们用 Cookie 统计 2026 年的访问量。谢谢！", Language::Chinese);

    assert_eq!(
        (report.reading.sentences, report.reading.words, report.reading.longest),
        (2, 14, 12)
    );
    assert_eq!(report.reading.ease, None);
}

#[test]
fn long_texts_take_time_in_proportion() {
    for (piece, language) in [
        ("We may share data with our partners, etc. ", Language::English),
        ("is not ", Language::English),
        ("a.", Language::English),
        ("我们可能与第三方共享相关信息等。", Language::Chinese),
        ("等", Language::Chinese),
    ] {
        let start = std::time::Instant::now();
        let small = check_text(&piece.repeat(30_000 / piece.len()), language);
        let first = start.elapsed();
        let start = std::time::Instant::now();
        let large = check_text(&piece.repeat(300_000 / piece.len()), language);
        let second = start.elapsed();

        assert!(small.findings.len() <= large.findings.len());
        let bound = first * 40 + std::time::Duration::from_millis(200);
        assert!(second < bound, "{piece}: {first:?} then {second:?}");
    }
}

#[test]
fn a_megabyte_is_read_to_its_end() {
    let text = "We may share data with our partners, etc. ".repeat(25_000) + "pursuant to it";

    let report = check_text(&text, Language::English);

    assert_eq!(report.findings.last().map(|finding| finding.code), Some("legalese"));
    assert_eq!(report.reading.sentences, 25_000);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_it_panic_and_places_lie_within(text in "(\\PC|[a-z '’.,!?—。，等可能第三方不\n-]|may|not|is shared){0,200}") {
        for language in [Language::English, Language::Chinese] {
            let length = text.chars().count();
            for finding in check_text(&text, language).findings {
                prop_assert!(finding.start <= finding.end && finding.end <= length);
            }
        }
    }
}
