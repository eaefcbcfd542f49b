//! Verdicts in words, of this version and of older ones, in both languages.
#![allow(clippy::unwrap_used)] // A failure is the test's answer.

use detect::{CategoryKey, Column, Verdict, classify, taxonomy};
use explain::{Asked, Stance, Why, laws};
use web::{Lang, Look, Theme};

fn look(lang: Lang) -> Look {
    Look {
        lang,
        theme: Theme::Auto,
        csrf: String::new(),
        path: String::new(),
        query: String::new(),
        htmx: false,
        toast: None,
    }
}

fn told(why: &Why) -> String {
    let lines: Vec<String> =
        why.lines.iter().map(|line| format!("{}: {}", line.topic, line.says)).collect();
    lines.join("\n")
}

fn recorded(json: &str, category: &str, confidence: f64) -> Verdict {
    Verdict {
        category: (!category.is_empty()).then(|| CategoryKey(category.to_owned().into())),
        confidence,
        evidence: serde_json::from_str(json).unwrap(),
        ..Verdict::default()
    }
}

#[test]
fn what_an_older_version_recorded_reads_well() {
    let old = r#"{"values_matched":59,"values_checked":60,"name_hint":true,"checksum":true,
        "reasons":["pinyin","values","checksum","neighbour"],
        "inside":[]}"#;
    let beside = ["email".to_owned(), "xingming".to_owned()];
    let asked = Asked { name: "sfz_no", data_type: "TEXT", beside: &beside, ..Asked::default() };

    let why = Why::new(&look(Lang::En), &asked, &recorded(old, "identity.national_id", 0.99));

    let text = told(&why);
    assert!(text.contains("“sfz_no”. Read as pinyin"), "{text}");
    assert!(text.contains("59 of 60 values looked at have the form of"), "{text}");
    assert!(text.contains("GB 11643"), "{text}");
    assert!(text.contains("about people: email and xingming"), "{text}");
    assert!(why.sure_text.contains("about 99 are right"), "{}", why.sure_text);
    assert!(why.shares.is_empty() && !text.contains("Second place"), "nothing is made up: {text}");
}

#[test]
fn an_empty_record_still_says_something() {
    for lang in Lang::ALL {
        for category in ["", "contact.email", "nobody.knows"] {
            let verdict = recorded(
                r#"{"values_matched":0,"values_checked":0,"name_hint":false}"#,
                category,
                0.6,
            );
            let asked = Asked { name: "c1", ..Asked::default() };

            let why = Why::new(&look(lang), &asked, &verdict);

            let text = told(&why);
            assert!(text.contains("c1") && !text.contains('⟦'), "{text}");
            assert_eq!(why.found, !category.is_empty());
            assert!(why.lines.iter().all(|line| line.stance != Stance::For), "{text}");
        }
    }
}

#[test]
fn runner_up_shares_neighbours_and_different_values_are_told() {
    let new = r#"{"values_matched":40,"values_checked":40,"name_hint":false,"values_distinct":7,
        "rule":"values","runner_up":["contact.phone",0.31],"neighbours":["full_name"],
        "shares":[["card",0.98],["long_digits",1.0],["no_such_kind",0.5],["date",0.001]],
        "checksum":true,"reasons":["values","checksum"]}"#;
    let asked = Asked { name: "c7", ..Asked::default() };
    let verdict = recorded(new, "finance.bank_card", 0.93);

    let english = Why::new(&look(Lang::En), &asked, &verdict);
    let chinese = Why::new(&look(Lang::ZhCn), &asked, &verdict);

    let text = told(&english);
    assert!(text.contains("7 of the values looked at are different"), "{text}");
    assert!(text.contains("Phone number came second, with 31%"), "{text}");
    assert!(text.contains("It lost because the check digit is right"), "{text}");
    assert!(text.contains("about people: full_name"), "{text}");
    let names: Vec<&str> = english.shares.iter().map(|share| share.name.as_str()).collect();
    assert_eq!(
        names,
        ["payment card number", "12 to 19 digits"],
        "unknown and tiny ones are left out"
    );
    let text = told(&chinese);
    assert!(text.contains("次选为") && text.contains("31%") && text.contains("校验"), "{text}");
}

#[test]
fn every_kind_of_value_that_the_detector_names_has_words() {
    // Values of many kinds; whatever shares come back must be told in both languages.
    let values = [
        "li.lei@example.com",
        "13800138000",
        "0571-88880000",
        "+44 20 7946 0018",
        "4111111111111111",
        "11010519491231002X",
        "GB82WEST12345698765432",
        "192.168.1.20",
        "2026-11-25",
        "李雷",
        "true",
        "Maria Lindqvist",
        "14 Harbour Street",
        "浙江省杭州市西湖区文三路90号",
        "3.14",
        "42",
        "{\"a\":1}",
        "京A12345",
        "00:1A:2B:3C:4D:5E",
        "https://example.com/a",
        "男",
        "550e8400-e29b-41d4-a716-446655440000",
    ];
    for value in values {
        let column = [value; 12];
        let verdict = classify(&Column {
            store: "t",
            store_comment: "",
            name: "c1",
            comment: "",
            data_type: "TEXT",
            primary_key: false,
            references: None,
            siblings: &["c1"],
            values: &column,
        });
        for lang in Lang::ALL {
            for (kind, _) in &verdict.evidence.shares {
                let key = format!("explain-kind-{}", kind.replace('_', "-"));
                assert!(web::has_key(lang, &key), "{kind} has no words");
            }
        }
    }
}

#[test]
fn a_key_without_meaning_speaks_against() {
    let asked = Asked { name: "customer_id", is_key: true, ..Asked::default() };
    let verdict =
        recorded(r#"{"values_matched":0,"values_checked":50,"name_hint":false}"#, "", 0.0);

    let why = Why::new(&look(Lang::En), &asked, &verdict);

    assert_eq!(why.lines.iter().filter(|line| line.stance == Stance::Against).count(), 2);
    assert!(told(&why).contains("only points at a row"), "{}", told(&why));
}

#[test]
fn every_category_has_its_laws_in_both_languages() {
    for lang in Lang::ALL {
        for category in &taxonomy().categories {
            let laws = laws(&look(lang), &category.key, false);
            assert!(laws.len() >= 4, "{}", category.key);
            for law in laws {
                let text = format!("{} {} {}", law.regime, law.says, law.article);
                assert!(!text.contains('⟦') && !law.article.is_empty(), "{}: {text}", category.key);
            }
        }
        assert!(laws(&look(lang), "nobody.knows", true).is_empty());
    }
}

#[test]
fn a_childs_data_is_sensitive_whatever_its_category() {
    for lang in Lang::ALL {
        let adult = laws(&look(lang), "identity.name", false);
        let child = laws(&look(lang), "identity.name", true);

        assert!(adult.iter().all(|law| !law.special));
        assert_eq!(child.iter().filter(|law| law.special).count(), 3, "{child:?}");
        let pipl = &child[1];
        assert!(
            pipl.says.contains(if lang == Lang::En { "14" } else { "十四" })
                && pipl.article.contains(if lang == Lang::En { "28" } else { "二十八" })
        );
    }
}
