//! False alarms on normal days, and planted attacks that must be found. The figures that
//! `docs/early-warning.md` states are printed with `--nocapture`.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "traffic/mod.rs"]
mod company;

use std::collections::{BTreeMap, HashSet};

use company::{Company, DAY, HOUR, START, event, read};
use warn::engine::{Engine, Event, Finding, RuleId, Rules};

const LEARNING: i64 = 28;
const DAYS: i64 = 118;
/// What the documentation promises.
const FALSE_ALARMS_PER_1000_ACTOR_DAYS: f64 = 3.0;

struct Run {
    found: Vec<Finding>,
    actor_days: usize,
    events: i64,
}

/// Plays `DAYS` days with `attack` among them; findings of the days after the four learning weeks.
fn play(seed: u64, attack: &[Event], canaries: &[&str]) -> Run {
    let mut company = Company::new(seed);
    let mut engine = Engine::new(Rules::default());
    engine.set_canaries(canaries.iter().map(|one| (*one).to_owned()).collect());
    let mut run = Run { found: Vec::new(), actor_days: 0, events: 0 };
    for day in 0..DAYS {
        let mut events = company.day(day);
        let (from, until) = (START + day * DAY, START + (day + 1) * DAY);
        events.extend(attack.iter().filter(|one| (from..until).contains(&one.at)).cloned());
        events.sort_by_key(|event| event.at);
        let mut actors = HashSet::new();
        for mut event in events {
            run.events += 1;
            event.seq = run.events;
            let found = engine.feed(&event);
            if day >= LEARNING {
                run.found.extend(found);
                actors.insert(event.actor);
            }
        }
        run.actor_days += actors.len();
    }
    run
}

#[test]
fn normal_days_raise_few_false_alarms() {
    let (mut alarms, mut actor_days, mut events) = (0, 0, 0);
    let mut by_rule: BTreeMap<&str, usize> = BTreeMap::new();
    for seed in 1..=5 {
        let run = play(seed, &[], &[]);
        for one in &run.found {
            *by_rule.entry(one.why).or_default() += 1;
        }
        alarms += run.found.len();
        actor_days += run.actor_days;
        events += run.events;
    }
    let rate = alarms as f64 * 1000.0 / actor_days as f64;
    println!(
        "{alarms} false alarms in {actor_days} actor-days ({events} entries): {rate:.2} per 1,000"
    );
    println!("{by_rule:?}");
    assert!(rate <= FALSE_ALARMS_PER_1000_ACTOR_DAYS, "{rate:.2}: {by_rule:?}");
    assert!(actor_days > 30_000, "{actor_days}");
}

/// What an attack must be found by, and how many of its acts may happen before it is.
fn found(seed: u64, attack: &[Event], rules: &[RuleId], actor: &str, within: usize) {
    let run = play(seed, attack, &["77777777"]);
    let first = run
        .found
        .iter()
        .filter(|one| rules.contains(&one.rule) && one.actor == actor && one.at >= attack[0].at)
        .min_by_key(|one| one.at);
    let first =
        first.unwrap_or_else(|| panic!("{rules:?} of {actor} was not found with seed {seed}"));
    let before = attack.iter().filter(|act| act.at <= first.at).count();
    println!("seed {seed}: {} found after {before} of {} acts", first.why, attack.len());
    assert!(before <= within, "{before} acts before {:?} with seed {seed}", first.why);
    assert!(!first.evidence.is_empty() && first.evidence.contains(&first.seq));
}

/// Day 70 is a Monday.
const ATTACK: i64 = START + 70 * DAY;

#[test]
fn a_mass_read_within_office_hours_is_found() {
    for seed in 1..=3 {
        let acts: Vec<Event> = (0..600)
            .map(|n| {
                read(
                    ATTACK + 3 * HOUR + n * 5_000_000,
                    "person:10",
                    900_000 + n,
                    "customer_support",
                )
            })
            .collect();
        found(seed, &acts, &[RuleId::MassRead], "person:10", 150);
    }
}

#[test]
fn a_slow_exfiltration_below_every_hourly_limit_is_found() {
    for seed in 1..=3 {
        // Thirty customers more an hour would be seen at once: so twelve, all day, for two weeks.
        let mut acts = Vec::new();
        for day in (0..14).filter(|day| day % 7 < 5) {
            for n in 0..108 {
                let at = ATTACK + day * DAY + 2 * HOUR + n * 300_000_000;
                acts.push(read(at, "person:10", 800_000 + day * 1000 + n, "customer_support"));
            }
        }
        found(seed, &acts, &[RuleId::SlowRead], "person:10", 108 * 4);
    }
}

#[test]
fn an_export_at_night_is_found_at_once() {
    for seed in 1..=3 {
        // 19:30 UTC is 03:30 in Shanghai.
        let at = ATTACK + 19 * HOUR + 1_800_000_000;
        let acts = [event(at, "person:91", "audience.filtered", "audience", "email_marketing")];
        found(seed, &acts, &[RuleId::OffHours], "person:91", 1);
    }
}

#[test]
fn a_row_of_exports_is_found() {
    for seed in 1..=3 {
        let acts: Vec<Event> = (0..40)
            .map(|n| {
                event(
                    ATTACK + 5 * HOUR + n * 60_000_000,
                    "person:91",
                    "audience.filtered",
                    "audience",
                    "x",
                )
            })
            .collect();
        found(seed, &acts, &[RuleId::ExportSpike], "person:91", 20);
    }
}

#[test]
fn a_stolen_session_from_another_country_is_found_at_its_first_page() {
    for seed in 1..=3 {
        for action in ["session.other-country", "session.other-device", "session.new-country"] {
            let acts = [event(ATTACK + 6 * HOUR, "person:20", action, "session", "stolen")];
            found(seed, &acts, &[RuleId::NewPlace], "person:20", 1);
        }
    }
}

#[test]
fn rights_given_to_oneself_are_found_at_once() {
    for seed in 1..=3 {
        let acts = [event(ATTACK + 6 * HOUR, "person:105", "user.role-changed", "user", "105")];
        found(seed, &acts, &[RuleId::Privilege], "person:105", 1);
    }
}

#[test]
fn rights_given_by_somebody_who_never_gave_any_are_found() {
    let acts = [event(ATTACK + 6 * HOUR, "person:11", "invitation.created", "invitation", "1")];
    found(1, &acts, &[RuleId::Privilege], "person:11", 1);
}

#[test]
fn one_look_at_a_canary_is_found() {
    for seed in 1..=3 {
        let acts = [read(ATTACK + 3 * HOUR, "person:10", 77_777_777, "customer_support")];
        found(seed, &acts, &[RuleId::Canary], "person:10", 1);
    }
}

#[test]
fn guessing_and_spraying_passwords_are_found_and_so_is_the_guess_that_was_right() {
    let guess = |n: i64, whom: &str| {
        event(ATTACK + n * 10_000_000, "system:sign-in", "signin.failed", "user", whom)
    };
    let many: Vec<Event> = (0..30).map(|n| guess(n, "42")).collect();
    found(1, &many, &[RuleId::FailedSignIns], "person:42", 12);
    let spray: Vec<Event> = (0..30).map(|n| guess(n, &n.to_string())).collect();
    found(1, &spray, &[RuleId::FailedSignIns], "system:sign-in", 12);
    let mut right: Vec<Event> = (0..6).map(|n| guess(n, "42")).collect();
    right.push(event(ATTACK + 70_000_000, "person:42", "session.started", "session", "s"));
    found(1, &right, &[RuleId::FailedSignIns], "person:42", 7);
}

#[test]
fn an_unusual_purpose_and_a_row_of_erasures_are_found() {
    let odd: Vec<Event> = (0..20)
        .map(|n| {
            read(ATTACK + 3 * HOUR + n * 60_000_000, "person:10", 500_000 + n, "investigate_fraud")
        })
        .collect();
    found(1, &odd, &[RuleId::UnusualPurpose], "person:10", 6);
    let wipe: Vec<Event> = (0..300)
        .map(|n| {
            event(
                ATTACK + 3 * HOUR + n * 1_000_000,
                "person:100",
                "subject.erased",
                "subject",
                &n.to_string(),
            )
        })
        .collect();
    found(1, &wipe, &[RuleId::Erasures], "person:100", 60);
}

#[test]
fn the_same_entries_give_the_same_findings() {
    let acts = [event(ATTACK + 6 * HOUR, "person:105", "user.role-changed", "user", "105")];
    assert_eq!(play(9, &acts, &[]).found, play(9, &acts, &[]).found);
}
