//! A company's own detectors: what the file may say, what is refused and how, and what they find.

#![allow(clippy::unwrap_used)]

use std::time::Instant;

use detect::{
    Column, CustomDetectors, Kind, Options, Problem, Sensitivity, classify_with, find_with,
};

const LOYALTY: &str = r#"
[[detector]]
name = "LOYALTY_CARD"
en = "Loyalty card"
zh = "会员卡"
pattern = 'LT-?(?<check>\d{4} ?\d{4})'
checksum = "luhn"
context = ["loyalty", "会员"]
column_names = ["loyalty card", "会员卡"]
category = "identity.customer_id"
sensitivity = "confidential"
score = 0.8
examples = ["LT-12345674", "卡号LT1234 5674。"]
counter_examples = ["LT-12345678", "LT-1234"]

[[detector]]
name = "CONTRACT_NO"
pattern = '\b(?<value>\d{6})\b'
context = ["contract", "合同"]
context_required = true
category = "finance.loan"
examples = ["contract 123456", "合同编号：123456"]
counter_examples = ["in 123456 days", "contract 1234567"]

[[detector]]
name = "PROJECT"
words = ["Blue Heron", "Heron", "青鹭计划"]
category = "work"
"#;

fn parse(text: &str) -> CustomDetectors {
    CustomDetectors::parse(text).unwrap_or_else(|errors| panic!("{errors}"))
}

/// One detector with some keys; whatever is not given is right.
fn one(keys: &str) -> Result<CustomDetectors, String> {
    let mut text = format!("# company\n[[detector]]\nname = \"CARD_NO\"\n{keys}\n");
    if !keys.contains("category") {
        text.push_str("category = \"identity.customer_id\"\n");
    }
    CustomDetectors::parse(&text).map_err(|errors| errors.to_string())
}

fn found(text: &str, own: &CustomDetectors) -> Vec<(String, String)> {
    let options = Options { custom: Some(own.clone()), ..Options::default() };
    find_with(text, &options)
        .into_iter()
        .filter(|span| matches!(span.kind, Kind::Custom { .. }))
        .map(|span| (span.entity().to_owned(), text[span.start..span.end].to_owned()))
        .collect()
}

fn pair(kind: &str, text: &str) -> (String, String) {
    (kind.to_owned(), text.to_owned())
}

#[test]
fn texts_in_both_languages_are_searched() {
    let own = parse(LOYALTY);

    for (text, expected) in [
        ("my card is LT-12345674, thanks", vec![pair("LOYALTY_CARD", "LT-12345674")]),
        ("我的会员卡是LT1234 5674，谢谢", vec![pair("LOYALTY_CARD", "LT1234 5674")]),
        ("my card is LT-12345675", vec![]),
        ("contract no. 123456 was signed", vec![pair("CONTRACT_NO", "123456")]),
        ("合同编号123456已签", vec![pair("CONTRACT_NO", "123456")]),
        ("we sold 123456 cups", vec![]),
        ("join blue heron today", vec![pair("PROJECT", "blue heron")]),
        ("参加青鹭计划", vec![pair("PROJECT", "青鹭计划")]),
        ("herons are birds", vec![]),
    ] {
        assert_eq!(found(text, &own), expected, "{text}");
    }
}

#[test]
fn context_makes_surer_and_the_rule_says_why() {
    let own = parse(LOYALTY);

    let plain = &own.find("LT-12345674")[0];
    let near = &own.find("loyalty no: LT-12345674")[0];
    let far = &own.find(&format!("loyalty {} LT-12345674", "x".repeat(60)))[0];
    let inside = &own.find("disloyalty LT-12345674")[0];

    assert_eq!((plain.score, plain.rule), (0.8, "custom_checksum"));
    assert!((near.score - 0.92).abs() < 1e-9 && near.rule == "custom_context");
    assert_eq!((far.score, inside.score), (0.8, 0.8));
}

#[test]
fn a_company_detector_stands_against_a_built_in_one() {
    let own = one("pattern = 'staff-\\d{3}@example\\.com'\nexamples = [\"staff-001@example.com\"]");

    let spans = found("write to staff-001@example.com", &own.unwrap());

    assert_eq!(spans, [pair("CARD_NO", "staff-001@example.com")]);
}

fn column<'a>(name: &'a str, values: &'a [&'a str]) -> Column<'a> {
    Column {
        store: "t",
        store_comment: "",
        name,
        comment: "",
        data_type: "TEXT",
        primary_key: false,
        references: None,
        siblings: &[],
        values,
    }
}

#[test]
fn columns_are_known_by_name_by_values_or_both() {
    let own = parse(LOYALTY);
    let good = ["LT-12345674", "LT-00000042", "LT-1234 5674", "LT-12345674"];
    let digits = ["123456", "234567", "345678"];

    let verdict = |name, values: &[&str]| {
        let verdict = classify_with(&column(name, values), &own);
        (verdict.evidence.detector, verdict.confidence, verdict.sensitivity)
    };
    let of = |name: &str| Some(name.to_owned());

    let named_and_valued = verdict("会员卡号", &good);
    assert_eq!(named_and_valued, (of("LOYALTY_CARD"), 0.98, Sensitivity::Confidential));
    let by_name = verdict("loyaltyCardNo", &[]);
    assert_eq!((by_name.0, by_name.1), (of("LOYALTY_CARD"), 0.88));
    let by_values = verdict("c1", &good);
    assert_eq!((by_values.0, by_values.1), (of("LOYALTY_CARD"), 0.93));
    let refuted = verdict("loyalty_card", &["yes", "no", "yes"]);
    assert_eq!(refuted.0, None);
    // Six digits alone say nothing; with the word that the detector asks for they do.
    assert_eq!(verdict("c1", &digits).0, None);
    assert_eq!(verdict("contract", &digits).0, of("CONTRACT_NO"));
}

#[test]
fn a_column_verdict_says_why_and_names_the_category() {
    let own = parse(LOYALTY);

    let verdict = classify_with(&column("loyalty_card", &["LT-12345674"]), &own);

    assert_eq!(verdict.category.unwrap().as_str(), "identity.customer_id");
    assert_eq!(verdict.evidence.reasons, ["name", "values", "checksum"]);
    assert_eq!((verdict.evidence.values_matched, verdict.evidence.values_checked), (1, 1));
}

#[test]
fn free_text_and_json_are_read_by_the_companys_detectors_too() {
    let own = parse(LOYALTY);
    let notes = ["asks for a new card", "lost LT-12345674 in the shop", "会员卡LT1234 5674已补办"];
    let by_value =
        [r#"{"ref": {"no": "LT-12345674"}, "ok": true}"#, r#"{"ref": {"no": "LT1234 5674"}}"#];
    let by_key = [r#"[{"loyaltyCard": "LT-12345674"}]"#, r#"[{"loyaltyCard": "LT-12345674"}]"#];
    let in_prose = [r#"{"note": "my card LT-12345674"}"#, r#"{"note": "卡LT1234 5674"}"#];
    let by_context = [r#"{"contract_no": "123456"}"#, r#"{"contract_no": "654321"}"#];
    for (values, category, sensitivity, reason) in [
        (&notes[..], "identity.customer_id", Sensitivity::Confidential, "free_text"),
        (&by_value, "identity.customer_id", Sensitivity::Confidential, "nested"),
        (&by_key, "identity.customer_id", Sensitivity::Confidential, "nested"),
        (&in_prose, "identity.customer_id", Sensitivity::Confidential, "nested"),
        (&by_context, "finance.loan", Sensitivity::Confidential, "nested"),
    ] {
        let verdict = classify_with(&column("extra", values), &own);

        let inside: Vec<_> =
            verdict.evidence.inside.iter().map(|f| (f.category.as_str(), f.rows)).collect();
        assert_eq!(verdict.category.as_ref().unwrap().as_str(), "free_text", "{values:?}");
        assert_eq!(inside, [(category, 2)], "{values:?}");
        assert_eq!(verdict.sensitivity, sensitivity, "{values:?}");
        assert!(verdict.evidence.reasons.iter().any(|r| r == reason), "{values:?}");
    }
}

#[test]
fn json_without_what_the_detectors_know_stays_as_it_was() {
    let own = parse(LOYALTY);
    for values in [
        // A wrong check digit, a number without its word, a key that only looks like the pattern.
        [r#"{"ref": "LT-12345678"}"#, r#"{"ref": "LT-1234"}"#],
        [r#"{"count": "123456"}"#, r#"{"count": "654321"}"#],
        [r#"{"LT-12345674": 1}"#, r#"{"LT-12345674": 2}"#],
        [r#"{"ref": "LT-12345678""#, "[1, 2"],
    ] {
        assert_eq!(classify_with(&column("extra", &values), &own).category, None, "{values:?}");
    }
}

#[test]
fn a_detector_may_know_columns_by_name_only() {
    let own = one("column_names = [\"*_segment\"]").unwrap();

    let verdict = classify_with(&column("vip_segment", &["gold"]), &own);
    assert_eq!(verdict.evidence.detector.as_deref(), Some("CARD_NO"));
    assert!(own.find("vip_segment gold").is_empty());
}

#[test]
fn what_is_wrong_is_told_with_name_line_key_and_what_to_do() {
    let wrong = CustomDetectors::parse(
        r#"
[[detector]]
name = "lower"
category = "contact.emial"

[[detector]]
name = "TWICE"
pattern = '\d{4'
checksum = "lun"
category = "work"
examples = ["1"]
score = 1.5

[[detector]]
name = "TWICE"
pattern = 'AB\d{4}'
category = "work"
sensitivity = "none"
context_required = true

[[detector]]
name = "PERSON"
words = ["x1y"]
"#,
    )
    .unwrap_err();

    let told: Vec<String> = wrong.0.iter().map(ToString::to_string).collect();
    let told = told.join("\n");
    for part in [
        "detector lower, line 3: `name` is not a name; write capital letters",
        "detector lower, line 2: finds nothing; write a `pattern`",
        "detector lower, line 4: `category` knows no `contact.emial`; write one of: contact",
        "detector TWICE, line 8: `pattern` is not a regular expression:",
        "detector TWICE, line 9: `checksum` knows no `lun`; write one of: none, luhn",
        "detector TWICE, line 12: `score` is out of bounds",
        "detector TWICE, line 15: `name` is used twice",
        "detector TWICE, line 18: `sensitivity` knows no `none`",
        "detector TWICE, line 19: `context_required` needs words",
        "detector PERSON, line 22: `name` is a built-in entity",
        "detector PERSON, line 21: `category` is missing",
    ] {
        assert!(told.contains(part), "{part}\n—\n{told}");
    }
}

#[test]
fn an_unknown_key_is_told_with_the_detector_it_stands_in() {
    let wrong = CustomDetectors::parse(
        "[[detector]]\nname = \"A1\"\ncategory = \"work\"\n\n[[detector]]\nname = \"B1\"\npatern = 'x'\n",
    )
    .unwrap_err()
    .to_string();

    assert!(wrong.starts_with("detector B1, line 7:") && wrong.contains("patern"), "{wrong}");
}

#[test]
fn examples_are_held_to_their_word() {
    let missed = one("pattern = 'AB\\d{4}'\nexamples = [\"AB12\"]").unwrap_err();
    let checksum =
        one("pattern = 'AB\\d{4}'\nchecksum = \"luhn\"\nexamples = [\"AB1234\"]").unwrap_err();
    let counter =
        one("pattern = 'AB\\d{4}'\nexamples = [\"AB1234\"]\ncounter_examples = [\"xAB12345\"]")
            .unwrap_err();
    let none = one("pattern = 'AB\\d{4}'").unwrap_err();

    assert!(missed.contains("“AB12”, which is not found"), "{missed}");
    assert!(checksum.contains("check digit is wrong"), "{checksum}");
    assert!(counter.contains("“xAB12345”, which is found"), "{counter}");
    assert!(none.contains("write at least one text"), "{none}");
}

/// The stable key of what is wrong with a pattern.
fn refused(pattern: &str) -> Option<&'static str> {
    let text = format!(
        "[[detector]]\nname = \"CARD_NO\"\ncategory = \"work\"\npattern = '''{pattern}'''\nexamples = [\"\"]\n"
    );
    let errors = CustomDetectors::parse(&text).unwrap_err();
    let problem = &errors.0.first().unwrap().problem;
    (!matches!(problem, Problem::NoExamples)).then(|| problem.key())
}

#[test]
fn catastrophic_patterns_are_refused_by_what_they_are() {
    for (pattern, key) in [
        ("", "empty"),
        ("a*", "empty"),
        (r"\b", "empty"),
        ("(?:x|)", "empty"),
        (".*", "empty"),
        (".+", "everything"),
        (r"\w+", "everything"),
        (r"[\s\S]", "everything"),
        ("[a-z]{3,}", "everything"),
        (r"\p{Han}{2,4}", "everything"),
        ("[aeiou]", "everything"),
        ("(", "syntax"),
        (r"(a)\1", "syntax"),
        ("(?=x)x", "syntax"),
        (r"x{1001}", "repetition"),
        (r"(?:x\d{1,40}){1,40}", "repetition"),
        (r"(?:(?:x{10}y){20}z){30}", "repetition"),
        (r"X\w{900}", "too-large"),
        (r"X(?:\pL{1,100}\d){9}", "too-large"),
    ] {
        assert_eq!(refused(pattern), Some(key), "{pattern}");
    }
    let long = "x".repeat(1001);
    assert_eq!(refused(&long), Some("too-long"));
    let deep = format!("x{}y{}", "(".repeat(60), ")".repeat(60));
    assert_eq!(refused(&deep), Some("syntax"));
}

#[test]
fn slow_patterns_are_refused_and_ordinary_ones_are_not() {
    // A thousand places at once that a match could be at: no automaton keeps them apart.
    for pattern in ["a[ab]{900}c", "(?:[ab]{1,3}a[ab]{300}){2}x", r"x[xy]{400}z|y[xy]{500}z"] {
        assert_eq!(refused(pattern), Some("slow"), "{pattern}");
    }
    for pattern in [
        r"LT-\d+",
        r"\b[A-Z]{2}\d{6}\b",
        r"(?i)emp[-_ ]?no[.:]? ?\d{5,8}",
        r"合同编号[：:]?[A-Z]{0,3}\d{6,12}",
        r"\bC\d{3}(?:-\d{3}){2,4}\b",
        r"PRJ-[A-Z0-9]+(?:-[A-Z0-9]+)*",
    ] {
        assert_eq!(refused(pattern), None, "{pattern}");
    }
}

#[test]
fn endless_matches_are_none_and_cost_no_more_than_linear_time() {
    let own = one("pattern = 'LT-[0-9A-Z]+'\nexamples = [\"LT-1\"]").unwrap();
    let short = format!("{} LT-12A ", "x".repeat(3_000));
    let endless = format!("LT-{} LT-7Z", "1".repeat(1_000_000));

    assert_eq!(own.find(&short).len(), 1);
    let started = Instant::now();
    let spans = own.find(&endless);
    assert!(started.elapsed().as_secs() < 5);
    let texts: Vec<&str> = spans.iter().map(|span| &endless[span.start..span.end]).collect();
    assert_eq!(texts, ["LT-7Z"]);
}

#[test]
fn windows_lose_nothing_at_their_edges() {
    let own = one("pattern = 'LT-[0-9A-Z]+'\nexamples = [\"LT-1\"]").unwrap();
    for before in 400..1_100 {
        for filler in ["x", "字"] {
            let text =
                format!("{}LT-0123456789ABCDEF {}", filler.repeat(before), "y".repeat(2_000));

            let spans = own.find(&text);

            assert_eq!(spans.len(), 1, "{before}");
            assert_eq!(&text[spans[0].start..spans[0].end], "LT-0123456789ABCDEF", "{before}");
        }
    }
}

#[test]
fn clones_share_and_an_empty_file_is_fine() {
    let own = parse("");
    assert!(own.is_empty() && own.find("anything").is_empty());
    let own = parse(LOYALTY);
    assert!(std::ptr::eq(own.list(), own.clone().list()));
    assert_eq!((own.list()[0].title(false), own.list()[0].title(true)), ("Loyalty card", "会员卡"));
    assert_eq!(own.list()[2].title(true), "PROJECT");
}
