//! Dark patterns in choices, in both languages.
#![allow(clippy::unwrap_used)] // A failure is the test's answer.

use plain::{Button, ChoiceDesign, Language, Look, Place, Tickbox, check_choice, rules};
use proptest::prelude::*;

/// A choice as it should be.
fn fair(language: Language) -> ChoiceDesign {
    let zh = language == Language::Chinese;
    let pick = |en: &'static str, zh_text: &'static str| if zh { zh_text } else { en };
    let one = |purpose: &str| Tickbox {
        label: pick("Count visits", "统计访问量").to_owned(),
        purposes: vec![purpose.to_owned()],
        ..Tickbox::default()
    };
    ChoiceDesign {
        language,
        text: pick(
            "Acme Ltd would like to count visits. You can withdraw at any time under “Cookies”.",
            "顶新公司希望统计访问量。您可以随时在“Cookie”中撤回同意。",
        )
        .to_owned(),
        controller: pick("Acme Ltd", "顶新公司").to_owned(),
        purposes: vec!["analytics".to_owned()],
        has_settings: true,
        boxes: vec![one("analytics"), one("marketing")],
        accept: Button::new(pick("Accept", "同意")),
        refuse: Some(Button::new(pick("Refuse", "拒绝"))),
        inaction_is_consent: false,
        withdrawal_clicks: Some(2),
        asks_again_after_days: Some(365),
    }
}

fn codes(design: &ChoiceDesign) -> Vec<&'static str> {
    check_choice(design).iter().map(|finding| finding.code).collect()
}

type Change = fn(&mut ChoiceDesign);

#[test]
fn a_fair_choice_has_no_findings() {
    for language in [Language::English, Language::Chinese] {
        assert_eq!(check_choice(&fair(language)), [], "{language:?}");
    }
}

#[test]
fn each_pattern_is_found_alone() {
    let changes: [(&str, Change); 16] = [
        ("ticked-box", |d| d.boxes[1].ticked = true),
        ("no-refusal", |d| d.refuse = None),
        ("harder-refusal", |d| d.refuse.as_mut().unwrap().clicks = 3),
        ("weaker-refusal", |d| d.refuse.as_mut().unwrap().look = Look::Link),
        ("weaker-refusal", |d| {
            d.accept.size = Some(4000.0);
            d.refuse.as_mut().unwrap().size = Some(2000.0);
        }),
        ("invisible-refusal", |d| d.refuse.as_mut().unwrap().contrast = Some(2.1)),
        ("bundled-purposes", |d| d.boxes[0].purposes.push("marketing".to_owned())),
        ("bundled-purposes", |d| {
            d.boxes.clear();
            d.has_settings = false;
            d.purposes.push("marketing".to_owned());
        }),
        ("tied-to-service", |d| d.boxes[0].required = true),
        ("inaction-as-consent", |d| d.inaction_is_consent = true),
        ("harder-withdrawal", |d| d.withdrawal_clicks = Some(7)),
        ("nagging", |d| d.asks_again_after_days = Some(7)),
        ("no-withdrawal", |d| d.text = d.controller.clone()),
        ("hidden-controller", |d| d.controller = "Umbrella".to_owned()),
        ("hidden-controller", |d| d.controller.clear()),
        ("unclear-button", |d| {
            d.accept.label =
                if d.language == Language::English { "Got it" } else { "知道了" }.to_owned();
        }),
    ];
    for (code, change) in changes {
        for language in [Language::English, Language::Chinese] {
            let mut design = fair(language);
            change(&mut design);

            assert_eq!(codes(&design), [code], "{language:?}");
        }
    }
}

#[test]
fn words_that_shame_or_confuse_are_found_where_they_stand() {
    for (language, label, code, words) in [
        (Language::English, "No, I don’t want to save", "shaming", "No, I don’t"),
        (Language::English, "Don't opt out", "confusing-button", "Don't opt out"),
        (Language::Chinese, "忍痛放弃", "shaming", "忍痛放弃"),
        (Language::Chinese, "取消拒绝", "confusing-button", "取消拒绝"),
    ] {
        let mut design = fair(language);
        design.refuse = Some(Button::new(label));

        let found = check_choice(&design);

        assert_eq!(
            (found.len(), found[0].code, found[0].place),
            (1, code, Place::Refuse),
            "{label}"
        );
        let place: String =
            label.chars().skip(found[0].start).take(found[0].end - found[0].start).collect();
        assert_eq!(place, words);
    }
}

#[test]
fn sensitive_data_in_a_bundle_weighs_twice() {
    let mut design = fair(Language::Chinese);
    design.boxes[0].purposes.push("health".to_owned());
    design.boxes[0].sensitive = true;

    assert_eq!(codes(&design), ["bundled-purposes", "sensitive-bundled"]);
}

#[test]
fn necessary_boxes_may_be_on() {
    let mut design = fair(Language::English);
    design.boxes[0] =
        Tickbox { ticked: true, required: true, necessary: true, ..design.boxes[0].clone() };

    assert_eq!(codes(&design), [""; 0]);
}

#[test]
fn every_rule_of_choices_has_a_test_here() {
    let tests = include_str!("choices.rs");
    for rule in rules().iter().filter(|rule| rule.language.is_none()) {
        assert!(tests.contains(&format!("\"{}\"", rule.code)), "{}", rule.code);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_words_make_it_panic(text in "\\PC{0,200}", label in "\\PC{0,30}", chinese: bool) {
        let language = if chinese { Language::Chinese } else { Language::English };
        let mut design = fair(language);
        design.text = text;
        design.accept.label.clone_from(&label);
        design.boxes[0].label = label;
        check_choice(&design);
    }
}
