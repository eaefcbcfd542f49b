//! What every shipped pack keeps to, beyond its form.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::date;
use law::{Condition, Confidence, Fact, Kind, Law, List, Metric, Pack, Status, Text, Unit};

fn facts() -> impl Iterator<Item = &'static Fact> {
    Law::shipped().facts()
}

fn about(regime: &'static str, kind: Kind) -> impl Iterator<Item = &'static Fact> {
    facts().filter(move |fact| fact.regime == regime && fact.kind == kind)
}

fn codes(regime: &'static str, kind: Kind, list: Option<List>) -> BTreeSet<&'static str> {
    about(regime, kind).filter(|fact| fact.list == list).map(|fact| fact.code.as_str()).collect()
}

/// Han characters, which every Chinese text has.
fn han(text: &str) -> bool {
    text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
}

#[test]
fn all_twelve_packs_are_there() {
    let packs: Vec<&str> = Law::shipped().packs().map(|pack| pack.head.id.as_str()).collect();

    let all =
        ["br", "cn", "cn-standards", "eu", "in", "jp", "kr", "sg", "uk", "us", "us-ca", "world"];
    assert_eq!(packs, all);
}

#[test]
fn every_fact_is_told_in_both_languages() {
    for fact in facts() {
        assert!(fact.text.en.ends_with(['.', '”']), "{}: {}", fact.id, fact.text.en);
        assert!(fact.text.zh.ends_with(['。', '）', '”']), "{}: {}", fact.id, fact.text.zh);
        assert!(han(&fact.text.zh), "{}", fact.id);
    }
}

#[test]
fn every_fact_is_cited_in_both_languages() {
    for fact in facts() {
        let Text { en, zh } = &fact.cite;
        assert!(!en.trim().is_empty() && !zh.trim().is_empty(), "{}", fact.id);
        assert!(!en.contains("第 ") && !en.contains('条'), "{}: {en}", fact.id);
    }
    for regime in Law::shipped().regimes() {
        assert!(!regime.cite.en.is_empty() && !regime.cite.zh.is_empty(), "{}", regime.id);
    }
}

#[test]
fn no_two_facts_with_one_id_hold_on_one_day() {
    let mut by_id: BTreeMap<&str, Vec<&Fact>> = BTreeMap::new();
    for fact in facts() {
        by_id.entry(&fact.id).or_default().push(fact);
    }

    for (id, facts) in by_id {
        for (at, one) in facts.iter().enumerate() {
            for other in &facts[at + 1..] {
                let apart =
                    |a: &Fact, b: &Fact| a.to.zip(b.from).is_some_and(|(to, from)| to < from);
                assert!(apart(one, other) || apart(other, one), "{id} stands twice on a day");
            }
        }
    }
}

#[test]
fn a_number_has_a_unit_and_a_clock_runs_on_time() {
    for fact in facts() {
        assert_eq!(fact.value.is_some(), fact.unit.is_some(), "{}", fact.id);
        if fact.kind == Kind::Clock {
            let timed = fact.unit.is_some_and(Unit::is_time) || fact.word.is_some();
            assert!(timed, "{} has neither a time nor a word", fact.id);
            assert!(!fact.clock_start.is_empty(), "{} says when it starts", fact.id);
        }
        assert!(fact.from.zip(fact.to).is_none_or(|(from, to)| from <= to), "{}", fact.id);
    }
}

#[test]
fn every_reference_leads_to_a_fact() {
    let ids: BTreeSet<&str> = facts().map(|fact| fact.id.as_str()).collect();

    for fact in facts() {
        for id in &fact.refers {
            assert!(ids.contains(id.as_str()), "{} refers to {id}", fact.id);
        }
    }
}

#[test]
fn a_duty_that_decides_stands_on_facts_that_decide() {
    for duty in facts().filter(|fact| fact.kind == Kind::Duty && fact.confidence.decides()) {
        let stands = duty.refers.iter().flat_map(|id| facts().filter(move |fact| fact.id == *id));
        let known: Vec<&Fact> = stands.collect();
        let firm = known.is_empty() || known.iter().any(|fact| fact.confidence.decides());
        assert!(firm, "{} decides, but all it refers to only advises", duty.id);
    }
}

#[test]
fn checklist_items_and_record_fields_say_to_which_list_they_belong() {
    for fact in facts() {
        let listed = matches!(fact.kind, Kind::NoticeItem | Kind::RecordField);
        assert_eq!(fact.list.is_some(), listed, "{}", fact.id);
        if listed {
            assert!(!fact.code.is_empty(), "{}", fact.id);
        }
    }
}

/// The numbers that conditions compare with.
fn bounds(when: &[Vec<Condition>]) -> impl Iterator<Item = (Metric, u64)> {
    when.iter().flatten().flat_map(|one| {
        [one.at_least, one.below].into_iter().flatten().map(|bound| (one.metric, bound))
    })
}

#[test]
fn a_number_of_people_is_the_one_that_its_condition_compares_with() {
    for fact in facts().filter(|fact| fact.unit == Some(Unit::People) && !fact.when.is_empty()) {
        let Some(value) = fact.value else { continue };

        // “More than 10 million” begins with one person more.
        let same = |(_, bound): (Metric, u64)| bound == value || bound == value + 1;
        assert!(bounds(&fact.when).any(same), "{} says {value}", fact.id);
    }
}

/// `100000` as the texts write it: `100,000`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[test]
fn whom_a_state_covers_is_told_with_the_numbers_that_decide() {
    let states =
        Law::shipped().regimes().filter(|one| one.places.iter().any(|p| p.starts_with("US-")));
    let states = states.filter(|one| !["us-ca", "us-states"].contains(&one.id.as_str()));

    for state in states {
        let told = facts().find(|fact| fact.regime == state.id && fact.code == "threshold");
        let told = told.map_or("", |fact| fact.text.en.as_str());
        for (_, people) in bounds(&state.when).filter(|(metric, _)| *metric == Metric::People) {
            assert!(told.contains(&grouped(people)), "{}: {people} is not in “{told}”", state.id);
        }
    }
}

#[test]
fn bills_are_proposed_and_never_law() {
    let ids = [
        "eu.proposed.breach_auth",
        "cn.proposed.large_platform",
        "jp.proposed.surcharge",
        "tw.proposed.breach",
    ];

    for id in ids {
        let bill = facts().find(|fact| fact.id == id).unwrap_or_else(|| panic!("no {id}"));
        assert_eq!(bill.status, Status::Proposed, "{id}");
        assert!(!bill.holds(date(2030, 1, 1)), "{id}");
    }
}

#[test]
fn the_breach_deadline_of_the_union_is_72_hours_whatever_is_proposed() {
    let day = date(2026, 11, 29);

    let hours: Vec<Option<u64>> = Law::shipped()
        .about("eu-gdpr", Kind::Clock, day)
        .filter(|fact| fact.code == "breach_authority")
        .map(|fact| fact.value)
        .collect();

    assert_eq!(hours, [Some(72)]);
}

#[test]
fn the_checklists_of_the_union_are_whole() {
    let from_person = codes("eu-gdpr", Kind::NoticeItem, Some(List::FromPerson));
    let elsewhere = codes("eu-gdpr", Kind::NoticeItem, Some(List::FromElsewhere));

    let both: BTreeSet<&str> = from_person.union(&elsewhere).copied().collect();
    assert_eq!(both.len(), 15);
    let only_13: Vec<&&str> = from_person.difference(&elsewhere).collect();
    let only_14: Vec<&&str> = elsewhere.difference(&from_person).collect();
    assert_eq!(only_13, [&"obligation_to_give"]);
    assert_eq!(only_14, [&"categories", &"source"]);
}

#[test]
fn the_british_checklists_are_those_of_the_union_but_only_advise() {
    for list in [List::FromPerson, List::FromElsewhere] {
        let british = codes("uk-gdpr", Kind::NoticeItem, Some(list));
        assert_eq!(british, codes("eu-gdpr", Kind::NoticeItem, Some(list)));
    }
    for item in about("uk-gdpr", Kind::NoticeItem) {
        assert_eq!(item.confidence, Confidence::Knowledge, "{}", item.id);
    }
}

#[test]
fn the_chinese_law_has_seven_bases_and_no_legitimate_interests() {
    let bases = codes("cn-pipl", Kind::Basis, None);

    assert_eq!(bases.len(), 7);
    assert!(!bases.contains("legitimate_interests"));
}

#[test]
fn twelve_states_want_the_opt_out_signal() {
    let day = date(2026, 11, 29);
    let law = Law::shipped();

    let states: BTreeSet<&str> = law
        .facts()
        .filter(|fact| fact.code == "universal_opt_out" && fact.holds(day))
        .map(|fact| fact.regime.as_str())
        .collect();

    let twelve = [
        "us-ca", "us-co", "us-ct", "us-de", "us-md", "us-mn", "us-mt", "us-ne", "us-nh", "us-nj",
        "us-or", "us-tx",
    ];
    assert_eq!(states, twelve.into());
}

#[test]
fn every_member_state_with_an_age_lies_between_13_and_16() {
    let ages: Vec<&Fact> = facts().filter(|fact| fact.code.starts_with("child_age.")).collect();

    assert_eq!(ages.len(), 27);
    for age in ages {
        assert!(age.value.is_some_and(|years| (13..=16).contains(&years)), "{}", age.id);
        assert_eq!(age.confidence, Confidence::Knowledge, "{}", age.id);
    }
}

#[test]
fn the_example_of_the_documentation_is_a_pack() {
    let pages = [
        include_str!("../../../docs/law-packs.md"),
        include_str!("../../../docs/zh-CN/law-packs.md"),
    ];

    for page in pages {
        let example = page.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next());
        let pack = Pack::parse("acme.toml", example.unwrap_or_default());
        let pack = pack.unwrap_or_else(|problems| panic!("{problems:?}"));
        assert_eq!(pack.facts[0].value, Some(20));
    }
}

/// GB/T 39335 Table D.5: a worse impact or a higher likelihood never makes the risk smaller.
#[test]
fn the_risk_matrix_is_whole_and_never_falls() {
    let levels = ["low", "medium", "high", "severe"];
    let likelihoods = ["low", "medium", "high", "very_high"];
    let risk = |impact: &str, likelihood: &str| {
        let code = format!("risk.{impact}.{likelihood}");
        let cell = about("cn-standards", Kind::Assessment).find(|fact| fact.code == code);
        let word = cell.and_then(|fact| fact.word.as_ref()).map(|word| word.en.as_str());
        levels.iter().position(|level| Some(*level) == word)
    };

    for (i, impact) in levels.iter().enumerate() {
        for (l, likelihood) in likelihoods.iter().enumerate() {
            let here = risk(impact, likelihood);
            assert!(here.is_some(), "no cell for {impact} and {likelihood}");
            assert!(l == 0 || risk(impact, likelihoods[l - 1]) <= here, "{impact} {likelihood}");
            assert!(i == 0 || risk(levels[i - 1], likelihood) <= here, "{impact} {likelihood}");
        }
    }
}
