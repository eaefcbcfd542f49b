//! A table of bad packs: each is refused with the line and the reason.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use law::{Law, Pack};

/// Lines 1 to 5, and 7 to 14.
const HEAD: &str = r#"[pack]
id = "x"
version = "1"
name = { en = "X", zh = "某" }
as_of = "2026-11-24"

[[regime]]
id = "x-law"
name = { en = "X", zh = "某法" }
cite = { en = "Act 1", zh = "第一号法" }
places = ["FR", "US-CA"]
opt_in = true
confidence = "V"
from = "2018-05-25"
"#;

/// Lines 16 to 25.
const FACT: &str = r#"
[[fact]]
id = "x.dsr"
regime = "x-law"
kind = "clock"
text = { en = "Answer.", zh = "答复。" }
value = 1
unit = "calendar_months"
clock_start = "receipt"
cite = { en = "Art 1", zh = "第一条" }
confidence = "V"
from = "2018-05-25"
"#;

/// What is put for what, the line it is told of, and the reason.
const BAD: &[(&str, &str, usize, &str)] = &[
    // Not TOML, or not the form.
    ("as_of = \"2026-11-24\"", "as_of = \"2026-02-30\"", 5, "date is not valid"),
    ("value = 1", "value = ", 21, ""),
    ("value = 1", "value = \"one\"", 21, "invalid type"),
    ("unit = \"calendar_months\"", "unit = \"fortnights\"", 22, "unknown variant `fortnights`"),
    (
        "confidence = \"V\"\nfrom = \"2018-05-25\"\n\n",
        "confidence = \"X\"\n\n",
        13,
        "unknown variant `X`",
    ),
    ("clock_start = \"receipt\"", "clock_begin = \"receipt\"", 23, "unknown field `clock_begin`"),
    // Numbers and units.
    ("unit = \"calendar_months\"", "unit = \"people\"", 22, "a clock runs on a unit of time"),
    ("unit = \"calendar_months\"\n", "", 21, "1 of what?"),
    ("value = 1\n", "", 21, "a `unit` without a `value`"),
    ("value = 1\nunit = \"calendar_months\"\n", "", 19, "a clock needs a `value`"),
    (
        "kind = \"clock\"\ntext = { en = \"Answer.\", zh = \"答复。\" }\nvalue = 1\nunit = \"calendar_months\"",
        "kind = \"fine\"\ntext = { en = \"Pay.\", zh = \"罚款。\" }\nvalue = 1\nunit = \"age\"",
        22,
        "a fine is money",
    ),
    (
        "kind = \"clock\"",
        "kind = \"retention\"\nextension = { value = 1, unit = \"eur\" }",
        20,
        "`extension` needs a unit of time",
    ),
    (
        "clock_start = \"receipt\"",
        "every = { value = 0, unit = \"years\" }",
        19,
        "a clock needs a `clock_start`",
    ),
    (
        "clock_start = \"receipt\"",
        "clock_start = \"receipt\"\nevery = { value = 0, unit = \"years\" }",
        24,
        "`every` of nothing",
    ),
    (
        "clock_start = \"receipt\"",
        "clock_start = \"receipt\"\ndue = \"02-31\"",
        24,
        "no day of the year",
    ),
    // Names, texts, dates.
    ("regime = \"x-law\"", "regime = \"y-law\"", 18, "unknown regime `y-law`"),
    ("id = \"x.dsr\"", "id = \"X DSR\"", 17, "cannot be an id"),
    ("id = \"x.dsr\"", "id = \"eu.dsr\"", 17, "stands in the pack `eu` already"),
    ("text = { en = \"Answer.\"", "text = { en = \" \"", 20, "`text.en` is empty"),
    ("zh = \"第一条\"", "zh = \"\"", 24, "`cite.zh` is empty"),
    ("version = \"1\"", "version = \"\"", 3, "the version is empty"),
    ("places = [\"FR\"", "places = [\"France\"", 11, "`France` is no ISO 3166 code"),
    (
        "from = \"2018-05-25\"\n\n",
        "from = \"2018-05-25\"\nto = \"2018-05-24\"\n\n",
        15,
        "ends on 2018-05-24, before it begins",
    ),
    ("kind = \"clock\"", "kind = \"notice_item\"", 19, "to which checklist"),
    // Conditions and references.
    (
        "clock_start = \"receipt\"",
        "clock_start = \"receipt\"\nrefers = [\"eu.dsr\", \"eu.nothing\"]",
        24,
        "refers to `eu.nothing`",
    ),
    (
        "clock_start = \"receipt\"",
        "clock_start = \"receipt\"\nwhen = [[{ metric = \"people\", is = true }]]",
        24,
        "`people` is a number",
    ),
    (
        "clock_start = \"receipt\"",
        "clock_start = \"receipt\"\nwhen = [[{ metric = \"minors\", at_least = 1 }]]",
        24,
        "`minors` is yes or no",
    ),
    (
        "clock_start = \"receipt\"",
        "clock_start = \"receipt\"\nwhen = [[{ metric = \"people\", at_least = 5, below = 5 }]]",
        24,
        "at least 5 and below 5",
    ),
    (
        "clock_start = \"receipt\"",
        "clock_start = \"receipt\"\nwhen = [[]]",
        24,
        "an empty list of conditions",
    ),
];

fn problems(text: &str) -> Vec<String> {
    match Pack::parse_beside("x.toml", text, Law::shipped()) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn the_pack_that_the_bad_ones_are_made_of_is_good() {
    assert_eq!(problems(&format!("{HEAD}{FACT}")), Vec::<String>::new());
}

#[test]
fn a_bad_pack_is_refused_with_line_and_reason() {
    for (from, to, line, reason) in BAD {
        let text = format!("{HEAD}{FACT}").replacen(from, to, 1);
        assert_ne!(text, format!("{HEAD}{FACT}"), "{from}");

        let found = problems(&text);

        let wanted = format!("x.toml:{line}: ");
        assert!(
            found.iter().any(|one| one.starts_with(&wanted) && one.contains(reason)),
            "{from} → {to}: wanted line {line}, {reason}; found {found:#?}"
        );
    }
}

#[test]
fn statements_of_one_id_may_follow_each_other_and_not_overlap() {
    let twice = |from: &str, to: &str| {
        let first =
            FACT.replace("from = \"2018-05-25\"", &format!("from = \"2018-05-25\"\nto = \"{to}\""));
        let second = FACT.replace("2018-05-25", from);
        problems(&format!("{HEAD}{first}{second}"))
    };

    assert_eq!(twice("2027-01-01", "2026-12-31"), Vec::<String>::new());
    let found = twice("2027-01-01", "2027-01-01");
    assert_eq!(
        found,
        ["x.toml:30: `x.dsr` stands twice for 2027-01-01; end one before the other begins"]
    );
    // A proposal may stand beside the law it would change.
    let proposal = FACT.replace("confidence", "status = \"proposed\"\nconfidence");
    assert_eq!(problems(&format!("{HEAD}{FACT}{proposal}")), Vec::<String>::new());
}

#[test]
fn all_problems_are_told_at_once_in_the_order_of_lines() {
    let text = format!("{HEAD}{FACT}{FACT}")
        .replacen("unit = \"calendar_months\"", "unit = \"fortnights\"", 1)
        .replacen("opt_in = true", "opt_in = 7", 1)
        .replacen("id = \"x\"", "id = \"X\"", 1);

    let lines: Vec<String> =
        problems(&text).iter().map(|one| one.split(':').nth(1).unwrap().to_owned()).collect();

    // Head, regime, first fact; the second fact's regime is the one that could not be read.
    assert_eq!(lines, ["2", "12", "22", "30"]);
}

#[test]
fn no_text_makes_the_reader_panic() {
    let text = format!("{HEAD}{FACT}");
    for at in (0..text.len()).filter(|at| text.is_char_boundary(*at)) {
        let _ = Pack::parse("x.toml", &text[..at]);
        let _ = Pack::parse("x.toml", &text[at..]);
    }
}

#[test]
fn an_amendment_changes_only_what_it_names() {
    let text = include_str!("../../../examples/law/eu-omnibus.toml");
    let law = Law::shipped();
    let base = law.packs().find(|pack| pack.head.id == "eu").unwrap();

    let pack = Pack::parse_beside("eu-omnibus.toml", text, law).unwrap();

    let ids: Vec<String> =
        base.diff(&pack).facts.iter().map(|one| one.any().unwrap().id.clone()).collect();
    assert_eq!(
        ids,
        ["eu.breach_auth", "eu.breach_auth", "eu.duty.entry_point", "eu.proposed.breach_auth"]
    );
    assert!(base.diff(&pack).regimes.is_empty());
    // What is kept is the whole pack, and reads as the same.
    let whole = pack.to_text().unwrap();
    assert_eq!(Pack::parse_beside("eu.toml", &whole, law), Ok(pack));
    // Beside nothing it has nothing to change.
    let alone = Pack::parse("eu-omnibus.toml", text).unwrap_err();
    assert!(alone[0].to_string().starts_with("eu-omnibus.toml:14: no pack `eu`"), "{}", alone[0]);
}
