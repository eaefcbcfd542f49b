//! When a request must be answered, by every law under which it was made: the shortest term that may
//! decide counts, each law's own is kept as evidence. Numbers are facts of the law; the only number of
//! ours is a target for laws that say a word and no number (PIPL Art 50: 及时). Pure.

use jiff::{Timestamp, tz::TimeZone};
use law::{
    Calendars, Fact, Kind as FactKind, Law, Profile, Regime, Truth, Unit,
    clock::{Clock, NoDeadline, Pause, Start, Term},
};

use crate::request::Kind;

/// What confirms receipt is called by rule packs.
const CONFIRMATION: &str = "dsr_ack";

/// Something was awaited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Awaited {
    /// `clarification` | `identity` | `fee`: a law's clock stands still only for what it names.
    pub reason: String,
    /// When.
    pub pause: Pause,
}

/// What a request's clocks are wound up with.
#[derive(Debug)]
pub struct Asked<'a> {
    /// What is asked.
    pub kind: Kind,
    /// Received.
    pub received: Timestamp,
    /// The person showed who they are; until then, clocks that start with that have not started and
    /// are reckoned from receipt.
    pub verified: Option<Timestamp>,
    /// When something was awaited.
    pub awaited: &'a [Awaited],
    /// The laws under which the person asks, by key.
    pub regimes: &'a [String],
}

/// What clocks are read by.
pub struct Ground<'a> {
    /// The law.
    pub law: &'a Law,
    /// What is known of the organisation.
    pub profile: &'a Profile,
    /// Working days for an answer where a law gives no number.
    pub target: u32,
}

/// One law's answer.
#[derive(Debug, Clone)]
pub struct Each<'a> {
    /// The fact.
    pub fact: &'a Fact,
    /// Its clock, or why there is none.
    pub clock: Result<Clock, NoDeadline>,
    /// It may not decide: not checked against a text, or not known to reach this organisation.
    pub advises: bool,
}

/// When a request must be answered.
#[derive(Debug, Clone)]
pub struct Due<'a> {
    /// The last moment (µs).
    pub at: i64,
    /// The fact that says so; `None` for our own target.
    pub by: Option<&'a Fact>,
    /// The last moment to which that may be made longer (µs), or 0.
    pub extendable_to: i64,
    /// Until then the person must be told that it is made longer (µs), or 0.
    pub notice_by: i64,
    /// Until then receipt must be confirmed (µs), or 0.
    pub confirm_by: i64,
    /// The clock stands still now.
    pub paused: bool,
    /// Every law's answer, the earliest first.
    pub each: Vec<Each<'a>>,
}

/// The zone in which a law's days begin and end.
pub fn zone(regime: &Regime) -> TimeZone {
    TimeZone::get(&regime.zone).unwrap_or(TimeZone::UTC)
}

/// Reads every clock of a request.
pub fn due<'a>(asked: &Asked<'_>, ground: &Ground<'a>) -> Due<'a> {
    let each = answers(asked, ground, asked.kind.clocks());
    let confirm = answers(asked, ground, &[CONFIRMATION]);
    let decides = |one: &&Each<'a>| !one.advises;
    let first = |one: &Each<'a>| one.clock.as_ref().ok().map(|clock| clock.first);
    let shortest = each.iter().filter(decides).find_map(|one| Some((one, first(one)?)));
    let wordy = each.iter().find(|one| !one.advises && one.clock == Err(NoDeadline::NoNumber));
    let confirm_by = confirm
        .iter()
        .filter(decides)
        .find_map(|one| first(one).map(|first| first.at.as_microsecond()));
    let target = target(asked, ground, wordy);
    // A word without a number asks for haste: our target counts beside the numbers of other laws.
    let by_target = wordy.is_some() && shortest.is_none_or(|(_, first)| target < first.at);
    let mut due = Due {
        at: target.as_microsecond(),
        by: wordy.map(|one| one.fact),
        extendable_to: 0,
        notice_by: 0,
        confirm_by: confirm_by.unwrap_or(0),
        paused: false,
        each: Vec::new(),
    };
    if let Some((one, first)) = shortest.filter(|_| !by_target) {
        let micros = |deadline: law::clock::Deadline| deadline.at.as_microsecond();
        let clock = one.clock.as_ref().ok();
        due.at = first.at.as_microsecond();
        due.by = Some(one.fact);
        due.paused = first.paused;
        due.extendable_to = clock.and_then(|clock| clock.extended).map_or(0, micros);
        // What one law lets become longer, another may not: no further than each of them.
        let others = each.iter().filter(decides).filter_map(|one| one.clock.as_ref().ok());
        let most = others.map(|clock| micros(clock.extended.unwrap_or(clock.first))).min();
        due.extendable_to = due.extendable_to.min(most.unwrap_or(i64::MAX));
        if wordy.is_some() {
            due.extendable_to = due.extendable_to.min(target.as_microsecond());
        }
        if due.extendable_to <= due.at {
            due.extendable_to = 0;
        }
        due.notice_by = clock.and_then(|clock| clock.notice_by).map_or(0, micros);
    }
    due.each = each;
    due
}

/// Our own target: so many working days of the place whose law gives no number.
fn target(asked: &Asked<'_>, ground: &Ground<'_>, wordy: Option<&Each<'_>>) -> Timestamp {
    let regime = wordy
        .map(|one| one.fact.regime.as_str())
        .or_else(|| asked.regimes.first().map(String::as_str))
        .and_then(|key| ground.law.regime(key));
    let start = Start {
        at: asked.received,
        zone: regime.map_or(TimeZone::UTC, zone),
        calendar: Calendars::shipped().get(regime.map_or("", |one| one.calendar.as_str())),
        pauses: &[],
    };
    let term = Term { value: ground.target, unit: Unit::BusinessDays };
    start.end(term).map_or(asked.received, |deadline| deadline.at)
}

/// What each law says, by the first of these codes for which it has a clock.
fn answers<'a>(asked: &Asked<'_>, ground: &Ground<'a>, codes: &[&str]) -> Vec<Each<'a>> {
    let mut all = Vec::new();
    for key in asked.regimes {
        let Some(regime) = ground.law.regime(key) else { continue };
        let day = asked.received.to_zoned_datetime(zone(regime)).date();
        let of_code = |code: &&str| -> Vec<&'a Fact> {
            let clocks = ground.law.about(&regime.id, FactKind::Clock, day);
            clocks.filter(|fact| fact.code == **code).collect()
        };
        let facts = codes.iter().map(of_code).find(|facts| !facts.is_empty()).unwrap_or_default();
        all.extend(facts.into_iter().filter_map(|fact| answer(asked, ground, regime, fact)));
    }
    all.sort_by_key(|one| {
        let at = one.clock.as_ref().ok().map(|clock| clock.first.at);
        (at.is_none(), at, one.fact.id.clone())
    });
    all
}

fn answer<'a>(
    asked: &Asked<'_>,
    ground: &Ground<'a>,
    regime: &Regime,
    fact: &'a Fact,
) -> Option<Each<'a>> {
    let reach = ground.profile.judge(&fact.when, regime);
    if reach.truth == Truth::No {
        return None;
    }
    let pauses: Vec<Pause> = asked
        .awaited
        .iter()
        .filter(|one| fact.pauses.contains(&one.reason))
        .map(|one| one.pause)
        .collect();
    let at = match fact.clock_start.as_str() {
        "identity_verified" => asked.verified.unwrap_or(asked.received),
        _ => asked.received,
    };
    let start = Start {
        at,
        zone: zone(regime),
        calendar: Calendars::shipped().get(&regime.calendar),
        pauses: &pauses,
    };
    let advises = !fact.confidence.decides() || reach.truth != Truth::Yes;
    Some(Each { fact, clock: start.clock(fact), advises })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    fn day_of(micros: i64, zone: &str) -> String {
        let at = Timestamp::from_microsecond(micros).expect("in range");
        at.in_tz(zone).expect("a zone").date().to_string()
    }

    fn asked<'a>(kind: Kind, received: &str, regimes: &'a [String]) -> Asked<'a> {
        Asked { kind, received: at(received), verified: None, awaited: &[], regimes }
    }

    fn ground(profile: &Profile) -> Ground<'_> {
        Ground { law: Law::shipped(), profile, target: 15 }
    }

    #[test]
    fn a_month_of_the_gdpr_ends_with_its_last_day_and_may_become_three() {
        let profile = Profile { complete: true, ..Profile::default() };
        let regimes = ["eu-gdpr".to_owned()];
        let due = due(&asked(Kind::Access, "2027-01-31T10:00:00Z", &regimes), &ground(&profile));
        assert_eq!(due.by.map(|fact| fact.id.as_str()), Some("eu.dsr"));
        assert_eq!(day_of(due.at, "Europe/Brussels"), "2027-02-28");
        assert_eq!(day_of(due.extendable_to, "Europe/Brussels"), "2027-04-30");
        assert_eq!(due.notice_by, due.at);
    }

    #[test]
    fn the_shortest_law_counts_and_the_others_stay_on_record() {
        let profile = Profile { complete: true, ..Profile::default() };
        let regimes = ["us-ca".to_owned(), "eu-gdpr".to_owned()];
        let due = due(&asked(Kind::Erasure, "2027-03-01T12:00:00Z", &regimes), &ground(&profile));
        assert_eq!(due.by.map(|fact| fact.regime.as_str()), Some("eu-gdpr"));
        assert!(due.each.iter().any(|one| one.fact.id == "ca.dsr"));
        assert!(due.confirm_by > 0 && due.confirm_by < due.at);
    }

    #[test]
    fn one_laws_longer_term_goes_no_further_than_anothers() {
        let profile = Profile { complete: true, ..Profile::default() };
        let both = ["us-ca".to_owned(), "eu-gdpr".to_owned()];
        let ground = ground(&profile);
        let longest = |regimes: &[String]| {
            due(&asked(Kind::Erasure, "2027-03-01T12:00:00Z", regimes), &ground).extendable_to
        };
        assert_eq!(day_of(longest(&both[1..]), "Europe/Brussels"), "2027-06-01");
        assert_eq!(longest(&both), longest(&both[..1]), "California's 90 days end before");
        let word = ["cn-pipl".to_owned(), "eu-gdpr".to_owned()];
        assert_eq!(longest(&word), 0, "promptly does not become three months");
    }

    #[test]
    fn a_word_without_a_number_means_our_target_in_working_days() {
        let profile = Profile { complete: true, ..Profile::default() };
        let regimes = ["cn-pipl".to_owned()];
        // 2026-09-28 is a Monday; 1 to 7 October and the days moved for it are counted by the
        // calendar of mainland China.
        let due = due(&asked(Kind::Access, "2026-09-28T02:00:00Z", &regimes), &ground(&profile));
        assert_eq!(due.by.map(|fact| fact.id.as_str()), Some("cn.dsr"));
        let plain = at("2026-09-28T02:00:00Z").as_microsecond() + 21 * 24 * 3600 * 1_000_000;
        assert!(due.at > plain, "the holidays of October are no working days");
        assert_eq!(due.extendable_to, 0);
    }

    #[test]
    fn only_what_a_law_names_stops_its_clock() {
        let profile = Profile { complete: true, ..Profile::default() };
        let pause =
            Pause { from: at("2027-05-05T00:00:00Z"), to: Some(at("2027-05-15T00:00:00Z")) };
        let awaited = [Awaited { reason: "clarification".into(), pause }];
        let regimes = ["eu-gdpr".to_owned()];
        let mut one = asked(Kind::Access, "2027-05-01T10:00:00Z", &regimes);
        let without = due(&one, &ground(&profile)).at;
        one.awaited = &awaited;
        assert_eq!(due(&one, &ground(&profile)).at, without, "the GDPR knows no pause");
    }

    #[test]
    fn nothing_known_still_has_a_target() {
        let profile = Profile::default();
        let due = due(&asked(Kind::Access, "2027-05-03T10:00:00Z", &[]), &ground(&profile));
        assert!(due.by.is_none() && due.at > at("2027-05-03T10:00:00Z").as_microsecond());
    }
}
