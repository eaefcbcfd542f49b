//! Several laws at once, what applies, and what a new pack changes.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use jiff::Timestamp;
use jiff::civil::date;
use jiff::tz::TimeZone;
use law::{
    Calendars, Fact, Kind, Law, Matter, Metric, Pace, Pack, Profile, Status, Truth, Unit, Value,
};

fn told(place: &str, values: &[(Metric, Value)]) -> Profile {
    let mut profile = Profile { complete: true, ..Profile::default() };
    profile.places.insert(place.to_owned(), values.iter().copied().collect());
    profile
}

/// A pack with one regime per statement, each with a `dsr` clock.
fn pack(clocks: &[(&str, u64, &str, &str)]) -> Law {
    let mut text = String::from(
        "[pack]\nid = \"t\"\nversion = \"1\"\nname = { en = \"T\", zh = \"试\" }\nas_of = \"2026-11-24\"\n",
    );
    for (id, value, unit, mark) in clocks {
        text += format!(
            "\n[[regime]]\nid = \"{id}\"\nname = {{ en = \"{id}\", zh = \"{id}\" }}\n\
             cite = {{ en = \"Act\", zh = \"法\" }}\nplaces = [\"FR\"]\nopt_in = {}\nconfidence = \"{mark}\"\n\
             [[fact]]\nid = \"{id}.dsr\"\nregime = \"{id}\"\nkind = \"clock\"\ncode = \"dsr\"\n\
             text = {{ en = \"Answer.\", zh = \"答复。\" }}\nvalue = {value}\nunit = \"{unit}\"\n\
             clock_start = \"receipt\"\nconfidence = \"{mark}\"\ncite = {{ en = \"Art 1\", zh = \"第一条\" }}\n",
            *id == "strict"
        )
        .as_str();
    }
    Law::default().with(Pack::parse("t.toml", &text).unwrap())
}

#[test]
fn the_shortest_deadline_decides_and_advice_never_does() {
    let law = pack(&[
        ("month", 1, "calendar_months", "V"),
        ("days", 20, "calendar_days", "S"),
        ("advice", 10, "calendar_days", "K"),
        ("other", 1, "hours", "V"),
    ]);
    let profile = told("FR", &[]);
    let matter = Matter {
        code: "dsr",
        at: "2026-03-02T10:00:00Z".parse::<Timestamp>().unwrap(),
        zone: TimeZone::UTC,
        pauses: &[],
        regimes: &["month", "days", "advice"],
        profile: &profile,
    };

    let answers = law.answers(&matter, Calendars::shipped());

    let ids: Vec<&str> = answers.all.iter().map(|one| one.fact.id.as_str()).collect();
    assert_eq!(ids, ["advice.dsr", "days.dsr", "month.dsr"]);
    assert_eq!(answers.shortest().unwrap().fact.id, "days.dsr");
    let advice: Vec<&str> = answers.shorter_advice().map(|one| one.fact.id.as_str()).collect();
    assert_eq!(advice, ["advice.dsr"]);
    let only = Matter { regimes: &["advice"], ..matter };
    assert!(law.answers(&only, Calendars::shipped()).shortest().is_none());
}

#[test]
fn the_strictest_consent_counts_and_each_answer_is_kept() {
    let law = pack(&[("lax", 1, "hours", "V"), ("strict", 1, "hours", "V")]);

    let both = law.consent_rule(&["lax", "strict"], date(2026, 11, 29));
    let lax = law.consent_rule(&["lax"], date(2026, 11, 29));

    assert!(both.opt_in && !lax.opt_in);
    assert_eq!(both.each.len(), 2);
    let advice = pack(&[("strict", 1, "hours", "K")]);
    let rule = advice.consent_rule(&["strict"], date(2026, 11, 29));
    assert!(!rule.opt_in && rule.advised);
}

#[test]
fn what_nobody_told_is_unknown_and_asked_for() {
    let law = Law::shipped();
    let day = date(2026, 11, 29);
    let pipl = law.regime("cn-pipl").unwrap();
    let judge = |profile: &Profile| {
        let fact = law.fact("cn.duty.officer_filing", day).unwrap();
        profile.judge(&fact.when, pipl)
    };

    let nothing = judge(&Profile::default());
    assert_eq!((nothing.truth, nothing.unknown()), (Truth::Unknown, vec![Metric::People]));
    assert_eq!(judge(&told("CN", &[])).truth, Truth::Unknown);
    let below = judge(&told("CN", &[(Metric::People, Value::Number(990_600))]));
    assert_eq!(below.truth, Truth::No);
    assert_eq!(below.ways[0][0].short_by(), Some(9_400));
    let above = judge(&told("CN", &[(Metric::People, Value::Number(1_000_000))]));
    assert_eq!(above.truth, Truth::Yes);
    assert_eq!(above.because()[0].known, Some(Value::Number(1_000_000)));
    // Nobody in China, and the list of places is complete.
    assert_eq!(judge(&told("DE", &[])).truth, Truth::No);
}

#[test]
fn a_country_told_as_a_whole_leaves_its_parts_open() {
    let law = Law::shipped();
    let Some(california) = law.regime("us-ca") else { return assert!(law.packs().count() < 4) };
    let whole = told("US", &[(Metric::People, Value::Number(500_000))]);
    let part = told("US-CA", &[(Metric::People, Value::Number(90_600))]);
    let mut full = part.clone();
    full.revenue.insert("usd".to_owned(), 1_000);
    full.places.insert(
        String::new(),
        [(Metric::SaleRevenuePercent, Value::Number(0))].into_iter().collect(),
    );

    assert_eq!(whole.judge_regime(california).truth, Truth::Unknown);
    assert_eq!(part.judge_regime(california).truth, Truth::Unknown);
    let judged = full.judge_regime(california);
    assert_eq!(judged.truth, Truth::No, "{judged:?}");
    assert!(judged.ways.iter().flatten().any(|one| one.short_by() == Some(9_400)));
}

#[test]
fn a_new_pack_tells_what_it_changes_field_by_field() {
    let before = Law::shipped().clone();
    let mut pack = before.packs().find(|pack| pack.head.id == "eu").unwrap().clone();
    let clock = pack.facts.iter_mut().find(|fact| fact.id == "eu.breach_auth").unwrap();
    clock.value = Some(96);
    let gone = pack.facts.iter().position(|fact| fact.id == "eu.dsr").unwrap();
    let gone = pack.facts.remove(gone);
    pack.facts.push(Fact { id: "eu.new".to_owned(), ..gone.clone() });
    pack.regimes[0].opt_in = !pack.regimes[0].opt_in;
    let after = before.clone().with(pack);

    let diff = before.diff(&after);

    let ids: Vec<&str> = diff.facts.iter().map(|one| one.any().unwrap().id.as_str()).collect();
    assert_eq!(ids, ["eu.breach_auth", "eu.dsr", "eu.new"]);
    let clock = &diff.facts[0];
    assert_eq!(clock.pace(), Some(Pace::Longer));
    assert_eq!(clock.fields.len(), 1);
    assert_eq!(
        (clock.fields[0].name, clock.fields[0].before.as_str(), clock.fields[0].after.as_str()),
        ("value", "72", "96")
    );
    assert!(diff.facts[1].after.is_none() && diff.facts[2].before.is_none());
    assert_eq!(diff.regimes.len(), 1);
    assert_eq!(diff.regimes[0].fields[0].name, "opt_in");
    assert!(before.diff(&before).is_empty());
}

#[test]
fn proposals_are_never_law() {
    let law = Law::shipped();
    let proposed: Vec<&Fact> = law.facts().filter(|fact| fact.status == Status::Proposed).collect();

    assert!(!proposed.is_empty());
    for fact in proposed {
        assert!(!fact.holds(date(2030, 1, 1)), "{}", fact.id);
    }
}

#[test]
fn clocks_of_the_shipped_packs_can_run_or_say_a_word() {
    for fact in Law::shipped().facts().filter(|fact| fact.kind == Kind::Clock) {
        let runs = fact.value.is_some() && fact.unit.is_some_and(Unit::is_time);
        assert!(runs || fact.word.is_some(), "{}", fact.id);
    }
}
